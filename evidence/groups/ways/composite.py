"""EAT bundles: the token has the digest of the claims set in which the evidence of a device lies.

Sources: RFC 9711 (detached claims sets); draft-sun-rats-composite-eat. Whether a digest fits is a fact of the bundle's
own document: here it is said of the device as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from evidence.claims import Claims, Consistency
from evidence.groups.document import GroupPlace, Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.values import TieTerms
from evidence.groups.words import How

NAME: Final = "eat-bundle"
CARRIER: Final = "composite-eat"
DIGESTED: Final = "detached-claims-set"
HOWS: Final = frozenset(get_args(How))


def ties(parts: Parts) -> Iterator[Tie]:
    """From each bundle, a tie to the evidence of every device in it."""
    for number in range(len(parts.sources)):
        members = parts.of(number)
        bundles = {part.at: part for part in members if part.kind == "collector"}
        for device in members:
            label, outer = _label(device)
            bundle = bundles.get(outer)
            if bundle is not None and bundle.claims is not None and label:
                yield _tie(bundle, bundle.claims, device, label)


def _label(part: MemberPart) -> tuple[str, str]:
    """The label of the claims set in which a member lies, and the path of the bundle."""
    path = ""
    for carrier in part.input.carriers if part.input is not None else ():
        if carrier.name == CARRIER and carrier.at != "CompositeEATBundle":
            return carrier.at, path.rstrip("/")
        path += f"{carrier.at or carrier.name}/"
    return "", ""


def _tie(bundle: MemberPart, claims: Claims, device: MemberPart, label: str) -> Tie:
    fact = _fact(claims, label)
    how: How = fact.alg if fact is not None and fact.alg in HOWS else "sha-256"  # type: ignore[assignment]
    terms = TieTerms("content-hash", NAME, how, f"source:{label}", bundle.id, device.id)
    if fact is None:
        return terms.unknown("no-value")
    place = GroupPlace(member=bundle.id, path=fact.compared_to or "")
    if fact.status not in {"matches", "differs"} or fact.alg not in HOWS:
        return terms.unknown("unknown-function", value=place)
    return terms.tie(fits=fact.status == "matches", value=place)


def _fact(claims: Claims, label: str) -> Consistency | None:
    """The fact about the claims set of this label; None where there is not exactly one."""
    of_label = {environment.id for environment in claims.environments if environment.label == label}
    facts = [
        fact
        for fact in claims.consistency
        if fact.digest_of == DIGESTED and any(fact.name == f"{id}-binding" for id in of_label)
    ]
    return facts[0] if len(facts) == 1 else None
