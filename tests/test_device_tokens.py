"""Device tokens and DICE chains, with the facts of public samples where those are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence import EvidenceError, NotVerified, parse
from evidence.files import shared
from evidence.types._eat import device
from evidence.verify import Trust, verify
from tests.conftest import CORPUS
from tests.generate import dice
from tests.test_verify import AT

TOKENS = CORPUS / "device" / "tokens" if CORPUS else None
DATS = ("dat", "dat-601", "dat-sign1", "dat-veraison")
CHAINS = ("dice-android", "dice-android14-quirks", "dice-one", "neg_dice-order")


@cache
def facts() -> Mapping[str, Any]:
    assert CORPUS is not None
    content: Mapping[str, Any] = json.loads((CORPUS / "device" / "facts.json").read_text())
    return content


def sample(name: str) -> bytes:
    assert TOKENS is not None
    return (TOKENS / f"{name}.cbor").read_bytes()


def devices(name: str) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Each device of a token: its label, its facts, its environment."""
    stated = facts().get(f"tokens/{name}.cbor", {})
    same = stated if "submods" in stated else facts()["tokens/dat.cbor"]
    claims = parse(sample(name)).claims
    for label, of in same["submods"].items():
        (environment,) = (one for one in claims.environments if one.label == label)
        yield label, of, environment


@pytest.mark.parametrize("name", DATS if TOKENS else [])
def test_every_device_of_a_token_says_what_its_facts_do(name: str) -> None:
    for _, of, environment in devices(name):
        assert environment.role == "device"
        assert environment.profile == of["profile"]
        read = {one.index: one for one in environment.measurements}
        assert {str(index) for index in read} == set(of.get("measurements", {}))
        for index, stated in of.get("measurements", {}).items():
            one = read[int(index)]
            value = stated.get("digest") or stated["raw"]
            assert (one.digests[0].digest if one.digests else one.value).hex() == value


@pytest.mark.parametrize("name", DATS if TOKENS else [])
def test_certificates_lie_by_slot(name: str) -> None:
    document = parse(sample(name)).claims
    for _, of, environment in devices(name):
        here = [one for one in document.certificates if one.environment == environment.id]
        stated = [one["sha256"] for chain in of.get("certificates", {}).values() for one in chain]
        assert sorted(one.sha256.hex() for one in here if "/slot-" in one.source) == sorted(stated)


@pytest.mark.parametrize("name", ["dat", "dat-601", "dat-sign1"] if TOKENS else [])
def test_a_devices_signature_has_its_own_message_and_nonce_and_verifies(name: str) -> None:
    data = sample(name)
    piece = parse(data)
    bindings = {one.name: one for one in piece.claims.bindings}
    for label, of, _ in devices(name):
        if (stated := of.get("challenge")) is None:
            continue
        (signed,) = (one for one in piece.signed() if label in one.name.replace("~1", "/"))
        assert bindings[f"{signed.name}/requester_nonce"].value.hex() == stated["requester_nonce"]
        assert signed.by == f"slot-{stated['slot']}"
    report = verify(piece, trust=Trust().with_anchors(*_roots(data)), at=AT)
    checks = {check.name: check.status for check in report.checks if "submods" in check.name}
    assert checks
    assert set(checks.values()) == {"passed"}


def _roots(data: bytes) -> Iterator[bytes]:
    """The root of each slot's chain: trusted here, so that all else must hold."""
    value = cbor2.loads(data)
    value = value.value if isinstance(value, cbor2.CBORTag) else value
    value = value if isinstance(value, Mapping) else cbor2.loads(value[2])
    for claims in value[266].values():
        for chain in claims.get(3803, {}).values():
            size = 4 + int.from_bytes(chain[2:4], "big")
            yield x509.load_der_x509_certificate(chain[:size]).public_bytes(Encoding.DER)


@pytest.mark.parametrize("name", CHAINS if TOKENS else [])
def test_every_layer_of_a_chain_says_what_its_facts_do(name: str) -> None:
    claims = parse(sample(name)).claims
    layers = facts()[f"tokens/{name}.cbor"]["layers"]
    assert [one.id for one in claims.environments] == [f"dice-{number}" for number in range(len(layers))]
    for number, (stated, layer) in enumerate(zip(layers, claims.environments, strict=True)):
        assert layer.role == "firmware-layer"
        assert layer.measurements[0].digests[0].digest.hex() == stated["code_hash"]
        assert layer.debug == {1: "disabled", 2: "enabled"}[stated["mode"]]
        assert layer.profile == stated["profile"]
        fits = {one.name: one.status for one in claims.consistency}
        assert (fits[f"dice-{number}/configuration-binding"] == "matches") is stated["config_hash_fits"]
        if number:
            assert (fits[f"dice-{number}/issuer-binding"] == "matches") is stated["follows"]


def valid(kind: str, name: str) -> bytes:
    return (shared("fixtures") / kind / "valid" / f"{name}.bin").read_bytes()


def devices_of_ours() -> dict[Any, Any]:
    value: dict[Any, Any] = cbor2.loads(valid("eat", "devices"))
    return value


