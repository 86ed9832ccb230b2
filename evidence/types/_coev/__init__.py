"""TCG concise evidence, alone or in an SPDM table of contents, read and said in claims.

`read` takes the bytes of tag 571 (concise evidence), of tag 570 (spdm-toc), or of either map without its
tag. `state` records environments of what was read (`_recorder`): one for the whole, and one for each environment
that a triple speaks about. `looks_like` tells whether a decoded item is worth a try.

Source: TCG DICE Concise Evidence Binding for SPDM, 1.0; its entries are those of CoRIM (draft-ietf-rats-corim).
"""

from evidence.types._coev.claims import state
from evidence.types._coev.oids import dotted
from evidence.types._coev.read import ConciseDocument, Form, looks_like, read

__all__ = ("ConciseDocument", "Form", "dotted", "looks_like", "read", "state")
