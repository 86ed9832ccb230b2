"""An inspection in what JSON has."""

from __future__ import annotations

from typing import Any, Final

from evidence.inspect.model import ByteLayer, FieldSpan, Inspection

SHOWN: Final = 4096
"""Bytes of a field that stand in the document; the others are in the input, at its offsets."""


def document(shown: Inspection) -> dict[str, Any]:
    """The members of the document, but for the names of input and piece; what is not there is left out."""
    members: dict[str, Any] = {
        "title": shown.title,
        "verified": False,
        "facts": [{"name": name, "text": text} for name, text in shown.facts],
        "layers": [_layer(shown, layer) for layer in shown.layers],
    }
    if shown.notes:
        members["notes"] = [
            {"code": note.code, "path": note.path, "detail": note.detail} for note in shown.notes
        ]
    if shown.stop is not None:
        stop = shown.stop
        members["stop"] = {"code": stop.code, "message": stop.message}
        if stop.layer is not None and stop.offset is not None:
            members["stop"] |= {"layer": shown.layers[stop.layer].name, "offset": stop.offset}
    return members


def _layer(shown: Inspection, layer: ByteLayer) -> dict[str, Any]:
    members: dict[str, Any] = {"name": layer.name, "kind": layer.kind, "size": layer.size}
    if layer.parent is not None:
        members["parent"] = shown.layers[layer.parent].name
    if layer.outer is not None:
        members["outer"] = list(layer.outer)
    spans = sorted(layer.spans, key=lambda span: (span.start, -span.end))
    return members | {"fields": [_field(shown, layer, span) for span in spans]}


def _field(shown: Inspection, layer: ByteLayer, span: FieldSpan) -> dict[str, Any]:
    data = layer.bytes_at(span.start, min(span.end, span.start + SHOWN))
    members: dict[str, Any] = {"name": span.field, "kind": span.kind, "start": span.start, "end": span.end}
    if data is not None:
        members["bytes"] = data.hex()
    if span.end - span.start > SHOWN:
        members["left_out"] = span.end - span.start - SHOWN
    if span.value is not None:
        members["value"] = span.value
    if span.claims:
        members["claims"] = [{"path": claim.path, "value": claim.value} for claim in span.claims]
    if span.covered:
        members["covered_by"] = list(span.covered)
    if span.layer is not None:
        members["layer"] = shown.layers[span.layer].name
    return members
