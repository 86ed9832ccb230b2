"""AMD SEV-SNP: the report by its VCEK or VLEK, that certificate's path, and what it says of the report.

Sources: AMD 56860 (signature), AMD 57230 (certificates and their extensions).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec.structs import replace

from evidence.claims import Consistency
from evidence.errors import EvidenceError
from evidence.registry import Signed
from evidence.types.snp import endorsement, vek
from evidence.types.snp.layout import PRODUCTS
from evidence.types.snp.platform import product
from evidence.types.snp.read import Snp
from evidence.verify.checks import Check, bindings, chain, failed
from evidence.verify.question import Outcome, Question, key_of
from evidence.verify.rules import basic_constraints
from evidence.verify.words import StepRefused
from evidence.wire import distinguished
from evidence.wire.x509 import X509Certificate

CHAIN: Final = "vek"
CERTIFIED: Final = "-certified"
KIND, TCB, CHIP, PRODUCT = (
    f"{name}{CERTIFIED}" for name in ("signing_key", "reported_tcb", "chip_id", "product")
)
WITH_CPUID: Final = 3
"""The first version of a report that names its processor."""


def steps(question: Question) -> Outcome:
    """The report's signature, the chain of its key, and the bindings between report and certificate."""
    native: Snp = question.piece.native
    others = [fact for fact in question.piece.claims.consistency if not fact.name.endswith(CERTIFIED)]
    signatures = question.piece.signed()
    if not signatures:
        unsigned = failed("signature", "report", "nobody", StepRefused("unsigned"))
        return Outcome((unsigned, *bindings(others)))
    (report,) = signatures
    if question.keys_for(report):
        return Outcome((question.signature(report), *bindings(others)), (), ("certificate",))
    table = native.certificates.named if native.certificates else ()
    own = [Leaf(one.kind, one.certificate) for one in table]
    leaves = [
        *_leaves(report, [*(Leaf(vek.kind_of(one.subject_raw), one) for one in question.supplied), *own])
    ]
    if not leaves:
        checks = (question.signature(report), chain(CHAIN, question.no_leaf(), "vek"))
        return Outcome((*checks, *bindings(others)))
    check, leaf = _signed(question, report, leaves)
    path = question.path(leaf.certificate, [one.certificate for one in own], rule=_rule)
    ties = _ties(question, native, leaf)
    return Outcome((check, chain(CHAIN, path), *ties, *bindings(others)), (path,), (f"revocation:{CHAIN}",))


class Leaf(NamedTuple):
    """A certificate, and which one of AMD's it is by its name."""

    kind: vek.Kind | None
    certificate: X509Certificate


def _leaves(report: Signed, certificates: Sequence[Leaf]) -> Iterator[Leaf]:
    """The VCEKs and VLEKs, each once: first those of the kind that the report says has signed it.

    One whose name another one has as its issuer is no leaf.
    """
    leaves = [*{one.certificate.sha256: one for one in certificates if one.kind in vek.ISSUERS}.values()]
    ends = [
        one
        for one in leaves
        if not any(
            other.certificate.issuer_raw == one.certificate.subject_raw
            for other in leaves
            if other is not one
        )
    ]
    for same in (True, False):
        yield from (one for one in ends if (one.kind == report.by) is same)


def _signed(question: Question, report: Signed, leaves: Sequence[Leaf]) -> tuple[Check, Leaf]:
    """The check by the first leaf whose key made the signature, else by the first of all."""
    checks: list[tuple[Check, Leaf]] = []
    for leaf in leaves:
        checks.append((question.signature(report, [key_of(leaf.certificate)], (f"chain:{CHAIN}",)), leaf))
        if checks[-1][0].passed:
            return checks[-1]
    return checks[0]


def _rule(leaf: X509Certificate) -> None:
    """AMD's leaves have no extensions of X.509, so that one which is a CA is not AMD's idea."""
    if basic_constraints(leaf)[0]:
        raise StepRefused("bad-certificate", f"{leaf.subject} is a CA")


DEPENDS: Final = dict.fromkeys((KIND, TCB, CHIP, PRODUCT), (f"chain:{CHAIN}",))


def _ties(question: Question, native: Snp, leaf: Leaf) -> Iterator[Check]:
    """What ties the leaf to the report: all that there must be, also where the leaf does not say it.

    A VLEK is of a provider and of no chip, and a report without CPUID names no product.
    """
    facts = {fact.name: fact for fact in _facts(question, native, leaf)}
    due = (KIND, TCB, *((CHIP,) if leaf.kind == "vcek" else ()))
    for name in (*due, PRODUCT) if native.report.version >= WITH_CPUID else due:
        if name in facts:
            yield from bindings((facts[name],), depends_on=DEPENDS)
        else:
            refused = StepRefused("not-computable", "what the certificate says of it cannot be read")
            yield failed("binding", name, CHAIN, refused)


def _facts(question: Question, native: Snp, leaf: Leaf) -> Iterator[Consistency]:
    """What the leaf says, compared with the report: computed at conversion where it came with the evidence."""
    certificate = leaf.certificate
    if native.leaf is not None and native.leaf.certificate.sha256 == certificate.sha256:
        endorsed, facts = native.vek, question.piece.claims.consistency
    else:
        endorsed = _read(leaf)
        beside = replace(native, vek=endorsed)
        facts = endorsement.consistency(beside, product(beside, question.piece.input, []).product)
    named = endorsed is not None and _is_named_after(certificate.issuer_raw, endorsed.product or "")
    for fact in facts:
        foreign = fact.name == PRODUCT and fact.status == "matches" and not named
        yield replace(fact, status="differs") if foreign else fact


def _read(leaf: Leaf) -> vek.Vek | None:
    """The extensions of a leaf; None where some are not of their type."""
    try:
        return vek.read(leaf.certificate, "vlek" if leaf.kind == "vlek" else "vcek", CHAIN)
    except EvidenceError:
        return None


@lru_cache(16)
def _is_named_after(issuer: bytes, product: str) -> bool:
    """Whether an issuer is named after the product of the certificate: `SEV-Milan`, `SEV-VLEK-Milan`."""
    name = PRODUCTS[product].name if product in PRODUCTS else ""
    return bool(name) and distinguished.values(issuer, "CN") in {(f"SEV-{name}",), (f"SEV-VLEK-{name}",)}
