"""Evidence in every container, and in every container inside of every other one."""

from __future__ import annotations

import base64
import gzip
import json
import random
from binascii import hexlify
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any, Final

import cbor2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import replace

from evidence import Evidence, Failure, limits, parse, parse_all
from evidence.carriers.search import Search
from evidence.containers import ContainedPart
from evidence.convert import BUILTIN
from evidence.encode.json import to_json
from evidence.registry import Match, Registry
from tests.builtin import BY_NAME
from tests.generate.amd_sev_snp_attached import MILAN_VCEK
from tests.generate.der import pem
from tests.generate.wrapping import SHAPES, WRAPPINGS, Wrapping

REPORT: Final = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
QUOTE: Final = BY_NAME["intel-tdx/v4-chain"].loaded.data
OF_THE_WAY: Final = ("carriers", "bytes", "identified_by")


def document(evidence: Evidence) -> Any:
    """The claims without what the way to them decides."""
    plain = msgspec.json.decode(to_json(evidence.claims))
    for member in OF_THE_WAY:
        plain["evidence"].pop(member, None)
    return plain


BARE: Final = document(parse(REPORT))


def holds(data: bytes, at: str, content: bytes = REPORT) -> None:
    """The one piece is at its path, and says what it says bare."""
    pieces = parse_all(data)
    assert [piece.at for piece in pieces] == [at]
    (piece,) = pieces
    assert isinstance(piece, Evidence), piece
    assert piece.data == content[: len(piece.data)]
    if content is REPORT:
        assert document(piece) == BARE


@pytest.mark.parametrize("wrapping", [*WRAPPINGS, *SHAPES], ids=lambda wrapping: wrapping.name)
def test_evidence_in_a_container(wrapping: Wrapping) -> None:
    holds(wrapping.put(REPORT), wrapping.at)
    holds(wrapping.put(QUOTE), wrapping.at, QUOTE)


IMPOSSIBLE: Final = {
    (
        "rust",
        "hex",
    ): "two digits without a letter in all of an array: that is JSON, whose numbers are decimal",
}
SHORTER: Final = {("percent", "hex"): "1:10"}
"""Pairs of which one leaves the bytes as they are: hexadecimal has no character to escape."""


@pytest.mark.parametrize(
    ("outer", "inner"), [*product(WRAPPINGS, repeat=2)], ids=lambda wrapping: wrapping.name
)
def test_every_container_in_every_other_one(outer: Wrapping, inner: Wrapping) -> None:
    if (outer.name, inner.name) in IMPOSSIBLE:
        (failure,) = parse_all(outer.put(inner.put(REPORT)))
        assert isinstance(failure, Failure)
    else:
        at = SHORTER.get((outer.name, inner.name), f"{outer.at}/{inner.at}")
        holds(outer.put(inner.put(REPORT)), at)


SEED: Final = random.Random("triples")  # noqa: S311 (nothing secret)
TRIPLES: Final = [SEED.choices(WRAPPINGS, k=3) for _ in range(200)]


@pytest.mark.parametrize("way", TRIPLES, ids=["-".join(wrapping.name for wrapping in way) for way in TRIPLES])
def test_three_containers(way: list[Wrapping]) -> None:
    data = REPORT
    for wrapping in reversed(way):
        data = wrapping.put(data)
    holds(data, "/".join(wrapping.at for wrapping in way))


# whose evidence ------------------------------------------------------------------------------------

TWO_BYTES: Final = {
    *("dmtf-spdm/v12-challenge", "dmtf-spdm/v12-challenge-of-another-chain"),
    *("dmtf-spdm/v12-response-signed", "dmtf-spdm/v12-response-unsigned"),
    *("dmtf-spdm/v11-response-signed", "dmtf-spdm/v11-challenge-prefix-attached"),
    *("dmtf-spdm/v12-response-prefix-attached", "dmtf-spdm/v12-unsigned-response-request-attached"),
    *(f"dmtf-spdm/{version}-response-request-attached" for version in ("v10", "v11", "v12", "v13", "v14")),
}
"""One response alone, or behind a negotiation, is told by its version and its code, which any bytes might begin with."""
EXACT: Final = [
    name
    for name, case in BY_NAME.items()
    if (matches := BUILTIN.identify(case.loaded.data)) and matches[0][1].strength == "exact"
]


