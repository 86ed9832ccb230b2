"""COSE_Sign1 and COSE_Mac0 messages, by structure: no key is used here and nothing is verified.

A message is read where it lies in larger bytes, so that all offsets are those of the evidence.
Source: RFC 9052, sections 3, 4.2 and 6.2; algorithm numbers from RFC 9053.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from evidence.errors import ConstraintViolation, LimitExceeded, MalformedEvidence, Truncated
from evidence.wire import cbor
from evidence.wire.algorithms import Algorithm

SPEC: Final = "RFC 9052"
ALG, CRIT, CONTENT_TYPE, KID, X5CHAIN, X5T = 1, 2, 3, 4, 33, 34
UNDERSTOOD: Final = frozenset({ALG, CRIT, CONTENT_TYPE, KID, 5, 6, 15, X5CHAIN, X5T})
"""Header labels that `crit` may name: those of RFC 9052, of RFC 9360, and CWT claims (RFC 9597)."""

Kind = Literal["sign1", "mac0"]
TAGS: Final[dict[int, Kind]] = {18: "sign1", 17: "mac0"}
CONTEXT: Final[dict[Kind, bytes]] = {"sign1": b"\x84\x6aSignature1", "mac0": b"\x84\x64MAC0"}
"""How the structure begins that is signed or authenticated: an array of four, and its context."""
CONSTRUCT: Final[dict[Kind, Literal["cose-sign1", "cose-mac0"]]] = {
    "sign1": "cose-sign1",
    "mac0": "cose-mac0",
}


# fmt: off
ALGORITHMS: Final = {
    -7:   Algorithm("ecdsa",   "sha-256",  "p1363"),
    -35:  Algorithm("ecdsa",   "sha-384",  "p1363"),
    -36:  Algorithm("ecdsa",   "sha-512",  "p1363"),
    -8:   Algorithm("eddsa",   None,       None),
    -19:  Algorithm("ed25519", None,       None),
    -53:  Algorithm("ed448",   None,       None),
    -9:   Algorithm("ecdsa-p256", "sha-256",  "p1363"),
    -51:  Algorithm("ecdsa-p384", "sha-384",  "p1363"),
    -52:  Algorithm("ecdsa-p521", "sha-512",  "p1363"),
    -37:  Algorithm("rsapss",  "sha-256",  "rsa"),
    -38:  Algorithm("rsapss",  "sha-384",  "rsa"),
    -39:  Algorithm("rsapss",  "sha-512",  "rsa"),
    -257: Algorithm("rsassa",  "sha-256",  "rsa"),
    -258: Algorithm("rsassa",  "sha-384",  "rsa"),
    -259: Algorithm("rsassa",  "sha-512",  "rsa"),
    -47:  Algorithm("ecdsa-secp256k1", "sha-256",  "p1363"),
    -48:  Algorithm("ml-dsa-44", None,     None),
    -49:  Algorithm("ml-dsa-65", None,     None),
    -50:  Algorithm("ml-dsa-87", None,     None),
    -46:  Algorithm("hss-lms", None,       None),
    -265: Algorithm("ecdsa-brainpoolp256r1", "sha-256", "p1363"),
    -266: Algorithm("ecdsa-brainpoolp320r1", "sha-384", "p1363"),
    -267: Algorithm("ecdsa-brainpoolp384r1", "sha-384", "p1363"),
    -268: Algorithm("ecdsa-brainpoolp512r1", "sha-512", "p1363"),
    14:   Algorithm("aes-mac-128-64",  None, None),
    15:   Algorithm("aes-mac-256-64",  None, None),
    25:   Algorithm("aes-mac-128-128", None, None),
    26:   Algorithm("aes-mac-256-128", None, None),
    4:    Algorithm("hmac-256-64", "sha-256", None),
    5:    Algorithm("hmac-256-256", "sha-256", None),
    6:    Algorithm("hmac-384-384", "sha-384", None),
    7:    Algorithm("hmac-512-512", "sha-512", None),
}
# fmt: on


USUAL: Final[Mapping[bytes, Mapping[Any, Any]]] = {
    cbor.dumps(header): MappingProxyType(header) for header in ({}, *({ALG: number} for number in ALGORITHMS))
}
"""Headers that need no decoder: nearly every protected one holds an algorithm alone, and nearly every other nothing."""
_new: Final = tuple.__new__
"""What a named tuple's own constructor does after some detours."""


class Span(NamedTuple):
    """A range of the evidence, `[start, end)` in bytes."""

    start: int
    end: int


