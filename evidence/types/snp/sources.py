"""Where every field of a report and of its attachments lies, and the claims that it became."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.input import Input
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types._paravisor.standing import HERE, Standing, decided, moved_claims
from evidence.types._paravisor.standing import sources as runtime_data
from evidence.types.snp.common import GUEST, PLATFORM, SVSM, VEK
from evidence.types.snp.ghcb import SLOTS
from evidence.types.snp.layout import PRODUCTS, Report
from evidence.types.snp.mapping import ReportPiece, claimed
from evidence.types.snp.paravisor import standing_of
from evidence.types.snp.platform import product
from evidence.types.snp.read import Snp
from evidence.types.snp.vek import ARC, CSP_ID, HWID, KNOWN, PRODUCT_NAME, STRUCT_VERSION, SVNS, Vek
from evidence.wire.x509 import X509Certificate

BESIDE: Final = "attachment:certificates"
MANIFEST: Final = "attachment:services-manifest"


def sources(native: Snp, source: Input) -> Iterator[Source]:
    """Every field of this version, then the certificates with their extensions, then the other entries."""
    report = native.report
    piece = ReportPiece(report, product(native, source, []))
    whose = standing_of(native, source)
    claims = moved_claims(claimed(piece), whose, "guest")
    yield from runtime_data(source, whose, "guest", "measurement")
    for name in dict(report.items()):
        place = Report.PLACES[name]
        yield Source(name, place.offset, place.end, claims.get(name, ()))
    if native.certificates is not None:
        endorsed = native.vek
        for named in native.certificates.named:
            claimed_by = {}
            if endorsed and endorsed.source == named.source:
                claimed_by = _extensions(endorsed, named.certificate)
                if piece.named.source == "certificate":
                    claimed_by[PRODUCT_NAME] += (f"{PLATFORM}/identifiers/product",)
            yield from _certificates.sources(named.certificate, named.source, claimed_by, BESIDE)
        for row in native.certificates.rows:
            if row.name not in SLOTS and row.whole:
                label = f"ghcb:{row.label}"
                yield Source(label, row.start, row.end, (f"{PLATFORM}/unknown/{label}",), BESIDE)
    if native.services is not None:
        yield from _services(native, whose)


def _extensions(endorsed: Vek, certificate: X509Certificate) -> dict[str, tuple[str, ...]]:
    """The claims that are made from the extensions of a VCEK or VLEK."""
    tcb = f"{VEK}/tcb/certified_tcb"
    fields = PRODUCTS[endorsed.product].tcb.FIELDS if endorsed.product else ()
    return {
        STRUCT_VERSION: (f"{VEK}/values/struct_version",),
        PRODUCT_NAME: (f"{VEK}/identifiers/product",),
        HWID: (f"{VEK}/identifiers/hwid",),
        CSP_ID: (f"{VEK}/identifiers/csp_id",),
        **{
            oid: (f"{tcb}/raw", f"{tcb}/components/{field}") if field in fields else (f"{tcb}/raw",)
            for oid, field in SVNS.items()
        },
        **{
            oid: (f"{VEK}/unknown/{oid}",)
            for oid in certificate.extensions
            if oid.startswith(ARC) and oid not in KNOWN
        },
    }


def _services(native: Snp, whose: Standing) -> Iterator[Source]:
    """The services, and the whole manifest, which decides whose report it is."""
    here = HERE if whose.is_paravisor else SVSM
    if native.services and native.services.size:
        yield Source(
            "manifest",
            0,
            native.services.size,
            (*decided(whose, "guest", "measurement"), f"{HERE if whose.is_paravisor else GUEST}/depends_on"),
            MANIFEST,
        )
    for service in native.services.services if native.services else ():
        label = f"svsm:{service.label}"
        if service.name == "vtpm":
            claim = f"{here}/keys/{service.label}-ek"
        elif service.name == "uefi-mm":
            claim = f"{here}/manifests/{service.label}"
        else:
            claim = f"{here}/unknown/{label}"
        yield Source(label, service.start, service.end, (claim,), MANIFEST)
