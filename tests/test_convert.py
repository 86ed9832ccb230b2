"""The pipeline: who recognises bytes, who is believed, what each piece gives."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

import evidence
from evidence import limits
from evidence.convert import Evidence, Failure, convert_all, make_input, only, parse, parse_all
from evidence.errors import (
    AmbiguousFormat,
    CarrierError,
    EvidenceError,
    LimitExceeded,
    SeveralEvidence,
    TrailingBytes,
    Truncated,
    UnknownFormat,
    UsageError,
)
from evidence.input import Carrier, Expect, Input
from evidence.registry import NoOptions, Registry, Signed
from tests.toys import MEASUREMENT, SIZE, Options, registry, sample, toy

ALPHA = toy("alpha", b"ALPH", media_types=("application/alpha",), providers=("alpha_guest",))
BETA = toy("beta", b"BETA", media_types=("application/beta",), providers=("beta_guest", "shared_guest"))
GAMMA = toy("gamma", b"GAMM", providers=("shared_guest",))
TWIN = toy("twin", b"ALPH")
CATCH_ALL = toy("catch-all", b"ALPH", "generic")
KNOWN = registry(ALPHA, BETA, GAMMA)
A, B = sample(b"ALPH"), sample(b"BETA")


def failure(result: Iterable[Evidence | Failure]) -> EvidenceError:
    (one,) = result
    assert isinstance(one, Failure)
    return one.error


def forced(data: bytes, type: str | None, known: Registry = KNOWN) -> EvidenceError:
    return failure(parse_all(data, type=type, registry=known))


def hinted(data: bytes, **hints: str) -> tuple[Evidence | Failure, ...]:
    return tuple(convert_all(Input(data=data, hints=hints), registry=KNOWN))


@pytest.mark.parametrize("data", [b"", b"\0" * 1184, b"\xff" * 64, b"hello"])
def test_nothing_recognises_it(data: bytes) -> None:
    with pytest.raises(UnknownFormat) as caught:
        evidence.parse(data)
    assert caught.value.size == len(data)
    assert caught.value.head == data[:16]
    assert caught.value.tried == tuple(kind.name for kind in Registry.builtin())


# what a document says about its bytes


def test_the_header() -> None:
    evidence_piece = parse(A + bytes(5), registry=KNOWN)
    header = evidence_piece.claims.evidence
    assert (header.type, header.version, header.status, header.protection) == (
        "alpha",
        "1",
        "provisional",
        "signed",
    )
    assert (header.size, header.trailing, header.bytes) == (SIZE, 5, "as-received")
    assert header.sha256 == sha256(A).digest()
    assert (header.identified_by, header.carriers) == ("content", ())
    assert [note.code for note in evidence_piece.claims.notes] == ["trailing-zeros"]
    assert evidence_piece.data == A
    assert evidence_piece.at == ""
    assert evidence_piece.claims.signatures[0].status == "not-checked"
    assert evidence_piece.claims.signatures[0].covers == ((0, 36),)


@pytest.mark.parametrize("form", [bytearray, memoryview])
def test_other_bytes_like_values(form: Any) -> None:
    assert parse(form(A), registry=KNOWN) == parse(A, registry=KNOWN)


@pytest.mark.parametrize("value", ["report.bin", None, 5, [1, 2]])
def test_what_is_not_bytes_is_the_callers_fault(value: Any) -> None:
    with pytest.raises(TypeError):
        parse(value)


# forced types


def test_a_forced_type_reads_what_nobody_recognises() -> None:
    error = forced(b"\0" * SIZE, "alpha")
    assert error.code == "constraint-violation"
    odd = toy("odd", b"\0\0\0\0", identify=lambda _: None)
    evidence_piece = parse(sample(b"\0\0\0\0"), type="odd", registry=registry(odd))
    assert evidence_piece.claims.evidence.identified_by == "caller"


def test_a_forced_type_that_the_content_agrees_with_is_told_by_content() -> None:
    assert parse(A, type="alpha", registry=KNOWN).claims.evidence.identified_by == "content"


def test_a_forced_type_that_the_content_contradicts() -> None:
    error = forced(A, "beta")
    assert isinstance(error, UnknownFormat)
    assert (error.tried, error.claimed_by) == (("beta",), ("alpha",))


def test_a_forced_type_that_is_not_registered() -> None:
    with pytest.raises(UsageError):
        parse(A, type="delta", registry=KNOWN)


def test_a_forced_type_inside_of_a_carrier() -> None:
    evidence_piece = parse(A.hex().encode(), type="alpha", registry=KNOWN)
    assert [carrier.name for carrier in evidence_piece.claims.evidence.carriers] == ["hex"]
    assert evidence_piece.claims.evidence.bytes == "extracted"
    assert isinstance(forced(A.hex().encode(), "beta"), UnknownFormat)


# several types


def test_two_of_equal_strength_are_ambiguous_and_naming_one_helps() -> None:
    known = registry(ALPHA, TWIN)
    error = forced(A, None, known)
    assert isinstance(error, AmbiguousFormat)
    assert error.matches == ("alpha", "twin")
    assert parse(A, type="twin", registry=known).type is TWIN


def test_a_catch_all_gives_way() -> None:
    assert parse(A, registry=registry(CATCH_ALL, ALPHA)).type is ALPHA
    assert parse(A, registry=registry(CATCH_ALL)).type is CATCH_ALL
    assert parse(A, type="catch-all", registry=registry(CATCH_ALL, ALPHA)).type is CATCH_ALL


# hints


@pytest.mark.parametrize(
    ("hints", "data", "name", "by"),
    [
        ({"provider": "alpha_guest"}, A, "alpha", "content"),
        ({"media_type": "application/beta"}, B, "beta", "content"),
        ({"provider": "shared_guest"}, B, "beta", "content"),
        ({"provider": "nobody_guest"}, A, "alpha", "content"),
        ({"provider": "beta_guest", "media_type": "application/beta"}, B, "beta", "content"),
    ],
)
def test_hints_that_agree(hints: dict[str, str], data: bytes, name: str, by: str) -> None:
    claims = only(hinted(data, **hints)).claims
    assert (claims.evidence.type, claims.evidence.identified_by) == (name, by)


@pytest.mark.parametrize(
    "hints",
    [
        {"provider": "beta_guest"},
        {"media_type": "application/beta"},
        {"provider": "shared_guest"},
        {"provider": "alpha_guest", "media_type": "application/beta"},
    ],
)
def test_hints_that_the_content_contradicts(hints: dict[str, str]) -> None:
    assert isinstance(failure(hinted(A, **hints)), CarrierError)


def test_a_hint_decides_between_equals() -> None:
    known = registry(ALPHA, TWIN)
    whole = Input(data=A, hints={"provider": "alpha_guest"})
    assert only(tuple(convert_all(whole, registry=known))).type is ALPHA


def test_a_hint_in_the_input_leads_to_the_error_of_the_reader_and_never_forces() -> None:
    error = failure(hinted(b"\1" * SIZE, provider="alpha_guest"))
    assert (error.code, getattr(error, "what", "")) == ("constraint-violation", "alpha.magic")
    odd = toy("odd", b"\1\1\1\1", identify=lambda _: None, providers=("odd_guest",))
    whole = Input(data=sample(b"\1\1\1\1"), hints={"provider": "odd_guest"})
    assert isinstance(failure(tuple(convert_all(whole, registry=registry(odd)))), UnknownFormat)
    forced = only(tuple(convert_all(replace(whole, forces=True), registry=registry(odd))))
    assert forced.claims.evidence.identified_by == "carrier"


def test_what_forces_does_so_for_its_own_bytes_alone() -> None:
    """What is wrapped in an entry of configfs is not what the kernel named."""
    whole = Input(data=A, hints={"provider": "alpha_guest"}, forces=True)
    inner = whole.inside(Carrier("wrapping"), A)
    assert (inner.hints, inner.forces) == ({"provider": "alpha_guest"}, False)


def test_a_hint_that_stands_for_several_types_does_not_choose() -> None:
    assert isinstance(failure(hinted(b"\1" * SIZE, provider="shared_guest")), UnknownFormat)


# several pieces


@pytest.fixture
def two_in_one(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A carrier of pieces with four letters each between bars, and two of them good."""

    def split(whole: Input, *_: Any, **__: Any) -> list[Input | EvidenceError] | None:
        if not whole.data.startswith(b"|"):
            return None
        entries: list[Input | EvidenceError] = []
        for number, piece in enumerate(whole.data[1:].split(b"|")):
            carrier = Carrier("bars", str(number), {"count": "three"})
            entries.append(
                CarrierError(carrier="bars", reason="x") if piece == b"-" else whole.inside(carrier, piece)
            )
        return entries

    monkeypatch.setattr("evidence.convert.unwrap", split)
    return b"|" + A + b"|" + B[:-1] + b"|" + B


