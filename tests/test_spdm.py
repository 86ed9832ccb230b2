"""SPDM without a corpus: carriers made here, what signatures are over, and the algorithm tables."""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence import fixtures
from evidence.convert import Evidence, Failure
from evidence.encode.json import from_json, to_json
from evidence.errors import CarrierError, LimitExceeded
from evidence.privacy import withhold
from evidence.types.spdm import TYPE
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import BASE_ASYM, BASE_HASH, MEASUREMENT_HASH, PQC_ASYM, selected
from tests.generate import spdm as s

assert TYPE.fixtures is not None
VALID: Final = {loaded.name: loaded for loaded in fixtures.valid(TYPE.fixtures)}
CONVERSATION: Final = VALID["v13-conversation"].data
GPU: Final = VALID["v11-nvidia-gpu"]


def read(name: str) -> Evidence:
    loaded = VALID[name]
    return evidence.parse(loaded.data, options=loaded.fixture.options or None, attachments=loaded.attachments)


def messages() -> list[bytes]:
    return [CONVERSATION[m.start : m.end] for m in evidence.parse(CONVERSATION).native.messages]


# Captures


def mctp(message: bytes) -> list[bytes]:
    return [bytes((1, 8, 9, 0xC8, 5)) + message]


def mctp_in_packets(message: bytes) -> list[bytes]:
    """Packets of 64 bytes; only the first one has the type of the message."""
    whole = b"\5" + message
    parts = [whole[at : at + 64] for at in range(0, len(whole), 64)]
    last = len(parts) - 1
    return [
        bytes((1, 8, 9, 0x80 * (number == 0) | 0x40 * (number == last) | (number & 3) << 4)) + part
        for number, part in enumerate(parts)
    ]


