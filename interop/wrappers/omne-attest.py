"""omne-attest on an SNP report: the fields of its Report."""

import dataclasses
import json
import sys
from pathlib import Path

from omne_attest import Report

report = Report.parse(Path(sys.argv[1]).read_bytes())
values = {name: getattr(report, name) for name in type(report).__slots__ if name != "raw"}
print(
    json.dumps(
        values, default=lambda value: value.hex() if isinstance(value, bytes) else dataclasses.asdict(value)
    )
)
