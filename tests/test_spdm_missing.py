"""What SPDM evidence says of parts that are not at hand: certificates of the device, and parts of what is signed."""

from __future__ import annotations

from hashlib import sha384
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.convert import Evidence
from evidence.errors import MissingField
from tests.builtin import Case, every_case
from tests.generate import spdm as s

ROOT: Final = s.certificate("Root", "Root", 1, authority=True)
DEBUGGED: Final = {"2.23.133.5.4.1": s.tcb_info((7, bytes.fromhex("0010000000")))}
"""DiceTcbInfo whose flag says that debug is enabled."""
QUIET: Final = {
    "2.23.133.5.4.1": s.tcb_info((7, bytes.fromhex("0000000000")), (10, bytes.fromhex("0010000000")))
}
"""DiceTcbInfo that asserts that debug is not enabled."""
ALIAS: Final = s.certificate("Alias", "Root", 2, DEBUGGED, authority=True)
LEAF: Final = s.certificate("Leaf", "Alias", 3)
CHAIN: Final = [ROOT, ALIAS, LEAF]
OTHER: Final = [ROOT, s.certificate("Other leaf", "Root", 4)]
QUIET_ALIAS: Final = s.certificate("Alias", "Root", 5, QUIET, authority=True)
MODE: Final = s.block(0xFE, 0x85, s.device_mode((0x3F, 0x04), (0x1F, 0x00)))
VERSIONS: Final = (0x10, 0x11, 0x12, 0x13, 0x14)
CHALLENGED: Final = b"responder-challenge_auth signing"


def digests(version: int, chain: bytes) -> bytes:
    return bytes((version, 0x81, 0, 0)) + bytes((version, 0x01, 0, 1)) + sha384(chain).digest()


def certificates(version: int, chain: bytes, slot: int = 0, step: int = 400) -> list[bytes]:
    """Each portion of a chain, with its request."""
    out = []
    for start in range(0, len(chain), step):
        part = chain[start : start + step]
        left = len(chain) - start - len(part)
        request = bytes((version, 0x82, slot, 0)) + s.le(start, 2) + s.le(step, 2)
        out.append(request + bytes((version, 0x02, slot, 0)) + s.le(len(part), 2) + s.le(left, 2) + part)
    return out


def challenge(version: int, before: bytes, chain: bytes, slot: int = 0) -> tuple[bytes, bytes]:
    """The request, and its answer, which is signed over what was sent before."""
    request = s.challenge(version, slot=slot)
    answer = s.challenge_auth(version, sha384(chain).digest(), s.digest("summary"), slot=slot % 15)
    answer = answer[:2] + bytes((slot,)) + answer[3:]
    return request, answer + s.signature(version, before + request + answer, CHALLENGED)


def measured(version: int, slot: int = 0, blocks: list[bytes] | None = None) -> tuple[bytes, bytes, bytes]:
    """The negotiation, a request, and its signed answer."""
    before, request = s.vca(version), s.get_measurements(version, slot=slot)
    answer = s.measurements(version, blocks or [MODE], param2=slot)
    covered = before + request + answer if version >= 0x12 else request + answer
    return before, request, answer + s.signature(version, covered)


def word(data: bytes, **how: Any) -> tuple[str, tuple[str, ...]]:
    """The word of the chain of the device, and what the device misses."""
    claims = evidence.parse(data, **how).claims
    device = claims.environment("device")
    noted = [note.path for note in claims.notes if note.code == "certificates-missing"]
    assert ("/environments/device" in noted) == bool(device.missing)
    assert claims.target.environment == "device"
    assert claims.target.debug == claims.debug_chain("device")
    assert device.debug == "disabled-since-boot"
    return claims.debug_chain("device"), device.missing


# Certificates of the device

ABSENT: Final = ("not-reported", ("certificates",))
CONVERSATION: Final = b"".join(measured(0x12))


def attached(*chain: bytes) -> dict[str, Any]:
    return {"attachments": {"certificates": b"".join(chain)}}


