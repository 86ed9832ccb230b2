"""One signature: which keys go with an algorithm, which forms it has, and what no library is asked about."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from contextlib import suppress
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import UsageError
from evidence.verify import keys, message, signature
from evidence.verify.keys import PublicKey, Secret
from evidence.verify.signature import SignatureForm
from evidence.verify.words import StepRefused
from evidence.wire.curves import CURVES
from tests.authorities import key as ec_key
from tests.verifying import refusal

MESSAGE = b"what was said"
P256, P384, P521 = (ec_key(1, curve) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1))
RSA = rsa.generate_private_key(65537, 2048)
HASHES = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}


def public(private: Any) -> PublicKey:
    return keys.of_spki(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def reason(key: keys.Key, form: SignatureForm, value: bytes, message: bytes = MESSAGE) -> str | None:
    try:
        signature.check(key, form, value, message)
    except StepRefused as refused:
        return refused.reason
    return None


def ecdsa(private: ec.EllipticCurvePrivateKey, hash_: str, encoding: str = "p1363") -> bytes:
    der = private.sign(MESSAGE, ec.ECDSA(HASHES[hash_]))
    return written(*decode_dss_signature(der), encoding, (private.curve.key_size + 7) // 8)


def written(r: int, s: int, encoding: str, size: int) -> bytes:
    if encoding == "der":
        return encode_dss_signature(r, s)
    if encoding == "amd-le72":
        return r.to_bytes(72, "little") + s.to_bytes(72, "little")
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def numbered(value: object) -> str | None:
    """The name of a case: signatures differ from run to run, and the processes of a run must agree on names."""
    return "message" if isinstance(value, bytes) else None


@pytest.mark.parametrize("encoding", ["p1363", "der", "amd-le72"])
@pytest.mark.parametrize(("private", "hash_"), [(P256, "sha-256"), (P384, "sha-384"), (P521, "sha-512")])
def test_ecdsa_in_every_form(private: ec.EllipticCurvePrivateKey, hash_: str, encoding: str) -> None:
    kind = public(private).kind
    form = SignatureForm(f"ecdsa-{kind}", hash_, encoding)
    value = ecdsa(private, hash_, encoding)
    assert reason(public(private), form, value) is None
    assert reason(public(private), form, value, MESSAGE + b"!") == "bad-signature"
    for other in {"p1363", "der", "amd-le72"} - {encoding}:
        assert reason(public(private), form._replace(encoding=other), value) == "bad-signature"
    other = "sha-256" if hash_ != "sha-256" else "sha-384"
    assert reason(public(private), form._replace(hash=other), value) == "bad-signature"
    for size in (len(value) - 1, len(value) + 1):
        assert reason(public(private), form, value.ljust(size, b"\0")[:size]) == "bad-signature"


@pytest.mark.parametrize("encoding", ["p1363", "der", "amd-le72"])
def test_r_and_s_are_looked_at_before_the_library_is_asked(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signature, "_verify", lambda *_: pytest.fail("asked"))
    n = CURVES["p256"].order
    form = SignatureForm("ecdsa-p256", "sha-256", encoding)
    for r, s in ((0, 1), (1, 0), (0, 0), (n, 1), (1, n), (n + 1, 1), (1, 2**256 - 1)):
        assert reason(public(P256), form, written(r, s, encoding, 32)) == "bad-signature"


def test_the_other_s_is_as_good() -> None:
    n = CURVES["p256"].order
    r, s = decode_dss_signature(P256.sign(MESSAGE, ec.ECDSA(hashes.SHA256())))
    assert (
        reason(public(P256), SignatureForm("ecdsa-p256", "sha-256", "p1363"), written(r, n - s, "p1363", 32))
        is None
    )


def test_the_hash_decides_the_curve_where_the_format_has_pairs() -> None:
    value = ecdsa(P256, "sha-384")
    assert (
        reason(public(P256), SignatureForm("ecdsa", "sha-384", "p1363"), value) is None
    )  # as in certificates
    assert (
        reason(public(P256), SignatureForm("ecdsa", "sha-384", "p1363", pairs=True), value) == "refused-key"
    )
    assert reason(public(P384), SignatureForm("ecdsa-p256", "sha-256", "p1363"), value) == "refused-key"
    assert reason(public(RSA), SignatureForm("ecdsa-p256", "sha-256", "p1363"), value) == "refused-key"


@pytest.mark.parametrize("hash_", ["sha-1", "sm3", None, "sha-224"])
def test_hashes_that_are_none_here(hash_: str | None) -> None:
    result = reason(public(P256), SignatureForm("ecdsa-p256", hash_, "p1363"), bytes([1] * 64))
    assert result in {"unsupported-algorithm", "refused-algorithm"}


def pss(hash_: hashes.HashAlgorithm, salt: int, mask: hashes.HashAlgorithm | None = None) -> bytes:
    return RSA.sign(MESSAGE, padding.PSS(padding.MGF1(mask or hash_), salt), hash_)


def test_rsa_has_the_size_that_is_said_and_pss_one_salt() -> None:
    key = public(RSA)
    assert reason(key, SignatureForm("rsapss", "sha-256", "rsa"), pss(hashes.SHA256(), 32)) is None
    assert reason(key, SignatureForm("rsapss-2048", "sha-256", "rsa"), pss(hashes.SHA256(), 32)) is None
    assert (
        reason(key, SignatureForm("rsapss-3072", "sha-256", "rsa"), pss(hashes.SHA256(), 32)) == "refused-key"
    )
    assert reason(key, SignatureForm("rsapss", "sha-256", "rsa"), pss(hashes.SHA256(), 20)) == "bad-signature"
    assert (
        reason(key, SignatureForm("rsapss", "sha-256", "rsa"), pss(hashes.SHA256(), 32, hashes.SHA384()))
        == "bad-signature"
    )
    plain = RSA.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert reason(key, SignatureForm("rsassa", "sha-256", "rsa"), plain) is None
    assert reason(key, SignatureForm("rsapss", "sha-256", "rsa"), plain) == "bad-signature"
    assert reason(key, SignatureForm("rsassa", "sha-256", "rsa"), plain + b"\0") == "bad-signature"
    assert reason(public(P256), SignatureForm("rsassa", "sha-256", "rsa"), plain) == "refused-key"


@pytest.mark.parametrize("private", [ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate()])
def test_edwards_curves(private: Any) -> None:
    key, value = public(private), private.sign(MESSAGE)
    assert reason(key, SignatureForm("eddsa", None, None), value) is None
    assert reason(key, SignatureForm(key.kind, None, None), value) is None
    assert reason(key, SignatureForm("eddsa", None, None), value[:-1]) == "bad-signature"
    other = {"ed25519": "ed448", "ed448": "ed25519"}[key.kind]
    assert reason(key, SignatureForm(other, None, None), value) == "refused-key"


def test_ml_dsa_has_a_context() -> None:
    private = mldsa.MLDSA65PrivateKey.generate()
    key, value = public(private), private.sign(MESSAGE, b"purpose")
    assert reason(key, SignatureForm("ml-dsa-65", None, None, context=b"purpose"), value) is None
    assert reason(key, SignatureForm("ml-dsa-65", None, None, context=b"another"), value) == "bad-signature"
    assert reason(key, SignatureForm("ml-dsa-65", None, None), value) == "bad-signature"
    assert reason(key, SignatureForm("ml-dsa-44", None, None), value) == "refused-key"


@pytest.mark.parametrize(
    "alg", ["sm2", "slh-dsa-sha2-128s", "cose:-999", "ecdsa-secp256k1", "aes-mac-128-64", ""]
)
def test_what_is_not_supported_never_passes(alg: str) -> None:
    assert reason(public(P256), SignatureForm(alg, "sha-256", "p1363"), bytes(64)) in {
        "unsupported-algorithm",
        "refused-key",
    }


def test_a_mac_has_a_secret_and_its_whole_length() -> None:
    import hmac

    secret = Secret(bytes(range(32)))
    tag = hmac.digest(secret.value, MESSAGE, "sha256")
    assert reason(secret, SignatureForm("hmac-256-256", "sha-256", None), tag) is None
    assert reason(secret, SignatureForm("hmac-256-64", "sha-256", None), tag[:8]) is None
    assert reason(secret, SignatureForm("hmac-256-256", "sha-256", None), tag[:8]) == "bad-signature"
    assert reason(secret, SignatureForm("hmac-256-64", "sha-256", None), tag) == "bad-signature"
    assert reason(public(P256), SignatureForm("hmac-256-256", "sha-256", None), tag) == "refused-key"
    assert reason(secret, SignatureForm("ecdsa-p256", "sha-256", "p1363"), bytes(64)) == "refused-key"


# keys


def off_curve(private: ec.EllipticCurvePrivateKey) -> bytes:
    point = bytearray(private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    point[-1] ^= 1
    return bytes(point)


@pytest.mark.parametrize("private", [P256, P384, P521])
def test_a_point_that_is_not_on_its_curve_is_no_key(private: ec.EllipticCurvePrivateKey) -> None:
    for raw in (off_curve(private), off_curve(private)[:-1], b"\x04" + bytes(64)):
        with pytest.raises(StepRefused) as refused:
            keys.of_bytes(raw)
        assert refused.value.reason == "refused-key"


def test_a_compressed_or_hybrid_point_and_explicit_parameters_are_no_key() -> None:
    spki = P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    at = spki.index(b"\x03\x42\x00\x04") + 3
    hybrid = spki[:at] + bytes([6 + spki[-1] % 2]) + spki[at + 1 :]
    compressed = P256.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    without = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + compressed
    implicit = spki.replace(
        bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"),
        bytes.fromhex("300b06072a8648ce3d02010500"),
    ).replace(b"\x30\x59", b"\x30\x51", 1)
    for content in (hybrid, without, implicit):
        with pytest.raises(StepRefused) as refused:
            keys.of_spki(content)
        assert refused.value.reason == "refused-key"


def test_every_form_of_a_key_is_the_same_key() -> None:
    numbers = P256.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    spki = P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = P256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = {"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y), "d": "ignored"}
    forms = [spki, pem, b"\x04" + x + y, cbor2.dumps({1: 2, -1: 1, -2: x, -3: y}), json.dumps(jwk).encode()]
    assert {keys.load(form) for form in forms} == {public(P256)}
    edwards = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    raw = edwards.public_key().public_bytes_raw()
    forms = [raw, cbor2.dumps({1: 1, -1: 6, -2: raw}), cbor2.dumps({1: 1, 3: -8, -2: raw})]
    forms.append(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}).encode())
    assert {keys.load(form) for form in forms} == {public(edwards)}


def b64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


@pytest.mark.parametrize(
    "key",
    [
        {1: 2, -1: 1, -2: b"x" * 32, -3: True},
        {1: 2, -1: 1, -2: b"x" * 31, -3: b"y" * 32},
        {1: 2, -1: 9, -2: b"x" * 32, -3: b"y" * 32},
        {1: 2, -1: [1], -2: b"x" * 32, -3: b"y" * 32},
        {1: 4, -1: b"secret"},
        {1: 1, -2: b"x" * 32},
        {},
        [1, 2],
    ],
)
def test_what_is_no_cose_key(key: Any) -> None:
    with pytest.raises(StepRefused):
        keys.of_cose(cbor2.dumps(key))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_key_or_the_callers_fault(content: bytes) -> None:
    with suppress(UsageError):
        keys.load(content)


@given(st.binary(max_size=200), st.sampled_from(["of_cose", "of_compact"]))
def test_any_bytes_are_a_message_that_is_refused(content: bytes, reader: str) -> None:
    with pytest.raises(StepRefused):
        getattr(message, reader)(content, public(P256))


# messages


def cose(protected: Any, unprotected: Any = None, payload: Any = MESSAGE, key: Any = P256) -> bytes:
    header = protected if isinstance(protected, bytes) else cbor2.dumps(protected)
    signed = cbor2.dumps(["Signature1", header, b"", payload])
    value = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return cbor2.dumps(
        cbor2.CBORTag(
            18, [header, unprotected or {}, payload, written(*decode_dss_signature(value), "p1363", 32)]
        )
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (cose({1: -7}), None),
        (cose(bytes.fromhex("a1013806")), None),  # another spelling of {1: -7}: verified as it was received
        (cose(b""), "no-algorithm"),
        (cose(b"\xa0"), "no-algorithm"),
        (cose(b"", {1: -7}), "no-algorithm"),
        (cose({1: -7}, {1: -7}), "bad-header"),
        (cose({1: -7, 2: []}), "bad-header"),
        (cose({1: -7, 2: [4]}), "bad-header"),
        (cose({1: -7}, {2: [1]}), "bad-header"),
        (cose({1: -7, 2: [-70001], -70001: 1}), "refused-crit"),
        (cose({1: "ES256"}), "unsupported-algorithm"),
        (cose({1: -999}), "unsupported-algorithm"),
        (cose({1: 5}), "refused-algorithm"),
        (cose({1: -35}), "refused-key"),
        (cose({1: -9}), None),
        (cose({1: -51}), "refused-key"),
        (cose({1: -7}, key=ec_key(9)), "bad-signature"),
    ],
    ids=numbered,
)
def test_a_bare_message(data: bytes, expected: str | None) -> None:
    assert refusal(message.of_cose, data, public(P256)) == expected


def test_external_data_comes_from_the_caller_alone() -> None:
    header = cbor2.dumps({1: -7})
    signed = cbor2.dumps(["Signature1", header, b"outside", MESSAGE])
    value = written(*decode_dss_signature(P256.sign(signed, ec.ECDSA(hashes.SHA256()))), "p1363", 32)
    data = cbor2.dumps(cbor2.CBORTag(18, [header, {}, MESSAGE, value]))
    message.of_cose(data, public(P256), b"outside")
    with pytest.raises(StepRefused):
        message.of_cose(data, public(P256))


def jws(header: Any, key: Any = P256) -> bytes:
    text = header if isinstance(header, str) else json.dumps(header)
    signed = f"{b64(text.encode())}.{b64(MESSAGE)}".encode()
    value = written(*decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256()))), "p1363", 32)
    return signed + b"." + b64(value).encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (jws({"alg": "ES256"}), None),
        (jws('{ "alg":\t"ES256" }'), None),
        (jws({"alg": "ES256", "kid": "../../dev/null"}), None),
        (jws({"alg": "ES256", "jku": "https://example.com", "jwk": {}}, ec_key(9)), "bad-signature"),
        (jws({"alg": "none"}), "refused-algorithm"),
        (jws({"alg": "nOnE"}), "refused-algorithm"),
        (jws({"alg": "RS256"}), "refused-algorithm"),
        (jws({"alg": "ES512x"}), "unsupported-algorithm"),
        (jws({"alg": "ES256", "crit": ["b64"], "b64": False}), "refused-crit"),
        (jws({"alg": "ES256", "b64": False}), "refused-crit"),
        (jws('{"alg": "ES256", "alg": "ES256"}'), "bad-header"),
        (jws({"alg": "ES384"}), "refused-key"),
        (jws({}), "bad-header"),
        (jws({"alg": "ES256"}) + b".x.y", "bad-header"),
    ],
    ids=numbered,
)
def test_a_bare_jws(data: bytes, expected: str | None) -> None:
    assert refusal(message.of_compact, data, public(P256)) == expected


def test_a_secret_never_checks_a_jws() -> None:
    with pytest.raises(StepRefused):
        message.of_compact(jws({"alg": "ES256"}), Secret(bytes(32)))
