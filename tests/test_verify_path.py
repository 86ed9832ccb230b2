"""Certification paths and revocation lists: every rule, with authorities of our own; `openssl verify` agrees where it is here."""

from __future__ import annotations

import shutil
import subprocess
from binascii import b2a_base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from msgspec.structs import replace

from evidence import limits
from evidence.errors import EvidenceError
from evidence.verify import crl, path
from evidence.verify.algorithm import form_of
from evidence.verify.path import Path as Way
from evidence.verify.words import StepRefused
from evidence.wire.x509 import X509Certificate
from tests.authorities import AT, END, START, key, make, revocation_list, usage
from tests.work import counted

ROOT = make("Root", 1, "Root", 1, ca=True)
CA = make("CA", 2, "Root", 1, ca=True, length=0, key_usage=usage(certificates=True, crls=True))
LEAF = make("Leaf", 3, "CA", 2, key_usage=usage(sign=True))
UNKNOWN = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\0"), True)
SECOND = timedelta(seconds=1)


def check(
    *helpers: X509Certificate,
    leaf: X509Certificate = LEAF,
    anchors: tuple[X509Certificate, ...] = (ROOT,),
    at: str = AT,
) -> Way:
    return path.check(leaf, anchors, helpers, at)


def test_a_path_ends_in_a_trusted_key() -> None:
    way = check(CA)
    assert way.reason is None
    assert way.certificates == (LEAF, CA, ROOT)
    assert way.anchor == ROOT.key.spki_sha256
    assert way.window == ("2024-01-01T00:00:00Z", "2034-01-01T00:00:00Z")


def test_without_anchors_nobody_is_trusted() -> None:
    assert check(CA, ROOT, anchors=()).reason == "untrusted-root"
    assert check(CA, anchors=()).reason == "incomplete"
    assert check(anchors=()).reason == "incomplete"


def test_an_anchor_is_a_key_and_no_name_and_no_certificate() -> None:
    same_name = make("Root", 9, "Root", 9, ca=True)
    same_key = make("Root", 1, "Root", 1, ca=True, window=(START, END - timedelta(days=999)))
    assert check(CA, anchors=(same_name,)).reason == "bad-signature"
    assert check(CA, ROOT, anchors=(same_name,)).reason == "untrusted-root"
    assert check(CA, ROOT, anchors=(same_key,)).reason is None
    way = check(CA, ROOT, anchors=(same_key,))
    assert way.certificates[-1] is same_key  # its own window counts, whatever copy came with the evidence
    assert way.window is not None
    assert way.window.not_after == same_key.not_after


def test_an_intermediate_or_the_leaf_itself_may_be_trusted() -> None:
    assert check(anchors=(CA,)).certificates == (LEAF, CA)
    assert check(anchors=(LEAF,)).certificates == (LEAF,)


@pytest.mark.parametrize(
    ("ca", "reason"),
    [
        (make("CA", 2, "Root", 1, ca=False), "bad-issuer"),
        (make("CA", 2, "Root", 1, ca=None), "bad-issuer"),
        (make("CA", 2, "Root", 1, ca=True, key_usage=usage(sign=True)), "bad-issuer"),
        (make("CA", 2, "Root", 1, ca=True, extensions=[UNKNOWN]), "bad-certificate"),
        (make("CA", 2, "Root", 1, ca=True, window=(START, datetime(2026, 1, 1, tzinfo=UTC))), "expired"),
        (make("CA", 2, "Root", 1, ca=True, window=(datetime(2027, 1, 1, tzinfo=UTC), END)), "not-yet-valid"),
        (make("CA", 2, "Root", 8, ca=True), "bad-signature"),
        (make("CA", 7, "Root", 1, ca=True), "bad-signature"),
        (make("Another", 2, "Root", 1, ca=True), "incomplete"),
        (make("CA", 2, "CA", 2, ca=True), "untrusted-root"),
    ],
)
def test_what_an_intermediate_must_be(ca: X509Certificate, reason: str) -> None:
    assert check(ca).reason == reason
    assert check(ca, CA).reason is None  # a good one beside it is found all the same
    assert check(CA, ca).reason is None


def test_a_path_length_counts_what_is_between() -> None:
    between = make("Between", 4, "CA", 2, ca=True)
    below = make("Leaf", 3, "Between", 4)
    assert check(CA, between, leaf=below).reason == "bad-issuer"
    free = make("CA", 2, "Root", 1, ca=True)
    assert check(free, between, leaf=below).reason is None
    renewed = make("CA", 5, "CA", 2, ca=True)  # self-issued: the same name, a new key; it is not counted
    under_renewed = make("Leaf", 3, "CA", 5)
    assert check(CA, renewed, leaf=under_renewed).reason is None


