"""The layers of one piece: what arrived, the evidence, what came beside it, and what is decoded out of these."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from evidence import limits
from evidence.codes import NOTES
from evidence.convert import Evidence
from evidence.coverage import Covers
from evidence.errors import safe
from evidence.input import Input
from evidence.inspect import certificates, decode
from evidence.inspect.model import (
    ByteLayer,
    FieldSpan,
    Inspection,
    LayerKind,
    NoteRow,
    SpanClaim,
    Stretch,
)
from evidence.inspect.values import Claimed, Natives
from evidence.registry import Source

EVIDENCE: Final = "evidence"
ATTACHMENT: Final = "attachment:"
CERTIFICATE: Final = "/certificates/"


def inspection(source: str, piece: Evidence, way: Sequence[Input] = ()) -> Inspection:
    """All that there is to show of a piece, and of the inputs that lead to it (`carried.way`)."""
    header = piece.claims.evidence
    variant = f" {header.variant}" if header.variant else ""
    meanings = NOTES | dict(piece.type.codes)
    return Inspection(
        source=source,
        at=safe(piece.at),
        title=safe(f"{header.type} {header.version}{variant}, {header.size} bytes"),
        facts=tuple(_facts(piece)),
        layers=tuple(_Layers(way, piece).all()),
        notes=tuple(
            NoteRow(note.code, safe(note.path), safe(note.detail), meanings.get(note.code, ""))
            for note in piece.claims.notes
        ),
    )


def _facts(piece: Evidence) -> Iterator[tuple[str, str]]:
    header = piece.claims.evidence
    yield "type", f"{piece.type.title} ({header.type}), version {safe(header.version)}, {header.status}"
    yield "size", f"{header.size} bytes" + (f", and {header.trailing} behind them" if header.trailing else "")
    carriers = (safe(f"{c.name} ({c.at})" if c.at else c.name) for c in header.carriers)
    yield "carrier", ", in it ".join(carriers) or "none: the bytes are as they came"
    yield "protection", header.protection
    yield "SHA-256", header.sha256.hex()
    if piece.claims.attested is not None:
        target = piece.claims.attested
        yield "attested", safe(f"{target.environment}, debug {target.debug}")
    for signature in piece.claims.signatures:
        how = " ".join(filter(None, (signature.alg, signature.hash)))
        yield (
            "signature",
            safe(f"{signature.name}, by {signature.by}, {how or 'nothing says how'}, not checked"),
        )


class _Layers:
    """Builds the layers of one piece."""

    def __init__(self, way: Sequence[Input], piece: Evidence) -> None:
        self.piece, self.way = piece, way
        self.claimed, self.natives = Claimed(piece.claims), Natives(piece.native)
        self.covers = [(s.name, Covers(s.covers)) for s in piece.claims.signatures]
        self.layers: list[ByteLayer] = []
        self.decodings = decode.Decodings(b"")

    def all(self) -> list[ByteLayer]:
        """The outermost first; each stands behind the one that it was made from."""
        by_layer: dict[str, list[Source]] = {EVIDENCE: []}
        for field in self.piece.sources():
            by_layer.setdefault(field.layer, []).append(field)
        parent, outer = self._carriers()
        data = self.piece.input.data
        self._add(EVIDENCE, EVIDENCE, data, by_layer.pop(EVIDENCE), parent=parent, outer=outer)
        evidence = len(self.layers) - 1
        for kind, content in self.piece.input.attachments.items():
            fields = by_layer.pop(ATTACHMENT + kind, [])
            self._add(ATTACHMENT + kind, "attachment", content, fields)
        for name, fields in by_layer.items():
            self._decoded(name, fields, evidence)
        for index in range(len(self.layers)):
            self._certificates(index)
        self._link()
        return self.layers

    def _carriers(self) -> tuple[int | None, tuple[int, int] | None]:
        """Adds what arrived and what was taken out of it; the last of these, and the range of it that is the evidence."""
        parent, outer = None, None
        for step, inner in zip(self.way, (*self.way, self.piece.input)[1:], strict=True):
            name = f"inside of {step.carriers[-1].name}" if step.carriers else "input"
            self._add(name, "carrier", step.data, [], parent=parent, outer=outer)
            parent, outer = len(self.layers) - 1, locate(step.data, inner.data)
        return parent, outer

    def _add(
        self,
        name: str,
        kind: LayerKind,
        data: bytes,
        fields: Iterable[Source],
        *,
        parent: int | None = None,
        outer: tuple[int, int] | None = None,
    ) -> None:
        spans = tuple(self._span(field) for field in fields)
        stretches = (Stretch(0, data),) if data else ()
        self.layers.append(
            ByteLayer(
                name=safe(name),
                kind=kind,
                size=len(data),
                stretches=stretches,
                spans=spans,
                parent=parent,
                outer=outer,
            )
        )

    def _span(self, field: Source) -> FieldSpan:
        return FieldSpan(
            field=safe(field.field),
            start=field.start,
            end=field.end,
            value=self.natives.number(field.field, self.piece.bytes_of(field)),
            claims=tuple(map(self._claim, field.claims)),
            covered=tuple(safe(name) for name, covers in self.covers if covers.hold(field)),
        )

    def _claim(self, path: str) -> SpanClaim:
        return self.claimed.claim(path)

    def _decoded(self, name: str, fields: list[Source], evidence: int) -> None:
        outer = fields[0].outer
        data = None
        if outer is not None and all(field.outer == outer for field in fields):
            data = self._decodings(self.piece.input.data[outer[0] : outer[1]]).whole(fields)
        parent = evidence if outer is not None else None
        if outer is None:
            data, parent = self._beside(fields)
        if data is not None:
            self._add(name, "decoded", data, fields, parent=parent, outer=outer)
            return
        self.layers.append(
            ByteLayer(
                name=safe(name),
                kind="decoded",
                size=max(field.end for field in fields),
                stretches=tuple(_stretches(fields)),
                spans=tuple(self._span(field) for field in fields),
                parent=parent,
                outer=outer,
            )
        )

    def _decodings(self, outer: bytes) -> decode.Decodings:
        """What a range decodes to; layers of one range stand one after the other."""
        if self.decodings.outer != outer:
            self.decodings = decode.Decodings(outer)
        return self.decodings

    def _beside(self, fields: list[Source]) -> tuple[bytes | None, int | None]:
        """The layer that is decoded from an attachment, and which that is."""
        for index, layer in enumerate(self.layers):
            if layer.kind == "attachment" and layer.stretches:
                data = self._decodings(layer.stretches[0].data).whole(fields)
                if data is not None and data != layer.stretches[0].data:
                    return data, index
        return None, None

    def _certificates(self, index: int) -> None:
        """A layer for each field that is a certificate of the document."""
        layer = self.layers[index]
        names: dict[tuple[int, int], str] = {}
        for span in layer.spans:
            paths = (claim.path for claim in span.claims)
            if any(path.startswith(CERTIFICATE) and path.count("/") == 2 for path in paths):
                names.setdefault((span.start, span.end), span.field)
        for (start, end), name in names.items():
            data = layer.bytes_at(start, end)
            certificate = certificates.certificate(data) if data else None
            if certificate is None or len(self.layers) > limits.CERTIFICATES * 4:
                continue
            self.layers.append(
                ByteLayer(
                    name=f"certificate {name}",
                    kind="certificate",
                    size=len(certificate.der),
                    stretches=(Stretch(0, certificate.der),),
                    spans=tuple(certificates.spans(certificate)),
                    parent=index,
                    outer=(start, end),
                )
            )

    def _link(self) -> None:
        """Gives each layer a range for every layer that lies in it, unless a field has that very range."""
        for index, layer in enumerate(self.layers):
            if layer.parent is None or layer.outer is None:
                continue
            start, end = layer.outer
            parent = self.layers[layer.parent]
            spans = list(parent.spans)
            for at, span in enumerate(spans):
                if (span.start, span.end) == layer.outer and span.layer is None:
                    spans[at] = replace(span, layer=index)
                    break
            else:
                spans.append(FieldSpan(field=layer.name, start=start, end=end, kind="piece", layer=index))
            self.layers[layer.parent] = replace(parent, spans=tuple(spans))


def locate(outer: bytes, inner: bytes) -> tuple[int, int] | None:
    """Where `inner` lies in `outer`, as it is or as one text in hexadecimal or base64; None where it does not.

    White space may stand anywhere in the text.
    """
    forms = [
        form(inner) for form in (bytes, _hex, _upper, b64encode, urlsafe_b64encode, _unpadded, _url_unpadded)
    ]
    for text in forms:
        start = outer.find(text) if text else -1
        if start >= 0:
            return start, start + len(text)
    tight = outer.translate(None, _SPACE)
    for text in forms[1:] if len(tight) < len(outer) else ():
        start = tight.find(text) if text else -1
        if start >= 0:
            return _loose(outer, start), _loose(outer, start + len(text) - 1) + 1
    return None


_SPACE: Final = b" \t\r\n\v\f"


def _loose(text: bytes, index: int) -> int:
    """Where the character of this index lies, of those that are no white space."""
    for word in re.finditer(rb"[^ \t\r\n\v\f]+", text):
        if index < word.end() - word.start():
            return word.start() + index
        index -= word.end() - word.start()
    return len(text)


def _hex(data: bytes) -> bytes:
    return data.hex().encode()


def _upper(data: bytes) -> bytes:
    return data.hex().upper().encode()


def _unpadded(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _url_unpadded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _stretches(fields: Iterable[Source]) -> Iterator[Stretch]:
    """The bytes of fields in their order, each once; what two fields say is what the first of them says."""
    start, parts, end = 0, list[bytes](), -1
    for field in sorted(fields, key=lambda field: (field.start, -field.end)):
        content = field.content or b""
        if field.start > end:
            if parts:
                yield Stretch(start, b"".join(parts))
            start, parts, end = field.start, [], field.start
        if field.end > end:
            parts.append(content[end - field.start :])
            end = field.end
    if parts:
        yield Stretch(start, b"".join(parts))
