"""What was attached to a report: certificates, and the manifest of an SVSM. Loaded where there is some of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from evidence.errors import BadEncoding, LimitExceeded, MalformedEvidence
from evidence.input import Input
from evidence.types.snp import ghcb, services, vek
from evidence.types.snp.ghcb import Certificates, NamedCertificate
from evidence.types.snp.layout import Report
from evidence.types.snp.report import SIGNERS, signing_key
from evidence.types.snp.services import Services
from evidence.types.snp.vek import Kind, Vek

T = TypeVar("T")


class Attached(NamedTuple):
    """What the attachments hold. `vek` is what the leaf among the certificates says."""

    certificates: Certificates | None
    vek: Vek | None
    services: Services | None


def read(report: Report, source: Input) -> Attached:
    """What lies beside the report; see `snp.read` for what is raised."""
    attached = source.attachments
    certificates = endorsed = manifest = None
    if "certificates" in attached:
        certificates = _beside("certificates", lambda: ghcb.read(attached["certificates"]))
        leaf = _leaf(certificates, SIGNERS.get(signing_key(report)))
        endorsed = _beside("certificates", lambda: _vek(leaf)) if leaf is not None else None
    if "services-manifest" in attached:
        manifest = _beside(
            "services-manifest",
            lambda: services.read(attached["services-manifest"], _service(source)),
        )
    return Attached(certificates, endorsed, manifest)


def _service(source: Input) -> str | None:
    """The one service whose manifest came: by the caller's word, or by that of the carrier it came in."""
    service: str | None = getattr(source.options, "service", None)
    if service is not None or source.attached_by("services-manifest") == "caller":
        return service
    guids = (carrier.facts.get("service_guid", "") for carrier in source.carriers)
    return next((guid for guid in guids if services.is_guid(guid)), None)


def _beside(kind: str, reader: Callable[[], T]) -> T:
    """What a reader of an attachment gives; its errors say that their offsets lie there."""
    try:
        return reader()
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = f"{kind}: {error.path}" if error.path else kind
        raise


def _leaf(certificates: Certificates, signer: Kind | None) -> NamedCertificate | None:
    leaves = [named for named in certificates.named if named.kind in vek.ISSUERS]
    return next((named for named in leaves if named.kind == signer), leaves[0] if leaves else None)


def _vek(leaf: NamedCertificate) -> Vek:
    certificate = leaf.certificate
    try:
        return vek.read(certificate, "vlek" if leaf.kind == "vlek" else "vcek", leaf.source)
    except BadEncoding as error:
        if certificate.encoding == "der":
            error.offset = certificate.start + (error.offset or 0)
        else:
            error.path = f"byte {error.offset} of what the PEM block holds"
            error.offset = certificate.start
        raise
