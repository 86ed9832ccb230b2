"""A PSA token in normalized claims: one device and its software."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence.claims import Binding, Bytes, Environment, Identifier, Note, Value
from evidence.input import Input
from evidence.registry import Body, Source
from evidence.types._identifiers import identifier, written
from evidence.types._notes import note
from evidence.types._psa.claims import algorithm_remarks, certificates, lifecycle, software, unknown
from evidence.types._psa.places import Claimed, components, fields
from evidence.types._psa.token import Token
from evidence.types.psa.read import PsaToken
from evidence.words import Protection, Scope

DEVICE: Final = "/environments/device"
PROTECTION: Final[dict[str, Protection]] = {
    "cose-sign1": "signed",
    "cose-mac0": "mac",
    "claims-set": "none",
}
IDENTIFIERS: Final[tuple[tuple[str, str, Scope, bool], ...]] = (
    ("implementation_id", "implementation_id", "class", False),
    ("instance_id", "instance_id", "device", True),
    ("boot_seed", "bootseed", "boot", False),
    ("early_boot_seed", "bootseed", "boot", False),
)
"""Claims, the identifiers they are, what those are of, and whether they link one token to another."""

RANDOM: Final = (33, 0x01)
"""Size (bytes) and type of the UEID that an instance identifier is."""
EAN13: Final = 13
"""Digits of an article number."""

CLAIMED: Final[Claimed] = {
    "nonce": ("/bindings/nonce",),
    "profile": (f"{DEVICE}/profile",),
    "lifecycle": (f"{DEVICE}/lifecycle", f"{DEVICE}/debug"),
    "software_components": (f"{DEVICE}/measurements",),
    "certification_reference": (f"{DEVICE}/identifiers/certification_reference",),
    **{claim: (f"{DEVICE}/identifiers/{name}",) for claim, name, *_ in IDENTIFIERS},
    **{
        name: (f"{DEVICE}/values/{name}",)
        for name in ("client_id", "no_software_measurements", "verification_service")
    },
}


def claims(found: PsaToken, given: Input) -> Body:
    """The claims of a token. A measurement whose description is no hash has candidates of its hash alone."""
    notes: list[Note] = []
    token = found.token
    binding = Binding(
        name="nonce",
        role="caller-data",
        declared="nonce",
        requested_by="unspecified",
        environment="device",
        value=Bytes(token.claims.values["nonce"]),
    )
    device = _device(token, given.data, notes)
    _remarks(found, notes)
    return Body(
        version=token.version,
        variant=found.variant,
        size=found.size,
        protection=PROTECTION[found.variant],
        bindings=(binding,),
        environments=(device,),
        certificates=tuple(certificates(token, "device")),
        notes=tuple(notes),
    )


def _device(token: Token, data: bytes, notes: list[Note]) -> Environment:
    state, debug = lifecycle(token.claims.values["lifecycle"])
    listed = token.claims.get("software_components") or ()
    measurements, _ = software(listed, "device", None, "digest", notes)
    return Environment(
        id="device",
        role="device",
        origin="evidence",
        profile=token.profile,
        debug=debug,
        migration="not-defined",
        lifecycle=state,
        measurements=measurements,
        identifiers=_identifiers(token),
        values=_values(token),
        unknown=unknown(token, data, "device", notes),
    )


def _identifiers(token: Token) -> tuple[Identifier, ...]:
    found = [
        identifier(name, scope, value, linkable=linkable)
        for claim, name, scope, linkable in IDENTIFIERS
        if (value := token.claims.get(claim)) is not None
    ]
    reference = token.claims.get("certification_reference")
    if reference is not None:
        found.append(written("certification_reference", "class", reference))
    return tuple(found)


def _values(token: Token) -> tuple[Value, ...]:
    values = [Value(name="client_id", int=token.claims.values["client_id"])]
    if token.claims.get("no_software_measurements") is not None:
        values.append(Value(name="no_software_measurements", bool=True))
    service = token.claims.get("verification_service")
    if service is not None:
        values.append(Value(name="verification_service", text=service))
    return tuple(values)


def _remarks(found: PsaToken, notes: list[Note]) -> None:
    """What a reader should know about the token as a whole."""
    token = found.token
    if token.version == "unknown":
        notes.append(note("unknown-profile", f"{DEVICE}/profile", "read by the claims that are known here"))
    if token.claims.get("early_boot_seed") is not None:
        detail = "the boot seed has the label 2397 of the drafts"
        notes.append(note("provisional-labels", f"{DEVICE}/identifiers/bootseed", detail))
    instance, reference = token.claims.values["instance_id"], token.claims.get("certification_reference")
    if (len(instance), instance[0]) != RANDOM:
        detail = f"a UEID of {len(instance)} bytes and type {instance[0]:#04x}, not a random one of 33"
        notes.append(note("instance-id-form", f"{DEVICE}/identifiers/instance_id", detail))
    if reference is not None and "-" not in reference and len(reference) > EAN13:
        detail = "a number of 13 digits and more behind it, without the hyphen"
        notes.append(note("certification-form", f"{DEVICE}/identifiers/certification_reference", detail))
    for index, component in enumerate(token.claims.get("software_components") or ()):
        if component.get("signer_id") is None:
            notes.append(note("no-signer", f"{DEVICE}/measurements/{index}", "the component names no signer"))
    if token.message is None:
        notes.append(note("unsigned", "/evidence/protection", "a bare claim set: nothing is signed"))
    algorithm_remarks(token, notes)


def sources(found: PsaToken, given: Input) -> Iterator[Source]:
    """Every claim, header and signature."""
    component = components(found.token, "device")

    def inside(path: tuple[Any, ...]) -> tuple[str, Claimed]:
        _, index = path
        return f"token.component-{index}", component(index)

    return fields(found.token, given.data, "device", CLAIMED, inside)
