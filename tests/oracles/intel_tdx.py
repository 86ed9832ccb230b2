"""The quotes and TDREPORTs of the corpus: bare, with their event logs, and inside of something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evidence.authoring.gate import fact
from evidence.convert import parse
from tests.oracles import wrapped
from tests.oracles.common import ROOT, Reader, Sample, manifest, write

READERS = [Reader("dcap-qvl", "dcap-qvl==0.7.0", "dcap_qvl_quote.py")]
FORMS = ("tdx-quote-", "tdreport-")
MATCHES: dict[str, Any] = {f"/consistency/rtmr{number}-replay/status": "matches" for number in range(4)}
HASHED: dict[str, Any] = {
    f"/consistency/{name}-binding/status": "matches" for name in ("tee_info_hash", "tee_tcb_info_hash")
}
"""What is said of a TDREPORT whose inner hashes were computed."""
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
    log, facts = LOGS.get(file.name, ("", HASHED if "hashes verify" in row["what"] else {}))
    parts = {"event-log": folder / log} if log else {}
    return Sample(file.stem, folder / file, row, parts, {"facts": facts} if facts else {})


def samples(folder: Path, forms: tuple[str, ...]) -> list[Sample]:
    """The genuine samples of these formats that are bare; quotes that were made from others are not public."""
    rows = [row for row in manifest(folder) if row["format"].startswith(forms) and row["origin"] == "real"]
    return [sample(folder, row) for row in rows if not _wrapped(row)]


def _wrapped(row: dict[str, str]) -> bool:
    return "prefixed" in row["format"] or f"tdx/{row['file']}" in wrapped.WRAPPED


def compare_fixtures(kind: str) -> None:
    """Say what the reader says otherwise of our own quotes, which show forms that nobody has published."""
    (reader,) = READERS
    files = sorted((ROOT / "fixtures" / kind / "valid").glob("*.bin"))
    text = [
        (file, facts) for file, facts in zip(files, reader.facts(files), strict=True) if facts is not None
    ]
    for file, facts in text:
        claims = parse(file.read_bytes()).claims
        for path, value in facts.items():
            if (got := fact(claims, path)) != value:
                print(f"{file.stem}: {reader.name} says {path} is {value!r:.80}, we say {got!r:.80}")
    print(f"{kind}: {reader.name} reads {len(text)} of {len(files)} fixtures")


def main(corpus: Path) -> None:
    """Write the entries of every genuine quote and TDREPORT, and compare our own."""
    write("intel-tdx", [*samples(corpus / "tdx", FORMS), *wrapped.samples(corpus, "intel-tdx")], READERS)
    compare_fixtures("intel-tdx")