def test_a_bad_piece_does_not_lose_the_others(two_in_one: bytes) -> None:
    first, second, third = parse_all(two_in_one, registry=KNOWN)
    assert isinstance(first, Evidence)
    assert isinstance(second, Failure)
    assert isinstance(third, Evidence)
    assert (first.at, second.at, third.at) == ("0", "1", "2")
    assert isinstance(second.error, Truncated)
    (carrier,) = third.claims.evidence.carriers
    assert (carrier.name, carrier.at) == ("bars", "2")
    assert [(fact.name, fact.text) for fact in carrier.facts] == [("count", "three")]
    with pytest.raises(SeveralEvidence) as caught:
        parse(two_in_one, registry=KNOWN)
    assert caught.value.paths == ("0", "1", "2")


@pytest.mark.usefixtures("two_in_one")
def test_a_piece_that_cannot_be_taken_out() -> None:
    pieces = parse_all(b"|-|" + A, registry=KNOWN)
    assert [isinstance(piece, Failure) for piece in pieces] == [True, False]


@pytest.mark.usefixtures("two_in_one")
def test_too_many_pieces_and_too_many_layers() -> None:
    pieces = parse_all(b"|" + b"|".join([A] * (limits.PIECES + 50)), registry=KNOWN)
    assert len(pieces) == limits.PIECES + 1
    last = pieces[limits.PIECES]
    assert isinstance(last, Failure)
    assert isinstance(last.error, LimitExceeded)
    assert last.error.limit == "pieces"


