"""dk-tee-attestation (Rust) on SNP reports: its dictionary, no text."""

import serve
from dk_tee_attestation import tee_rust_py_wrap

serve.rounds(tee_rust_py_wrap.parse_report)
