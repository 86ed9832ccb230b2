"""Device evidence as Linux hands it out: what the generator's own reader says of every sample, as `facts.json` has it.

That reader is another hand's: it walks netlink, JSON and SPDM by itself, and verifies with OpenSSL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.oracles.common import Facts, Sample, manifest, write

FOLDERS: Final = ("kernel/", "producers/", "negative/", "sig/", "tdisp/")
FROM: Final = "device/facts.json (device_make.py)"
SPDM, TDISP = "dmtf-spdm", "pci-tdisp"
D, I = "/environments/device", "/environments/interface"  # noqa: E741 (short, in many paths)
PLAIN: Final = re.compile(r"[^a-z0-9]+")
REFUSED: Final = {
    "negative/devsec-zeros.nl": "constraint-violation",
    "negative/huge.nl": "limit-exceeded",
    "tdisp/neg_error.message.bin": "not-evidence",
    "tdisp/neg_trailing.bin": "trailing-bytes",
    "tdisp/neg_portion-missing.messages.bin": "trailing-bytes",
    "tdisp/": "truncated",
    "negative/": "carrier-error",
}
"""The code of what is refused: of a sample, else of its folder."""
BESIDE: Final = {
    "producers/response-only.nl": ("request", "producers/request.bin", "with_request"),
    "producers/cca-rmm-2026.nl": ("tsm-digests", "producers/cca-rmm-2026.digests.nl", ""),
    "producers/cca-rmm-2026.nl ": ("tsm-digests", "negative/digest-differs.nl", ""),
}
"""Samples that are read once more with another beside them: its kind, its file, the facts that hold then."""


def spdm(facts: Facts) -> Facts:
    """The facts of measurements and nonces, by paths of claims."""
    told: Facts = {f"{D}/role": "device"}
    for number, block in enumerate(facts.get("blocks", ())):
        told[f"{D}/measurements/{number}/index"] = block["index"]
        value = "value" if block["raw"] else "digests/0/digest"
        told[f"{D}/measurements/{number}/{value}"] = block["value"]
    for name, member in (("requester_nonce", "nonce"), ("requester_nonce", "requester_nonce")):
        if facts.get(member):
            told[f"/bindings/{name}/value"] = facts[member]
    if facts.get("responder_nonce"):
        told["/bindings/responder_nonce/value"] = facts["responder_nonce"]
    if "version" in facts:
        told["/evidence/version"] = facts["version"]
    if "sha256" in facts:
        told["/evidence/sha256"] = facts["sha256"]
    return told


def report(facts: Facts) -> Facts:
    """The facts of an interface, by paths of claims."""

    def little(number: int, size: int) -> str:
        return number.to_bytes(size, "little").hex()

    told: Facts = {
        f"{I}/attributes/interface_info/raw": little(facts["interface_info"], 2),
        f"{I}/values/msi_x_message_control/bytes": little(facts["msi_x_message_control"], 2),
        f"{I}/values/lnr_control/bytes": little(facts["lnr_control"], 2),
        f"{I}/values/tph_control/bytes": little(facts["tph_control"], 4),
    }
    if facts["device_info"]:
        told[f"{I}/values/device_info/bytes"] = facts["device_info"]
    if "function_id" in facts:
        told[f"{I}/values/function_id/int"] = facts["function_id"]
    for number, one in enumerate(facts["ranges"]):
        told[f"{I}/values/mmio-{number}-first-page/bytes"] = little(one["first_page"], 8)
        told[f"{I}/values/mmio-{number}-pages/int"] = one["pages"]
        told[f"{I}/values/mmio-{number}-range-id/int"] = one["range_id"]
        told[f"{I}/attributes/mmio-{number}-attributes/raw"] = little(one["attributes"], 2)
    return told


def certificates(facts: Facts) -> Facts:
    """The leaf of the chain of the slot that signs."""
    slot = facts["spdm"].get("slot", 0)
    chain = facts.get("certificates", {}).get(f"cert{slot}", {}).get("chain", ())
    if not chain:
        return {}
    return {f"/certificates/certificate-{len(chain) - 1}/sha256": chain[-1]["sha256"]}


def sample(name: str, path: Path, row: dict[str, str], **extra: Any) -> Sample:
    told = {"facts_from": FROM} if "facts" in extra else {}
    return Sample(PLAIN.sub("-", name.lower()).strip("-"), path, row, extra={**extra, **told})


def of(name: str, path: Path, row: dict[str, str], facts: Facts) -> Iterator[tuple[str, Sample]]:
    """The entries of one sample, with the type of each."""
    forced = {"force": True} if name.startswith("tdisp/") and name.count(".") == 1 else {}
    if "error" in facts:
        code = next(code for start, code in REFUSED.items() if name.startswith(start))
        yield TDISP if name.startswith("tdisp/") else SPDM, sample(name, path, row, code=code, **forced)
    elif name.startswith("tdisp/"):
        yield TDISP, sample(name, path, row, facts=report(facts), **forced)
    elif "response" in facts:
        yield SPDM, sample(name, path, row, facts=spdm(facts))
    else:
        several = {"spdm", "report"} <= facts.keys()
        for member, kind, at in (("spdm", SPDM, "measurements"), ("report", TDISP, "report")):
            if member in facts:
                told = (
                    spdm(facts["spdm"]) | certificates(facts) if member == "spdm" else report(facts["report"])
                )
                if name == "negative/slot-missing.nl":
                    told[f"{D}/missing"] = ["certificates"]
                yield kind, sample(f"{name} {at}" if several else name, path, row, at=at, facts=told)


def beside(folder: Path, rows: dict[str, dict[str, str]], facts: Facts) -> Iterator[tuple[str, Sample]]:
    """The entries of samples with others beside them."""
    for name, (kind, file, member) in BESIDE.items():
        name = name.strip()  # noqa: PLW2901 (one sample may be there twice)
        told = spdm(facts[name][member or "spdm"])
        if kind == "tsm-digests":
            told |= {
                f"/consistency/{one}-binding/status": "matches" for one in ("cert0", "vca", "measurements")
            }
        one = sample(f"{name} {file}", folder / name, rows[name], at="measurements", facts=told)
        yield SPDM, one._replace(parts={kind: folder / file})
        if kind == "tsm-digests":
            status = "differs" if "differs" in file else "matches"
            told = {"/consistency/report-binding/status": status}
            one = sample(f"{name} {file} report", folder / name, rows[name], at="report", facts=told)
            yield TDISP, one._replace(parts={kind: folder / file})


def main(corpus: Path) -> None:
    """Write the entries of dumps, events and reports."""
    folder = corpus / "device"
    facts: dict[str, Facts] = json.loads((folder / "facts.json").read_bytes())
    rows = {row["file"]: row for row in manifest(folder)}
    every = [
        pair
        for name, row in rows.items()
        if name.startswith(FOLDERS) and name in facts and "digests" not in facts[name]
        for pair in of(name, folder / name, row, facts[name])
    ]
    every += beside(folder, rows, facts)
    for kind in (SPDM, TDISP):
        write(kind, [one for type_, one in every if type_ == kind], [])
