"""An inspection as lines of text that fit a width: each field with its bytes, its value, and its claims below it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from evidence.errors import QUOTED
from evidence.inspect.model import ByteLayer, FieldSpan, Inspection

UNVERIFIED = "Nothing is verified: this is what the bytes say, and nobody was asked whether it is true."
NARROWEST = 40
"""Columns below which lines are not made shorter."""
INDENT = " " * 16


def lines(shown: Inspection, width: int) -> Iterator[str]:
    """The header, then every layer with its fields in the order of their bytes, then the notes."""
    width = max(width, NARROWEST)
    at = f" ({shown.at})" if shown.at else ""
    yield from folded(f"{shown.source}{at}: {shown.title}", width)
    yield from folded(UNVERIFIED, width, "  ")
    for name, text in shown.facts:
        yield from folded(f"{name:<11} {text}", width, "  ", 12)
    for index, layer in enumerate(shown.layers):
        yield ""
        yield from folded(_heading(shown, layer), width)
        yield from _layer(shown, index, layer, width)
    if shown.stop is not None and shown.stop.layer is None:
        yield ""
        yield from folded(f"stopped: {shown.stop.code}: {shown.stop.message}", width)
    if shown.notes:
        yield ""
        yield "notes"
    for note in shown.notes:
        yield from folded(f"{note.code} {note.path}: {note.detail}", width, "  ", 4)


def _heading(shown: Inspection, layer: ByteLayer) -> str:
    title = f"{layer.name}, {layer.size} bytes"
    if layer.parent is None:
        return title
    parent = shown.layers[layer.parent].name
    where = "" if layer.outer is None else f"{layer.outer[0]:#x}-{layer.outer[1]:#x} of "
    return f"{title}, from {where}{parent}"


def _layer(shown: Inspection, index: int, layer: ByteLayer, width: int) -> Iterator[str]:
    stop = shown.stop if shown.stop is not None and shown.stop.layer == index else None
    waiting = stop is not None
    for span in sorted(layer.spans, key=lambda span: (span.start, -span.end)):
        if stop is not None and stop.offset is not None and waiting and span.start >= stop.offset:
            waiting = False
            yield from folded(f"{stop.offset:#07x} stopped: {stop.code}: {stop.message}", width, "", 8)
        yield from _span(shown, layer, span, width)
    if stop is not None and waiting:
        yield from folded(f"{stop.offset:#07x} stopped: {stop.code}: {stop.message}", width, "", 8)


def _span(shown: Inspection, layer: ByteLayer, span: FieldSpan, width: int) -> Iterator[str]:
    size = span.end - span.start
    start = f"{span.start:#07x} {size:6}  "
    value = "" if span.value is None else f"  = {span.value}"
    if span.layer is not None:
        value += f"  see {shown.layers[span.layer].name}"
    data = layer.bytes_at(span.start, min(span.end, span.start + QUOTED))
    text = "not at hand" if data is None else data.hex() + ("…" if size > QUOTED else "")
    room = width - cells(start) - cells(span.field) - 2 - min(cells(value), 24)
    if room >= min(len(text), 8):
        yield fit(f"{start}{span.field}  {fit(text, room)}{value}", width)
    else:
        yield from folded(f"{start}{span.field}", width, "", len(start))
        yield fit(f"{INDENT}{fit(text, max(8, width - 16 - min(cells(value), 24)))}{value}", width)
    for claim in span.claims:
        room = width - 18 - cells(claim.path) - 3
        if room >= min(cells(claim.value), 12):
            yield f"{INDENT}> {claim.path} = {fit(claim.value, room)}"
        else:
            yield from folded(f"> {claim.path}", width, INDENT, 4)
            yield f"{INDENT}    = {fit(claim.value, width - 22)}"


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: characters of East Asian scripts take two, marks on others none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def fit(text: str, width: int) -> str:
    """A text that takes at most `width` columns: cut short, where it is longer."""
    if cells(text) <= width:
        return text
    return _front(text, max(width - 1, 0)) + "…" if width > 0 else ""


def _front(text: str, width: int) -> str:
    end, taken = 0, 0
    for letter in text:
        taken += _cells(letter)
        if taken > width:
            break
        end += 1
    return text[:end]


def folded(text: str, width: int, indent: str = "", hang: int = 2) -> Iterator[str]:
    """The lines of a text, broken at spaces where there are some; lines behind the first hang by so many columns."""
    rest, start = text, indent
    while rest:
        room = max(width - cells(start), 4)
        line = _front(rest, room)
        if len(line) < len(rest):
            space = line.rfind(" ") if rest[len(line)] != " " else len(line)
            if space > room // 2:
                line = line[:space]
            line = line or rest[0]
        yield start + line
        rest = rest[len(line) :].lstrip(" ")
        start = indent + " " * hang
