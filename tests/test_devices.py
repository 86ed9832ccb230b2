"""Devices of our own in every form in which Linux hands them out: what they signed comes out, and verifies."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from evidence.claims import Claims
from evidence.convert import Evidence, Failure, parse_all
from evidence.encode.json import to_json
from evidence.errors import EvidenceError
from evidence.filesystem import load_all
from evidence.registry import Registry
from evidence.verify import Trust, verify
from tests.generate import spdm as s
from tests.generate.devices import ALGORITHMS, VERSIONS, Algorithm, Device, chain, device
from tests.generate.netlink import NAMES, Order, attribute, done, dump, message, tsm_dump
from tests.work import counted

NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)
SIZES: Final = ((3776, 7872), (512,), (1,), (333, 7, 64))
P384: Final = ALGORITHMS[1]
DEVICE: Final = device(0x12, P384)


def read(data: bytes, **attachments: bytes) -> dict[str, Evidence]:
    """The pieces of a dump, by their types."""
    beside = {kind.replace("_", "-"): content for kind, content in attachments.items()}
    every = parse_all(data, attachments=beside)
    assert all(isinstance(piece, Evidence) for piece in every), every
    return {piece.type.name: piece for piece in every if isinstance(piece, Evidence)}


def refused(data: bytes) -> EvidenceError:
    """Why there is nothing in a dump."""
    (failure,) = parse_all(data)
    assert isinstance(failure, Failure)
    return failure.error


def measured(data: bytes, **attachments: bytes) -> Evidence:
    return read(data, **attachments)["dmtf-spdm"]


def codes(claims: Claims) -> set[str]:
    return {note.code for note in claims.notes}


def check(piece: Evidence, made: Device) -> None:
    """What a device signed comes out of a piece, and verifies by its own root."""
    (signature,) = piece.signed()
    assert piece.message(signature) == made.message
    assert (signature.value, signature.alg) == (made.signature, made.algorithm.name)
    report = verify(piece, trust=Trust().with_anchors(made.root), at=NOW)
    assert report.check("signature:measurements").reason is None
    assert report.check("chain:certificate").reason is None


def ynl(objects: dict[str, bytes], *, size: int = 400, words: bool = False, older: bool = False) -> bytes:
    """A dump as pyynl prints it."""
    entries: list[dict[str, Any]] = []
    for name, value in objects.items():
        parts = [value[at : at + size].hex() for at in range(0, len(value), size)] or [""]
        head: dict[str, Any] = {"type": name if words else NAMES.index(name)}
        if not older:
            head |= {"generation": 7, "length": len(value)}
        for number, part in enumerate(parts):
            entries.append({**({} if number else head), "val": part if older else [part]})
    return json.dumps(entries, indent=1).encode()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda one: one.name)
def test_a_device_of_any_version_and_algorithm_verifies(version: int, algorithm: Algorithm) -> None:
    made = device(version, algorithm)
    check(measured(dump(made.objects)), made)


@pytest.mark.parametrize("slot", range(1, 8))
@pytest.mark.parametrize("version", VERSIONS[1:])
def test_the_slot_of_the_response_picks_the_chain(version: int, slot: int) -> None:
    made = device(version, P384, slot, others=(0, 7 - slot))
    piece = measured(dump(made.objects))
    check(piece, made)
    assert piece.claims.certificates[-1].subject == f"CN=Slot {slot}"


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("order", ["little", "big"])
def test_chunks_may_have_any_size_in_either_byte_order(sizes: tuple[int, ...], order: Order) -> None:
    data = dump(DEVICE.objects, sizes=sizes, order=order)
    assert [to_json(piece.claims) for piece in read(data).values()] == [
        to_json(piece.claims) for piece in read(dump(DEVICE.objects)).values()
    ]


def content(piece: Evidence) -> dict[str, Any]:
    """A document without what its carrier says."""
    document: dict[str, Any] = msgspec.json.decode(to_json(piece.claims))
    document["evidence"].pop("carriers")
    return document


@pytest.mark.parametrize(
    "data",
    [
        *(tsm_dump(DEVICE.objects, sizes=sizes) for sizes in SIZES),
        tsm_dump(DEVICE.objects, order="big"),
        *(
            ynl(DEVICE.objects, words=words, older=older)
            for words in (False, True)
            for older in (False, True)
        ),
        dump({name: DEVICE.objects[name] for name in reversed(DEVICE.objects)}),
        dump({**DEVICE.objects, "cert3": b""}),
        dump({**DEVICE.objects, "99": b"of a type to come"}),
    ],
)
def test_every_form_says_the_same(data: bytes) -> None:
    want = {kind: content(piece) for kind, piece in read(dump(DEVICE.objects)).items()}
    assert {kind: content(piece) for kind, piece in read(data).items()} == want


@pytest.mark.parametrize("write", [lambda value: b64encode(value).decode(), bytes.hex, list])
def test_an_object_of_objects_says_the_same(write: Callable[[bytes], object]) -> None:
    document = json.dumps({name: write(value) for name, value in DEVICE.objects.items()}).encode()
    (piece,) = read(document).values()
    assert content(piece) == content(measured(dump(DEVICE.objects)))


def test_a_folder_of_objects_says_the_same(tmp_path: Path) -> None:
    for name, value in DEVICE.objects.items():
        (tmp_path / name).write_bytes(value)
    (tmp_path / "notes.txt").write_text("of somebody")
    want = {kind: content(piece) for kind, piece in read(dump(DEVICE.objects)).items()}
    every = [piece for piece in load_all(tmp_path) if isinstance(piece, Evidence)]
    assert {piece.type.name: content(piece) for piece in every} == want


def test_a_folder_does_not_lead_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(DEVICE.objects["measurements"])
    (tmp_path / "measurements").symlink_to(tmp_path / "elsewhere")
    (failure,) = load_all(tmp_path)
    assert isinstance(failure, Failure)
    assert failure.error.code == "carrier-error"


@pytest.mark.parametrize("frame", [b"", b"\0" * 14, bytes(range(1, 31)), b"\x12\xe0\0\0behind"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_frame_of_a_transport_behind_a_response_is_noted(version: int, frame: bytes) -> None:
    made = device(version, P384)
    objects = {**made.objects, "measurements": made.objects["measurements"] + frame}
    piece = measured(dump(objects))
    check(piece, made)
    assert piece.claims.evidence.trailing == len(frame)
    assert codes(piece.claims) & {"trailing-bytes", "trailing-zeros"} or not frame


def test_more_than_a_frame_is_refused() -> None:
    objects = {**DEVICE.objects, "measurements": DEVICE.objects["measurements"] + bytes(range(1, 32))}
    every = parse_all(dump(objects))
    assert [piece.error.code for piece in every if isinstance(piece, Failure)] == ["trailing-bytes"]


def test_the_negotiation_may_lie_in_the_measurements() -> None:
    vca, measurements = DEVICE.objects["vca"], DEVICE.objects["measurements"]
    check(measured(dump({"cert0": DEVICE.objects["cert0"], "measurements": vca + measurements})), DEVICE)
    check(measured(dump({**DEVICE.objects, "measurements": vca + measurements})), DEVICE)
    other = {**DEVICE.objects, "vca": s.vca(0x13), "measurements": vca + measurements}
    assert [piece.error.code for piece in parse_all(dump(other)) if isinstance(piece, Failure)] == [
        "carrier-error"
    ]


def test_without_its_negotiation_there_is_no_message_from_1_2_on() -> None:
    for version in VERSIONS:
        made = device(version, P384)
        piece = measured(dump({name: value for name, value in made.objects.items() if name != "vca"}))
        (signature,) = piece.signed()
        if version < 0x12:
            assert piece.message(signature) == made.message
            continue
        assert signature.missing == ("negotiation",)
        with pytest.raises(LookupError, match="negotiation"):
            piece.message(signature)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_response_is_signed_with_the_request_of_whoever_sent_it(version: int) -> None:
    made = device(version, P384)
    data = dump({**made.objects, "measurements": made.response})
    (signature,) = measured(data).signed()
    assert signature.missing == ("request",)
    assert "challenge" not in {one.role for one in measured(data).claims.bindings}
    digests = dump(
        {"vca": sha512(made.objects["vca"]).digest(), "measurements": sha512(made.response).digest()}
    )
    piece = measured(data, request=made.request, tsm_digests=digests)
    check(piece, made)
    assert {fact.name for fact in piece.claims.consistency if fact.status == "matches"} >= {
        "vca-binding",
        "measurements-binding",
    }
    report = verify(piece, trust=Trust().with_anchors(made.root), at=NOW, nonce=s.NONCE)
    assert report.check("binding:nonce-binding").passed
    assert (
        not verify(piece, trust=Trust().with_anchors(made.root), at=NOW, nonce=s.NONCE[:-1])
        .check("binding:nonce-binding")
        .passed
    )
    other = bytearray(made.request)
    other[4] ^= 1
    changed = verify(measured(data, request=bytes(other)), trust=Trust().with_anchors(made.root), at=NOW)
    assert changed.check("signature:measurements").reason == "bad-signature"


@pytest.mark.parametrize("before", [True, False])
def test_a_request_of_another_version_is_refused(before: bool) -> None:  # noqa: FBT001 (both)
    vca = DEVICE.objects["vca"]
    beside = {"request": device(0x13, P384).request} | ({} if before else {"transcript-prefix": vca})
    (failure,) = parse_all((vca if before else b"") + DEVICE.response, attachments=beside)
    assert isinstance(failure, Failure)
    assert (failure.error.code, failure.error.data()["offset"]) == ("constraint-violation", 0)


def test_a_response_alone_says_that_its_nonce_comes_from_beside_it() -> None:
    """Nothing in it shows that the request which somebody attaches is the one that was answered, but the signature."""
    (piece,) = parse_all(
        DEVICE.response, attachments={"request": DEVICE.request, "transcript-prefix": DEVICE.objects["vca"]}
    )
    assert isinstance(piece, Evidence)
    (signature,) = piece.signed()
    assert piece.message(signature) == DEVICE.message
    assert piece.where("/bindings/requester_nonce").layer == "attachment:request"
    assert "/bindings/requester_nonce" in piece.unsigned()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_record_is_read_and_nothing_signs_it(version: int) -> None:
    made = device(version, P384)
    record = b"".join([s.block(1, 0x00, s.digest("rom")), s.block(0x10, 0x87, s.le(7, 8))])
    piece = measured(dump({**made.objects, "measurements": record}))
    assert (piece.claims.evidence.variant, piece.claims.evidence.protection) == ("record", "none")
    assert piece.claims.bindings == ()
    assert piece.signed() == ()


def test_a_transcript_of_everything_may_stand_in_the_place_of_the_negotiation() -> None:
    """What the kernel's own SPDM keeps is all that was before a challenge."""
    vca, rest = DEVICE.objects["vca"], s.le(0, 0) + bytes((0x12, 0x81, 0, 0))
    digests = bytes((0x12, 0x01, 0, 1)) + bytes(48)
    piece = measured(dump({**DEVICE.objects, "vca": vca + rest + digests}))
    (signature,) = piece.signed()
    assert piece.message(signature) == DEVICE.message


