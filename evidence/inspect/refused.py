"""What was read of a refused input before the error, and the place where it stopped.

A type reads everything or raises. So it reads once more, and the two ways in which bytes become fields are watched:
a structure of a specification (`Layout.read`) and a length that is taken (`Cursor.skip`). Tokens in CBOR have
neither: their items are walked, as far as they are well formed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any, Final, Literal

from evidence.convert import Failure
from evidence.errors import QUOTED, EvidenceError, UsageError, safe
from evidence.input import Input
from evidence.inspect import decode
from evidence.inspect.model import ByteLayer, FieldSpan, Inspection, Stop, Stretch
from evidence.limits import NESTING, check
from evidence.options import Options
from evidence.registry import EvidenceType, Registry
from evidence.wire import cbor
from evidence.wire.cursor import Cursor
from evidence.wire.jose import compact
from evidence.wire.layout import Layout

MOST: Final = 4096
"""Fields that are shown of a refused input."""
PARTS: Final = ("header", "payload", "signature")
"""Those of a token in compact form (RFC 7515, section 3.1)."""
CONTAINERS: Final = frozenset({4, 5, 6})
"""The major types of items that hold others: arrays, maps, tags."""
_LAYOUT: Final = Layout.read.__func__.__code__  # type: ignore[attr-defined]
_CURSOR: Final = Cursor.skip.__code__


def inspection(
    source: str,
    piece: Input | None,
    failure: Failure,
    known: Registry,
    *,
    forced: str | None = None,
    options: Options | None = None,
) -> Inspection:
    """All that there is to show of a piece that was refused: what was read of it, and why it stopped.

    None stands for one of which no bytes are at hand.
    """
    error = failure.error
    kind = None if piece is None else _kind(piece, known, forced)
    layers = () if piece is None else tuple(_layers(piece, kind, options))
    layer, offset = _place(error, layers)
    return Inspection(
        source=source,
        at=safe(failure.at),
        title=f"refused: {error.code}",
        facts=() if piece is None else tuple(_facts(piece, kind)),
        layers=layers,
        stop=Stop(error.code, str(error), layer, offset),
    )


def _facts(piece: Input, kind: EvidenceType | None) -> Iterator[tuple[str, str]]:
    if kind is not None:
        yield "type", f"{kind.title} ({kind.name})"
    yield "size", f"{len(piece.data)} bytes"
    if piece.carriers:
        yield "carrier", ", in it ".join(safe(carrier.name) for carrier in piece.carriers)


def _kind(piece: Input, known: Registry, forced: str | None) -> EvidenceType | None:
    if forced is not None:
        return known[forced]
    matches = known.recognise(piece).matches
    return matches[0][0] if len(matches) == 1 else None


def _layers(piece: Input, kind: EvidenceType | None, options: Options | None) -> Iterator[ByteLayer]:
    spans = () if kind is None else tuple(_read(piece, kind, options))
    if not spans and compact(piece.data) is not None:
        yield from _token(piece.data)
    else:
        yield _layer("evidence" if kind is not None else "input", piece.data, spans or _items(piece.data))
    for name, content in piece.attachments.items():
        yield ByteLayer(
            name=f"attachment:{name}", kind="attachment", size=len(content), stretches=(Stretch(0, content),)
        )


def _layer(name: str, data: bytes, spans: Iterable[FieldSpan]) -> ByteLayer:
    return ByteLayer(
        name=name, kind="evidence", size=len(data), stretches=(Stretch(0, data),), spans=tuple(spans)
    )


def _read(piece: Input, kind: EvidenceType, options: Options | None) -> list[FieldSpan]:
    """What the type reads of a piece, in the order of its bytes."""
    spans: dict[tuple[int, int], FieldSpan] = {}
    data = piece.data

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event != "return" or len(spans) >= MOST:
            return
        if frame.f_code is _LAYOUT:
            names = frame.f_locals
            if names["data"] is data:
                whole = argument is not None
                for span in _fields(data, names["cls"], names["start"], names["version"], whole=whole):
                    spans.setdefault((span.start, span.end), span)
        elif frame.f_code is _CURSOR and argument is not None:
            names = frame.f_locals
            cursor = names["self"]
            if cursor.data is data and names["what"]:
                span = FieldSpan(field=safe(names["what"]), start=argument, end=cursor.at, kind="read")
                spans.setdefault((span.start, span.end), span)

    with suppress(UsageError):
        source = piece.with_options(kind.options() if options is None else options.of(kind))
        _watched(watch, lambda: kind.read(source))
    return sorted(spans.values(), key=lambda span: (span.start, -span.end))


def _watched(watch: Callable[[FrameType, str, Any], None], work: Callable[[], object]) -> None:
    """Works, however it ends, while `watch` is told of every call and return."""
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    except (Exception, SystemExit):  # noqa: BLE001 (of a type's code; what it raised was said before)
        return
    finally:
        sys.setprofile(before)


def _fields(
    data: bytes, structure: type[Layout], start: int, version: int | None, *, whole: bool
) -> Iterator[FieldSpan]:
    """The fields of a structure; of one that was refused, those before its first reserved byte that is not zero."""
    order: Literal["big", "little"] = "big" if structure.ENDIAN == ">" else "little"
    for name, place in structure.PLACES.items():
        low, high = start + place.offset, start + place.end
        if version is not None and version < place.since:
            continue
        if high > len(data) or (place.reserved and not whole and any(data[low:high])):
            return
        if not place.reserved:
            value = None if place.kind == "s" else str(int.from_bytes(data[low:high], order))
            yield FieldSpan(
                field=f"{structure.__name__}.{name}", start=low, end=high, kind="read", value=value
            )


def _token(data: bytes) -> Iterator[ByteLayer]:
    """The three parts of a web token, and what the first two of them are decoded."""
    spans, decoded, at = list[FieldSpan](), list[ByteLayer](), 0
    for name, part in zip(PARTS, data.split(b".", 2), strict=False):
        end = at + len(part)
        content = decode.base64(part) if name != PARTS[-1] else None
        layer = None
        if content:
            layer = 1 + len(decoded)
            decoded.append(
                ByteLayer(
                    name=name,
                    kind="decoded",
                    size=len(content),
                    stretches=(Stretch(0, content),),
                    parent=0,
                    outer=(at, end),
                )
            )
        spans.append(FieldSpan(field=name, start=at, end=end, kind="read", layer=layer))
        at = end + 1
    yield _layer("evidence", data, spans)
    yield from decoded


def _items(data: bytes) -> Iterator[FieldSpan]:
    """The items of CBOR that hold no others, by the way to them, up to what is not well formed."""
    if data and data[0] >> 5 in CONTAINERS:
        walk = _Items(data)
        with suppress(EvidenceError):
            walk.item(0, "", 0)
        yield from walk.spans


class _Items:
    """Walks the items of CBOR, and those in byte strings that are CBOR themselves."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.spans: list[FieldSpan] = []

    def item(self, at: int, path: str, depth: int) -> int:
        """The end of the item at `at`. Raises `EvidenceError` where it is not well formed, or there is too much."""
        head = cbor.head(self.data, at)
        check("items", MOST, len(self.spans))
        check("nesting", NESTING, depth)
        here = head.end
        if head.major == 6:
            return self.item(here, path, depth + 1)
        if head.major == 4:
            for index in range(head.argument):
                here = self.item(here, f"{path}/{index}", depth + 1)
            return here
        if head.major == 5:
            for _ in range(head.argument):
                value = cbor.skip(self.data, here)
                here = self.item(value, f"{path}/{self.key(here, value)}", depth + 1)
            return here
        end = cbor.skip(self.data, at)
        if head.major == 2 and self.is_wrapped(here, end):
            return self.item(here, path, depth + 1)
        number = {0: str(head.argument), 1: str(-1 - head.argument)}.get(head.major)
        text = self.data[here:end].decode("utf-8", "backslashreplace") if head.major == 3 else number
        name = safe(path[1:] or "item")
        self.spans.append(
            FieldSpan(field=name, start=at, end=end, kind="structure", value=text and safe(text))
        )
        return end

    def key(self, start: int, end: int) -> str:
        """The key of a map, as far as it is a short one."""
        head = cbor.head(self.data, start)
        if head.major in {0, 1}:
            return str(head.argument if head.major == 0 else -1 - head.argument)
        return self.data[head.end : min(end, head.end + QUOTED)].decode("utf-8", "backslashreplace")

    def is_wrapped(self, start: int, end: int) -> bool:
        """Whether a byte string is one item of CBOR that holds others."""
        if start == end or self.data[start] >> 5 not in CONTAINERS:
            return False
        try:
            return cbor.skip(self.data, start) == end
        except EvidenceError:
            return False


def _place(error: EvidenceError, layers: tuple[ByteLayer, ...]) -> tuple[int | None, int | None]:
    """The layer in which an error lies, and the offset in it."""
    offset = getattr(error, "offset", None)
    if offset is None or not layers:
        return None, None
    path = str(getattr(error, "path", ""))
    for index, layer in enumerate(layers):
        if layer.kind == "attachment" and path.startswith(layer.name.removeprefix("attachment:")):
            return (index, offset) if offset <= layer.size else (None, None)
    return (0, offset) if offset <= layers[0].size else (None, None)
