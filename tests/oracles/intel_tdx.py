"""The quotes and TDREPORTs of the corpus, each that is not inside of something else, with its event log if it has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.oracles.common import Reader, Sample, manifest, write

READERS = [Reader("dcap-qvl", "dcap-qvl==0.7.0", "dcap_qvl_quote.py")]
FORMS = ("tdx-quote-", "tdreport-")
MATCHES: dict[str, Any] = {f"/consistency/rtmr{number}-replay/status": "matches" for number in range(4)}
LOGS = {
    "gtg_cos-113-tdx-quote.dat": ("gtg_ccel_data.dat", MATCHES),
    "cdai_tdx_quote_live.dat": ("cdai_tdx_ccel_live2.dat", MATCHES),
    "cdai_tdx_tdreport_live.bin": ("cdai_tdx_ccel_live.bin", MATCHES),
    # IMA extends RTMR2, and its measurements are in a log of their own
    "ccapi_quote.bin": ("ccapi_ccel_data.bin", {**MATCHES, "/consistency/rtmr2-replay/status": "differs"}),
}
"""Event logs that were taken together with the sample, and what their makers say of the replay."""


def sample(folder: Path, row: dict[str, str]) -> Sample:
    """One sample by its row of the list."""
    file = Path(row["file"])
    log, facts = LOGS.get(file.name, ("", {}))
    parts = {"event-log": folder / log} if log else {}
    return Sample(file.stem, folder / file, row, parts, {"facts": facts} if facts else {})


def samples(folder: Path, forms: tuple[str, ...]) -> list[Sample]:
    """The samples of these formats; those that are only a change of another are left to the corpus test."""
    rows = [row for row in manifest(folder) if row["format"].startswith(forms) and row["origin"] == "real"]
    return [sample(folder, row) for row in rows]


def main(corpus: Path) -> None:
    """Write the entries of every genuine quote and TDREPORT."""
    write("intel-tdx", samples(corpus / "tdx", FORMS), READERS)