def test_certificates_of_cca_are_taken_whatever_slot_signs() -> None:
    made = device(0x12, P384, slot=3)
    root, leaf = chain(P384, 3)
    objects = {**made.objects, "cert0": root + leaf}
    objects.pop("cert3")
    piece = measured(dump(objects))
    check(piece, made)
    assert "slot-object" in codes(piece.claims)


def test_a_chain_of_another_slot_is_not_taken() -> None:
    made = device(0x12, P384, slot=3, others=(0, 1))
    made.objects.pop("cert3")
    piece = measured(dump(made.objects))
    assert {"slot-object", "certificates-missing"} <= codes(piece.claims)
    assert piece.claims.certificates == ()


def test_a_length_that_begins_as_der_does_makes_no_der_of_a_chain() -> None:
    """0x30 is the tag of a certificate, and the low byte of some lengths."""
    root = s.certificate("Root of lengths", "Root of lengths", 1, authority=True)
    leaves = (
        s.certificate("Leaf", "Root of lengths", 2, {"1.2.3.4": bytes(size)}) for size in range(130, 400)
    )
    other = next(whole for leaf in leaves if (whole := s.chain([root, leaf]))[0] == 0x30)
    made = device(0x12, P384, slot=3)
    made.objects.pop("cert3")
    piece = measured(dump({**made.objects, "cert0": other}))
    assert piece.claims.certificates == ()
    assert "slot-object" in codes(piece.claims)
    zero = device(0x12, P384, slot=0)
    assert len(measured(dump({**zero.objects, "cert0": other})).claims.certificates) == 2