def test_carriers_nest_only_so_far() -> None:
    data = A
    for _ in range(limits.CARRIER_DEPTH):
        data = data.hex().encode()
    assert len(parse(data, registry=KNOWN).claims.evidence.carriers) == limits.CARRIER_DEPTH
    error = forced(data.hex().encode(), None)
    assert isinstance(error, LimitExceeded)
    assert error.limit == "carrier depth"


def test_nothing_inside_is_several_too() -> None:
    with pytest.raises(SeveralEvidence):
        only(())


# limits


@pytest.mark.parametrize(
    ("data", "limit"),
    [(bytes(limits.INPUT_BYTES + 1), "input"), (A.ljust(limits.EVIDENCE_BYTES + 1, b"\0"), "evidence")],
)
def test_what_is_too_large(data: bytes, limit: str) -> None:
    error = forced(data, None)
    assert isinstance(error, LimitExceeded)
    assert (error.limit, error.got) == (limit, len(data))


def test_an_attachment_that_is_too_large() -> None:
    large = {"certificates": bytes(limits.ATTACHMENT_BYTES + 1)}
    error = failure(parse_all(A, attachments=large, registry=KNOWN))
    assert isinstance(error, LimitExceeded)
    assert error.limit == "attachment certificates"


# options and attachments


@pytest.mark.parametrize(
    "options", [{"product": "two"}, Options(product="two"), {"product": "two", "size": "7"}]
)
def test_options_as_a_mapping_or_as_the_types_own(options: object) -> None:
    assert parse(A, options=options, registry=KNOWN).claims.workload.label == "two"


@pytest.mark.parametrize(
    "options", [{"product": "three"}, {"produkt": "one"}, {"size": "many"}, 7, "product=one"]
)
def test_an_option_that_the_type_lacks_is_a_usage_error(options: object) -> None:
    with pytest.raises(UsageError):
        parse_all(A, options=options, registry=KNOWN)


