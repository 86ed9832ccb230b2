"""Verification: what a report says, what it takes to be `Verified`, whom an anchor is for, and what a nonce must be."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from evidence import Evidence, UsageError, parse
from evidence.authoring import fixtures
from evidence.authoring.fixtures import Checked, Loaded
from evidence.authoring.gate import authentic
from evidence.authoring.gate.proof import ADMIT, Proof
from evidence.authoring.schema import document_schema, schema_id
from evidence.claims import Binding, Bytes
from evidence.convert import BUILTIN
from evidence.errors import EvidenceError
from evidence.registry import EvidenceType
from evidence.verify import (
    NotVerified,
    Trust,
    VerificationReport,
    Verified,
    message,
    run,
    shipped,
    signature,
    verify,
)
from evidence.verify.document import SCHEMA, Verification, to_json
from evidence.wire import x509
from evidence.words import BindingRole
from tests.builtin import every_type
from tests.conftest import CORPUS

ROOT = Path(__file__).parents[1]
AT = datetime(2026, 11, 1, tzinfo=UTC)


@cache
def loaded(kind: str, name: str) -> Loaded:
    return next(one for one in fixtures.valid(BUILTIN[kind].fixtures) if one.name == name)  # type: ignore[arg-type]


def checked(kind: str, name: str) -> Checked:
    return next(one for at, one in fixtures.checked(BUILTIN[kind].fixtures) if at == name)  # type: ignore[arg-type]


def trust_of(fixture: Checked) -> Trust:
    keys = {role: json.dumps(key).encode() for role, key in fixture.keys.items()}
    return Trust().with_anchors(*fixture.anchors).with_keys(**keys)


def evidence_of(kind: str, name: str) -> Evidence:
    source = loaded(kind, name)
    return parse(source.data, attachments=source.attachments, options=source.fixture.options or None)


def report_of(kind: str, name: str, **more: Any) -> VerificationReport:
    """The report of a fixture of `verify/`."""
    fixture = checked(kind, name)
    supplied = {"trust": trust_of(fixture), "at": AT, "certificates": fixture.certificates, **more}
    return verify(evidence_of(kind, fixture.origin_of), **supplied)


# reports


def test_a_report_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="require"):
        bool(report_of("amd-sev-snp", "table"))


def test_verified_is_what_require_gives_and_nothing_else() -> None:
    report = report_of("amd-sev-snp", "table")
    verified = report.require()
    assert isinstance(verified, Verified)
    either: object = verified  # of the type itself mypy knows that it can be no Evidence
    assert not isinstance(either, Evidence)
    assert verified.claims is report.evidence.claims
    assert verified.accepted_without == ()
    assert verified.document() == report.document()
    with pytest.raises(TypeError):
        Verified()  # type: ignore[call-arg]  # mypy lets nobody make one either
    with pytest.raises(AttributeError):
        verified.report = report


def test_not_verified_names_the_first_check_that_did_not_pass() -> None:
    report = report_of("amd-sev-snp", "nobody-trusted")
    with pytest.raises(NotVerified) as caught:
        report.require()
    assert isinstance(caught.value, EvidenceError)
    assert (caught.value.code, caught.value.failed, caught.value.reason) == (
        "not-verified",
        "chain:vek",
        "untrusted-root",
    )
    assert caught.value.check is report.check("chain:vek")
    assert caught.value.report is report


def test_a_check_can_be_done_without_only_by_its_name_and_the_document_says_so() -> None:
    report = report_of("amd-sev-snp", "nobody-trusted")
    assert report.require(without=["chain:vek"]).accepted_without == ("chain:vek",)
    assert report.document(["chain:vek"]).accepted_without == ("chain:vek",)
    assert report.document(["chain:vek"]).verdict == "verified"
    assert report.document().verdict == "not-verified"
    with pytest.raises(UsageError, match="chain:pck"):
        report.require(without=["chain:pck"])
    passing = report_of("amd-sev-snp", "table")
    assert passing.require(without="chain:vek").accepted_without == ()


def test_without_any_signature_nothing_is_verified_whatever_the_caller_does_without() -> None:
    unsigned = verify(evidence_of("amd-sev-snp", "v3-signing-key-none"), trust=Trust.shipped(), at=AT)
    assert [check.reason for check in unsigned.checks] == ["unsigned"]
    with pytest.raises(NotVerified):
        unsigned.require(without=[check.id for check in unsigned.checks])
    bare = verify(evidence_of("eat", "bare"), trust=Trust.shipped(), at=AT)
    assert bare.check("signature:evidence").reason == "unsigned"
    nobody = report_of("arm-psa", "other-key")
    with pytest.raises(NotVerified):
        nobody.require(without=["signature:token"])


def test_claims_are_covered_only_by_what_leads_to_somebody_trusted() -> None:
    good, bad = report_of("arm-cca", "token"), report_of("arm-cca", "no-key")
    rim = "/environments/realm/measurements/rim"
    assert good.evidence.covered(rim, by="realm")
    assert rim not in good.uncovered
    assert bad.check("signature:realm").passed
    assert rim in bad.uncovered  # its key came with the evidence, and nobody vouches for it
    chain, nobody = report_of("amd-sev-snp", "table"), report_of("amd-sev-snp", "nobody-trusted")
    hwid = "/environments/vek/identifiers/hwid"
    assert hwid not in chain.uncovered
    assert hwid in nobody.uncovered
    assert chain.uncovered == ()


def test_the_attestation_key_is_covered_by_the_binding_that_vouches_for_it() -> None:
    assert "/environments/qe/keys/attestation_key" not in report_of("intel-tdx", "chain").uncovered
    assert "/environments/qe/keys/attestation_key" in report_of("intel-tdx", "chain", trust=Trust()).uncovered


def test_what_was_not_checked_is_said() -> None:
    assert report_of("intel-tdx", "chain").not_checked == (
        *("freshness", "revocation:pck", "tcb-status", "qe-identity", "tdx-module-identity"),
    )
    assert report_of("amd-sev-snp", "table").not_checked == ("freshness", "revocation:vek")


# time, keys, anchors


def test_a_time_has_a_zone_and_is_judged_to_the_second() -> None:
    with pytest.raises(UsageError):
        report_of("amd-sev-snp", "table", at=AT.replace(tzinfo=None))
    report = report_of("amd-sev-snp", "table", at=AT + timedelta(microseconds=7))
    assert report.at == "2026-11-01T00:00:00Z"
    there = datetime.fromisoformat("2026-11-01T05:30:00+05:30")
    assert report_of("amd-sev-snp", "table", at=there).at == report.at


def test_an_anchor_may_be_for_some_types_only() -> None:
    fixture = checked("amd-sev-snp", "table")
    other = Trust().with_anchors(*fixture.anchors, types=["intel-tdx"])
    assert report_of("amd-sev-snp", "table", trust=other).check("chain:vek").reason == "untrusted-root"
    own = Trust().with_anchors(*fixture.anchors, types=["amd-sev-snp"])
    assert report_of("amd-sev-snp", "table", trust=own).require().claims.environments


def test_shipped_anchors_are_for_the_types_of_their_vendor() -> None:
    shipped_trust = Trust.shipped()
    names = {
        kind: {anchor.subject.split("CN=")[1].split(",")[0] for anchor in shipped_trust.anchors_of(kind)}
        for kind in ("amd-sev-snp", "intel-tdx", "dmtf-spdm", "eat")
    }
    assert names["amd-sev-snp"] == {"ARK-Milan", "ARK-Genoa", "ARK-Turin"}
    assert len(names["intel-tdx"]) == len(names["dmtf-spdm"]) == 1
    assert names["eat"] == set()
    assert Trust().anchors_of("amd-sev-snp") == ()


@pytest.mark.parametrize("row", [*shipped.ANCHORS, *shipped.INTERMEDIATES], ids=lambda row: row.file)
def test_the_fingerprints_of_what_ships(row: shipped.ShippedRow) -> None:
    """Computed again, the key by another reader."""
    from asn1crypto.x509 import Certificate

    content = (shipped.FOLDER / row.file).read_bytes()
    assert sha256(content).hexdigest() == row.sha256
    public = Certificate.load(content).public_key.dump()
    assert sha256(public).hexdigest() == row.spki_sha256
    if CORPUS is not None:
        (same,) = CORPUS.glob(f"trust/*/*/{row.file}")
        assert same.read_bytes() == content


def test_nothing_else_ships_and_intermediates_are_signed_by_anchors() -> None:
    files = {row.file for row in (*shipped.ANCHORS, *shipped.INTERMEDIATES)}
    assert {path.name for path in shipped.FOLDER.iterdir()} == files
    from evidence.verify.path import check_signed

    anchors = {anchor.subject: anchor for anchor, _ in shipped.anchors()}
    for certificate, _ in shipped.intermediates():
        check_signed(certificate, anchors[certificate.issuer])


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing", b"{}", b'{"kty": "EC"}', bytes(31), b"\x04" + bytes(64), b"\x30\x03\x02\x01\x00"],
)
def test_what_is_no_key_or_no_anchor_is_the_callers_fault(content: bytes) -> None:
    with pytest.raises(UsageError):
        Trust().with_keys(iak=content)
    with pytest.raises(UsageError):
        Trust().with_anchors(content)


def test_lists_that_cannot_be_read_are_not_lost_without_a_word() -> None:
    with pytest.raises(UsageError):
        report_of("intel-tdx", "chain", crls=[b"nothing"])


def test_certificates_that_cannot_be_read_are_told_by_the_chain() -> None:
    report = verify(
        evidence_of("amd-sev-snp", "v3-milan"), trust=Trust.shipped(), at=AT, certificates=[b"nothing"]
    )
    assert report.check("chain:vek").reason == "bad-certificate"


def test_several_keys_of_one_role_are_tried() -> None:
    fixture = checked("arm-psa", "sign1")
    right, wrong = fixture.keys["iak"], checked("arm-psa", "other-key").keys["iak"]
    both = Trust().with_keys(iak=[json.dumps(wrong).encode(), json.dumps(right).encode()])
    assert report_of("arm-psa", "sign1", trust=both).require().claims.environments


def test_a_token_inside_of_another_has_a_signer_of_its_own() -> None:
    keys = checked("eat", "cwt").keys["attester"]
    trust = Trust().with_keys(attester=json.dumps(keys).encode())
    report = verify(evidence_of("eat", "submodules"), trust=trust, at=AT)
    assert report.check("signature:token").passed
    assert report.check("signature:submods/token/token").reason == "no-key"


# nonces


@pytest.mark.parametrize(
    ("nonce", "reason"),
    [(0, None), (1, "differs"), (2, "differs"), (3, "differs")],
    ids=["exact", "cut", "padded", "other"],
)
def test_a_nonce_is_compared_whole(nonce: int, reason: str | None) -> None:
    exact = bytes(evidence_of("amd-sev-snp", "v3-table").claims.caller_binding.value)
    supplied = (exact, exact[:-1], exact + b"\0", bytes(64))[nonce]
    report = report_of("amd-sev-snp", "table", nonce=supplied)
    assert report.check("binding:nonce-binding").reason == reason
    assert "freshness" not in report.not_checked


@pytest.mark.parametrize(
    ("roles", "chosen"),
    [
        ({"caller-data": "a"}, [0]),
        ({"challenge": "a", "responder-nonce": "a"}, [0]),
        ({"caller-data": "a", "challenge": "a"}, [0, 1]),  # AWS Nitro: user data and a nonce
        ({"caller-data": "a", "challenge": "b"}, [0]),  # a device's nonce says nothing of the workload
        ({"context": "a", "key-binding": "a"}, []),
    ],
)
def test_what_may_be_the_nonce(roles: dict[BindingRole, str], chosen: list[int]) -> None:
    bindings = tuple(
        Binding(
            name=role,
            role=role,
            declared="opaque",
            requested_by="verifier",
            environment=where,
            value=Bytes(b"x"),
        )
        for role, where in roles.items()
    )
    assert run._chosen(bindings) == [bindings[index] for index in chosen]


def test_a_nonce_that_nobody_signed_is_not_fresh() -> None:
    piece = evidence_of("eat", "claims-set")
    nonce = bytes(piece.claims.binding("eat_nonce").value) if piece.claims.bindings else b""
    report = verify(piece, trust=Trust(), at=AT, nonce=nonce)
    assert not report.check("binding:nonce-binding").passed


# the document


def schema() -> Any:
    from jsonschema import Draft202012Validator

    text = (ROOT / "schemas" / "verification.schema.json").read_text()
    assert json.loads(text) == document_schema(
        Verification, schema_id("verification"), f"The document {SCHEMA}"
    )
    return Draft202012Validator(json.loads(text))


@every_type
def test_documents_fit_their_schema_and_are_the_same_every_time(kind: EvidenceType) -> None:
    validator = schema()
    assert kind.fixtures is not None
    for name, fixture in fixtures.checked(kind.fixtures):
        if fixture.edits:
            continue
        document = report_of(kind.name, name).document()
        text = to_json(document)
        assert text == to_json(report_of(kind.name, name).document())
        plain = msgspec.json.decode(text)
        validator.validate(plain)
        assert "null" not in text.decode()
        assert not validator.is_valid({**plain, "more": 1})
        assert not validator.is_valid({**plain, "schema": "evidence-claims/1"})


# what conversion says for verifiers


@every_type
def test_candidates_are_certificates_of_the_evidence_leaf_first(kind: EvidenceType) -> None:
    assert kind.fixtures is not None
    known = 0
    for source in fixtures.valid(kind.fixtures):
        piece = parse(
            source.data,
            type=kind.name if source.fixture.force else None,
            options=source.fixture.options or None,
            attachments=source.attachments,
        )
        for entry in piece.claims.certificates:
            der = piece.certificate(entry.source)
            assert sha256(der).digest() == entry.sha256
        for signed in piece.signed():
            candidates = signed.certificates
            assert len(candidates) == len(set(candidates))
            read = [x509.read(piece.certificate(name), name) for name in candidates]
            for lower, upper in pairwise(read):
                if lower.issuer_raw == upper.subject_raw:
                    known += 1
    if kind.name in {"amd-sev-snp", "intel-tdx", "intel-sgx", "dmtf-spdm"}:
        assert known
    with pytest.raises(LookupError):
        piece.certificate("nobody")


def test_covered_asks_one_signature_about_one_claim() -> None:
    piece = evidence_of("intel-tdx", "v4-chain")
    assert piece.covered("/environments/td/measurements/mrtd", by="quote")
    assert not piece.covered("/environments/td/measurements/mrtd", by="qe-report")
    assert piece.covered("/environments/qe/measurements/mrenclave", by="qe-report")
    with pytest.raises(LookupError):
        piece.covered("/environments/td/measurements/mrtd", by="nobody")


# the gate's duty fails where verification does


@pytest.mark.parametrize("kind", ["amd-sev-snp", "intel-tdx", "arm-cca", "dmtf-spdm", "eat"])
def test_the_duty_is_told_by_a_check_that_checks_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = Proof(BUILTIN[kind], BUILTIN, ADMIT)
    assert list(authentic.duty_13_authentic(proof)) == []
    monkeypatch.setattr(signature, "check", lambda *_: None)
    monkeypatch.setattr(message, "of_jws", lambda *_: None)
    entries = list(authentic.duty_13_authentic(proof))
    assert any("passes with bit" in reason for reason in entries)


def test_the_duty_wants_a_fixture_that_verifies_and_one_that_does_not() -> None:
    proof = Proof(BUILTIN["arm-psa"], BUILTIN, ADMIT)
    good = tuple(pair for pair in proof.checked if pair[1].verified)
    proof.checked = good
    assert [reason for reason in authentic.duty_13_authentic(proof) if "is not" in reason]
    proof.checked = ()
    assert len(list(authentic.duty_13_authentic(proof))) == 2
    name, fixture = good[0]
    proof.checked = ((name, replace(fixture, checks={"signature:token": "no-key"})),)
    assert any("its checks are" in reason for reason in authentic.duty_13_authentic(proof))
    proof.checked = ((name, replace(fixture, origin_of="nothing")),)
    assert any("no valid fixture" in reason for reason in authentic.duty_13_authentic(proof))


# in a process of its own


def fresh(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


VERIFY_SNP = """
import sys
sys.modules["cryptography.x509"] = None
import json
from datetime import UTC, datetime
import evidence
from evidence.verify import Trust, verify
fixture = json.load(open("fixtures/amd-sev-snp/verify/table.json"))
piece = evidence.parse(
    open("fixtures/amd-sev-snp/valid/v3-table.bin", "rb").read(),
    attachments={kind: open("fixtures/amd-sev-snp/valid/" + file, "rb").read()
                 for kind, file in json.load(open("fixtures/amd-sev-snp/valid/v3-table.json"))["attachments"].items()})
trust = Trust().with_anchors(*map(bytes.fromhex, fixture["anchors"]))
print(verify(piece, trust=trust, at=datetime(2026, 11, 1, tzinfo=UTC)).require().claims.evidence.type)
print(sorted({"jwcrypto", "asn1crypto"} & set(sys.modules)))
"""


def test_snp_verifies_without_the_certificates_of_cryptography_and_without_a_warning() -> None:
    assert fresh(VERIFY_SNP).split("\n")[:2] == ["amd-sev-snp", "[]"]


def test_importing_the_library_loads_nothing_of_it() -> None:
    code = "import sys, evidence; print([name for name in sys.modules if name.startswith('evidence.verify')])"
    assert fresh(code).strip() == "[]"


def test_the_example_verifies_five_types_in_under_forty_lines() -> None:
    example = ROOT / "examples" / "verify.py"
    assert len(example.read_text().splitlines()) < 40
    done = subprocess.run(
        [sys.executable, str(example)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for kind in ("amd-sev-snp", "intel-tdx", "arm-cca", "dmtf-spdm", "eat"):
        assert {"not verified" in line for line in lines if line.startswith(kind)} == {True, False}
