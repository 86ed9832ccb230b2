"""cvm-attest on an SNP report: what it parses."""

import json
import sys
from pathlib import Path

from cvm_attest.snp.report import parse_snp_report

print(json.dumps(parse_snp_report(Path(sys.argv[1]).read_bytes())))
