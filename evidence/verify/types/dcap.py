"""Intel TDX and SGX quotes: the quote by its attestation key, that key by the QE report, and that one by the PCK.

Sources: Intel DCAP (sgx_quote_3.h, sgx_quote_4.h, sgx_quote_5.h), Intel PCK Certificate Profile.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from evidence.types._dcap.layout import QeReportSignature, QuoteSignature, SgxReport
from evidence.types._dcap.mapping import BOUND
from evidence.types._dcap.pck import SGX_EXTENSIONS
from evidence.types._dcap.quote import LENGTH_SIZE, Quote, qe_report_start
from evidence.verify.checks import Check, Range, bindings, chain
from evidence.verify.path import Path
from evidence.verify.question import Outcome, Question, key_in, key_of
from evidence.verify.rules import DIGITAL_SIGNATURE, basic_constraints, has_usage
from evidence.verify.words import StepRefused
from evidence.wire.x509 import X509Certificate

CHAIN: Final = "pck"
QUOTING_ENCLAVES: Final = {
    # MRSIGNER: ISVPRODID of Intel's quoting enclaves, as all public quotes have them
    bytes.fromhex("8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff"): 1,
    bytes.fromhex("dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5"): 2,
}
NOT_CHECKED: Final = ("revocation:pck", "tcb-status", "qe-identity")


def steps(question: Question) -> Outcome:
    """Both signatures, the binding between them, and the chain of the PCK; a TDREPORT only its own machine can check.

    The PCK is the first certificate with SGX extensions, wherever it stands: of several no other one is tried.
    """
    native: Any = question.piece.native
    facts = question.piece.claims.consistency
    if not isinstance(native, Quote):
        return Outcome(
            (*(question.signature(signed) for signed in question.piece.signed()), *bindings(facts))
        )
    quote, report = question.piece.signed()
    by_quote = question.signature(
        quote, [key_in(quote.key)], (f"binding:{BOUND}", f"signature:{report.name}")
    )
    own = native.signature_data.certification.chain
    certificates = tuple(own.certificates.values()) if own else ()
    leaf = next(
        (one for one in (*certificates, *question.supplied) if SGX_EXTENSIONS in one.extensions), None
    )
    by_pck = question.signature(report, [key_of(leaf)] if leaf else [], (f"chain:{CHAIN}",))
    path: Path | StepRefused = StepRefused("not-a-pck") if certificates else question.no_leaf()
    if own is not None and not certificates and own.problem is not None:
        path = StepRefused("bad-certificate", own.problem)
    if leaf is not None:
        path = question.path(leaf, certificates, rule=_rule)
    vouched = {BOUND: _vouched(native)}
    tied = bindings(facts, vouched, {BOUND: (f"signature:{report.name}",)})
    chains = (
        ()
        if question.keys_for(report)
        else (chain(CHAIN, path, "pck" if isinstance(path, StepRefused) else ""),)
    )
    module = ("tdx-module-identity",) if question.piece.type.name == "intel-tdx" else ()
    paths = (path,) if isinstance(path, Path) else ()
    left = [name for name in NOT_CHECKED if not (name == "revocation:pck" and paths and paths[0].listed)]
    return Outcome((by_quote, _of_qe(by_pck, native), *tied, *chains), paths, (*left, *module))


def _rule(leaf: X509Certificate) -> None:
    """A PCK is no CA, and signs; a CA of the same root must not pass for one."""
    if (
        SGX_EXTENSIONS not in leaf.extensions
        or basic_constraints(leaf)[0]
        or not has_usage(leaf, DIGITAL_SIGNATURE)
    ):
        raise StepRefused("not-a-pck", leaf.subject)


def _vouched(quote: Quote[Any]) -> tuple[Range, ...]:
    """What REPORTDATA of the QE report is the digest of: the attestation key, and the authentication data."""
    place = QuoteSignature.PLACES["attestation_key"]
    start = quote.signed + LENGTH_SIZE
    data = qe_report_start(quote) + SgxReport.SIZE + QeReportSignature.SIZE
    size = len(quote.signature_data.qe_authentication_data)
    key = (start + place.offset, start + place.end)
    return (key, (data, data + size)) if size else (key,)


def _of_qe(check: Check, quote: Quote[Any]) -> Check:
    """The check of the QE report, with a word where no public quote is from such an enclave: no QE identity, but cheap."""
    report = quote.signature_data.qe_report
    if not check.passed or QUOTING_ENCLAVES.get(report.mr_signer) == report.isv_prod_id:
        return check
    return replace(
        check, detail=f"a quoting enclave that is not known: MRSIGNER {report.mr_signer.hex()[:16]}"
    )
