"""Entity Attestation Tokens: each signed token by a key of the caller, or by certificates that lead to an anchor.

A token inside of another one has a signer of its own: the outer signature keeps it whole, and does not vouch for whoever
made it. Sources: RFC 9711, RFC 9052, RFC 7515, RFC 9360.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidence.types._eat import Bundle, Token
from evidence.types._x5chain import x5chain
from evidence.types.eat.read import EatToken
from evidence.verify.checks import Check, Range, bindings
from evidence.verify.path import Path
from evidence.verify.question import Outcome, Question
from evidence.verify.types import device
from evidence.verify.types.headers import from_header
from evidence.wire import cose

ROOT = "token"


def steps(question: Question) -> Outcome:
    """The signature of each token, then the digests by which a bundle holds its detached claims."""
    native: EatToken = question.piece.native
    content = native.content
    root = content.token if isinstance(content, Bundle) else content
    checks: list[Check] = []
    paths: list[Path] = []
    left: list[str] = []
    for signed in question.piece.signed():
        if signed.name == ROOT and isinstance(root, Token) and isinstance(root.message, cose.CoseMessage):
            certificates = x5chain(root.region.whole, root.message)
            done = from_header(question, signed, certificates, root.message)
            checks += done.checks
            paths += done.paths
            left += done.not_checked
        elif signed.construct == device.CONSTRUCT:
            done = device.by_slot(question, signed, content)
            known = {(check.kind, check.name) for check in checks}
            new = [check for check in done.checks if (check.kind, check.name) not in known]
            checks += new  # two signatures of one slot have one chain
            if len(new) == len(done.checks):
                paths += done.paths
                left += done.not_checked
        else:
            checks.append(question.signature(signed))
    facts = question.piece.claims.consistency
    covers = {fact.name: tuple(_detached(content, fact.name)) for fact in facts}
    depends_on = dict.fromkeys(covers, (f"signature:{ROOT}",))
    return Outcome((*checks, *bindings(facts, covers, depends_on)), tuple(paths), tuple(left))


def _detached(content: object, name: str) -> Iterator[Range]:
    """Where the claims set lies whose digest the token of a bundle has."""
    for part in content.detached if isinstance(content, Bundle) else ():
        if name == f"submods/{part.label}/digest-binding":
            yield part.region.start, part.region.end
