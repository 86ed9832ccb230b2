"""A `Report` in normalized claims: which field becomes which claim, and what each value means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import (
    Attribute,
    Binding,
    BitField,
    Bytes,
    Digest,
    Entered,
    Environment,
    Identifier,
    LayoutSource,
    Measurement,
    Note,
    SetBy,
    Signer,
    Svn,
    Tcb,
    TcbComponent,
    TcbRole,
    Value,
    Version,
)
from evidence.errors import ConstraintViolation
from evidence.input import Input
from evidence.registry import Body, Source
from evidence.types.snp.layout import (
    PRODUCTS,
    SIZE,
    VMPL_HOST,
    Etcb,
    KeyInfo,
    PlatformInfo,
    Policy,
    Product,
    Report,
    SigningKey,
    product_of,
)
from evidence.types.snp.read import is_signed
from evidence.wire.bits import Bits
from evidence.wire.layout import Layout

GUEST: Final = "/environments/guest"
PLATFORM: Final = "/environments/platform"

CLAIMED: Final[dict[str, tuple[str, ...]]] = {
    "version": ("/evidence/version",),
    "guest_svn": (f"{GUEST}/svns/guest_svn",),
    "policy": (f"{GUEST}/attributes/policy", f"{GUEST}/debug", f"{GUEST}/migration"),
    "family_id": (f"{GUEST}/inputs/family_id",),
    "image_id": (f"{GUEST}/inputs/image_id",),
    "vmpl": (f"{GUEST}/values/vmpl", "/bindings/report_data/requested_by"),
    "signature_algo": ("/signatures/report/alg",),
    "current_tcb": (f"{PLATFORM}/tcb/current_tcb",),
    "platform_info": (f"{PLATFORM}/attributes/platform_info",),
    "key_info": (f"{PLATFORM}/attributes/key_info", "/signatures/report/by", "/evidence/protection"),
    "report_data": ("/bindings/report_data",),
    "measurement": (f"{GUEST}/measurements/measurement",),
    "host_data": (f"{GUEST}/inputs/host_data",),
    "id_key_digest": (f"{GUEST}/signers/id_key",),
    "author_key_digest": (f"{GUEST}/signers/author_key",),
    "report_id": (f"{GUEST}/identifiers/report_id",),
    "report_id_ma": (f"{GUEST}/identifiers/report_id_ma",),
    "reported_tcb": (f"{PLATFORM}/tcb/reported_tcb",),
    "cpuid_fam_id": (f"{PLATFORM}/values/cpuid_fam_id", f"{PLATFORM}/identifiers/product"),
    "cpuid_mod_id": (f"{PLATFORM}/values/cpuid_mod_id",),
    "cpuid_step": (f"{PLATFORM}/values/cpuid_step",),
    "chip_id": (f"{PLATFORM}/identifiers/chip_id",),
    "committed_tcb": (f"{PLATFORM}/tcb/committed_tcb",),
    "current_build": (f"{PLATFORM}/versions/firmware_current",),
    "current_minor": (f"{PLATFORM}/versions/firmware_current",),
    "current_major": (f"{PLATFORM}/versions/firmware_current",),
    "committed_build": (f"{PLATFORM}/versions/firmware_committed",),
    "committed_minor": (f"{PLATFORM}/versions/firmware_committed",),
    "committed_major": (f"{PLATFORM}/versions/firmware_committed",),
    "launch_tcb": (f"{PLATFORM}/tcb/launch_tcb",),
    "launch_mit_vector": (f"{PLATFORM}/values/launch_mit_vector",),
    "current_mit_vector": (f"{PLATFORM}/values/current_mit_vector",),
    "current_etcb": (f"{PLATFORM}/tcb/current_etcb",),
    "launch_etcb": (f"{PLATFORM}/tcb/launch_etcb",),
    "committed_etcb": (f"{PLATFORM}/tcb/committed_etcb",),
}
"""Native field to the claims that are made from it. SIGNATURE has none: it stands in `native` alone."""

NONE_32: Final = b"\xff" * 32
ZERO_48: Final = bytes(48)
ZERO_64: Final = bytes(64)
TCBS: Final[tuple[TcbRole, ...]] = ("reported", "current", "committed", "launch")
ETCBS: Final[tuple[TcbRole, ...]] = ("current", "committed", "launch")


def claims(report: Report, given: Input) -> Body:
    """The claims of a report.

    The product, and so the layout of its TCBs, comes from CPUID (version 3 on), else from the caller's
    option, else it stays unknown and the TCBs raw.
    """
    notes: list[Note] = []
    host = report.vmpl == VMPL_HOST
    if not host and report.vmpl > 3:
        notes.append(_note("unknown-value", f"{GUEST}/values/vmpl", f"VMPL {report.vmpl} is not 0 to 3"))
    requested_by = "host" if host else f"vmpl:{report.vmpl}" if report.vmpl <= 3 else "unspecified"
    return Body(
        version=str(report.version),
        variant=None,
        size=SIZE,
        protection="signed" if is_signed(report) else "none",
        bindings=(
            Binding(
                name="report_data",
                role="caller-data",
                declared="opaque",
                requested_by=requested_by,
                environment="guest",
                value=Bytes(report.report_data),
            ),
        ),
        environments=(_guest(report, notes), _platform(report, given, notes)),
        notes=tuple(notes) + _remarks(report),
    )


def _guest(report: Report, notes: list[Note]) -> Environment:
    id_block: SetBy = "unspecified" if report.id_key_digest == ZERO_48 else "id-block"
    vmpl = () if report.vmpl == VMPL_HOST else (Value(name="vmpl", int=report.vmpl),)
    policy = _attribute("policy", report.policy, Policy, f"{GUEST}/attributes/policy", notes)
    return Environment(
        id="guest",
        role="workload",
        origin="evidence",
        depends_on=("platform",),
        debug="enabled" if "debug" in policy.set else "disabled-since-boot",
        migration="allowed" if "migrate_ma" in policy.set else "not-allowed",
        measurements=(
            Measurement(
                name="measurement",
                phase="initial",
                subject="workload",
                form="extended",
                digests=(Digest(alg="sha-384", digest=Bytes(report.measurement)),),
            ),
        ),
        inputs=(
            Entered(name="host_data", set_by="host", value=Bytes(report.host_data)),
            Entered(name="family_id", set_by=id_block, value=Bytes(report.family_id)),
            Entered(name="image_id", set_by=id_block, value=Bytes(report.image_id)),
        ),
        identifiers=(_report_id(report), _report_id_ma(report)),
        signers=(_id_key(report), _author_key(report)),
        svns=(Svn(name="guest_svn", set_by=id_block, svn=report.guest_svn),),
        values=vmpl,
        attributes=(policy,),
    )


def _report_id(report: Report) -> Identifier:
    value = Bytes(report.report_id)
    return Identifier(name="report_id", scope="instance", linkable=False, status="present", value=value)


def _report_id_ma(report: Report) -> Identifier:
    """All ones: there is no migration agent."""
    value, name = Bytes(report.report_id_ma), "report_id_ma"
    if value == NONE_32:
        return Identifier(name=name, scope="instance", linkable=False, status="none", raw=value)
    return Identifier(name=name, scope="instance", linkable=False, status="present", value=value)


def _id_key(report: Report) -> Signer:
    """Zero: the guest was launched without an ID block."""
    value = Bytes(report.id_key_digest)
    if value == ZERO_48:
        return Signer(name="id_key", status="none", raw=value)
    return Signer(name="id_key", status="present", alg="sha-384", value=value)


def _author_key(report: Report) -> Signer:
    """Meaningful only where AUTHOR_KEY_EN is set, whatever the bytes are."""
    value = Bytes(report.author_key_digest)
    if report.key_info & KeyInfo.author_key_en.mask:
        return Signer(name="author_key", status="present", alg="sha-384", value=value)
    return Signer(name="author_key", status="absent-by-flag" if any(value) else "none", raw=value)


def _platform(report: Report, given: Input, notes: list[Note]) -> Environment:
    product, source = _product(report, given, notes)
    info = f"{PLATFORM}/attributes/platform_info"
    cpuid = ("cpuid_fam_id", "cpuid_mod_id", "cpuid_step") if report.version >= 3 else ()
    vectors = ("launch_mit_vector", "current_mit_vector") if report.version >= 5 else ()
    identifiers = [_chip_id(report, product, notes)]
    if product is not None:
        identifiers.append(
            Identifier(
                name="product",
                scope="class",
                linkable=False,
                status="present",
                text=product.name,
                origin="caller" if source == "caller" else None,
            )
        )
    return Environment(
        id="platform",
        role="platform",
        origin="evidence",
        includes=("tee-firmware",),
        debug="not-reported",
        migration="not-reported",
        identifiers=tuple(identifiers),
        tcb=_tcbs(report, product, source) + (_etcbs(report) if report.version >= 6 else ()),
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
        values=tuple(Value(name=name, int=getattr(report, name)) for name in cpuid)
        + tuple(Value(name=name, bytes=Bytes(getattr(report, name))) for name in vectors),
        attributes=(
            _attribute("platform_info", report.platform_info, PlatformInfo, info, notes),
            _attribute("key_info", report.key_info, KeyInfo, f"{PLATFORM}/attributes/key_info", notes),
        ),
    )


def _product(report: Report, given: Input, notes: list[Note]) -> tuple[Product | None, LayoutSource]:
    """The product and who says so. CPUID is the report's own word: an option may not contradict it."""
    asked = getattr(given.options, "product", None)
    called = PRODUCTS[asked] if asked else None
    if report.version < 3:
        return called, "caller" if called else "unknown"
    found = product_of(report.cpuid_fam_id, report.cpuid_mod_id)
    if found is None:
        cpuid = f"family {report.cpuid_fam_id:#x}, model {report.cpuid_mod_id:#x}"
        path = f"{PLATFORM}/values/cpuid_fam_id"
        notes.append(_note("unknown-product", path, f"{cpuid} is no product that is known here"))
        return called, "caller" if called else "unknown"
    if called is not None and called != found:
        offset = Report.PLACES["cpuid_fam_id"].offset
        allowed = f"the CPUID of {called.name} (the product that the caller gave)"
        got = f"CPUID of {found.name}"
        raise ConstraintViolation(what="Report.cpuid_fam_id", offset=offset, got=got, allowed=allowed)
    return found, "cpuid"


