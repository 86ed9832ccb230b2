"""cvm-attest on a TD quote: what it parses."""

import json
import sys
from pathlib import Path

from cvm_attest.tdx.quote import parse_td_quote

print(json.dumps(parse_td_quote(Path(sys.argv[1]).read_bytes())))
