"""nv-local-gpu-verifier: an NVIDIA report to its objects; no claims, no text, value types not looked at."""

import logging

from serve import rounds
from verifier.attestation import AttestationReport
from verifier.config import HopperSettings

logging.disable(logging.CRITICAL)
SETTINGS = HopperSettings()


def parse(data: bytes) -> object:
    return AttestationReport(data, SETTINGS)


rounds(parse)
