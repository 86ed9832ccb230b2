"""Confidential Containers: the CPU's report data is a digest of the request's runtime data and of all devices' evidence.

GroupSource: confidential-containers, trustee (`kbs`, `api-server`) and guest-components (`kbs_protocol`): SHA-384 of the
canonical JSON of `additional-evidence` (the text), `nonce` and `tee-pubkey`, with zeros behind it. What a device is
asked with is the same without `additional-evidence`, cut to 32 bytes where it is a nonce of SPDM.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha384
from typing import Any, Final, NamedTuple

from evidence.errors import EvidenceError
from evidence.groups.document import Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.values import FIRST, TieTerms, nonces, padded, telling
from evidence.wire import json, text

NAME: Final = "coco"
EVIDENCE, RUNTIME = "tee-evidence", "runtime-data"
PRIMARY, ADDITIONAL = "primary_evidence", "additional_evidence"
HASHED: Final = "additional-evidence"
MEMBERS: Final = ("nonce", "tee-pubkey")
OF_ALL: Final = "source:runtime-data+additional-evidence"
OF_RUNTIME: Final = "source:runtime-data"


class RequestDigests(NamedTuple):
    """What a request makes: the digests that the CPU may have been asked with, a device's, and its nonce."""

    cpu: frozenset[bytes]
    device: bytes
    nonce: bytes | None


def ties(parts: Parts) -> Iterator[Tie]:
    """Of each request, the CPU's report data and the evidence of devices; then what each device was asked with."""
    for number, source in enumerate(parts.sources):
        members = parts.of(number)
        devices = tuple(part for part in members if part.at.startswith(f"{EVIDENCE}/{ADDITIONAL}/"))
        cpus = [part for part in members if part.at.startswith(f"{EVIDENCE}/{PRIMARY}")]
        if not cpus:
            continue
        digests = _request(source.data)
        ends: tuple[MemberPart | None, ...] = devices or (None,)
        for end in ends:
            yield _of_cpu(cpus[0], end, digests)
        if parts.nonce is not None:
            yield _of_caller(cpus[0], digests, parts.nonce)
        for device in devices:
            yield from _of_device(cpus[0], device, digests)


def _request(data: bytes) -> RequestDigests | None:
    """The digests that a request makes; None where its bytes are not at hand, or are no request."""
    try:
        value: Any = json.loads(data, NAME) if data else None
    except EvidenceError:
        return None
    evidence, runtime = (value.get(name) if isinstance(value, dict) else None for name in (EVIDENCE, RUNTIME))
    if isinstance(evidence, str):
        try:
            evidence = json.loads(evidence.encode(), NAME)
        except EvidenceError:
            return None
    if not isinstance(evidence, dict) or not isinstance(runtime, dict):
        return None
    beside = evidence.get(ADDITIONAL)
    if not isinstance(beside, str) or not set(MEMBERS) <= runtime.keys():
        return None
    plain = {name: runtime[name] for name in MEMBERS}
    alone, whole = _digest(plain), _digest({**plain, HASHED: beside})
    return RequestDigests(frozenset({whole} if beside else {whole, alone}), alone, _nonce(plain["nonce"]))


def _nonce(value: object) -> bytes | None:
    """The bytes of a nonce in base64."""
    try:
        return text.base64(value, NAME) if isinstance(value, str) else None
    except EvidenceError:
        return None


def _digest(value: Any) -> bytes:
    return sha384(json.dumps(_sorted(value))).digest()


def _sorted(value: Any) -> Any:
    """A value whose members are in the order of their names, as canonical JSON has them."""
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _of_cpu(cpu: MemberPart, device: MemberPart | None, digests: RequestDigests | None) -> Tie:
    id = None if device is None else device.id
    terms = TieTerms("content-hash", NAME, "padded-sha-384", OF_ALL, cpu.id, id)
    if digests is None:
        return terms.unknown("not-at-hand")
    if cpu.claims is None:
        return terms.unknown("not-read")
    answers = nonces(cpu)
    if not answers:
        return terms.unknown("no-value")
    fits = any(padded(answers[0].value, digest) for digest in digests.cpu)
    return terms.tie(fits=fits, value=answers[0].place)


def _of_caller(cpu: MemberPart, digests: RequestDigests | None, nonce: bytes) -> Tie:
    """Whether the request's nonce, which the CPU's report data is made of, is the caller's."""
    terms = TieTerms("caller-nonce", NAME, "equal", "source:runtime-data/nonce", None, cpu.id)
    if digests is None or digests.nonce is None:
        return terms.unknown("not-at-hand")
    return terms.tie(fits=digests.nonce == nonce) if telling(nonce) else terms.unknown("trivial")


def _of_device(cpu: MemberPart, device: MemberPart, digests: RequestDigests | None) -> Iterator[Tie]:
    """That a device answers the same request, where it says what it was asked with."""
    answers = nonces(device)
    terms = TieTerms("nonce-derivation", NAME, "sha-384", OF_RUNTIME, cpu.id, device.id)
    if device.kind != "device" or not answers:
        return
    if digests is None:
        yield terms.unknown("not-at-hand", value=answers[0].place)
        return
    for answer in answers[:1]:
        cut = len(answer.value) == FIRST
        fits = answer.value == digests.device[:FIRST] if cut else padded(answer.value, digests.device)
        yield terms.tie(fits=fits, value=answer.place, size=len(answer.value))
