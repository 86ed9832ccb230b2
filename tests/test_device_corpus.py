"""Device evidence as Linux hands it out, against what an independent reader says of the samples."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from evidence.claims import Claims, Environment
from evidence.convert import Evidence, Failure, parse_all
from evidence.encode.json import to_json
from evidence.filesystem import load_all
from evidence.verify import Trust, verify
from tests.conftest import CORPUS

FOLDER: Final = CORPUS / "device" if CORPUS else Path()
FACTS: Final[dict[str, dict[str, Any]]] = json.loads((FOLDER / "facts.json").read_bytes()) if CORPUS else {}
DUMPS: Final = ("kernel/", "producers/", "negative/")
SPDM, TDISP = "dmtf-spdm", "pci-tdisp"
FORMS: Final = ("nl", "ynl.json")
NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)
HASHES: Final = {f"sha{size}": f"sha-{size}" for size in ("256", "384", "512")}


def named(*members: str, under: tuple[str, ...] = DUMPS) -> list[str]:
    """The samples below some folders whose facts have all of these members."""
    return [name for name, facts in FACTS.items() if name.startswith(under) and facts.keys() >= {*members}]


def read(name: str, **beside: str) -> tuple[Evidence | Failure, ...]:
    """What a sample holds, with other samples attached."""
    attachments = {kind.replace("_", "-"): (FOLDER / file).read_bytes() for kind, file in beside.items()}
    forced = TDISP if name.startswith("tdisp/") and name.count(".") == 1 else None
    return load_all(FOLDER / name, type=forced, attachments=attachments)


def pieces(name: str, **beside: str) -> dict[str, Evidence]:
    """The pieces of a sample, by their types; none of them fails."""
    every = [piece for piece in read(name, **beside) if isinstance(piece, Evidence)]
    assert len(every) == len(read(name, **beside)), read(name, **beside)
    return {piece.type.name: piece for piece in every}


def device(claims: Claims) -> Environment:
    (environment,) = claims.by_role("device")
    return environment


def check_message(piece: Evidence, facts: dict[str, Any]) -> None:
    (signature,) = piece.signed()
    message = piece.message(signature)
    assert sha256(message).hexdigest() == facts["message_sha256"]
    assert len(message) == facts.get("message_size", len(message))
    assert sha256(signature.value).hexdigest() == facts["signature_sha256"]
    assert signature.alg == facts["signature_scheme"]
    assert signature.hash == HASHES[facts["base_hash"]]


def check_spdm(piece: Evidence, facts: dict[str, Any]) -> None:
    """Every fact about measurements is what the claims say."""
    claims = piece.claims
    blocks = [
        {
            "index": one.index,
            "raw": one.form == "raw",
            "value": (one.value if one.form == "raw" else one.digests[0].digest or b"").hex(),  # type: ignore[union-attr]
        }
        for one in device(claims).measurements
    ]
    assert blocks == [{name: block[name] for name in ("index", "raw", "value")} for block in facts["blocks"]]
    values = {one.name: one.int if one.text is None else one.text for one in device(claims).values}
    nonces = {one.role: one.value.hex() for one in claims.bindings}
    nonce = facts.get("nonce", facts.get("requester_nonce"))
    if nonce is not None:
        assert nonces["challenge"] == nonce
    else:
        assert "challenge" not in nonces
    if facts.get("responder_nonce") is not None:
        assert nonces["responder-nonce"] == facts["responder_nonce"]
    if "slot" in facts and facts["version"] != "1.0":
        assert values["slot_id"] == facts["slot"]
    if "version" in facts:
        assert claims.evidence.version == facts["version"]
    if facts.get("content_changed") is not None:
        changed = ("not-detected", "changed", "unchanged")[facts["content_changed"]]
        assert values["content_changed"] == changed
    assert claims.evidence.trailing == facts.get("behind", 0)


def check_chain(claims: Claims, facts: dict[str, Any]) -> None:
    """The certificates are those of one of the chains, from the root on."""
    own = [{"sha256": one.sha256.hex(), "spki_sha256": one.spki_sha256.hex()} for one in claims.certificates]
    chains = [
        [{name: one[name] for name in ("sha256", "spki_sha256")} for one in chain["chain"]]
        for chain in facts["certificates"].values()
    ]
    assert own in chains


def check_root(piece: Evidence, facts: dict[str, Any]) -> None:
    """The hash of the root is the one that the chain states, and matches; DER without a header states none."""
    stated = {chain["root_hash"] or "" for chain in facts["certificates"].values()}
    assert piece.native.chain.root_hash.hex() in stated
    statuses = [fact.status for fact in piece.claims.consistency if fact.name == "root_hash-binding"]
    negotiated = piece.claims.evidence.variant != "record"
    assert statuses == ([] if stated == {""} else ["matches" if negotiated else "not-computable"])


def check_report(piece: Evidence, facts: dict[str, Any]) -> None:
    """Every fact about an interface is what the claims say."""
    interface = device(piece.claims)
    values = {
        one.name: one.int if one.bytes is None else int.from_bytes(one.bytes, "little")
        for one in interface.values
    }
    bits = {one.name: int.from_bytes(one.raw, "little") for one in interface.attributes}
    assert bits["interface_info"] == facts["interface_info"]
    for name in ("msi_x_message_control", "lnr_control", "tph_control"):
        assert values[name] == facts[name]
    for number, one in enumerate(facts["ranges"]):
        assert values[f"mmio-{number}-first-page"] == one["first_page"]
        assert values[f"mmio-{number}-pages"] == one["pages"]
        assert values[f"mmio-{number}-range-id"] == one["range_id"]
        assert bits[f"mmio-{number}-attributes"] == one["attributes"]
    assert len(bits) == 1 + len(facts["ranges"])
    assert values.get("reserved_2", 0) == facts["reserved"]
    assert values.get("function_id") == facts.get("function_id")
    info = next((one.bytes for one in interface.values if one.name == "device_info"), b"") or b""
    assert info.hex() == facts["device_info"]
    if piece.claims.evidence.variant == "report":
        assert piece.claims.evidence.sha256.hex() == facts["sha256"]


@pytest.mark.parametrize("name", [name for name in named("spdm") if "message_sha256" in FACTS[name]["spdm"]])
def test_the_signed_message_is_the_one_that_was_signed(name: str) -> None:
    check_message(pieces(name)[SPDM], FACTS[name]["spdm"])


@pytest.mark.parametrize("name", named("spdm"))
def test_the_claims_of_a_device_are_what_another_reader_says(name: str) -> None:
    piece = pieces(name)[SPDM]
    check_spdm(piece, FACTS[name]["spdm"])
    if not name.endswith("slot-missing.nl"):
        check_chain(piece.claims, FACTS[name])
        check_root(piece, FACTS[name])


@pytest.mark.parametrize("name", named("spdm", "report") + named("interface", "report"))
def test_the_report_of_an_interface_is_a_piece_of_its_own(name: str) -> None:
    piece = pieces(name)[TDISP]
    check_report(piece, FACTS[name]["report"])
    assert piece.claims.evidence.protection == "none"
    assert piece.claims.evidence.identified_by == "carrier"


@pytest.mark.parametrize("name", named("size", under=("tdisp/",)))
def test_a_report_is_what_another_reader_says(name: str) -> None:
    check_report(pieces(name)[TDISP], FACTS[name])


@pytest.mark.parametrize("name", named("response", under=("sig/", "negative/sig")))
def test_an_event_is_its_transcript(name: str) -> None:
    facts, piece = FACTS[name], pieces(name)[SPDM]
    check_message(piece, facts)
    check_spdm(piece, {"blocks": [], "nonce": facts["requester_nonce"], **facts})
    assert piece.claims.evidence.sha256.hex() == facts["sha256"]
    told = [note.detail for note in piece.claims.notes if note.code == "carrier-differs"]
    assert told == [f"the transcript has another {one}" for one in facts["contradicts"]]


@pytest.mark.parametrize("number", FACTS["sig/device.d"] if CORPUS else [])
def test_signatures_of_a_device_take_the_certificates_of_their_slot(number: str) -> None:
    every = [piece for piece in read("sig/device.d") if isinstance(piece, Evidence)]
    piece = {one.at: one for one in every}[number]
    (signature,) = piece.signed()
    assert sha256(piece.message(signature)).hexdigest() == FACTS["sig/device.d"][number]["message_sha256"]
    assert {fact.status for fact in piece.claims.consistency} == {"matches"}


def content(piece: Evidence) -> dict[str, Any]:
    """A document without what a carrier says."""
    document: dict[str, Any] = msgspec.json.decode(to_json(piece.claims))
    document["evidence"].pop("carriers")
    return document


@pytest.mark.parametrize(
    "name", [name.removesuffix(".d") for name in FACTS if name.startswith("kernel/") and name.endswith(".d")]
)
@pytest.mark.parametrize("form", FORMS)
def test_a_device_says_the_same_in_all_forms(name: str, form: str) -> None:
    assert {kind: content(piece) for kind, piece in pieces(f"{name}.d").items()} == {
        kind: content(piece) for kind, piece in pieces(f"{name}.{form}").items()
    }


@pytest.mark.parametrize(
    "name",
    [
        "producers/pci-tsm.nl",
        "producers/pci-tsm.ynl.json",
        "producers/words.ynl.json",
        "producers/vca-inside-measurements.nl",
        "negative/no-done.nl",
    ]
    if CORPUS
    else [],
)
def test_older_families_and_other_writers_say_the_same(name: str) -> None:
    """But for the note that nothing ended a dump."""
    want, got = pieces("kernel/spdm12-p384.nl"), pieces(name)
    assert want.keys() == got.keys()
    for kind, piece in want.items():
        document = content(got[kind])
        notes = [note for note in document.pop("notes", []) if note["code"] != "dump-unfinished"]
        document |= {"notes": notes} if notes else {}
        assert document == content(piece)


def roots(name: str) -> list[bytes]:
    """The root of each chain of a device, by a walk of our own over DER."""
    piece = pieces(name)[SPDM]
    return [piece.certificate(one.source) for one in piece.claims.certificates if one.subject == one.issuer]


def verified(name: str, anchors: str, **beside: str) -> str | None:
    """The reason why the signature of a device's measurements does not verify."""
    piece = pieces(name, **beside)[SPDM]
    report = verify(piece, trust=Trust().with_anchors(*roots(anchors)), at=NOW)
    (signature,) = piece.signed()
    return report.check(f"signature:{signature.name}").reason