def test_no_chain_is_taken_for_a_key_that_was_provisioned() -> None:
    made = device(0x12, P384, slot=0)
    measurements = bytearray(made.objects["measurements"])
    measurements[len(made.request) + 3] = 0x0F
    piece = measured(dump({**made.objects, "measurements": bytes(measurements)}))
    assert piece.claims.certificates == ()


def test_the_digests_of_objects_alone_are_no_evidence() -> None:
    digests = dump({name: sha512(value).digest() for name, value in DEVICE.objects.items()})
    assert refused(digests).code == "not-evidence"
    facts = [
        fact
        for piece in read(dump(DEVICE.objects), tsm_digests=digests).values()
        for fact in piece.claims.consistency
    ]
    assert {fact.name: fact.status for fact in facts if fact.compared_to.startswith("/attachments/")} == {
        f"{name}-binding": "matches" for name in DEVICE.objects
    }


BROKEN: Final = {
    "two generations": dump({"vca": b"x" * 9}, end=b"") + dump(DEVICE.objects, generation=2),
    "an object twice": dump(DEVICE.objects, end=b"") + dump(DEVICE.objects),
    "a value without a type": message(attribute(1, s.le(8, 4)), attribute(9, s.le(1, 4)), attribute(10, b"x"))
    + message(attribute(10, b"y")),
    "no length": message(attribute(1, s.le(8, 4)), attribute(10, b"x")),
    "two types": message(
        attribute(1, s.le(8, 4)), attribute(1, s.le(9, 4)), attribute(9, s.le(1, 4)), attribute(10, b"x")
    ),
    "a type of two bytes": message(attribute(1, s.le(8, 2)), attribute(9, s.le(1, 4)), attribute(10, b"x")),
    "interrupted": message(
        attribute(1, s.le(8, 4)), attribute(9, s.le(1, 4)), attribute(10, b"x"), flags=0x12
    ),
    "ended with an error": dump(DEVICE.objects, end=done(-11)),
    "nothing but an error": done(-6),
    "bytes behind the end": dump(DEVICE.objects) + b"\0\0\0\0",
    "cut off": dump(DEVICE.objects)[:-24],
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_dump_is_refused(name: str) -> None:
    assert refused(BROKEN[name]).code in {"carrier-error", "unknown-format"}


NOT_READY: Final = bytes((0x12, 0x7F, 0x42, 0, 1, 0xE0, 1, 2))
RESPOND_IF_READY: Final = bytes((0x12, 0xFF, 0xE0, 1))


@pytest.mark.parametrize(
    ("measurements", "code"),
    [
        (NOT_READY, "not-evidence"),
        (DEVICE.request + NOT_READY, "not-evidence"),
        (DEVICE.objects["vca"] + DEVICE.request + NOT_READY, "not-evidence"),
        (DEVICE.request, "missing-field"),
        (RESPOND_IF_READY, "constraint-violation"),
        (DEVICE.request + RESPOND_IF_READY, "constraint-violation"),
        (bytes(4096), "constraint-violation"),
        (b"\x12", "truncated"),
    ],
)
@pytest.mark.parametrize("vca", [True, False])
def test_what_is_no_answer_is_no_evidence(measurements: bytes, code: str, vca: bool) -> None:  # noqa: FBT001 (both)
    objects = {"vca": DEVICE.objects["vca"]} if vca else {}
    assert refused(dump({**objects, "measurements": measurements})).code == code


def test_a_registry_without_the_types_knows_none_of_the_pieces() -> None:
    every = parse_all(dump(DEVICE.objects), registry=Registry())
    assert [piece.error.code for piece in every if isinstance(piece, Failure)] == ["unknown-format"] * 2


def test_a_type_that_the_caller_asks_for_is_not_the_carriers() -> None:
    report, failure = parse_all(dump(DEVICE.objects), type="pci-tdisp")[::-1]
    assert isinstance(report, Evidence)
    assert isinstance(failure, Failure)
    assert failure.error.code == "carrier-error"


def test_a_negotiation_that_is_none_is_refused() -> None:
    for vca in (b"x", DEVICE.objects["vca"][1:], DEVICE.request):
        every = parse_all(dump({**DEVICE.objects, "vca": vca}))
        assert [piece.error.code for piece in every if isinstance(piece, Failure)] == ["carrier-error"]


def test_certificates_of_the_caller_are_not_compared_with_the_digest_of_an_object() -> None:
    digests = dump({"cert0": sha512(DEVICE.objects["cert0"]).digest()})
    other = device(0x12, P384, 5).objects["cert5"]
    piece = measured(dump(DEVICE.objects), certificates=other, tsm_digests=digests)
    assert "cert0-binding" not in {fact.name for fact in piece.claims.consistency}


def test_certificates_alone_are_no_evidence() -> None:
    assert refused(dump({"cert0": DEVICE.objects["cert0"]})).code == "not-evidence"


@pytest.mark.parametrize("value", ["zz", "abc", 7, None, [7], ["zz"]])
def test_a_value_of_json_that_is_no_hexadecimal_is_refused(value: object) -> None:
    document = [{"type": 9, "generation": 1, "length": 2, "val": value}]
    assert refused(json.dumps(document).encode()).code == "carrier-error"


def test_a_dump_of_the_largest_object_is_refused_before_anything_is_set_aside() -> None:
    error = refused(
        message(
            attribute(1, s.le(9, 4)), attribute(7, s.le(1, 4)), attribute(9, b"\xff" * 4), attribute(10, b"x")
        )
        + done()
    )
    assert (error.code, error.data()["got"]) == ("limit-exceeded", 2**32 - 1)


def test_thousands_of_empty_chunks_cost_no_more_than_their_bytes() -> None:
    def many(count: int) -> bytes:
        empty = message(attribute(10, b"")) * count
        head = message(
            attribute(1, s.le(9, 4)), attribute(7, s.le(1, 4)), attribute(9, s.le(1, 4)), attribute(10, b"")
        )
        return head + empty + message(attribute(10, b"x")) + done()

    few, more = many(1_000), many(4_000)
    assert counted(lambda: parse_all(more))[1] < 5 * counted(lambda: parse_all(few))[1]


def event(made: Device, **other: Any) -> bytes:
    """An event after MEASUREMENTS, in netlink."""
    vca, response = made.objects["vca"], made.response
    transcript = vca + made.request + response
    request = len(vca)
    prefix = made.message[:100] if made.message[:4] == b"dmtf" else b""
    text: dict[int, bytes] = {
        1: b"/devices/pci0000:00/0000:00:01.0\0",
        2: b"\x60",
        3: bytes((response[3] & 15,)),
        4: s.le({"sha256": 4, "sha384": 5, "sha512": 6}[made.algorithm.hash], 2),
        5: s.le(len(transcript) - len(made.signature), 4),
        6: s.le(request + 4, 4),
        7: s.le(request + len(made.request) + 8 + int.from_bytes(response[5:8], "little"), 4),
        **({8: prefix} if prefix else {}),
        9: transcript[:1000],
    } | {int(name[1:]): value for name, value in other.items()}
    first = message(*(attribute(number, value) for number, value in text.items()), flags=0, seq=0)
    return first + message(attribute(9, transcript[1000:]), seq=1) if transcript[1000:] else first


@pytest.mark.parametrize("version", VERSIONS[1:])
@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda one: one.name)
def test_an_event_says_what_its_transcript_says(version: int, algorithm: Algorithm) -> None:
    made = device(version, algorithm)
    piece = measured(event(made), certificates=made.objects["cert0"])
    check(piece, made)
    assert "carrier-differs" not in codes(piece.claims)


