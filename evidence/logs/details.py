"""What an event says beside its digests, as members of its entry: by its type, and by what its data look like.

Nothing here is to be believed by itself. Data that cannot be read stay bytes, and `bad` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evidence import limits
from evidence.claims import Bytes
from evidence.errors import BadEncoding, EvidenceError
from evidence.logs import cel, efi, tcg
from evidence.logs.dstack import RUNTIME
from evidence.logs.entries import MemoryRegion, TaggedEvent
from evidence.logs.event import NO_ACTION, SEPARATOR, Event
from evidence.logs.names import NUMBERS
from evidence.logs.replay import LOCALITY

Details = dict[str, Any]
"""Members of an entry."""

LOAD_OPTIONS: Final = 0x8F3B22ED
INITRD: Final = 0x8F3B22EC
STUB_OPTIONS: Final = 0xF5BC582A
AGENT: Final = frozenset(int.from_bytes(mark, "little") for mark in tcg.AGENT_TAGS)
UTF16: Final = frozenset({STUB_OPTIONS})
GOOGLE: Final = b"GCE NonHostInfo\0"
TECHNOLOGIES: Final = ("none", "sev", "sev-es", "tdx", "sev-snp")
"""What Google's firmware says that the machine is protected by, by its number."""
REFERENCES: Final = (b"SP800-155 Event\0", b"SP800-155 Event2", b"SP800-155 Event3")
"""Records of EV_NO_ACTION that name the maker of the firmware, and where reference values are."""
SHOWN: Final = 256
"""Bytes of data that are shown where nothing is known of them."""


def details(event: Event) -> Details:
    """What the event says; `data` in bytes, or their beginning, where nothing else is known."""
    try:
        details = _READERS.get(event.type, _plain)(event) if event.data else {}
    except EvidenceError as error:
        details = {"bad": str(error)[: limits.PATH], **_bytes(event.data)}
    if event.name is not None:
        details["name"] = limits.shortened(event.name)
    return details


def text(data: bytes) -> str | None:
    """Data as text, in UTF-16 or UTF-8, without the NUL at its end; None where they are neither."""
    if len(data) > 1 and not len(data) % 2 and not any(data[1 : min(len(data), 64) : 2]):
        try:
            return data.decode("utf-16-le").rstrip("\0")
        except UnicodeDecodeError:
            return None
    try:
        plain = data.decode().rstrip("\0")
    except UnicodeDecodeError:
        return None
    return plain if plain and _is_readable(plain) else None


def _is_readable(plain: str) -> bool:
    """Whether a text begins as one: bytes that happen to be UTF-8 are none."""
    return all(
        character.isprintable() or character in "\t\n\r" for character in plain[:32].partition("\0")[0]
    )


def _bytes(data: bytes) -> Details:
    details: Details = {"data": Bytes(data[:SHOWN])} if data else {}
    if len(data) > SHOWN:
        details["truncated"] = True
    return details


def shown(plain: str) -> Details:
    """A text as a member, or its beginning."""
    details: Details = {"text": plain[: limits.LOG_TEXT]}
    if len(plain) > limits.LOG_TEXT:
        details["truncated"] = True
    return details


def _plain(event: Event) -> Details:
    plain = text(event.data)
    return _bytes(event.data) if plain is None else shown(plain)


def _raw(event: Event) -> Details:
    return _bytes(event.data)


def _no_action(event: Event) -> Details:
    data = event.data
    if data.startswith(LOCALITY) and len(data) == len(LOCALITY) + 1:
        return {"locality": data[-1]}
    if data.startswith(tcg.SIGNATURE):
        vendor = tcg.spec_id(data).vendor
        return shown("Spec ID Event03" + (f" {vendor.decode('ascii', 'replace')}" if vendor else ""))
    if data.startswith(REFERENCES) and len(data) >= 36:
        enterprise, reference = int.from_bytes(data[16:20], "little"), efi.guid(data[20:36])
        return shown(f"{data[:16].decode('ascii').rstrip(chr(0))}: enterprise {enterprise}, {reference}")
    return _plain(event)


def _bad(what: str, offset: int, reason: str) -> BadEncoding:
    return BadEncoding(what=what, offset=offset, reason=reason)


