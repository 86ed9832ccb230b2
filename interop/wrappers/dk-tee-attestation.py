"""dk-tee-attestation on an SNP report: the dictionary that it parses."""

import json
import sys
from pathlib import Path

from dk_tee_attestation import tee_rust_py_wrap

report = tee_rust_py_wrap.parse_report(Path(sys.argv[1]).read_bytes())
print(json.dumps(report, default=bytes.hex))
