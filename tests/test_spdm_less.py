"""Less SPDM evidence never says anything better, and no message is given out that nobody signed.

Messages, attachments and single certificates are taken away, in every combination where there are few, else in
combinations from a seeded generator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, product
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.authoring import fixtures
from evidence.claims import Claims
from evidence.convert import Evidence
from evidence.types.spdm import TYPE
from evidence.wire.spdm import layout
from tests import test_spdm_missing as m
from tests.conftest import CORPUS
from tests.generate import spdm as s

assert TYPE.fixtures is not None
VALID: Final = {loaded.name: loaded for loaded in fixtures.valid(TYPE.fixtures)}
FOLDER: Final = (CORPUS or Path()) / "spdm"
SAMPLES: Final = sorted(path for path in FOLDER.glob("[!c]*/*") if path.is_file()) if CORPUS else []
ALL_UP_TO: Final = 13
"""Parts of which every combination is taken away; of more, a number of seeded ones."""
SEEDED: Final = 60
MEASURED: Final = frozenset({layout.GET_MEASUREMENTS, layout.MEASUREMENTS})
CLAIMED: Final = frozenset({layout.MEASUREMENTS, layout.CHALLENGE_AUTH})
NUMBERED: Final = re.compile(r"(dice|certificate)-[0-9]")
"""Environments whose numbers change when one before them is taken away."""
RANKS: Final = ("none", "partly-signed", "signed")


class Part(NamedTuple):
    """What can be taken away: some bytes of the evidence, or of an attachment; `codes` are those of its messages."""

    layer: str
    content: bytes
    codes: frozenset[int] = frozenset()


def parts(whole: Evidence) -> list[Part]:
    """The negotiation, every other message (the last one with what trails it), and every certificate."""
    messages, data = whole.native.messages, whole.input.data
    entries: list[Part] = []
    ends = [message.start for message in messages[1:]] + [len(data)] * bool(messages)
    for number, (message, end) in enumerate(zip(messages, ends, strict=True)):
        content, codes = data[message.start : end], frozenset({message.code})
        if message.code in layout.VCA and number:
            before = entries.pop()
            content, codes = before.content + content, before.codes | codes
        entries.append(Part("evidence", content, codes))
    if not messages:
        entries.append(Part("evidence", data))
    for kind, content in whole.input.attachments.items():
        chain = whole.native.chain if kind == "certificates" else None
        if chain is None or chain.root_hash or chain.layer != "attachment:certificates":
            entries.append(Part(kind, content))
            continue
        entries += (Part(kind, content[one.start : one.end]) for one in chain.certificates)
    return entries


def without(whole: Evidence, options: Any, seeded: int = SEEDED) -> Iterator[tuple[Evidence, list[Part]]]:
    """What is left of evidence after parts of it were taken away, with these parts; only what is still evidence."""
    everything = parts(whole)
    forced = TYPE.name if whole.claims.evidence.variant == "record" else None
    for kept in choices(len(everything), repr(whole.claims.evidence.sha256), seeded):
        left = [*compress(everything, kept)]
        attachments: dict[str, bytes] = {}
        for part in left:
            attachments[part.layer] = attachments.get(part.layer, b"") + part.content
        data = attachments.pop("evidence", b"")
        for piece in evidence.parse_all(data, type=forced, options=options, attachments=attachments):
            if isinstance(piece, Evidence):
                yield piece, [*compress(everything, (not keep for keep in kept))]


def choices(count: int, seed: str, seeded: int) -> Iterable[tuple[bool, ...]]:
    if count <= ALL_UP_TO:
        return product((True, False), repeat=count)
    random = Random(seed)  # noqa: S311 (repeatable, protects nothing)
    singles = [tuple(place != number for place in range(count)) for number in range(count)]
    shares = [random.random() for _ in range(seeded)]
    return singles + [tuple(random.random() > share for _ in range(count)) for share in shares]


def chain_words(claims: Claims) -> dict[str, str]:
    return {one.id: claims.debug_chain(one.id) for one in claims.environments}


def identified(claims: Claims) -> set[tuple[str, str]]:
    """The names of all identifiers that are present, with their environment (without its number)."""
    return {
        (NUMBERED.sub(r"\1", one.id), entry.name)
        for one in claims.environments
        for entry in one.identifiers
        if entry.status == "present"
    }


def missing(claims: Claims) -> Mapping[str, frozenset[str]]:
    """What each environment misses, and each signature, by its name where there is only one of its kind."""
    values = {one.id: frozenset(one.missing) for one in claims.environments}
    return {**values, **{f"signature {one.name}": frozenset(one.missing) for one in claims.signatures}}


def check(before: Claims, after: Claims, removed: Iterable[Part]) -> None:
    """The law of less: no better word, fact or protection, and nothing less that is missing."""
    words = chain_words(before)
    for id, word in chain_words(after).items():
        had = {
            words.get(id),
            *(words[other] for other in words if NUMBERED.match(id) and NUMBERED.match(other)),
        }
        assert not word.startswith("disabled") or word in had, (id, words, word)
    matched = {fact.name for fact in before.consistency if fact.status == "matches"}
    assert {fact.name for fact in after.consistency if fact.status == "matches"} <= matched
    assert identified(after) <= identified(before)
    codes = frozenset(code for part in removed for code in part.codes)
    lacking = missing(before)
    contradicts = any(
        fact.name == "certificate_chain_hash-binding" and fact.status == "differs"
        for fact in before.consistency
    )
    for name, absent in missing(after).items():
        counted = name.startswith("signature") and codes & CLAIMED  # its name counts those before it
        unknown = (
            contradicts and layout.CHALLENGE_AUTH in codes
        )  # nothing tells any more that the chain is another one
        if not (counted or unknown or NUMBERED.match(name)):
            assert lacking.get(name, frozenset()) <= absent
    if not codes & CLAIMED:  # what remains claims no less, and is signed no better
        assert RANKS.index(after.evidence.protection) <= RANKS.index(before.evidence.protection)


def verifies(piece: Evidence, number: int) -> bool:
    """Whether the key of our fixtures made a signature over the message that is given out."""
    signature = piece.signed()[number]
    half = len(signature.value) // 2
    r, ss = (int.from_bytes(value, "big") for value in (signature.value[:half], signature.value[half:]))
    try:
        message = piece.message(signature)
        s.KEY.public_key().verify(encode_dss_signature(r, ss), message, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        return False
    return True


def checked_messages(piece: Evidence) -> list[bool]:
    """Whether the message of each signature could be made; checks that it was signed, or else that all tell."""
    for number, signature in enumerate(piece.signed()):
        if signature.missing:
            assert signature.message is None
            with pytest.raises(LookupError, match=signature.missing[0]):
                piece.message(signature)
        else:
            assert verifies(piece, number)
    noted = {note.path for note in piece.claims.notes if note.code == "transcript-incomplete"}
    assert noted == {f"/signatures/{one.name}" for one in piece.signed() if one.missing}
    return [not one.missing for one in piece.signed()]


@pytest.mark.parametrize("name", VALID)
def test_less_of_a_fixture_says_nothing_better(name: str) -> None:
    loaded = VALID[name]
    options = loaded.fixture.options or None
    forced = TYPE.name if loaded.fixture.force else None
    whole = evidence.parse(loaded.data, type=forced, options=options, attachments=loaded.attachments)
    for left, removed in without(whole, options):
        check(whole.claims, left.claims, removed)


@pytest.mark.parametrize("version", [0x10, 0x11, 0x12, 0x13, 0x14])
def test_less_of_a_conversation_says_nothing_better_and_gives_no_other_message(version: int) -> None:
    """The chains of two slots, both challenged, the device's with a layer that is debugged; then measurements."""
    before, request, answer = m.measured(version)
    between = m.digests(version, s.chain(m.CHAIN)) + b"".join(m.certificates(version, s.chain(m.CHAIN)))
    data = before + between + b"".join(m.challenge(version, before + between, s.chain(m.CHAIN)))
    between = m.digests(version, s.chain(m.OTHER)) + b"".join(m.certificates(version, s.chain(m.OTHER), 1))
    data += between + b"".join(m.challenge(version, before + between, s.chain(m.OTHER), 1)) + request + answer
    whole = evidence.parse(data)
    assert whole.claims.target.debug == "enabled"
    read = 0
    for left, removed in without(whole, None, 1500):
        read += 1
        check(whole.claims, left.claims, removed)
        checked_messages(left)
    assert read > 100


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_less_of_a_sample_says_nothing_better(path: Path) -> None:
    for whole in evidence.parse_all(path.read_bytes()):
        if isinstance(whole, Evidence) and whole.type is TYPE:
            for left, removed in without(whole, None):
                check(whole.claims, left.claims, removed)


@pytest.mark.parametrize(
    "name", ["v10-exchange", "v11-nvidia-gpu", "v12-several-pairs", "v12-prefix-attached", "v13-conversation"]
)
def test_a_message_is_what_was_signed_or_there_is_none(name: str) -> None:
    """Of whole pairs of measurements that were taken away nothing tells: every other part is named."""
    loaded = VALID[name]
    whole = evidence.parse(loaded.data, attachments=loaded.attachments)
    made = refused = 0
    for left, removed in without(whole, None):
        if not frozenset(code for part in removed for code in part.codes) >= MEASURED:
            for is_made in checked_messages(left):
                made, refused = made + is_made, refused + (not is_made)
    assert made
    assert refused
