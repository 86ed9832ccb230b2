"""What rows are measured with is what they say: the baseline's document, and inputs that are all distinct."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import _snp_by_hand, amd_sev_snp, common, intel_tdx
from evidence import parse
from evidence.encode.json import to_json


@pytest.mark.parametrize(
    "path", common.committed("amd-sev-snp", "v3-milan.bin", "v3-genoa.bin"), ids=lambda path: path.name
)
def test_the_document_by_hand_is_ours(path: Path) -> None:
    data = path.read_bytes()
    assert json.loads(_snp_by_hand.to_json(data)) == json.loads(to_json(parse(data).claims))


def taken(prepared: common.Thunk, count: int) -> list[bytes]:
    """The documents of the next `count` inputs."""
    return [prepared() for _ in range(count)]  # type: ignore[misc]


def test_no_distinct_input_comes_twice() -> None:
    (report,) = common.committed("amd-sev-snp", "v3-milan.bin")
    documents = [json.loads(document) for document in taken(common.distinct()(report), common.VARIANTS)]
    for place in ("measurements", "identifiers"):
        values = {json.dumps(document["environments"][0][place]) for document in documents}
        assert len(values) == common.VARIANTS
    assert (
        len({json.dumps(document["environments"][1]["identifiers"]) for document in documents})
        == common.VARIANTS
    )


def test_a_fleet_has_one_platform() -> None:
    (report,) = common.committed("amd-sev-snp", "v3-milan.bin")
    documents = [
        json.loads(document) for document in taken(common.fleet(*amd_sev_snp.NEW)(report), common.VARIANTS)
    ]
    assert len({json.dumps(document["environments"][1]) for document in documents}) == 1
    assert len({json.dumps(document["environments"][0]) for document in documents}) == common.VARIANTS


def test_every_quote_has_a_leaf_of_its_own() -> None:
    (quote,) = common.committed("intel-tdx", "v4-chain.bin")
    documents = [json.loads(document) for document in taken(intel_tdx.new_leaf(quote), common.VARIANTS)]
    leaves = [
        next(entry for entry in document["certificates"] if entry["source"] == "pck")
        for document in documents
    ]
    assert len({leaf["sha256"] for leaf in leaves}) == common.VARIANTS
    pck = [document["environments"][-1] for document in documents]
    assert {environment["id"] for environment in pck} == {"pck"}
    assert len({json.dumps(environment["identifiers"]) for environment in pck}) == common.VARIANTS


@pytest.mark.parametrize("number", [0, 1, 255])
def test_values_that_are_bound_stay_bound(number: int) -> None:
    for path in common.committed("intel-tdx", "v4-ppid-*.bin"):
        *_, last = taken(common.distinct(*intel_tdx.BOUND)(path), number + 1)
        facts = {fact["name"]: fact["status"] for fact in json.loads(last)["consistency"]}
        assert facts["qe_report_data-binding"] == "matches"
