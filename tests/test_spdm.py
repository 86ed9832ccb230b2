"""SPDM without a corpus: carriers made here, what signatures are over, and the algorithm tables."""

from __future__ import annotations

import json
import re
from base64 import b64encode, encodebytes, urlsafe_b64encode
from pathlib import Path
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.authoring import fixtures
from evidence.convert import Evidence, Failure
from evidence.encode.json import from_json, to_json
from evidence.errors import CarrierError, LimitExceeded, MissingField, Truncated
from evidence.privacy import withhold
from evidence.types.spdm import TYPE
from evidence.wire.spdm.algorithms import BASE_ASYM, BASE_HASH, MEASUREMENT_HASH, PQC_ASYM, selected
from tests.builtin import CASES
from tests.generate import spdm as s

assert TYPE.fixtures is not None
VALID: Final = {loaded.name: loaded for loaded in fixtures.valid(TYPE.fixtures)}
CONVERSATION: Final = VALID["v13-conversation"].data
GPU: Final = VALID["v11-nvidia-gpu"]


def read(name: str) -> Evidence:
    loaded = VALID[name]
    return evidence.parse(loaded.data, options=loaded.fixture.options or None, attachments=loaded.attachments)


def refused(data: bytes) -> Failure:
    (piece,) = evidence.parse_all(data)
    assert isinstance(piece, Failure)
    return piece


# JSON


def device(**changes: str) -> dict[str, str]:
    item = {
        "arch": "HOPPER",
        "certificate": b64encode(GPU.attachments["certificates"]).decode(),
        "evidence": b64encode(GPU.data).decode(),
        "nonce": s.NONCE.hex(),
    }
    return item | changes


def test_a_bundle_gives_every_device_and_one_bad_one_does_not_lose_the_rest() -> None:
    bundle = [device(), device(evidence="not base64!"), device(nonce="00" * 32)]
    first, second, third = evidence.parse_all(json.dumps(bundle).encode())
    assert isinstance(first, Evidence)
    assert isinstance(third, Evidence)
    assert isinstance(second, Failure)
    assert isinstance(second.error, CarrierError)
    assert second.error.path == "1/evidence"
    assert first.at == "0"
    assert len(first.claims.certificates) == 3
    assert [c.status for c in first.claims.consistency] == ["matches", "matches"]
    assert third.claims.consistency[-1].status == "differs"


@pytest.mark.parametrize("nonce", [b"", b"\xaa", b"\xaa" + bytes(30), b"\xaa" + bytes(32)])
def test_a_nonce_of_the_carrier_is_whole(nonce: bytes) -> None:
    report = GPU.data[:4] + b"\xaa" + bytes(31) + GPU.data[36:]
    for question, status in ((nonce, "differs"), (report[4:36], "matches")):
        device = {"arch": "HOPPER", "evidence": b64encode(report).decode(), "nonce": question.hex()}
        (fact,) = evidence.parse(json.dumps([device]).encode()).claims.consistency
        assert (fact.name, fact.status) == ("requester_nonce-binding", status)


@pytest.mark.parametrize("member", ["device_evidence_list", "evidence_list", "evidences"])
def test_a_bundle_within_an_object(member: str) -> None:
    (piece,) = evidence.parse_all(json.dumps({member: [device()]}).encode())
    assert isinstance(piece, Evidence)
    assert piece.claims.evidence.carriers[0].facts[0].text == "HOPPER"


def test_a_request_to_nvidias_service() -> None:
    """Its nonce and its architecture are those of every device; one device may stand alone."""
    item = {name: device()[name] for name in ("certificate", "evidence")}
    request = {"nonce": s.NONCE.hex(), "arch": "HOPPER", "claims_version": "3.0", "evidence_list": [item] * 2}
    pieces = evidence.parse_all(json.dumps(request).encode())
    assert [one.at for one in pieces] == ["0", "1"]
    for one in (*pieces, evidence.parse(json.dumps(device()).encode())):
        assert isinstance(one, Evidence)
        facts = {fact.name: fact.status for fact in one.claims.consistency}
        assert facts == {"fwid-certified": "matches", "requester_nonce-binding": "matches"}
        assert one.claims.evidence.carriers[0].facts[0].text == "HOPPER"
    other = request | {"nonce": "00" * 32, "evidence_list": [item, item | {"nonce": f"0x{s.NONCE.hex()}"}]}
    statuses = [
        one.claims.consistency[-1].status
        for one in evidence.parse_all(json.dumps(other).encode())
        if isinstance(one, Evidence)
    ]
    assert statuses == ["differs", "matches"]