def test_a_device_without_its_chain_says_nothing_better_than_with_it() -> None:
    assert word(CONVERSATION, **attached(*CHAIN)) == ("enabled", ())
    assert word(CONVERSATION) == ABSENT
    assert word(CONVERSATION, **attached(ROOT, QUIET_ALIAS, LEAF)) == ("disabled", ())
    assert word(CONVERSATION, **attached(*OTHER)) == ("disabled-since-boot", ())


@pytest.mark.parametrize("form", ["der", "pem", "structure"])
@pytest.mark.parametrize("kept", [k for n in range(1, 3) for k in combinations(range(3), n)])
def test_a_part_of_a_chain_is_not_the_chain(form: str, kept: tuple[int, ...]) -> None:
    left = [CHAIN[number] for number in kept]
    content = {"der": b"".join, "pem": s.pem, "structure": s.chain}[form](left)
    expected = ("enabled", ("certificates",)) if 1 in kept else ABSENT
    assert word(CONVERSATION, attachments={"certificates": content}) == expected


def test_a_layer_below_what_is_cut_off_depends_on_it() -> None:
    below = s.certificate("Layer", "Alias", 6, QUIET, authority=True)
    leaf = s.certificate("Leaf", "Layer", 7)
    whole = evidence.parse(CONVERSATION, **attached(ROOT, ALIAS, below, leaf)).claims
    assert [whole.debug_chain(f"dice-{number}") for number in (0, 1)] == ["enabled", "enabled"]
    for cut in ([below, leaf], [ROOT, below, leaf]):
        claims = evidence.parse(CONVERSATION, **attached(*cut)).claims
        assert claims.environment("dice-0").debug == "disabled"
        assert claims.debug_chain("dice-0") == claims.debug_chain("device") == "not-reported"
    above = evidence.parse(CONVERSATION, **attached(ROOT, QUIET_ALIAS)).claims
    assert (above.debug_chain("dice-0"), above.debug_chain("device")) == ("disabled", "not-reported")


def test_certificates_beside_a_chain_leave_open_which_one_is_the_devices() -> None:
    assert word(CONVERSATION, **attached(*OTHER, LEAF)) == ABSENT


def test_a_leaf_whose_constraints_cannot_be_read_may_be_an_authority() -> None:
    for value, is_leaf in (
        ("3000", True),
        ("3003010100", True),
        ("30030101ff", False),
        ("30060101ff020100", False),
        ("30", False),
        ("300000", False),
        ("", False),
        ("0500", False),
    ):
        leaf = s.certificate("Leaf", "Root", 8, {"2.5.29.19": bytes.fromhex(value)})
        assert (word(CONVERSATION, **attached(ROOT, leaf)) != ABSENT) == is_leaf, value


@pytest.mark.parametrize("version", VERSIONS)
def test_a_fetch_that_is_cut_anywhere_gives_no_chain(version: int) -> None:
    before, request, answer = measured(version)
    chain = s.chain(CHAIN)
    portions = certificates(version, chain)
    assert len(portions) > 2
    assert word(before + b"".join(portions) + request + answer) == ("enabled", ())
    for number in range(len(portions)):
        rest = portions[:number] + portions[number + 1 :]
        assert word(before + b"".join(rest) + request + answer) == ABSENT
    assert word(before + digests(version, chain) + request + answer) == ABSENT  # a digest alone
    again = b"".join(portions) + portions[0]
    assert word(before + again + request + answer) == ("enabled", ("certificates",))


@pytest.mark.parametrize("slot", [0, 1])
def test_the_chain_of_another_slot_is_not_the_devices(slot: int) -> None:
    before, request, answer = measured(0x12, slot)
    for fetched in (0, 1):
        data = before + b"".join(certificates(0x12, s.chain(OTHER), fetched)) + request + answer
        assert word(data) == (("disabled-since-boot", ()) if fetched == slot else ABSENT)


