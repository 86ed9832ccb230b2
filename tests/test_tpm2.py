"""Quotes of TPMs: what the samples' readers say of them, what a carrier's list of values is worth, and hostile lengths."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

import evidence
from evidence.convert import Evidence, Failure, parse_all
from evidence.errors import EvidenceError, LimitExceeded
from evidence.verify import Trust, verify
from evidence.wire import textproto
from evidence.wire.tpm import attest, pcrs, public, signature
from tests.conftest import CORPUS
from tests.generate import tpm2_quote as made
from tests.work import counted

HASHES = {"sha1": "sha-1", "sha256": "sha-256", "sha384": "sha-384"}


def facts(file: str) -> dict[str, Any]:
    if CORPUS is None:
        return {}
    known: dict[str, Any] = json.loads((CORPUS / "tpm2" / file).read_text())
    return known


AZURE = {name: fact for name, fact in facts("azure.json").items() if "attest" in fact}
MESSAGES = {
    name: fact
    for name, fact in facts("facts.json").items()
    if "attest" in fact and (CORPUS / name).exists()  # type: ignore[operator]
}


def pieces(name: str) -> list[Evidence]:
    assert CORPUS is not None
    every = parse_all((CORPUS / name).read_bytes())
    return [piece for piece in every if isinstance(piece, Evidence)]


def quote_of(name: str) -> Evidence:
    (piece,) = (piece for piece in pieces(name) if piece.type.name == "tpm2-quote")
    return piece


@pytest.mark.parametrize("name", [*AZURE, *MESSAGES])
def test_every_field_is_as_the_other_reader_has_it(name: str) -> None:
    fact = {**AZURE, **MESSAGES}[name]["attest"]
    quote = quote_of(name)
    read: attest.Attest = quote.native.attest
    assert read.qualified_signer.hex() == fact["qualifiedSigner"]
    assert read.extra_data.hex() == fact["extraData"]
    assert (read.clock, read.reset_count, read.restart_count) == (
        *(fact["clock"], fact["resetCount"], fact["restartCount"]),
    )
    assert read.safe is bool(fact["safe"])
    assert read.firmware_version.hex() == fact["firmwareVersion"]
    assert read.pcr_digest.hex() == fact["pcrDigest"]
    assert [one.bitmap.hex() for one in read.pcr_select] == [one["raw"] for one in fact["pcrSelect"]]
    assert [list(one.pcrs) for one in read.pcr_select] == [one["pcrs"] for one in fact["pcrSelect"]]


@pytest.mark.parametrize("name", AZURE)
def test_the_report_of_azure_is_a_paravisors_and_its_quote_names_the_key_that_it_binds(name: str) -> None:
    report, quote = (piece.claims for piece in pieces(name))
    assert report.by_role("workload") == quote.by_role("workload") == ()
    (paravisor,) = report.by_role("paravisor")
    (key,) = (key for key in paravisor.keys if key.name == "vtpm-ak")
    named = {fact.name: fact.status for fact in quote.consistency}
    assert named == {"pcr-digest-binding": "matches", "qualified_signer-binding": "matches"}
    (tpm,) = quote.by_role("quoting")
    assert key.raw == tpm.keys[0].raw
    assert tpm.identifier("ak_name").value == bytes.fromhex(AZURE[name]["ak"]["name"])
    assert AZURE[name]["hcl"]["user_data"].lower() == next(
        one.value.hex() for one in report.bindings if one.name == "user_data"
    )


@pytest.mark.parametrize("name", AZURE)
def test_a_quote_is_verified_by_the_key_that_the_report_binds(name: str) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    _, quote = pieces(name)
    alone = verify(quote, trust=Trust.shipped(), at=at)
    assert not alone.check("chain:ak").passed
    key = public.read(bytes(quote.native.ak.raw))
    numbers = {"kty": "RSA", "n": urlsafe_b64encode(key.modulus).decode().rstrip("="), "e": "AQAB"}
    trusted = verify(quote, trust=Trust().with_keys(ak=json.dumps(numbers).encode()), at=at)
    assert [check.id for check in trusted.checks if not check.passed] == []


@pytest.mark.parametrize("name", ["snp/neg/hcl-runtime-tampered.bin"] if CORPUS else [])
def test_nothing_of_a_tampered_blob_is_believed(name: str) -> None:
    (report,) = pieces(name)
    (guest,) = (one for one in report.claims.environments if one.id == "guest")
    assert (guest.role, guest.keys) == ("unspecified", ())
    assert [fact.status for fact in report.claims.consistency] == ["differs"]
    assert {"not-bound", "binding-differs"} <= {note.code for note in report.claims.notes}


def test_ten_thousand_selections_cost_no_more_than_a_look_at_their_number() -> None:
    def attack(count: int) -> bytes:
        head = made.WHOLE[: made.SELECT]
        return head + count.to_bytes(4, "big") + bytes.fromhex("000b03ffffff") * count

    def refused(data: bytes) -> str:
        try:
            attest.read(data)
        except LimitExceeded as error:
            return error.limit
        return ""

    few, many = attack(100), attack(10_000)
    limit, little = counted(lambda: refused(few))
    _, much = counted(lambda: refused(many))
    assert limit == "PCR selections"
    assert much <= little


SIGNATURE, VALUES, KEY = made.rsassa(made.RSA_KEY, made.WHOLE), made.SERIALIZED, made.AK


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (attest.read, made.WHOLE),
        (signature.read, SIGNATURE),
        (lambda data: pcrs.read(data, attest.read(made.WHOLE).pcr_select), VALUES),
        (public.read, KEY),
    ],
)
def test_every_prefix_and_every_changed_byte_gives_a_value_or_an_error_of_ours(
    read: Any, data: bytes
) -> None:
    for end in range(len(data)):
        for changed in (data[:end], data[:end] + b"\xff" + data[end + 1 :]):
            try:
                read(changed)
            except EvidenceError:
                continue


def go_tpm_tools(*entries: bytes) -> bytes:
    def field(number: int, content: bytes) -> bytes:
        size = len(content)
        varint = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
        return bytes([number << 3 | 2]) + varint + content

    values = bytes.fromhex("080b") + b"".join(field(2, entry) for entry in entries)
    quote = field(1, made.WHOLE) + field(2, SIGNATURE) + field(3, values)
    return field(1, KEY) + field(2, quote)


def entry(index: int, value: bytes) -> bytes:
    return bytes([8, index, 18, len(value)]) + value


def test_a_pcr_twice_in_a_map_is_refused() -> None:
    good = go_tpm_tools(*(entry(number, made.pcr(number)) for number in (0, 7, 17)))
    (piece,) = parse_all(good)
    assert isinstance(piece, Evidence)
    assert [fact.status for fact in piece.claims.consistency] == ["matches", "matches"]
    for bad in (
        *(go_tpm_tools(entry(0, made.pcr(0)), entry(0, made.pcr(0))),),
        go_tpm_tools(entry(24, made.pcr(0))),
    ):
        (failure,) = parse_all(bad)
        assert isinstance(failure, Failure)
        assert failure.error.code == "carrier-error"


@pytest.mark.parametrize(
    "document",
    [
        {"message": made.WHOLE.hex(), "signature": SIGNATURE.hex(), "pcrs": ["00" * 32] * 23},
        {"message": made.WHOLE.hex(), "signature": SIGNATURE.hex(), "pcrs": ["00" * 20] * 24},
        {"Static": {}, "AK": {"Public": "!"}, "Quote": {}},
        {"ak_public": 5, "tpm_quote": {}},
    ],
)
def test_a_carrier_that_lies_is_an_error(document: dict[str, Any]) -> None:
    (failure,) = parse_all(json.dumps(document).encode())
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, EvidenceError)


def test_the_report_of_a_tee_beside_a_quote_says_nothing_of_its_tpm() -> None:
    whole = go_tpm_tools(entry(0, made.pcr(0))) + bytes([8 << 3 | 2, 4]) + b"\x0a\x02\x08\x02"
    pieces = parse_all(whole)
    (quote,) = (piece for piece in pieces if isinstance(piece, Evidence) and piece.type.name == "tpm2-quote")
    assert "tpm-outside-tee" in {note.code for note in quote.claims.notes}


def test_tpm_1_2_is_refused_by_its_name() -> None:
    document = {"Static": {"TPMVersion": 1}, "AK": {}, "Quote": {}}
    with pytest.raises(EvidenceError, match=r"TPM 1\.2"):
        evidence.parse(json.dumps(document).encode())


def test_a_literal_in_many_parts_is_put_together_in_linear_time() -> None:
    def text(parts: int) -> bytes:
        return b'ak_pub: "\\377TCG" ' + b'"a" ' * parts

    (field,) = textproto.fields(text(3))
    assert field == ("ak_pub", b"\xffTCGaaa")
    _, few = counted(lambda: textproto.fields(text(1000)))
    _, many = counted(lambda: textproto.fields(text(10_000)))
    assert many < 11 * few


@pytest.mark.parametrize(
    "text", [b'a: "\\q"', b'a: "', b"a {", b"}", b'"x"', b"a: {", b'a: "\\777"', b"\xff"]
)
def test_what_is_no_textproto_is_an_error(text: bytes) -> None:
    with pytest.raises(EvidenceError):
        textproto.fields(text)
