"""Whether bytes are a token, by their form and by the claims that they begin to show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from evidence.errors import EvidenceError
from evidence.registry import Match
from evidence.types import _coev
from evidence.types._eat.layout import CBOR, OF_THE_TOKEN
from evidence.wire import cbor, cose, jose, json, text
from evidence.wire.decoded import Decoded

TOKEN, CONCISE = Match("rfc9711", strength="generic"), Match("tcg-ce-1.0", strength="generic")
TAGS: Final = frozenset({61, 601, 602})
CONCISE_TAGS: Final = frozenset({570, 571})
WHITE: Final = b" \t\r\n"
TEXT: Final = frozenset({b"e", b"{", b"[", b" ", b"\t", b"\r", b"\n"})
LABELS: Final = frozenset(row.label for row in CBOR.rows)
EAT_LABELS: Final = frozenset(row.label for row in CBOR.rows if row.name not in OF_THE_TOKEN)
EAT_NAMES: Final = frozenset(
    {
        *("eat_nonce", "eat_profile", "ueid", "sueids", "oemboot", "dbgstat", "submods", "bootseed"),
        *("dloas", "measres", "intuse", "secboot"),
    }
)
"""Names that nothing but an EAT has. `uptime`, `location`, `measurements` and others stand in any service's answer."""
NONCE, NONCE_MAJORS = 10, (2, 4)
SELECTORS: Final = re.compile(rb'\[[ \t\r\n]*\[[ \t\r\n]*"(?:JWT|CBOR)"')
"""How a bundle in JSON begins."""
ARM_LABELS: Final = frozenset(range(2394, 2409)) | frozenset(range(44234, 44260))
"""Of PSA (RFC 9783) and CCA tokens, whose own types read a bare claims set, and only when they are asked to."""
MOST: Final = 64
"""Entries of a map that are looked at."""
ENCRYPTED: Final = 5
"""Parts of a JWE."""


def identify(source: Decoded) -> Match | None:
    """Tagged tokens by their tag, untagged messages by their array, bare claims sets by their claims."""
    data = source.data
    if data[:1] in TEXT:
        return TOKEN if _in_json(source) else None
    try:
        start = cbor.begin(data)
        head = cbor.head(data, start)
        if head.major == 6 and head.argument in cose.TAGS:
            head = cbor.head(data, head.end)
        elif head.major == 6:
            return CONCISE if head.argument in CONCISE_TAGS else TOKEN if head.argument in TAGS else None
        if head.major == 4 and head.argument == 2:
            return TOKEN if _is_bundle(data, head.end) else None
        if head.major == 4:
            return TOKEN if head.argument == 4 and _is_message(data, head.end) else None
        return _bare(source, start)
    except EvidenceError:
        return None


def _in_json(source: Decoded) -> bool:
    """A compact JWS or an object that shows a claim of an EAT, a bundle, or an encrypted token."""
    data = source.data
    start = len(data) - len(data.lstrip(WHITE))
    if data[start : start + 1] == b"e":
        return _is_compact(source)
    if data[start : start + 1] == b"[":
        return SELECTORS.match(data, start) is not None
    return _shows_a_claim(data, start)


def _is_compact(source: Decoded) -> bool:
    """Whether a compact JWS shows a claim of an EAT, or is encrypted: even one of which reading says what is wrong."""
    try:
        claims = source.payload().json()
        return isinstance(claims, dict) and not EAT_NAMES.isdisjoint(islice(claims, MOST))
    except EvidenceError:
        token = jose.compact(source.data.translate(None, WHITE))  # white space inside is one of the faults
    parts = token.split(b".", 5) if token else []
    try:
        payload = text.base64url(parts[1], "payload") if parts else b""
    except EvidenceError:
        payload = b""
    return len(parts) == ENCRYPTED or _shows_a_claim(payload, 0)


def _shows_a_claim(data: bytes, at: int) -> bool:
    """Whether the object at `at` has a claim of an EAT among its first members.

    A token that has none may be anybody's: access tokens and login tokens are JWTs as well.
    """
    members = zip(json.entries(data, at), range(MOST), strict=False)
    return any(entry.key in EAT_NAMES for entry, _ in members)


def _is_bundle(data: bytes, at: int) -> bool:
    """Whether two items are a string and a map of texts to byte strings: a token, and detached claims sets."""
    beside = cbor.head(data, cbor.skip(data, at))
    label = cbor.head(data, beside.end)
    content = cbor.head(data, cbor.skip(data, beside.end))
    majors = [beside.major, label.major, content.major]
    return cbor.head(data, at).major in {2, 3} and beside.argument > 0 and majors == [5, 3, 2]


def _is_message(data: bytes, at: int) -> bool:
    """Whether four items are a byte string, a map, a byte string with claims, and a byte string.

    COSE protects other things than claims as well: the payload must show a claim of an EAT or of a CWT.
    """
    majors = []
    for _ in range(2):
        majors.append(cbor.head(data, at).major)
        at = cbor.skip(data, at)
    payload = cbor.head(data, at)
    inner = cbor.head(data, payload.end)
    for tag in (55799, 61):
        if (inner.major, inner.argument) == (6, tag):
            inner = cbor.head(data, inner.end)
    if [*majors, payload.major, inner.major] != [2, 5, 2, 5]:
        return False
    return any(_is_eat(key, major) or major in CWT_MAJORS.get(key, ()) for key, major in _keys(data, inner))


def _bare(source: Decoded, at: int) -> Match | None:
    """A map without a tag: an EAT if it has a claim of one, a CWT claims set if all of it is that."""
    data = source.data
    keys = list(_keys(data, cbor.head(data, at)))
    if any(key in ARM_LABELS for key, _ in keys):
        return None
    if any(_is_eat(key, major) for key, major in keys):
        return TOKEN
    if len(keys) > 1 and all(major in CWT_MAJORS.get(key, ()) for key, major in keys):
        return TOKEN
    return CONCISE if any(key == 0 for key, _ in keys) and _is_concise(source, at) else None


def _is_eat(key: int, major: int) -> bool:
    """Whether an entry of a map is a claim of an EAT: a small key is anybody's, and must have a nonce's form."""
    return key in EAT_LABELS and (key != NONCE or major in NONCE_MAJORS)


def _keys(data: bytes, head: cbor.Head) -> Iterator[tuple[int, int]]:
    """The integer keys of a map, and the major types of their values.

    A map that breaks off is still told by the keys that are there; a key that is no integer counts as -1.
    """
    at = head.end
    try:
        for _ in range(min(head.argument, MOST)):
            key = cbor.head(data, at)
            at = cbor.skip(data, at)
            yield key.argument if key.major == 0 else -1, cbor.head(data, at).major
            at = cbor.skip(data, at)
    except EvidenceError:
        return


CWT_MAJORS: Final[Mapping[int, tuple[int, ...]]] = {
    1: (3,),
    2: (3,),
    3: (3,),
    4: (0, 7),
    5: (0, 7),
    6: (0, 7),
    7: (2,),
}


def _is_concise(source: Decoded, at: int) -> bool:
    try:
        return _coev.looks_like(source.cbor(at))
    except EvidenceError:
        return False
