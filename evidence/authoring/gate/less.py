"""Duty 11, *Less*: what is left out makes nothing better.

Without any of its parts (`evidence.authoring.gate.parts`), no environment gets a `disabled…` chain word that it had not, no TCB
a layout, no identifier becomes `present`, no fact `matches`, `protection` does not rise, and `missing` loses
nothing. A note stays while what it is about does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from evidence.authoring.fixtures import Loaded
from evidence.authoring.gate.difference import again, by_slot
from evidence.authoring.gate.loud import silent
from evidence.authoring.gate.parts import parts
from evidence.authoring.gate.proof import SEED, Proof
from evidence.chain import word
from evidence.claims import Claims, Environment
from evidence.convert import Evidence
from evidence.paths import at
from evidence.registry import Registry

PROTECTION: Final = ("none", "partly-signed", "mac-local", "mac", "signed")
"""Worst first."""
GOES_WITH_IT: Final = ("/attachments/", "/certificates/", "/consistency/")
"""Where a note is about something that came beside the evidence."""


def duty_11_less(proof: Proof) -> Iterator[str]:
    def check(loaded: Loaded, piece: Evidence) -> Iterator[str]:
        chance = random.Random(f"{SEED}{loaded.name}")  # noqa: S311 (repeatable, not secret)
        return less(piece, proof.registry, chance, proof.depth.parts)

    yield from proof.each("duty 11, less", check)


def less(piece: Evidence, registry: Registry, chance: random.Random, most: int) -> Iterator[str]:
    """How the law is broken by a piece of evidence; at most so many parts of its bytes are left out."""
    for part in parts(piece, chance, most):
        after = again(piece, part.left(), registry)
        if after is not None:
            yield from (f"{part.what}: {text}" for text in (*better(piece, after), *silent(after.claims)))


def better(before: Evidence, after: Evidence) -> Iterator[str]:
    """What a piece of evidence says better than one with more input, as texts."""
    old, new = before.claims, after.claims
    known = by_slot(old.environments)
    for slot, environment in by_slot(new.environments).items():
        was = known.get(slot) or _elsewhere(old, environment)
        chain = word(new.environments, environment.id)
        if chain.startswith("disabled") and (was is None or chain != word(old.environments, was.id)):
            yield f"the chain of {slot} becomes {chain}"
        yield from (f"{slot}: {text}" for text in _better(was, environment))
    matching = {fact.name for fact in old.consistency if fact.status == "matches"}
    for fact in new.consistency:
        if fact.status == "matches" and fact.name not in matching:
            yield f"the fact {fact.name} becomes `matches`"
    rise = PROTECTION.index(new.evidence.protection) - PROTECTION.index(old.evidence.protection)
    if rise > 0 and not _is_only_smaller(before, after):
        yield f"the protection becomes {new.evidence.protection}"
    missing = {signature.name: signature.missing for signature in new.signatures}
    for signature in old.signatures:
        for lost in set(signature.missing) - set(missing.get(signature.name, signature.missing)):
            yield f"the signature {signature.name} no longer misses {lost}"
    kept = {(note.code, note.path) for note in new.notes}
    for note in old.notes:
        if (note.code, note.path) not in kept and _stays(old, new, note.path):
            yield f"the note {note.code} at {note.path} is gone"


def _elsewhere(claims: Claims, environment: Environment) -> Environment | None:
    """The same environment where it has another name: one that counts what lies before it, for one."""
    return next((one for one in claims.environments if _content(one) == _content(environment)), None)


def _content(environment: Environment) -> Environment:
    return replace(environment, id="", parent=None, depends_on=())


def _better(was: Environment | None, now: Environment) -> Iterator[str]:
    layouts = {tcb.name: tcb.layout for tcb in was.tcb} if was else {}
    for tcb in now.tcb:
        if tcb.layout is not None and layouts.get(tcb.name) != tcb.layout:
            yield f"the TCB {tcb.name} gets the layout {tcb.layout}"
    present = {one.name for one in was.identifiers if one.status == "present"} if was else set()
    for one in now.identifiers:
        if one.status == "present" and one.name not in present:
            yield f"the identifier {one.name} becomes `present`"
    for lost in set(was.missing) - set(now.missing) if was else ():
        yield f"it no longer misses {lost}"


def _is_only_smaller(before: Evidence, after: Evidence) -> bool:
    """Whether the same bytes are signed, and what is gone is a part of the evidence that nobody signed.

    Evidence that is partly signed is `signed` without the other part.
    """
    return before.input.data != after.input.data and _covered(after) <= _covered(before)


def _covered(piece: Evidence) -> set[bytes]:
    ranges = (part for signature in piece.claims.signatures for part in signature.covers)
    return {piece.data[start:end] for start, end in ranges}


def _stays(before: Claims, after: Claims, path: str) -> bool:
    """Whether what is at the path of a note is there as before."""
    if path.startswith(GOES_WITH_IT) or not (_is_there(before, path) and _is_there(after, path)):
        return False
    return bool(at(after, path) == at(before, path))


def _is_there(claims: Claims, path: str) -> bool:
    try:
        at(claims, path)
    except LookupError:
        return False
    return True
