"""redfish_utilities on the transcripts of Redfish: it walks messages and blocks, and takes value types for values."""

import base64
import json
import sys
from pathlib import Path

from redfish_utilities.component_integrity import _parse_spdm_signed_measurements

D = "/environments/device"
ALGORITHMS = {
    "p384": "TPM_ALG_ECDSA_ECC_NIST_P384",
    "p521": "TPM_ALG_ECDSA_ECC_NIST_P521",
    "rsapss2048": "TPM_ALG_RSAPSS_2048",
}


def facts(path: Path) -> dict[str, object] | None:
    """The version and the algorithm come from the file's name, as Redfish sends them beside the transcript."""
    version, scheme = path.name.split("_")[:2]
    text = base64.b64encode(path.read_bytes()).decode()
    try:
        _, measurements, _, log, signature, nonce = _parse_spdm_signed_measurements(
            f"1.{version[2]}.0", ALGORITHMS[scheme], text
        )
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the transcript)
        return None
    values: dict[str, object] = {
        "/bindings/requester_nonce/value": bytes(nonce).hex(),
        "/evidence/size": len(log) + len(signature),
    }
    for place, block in enumerate(measurements):
        values[f"{D}/measurements/{place}/index"] = block["Index"]
        value = bytes(block["Measurement"])
        member = "value" if value[0] & 0x80 else "digests/0/digest"
        values[f"{D}/measurements/{place}/{member}"] = value[3:].hex()
    return values


for name in sys.argv[1:]:
    print(json.dumps(facts(Path(name))))
