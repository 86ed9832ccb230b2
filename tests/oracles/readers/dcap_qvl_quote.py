"""dcap-qvl on quotes of TDX and SGX: bodies, header, and the PCK certificate's extension. It decodes no attributes."""

import json
import sys
from pathlib import Path

import dcap_qvl

TD, MODULE, QE, PCK = (f"/environments/{id}" for id in ("td", "tdx-module", "qe", "pck"))
ENCLAVE = "/environments/enclave"

TD_FIELDS = {
    "report_data": "/bindings/report_data/value",
    "mr_td": f"{TD}/measurements/mrtd/digests/0/digest",
    "rt_mr0": f"{TD}/measurements/rtmr0/digests/0/digest",
    "rt_mr1": f"{TD}/measurements/rtmr1/digests/0/digest",
    "rt_mr2": f"{TD}/measurements/rtmr2/digests/0/digest",
    "rt_mr3": f"{TD}/measurements/rtmr3/digests/0/digest",
    "mr_config_id": f"{TD}/inputs/mrconfigid/value",
    "mr_owner": f"{TD}/inputs/mrowner/value",
    "mr_owner_config": f"{TD}/inputs/mrownerconfig/value",
    "td_attributes": f"{TD}/attributes/tdattributes/raw",
    "xfam": f"{TD}/attributes/xfam/raw",
    "mr_seam": f"{MODULE}/measurements/mrseam/digests/0/digest",
    "seam_attributes": f"{MODULE}/attributes/seamattributes/raw",
    "tee_tcb_svn": f"{MODULE}/tcb/tee_tcb_svn/raw",
    "tee_tcb_svn2": f"{MODULE}/tcb/tee_tcb_svn2/raw",
    "mr_service_td": f"{TD}/measurements/mrservicetd/digests/0/digest",
    "td_id": f"{TD}/identifiers/td_id/value",
    "dev_info": "/bindings/devinfo/value",
    "init_service_td_hash": f"{TD}/measurements/init_servtd_hash/digests/0/digest",
    "init_service_td_attributes": f"{TD}/values/init_servtd_attr/bytes",
    "init_cpu_svn": f"{TD}/tcb/init_cpu_svn/raw",
    "init_tee_tcb_svn": f"{MODULE}/tcb/init_tee_tcb_svn/raw",
    "init_tee_fmspc": f"{TD}/identifiers/init_tee_fmspc/value",
    "cur_service_td_hash": f"{TD}/measurements/cur_servtd_hash/digests/0/digest",
    "cur_service_td_attributes": f"{TD}/values/cur_servtd_attr/bytes",
}
SGX_FIELDS = {
    "report_data": "/bindings/report_data/value",
    "mr_enclave": f"{ENCLAVE}/measurements/mrenclave/digests/0/digest",
    "mr_signer": f"{ENCLAVE}/signers/mrsigner/value",
    "cpu_svn": f"{ENCLAVE}/tcb/cpu_svn/raw",
}


def facts(data: bytes) -> dict[str, object] | None:
    try:
        quote = dcap_qvl.Quote.parse(data)
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the quote)
        return None
    header, report = quote.header, quote.report
    values: dict[str, object] = {
        "/evidence/type": "intel-tdx" if header.tee_type == 0x81 else "intel-sgx",
        "/evidence/version": str(header.version),
        f"{QE}/identifiers/qe_vendor_id/value": header.qe_vendor_id.hex(),
    }
    if any(header.user_data[:16]):
        values[f"{QE}/identifiers/qe_id/value"] = header.user_data[:16].hex()
    if header.version == 3:  # it names the SVNs later as well, where there are none
        values |= {f"{QE}/svns/{name}/svn": getattr(header, name) for name in ("qe_svn", "pce_svn")}
    for name, path in (TD_FIELDS if header.tee_type == 0x81 else SGX_FIELDS).items():
        if hasattr(report, name):
            values[path] = getattr(report, name).hex()
    if hasattr(report, "vmid"):
        values[f"{TD}/values/vmid/int"] = report.vmid
    if header.tee_type != 0x81:
        attributes = report.attributes
        values[f"{ENCLAVE}/attributes/attributes/raw"] = attributes[:8].hex()
        values[f"{ENCLAVE}/attributes/xfrm/raw"] = attributes[8:].hex()
    return values | certified(quote)


def certified(quote: dcap_qvl.Quote) -> dict[str, object]:
    """What the PCK certificate says, if it is in the quote and the reader finds it."""
    try:
        extension = quote.pck_extension()
    except Exception:  # noqa: BLE001 (no certificate, or not one that it reads)
        return {}
    if extension is None:
        return {}
    return {
        f"{PCK}/identifiers/fmspc/value": extension.fmspc.hex(),
        f"{PCK}/identifiers/ppid/value": extension.ppid.hex(),
        f"{PCK}/identifiers/pce_id/value": extension.pce_id.hex(),
        f"{PCK}/tcb/tcb/raw": extension.cpu_svn.hex(),
        f"{PCK}/tcb/tcb/components/pce_svn/svn": extension.pce_svn,
        f"{PCK}/values/sgx_type/int": extension.sgx_type,
        **(
            {f"{PCK}/identifiers/platform_instance_id/value": extension.platform_instance_id.hex()}
            if extension.platform_instance_id
            else {}
        ),
    }


for name in sys.argv[1:]:
    print(json.dumps(facts(Path(name).read_bytes())))
