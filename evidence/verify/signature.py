"""One signature: a key, an algorithm, a message. Everything is decided here that a library would decide otherwise.

Which keys go with an algorithm is a table, a signature has exactly the form that its format gives it, and r and s
are looked at before any library is. A `Refused` says why a signature does not hold; nothing is returned where it does.

Sources: RFC 9053 and 9864 (COSE), RFC 7518 (JWS), RFC 5480, 4055 and 9881 (certificates), DMTF DSP0274.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from evidence.errors import ConstraintViolation, EvidenceError
from evidence.verify.keys import CURVES, EDWARDS, Key, PublicKey, Secret, loaded
from evidence.verify.words import Refused
from evidence.wire import cbor, cose, der, jose, json, text
from evidence.wire.hashes import LIBRARY


class Form(NamedTuple):
    """How a signature was made: its algorithm and hash by their names in claims, how its bytes are written.

    `pairs` says that the hash decides the curve, as in COSE and JWS. `context` is that of ML-DSA.
    """

    alg: str
    hash: str | None
    encoding: str | None
    pairs: bool = False
    context: bytes = b""


# fmt: off
PAIRS: Final = {"sha-256": "p256", "sha-384": "p384", "sha-512": "p521"}
HASHES: Final = frozenset({"sha-256", "sha-384", "sha-512", "sha3-256", "sha3-384", "sha3-512"})
"""Hashes that a signature may be made with; SHA-1 is refused."""
MACS: Final = {
    # alg: the hash, bytes of a tag
    "hmac-256-64":  ("sha-256",  8),
    "hmac-256-256": ("sha-256", 32),
    "hmac-384-384": ("sha-384", 48),
    "hmac-512-512": ("sha-512", 64),
}
COSE: Final = frozenset({-7, -35, -36, -9, -51, -52, -8, -19, -53, -37, -38, -39})
"""The algorithms of COSE_Sign1 that are checked: ECDSA, EdDSA, RSASSA-PSS."""
JOSE: Final = {
    "ES256": "p256", "ES384": "p384", "ES512": "p521", "EdDSA": "ed25519 ed448", "Ed25519": "ed25519",
    "PS256": "rsa", "PS384": "rsa", "PS512": "rsa",
}
"""The algorithms of JWS that are checked, and the kinds of key that go with each."""
# fmt: on


def check(key: Key, form: Form, value: bytes, message: bytes) -> None:
    """Raise `Refused` unless `value` is the signature, or the tag, of `message` by `key`."""
    if form.alg in MACS or isinstance(key, Secret):
        _mac(key, form, value, message)
        return
    family, _, rest = form.alg.partition("-")
    step = STEPS.get(form.alg) or STEPS.get(family)
    if step is None:
        raise Refused("unsupported-algorithm", form.alg)
    step(key, form, rest, value, message)


def _mac(key: Key, form: Form, value: bytes, message: bytes) -> None:
    """The tag, in its full declared length and in constant time; an asymmetric key never serves."""
    if form.alg not in MACS or not isinstance(key, Secret):
        raise Refused("refused-key", "a MAC and a secret go together, nothing else does")
    name, size = MACS[form.alg]
    tag = hmac.digest(key.value, message, LIBRARY[name])[:size]
    if not hmac.compare_digest(tag, value):
        raise Refused("bad-signature")


def _ecdsa(key: PublicKey, form: Form, curve: str, value: bytes, message: bytes) -> None:
    due = curve or (PAIRS.get(form.hash or "") if form.pairs else key.kind)
    if key.kind not in CURVES or (due in CURVES and key.kind != due):
        raise Refused("refused-key", f"{key.kind} for {form.alg} with {form.hash}")
    if due not in CURVES:
        raise Refused("unsupported-algorithm", form.alg)
    r, s = SCALARS[form.encoding](value, CURVES[key.kind].size)
    order = CURVES[key.kind].order
    if not (0 < r < order and 0 < s < order):
        raise Refused("bad-signature", "r or s out of range")
    _verify(loaded(key), _library().in_der(r, s), message, _ecdsa_of(form.hash))


def _p1363(value: bytes, size: int) -> tuple[int, int]:
    """R and s, big-endian, of the size of a coordinate each."""
    if len(value) != 2 * size:
        raise Refused("bad-signature", f"{len(value)} bytes where {2 * size} are due")
    return int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big")


def _amd(value: bytes, size: int) -> tuple[int, int]:
    """R and s, little-endian, 72 bytes each; what is too large is out of range."""
    if len(value) != 144:
        raise Refused("bad-signature", f"{len(value)} bytes where 144 are due")
    return int.from_bytes(value[:72], "little"), int.from_bytes(value[72:], "little")


def _der(value: bytes, size: int) -> tuple[int, int]:
    """R and s as two INTEGERs in a SEQUENCE."""
    try:
        end = der.check(value, "signature")
        parts = [*der.children(value, 0)] if value[:1] == b"\x30" else []
    except EvidenceError:
        raise Refused("bad-signature", "not DER") from None
    if end != len(value) or [part.tag for part in parts] != [der.INTEGER, der.INTEGER]:
        raise Refused("bad-signature", "not two integers in DER")
    r, s = (der.integer(value[part.content : part.end]) for part in parts)
    return r, s


SCALARS: Final[dict[str | None, Callable[[bytes, int], tuple[int, int]]]] = {
    "p1363": _p1363,
    "amd-le72": _amd,
    "der": _der,
}


def _rsa(key: PublicKey, form: Form, bits: str, value: bytes, message: bytes) -> None:
    if key.kind != "rsa":
        raise Refused("refused-key", f"{key.kind} for {form.alg}")
    public = loaded(key)
    if bits and public.key_size != int(bits):
        raise Refused("refused-key", f"RSA of {public.key_size} bits for {form.alg}")
    if len(value) != (public.key_size + 7) // 8:
        raise Refused("bad-signature", f"{len(value)} bytes")
    _verify(public, value, message, *_padding(form.alg.startswith("rsapss"), form.hash))


def _edwards(key: PublicKey, form: Form, _: str, value: bytes, message: bytes) -> None:
    if key.kind not in EDWARDS or form.alg not in {key.kind, "eddsa"}:
        raise Refused("refused-key", f"{key.kind} for {form.alg}")
    _verify(loaded(key), value, message)


def _ml_dsa(key: PublicKey, form: Form, _: str, value: bytes, message: bytes) -> None:
    if key.kind != form.alg:
        raise Refused("refused-key", f"{key.kind} for {form.alg}")
    _verify(loaded(key), value, message, *((form.context,) if form.context else ()))


STEPS: Final[dict[str, Callable[[PublicKey, Form, str, bytes, bytes], None]]] = {
    "ecdsa": _ecdsa,
    "rsassa": _rsa,
    "rsapss": _rsa,
    "eddsa": _edwards,
    "ed25519": _edwards,
    "ed448": _edwards,
    "ml-dsa-44": _ml_dsa,
    "ml-dsa-65": _ml_dsa,
    "ml-dsa-87": _ml_dsa,
}
"""By the name of an algorithm, or the part of it before the curve or the size."""


def _verify(public: Any, *args: Any) -> None:
    try:
        public.verify(*args)
    except _library().errors:
        raise Refused("bad-signature") from None


class Library(NamedTuple):
    """What every check needs of `cryptography`."""

    in_der: Callable[[int, int], bytes]
    errors: tuple[type[Exception], ...]


@lru_cache(1)
def _library() -> Library:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return Library(encode_dss_signature, (InvalidSignature, ValueError))


def _hash(name: str | None) -> Any:
    from cryptography.hazmat.primitives import hashes

    if name not in HASHES:
        raise Refused(
            "unsupported-algorithm" if name is None or name == "sm3" else "refused-algorithm", str(name)
        )
    return getattr(hashes, name.upper().replace("SHA-", "SHA").replace("SHA3-", "SHA3_"))()


@lru_cache(16)
def _ecdsa_of(name: str | None) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    return ECDSA(_hash(name))


@lru_cache(32)
def _padding(pss: bool, name: str | None) -> tuple[Any, Any]:  # noqa: FBT001 (cached by place)
    """Padding and hash; PSS has the same hash in its mask, and a salt of the digest's size, always."""
    from cryptography.hazmat.primitives.asymmetric import padding

    hash_ = _hash(name)
    if not pss:
        return padding.PKCS1v15(), hash_
    return padding.PSS(padding.MGF1(hash_), hash_.digest_size), hash_


