"""The fixtures of SNP reports, bare and with attachments."""

from __future__ import annotations

from tests.generate import amd_sev_snp_attached, amd_sev_snp_reports
from tests.generate.common import target, write

MADE = [*amd_sev_snp_reports.MADE, *amd_sev_snp_attached.MADE]

if __name__ == "__main__":
    write("amd-sev-snp", "tests/generate/amd_sev_snp.py", MADE, target())