def test_the_slot_that_signs_measurements_counts_and_not_that_of_a_later_challenge() -> None:
    before, request, answer = measured(0x12, 0)
    both = b"".join(certificates(0x12, s.chain(CHAIN), 0) + certificates(0x12, s.chain(OTHER), 1))
    last = b"".join(challenge(0x12, before, s.chain(OTHER), 1))
    data = before + both + request + answer + last
    assert word(data) == ("enabled", ())
    assert "certificate_chain_hash-binding" not in {
        one.name for one in evidence.parse(data).claims.consistency
    }
    # attached, and by the hash in the challenge that of the other slot
    assert word(before + request + answer + last, attachments={"certificates": s.chain(OTHER)}) == ABSENT


def test_a_challenge_of_the_slot_shows_which_chain_it_is() -> None:
    before, request, answer = measured(0x12)
    no_root = s.le(4 + 48 + len(ALIAS + LEAF), 4) + sha384(ROOT).digest() + ALIAS + LEAF
    data = before + b"".join(challenge(0x12, before, no_root)) + request + answer
    result = evidence.parse(data, attachments={"certificates": no_root}).claims
    facts = {one.name: one.status for one in result.consistency if "summary" not in one.name}
    # SPDM lets a chain begin below its root
    assert facts == {"certificate_chain_hash-binding": "matches", "root_hash-binding": "not-computable"}
    assert word(data, attachments={"certificates": no_root}) == ("enabled", ())
    for other in (s.chain(OTHER), s.chain([ROOT, QUIET_ALIAS, LEAF])):
        assert word(data, attachments={"certificates": other}) == ABSENT
        without = data.removeprefix(before)  # nothing says the hash now: it is still not theirs
        how: dict[str, Any] = {"options": {"signature_size": 96, "base_hash": "sha-384"}}
        assert word(without, attachments={"certificates": other}, **how) == ABSENT


def test_an_attached_chain_that_is_not_the_one_that_was_fetched() -> None:
    before, request, answer = measured(0x12)
    data = before + b"".join(certificates(0x12, s.chain(CHAIN))) + request + answer
    assert word(data, **attached(*OTHER)) == ABSENT
    assert word(data, **attached(*CHAIN)) == ("enabled", ())


def test_records_responses_and_reports_of_nvidia_have_no_chain_of_their_own() -> None:
    assert word(MODE, type="dmtf-spdm") == ABSENT
    assert word(MODE, type="dmtf-spdm", **attached(*CHAIN)) == ("enabled", ())
    response = s.measurements(0x12, [MODE])
    assert word(response) == ABSENT
    assert word(response, **attached(*OTHER)) == ("disabled-since-boot", ())
    for version in (0x11, 0x12):
        _, request, answer = measured(version)
        assert word(request + answer, options={"signature_size": 96}) == ABSENT
    opaque = s.nvidia(3, b"550.90.07\0") + s.nvidia(20, s.digest("firmware"))
    report = s.get_measurements(0x11) + s.measurements(0x11, [MODE], opaque) + b"\1" * 96
    assert word(report) == ABSENT
    assert word(report, **attached(*CHAIN)) == ("enabled", ())


def test_a_challenge_alone_has_no_chain_either() -> None:
    request, answer = challenge(0x12, b"", s.chain(CHAIN))
    claims = evidence.parse(request + answer).claims
    assert claims.environment("device").missing == ("certificates",)


def test_a_directory_of_signatures_with_and_without_its_chain(tmp_path: Path) -> None:
    for number in (0, 1):
        (tmp_path / f"{number}_transcript").write_bytes(CONVERSATION[:-96])
        (tmp_path / f"{number}_signature").write_bytes(CONVERSATION[-96:])
    (tmp_path / "1_certificate_chain").write_bytes(s.chain(CHAIN))
    words = []
    for piece in evidence.load_all(tmp_path):
        assert isinstance(piece, Evidence)
        words.append(piece.claims.target.debug)
    assert words == ["not-reported", "enabled"]


# What a signature is over


def verify(piece: Evidence, number: int = 0) -> None:
    signature = piece.signed()[number]
    r, ss = (int.from_bytes(part, "big") for part in (signature.value[:48], signature.value[48:]))
    s.KEY.public_key().verify(
        encode_dss_signature(r, ss), piece.message(signature), ec.ECDSA(hashes.SHA384())
    )