def whole(claims: Mapping[Any, Any], **changes: Any) -> bytes:
    """The first device of our token, alone, with other claims."""
    first = dict(next(iter(claims[266].values()))) | {int(name[1:]): value for name, value in changes.items()}
    return cbor2.dumps({10: claims[10], 266: {"spdm:A:B:1": first}})


@pytest.mark.parametrize("number", range(12))
def test_a_number_never_names_a_hash(number: int) -> None:
    value = {1: {1: 0, 2: [number, bytes(48)]}}
    first = {265: "tag:linaro.org,2025:device-spdm#1.0.0", 3802: value}
    claims = parse(cbor2.dumps({10: bytes(8), 266: {"spdm:A:B:1": first}})).claims
    (one,) = claims.by_role("device")[0].measurements
    assert one.digests[0].alg == "unknown"
    assert one.alg_candidates == ("sha-384", "sha3-384")


def test_without_its_profile_a_claim_of_a_device_is_unknown() -> None:
    claims = parse(whole(devices_of_ours(), x265="tag:example.org,2026:other")).claims
    assert not claims.by_role("device")
    assert any(one.label == "3802" for environment in claims.environments for one in environment.unknown)


def test_a_signature_for_another_purpose_is_no_evidence() -> None:
    ours = devices_of_ours()
    signature = dict(next(iter(ours[266].values()))[3807])
    signature[4] = b"dmtf-spdm-v1.2.*" * 4 + b"requester-challenge_auth signing".rjust(36, b"\0")
    with pytest.raises(EvidenceError) as caught:
        parse(whole(ours, x3807=signature))
    assert caught.value.code == "constraint-violation"


def test_another_nonce_beside_an_old_transcript_is_told() -> None:
    ours = devices_of_ours()
    signature = dict(next(iter(ours[266].values()))[3807]) | {2: b"\x77" * 32}
    claims = parse(whole(ours, x3807=signature)).claims
    told = {one.name.rpartition("/")[2]: one.status for one in claims.consistency if "challenge" in one.name}
    assert told["requester_nonce-binding"] == "differs"
    assert "binding-differs" in {one.code for one in claims.notes}


def test_a_negotiation_that_is_none_names_nothing() -> None:
    for content in (b"", b"\x10", bytes(1000), b"\x10\x84\0\0" * 300):
        assert device.negotiated(content) is None


def test_a_chain_that_begins_with_another_key_is_refused() -> None:
    """The signature is good, and the key that the chain names is not the one that made it."""
    value = cbor2.loads(dice.ANDROID)
    value[0] = cbor2.loads(dice.cose_key(dice.THIRD))
    trust = Trust().with_keys(uds=dice.cose_key(dice.UDS))
    checks = {one.name: one.reason for one in verify(parse(cbor2.dumps(value)), trust=trust, at=AT).checks}
    assert checks["dice-0"] == "refused-key"


# RATSD's record

RECORD = cbor2.loads((Path(str(shared("fixtures"))) / "eat" / "valid" / "ratsd-record.bin").read_bytes())


@pytest.mark.parametrize(
    ("member", "value", "code", "path"),
    [
        ("dev-name", b"0000:01:00.0", "carrier-error", "dev-name"),
        ("nonce", "00" * 32, "carrier-error", "nonce"),
        ("generation", True, "carrier-error", "generation"),
        ("format", 10, "carrier-error", "format"),
        ("evidence", "text", "carrier-error", "evidence"),
        ("evidence", b"", "carrier-error", "evidence"),
        ("nonce", b"", "carrier-error", "nonce"),
        ("nonce", bytes(65), "limit-exceeded", ""),
        ("dev-name", "x" * 5000, "limit-exceeded", ""),
        ("more", 1, "unknown-format", ""),
    ],
)
def test_a_record_has_its_five_members_and_no_other(member: str, value: Any, code: str, path: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        parse(cbor2.dumps({**RECORD, member: value}))
    assert (raised.value.code, getattr(raised.value, "path", "") or "") == (code, path)


def test_the_nonce_of_a_record_is_no_challenge() -> None:
    """It is what the collector says: whoever asks for it does not get it confirmed."""
    piece = parse(cbor2.dumps(RECORD))
    (binding,) = piece.claims.bindings
    assert (binding.role, binding.origin, bytes(binding.value)) == ("context", "carrier", RECORD["nonce"])
    assert piece.claims.evidence.protection == "none"
    report = verify(piece, trust=Trust.shipped(), at=AT, nonce=RECORD["nonce"])
    with pytest.raises(NotVerified):
        report.require()
    assert [check.status for check in report.checks if "nonce" in check.id] != ["passed"]


def test_a_record_in_a_record_says_its_own_nonce() -> None:
    inner = cbor2.dumps({**RECORD, "nonce": b"\1" * 32})
    outer = {**RECORD, "format": "application/vnd.veraison.device-evidence+cbor", "evidence": inner}
    (binding,) = parse(cbor2.dumps(outer)).claims.bindings
    assert bytes(binding.value) == b"\1" * 32