def record(media_type: str, content: bytes) -> list[str]:
    return [media_type, urlsafe_b64encode(content).decode().rstrip("=")]


def test_collections_of_nvidia_hold_a_device_with_what_belongs_to_it() -> None:
    item = {
        "__cmwc_t": "tag:nvidia.com,2026:evidence-item/v1",
        "evidence": record("application/vnd.nvidia.spdm-measurement-transcript", GPU.data),
        "certificate": record("application/vnd.nvidia.pem-cert-chain", GPU.attachments["certificates"]),
        "hints": record("application/json", b"{}"),
    }
    nonce = record("application/octet-stream", s.NONCE)
    other = record("application/octet-stream", bytes(32))
    whole = {
        "__cmwc_t": "tag:nvidia.com,2026:verifier-input/profiles/base/pre-1.0.0",
        "gpu_0": item,
        "gpu_1": item | {"nonce": nonce},
        "gpu_2": item | {"nonce": other},
        "nonce": nonce,
    }
    pieces = evidence.parse_all(json.dumps(whole).encode())
    assert [one.at for one in pieces] == [f"gpu_{number}/evidence" for number in range(3)]
    statuses = []
    for one in pieces:
        assert isinstance(one, Evidence)
        assert one.data == GPU.data
        assert len(one.claims.certificates) == 3
        statuses.append([fact.status for fact in one.claims.consistency])
    assert statuses == [["matches"] * 2, ["matches"] * 2, ["matches", "differs"]]
    broken = item | {"certificate": ["application/vnd.nvidia.pem-cert-chain", "not base64!"]}
    assert isinstance(refused(json.dumps(broken).encode()).error, CarrierError)


@pytest.mark.parametrize(
    "change",
    [
        {"certificate": GPU.attachments["certificates"].decode()},
        {"certificate": encodebytes(GPU.attachments["certificates"]).decode()},
        {"evidence": encodebytes(GPU.data).decode()},
        {"evidence": GPU.data.hex()},
        {"evidence": f"{GPU.data.hex()}\r\n"},
    ],
)
def test_the_members_of_a_device_in_the_forms_that_tools_write(change: dict[str, str]) -> None:
    piece = evidence.parse(json.dumps([device(**change)]).encode())
    assert piece.data == GPU.data
    assert len(piece.claims.certificates) == 3


def test_a_device_that_its_carrier_names() -> None:
    piece = evidence.parse(json.dumps([device(uuid="GPU-1234")]).encode())
    uuid = piece.claims.environment("device").identifier("uuid")
    assert (uuid.text, uuid.origin, uuid.linkable) == ("GPU-1234", "carrier", True)
    assert b"GPU-1234" not in to_json(withhold(piece.claims))


def test_redfish() -> None:
    body = {
        "SignedMeasurements": b64encode(VALID["v12-general-opaque"].data).decode(),
        "Version": "1.2.0",
        "HashingAlgorithm": "TPM_ALG_SHA_384",
    }
    piece = evidence.parse(json.dumps(body).encode())
    assert piece.data == VALID["v12-general-opaque"].data
    assert [fact.name for fact in piece.claims.evidence.carriers[0].facts] == ["Version", "HashingAlgorithm"]


def in_redfish(data: bytes, hash_: str, scheme: str) -> bytes:
    """As a service writes it: with links, and perhaps with line ends in its base64."""
    body = {
        "@odata.type": "#ComponentIntegrity.v1_2_0.SPDMGetSignedMeasurementsResponse",
        "Certificate": {"@odata.id": "/redfish/v1/Chassis/1/Certificates/1"},
        "HashingAlgorithm": hash_,
        "PublicKey": "-----BEGIN PUBLIC KEY-----",
        "SignedMeasurements": encodebytes(data).decode(),
        "SigningAlgorithm": scheme,
        "Version": "1.1.0",
    }
    return json.dumps(body, indent=2).encode()


