"""Where every field of a report and of its attachments lies, and the claims that it became."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.input import Input
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types.snp.common import GUEST, PLATFORM, SVSM, VEK
from evidence.types.snp.ghcb import SLOTS
from evidence.types.snp.layout import PRODUCTS, VMPL_HOST, Report
from evidence.types.snp.platform import product
from evidence.types.snp.read import Snp, is_signed
from evidence.types.snp.vek import ARC, CSP_ID, HWID, KNOWN, PRODUCT_NAME, STRUCT_VERSION, SVNS, Vek
from evidence.wire.x509 import Certificate
from evidence.words import LayoutSource

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

BESIDE: Final = "attachment:certificates"
MANIFEST: Final = "attachment:services-manifest"


def sources(native: Snp, given: Input) -> Iterator[Source]:
    """Every field of this version, then the certificates with their extensions, then the other entries."""
    report = native.report
    called = product(native, given, []).source
    absent = _absent(native, called)
    for name in dict(report.items()):
        place = Report.PLACES[name]
        claimed = tuple(path for path in CLAIMED.get(name, ()) if (name, path) not in absent)
        yield Source(name, place.offset, place.end, claimed)
    if native.certificates is not None:
        about = native.vek
        for held in native.certificates.held:
            claimed_by = {}
            if about and about.source == held.source:
                claimed_by = _extensions(about, held.certificate)
                if called == "certificate":
                    claimed_by[PRODUCT_NAME] += (f"{PLATFORM}/identifiers/product",)
            yield from _certificates.sources(held.certificate, held.source, claimed_by, BESIDE)
        for row in native.certificates.rows:
            if row.name not in SLOTS and row.whole:
                label = f"ghcb:{row.label}"
                yield Source(label, row.start, row.end, (f"{PLATFORM}/unknown/{label}",), BESIDE)
    if native.services is not None:
        yield from _services(native)


def _absent(native: Snp, called: LayoutSource) -> set[tuple[str, str]]:
    """What this very report lacks: an unsigned one has no signature to speak of, for one."""
    report, absent = native.report, set()
    if report.vmpl == VMPL_HOST:
        absent.add(("vmpl", f"{GUEST}/values/vmpl"))
    if not is_signed(report):
        absent |= {("signature_algo", "/signatures/report/alg"), ("key_info", "/signatures/report/by")}
    if called != "cpuid":
        absent.add(("cpuid_fam_id", f"{PLATFORM}/identifiers/product"))
    return absent


def _extensions(about: Vek, certificate: Certificate) -> dict[str, tuple[str, ...]]:
    """The claims that are made from the extensions of a VCEK or VLEK."""
    tcb = f"{VEK}/tcb/certified_tcb"
    named = PRODUCTS[about.product].tcb.FIELDS if about.product else ()
    return {
        STRUCT_VERSION: (f"{VEK}/values/struct_version",),
        PRODUCT_NAME: (f"{VEK}/identifiers/product",),
        HWID: (f"{VEK}/identifiers/hwid",),
        CSP_ID: (f"{VEK}/identifiers/csp_id",),
        **{
            oid: (f"{tcb}/raw", f"{tcb}/components/{field}") if field in named else (f"{tcb}/raw",)
            for oid, field in SVNS.items()
        },
        **{
            oid: (f"{VEK}/unknown/{oid}",)
            for oid in certificate.extensions
            if oid.startswith(ARC) and oid not in KNOWN
        },
    }


def _services(native: Snp) -> Iterator[Source]:
    for service in native.services.services if native.services else ():
        label = f"svsm:{service.label}"
        if service.name == "vtpm":
            claim = f"{SVSM}/keys/{service.label}-ek"
        elif service.name == "uefi-mm":
            claim = f"{SVSM}/manifests/{service.label}"
        else:
            claim = f"{SVSM}/unknown/{label}"
        yield Source(label, service.start, service.end, (claim,), MANIFEST)
