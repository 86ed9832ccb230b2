"""SPDM devices: measurements and challenges by the leaf of the slot's chain, and what the chain says of itself.

Only the leaf signs: the last certificate of an SPDM chain, which begins with its root, the first of NVIDIA's. The hash
of the root in a chain is the device's own word. Source: DMTF DSP0274 (10.8, 10.11, 15, 16).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from evidence import limits
from evidence.claims import Consistency
from evidence.errors import EvidenceError
from evidence.registry import Signed
from evidence.types._dice import oids
from evidence.types.spdm.beside import facts, layers_of, root_first
from evidence.types.spdm.chain import SlotChain, attached_chain
from evidence.types.spdm.choice import choose
from evidence.types.spdm.native import Transcript
from evidence.verify.checks import Check, bindings, chain, failed
from evidence.verify.path import Path
from evidence.verify.question import Outcome, Question, key_of
from evidence.verify.rules import DIGITAL_SIGNATURE, UNDERSTOOD, basic_constraints, has_usage
from evidence.verify.words import StepRefused
from evidence.wire.spdm.messages import PURPOSES
from evidence.wire.x509 import X509Certificate

PLAIN, NVIDIA = "certificate", "certificate-0"
FIRMWARE: Final = "fwid-certified"
RESPONDER: Final = frozenset({"spdm-prefix", "spdm-transcript"})
DICE: Final = UNDERSTOOD | {*oids.LAYERS, *oids.MESSAGES, oids.UEID, oids.SPDM_EXTENSION}
"""What is critical in certificates of DICE layers, and is read where layers are."""


def steps(question: Question) -> Outcome:
    """The signatures of the responder, then its chain, then the hashes and the firmware identity that tie them."""
    native: Transcript = question.piece.native
    own, supplied = native.chain, _supplied(question, native)
    signatures = question.piece.signed()
    responder = [signed for signed in signatures if signed.construct in RESPONDER]
    tokens = [question.signature(signed) for signed in signatures if signed.construct not in RESPONDER]
    name = NVIDIA if native.context.nvidia else PLAIN
    consistency, used = question.piece.claims.consistency, own
    few, rest = responder[: limits.SIGNATURES], responder[limits.SIGNATURES :]
    candidates = [*filter(None, (supplied, own))]
    checks = [] if candidates else [question.signature(signed) for signed in few]
    for candidate in candidates:
        checks, used = [_by_leaf(question, signed, candidate, name) for signed in few], candidate
        if all(check.passed for check in checks):
            break
    checks += [failed("signature", signed.name, signed.by, StepRefused("too-many")) for signed in rest]
    if used is not None and used is not own:
        consistency = tuple(_facts(native, used))
    tied = [*bindings(consistency, depends_on={FIRMWARE: (f"chain:{name}",)})]
    if native.context.nvidia and used is not None and not any(check.name == FIRMWARE for check in tied):
        absent = StepRefused(
            "not-computable", "the report does not repeat the firmware's digest, as older ones do not"
        )
        tied.append(failed("binding", FIRMWARE, name, absent))
    apart = _apart(native)
    if all(question.keys_for(signed) for signed in responder):
        return Outcome((*checks, *tokens, *tied), apart=apart)
    path = _path(question, used)
    paths = (path,) if isinstance(path, Path) else ()
    chained = chain(name, path, PLAIN if isinstance(path, StepRefused) else "")
    left = () if paths and paths[0].listed else (f"revocation:{name}",)
    return Outcome((*checks, chained, *tokens, *tied), paths, left, apart)


def _apart(native: Transcript) -> str:
    """Which measurements an exchange with a nonce of its own has signed."""
    indices = ", ".join(f"{index:#04x}" for index in choose(native, []).apart)
    return (
        f"measurements that another exchange has signed, with its own nonce: index {indices}"
        if indices
        else ""
    )


def _supplied(question: Question, native: Transcript) -> SlotChain | None:
    """The chain that the caller gave: in one piece, with the root's hash where it has that, else certificate by certificate."""
    hash_ = native.base_hash
    for helper in question.helpers:
        if helper.certificates and helper.content[:1] != b"\x30" and not helper.content.startswith(b"-"):
            try:
                return attached_chain(helper.content, hash_.size if hash_ else native.context.hash_size)
            except EvidenceError:
                continue
    return SlotChain("attachment:certificates", question.supplied) if question.supplied else None


def leaf_of(slot: SlotChain) -> X509Certificate | None:
    """The only certificate that signs: the end of the chain by its names, else by its place."""
    return root_first(slot.certificates)[-1] if slot.certificates else None


def _by_leaf(question: Question, signed: Signed, slot: SlotChain, name: str) -> Check:
    leaf = leaf_of(slot)
    context = (
        PURPOSES[signed.name.startswith("challenge")] if (signed.alg or "").startswith("ml-dsa") else b""
    )
    return question.signature(signed, [key_of(leaf)] if leaf else [], (f"chain:{name}",), context)


def _path(question: Question, slot: SlotChain | None) -> Path | StepRefused:
    leaf = leaf_of(slot) if slot is not None else None
    if slot is None or leaf is None:
        return question.no_leaf()
    return question.path(leaf, slot.certificates, DICE, _rule)


def _rule(leaf: X509Certificate) -> None:
    if basic_constraints(leaf)[0] or not has_usage(leaf, DIGITAL_SIGNATURE):
        raise StepRefused("bad-certificate", f"{leaf.subject} is a CA, or may not sign")


def _facts(native: Transcript, slot: SlotChain) -> Iterator[Consistency]:
    """The facts with the caller's chain in place of the evidence's own."""
    with_chain = replace(native, chain=slot)
    choice = choose(with_chain, [])
    return facts(with_chain, choice, layers_of(with_chain, choice, []))
