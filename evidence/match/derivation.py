"""What may be made of a candidate before it is put into evidence: the forms, the digests, the joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import new
from typing import Final, Literal, NamedTuple

FORMS: Final = {
    "as-is": "the bytes",
    "trimmed": "the bytes without the white space around them",
    "from-hex": "the bytes that its hexadecimal stands for",
    "from-base64": "the bytes that its base64 stands for",
    "canonical-json": "its JSON in the form of RFC 8785",
    "compact-json": "its JSON without white space, members in their order",
    "log": "the event log",
    "der": "the DER that its PEM holds",
    "spki": "the SubjectPublicKeyInfo",
    "key": "the key itself: a point, or an RSAPublicKey",
    "coordinates": "both coordinates of the point",
    "compressed-point": "the compressed point",
    "modulus": "the modulus of the RSA key",
    "jwk": "the JWK in the form of RFC 7638",
    "cose-key": "the COSE_Key in the form of RFC 9679",
}
"""The words for what is taken of a candidate."""
HASHES: Final = ("sha-256", "sha-384", "sha-512")
"""The digests that are taken of each form."""
NAMES: Final = {"sha-256": "SHA-256", "sha-384": "SHA-384", "sha-512": "SHA-512", "sha-1": "SHA-1"}
SHORT: Final = 16 << 10
"""Bytes of a form that is joined with another one, or written in digits: there are many joins, and digits are long."""


class FormOf(NamedTuple):
    """One form of one candidate; `hash` where its digest is meant."""

    candidate: str
    form: str
    hash: str | None = None

    def __str__(self) -> str:
        if self.form == "jwk" and self.hash:
            return f"{NAMES[self.hash]} JWK thumbprint of {self.candidate}"
        text = self.candidate if self.form == "as-is" else f"{self.candidate} ({FORMS[self.form]})"
        return f"{NAMES[self.hash]} of {text}" if self.hash else text


Case = Literal["lower", "upper"]
"""How hexadecimal digits are written."""


class Derivation(NamedTuple):
    """Bytes, and how they come about: forms joined, a digest over that, its hexadecimal digits.

    `events` is a number where the bytes are what a register holds after so many digests of a list, or all events of a
    log for the `register`.
    """

    value: bytes
    parts: tuple[FormOf, ...]
    hash: str | None = None
    written: Case | None = None
    events: int | None = None
    register: str | None = None

    def __str__(self) -> str:
        inside = " then ".join(map(str, self.parts))
        if self.register is not None:
            return f"what the {self.events} events of {self.register} in {self.parts[0].candidate} add up to ({self.hash})"
        if self.events is not None:
            return f"a register ({NAMES[self.hash or '']}) after {self.events} events of {self.parts[0].candidate}"
        if self.hash and len(self.parts) == 1:
            inside = str(self.parts[0]._replace(hash=self.hash))
        elif self.hash:
            inside = f"{NAMES[self.hash]} of ({inside})"
        return f"the hexadecimal digits of {inside}" if self.written else inside


def digest(alg: str, content: bytes) -> bytes:
    """The digest of `content` by one of `HASHES`."""
    return new(alg.replace("-", ""), content).digest()


Shapes = Sequence[tuple[FormOf, bytes]]
"""The forms of one candidate."""


def alone(shapes: Shapes) -> Iterator[Derivation]:
    """What is made of one candidate: each form, its digests, and the digits of both."""
    for part, value in shapes:
        yield from _and_its_digits(Derivation(value, (part,)))
        for alg in HASHES:
            yield from _and_its_digits(Derivation(digest(alg, value), (part,), alg))


def _and_its_digits(made: Derivation) -> Iterator[Derivation]:
    yield made
    if len(made.value) > SHORT:
        return
    digits = made.value.hex()
    yield made._replace(value=digits.encode(), written="lower")
    yield made._replace(value=digits.upper().encode(), written="upper")


def joined(one: Shapes, other: Shapes) -> Iterator[Derivation]:
    """What is made of the `pieces` of two candidates, the first in front: each of both, and the digests of that."""
    for first, front in one:
        for second, back in other:
            both, parts = front + back, (first, second)
            yield Derivation(both, parts)
            for alg in HASHES:
                yield Derivation(digest(alg, both), parts, alg)


def pieces(shapes: Shapes) -> Shapes:
    """What of a candidate is joined: its forms that are not long, and the digests of all."""
    short = [(part, value) for part, value in shapes if len(value) <= SHORT]
    return short + [(part._replace(hash=alg), digest(alg, value)) for part, value in shapes for alg in HASHES]
