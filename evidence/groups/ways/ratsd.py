"""RATSD: each record's nonce is computed from that of the token, and one signature covers all of them.

GroupSource: veraison, ratsd, `api/server.go` and `ratsd-token.cddl`, version 2. The token's own claims name the function and
the size of each attester's nonce; two attesters with one size have one nonce.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evidence import limits
from evidence.errors import EvidenceError
from evidence.groups.document import GroupPlace, Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.values import SHAKE, SHORTEST, Nonce, TieTerms, nonces, telling
from evidence.groups.words import How
from evidence.input import Input
from evidence.paths import join, steps_to
from evidence.wire import cbor, cose

NAME: Final = "ratsd"
PROFILE: Final = "tag:github.com,2026:veraison/ratsd/v2"
LEAD: Final = "__ratsd"
UCCS: Final = 601
FUNCTION, SIZES = -65537, -65538
LARGEST: Final = 1024
"""Bytes of a nonce; report data has 64."""
OF: Final = "/bindings/eat_nonce"


def ties(parts: Parts) -> Iterator[Tie]:
    """The nonces of every record beside a token of RATSD, then what the signature covers."""
    for lead in parts.members:
        if lead.input is not None and _leads(lead):
            claims = _claims(lead.input.data)
            sizes = claims.get(SIZES)
            sizes = sizes if isinstance(sizes, Mapping) else {}
            limits.check("attesters of a group", limits.GROUP_MEMBERS, len(sizes))
            records = list(_records(lead, parts, sizes))
            present = {attester for _, attester in records}
            for part, attester in records:
                yield _derived(lead, part, claims.get(FUNCTION), sizes.get(attester))
            for attester in sizes:
                if attester not in present:
                    yield _derived(lead, None, claims.get(FUNCTION), sizes[attester])
            yield from _covered(lead, [part for part, _ in records], parts.sources[lead.source].data)


def _leads(part: MemberPart) -> bool:
    claims = part.claims
    return (
        claims is not None
        and part.at.rpartition("/")[2] == LEAD
        and any(environment.profile == PROFILE for environment in claims.environments)
    )


def _claims(data: bytes) -> Mapping[Any, Any]:
    """The claims set of the token; nothing where it is none."""
    try:
        value = cbor.loads(data, NAME)
    except EvidenceError:
        return {}
    if isinstance(value, cbor.Tag) and value.number == UCCS:
        value = value.value
    return value if isinstance(value, Mapping) else {}


def _records(lead: MemberPart, parts: Parts, sizes: Mapping[Any, Any]) -> Iterator[tuple[MemberPart, str]]:
    """The members beside the token, with the attester whose record each is in."""
    outer = lead.at.removesuffix(LEAD)
    for part in parts.of(lead.source):
        if part.id != lead.id and part.at.startswith(outer):
            inside = part.at[len(outer) :]
            named = [name for name in sizes if isinstance(name, str) and f"{inside}/".startswith(f"{name}/")]
            yield part, max(named, key=len, default=inside.partition("/")[0])


def _derived(lead: MemberPart, part: MemberPart | None, function: object, size: object) -> Tie:
    how: How = "shake-128" if function == "shake-128" else "shake-256"
    terms = TieTerms("nonce-derivation", NAME, how, OF, lead.id, None if part is None else part.id)
    exact = size if type(size) is int and 0 < size <= LARGEST else None
    if part is None:
        return terms.unknown("absent", size=exact)
    if part.claims is None:
        return terms.unknown("not-read", size=exact)
    answers = nonces(part) or tuple(_context(part))
    if exact is None or not answers:
        return terms.unknown("no-value")
    seeds = [nonce for nonce in nonces(lead) if telling(nonce.value)]
    if function not in SHAKE:
        return terms.unknown("unknown-function", value=answers[0].place, size=exact)
    if len(seeds) != 1 or exact < SHORTEST:
        return terms.unknown("trivial" if nonces(lead) else "no-value", value=answers[0].place, size=exact)
    computed = SHAKE[how](seeds[0].value, exact)
    answer = next((one for one in answers if one.value == computed), answers[0])
    return terms.tie(fits=answer.value == computed, value=answer.place, size=exact)


def _context(part: MemberPart) -> Iterator[Nonce]:
    """The nonces that a record says it was made for, where the device itself says none."""
    bindings = part.claims.bindings if part.claims is not None else ()
    for step, binding in zip(steps_to(bindings), bindings, strict=True):
        if binding.role == "context":
            yield Nonce(GroupPlace(member=part.id, path=join("bindings", step)), bytes(binding.value))


def _covered(lead: MemberPart, parts: list[MemberPart], data: bytes) -> Iterator[Tie]:
    """Whether the bytes of each record lie in what the token's signature covers."""
    if lead.input is None or not any("signed" in carrier.facts for carrier in lead.input.carriers):
        return
    payload = _payload(data)
    for part in parts:
        terms = TieTerms("same-signature", NAME, "covers", "source:cose-sign1", lead.id, part.id)
        inner: Input | None = part.input
        if inner is None:
            yield terms.unknown("not-read")
        elif payload is None:
            yield terms.unknown("not-at-hand")
        elif inner.obtained not in {"as-received", "extracted"}:
            yield terms.unknown("no-value")
        else:
            yield terms.tie(fits=inner.data in payload)


def _payload(data: bytes) -> bytes | None:
    try:
        return cose.read(data, "message").payload if data else None
    except EvidenceError:
        return None
