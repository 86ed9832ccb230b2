"""Signed tokens: of what was verified alone, of what is covered alone, and the same each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final

import cbor2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pycose.headers import Algorithm
from pycose.messages.sign1message import Sign1Message

from evidence import Evidence, parse
from evidence.authoring import fixtures
from evidence.convert import BUILTIN
from evidence.encode import eat, signed
from evidence.encode.covered import covered
from evidence.encode.signed import SigningKey, to_cwt, to_jwt
from evidence.errors import NotEvidence, UsageError
from evidence.verify import Trust, Verified, verify
from evidence.verify.report import VerificationReport
from evidence.wire import cbor, corim, cose, jose
from tests.builtin import BY_NAME

AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
IAT: Final = 1_796_000_000


def pem(private: Any) -> bytes:
    written: bytes = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return written


def numbered(curve: ec.EllipticCurve) -> bytes:
    """A key of a number, so that tokens are the same in every run."""
    return pem(ec.derive_private_key(0x5EED, curve))


KEYS: Final = {
    "ES256": numbered(ec.SECP256R1()),
    "ES384": numbered(ec.SECP384R1()),
    "ES512": numbered(ec.SECP521R1()),
    "EdDSA": pem(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))),
}
"""A key for each algorithm, by its name in JOSE."""


@cache
def report() -> VerificationReport:
    """The verification of a quote with its chain, by our own root."""
    folder = BUILTIN["intel-tdx"].fixtures
    assert folder is not None
    checked = next(one for name, one in fixtures.checked(folder) if name == "chain")
    trust = Trust.shipped().with_anchors(*checked.anchors)
    return verify(BY_NAME[f"intel-tdx/{checked.origin_of}"].read(), trust=trust, at=AT)


@cache
def verified() -> Verified:
    return report().require()


def key(name: str = "ES256") -> SigningKey:
    return SigningKey(KEYS[name])


def cwt(name: str = "ES256", **more: Any) -> bytes:
    return to_cwt(verified(), key(name), issuer="the converter", iat=IAT, **more).data


def jwt(name: str = "ES256", **more: Any) -> bytes:
    return to_jwt(verified(), key(name), issuer="the converter", iat=IAT, **more).data


def payload(token: bytes) -> Any:
    return cbor.loads(cose.read(token, "token", 2).payload)


# -- what a token is


@pytest.mark.parametrize("name", KEYS)
def test_the_same_claims_and_key_give_the_same_token(name: str) -> None:
    assert cwt(name) == cwt(name)
    assert jwt(name) == jwt(name)


@pytest.mark.parametrize("name", KEYS)
def test_a_cwt_has_its_tags_and_protects_all_of_its_headers(name: str) -> None:
    token = cwt(name)
    assert token[:3] == b"\xd8\x3d\xd2"
    message = cose.read(token, "token", 2)
    assert dict(message.header) == {
        1: key(name).algorithm.cose,
        3: "application/eat+cwt",
        4: sha256(key(name).spki).digest(),
    }
    assert not message.unprotected
    assert cbor.dumps(cbor.loads(token)) == token


@pytest.mark.parametrize("name", KEYS)
def test_a_jwt_says_what_it_is(name: str) -> None:
    message = jose.read(jwt(name), "token")
    assert (message.header["alg"], message.header["typ"]) == (name, "eat+jwt")
    assert set(message.header) == {"alg", "kid", "typ"}


def test_pycose_makes_the_same_of_the_headers_and_the_payload() -> None:
    """An independent reading of the structure that is signed."""
    token = cose.read(cwt(), "token", 2)
    theirs = Sign1Message(phdr={Algorithm: -7}, payload=token.payload)
    structure = cbor2.loads(theirs._create_sig_structure())
    ours = ["Signature1", token.protected, b"", token.payload]
    assert [structure[0], structure[2], structure[3]] == [ours[0], ours[2], ours[3]]


def test_a_token_names_its_issuer_and_its_time_and_has_our_profile() -> None:
    claims = payload(cwt())
    assert (claims[1], claims[6], claims[265]) == ("the converter", IAT, corim.VERIFIED)
    assert set(claims) == {1, 6, 265, 266, signed.CHECKS}
    whole = json.loads(jose.read(jwt(), "token").payload)
    assert (whole["iss"], whole["iat"], whole["eat_profile"]) == ("the converter", IAT, corim.VERIFIED)
    assert set(whole["submods"]) == set(claims[266])


def test_a_token_lists_every_check_and_what_was_not_checked() -> None:
    text = payload(cwt())[signed.CHECKS]
    assert [f"{one['kind']}:{one['name']}" for one in text["checks"]] == [
        check.id for check in report().checks
    ]
    assert {one["status"] for one in text["checks"]} == {"passed"}
    assert list(text["not_checked"]) == list(report().not_checked)
    assert "freshness" in text["not_checked"]
    assert text["at"] == "2026-11-01T00:00:00Z"
    assert text["accepted_without"] == ()


def test_a_nonce_is_one_that_the_receiver_gave() -> None:
    assert 10 not in payload(cwt())
    assert payload(cwt(nonce=b"8 bytes!"))[10] == b"8 bytes!"
    for size in (7, 65):
        with pytest.raises(UsageError):
            cwt(nonce=bytes(size))


# -- of what was verified, and nothing else


@pytest.mark.parametrize("write", [to_cwt, to_jwt])
def test_only_what_was_verified_is_signed(write: Any) -> None:
    piece = report().evidence
    for other in (piece, piece.claims, report(), None):
        with pytest.raises(UsageError):
            write(other, key(), issuer="x", iat=IAT)


@pytest.mark.parametrize(
    "text", [{"issuer": "", "iat": IAT}, {"issuer": "x", "iat": 1.5}, {"issuer": "x", "iat": -1}]
)
def test_an_issuer_and_a_time_are_due(text: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        to_cwt(verified(), key(), **text)


def test_what_no_passed_check_covers_is_left_out_and_is_a_loss() -> None:
    left_out = "/environments/qe/values/certification_data_type"
    assert report().uncovered == (left_out,)
    written = to_cwt(verified(), key(), issuer="x", iat=IAT)
    assert [loss.path for loss in written.losses if loss.code == "not-covered"] == [left_out]
    assert b"certification_data_type" in eat.to_uccs(verified().claims).data
    assert b"certification_data_type" not in written.data
    assert b"qe_authentication_data" in written.data


def test_where_nothing_is_covered_nothing_is_signed() -> None:
    """A realm's signature passed, and nobody vouches for the platform that vouches for its key."""
    waived = verify(BY_NAME["arm-cca/2024-907"].read(), trust=Trust(), at=AT).require(["signature:platform"])
    assert waived.accepted_without == ("signature:platform",)
    with pytest.raises(UsageError):
        to_cwt(waived, key(), issuer="x", iat=IAT)


