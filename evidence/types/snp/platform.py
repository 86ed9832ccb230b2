"""The platform of a report: environment `platform`, and which product it is."""

from __future__ import annotations

from typing import Final

from evidence.claims import Environment, Note, Unknown
from evidence.errors import ConstraintViolation
from evidence.input import Input
from evidence.types._notes import note
from evidence.types.snp.common import PLATFORM
from evidence.types.snp.layout import (
    MODELS,
    PRODUCTS,
    Product,
    Report,
)
from evidence.types.snp.mapping import PLATFORM as PLATFORM_ROWS
from evidence.types.snp.mapping import NamedProduct, ReportPiece
from evidence.types.snp.read import Snp
from evidence.wire.layout import Layout
from evidence.words import TcbRole

TCBS: Final[tuple[TcbRole, ...]] = ("reported", "current", "committed", "launch")
BY_CPUID: Final = {name: NamedProduct(product, "cpuid") for name, product in PRODUCTS.items()}


def platform(piece: ReportPiece, unknown: tuple[Unknown, ...], notes: list[Note]) -> Environment:
    """The chip and its firmware; `unknown` is what the host handed out beside its certificates."""
    return PLATFORM_ROWS.environment((piece.report,), piece, notes, unknown=unknown)


def product(native: Snp, source: Input, notes: list[Note]) -> NamedProduct:
    """CPUID is the report's own word, and an option may not contradict it; else the option, else the certificate."""
    report = native.report
    chosen = getattr(source.options, "product", None)
    if report.version >= 3:
        by_cpuid = MODELS.get((report.cpuid_fam_id, report.cpuid_mod_id))
        if by_cpuid is not None:
            if chosen is not None and chosen != by_cpuid:
                raise _contradiction(PRODUCTS[chosen], PRODUCTS[by_cpuid])
            return BY_CPUID[by_cpuid]
        cpuid = f"family {report.cpuid_fam_id:#x}, model {report.cpuid_mod_id:#x}"
        path = f"{PLATFORM}/values/cpuid_fam_id"
        notes.append(note("unknown-product", path, f"{cpuid} is no product that is known here"))
    if chosen is not None:
        return NamedProduct(PRODUCTS[chosen], "caller")
    leaf = native.vek
    if leaf is None or leaf.product is None:
        return NamedProduct(None, "unknown")
    certified = PRODUCTS[leaf.product]
    reason = _contradicted(report, leaf.hwid, certified)
    if reason is None:
        return NamedProduct(certified, "certificate")
    notes.append(note("unknown-product", f"/certificates/{leaf.source}", reason))
    return NamedProduct(None, "unknown")


def _contradicted(report: Report, hwid: bytes | None, certified: Product) -> str | None:
    """Why a certificate decides nothing about a report; one of another machine spoils none either.

    Nothing contradicts a masked CHIP_ID, and a VLEK is of no chip.
    """
    if hwid is not None and any(report.chip_id) and hwid.ljust(len(report.chip_id), b"\0") != report.chip_id:
        return f"the certificate names {certified.name}, and is of another chip"
    if not _fits(report, certified.tcb):
        return f"the TCBs are not those of {certified.name}, which the certificate names"
    return None


def _fits(report: Report, table: type[Layout]) -> bool:
    """Whether every TCB can be of this layout."""
    try:
        for role in TCBS:
            table.read(getattr(report, f"{role}_tcb"))
    except ConstraintViolation:
        return False
    return True


def _contradiction(named: Product, certified: Product) -> ConstraintViolation:
    return ConstraintViolation(
        what="Report.cpuid_fam_id",
        offset=Report.PLACES["cpuid_fam_id"].offset,
        got=f"CPUID of {certified.name}",
        allowed=f"the CPUID of {named.name} (the product that the caller gave)",
    )