CWT: Final = 61
"""The tag of a CBOR Web Token (RFC 8392)."""


def of_cose(data: bytes, key: Key, external_aad: bytes = b"") -> None:
    """Raise `Refused` unless the COSE message in `data`, tagged as a CWT or not, is signed, or authenticated, by `key`."""
    try:
        head = cbor.head(data, 0)
        message = cose.read(data, "message", head.end if (head.major, head.argument) == (6, CWT) else 0)
    except EvidenceError as error:
        raise _refused(error) from None
    of_message(message, key, external_aad)


def of_message(message: cose.Message, key: Key, external_aad: bytes = b"") -> None:
    """The same for a message that was read. What only the unprotected header names is no algorithm."""
    algorithm = message.algorithm
    if algorithm is None:
        raise Refused("no-algorithm")
    if not message.is_mac and message.alg not in COSE:
        raise Refused("refused-algorithm" if algorithm.is_mac else "unsupported-algorithm", algorithm.name)
    if message.is_mac and algorithm.name not in MACS:
        raise Refused("unsupported-algorithm" if algorithm.is_mac else "refused-algorithm", algorithm.name)
    form = Form(algorithm.name, algorithm.hash, algorithm.encoding, pairs=True)
    check(key, form, message.signature, message.message(external_aad))