@pytest.mark.parametrize(
    "name", [name for name in named("spdm") if FACTS[name]["spdm"].get("valid_by_its_slot")]
)
def test_the_signature_of_a_device_verifies_by_the_leaf_of_its_slot(name: str) -> None:
    assert verified(name, name) is None


@pytest.mark.parametrize(
    "name", ["negative/measurement-flipped.nl", "negative/other-vca.nl"] if CORPUS else []
)
def test_a_changed_device_does_not_verify(name: str) -> None:
    assert verified(name, name) == "bad-signature"


@pytest.mark.parametrize("name", named("response", under=("sig/", "negative/sig")))
def test_the_signature_of_an_event_verifies_by_its_own_certificates(name: str) -> None:
    if FACTS[name].get("signature_valid_by_slot"):
        assert verified(name, name) is None


@pytest.mark.parametrize("name", ["producers/response-only.nl"] if CORPUS else [])
def test_a_response_verifies_with_the_request_of_whoever_sent_it(name: str) -> None:
    piece = pieces(name)[SPDM]
    (signature,) = piece.signed()
    assert signature.missing == ("request",)
    with pytest.raises(LookupError, match="request"):
        piece.message(signature)
    whole = pieces(name, request="producers/request.bin")[SPDM]
    check_message(whole, FACTS[name]["with_request"])
    check_spdm(whole, FACTS[name]["with_request"])
    assert verified(name, name, request="producers/request.bin") is None


