"""NVIDIA's JSON for a DPU: the certificates of its DICE layers, digests of its firmware, a signature over the caller's bytes.

Sources: confidential-containers, guest-components (the attester `nvidia-dpu`, 2026) and trustee (its verifier). What is
signed is the report data of 64 bytes, which is not in the evidence.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

from evidence.errors import (
    ConstraintViolation,
    LimitExceeded,
    MalformedEvidence,
    TrailingBytes,
    UnsupportedVersion,
)
from evidence.input import Input
from evidence.types._recorder import Layer, Page
from evidence.wire import json, text, x509
from evidence.wire.claimset import ClaimLabel, ClaimSet, ClaimTable, array, integer, mapping, tstr, uint
from evidence.wire.places import Path
from evidence.wire.x509 import X509Certificate

SPEC: Final = "guest-components, nvidia-dpu"
WHAT: Final = "NVIDIA DPU evidence"
VERSION: Final = 1
DEVICE: Final = ("devices", 0)
"""Where the one device of a document is."""
REPORT_DATA: Final = 64
"""Bytes of what is signed; the attester fills up fewer with zeros."""
CERTIFICATES: Final = ("device_id_cert", "alias_cert")
"""The issuer first: the key of the alias signs."""

# fmt: off
MEASUREMENT: Final = ClaimTable("measurement", SPEC, (
    ClaimLabel("layer",                 "layer",                 integer(0, 255),                          required=True),
    ClaimLabel("digest",                "digest",                tstr(),                                   required=True),
))
DPU: Final = ClaimTable("device", SPEC, (
    ClaimLabel("architecture",          "architecture",          tstr(least=1),                            required=True),
    ClaimLabel("alias_cert",            "alias_cert",            tstr(least=1),                            required=True),
    ClaimLabel("device_id_cert",        "device_id_cert",        tstr(least=1),                            required=True),
    ClaimLabel("measurements",          "measurements",          array(mapping(MEASUREMENT)),              required=True),
    ClaimLabel("report_data_signature", "report_data_signature", tstr(least=1),                            required=True),
))
DOCUMENT: Final = ClaimTable(WHAT, SPEC, (
    ClaimLabel("version",               "version",               uint(),                                   required=True),
    ClaimLabel("devices",               "devices",               array(mapping(DPU), least=1, most=1),     required=True),
))
# fmt: on


class DpuCertificate(NamedTuple):
    """A certificate of a layer, and the layer of bytes that its base64 was decoded to."""

    name: str
    certificate: X509Certificate
    layer: Layer


class DpuEvidence(NamedTuple):
    """The evidence of one DPU: what the document says, and what its texts decode to."""

    document: ClaimSet
    device: ClaimSet
    layer: Layer
    certificates: tuple[DpuCertificate, ...]
    """Those of `CERTIFICATES`, in that order."""
    digests: tuple[bytes, ...]
    """Of the measurements, in their order."""
    signature: bytes
    size: int

    @property
    def page(self) -> Page:
        """The document, for the places of its members."""
        return Page(self.layer, partial(json.places, self.layer.data, 0), "")


def read(source: Input) -> DpuEvidence:
    """The evidence of the one device in a document.

    Raises `UnsupportedVersion`, `MissingField`, `ConstraintViolation`, `BadEncoding`, `LimitExceeded`, …
    """
    data = source.data
    request = source.attachments.get("request", b"")
    if len(request) > REPORT_DATA:
        raise ConstraintViolation(
            what="request", spec=SPEC, got=f"{len(request)} bytes", allowed=f"{REPORT_DATA} bytes at most"
        )
    layer = Layer(data, decoded=source.decoded)
    document = DOCUMENT.read(source.decoded.json(WHAT), "")
    version = document.values["version"]
    if version != VERSION:
        raise UnsupportedVersion(type="dice", got=version, known=(VERSION,), path="/version")
    (device,) = document.values["devices"]
    values = device.values
    paths = {name: (*DEVICE, name) for name in CERTIFICATES}
    places = json.places(data, 0, paths.values())
    certificates = []
    for name, path in paths.items():
        content = _octets(values[name], path)
        inner = layer.inner(name, content, places[path].value, places[path].end)
        certificates.append(DpuCertificate(name, _certificate(content, path), inner))
    return DpuEvidence(
        document=document,
        device=device,
        layer=layer,
        certificates=tuple(certificates),
        digests=tuple(
            _octets(one.values["digest"], (*DEVICE, "measurements", index, "digest"))
            for index, one in enumerate(values["measurements"])
        ),
        signature=_octets(values["report_data_signature"], (*DEVICE, "report_data_signature")),
        size=len(data),
    )


def _octets(value: str, path: Path) -> bytes:
    return text.base64(value, WHAT, _written(path))


def _certificate(content: bytes, path: Path) -> X509Certificate:
    try:
        certificate = x509.read(content, str(path[-1]))
        if certificate.end < len(content):
            extra = len(content) - certificate.end
            raise TrailingBytes(what=str(path[-1]), offset=certificate.end, extra=extra)
    except (MalformedEvidence, LimitExceeded) as error:  # its offset is one of what the text decodes to
        error.path, error.offset = f"{_written(path)}: byte {error.offset}", None
        raise
    return certificate


def _written(path: Path) -> str:
    return "".join(f"/{step}" for step in path)


def recognise(value: Any) -> bool:
    """Whether a value of JSON is the document of a DPU, by its members; that of several is the carrier of one each."""
    devices = value.get("devices") if isinstance(value, dict) and "version" in value else None
    if not isinstance(devices, list) or not devices or not _is_device(devices[0]):
        return False
    return len(devices) == 1 or not all(map(_is_device, devices))


def _is_device(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= {*CERTIFICATES}
