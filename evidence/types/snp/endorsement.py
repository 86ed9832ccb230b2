"""The certificates beside a report: environment `vek`, what they say of the report, what is odd about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import (
    Bytes,
    Certificate,
    Consistency,
    Environment,
    Identifier,
    Note,
    Tcb,
    TcbComponent,
    Unknown,
    Value,
)
from evidence.errors import quote
from evidence.input import Input
from evidence.types._certificates import entry
from evidence.types._identifiers import written
from evidence.types._notes import note
from evidence.types.snp.common import PLATFORM, VEK
from evidence.types.snp.ghcb import SLOTS, Certificates, NamedCertificate, TableRow
from evidence.types.snp.layout import MODELS, PRODUCTS, Product, Report
from evidence.types.snp.read import Snp
from evidence.types.snp.report import SIGNERS, is_signed, signing_key
from evidence.types.snp.vek import ARC, KNOWN, SVNS, Vek
from evidence.words import Outcome

ATTACHED: Final = "/attachments/certificates"


def certificates(native: Snp) -> tuple[Certificate, ...]:
    """Every certificate that came with the report, in the order of the bytes."""
    if native.certificates is None:
        return ()
    leaf = native.vek.source if native.vek else None
    return tuple(
        entry(named.certificate, named.source, "vek" if named.source == leaf else None)
        for named in native.certificates.named
    )


def vek(native: Snp) -> tuple[Environment, ...]:
    """What the leaf certificate says, which nobody has verified; never part of `platform`."""
    leaf, endorsed = native.leaf, native.vek
    if leaf is None or endorsed is None:
        return ()
    extensions = leaf.certificate.extensions
    return (
        Environment(
            id="vek",
            role="certificate-subject",
            label=endorsed.kind,
            origin="certificate",
            debug="not-defined",
            migration="not-defined",
            identifiers=tuple(_identifiers(endorsed)),
            tcb=tuple(_tcb(endorsed)),
            values=()
            if endorsed.struct_version is None
            else (Value(name="struct_version", int=endorsed.struct_version),),
            unknown=tuple(
                Unknown(label=oid, raw=Bytes(extension.value))
                for oid, extension in extensions.items()
                if oid.startswith(ARC) and oid not in KNOWN
            ),
        ),
    )


def _identifiers(endorsed: Vek) -> Iterator[Identifier]:
    if endorsed.product_name is not None:
        yield written("product", "class", endorsed.product_name)
    if endorsed.hwid is not None:
        value = Bytes(endorsed.hwid)
        yield Identifier(name="hwid", scope="platform", linkable=True, status="present", value=value)
    if endorsed.csp_id is not None:
        yield written("csp_id", "class", endorsed.csp_id)


def _tcb(endorsed: Vek) -> Iterator[Tcb]:
    """The SVNs by the layout that the certificate names; of an unknown one, those that are there, raw."""
    product = PRODUCTS[endorsed.product] if endorsed.product else None
    if endorsed.svns:
        yield Tcb(
            name="certified_tcb",
            role="certified",
            layout=product.layout if product else None,
            layout_source="certificate" if product else "unknown",
            raw=Bytes(bytes(endorsed.svns.values()) if endorsed.tcb is None else endorsed.tcb),
            components=tuple(
                TcbComponent(name=field, svn=endorsed.svns[field], compare="ordered")
                for field in (product.tcb.FIELDS if product else ())
                if field in endorsed.svns
            ),
        )


def consistency(native: Snp, product: Product | None) -> tuple[Consistency, ...]:
    """The report against its certificate: whether they speak of the same key, TCB, chip and product.

    `product` is that of the report: equal bytes in another layout are not the same TCB.
    """
    endorsed, report = native.vek, native.report
    if endorsed is None:
        return ()
    certified = PRODUCTS[endorsed.product] if endorsed.product else None
    foreign = product is not None and certified is not None and product.tcb is not certified.tcb
    facts = (
        Consistency(
            name="signing_key-certified",
            status=_signing_key(report, endorsed),
            value_of="certificate-kind",
            compared_to=f"{PLATFORM}/attributes/key_info",
        ),
        Consistency(
            name="reported_tcb-certified",
            status="differs" if foreign else _outcome(report.reported_tcb, endorsed.tcb),
            value_of="certificate-tcb",
            compared_to=f"{PLATFORM}/tcb/reported_tcb",
            computed=None if endorsed.tcb is None else Bytes(endorsed.tcb),
        ),
        Consistency(
            name="chip_id-certified",
            status=_chip_id(report, endorsed),
            value_of="certificate-hwid",
            compared_to=f"{PLATFORM}/identifiers/chip_id",
        ),
    )
    if report.version < 3:  # without CPUID there is no product to compare
        return facts
    compared = Consistency(
        name="product-certified",
        status=_outcome(MODELS.get((report.cpuid_fam_id, report.cpuid_mod_id)), endorsed.product),
        value_of="certificate-product",
        compared_to=f"{PLATFORM}/values/cpuid_fam_id",
    )
    return (*facts, compared)


def _outcome(left: object, right: object) -> Outcome:
    """Whether two values are the same; None is a value that is not there."""
    if left is None or right is None:
        return "not-computable"
    return "matches" if left == right else "differs"


def _signing_key(report: Report, endorsed: Vek) -> Outcome:
    """A certificate that contradicts itself is of no kind."""
    kind = "none" if endorsed.contradicts else endorsed.kind
    return _outcome(SIGNERS.get(signing_key(report), "unknown") if is_signed(report) else None, kind)


def _chip_id(report: Report, endorsed: Vek) -> Outcome:
    """Nothing can match a masked CHIP_ID, and a VLEK is of no chip."""
    chip_id = report.chip_id if any(report.chip_id) else None
    return _outcome(chip_id, endorsed.hwid and endorsed.hwid.ljust(len(report.chip_id), b"\0"))


def unread(native: Snp, source: Input) -> tuple[Unknown, ...]:
    """Entries of the table that are not certificates, whole: those that we do not know, and those that we do not read."""
    if native.certificates is None:
        return ()
    data = source.attachments["certificates"]
    return tuple(
        Unknown(
            label=f"ghcb:{row.label}",
            raw=Bytes(data[row.start : row.end]),
            origin=source.attached_by("certificates"),
        )
        for row in _unread(native.certificates)
    )


def _unread(table: Certificates) -> Iterator[TableRow]:
    return (row for row in table.rows if row.name not in SLOTS and row.whole)


def remarks(native: Snp) -> Iterator[Note]:
    """What a reader should know about the table and its certificates."""
    table = native.certificates
    if table is None:
        return
    yield from _of_rows(table)
    for named in table.named:
        yield from _of_slot(named)
    if table.rest is not None:
        yield note("trailing-bytes", ATTACHED, f"bytes from {table.rest:#x} on belong to no entry")
    if native.leaf is not None and native.vek is not None:
        yield from _of_leaf(table, native.leaf, native.vek)


def _of_rows(table: Certificates) -> Iterator[Note]:
    for row in table.rows:
        if row.label != row.name:
            yield note("duplicate-entry", ATTACHED, f"another entry for {row.name}")
        if not row.whole:
            yield note("table-truncated", ATTACHED, f"the table ends before its entry for {row.name} does")
        elif row.start == row.end:
            yield note("empty-entry", ATTACHED, f"nothing in the entry for {row.name}")
    for row in _unread(table):
        what = "is not read" if row.order else "is not known"
        yield note("unread-entry", ATTACHED, f"an entry of {row.end - row.start} bytes {what}: {row.name}")


def _of_slot(named: NamedCertificate) -> Iterator[Note]:
    if named.kind is None:
        yield note("unknown-certificate", f"/certificates/{named.source}", "not one of AMD's by its name")
    elif named.slot is not None and named.kind not in SLOTS[named.slot]:
        detail = f"in the entry for {named.slot}, and of kind {named.kind} by its name"
        yield note("mislabelled-certificate", f"/certificates/{named.source}", detail)


def _of_leaf(table: Certificates, leaf: NamedCertificate, endorsed: Vek) -> Iterator[Note]:
    others = {h.certificate.sha256 for h in table.named if h.kind in {"vcek", "vlek"}}
    if len(others) > 1:
        detail = f"{len(others) - 1} more for a VCEK or VLEK; the claims are of the first that fits KEY_INFO"
        yield note("several-leaves", f"/certificates/{leaf.source}", detail)
    for reason in endorsed.contradicts:
        yield note("certificate-contradiction", VEK, f"named a {endorsed.kind.upper()}, but {reason}")
    if endorsed.product is None:
        detail = f"productName {quote(endorsed.product_name)}, structVersion {endorsed.struct_version}"
        yield note("unknown-product", VEK, f"no TCB layout is known for {detail}")
    elif endorsed.tcb is None:
        yield note("missing-extension", f"{VEK}/tcb/certified_tcb", "not every SVN has its extension")
    elif any(endorsed.svns.get(name) for name in SVNS.values() if name.startswith("spl")):
        yield note("unknown-value", f"{VEK}/tcb/certified_tcb", "a reserved SVN is not zero")
    for oid in leaf.certificate.extensions:
        if oid.startswith(ARC) and oid not in KNOWN:
            yield note("unknown-extension", f"{VEK}/unknown/{oid}", "kept whole")
