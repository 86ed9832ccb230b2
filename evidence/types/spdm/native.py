"""What a transcript is when it has been read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from evidence.claims import Bytes
from evidence.types.spdm import Variant
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.chain import SlotChain
from evidence.types.spdm.context import Context
from evidence.types.spdm.log import MeasurementLog
from evidence.types.spdm.opaque import GeneralElement, NvidiaFormat, OpaqueElement, is_known
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import MEASUREMENT_HASH, Hash, Scheme, selected
from evidence.wire.spdm.conversation import Negotiated, SpdmMessage
from evidence.wire.spdm.layout import Algorithms
from evidence.words import Missing

Range = tuple[int, int]
DEVICE: Final = "/environments/device"


class Exchange(Struct, frozen=True, gc=False):
    """A MEASUREMENTS or CHALLENGE_AUTH with its request, where there is one.

    `covers` are the ranges (bytes) that its own signature is over, nothing if it has none; `missing` are the
    parts that this signature is over as well, and that are not here. `covered` is whether some signature covers it,
    its own or a later one. `blocks` and elements are those of a MEASUREMENTS.
    """

    request: SpdmMessage | None
    response: SpdmMessage
    blocks: Sequence[Block]
    covers: tuple[Range, ...]
    covered: bool
    nvidia_format: NvidiaFormat | None = None
    nvidia: tuple[OpaqueElement, ...] = ()
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
        header = self.nvidia_format
        return bool(self.nvidia or self.general) or (header is not None and is_known(header))

    @property
    def signature(self) -> bytes:
        return self.response.value("signature")

    @property
    def slot(self) -> int | None:
        """The slot whose key signs: CHALLENGE_AUTH states it first, MEASUREMENTS second, not in 1.0."""
        version, _, param1, param2 = self.response.fixed[:4]
        if self.is_challenge:
            return int(param1 & 0x0F)
        return None if version == 0x10 else int(param2 & 0x0F)


class Hashed(NamedTuple):
    """Which hash digests are of, and the bits that select one without a name here."""

    hash: Hash | None
    selected: Bytes | None = None

    @property
    def name(self) -> str:
        return self.hash.name if self.hash else "unknown"

    @property
    def is_unknown(self) -> bool:
        """Whether nobody says which hash it is."""
        return self.hash is None and self.selected is None


class Transcript(Struct, frozen=True):
    """All of it. `version` is 0x10 to 0x14, or None for a bare record of an unknown version.

    `size` (bytes) is where the evidence ends. `context` holds what came from beside it.
    """

    variant: Variant
    version: int | None
    size: int
    messages: tuple[SpdmMessage, ...]
    exchanges: tuple[Exchange, ...]
    negotiated: Negotiated | None
    context: Context
    record: Sequence[Block] = ()
    chain: SlotChain | None = None
    log: MeasurementLog | None = None

    @property
    def algorithms(self) -> Algorithms | None:
        """The fixed part of ALGORITHMS."""
        fixed = self.negotiated.message.fixed if self.negotiated else None
        return fixed if isinstance(fixed, Algorithms) else None

    @property
    def base_hash(self) -> Hash | None:
        """The base hash: what ALGORITHMS selected, else what the caller said."""
        return (self.negotiated.base_hash if self.negotiated else None) or self.context.base_hash

    @property
    def measurement_hash(self) -> Hashed:
        """The measurement hash, and the bytes of MeasurementHashAlgo if they name none that is known here."""
        algorithms = self.algorithms
        if algorithms is None or not algorithms.measurement_hash_algo:
            return Hashed(self.context.measurement_hash)
        hash_ = selected(MEASUREMENT_HASH, algorithms.measurement_hash_algo)
        return Hashed(hash_, None if hash_ else Bytes(algorithms.measurement_hash_algo.to_bytes(4, "little")))

    @property
    def scheme(self) -> Scheme | None:
        """The signature scheme: what ALGORITHMS selected, else what the caller said."""
        return (self.negotiated.scheme if self.negotiated else None) or self.context.scheme
