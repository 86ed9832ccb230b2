"""What the fields of a report mean: the second table of ATTESTATION_REPORT, beside the bytes in `layout`."""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import Struct

from evidence.claims import Bytes, Identifier, Signer, Tcb, TcbComponent, Value, Version
from evidence.errors import ConstraintViolation
from evidence.mapping import (
    Claimed,
    Flags,
    FlagWord,
    Identifies,
    Mapping,
    NotedEntry,
    Number,
    Numbered,
    Octets,
    Part,
    Register,
    Row,
    Signs,
    Supplied,
    by_piece,
    complete,
    gather,
)
from evidence.types.snp.layout import (
    VMPL_HOST,
    Etcb,
    KeyInfo,
    PlatformInfo,
    Policy,
    Product,
    Report,
)
from evidence.types.snp.report import is_signed
from evidence.wire.layout import Layout
from evidence.words import LayoutSource, Origin, SetBy

NO_MIGRATION_AGENT: Final = b"\xff" * 32
ZERO_48: Final = bytes(48)
ZERO_64: Final = bytes(64)
ORIGINS: Final[dict[LayoutSource, Origin]] = {"caller": "caller", "certificate": "certificate"}


class NamedProduct(NamedTuple):
    """The product, if it is known, and who says so."""

    product: Product | None
    source: LayoutSource


class ReportPiece(Struct, frozen=True):
    """What a row may look at beside its own field."""

    report: Report
    named: NamedProduct


def id_block(piece: ReportPiece) -> SetBy:
    """Who set a value at launch: an ID block was there if the digest of its key is."""
    return "unspecified" if piece.report.id_key_digest == ZERO_48 else "id-block"


def author_key_enabled(piece: ReportPiece) -> int:
    return piece.report.key_info & KeyInfo.author_key_en.mask


def named_product(piece: ReportPiece) -> NamedProduct:
    return piece.named


def chip_id_size(piece: ReportPiece) -> int:
    """Bytes of CHIP_ID that the product uses. No certificate's word counts: what is signed depends on nothing else."""
    named, source = piece.named
    return named.chip_id_size if named and source != "certificate" else 64


@by_piece
def author_key(name: str, value: bytes, enabled: int) -> Signer:
    """Meaningful only where AUTHOR_KEY_EN is set, whatever the bytes are."""
    if enabled:
        return Signer(name=name, status="present", alg="sha-384", value=Bytes(value))
    return Signer(name=name, status="none" if value == ZERO_48 else "absent-by-flag", raw=Bytes(value))


@by_piece
def vmpl(name: str, value: int, _: ReportPiece) -> Value | None:
    """The host asks from no level."""
    return None if value == VMPL_HOST else Value(name=name, int=value)


@by_piece
def chip_id(name: str, value: bytes, used: int) -> Identifier | NotedEntry:
    """All zero is masked, whatever KEY_INFO says. Turin uses the first 8 bytes and zeros the rest."""
    if value == ZERO_64:
        return Identifier(name=name, scope="platform", linkable=True, status="masked", raw=Bytes(value))
    over = any(value[used:])
    shown = Bytes(value if over else value[:used])
    entry = Identifier(name=name, scope="platform", linkable=True, status="present", value=shown)
    return NotedEntry(entry, "unknown-value", f"more than {used} bytes are used") if over else entry


@by_piece
def product(name: str, _: int | None, named: NamedProduct) -> Identifier | None:
    """The product, where it is known, and whose word that is."""
    if named.product is None:
        return None
    return Identifier(
        name=name,
        scope="class",
        linkable=False,
        status="present",
        text=named.product.name,
        origin=ORIGINS.get(named.source),
    )


@by_piece
def tcb(name: str, raw: bytes, named: NamedProduct) -> Tcb:
    """By the layout of the product; raw alone where that is not known."""
    layout = named.product
    return Tcb(
        name=name,
        role=name.removesuffix("_tcb"),  # type: ignore[arg-type]
        layout=layout.layout if layout else None,
        layout_source=named.source,
        raw=Bytes(raw),
        components=_components(name, raw, layout.tcb) if layout else (),
    )


