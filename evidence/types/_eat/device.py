"""What Device Assignment Tokens say of a device: their claims, read under their profiles alone.

The labels are not assigned yet, so that they mean something only where a claims set names one of these profiles.

Sources: draft-poirier-rats-eat-da, claims 3802 to 3808 and its CDDL; DMTF DSP0274, 15 (what a responder signs); PCIe 7.0,
11.3.11 (the interface report).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.errors import EvidenceError
from evidence.wire import x509
from evidence.wire.claimset import (
    ClaimKind,
    ClaimLabel,
    ClaimSet,
    ClaimTable,
    ValueRefused,
    bstr,
    either,
    integer,
    items,
    mapping,
    tstr,
)
from evidence.wire.spdm.algorithms import HASHES, MEASUREMENT_HASH, Hash, Scheme, selected
from evidence.wire.spdm.layout import Algorithms
from evidence.wire.spdm.messages import ConversationReader

SPEC: Final = "draft-poirier-rats-eat-da"
PROFILES: Final = (
    "tag:linaro.org,2025:device-spdm#",
    "tag:linaro.org,2025:device-pcie-legacy#",
)
"""How the profiles of devices begin; a version follows. That of the token around them is about no device."""
PURPOSES: Final = (b"responder-measurements signing", b"responder-challenge_auth signing")
PREFIX_BYTES: Final = 100
SIGNATURE: Final = "signature"
"""The one key of the measurements that is no index."""
LENGTH: Final = 4
"""Bytes in front of the hash of the root in SPDM's form of a chain."""
NEGOTIATION: Final = 8
"""Messages until ALGORITHMS, at most."""


def _prefix() -> ClaimKind:
    """The prefix of what a responder signs: what a device signs for another purpose is not its evidence."""

    def check(value: Any, _: str) -> Any:
        if value.__class__ is bytes and len(value) == PREFIX_BYTES and value.startswith(b"dmtf-spdm-v1."):
            purpose = value[64:].lstrip(b"\0")
            if purpose in PURPOSES:
                return value
        raise ValueRefused

    return ClaimKind("the prefix of what an SPDM responder signs", check)


def _numbered(of: ClaimKind, least: int, most: int, also: Mapping[str, ClaimKind] | None = None) -> ClaimKind:
    """A map of numbers to values of one kind, with at least one of them, and of some texts."""

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, Mapping) or not value:
            raise ValueRefused
        read: dict[int | str, Any] = {}
        for label, item in value.items():
            if label.__class__ is int and least <= label <= most:
                read[label] = of.check(item, f"{path}/{label}")
            elif also is not None and label.__class__ is str and label in also:
                read[label] = also[label].check(item, f"{path}/{label}")
            else:
                raise ValueRefused
        return read

    return ClaimKind(f"a map of {least} to {most} to {of.words}", check)


