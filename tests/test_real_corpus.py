"""Every row of the lists of samples has a `real/` entry, or a reason why not; and every piece of it that is read has one."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

import pytest

from evidence.authoring import fixtures
from evidence.authoring.fixtures import Real
from evidence.authoring.gate.places import unplaced
from evidence.convert import BUILTIN, Evidence, parse_all
from tests.conftest import CORPUS
from tests.oracles.common import manifest

MADE: Final = "made from a public sample for a list of what must be refused, and not public itself"
BESIDE: Final = "no evidence: it belongs to a sample (a key, a certificate, a log, what a peer says of it)"
OTHER: Final = "evidence of another kind, that no type reads: refused by name, or unknown"
REFERENCE: Final = "reference values, which outputs are matched with: refused by name"
PART: Final = "a message cut out of a capture, which has an entry"
IN_FOLDER: Final = "one file of a device's folder: test_device_corpus.py reads the folder"
NOTHING: Final = "holds no report: of a platform without a TEE, or only endorsements"
EXCEPT: Final[dict[str, str]] = {
    "cca/ccada-[pr]ak.cbor": BESIDE,
    "cca/*_key-*": BESIDE,
    "device/group/*": "a group, whose members and ties are compared with the facts of the folder in test_groups",
    "device/kernel/*.d/*": IN_FOLDER,
    "device/producers/stderr.jsonl": "what a tool says while it writes objects: named where it is refused",
    "device/sig/device.d/*": IN_FOLDER,
    "device/tokens/*.der": BESIDE,
    "device/tokens/dpu.report-data.bin": BESIDE,
    "eat/*.diag": "the text that the sample beside it was made from",
    "eat/cose/*.json": BESIDE,
    "eat/cove/*": BESIDE,
    "eat/jose/*.jwk.json": BESIDE,
    "eat/jwt-results/*.payload.json": "the payload of a token that has an entry",
    "eventlog/*": "an event log, and no evidence: test_logs_corpus.py has every one",
    "outputs/*corim-*-valid.cbor": REFERENCE,
    "outputs/corim-comid_*": REFERENCE,
    "outputs/cddl/*": "a grammar: cddl-verifier reads outputs by it",
    "snp/neg/*": MADE,
    "snp/kinvolk-var-data.bin": BESIDE,
    "snp/msft-sidecar-*": BESIDE,
    "snp/oak-*": NOTHING,
    "snp/trustee-az-tpm-quote.*": BESIDE,
    "snp/veraison-corim-*": BESIDE,
    "snp/veraison-sevsnp-ratsd-*": BESIDE,
    "spdm/certs/*": BESIDE,
    "spdm/derived/*": MADE,
    "spdm/emu-msg/*": PART,
    "spdm/fuzz-*": "a seed of a fuzzer",
    "spdm/misc/*.cddl": BESIDE,
    "spdm/misc/*.der": BESIDE,
    "spdm/misc/*.diag": "the text of a message that has an entry, or of one that the list does not have",
    "spdm/misc/spdm_emu_*": BESIDE,
    "spdm/nvidia/*.pem": BESIDE,
    "spdm/nvidia/*expected*": BESIDE,
    "tdx/*ccel*": BESIDE,
    "tdx/*CCEL*": BESIDE,
    "tdx/goeventlog_*": BESIDE,
    "tdx/*collateral.json": BESIDE,
    "tdx/*endorsement*": BESIDE,
    "tdx/gtg_cos-113-nonce.dat": BESIDE,
    "tdx/gtg_tdreport.dat": "of a mock device: no TDREPORT, and refused as none",
    "tdx/oe_attestation_plugin_evidence.bin": "a quote behind a comment: the whole is no format",
    "tdx/synthetic/*": MADE,
    "tdx/trustee_parse_tdx_claims_expected.json": BESIDE,
    "tpm2/*.ak.*": BESIDE,
    "tpm2/neg/*.pcrs": BESIDE,
    "tpm2/swtpm/ek.tpm2b": BESIDE,
    "tpm2/tpm2-quote/*": BESIDE,
    "tpm2/go-attestation/linux_tpm12.json": OTHER,
    "trust/*": "an anchor, a key or a revocation list: test_verify_corpus.py verifies with it",
    "verify-neg/*": "a negative of verification: test_verify_corpus.py has every one",
    "wrappers/*/CCEL_data": BESIDE,
    "wrappers/*claims*": BESIDE,
    "wrappers/*/cca-good.json": BESIDE,
    "wrappers/trustee/csv_evidence.json": OTHER,
    "wrappers/dstack/nitro_*": OTHER,
}
"""Rows without an entry, by folder and file, and why."""


class Entry(NamedTuple):
    """An entry by its type."""

    type: str
    real: Real


ENTRIES: Final = [
    Entry(kind.name, entry)
    for kind in BUILTIN
    if kind.fixtures is not None
    for _, entry in fixtures.real(kind.fixtures)
]
EVIDENCE: Final[dict[str, list[Entry]]] = {}
PARTS: Final[set[str]] = set()
for entry in ENTRIES:
    EVIDENCE.setdefault(entry.real.parts["evidence"].hex(), []).append(entry)
    PARTS.update(part.hex() for part in entry.real.parts.values())


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Every row of every list, by its folder and file."""
    for file in sorted(CORPUS.glob("*/MANIFEST.tsv")) if CORPUS else ():
        for row in manifest(file.parent):
            yield f"{file.parent.name}/{row['file']}", row


LISTED: Final = dict(rows())
ROWS: Final = {name: row["sha256"] for name, row in LISTED.items()}


def excepted(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in EXCEPT)


@pytest.mark.parametrize("name", [name for name, digest in ROWS.items() if digest not in PARTS])
def test_a_row_without_an_entry_has_a_reason(name: str) -> None:
    assert excepted(name)


@pytest.mark.parametrize("pattern", EXCEPT if ROWS else [])
def test_a_reason_is_still_needed(pattern: str) -> None:
    assert any(fnmatchcase(name, pattern) and digest not in PARTS for name, digest in ROWS.items())


@pytest.mark.parametrize("name", [name for name in ROWS if not excepted(name) or ROWS[name] in EVIDENCE])
def test_every_piece_that_is_read_has_an_entry_and_its_claims_have_places(name: str) -> None:
    assert CORPUS is not None
    known = EVIDENCE.get(ROWS[name], [])
    for pieces in parse_all((CORPUS / name).read_bytes()):
        if isinstance(pieces, Evidence):
            wanted = {(entry.type, entry.real.at or "") for entry in known}
            assert (pieces.type.name, pieces.at) in wanted or (pieces.type.name, "") in wanted
            assert list(unplaced(pieces)) == []


def _entries(prefixes: tuple[str, ...]) -> list[str]:
    return [name for name in ROWS if name.startswith(prefixes) and ROWS[name] in EVIDENCE]


@pytest.mark.parametrize("name", _entries(("cca/",)))
def test_an_arm_token_is_of_the_type_that_the_list_says(name: str) -> None:
    family = LISTED[name]["format"].partition("-")[0]
    types = {entry.type for entry in EVIDENCE[ROWS[name]]}
    assert family not in {"cca", "psa"} or types == {f"arm-{family}"}


@pytest.mark.parametrize("name", _entries(("cca/", "eat/")))
def test_bad_evidence_that_is_read_all_the_same_is_told_by_its_claims(name: str) -> None:
    bad = any("NEG" in LISTED[name][column].upper() for column in ("what", "file"))
    assert not bad or all(entry.real.code or entry.real.facts for entry in EVIDENCE[ROWS[name]])
