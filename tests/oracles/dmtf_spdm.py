"""NVIDIA's reports and bundles, the emulator's captures, and the transcripts that were made from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.oracles import wrapped
from tests.oracles.common import Reader, Sample, manifest, write

NVIDIA = Reader("nv-local-gpu-verifier", "nv-local-gpu-verifier==2.7.3", "nv_local_gpu_verifier.py")
REDFISH = Reader("redfish_utilities", "redfish_utilities==3.5.2", "redfish_utilities_spdm.py")
D = "/environments/device"
CAPTURED: dict[str, Any] = {
    # what spdm_dump prints of every capture of this emulator
    f"{D}/measurements/0/index": 1,
    f"{D}/measurements/4/svn": 7,
    f"{D}/measurements/7/index": 254,
    f"{D}/attributes/operational_mode_state/raw": "04000000",
    f"{D}/attributes/device_mode_state/raw": "11000000",
    "/consistency/measurement_summary_hash-binding/status": "matches",
    "/consistency/certificate_chain_hash-binding/status": "matches",
}


def of_format(folder: Path, form: str) -> Iterator[tuple[Path, dict[str, str]]]:
    for row in manifest(folder):
        if row["format"].startswith(form) and "neg_" not in row["file"]:
            yield folder / row["file"], row


def capture(path: Path, row: dict[str, str]) -> Sample:
    if "rawbitonly" in path.stem:
        return Sample(path.stem, path, row, extra={"code": "not-evidence"})
    return Sample(path.stem, path, row, extra={"facts": CAPTURED})


def bundle(path: Path, row: dict[str, str]) -> Sample:
    return Sample(
        path.stem, path, row, extra={"facts": {"/consistency/requester_nonce-binding/status": "matches"}}
    )


def main(corpus: Path) -> None:
    """Write the entries of all genuine reports, bundles, captures and transcripts."""
    folder = corpus / "spdm"
    reports = [Sample(path.stem, path, row) for path, row in of_format(folder, "nvidia-attestation-report")]
    write("dmtf-spdm", [*reports, *wrapped.samples(corpus, "dmtf-spdm")], [NVIDIA])
    transcripts = [Sample(path.stem, path, row) for path, row in of_format(folder, "spdm-transcript")]
    write("dmtf-spdm", transcripts, [REDFISH])
    write("dmtf-spdm", [bundle(*item) for item in of_format(folder, "nvidia-evidence-json")], [])
    write("dmtf-spdm", [capture(*item) for item in of_format(folder, "pcap")], [])