def _tag(event: Event) -> Details:
    data = event.data
    if len(data) < 8 or 8 + int.from_bytes(data[4:8], "little") > len(data):
        raise _bad("tagged event", 0, f"{len(data)} bytes")
    content = data[8 : 8 + int.from_bytes(data[4:8], "little")]
    number = int.from_bytes(data[:4], "little")
    plain = efi.characters(content) if number in UTF16 else text(content)
    members: dict[str, str] = {}
    if plain is not None:
        members["text"] = plain[: limits.LOG_TEXT]
        if number in AGENT:
            words = plain.split(" ", 2)
            if len(words) < 3:
                raise _bad("event of an attestation agent", 8, f"{len(words)} words")
            members = dict(
                zip(("domain", "operation", "content"), (w[: limits.LOG_TEXT] for w in words), strict=True)
            )
    return {"tag": TaggedEvent(id=Bytes(data[:4]), **members)}


def _host(event: Event) -> Details:
    data = event.data
    if data[: len(GOOGLE)] == GOOGLE and len(data) > len(GOOGLE) and data[len(GOOGLE)] < len(TECHNOLOGIES):
        return {**shown("GCE NonHostInfo"), "technology": TECHNOLOGIES[data[len(GOOGLE)]]}
    return _plain(event)


def _flags(event: Event) -> Details:
    """Text, or what td-shim measures: a name, a length, and the content behind them."""
    data = event.data
    size = int.from_bytes(data[16:20], "little")
    if len(data) > 20 and size == len(data) - 20 and data[:16].isascii():
        content = text(data[20:].partition(b"\0")[0]) if data.startswith(b"td_payload_info\0") else None
        details = _bytes(data[20:]) if content is None else shown(content)
        return {**details, "name": data[:16].decode().rstrip("\0")}
    return _plain(event)


def _code(event: Event) -> Details:
    """Where the measured memory lies, in 16 bytes; of other sizes a text."""
    if len(event.data) == 16:
        plain = text(event.data)
        return {"region": efi.region(event.data)} if plain is None else shown(plain)
    return _plain(event)


def _container(event: Event) -> Details:
    plain = text(cel.text(event.data))
    return _bytes(event.data) if plain is None else shown(plain)


def _region2(event: Event) -> Details:
    made: MemoryRegion = efi.region2(event.data)
    return {"region": made}


_READERS: Final[dict[int, Callable[[Event], Details]]] = {
    NO_ACTION: _no_action,
    SEPARATOR: _raw,
    RUNTIME: _raw,
    cel.CONTAINER: _container,
    NUMBERS["EV_EVENT_TAG"]: _tag,
    NUMBERS["EV_NONHOST_INFO"]: _host,
    NUMBERS["EV_PLATFORM_CONFIG_FLAGS"]: _flags,
    NUMBERS["EV_POST_CODE"]: _code,
    NUMBERS["EV_EFI_VARIABLE_DRIVER_CONFIG"]: lambda event: {"variable": efi.variable(event.data)},
    NUMBERS["EV_EFI_VARIABLE_BOOT"]: lambda event: {"variable": efi.variable(event.data)},
    NUMBERS["EV_EFI_VARIABLE_BOOT2"]: lambda event: {"variable": efi.variable(event.data)},
    NUMBERS["EV_EFI_VARIABLE_AUTHORITY"]: lambda event: {
        "variable": efi.variable(event.data, authority=True)
    },
    NUMBERS["EV_EFI_BOOT_SERVICES_APPLICATION"]: lambda event: {"path": efi.image(event.data)},
    NUMBERS["EV_EFI_BOOT_SERVICES_DRIVER"]: lambda event: {"path": efi.image(event.data)},
    NUMBERS["EV_EFI_RUNTIME_SERVICES_DRIVER"]: lambda event: {"path": efi.image(event.data)},
    NUMBERS["EV_EFI_GPT_EVENT"]: lambda event: {"disk": efi.disk(event.data)},
    NUMBERS["EV_EFI_GPT_EVENT2"]: lambda event: {"disk": efi.disk(event.data)},
    NUMBERS["EV_EFI_PLATFORM_FIRMWARE_BLOB"]: _code,
    NUMBERS["EV_EFI_PLATFORM_FIRMWARE_BLOB2"]: _region2,
    NUMBERS["EV_EFI_HANDOFF_TABLES"]: lambda event: {"tables": efi.tables(event.data, described=False)},
    NUMBERS["EV_EFI_HANDOFF_TABLES2"]: lambda event: {"tables": efi.tables(event.data, described=True)},
}
"""What reads the data of each type; of all others they are text, or bytes."""
