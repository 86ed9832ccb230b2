"""What an attacker, or a careless caller, may try: nothing passes by absence, nothing raises, nothing else makes a `Verified`."""

from __future__ import annotations

import copy
import json
import pickle
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from evidence import Evidence, UsageError, parse_all
from evidence.authoring import fixtures
from evidence.authoring.gate.difference import differences
from evidence.cli.commands import commands
from evidence.convert import BUILTIN
from evidence.paths import parents
from evidence.registry import EvidenceType, Signed
from evidence.verify import Check, NotVerified, Trust, VerificationReport, Verified, keys, path, verify
from evidence.verify.algorithm import form_of
from evidence.verify.rules import CERT_SIGN, DIGITAL_SIGNATURE, has_usage
from evidence.verify.uncovered import authentic
from evidence.verify.words import StepRefused
from evidence.wire import der as wire
from evidence.wire import x509 as ours
from evidence.wire.x509 import X509Certificate
from tests.authorities import key, make, usage
from tests.builtin import every_type
from tests.conftest import CORPUS
from tests.generate import amd_chain, amd_sev_snp_attached, der
from tests.test_verify import AT, checked, evidence_of, loaded, report_of, trust_of
from tests.test_verify_corpus import BARE, WAITS, inside, name_of
from tests.test_verify_types import CHIP, MILAN, SPKI, outcomes, report, with_chain
from tests.verifying import Row, content, facts, the_piece
from tests.verifying import report as report_of_row

ROOT = make("Root", 1, "Root", 1, ca=True)
CA = make("CA", 2, "Root", 1, ca=True)
LEAF = make("Leaf", 3, "CA", 2, key_usage=usage(sign=True))


# nothing passes because it is not there


def test_a_vek_whose_extensions_cannot_be_read_matches_nothing() -> None:
    """It comes from the caller: what came with the evidence is refused with it."""
    odd = {**amd_sev_snp_attached.MILAN_LEAF, f"{amd_chain.ARC}2": der.tlv(0x16, b"\xff")}
    leaf = amd_chain.vcek("Milan", odd, CHIP)
    piece = evidence_of("amd-sev-snp", "v3-table")
    bare = replace(
        piece,
        input=replace(piece.input, attachments={}),
        native=replace(piece.native, certificates=None, vek=None),
    )
    done = report(bare, MILAN.ark, certificates=[leaf, MILAN.ask])
    assert outcomes(done) == {
        "signature:report": None,
        "chain:vek": None,
        "binding:signing_key-certified": "not-computable",
        "binding:reported_tcb-certified": "not-computable",
        "binding:chip_id-certified": "not-computable",
        "binding:product-certified": "not-computable",
    }
    with pytest.raises(NotVerified):
        done.require()


def test_of_two_checks_with_one_id_both_must_have_passed() -> None:
    good = Check(kind="signature", name="token", by="attester", status="passed")
    bad = replace(good, status="failed", reason="bad-signature")
    assert authentic([good]) == {good.id}
    assert authentic([good, bad]) == authentic([bad, good]) == frozenset()


def test_what_another_exchange_has_signed_is_no_answer_to_the_nonce() -> None:
    entry = checked("dmtf-spdm", "chain")
    for name, reason in (("v12-several-pairs", None), ("v12-signed-twice", "differs")):
        piece = evidence_of("dmtf-spdm", name)
        nonce = bytes(piece.claims.caller_binding.value)
        done = verify(piece, trust=trust_of(entry), at=AT, certificates=entry.certificates, nonce=nonce)
        assert done.check("binding:nonce-binding").reason == reason
        assert {check.reason for check in done.checks if check.kind == "signature"} == {None}


def test_a_plugin_that_takes_the_name_of_a_type_of_ours_has_no_steps_of_ours() -> None:
    piece = evidence_of("amd-sev-snp", "v3-table")
    foreign = replace(piece, type=replace(piece.type, title="Another"))
    done = report(foreign, MILAN.ark)
    assert done.check("signature:report").reason == "no-key"


def test_the_caller_own_value_of_a_flag_is_no_nonce() -> None:
    for nonce in (b"", bytearray()):
        with pytest.raises(UsageError):
            report_of("amd-sev-snp", "table", nonce=nonce)


# nothing raises

PSS = bytes.fromhex("06092a864886f70d01010a")
SHA384 = der.sequence(der.oid("2.16.840.1.101.3.4.2.2"), der.tlv(5))
MGF1 = der.sequence(der.oid("1.2.840.113549.1.1.8"), SHA384)