class Wider(Struct, frozen=True, forbid_unknown_fields=True):
    size: int = 0


MIXED = registry(toy("mixed-a", b"ALPH", options=NoOptions), toy("mixed-b", b"WIDE", options=Wider))
WIDE = sample(b"WIDE")


def bars(*pieces: bytes) -> bytes:
    return b"".join(b"|" + piece for piece in pieces)


@pytest.mark.usefixtures("two_in_one")
@pytest.mark.parametrize("options", [{"size": "7"}, Wider(size=7)])
def test_an_option_reaches_the_pieces_whose_type_has_it(options: object) -> None:
    first, second = parse_all(bars(A, WIDE), options=options, registry=MIXED)
    assert isinstance(first, Evidence)
    assert isinstance(second, Evidence)
    assert (first.input.options, second.input.options) == (NoOptions(), Wider(size=7))


@pytest.mark.usefixtures("two_in_one")
@pytest.mark.parametrize("options", [{"size": 7}, Wider(size=7)])
@pytest.mark.parametrize("data", [A, bars(A, A), bars(A, b"-")])
def test_an_option_that_no_piece_takes_is_a_usage_error(options: object, data: bytes) -> None:
    with pytest.raises(UsageError):
        parse_all(data, options=options, registry=MIXED)


@pytest.mark.usefixtures("two_in_one")
@pytest.mark.parametrize("options", [{"sise": 7}, {"size": "many"}, Options(product="two")])
def test_an_option_of_no_type_or_no_such_value_is_a_usage_error_whatever_the_pieces_are(
    options: object,
) -> None:
    with pytest.raises(UsageError):
        parse_all(bars(A, WIDE), options=options, registry=MIXED)


def test_pieces_of_no_type_are_their_own_error_whatever_the_options() -> None:
    (failure,) = parse_all(b"no evidence", options={"size": 7}, registry=MIXED)
    assert isinstance(failure, Failure)
    assert failure.error.code == "unknown-format"


@pytest.mark.usefixtures("two_in_one")
def test_a_broken_piece_takes_its_option() -> None:
    first, second = parse_all(bars(A, WIDE[:-1]), options={"size": 7}, registry=MIXED)
    assert isinstance(first, Evidence)
    assert isinstance(second, Failure)


def test_options_of_a_type_that_is_asked_for_are_those_of_that_type() -> None:
    with pytest.raises(UsageError, match="of mixed-a 'size'"):
        parse_all(WIDE, type="mixed-a", options={"size": 7}, registry=MIXED)


def test_attachments_are_listed_with_their_origin_and_ignored_ones_are_noted() -> None:
    evidence_piece = parse(A, attachments={"certificates": b"abcd", "event-log": b""}, registry=KNOWN)
    listed = [(a.kind, a.size, a.origin) for a in evidence_piece.claims.attachments]
    assert listed == [("certificates", 4, "caller"), ("event-log", 0, "caller")]
    assert evidence_piece.claims.attachments[0].sha256 == sha256(b"abcd").digest()
    notes = [(note.code, note.path) for note in evidence_piece.claims.notes]
    assert notes == [("attachment-ignored", "/attachments/event-log")]


def test_an_attachment_of_no_known_kind_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        parse(A, attachments={"certificate": b""}, registry=KNOWN)


# what a carrier expects


@pytest.mark.parametrize(
    ("binding", "digest", "status"),
    [
        ("nonce", b"nonce678", "matches"),
        ("nonce", b"nonce", "differs"),
        ("nonce", b"nonce679", "differs"),
        ("nonce", b"nonce678+", "differs"),
    ],
)
def test_what_a_carrier_expects_is_compared(binding: str, digest: bytes, status: str) -> None:
    expect = Expect(binding, digest, "runtime-data", "sha-256")
    whole = Input(data=A, expects=(expect,))
    (fact,) = only(tuple(convert_all(whole, registry=KNOWN))).claims.consistency
    assert (fact.status, fact.compared_to, fact.digest_of) == (status, f"/bindings/{binding}", "runtime-data")
    assert fact.computed == digest