ALGORITHMS: Final = {
    "TPM_ALG_RSASSA_2048": ("rsassa-2048", 256),
    "TPM_ALG_RSAPSS_3072": ("rsapss-3072", 384),
    "TPM_ALG_RSAPSS_4096": ("rsapss-4096", 512),
    "TPM_ALG_ECDSA_ECC_NIST_P256": ("ecdsa-p256", 64),
    "TPM_ALG_ECDSA_ECC_NIST_P384": ("ecdsa-p384", 96),
    "TPM_ALG_ECDSA_ECC_NIST_P521": ("ecdsa-p521", 132),
    "EdDSA ed25519": ("ed25519", 64),
    "EdDSA ed448": ("ed448", 114),
}


@pytest.mark.parametrize("word", ALGORITHMS)
def test_redfish_names_the_algorithms_of_an_exchange_without_negotiation(word: str) -> None:
    name, size = ALGORITHMS[word]
    exchange = VALID["v10-exchange"].data[:-96] + b"\1" * size
    piece = evidence.parse(in_redfish(exchange, "TPM_ALG_SHA3_512", word))
    (signature,) = piece.claims.signatures
    assert (signature.alg, signature.hash) == (name, "sha3-512")
    assert {digest.alg for m in piece.claims.environment("device").measurements for digest in m.digests} == {
        "unknown"  # Redfish names the base hash, not the measurement hash
    }
    known = evidence.parse(in_redfish(exchange, "SHA512", "of a kind to come")).claims.signatures[0]
    assert (known.alg, known.hash) == (None, None)


def test_what_redfish_names_otherwise_than_the_evidence_is_noted() -> None:
    data = VALID["v12-general-opaque"].data
    for hash_, scheme, count in (
        ("TPM_ALG_SHA_384", "TPM_ALG_ECDSA_ECC_NIST_P384", 0),
        ("TPM_ALG_SHA_256", "TPM_ALG_ECDSA_ECC_NIST_P384", 1),
        ("TPM_ALG_SHA_512", "TPM_ALG_RSASSA_2048", 2),
    ):
        claims = evidence.parse(in_redfish(data, hash_, scheme)).claims
        assert (claims.signatures[0].alg, claims.signatures[0].hash) == ("ecdsa-p384", "sha-384")
        assert [note.code for note in claims.notes].count("carrier-differs") == count


def test_a_report_of_nvidia_in_redfish_is_what_it_is() -> None:
    words = ("TPM_ALG_SHA_512", "TPM_ALG_ECDSA_ECC_NIST_P384")
    result = evidence.parse(in_redfish(GPU.data, *words)).claims
    assert (result.signatures[0].alg, result.signatures[0].hash) == ("ecdsa-p384", "sha-384")


# The Linux directory


def test_a_directory_of_signatures(tmp_path: Path) -> None:
    data = VALID["v12-general-opaque"].data
    for number in (0, 3):
        (tmp_path / f"{number}_transcript").write_bytes(data[:-96])
        (tmp_path / f"{number}_signature").write_bytes(data[-96:])
        (tmp_path / f"{number}_requester_nonce").write_bytes(s.NONCE if number else bytes(32))
        (tmp_path / f"{number}_type").write_text("responder-measurements signing")
    first, second = evidence.load_all(tmp_path)
    assert isinstance(first, Evidence)
    assert isinstance(second, Evidence)
    assert (first.at, second.at) == ("0", "3")
    assert first.data == second.data == data
    assert first.claims.evidence.bytes == "rebuilt"
    assert [c.status for c in (*first.claims.consistency, *second.claims.consistency)] == [
        "differs",
        "matches",
    ]
    assert "unstable" in first.claims.evidence.carriers[0].facts[0].text
    (tmp_path / "3_transcript").unlink()
    (failure,) = evidence.load_all(tmp_path)
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, CarrierError)


# Signatures


