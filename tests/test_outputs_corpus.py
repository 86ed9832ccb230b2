"""Conversion out, over the corpus: the vectors byte for byte, their losses, and reference values of others."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Final

import pytest

from evidence.convert import Evidence, parse_all
from evidence.corim import Profile
from evidence.encode import cmw, coev, eat, ect
from evidence.encode.written import Loss, Written
from evidence.errors import EvidenceError, UsageError
from evidence.wire import cbor
from evidence.wire.cbor import Tag
from tests.conftest import CORPUS

VECTORS: Final = CORPUS / "outputs" / "vectors" if CORPUS else None


def profile(one: Evidence) -> Profile:
    assert one.type.corim is not None
    return one.type.corim()


def message(one: Evidence) -> cmw.WrappedMessage:
    media_type = one.type.content_type(one.claims.evidence.variant)
    if media_type is None:
        raise UsageError("no media type is known")
    return cmw.WrappedMessage(one.data, media_type)


FORMS: Final[dict[str, Callable[[Evidence], Written]]] = {
    "eat-json": lambda one: eat.to_eat_json(one.claims),
    "uccs": lambda one: eat.to_uccs(one.claims),
    "coev": lambda one: coev.to_coev(one.claims),
    "ect": lambda one: ect.to_ects(one.claims),
    "coev-vendor": lambda one: coev.to_coev(one.claims, profile(one)),
    "ect-vendor": lambda one: ect.to_ects(one.claims, profile(one)),
    "cmw-json": lambda one: Written(cmw.record_json(message(one))),
    "cmw-cbor": lambda one: Written(cmw.record_cbor(message(one))),
    "cmw-tag": lambda one: Written(cmw.tag(message(one))),
}
ROWS: Final = (
    list(csv.DictReader((VECTORS / "MANIFEST.tsv").read_text().splitlines(), delimiter="\t"))
    if VECTORS
    else []
)
SAMPLES: Final = {row["file"].partition(".")[0]: row["sample"] for row in ROWS}


@cache
def sample(name: str) -> Evidence:
    assert CORPUS is not None
    return next(one for one in parse_all((CORPUS / name).read_bytes()) if isinstance(one, Evidence))


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_vector_is_equal_byte_for_byte(row: Mapping[str, str]) -> None:
    assert VECTORS is not None
    vector = (VECTORS / row["file"]).read_bytes()
    assert sha256(vector).hexdigest() == row["sha256"]
    assert FORMS[row["form"]](sample(row["sample"])).data == vector


SINCE: Final = {
    # what the claims have since the vectors were made, and what the prototype left out without a word
    "/target": "the document names its target",
    "/svns": "who set a version number",
    "/inputs": "who set an input",
    "/identifiers": "scopes, and what links",
    "/keys": "uses, and what links",
}
"""How the paths end of losses that the list of the vectors does not have, and why we have them."""


@pytest.mark.parametrize("name", SAMPLES)
def test_the_losses_are_those_of_the_list_and_of_what_is_new(name: str) -> None:
    assert VECTORS is not None
    listed = json.loads((VECTORS / "losses.json").read_bytes())[name]
    assert listed
    for form, losses in listed.items():
        theirs = {Loss(*loss) for loss in losses}
        ours = set(FORMS[form](sample(SAMPLES[name])).losses)
        assert theirs <= ours
        for loss in ours - theirs:
            assert any(loss.path.endswith(ending) for ending in SINCE), loss
            assert loss.code in {"reduced", "no-home"}


REFUSED: Final[list[list[str]]] = json.loads((VECTORS / "refused.json").read_bytes()) if VECTORS else []


@pytest.mark.parametrize(("name", "form"), [(name, form) for name, form, _ in REFUSED])
def test_what_cannot_be_written_is_refused(name: str, form: str) -> None:
    one = sample(SAMPLES[name])
    with pytest.raises((UsageError, AssertionError)):
        FORMS[form](one)


# -- reference values of others


def references(file: str) -> Iterator[tuple[Mapping[int, Any], tuple[Any, ...]]]:
    """The reference triples of a CoRIM: an environment, and its measurements."""
    assert CORPUS is not None
    corim = cbor.loads((CORPUS / "outputs" / file).read_bytes())
    for tag in corim.value[1]:
        yield from cbor.loads(tag.value)[4].get(0, ())


def elements(data: bytes) -> dict[Any, Mapping[int, Any]]:
    (tuple_, *_) = cbor.loads(data)
    return {one.get("element-id"): one["element-claims"] for one in tuple_["element-list"]}


def agrees(label: int, reference: Any, ours: Any) -> bool:
    """Whether one code point of a reference value matches (draft-ietf-rats-corim, 9.4)."""
    if label == 1:
        least = reference.value if isinstance(reference, Tag) else reference
        is_minimum = isinstance(reference, Tag) and reference.number == 553
        return bool(ours.value >= least if is_minimum else ours.value == least)
    if label == 2:
        theirs, mine = dict(reference), dict(ours)
        common = theirs.keys() & mine.keys()
        return bool(common) and all(theirs[alg] == mine[alg] for alg in common)
    return bool(reference == ours)


def matching(reference: tuple[Any, ...], ours: Mapping[Any, Mapping[int, Any]]) -> dict[Any, bool]:
    return {
        one[0]: one[0] in ours
        and all(
            label in ours[one[0]] and agrees(label, value, ours[one[0]][label])
            for label, value in one[1].items()
        )
        for one in reference
    }


@pytest.fixture(scope="module", params=["outputs/veraison-sevsnp-tsm-report.cbor"] if CORPUS else [])
def tsm_report(request: pytest.FixtureRequest) -> Evidence:
    return sample(request.param)


COMPARED: Final = {0, 1, 3, 4, 5, 641, 647, 3968}
"""The keys that Veraison's verifier compares."""


