"""Inspections as one page for a browser, which needs nothing else: no network, no file beside it.

Whatever an input says stands in the page as data alone: in a block of JSON in which no `<`, `>` or `&` is left, and the
page's own script puts it into the document as text. The page's policy lets that one script and that one style run,
by their hashes, and nothing else load.
"""

from __future__ import annotations

import html
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from evidence.encode.json import ascii_json
from evidence.inspect.model import ByteLayer, FieldSpan, Inspection, Stop, Stretch
from evidence.inspect.text import UNVERIFIED

BYTES: Final = 256 << 10
"""Bytes of all layers that a page shows: browsers draw them in a second."""
FIELDS: Final = 8192
"""Fields of all layers that a page shows."""
HEAD: Final = 256
"""Bytes of each field that are shown of a layer that is too large to be shown whole."""
NO_SCRIPT: Final = (
    "The bytes and fields of this page are drawn by its own script, which does not run here. "
    "<code>evidence inspect FILE</code> prints the same as text."
)
FOLDER: Final = Path(__file__).parent
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def page(shown: Sequence[Inspection], more: int = 0) -> bytes:
    """The page of some inspections; `more` is how many pieces were left out of it."""
    style, script = _file("page.css"), _file("page.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
    name = shown[0].source if len(shown) == 1 else f"{len(shown) + more} pieces"
    return "".join(
        (
            "<!DOCTYPE html>\n",
            '<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{html.escape(name)} - evidence inspect</title>\n",
            f"<style>{style}</style>\n</head>\n<body>\n",
            f'<p id="unverified">{html.escape(UNVERIFIED)}</p>\n',
            f"<noscript><p>{NO_SCRIPT}</p></noscript>\n",
            f'<script type="application/json" id="data">{_data(shown, more)}</script>\n',
            f"<script>{script}</script>\n</body>\n</html>\n",
        )
    ).encode("ascii", "xmlcharrefreplace")


def _file(name: str) -> str:
    return (FOLDER / name).read_text("ascii")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _data(shown: Sequence[Inspection], more: int) -> str:
    budget = _Budget()
    pieces = [_piece(inspection, budget) for inspection in shown]
    left = []
    if more:
        left.append(f"{more} more pieces: ask for each of them")
    if budget.left_fields:
        left.append(
            f"{budget.left_fields} fields, of more than {FIELDS}: evidence inspect --json has all of them"
        )
    if budget.left_bytes:
        left.append(f"{budget.left_bytes} bytes, of more than {BYTES}")
    text = ascii_json(msgspec.json.encode({"pieces": pieces, "left": left})).decode()
    for letter, escape in _ESCAPES.items():
        text = text.replace(letter, escape)
    return text


class _Budget:
    """What a page may still hold, and what had no room in it."""

    def __init__(self) -> None:
        self.bytes, self.fields = BYTES, FIELDS
        self.left_bytes = self.left_fields = 0

    def spans(self, layer: ByteLayer) -> list[FieldSpan]:
        """The fields of a layer that have room, the first ones first."""
        spans = sorted(layer.spans, key=lambda span: (span.start, -span.end))
        room, self.fields = spans[: self.fields], self.fields - min(len(spans), self.fields)
        self.left_fields += len(spans) - len(room)
        return room

    def stretches(self, layer: ByteLayer, spans: Iterable[FieldSpan], stop: int | None) -> list[Stretch]:
        """The bytes of a layer that have room: all, or the beginning of each field and what is around an error."""
        size = sum(len(stretch.data) for stretch in layer.stretches)
        if size <= self.bytes:
            self.bytes -= size
            return list(layer.stretches)
        wanted = [(span.start, min(span.end, span.start + HEAD)) for span in spans] or [(0, 16 * HEAD)]
        if stop is not None:
            wanted.insert(0, (max(0, stop - HEAD), stop + HEAD))
        ranges = []
        for start, end in wanted:
            room = min(end, start + self.bytes)
            if room > start:
                ranges.append((start, room))
                self.bytes -= room - start
        stretches = [cut for start, end in _joined(ranges) for cut in _cut(layer, start, end)]
        self.left_bytes += size - sum(len(stretch.data) for stretch in stretches)
        return stretches


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in whole rows of 16 bytes, in order; those that touch are one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((start & ~15, (end + 15) & ~15) for start, end in ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(layer: ByteLayer, start: int, end: int) -> Iterator[Stretch]:
    first = bisect_right(layer.stretches, start, key=lambda stretch: stretch.start) - 1
    for stretch in layer.stretches[max(first, 0) :]:
        if stretch.start >= end:
            return
        low, high = max(start, stretch.start), min(end, stretch.end)
        if low < high:
            yield Stretch(low, stretch.data[low - stretch.start : high - stretch.start])


def _piece(shown: Inspection, budget: _Budget) -> dict[str, Any]:
    piece: dict[str, Any] = {
        "source": shown.source,
        "at": shown.at,
        "title": shown.title,
        "facts": shown.facts,
        "notes": [[note.code, note.path, note.detail, note.meaning] for note in shown.notes],
        "layers": [_layer(shown, index, budget) for index in range(len(shown.layers))],
    }
    if shown.stop is not None:
        stop = shown.stop
        piece["stop"] = {
            "code": stop.code,
            "message": stop.message,
            "layer": stop.layer,
            "offset": stop.offset,
        }
    return piece


def _layer(shown: Inspection, index: int, budget: _Budget) -> dict[str, Any]:
    layer, stop = shown.layers[index], shown.stop
    spans, offset = budget.spans(layer), None
    if stop is not None and stop.layer == index and stop.offset is not None:
        offset = stop.offset
        spans.append(_mark(stop, offset, layer.size))
    return {
        "name": layer.name,
        "kind": layer.kind,
        "size": layer.size,
        "parent": layer.parent,
        "outer": layer.outer,
        "bytes": [[stretch.start, stretch.data.hex()] for stretch in budget.stretches(layer, spans, offset)],
        "spans": [_span(span) for span in spans],
    }


def _mark(stop: Stop, offset: int, size: int) -> FieldSpan:
    """The place of an error as a range of one byte, or of none at the end."""
    value = f"{stop.code}: {stop.message}"
    return FieldSpan(field="stopped here", start=offset, end=min(offset + 1, size), kind="error", value=value)


def _span(span: FieldSpan) -> dict[str, Any]:
    members: dict[str, Any] = {"field": span.field, "start": span.start, "end": span.end, "kind": span.kind}
    if span.value is not None:
        members["value"] = span.value
    if span.claims:
        members["claims"] = [[claim.path, claim.value, claim.meaning] for claim in span.claims]
    if span.covered:
        members["covered"] = span.covered
    if span.layer is not None:
        members["layer"] = span.layer
    return members
