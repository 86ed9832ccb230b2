"""The page of `evidence match`: its text is a template, its tables are those that the command tries."""

from __future__ import annotations

from pathlib import Path

from docs.markdown import code, table
from evidence.match.derivation import FORMS
from evidence.match.fit import FITS

TEMPLATE = Path(__file__).with_name("templates") / "match.md"
WAYS = {
    "is": "the whole field",
    "padded": "zeros fill the field behind it",
    "padded-before": "zeros fill the field before it",
    "begins": "something else follows it (8 bytes at least)",
    "within": "something else is before and behind it (8 bytes at least, in the first 4 KiB)",
    "cut": "the field is its beginning, and no more (8 bytes at least)",
}
"""What is around it, in the words of the ways."""


def page() -> str:
    """`docs/match.md`."""
    forms = table(("form", "what is taken"), ((code(form), text) for form, text in FORMS.items()))
    ways = table(("way", "what the field is"), ((code(way), WAYS[way]) for way in FITS))
    return TEMPLATE.read_text().replace("<!-- forms -->\n", forms).replace("<!-- ways -->\n", ways)
