"""One nonce for several members: of lists of devices, whose format has one, and wherever a nonce is the same.

Sources: NVIDIA, nvtrust (a request has one nonce for all devices); confidential-containers, guest-components (a
device's nonce is the CPU's, cut to the 32 bytes that SPDM has). That two nonces are the same is shown wherever it is
so; that they differ is a fact where the format says that there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.groups.document import Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.values import FIRST, Nonce, TieTerms, nonces, same, telling

NAME: Final = "same-nonce"
CALLER: Final = "caller-nonce"
LIST: Final = "nvidia-evidence"
"""The carrier whose devices have one nonce."""
OF_CALLER: Final = "caller:nonce"


def ties(parts: Parts) -> Iterator[Tie]:
    """From the first member that has a nonce, a tie to every other one that has it; then lists that have several.

    The first of each value is looked up, so that it is one tie a member, however many members there are.
    """
    owners: dict[bytes, tuple[MemberPart, Nonce]] = {}
    heads: dict[tuple[int, str], tuple[MemberPart, Nonce]] = {}
    for part in parts.members:
        answers = tuple(one for one in nonces(part) if one.place not in parts.made)
        match = next((owner for one in answers for owner in _owner(owners, part, one)), None)
        head = heads.get(_list(part)) if _list(part)[1] else None
        if match is not None:
            first, own, other = match
            how = same(own.value, other.value) or "equal"
            terms = TieTerms("same-nonce", NAME, how, own.place.path, first.id, part.id)
            yield terms.tie(fits=True, value=other.place)
        if head is not None and not _repeats(head[0], part):
            yield from _listed(*head, part, answers)
        for one in answers:
            if telling(one.value):
                for key in _cuts(one.value):
                    owners.setdefault(key, (part, one))
        if answers and _list(part)[1]:
            heads.setdefault(_list(part), (part, answers[0]))


def _listed(first: MemberPart, own: Nonce, part: MemberPart, answers: tuple[Nonce, ...]) -> Iterator[Tie]:
    """That a device has not the nonce of its list, whoever else has the one that it has."""
    terms = TieTerms("same-nonce", NAME, "equal", own.place.path, first.id, part.id)
    if not answers:
        yield terms.unknown("no-value")
    elif not (telling(own.value) and telling(answers[0].value)):
        yield terms.unknown("trivial", value=answers[0].place)
    elif not any(same(own.value, one.value) for one in answers):
        yield terms.tie(fits=False, value=answers[0].place)


def _list(part: MemberPart) -> tuple[int, str]:
    """The list of devices in which a member lies, an empty path where it lies in none."""
    path = ""
    for carrier in part.input.carriers if part.input is not None else ():
        if carrier.name == LIST:
            return part.source, f"{path}{LIST}"
        path += f"{carrier.at or carrier.name}/"
    return part.source, ""


def _cuts(value: bytes) -> tuple[bytes, ...]:
    """What a value is found by: itself, and its first 32 bytes."""
    return (value, value[:FIRST]) if len(value) > FIRST and telling(value[:FIRST]) else (value,)


def _owner(
    owners: dict[bytes, tuple[MemberPart, Nonce]], part: MemberPart, one: Nonce
) -> Iterator[tuple[MemberPart, Nonce, Nonce]]:
    """The first member with the same value, unless it is the same evidence."""
    for key in _cuts(one.value) if telling(one.value) else ():
        if key in owners:
            owner, own = owners[key]
            if same(own.value, one.value) and not _repeats(owner, part):
                yield owner, own, one


def _repeats(one: MemberPart, other: MemberPart) -> bool:
    """Whether two members are the same evidence, which ties nothing."""
    return (
        one.claims is not None
        and other.claims is not None
        and one.claims.evidence.sha256 == other.claims.evidence.sha256
    )


def of_caller(parts: Parts) -> Iterator[Tie]:
    """Whether each member that a verifier can ask has the caller's nonce, where the caller names one."""
    nonce = parts.nonce
    if nonce is None:
        return
    for part in parts.members:
        if part.kind == "interface" or any(one.place in parts.made for one in nonces(part)):
            continue
        answers = nonces(part)
        terms = TieTerms("caller-nonce", CALLER, "equal", OF_CALLER, None, part.id)
        if part.claims is None:
            yield terms.unknown("not-read")
        elif not answers:
            yield terms.unknown("no-value")
        elif not telling(nonce):
            yield terms.unknown("trivial")
        else:
            fitting = [(one, how) for one in answers if (how := same(one.value, nonce))]
            one, how = fitting[0] if fitting else (answers[0], None)
            yield terms.tie(fits=bool(fitting), value=one.place, how=how)
