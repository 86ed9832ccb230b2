"""nv-local-gpu-verifier: an NVIDIA report to its objects; no claims, no text, value types not looked at."""

import logging
import os
import sys
import tempfile
from pathlib import Path

from serve import rounds

sys.argv[1:] = [str(Path(name).resolve()) for name in sys.argv[1:]]
os.chdir(tempfile.mkdtemp())  # its import writes a log where it runs

from verifier.attestation import AttestationReport  # noqa: E402 (see above)
from verifier.config import HopperSettings  # noqa: E402 (the same)

logging.disable(logging.CRITICAL)
SETTINGS = HopperSettings()


def parse(data: bytes) -> object:
    return AttestationReport(data, SETTINGS)


rounds(parse)
