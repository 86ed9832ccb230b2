"""What each type's steps add: whose certificate counts, which key a message may have, what is not at hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from evidence import Evidence, parse
from evidence.verify import NotVerified, Trust, VerificationReport, verify
from evidence.verify.types.dcap import QUOTING_ENCLAVES
from evidence.wire.x509 import X509Certificate
from tests.authorities import key, make, revocation_list, usage
from tests.generate import amd_chain, amd_sev_snp_attached, amd_sev_snp_reports, arm, arm_psa, dcap, der
from tests.test_verify import AT, checked, evidence_of, report_of
from tests.work import counted

ROOT = make("Root", 1, "Root", 1, ca=True)
CA = make("CA", 2, "Root", 1, ca=True)
LEAF = make("Leaf", 3, "CA", 2, key_usage=usage(sign=True))


def report(piece: Evidence, *anchors: bytes, at: datetime = AT, **more: Any) -> VerificationReport:
    return verify(piece, trust=Trust().with_anchors(*anchors), at=at, **more)


def outcomes(done: VerificationReport) -> dict[str, str | None]:
    return {check.id: check.reason for check in done.checks}


# certificates in headers


def with_chain(
    leaf: X509Certificate, *above: X509Certificate, x5t: Any = None, protected: bool = False
) -> Evidence:
    """A PSA token whose header brings certificates."""
    chain: Any = [leaf.der, *(one.der for one in above)] if above else leaf.der
    header: dict[int, Any] = {33: chain} | ({34: x5t} if x5t else {})
    own = cbor2.dumps({1: -7, **(header if protected else {})})
    data = arm.sign1(cbor2.dumps(arm_psa.RFC), key(3), -7, own, {} if protected else header)
    return parse(data)


@pytest.mark.parametrize("protected", [True, False])
def test_a_chain_in_a_header_counts_where_it_leads_to_an_anchor(protected: bool) -> None:  # noqa: FBT001
    piece = with_chain(LEAF, CA, protected=protected)
    assert outcomes(report(piece, ROOT.der)) == {"signature:token": None, "chain:x5chain": None}
    assert report(piece, ROOT.der).require().claims.evidence.type == "arm-psa"
    assert outcomes(report(piece)) == {"signature:token": "no-key", "chain:x5chain": "incomplete"}
    other = make("Root", 9, "Root", 9, ca=True)
    assert outcomes(report(piece, other.der))["chain:x5chain"] == "bad-signature"
    assert outcomes(report(with_chain(LEAF), ROOT.der, certificates=[CA.der]))["chain:x5chain"] is None


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        (make("Leaf", 3, "CA", 2, ca=True), "bad-certificate"),
        (make("Leaf", 3, "CA", 2, key_usage=usage(certificates=True)), "bad-certificate"),
        (make("Leaf", 3, "CA", 8), "bad-signature"),
    ],
)
def test_a_leaf_of_a_header_is_no_ca_and_may_sign(leaf: X509Certificate, reason: str) -> None:
    done = report(with_chain(leaf, CA), ROOT.der)
    assert outcomes(done) == {"signature:token": "no-key", "chain:x5chain": reason}


def test_another_key_than_the_leafs_is_told() -> None:
    leaf = make("Leaf", 7, "CA", 2)
    assert outcomes(report(with_chain(leaf, CA), ROOT.der))["signature:token"] == "bad-signature"


def test_a_stated_digest_is_that_of_the_leaf() -> None:
    good, bad = with_chain(LEAF, CA, x5t=[-16, LEAF.sha256]), with_chain(LEAF, CA, x5t=[-16, CA.sha256])
    assert outcomes(report(good, ROOT.der))["chain:x5chain"] is None
    assert outcomes(report(bad, ROOT.der)) == {"signature:token": "no-key", "chain:x5chain": "bad-header"}


def test_where_the_caller_has_the_key_no_chain_is_looked_at() -> None:
    trust = Trust().with_keys(iak=key(3).public_key().public_bytes(*SPKI))
    assert outcomes(verify(with_chain(LEAF), trust=trust, at=AT)) == {"signature:token": None}


def _spki() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return Encoding.DER, PublicFormat.SubjectPublicKeyInfo


SPKI = _spki()


# quotes

DCAP_ROOT = dcap.der(dcap.ROOT_CERTIFICATE)


def test_a_quote_without_a_chain_takes_the_pck_from_the_caller() -> None:
    piece = evidence_of("intel-tdx", "v4-ppid-clear")
    assert outcomes(report(piece, DCAP_ROOT))["signature:qe-report"] == "no-key"
    source = [dcap.der(dcap.LEAF), dcap.pem(dcap.CA_CERTIFICATE)]
    assert report(piece, DCAP_ROOT, certificates=source).require().claims.evidence.type == "intel-tdx"
    assert outcomes(report(piece, DCAP_ROOT, certificates=source[:1]))["chain:pck"] == "incomplete"


def test_of_two_pck_certificates_the_first_alone_is_tried() -> None:
    done = report(evidence_of("intel-tdx", "v4-two-leaves"), DCAP_ROOT)
    assert done.check("signature:qe-report").key is not None


def test_lists_of_a_quotes_chain() -> None:
    piece = evidence_of("intel-tdx", "v4-chain")
    crl = dcap_list([3])
    assert outcomes(report(piece, DCAP_ROOT, crls=[crl]))["chain:pck"] == "revoked"
    clean = report(piece, DCAP_ROOT, crls=[dcap_list([99]), dcap_list([], root=True)])
    assert clean.require().claims.evidence.type == "intel-tdx"
    assert "revocation:pck" not in clean.not_checked
    for half in (
        dcap_list([99]),
        dcap_list([], root=True),
    ):  # a list for each certificate, or it is not checked
        assert "revocation:pck" in report(piece, DCAP_ROOT, crls=[half]).not_checked
    foreign = report(piece, DCAP_ROOT, crls=[revocation_list("Somebody", 2)])
    assert [name for name in foreign.not_checked if name.startswith("crl:")]
    assert "revocation:pck" in foreign.not_checked


def dcap_list(serials: list[int], *, root: bool = False) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name((dcap.ROOT_CERTIFICATE if root else dcap.CA_CERTIFICATE).subject)
        .last_update(datetime(2026, 10, 1, tzinfo=UTC))
        .next_update(datetime(2026, 12, 1, tzinfo=UTC))
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial)
        builder = builder.add_revoked_certificate(
            entry.revocation_date(datetime(2026, 9, 1, tzinfo=UTC)).build()
        )
    return builder.sign(
        dcap.ROOT if root else dcap.CA, hashes.SHA256(), ecdsa_deterministic=True
    ).public_bytes(Encoding.DER)


def test_a_quoting_enclave_that_is_not_known_is_told_and_no_more() -> None:
    check = report_of("intel-tdx", "chain").check("signature:qe-report")
    assert check.passed
    assert "not known" in (check.detail or "")
    assert sorted(QUOTING_ENCLAVES.values()) == [1, 2]


def test_a_tdreport_is_for_its_own_machine() -> None:
    assert outcomes(report(evidence_of("intel-tdx", "tdreport-3")))["signature:report-mac"] == "no-key"


# reports of AMD

CHIP = amd_sev_snp_reports.CHIP_ID
MILAN = amd_chain.authorities("Milan")


def vcek(**more: Any) -> bytes:
    """A VCEK for the report of `v3-table`, or nearly."""
    product, issuer = more.get("product", "Milan-B0"), more.get("issuer", "Milan")
    extensions = {**amd_sev_snp_attached.MILAN_LEAF, **more.get("extensions", {})}
    if "product" in more:
        extensions[f"{amd_chain.ARC}2"] = der.tlv(0x16, product.encode())
    return amd_chain.vcek(issuer, extensions, more.get("chip", CHIP))


def snp(*certificates: bytes) -> dict[str, str | None]:
    piece = parse(evidence_of("amd-sev-snp", "v3-table").data)
    return outcomes(report(piece, MILAN.ark, certificates=[*certificates, MILAN.ask]))


def test_a_vek_from_the_caller_is_compared_with_the_report() -> None:
    assert set(snp(vcek()).values()) == {None}
    assert snp(vcek(chip=bytes(63) + b"\1"))["binding:chip_id-certified"] == "differs"
    older = {f"{amd_chain.ARC}3.1": der.integer(1)}
    assert snp(vcek(extensions=older))["binding:reported_tcb-certified"] == "differs"
    assert snp(vcek(product="Genoa"))["binding:product-certified"] == "differs"


def test_a_vek_that_is_a_ca_is_refused() -> None:
    assert snp(vcek(extensions=amd_chain.BASIC))["chain:vek"] == "bad-certificate"


def test_of_several_veks_the_one_that_signed_is_found() -> None:
    other = amd_chain.certificate(
        "SEV-VCEK",
        amd_chain.ec_spki(key(8, ec.SECP384R1)),
        "SEV-Milan",
        amd_chain.ASK_KEY,
        0,
        amd_sev_snp_attached.MILAN_LEAF,
    )
    assert set(snp(other, vcek()).values()) == {None}
    assert snp(other)["signature:report"] == "bad-signature"


def test_a_key_of_the_caller_needs_no_certificate() -> None:
    piece = parse(evidence_of("amd-sev-snp", "v3-table").data)
    trust = Trust().with_keys(vcek=amd_chain.VEK_KEY.public_key().public_bytes(*SPKI))
    done = verify(piece, trust=trust, at=AT)
    assert outcomes(done) == {"signature:report": None}
    assert "certificate" in done.not_checked


# the rest


@pytest.mark.parametrize(
    ("kind", "name", "id", "reason"),
    [
        ("arm-cca", "key-short-x", "signature:realm", "refused-key"),
        ("arm-cca", "legacy-no-algorithm", "signature:realm", "no-algorithm"),
        ("arm-cca", "unknown-algorithm", "signature:realm", "unsupported-algorithm"),
        ("riscv-cove", "shadowfax-array", "signature:tvm", "no-key"),
        ("dmtf-spdm", "v13-embedded", "signature:manifest-250/token", "no-key"),
        ("dmtf-spdm", "v12-response-unsigned", "signature:evidence", "unsigned"),
    ],
)
def test_why_a_signature_does_not_pass(kind: str, name: str, id: str, reason: str) -> None:
    assert outcomes(report(evidence_of(kind, name)))[id] == reason


def test_a_transcript_that_begins_after_its_negotiation_is_incomplete() -> None:
    piece, source = evidence_of("dmtf-spdm", "v12-response-signed"), checked("dmtf-spdm", "chain")
    done = report(piece, *source.anchors, certificates=source.certificates)
    assert outcomes(done)["signature:measurements"] in {"incomplete", "no-algorithm"}


def test_a_type_without_steps_is_verified_by_the_callers_keys_alone() -> None:
    piece = evidence_of("arm-cca", "2024-907")
    foreign = replace(piece, type=replace(piece.type, name="acme-token"))
    source = checked("arm-cca", "token")
    assert outcomes(report(foreign))["signature:realm"] == "no-key"  # though its key is in the evidence
    trust = Trust().with_keys(cpak=json.dumps(source.keys["cpak"]).encode())
    assert outcomes(verify(foreign, trust=trust, at=AT))["signature:platform"] is None


def test_a_realm_that_its_platform_does_not_speak_about_is_not_verified() -> None:
    source = checked("arm-cca", "token")
    trust = Trust().with_keys(cpak=json.dumps(source.keys["cpak"]).encode())
    done = verify(evidence_of("arm-cca", "unbound-realm"), trust=trust, at=AT)
    assert outcomes(done) == {
        "signature:realm": None,
        "signature:platform": None,
        "binding:realm-key-binding": "not-computable",
    }
    with pytest.raises(NotVerified):
        done.require()
    assert "/environments/realm/measurements/rim" in done.uncovered
    assert "/environments/platform/identifiers/instance_id" not in done.uncovered


def test_many_tokens_with_many_nonces_are_quickly_done() -> None:
    nonce = b"n" * 16

    def token(claims: dict[int, Any]) -> Any:
        return cbor2.CBORTag(
            61, cbor2.CBORTag(18, [cbor2.dumps({1: -7}), {}, cbor2.dumps(claims), b"\1" * 64])
        )

    work = []
    for tokens in (18, 180):
        inner = {f"s{number}": cbor2.dumps(token({10: [nonce] * 16})) for number in range(tokens)}
        piece = parse(cbor2.dumps(token({10: [nonce] * 16, 266: inner})))
        report(piece, nonce=nonce)  # modules load
        done, calls = counted(partial(report, piece, nonce=nonce))
        work.append(calls)
        assert not done.check("binding:nonce-binding").passed
        assert len(done.checks) > tokens
        assert done.uncovered
    assert work[1] < 15 * work[0]  # ten times as much, where a quadratic one takes a hundred times the work


def test_more_signatures_than_anybody_needs_are_not_looked_at() -> None:
    exchange = evidence_of("dmtf-spdm", "v11-exchange-options")
    options = {"signature_scheme": "ecdsa-p384", "base_hash": "sha-384"}
    piece = parse(exchange.data * 70, options=options)
    source = checked("dmtf-spdm", "key")
    trust = Trust().with_keys(**{"slot-0": json.dumps(source.keys["slot-0"]).encode()})
    reasons = [check.reason for check in verify(piece, trust=trust, at=AT).checks]
    assert reasons.count(None) == 64
    assert reasons.count("too-many") == 6
