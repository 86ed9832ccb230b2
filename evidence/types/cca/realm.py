"""The realm's claims: the workload, and what binds it to whoever asked."""

from __future__ import annotations

from typing import Final

from evidence.claims import Binding, Bytes, Entered, Environment, Identifier, Key, Measurement, Note, Value
from evidence.types._digests import digest, name_of
from evidence.types._identifiers import identifier
from evidence.types._notes import note
from evidence.types._psa.claims import unknown
from evidence.types._psa.token import Token
from evidence.types.cca.key import RealmKey

REALM: Final = "/environments/realm"
ENCODINGS: Final = {"legacy": "raw-point", "2023": "cose-key", "2024": "cose-key"}
"""How each version of the profile encodes the realm's key; tokens do as they like."""


def environment(
    token: Token, found: RealmKey, data: bytes, depends_on: tuple[str, ...], notes: list[Note]
) -> Environment:
    """The realm itself."""
    get = token.claims.get
    alg = token.claims.values["hash_algo_id"]
    values = [
        Value(name="hash_algo_id", text=alg),
        Value(name="public_key_hash_algo_id", text=token.claims.values["public_key_hash_algo_id"]),
    ]
    mec = get("mec_policy") or get("early_mec_policy")
    if mec is not None:
        values.append(Value(name="mec_policy", text=mec))
    if get("early_mec_policy") is not None:
        detail = "the MEC policy has the label 44241, as TF-RMM wrote it by mistake until 2025-10"
        notes.append(note("provisional-labels", f"{REALM}/values/mec_policy", detail))
    if get("lfa_policy") is not None:
        values.append(Value(name="lfa_policy", text=get("lfa_policy")))
    rpv = Bytes(token.claims.values["personalization_value"])
    return Environment(
        id="realm",
        role="workload",
        origin="evidence",
        profile=token.profile,
        depends_on=depends_on,
        debug="not-defined",
        migration="not-defined",
        measurements=_measurements(token, alg, notes),
        inputs=(Entered(name="personalization_value", set_by="host", value=rpv),),
        identifiers=() if get("instance_id") is None else (_instance(get("instance_id")),),
        values=tuple(values),
        keys=(_key(token, found, notes),),
        unknown=unknown(token, data, "realm", notes),
    )


def _instance(value: bytes) -> Identifier:
    """Random for each realm, so it links to nothing."""
    return identifier("instance_id", "instance", value)


def _measurements(token: Token, alg: str, notes: list[Note]) -> tuple[Measurement, ...]:
    rim = digest(alg, token.claims.values["initial_measurement"], f"{REALM}/measurements/rim", notes)
    found = [
        Measurement(name="rim", phase="initial", subject="workload", form="extended", digests=(rim,)),
    ]
    for index, value in enumerate(token.claims.values["extensible_measurements"]):
        rem = digest(alg, value, f"{REALM}/measurements/rem{index}", notes)
        found.append(
            Measurement(
                name=f"rem{index}", phase="runtime", subject="workload", form="extended", digests=(rem,)
            )
        )
    return tuple(found)


def _key(token: Token, found: RealmKey, notes: list[Note]) -> Key:
    raw = token.claims.values["public_key"]
    path = f"{REALM}/keys/public_key"
    if found.fault:
        notes.append(note("unusable-key", path, found.fault))
    expected = ENCODINGS.get(token.version, found.encoding)
    if expected != found.encoding:
        notes.append(note("key-encoding", path, f"the profile has a {expected}, this is a {found.encoding}"))
    return Key(name="public_key", use="attestation", encoding=found.encoding, linkable=True, raw=Bytes(raw))


def bindings(token: Token) -> list[Binding]:
    """The challenge of whoever asked, and the hash of the device token."""
    found = [
        Binding(
            name="realm_challenge",
            role="caller-data",
            declared="nonce",
            requested_by="workload",
            environment="realm",
            value=Bytes(token.claims.values["challenge"]),
        )
    ]
    devices = token.claims.get("devices_token_hash")
    if devices is not None:
        found.append(
            Binding(
                name="devices_token_hash",
                role="content-binding",
                declared="opaque",
                requested_by="unspecified",
                environment="realm",
                value=Bytes(devices),
                alg=name_of(token.claims.values["hash_algo_id"]),
            )
        )
    return found
