"""What an input decodes to: once, for whoever asks, and never changed."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import evidence
from evidence.convert import BUILTIN, convert_all
from evidence.errors import BadEncoding, EvidenceError, Truncated
from evidence.files import shared
from evidence.input import Input
from evidence.registry import Match, decoding
from evidence.wire import cbor, jose
from evidence.wire import json as wire_json
from evidence.wire.decoded import PARTS, Decoded
from tests.conftest import CORPUS

FIXTURES = Path(str(shared("fixtures")))
VALID = FIXTURES / "eat" / "valid"


TOKENS = [f"eat/valid/{name}" for name in ("cwt", "mac", "untagged", "uccs", "bare", "submodules")]
TOKENS += [
    "arm-psa/valid/rfc9783-sign1",
    "arm-psa/valid/iot-1-mac0",
    "arm-cca/valid/platform-2024",
    "arm-cca/valid/2023-399",
]


@pytest.mark.parametrize("name", TOKENS)
def test_no_part_of_a_token_in_cbor_is_decoded_twice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: Counter[bytes] = Counter()
    decode = cbor._decode

    def counting(item: bytes) -> Any:
        decoded[item] += 1
        return decode(item)

    monkeypatch.setattr(cbor, "_decode", counting)
    data = (FIXTURES / f"{name}.bin").read_bytes()
    evidence.parse(data)
    assert decoded
    again = {item.hex() for item, count in decoded.items() if count > data.count(item) and len(item) > 8}
    assert again == set()


# a claims set in the open is searched for evidence as well, text by text: it has no place here
@pytest.mark.parametrize("name", ["jwt", "jwt-mac", "jwt-white-space"])
def test_no_part_of_a_token_in_json_is_decoded_twice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: Counter[str] = Counter()
    loads = json.loads

    def counting(text: Any, **hooks: Any) -> Any:
        decoded[text if isinstance(text, str) else text.decode()] += 1
        return loads(text, **hooks)

    monkeypatch.setattr(json, "loads", counting)
    evidence.parse((VALID / f"{name}.bin").read_bytes())
    assert decoded
    assert {text for text, count in decoded.items() if count > 1 and len(text) > 32} == set()


IN_JSON = [*VALID.glob("*json.bin"), *VALID.glob("jwt*.bin"), VALID / "claims-set.bin"]
IN_JSON += sorted(CORPUS.glob("wrappers/**/*.json")) if CORPUS else []


@pytest.mark.parametrize("path", IN_JSON, ids=lambda path: path.name)
def test_values_in_json_are_shared_and_not_changed(path: Path) -> None:
    """Arrays and objects could be: nobody who is handed them does."""
    source = Input(data=path.read_bytes())
    for piece in convert_all(source):
        if isinstance(piece, evidence.Evidence):
            assert list(piece.sources())
    for decoded in (source.decoded, source.decoded._parts.get((jose, "payload"))):
        if decoded is not None and (value := decoded._parts.get((wire_json,))) is not None:
            assert value == Decoded(decoded.data).json()


def test_a_type_that_decodes_to_tell_shares_what_it_decoded() -> None:
    request: list[Decoded] = []

    def recognise(source: Decoded) -> Match | None:
        request.append(source)
        return Match("1")

    identify = decoding(recognise)
    source = Input(data=b"\1")
    kind = evidence.Registry.builtin()["eat"]
    assert identify(b"\1") == Match("1")
    (of_bytes,) = request
    assert of_bytes.data == b"\1"
    token = Input(data=(VALID / "jwt.bin").read_bytes())
    assert kind.match(token) == kind.identify(token.data)
    assert token.decoded._parts
    assert token.with_options(kind.make_options(None)).decoded is token.decoded
    assert source.decoded is source.decoded


def test_a_type_that_decodes_is_asked_about_what_begins_as_its_evidence_does() -> None:
    request: list[Decoded] = []

    def recognise(source: Decoded) -> Match | None:
        request.append(source)
        return Match("1")

    identify = decoding(recognise, frozenset(b"\1\2"))
    kind = replace(evidence.Registry.builtin()["eat"], identify=identify, catch_all=False)
    registry = evidence.Registry._of([kind])
    for data, matches in ((b"\1", 1), (b"\2\3", 1), (b"\3\1", 0), (b"", 0)):
        assert (identify(data) is not None) is (kind.match(Input(data=data)) is not None) is bool(matches)
        source = Input(data=data)
        assert len(registry.recognise(source).matches) == matches
        assert ("decoded" in source.__dict__) is bool(matches)
    assert {decoded.data for decoded in request} == {b"\1", b"\2\3"}
    assert identify != decoding(recognise)


def test_what_no_type_must_decode_to_know_it_is_not_decoded() -> None:
    """A report is told by its bytes: no decoder is even loaded for it."""
    source = Input(data=(FIXTURES / "amd-sev-snp/valid/v3-milan.bin").read_bytes())
    evidence.Registry.builtin().recognise(source)
    assert "decoded" not in source.__dict__


def test_what_is_wrong_is_said_to_each_who_asks() -> None:
    decoded = Decoded(b"\x83\1")
    for what in ("one", "other"):
        with pytest.raises(Truncated) as caught:
            decoded.cbor(what=what)
        assert caught.value.what == what
    with pytest.raises(BadEncoding):
        decoded.json()
    with pytest.raises(EvidenceError):
        decoded.cose()
    with pytest.raises(EvidenceError):
        decoded.payload()
    assert not decoded._parts


def test_only_some_parts_are_kept() -> None:
    decoded = Decoded(bytes(64))
    for start in range(60):
        assert decoded.cbor(start, start + 1) == 0
    assert len(decoded._parts) == PARTS
    assert decoded.cbor(60, 61) == 0


def test_an_input_is_copied_without_what_it_decodes_to() -> None:
    source = Input(data=(VALID / "cwt.bin").read_bytes())
    assert BUILTIN.recognise(source).matches
    source.decoded.cbor()
    again = copy.deepcopy(source)
    assert again == source
    assert not again.decoded._parts