# fmt: off
MEASUREMENT: Final = ClaimTable("measurement of a device", SPEC, (
    ClaimLabel(1, "component_type", integer(0, 10), required=True),
    ClaimLabel(2, "digest",         items(either(integer(), tstr()), bstr(least=1))),
    ClaimLabel(3, "raw",            bstr()),
))
SPDM_SIGNATURE: Final = ClaimTable("signature of a device", SPEC, (
    ClaimLabel(1, "slot",            integer(0, 7),              required=True),
    ClaimLabel(2, "requester_nonce", bstr(32),                   required=True),
    ClaimLabel(3, "responder_nonce", bstr(32),                   required=True),
    ClaimLabel(4, "prefix",          _prefix(),                  required=True),
    ClaimLabel(5, "transcript",      bstr(least=1),              required=True),
    ClaimLabel(6, "base_hash",       either(integer(0, 0xFFFF), tstr())),
    ClaimLabel(7, "signature",       bstr(least=1),              required=True),
))
CONFIGURATION: Final = {
    1: "vendor_id", 2: "device_id", 3: "command", 4: "status", 5: "revision_id", 6: "class_code",
    7: "cache_line_size", 8: "latency_timer", 9: "header_type", 10: "bist",
}
ATTRIBUTES: Final = ClaimTable("attributes of a range", SPEC, (
    ClaimLabel(1, "attributes", bstr(2)),
    ClaimLabel(2, "range_id",   bstr(2)),
))
RANGE: Final = ClaimTable("MMIO range", SPEC, (
    ClaimLabel(1, "first_page", bstr(8), required=True),
    ClaimLabel(2, "pages",      bstr(4), required=True),
    ClaimLabel(3, "attributes", mapping(ATTRIBUTES)),
))
REPORT: Final = ClaimTable("device interface report", SPEC, (
    ClaimLabel(1, "interface_info",          bstr(2)),
    ClaimLabel(2, "msi_x_message_control",   bstr(2)),
    ClaimLabel(3, "lnr_control",             bstr(2)),
    ClaimLabel(4, "tph_control",             bstr(4)),
    ClaimLabel(5, "ranges",                  _numbered(mapping(RANGE), 1, limits.ENTRIES)),
    ClaimLabel(6, "device_specific_info",    bstr()),
))
DEVICE: Final = ClaimTable("claims of a device", SPEC, (
    ClaimLabel(3802, "device_measurements",     _numbered(mapping(MEASUREMENT), 1, 239, {SIGNATURE: mapping(SPDM_SIGNATURE)})),
    ClaimLabel(3803, "device_certificates",     _numbered(bstr(least=1), 0, 7)),
    ClaimLabel(3804, "vca",                     bstr(least=1)),
    ClaimLabel(3805, "pci_configuration",       _numbered(bstr(least=1), 1, 10)),
    ClaimLabel(3806, "pci_configuration_space", bstr(256)),
    ClaimLabel(3807, "challenge",               mapping(SPDM_SIGNATURE)),
    ClaimLabel(3808, "interface_report",        mapping(REPORT)),
))
# fmt: on


class Negotiation(NamedTuple):
    """What a responder and a requester agreed upon; None for what is not known here."""

    base_hash: Hash | None
    scheme: Scheme | None
    measurement_hash: Hash | None


def is_device(profile: object) -> bool:
    """Whether a profile is that of a device."""
    return isinstance(profile, str) and profile.startswith(PROFILES)


def read(profile: object, claims: Mapping[Any, Any], path: str) -> ClaimSet | None:
    """The claims of a device under its profile; None under any other one, or where there are none."""
    if not is_device(profile):
        return None
    return DEVICE.read(claims, path)


def is_signed(claims: ClaimSet) -> bool:
    """Whether the device has signed a transcript that is there."""
    return "challenge" in claims.values or SIGNATURE in claims.values.get("device_measurements", ())


def negotiated(messages: bytes) -> Negotiation | None:
    """What the messages at the start of a conversation agree upon; None where they are none, or do not get as far."""
    reader, at = ConversationReader(messages), 0
    try:
        for _ in range(NEGOTIATION):
            message = reader.message(at)
            at = message.end
            if reader.negotiated is not None and isinstance(message.fixed, Algorithms):
                agreed = reader.negotiated
                measured = selected(MEASUREMENT_HASH, message.fixed.measurement_hash_algo)
                return Negotiation(agreed.base_hash, agreed.scheme, measured)
    except EvidenceError:
        return None
    return None


def certificates(data: bytes, start: int, end: int) -> tuple[x509.X509Certificate, ...]:
    """The chain of a slot, `data[start:end]`, the root first: certificates, behind SPDM's header or without it.

    Raises `EvidenceError` where it cannot be read.
    """
    chain = x509.read_all(data, "device certificates", start + _header(data[start:end]), end)
    limits.check("certificates", limits.CERTIFICATES, len(chain), offset=start)
    return chain


def _header(chain: bytes) -> int:
    """The size of SPDM's header with the hash of the root: its first number is the length of the whole."""
    if chain[:1] == b"\x30" or int.from_bytes(chain[:4], "little") != len(chain):
        return 0
    sizes = {
        LENGTH + known.size
        for known in HASHES
        if chain[LENGTH + known.size : LENGTH + known.size + 2] == b"\x30\x82"
    }
    return sizes.pop() if len(sizes) == 1 else 0