@pytest.mark.parametrize("name", EXACT)
def test_evidence_of_every_type_is_found(name: str) -> None:
    """By the same marks wherever it lies, with the same claims as bare, or the same error."""
    data = BY_NAME[name].loaded.data
    if name in TWO_BYTES:
        assert not BUILTIN.has_marks(data)
        return
    (bare,) = parse_all(data)
    for wrapping in WRAPPINGS:
        if wrapping.name not in {"json", "cbor", "xxd"}:
            continue
        (piece,) = parse_all(wrapping.put(data))
        assert piece.at.split("/")[: wrapping.at.count("/") + 1] == wrapping.at.split("/")
        if isinstance(bare, Evidence):
            assert isinstance(piece, Evidence)
            assert document(piece) == document(bare)
        else:
            assert isinstance(piece, Failure)
            assert piece.error.as_dict() == bare.error.as_dict()


@pytest.mark.parametrize("name", EXACT)
def test_marks_are_those_of_one_type(name: str) -> None:
    """What has marks is recognised as well, by the same type alone."""
    case = BY_NAME[name]
    marked = {kind.name for kind in BUILTIN if kind.has_marks(case.loaded.data)}
    assert marked == (set() if name in TWO_BYTES else {case.type.name})
    assert all(BUILTIN[kind].identify(case.loaded.data) is not None for kind in marked)


def test_a_type_from_outside_is_found_by_what_it_recognises_exactly() -> None:
    def identify(data: bytes) -> Match | None:
        return Match("1") if data.startswith(b"ACME-EVIDENCE") else None

    content = b"ACME-EVIDENCE" + bytes(300)
    acme = replace(BUILTIN["amd-sev-snp"], name="acme", identify=identify, marks=None)
    assert acme.has_marks(content)
    registry = Registry._of((acme,))
    for wrapping in WRAPPINGS[:8]:
        (piece,) = parse_all(wrapping.put(content), registry=registry)
        assert (piece.at, type(piece)) == (wrapping.at, Failure)  # it is no report


def test_a_generic_token_is_not_looked_for() -> None:
    token = (
        BY_NAME["eat/cwt-sign1"].loaded.data
        if "eat/cwt-sign1" in BY_NAME
        else cbor2.dumps({10: bytes(8), 256: bytes(17)})
    )
    assert not BUILTIN.has_marks(token)
    (piece,) = parse_all(cbor2.dumps(["a", "b", "c", token * 2]))
    assert isinstance(piece, Failure)
    assert piece.error.code == "unknown-format"


# several pieces ------------------------------------------------------------------------------------


def test_equal_pieces_are_one_and_name_the_other_places() -> None:
    other = BY_NAME["amd-sev-snp/v5-turin"].loaded.data
    text = b"".join(
        b"%d,%b\n" % (row, one.hex().encode()) for row, one in enumerate((REPORT, other, REPORT, REPORT))
    )
    first, second = parse_all(text)
    assert (first.at, second.at) == ("1:3", "2:3")
    assert isinstance(first, Evidence)
    (carrier,) = first.claims.evidence.carriers
    assert [(fact.name, fact.text) for fact in carrier.facts] == [("also-at", "3:3, 4:3")]


def test_places_that_are_many_are_counted() -> None:
    (piece,) = parse_all(cbor2.dumps([REPORT] * 100))
    assert isinstance(piece, Evidence)
    (fact,) = piece.claims.evidence.carriers[0].facts
    assert fact.text is not None
    assert fact.text.endswith("(99 in all)")
    assert len(fact.text) <= limits.PATH


def test_pieces_in_a_text_of_several_kinds() -> None:
    turin, genoa = (BY_NAME[f"amd-sev-snp/{name}"].loaded.data for name in ("v5-turin", "v5-genoa"))
    put = {wrapping.name: wrapping.put for wrapping in WRAPPINGS}
    text = b"# a ticket\n" + put["pem"](REPORT) + b"and:\n" + put["hexdump"](turin) + put["yaml"](genoa)
    before = [text[: text.index(mark)].count(b"\n") + 1 for mark in (b"00000000  ", b"  quote: ")]
    assert [piece.at for piece in parse_all(text)] == ["THING", f"{before[0]}", f"{before[1]}:10"]


