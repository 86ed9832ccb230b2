"""The pages of codes: of notes and of errors, from `evidence.codes` and `evidence.errors`."""

from __future__ import annotations

from docs.markdown import code, section, table
from docs.pages import note_codes
from evidence.codes import NOTES, errors, sentence
from evidence.registry import Registry


def notes(registry: Registry) -> str:
    """`docs/notes.md`: every code that a note may have, and the types that write it."""
    by_code: dict[str, list[str]] = {}
    for kind in registry:
        for word in note_codes(kind):
            by_code.setdefault(word, []).append(f"[{kind.name}](types/{kind.name}.md)")
    rows = (
        (code(word), text, _types(by_code.get(word, []), len(registry)))
        for word, text in sorted(NOTES.items())
    )
    return _page("Notes", _NOTES, table(("code", "what it says", "types"), rows))


def _types(names: list[str], count: int) -> str:
    return "every type" if len(names) == count else ", ".join(names)


def failures() -> str:
    """`docs/errors.md`: every code of an error, with its class and its data."""
    rows = (
        (code(error.code), code(error.__name__), sentence(error), ", ".join(map(code, error.FIELDS)))
        for error in errors()
    )
    return _page("Errors", _ERRORS, table(("code", "class", "what it says", "data"), rows))


def _page(title: str, *parts: str) -> str:
    made = "<!-- made from the code by `make docs` -->"
    return section(title, made, *parts, level=1).rstrip("\n") + "\n"


_NOTES = (
    "What a document may carry in `notes`: `{code, path, detail}`, where `path` leads to the claim and `detail` is for "
    "people. A code never changes its meaning. `evidence convert --strict` makes errors of them. A type of another "
    "distribution may have codes of its own (`EvidenceType.codes`)."
)
_ERRORS = (
    "What any bytes can cause. Every error has a `code` that never changes its meaning, and data as attributes; "
    "`evidence convert` writes both (`{code, message, …}`). Compare these, never the message. A class stands behind its "
    "parent, whose data it has as well."
)
