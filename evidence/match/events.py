"""A list of digests, or an event log, as a candidate: what a register holds after them, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.errors import EvidenceError
from evidence.logs import forms
from evidence.logs.replay import replay
from evidence.match.candidate import Candidate
from evidence.match.derivation import Derivation, FormOf
from evidence.wire import hashes, json

BY_SIZE: Final = {20: "sha-1", 32: "sha-256", 48: "sha-384", 64: "sha-512"}
"""The hash of a register that is extended with digests of so many bytes."""
STARTS: Final = (b"\x00", b"\xff")
"""What all bytes of a register are before its first event: PCRs 17 to 22 start with ones."""


def digests(candidate: Candidate) -> tuple[bytes, ...]:
    """The digests of one size that the candidate lists, in hexadecimal, a line each or as an array in JSON; else none."""
    texts = _lines(candidate.content)
    try:
        made = tuple(bytes.fromhex(text.removeprefix("0x")) for text in texts)
    except ValueError:
        return ()
    sizes = {len(digest) for digest in made}
    return made if len(sizes) == 1 and sizes <= BY_SIZE.keys() else ()


def registers(candidate: Candidate, listed: tuple[bytes, ...]) -> Iterator[Derivation]:
    """What a register holds after each number of the digests, of all of them first: the same is found for the most."""
    part = (FormOf(candidate.name, "as-is"),)
    for start in STARTS if listed else ():
        alg = BY_SIZE[len(listed[0])]
        value = start * len(listed[0])
        made = []
        for count, digest in enumerate(listed, 1):
            value = hashes.compute(alg, value + digest) or b""
            made.append(Derivation(value, part, alg, events=count))
        yield from reversed(made)


def of_log(candidate: Candidate, *, of_td: bool) -> Iterator[Derivation]:
    """What the events of each register add up to, where the candidate is an event log; `of_td` is as in `forms.read`."""
    try:
        if forms.form(candidate.content, of_td=of_td) is None:
            return
        sums = replay(forms.read(candidate.content, of_td=of_td))
    except EvidenceError:
        return
    for (register, alg), bank in sums.items():
        if bank.computed is not None and bank.events:
            part = (FormOf(candidate.name, "log"),)
            yield Derivation(bank.computed, part, alg, events=bank.events, register=register)


def _lines(content: bytes) -> list[str]:
    if content.lstrip()[:1] == b"[":
        try:
            document = json.loads(content, "candidate")
        except EvidenceError:
            return []
        texts = [item for item in document if isinstance(item, str)] if isinstance(document, list) else []
        return texts if len(texts) == len(document) <= limits.LOG_ENTRIES else []
    if not content.isascii():
        return []
    lines = [line.strip() for line in content.decode().splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return lines if len(lines) <= limits.LOG_ENTRIES else []