def lacking(piece: Evidence, *expected: str, number: int = 0) -> None:
    """Checks that exactly these parts are missing: then there is no message, a note, and only ranges that are there."""
    signature = piece.signed()[number]
    assert signature.missing == piece.claims.signatures[number].missing == expected
    assert signature.message is None
    with pytest.raises(LookupError, match=", ".join(expected)):
        piece.message(signature)
    (note,) = (one for one in piece.claims.notes if one.path == f"/signatures/{signature.name}")
    assert note.code == "transcript-incomplete"
    assert note.detail.endswith(": " + ", ".join(expected))
    assert all(end <= len(piece.data) - len(signature.value) for _, end in signature.covers)


SIZED: Final[dict[str, Any]] = {"options": {"signature_size": 96, "base_hash": "sha-384"}}


@pytest.mark.parametrize("version", VERSIONS)
def test_measurements_without_each_of_their_parts(version: int) -> None:
    before, request, answer = measured(version)
    beside: dict[str, Any] = {"attachments": {"transcript-prefix": before}}
    for data, how in ((before + request + answer, {}), (request + answer, beside)):
        verify(evidence.parse(data, **how))
    signed_along = version >= 0x12
    if signed_along:
        lacking(evidence.parse(request + answer), "negotiation")
        lacking(evidence.parse(answer, **SIZED), "request", "negotiation")
    else:
        verify(evidence.parse(request + answer))
        lacking(evidence.parse(answer, **SIZED), "request")
    lacking(evidence.parse(answer, **beside), "request")
    lacking(evidence.parse(before + answer), "request")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_challenge_without_each_of_its_parts(version: int) -> None:
    before, chain = s.vca(version), s.chain(CHAIN)
    digest_exchange, portions = digests(version, chain), certificates(version, chain)
    everything = before + digest_exchange + b"".join(portions)
    request, answer = challenge(version, everything, chain)
    verify(evidence.parse(everything + request + answer))
    lacking(evidence.parse(everything + answer), "request")
    lacking(evidence.parse(before + request + answer), "digests", "certificates")
    lacking(evidence.parse(before + digest_exchange + request + answer), "certificates")
    lacking(evidence.parse(before + b"".join(portions) + request + answer), "digests")
    for number in range(len(portions)):
        rest = b"".join(portions[:number] + portions[number + 1 :])
        lacking(evidence.parse(before + digest_exchange + rest + request + answer), "certificates")
    without_request = digest_exchange[4:] + b"".join(portions)
    lacking(evidence.parse(before + without_request + request + answer), "digests")
    without_request = digest_exchange + portions[0][8:] + b"".join(portions[1:])
    lacking(evidence.parse(before + without_request + request + answer), "certificates")
    lacking(evidence.parse(request + answer, **SIZED), "negotiation", "digests", "certificates")
    lacking(evidence.parse(answer, **SIZED), "request", "negotiation", "digests", "certificates")
    beside: dict[str, Any] = {"attachments": {"transcript-prefix": before}}
    lacking(evidence.parse(request + answer, **beside), "digests", "certificates")
    lacking(evidence.parse(answer, **beside), "request", "digests", "certificates")
    other = b"".join(certificates(version, chain, 1))
    lacking(evidence.parse(before + digest_exchange + other + request + answer), "certificates")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_requester_that_knew_the_chain_says_so(version: int) -> None:
    before, chain = s.vca(version), s.chain(CHAIN)
    sent = {
        "digests": b"".join(certificates(version, chain)),
        "certificates": digests(version, chain),
        "both": b"",
    }
    for cached, between in sent.items():
        request, answer = challenge(version, before + between, chain)
        data = before + between + request + answer
        assert evidence.parse(data).signed()[0].missing
        verify(evidence.parse(data, options={"cached": cached}))
    request, answer = challenge(version, before, chain)
    verify(
        evidence.parse(
            request + answer, attachments={"transcript-prefix": before}, options={"cached": "both"}
        )
    )
    lacking(evidence.parse(request + answer, options={**SIZED["options"], "cached": "both"}), "negotiation")


