"""JSON Web Signatures in their compact form, by structure: no key is used here and nothing is verified.

A token is read where it lies in larger bytes, so that all offsets are those of the evidence. What a header
says about keys (`jwk`, `x5c`, and above all the URLs `jku` and `x5u`) is an attacker's word: it is
shown, never followed.

Source: RFC 7515, sections 4.1, 5.2 and 7.1; algorithm names from RFC 7518, 8037, 8812 and 9864.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evidence.errors import BadEncoding, ConstraintViolation, MalformedEvidence, MissingField, NotEvidence
from evidence.wire import json, text
from evidence.wire.algorithms import Algorithm
from evidence.wire.cose import Span

SPEC: Final = "RFC 7515"
COMPACT: Final = re.compile(rb"e[wy][A-Za-z0-9_-]*+=*+(?:\.[A-Za-z0-9_-]*+=*+){2,4}+")
"""A compact serialization: it begins with the base64url of `{`, and has three to five parts.

Padding is none of it, and what has some is told by it all the same: reading says what is wrong.
"""
WHITE: Final = b" \t\r\n"

# fmt: off
ALGORITHMS: Final = {
    "ES256":  Algorithm("ecdsa-p256", "sha-256", "p1363"),
    "ES384":  Algorithm("ecdsa-p384", "sha-384", "p1363"),
    "ES512":  Algorithm("ecdsa-p521", "sha-512", "p1363"),
    "ES256K": Algorithm("ecdsa-secp256k1", "sha-256", "p1363"),
    "PS256":  Algorithm("rsapss",  "sha-256", "rsa"),
    "PS384":  Algorithm("rsapss",  "sha-384", "rsa"),
    "PS512":  Algorithm("rsapss",  "sha-512", "rsa"),
    "RS256":  Algorithm("rsassa",  "sha-256", "rsa"),
    "RS384":  Algorithm("rsassa",  "sha-384", "rsa"),
    "RS512":  Algorithm("rsassa",  "sha-512", "rsa"),
    "EdDSA":  Algorithm("eddsa",   None,      None),
    "Ed25519": Algorithm("ed25519", None,     None),
    "Ed448":  Algorithm("ed448",   None,      None),
    "ML-DSA-44": Algorithm("ml-dsa-44", None, None),
    "ML-DSA-65": Algorithm("ml-dsa-65", None, None),
    "ML-DSA-87": Algorithm("ml-dsa-87", None, None),
    "HS256":  Algorithm("hmac-256-256", "sha-256", None),
    "HS384":  Algorithm("hmac-384-384", "sha-384", None),
    "HS512":  Algorithm("hmac-512-512", "sha-512", None),
}
# fmt: on
SIZES: Final = {
    "ES256": (64,),
    "ES384": (96,),
    "ES512": (132,),
    "ES256K": (64,),
    "EdDSA": (64, 114),
    "Ed25519": (64,),
    "Ed448": (114,),
    "HS256": (32,),
    "HS384": (48,),
    "HS512": (64,),
}
"""Sizes of signatures and MACs (bytes), where the algorithm alone says them: a token that was cut is told by them."""
KEYS: Final = ("jku", "jwk", "x5u", "x5c")
"""Header parameters by which a token names its own key."""


def compact(data: bytes) -> bytes | None:
    """The compact serialization that `data` is, without the white space around it; None if it is none."""
    token = data.strip(WHITE)
    return token if COMPACT.fullmatch(token) else None


class JoseToken(NamedTuple):
    """One token. `protected` and `payload` are decoded; the spans are those of their base64url text."""

    header: Mapping[str, Any]
    protected: bytes
    payload: bytes
    signature: bytes
    span: Span
    protected_span: Span
    payload_span: Span
    signature_span: Span

    @property
    def algorithm(self) -> Algorithm:
        """What `alg` stands for; an unknown one goes by its name."""
        alg: str = self.header["alg"]
        return ALGORITHMS.get(alg) or Algorithm(f"jose:{alg[:32]}", None, None)

    @property
    def is_mac(self) -> bool:
        """Whether the token is authenticated by a shared secret instead of signed."""
        return self.algorithm.is_mac

    @property
    def covers(self) -> tuple[Span]:
        """What the signature covers: both parts in base64url and the dot between them."""
        return (Span(self.span.start, self.payload_span.end),)

    @property
    def self_asserted(self) -> tuple[str, ...]:
        """The header parameters by which the token names its own key."""
        return tuple(name for name in KEYS if name in self.header)


def read(data: bytes, what: str, start: int = 0, end: int | None = None) -> JoseToken:
    """The token that lies in `[start, end)` of `data` (bytes).

    Raises `BadEncoding`, `UnexpectedField` for a header member that occurs twice, `MissingField`,
    `ConstraintViolation` (no algorithm, `none`, an empty signature, a critical header: none is understood here), or
    `NotEvidence` for a token of five parts, which is encrypted.
    """
    stop = len(data) if end is None else end
    spans = _parts(data, start, stop)
    if len(spans) == 5:
        raise NotEvidence(
            kind="encrypted token", detail="JWE, RFC 7516: its claims cannot be read here", offset=start
        )
    if len(spans) != 3:
        reason = f"{len(spans)} parts, a compact JWS has 3"
        raise BadEncoding(what=what, offset=start, reason=reason, spec=SPEC)
    protected, payload, signature = (_decode(data, span, what) for span in spans)
    try:
        header = json.loads(protected, f"{what} header")
    except MalformedEvidence as error:
        error.offset = spans[0].start
        raise
    _check_header(header, what, spans[0].start)
    if not signature:
        raise ConstraintViolation(
            what=f"{what} signature",
            offset=spans[2].start,
            got=b"",
            allowed="one that is not empty",
            spec=SPEC,
        )
    sizes = SIZES.get(header["alg"], (len(signature),))
    if len(signature) not in sizes:
        allowed = f"{' or '.join(map(str, sizes))} bytes ({header['alg']})"
        got = f"{len(signature)} bytes"
        raise ConstraintViolation(
            what=f"{what} signature", offset=spans[2].start, got=got, allowed=allowed, spec=SPEC
        )
    return JoseToken(header, protected, payload, signature, Span(start, stop), *spans)


def _parts(data: bytes, start: int, stop: int) -> list[Span]:
    """Where the parts between the dots lie; no more than six are looked for."""
    spans = []
    for part in data[start:stop].split(b".", 5):
        spans.append(Span(start, start + len(part)))
        start += len(part) + 1
    return spans


def _decode(data: bytes, span: Span, what: str) -> bytes:
    part = data[span.start : span.end]
    if part.endswith(b"="):
        raise BadEncoding(what=what, offset=span.end - 1, reason="base64url with padding", spec=SPEC)
    try:
        return text.base64url(part, what)
    except BadEncoding as error:
        raise BadEncoding(what=what, offset=span.start, reason=error.reason, spec=SPEC) from None


def _check_header(header: Any, what: str, offset: int) -> None:
    def violation(name: str, got: object, allowed: str) -> ConstraintViolation:
        return ConstraintViolation(what=f"{what} {name}", offset=offset, got=got, allowed=allowed, spec=SPEC)

    if not isinstance(header, dict):
        raise violation("header", str(header)[:32], "a JSON object")
    if "alg" not in header:
        raise MissingField(what=f"{what} header", offset=offset, name="alg", spec=SPEC)
    alg = header["alg"]
    if not isinstance(alg, str) or alg.strip().lower() in {"", "none"}:
        raise violation("alg", alg, "the name of a signature algorithm")
    if "crit" in header:
        raise violation("crit", str(header["crit"])[:32], "absent: no extension is understood here")
