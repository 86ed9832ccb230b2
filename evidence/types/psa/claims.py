"""A PSA token in normalized claims: one device and its software."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Binding, Bytes, Note
from evidence.input import Input
from evidence.registry import Body
from evidence.types import _x5chain
from evidence.types._notes import note
from evidence.types._psa.claims import algorithm_remarks, remarks, unknown
from evidence.types.psa.mapping import DEVICE
from evidence.types.psa.read import PsaToken
from evidence.words import Protection

HERE: Final = DEVICE.here
PROTECTION: Final[dict[str, Protection]] = {
    "cose-sign1": "signed",
    "cose-mac0": "mac",
    "claims-set": "none",
}
RANDOM: Final = (33, 0x01)
"""Size (bytes) and type of the UEID that an instance identifier is."""
EAN13: Final = 13
"""Digits of an article number."""


def claims(piece: PsaToken, source: Input) -> Body:
    """The claims of a token."""
    token = piece.token
    notes: list[Note] = []
    unnamed = unknown(token, source.data)
    device = DEVICE.environment((token.values,), piece, notes, unknown=unnamed)
    if unnamed:
        notes.extend(remarks(token, "device"))
    notes.extend(_remarks(piece))
    binding = Binding(
        name="nonce",
        role="caller-data",
        declared="nonce",
        requested_by="unspecified",
        environment="device",
        value=Bytes(token.values["nonce"]),
    )
    return Body(
        version=token.version,
        variant=piece.variant,
        size=piece.size,
        protection=PROTECTION[piece.variant],
        bindings=(binding,),
        environments=(device,),
        certificates=tuple(_x5chain.claims(token.certificates, "device")),
        notes=tuple(notes),
    )


def _remarks(piece: PsaToken) -> Iterator[Note]:
    """What a reader should know about the token as a whole."""
    token = piece.token
    get = token.values.get
    if token.version == "unknown":
        yield note("unknown-profile", f"{HERE}/profile", "read by the claims that are known here")
    if get("early_boot_seed") is not None:
        detail = "the boot seed has the label 2397 of the drafts"
        yield note("provisional-labels", f"{HERE}/identifiers/bootseed", detail)
    instance, reference = token.values["instance_id"], get("certification_reference")
    if (len(instance), instance[0]) != RANDOM:
        detail = f"a UEID of {len(instance)} bytes and type {instance[0]:#04x}, not a random one of 33"
        yield note("instance-id-form", f"{HERE}/identifiers/instance_id", detail)
    if reference is not None and "-" not in reference and len(reference) > EAN13:
        detail = "a number of 13 digits and more behind it, without the hyphen"
        yield note("certification-form", f"{HERE}/identifiers/certification_reference", detail)
    for index, component in enumerate(get("software_components") or ()):
        if component.values.get("signer_id") is None:
            yield note("no-signer", f"{HERE}/measurements/{index}", "the component names no signer")
    if token.message is None:
        yield note("unsigned", "/evidence/protection", "a bare claim set: nothing is signed")
    yield from algorithm_remarks(token)
