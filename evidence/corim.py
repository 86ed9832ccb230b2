"""Profiles of vendors for concise evidence, as tables: what a type says under the keys that its vendor published.

    PROFILE = Profile((
        Part("tag:amd.com,2024:snp-corim-profile", environment, (
            Row(641, GUEST, "measurements", "measurement", digests),
            Row(3328, PLATFORM, "identifiers", "chip_id", raw),
        )),
    ))

A row gives the key, where the claim stands, and what is written of it. A claim that is not there, or whose status is
not `present`, gives nothing. `evidence.encode` reads the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from evidence.claims import Claims
from evidence.wire import corim, hashes
from evidence.wire.cbor import Tag

Values = dict[int, Any]
Maker = Callable[[Any], Values | None]
"""What is written of a claim; None where the profile has no form for it."""


class ProfileRow(NamedTuple):
    """One element of a profile. `environments` are the ids that may have the claim; no `name`: every entry of the list.

    A row whose `list` is `debug` or `version` is about that word of the environment, or of the evidence.
    """

    key: str | int | None
    environments: tuple[str, ...]
    list: str
    name: str | None
    write: Maker


class ProfilePart(NamedTuple):
    """What a profile says about one environment of its own, where the claims have one of `subjects` (ids).

    `environment` gives None where nothing names its class.
    """

    profile: str
    subjects: tuple[str, ...]
    environment: Callable[[Claims], Mapping[int, Any] | None]
    rows: tuple[ProfileRow, ...]


class Profile(NamedTuple):
    """The parts of a type's evidence that vendors have keys for."""

    parts: tuple[ProfilePart, ...]


NUMBERS: Mapping[str, int] = {name: number for number, name in hashes.NAMED_INFORMATION.items()}


def is_debug(word: str) -> Values | None:
    """The flag of debug, from a word that says it: `{3: {3: …}}`."""
    if word in {"not-reported", "not-defined"}:
        return None
    return {corim.M_FLAGS: {corim.IS_DEBUG: word == "enabled"}}


def raw(entry: Any) -> Values | None:
    """The bytes of an entry as they lie: `{4: 560(bytes)}`."""
    content = content_of(entry)
    return None if content is None else {corim.M_RAW: Tag(corim.BYTES, content)}


def digests(entry: Any) -> Values | None:
    """The digests whose hashes have numbers: `{2: digests}`; None if there are none."""
    pairs = [[NUMBERS[one.alg], bytes(one.digest)] for one in entry.digests if one.alg in NUMBERS]
    return {corim.M_DIGESTS: pairs} if pairs else None


def svn(entry: Any) -> Values | None:
    """A security version number: `{1: 552(n)}`."""
    return None if entry.svn is None else {corim.M_SVN: Tag(corim.SVN, entry.svn)}


def svn_of_bytes(entry: Any) -> Values | None:
    """The number that the bytes are, the least significant first: `{1: 552(n)}`."""
    return {corim.M_SVN: Tag(corim.SVN, int.from_bytes(entry.raw, "little"))}


def number(size: int) -> Maker:
    """An integer, and its `size` bytes, the most significant first: readers look at one or the other."""

    def write(entry: Any) -> Values | None:
        """An integer, and its bytes, the most significant first: `{15: n, 4: 560(bytes)}`."""
        if entry.int is None:
            return None
        content = Tag(corim.BYTES, entry.int.to_bytes(size, "big"))
        return {corim.M_INTEGER: entry.int, corim.M_RAW: content}

    return write


def version(scheme: int | None = None) -> Maker:
    """A version: a text, and the number of its scheme (RFC 9393)."""

    def write(entry: Any) -> Values:
        """A version, with the number of its scheme: `{0: {0: text, 1: scheme}}`."""
        text = entry if isinstance(entry, str) else entry.value
        return {corim.M_VERSION: {0: text} if scheme is None else {0: text, 1: scheme}}

    return write


def digest_and_raw(alg: str) -> Maker:
    """A digest of a known hash, as that and as bytes: readers look at one or the other."""

    def write(entry: Any) -> Values | None:
        """A digest, and its bytes: `{2: [digest], 4: 560(bytes)}`."""
        content = content_of(entry)
        if content is None or len(content) != hashes.SIZES[alg]:
            return None
        return {corim.M_DIGESTS: [[NUMBERS[alg], content]], corim.M_RAW: Tag(corim.BYTES, content)}

    return write


def content_of(entry: Any) -> bytes | None:
    """The bytes of any entry that has some; None where it is not present."""
    if getattr(entry, "status", "present") != "present":
        return None
    for name in ("value", "bytes", "raw"):
        content = getattr(entry, name, None)
        if isinstance(content, bytes):
            return bytes(content)
    return None