def _chip_id(report: Report, product: Product | None, notes: list[Note]) -> Identifier:
    """All zero is masked, whatever KEY_INFO says. Turin uses the first 8 bytes and zeros the rest."""
    value = Bytes(report.chip_id)
    if value == ZERO_64:
        return Identifier(name="chip_id", scope="platform", linkable=True, status="masked", raw=value)
    used = product.chip_id_size if product else 64
    if any(value[used:]):
        path = f"{PLATFORM}/identifiers/chip_id"
        notes.append(_note("unknown-value", path, f"more than {used} bytes are used"))
        used = 64
    value = Bytes(value[:used])
    return Identifier(name="chip_id", scope="platform", linkable=True, status="present", value=value)


def _tcbs(report: Report, product: Product | None, source: LayoutSource) -> tuple[Tcb, ...]:
    return tuple(
        Tcb(
            name=f"{role}_tcb",
            role=role,
            layout=product.layout if product else None,
            layout_source=source,
            raw=Bytes(getattr(report, f"{role}_tcb")),
            components=_components(f"{role}_tcb", getattr(report, f"{role}_tcb"), product.tcb)
            if product
            else (),
        )
        for role in TCBS
    )


def _etcbs(report: Report) -> tuple[Tcb, ...]:
    return tuple(
        Tcb(
            name=f"{role}_etcb",
            role=role,
            layout="amd-etcb",
            layout_source="format",
            raw=Bytes(getattr(report, f"{role}_etcb")),
            components=_components(f"{role}_etcb", getattr(report, f"{role}_etcb"), Etcb),
        )
        for role in ETCBS
    )