class CoseMessage(NamedTuple):
    """One message. `protected` is the content of its byte string, exactly as received.

    `header` is what `protected` decodes to (empty if it is empty). The spans are those of the contents
    of the byte strings; `span` is the whole message with its tag.
    """

    kind: Kind
    tagged: bool
    protected: bytes
    header: Mapping[Any, Any]
    unprotected: Mapping[Any, Any]
    payload: bytes
    signature: bytes
    span: Span
    protected_span: Span
    unprotected_span: Span
    payload_span: Span
    signature_span: Span

    @property
    def alg(self) -> int | str | None:
        """The algorithm of the protected header; the unprotected one is never asked."""
        alg: int | str | None = self.header.get(ALG)
        return alg

    @property
    def algorithm(self) -> Algorithm | None:
        """What `alg` stands for; an unknown one goes by its number, none is None."""
        alg = self.alg
        if alg is None:
            return None
        known = ALGORITHMS.get(alg) if isinstance(alg, int) else None
        return known or Algorithm(f"cose:{alg}", None, None)

    @property
    def is_mac(self) -> bool:
        """Whether it is authenticated by a shared secret instead of signed."""
        return self.kind == "mac0"

    @property
    def covers(self) -> tuple[Span, Span]:
        """What the signature covers: the contents of the protected header and of the payload."""
        return self.protected_span, self.payload_span

    def message(self, external_aad: bytes = b"") -> bytes:
        """The bytes that are signed (Sig_structure) or authenticated (MAC_structure).

        A protected header that is an empty map stands in them as an empty byte string (RFC 9052, 4.4).
        """
        protected = self.protected if self.header else b""
        string = cbor.string
        return CONTEXT[self.kind] + string(protected) + string(external_aad) + string(self.payload)


def read(data: bytes, what: str, start: int = 0, *, untagged: Kind = "sign1") -> CoseMessage:
    """The message that begins at `start`; `untagged` is what an array without a tag is taken for.

    Raises `Truncated`, `BadEncoding`, `LimitExceeded`, or `ConstraintViolation`: no array of four,
    a detached payload, an unknown critical header, a label in both headers, an unknown tag.
    """
    head = cbor.head(data, start)
    kind, tagged = untagged, False
    if head.major == 6:
        if head.argument not in TAGS:
            raise _violation(what, start, f"tag {head.argument}", "tag 18 (COSE_Sign1) or 17 (COSE_Mac0)")
        kind, tagged = TAGS[head.argument], True
        head = cbor.head(data, head.end)
    if (head.major, head.argument) != (4, 4):
        raise _violation(what, head.start, data[head.start : head.end], "an array of four items")
    protected = _content(data, head.end, what, "protected header")
    unprotected = _new(Span, (protected.end, cbor.skip(data, protected.end)))
    payload = _content(data, unprotected.end, what, "payload")
    signature = _content(data, payload.end, what, "signature")
    header = _map(data, protected, what, "protected header") if protected.start < protected.end else {}
    open_header = _map(data, unprotected, what, "unprotected header")
    _check_headers(header, open_header, what, protected.start)
    return CoseMessage(
        kind,
        tagged,
        data[protected.start : protected.end],
        header,
        open_header,
        data[payload.start : payload.end],
        data[signature.start : signature.end],
        _new(Span, (start, signature.end)),
        protected,
        unprotected,
        payload,
        signature,
    )


def check(message: CoseMessage, what: str) -> None:
    """Raise `ConstraintViolation` for what structure allows and evidence may not do.

    An algorithm that only the unprotected header names is anybody's choice; an empty signature is none.
    """
    if message.alg is None and ALG in message.unprotected:
        allowed = "in the protected header (the unprotected one is not signed)"
        raise _violation(f"{what} alg", message.unprotected_span.start, message.unprotected[ALG], allowed)
    if not message.signature:
        raise _violation(f"{what} signature", message.signature_span.start, b"", "one that is not empty")


def _content(data: bytes, at: int, what: str, part: str) -> Span:
    """Where the content of the byte string at `at` lies. A payload of nil is a detached one."""
    major, size, _, start = cbor.head(data, at)
    if major != 2:
        allowed = (
            "a byte string (a detached payload cannot be read)" if part == "payload" else "a byte string"
        )
        raise _violation(f"{what} {part}", at, data[at:start], allowed)
    if start + size > len(data):
        have = len(data) - start
        raise Truncated(what=f"{what} {part}", offset=at, need=size, have=have, spec=SPEC)
    return _new(Span, (start, start + size))


def _map(data: bytes, span: Span, what: str, part: str) -> Mapping[Any, Any]:
    """The header that lies at `span`."""
    encoded = data[span.start : span.end]
    usual = USUAL.get(encoded)
    if usual is not None:
        return usual
    try:
        header: Mapping[Any, Any] = cbor.loads(encoded, f"{what} {part}")
    except (MalformedEvidence, LimitExceeded) as error:
        error.offset = span.start + (error.offset or 0)
        raise
    if header.__class__ not in cbor.MAPS:
        raise _violation(f"{what} {part}", span.start, encoded, "a map")
    return header


def _check_headers(header: Mapping[Any, Any], unprotected: Mapping[Any, Any], what: str, offset: int) -> None:
    for label in unprotected:
        if label in header:
            raise _violation(f"{what} headers", offset, label, "a label in one of the two headers")
    if CRIT in unprotected:
        raise _violation(f"{what} crit", offset, CRIT, "in the protected header alone")
    alg = header.get(ALG)
    if alg is not None and alg.__class__ is not int and alg.__class__ is not str:
        raise _violation(f"{what} alg", offset, alg, "an integer or a text")
    if CRIT not in header:
        return
    critical = header[CRIT]
    if not isinstance(critical, tuple) or not critical:
        raise _violation(f"{what} crit", offset, critical, "an array of labels, not empty")
    for label in critical:
        if label.__class__ is not int or label not in UNDERSTOOD or label not in header:
            raise _violation(f"{what} crit", offset, label, "labels that are present and understood")


def _violation(what: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what=what, offset=offset, got=got, allowed=allowed, spec=SPEC)