# bad input -----------------------------------------------------------------------------------------

SMALL: Final = [wrapping for wrapping in WRAPPINGS if wrapping.name not in {"tar", "json-index"}]


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda wrapping: wrapping.name)
def test_a_container_that_is_cut_gives_the_report_or_an_error(wrapping: Wrapping) -> None:
    data = wrapping.put(REPORT)
    chance = random.Random(wrapping.name)  # noqa: S311 (nothing secret)
    for size in {*chance.sample(range(len(data)), 60), *range(8), *range(len(data) - 8, len(data))}:
        for piece in parse_all(data[:size]):
            if isinstance(piece, Evidence):  # what is cut belongs to the container alone
                assert piece.data == REPORT


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda wrapping: wrapping.name)
def test_a_container_that_is_damaged_gives_a_value_or_an_error(wrapping: Wrapping) -> None:
    data = wrapping.put(REPORT)
    chance = random.Random(wrapping.name)  # noqa: S311 (nothing secret)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(min(len(damaged), 400))] = chance.randrange(256)
        assert parse_all(bytes(damaged))


@pytest.mark.parametrize(
    "data",
    [
        b"\xa1\x61a\x5a\xff\xff\xff\xff" + REPORT,  # a length that lies
        b"\x12\xff\xff\xff\x7f" + REPORT,
        cbor2.dumps({"a": REPORT}) + b"\0",
        b"\x9f" + cbor2.dumps(REPORT),  # without its break
        b"\x9f" + cbor2.dumps(REPORT) + b"\xff\xff",
        b"\x82" + cbor2.dumps(REPORT) + b"\xff",
        b"\xbf\x61a" + cbor2.dumps(REPORT) + b"\x61b\xff",  # a label without its value
        b"\x9f\x5f" + cbor2.dumps(REPORT) + b"\x61a\xff\xff",  # a chunk of another kind
        b"\x9f\x5f\x5f" + cbor2.dumps(REPORT) + b"\xff\xff\xff",  # a chunk in chunks
        b"\x9f" * 40 + cbor2.dumps(REPORT) + b"\xff" * 40,
        b"\x81" * 40 + cbor2.dumps(REPORT),
        b"00000000: 0300\n*\nffffffffffff: 0000\n" + b"0" * 64,
        b"00000010: 0300 0000\n00000000: 0700 0000\n",
        b"1" + b", 999" * 100,
        b"\x1f\x8b\x08" + bytes(100),
        b"\xfe\xff\xd8\x00" * 40,
        bytes(31) + b"\xff" + bytes(64),
        b"-----BEGIN A-----\n" * 100,
        b"-----BEGIN A-----\n!!!!\n-----END A-----\n",
    ],
    ids=range(19),
)
def test_what_is_no_container_after_all(data: bytes) -> None:
    pieces = parse_all(data)
    assert all(isinstance(piece, Failure) for piece in pieces)
    assert {piece.error.code for piece in pieces if isinstance(piece, Failure)} <= {
        *("unknown-format", "limit-exceeded", "carrier-error"),
    }


CUT: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": lambda text: text,
    "a": lambda text: json.dumps({"a": text.decode()}).encode(),
    "1:10": lambda text: b"a: quote=" + text + b"\n",
    "lines": lambda text: b"\n".join(text[at : at + 64] for at in range(0, len(text), 64)),
}
"""Texts around digits, by the path of the piece in them."""


