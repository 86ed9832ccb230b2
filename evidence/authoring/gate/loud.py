"""Duty 12, *Loud*: whatever does not fit, or is not shown to, has a note, so that whoever allows no notes refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.authoring.gate.proof import Proof
from evidence.claims import Claims
from evidence.paths import canonical, join, steps_to

DIFFERS: Final = {"binding": "binding-differs", "replay": "replay-differs", "certified": "certified-differs"}
"""How a fact's name ends, and the code of the note that it `differs`."""


def duty_12_loud(proof: Proof) -> Iterator[str]:
    yield from proof.each("duty 12, loud", lambda _, piece: silent(piece.claims))


def silent(claims: Claims) -> Iterator[str]:
    """The facts that lack their note, as texts."""
    notes = {(note.code, note.path) for note in claims.notes}
    keys = {
        join("bindings", step)
        for step, binding in zip(steps_to(claims.bindings), claims.bindings, strict=True)
        if binding.role == "key-binding"
    }
    for step, fact in zip(steps_to(claims.consistency), claims.consistency, strict=True):
        path = join("consistency", step)
        code = DIFFERS.get(fact.name.rpartition("-")[2]) if fact.status == "differs" else None
        if fact.status == "not-computable" and _canonical(claims, fact.compared_to) in keys:
            code = "binding-unproven"
        if code is not None and (code, path) not in notes:
            yield f"{path} {fact.status}, and no note {code} says so"


def _canonical(claims: Claims, path: str) -> str:
    try:
        return canonical(claims, path)
    except LookupError:
        return path
