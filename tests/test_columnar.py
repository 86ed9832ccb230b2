"""Columns say what rows say, for every input, whatever else is in the batch."""

from __future__ import annotations

import pyarrow as pa
import pytest

from evidence import EvidenceError, Registry, parse
from evidence.authoring import fixtures
from evidence.authoring.fixtures import Loaded
from evidence.columnar import Converter, convert_batch, schema
from evidence.columnar.keys import Carried, Keys
from evidence.columnar.proof import changes, differences
from evidence.columnar.types import SHAPES, has_shape
from evidence.encode.json import to_json

SHAPED = [
    loaded
    for kind in Registry.builtin()
    for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
    if has_shape(loaded.data)
]
OTHERS = [
    loaded
    for kind in Registry.builtin()
    for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
    if not has_shape(loaded.data)
]


@pytest.mark.parametrize("loaded", SHAPED, ids=lambda loaded: loaded.name)
def test_columns_say_what_rows_say(loaded: Loaded) -> None:
    assert [*differences([*changes(loaded.data, 1, 12)])][:3] == []


def test_every_type_with_columns_has_inputs_of_every_shape() -> None:
    assert len(SHAPED) > 50
    assert len(OTHERS) > 60


def test_any_mixture_has_its_rows_in_order() -> None:
    inputs = [one.data for pair in zip(SHAPED, OTHERS, strict=False) for one in pair]
    inputs = [*inputs, b"", b"x", *reversed(inputs)]
    assert [*differences(inputs)][:3] == []


def test_what_has_no_columns_is_there_as_json() -> None:
    for loaded in OTHERS[:40]:
        row = convert_batch([loaded.data]).to_pylist()[0]
        assert (row["/evidence/type"] is None) == (row["error/code"] is not None)
        if row["claims"]:
            assert row["claims"].encode() == to_json(parse(loaded.data).claims)


@pytest.mark.parametrize("type_", [pa.binary(), pa.large_binary(), pa.binary(1184)])
def test_any_array_of_binary_is_taken(type_: pa.DataType) -> None:
    report = next(loaded for loaded in SHAPED if loaded.name == "v3-milan").data
    batch = convert_batch(pa.array([report, None, report], type_).slice(1))
    assert batch["error/code"].to_pylist() == ["unknown-format", None]
    assert batch["/evidence/type"].to_pylist() == [None, "amd-sev-snp"]


def test_other_arrays_are_refused() -> None:
    with pytest.raises(TypeError, match="evidence is binary"):
        convert_batch(pa.array(["00"]))


def test_nothing_gives_no_rows() -> None:
    assert convert_batch([]).num_rows == 0
    assert convert_batch([]).schema.equals(schema())


def test_a_digest_on_request() -> None:
    inputs = [loaded.data for loaded in (*OTHERS[:5], *SHAPED[:5])]
    inputs = [*inputs, b"x"]
    batch = convert_batch(inputs, sha256=True)
    assert batch.schema.equals(schema(sha256=True))
    for data, digest in zip(inputs, batch["/evidence/sha256"].to_pylist(), strict=True):
        assert digest == _digest(data)


def test_a_converter_forgets_and_stays_right(monkeypatch: pytest.MonkeyPatch) -> None:
    from evidence.columnar import known

    monkeypatch.setattr(known, "MOST", 3)
    converter = Converter()
    for pattern in SHAPED[:12]:
        assert [*differences([*changes(pattern.data, 2, 3)], converter)][:3] == []


def test_a_wrong_shape_is_seen_by_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the policy carried, whose bits are claims, a row would have the words of another."""
    from evidence.columnar import batch

    (shape,) = [one for one in SHAPES if one.type == "amd-sev-snp"]
    wrong = shape._replace(keys=Keys(shape.size, [*shape.keys.carried, Carried(0x08, 8)], shape.keys.looks))
    monkeypatch.setattr(batch, "SHAPES", (wrong,))
    report = next(loaded for loaded in SHAPED if loaded.name == "v3-milan").data
    assert [*differences([*changes(report, 1, 400)])] != []


def test_bytes_are_carried_once() -> None:
    with pytest.raises(TypeError, match="carried twice"):
        Keys(64, [Carried(0, 32), Carried(16, 32)])


def test_every_column_says_what_it_holds() -> None:
    for field in schema():
        assert field.metadata[b"description"].strip(), field.name


def _digest(data: bytes) -> bytes | None:
    """SHA-256 of the evidence proper."""
    try:
        return bytes(parse(data).claims.evidence.sha256)
    except EvidenceError:
        return None