def paths(piece: Evidence) -> Iterator[str]:
    yield from (claim for source in piece.sources() for claim in source.claims)


def test_whatever_is_uncovered_is_gone_from_the_claims_that_are_written() -> None:
    piece = report().evidence
    for path in paths(piece):
        if not path.startswith(("/environments/", "/bindings/")) or path.startswith("/environments/pck"):
            continue  # a certificate's word is not written anyway
        left, losses = covered(piece.claims, [path])
        assert left != piece.claims, path
        assert {loss.code for loss in losses} == {"not-covered"}


def test_nothing_is_lost_where_everything_is_covered() -> None:
    claims = report().evidence.claims
    assert covered(claims, ()) == (claims, ())


def test_a_tcb_keeps_its_bytes_where_its_layout_alone_is_not_covered() -> None:
    claims = BY_NAME["amd-sev-snp/v3-milan"].read().claims
    left, losses = covered(claims, ["/environments/platform/tcb/reported_tcb/layout"])
    (tcb,) = [one for one in left.environment("platform").tcb if one.name == "reported_tcb"]
    assert (tcb.layout, tcb.components) == (None, ())
    assert tcb.raw == claims.environment("platform").tcb_of("reported").raw
    assert [loss.path for loss in losses] == ["/environments/platform/tcb/reported_tcb/layout"]


# -- reading back


@pytest.mark.parametrize("name", KEYS)
def test_a_token_of_ours_is_no_evidence(name: str) -> None:
    for token in (cwt(name), jwt(name)):
        with pytest.raises(NotEvidence) as caught:
            parse(token)
        assert caught.value.kind == corim.CONVERTED
        back = parse(token, unwrap_results=True)
        assert (back.claims.evidence.protection, back.signed()) == ("none", ())


# -- keys


def test_keys_of_other_kinds_are_refused() -> None:
    wrong = [
        pem(ec.generate_private_key(ec.SECP256K1())),
        pem(rsa.generate_private_key(65537, 2048)),
        key().public_pem(),
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ]
    for content in wrong:
        with pytest.raises(UsageError):
            SigningKey(content)


def test_a_key_shows_nothing_of_itself() -> None:
    assert "5eed" not in repr(key()).lower()
    assert repr(key()).startswith("<SigningKey ES256 ")
