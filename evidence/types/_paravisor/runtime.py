"""The runtime claims of Azure's paravisor: keys of its vTPM, its configuration, and the 64 bytes that the guest gave it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from evidence.claims import Bytes, Identifier, Key, Manifest, Unknown, Value
from evidence.errors import BadEncoding, ConstraintViolation, EvidenceError
from evidence.limits import SAFE_INTEGER
from evidence.types._identifiers import written
from evidence.wire import json, text
from evidence.wire.tpm import public
from evidence.words import FactName, KeyUse, Origin

WHAT: Final = "runtime-data"
LABEL: Final = "runtime:"
"""How the labels of unknown members begin."""
AK, EK = "HCLAkPub", "HCLEkPub"
# fmt: off
KEYS: Final[dict[str, tuple[str, KeyUse]]] = {
    AK: ("vtpm-ak", "attestation"),
    EK: ("vtpm-ek", "endorsement"),
}
VALUES: Final[dict[str, tuple[str, type]]] = {
    # member                          name                                       of
    "secure-boot":                   ("secure_boot_configured",                 bool),
    "tpm-enabled":                   ("tpm_enabled",                            bool),
    "tpm-persisted":                 ("tpm_persisted",                          bool),
    "console-enabled":               ("console_enabled",                        bool),
    "interactive-console-enabled":   ("interactive_console_enabled",            bool),
    "filtered-vpci-devices-allowed": ("filtered_vpci_devices_allowed",          bool),
    "root-cert-thumbprint":          ("root_cert_thumbprint",                   str),
    "hardware-sealing-policy":       ("hardware_sealing_policy",                str),
    "current-time":                  ("current_time",                           int),
}
"""What the host chose, and the paravisor saw. `secure-boot` is the configuration: what was measured of it, the vTPM's PCR 7 has."""
# fmt: on
UNIQUE_ID: Final = "vmUniqueId"
GUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
USER_DATA: Final = 64


class RuntimeEntries(NamedTuple):
    """What the members become in an environment; `user_data` is the value of a binding."""

    keys: tuple[Key, ...]
    values: tuple[Value, ...]
    identifiers: tuple[Identifier, ...]
    unknown: tuple[Unknown, ...]
    user_data: bytes | None = None
    manifests: tuple[Manifest, ...] = ()


class Backing(Struct, frozen=True):
    """Whose word the entries are, and by which fact the report binds it."""

    origin: Origin
    fact: FactName


def has_key(data: bytes) -> bool:
    """Whether data are runtime claims: JSON with the attestation key of a vTPM."""
    try:
        document = json.loads(data, WHAT)
    except EvidenceError:
        return False
    return any(key.get("kid") == AK for key in _keys(document))


def _keys(document: Any) -> list[dict[str, Any]]:
    keys = document.get("keys") if isinstance(document, dict) else None
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def read(data: bytes, backing: Backing) -> RuntimeEntries:
    """The entries. Raises `MalformedEvidence` or `LimitExceeded`: a name twice, a key or a value that is not what it should be."""
    document = json.loads(data, WHAT)
    keys: list[Key] = []
    unknown: list[Unknown] = []
    for index, key in enumerate(_keys(document)):
        entry = _key(key, backing)
        if entry is None or any(entry.name == other.name for other in keys):
            unknown.append(Unknown(label=f"{LABEL}keys.{index}", raw=Bytes(json.dumps(key))))
        else:
            keys.append(entry)
    configuration = document.get("vm-configuration")
    configured = configuration if isinstance(configuration, dict) else {}
    members = {**configured, **{name: document[name] for name in VALUES if name in document}}
    values = tuple(_values(members, backing))
    identifiers = tuple(_identifier(configured, backing))
    known = {*VALUES, *(UNIQUE_ID,) * bool(identifiers)}
    unknown += [
        Unknown(label=f"{LABEL}{name}", raw=Bytes(json.dumps(value)))
        for name, value in (*configured.items(), *document.items())
        if name not in {*known, "keys", "vm-configuration", "user-data"}
    ]
    return RuntimeEntries(
        tuple(keys), values, identifiers, tuple(unknown), _user_data(document.get("user-data"))
    )


def _key(key: dict[str, Any], backing: Backing) -> Key | None:
    """A key by its name; as the structure of the TPM where the template of its kind is known, else its modulus."""
    named = KEYS.get(str(key.get("kid")))
    modulus = key.get("n")
    if named is None or key.get("kty") != "RSA" or key.get("e") != "AQAB" or not isinstance(modulus, str):
        return None
    raw = text.base64url(modulus, WHAT)
    structure = public.of_azure(raw) if key["kid"] == AK else None
    return Key(
        name=named[0],
        use=named[1],
        encoding="bytes" if structure is None else "tpmt-public",
        linkable=True,
        raw=Bytes(raw if structure is None else structure),
        origin=backing.origin,
        backed_by=backing.fact,
    )


def _values(members: dict[str, Any], backing: Backing) -> Iterator[Value]:
    for member, value in members.items():
        if member not in VALUES:
            continue
        name, kind = VALUES[member]
        if value.__class__ is not kind or (isinstance(value, int) and abs(value) > SAFE_INTEGER):
            raise ConstraintViolation(
                what=WHAT, path=member, got=value, allowed=f"a value of {kind.__name__}"
            )
        content: dict[str, Any] = {"text" if kind is str else kind.__name__: value}
        yield Value(name=name, origin=backing.origin, backed_by=backing.fact, **content)


def _identifier(configured: dict[str, Any], backing: Backing) -> Iterator[Identifier]:
    """The VM's own number, where it is one; zeros are a place that nobody filled."""
    value = configured.get(UNIQUE_ID)
    if isinstance(value, str) and GUID.fullmatch(value):
        entry = written("vm_unique_id", "instance", value, linkable=True, origin=backing.origin)
        yield replace(entry, backed_by=backing.fact)


def _user_data(value: Any) -> bytes | None:
    """The 64 bytes that the guest wrote; None in older claims, which bind nothing of a caller."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadEncoding(what=WHAT, path="user-data", reason="not a text")
    content = text.hexadecimal(value, WHAT, "user-data")
    if len(content) != USER_DATA:
        raise ConstraintViolation(what=WHAT, path="user-data", got=len(content), allowed="64 bytes")
    return content
