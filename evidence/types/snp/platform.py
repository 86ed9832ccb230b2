"""The platform of a report: environment `platform`, and which product it is."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from evidence.claims import Bytes, Environment, Identifier, Note, Tcb, TcbComponent, Unknown, Value, Version
from evidence.errors import ConstraintViolation
from evidence.input import Input
from evidence.types._attributes import attribute
from evidence.types._notes import note
from evidence.types.snp.common import PLATFORM
from evidence.types.snp.layout import (
    MODELS,
    PRODUCTS,
    Etcb,
    KeyInfo,
    PlatformInfo,
    Product,
    Report,
)
from evidence.types.snp.read import Snp
from evidence.wire.layout import Layout
from evidence.words import LayoutSource, Origin, TcbRole

ZERO_64: Final = bytes(64)
TCBS: Final[tuple[TcbRole, ...]] = ("reported", "current", "committed", "launch")
ETCBS: Final[tuple[TcbRole, ...]] = ("current", "committed", "launch")
ORIGINS: Final[dict[LayoutSource, Origin]] = {"caller": "caller", "certificate": "certificate"}


class Called(NamedTuple):
    """The product, if it is known, and who says so."""

    product: Product | None
    source: LayoutSource


BY_CPUID: Final = {name: Called(product, "cpuid") for name, product in PRODUCTS.items()}


def platform(native: Snp, called: Called, unknown: tuple[Unknown, ...], notes: list[Note]) -> Environment:
    """The chip and its firmware; `unknown` is what the host handed out beside its certificates."""
    report, product = native.report, called.product
    chip_id = _chip_id(report, called, notes)
    return Environment(
        id="platform",
        role="platform",
        origin="evidence",
        includes=("tee-firmware",),
        debug="not-defined",
        migration="not-defined",
        identifiers=(chip_id,) if product is None else (chip_id, _product(product, called.source)),
        tcb=_tcbs(report, called),
        versions=_versions(
            (report.current_major, report.current_minor, report.current_build),
            (report.committed_major, report.committed_minor, report.committed_build),
        ),
        values=_values(report),
        attributes=(
            attribute("platform_info", report.platform_info, PlatformInfo, "platform", notes),
            attribute("key_info", report.key_info, KeyInfo, "platform", notes),
        ),
        unknown=unknown,
    )


# A fleet has few products, TCBs and firmware versions, so that what they become is made once.


@lru_cache(maxsize=16)
def _product(product: Product, source: LayoutSource) -> Identifier:
    return Identifier(
        name="product",
        scope="class",
        linkable=False,
        status="present",
        text=product.name,
        origin=ORIGINS.get(source),
    )


@lru_cache(maxsize=256)
def _versions(current: tuple[int, int, int], committed: tuple[int, int, int]) -> tuple[Version, ...]:
    """Of the current and of the committed firmware: major, minor and build of each."""
    return (
        Version(name="firmware_current", value=".".join(map(str, current))),
        Version(name="firmware_committed", value=".".join(map(str, committed))),
    )


@lru_cache(maxsize=256)
def _cpuid(family: int, model: int, step: int) -> tuple[Value, ...]:
    return (
        Value(name="cpuid_fam_id", int=family),
        Value(name="cpuid_mod_id", int=model),
        Value(name="cpuid_step", int=step),
    )


def _values(report: Report) -> tuple[Value, ...]:
    """CPUID from version 3 on, the mitigation vectors from version 5 on."""
    if report.version < 3:
        return ()
    found = _cpuid(report.cpuid_fam_id, report.cpuid_mod_id, report.cpuid_step)
    if report.version < 5:
        return found
    return (
        *found,
        Value(name="launch_mit_vector", bytes=Bytes(report.launch_mit_vector)),
        Value(name="current_mit_vector", bytes=Bytes(report.current_mit_vector)),
    )


def product(native: Snp, given: Input, notes: list[Note]) -> Called:
    """CPUID is the report's own word, and an option may not contradict it; else the option, else the certificate."""
    report = native.report
    asked = getattr(given.options, "product", None)
    if report.version >= 3:
        found = MODELS.get((report.cpuid_fam_id, report.cpuid_mod_id))
        if found is not None:
            if asked is not None and asked != found:
                raise _contradiction(PRODUCTS[asked], PRODUCTS[found])
            return BY_CPUID[found]
        cpuid = f"family {report.cpuid_fam_id:#x}, model {report.cpuid_mod_id:#x}"
        path = f"{PLATFORM}/values/cpuid_fam_id"
        notes.append(note("unknown-product", path, f"{cpuid} is no product that is known here"))
    if asked is not None:
        return Called(PRODUCTS[asked], "caller")
    leaf = native.vek
    if leaf is None or leaf.product is None:
        return Called(None, "unknown")
    certified = PRODUCTS[leaf.product]
    reason = _contradicted(report, leaf.hwid, certified)
    if reason is None:
        return Called(certified, "certificate")
    notes.append(note("unknown-product", f"/certificates/{leaf.source}", reason))
    return Called(None, "unknown")


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