@pytest.mark.parametrize("way", CUT)
@pytest.mark.parametrize("encode", [hexlify, base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("name", ["amd-sev-snp/v3-milan", "intel-tdx/v4-chain", "arm-cca/2023-399-records"])
def test_evidence_whose_text_is_cut_lacks_what_it_lacks_bare(
    name: str, encode: Callable[[bytes], bytes], way: str
) -> None:
    data = BY_NAME[name].loaded.data
    text = encode(data)
    for end in (*range(700, 712), *range(len(text) - 8, len(text) - 2)):
        (piece,) = parse_all(CUT[way](text[:end]))
        (bare,) = parse_all(data[: end * (4 if encode is hexlify else 6) // 8])
        assert isinstance(piece, Failure)
        assert isinstance(bare, Failure)
        assert piece.error.as_dict() == bare.error.as_dict(), end
        assert piece.at == (way if way not in {"", "lines"} else piece.at)


@pytest.mark.parametrize("way", CUT)
@pytest.mark.parametrize("text", [hexlify(REPORT) + b"0", base64.b64encode(REPORT).rstrip(b"=") + b"AA"])
def test_whole_evidence_in_a_text_that_is_not_whole_is_none(text: bytes, way: str) -> None:
    (piece,) = parse_all(CUT[way](text))
    assert isinstance(piece, Failure)
    assert piece.error.code == "carrier-error"


def test_what_is_broken_beside_what_is_whole() -> None:
    text = base64.b64encode(REPORT).decode()
    whole, broken = parse_all(json.dumps({"a": text, "b": text[:1001]}).encode())
    assert isinstance(whole, Evidence)
    assert isinstance(broken, Failure)
    assert (broken.at, broken.error.code) == ("b", "truncated")


def test_containers_are_eight_deep_at_most() -> None:
    put = next(wrapping.put for wrapping in WRAPPINGS if wrapping.name == "cbor")
    data = REPORT
    for depth in range(1, limits.CARRIER_DEPTH + 2):
        data = put(data)
        (piece,) = parse_all(data)
        assert isinstance(piece, Evidence) == (depth <= limits.CARRIER_DEPTH), depth


def test_a_part_that_cannot_be_looked_into_does_not_hide_the_others() -> None:
    deep = b"[" * 400 + b"]" * 400
    holds(cbor2.dumps([deep, b"\x81" * 300 + b"\0", REPORT]), "2")


def test_what_is_taken_out_of_one_input_has_a_bound() -> None:
    nested: Any = bytes(64 << 10)
    data = cbor2.dumps([nested] * 100)
    for _ in range(10):
        data = cbor2.dumps([data])
    (piece,) = parse_all(data)
    assert isinstance(piece, Failure)
    assert piece.error.code in {"limit-exceeded", "unknown-format"}


# what it is not ------------------------------------------------------------------------------------

PUBLIC: Final = ec.derive_private_key(7, ec.SECP256R1()).public_key()
SEV: Final = bytes(range(48)) + bytes(4) + b"\2\x10\0\0" + b"\2\0\0\0" + bytes(148)


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (MILAN_VCEK, "not-evidence", "--attach certificates"),
        (MILAN_VCEK * 2, "not-evidence", "--attach certificates"),
        (pem(MILAN_VCEK), "not-evidence", "--attach certificates"),
        (b"text\n" + pem(MILAN_VCEK) * 2, "not-evidence", "--attach certificates"),
        (PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), "not-evidence", "a key"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "not-evidence", "a key"),
        (b"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "not-evidence", "private"),
        (b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "not-evidence", "revoked"),
        (next(wrapping.put for wrapping in WRAPPINGS if wrapping.name == "x509-request")(bytes(99)), "not-evidence", "request"),
        (bytes.fromhex("63da758de6644564adc5f4b93be8accd") + b"\x30\0\0\0\x10\0\0\0" + bytes(40), "not-evidence", "GHCB"),
        (b'{"keys": [{"kid": "HCLAkPub", "kty": "RSA"}], "vm-configuration": {}}', "not-evidence", "runtime-data"),
        (b'{"kty": "EC", "x": "AA"}', "not-evidence", "a key"),
        (b'{"keys": [{"kty": "EC"}, {"kty": "RSA"}]}', "not-evidence", "keys"),
        (bytes(1184), "unknown-format", "zeros"),
        (SEV, "unknown-format", "SEV before SNP"),
        (b"\xffTCG\x80\x19" + bytes(100), "not-evidence", "TPM2_GetTime"),
        (cbor2.dumps({"module_id": "i", "pcrs": {}, "cabundle": []}), "unknown-format", "Nitro"),
        (b"{1: h'00112233', \"a\": 2}", "unknown-format", "EDN"),
        (b'{"a": "first\nsecond", "b": 1}', "unknown-format", "folded"),
        (b"00000000: 0300 0000\n00000004: 0700 0000\n...\n", "unknown-format", "cut"),
        (b"PK\3\4" + bytes(60), "unknown-format", "zip"),
        (b"[ 3, 0, 0,\n  ... 1084 more items ]", "unknown-format", "cut short"),
        (b"hello", "unknown-format", "not recognised as"),
    ],
)  # fmt: skip
def test_what_is_no_evidence_is_called_by_its_name(data: bytes, code: str, word: str) -> None:
    (piece,) = parse_all(data)
    assert isinstance(piece, Failure)
    assert piece.error.code == code
    assert word in str(piece.error)


def test_a_forced_type_says_what_is_wrong_for_it() -> None:
    (piece,) = parse_all(MILAN_VCEK, type="amd-sev-snp")
    assert isinstance(piece, Failure)
    assert piece.error.code != "not-evidence"


# what is looked into once


def test_a_log_of_tokens_is_searched_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token on a line is a run that is all of its text: it is not looked for in itself, again and again."""
    token = BY_NAME["eat/jwt"].loaded.data.strip()
    parts: list[bytes] = []
    is_piece = Search._is_piece

    def counting(self: Search, part: ContainedPart, depth: int) -> bool:
        parts.append(part.data)
        return is_piece(self, part, depth)

    monkeypatch.setattr(Search, "_is_piece", counting)
    parse_all(b"\n".join(token[:-6] + b"%06d" % number for number in range(30)))
    assert len(parts) <= 30 * 8


def test_parts_that_repeat_are_still_all_places() -> None:
    (piece,) = parse_all(b"[%b]" % b",".join([b'"%b"' % REPORT.hex().encode()] * 3))
    assert isinstance(piece, Evidence)
    assert piece.input.carriers[-1].facts["also-at"] == "1, 2"


def test_gzip_of_several_members_and_of_more_than_evidence_may_have() -> None:
    member = gzip.compress(REPORT)
    (piece,) = parse_all(member + gzip.compress(b"nothing"))
    assert isinstance(piece, Evidence)
    assert piece.at == "0"
    long = gzip.compress(b'{"a": "%b", "report": "%b"}' % (b" ." * (1 << 19), REPORT.hex().encode()), 1)
    (piece,) = parse_all(long)
    assert isinstance(piece, Evidence), piece
    (failure,) = parse_all(gzip.compress(bytes(8 << 20)))
    assert isinstance(failure, Failure)
    assert failure.error.code == "limit-exceeded"


@pytest.mark.parametrize("word", [2, 4, 8])
def test_words_of_a_machine_without_addresses(word: int) -> None:
    """As `od -An -v -txN` prints them, on machines of either order."""
    for order in (1, -1):
        words = [REPORT[at : at + word][::order].hex() for at in range(0, len(REPORT), word)]
        lines = [" " + " ".join(words[at : at + 16 // word]) for at in range(0, len(words), 16 // word)]
        (piece,) = parse_all("\n".join(lines).encode() + b"\n")
        assert isinstance(piece, Evidence), (word, order, piece)
        assert piece.data == REPORT
        assert piece.at == "hex"


def test_numbers_without_addresses() -> None:
    """As `od -An -v -tu1` prints them: not digits, of which one is missing."""
    lines = ["".join(f"{byte:4}" for byte in REPORT[at : at + 16]) for at in range(0, len(REPORT), 16)]
    (piece,) = parse_all("\n".join(lines).encode())
    assert isinstance(piece, Evidence), piece
    assert piece.data == REPORT


def test_words_that_nothing_recognises_are_what_they_say() -> None:
    (failure,) = parse_all(b"01020304 05060708 090a0b0c 0d0e0f10\n" * 9)
    assert isinstance(failure, Failure)
    assert failure.at == "hex"
    assert failure.error.code == "unknown-format"
