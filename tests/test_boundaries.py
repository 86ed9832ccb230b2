"""Boundaries, and places of one value, that fixtures alone do not show: each of these let a change of the code pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

import evidence
from evidence.errors import ConstraintViolation, EvidenceError, Truncated
from evidence.types._psa.layout import LIFECYCLE
from evidence.types.spdm.blocks import read_blocks
from evidence.types.spdm.chain import _root_hash_size
from evidence.types.spdm.measurements import integer_of
from evidence.wire import messages, x509
from evidence.wire.claimset import ValueRefused
from tests.builtin import BY_NAME, Case, every_case

# measurement blocks of SPDM: index, specification, size; in a DMTF block a type and the size of the value
WHOLE = bytes.fromhex("01 01 0400 00 0100 aa")


def error(data: bytes) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        read_blocks(data, 0, len(data))
    return caught.value


def test_a_block_of_a_header_alone_is_too_small_and_not_cut_off() -> None:
    fault = error(WHOLE + bytes.fromhex("02 01 0000"))
    assert isinstance(fault, ConstraintViolation)
    assert (fault.what, fault.offset) == ("BlockHeader.measurement_size", len(WHOLE) + 2)
    assert isinstance(error(WHOLE + bytes.fromhex("02 01 00")), Truncated)


def test_a_dmtf_block_of_three_bytes_is_told_of_its_value() -> None:
    fault = error(WHOLE + bytes.fromhex("02 01 0300 00 0100"))
    assert isinstance(fault, ConstraintViolation)
    assert (fault.what, fault.allowed) == ("DmtfHeader.value_size", "0")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"", None),
        (b"\1", 1),
        ((2**53 - 1).to_bytes(8, "little"), 2**53 - 1),
        ((2**53).to_bytes(8, "little"), None),
        (bytes(8), 0),
        (bytes(9), None),
    ],
)
def test_an_integer_is_one_that_json_keeps(value: bytes, number: int | None) -> None:
    assert integer_of(value) == number


def test_the_size_of_a_root_hash_is_that_behind_which_a_certificate_begins() -> None:
    assert _root_hash_size(bytes(4) + bytes(48) + b"\x30\x82" + bytes(64), 0, None) == 48
    assert _root_hash_size(b"\xff" * 8 + bytes(4) + bytes(48) + b"\x30\x82" + bytes(64), 8, None) == 48
    assert _root_hash_size(bytes(200), 0, 32) == 32


@pytest.mark.parametrize("value", [0x0000, 0x00FF, 0x3000, 0x60FF])
def test_a_state_of_the_lifecycle(value: int) -> None:
    assert LIFECYCLE.check(value, "") == value


@pytest.mark.parametrize("value", [-1, 0x6100, 0xFFFF, 0x10000, 0x13000, True, "3000"])
def test_what_is_no_state_of_the_lifecycle(value: Any) -> None:
    with pytest.raises(ValueRefused):
        LIFECYCLE.check(value, "")


@every_case
def test_what_identifies_says_is_what_is_read(case: Case) -> None:
    """Where a type looks at the version at all before it reads: CCA and SPDM can only tell later."""
    piece = case.read()
    match = case.type.identify(piece.input.data)
    header = piece.claims.evidence
    if match is not None and header.identified_by == "content":
        assert match.variant in {None, header.variant}
        if case.type.name not in {"arm-cca", "dmtf-spdm"} and header.version != "unknown":
            assert match.version == header.version


@pytest.mark.parametrize("token", [["JWT"], ["JWT", "e30", "more"], "ab", [], 7])
def test_a_nested_token_in_json_is_a_pair(token: object) -> None:
    for claims in ({"submods": {"a": token}}, {"ueid": "AQ", "submods": {"a": token}}):
        with pytest.raises(EvidenceError):
            evidence.parse(json.dumps(claims).encode(), type="eat")


@pytest.mark.parametrize(
    ("fixture", "path", "field", "layer"),
    [
        (
            "claims-set",
            "/environments/root/manifests/manifest-1/format",
            "manifests/1/0",
            "evidence",
        ),
        (
            "claims-set",
            "/environments/root~1measurements~10~10/measurements/measurement",
            "measurements/0/1/0/0/0/1/0/1",
            "measurements/0/1",
        ),
        ("submodules-json", "/environments/root~1submods~1CBOR/profile", "submods/CBOR/265", "submods/CBOR"),
    ],
)
def test_the_field_and_the_layer_of_a_claim_go_by_their_paths(
    fixture: str, path: str, field: str, layer: str
) -> None:
    piece = BY_NAME[f"eat/{fixture}"].read()
    source = next(source for source in piece.sources() if path in source.claims)
    assert (source.field, source.layer) == (field, layer)


@pytest.mark.parametrize("label", [265, "eat_profile"])
def test_a_result_is_known_by_its_profile(label: int | str) -> None:
    claims = {label: "tag:github.com,2023:veraison/ear"}
    assert messages.result(claims) == "an EAR attestation result"
    assert messages.result({label: "tag:example.com,2023:device"}) is None


def test_a_certificate_in_pem_that_does_not_end_tells_what_it_needs() -> None:
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    data = b"xx" + begin + b"MIIB"
    with pytest.raises(Truncated) as caught:
        x509.read_all(data, "it")
    result = caught.value
    assert (result.offset, result.have, result.need) == (2, len(data) - 2, len(data) - 2 + len(end))