def _refused(error: EvidenceError) -> Refused:
    """Which rule of the headers a message broke that could not be read."""
    what = error.what if isinstance(error, ConstraintViolation) else ""
    got = getattr(error, "got", None)
    if what.endswith("payload") and got == b"\xf6":
        return Refused("detached")
    if what.endswith("crit") and isinstance(got, int | str) and got not in cose.UNDERSTOOD:
        return Refused("refused-crit", str(error))
    return Refused("bad-header", str(error))


def of_jws(message: bytes, value: bytes, key: Key, alg: str) -> None:
    """Raise `Refused` unless `value` is the signature of a JWS, whose header says `alg`, by `key`.

    `message` is its first two parts with the dot. jwcrypto is asked with this one algorithm allowed; the header was
    read and judged by then. It would check ES384 with a key of P-256, so the pair is checked before.
    """
    _check_pair(key, alg)
    if isinstance(key, PublicKey) and key.kind in CURVES:
        _p1363(value, CURVES[key.kind].size)
    from jwcrypto.common import JWException
    from jwcrypto.jws import JWSCore

    header, _, payload = message.partition(b".")
    try:
        protected = text.base64url(header, "header").decode()
        core = JWSCore(alg, _jwk(key), protected, text.base64url(payload, "payload"), [alg])
        if b".".join((core.protected.encode(), core.payload)) != message:
            raise Refused("bad-header", "it would be another message when it is written again")
        core.verify(value)
    except (JWException, ValueError):
        raise Refused("bad-signature") from None


def _check_pair(key: Key, alg: str) -> None:
    """Raise `Refused` unless the algorithm is one that is checked, and the key is of a kind that goes with it."""
    kinds = JOSE.get(alg, "").split()
    if not kinds:
        known = alg in jose.ALGORITHMS or alg.strip().lower() == "none"
        raise Refused("refused-algorithm" if known else "unsupported-algorithm", alg[:32])
    if isinstance(key, Secret) or key.kind not in kinds:
        raise Refused("refused-key", alg)


@lru_cache(16)
def _jwk(key: Key) -> Any:
    from jwcrypto.jwk import JWK

    return JWK.from_pyca(loaded(key))


def of_compact(token: bytes, key: Key) -> None:
    """Raise `Refused` unless the compact JWS is signed by `key`; what its header says of keys is not looked at."""
    try:
        message = jose.read(token, "token")
    except ConstraintViolation as error:
        if error.what.endswith("signature"):
            alg = json.loads(text.base64url(token.partition(b".")[0], "header"), "header")["alg"]
            _check_pair(key, alg)
            raise Refused("bad-signature", str(error)) from None
        if error.what.endswith("crit"):
            raise Refused("refused-crit", str(error)) from None
        if error.what.endswith("alg"):
            raise Refused("refused-algorithm", str(error)) from None
        raise Refused("bad-header", str(error)) from None
    except EvidenceError as error:
        raise Refused("bad-header", str(error)) from None
    if "b64" in message.header:
        raise Refused("refused-crit", "b64")
    of_jws(token.rpartition(b".")[0], message.signature, key, message.header["alg"])
