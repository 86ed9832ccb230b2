"""TPM 2.0 quotes: the signature by an attestation key that the caller trusts, or that a certificate vouches for.

The key that lies beside a quote is anybody's. That it belongs to a TPM inside of a TEE, a hardware report says whose runtime
claims it binds: `with_vtpm` trusts the key of such a report once that is verified.

Source: TCG, TPM 2.0 Library, Part 1, 19.7 (restricted keys) and 31.4 (TPM_GENERATED).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from evidence.claims import Consistency
from evidence.errors import EvidenceError
from evidence.registry import Signed
from evidence.types.tpm2_quote.ak import Ak
from evidence.types.tpm2_quote.read import Tpm2Quote
from evidence.verify import keys
from evidence.verify.checks import Check, bindings, chain, failed
from evidence.verify.keys import Key
from evidence.verify.question import Outcome, Question, key_of
from evidence.verify.report import VerificationReport
from evidence.verify.rules import basic_constraints
from evidence.verify.trust import Trust
from evidence.verify.words import StepRefused
from evidence.wire import curves
from evidence.wire.tpm import public
from evidence.wire.tpm.algorithms import CURVES, RSA
from evidence.wire.x509 import X509Certificate

CHAIN: Final = "ak"
VTPM_AK: Final = "vtpm-ak"


def steps(question: Question) -> Outcome:
    """The signature, the chain of its key where there is one, and what ties key and values to the quote."""
    native: Tpm2Quote = question.piece.native
    facts = [*bindings(filter(_is_checked, question.piece.claims.consistency))]
    signatures = question.piece.signed()
    if not signatures:
        return Outcome((failed("signature", "quote", "nobody", StepRefused("unsigned")), *facts))
    (quote,) = signatures
    if question.keys_for(quote):
        return Outcome((_signature(question, quote), *facts), (), ("certificate",))
    for leaf in _leaves(question, native):
        check = _signature(question, quote, (key_of(leaf),))
        if check.passed:
            path = question.path(leaf, native.certificates, rule=_rule)
            return Outcome((check, chain(CHAIN, path), *facts), (path,), (f"revocation:{CHAIN}",))
    check = _signature(question, quote, () if native.ak is None else (_beside(native.ak),))
    return Outcome((check, chain(CHAIN, question.no_leaf(), "ak"), *facts))


def _is_checked(fact: Consistency) -> bool:
    """Whether a fact is one that must hold: the name of a key whose parent is not at hand is none, for nothing rests on it."""
    return not (fact.value_of == VTPM_AK and fact.status == "not-computable")


def _signature(question: Question, quote: Signed, candidates: tuple[Key | StepRefused, ...] = ()) -> Check:
    """The check; a bare number of RSA may be of either scheme, which only the check itself tells."""
    check = question.signature(quote, candidates, (f"chain:{CHAIN}",))
    native: Tpm2Quote = question.piece.native
    if (
        check.passed
        or native.signature is None
        or native.signature.scheme
        or native.signature.encoding != "rsa"
    ):
        return check
    other = question.signature(_by_other_scheme(quote), candidates, (f"chain:{CHAIN}",))
    return other if other.passed else check


def _by_other_scheme(quote: Signed) -> Signed:
    """The same signature as one by the other scheme of RSA."""
    return replace(quote, alg="rsassa" if quote.alg == "rsapss" else "rsapss")


def _leaves(question: Question, native: Tpm2Quote) -> Iterator[X509Certificate]:
    """The certificates that may be the key's: of the caller, then of the evidence; each once."""
    return iter({one.sha256: one for one in (*question.supplied, *native.certificates)}.values())


def _rule(leaf: X509Certificate) -> None:
    """An authority's key signs certificates, and no quotes."""
    if basic_constraints(leaf)[0]:
        raise StepRefused("bad-certificate", f"{leaf.subject} is a CA")


def _beside(ak: Ak) -> Key | StepRefused:
    """The key that lies beside the quote."""
    try:
        return keys.of_spki(ak.spki) if ak.spki is not None else of_public(ak.public)
    except StepRefused as refused:
        return refused
    except EvidenceError as error:
        return StepRefused("refused-key", error.code)


def of_public(key: public.Public | None) -> Key:
    """The key in a TPMT_PUBLIC; `StepRefused` for one of a kind, curve or size that is not used."""
    if key is None:
        raise StepRefused("no-key")
    if key.kind == RSA:
        return keys.of_rsa(int.from_bytes(key.modulus, "big"), key.exponent)
    curve = curves.CURVES.get(CURVES.get(key.curve, ""))
    if curve is None or max(len(key.x), len(key.y)) > curve.size:
        raise StepRefused("refused-key", f"a curve of number {key.curve}")
    return keys.of_bytes(b"\x04" + key.x.rjust(curve.size, b"\0") + key.y.rjust(curve.size, b"\0"))


NONCE: Final = "binding:nonce-binding"
"""Freshness is the quote's own matter: a report of a machine stays one."""


def with_vtpm(trust: Trust, report: VerificationReport) -> Trust:
    """The same trust and, as `ak`, the key of the vTPM that a verified hardware report binds to its paravisor.

    A quote of that vTPM is then a statement of the machine that the report is of. The same trust where the report is not
    verified, or of no paravisor, and where the caller has a key for `ak`.
    """
    key = None if "ak" in trust.keys else _vouched(report)
    return trust if key is None else replace(trust, keys={**trust.keys, "ak": (key,)})


def _vouched(report: VerificationReport) -> Key | None:
    signed = any(check.kind == "signature" for check in report.checks)
    if not signed or not all(check.passed for check in report.checks if check.id != NONCE):
        return None
    for environment in report.evidence.claims.by_role("paravisor"):
        for entry in environment.keys:
            if entry.name == VTPM_AK and entry.backed_by:
                try:
                    return of_public(public.read(bytes(entry.raw)))
                except (EvidenceError, StepRefused):
                    return None
    return None