def test_evidence_without_the_binding_that_a_carrier_expects_contradicts_it() -> None:
    expects = (Expect("report_data", b"nonce678", "runtime-data", "sha-256"),)
    assert isinstance(
        failure(tuple(convert_all(Input(data=A, expects=expects), registry=KNOWN))), CarrierError
    )


@pytest.mark.parametrize("values", [(b"nonce678", b"other"), (b"other", b"nonce678"), (b"other", b"third")])
def test_of_several_expectations_one_that_differs_is_the_fact(values: tuple[bytes, ...]) -> None:
    expects = tuple(Expect("nonce", value, "carrier-nonce", None) for value in values)
    (fact,) = only(tuple(convert_all(Input(data=A, expects=expects), registry=KNOWN))).claims.consistency
    assert (fact.status, fact.computed) == ("differs", b"other")


def test_a_digest_that_zeros_follow_matches() -> None:
    whole = Input(
        data=sample(b"ALPH", b"abc" + bytes(5)), expects=(Expect("nonce", b"abc", "runtime-data", "sha-256"),)
    )
    assert only(tuple(convert_all(whole, registry=KNOWN))).claims.consistency[0].status == "matches"


# where


def test_where_and_the_bytes() -> None:
    evidence_piece = parse(A, attachments={"certificates": b"wxyz"}, registry=KNOWN)
    source = evidence_piece.where(f"{MEASUREMENT}/digests/0/digest")
    assert (source.field, source.layer, source.start, source.end) == ("digest", "evidence", 4, 36)
    assert evidence_piece.bytes_of(source) == A[4:36]
    assert evidence_piece.where("/environments/0/measurements/0") == source
    assert evidence_piece.bytes_of(evidence_piece.where("/bindings/0/value")) == b"nonce678"
    by_field = {source.field: source for source in evidence_piece.sources()}
    assert evidence_piece.bytes_of(by_field["chain"]) == b"xy"
    assert evidence_piece.bytes_of(by_field["decoded"]) == b"in"


@pytest.mark.parametrize(
    "path", ["/evidence/size", "/environments/td/role", "/nothing", "", "nonce", "/bindings/1"]
)
def test_where_no_bytes_stand(path: str) -> None:
    with pytest.raises(LookupError):
        parse(A, registry=KNOWN).where(path)


def test_the_message_of_a_signature() -> None:
    evidence_piece = parse(A, registry=KNOWN)
    signature = Signed(
        name="one",
        by="somebody",
        alg=None,
        hash=None,
        encoding=None,
        construct="plain",
        covers=((0, 2), (3, 5)),
        value=b"",
    )
    assert evidence_piece.message(signature) == A[0:2] + A[3:5]
    assert evidence_piece.message(msgspec.structs.replace(signature, message=b"another")) == b"another"


def test_unsigned_claims_are_those_outside_of_all_covers() -> None:
    assert parse(A, registry=KNOWN).unsigned() == ("/bindings/nonce",)


def test_a_file_cannot_be_evidence_by_name(tmp_path: Any) -> None:
    path = tmp_path / "report.bin"
    path.write_bytes(A)
    assert evidence.load(path, registry=KNOWN).claims.evidence.type == "alpha"
    assert len(evidence.load_all(str(path), registry=KNOWN)) == 1
    with pytest.raises(OSError, match="missing"):
        evidence.load(tmp_path / "missing", registry=KNOWN)
    path.write_bytes(A + b"x")
    with pytest.raises(TrailingBytes):
        evidence.load(path, registry=KNOWN)


def test_make_input_copies_what_can_change() -> None:
    data = bytearray(A)
    content = make_input(data)
    data[0] = 0
    assert content.data == A


@given(st.binary(max_size=120))
def test_any_bytes_give_pieces_or_failures(data: bytes) -> None:
    for kind in (None, "amd-sev-snp"):
        for piece in parse_all(data, type=kind):
            assert isinstance(piece, Failure)
