"""dk-tee-attestation on SNP reports: it decodes the reported TCB by product, and the CPUID."""

import json
import sys
from pathlib import Path

from dk_tee_attestation import tee_rust_py_wrap

P = "/environments/platform"


def facts(data: bytes) -> dict[str, object] | None:
    try:
        r = tee_rust_py_wrap.parse_report(data)
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the report)
        return None
    values: dict[str, object] = {"/bindings/report_data/value": bytes(r["report_data"]).hex()}
    chip = bytes(r["chip_id"])
    cpuid = {key: value for key, value in r["cpuid"].items() if value is not None}
    if any(chip):
        turin = cpuid.get("fam_id") == 0x1A
        values[f"{P}/identifiers/chip_id/value"] = (chip[:8] if turin else chip).hex()
    names = {"fam_id": "cpuid_fam_id", "mod_id": "cpuid_mod_id", "step": "cpuid_step"}
    for key, claim in names.items():
        value = cpuid.get(key, cpuid.get("stepping")) if key == "step" else cpuid.get(key)
        if value is not None:
            values[f"{P}/values/{claim}/int"] = value
    if cpuid:  # without one the product is not known
        for name, svn in r["reported_tcb"].items():
            if svn is not None:
                values[f"{P}/tcb/reported_tcb/components/{name}/svn"] = svn
    return values


for name in sys.argv[1:]:
    print(json.dumps(facts(Path(name).read_bytes())))
