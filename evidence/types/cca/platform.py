"""The platform's claims: what the realm runs on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Binding, Bytes, Environment, Note, Signer, Value
from evidence.types._identifiers import identifier
from evidence.types._notes import note
from evidence.types._psa import claims as psa
from evidence.types._psa.claims import lifecycle, software, unknown
from evidence.types._psa.token import Token
from evidence.types.cca import devices
from evidence.types.cca.layout import RMSD
from evidence.words import Debug, Form

PLATFORM: Final = "/environments/platform"
TEXTS: Final = ("hash_algo_id", "verification_service", "eat_profile")
BLOBS: Final = ("config", "manufacturing_config", "peer_signers")


def bindings(token: Token, alg: str | None) -> Iterator[Binding]:
    """A hash (`alg`, by the realm) of the realm's key: no nonce of anybody, although its label is the nonce's."""
    challenge = token.claims.get("challenge")
    if challenge is None:
        return
    yield Binding(
        name="platform_challenge",
        role="key-binding",
        declared="opaque",
        requested_by="unspecified",
        environment="platform",
        value=Bytes(challenge),
        alg=alg,
    )


DEBUG: Final[dict[int, Debug]] = {**psa.DEBUG, 0x40: "enabled"}
"""Debugging outside of the platform's own root of trust (0x40xx) reaches the RMM, which every realm depends on."""


def environments(token: Token, data: bytes, notes: list[Note]) -> list[Environment]:
    """The platform, and the devices that it took in."""
    get = token.claims.get
    state, debug = lifecycle(token.claims.values["lifecycle"], DEBUG)
    form: Form = "extended" if token.version == "2024" else "digest"
    components = token.claims.values["software_components"]
    measurements, signers = software(components, "platform", get("hash_algo_id"), form, notes)
    ids = (
        identifier("implementation_id", "class", token.claims.values["implementation_id"]),
        identifier("instance_id", "platform", token.claims.values["instance_id"], linkable=True),
    )
    return [
        Environment(
            id="platform",
            role="platform",
            origin="evidence",
            profile=token.profile,
            includes=("tee-firmware",),
            debug=debug,
            migration="not-defined",
            lifecycle=state,
            measurements=measurements,
            identifiers=ids,
            signers=signers + _rotpk(token),
            values=_values(token, notes),
            unknown=unknown(token, data, "platform", notes),
        ),
        *(
            devices.extension(index, device, get("hash_algo_id"), notes)
            for index, device in enumerate(get("extension") or ())
        ),
    ]


def _values(token: Token, notes: list[Note]) -> tuple[Value, ...]:
    get = token.claims.get
    values = [Value(name=name, text=get(name)) for name in TEXTS if get(name) is not None]
    values += [Value(name=name, bytes=Bytes(get(name))) for name in BLOBS if get(name) is not None]
    client = get("client_id")
    if client is not None:
        values.append(Value(name="client_id", int=client))
        if client != RMSD:
            path = f"{PLATFORM}/values/client_id"
            notes.append(note("unknown-value", path, f"the only client that is known is {RMSD} (RMSD)"))
    for index, entry in enumerate(get("tbb_rotpk") or ()):
        values.append(Value(name=f"tbb_rotpk-{index}.name", text=entry.values["name"]))
        values.append(Value(name=f"tbb_rotpk-{index}.active_array", int=entry.values["active_array"]))
        values.append(Value(name=f"tbb_rotpk-{index}.index", int=entry.values["index"]))
    return tuple(values)


def _rotpk(token: Token) -> tuple[Signer, ...]:
    """The hashes of the keys of trusted board boot. No claim says with which algorithm."""
    return tuple(
        Signer(name=f"tbb_rotpk-{index}", status="present", value=Bytes(entry.values["hash"]))
        for index, entry in enumerate(token.claims.get("tbb_rotpk") or ())
    )
