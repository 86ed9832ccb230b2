"""The page of carriers: its text is a template, its tables are made from the descriptors."""

from __future__ import annotations

import re
from pathlib import Path

from docs.markdown import code, table
from evidence.carriers.nature import BESIDE, LOOKS, ZEROS
from evidence.carriers.table import CARRIERS
from evidence.containers.table import DESCRIPTIONS

TEMPLATE = Path(__file__).with_name("templates") / "carriers.md"
MARK = re.compile(r"<!-- ([a-z]+)(?:: ([a-z]+))? -->\n")
HEAD = ("carrier", "recognised by", "what is taken", "the rest", "source")


def page() -> str:
    """`docs/carriers.md`."""
    return MARK.sub(lambda mark: _table(mark[1], mark[2]), TEMPLATE.read_text())


def _table(kind: str, section: str | None) -> str:
    if kind == "carriers":
        rows = [
            (code(one.name), one.told_by, one.taken, one.rest, one.source)
            for one in CARRIERS
            if one.section == section
        ]
        return table(HEAD, rows)
    if kind == "containers":
        subject = [(code(one.name), one.told_by, one.parts, one.path) for one in DESCRIPTIONS]
        return table(("container", "told by", "what lies inside", "path"), subject)
    if kind == "beside":
        return table(("what", "hint"), [(thing.kind, thing.hint) for thing in BESIDE])
    return table(("looks like",), [(words,) for words in (ZEROS, *(look.words for look in LOOKS))])
