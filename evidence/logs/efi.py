"""What UEFI writes into events: variables, device paths, disks, regions of memory and tables.

A structure that is broken raises `BadEncoding` or `Truncated`; the event then keeps its data as bytes.

Sources: TCG PFP 1.06, section 10.2 to 10.4; UEFI 2.10, sections 5.3 (GPT), 10.3 (device paths), 32.4 (signatures).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final

from evidence import limits
from evidence.claims import Bytes
from evidence.errors import BadEncoding
from evidence.logs.entries import DatabaseEntry, Disk, MemoryRegion, Partition, Variable
from evidence.wire.cursor import Cursor
from evidence.wire.guid_table import swapped, text

GLOBAL: Final = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
SECURITY: Final = "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
KEYS: Final = {"PK": GLOBAL, "KEK": GLOBAL, "db": SECURITY, "dbx": SECURITY, "dbt": SECURITY, "dbr": SECURITY}
"""Variables that hold signature lists, and whose they are."""
SIGNATURE_TYPES: Final = {
    "a5c059a1-94e4-4aa7-87b5-ab155c2bf072": "x509",
    "c1c41626-504c-4092-aca9-41f936934328": "sha-256",
    "0b6e5233-a65c-44c9-9407-d9ab83bfc8bd": "sha-224",
    "ff3e5307-9fd0-48c9-85f1-8ad56c701e01": "sha-384",
    "093e0fae-a6c4-4f50-9f1b-d41e2b89c19a": "sha-512",
    "3bd2a492-96c0-4079-b420-fcf98ef103ed": "x509-sha-256",
}
SHOWN: Final = 64
"""Bytes of a variable that are shown as they are."""
ENTRY: Final = 128
"""Bytes of an entry of a GPT that have a meaning."""
SPEC: Final = "UEFI 2.10"


def guid(data: bytes) -> str:
    """A GUID as it lies in memory, as the usual text."""
    return text(swapped(data))


def characters(data: bytes) -> str:
    """Text in UTF-16 up to its NUL; half of a surrogate pair becomes U+FFFD."""
    return data.decode("utf-16-le", "replace").partition("\0")[0]


def _bad(what: str, offset: int, reason: str) -> BadEncoding:
    return BadEncoding(what=what, offset=offset, reason=reason, spec=SPEC)


# variables


def variable(data: bytes, *, authority: bool = False) -> Variable:
    """A UEFI_VARIABLE_DATA. Of an `authority` a database's name stands above the one entry that was used."""
    cursor = Cursor(data, "variable")
    owner = guid(cursor.take(16))
    length, size = cursor.uint(8), cursor.uint(8)
    name = cursor.take(2 * length, "name of a variable").decode("utf-16-le", "replace")
    content = cursor.take(size, "content of a variable")
    cursor.done()
    described = Variable(guid=owner, name=limits.shortened(name), size=size)
    more = _content(owner, name, content, authority=authority)
    return Variable(guid=described.guid, name=described.name, size=size, **more)


def _content(owner: str, name: str, content: bytes, *, authority: bool) -> dict[str, Any]:
    """What a variable holds, as far as its name says how to read it."""
    if KEYS.get(name) == owner:
        if authority:
            return {"signatures": (_signature("x509", content),)} if len(content) > 16 else {}
        return {"signatures": tuple(_signatures(content))}
    if owner == GLOBAL:
        if name == "SecureBoot" and not content:
            return {"state": "not-set"}
        if name == "BootOrder":
            return {
                "order": tuple(
                    f"{content[at + 1]:02x}{content[at]:02x}" for at in range(0, len(content) - 1, 2)
                )
            }
        if name.startswith("Boot") and len(name) == 8 and len(content) > 6:
            return _option(content)
    if name.startswith("SbatLevel") and content.isascii():
        return {"text": content.decode().rstrip("\0\n")[: limits.LOG_TEXT]}
    return {"value": Bytes(content)} if 0 < len(content) <= SHOWN else {}


def _option(content: bytes) -> dict[str, Any]:
    """A load option: its description, and what it starts."""
    size = int.from_bytes(content[4:6], "little")
    end = next((at for at in range(6, len(content) - 1, 2) if content[at : at + 2] == b"\0\0"), None)
    if end is None or end + 2 + size > len(content):
        raise _bad("load option", 6, "a description or a path without its end")
    description = characters(content[6:end])
    return {
        "description": limits.shortened(description),
        "path": device_path(content[end + 2 : end + 2 + size]),
    }


def _signatures(data: bytes) -> Iterator[DatabaseEntry]:
    """The entries of the signature lists of a variable."""
    place = count = 0
    while place < len(data):
        cursor = Cursor(data, "signature list", place)
        kind = guid(cursor.take(16))
        whole, header, size = cursor.uint(4), cursor.uint(4), cursor.uint(4)
        body = whole - 28 - header
        if place + whole > len(data) or body < 0 or size <= 16 or body % size:
            raise _bad("signature list", place, f"{whole} bytes, entries of {size}")
        for at in range(cursor.at + header, place + whole, size):
            count += 1
            limits.check("signatures of a variable", limits.LOG_SIGNATURES, count)
            yield _signature(SIGNATURE_TYPES.get(kind, kind), data[at : at + size])
        place += whole


