"""The certificate table that a host hands to its guest (AMD 56421, GHCB; configfs `auxblob`), and plain certificates in its place.

All of it is the host's word: unsigned, in either order of GUID bytes, with entries in DER or PEM.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from evidence import limits
from evidence.errors import ConstraintViolation, Truncated
from evidence.types.snp.vek import Kind, kind_of
from evidence.wire import der, guid_table, x509
from evidence.wire.guid_table import GuidEntry, Order
from evidence.wire.x509 import X509Certificate

SLOTS: Final[dict[str, tuple[Kind, ...]]] = {
    "vcek": ("vcek",),
    "vlek": ("vlek",),
    "ask": ("ask", "asvk"),
    "ark": ("ark",),
}
"""The entries that hold certificates, and what those should be."""

WHAT: Final = "certificate table"


class TableRow(Struct, frozen=True):
    """One entry. `name` is that of its GUID, else the GUID in RFC 4122's order; `order` None where it is unknown.

    `label` is the name with a number where the table has several of it. `start` and `end` are where its
    content lies (bytes); `whole` is false where the table was cut before it ends.
    """

    name: str
    label: str
    guid: bytes
    order: Order | None
    start: int
    end: int
    whole: bool


class NamedCertificate(NamedTuple):
    """A certificate: the name that it goes by here, what it is by its own words, and the entry that held it."""

    source: str
    kind: Kind | None
    slot: str | None
    certificate: X509Certificate


class Certificates(Struct, frozen=True, kw_only=True):
    """All that the attachment holds. `format` is `ghcb-table`, `der`, `pem` or `empty`.

    `rest` is where in a table bytes lie that are not zero and belong to no entry, or None.
    """

    format: Literal["ghcb-table", "der", "pem", "empty"]
    rows: tuple[TableRow, ...] = ()
    named: tuple[NamedCertificate, ...] = ()
    rest: int | None = None


def read(data: bytes) -> Certificates:
    """A certificate table, or certificates in DER or PEM alone. Nothing but zeros is an empty table.

    Raises `Truncated`, `ConstraintViolation`, `BadEncoding` or `LimitExceeded` with offsets into `data`.
    """
    if not any(data):
        return Certificates(format="empty")
    plain = _plain(data)
    if plain is not None:
        certificates = x509.read_all(data, "certificates")
        return Certificates(format=plain, named=_named([(None, certificate) for certificate in certificates]))
    rows, first = _rows(data)
    named = _named(list(_in_entries(data, rows)))
    return Certificates(format="ghcb-table", rows=rows, named=named, rest=_rest(data, rows, first))


def _plain(data: bytes) -> Literal["der", "pem"] | None:
    """The encoding of certificates that come without a table; None for a table, a broken one too."""
    if guid_table.begins(data, 0):
        return None
    if data[0] == der.SEQUENCE and data[1:2] >= b"\x80":
        return "der"
    # the lengths of a table's first entry have zeros, text has none
    return "pem" if 0 not in data[: GuidEntry.SIZE] and x509.BEGIN in data else None


def _named(certificates: list[tuple[str | None, X509Certificate]]) -> tuple[NamedCertificate, ...]:
    """Certificates by what they are, with the entries that held them."""
    kinds = [kind_of(certificate.subject_raw) for _, certificate in certificates]
    names = guid_table.numbered(kind or "certificate" for kind in kinds)
    return tuple(
        NamedCertificate(name, kind, slot, certificate)
        for name, kind, (slot, certificate) in zip(names, kinds, certificates, strict=True)
    )


def _rows(data: bytes) -> tuple[tuple[TableRow, ...], int]:
    """The entries up to the one of zeros, and where that ends."""
    entries: list[tuple[int, GuidEntry]] = []
    at = 0
    while any(data[at : at + 16]) or at + GuidEntry.SIZE > len(data):
        if at + GuidEntry.SIZE > len(data):
            raise Truncated(
                what=WHAT, offset=at, need=GuidEntry.SIZE, have=len(data) - at, spec=GuidEntry.SPEC
            )
        entries.append((at, GuidEntry.read(data, at)))
        limits.check("table entries", limits.TABLE_ENTRIES, len(entries), offset=at)
        at += GuidEntry.SIZE
    if any(data[at + 16 : at + GuidEntry.SIZE]):
        raise ConstraintViolation(
            what=WHAT,
            offset=at + 16,
            got=data[at + 16 : at + GuidEntry.SIZE],
            allowed="zero (the end of the table)",
            spec=GuidEntry.SPEC,
        )
    first = at + GuidEntry.SIZE
    names = [guid_table.name(entry.guid) or (guid_table.text(entry.guid), None) for _, entry in entries]
    labels = guid_table.numbered(name for name, _ in names)
    rows = tuple(
        TableRow(name, label, entry.guid, order, entry.offset, *_range(data, entry, here, first))
        for (here, entry), (name, order), label in zip(entries, names, labels, strict=True)
    )
    guid_table.check_apart(
        ((row.start, here, row.end) for row, (here, _) in zip(rows, entries, strict=True)), WHAT
    )
    return rows, first


def _range(data: bytes, entry: GuidEntry, at: int, first: int) -> tuple[int, bool]:
    """Where an entry's content ends, and whether it is whole.

    The kernel cuts a table at 16 KiB: in one of that size, entries may end behind it.
    """
    cut = len(data) == guid_table.LARGEST
    guid_table.check_range(0xFFFFFFFF if cut else len(data), entry, at, first, WHAT)
    end = entry.offset + entry.length
    return end, end <= len(data)


def _in_entries(data: bytes, rows: tuple[TableRow, ...]) -> Iterator[tuple[str, X509Certificate]]:
    """The certificates of all entries that should hold some, and the names of these entries."""
    count = 0
    for row in rows:
        if row.name in SLOTS and row.whole:
            certificates = x509.read_all(data, f"{row.name} entry", row.start, row.end)
            count += len(certificates)
            limits.check("certificates", limits.CERTIFICATES, count, offset=row.start)
            yield from ((row.name, certificate) for certificate in certificates)


def _rest(data: bytes, rows: tuple[TableRow, ...], first: int) -> int | None:
    """Where the first byte lies that is not zero and that no entry speaks of."""
    at = first
    for start, end in (*sorted((row.start, row.end) for row in rows), (len(data), len(data))):
        gap = data[at:start]
        if any(gap):
            return at + len(gap) - len(gap.lstrip(b"\0"))
        at = end
    return None
