"""Arm CCA and PSA: the realm by its key, that key by the platform, and the platform by a key that the caller has.

A realm's signature alone proves nothing: its key came with it. Sources: Arm DEN0137 (A7.2), RFC 9783, RFC 9360.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence.registry import Signed
from evidence.types.cca.read import CcaToken
from evidence.verify.checks import Check, Range, bindings
from evidence.verify.path import Path
from evidence.verify.question import Outcome, Question, key_in
from evidence.verify.types.headers import from_header
from evidence.verify.words import StepRefused

REALM_KEY: Final = "realm-key-binding"
DEVICES: Final = "devices-binding"


def steps(question: Question) -> Outcome:
    """The signature of each token, and what the tokens say of each other."""
    native: Any = question.piece.native
    signatures = {signed.name: signed for signed in question.piece.signed()}
    checks: list[Check] = []
    paths: list[Path] = []
    left: list[str] = []
    for name, signed in signatures.items():
        if name == "realm":
            checks.append(_realm(question, native, signed))
        else:
            token: Any = native.platform if isinstance(native, CcaToken) else native.token
            done = from_header(question, signed, token.certificates, token.message)
            checks += done.checks
            paths += done.paths
            left += done.not_checked
    covers = {DEVICES: tuple(_devices(native))}
    depends_on = {REALM_KEY: ("signature:platform",), DEVICES: ("signature:realm",)}
    return Outcome(
        (*checks, *bindings(question.piece.claims.consistency, covers, depends_on)), tuple(paths), tuple(left)
    )


def _realm(question: Question, native: CcaToken, signed: Signed) -> Check:
    """By the key in the realm's own claims, if that one goes with the algorithm of the message."""
    fault = native.key.fault if native.key else None
    key = StepRefused("refused-key", fault) if fault and signed.alg is not None else key_in(signed.key)
    return question.signature(signed, [key], (f"binding:{REALM_KEY}", "signature:platform"))


def _devices(native: Any) -> Iterator[Range]:
    """The device token, which nobody signs, and whose digest the realm has."""
    span = native.devices_span if isinstance(native, CcaToken) else None
    if span is not None:
        yield span.start, span.end
