"""Whether a paravisor asked for a report: what shows it, and the signs of Azure's where nothing does."""

from __future__ import annotations

from typing import Final

from evidence.input import Input
from evidence.types._paravisor.standing import Standing, standing
from evidence.types.snp import svsm
from evidence.types.snp.layout import Report
from evidence.types.snp.read import Snp

HIGHEST: Final = 0
"""The privilege level of a paravisor: below it, a guest writes what it likes."""
DIGEST: Final = 32
"""Bytes of the digest in REPORT_DATA."""
POLICY: Final = 0x3001F
"""The launch policy of Azure's confidential VMs: ABI 0.31, SMT."""
IMAGE_ID: Final = b"\2".ljust(16, b"\0")
SIGNS: Final = (
    "the policy and the image are those of Azure's confidential VMs",
    "no host data",
    "32 bytes of report data",
)


def standing_of(native: Snp, source: Input) -> Standing:
    """Whose report it is."""
    report = native.report
    if native.services is not None and svsm.is_bound(native, source):
        return Standing("paravisor", entries=svsm.entries(native, source))
    environment = getattr(source.options, "environment", None)
    return standing(source, report.report_data, highest=report.vmpl == HIGHEST, environment=environment)


def signs(report: Report) -> tuple[str, ...]:
    """The signs, where a report has all of them. They prove nothing: an ID key would, and that is for who appraises."""
    same = report.policy == POLICY and report.image_id == IMAGE_ID and any(report.id_key_digest)
    alike = same and not any(report.host_data) and not any(report.report_data[DIGEST:])
    return SIGNS if alike and any(report.report_data) else ()
