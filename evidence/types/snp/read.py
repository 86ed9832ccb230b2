"""Bytes to a checked report, with what was attached to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from evidence.input import Input
from evidence.types.snp.layout import Report
from evidence.types.snp.report import read as read_report

if TYPE_CHECKING:  # what reads attachments is loaded where there are some
    from evidence.types.snp.ghcb import Certificates, NamedCertificate
    from evidence.types.snp.services import Services
    from evidence.types.snp.vek import Vek
else:  # the names must be there for whoever asks for a signature, as `help` does
    Certificates = Vek = Services = object


class Snp(Struct, frozen=True, kw_only=True):
    """A report, and what was read out of its attachments.

    `vek` is what the leaf says: the first certificate of the kind that KEY_INFO says has signed, else
    the first of the other kind.
    """

    report: Report
    certificates: Certificates | None = None
    vek: Vek | None = None
    services: Services | None = None

    @property
    def leaf(self) -> NamedCertificate | None:
        """The certificate that `vek` was read from."""
        if self.certificates is None or self.vek is None:
            return None
        return next(named for named in self.certificates.named if named.source == self.vek.source)


def read(source: Input) -> Snp:
    """The report at the start of the input, and its attachments.

    Raises `UnsupportedVersion`, `Truncated`, `TrailingBytes`, `ConstraintViolation`, `BadEncoding` or
    `LimitExceeded`; the path of an error in an attachment begins with the attachment's kind.
    """
    report = read_report(source.data)
    if not source.attachments:
        return Snp(report=report)
    from evidence.types.snp import attached

    beside = attached.read(report, source)
    return Snp(report=report, certificates=beside.certificates, vek=beside.vek, services=beside.services)