@pytest.mark.parametrize(
    "parameters",
    [
        der.tlv(5),
        der.tlv(4, b"abc"),
        der.sequence(),
        der.sequence(*(der.tlv(tag) for tag in (0xA0, 0xA1, 0xA2))),
        der.sequence(der.tlv(0xA0, der.sequence()), der.tlv(0xA1, der.sequence()), der.tlv(0xA2, der.integer(48))),
        der.sequence(der.tlv(0xA0, SHA384), der.tlv(0xA1, SHA384), der.tlv(0xA2, der.integer(48))),
        der.sequence(der.tlv(0xA0, SHA384), der.tlv(0xA1, MGF1), der.tlv(0xA2, der.tlv(4))),
        der.sequence(der.tlv(0xA0, SHA384), der.tlv(0xA1, MGF1), der.tlv(0xA2, der.integer(48)), der.tlv(0xA3, der.integer(2))),
        der.sequence(der.tlv(0xA0, SHA384), der.tlv(0xA0, SHA384), der.tlv(0xA1, MGF1), der.tlv(0xA2, der.integer(48))),
        der.sequence(der.tlv(0xA0, SHA384 + SHA384), der.tlv(0xA1, MGF1), der.tlv(0xA2, der.integer(48))),
        der.sequence(der.tlv(0xA0, der.tlv(6, b"\x2a")), der.tlv(0xA1, der.tlv(6, b"\x2a")), der.tlv(0xA2, der.integer(48))),
    ],
)  # fmt: skip
def test_odd_parameters_of_pss_are_refused(parameters: bytes) -> None:
    identifier = der.sequence(PSS, parameters)
    with pytest.raises(StepRefused) as refused:
        form_of(identifier)
    assert refused.value.reason == "refused-algorithm"
    leaf = replace(LEAF, signature_raw=identifier)
    assert path.check(leaf, (CA,), (), "2026-11-01T00:00:00Z").reason == "refused-algorithm"
    good = der.sequence(der.tlv(0xA0, SHA384), der.tlv(0xA1, MGF1), der.tlv(0xA2, der.integer(48)), der.tlv(0xA3, der.integer(1)))  # fmt: skip
    assert form_of(der.sequence(PSS, good)).hash == "sha-384"


@pytest.mark.parametrize(
    "point", [b"", b"\x04", b"\x02" + bytes(32), b"\x06" + bytes(64), b"\x04" + bytes(64)]
)
def test_a_certificate_whose_key_is_no_point_is_refused(point: bytes) -> None:
    spki = der.sequence(
        der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7")), der.tlv(3, b"\0" + point)
    )
    tbs = der.sequence(LEAF.tbs[wire.item(LEAF.tbs, 0).content :].replace(LEAF.key.spki, spki))
    whole = der.sequence(tbs, LEAF.signature_raw, der.tlv(3, b"\0" + LEAF.signature))
    leaf = ours.read(whole, "leaf")
    with pytest.raises(StepRefused) as refused:
        keys.of_certificate(leaf.key)
    assert refused.value.reason == "refused-key"
    assert outcomes(report(with_chain(leaf, CA), ROOT.der))["signature:token"] == "no-key"
    assert outcomes(report(with_chain(leaf, CA), leaf.der))["signature:token"] == "refused-key"


def test_bits_of_a_key_usage_are_found_behind_a_long_length() -> None:
    long = der.tlv(3, bytes((0, 1 << 7 - CERT_SIGN, *bytes(199), 1)))
    extension = ours.Extension("2.5.29.15", True, long, 0, len(long))
    odd = replace(CA, extensions={**CA.extensions, "2.5.29.15": extension})
    assert has_usage(odd, CERT_SIGN)
    assert not has_usage(odd, DIGITAL_SIGNATURE)


class Nowhere(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> str:
        return "nowhere"

    dst = utcoffset


@pytest.mark.parametrize(
    "at",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
        AT.replace(tzinfo=Nowhere()),
    ],
)
def test_a_time_that_is_none_in_utc_is_the_callers_fault(at: datetime) -> None:
    with pytest.raises(UsageError):
        report_of("amd-sev-snp", "table", at=at)


def numbers(n: int, e: int) -> bytes:
    def written(number: int) -> str:
        from base64 import urlsafe_b64encode

        size = (number.bit_length() + 7) // 8
        return urlsafe_b64encode(number.to_bytes(size, "big")).decode().rstrip("=")

    return json.dumps({"kty": "RSA", "n": written(n), "e": written(e)}).encode()


MODULUS = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n


