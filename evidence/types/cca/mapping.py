"""What the claims of a CCA token mean: the second table of each claim set, beside the labels in `layout`."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from evidence.claims import Bytes, Digest, Key, Measurement, Signer, Value
from evidence.mapping import (
    Each,
    Identifies,
    Mapping,
    NotedEntry,
    Number,
    Octets,
    Part,
    Row,
    Supplied,
    Text,
    Truth,
    Word,
    by_piece,
    complete,
)
from evidence.types import _digests as digests
from evidence.types._psa import mapping as psa
from evidence.types._psa.mapping import MeasuredWith, software, state
from evidence.types.cca.key import Encoding
from evidence.types.cca.layout import (
    COSE_KEY,
    DEVICE_PROFILES,
    OTHER_DEVICES,
    OTHER_PLATFORM,
    OTHER_REALM,
    PLATFORM_PROFILES,
    PRE_1_0,
    REALM_PROFILES,
    RMSD,
)
from evidence.types.cca.read import CcaToken
from evidence.wire import hashes
from evidence.words import Debug, Phase

DEBUG: Final[dict[int, Debug]] = {**psa.DEBUG, 0x40: "enabled"}
"""Debugging outside of the platform's own root of trust (0x40xx) reaches the RMM, which every realm depends on."""
ENCODINGS: Final[dict[str, Encoding]] = {"legacy": "raw-point", "2023": "cose-key", "2024": "cose-key"}
"""How each version of the profile encodes the realm's key; tokens do as they like."""


class KeyForm(NamedTuple):
    """How a realm's key is encoded, what is wrong with it, and how its profile encodes keys, where that is known."""

    encoding: Encoding
    fault: str | None
    expected: Encoding | None


# what rows look at beside their own claim


def realm_hash(piece: CcaToken) -> str:
    alg: str = piece.realm.values["hash_algo_id"] if piece.realm else ""
    return alg


def key_form(piece: CcaToken) -> KeyForm | None:
    if piece.realm is None or piece.key is None:
        return None
    return KeyForm(piece.key.encoding, piece.key.fault, ENCODINGS.get(piece.realm.version))


def platform_hash(piece: CcaToken) -> str | None:
    return piece.platform.values.get("hash_algo_id") if piece.platform else None


def measured(piece: CcaToken) -> MeasuredWith:
    version = piece.platform.version if piece.platform else ""
    return MeasuredWith(platform_hash(piece), "extended" if version == "2024" else "digest")


# makers


@by_piece
def rim(name: str, value: bytes, alg: str) -> Measurement | NotedEntry:
    """The initial measurement of the realm."""
    return _register(name, value, alg, "initial")


@by_piece
def rem(name: str, value: bytes, alg: str) -> Measurement | NotedEntry:
    """One of the registers that the realm extends itself."""
    return _register(name, value, alg, "runtime")


def _register(name: str, value: bytes, alg: str, phase: Phase) -> Measurement | NotedEntry:
    """A register of the realm, of a hash that its claims name."""
    digest = digests.named(alg, value)
    entry = Measurement(name=name, phase=phase, subject="workload", form="extended", digests=(digest,))
    remark = digests.remark(digest)
    return entry if remark is None else NotedEntry(entry, *remark)


@by_piece
def early_mec_policy(name: str, value: str, _: Any) -> Value | NotedEntry:
    """The MEC policy under the label that TF-RMM wrote by mistake."""
    entry = Value(name=name, text=value)
    detail = "the MEC policy has the label 44241, as TF-RMM wrote it by mistake until 2025-10"
    return NotedEntry(entry, "provisional-labels", detail)


@by_piece
def public_key(name: str, value: bytes, form: KeyForm) -> Key | NotedEntry:
    """The realm attestation key, as its claim has it."""
    encoding, fault, expected = form
    entry: Key | NotedEntry = Key(
        name=name, use="attestation", encoding=encoding, linkable=True, raw=Bytes(value)
    )
    if fault:
        entry = NotedEntry(entry, "unusable-key", fault)
    if expected not in {None, encoding}:
        entry = NotedEntry(entry, "key-encoding", f"the profile has a {expected}, this is a {encoding}")
    return entry


@by_piece
def debug(_: str, value: int, __: Any) -> Debug:
    """From the state of the device's life: a few states say it, all others do not."""
    return DEBUG.get(value >> 8, "not-reported")


@by_piece
def client_id(name: str, value: int, _: Any) -> Value | NotedEntry:
    """The caller's number."""
    entry = Value(name=name, int=value)
    detail = f"the only client that is known is {RMSD} (RMSD)"
    return entry if value == RMSD else NotedEntry(entry, "unknown-value", detail)


@by_piece
def rotpk(name: str, value: bytes, _: Any) -> Signer:
    """The hash of a key of trusted board boot. No claim says with which algorithm."""
    return Signer(name=name, status="present", value=Bytes(value))


@by_piece
def exchange(name: str, value: tuple[bytes, str | None], default: str | None) -> Measurement | NotedEntry:
    """The measurements of an extension device, in its exchange with the RMM."""
    content, alg = value
    digest = digests.named(alg or default, content)
    remark = digests.remark(digest)
    entry = _exchange(name, digest)
    return entry if remark is None else NotedEntry(entry, *remark)


@by_piece
def unnamed_exchange(name: str, value: bytes, _: Any) -> Measurement:
    """The same of a device of the realm: no claim says with which algorithm."""
    return _exchange(name, Digest(alg="unknown", digest=Bytes(value)))


