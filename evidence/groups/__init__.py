"""Pieces of evidence that belong together, and what ties them: the document `evidence-group/1`.

`group(pieces)` gives it. A tie is a fact of the bytes alone: that parts fit says nothing about who made them.
"""

from evidence.groups.assemble import group
from evidence.groups.document import Group, to_json
from evidence.groups.members import GroupSource

__all__ = ("Group", "GroupSource", "group", "to_json")
