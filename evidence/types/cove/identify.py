"""Whether bytes are CoVE evidence, in any of its envelopes, by structure and names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.errors import EvidenceError
from evidence.registry import Match
from evidence.types.cove.layout import DIALECTS, NAMES, PROFILES, SUBMODS
from evidence.wire import cbor

UCCS_EVIDENCE_DER: Final = bytes.fromhex("0606678105050406")
"""OBJECT IDENTIFIER 2.23.133.5.4.6 (tcg-dice-UCCS-evidence)."""
TOKEN: Final = cbor.dumps("platform")
MARKS: Final = (PROFILES.encode(), *(name.encode() for name in NAMES))
"""Evidence in any envelope has one of these texts: nothing else is worth walking."""
ARRAY: Final = Match("shadowfax", "shadowfax-array")
MOST_TAG_BYTES: Final = 8
"""Tags in front of a token: 55799 first, 61 and 18, or 601."""
MOST: Final = 8
"""Entries that are looked at."""


def identify(data: bytes) -> Match | None:
    """Exact for what names the three submodules; a version is that of the labels that occur."""
    if not any(mark in data for mark in MARKS):
        return None
    try:
        if data[0] == 0x30:
            return _match(data, "x509-certificate") if _in_certificate(data) else None
        at, tag = cbor.begin(data), None
        head = cbor.head(data, at)
        while head.major == 6 and head.argument in {18, 61, 601} and head.end <= MOST_TAG_BYTES:
            at, tag = head.end, head.argument
            head = cbor.head(data, at)
        if head.major == 5:
            return _match(data, "uccs" if tag else "uccs-untagged") if is_token(data, at) else None
        if (head.major, head.argument) == (4, 3) and tag is None:
            return ARRAY if _is_array(data, head.end) else None
        if (head.major, head.argument) == (4, 4) and tag != 601:
            return _in_message(data, head.end)
    except EvidenceError:
        pass
    return None


def _match(data: bytes, variant: str) -> Match:
    """The dialect is that of the first private label that the bytes show."""
    for dialect in DIALECTS:
        if any(cbor.dumps(label) in data for label in dialect.labels):
            return Match(dialect.name, variant)
    return Match("placeholder", variant)


def is_token(data: bytes, at: int) -> bool:
    """Whether the map at `at` holds nothing but submodules, by the names of CoVE, that are messages.

    All of the three names may be there with others, or some of them alone: reading says what is wrong.
    """
    outer = cbor.head(data, at)
    if (outer.major, outer.argument) != (5, 1):
        return False
    key = cbor.head(data, outer.end)
    inner = cbor.head(data, key.end)
    if (key.major, key.argument) != (0, SUBMODS) or inner.major != 5 or not 0 < inner.argument <= MOST:
        return False
    labels = list(_labels(data, inner.end, inner.argument))
    names = {name for name, _ in labels}
    messages = sum(major in {2, 4, 6} for _, major in labels)
    known = names <= set(NAMES) or names >= set(NAMES)
    return bool(names) and known and (messages > 0 or len(names) > 1)


def _labels(data: bytes, at: int, count: int) -> Iterator[tuple[str, int]]:
    """The labels of a map and the major types of their values, up to where it breaks off."""
    for _ in range(count):
        try:
            name, at = cbor.loads_prefix(data, "label", at)
            major = cbor.head(data, at).major
            yield name if isinstance(name, str) else "", major
            at = cbor.skip(data, at)
        except EvidenceError:
            return


def _is_message(data: bytes, at: int) -> bool:
    head = cbor.head(data, at)
    return (head.major, head.argument) == (4, 4)


def _is_array(data: bytes, at: int) -> bool:
    """Three untagged messages of which the first has the profile: what Shadowfax wrote before it had submodules."""
    second = cbor.skip(data, at)
    return _is_message(data, at) and _is_message(data, second) and PROFILES.encode() in data[at:second]


def _in_message(data: bytes, at: int) -> Match | None:
    """A CBOR certificate with a token in it, or the token of a platform alone."""
    payload = cbor.skip(data, cbor.skip(data, at))
    head = cbor.head(data, payload)
    if head.major != 2:
        return None
    end, at = head.end + head.argument, head.end
    inner = cbor.head(data, at)
    if (inner.major, inner.argument) == (6, 61):
        at, inner = inner.end, cbor.head(data, inner.end)
    if inner.major != 5:
        return None
    at = inner.end
    for _ in range(min(inner.argument, MOST)):
        key = cbor.head(data, at)
        value = cbor.skip(data, at)
        if (key.major, key.argument) == (0, 265):
            text = cbor.head(data, value)
            if text.major == 3 and data[text.end : text.end + len(PROFILES)] == PROFILES.encode():
                return _match(data, "platform-token")
        if key.major == 1 and is_token(data, value):
            return _match(data, "cbor-certificate")
        at = cbor.skip(data, value)
        if at >= end:
            return None
    return None


def _in_certificate(data: bytes) -> bool:
    return UCCS_EVIDENCE_DER in data and TOKEN in data
