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
from evidence.types.snp.ghcb import SLOTS, Certificates, Held, Row
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
        entry(held.certificate, held.source, "vek" if held.source == leaf else None)
        for held in native.certificates.held
    )


def vek(native: Snp) -> tuple[Environment, ...]:
    """What the leaf certificate says, which nobody has verified; never part of `platform`."""
    leaf, about = native.leaf, native.vek
    if leaf is None or about is None:
        return ()
    extensions = leaf.certificate.extensions
    return (
        Environment(
            id="vek",
            role="certificate-subject",
            label=about.kind,
            origin="certificate",
            debug="not-defined",
            migration="not-defined",
            identifiers=tuple(_identifiers(about)),
            tcb=tuple(_tcb(about)),
            values=()
            if about.struct_version is None
            else (Value(name="struct_version", int=about.struct_version),),
            unknown=tuple(
                Unknown(label=oid, raw=Bytes(extension.value))
                for oid, extension in extensions.items()
                if oid.startswith(ARC) and oid not in KNOWN
            ),
        ),
    )


def _identifiers(about: Vek) -> Iterator[Identifier]:
    if about.product_name is not None:
        yield written("product", "class", about.product_name)
    if about.hwid is not None:
        value = Bytes(about.hwid)
        yield Identifier(name="hwid", scope="platform", linkable=True, status="present", value=value)
    if about.csp_id is not None:
        yield written("csp_id", "class", about.csp_id)


def _tcb(about: Vek) -> Iterator[Tcb]:
    """The SVNs by the layout that the certificate names; of an unknown one, those that are there, raw."""
    product = PRODUCTS[about.product] if about.product else None
    if about.svns:
        yield Tcb(
            name="certified_tcb",
            role="certified",
            layout=product.layout if product else None,
            layout_source="certificate" if product else "unknown",
            raw=Bytes(bytes(about.svns.values()) if about.tcb is None else about.tcb),
            components=tuple(
                TcbComponent(name=field, svn=about.svns[field], compare="ordered")
                for field in (product.tcb.FIELDS if product else ())
                if field in about.svns
            ),
        )


def consistency(native: Snp, product: Product | None) -> tuple[Consistency, ...]:
    """The report against its certificate: whether they speak of the same key, TCB, chip and product.

    `product` is that of the report: equal bytes in another layout are not the same TCB.
    """
    about, report = native.vek, native.report
    if about is None:
        return ()
    certified = PRODUCTS[about.product] if about.product else None
    foreign = product is not None and certified is not None and product.tcb is not certified.tcb
    facts = (
        Consistency(
            name="signing_key-certified",
            status=_signing_key(report, about),
            value_of="certificate-kind",
            compared_to=f"{PLATFORM}/attributes/key_info",
        ),
        Consistency(
            name="reported_tcb-certified",
            status="differs" if foreign else _outcome(report.reported_tcb, about.tcb),
            value_of="certificate-tcb",
            compared_to=f"{PLATFORM}/tcb/reported_tcb",
            computed=None if about.tcb is None else Bytes(about.tcb),
        ),
        Consistency(
            name="chip_id-certified",
            status=_chip_id(report, about),
            value_of="certificate-hwid",
            compared_to=f"{PLATFORM}/identifiers/chip_id",
        ),
    )
    if report.version < 3:  # without CPUID there is no product to compare
        return facts
    compared = Consistency(
        name="product-certified",
        status=_outcome(MODELS.get((report.cpuid_fam_id, report.cpuid_mod_id)), about.product),
        value_of="certificate-product",
        compared_to=f"{PLATFORM}/values/cpuid_fam_id",
    )
    return (*facts, compared)


def _outcome(left: object, right: object) -> Outcome:
    """Whether two values are the same; None is a value that is not there."""
    if left is None or right is None:
        return "not-computable"
    return "matches" if left == right else "differs"