def test_a_leaf_that_signs_another_leaf_is_no_issuer() -> None:
    below = make("Lower", 6, "Leaf", 3)
    assert check(LEAF, CA, leaf=below).reason == "bad-issuer"


@pytest.mark.parametrize(
    ("moment", "reason"),
    [(START, None), (START - SECOND, "not-yet-valid"), (END, None), (END + SECOND, "expired")],
)
def test_every_certificate_has_a_window(moment: datetime, reason: str | None) -> None:
    assert check(CA, at=moment.replace(tzinfo=None).isoformat() + "Z").reason == reason


def test_sixteen_crosswise_certificates_of_one_name_are_quickly_done() -> None:
    numbers = range(20, 24)  # keys that are no anchor of ours
    crossed = [make("X", to, "X", by, ca=True) for to in numbers for by in numbers if to != by]
    crossed += [make("X", to, "X", by, ca=True, length=5) for to in numbers for by in numbers][
        : limits.CERTIFICATES - len(crossed)
    ]
    leaf = make("Leaf", 9, "X", 20)
    check(*crossed, leaf=leaf, anchors=(ROOT,))  # keys load once
    way, calls = counted(lambda: check(*crossed, leaf=leaf, anchors=(ROOT,)))
    assert calls < 20_000
    assert way.reason in {"too-many", "untrusted-root", "bad-signature"}


def test_a_path_has_eight_certificates_at_most() -> None:
    chain = [make(f"{n}", n, f"{n + 1}", n + 1, ca=True) for n in range(12)]
    root = make("12", 12, "12", 12, ca=True)
    assert check(*chain[1:], leaf=chain[0], anchors=(root,)).reason == "too-many"
    assert check(*chain[6:], leaf=chain[5], anchors=(root,)).reason is None


def test_algorithms_that_are_too_weak_or_unknown() -> None:
    small = rsa.generate_private_key(65537, 1024)  # noqa: S505 (it must be refused)
    ca = make("CA", 2, "Root", 1, ca=True, public=small.public_key())
    leaf = make("Leaf", 3, "CA", 2, signer=small)
    assert check(ca, leaf=leaf).reason == "refused-key"
    weak = replace(LEAF, signature_raw=bytes.fromhex("300906072a8648ce3d0401"))  # ecdsa-with-SHA1
    assert check(CA, leaf=weak).reason == "unsupported-algorithm"
    odd = ec.derive_private_key(77, ec.SECP256K1())
    assert (
        check(make("CA", 2, "Root", 1, ca=True, public=odd.public_key()), leaf=LEAF).reason == "refused-key"
    )


def test_a_hash_that_is_longer_than_the_curve_is_no_fault_in_a_certificate() -> None:
    leaf = make("Leaf", 3, "CA", 2, hash_=hashes.SHA512())
    assert check(CA, leaf=leaf).reason is None


def pss(salt: int, mask: hashes.HashAlgorithm) -> bytes:
    """An AlgorithmIdentifier of RSASSA-PSS with SHA-384, and of a mask and a salt."""
    from tests.generate.der import integer, oid, sequence, tlv

    names = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"}
    hash_ = sequence(oid(names["sha384"]), tlv(5))
    masked = sequence(oid("1.2.840.113549.1.1.8"), sequence(oid(names[mask.name]), tlv(5)))
    return sequence(
        oid("1.2.840.113549.1.1.10"),
        sequence(tlv(0xA0, hash_), tlv(0xA1, masked), tlv(0xA2, integer(salt))),
    )


def test_pss_has_one_salt_and_one_mask() -> None:
    assert form_of(pss(48, hashes.SHA384())).hash == "sha-384"
    for identifier in (
        pss(32, hashes.SHA384()),
        pss(48, hashes.SHA256()),
        bytes.fromhex("300b06092a864886f70d01010a"),
    ):
        with pytest.raises(StepRefused) as refused:
            form_of(identifier)
        assert refused.value.reason == "refused-algorithm"


# revocation


def revoked(content: bytes, at: str = AT, ca: X509Certificate = CA, leaf: X509Certificate = LEAF) -> Way:
    return path.check(leaf, (ROOT,), (ca,), at, [crl.read(content)])


CLEAN = revocation_list("CA", 2, [77])


def test_a_list_says_which_serials_are_revoked() -> None:
    way = revoked(CLEAN)
    assert way.reason is None
    assert len(way.crls) == 1
    assert revoked(revocation_list("CA", 2, [77, 4])).reason == "revoked"
    assert revoked(revocation_list("Root", 1, [3])).reason == "revoked"  # the CA itself