@pytest.mark.parametrize(
    "name",
    [
        "v10-exchange",
        "v11-exchange-options",
        "v11-nvidia-gpu",
        "v12-all-types",
        "v12-several-pairs",
        "v12-signed-twice",
        "v12-prefix-attached",
        "v13-conversation",
    ],
)
def test_what_is_covered_is_what_our_key_signed(name: str) -> None:
    result = read(name)
    assert result.signed()
    for signature in result.signed():
        covered = b"".join(result.data[start:end] for start, end in signature.covers)
        message = signature.message or covered
        r, ss = (int.from_bytes(part, "big") for part in (signature.value[:48], signature.value[48:]))
        der = encode_dss_signature(r, ss)
        s.KEY.public_key().verify(der, message, ec.ECDSA(hashes.SHA384()))
        with pytest.raises(InvalidSignature):
            s.KEY.public_key().verify(der, message + b"\0", ec.ECDSA(hashes.SHA384()))


@pytest.mark.parametrize("name", ["v12-response-signed", "v12-challenge"])
def test_a_message_that_cannot_be_made_is_none_and_said(name: str) -> None:
    result = read(name)
    assert all(signature.message is None for signature in result.signed())
    assert "transcript-incomplete" in {note.code for note in result.claims.notes}


def test_pairs_before_another_request_are_not_covered() -> None:
    """Any other request starts the signed transcript anew, as in libspdm."""
    version = 0x12
    before = s.vca(version)
    pair = s.get_measurements(version, 1, signed=False)
    pair += s.measurements(version, [s.block(1, 1, s.digest("one"))])
    between = bytes((version, 0x81, 0, 0)) + bytes((version, 0x01, 0, 1)) + s.digest("a chain")
    request, response = (
        s.get_measurements(version, 2),
        s.measurements(version, [s.block(2, 1, s.digest("two"))]),
    )
    last = s.signed(version, before, request, response)
    piece = evidence.parse(before + pair + between + last)
    start = len(before + pair + between)
    assert piece.claims.signatures[0].covers == ((0, len(before)), (start, start + len(last) - 96))
    assert piece.claims.evidence.protection == "partly-signed"


def test_an_old_signed_pair_before_a_new_one_is_no_answer_to_the_new_challenge() -> None:
    old = VALID["v10-exchange"].data
    request, response = (
        s.get_measurements(0x10, 1),
        s.measurements(0x10, [s.block(1, 1, s.digest("one"))]),
    )
    nonce = bytes(range(32))
    new = s.signed(0x10, b"", request[:4] + nonce + request[36:], response)
    claims = evidence.parse(old + new).claims
    (challenge,) = (binding for binding in claims.bindings if binding.role == "challenge")
    assert challenge.value == nonce
    assert evidence.parse(old).claims.evidence.protection == "signed"
    assert claims.evidence.protection == "partly-signed"
    (apart,) = (note for note in claims.notes if note.code == "signed-apart")
    listed = [int(part, 16) for part in apart.detail.rpartition("index ")[2].split(", ")]
    blocks = evidence.parse(old).native.exchanges[0].blocks
    stale = {block.index for block in blocks} - {1}
    assert stale
    assert listed == sorted(stale)
    assert "signed-apart" not in {note.code for note in read("v12-several-pairs").claims.notes}


def test_a_signed_count_is_signed() -> None:
    """It has no block, but its nonce and its number are claims."""
    before = s.vca(0x12)
    request, response = s.get_measurements(0x12, 0), s.measurements(0x12, [], param1=3)
    piece = evidence.parse(before + s.signed(0x12, before, request, response))
    assert piece.claims.evidence.protection == "signed"
    assert piece.claims.environment("device").value("number_of_indices").int == 3
    request = s.get_measurements(0x12, 0, signed=False)
    assert evidence.parse(before + request + response).claims.evidence.protection == "none"


