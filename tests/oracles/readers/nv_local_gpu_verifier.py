"""nv-local-gpu-verifier on NVIDIA's reports; it knows no type of value, and refuses opaque types that it does not know."""

import json
import logging
import os
import sys
import tempfile
from pathlib import Path

logging.disable(logging.CRITICAL)
FILES = [Path(name).resolve() for name in sys.argv[1:]]
os.chdir(tempfile.mkdtemp())  # its import writes a log where it runs

from verifier.attestation import AttestationReport  # noqa: E402 (its import logs)
from verifier.config import HopperSettings  # noqa: E402 (the same)

D = "/environments/device"


def facts(data: bytes) -> dict[str, object] | None:
    try:
        report = AttestationReport(data, HopperSettings())
        request, response = report.get_request_message(), report.get_response_message()
        opaque = response.get_opaque_data()
        measurements = report.get_measurements()
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the report)
        return None
    values: dict[str, object] = {
        "/bindings/requester_nonce/value": request.get_nonce().hex(),
        "/bindings/responder_nonce/value": response.get_nonce().hex(),
    }
    for place, digest in enumerate(measurements):
        values[f"{D}/measurements/{place}/digests/0/digest"] = digest
        values[f"{D}/measurements/{place}/index"] = place + 1
    fields = opaque.OpaqueDataField
    if "OPAQUE_FIELD_ID_DRIVER_VERSION" in fields:
        driver = fields["OPAQUE_FIELD_ID_DRIVER_VERSION"].rstrip(b"\0").decode()
        values[f"{D}/versions/driver_version/value"] = driver
    for name, claim in (("BOARD_ID", "board_id"), ("GPU_INFO", "gpu_info"), ("FWID", "fwid")):
        if (value := fields.get(f"OPAQUE_FIELD_ID_{name}")) is not None:
            values[f"{D}/values/{claim}/bytes"] = bytes(value).hex()
    return values


for file in FILES:
    print(json.dumps(facts(file.read_bytes())))
