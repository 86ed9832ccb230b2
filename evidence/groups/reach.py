"""Which members hang together, and which of them is the workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from evidence.claims import Claims
from evidence.groups.document import GroupNote, Tie, Workload
from evidence.groups.members import MemberPart

CALLER: Final = ""
"""The end of a tie that is the caller, not a member."""
WEAK: Final = frozenset({"same-evidence-set"})
"""Ties that are somebody's word alone: nothing hangs by them."""


def untied(members: tuple[MemberPart, ...], ties: Iterable[Tie]) -> tuple[str, ...]:
    """The members to which no tie that matches leads, over any number of steps, from the first CPU's.

    Without a CPU's they are counted from the only collector, or from the caller who names a nonce, and without these
    all of them are untied.
    """
    links: dict[str, list[str]] = defaultdict(list)
    for tie in ties:
        if tie.status == "matches" and tie.name not in WEAK and tie.to is not None:
            if tie.first is None and tie.name != "caller-nonce":
                continue
            first = CALLER if tie.first is None else tie.first
            links[first].append(tie.to)
            links[tie.to].append(first)
    todo = [_start(members)]
    reached = set(todo)
    for id in todo:  # which grows
        for other in links.get(id, ()):
            if other not in reached:
                reached.add(other)
                todo.append(other)
    return tuple(part.id for part in members if part.id not in reached)


def _start(members: tuple[MemberPart, ...]) -> str:
    cpus = [part.id for part in members if part.kind == "cpu"]
    if cpus:
        return cpus[0]
    collectors = [part.id for part in members if part.kind == "collector"]
    return collectors[0] if len(collectors) == 1 else CALLER


MEASURED: Final = "measured"
PCR_FACT: Final = "pcr-digest-binding"


def workload(
    members: tuple[MemberPart, ...], ties: Iterable[Tie]
) -> tuple[Workload | None, tuple[GroupNote, ...]]:
    """The environment that a TPM's quote measures, where it is the workload above a paravisor.

    Exactly one member is a proven paravisor, its backed key is the one that the quote names, and the digest of the
    PCRs fits. Nothing here is verified: it counts only where both members are.
    """
    paravisors = [part.id for part in members if part.claims is not None and is_paravisor(part.claims)]
    by_id = {part.id: part for part in members}
    signers = {tie.to: tie.first for tie in ties if tie.name == "key-name" and tie.status == "matches"}
    quotes = [
        id
        for id, first in signers.items()
        if id is not None and first in paravisors and _pcrs_fit(by_id[id].claims)
    ]
    if not quotes:
        return None, ()
    if len(paravisors) > 1 or len(quotes) > 1:
        return None, tuple(GroupNote(code="workload-ambiguous", member=id) for id in quotes)
    return Workload(member=quotes[0], environment=MEASURED), ()


def is_paravisor(claims: Claims) -> bool:
    """Whether a document has a paravisor by the proof of its bytes, not by the caller's word."""
    return any(
        environment.role == "paravisor" and environment.origin == "evidence"
        for environment in claims.environments
    )


def _pcrs_fit(claims: Claims | None) -> bool:
    return claims is not None and any(
        fact.name == PCR_FACT and fact.status == "matches" for fact in claims.consistency
    )
