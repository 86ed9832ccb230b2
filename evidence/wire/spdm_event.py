"""The event `sig` that Linux sends after a device has signed: its transcript, and what the kernel says about it.

| attribute | number | type |
|---|---|---|
| device | 1 | string |
| rsp-code, slot | 2, 3 | u8 |
| hash-algo | 4 | u16, a number of the kernel |
| sig-offset, req-nonce-offset, rsp-nonce-offset | 5, 6, 7 | u32 |
| combined-spdm-prefix | 8 | binary, from SPDM 1.2 on |
| transcript | 9 | binary, in as many messages as it takes |

The interface was proposed for Linux in 2025 and 2026, and may change. Sources: Documentation/netlink/specs/spdm.yaml of
the proposals; pyynl for the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.errors import BadEncoding, ConstraintViolation, MalformedEvidence
from evidence.wire import netlink, text
from evidence.wire.netlink import End, NetlinkMessage, Order

SPEC: Final = "Linux, spdm.yaml"
EVENT: Final = "sig"
TRANSCRIPT, PREFIX, DEVICE, CODE = "transcript", "combined-spdm-prefix", "device", "rsp-code"
NUMBERS: Final = {
    1: DEVICE, 2: CODE, 3: "slot", 4: "hash-algo", 5: "sig-offset", 6: "req-nonce-offset",
    7: "rsp-nonce-offset", 8: PREFIX, 9: TRANSCRIPT,
}  # fmt: skip
SIZES: Final = {2: 1, 3: 1, 4: 2, 5: 4, 6: 4, 7: 4}
"""Bytes of the attributes that are integers."""
CODES: Final = {
    "spdm-challenge-auth": 0x03,
    "spdm-measurements": 0x60,
    "spdm-key-exchange-rsp": 0x64,
    "spdm-finish": 0xE5,
    "spdm-endpoint-info": 0x07,
}
HASHES: Final = {
    4: "sha-256", 5: "sha-384", 6: "sha-512", 20: "sha3-256", 21: "sha3-384", 22: "sha3-512",
}  # fmt: skip
"""The kernel's numbers of hash algorithms."""
HASH_WORDS: Final = {f"hash-algo-{name.replace('sha-', 'sha')}": number for number, name in HASHES.items()}
UNKNOWN: Final = re.compile(r"Unknown\(([0-9]{1,9})\)")


class SignatureEvent(NamedTuple):
    """One event: the transcript, and all other attributes by name; numbers where there are words for them."""

    transcript: bytes
    attributes: Mapping[str, Any]


def from_netlink(data: bytes, order: Order) -> tuple[SignatureEvent, ...] | None:
    """The events in netlink messages; None for those of another family. Raises `MalformedEvidence`."""
    events = _Events()
    for message in netlink.messages(data, order):
        if isinstance(message, End):
            if message.error:
                raise _bad("sig", f"error {message.error}", "none")
            continue
        if events.are_begun or _is_first(message):
            named = [(NUMBERS.get(one.number), one) for one in message.attributes]
            parts = [one.value for name, one in named if name == TRANSCRIPT]
            attributes = [(name, _value(one, order)) for name, one in named if name and name != TRANSCRIPT]
            events.take(attributes, parts)
        else:
            return None
    return events.all()


def _is_first(message: NetlinkMessage) -> bool:
    """Whether a message begins an event: it names a device, and the code of a response in one byte."""
    sizes = {attribute.number: len(attribute.value) for attribute in message.attributes}
    return sizes.get(2) == 1 and sizes.get(1, 0) > 1 and 9 in sizes


def _value(attribute: netlink.NetlinkAttribute, order: Order) -> Any:
    if attribute.number in SIZES:
        return netlink.uint(attribute, SIZES[attribute.number], order)
    return attribute.value if attribute.number == 8 else attribute.value.rstrip(b"\0").decode("latin-1")


def is_json(value: Any) -> bool:
    """Whether a JSON value is what pyynl prints of an event: a list of messages, the first with a device."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(entry, dict) and entry.get("name") == EVENT and isinstance(entry.get("msg"), dict)
            for entry in value
        )
        and TRANSCRIPT in value[0]["msg"]
    )


def from_json(value: list[dict[str, Any]]) -> tuple[SignatureEvent, ...]:
    """The events in JSON. Raises `MalformedEvidence`."""
    events = _Events()
    for number, entry in enumerate(value):
        attributes: list[tuple[str, Any]] = []
        parts: list[bytes] = []
        for name, member in entry["msg"].items():
            path = f"{number}/msg/{name}"
            if name == TRANSCRIPT:
                parts += (_octets(one, path) for one in (member if isinstance(member, list) else [member]))
            elif name in NUMBERS.values():
                attributes.append((name, _json_value(name, member, path)))
        events.take(attributes, parts)
    return events.all()


def _json_value(name: str, member: Any, path: str) -> Any:
    if name == PREFIX:
        return _octets(member, path)
    words = CODES if name == CODE else HASH_WORDS if name == "hash-algo" else {}
    if isinstance(member, str):
        if name == DEVICE:
            return member
        if member in words:
            return words[member]
        if unknown := UNKNOWN.fullmatch(member):
            return int(unknown[1])
    elif member.__class__ is int and name != DEVICE and 0 <= member < 1 << 32:
        return member
    raise BadEncoding(what=EVENT, path=path, reason="no word or number of it", spec=SPEC)


def _octets(value: object, path: str) -> bytes:
    if not isinstance(value, str):
        raise BadEncoding(what=EVENT, path=path, reason="not hexadecimal text", spec=SPEC)
    return text.hexadecimal(value.replace(" ", "").replace(":", ""), EVENT, path)


class _Events:
    """Events while they are put together: a message that says anything but a transcript begins one."""

    def __init__(self) -> None:
        self.events: list[tuple[dict[str, Any], list[bytes]]] = []

    @property
    def are_begun(self) -> bool:
        return bool(self.events)

    def take(self, attributes: list[tuple[str, Any]], parts: list[bytes]) -> None:
        if attributes or not self.events:
            self.events.append(({}, []))
            limits.check("pieces", limits.PIECES, len(self.events))
        known, transcript = self.events[-1]
        for name, value in attributes:
            if name in known:
                raise _bad(name, "there twice", "once in an event")
            known[name] = value
        transcript += parts

    def all(self) -> tuple[SignatureEvent, ...]:
        events = tuple(SignatureEvent(b"".join(parts), attributes) for attributes, parts in self.events)
        if any(not event.transcript for event in events):
            raise _bad(TRANSCRIPT, "nothing", "the messages that were signed")
        return events


def _bad(path: str, got: str, allowed: str) -> MalformedEvidence:
    return ConstraintViolation(what=EVENT, path=path, got=got, allowed=allowed, spec=SPEC)