def _contradiction(named: Product, found: Product) -> ConstraintViolation:
    return ConstraintViolation(
        what="Report.cpuid_fam_id",
        offset=Report.PLACES["cpuid_fam_id"].offset,
        got=f"CPUID of {found.name}",
        allowed=f"the CPUID of {named.name} (the product that the caller gave)",
    )


def _chip_id(report: Report, called: Called, notes: list[Note]) -> Identifier:
    """All zero is masked, whatever KEY_INFO says. Turin uses the first 8 bytes and zeros the rest.

    That it is a Turin is no certificate's word: what is signed does not depend on what is not.
    """
    value = Bytes(report.chip_id)
    if value == ZERO_64:
        return Identifier(name="chip_id", scope="platform", linkable=True, status="masked", raw=value)
    used = called.product.chip_id_size if called.product and called.source != "certificate" else 64
    if used < 64:
        if any(value[used:]):
            path = f"{PLATFORM}/identifiers/chip_id"
            notes.append(note("unknown-value", path, f"more than {used} bytes are used"))
        else:
            value = Bytes(value[:used])
    return Identifier(name="chip_id", scope="platform", linkable=True, status="present", value=value)


def _tcbs(report: Report, called: Called) -> tuple[Tcb, ...]:
    found = _all(called, report.reported_tcb, report.current_tcb, report.committed_tcb, report.launch_tcb)
    if report.version < 6:
        return found
    return (*found, *[_etcb(role, getattr(report, f"{role}_etcb")) for role in ETCBS])


@lru_cache(maxsize=256)  # the four of one platform change together
def _all(called: Called, *raw: bytes) -> tuple[Tcb, ...]:
    """One TCB for each of `TCBS`."""
    return tuple([_tcb(role, one, called) for role, one in zip(TCBS, raw, strict=True)])


@lru_cache(maxsize=1024)
def _tcb(role: TcbRole, raw: bytes, called: Called) -> Tcb:
    """By the layout of the product; raw alone where that is not known."""
    product, source = called
    name = f"{role}_tcb"
    return Tcb(
        name=name,
        role=role,
        layout=product.layout if product else None,
        layout_source=source,
        raw=Bytes(raw),
        components=_components(name, raw, product.tcb) if product else (),
    )


@lru_cache(maxsize=1024)
def _etcb(role: TcbRole, raw: bytes) -> Tcb:
    name = f"{role}_etcb"
    return Tcb(
        name=name,
        role=role,
        layout="amd-etcb",
        layout_source="format",
        raw=Bytes(raw),
        components=_components(name, raw, Etcb),
    )


def _components(field: str, value: bytes, table: type[Layout]) -> tuple[TcbComponent, ...]:
    """The SVNs of one TCB; errors tell the field and its own offset."""
    try:
        svns = table.read(value)
    except ConstraintViolation as error:
        error.offset = Report.PLACES[field].offset + (error.offset or 0)
        error.what = f"Report.{field} ({error.what})"
        raise
    pairs = zip(table.FIELDS, svns, strict=True)
    return tuple(TcbComponent(name=name, svn=svn, compare="ordered") for name, svn in pairs)