def test_of_several_challenges_the_hashes_of_the_last_one_count() -> None:
    before = s.vca(0x12)
    question = s.challenge(0x12, summary=0)
    hashes_ = [s.digest(name) for name in ("one", "two", "three")]
    sent = b"".join(question + s.challenge_auth(0x12, digest, b"") + b"\1" * 96 for digest in hashes_)
    last = s.signed(0x12, before, s.get_measurements(0x12), s.measurements(0x12, [s.block(1, 1, hashes_[0])]))
    for data in (before + sent, before + sent + last, before + last + sent):
        piece = evidence.parse(data)
        assert from_json(to_json(piece.claims)) == piece.claims
        values = {binding.name: binding.value for binding in piece.claims.bindings}
        assert values["certificate_chain_hash"] == hashes_[2]
        assert values["challenge_2_certificate_chain_hash"] == hashes_[1]
        for name, value in values.items():
            assert piece.bytes_of(piece.where(f"/bindings/{name}")) == value
        identifiers = {entry.name: entry for entry in piece.claims.environment("device").identifiers}
        assert all(entry.linkable for entry in identifiers.values())
        for name in ("", "challenge_", "challenge_2_"):
            entry = identifiers.pop(f"{name}certificate_chain_hash")
            assert entry.value == values[f"{name}certificate_chain_hash"]
            assert (
                piece.bytes_of(piece.where(f"/environments/device/identifiers/{entry.name}")) == entry.value
            )
        assert not identifiers
        withheld = to_json(withhold(piece.claims))
        assert not any(digest.hex().encode() in withheld for digest in hashes_[1:])


def test_every_name_of_an_identifier_is_shown() -> None:
    """The schema has them in a pattern, because challenges are numbered: the gate cannot tell."""
    assert TYPE.schema is not None
    schema = json.loads(TYPE.schema.read_bytes())
    device = schema["$defs"]["device"]["properties"]
    pattern = device["identifiers"]["items"]["properties"]["name"]["pattern"]
    known = re.fullmatch(r"\^\(([a-z_|]*)\|\(challenge.*certificate_chain_hash\)\$", pattern)
    assert known
    conversations = [read(name) for name, loaded in VALID.items() if not loaded.fixture.force]
    visited = {entry.name for piece in conversations for entry in piece.claims.environments[0].identifiers}
    assert set(known[1].split("|")) - {"uuid"} <= visited  # a carrier alone says that
    assert {"certificate_chain_hash", "challenge_certificate_chain_hash"} <= visited
    assert all(re.fullmatch(pattern, name) for name in visited)


# Sizes


def test_a_size_is_taken_from_what_is_left_only_if_one_fits() -> None:
    exchange = VALID["v10-exchange"].data
    for size in (64, 96, 114, 132, 256, 384, 512, 2420, 49856):
        piece = evidence.parse(exchange[:-96] + b"\1" * size)
        assert len(piece.native.exchanges[0].signature) == size
        assert piece.claims.signatures[0].alg is None
    for size in (0, 1, 63, 100, 511, 50000):
        assert refused(exchange[:-96] + b"\1" * size).error.code == "missing-field"


def test_several_signed_pairs_without_the_negotiation() -> None:
    exchange = VALID["v10-exchange"].data
    piece = evidence.parse(exchange * 3)
    assert [len(one.signature) for one in piece.native.exchanges] == [96] * 3


def test_a_crowd_of_pairs_is_a_limit() -> None:
    pair = s.get_measurements(0x12, 0, signed=False) + s.measurements(0x12, [])
    assert len(evidence.parse(s.vca(0x12) + pair * 1024).native.exchanges) == 1024
    assert isinstance(refused(s.vca(0x12) + pair * 1025).error, LimitExceeded)
    digests = bytes((0x12, 0x81, 0, 0)) + bytes((0x12, 0x01, 0, 0))
    assert isinstance(refused(s.vca(0x12) + digests * 2100).error, LimitExceeded)


def test_the_measurement_hash_is_one_bit_off() -> None:
    for bit, known in BASE_HASH.items():
        assert selected(MEASUREMENT_HASH, 2 << bit) == known
    assert selected(MEASUREMENT_HASH, 1) is None
    assert selected(BASE_HASH, 3) is None


def test_signature_sizes() -> None:
    sizes = {scheme.name: scheme.size for scheme in (*BASE_ASYM.values(), *PQC_ASYM.values())}
    assert len(sizes) == 27
    assert sizes["ecdsa-p521"] == 132
    assert sizes["ml-dsa-87"] == 4627
    assert sizes["slh-dsa-shake-256f"] == 49856