@pytest.mark.parametrize(
    "other",
    [
        {"_2": b"\3"},
        {"_3": b"\7"},
        {"_4": s.le(6, 2)},
        {"_5": s.le(7, 4)},
        {"_6": s.le(7, 4)},
        {"_7": s.le(7, 4)},
        {"_8": bytes(100)},
    ],
)
def test_what_the_kernel_says_otherwise_is_noted_and_nothing_is_taken_from_it(
    other: dict[str, bytes],
) -> None:
    piece = measured(event(DEVICE, **other), certificates=DEVICE.objects["cert0"])
    check(piece, DEVICE)
    assert "carrier-differs" in codes(piece.claims)


@pytest.mark.parametrize("code", [0x84, 0xE0, 0x83, 0x60, 0x03, 0x7F, 0x04])
@pytest.mark.parametrize("low", range(0x10, 0x20, 4))
def test_a_first_length_that_looks_like_a_message_is_that_of_netlink(code: int, low: int) -> None:
    """Netlink has no magic, and SPDM and TDISP no more than a version and a code."""
    length = code << 8 | low
    first = message(attribute(1, s.le(9, 4)), attribute(7, s.le(1, 4)), attribute(9, s.le(length, 4)))
    value = bytes(length - len(first) - 4)
    head = (attribute(1, s.le(9, 4)), attribute(7, s.le(1, 4)), attribute(9, s.le(len(value), 4)))
    data = message(*head, attribute(10, value), seq=0)
    assert len(data) == length
    for pid in (0, 4242):
        (failure,) = parse_all(data[:8] + bytes(4) + s.le(pid, 4) + data[16:])
        assert isinstance(failure, Failure)
        assert failure.at == "measurements"


def test_several_events_are_several_pieces() -> None:
    every = parse_all(event(DEVICE) + event(device(0x13, P384)))
    assert [piece.claims.evidence.version for piece in every if isinstance(piece, Evidence)] == ["1.2", "1.3"]


def test_the_certificates_of_a_slot_are_those_of_the_folder_beside(tmp_path: Path) -> None:
    made = device(0x12, P384, slot=2)
    for folder in ("signatures", "certificates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "signatures" / "0_transcript").write_bytes(
        made.objects["vca"] + made.request + made.response[:-96]
    )
    (tmp_path / "signatures" / "0_signature").write_bytes(made.signature)
    root, leaf = chain(P384, 2)
    (tmp_path / "certificates" / "slot2").write_bytes(root + leaf + bytes(4096))
    (tmp_path / "certificates" / "slot0").write_bytes(b"")
    (piece,) = load_all(tmp_path)
    assert isinstance(piece, Evidence)
    check(piece, made)
    (failure,) = load_all(tmp_path / "certificates")
    assert isinstance(failure, Failure)
    assert failure.error.code == "not-evidence"
