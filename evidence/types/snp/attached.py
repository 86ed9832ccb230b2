"""What was attached to a report: certificates, and the manifest of an SVSM. Loaded where there is some of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from evidence.errors import BadEncoding, LimitExceeded, MalformedEvidence
from evidence.input import Input
from evidence.types.snp import ghcb, services, vek
from evidence.types.snp.ghcb import Certificates, Held
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


def read(report: Report, given: Input) -> Attached:
    """What lies beside the report; see `snp.read` for what is raised."""
    attached = given.attachments
    certificates = endorsed = manifest = None
    if "certificates" in attached:
        certificates = _beside("certificates", lambda: ghcb.read(attached["certificates"]))
        leaf = _leaf(certificates, SIGNERS.get(signing_key(report)))
        endorsed = _beside("certificates", lambda: _vek(leaf)) if leaf is not None else None
    if "services-manifest" in attached:
        manifest = _beside(
            "services-manifest",
            lambda: services.read(attached["services-manifest"], _service(given)),
        )
    return Attached(certificates, endorsed, manifest)


def _service(given: Input) -> str | None:
    """The one service whose manifest came: by the caller's word, or by that of the carrier it came in."""
    asked: str | None = getattr(given.options, "service", None)
    if asked is not None or given.attached_by("services-manifest") == "caller":
        return asked
    named = (carrier.facts.get("service_guid", "") for carrier in given.carriers)
    return next((guid for guid in named if services.is_guid(guid)), None)


def _beside(kind: str, reader: Callable[[], T]) -> T:
    """What a reader of an attachment gives; its errors say that their offsets lie there."""
    try:
        return reader()
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = f"{kind}: {error.path}" if error.path else kind
        raise


def _leaf(certificates: Certificates, signer: Kind | None) -> Held | None:
    leaves = [held for held in certificates.held if held.kind in vek.ISSUERS]
    return next((held for held in leaves if held.kind == signer), leaves[0] if leaves else None)


def _vek(leaf: Held) -> Vek:
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