@by_piece
def etcb(name: str, raw: bytes, _: None) -> Tcb:
    """An extended TCB: its layout is the same for every product."""
    return Tcb(
        name=name,
        role=name.removesuffix("_etcb"),  # type: ignore[arg-type]
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
    return tuple([TcbComponent(name=name, svn=svn, compare="ordered") for name, svn in pairs])


CURRENT_FIRMWARE: Final = ("current_major", "current_minor", "current_build")
COMMITTED_FIRMWARE: Final = ("committed_major", "committed_minor", "committed_build")


@by_piece
def version(name: str, value: tuple[int, int, int], _: None) -> Version:
    """Major, minor and build."""
    return Version(name=name, value=".".join(map(str, value)))


SET_AT_LAUNCH: Final = ("inputs/family_id/set_by", "inputs/image_id/set_by", "svns/guest_svn/set_by")
"""What depends on whether there was an ID block."""


# fmt: off
GUEST: Final = Mapping(
    Part(
        Report,
        # field                   member          what it becomes there
        Row("measurement",        "measurements", Register("initial", "workload")),
        Row("host_data",          "inputs",       Supplied("host")),
        Row("family_id",          "inputs",       Supplied(), by=id_block),
        Row("image_id",           "inputs",       Supplied(), by=id_block),
        Row("report_id",          "identifiers",  Identifies("instance")),
        Row("report_id_ma",       "identifiers",  Identifies("instance", nobody=NO_MIGRATION_AGENT)),
        Row("id_key_digest",      "signers",      Signs("sha-384"), name="id_key", also=SET_AT_LAUNCH),
        Row("author_key_digest",  "signers",      author_key, name="author_key", by=author_key_enabled),
        Row("guest_svn",          "svns",         Numbered(), by=id_block),
        Row("vmpl",               "values",       vmpl,       also=("/bindings/report_data/requested_by",)),
        Row("policy",             "attributes",   Flags(Policy), recurs=True),
        Row("policy",             "debug",        FlagWord(Policy.debug, "enabled", "disabled-since-boot")),
        Row("policy",             "migration",    FlagWord(Policy.migrate_ma, "allowed", "not-allowed")),
        Row("key_info",           also=("signers/author_key",)),
    ),
    id="guest", role="workload", origin="evidence",
)
PLATFORM: Final = Mapping(
    Part(
        Report,
        Row("chip_id",            "identifiers",  chip_id,    by=chip_id_size),
        Row("cpuid_fam_id",       "identifiers",  product,    name="product", by=named_product, always=True),
        Row("reported_tcb",       "tcb",          tcb,        by=named_product, recurs=True),
        Row("current_tcb",        "tcb",          tcb,        by=named_product, recurs=True),
        Row("committed_tcb",      "tcb",          tcb,        by=named_product, recurs=True),
        Row("launch_tcb",         "tcb",          tcb,        by=named_product, recurs=True),
        Row("current_etcb",       "tcb",          etcb,       recurs=True),
        Row("committed_etcb",     "tcb",          etcb,       recurs=True),
        Row("launch_etcb",        "tcb",          etcb,       recurs=True),
        Row(CURRENT_FIRMWARE,     "versions",     version,    name="firmware_current", recurs=True),
        Row(COMMITTED_FIRMWARE,   "versions",     version,    name="firmware_committed", recurs=True),
        Row("cpuid_fam_id",       "values",       Number(), recurs=True),
        Row("cpuid_mod_id",       "values",       Number(), recurs=True),
        Row("cpuid_step",         "values",       Number(), recurs=True),
        Row("launch_mit_vector",  "values",       Octets(), recurs=True),
        Row("current_mit_vector", "values",       Octets(), recurs=True),
        Row("platform_info",      "attributes",   Flags(PlatformInfo), recurs=True),
        Row("key_info",           "attributes",   Flags(KeyInfo), recurs=True, also=("/evidence/protection",)),
    ),
    id="platform", role="platform", origin="evidence", includes=("tee-firmware",),
    debug="not-defined", migration="not-defined",
)
DOCUMENT: Final = Mapping(
    Part(
        Report,
        Row("version",            also=("/evidence/version",)),
        Row("report_data",        also=("/bindings/report_data",)),
    ),
)
SIGNATURE: Final = Mapping(  # of a signed report
    Part(
        Report,
        Row("signature_algo",     also=("/signatures/report/alg",)),
        Row("key_info",           also=("/signatures/report/by",)),
    ),
)
UNCLAIMED: Final = {
    "signature_r": "signature values stand in the native fields alone",
    "signature_s": "signature values stand in the native fields alone",
}
# fmt: on
TABLES: Final[tuple[Mapping, ...]] = (DOCUMENT, GUEST, PLATFORM, SIGNATURE)
complete(Report, *(part for table in TABLES for part in table.parts), elsewhere=UNCLAIMED)


def tables() -> tuple[Mapping, ...]:
    """The tables of a report."""
    return TABLES


def claimed(piece: ReportPiece) -> Claimed:
    """The claims that each field of this report became, by its name."""
    tables = TABLES if is_signed(piece.report) else (DOCUMENT, GUEST, PLATFORM)
    return gather(part for table in tables for part in table.claimed((piece.report,), piece))