def test_reference_values_of_veraison_match_but_for_the_version_of_the_report(tsm_report: Evidence) -> None:
    ((_, reference),) = references("veraison-corim-sevsnp-valid.cbor")
    result = matching(reference, elements(FORMS["ect-vendor"](tsm_report).data))
    compared = {key: good for key, good in result.items() if key in COMPARED}
    assert compared == dict.fromkeys(COMPARED, True) | {0: False}


def test_one_changed_byte_of_the_measurement_does_not_match(tsm_report: Evidence) -> None:
    ((_, reference),) = references("veraison-corim-sevsnp-valid.cbor")
    changed = bytearray(tsm_report.data)
    changed[0x90] ^= 1
    (one,) = parse_all(bytes(changed))
    assert isinstance(one, Evidence)
    result = matching(reference, elements(FORMS["ect-vendor"](one).data))
    assert (result[641], result[647], result[3968]) == (False, True, True)


@pytest.mark.parametrize("name", ["outputs/veraison-cca-good.cbor"] if CORPUS else [])
def test_veraisons_realm_has_our_class_and_its_own_hash(name: str) -> None:
    """Its evidence calls 64 bytes a sha-256, its reference values sha-512: by CoRIM's rules only the value matches."""
    one = sample(name)
    ((environment, reference),) = references("veraison-corim-cca-realm-valid.cbor")
    (ours,) = cbor.loads(FORMS["ect-vendor"](one).data)
    assert ours["environment"] == environment
    result = matching(reference, elements(FORMS["ect-vendor"](one).data))
    assert {key for key, good in result.items() if good} == {"cca.rpv"}
    lost = FORMS["ect-vendor"](one).losses
    assert [(loss.path, loss.code) for loss in lost if loss.code == "no-class"] == [
        ("/environments/platform", "no-class")
    ]


@pytest.mark.parametrize("name", ["outputs/veraison-psa-token.cbor"] if CORPUS else [])
def test_veraisons_psa_token_names_no_hash_so_there_is_nothing_to_write(name: str) -> None:
    with pytest.raises(UsageError):
        FORMS["coev-vendor"](sample(name))


# -- every output but the wrappers is refused


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_vector_is_evidence_only_where_it_holds_the_evidence(row: Mapping[str, str]) -> None:
    assert VECTORS is not None
    (piece,) = parse_all((VECTORS / row["file"]).read_bytes())
    if row["form"].startswith("cmw"):
        assert isinstance(piece, Evidence)
        assert piece.claims.evidence.sha256 == sample(row["sample"]).claims.evidence.sha256
    else:
        assert not isinstance(piece, Evidence)
        error: EvidenceError = piece.error
        assert error.code == "not-evidence"