# Opaque data of NVIDIA


def reported(opaque: bytes) -> Evidence:
    blocks = [s.block(1, 0x01, s.digest("firmware"))]
    response = s.measurements(0x11, blocks, opaque)
    return evidence.parse(s.signed(0x11, b"", s.get_measurements(0x11), response))


@pytest.mark.parametrize("header", [s.nvidia_header(3), s.nvidia_header(2, profile=1)])
def test_a_format_of_opaque_data_that_is_not_known_is_kept_whole(header: bytes) -> None:
    """Its elements may lie otherwise; whose report it is, and how that is signed, stays known."""
    opaque = header + s.nvidia_typed(3, 0x86, b"620.12\0")
    claims = reported(opaque).claims
    (kept,) = claims.environment("device").unknown
    assert (kept.label, kept.raw) == ("opaque_data", opaque)
    assert [note.code for note in claims.notes] == ["unknown-value", "certificates-missing"]
    assert claims.signatures[0].alg == "ecdsa-p384"


def test_a_header_of_opaque_data_without_elements() -> None:
    result = reported(s.nvidia_header(2, 0, 1))
    device = result.claims.environment("device")
    assert device.value("opaque_data_format").text == "2.0.1"
    assert not device.unknown
    assert result.bytes_of(result.where("/environments/device/values/opaque_data_format"))
    assert result.unsigned() == ("/environments/device/missing",)


@pytest.mark.parametrize(
    ("opaque", "offset"),
    [
        (s.nvidia_header(2)[:11], 0),
        (s.nvidia_header(2) + bytes(5), 12),
        (s.nvidia_header(2) + s.nvidia_typed(3, 0x86, b"620.12")[:-1], 18),
    ],
)
def test_opaque_data_that_is_cut(opaque: bytes, offset: int) -> None:
    with pytest.raises(Truncated) as raised:
        reported(opaque)
    assert raised.value.offset == 37 + 8 + 55 + 32 + 2 + offset


# What only the other half of an exchange says


@pytest.mark.parametrize("fill", [b"", bytes(3), bytes(64)])
def test_a_request_alone_says_that_its_response_is_missing(fill: bytes) -> None:
    measurements, challenge = s.get_measurements(0x12), s.challenge(0x12)
    for before in (b"", s.vca(0x12)):
        for request, name in ((measurements, "MEASUREMENTS"), (challenge, "CHALLENGE_AUTH")):
            error = refused(before + request + fill).error
            assert isinstance(error, MissingField)
            assert error.offset == len(before + request)
            assert error.name.endswith(name)


def test_the_number_of_indices_is_a_claim_only_where_it_was_asked_for() -> None:
    """DSP0274, MEASUREMENTS: Param1 is that where Param2 of the request was 0; without the request nobody knows."""
    visited = set()
    for name, loaded in VALID.items():
        if not loaded.fixture.force:
            values = {value.name: value.int for value in read(name).claims.environment("device").values}
            question = values.get("requested_index")
            visited.add(question if question is None else question == 0)
            assert ("number_of_indices" in values) == (question == 0), name
    assert visited == {None, True, False}


def test_a_chain_without_its_header_is_the_devices_if_its_hash_is() -> None:
    """Whoever takes the length and the root's hash off a chain hides nothing by that."""
    compared = []
    for case in CASES:
        content = case.loaded.attachments.get("certificates", b"")
        stated = [b for b in case.read().claims.bindings if b.name == "certificate_chain_hash"]
        is_structure = bool(content) and int.from_bytes(content[:4], "little") == len(content)
        if case.type.name == "dmtf-spdm" and stated and is_structure:
            bare = {**case.loaded.attachments, "certificates": content[4 + len(stated[0].value) :]}
            options = case.loaded.fixture.options or None
            result = evidence.parse(case.loaded.data, attachments=bare, options=options).claims
            missing = case.read().claims.environment("device").missing
            assert result.environment("device").missing == missing, case.name
            compared.append(missing)
    assert set(compared) == {(), ("certificates",)}
