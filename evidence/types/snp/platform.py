"""The platform of a report: environment `platform`, and which product it is."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from evidence.claims import (
    Bytes,
    Environment,
    Identifier,
    LayoutSource,
    Note,
    Origin,
    Tcb,
    TcbComponent,
    TcbRole,
    Unknown,
    Value,
    Version,
)
from evidence.errors import ConstraintViolation
from evidence.input import Input
from evidence.types.snp.common import PLATFORM, attribute, note
from evidence.types.snp.layout import (
    PRODUCTS,
    Etcb,
    Product,
    Report,
    product_of,
)
from evidence.types.snp.read import Snp
from evidence.wire.layout import Layout

ZERO_64: Final = bytes(64)
TCBS: Final[tuple[TcbRole, ...]] = ("reported", "current", "committed", "launch")
ETCBS: Final[tuple[TcbRole, ...]] = ("current", "committed", "launch")
CPUID: Final = ("cpuid_fam_id", "cpuid_mod_id", "cpuid_step")
VECTORS: Final = ("launch_mit_vector", "current_mit_vector")
ORIGINS: Final[dict[LayoutSource, Origin]] = {"caller": "caller", "certificate": "certificate"}


class Called(NamedTuple):
    """The product, if it is known, and who says so."""

    product: Product | None
    source: LayoutSource


def platform(native: Snp, called: Called, unknown: tuple[Unknown, ...], notes: list[Note]) -> Environment:
    """The chip and its firmware; `unknown` is what the host handed out beside its certificates."""
    report = native.report
    identifiers = [_chip_id(report, called.product, notes)]
    if called.product is not None:
        identifiers.append(_product(called.product, ORIGINS.get(called.source)))
    values = [Value(name=name, int=getattr(report, name)) for name in CPUID] if report.version >= 3 else []
    if report.version >= 5:
        values += [Value(name=name, bytes=Bytes(getattr(report, name))) for name in VECTORS]
    return Environment(
        id="platform",
        role="platform",
        origin="evidence",
        includes=("tee-firmware",),
        debug="not-reported",
        migration="not-reported",
        identifiers=tuple(identifiers),
        tcb=_tcbs(report, called),
        versions=(
            Version(
                name="firmware_current",
                value=f"{report.current_major}.{report.current_minor}.{report.current_build}",
            ),
            Version(
                name="firmware_committed",
                value=f"{report.committed_major}.{report.committed_minor}.{report.committed_build}",
            ),
        ),
        values=tuple(values),
        attributes=(
            attribute("platform_info", report.platform_info, notes),
            attribute("key_info", report.key_info, notes),
        ),
        unknown=unknown,
    )


@lru_cache(maxsize=16)
def _product(product: Product, origin: Origin | None) -> Identifier:
    return Identifier(
        name="product", scope="class", linkable=False, status="present", text=product.name, origin=origin
    )


def product(native: Snp, given: Input, notes: list[Note]) -> Called:
    """CPUID is the report's own word, and an option may not contradict it; else the option, else the certificate."""
    report = native.report
    asked = getattr(given.options, "product", None)
    named = PRODUCTS[asked] if asked else None
    if report.version >= 3:
        found = product_of(report.cpuid_fam_id, report.cpuid_mod_id)
        if found is not None:
            if named is not None and named != found:
                raise _contradiction(named, found)
            return Called(found, "cpuid")
        cpuid = f"family {report.cpuid_fam_id:#x}, model {report.cpuid_mod_id:#x}"
        path = f"{PLATFORM}/values/cpuid_fam_id"
        notes.append(note("unknown-product", path, f"{cpuid} is no product that is known here"))
    if named is not None:
        return Called(named, "caller")
    certified = native.vek.product if native.vek else None
    return Called(certified, "certificate" if certified else "unknown")


def _contradiction(named: Product, found: Product) -> ConstraintViolation:
    return ConstraintViolation(
        what="Report.cpuid_fam_id",
        offset=Report.PLACES["cpuid_fam_id"].offset,
        got=f"CPUID of {found.name}",
        allowed=f"the CPUID of {named.name} (the product that the caller gave)",
    )


def _chip_id(report: Report, product: Product | None, notes: list[Note]) -> Identifier:
    """All zero is masked, whatever KEY_INFO says. Turin uses the first 8 bytes and zeros the rest."""
    value = Bytes(report.chip_id)
    if value == ZERO_64:
        return Identifier(name="chip_id", scope="platform", linkable=True, status="masked", raw=value)
    used = product.chip_id_size if product else 64
    if used < 64:
        if any(value[used:]):
            path = f"{PLATFORM}/identifiers/chip_id"
            notes.append(note("unknown-value", path, f"more than {used} bytes are used"))
        else:
            value = Bytes(value[:used])
    return Identifier(name="chip_id", scope="platform", linkable=True, status="present", value=value)


class _Layout(NamedTuple):
    """How a TCB is laid out, by its name in claims, and who says so."""

    name: str | None
    source: LayoutSource
    table: type[Layout] | None


ETCB: Final = _Layout("amd-etcb", "format", Etcb)


def _tcbs(report: Report, called: Called) -> tuple[Tcb, ...]:
    product, source = called
    layout = _Layout(product.layout, source, product.tcb) if product else _Layout(None, source, None)
    found = [_tcb(report, f"{role}_tcb", role, layout) for role in TCBS]
    if report.version >= 6:
        found += [_tcb(report, f"{role}_etcb", role, ETCB) for role in ETCBS]
    return tuple(found)


def _tcb(report: Report, field: str, role: TcbRole, layout: _Layout) -> Tcb:
    name, source, table = layout
    raw: bytes = getattr(report, field)
    try:
        components = components_of(raw, table) if table else ()
    except ConstraintViolation as error:  # at the field's own offset
        error.offset = Report.PLACES[field].offset + (error.offset or 0)
        error.what = f"Report.{field} ({error.what})"
        raise
    return Tcb(
        name=field, role=role, layout=name, layout_source=source, raw=Bytes(raw), components=components
    )


@lru_cache(maxsize=256)  # a report has the same TCB up to four times, and a fleet has few
def components_of(value: bytes, table: type[Layout]) -> tuple[TcbComponent, ...]:
    """The SVNs of one TCB; `ConstraintViolation` for a reserved byte that is not zero."""
    pairs = zip(table.FIELDS, table.read(value), strict=True)
    return tuple(TcbComponent(name=name, svn=svn, compare="ordered") for name, svn in pairs)
