"""A CCA token in normalized claims: its parts, and what is said of it as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Binding, Bytes, Environment, Note, Unknown
from evidence.input import Input
from evidence.registry import Body
from evidence.types import _digests as digests
from evidence.types import _x5chain
from evidence.types._notes import note
from evidence.types._psa.claims import algorithm_remarks, remarks, unknown
from evidence.types._psa.token import ArmToken
from evidence.types.cca.consistency import consistency
from evidence.types.cca.mapping import DEVICE, EXTENSION, PLATFORM, REALM
from evidence.types.cca.read import CcaToken
from evidence.wire import cbor
from evidence.words import Protection

TOGETHER: Final = frozenset({("legacy", "legacy"), ("2023", "2023"), ("2024", "2024")})
"""Versions of realm and platform that one release of the specification describes."""
PLACES: Final = {"realm": REALM.here, "platform": PLATFORM.here, "devices": DEVICE.here.format(0)}
"""The environments that hold what each token says of itself."""


def claims(piece: CcaToken, source: Input) -> Body:
    """The claims of whatever parts there are."""
    notes: list[Note] = []
    data = source.data
    realm, platform, devices = piece.realm, piece.platform, piece.devices
    environments: list[Environment] = []
    if realm is not None:
        below = ("platform",) if platform else ()
        unnamed = unknown(realm, data)
        environments.append(
            REALM.environment((realm.values,), piece, notes, depends_on=below, unknown=unnamed)
        )
        if unnamed:
            notes.extend(remarks(realm, "realm"))
    if platform is not None:
        environments += _platform(piece, platform, data, notes)
    if devices is not None:
        environments += _devices(piece, devices, data, notes)
    if piece.further:
        environments.append(_collection(piece, notes))
    notes.extend(_remarks(piece))
    first = realm or platform or devices
    return Body(
        version=first.version if first else "unknown",
        variant=piece.variant,
        size=piece.size,
        protection=_protection(piece),
        bindings=tuple(_bindings(piece)),
        environments=tuple(environments),
        consistency=consistency(piece, data),
        certificates=tuple(
            [
                entry
                for token in (realm, platform)
                if token and token.certificates
                for entry in _x5chain.claims(token.certificates, token.what, f"{token.what}/")
            ]
        ),
        notes=tuple(notes),
    )


def _platform(piece: CcaToken, token: ArmToken, data: bytes, notes: list[Note]) -> Iterator[Environment]:
    """What the realm runs on, and the devices that it took in."""
    unnamed = unknown(token, data)
    yield PLATFORM.environment((token.values,), piece, notes, unknown=unnamed)
    if unnamed:
        notes.extend(remarks(token, "platform"))
    for index, device in enumerate(token.values.get("extension") or ()):
        yield EXTENSION.environment((device.values,), piece, notes, index)


def _devices(piece: CcaToken, token: ArmToken, data: bytes, notes: list[Note]) -> Iterator[Environment]:
    """The devices that were given to the realm; the first one keeps what has no meaning here."""
    unnamed = unknown(token, data)
    if unnamed:
        notes.extend(remarks(token, "device-0"))
    for index, device in enumerate(token.values["devices"]):
        yield DEVICE.environment((device.values, token.values), piece, notes, index, unknown=unnamed)
        path, unnamed = DEVICE.here.format(index), ()
        notes.append(note("unsigned", path, "no signature covers what is said of devices"))


def _collection(piece: CcaToken, notes: list[Note]) -> Environment:
    """The entries beside the tokens: outside of every signature, and of no environment that is known."""
    path = "/environments/collection"
    notes.append(
        note("unknown-entries", path, "entries beside the tokens are kept; no signature covers them")
    )
    return Environment(
        id="collection",
        role="unspecified",
        origin="evidence",
        debug="not-reported",
        migration="not-reported",
        unknown=tuple(
            [Unknown(label=cbor.label(entry.label), raw=Bytes(entry.value)) for entry in piece.further]
        ),
    )


def _protection(piece: CcaToken) -> Protection:
    if piece.variant == "claims-set":
        return "none"
    return "partly-signed" if piece.devices or piece.further else "signed"


def _bindings(piece: CcaToken) -> Iterator[Binding]:
    """The challenge of whoever asked; hashes of the device token and of the realm's key.

    That of the key is no nonce of anybody, although its label is the nonce's.
    """
    realm = piece.realm.values if piece.realm else {}
    platform = piece.platform.values if piece.platform else {}
    if realm:
        yield Binding(
            name="realm_challenge",
            role="caller-data",
            declared="nonce",
            requested_by="workload",
            environment="realm",
            value=Bytes(realm["challenge"]),
        )
    if (devices := realm.get("devices_token_hash")) is not None:
        yield Binding(
            name="devices_token_hash",
            role="content-binding",
            declared="opaque",
            requested_by="unspecified",
            environment="realm",
            value=Bytes(devices),
            alg=digests.name_of(realm["hash_algo_id"]),
        )
    if (challenge := platform.get("challenge")) is not None:
        yield Binding(
            name="platform_challenge",
            role="key-binding",
            declared="opaque",
            requested_by="unspecified",
            environment="platform",
            value=Bytes(challenge),
            alg=digests.name_of(realm.get("public_key_hash_algo_id")),
        )


def _remarks(piece: CcaToken) -> Iterator[Note]:
    """What a reader should know about the token as a whole."""
    realm, platform, devices = piece.realm, piece.platform, piece.devices
    for token in (realm, platform, devices):
        if token is not None:
            if token.version == "unknown":
                path = f"{PLACES[token.what]}/profile"
                yield note("unknown-profile", path, "read by the claims that are known here")
            yield from algorithm_remarks(token)
    if realm is not None:
        if digests.name_of(realm.values["public_key_hash_algo_id"]) == "unknown":
            yield digests.unknown(f"{REALM.here}/values/public_key_hash_algo_id")
        if platform is not None:
            yield from _pair(realm, platform)
        if devices is not None and not realm.values.get("devices_token_hash"):
            detail = "the realm's claims hold no hash of the device token: nothing speaks for it"
            yield note("unbound-devices", PLACES["devices"], detail)
    if piece.variant == "claims-set":
        yield note("unsigned", "/evidence/protection", "a bare claim set: nothing is signed")


def _pair(realm: ArmToken, platform: ArmToken) -> Iterator[Note]:
    """What is odd about a realm and a platform that stand in one token."""
    if platform.values.get("challenge") is None:
        detail = "no claim that is known here holds a hash of the realm's key: nothing binds the two"
        yield note("unbound-realm", PLATFORM.here, detail)
    pair = (realm.version, platform.version)
    if pair not in TOGETHER and "unknown" not in pair:
        yield note("profile-mixed", f"{REALM.here}/profile", f"realm {pair[0]}, platform {pair[1]}")
