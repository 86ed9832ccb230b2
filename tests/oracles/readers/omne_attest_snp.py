"""omne-attest on SNP reports. It has one TCB layout, so TCBs are left to the other reader."""

import json
import sys
from pathlib import Path

from omne_attest import Fail, Report

G, P = "/environments/guest", "/environments/platform"


def facts(data: bytes) -> dict[str, object] | None:
    try:
        r = Report.parse(data)
    except Fail:
        return None
    values: dict[str, object] = {
        "/evidence/version": str(r.version),
        "/bindings/report_data/value": r.report_data.hex(),
        f"{G}/measurements/measurement/digests/0/digest": r.measurement.hex(),
        f"{G}/inputs/host_data/value": r.host_data.hex(),
        f"{G}/inputs/family_id/value": r.family_id.hex(),
        f"{G}/inputs/image_id/value": r.image_id.hex(),
        f"{G}/svns/guest_svn/svn": r.guest_svn,
        f"{G}/attributes/policy/raw": r.policy.to_bytes(8, "little").hex(),
        f"{G}/identifiers/report_id/value": r.report_id.hex(),
        f"{P}/attributes/platform_info/raw": r.platform_info.to_bytes(8, "little").hex(),
    }
    if r.vmpl < 4:
        values[f"{G}/values/vmpl/int"] = r.vmpl
    if any(r.id_key_digest):
        values[f"{G}/signers/id_key/value"] = r.id_key_digest.hex()
    if any(r.author_key_digest):
        values[f"{G}/signers/author_key/value"] = r.author_key_digest.hex()
    return values


for name in sys.argv[1:]:
    print(json.dumps(facts(Path(name).read_bytes())))