def _signature(kind: str, entry: bytes) -> DatabaseEntry:
    content = entry[16:]
    digest = content if kind == "sha-256" and len(content) == 32 else sha256(content).digest()
    return DatabaseEntry(owner=guid(entry[:16]), type=kind, sha256=Bytes(digest))


# device paths


def _acpi(body: bytes) -> str | None:
    if len(body) != 8:
        return None
    return f"Acpi({int.from_bytes(body[:4], 'little'):08x},{int.from_bytes(body[4:], 'little')})"


def _pci(body: bytes) -> str | None:
    return f"Pci({body[1]},{body[0]})" if len(body) == 2 else None


def _disk(body: bytes) -> str | None:
    if len(body) != 38:
        return None
    number = int.from_bytes(body[:4], "little")
    return f"HD({number},GPT,{guid(body[20:36])})" if body[37] == 2 else f"HD({number},{body[20:36].hex()})"


def _of_guid(name: str) -> Callable[[bytes], str | None]:
    return lambda body: f"{name}({guid(body[:16])})" if len(body) >= 16 else None


def _file(body: bytes) -> str:
    return f"File({characters(body)})"


NODES: Final[dict[tuple[int, int], Callable[[bytes], str | None]]] = {
    (1, 1): _pci,
    (1, 4): _of_guid("VenHw"),
    (2, 1): _acpi,
    (4, 1): _disk,
    (4, 3): _of_guid("VenMedia"),
    (4, 4): _file,
    (4, 6): _of_guid("FvFile"),
    (4, 7): _of_guid("Fv"),
}
"""Nodes by type and subtype; all others are written in hexadecimal."""
END: Final = 0x7F


def device_path(data: bytes) -> str:
    """A device path as text, its nodes parted by slashes."""
    parts: list[str] = []
    place = 0
    while place < len(data):
        kind, subtype = data[place], data[place + 1] if place + 1 < len(data) else 0
        size = int.from_bytes(data[place + 2 : place + 4], "little")
        if size < 4 or place + size > len(data):
            raise _bad("device path", place, f"a node of {size} bytes")
        if kind == END and subtype == 0xFF:
            break
        limits.check("nodes of a device path", limits.LOG_NODES, len(parts) + 1)
        body = data[place + 4 : place + size]
        written = NODES.get((kind, subtype), _unwritten)(body)
        parts.append(f"{kind}.{subtype}:{body.hex()}" if written is None else written)
        place += size
    return "/".join(parts)[: limits.LOG_TEXT]


def _unwritten(_: bytes) -> None:
    return None


def image(data: bytes) -> str:
    """The device path of a UEFI_IMAGE_LOAD_EVENT."""
    cursor = Cursor(data, "image load event")
    cursor.take(24)
    path = cursor.take(cursor.uint(8), "device path")
    return device_path(path)


# disks, regions, tables


def disk(data: bytes) -> Disk:
    """A UEFI_GPT_DATA: the header of a disk, and its partitions."""
    cursor = Cursor(data, "GPT")
    header = cursor.take(92)
    if header[:8] != b"EFI PART":
        raise _bad("GPT", 0, "no EFI PART")
    size, count = int.from_bytes(header[84:88], "little"), cursor.uint(8)
    limits.check("partitions of a disk", limits.LOG_PARTITIONS, count)
    if size < ENTRY:
        raise _bad("GPT", 84, f"entries of {size} bytes")
    partitions = []
    for _ in range(count):
        entry = cursor.take(size, "partition")
        name = characters(entry[56:ENTRY])
        partitions.append(Partition(type=guid(entry[:16]), unique=guid(entry[16:32]), name=name))
    return Disk(disk=guid(header[56:72]), partitions=tuple(partitions))


def region(data: bytes) -> MemoryRegion:
    """A UEFI_PLATFORM_FIRMWARE_BLOB: where the memory lies that was measured."""
    cursor = Cursor(data, "firmware blob")
    made = MemoryRegion(base=Bytes(cursor.take(8)), length=_natural(cursor))
    cursor.done()
    return made


def region2(data: bytes) -> MemoryRegion:
    """The same with a description before it."""
    cursor = Cursor(data, "firmware blob")
    description = cursor.take(cursor.uint(1), "description").decode("ascii", "replace").rstrip("\0")
    made = MemoryRegion(base=Bytes(cursor.take(8)), length=_natural(cursor), description=description)
    cursor.done()
    return made


def _natural(cursor: Cursor) -> int:
    number = cursor.uint(8)
    if number > limits.SAFE_INTEGER:
        raise _bad("firmware blob", cursor.at - 8, f"{number} bytes")
    return number


def tables(data: bytes, *, described: bool) -> tuple[str, ...]:
    """The GUIDs of the tables of a UEFI_HANDOFF_TABLE_POINTERS, or of its second form, which has a description."""
    cursor = Cursor(data, "handoff tables")
    if described:
        cursor.take(cursor.uint(1), "description")
    count = cursor.uint(8)
    limits.check("handoff tables", limits.LOG_NODES, count)
    made = []
    for _ in range(count):
        made.append(guid(cursor.take(16)))
        cursor.take(8)
    return tuple(made)
