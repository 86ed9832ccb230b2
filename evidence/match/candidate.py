"""A candidate: something that somebody has, and all the forms in which it may have gone into evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.encode.canonical import to_canonical_json
from evidence.errors import BadEncoding, EvidenceError
from evidence.match import keys
from evidence.match.derivation import FormOf
from evidence.wire import der, text, x509
from evidence.wire import json as strict

PEM: Final = re.compile(
    rb"-----BEGIN (CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----"
)
BLANKS: Final = b" \t\r\n"
SHORTEST: Final = 4
"""Bytes that a text stands for at least, to be taken for hexadecimal or base64."""


class Candidate(NamedTuple):
    """Bytes that may be in evidence, as they are or in some form, and the name by which the report calls them."""

    name: str
    """What the report calls it."""
    content: bytes
    """Its bytes."""


def shapes(candidate: Candidate) -> list[tuple[FormOf, bytes]]:
    """Every form of a candidate with its bytes, each bytes once. Any content has one form at least, but for an empty one."""
    made: dict[bytes, FormOf] = {}
    for name, form, value in _forms(candidate):
        if value:
            made.setdefault(value, FormOf(name, form))
    return [(part, value) for value, part in made.items()]


def _forms(candidate: Candidate) -> Iterator[tuple[str, str, bytes]]:
    contents = [*_contents(candidate.content)]
    for form, content in contents:
        yield candidate.name, form, content
    for _, content in contents:
        for form, value in _of_json(content):
            yield candidate.name, form, value
        for number, (form, value) in enumerate(_of_blocks(content)):
            yield candidate.name, form, value
            for inner, key in _of_der(value):
                yield candidate.name if not number else f"{candidate.name} (block {number + 1})", inner, key


def _contents(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes, and what they stand for as a text."""
    yield "as-is", content
    trimmed = content.strip(BLANKS)
    if trimmed != content:
        yield "trimmed", trimmed
    digits = re.sub(rb"^0[xX]|[\s:]", b"", trimmed)
    for form, decode, written in (
        ("from-hex", text.hexadecimal, digits),
        ("from-base64", text.base64, trimmed),
        ("from-base64", text.base64url, trimmed),
    ):
        decoded = _decoded(decode, written)
        if len(decoded) >= SHORTEST:
            yield form, decoded


def _decoded(decode: Callable[[bytes, str], bytes], content: bytes) -> bytes:
    try:
        return decode(content, "candidate")
    except BadEncoding:
        return b""


def _of_json(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The forms of a document in JSON, and of the key that it is."""
    if content.lstrip(BLANKS)[:1] not in {b"{", b"["}:
        return
    try:
        document = strict.loads(content, "candidate")
    except EvidenceError:
        return
    if not _has_floats(content):
        with suppress(OverflowError):
            yield "canonical-json", to_canonical_json(document)
    yield "compact-json", json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if isinstance(document, Mapping):
        yield from _of_jwk(document)


def _has_floats(content: bytes) -> bool:
    """Whether a number may be none of the integers, whose form RFC 8785 takes from another standard."""
    fractions: list[str] = []
    json.loads(content, parse_float=fractions.append)
    return bool(fractions)


def _of_jwk(document: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    try:
        yield from keys.forms(keys.of_jwk(document))
    except EvidenceError:
        return


def _of_blocks(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What the blocks of PEM hold, in their order; without any, the DER that the bytes may be."""
    count = 0
    for block in PEM.finditer(content):
        count += 1
        if count > limits.CERTIFICATES:
            return
        body = _decoded(text.base64, block[2].translate(None, BLANKS + b"\v\f"))
        yield ("der", keys.of_rsa(body)) if block[1] == b"RSA PUBLIC KEY" else ("der", body)
    if not count and content[:1] == bytes((der.SEQUENCE,)):
        yield "as-is", content


def _of_der(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The forms of the key in a certificate or a SubjectPublicKeyInfo; none where the bytes are neither."""
    with suppress(EvidenceError):
        yield from keys.forms(content)
        return
    with suppress(EvidenceError):
        yield from keys.forms(x509.read(content, "certificate").key.spki)
