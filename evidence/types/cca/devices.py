"""Devices: those that were given to the realm, and those that the platform took in."""

from __future__ import annotations

from evidence.claims import Bytes, Digest, Environment, Identifier, Measurement, Note, Unknown, Value
from evidence.types._digests import digest
from evidence.types._identifiers import identifier
from evidence.types._notes import note
from evidence.types._psa.claims import unknown
from evidence.types._psa.token import Token
from evidence.wire import hashes
from evidence.wire.claimset import Found


def extension(index: int, device: Found, default: str | None, notes: list[Note]) -> Environment:
    """A device that the platform took in at run time; the platform token covers what is said about it."""
    name = f"extension-{index}"
    get = device.get
    path = f"/environments/{name}/measurements/measurements"
    measured = digest(get("hash_algo_id") or default, device.values["measurements_digest"], path, notes)
    values = [
        Value(name="certificate_chain_digest", bytes=Bytes(device.values["certificate_chain_digest"])),
        Value(name="ide", bool=device.values["ide"]),
        Value(name="protocol", text=device.values["protocol"]),
    ]
    if get("hash_algo_id") is not None:
        values.append(Value(name="hash_algo_id", text=get("hash_algo_id")))
    if get("vca_digest") is not None:
        values.append(Value(name="vca_digest", bytes=Bytes(get("vca_digest"))))
    if get("device_type") is not None:
        values.append(Value(name="device_type", text=get("device_type")))
    if get("encryption_type") is not None:
        values.append(Value(name="encryption_type", int=get("encryption_type")))
    return _device(name, measured, values, parent="platform")


def environments(token: Token, data: bytes, notes: list[Note]) -> list[Environment]:
    """The devices that were given to the realm. No signature covers them: the realm's claims hold a hash."""
    found = []
    kept = unknown(token, data, "device-0", notes)
    for index, device in enumerate(token.claims.values["devices"]):
        name, get = f"device-{index}", device.get
        measured = Digest(alg="unknown", digest=Bytes(device.values["measurements_digest"]))
        identity = identifier("identity_digest", "device", device.values["identity_digest"], linkable=True)
        values = [
            Value(name="coherent_ide", bool=device.values["coherent_ide"]),
            Value(name="non_coherent_ide", bool=device.values["non_coherent_ide"]),
        ]
        negotiation = get("protocol_negotiation_digest")
        if negotiation is not None:
            values.insert(0, Value(name="protocol_negotiation_digest", bytes=Bytes(negotiation)))
        found.append(
            _device(
                name,
                measured,
                values,
                profile=token.profile,
                identifiers=(identity,),
                kept=kept if index == 0 else (),
            )
        )
        notes.append(note("unsigned", f"/environments/{name}", "no signature covers what is said of devices"))
    return found


def _device(
    name: str,
    measured: Digest,
    values: list[Value],
    *,
    parent: str | None = None,
    profile: str | None = None,
    identifiers: tuple[Identifier, ...] = (),
    kept: tuple[Unknown, ...] = (),
) -> Environment:
    """A device. Its measurements are those of its exchange with the RMM, request and response."""
    candidates = (
        hashes.CANDIDATES[len(measured.digest)] if measured.alg == "unknown" and measured.raw is None else ()
    )
    return Environment(
        id=name,
        role="device",
        origin="evidence",
        parent=parent,
        profile=profile,
        debug="not-reported",
        migration="not-reported",
        measurements=(
            Measurement(
                name="measurements",
                phase="unspecified",
                subject="unspecified",
                form="digest",
                digests=(measured,),
                alg_candidates=candidates,
            ),
        ),
        identifiers=identifiers,
        values=tuple(values),
        unknown=kept,
    )