def _signing_key(report: Report, about: Vek) -> Outcome:
    """A certificate that contradicts itself is of no kind."""
    kind = "none" if about.contradicts else about.kind
    return _outcome(SIGNERS.get(signing_key(report), "unknown") if is_signed(report) else None, kind)


def _chip_id(report: Report, about: Vek) -> Outcome:
    """Nothing can match a masked CHIP_ID, and a VLEK is of no chip."""
    chip_id = report.chip_id if any(report.chip_id) else None
    return _outcome(chip_id, about.hwid and about.hwid.ljust(len(report.chip_id), b"\0"))


def unread(native: Snp, given: Input) -> tuple[Unknown, ...]:
    """Entries of the table that are not certificates, whole: those that we do not know, and those that we do not read."""
    if native.certificates is None:
        return ()
    data = given.attachments["certificates"]
    return tuple(
        Unknown(
            label=f"ghcb:{row.label}",
            raw=Bytes(data[row.start : row.end]),
            origin=given.attached_by("certificates"),
        )
        for row in _unread(native.certificates)
    )


def _unread(found: Certificates) -> Iterator[Row]:
    return (row for row in found.rows if row.name not in SLOTS and row.whole)


def remarks(native: Snp) -> Iterator[Note]:
    """What a reader should know about the table and its certificates."""
    found = native.certificates
    if found is None:
        return
    yield from _about_rows(found)
    for held in found.held:
        yield from _about_slot(held)
    if found.rest is not None:
        yield note("trailing-bytes", ATTACHED, f"bytes from {found.rest:#x} on belong to no entry")
    if native.leaf is not None and native.vek is not None:
        yield from _about_leaf(found, native.leaf, native.vek)


def _about_rows(found: Certificates) -> Iterator[Note]:
    for row in found.rows:
        if row.label != row.name:
            yield note("duplicate-entry", ATTACHED, f"another entry for {row.name}")
        if not row.whole:
            yield note("table-truncated", ATTACHED, f"the table ends before its entry for {row.name} does")
        elif row.start == row.end:
            yield note("empty-entry", ATTACHED, f"nothing in the entry for {row.name}")
    for row in _unread(found):
        what = "is not read" if row.order else "is not known"
        yield note("unread-entry", ATTACHED, f"an entry of {row.end - row.start} bytes {what}: {row.name}")


def _about_slot(held: Held) -> Iterator[Note]:
    if held.kind is None:
        yield note("unknown-certificate", f"/certificates/{held.source}", "not one of AMD's by its name")
    elif held.slot is not None and held.kind not in SLOTS[held.slot]:
        detail = f"in the entry for {held.slot}, and of kind {held.kind} by its name"
        yield note("mislabelled-certificate", f"/certificates/{held.source}", detail)


def _about_leaf(found: Certificates, leaf: Held, about: Vek) -> Iterator[Note]:
    others = {h.certificate.sha256 for h in found.held if h.kind in {"vcek", "vlek"}}
    if len(others) > 1:
        detail = f"{len(others) - 1} more for a VCEK or VLEK; the claims are of the first that fits KEY_INFO"
        yield note("several-leaves", f"/certificates/{leaf.source}", detail)
    for reason in about.contradicts:
        yield note("certificate-contradiction", VEK, f"named a {about.kind.upper()}, but {reason}")
    if about.product is None:
        detail = f"productName {quote(about.product_name)}, structVersion {about.struct_version}"
        yield note("unknown-product", VEK, f"no TCB layout is known for {detail}")
    elif about.tcb is None:
        yield note("missing-extension", f"{VEK}/tcb/certified_tcb", "not every SVN has its extension")
    elif any(about.svns.get(name) for name in SVNS.values() if name.startswith("spl")):
        yield note("unknown-value", f"{VEK}/tcb/certified_tcb", "a reserved SVN is not zero")
    for oid in leaf.certificate.extensions:
        if oid.startswith(ARC) and oid not in KNOWN:
            yield note("unknown-extension", f"{VEK}/unknown/{oid}", "kept whole")
