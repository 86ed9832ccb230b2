"""dcap-qvl on a quote: its header, its report, and the extension of its PCK certificate where it finds one."""

import json
import sys
from pathlib import Path

import dcap_qvl


def fields(value):
    names = [name for name in dir(value) if name[0] != "_"]
    return {name: getattr(value, name) for name in names if not callable(getattr(value, name))}


quote = dcap_qvl.Quote.parse(Path(sys.argv[1]).read_bytes())
output = {"header": fields(quote.header), "report": fields(quote.report)}
try:
    output["pck"] = fields(quote.pck_extension())
except Exception:  # noqa: BLE001 (no certificate, or none that it reads)
    output["pck"] = {}
print(json.dumps(output, default=lambda value: value.hex() if isinstance(value, bytes) else str(value)))
