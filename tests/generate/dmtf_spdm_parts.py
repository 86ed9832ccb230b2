"""SPDM evidence whose parts lie apart: a response beside its request, and objects beside the digests that a TSM has of them."""

from __future__ import annotations

from hashlib import sha256, sha384, sha512
from typing import Any, NamedTuple

from tests.generate import spdm as s
from tests.generate.common import Made
from tests.generate.netlink import dump

D = "/environments/device"
BLOCKS = [s.block(1, 0x00, s.digest("rom")), s.block(2, 0x01, s.digest("firmware"))]
COMPLETE = {"/signatures/measurements/missing": [], "/bindings/requester_nonce/role": "challenge"}


def response(version: int, before: bytes = b"", *, signed: bool = True, slot: int = 0) -> tuple[bytes, bytes]:
    """A request, and its response with what signs both and the negotiation before them."""
    request = s.get_measurements(version, signed=signed, slot=slot)
    answer = s.measurements(version, BLOCKS, param2=slot if signed and version > 0x10 else 0)
    return request, answer + (s.signature(version, before + request + answer) if signed else b"")


REQUEST_10, RESPONSE_10 = response(0x10)
REQUEST_11, RESPONSE_11 = response(0x11, slot=1)
VCA_12, VCA_13, VCA_14 = s.vca(0x12), s.vca(0x13), s.vca(0x14)
REQUEST_12, RESPONSE_12 = response(0x12, VCA_12)
REQUEST_13, RESPONSE_13 = response(0x13, VCA_13)
REQUEST_14, RESPONSE_14 = response(0x14, VCA_14)
REQUEST_UNSIGNED, RESPONSE_UNSIGNED = response(0x12, signed=False)


class Parts(NamedTuple):
    """A response, and what lies beside it."""

    response: bytes
    request: bytes
    prefix: bytes = b""


def beside(name: str, parts: Parts, what: str, why: str, **facts: Any) -> Made:
    data, request, prefix = parts
    files = {f"{name}.request": request} | ({f"{name}.prefix": prefix} if prefix else {})
    attachments = {"request": f"{name}.request"} | ({"transcript-prefix": f"{name}.prefix"} if prefix else {})
    extra: dict[str, Any] = {"attachments": attachments}
    if not prefix and data[0] < 0x12 and data[1] == 0x60:
        size = len(data) - 96 + 64
        why_so = "so much is left that it is the signature of another scheme"
        extra["parses_when_cut_at"] = [{"start": size, "end": size, "why": why_so}]
    return Made(name, data, what, why, COMPLETE | facts, extra, files)


CHAIN = s.chain([s.certificate("Root of parts", "Root of parts", 1, authority=True)])
TRANSCRIPT = VCA_12 + REQUEST_12 + RESPONSE_12
TRANSCRIPT_14 = VCA_14 + REQUEST_14 + RESPONSE_14


def digested(name: str, digests: dict[str, bytes], what: str, why: str, **facts: Any) -> Made:
    attachments = {"certificates": f"{name}.chain", "tsm-digests": f"{name}.digests"}
    files = {f"{name}.chain": CHAIN, f"{name}.digests": dump(digests)}
    return Made(name, TRANSCRIPT_14, what, why, facts, {"attachments": attachments}, files)


PARTS = [
    beside(
        "v10-response-request-attached",
        Parts(RESPONSE_10, REQUEST_10),
        "Version 1.0, a response, its request attached",
        "The request is signed, and says that the response is",
    ),
    beside(
        "v11-response-request-attached",
        Parts(RESPONSE_11, REQUEST_11),
        "Version 1.1, a response of slot 1, its request attached",
        "Up to 1.1 nothing else is signed",
        **{f"{D}/values/slot_id/int": 1},
    ),
    beside(
        "v12-response-request-attached",
        Parts(RESPONSE_12, REQUEST_12, VCA_12),
        "Version 1.2, a response, its request and the negotiation attached",
        "All that is signed is there, in three parts",
    ),
    beside(
        "v13-response-request-attached",
        Parts(VCA_13 + RESPONSE_13, REQUEST_13),
        "Version 1.3, the negotiation and a response, the request between them attached",
        "The request stands where it was sent, and not where the parts begin",
    ),
    beside(
        "v14-response-request-attached",
        Parts(RESPONSE_14, REQUEST_14, VCA_14),
        "Version 1.4, a response, its request and the negotiation attached",
        "The response repeats the context of the request",
    ),
    Made(
        "v12-unsigned-response-request-attached",
        RESPONSE_UNSIGNED,
        "Version 1.2, a response without a signature, its request attached",
        "The request did not ask for one",
        {"/evidence/protection": "none"},
        {"attachments": {"request": "v12-unsigned-response-request-attached.request"}},
        {"v12-unsigned-response-request-attached.request": REQUEST_UNSIGNED},
    ),
    Made(
        "v12-request-repeated",
        TRANSCRIPT,
        "Version 1.2, a transcript, and the request that it has attached once more",
        "Whoever sent it has it, and it must be the same",
        COMPLETE,
        {"attachments": {"request": "v12-request-repeated.request"}},
        {"v12-request-repeated.request": REQUEST_12},
    ),
    digested(
        "v14-digests",
        {
            "cert0": sha512(CHAIN).digest(),
            "vca": sha512(VCA_14).digest(),
            "measurements": sha512(REQUEST_14 + RESPONSE_14).digest(),
        },
        "Version 1.4, a transcript beside the digests of a TSM, SHA-512",
        "The bytes are those that the platform saw",
        **{f"/consistency/{name}-binding/status": "matches" for name in ("cert0", "vca", "measurements")},
    ),
    digested(
        "v14-digests-differ",
        {
            "cert0": sha384(CHAIN).digest(),
            "vca": sha384(VCA_13).digest(),
            "measurements": sha384(RESPONSE_13).digest(),
            "report": sha384(b"report").digest(),
        },
        "Version 1.4, a transcript beside digests of other objects, SHA-384",
        "The platform saw another negotiation, and another response",
        **{
            "/consistency/cert0-binding/status": "matches",
            "/consistency/vca-binding/status": "differs",
            "/consistency/measurements-binding/status": "differs",
        },
    ),
    digested(
        "v14-digests-sha-256",
        {"measurements": sha256(REQUEST_14 + RESPONSE_14).digest()},
        "Version 1.4, a transcript beside one digest of a TSM, SHA-256",
        "What has no digest has no fact",
        **{"/consistency/measurements-binding/alg": "sha-256"},
    ),
]
