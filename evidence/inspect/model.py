"""What there is to show of one piece of evidence, or of a refused input: layers of bytes with fields in them.

Pure: made from a piece and the input that it came in, and written by `text`, `html` and `plain`.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal

from msgspec import Struct

SpanKind = Literal["field", "read", "structure", "piece", "error"]
"""What a range is: a field of the evidence, one that was read before an error, a part of a certificate or of an encoding,
the next layer as it lies in this one, the place of an error."""
LayerKind = Literal["carrier", "evidence", "attachment", "decoded", "certificate"]


class SpanClaim(Struct, frozen=True):
    """One claim of a field: its path, what stands there as text, and the sentence that says what it is."""

    path: str
    value: str
    meaning: str


class FieldSpan(Struct, frozen=True, kw_only=True):
    """The range `[start, end)` (bytes) of a layer: its name, its value where that says more than the bytes, its claims.

    `covered` are the names of the signatures that cover it, verified by nobody. `layer` is the index of the layer
    that these bytes are decoded to.
    """

    field: str
    start: int
    end: int
    kind: SpanKind = "field"
    value: str | None = None
    claims: tuple[SpanClaim, ...] = ()
    covered: tuple[str, ...] = ()
    layer: int | None = None


class Stretch(Struct, frozen=True):
    """Bytes of a layer that are at hand, and where they begin."""

    start: int
    data: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.data)


class ByteLayer(Struct, frozen=True, kw_only=True):
    """One layer: what arrived, the evidence proper, what came beside it, or what some of its bytes decode to.

    `size` (bytes) is that of the whole layer; `stretches` are the parts of it that are at hand, in order. `outer`
    is the range of the layer `parent` (an index) that it was made from.
    """

    name: str
    kind: LayerKind
    size: int
    stretches: tuple[Stretch, ...]
    spans: tuple[FieldSpan, ...] = ()
    parent: int | None = None
    outer: tuple[int, int] | None = None

    def bytes_at(self, start: int, end: int) -> bytes | None:
        """The bytes of a range; None where they are not at hand."""
        index = bisect_right(self.stretches, start, key=lambda stretch: stretch.start) - 1
        if index >= 0 and end <= self.stretches[index].end:
            stretch = self.stretches[index]
            return stretch.data[start - stretch.start : end - stretch.start]
        return b"" if start == end else None


class NoteRow(Struct, frozen=True):
    """A note of the document: its code, its place, its detail, and what the code means."""

    code: str
    path: str
    detail: str
    meaning: str


class Stop(Struct, frozen=True):
    """Why an input was refused, and the place: a layer (an index) and an offset (bytes) into it, where they are known."""

    code: str
    message: str
    layer: int | None = None
    offset: int | None = None


class Inspection(Struct, frozen=True, kw_only=True):
    """All that there is to show of one piece of an input. Nothing of it is verified.

    `title` says what it is in one line; `facts` are names and texts of the header.
    """

    source: str
    at: str
    title: str
    facts: tuple[tuple[str, str], ...]
    layers: tuple[ByteLayer, ...]
    notes: tuple[NoteRow, ...] = ()
    stop: Stop | None = None
