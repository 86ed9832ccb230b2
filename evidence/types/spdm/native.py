"""What a transcript is when it has been read."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from evidence.types.spdm.blocks import Block
from evidence.types.spdm.chain import Chain
from evidence.types.spdm.context import Context
from evidence.types.spdm.log import Log
from evidence.types.spdm.opaque import Element, GeneralElement, NvidiaFormat, is_known
from evidence.wire.spdm import layout
from evidence.wire.spdm.layout import Algorithms
from evidence.wire.spdm.messages import Message, Negotiated
from evidence.words import Missing

Variant = Literal["transcript", "exchange", "response", "record"]
Range = tuple[int, int]


class Exchange(Struct, frozen=True, gc=False):
    """A MEASUREMENTS or CHALLENGE_AUTH with its request, where there is one.

    `covers` are the ranges (bytes) that its own signature is over, nothing if it has none; `missing` are the
    parts that this signature is over as well, and that are not here. `covered` is whether some signature covers it,
    its own or a later one. `blocks` and elements are those of a MEASUREMENTS.
    """

    request: Message | None
    response: Message
    blocks: tuple[Block, ...]
    covers: tuple[Range, ...]
    covered: bool
    nvidia_format: NvidiaFormat | None = None
    nvidia: tuple[Element, ...] = ()
    general: tuple[GeneralElement, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def is_challenge(self) -> bool:
        return self.response.code == layout.CHALLENGE_AUTH

    @property
    def is_claimed(self) -> bool:
        """Whether claims are made from it beside its nonces."""
        return self.is_challenge or bool(self.blocks) or bool(self.response.value("opaque_data"))

    @property
    def is_split(self) -> bool:
        """Whether its opaque data is of a format that is known here."""
        stated = self.nvidia_format
        return bool(self.nvidia or self.general) or (stated is not None and is_known(stated))

    @property
    def signature(self) -> bytes:
        return self.response.value("signature")

    @property
    def slot(self) -> int | None:
        """The slot whose key signs: CHALLENGE_AUTH states it first, MEASUREMENTS second, not in 1.0."""
        if self.is_challenge:
            found: int = self.response.fixed[2] & 0x0F
        elif self.response.fixed[0] == 0x10:
            return None
        else:
            found = self.response.fixed[3] & 0x0F
        return found


class Transcript(Struct, frozen=True):
    """All of it. `version` is 0x10 to 0x14, or None for a bare record of an unknown version.

    `size` (bytes) is where the evidence ends. `context` holds what came from beside it.
    """

    variant: Variant
    version: int | None
    size: int
    messages: tuple[Message, ...]
    exchanges: tuple[Exchange, ...]
    negotiated: Negotiated | None
    context: Context
    record: tuple[Block, ...] = ()
    chain: Chain | None = None
    log: Log | None = None

    @property
    def algorithms(self) -> Algorithms | None:
        """The fixed part of ALGORITHMS."""
        fixed = self.negotiated.message.fixed if self.negotiated else None
        return fixed if isinstance(fixed, Algorithms) else None
