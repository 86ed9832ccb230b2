"""The page of an input that is refused: what is wrong, where, by which rule, and all that was read before that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence.errors import EvidenceError, UnknownFormat, quote
from evidence.show.attempts import Attempt, FieldRead, Structure
from evidence.show.outline import outline
from evidence.show.page import Block, Detail, Grid, Page, Phrase, Section, row, sentence, title

LABELS: Final = {
    "what": "in",
    "offset": "at offset",
    "path": "at path",
    "need": "bytes needed",
    "have": "bytes there",
    "extra": "bytes too many",
    "got": "found",
    "allowed": "expected",
    "known": "expected",
    "name": "which",
    "spec": "specification",
    "maximum": "at most",
    "tried": "types asked",
    "looks_like": "looks like",
    "claimed_by": "recognised by",
    "head": "begins with",
}
"""What the data of an error is called on the page; other data goes by its own name."""
LINE: Final = 16
"""Bytes in a line."""
BEFORE: Final = 2
"""Lines before that of the fault, and after it."""


def refusal_page(
    error: EvidenceError, detail: Detail, data: bytes = b"", attempt: Attempt | None = None
) -> Page:
    """The whole page. `data` is the input where no attempt was made to read a piece of it."""
    if attempt is not None:
        data = _bytes(error, attempt)
    return (
        Section(Phrase(f"REFUSED: {error.code}", "bad"), (sentence(str(error)),)),
        Section(title("Where it stopped, and what was expected"), tuple(_where(error, attempt))),
        _window(error, data),
        *_read(attempt, detail),
    )


def _bytes(error: EvidenceError, attempt: Attempt) -> bytes:
    """The bytes that the offset of an error is about: of the attachment that its path begins with, or the evidence."""
    part = str(getattr(error, "path", "")).strip("/").partition("/")[0]
    return attempt.input.attachments.get(part, attempt.input.data)


def _where(error: EvidenceError, attempt: Attempt | None) -> Iterator[Block]:
    rows = []
    if attempt is not None:
        rows.append(row("read as", f"{attempt.type.name}: {attempt.type.title}"))
        rows += [
            row("came in", carrier.name + f" {carrier.at}".rstrip()) for carrier in attempt.input.carriers
        ]
    for name in error.FIELDS:
        value = getattr(error, name)
        if value not in {None, ""} if isinstance(value, str | None) else value != ():
            rows.append(row(LABELS.get(name, name.replace("_", " ")), _member(name, value)))
    yield Grid(tuple(rows))
    if isinstance(error, UnknownFormat) and not error.looks_like:
        yield sentence("evidence identify says what else it may be; --type reads it as a type by force")


def _member(name: str, value: Any) -> str:
    if name == "offset":
        return f"{value:#x} ({value})"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else quote(value)


def _window(error: EvidenceError, data: bytes) -> Section:
    """The bytes around the fault, with a mark below the first that is meant; else the first ones."""
    offset = getattr(error, "offset", None)
    if not data or (offset is not None and offset > len(data)):
        return Section(Phrase(""), ())
    middle = (offset or 0) // LINE
    rows: list[tuple[Phrase, ...]] = []
    for line in range(max(0, middle - BEFORE), middle + BEFORE + 1):
        octets = data[line * LINE : (line + 1) * LINE]
        if octets:
            rows.append(row(f"{line * LINE:08x}", f"{octets.hex(' '):<{3 * LINE - 1}}  {_letters(octets)}"))
        if offset is not None and line == middle:
            rows.append(row("", Phrase(f"{'': <{3 * (offset % LINE)}}^^ here", "bad")))
    heading = "The bytes around it" if offset is not None else "How it begins"
    return Section(title(heading), (Grid(tuple(rows)),))


def _letters(octets: bytes) -> str:
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in octets)


def _read(attempt: Attempt | None, detail: Detail) -> Iterator[Section]:
    """What was read before; nothing of it counts, since the whole is refused."""
    if attempt is None:
        return
    for structure in attempt.structures:
        if structure.fields:
            yield Section(title(_name(structure)), tuple(_fields(structure, detail)))
    if not any(structure.fields for structure in attempt.structures):
        yield from _outlined(attempt, detail)


def _outlined(attempt: Attempt, detail: Detail) -> Iterator[Section]:
    """Of a token of which no claim was read, what it holds; all of it where it is well-formed, and its claims are not."""
    structure = Structure("token", tuple(outline(attempt.input.data)))
    if structure.fields:
        heading = "What it holds, as far as it can be read (offset, kind, value)"
        yield Section(title(heading), tuple(_fields(structure, detail)))
    else:
        yield Section(title("Read before that"), (sentence("nothing"),))


def _name(structure: Structure) -> str:
    at = "" if structure.start is None else f" at {structure.start:#x}"
    part = "" if structure.whole else ", as far as it was read"
    return f"Read before that: {structure.name}{at}{part}"


def _fields(structure: Structure, detail: Detail) -> Iterator[Block]:
    shown = structure.fields[: detail.most(len(structure.fields))]
    more = len(structure.fields) - len(shown)
    yield Grid(tuple(row(_at(field), field.name, _value(field.value, detail)) for field in shown), more=more)


def _at(field: FieldRead) -> str:
    return f"+{field.at:#05x}" if isinstance(field.at, int) else str(field.at)


def _value(value: Any, detail: Detail) -> str:
    if isinstance(value, bytes):
        return detail.octets(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value} ({value:#x})" if value > 9 else str(value)
    return value if isinstance(value, str) else quote(value)