def _components(field: str, value: bytes, layout: type[Layout]) -> tuple[TcbComponent, ...]:
    """The SVNs of one TCB field, at its own offset so that errors tell it."""
    try:
        svns = layout.read(value)
    except ConstraintViolation as error:
        error.offset = Report.PLACES[field].offset + (error.offset or 0)
        error.what = f"Report.{field} ({error.what})"
        raise
    return tuple(
        [
            TcbComponent(name=name, svn=svn, compare="ordered")
            for name, svn in zip(layout.FIELDS, svns, strict=True)
        ]
    )


def _attribute(name: str, value: int, table: type[Bits], path: str, notes: list[Note]) -> Attribute:
    known = table.decode(value)
    if known.unknown:
        numbers = ", ".join(str(number) for number in known.unknown)
        notes.append(_note("unknown-bits", path, f"bits {numbers} are set and have no name"))
    return Attribute(
        name=name,
        raw=Bytes(value.to_bytes(table.SIZE, "little")),
        set=known.set,
        unknown=known.unknown,
        fields=tuple(BitField(name=field, int=number) for field, number in known.fields),
    )


def _remarks(report: Report) -> tuple[Note, ...]:
    """What a reader should know about the report as a whole."""
    notes = []
    key = f"{PLATFORM}/attributes/key_info"
    if not is_signed(report):
        notes.append(_note("unsigned", key, "KEY_INFO says that the firmware did not sign this report"))
    elif report.key_info >> KeyInfo.signing_key.low & 7 not in tuple(SigningKey):
        notes.append(_note("unknown-value", key, "SIGNING_KEY is a reserved value"))
    if report.version >= 6:
        detail = "the ETCB layout comes from secondary sources and no public sample shows it"
        notes.append(_note("provisional-layout", "/evidence/version", detail))
    return tuple(notes)


def _note(code: str, path: str, detail: str) -> Note:
    return Note(code=code, path=path, detail=detail)


def sources(report: Report, given: Input) -> Iterator[Source]:
    """Every field of this version, where it lies, and the claims that it became."""
    for name in dict(report.items()):
        place = Report.PLACES[name]
        yield Source(name, place.offset, place.end, _claimed(name, report, given))


def _claimed(name: str, report: Report, given: Input) -> tuple[str, ...]:
    """The claims that this very report has: an unsigned one has no signature to speak of, for one."""
    paths = CLAIMED.get(name, ())
    absent = set()
    if report.vmpl == VMPL_HOST:
        absent.add(f"{GUEST}/values/vmpl")
    if not is_signed(report):
        absent |= {"/signatures/report/alg", "/signatures/report/by"}
    if name == "cpuid_fam_id" and _product(report, given, [])[1] != "cpuid":
        absent.add(f"{PLATFORM}/identifiers/product")
    return tuple(path for path in paths if path not in absent)