def test_a_request_for_the_size_of_a_chain_is_no_fetch() -> None:
    version, before, chain = 0x13, s.vca(0x13), s.chain(CHAIN)
    size = (
        bytes((version, 0x82, 0, 1))
        + bytes(4)
        + bytes((version, 0x02, 0, 0))
        + bytes(2)
        + s.le(len(chain), 2)
    )
    between = digests(version, chain) + size + b"".join(certificates(version, chain))
    request, answer = challenge(version, before + between, chain)
    verify(evidence.parse(before + between + request + answer))


def test_a_provisioned_key_has_no_chain_to_fetch() -> None:
    before = s.vca(0x12)
    request, answer = challenge(0x12, before, b"", 15)
    verify(evidence.parse(before + request + answer))


def test_no_message_where_its_hash_is_not_known() -> None:
    """Nothing is missing, and still the covered ranges alone are not what was signed."""
    before = s.vca(0x14, base_hash=1 << 9)
    data = before + s.get_measurements(0x14) + s.measurements(0x14, [MODE]) + b"\1" * 96
    evidence_piece = evidence.parse(data)
    (signature,) = evidence_piece.signed()
    assert (signature.missing, signature.message, signature.hash) == ((), None, None)
    with pytest.raises(LookupError):
        evidence_piece.message(signature)


def test_a_request_without_its_response_is_no_conversation() -> None:
    before, request, answer = measured(0x12)
    lone = s.get_measurements(0x12, 1, signed=False)
    for data in (before + lone + request + answer, lone + request + answer):
        with pytest.raises(MissingField) as raised:
            evidence.parse(data)
        assert raised.value.offset == data.index(request)
        assert raised.value.name == "the response to GET_MEASUREMENTS, MEASUREMENTS"


# Rules of the document


@every_case
def test_no_identifier_of_a_class_is_linkable_and_no_note_stands_twice(case: Case) -> None:
    claims = case.read().claims
    assert len(set(claims.notes)) == len(claims.notes)
    for environment in claims.environments:
        assert not any(entry.linkable and entry.scope == "class" for entry in environment.identifiers)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("Vendor=1b36:Device=0010:CC=010802:REV=02:SSVID=1af4:SSID=1100", "class"),
        ("Vendor=1b36:Device=0010:SN=0123456789abcdef", "device"),
        ("something else", "device"),
    ],
)
def test_a_pci_name_is_of_a_class_unless_it_says_more(text: str, scope: str) -> None:
    leaf = s.certificate("Leaf", "Root", 9, san=s.device_info("ACME:WIDGET:1", text))
    claims = evidence.parse(CONVERSATION, **attached(ROOT, leaf)).claims
    name = claims.environment("device").identifier("pci_device")
    assert (name.text, name.scope, name.linkable) == (text, scope, scope == "device")


@pytest.mark.parametrize("size", [0, 8, 20, 31, 32, 48, 64, 65])
@pytest.mark.parametrize("kind", [0x00, 0x01, 0x05, 0x06, 0x07, 0x08, 0x0A, 0x0B])
@pytest.mark.parametrize("by", [None, "sha-384"])
def test_a_digest_fits_its_hash_or_says_that_it_does_not(kind: int, size: int, by: str | None) -> None:
    """Also where its type must be raw."""
    record = s.block(1, 0x01, s.digest("firmware")) + s.block(2, kind, bytes(range(size)))
    options = {"measurement_hash": by} if by else None
    claims = evidence.parse(record, type="dmtf-spdm", options=options).claims
    noted = {note.path for note in claims.notes if note.code == "digest-length"}
    for place, entry in enumerate(claims.environment("device").measurements):
        for digest in entry.digests:
            output = f"/environments/device/measurements/{place}" in noted
            if digest.alg == "unknown":
                assert entry.alg_candidates or digest.raw or output
            else:
                assert output == (len(digest.digest) != 48)