def _exchange(name: str, digest: Digest) -> Measurement:
    """Request and response. An algorithm that nobody names can be one of several."""
    nameless = digest.alg == "unknown" and digest.raw is None
    return Measurement(
        name=name,
        phase="unspecified",
        subject="unspecified",
        form="digest",
        digests=(digest,),
        alg_candidates=hashes.CANDIDATES[len(digest.digest)] if nameless else (),
    )


# fmt: off
REALM: Final = Mapping(
    Part(
        None,
        # claim                           member          what it becomes there
        Row("hash_algo_id",               "values",       Text()),
        Row("public_key_hash_algo_id",    "values",       Text()),
        Row("mec_policy",                 "values",       Text()),
        Row("early_mec_policy",           "values",       early_mec_policy, name="mec_policy"),
        Row("lfa_policy",                 "values",       Text()),
        Row("initial_measurement",        "measurements", rim, name="rim",   by=realm_hash),
        Row("extensible_measurements",    "measurements", rem, name="rem{}", by=realm_hash, each=True),
        Row("personalization_value",      "inputs",       Supplied("host")),
        Row("instance_id",                "identifiers",  Identifies("instance")),  # random for each realm: links to nothing
        Row("public_key",                 "keys",         public_key, by=key_form),
        Row("profile",                    "profile",      Word()),
        Row("challenge",                  also=("/bindings/realm_challenge",)),
        Row("devices_token_hash",         also=("/bindings/devices_token_hash",)),
    ),
    id="realm", role="workload", origin="evidence", debug="not-defined", migration="not-defined",
)
EXTENSION: Final = Mapping(
    Part(
        None,
        Row({"measurements_digest": "", "hash_algo_id": "digests/0/alg"},
                                          "measurements", exchange, name="measurements", by=platform_hash),
        Row("certificate_chain_digest",   "values",       Octets()),
        Row("ide",                        "values",       Truth()),
        Row("protocol",                   "values",       Text()),
        Row("hash_algo_id",               "values",       Text()),
        Row("vca_digest",                 "values",       Octets()),
        Row("device_type",                "values",       Text()),
        Row("encryption_type",            "values",       Number()),
    ),
    id="extension-{}", role="device", origin="evidence", parent="platform", debug="not-reported", migration="not-reported",
)
"""A device that the platform took in at run time; the platform token covers what is said about it."""
ROTPK: Final = Part(
    None,
    Row("name",                           "values",       Text(),   name="tbb_rotpk-{}.name"),
    Row("active_array",                   "values",       Number(), name="tbb_rotpk-{}.active_array"),
    Row("index",                          "values",       Number(), name="tbb_rotpk-{}.index"),
    Row("hash",                           "signers",      rotpk,    name="tbb_rotpk-{}"),
)
PLATFORM: Final = Mapping(
    Part(
        None,
        software(measured),
        Row("implementation_id",          "identifiers",  Identifies("class")),
        Row("instance_id",                "identifiers",  Identifies("platform", linkable=True)),
        Row("hash_algo_id",               "values",       Text()),
        Row("verification_service",       "values",       Text()),
        Row("eat_profile",                "values",       Text()),
        Row("config",                     "values",       Octets()),
        Row("manufacturing_config",       "values",       Octets()),
        Row("peer_signers",               "values",       Octets()),
        Row("client_id",                  "values",       client_id),
        Row("lifecycle",                  "lifecycle",    state),
        Row("lifecycle",                  "debug",        debug),
        Row("profile",                    "profile",      Word()),
        Row("challenge",                  also=("/bindings/platform_challenge",)),
        Each("tbb_rotpk", "tbb_rotpk", ROTPK),
        Each("extension", "extension", EXTENSION),
    ),
    id="platform", role="platform", origin="evidence", includes=("tee-firmware",), migration="not-defined",
)
DEVICE: Final = Mapping(
    Part(
        None,
        Row("identity_digest",            "identifiers",  Identifies("device", linkable=True)),
        Row("measurements_digest",        "measurements", unnamed_exchange, name="measurements"),
        Row("protocol_negotiation_digest", "values",      Octets()),
        Row("coherent_ide",               "values",       Truth()),
        Row("non_coherent_ide",           "values",       Truth()),
    ),
    Part(  # of the token around them
        None,
        Row("profile",                    "profile",      Word()),
    ),
    id="device-{}", role="device", origin="evidence", debug="not-reported", migration="not-reported",
)
"""A device that was given to the realm. No signature covers it: the realm's claims hold a hash."""
DEVICES: Final = Mapping(Part(None, Each("devices", "device", DEVICE)))
KEY: Final = dict.fromkeys(("kty", "alg", "crv", "x", "y"), "`public_key` holds the key as a whole")
# fmt: on
for _profile in (*REALM_PROFILES.values(), OTHER_REALM):
    complete(_profile.table, *REALM.parts)
for _profile in (*PLATFORM_PROFILES.values(), PRE_1_0, OTHER_PLATFORM):
    complete(_profile.table, *PLATFORM.parts)
for _profile in (*DEVICE_PROFILES.values(), OTHER_DEVICES):
    complete(_profile.table, *DEVICES.parts, *DEVICE.parts[1:])
complete(COSE_KEY, elsewhere=KEY)


def tables() -> tuple[Mapping, ...]:
    """The tables of the tokens."""
    return (REALM, PLATFORM, DEVICES)
