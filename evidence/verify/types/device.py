"""The signature of a device inside of a token: by the leaf of its slot's chain, which must lead to an anchor.

The token's own signature does not vouch for the device. Sources: draft-poirier-rats-eat-da; DMTF DSP0274, 15 and 16.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.errors import EvidenceError
from evidence.registry import Signed
from evidence.types._dice import oids
from evidence.types._eat import Bundle, ClaimsSet, Token
from evidence.types._eat import device as token
from evidence.verify.checks import chain
from evidence.verify.question import Outcome, Question, key_of
from evidence.verify.rules import DIGITAL_SIGNATURE, UNDERSTOOD, basic_constraints, has_usage
from evidence.verify.words import StepRefused
from evidence.wire.x509 import X509Certificate

CONSTRUCT: Final = "spdm-prefix"
DICE: Final = UNDERSTOOD | {*oids.LAYERS, *oids.MESSAGES, oids.UEID, oids.SPDM_EXTENSION}
"""What is critical in certificates of devices, and says nothing of who issued them."""


def by_slot(question: Question, signed: Signed, content: object) -> Outcome:
    """The check of a device's signature, and of the chain of its slot; that of a key which the caller has is not looked at."""
    if question.keys_for(signed):
        return Outcome((question.signature(signed),))
    place, _, own = signed.name.rpartition("/")
    name = f"{place}/{signed.by}"
    certificates = _slot(content, place, int(own.rpartition("-")[2]))
    if not certificates:
        return Outcome((question.signature(signed), chain(name, question.no_leaf(), signed.by)))
    leaf = certificates[-1]
    path = question.path(leaf, certificates, DICE, _rule)
    check = question.signature(signed, [key_of(leaf)], (f"chain:{name}",))
    return Outcome((check, chain(name, path)), (path,), () if path.listed else (f"revocation:{name}",))


def _slot(content: object, place: str, slot: int) -> tuple[X509Certificate, ...]:
    """The chain of a slot of the device at a place, the root first; none where it cannot be read."""
    for prefix, claims in _claims(content, ""):
        if claims.device is not None and prefix == place:
            raw = claims.device.values.get("device_certificates", {}).get(slot)
            try:
                return token.certificates(raw, 0, len(raw)) if raw else ()
            except EvidenceError:
                return ()
    return ()


def _claims(content: object, place: str) -> Iterator[tuple[str, ClaimsSet]]:
    """Every claims set of a token, with the names of the submodules that lead to it."""
    if isinstance(content, Bundle):
        yield from _claims(content.token, place)
    elif isinstance(content, Token):
        yield from _claims(content.claims, place)
    elif isinstance(content, ClaimsSet):
        yield place, content
        for inner in content.submods:
            step = inner.label.replace("~", "~0").replace("/", "~1")
            yield from _claims(inner.content, f"{place}/submods/{step}".lstrip("/"))


def _rule(leaf: X509Certificate) -> None:
    if basic_constraints(leaf)[0] or not has_usage(leaf, DIGITAL_SIGNATURE):
        raise StepRefused("bad-certificate", f"{leaf.subject} is a CA, or may not sign")