@pytest.mark.parametrize("name", ["negative/slot-missing.nl"] if CORPUS else [])
def test_the_certificates_of_another_slot_are_not_taken(name: str) -> None:
    claims = pieces(name)[SPDM].claims
    assert claims.certificates == ()
    assert device(claims).missing == ("certificates",)
    assert "slot-object" in {note.code for note in claims.notes}


@pytest.mark.parametrize(
    ("digests", "statuses"),
    [
        ("producers/cca-rmm-2026.digests.nl", ["matches", "matches", "matches", "matches"]),
        ("negative/digest-differs.nl", ["matches", "matches", "matches", "differs"]),
    ]
    if CORPUS
    else [],
)
def test_the_digests_of_a_tsm_are_compared_with_the_objects(digests: str, statuses: list[str]) -> None:
    every = pieces("producers/cca-rmm-2026.nl", tsm_digests=digests)
    facts = [*every[SPDM].claims.consistency, *every[TDISP].claims.consistency]
    assert [fact.name for fact in facts] == [
        f"{name}-binding" for name in ("cert0", "vca", "measurements", "report")
    ]
    assert [fact.status for fact in facts] == statuses
    assert {fact.alg for fact in facts} == {"sha-512"}
    (refused,) = read(digests)
    assert isinstance(refused, Failure)
    assert refused.error.code == "not-evidence"


@pytest.mark.parametrize("name", named("error", under=("negative/", "tdisp/")))
def test_what_is_broken_is_refused(name: str) -> None:
    every = read(name)
    assert every
    assert all(isinstance(piece, Failure) for piece in every)


WORDS: Final = (0, 1, 3, 0xFFFF, 0xFFFFFFFF)


def lengths(data: bytes, numbers: tuple[int, ...]) -> list[tuple[int, int]]:
    """The offset and size (bytes) of every length of a dump, by a walk of our own; `numbers` are attributes that are one."""
    places, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        places.append((at, 4))
        here = at + 20
        while here < at + size:
            length = int.from_bytes(data[here : here + 2], "little")
            places.append((here, 2))
            if int.from_bytes(data[here + 2 : here + 4], "little") in numbers:
                places.append((here + 4, 4))
            here += (length + 3) & ~3
        at += (size + 3) & ~3
    return places


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("kernel/spdm13-p256-slot1.nl", (7, 9)),
        ("producers/pci-tsm.nl", ()),
        ("sig/spdm13-p256-slot1.fragments.nl", (5, 6, 7)),
    ]
    if CORPUS
    else [],
)
def test_a_length_that_lies_is_refused_or_changes_nothing(name: str, numbers: tuple[int, ...]) -> None:
    data = (FOLDER / name).read_bytes()
    want = [to_json(piece.claims) for piece in pieces(name).values()]
    for at, size in lengths(data, numbers):
        for word in WORDS:
            changed = bytearray(data)
            changed[at : at + size] = (word & (1 << 8 * size) - 1).to_bytes(size, "little")
            every = [piece for piece in parse_all(bytes(changed)) if isinstance(piece, Evidence)]
            for document in [to_json(piece.claims) for piece in every]:
                assert document in want or b"carrier-differs" in document
