"""Measurement records: blocks one after the other, each with its own length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from struct import Struct as Format
from struct import iter_unpack
from typing import Any, Final

from msgspec import Struct

from evidence.claims import Bytes
from evidence.errors import Truncated
from evidence.types._value_types import DEVICE_MODE
from evidence.types.spdm.layout import (
    DIGESTS,
    DMTF,
    INVALID_INDICES,
    RAW,
    BlockHeader,
    DeviceMode,
    DmtfHeader,
)
from evidence.wire.spdm.conversation import violation
from evidence.wire.spdm.layout import SPEC

HEADER: Final = BlockHeader.SIZE
BOTH: Final = BlockHeader.SIZE + DmtfHeader.SIZE
HEADERS: Final = Format("<BBHBH")
"""`BlockHeader` and `DmtfHeader` in one step."""
SAME: Final = (1, 2, 3, 5, 6)
"""The bytes of both headers that are the same in blocks of one size: all but the index and the type of the value."""


class Block(Struct, frozen=True, gc=False):
    """One block, in its fields' order, and where it lies (bytes).

    `value_type` is the whole byte of a DMTF block, and None in a block of another specification, whose
    `value` is all that follows its header.
    """

    index: int
    measurement_specification: int
    measurement_size: int
    value_type: int | None
    value: Bytes
    start: int
    end: int

    @property
    def type(self) -> int | None:
        """The type of the value, without the bit that says whether it is raw."""
        return None if self.value_type is None else self.value_type & 0x7F

    @property
    def raw(self) -> bool:
        """Whether the value is a raw bit stream instead of a digest."""
        return self.value_type is None or bool(self.value_type & RAW)


class Digests(Sequence[Block]):
    """A record of blocks that are digests, all of one size, which need no more than their columns.

    `values` are the digests; `start` and `end` are where the record lies, `step` the size of a block (bytes).
    """

    __slots__ = ("end", "indices", "kinds", "start", "step", "values")

    def __init__(self, record: bytes, start: int, step: int) -> None:
        self.start, self.end, self.step = start, start + len(record), step
        self.indices, self.kinds = record[::step], record[HEADER::step]
        self.values = [*map(Bytes, chain.from_iterable(iter_unpack(f"{BOTH}x{step - BOTH}s", record)))]

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[Block]:
        specification, size = repeat(DMTF), repeat(self.step - HEADER)
        starts = range(self.start, self.end, self.step)
        ends = range(self.start + self.step, self.end + self.step, self.step)
        return map(Block, self.indices, specification, size, self.kinds, self.values, starts, ends)

    def __getitem__(self, number: Any) -> Any:
        return tuple(self)[number]

    def as_native(self) -> tuple[Block, ...]:
        return tuple(self)


def read_blocks(data: bytes, at: int, end: int) -> Sequence[Block]:
    """The blocks of the record `data[at:end]`.

    Raises `Truncated`, or `ConstraintViolation` for sizes that contradict each other, for an index that
    no block has or that two have, and unless exactly one specification is named.
    """
    digests = _digests(data, at, end)
    if digests is not None:
        return digests
    blocks: list[Block] = []
    used = set(INVALID_INDICES)
    while at < end:
        block = _one(data, at, end)
        if block.index in used:
            raise violation(at, block.index, "1 to 254, each once in a record", "BlockHeader.index")
        if block.value_type == DEVICE_MODE | RAW and len(block.value) < DeviceMode.SIZE:
            need, have = DeviceMode.SIZE, len(block.value)
            raise Truncated(what="DeviceMode", offset=at + BOTH, need=need, have=have, spec=SPEC)
        used.add(block.index)
        blocks.append(block)
        at = block.end
    return tuple(blocks)


def _digests(data: bytes, at: int, end: int) -> Digests | None:
    """The blocks of a record of digests of one size; None for another one.

    Reports of 64 such blocks are common: they are unpacked in one step.
    """
    record = data[at:end]
    if len(record) < BOTH:
        return None
    size = int.from_bytes(record[2:4], "little")
    step, value_size = HEADER + size, size - DmtfHeader.SIZE
    count, rest = divmod(len(record), step)
    if value_size < 0 or rest or not DIGESTS.issuperset(record[HEADER::step]):
        return None
    both = HEADERS.pack(0, DMTF, size, 0, value_size)
    if any(record[offset::step] != both[offset : offset + 1] * count for offset in SAME):
        return None
    unique = set(record[::step])
    if len(unique) != count or not unique.isdisjoint(INVALID_INDICES):
        return None
    return Digests(record, at, step)


def _one(data: bytes, at: int, end: int) -> Block:
    """The block at `at`, which ends at or before `end`."""
    if end - at < BOTH:
        return _short(data, at, end)
    index, specification, size, kind, value_size = HEADERS.unpack_from(data, at)
    stop = at + HEADER + size
    if specification == DMTF and value_size + DmtfHeader.SIZE == size and stop <= end:
        return Block(index, specification, size, kind, Bytes(data[at + BOTH : stop]), at, stop)
    return _other(data, at, end)


def _short(data: bytes, at: int, end: int) -> Block:
    """What is too short for a DMTF block: one of another specification, or cut off."""
    if end - at < HEADER:
        raise Truncated(what="measurement block", offset=at, need=HEADER, have=end - at, spec=SPEC)
    return _other(data, at, end)


def _other(data: bytes, at: int, end: int) -> Block:
    """A block of another specification; for a DMTF one, the error that it is."""
    index, specification, size = BlockHeader.read(data, at)
    start = at + HEADER
    if specification == 0 or specification & (specification - 1):
        raise violation(at + 1, specification, "exactly one bit", "BlockHeader.measurement_specification")
    if size > end - start:
        raise Truncated(what="measurement block", offset=start, need=size, have=end - start, spec=SPEC)
    if specification == DMTF:
        if size < DmtfHeader.SIZE:
            raise violation(at + 2, size, "3 or more in a DMTF block", "BlockHeader.measurement_size")
        value_size = DmtfHeader.read(data, start).value_size
        raise violation(start + 1, value_size, f"{size - DmtfHeader.SIZE}", "DmtfHeader.value_size")
    return Block(index, specification, size, None, Bytes(data[start : start + size]), at, start + size)
