"""A report in normalized claims; what each part means stands in `guest`, `platform`, `endorsement`, `svsm`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence.claims import Binding, Bytes, Certificate, Consistency, Environment, Fact, Note, Unknown
from evidence.input import Input
from evidence.registry import Body
from evidence.types._notes import note
from evidence.types._paravisor.standing import WORKLOAD, bindings, moved_notes, placed, remarks
from evidence.types.snp import paravisor
from evidence.types.snp.common import GUEST, PLATFORM
from evidence.types.snp.guest import guest
from evidence.types.snp.layout import SIZE, VMPL_HOST, Product, Report
from evidence.types.snp.mapping import ReportPiece
from evidence.types.snp.platform import platform, product
from evidence.types.snp.read import Snp
from evidence.types.snp.report import SIGNERS, is_signed, signing_key
from evidence.words import RequestedBy


class AttachedClaims(NamedTuple):
    """What the attachments add to the claims of a report."""

    environments: tuple[Environment, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    consistency: tuple[Consistency, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    notes: tuple[Note, ...] = ()
    facts: tuple[tuple[str, Fact], ...] = ()


ALONE: Final = AttachedClaims()
GUEST_ID: Final = "guest"
REQUESTED_BY: Final = {0: "vmpl:0", 1: "vmpl:1", 2: "vmpl:2", 3: "vmpl:3", VMPL_HOST: "host"}
KEY_INFO: Final = f"{PLATFORM}/attributes/key_info"


def claims(native: Snp, source: Input) -> Body:
    """The claims of a report and of what is attached to it.

    The product, and so the layout of its TCBs, comes from CPUID (version 3 on), else from the caller's
    option, else from an attached certificate, else it stays unknown and the TCBs raw.
    """
    report = native.report
    signed = is_signed(report)
    notes = _remarks(report, signed=signed)
    piece = ReportPiece(report, product(native, source, notes))
    beside = _beside(native, source, piece.named.product) if source.attachments else ALONE
    whose = paravisor.standing_of(native, source)
    here: list[Note] = []
    environment = guest(
        piece, ("svsm", "platform") if native.services and not whose.is_paravisor else ("platform",), here
    )
    notes += moved_notes(here, whose, GUEST_ID)
    environments = (placed(environment, whose), platform(piece, beside.unknown, notes))
    notes += remarks(whose, GUEST, paravisor.signs(report) if whose is WORKLOAD else ())
    return Body(
        version=str(report.version),
        size=SIZE,
        protection="signed" if signed else "none",
        bindings=bindings((_report_data(report),), whose, GUEST_ID, _requested_by(report)),
        environments=environments + beside.environments,
        consistency=beside.consistency,
        certificates=beside.certificates,
        notes=tuple(notes) + beside.notes,
        attachment_facts=beside.facts,
    )


def _report_data(report: Report) -> Binding:
    """What whoever asked for the report chose."""
    return Binding(
        name="report_data",
        role="caller-data",
        declared="opaque",
        requested_by=_requested_by(report),
        environment=GUEST_ID,
        value=Bytes(report.report_data),
    )


def _requested_by(report: Report) -> RequestedBy:
    return REQUESTED_BY.get(report.vmpl, "unspecified")


def _remarks(report: Report, *, signed: bool) -> list[Note]:
    """What a reader should know about the report as a whole."""
    notes = []
    if 3 < report.vmpl < VMPL_HOST:
        notes.append(note("unknown-value", f"{GUEST}/values/vmpl", f"VMPL {report.vmpl} is not 0 to 3"))
    if not signed:
        notes.append(note("unsigned", KEY_INFO, "KEY_INFO says that the firmware did not sign this report"))
    elif signing_key(report) not in SIGNERS:
        notes.append(note("unknown-value", KEY_INFO, "SIGNING_KEY is a reserved value"))
    if report.version >= 6:
        detail = "the ETCB layout comes from secondary sources and no public sample shows it"
        notes.append(note("provisional-layout", "/evidence/version", detail))
    return notes


def _beside(native: Snp, source: Input, certified: Product | None) -> AttachedClaims:
    from evidence.types.snp import endorsement, svsm

    return AttachedClaims(
        environments=svsm.svsm(native, source) + endorsement.vek(native),
        unknown=endorsement.unread(native, source),
        consistency=endorsement.consistency(native, certified) + svsm.consistency(native, source),
        certificates=endorsement.certificates(native),
        notes=(*endorsement.remarks(native), *svsm.remarks(native)),
        facts=tuple(_facts(native)),
    )


def _facts(native: Snp) -> Iterator[tuple[str, Fact]]:
    """The form of each attachment, which the host chose."""
    table, manifest = native.certificates, native.services
    if table is not None:
        yield "certificates", Fact(name="format", text=table.format)
        orders = sorted({row.order for row in table.rows if row.order is not None})
        if orders:
            yield "certificates", Fact(name="guid-order", text=" and ".join(orders))
    if manifest is not None:
        form = "svsm-single-service" if manifest.single else "svsm-services-manifest"
        yield "services-manifest", Fact(name="format", text=form)