@pytest.mark.parametrize(
    "content",
    [
        b'{"kty": "oct", "k": ""}',
        b'{"kty": "oct", "k": "c2hvcnQ"}',
        numbers(MODULUS, 1),
        numbers(MODULUS, (1 << 2000) + 1),
        numbers(MODULUS >> 1100, 65537),
    ],
    ids=["empty", "short", "no exponent", "slow", "small"],
)
def test_keys_that_anybody_has_or_that_cost_too_much_are_refused(content: bytes) -> None:
    with pytest.raises(UsageError):
        Trust().with_keys(iak=content)


def test_every_word_can_be_a_role() -> None:
    spki = key(1).public_key().public_bytes(*SPKI)
    assert set(Trust().with_keys(**{"self": spki, "submods/TEE/token": spki}).keys) == {
        "self",
        "submods/TEE/token",
    }


# nothing else makes a Verified


@pytest.mark.parametrize("make_another", [copy.copy, copy.deepcopy, pickle.dumps], ids=lambda f: f.__name__)
def test_neither_a_report_nor_what_is_verified_is_copied(make_another: Callable[[Any], Any]) -> None:
    done = report_of("amd-sev-snp", "table")
    for closed in (done, done.require()):
        with pytest.raises(TypeError):
            make_another(closed)


def test_a_report_cannot_be_made_nor_changed() -> None:
    bad, good = report_of("amd-sev-snp", "nobody-trusted"), report_of("amd-sev-snp", "table")
    for field in ("checks", "evidence", "at", "not_checked"):
        with pytest.raises(AttributeError):
            setattr(bad, field, getattr(good, field))
    for closed in (VerificationReport, Verified):
        with pytest.raises(TypeError):
            closed()  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            closed(None)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            type("Own", (closed,), {"__init__": lambda _: None})
        empty: Any = object.__new__(closed)
        with pytest.raises(AttributeError):
            empty.document()


def test_the_error_of_a_report_can_cross_into_another_process() -> None:
    with pytest.raises(NotVerified) as caught:
        report_of("amd-sev-snp", "nobody-trusted").require()
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 (our own)
    assert (error.failed, error.reason, str(error)) == (
        caught.value.failed,
        caught.value.reason,
        str(caught.value),
    )


# whoever changes a bit changes no claim that is covered


def broken_law(
    before: Evidence,
    data: bytes,
    attachments: Mapping[str, bytes],
    judge: Callable[[Evidence], VerificationReport],
    times: int,
) -> Iterator[str]:
    """The claims that differ, and that the report of evidence with one changed bit, still verified, covers all the same."""
    chance = random.Random(f"{before.type.name}{len(data)}")  # noqa: S311 (repeatable, not secret)
    parts = {"": data, **attachments}
    options = before.input.options
    if options is not None and options == type(options)():
        options = None  # which fit every type: other pieces may lie beside
    known = frozenset(judge(before).uncovered)
    for _ in range(times):
        part = chance.choice([name for name, whole in parts.items() if whole])
        changed = bytearray(parts[part])
        place = chance.randrange(len(changed))
        changed[place] ^= 1 << chance.randrange(8)
        now = {**parts, part: bytes(changed)}
        pieces = parse_all(now.pop(""), attachments=now, options=options)
        for piece in pieces:
            if not isinstance(piece, Evidence) or piece.type is not before.type:
                continue
            done = judge(piece)
            if done.document().verdict == "verified":
                free = known.union(done.uncovered)
                yield from (
                    f"byte {place} of {part or 'the evidence'}: {claim}"
                    for claim in differences(before.claims, piece.claims)
                    if free.isdisjoint(parents(claim))
                )


@every_type
def test_a_bit_of_a_fixture_changes_no_claim_that_is_verified(kind: EvidenceType) -> None:
    assert kind.fixtures is not None
    for name, fixture in fixtures.checked(kind.fixtures):
        source = loaded(kind.name, fixture.origin_of)
        if not fixture.verified or fixture.edits or source.fixture.force:
            continue
        piece = evidence_of(kind.name, fixture.origin_of)

        def judge(one: Evidence, name: str = name, fixture: Any = fixture) -> VerificationReport:
            return verify(one, trust=trust_of(fixture), at=AT, certificates=fixture.certificates)

        assert judge(piece).document().verdict == "verified"
        assert [*broken_law(piece, source.data, source.attachments, judge, 150)] == []


REAL: dict[str, dict[str, str]] = {
    # a real sample that verifies by what ships, and the certificates beside it
    "snp/trustee-az-evidence-v1.json": {},
    "snp/trustee-az-evidence-genoa.json": {},
    "snp/tav-milan_attestation_report.bin": {"certificates": "snp/tav-milan_vcek.pem"},
    "snp/tav-turin_attestation_report.bin": {"certificates": "snp/tav-turin_vcek.pem"},
    "tdx/gtg_tdx_prod_quote_SPR_E4.dat": {},
    "spdm/nvidia/nvtrust_hopper.report.bin": {"certificates": "spdm/nvidia/nvtrust_hopper.chain.pem"},
}


