"""One signature: a key, an algorithm, a message. Everything is decided here that a library would decide otherwise.

Which keys go with an algorithm is a table, a signature has exactly the form that its format gives it, and r and s
are looked at before any library is. A `StepRefused` says why a signature does not hold; nothing is returned where it does.

Sources: RFC 9053 and 9864 (COSE), RFC 7518 (JWS), RFC 5480, 4055 and 9881 (certificates), DMTF DSP0274.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from evidence.errors import EvidenceError
from evidence.verify.keys import Key, PublicKey, Secret, loaded
from evidence.verify.words import StepRefused
from evidence.wire import der
from evidence.wire.curves import CURVES, EDWARDS
from evidence.wire.hashes import LIBRARY


class SignatureForm(NamedTuple):
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
# fmt: on


def check(key: Key, form: SignatureForm, value: bytes, message: bytes) -> None:
    """Raise `StepRefused` unless `value` is the signature, or the tag, of `message` by `key`."""
    if form.alg in MACS or isinstance(key, Secret):
        _mac(key, form, value, message)
        return
    family, _, rest = form.alg.partition("-")
    step = STEPS.get(form.alg) or STEPS.get(family)
    if step is None:
        raise StepRefused("unsupported-algorithm", form.alg)
    step(key, form, rest, value, message)


def _mac(key: Key, form: SignatureForm, value: bytes, message: bytes) -> None:
    """The tag, in its full declared length and in constant time; an asymmetric key never serves."""
    if form.alg not in MACS or not isinstance(key, Secret):
        raise StepRefused("refused-key", "a MAC and a secret go together, nothing else does")
    name, size = MACS[form.alg]
    tag = hmac.digest(key.value, message, LIBRARY[name])[:size]
    if not hmac.compare_digest(tag, value):
        raise StepRefused("bad-signature")


def _ecdsa(key: PublicKey, form: SignatureForm, curve: str, value: bytes, message: bytes) -> None:
    due = curve or (PAIRS.get(form.hash or "") if form.pairs else key.kind)
    if key.kind not in CURVES or (due in CURVES and key.kind != due):
        raise StepRefused("refused-key", f"{key.kind} for {form.alg} with {form.hash}")
    if due not in CURVES:
        raise StepRefused("unsupported-algorithm", form.alg)
    r, s = SCALARS[form.encoding](value, CURVES[key.kind].size)
    order = CURVES[key.kind].order
    if not (0 < r < order and 0 < s < order):
        raise StepRefused("bad-signature", "r or s out of range")
    _verify(loaded(key), _library().in_der(r, s), message, _ecdsa_of(form.hash))


def p1363(value: bytes, size: int) -> tuple[int, int]:
    """R and s, big-endian, of the size of a coordinate each."""
    if len(value) != 2 * size:
        raise StepRefused("bad-signature", f"{len(value)} bytes where {2 * size} are due")
    return int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big")


def _amd(value: bytes, size: int) -> tuple[int, int]:
    """R and s, little-endian, 72 bytes each; what is too large is out of range."""
    if len(value) != 144:
        raise StepRefused("bad-signature", f"{len(value)} bytes where 144 are due")
    return int.from_bytes(value[:72], "little"), int.from_bytes(value[72:], "little")


def _der(value: bytes, size: int) -> tuple[int, int]:
    """R and s as two INTEGERs in a SEQUENCE."""
    try:
        end = der.check(value, "signature")
        parts = [*der.children(value, 0)] if value[:1] == b"\x30" else []
    except EvidenceError:
        raise StepRefused("bad-signature", "not DER") from None
    if end != len(value) or [part.tag for part in parts] != [der.INTEGER, der.INTEGER]:
        raise StepRefused("bad-signature", "not two integers in DER")
    r, s = (der.integer(value[part.content : part.end]) for part in parts)
    return r, s


SCALARS: Final[dict[str | None, Callable[[bytes, int], tuple[int, int]]]] = {
    "p1363": p1363,
    "amd-le72": _amd,
    "der": _der,
}


def _rsa(key: PublicKey, form: SignatureForm, bits: str, value: bytes, message: bytes) -> None:
    if key.kind != "rsa":
        raise StepRefused("refused-key", f"{key.kind} for {form.alg}")
    public = loaded(key)
    if bits and public.key_size != int(bits):
        raise StepRefused("refused-key", f"RSA of {public.key_size} bits for {form.alg}")
    if len(value) != (public.key_size + 7) // 8:
        raise StepRefused("bad-signature", f"{len(value)} bytes")
    _verify(public, value, message, *_padding(form.alg.startswith("rsapss"), form.hash))


def _edwards(key: PublicKey, form: SignatureForm, _: str, value: bytes, message: bytes) -> None:
    if key.kind not in EDWARDS or form.alg not in {key.kind, "eddsa"}:
        raise StepRefused("refused-key", f"{key.kind} for {form.alg}")
    _verify(loaded(key), value, message)


def _ml_dsa(key: PublicKey, form: SignatureForm, _: str, value: bytes, message: bytes) -> None:
    if key.kind != form.alg:
        raise StepRefused("refused-key", f"{key.kind} for {form.alg}")
    _verify(loaded(key), value, message, *((form.context,) if form.context else ()))


STEPS: Final[dict[str, Callable[[PublicKey, SignatureForm, str, bytes, bytes], None]]] = {
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
        raise StepRefused("bad-signature") from None


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
        raise StepRefused(
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
