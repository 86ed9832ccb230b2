"""AMD SEV-SNP: the report by its VCEK or VLEK, that certificate's path, and what it says of the report.

Sources: AMD 56860 (signature), AMD 57230 (certificates and their extensions).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from evidence.claims import Consistency
from evidence.errors import EvidenceError
from evidence.registry import Signed
from evidence.types.snp import endorsement, vek
from evidence.types.snp.layout import PRODUCTS
from evidence.types.snp.platform import product
from evidence.types.snp.read import Snp
from evidence.verify.case import Case, Outcome, key_of
from evidence.verify.checks import Check, bindings, chain, failed
from evidence.verify.path import basic_constraints
from evidence.verify.words import Refused
from evidence.wire import distinguished
from evidence.wire.x509 import Certificate

CHAIN: Final = "vek"
CERTIFIED: Final = "-certified"
CHIP: Final = "chip_id-certified"


def steps(case: Case) -> Outcome:
    """The report's signature, the chain of its key, and the bindings between report and certificate."""
    native: Snp = case.piece.native
    others = [fact for fact in case.piece.claims.consistency if not fact.name.endswith(CERTIFIED)]
    signatures = case.piece.signed()
    if not signatures:
        unsigned = failed("signature", "report", "nobody", Refused("unsigned"))
        return Outcome((unsigned, *bindings(others)))
    (report,) = signatures
    if case.keys_for(report):
        return Outcome((case.signature(report), *bindings(others)), (), ("certificate",))
    table = native.certificates.held if native.certificates else ()
    own = [(one.kind, one.certificate) for one in table]
    leaves = [*_leaves(report, [*((vek.kind_of(one.subject_raw), one) for one in case.supplied), *own])]
    if not leaves:
        checks = (case.signature(report), chain(CHAIN, case.no_leaf(), "vek"))
        return Outcome((*checks, *bindings(others)))
    check, leaf = _signed(case, report, leaves)
    path = case.path(leaf, [certificate for _, certificate in own], rule=_rule)
    facts = bindings(_certified(case, native, leaf), depends_on=DEPENDS)
    return Outcome((check, chain(CHAIN, path), *facts, *bindings(others)), (path,), (f"revocation:{CHAIN}",))


DEPENDS: Final = {
    f"{name}{CERTIFIED}": (f"chain:{CHAIN}",)
    for name in ("signing_key", "reported_tcb", "chip_id", "product")
}


def _leaves(report: Signed, certificates: list[tuple[vek.Kind | None, Certificate]]) -> Iterator[Certificate]:
    """The VCEKs and VLEKs, each once: first those of the kind that the report says has signed it.

    One whose name another one has as its issuer is no leaf.
    """
    leaves = [*{one.sha256: (kind, one) for kind, one in certificates if kind in vek.ISSUERS}.values()]
    ends = [
        (kind, one)
        for kind, one in leaves
        if not any(other.issuer_raw == one.subject_raw for _, other in leaves if other is not one)
    ]
    for same in (True, False):
        yield from (one for kind, one in ends if (kind == report.by) is same)


def _signed(case: Case, report: Signed, leaves: list[Certificate]) -> tuple[Check, Certificate]:
    """The check by the first leaf whose key made the signature, else by the first of all."""
    checks = [(case.signature(report, [key_of(leaf)], (f"chain:{CHAIN}",)), leaf) for leaf in leaves[:1]]
    for leaf in leaves[1:]:
        if checks[-1][0].passed:
            break
        checks.append((case.signature(report, [key_of(leaf)], (f"chain:{CHAIN}",)), leaf))
    return checks[-1] if checks[-1][0].passed else checks[0]


def _rule(leaf: Certificate) -> None:
    """AMD's leaves have no extensions of X.509, so that one which is a CA is not AMD's idea."""
    if basic_constraints(leaf)[0]:
        raise Refused("bad-certificate", f"{leaf.subject} is a CA")


def _certified(case: Case, native: Snp, leaf: Certificate) -> Iterator[Consistency]:
    """What the leaf says, compared with the report: computed at conversion where it came with the evidence."""
    if native.leaf is not None and native.leaf.certificate.sha256 == leaf.sha256:
        facts = tuple(fact for fact in case.piece.claims.consistency if fact.name.endswith(CERTIFIED))
        certificate = native.vek
    else:
        kind = vek.kind_of(leaf.subject_raw)
        try:
            certificate = vek.read(leaf, "vlek" if kind == "vlek" else "vcek", kind or "vcek")
        except EvidenceError:  # extensions that are not of their type: nothing can be compared
            certificate = None
        beside = replace(native, vek=certificate)
        facts = endorsement.consistency(beside, product(beside, case.piece.input, []).product)
    named = _is_named_after(leaf.issuer_raw, (certificate.product if certificate else None) or "")
    for fact in facts:
        if fact.name == CHIP and vek.kind_of(leaf.subject_raw) == "vlek":
            continue  # it is of a provider and of no chip: there is nothing that it could say
        foreign = fact.name == "product-certified" and fact.status == "matches" and not named
        yield replace(fact, status="differs") if foreign else fact


@lru_cache(16)
def _is_named_after(issuer: bytes, product: str) -> bool:
    """Whether an issuer is named after the product of the certificate: `SEV-Milan`, `SEV-VLEK-Milan`."""
    name = PRODUCTS[product].name if product in PRODUCTS else ""
    return bool(name) and distinguished.values(issuer, "CN") in {(f"SEV-{name}",), (f"SEV-VLEK-{name}",)}
