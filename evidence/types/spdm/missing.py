"""Which parts of what a signature is over are not at hand.

Source: DMTF DSP0274, versions 1.0 to 1.4: what is signed of measurements (L1) and of a challenge (M1).

| part | MEASUREMENTS | CHALLENGE_AUTH |
|---|---|---|
| negotiation: GET_VERSION to ALGORITHMS | from 1.2 on | always |
| digests: GET_DIGESTS and DIGESTS | never | if they were sent |
| certificates: GET_CERTIFICATE and CERTIFICATE | never | if they were sent |
| request of every response | always | always |

A requester that knows a chain from before may leave out to ask for it. The bytes do not tell this from parts that
somebody took away, so only the caller can say it (the option `cached`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from evidence.types.spdm import Cached
from evidence.types.spdm.chain import fetched, has_its_size
from evidence.wire.spdm import layout
from evidence.wire.spdm.conversation import SpdmMessage
from evidence.words import Missing

PROVISIONED: Final = 15
"""SlotID of a public key that the requester already has: no chain belongs to it."""


def of_measurements(version: int | None, *, negotiated: bool, requested: bool) -> tuple[Missing, ...]:
    """What is missing below the signature of MEASUREMENTS. `requested` says whether each response has its request."""
    absent: dict[Missing, bool] = {
        "request": not requested,
        "negotiation": not negotiated and (version or 0) >= 0x12,
    }
    return tuple(part for part, is_absent in absent.items() if is_absent)


def of_challenge(
    before: Iterable[SpdmMessage], slot: int, cached: Cached | None, *, negotiated: bool, requested: bool
) -> tuple[Missing, ...]:
    """What is missing below the signature of CHALLENGE_AUTH; `before` are the messages of digests and certificates."""
    before = tuple(before)
    lone, chains = frozenset(_lone(before)), fetched(before)
    sent = {message.code for message in before}
    digests = layout.DIGESTS in sent or cached in {"digests", "both"}
    certificates = slot in chains.whole or cached in {"certificates", "both"}
    torn = bool(chains.cut) or not all(map(has_its_size, chains.whole.values()))
    absent: dict[Missing, bool] = {
        "request": not requested,
        "negotiation": not negotiated,
        "digests": layout.DIGESTS in lone or not (digests or slot == PROVISIONED),
        "certificates": layout.CERTIFICATE in lone or torn or not (certificates or slot == PROVISIONED),
    }
    return tuple(part for part, is_absent in absent.items() if is_absent)


def _lone(messages: Iterable[SpdmMessage]) -> Iterator[int]:
    """The codes of responses that have no request before them; no request is without its response."""
    pending = None
    for message in messages:
        if message.code < 0x80 and pending != message.code:
            yield message.code
        pending = message.code & layout.RESPONSE if message.code >= 0x80 else None
