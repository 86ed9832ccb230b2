"""The SVSM's services manifest (AMD 58019, section 7; configfs `manifestblob`).

It looks like the certificate table and is another format: a head with its own GUID, the size and the count,
no entry of zeros at the end, and every GUID in mixed-endian order.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from evidence import limits
from evidence.errors import ConstraintViolation, Truncated
from evidence.wire import guid_table
from evidence.wire.guid_table import GuidEntry
from evidence.wire.layout import U32, Layout, Raw, at


# fmt: off
class ManifestHead(Layout, size=24, spec="AMD 58019, attestation protocol: services manifest"):
    guid:    Raw = at(0, 16)
    size:    U32 = at(16)
    entries: U32 = at(20)


SERVICES_MANIFEST: Final = "63849ebb-3d92-4670-a1ff-58f9c94b87bb"
SERVICES: Final = {
    "c476f1eb-0123-45a5-9641-b4e7dde5bfe3": "vtpm",
    "a4453a59-9e1b-4787-a033-1986d6adbe55": "uefi-mm",
}
# fmt: on
WHAT: Final = "services manifest"
_GUID: Final = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Service(Struct, frozen=True):
    """One service: its name (its GUID where we know none), and where its manifest lies (bytes).

    `label` is the name with a number where there are several of it.
    """

    name: str
    label: str
    start: int
    end: int


class Services(Struct, frozen=True):
    """The services of a manifest; `single` where the blob is the manifest of one service, without head."""

    services: tuple[Service, ...]
    single: bool
    size: int


def is_guid(text: str) -> bool:
    """Whether a text names one service: a GUID, and not that of zeros, which names none."""
    return _GUID.fullmatch(text) is not None and any(digit not in "0-" for digit in text)


def read(data: bytes, service: str | None) -> Services:
    """The services in `data`, or `service` (a name or a GUID), whose manifest `data` then is.

    Raises `ConstraintViolation`, `Truncated` or `LimitExceeded` with the offset.
    """
    headed = guid_table.text(guid_table.swapped(data[:16].ljust(16, b"\0"))) == SERVICES_MANIFEST
    if service is not None:
        if headed:
            raise _bad(0, data[:16], "the manifest of one service (whoever asked named it)")
        name = SERVICES.get(service.lower(), service.lower())
        return Services((Service(name, name, 0, len(data)),), True, len(data))
    if len(data) >= 16 and not headed:
        raise _bad(0, data[:16], f"{SERVICES_MANIFEST}, mixed-endian")
    head = ManifestHead.read(data)
    if head.size > len(data):
        raise Truncated(what=WHAT, offset=0, need=head.size, have=len(data), spec=ManifestHead.SPEC)
    if any(data[head.size :]):
        raise _bad(16, head.size, f"{len(data)}, where the manifest ends")
    limits.check("table entries", limits.TABLE_ENTRIES, head.entries, offset=20)
    first = ManifestHead.SIZE + head.entries * GuidEntry.SIZE
    if first > head.size:
        raise _bad(20, head.entries, f"as many entries as {head.size} bytes hold")
    entries = [(here, GuidEntry.read(data, here)) for here in range(ManifestHead.SIZE, first, GuidEntry.SIZE)]
    for here, entry in entries:
        guid_table.check_range(head.size, entry, here, first, WHAT)
    guid_table.check_apart(((e.offset, here, e.offset + e.length) for here, e in entries), WHAT)
    names = [guid_table.text(guid_table.swapped(entry.guid)) for _, entry in entries]
    names = [SERVICES.get(name, name) for name in names]
    labels = guid_table.numbered(names)
    manifest = (
        Service(name, label, entry.offset, entry.offset + entry.length)
        for name, label, (_, entry) in zip(names, labels, entries, strict=True)
    )
    return Services(tuple(manifest), False, head.size)


def _bad(offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=WHAT, offset=offset, got=got, allowed=allowed, spec=ManifestHead.SPEC)