def test_a_list_in_pem_or_hexadecimal_is_the_same_list() -> None:
    armoured = b"-----BEGIN X509 CRL-----\n" + b2a_base64(CLEAN) + b"-----END X509 CRL-----\n"
    assert crl.read(armoured) == crl.read(CLEAN.hex().encode()) == crl.read(CLEAN)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (revocation_list("CA", 8), "bad-crl"),
        (
            revocation_list(
                "CA", 2, window=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
            ),
            "stale-crl",
        ),
        (
            revocation_list(
                "CA", 2, window=(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))
            ),
            "stale-crl",
        ),
        (revocation_list("CA", 2, extensions=[(x509.DeltaCRLIndicator(1), True)]), "bad-crl"),
        (revocation_list("CA", 2, extensions=[UNKNOWN]), "bad-crl"),
        (revocation_list("CA", 2, [9], of_entries=[UNKNOWN]), "bad-crl"),
        (revocation_list("CA", 2, extensions=[(x509.CRLNumber(7), False)]), None),
        (
            revocation_list("CA", 2, [9], of_entries=[(x509.CRLReason(x509.ReasonFlags.superseded), False)]),
            None,
        ),
        (revocation_list("Somebody", 2, [4]), None),
    ],
)
def test_a_list_that_fits_must_hold(content: bytes, reason: str | None) -> None:
    assert revoked(content).reason == reason


def test_a_list_that_fits_nothing_is_not_used() -> None:
    assert revoked(revocation_list("Somebody", 2, [4])).crls == ()


def test_an_authority_without_the_right_to_sign_lists() -> None:
    ca = make("CA", 2, "Root", 1, ca=True, key_usage=usage(certificates=True))
    assert revoked(CLEAN, ca=ca).reason == "bad-crl"


@pytest.mark.parametrize(
    "content",
    [b"", b"\x30\x80", b"nothing", CLEAN[:-1], CLEAN + b"\0", b"\x30\x82\0\x04" + bytes(4), bytes(2 << 20)],
)
def test_what_is_no_list_is_an_evidence_error(content: bytes) -> None:
    with pytest.raises(EvidenceError):
        crl.read(content)


def test_every_byte_of_a_list_that_changes_gives_a_list_or_an_evidence_error() -> None:
    for place in range(len(CLEAN)):
        for bit in (0, 7):
            data = bytearray(CLEAN)
            data[place] ^= 1 << bit
            try:
                way = revoked(bytes(data))
            except EvidenceError:
                continue
            assert way.crls == () or way.reason is not None  # it fits no more, or it does not hold


def test_a_signature_of_a_list_has_whole_bytes() -> None:
    for number in range(3, 40):  # one whose last bit is zero, so that it could be an unused one
        content = revocation_list("CA", 2, [number + 100])
        if content[-1] % 2 == 0:
            at = content.rindex(b"\x03", 0, len(content) - 64)
            odd = content[: at + 2] + b"\1" + content[at + 3 :]
            assert revoked(odd).reason == "bad-crl"
            return
    raise AssertionError("no such list")


# another judge

OPENSSL = shutil.which("openssl")
CHAINS = {
    "good": (LEAF, CA),
    "not-ca": (LEAF, make("CA", 2, "Root", 1, ca=False)),
    "no-usage": (LEAF, make("CA", 2, "Root", 1, ca=True, key_usage=usage(sign=True))),
    "unknown": (make("Leaf", 3, "CA", 2, extensions=[UNKNOWN]), CA),
    "expired": (make("Leaf", 3, "CA", 2, window=(START, datetime(2026, 1, 1, tzinfo=UTC))), CA),
    "future": (make("Leaf", 3, "CA", 2, window=(datetime(2027, 1, 1, tzinfo=UTC), END)), CA),
    "other-key": (make("Leaf", 3, "CA", 8), CA),
    "length": (make("Leaf", 3, "Between", 4), CA, make("Between", 4, "CA", 2, ca=True)),
    "by-leaf": (make("Lower", 6, "Leaf", 3), LEAF, CA),
    "no-issuer": (LEAF,),
    "p384": (make("Leaf", 3, "CA", 2, public=key(5, ec.SECP384R1).public_key()), CA),
}


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
@pytest.mark.parametrize("name", CHAINS)
def test_openssl_says_the_same(name: str, tmp_path: Path) -> None:
    assert OPENSSL is not None
    leaf, *helpers = CHAINS[name]

    def pem(file: str, *certificates: X509Certificate) -> str:
        armour = b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n"
        (tmp_path / file).write_bytes(b"".join(armour % b2a_base64(one.der) for one in certificates))
        return str(tmp_path / file)

    moment = str(int(datetime.fromisoformat(AT).timestamp()))
    command = [
        OPENSSL,
        "verify",
        "-attime",
        moment,
        "-CAfile",
        pem("root", ROOT),
        "-untrusted",
        pem("more", *helpers or [ROOT]),
    ]
    done = subprocess.run([*command, pem("leaf", leaf)], capture_output=True, check=False)
    assert (done.returncode == 0) == (check(*helpers, leaf=leaf).reason is None)