def doe(message: bytes) -> list[bytes]:
    padded = message + bytes(-len(message) % 4)
    return [struct.pack("<HBBI", 1, 1, 0, 2 + len(padded) // 4) + padded]


def pcap(link: int, frames: Iterable[bytes], order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for frame in frames:
        out += struct.pack(order + "IIII", 0, 0, len(frame), len(frame)) + frame
    return out


def capture(link: int, wrap: Callable[[bytes], list[bytes]], sent: Iterable[bytes]) -> bytes:
    return pcap(link, [frame for message in sent for frame in wrap(message)])


def chunks(version: int, message: bytes, size: int = 200) -> list[bytes]:
    """ERROR LargeResponse, then CHUNK_GET and CHUNK_RESPONSE for each part."""
    out = [bytes((version, 0x7F, 0x0F, 0, 1))]
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        out.append(bytes((version, 0x86, 0, 1)) + s.le(number, 2))
        large = s.le(len(message), 4) if number == 0 else b""
        head = bytes((version, 0x06, last, 1)) + s.le(number, 2) + bytes(2) + s.le(len(part), 4)
        out.append(head + large + part)
    return out


def chunked() -> list[bytes]:
    out = []
    for message in messages():
        out += chunks(0x13, message) if message[1] in {0x60, 0x02} else [message]
    return out


def sent_in_chunks() -> list[bytes]:
    """Requests in chunks too: the acknowledgement of the last one holds the response."""
    out: list[bytes] = []
    for message in messages():
        if message[1] == 0xE0:
            for number, part in enumerate((message[:20], message[20:])):
                large = s.le(len(message), 4) if number == 0 else b""
                head = bytes((0x13, 0x85, number, 1)) + s.le(number, 2) + bytes(2) + s.le(len(part), 4)
                out.append(head + large + part)
                if number == 0:
                    out.append(bytes((0x13, 0x05, 0, 1)) + s.le(0, 2))
        elif message[1] == 0x60:
            out.append(bytes((0x13, 0x05, 0, 1)) + s.le(1, 2) + message)
        else:
            out.append(message)
    return out


def with_errors() -> list[bytes]:
    """A busy responder, one that is not ready yet, and messages that evidence is not made of."""
    out = [bytes((0x10, 0x84, 0, 0)), bytes((0x10, 0x7F, 0x03, 0))]
    for message in messages():
        out.append(message)
        if message[1] == 0xE0:
            out += [bytes((0x13, 0x7F, 0x42, 0, 1, 0xE0, 1, 1)), bytes((0x13, 0xFF, 0xE0, 1))]
        if message[1] == 0x60:
            out += [bytes((0x13, 0xFE, 0, 0)) + bytes(8), bytes((0x13, 0x7E, 0, 0)) + bytes(8)]
    return out


@pytest.mark.parametrize(
    ("link", "wrap", "sent"),
    [
        (291, mctp, messages),
        (291, mctp_in_packets, messages),
        (292, doe, messages),
        (291, mctp, chunked),
        (292, doe, chunked),
        (291, mctp, sent_in_chunks),
        (292, doe, with_errors),
    ],
)
def test_a_capture_gives_the_conversation(
    link: int, wrap: Callable[[bytes], list[bytes]], sent: Callable[[], list[bytes]]
) -> None:
    found = evidence.parse(capture(link, wrap, sent()))
    assert found.data == CONVERSATION
    assert found.claims.evidence.bytes == "reassembled"
    assert found.claims.evidence.carriers[0].name == "pcap"
    assert found.claims.environments == evidence.parse(CONVERSATION).claims.environments


@pytest.mark.parametrize(("order", "magic"), [(">", 0xA1B2C3D4), ("<", 0xA1B23C4D), (">", 0xA1B23C4D)])
def test_captures_in_either_order_and_with_nanoseconds(order: str, magic: int) -> None:
    frames = [frame for message in messages() for frame in mctp(message)]
    assert evidence.parse(pcap(291, frames, order, magic)).data == CONVERSATION


def test_two_conversations_are_two_pieces() -> None:
    found = evidence.parse_all(capture(291, mctp, messages() + messages()))
    assert [item.at for item in found] == ["0", "1"]
    assert all(isinstance(item, Evidence) for item in found)


def refused(data: bytes) -> Failure:
    (found,) = evidence.parse_all(data)
    assert isinstance(found, Failure)
    return found


def test_captures_that_are_broken() -> None:
    whole = capture(291, mctp, messages())
    assert isinstance(refused(whole[:-1]).error, CarrierError)
    assert isinstance(refused(whole[:30]).error, CarrierError)
    assert isinstance(refused(capture(1, mctp, messages())).error, CarrierError)
    assert isinstance(refused(pcap(291, [])).error, CarrierError)
    lied = struct.pack("<HBBI", 1, 1, 0, 99) + bytes(8)
    assert isinstance(refused(pcap(292, [lied])).error, CarrierError)


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[:3] + parts[5:],  # a chunk is missing
        lambda parts: [*parts[:-1], parts[-1][:8] + s.le(9999, 4) + parts[-1][12:]],
        lambda parts: [*parts[:-1], parts[-1][:-1]],
        lambda parts: [*parts[:2], parts[2][:12] + s.le(5, 4) + parts[2][16:], *parts[3:]],
        lambda parts: [*parts[:2], parts[2][:10]],
    ],
)
def test_chunks_that_do_not_fit(change: Callable[[list[bytes]], list[bytes]]) -> None:
    sent = messages()
    pair = next(number for number, message in enumerate(sent) if message[1] == 0x60)
    broken = sent[:pair] + change(chunks(0x13, sent[pair]))
    assert isinstance(refused(capture(291, mctp, broken)).error, CarrierError)


def test_chunks_within_chunks_have_an_end() -> None:
    acknowledged = bytes((0x12, layout.CHUNK_SEND_ACK, 0, 0, 0, 0)) * 2000 + messages()[0]
    whole = messages()[0]
    for _ in range(600):
        size = s.le(len(whole), 4)
        whole = bytes((0x12, layout.CHUNK_RESPONSE, 1, 0)) + bytes(4) + size + size + whole
    for nested in (acknowledged, whole):
        (found,) = evidence.parse_all(capture(291, mctp, [nested]))
        assert isinstance(found, Failure)
        assert "a chunk within a chunk" in str(found.error)


def test_a_conversation_that_ends_in_an_error_is_no_evidence() -> None:
    sent = [*messages()[:6], bytes((0x13, 0xE0, 0, 0xFF)) + bytes(8), bytes((0x13, 0x7F, 0x05, 0))]
    assert refused(capture(291, mctp, sent)).error.code == "not-evidence"


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
    for asked, status in ((nonce, "differs"), (report[4:36], "matches")):
        device = {"arch": "HOPPER", "evidence": b64encode(report).decode(), "nonce": asked.hex()}
        (fact,) = evidence.parse(json.dumps([device]).encode()).claims.consistency
        assert (fact.name, fact.status) == ("requester_nonce-binding", status)


@pytest.mark.parametrize("member", ["device_evidence_list", "evidence_list", "evidences"])
def test_a_bundle_within_an_object(member: str) -> None:
    (found,) = evidence.parse_all(json.dumps({member: [device()]}).encode())
    assert isinstance(found, Evidence)
    assert found.claims.evidence.carriers[0].facts[0].text == "HOPPER"


def test_a_request_to_the_verifier_says_once_what_holds_for_every_device() -> None:
    item, nonces = device(), {"nonce": s.NONCE.hex(), "arch": "HOPPER"}
    pair = {name: item[name] for name in ("evidence", "certificate")}
    first, second = evidence.parse_all(json.dumps(nonces | {"evidence_list": [pair, pair]}).encode())
    for found in (first, second, evidence.parse(json.dumps(nonces | pair).encode())):
        assert isinstance(found, Evidence)
        assert found.claims.evidence.carriers[0].facts[0].text == "HOPPER"
        assert found.claims.consistency[-1].name == "requester_nonce-binding"
        assert found.claims.consistency[-1].status == "matches"
    other = json.dumps({**nonces, **pair, "nonce": "00" * 32}).encode()
    assert evidence.parse(other).claims.consistency[-1].status == "differs"


def test_a_device_that_its_carrier_names() -> None:
    found = evidence.parse(json.dumps([device(uuid="GPU-1234")]).encode())
    uuid = found.claims.environment("device").identifier("uuid")
    assert (uuid.text, uuid.origin, uuid.linkable) == ("GPU-1234", "carrier", True)
    assert b"GPU-1234" not in to_json(withhold(found.claims))


def test_redfish() -> None:
    body = {
        "SignedMeasurements": b64encode(VALID["v12-general-opaque"].data).decode(),
        "Version": "1.2.0",
        "HashingAlgorithm": "TPM_ALG_SHA_384",
    }
    found = evidence.parse(json.dumps(body).encode())
    assert found.data == VALID["v12-general-opaque"].data
    assert [fact.name for fact in found.claims.evidence.carriers[0].facts] == ["Version", "HashingAlgorithm"]


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
    found = read(name)
    assert found.signed()
    for signature in found.signed():
        covered = b"".join(found.data[start:end] for start, end in signature.covers)
        message = signature.message or covered
        r, ss = (int.from_bytes(part, "big") for part in (signature.value[:48], signature.value[48:]))
        der = encode_dss_signature(r, ss)
        s.KEY.public_key().verify(der, message, ec.ECDSA(hashes.SHA384()))
        with pytest.raises(InvalidSignature):
            s.KEY.public_key().verify(der, message + b"\0", ec.ECDSA(hashes.SHA384()))


@pytest.mark.parametrize("name", ["v12-response-signed", "v12-challenge"])
def test_a_message_that_cannot_be_made_is_none_and_said(name: str) -> None:
    found = read(name)
    assert all(signature.message is None for signature in found.signed())
    assert "transcript-incomplete" in {note.code for note in found.claims.notes}


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
    found = evidence.parse(before + pair + between + last)
    start = len(before + pair + between)
    assert found.claims.signatures[0].covers == ((0, len(before)), (start, start + len(last) - 96))
    assert found.claims.evidence.protection == "partly-signed"


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
    (apart,) = (note for note in claims.notes if note.code == "signed-apart")
    listed = [int(part, 16) for part in apart.detail.rpartition("index ")[2].split(", ")]
    blocks = evidence.parse(old).native.exchanges[0].blocks
    stale = {block.index for block in blocks} - {1}
    assert stale
    assert listed == sorted(stale)
    assert "signed-apart" not in {note.code for note in read("v12-several-pairs").claims.notes}


def test_of_several_challenges_the_hashes_of_the_last_one_count() -> None:
    before = s.vca(0x12)
    asked = s.challenge(0x12, summary=0)
    hashes_ = [s.digest(name) for name in ("one", "two", "three")]
    sent = b"".join(asked + s.challenge_auth(0x12, digest, b"") + b"\1" * 96 for digest in hashes_)
    last = s.signed(0x12, before, s.get_measurements(0x12), s.measurements(0x12, [s.block(1, 1, hashes_[0])]))
    for data in (before + sent, before + sent + last, before + last + sent):
        found = evidence.parse(data)
        assert from_json(to_json(found.claims)) == found.claims
        values = {binding.name: binding.value for binding in found.claims.bindings}
        assert values["certificate_chain_hash"] == hashes_[2]
        assert values["challenge_2_certificate_chain_hash"] == hashes_[1]
        for name, value in values.items():
            assert found.bytes_of(found.where(f"/bindings/{name}")) == value
        (identifier,) = found.claims.environment("device").identifiers
        assert identifier.value == hashes_[2]


# Sizes


def test_a_size_is_taken_from_what_is_left_only_if_one_fits() -> None:
    exchange = VALID["v10-exchange"].data
    for size in (64, 96, 114, 132, 256, 384, 512, 2420, 49856):
        found = evidence.parse(exchange[:-96] + b"\1" * size)
        assert len(found.native.exchanges[0].signature) == size
        assert found.claims.signatures[0].alg is None
    for size in (0, 1, 63, 100, 511, 50000):
        assert refused(exchange[:-96] + b"\1" * size).error.code == "missing-field"


def test_several_signed_pairs_without_the_negotiation() -> None:
    exchange = VALID["v10-exchange"].data
    found = evidence.parse(exchange * 3)
    assert [len(one.signature) for one in found.native.exchanges] == [96] * 3


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