@pytest.mark.parametrize("file", REAL if CORPUS else [])
def test_a_bit_of_a_real_sample_changes_no_claim_that_is_verified(file: str) -> None:
    attachments = {kind: content(name) for kind, name in REAL[file].items()}
    piece = next(
        one for one in parse_all(content(file), attachments=attachments) if isinstance(one, Evidence)
    )

    def judge(one: Evidence) -> VerificationReport:
        return verify(one, trust=Trust.shipped(), at=datetime(2026, 6, 1, tzinfo=UTC))

    judge(piece).require()
    assert [*broken_law(piece, content(file), attachments, judge, 200)] == []


GOOD: Final = [
    row
    for row in facts()
    if row.kind == "signature" and row.result == "good" and row.type not in {*BARE, "certificate", WAITS}
]


@pytest.mark.parametrize("file", list(dict.fromkeys(row.file for row in GOOD)))
def test_no_signature_of_a_real_sample_passes_with_a_bit_of_it_or_of_its_message_changed(file: str) -> None:
    chance = random.Random(file)  # noqa: S311 (repeatable, not secret)
    for row in (row for row in GOOD if row.file == file):
        piece = the_piece(row)
        if piece is None:  # refused by its format
            continue
        name = name_of(row)
        signed = next(one for one in piece.signed() if one.name == name)
        if not judge_row(row, piece, signed.by).check(f"signature:{name}").passed:
            continue  # an algorithm or a curve that is refused, as the table of facts says
        data = piece.input.data
        places = [chance.choice(range(start, end)) for start, end in signed.covers if start < end][:4]
        at = data.find(signed.value)
        places += [at, at + len(signed.value) // 2, at + len(signed.value) - 1] if at >= 0 else []
        assert places
        for place in places:
            changed = bytearray(data)
            changed[place] ^= 1 << chance.randrange(8)
            for one in parse_all(
                bytes(changed), attachments=piece.input.attachments, options=piece.input.options
            ):
                if isinstance(one, Evidence) and one.type is piece.type:
                    checks = {check.id: check for check in judge_row(row, one, signed.by).checks}
                    assert f"signature:{name}" not in checks or not checks[f"signature:{name}"].passed, place


def judge_row(row: Row, piece: Evidence, role: str) -> VerificationReport:
    return report_of_row(row, piece, role, inside(row))


# keys and signatures for other tools


def with_keys(kind: str) -> Iterator[tuple[Evidence, Signed]]:
    """The signatures of the fixtures of a type whose key is in the evidence, of algorithms that are known."""
    for source in fixtures.valid(BUILTIN[kind].fixtures):  # type: ignore[arg-type]
        if source.fixture.force:
            continue
        options = source.fixture.options or None
        for piece in parse_all(source.data, attachments=source.attachments, options=options):
            if isinstance(piece, Evidence):
                yield from ((piece, signed) for signed in piece.signed() if signed.key and signed.alg)


@pytest.mark.parametrize("kind", ["intel-tdx", "arm-cca", "riscv-cove"])
def test_keys_and_signatures_are_what_other_libraries_take(kind: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    good = 0
    for piece, signed in with_keys(kind):
        try:
            public: Any = load_der_public_key(signed.public_key())
            name = (signed.hash or "").upper().replace("-", "")
            how = (ec.ECDSA(getattr(hashes, name)()),) if signed.encoding == "p1363" else ()
            public.verify(signed.signature_der(), piece.message(signed), *how)
            good += 1
        except (LookupError, InvalidSignature, ValueError, TypeError):
            continue  # a fixture with a bad signature, a key of another kind, a point that is on no curve
    assert good > 2


def test_a_report_of_amd_gives_its_signature_in_der() -> None:
    from cryptography.hazmat.primitives import hashes

    piece = evidence_of("amd-sev-snp", "v3-table")
    (signed,) = piece.signed()
    public = amd_chain.VEK_KEY.public_key()
    public.verify(signed.signature_der(), piece.message(signed), ec.ECDSA(hashes.SHA384()))
    with pytest.raises(LookupError):
        signed.public_key()
    for value in (b"", bytes(3), bytes(300)):
        with pytest.raises(LookupError):
            replace(signed, value=value).signature_der()
    assert replace(signed, encoding=None, value=b"as it is").signature_der() == b"as it is"
    for wrong in (b"", b"\x04" + bytes(99), b"\xa0", bytes(31)):
        with pytest.raises(LookupError):
            replace(signed, key=wrong).public_key()


@pytest.mark.parametrize("size", [32, 48, 66])
def test_two_numbers_in_der_are_those_of_another_library(size: int) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    from evidence.wire.curves import to_der

    top = 1 << 8 * size - 7 if size == 66 else 1 << 8 * size
    for r, s in ((0, 1), (127, 128), (top - 1, top >> 1), (top >> 1, 255)):
        assert to_der(r, s) == encode_dss_signature(r, s)


# the command


def named(text: str, number: int, issuer: X509Certificate, by: int) -> bytes:
    """A certificate whose name holds what a terminal would take as a command."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]))
        .issuer_name(x509.load_der_x509_certificate(issuer.der).subject)
        .public_key(key(number).public_key())
        .serial_number(7)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2034, 1, 1, tzinfo=UTC))
    )
    return builder.sign(key(by), hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize("option", [(), ("--json",), ("--lines",)])
def test_names_of_certificates_command_no_terminal(tmp_path: Any, option: tuple[str, ...]) -> None:
    leaf = ours.read(named("evil\x1b[2J\x9b\u202eflip\x07", 3, CA, 2), "leaf")
    file = tmp_path / "token.bin"
    piece = with_chain(leaf, CA)
    file.write_bytes(piece.data)
    root = tmp_path / "root.der"
    root.write_bytes(ROOT.der)
    done = CliRunner().invoke(
        commands, ["verify", str(file), "--trust", str(root), "--at", "2026-11-01T00:00:00Z", *option]
    )
    assert done.exit_code == 0, done.output
    assert "flip" in done.output
    assert all(letter.isprintable() for letter in done.output.replace("\n", ""))
    assert done.output.isascii()


def verify_command(*words: str) -> Any:
    return CliRunner().invoke(commands, ["verify", *words])


REPORT = "fixtures/amd-sev-snp/valid/v3-extended.bin"


@pytest.mark.parametrize(
    "at",
    [
        *(
            "2026-11-01",
            "2026-11-01T00:00:00",
            "20261101T000000Z",
            "2026-W44-1T00:00:00Z",
            "1764000000",
            "now",
            "",
        ),
        *(
            "2026-11-01T24:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-01T00:00:00+25:00",
            "0001-01-01T00:00:00+14:00",
        ),
        "٢٠٢٦-11-01T00:00:00Z",
    ],
)
def test_a_time_of_the_command_is_one_of_rfc_3339(at: str) -> None:
    done = verify_command(REPORT, "--at", at)
    assert done.exit_code == 2
    assert "not a time of RFC 3339" in done.stderr
    assert "defective" not in done.stderr


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-01T00:00:00z", "2026-11-01T00:00:00Z"),
        ("2026-11-01 02:00:00.999+02:00", "2026-11-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_times_of_every_zone_are_times(at: str, expected: str) -> None:
    assert json.loads(verify_command(REPORT, "--at", at, "--json").stdout)["at"] == expected


def test_the_commands_own_faults_are_told_before_any_evidence(tmp_path: Any) -> None:
    bad = tmp_path / "bad.crl"
    bad.write_bytes(b"nothing")
    for words in (("--nonce", ""), ("--crl", str(bad))):
        done = verify_command(REPORT, *words)
        assert done.exit_code == 2
        assert not done.stdout
        assert "defective" not in done.stderr


def test_a_check_is_done_without_in_the_pieces_that_have_it() -> None:
    other = "fixtures/arm-cca/valid/2024-907.bin"
    done = verify_command(REPORT, other, "--without", "chain:vek", "--lines", "--at", "2026-11-01T00:00:00Z")
    assert done.exit_code == 1
    first, second = (json.loads(line)["verification"] for line in done.stdout.splitlines())
    assert first["accepted_without"] == ["chain:vek"]
    assert "accepted_without" not in second
    unknown = verify_command(REPORT, "--without", "chain:vekk")
    assert unknown.exit_code == 2
    assert "chain:vekk" in unknown.stderr
    assert "defective" not in unknown.stderr


def test_the_table_fits_a_terminal() -> None:
    for file in (REPORT, "fixtures/intel-tdx/valid/v4-chain.bin", "fixtures/riscv-cove/valid/uccs.bin"):
        done = verify_command(file, "--at", "2026-11-01T00:00:00Z")
        head, *lines = done.stdout.splitlines()
        assert head.startswith(file)
        assert max(map(len, lines)) <= 80
