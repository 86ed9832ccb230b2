"""What 64 KiB of anything can cost: the worst of a seeded set, for every registered type.

A type whose format has a costly corner of its own adds inputs in its module: a function
`hostile() -> Iterator[tuple[str, bytes]]` (name, bytes of at most 64 KiB).
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Final, NamedTuple

from benchmarks.common import Bound
from evidence import fixtures, parse_all
from evidence.gate import mutation
from evidence.registry import EvidenceType, Registry

SIZE: Final = 64 << 10
SEED: Final = 0x484F5354
SHAPES: Final = (
    # what a reader of text, CBOR, DER, JSON or tables may be slow with
    b"\0",
    b"\xff",
    b"0",
    b"a\n",
    b"[",
    b'{"a":',
    b"\x81",
    b"\xa1\0",
    b"\xd2\x84",
    b"\xc6",
    b"\xa0",
    b"\x18\x18",
    b"\x30\x80",
    b"\x30\x82\xff\xf0",
    b"\x06\x01\x80",
    b"-----BEGIN CERTIFICATE-----\n",
    b"eyJ.",
    b"\1\0\0\0",
    b"\4\0\2\0",
)


class Input(NamedTuple):
    name: str
    data: bytes
    type: str | None


def inputs(kind: EvidenceType) -> Iterator[Input]:
    """Fixtures blown up, damaged and filled, and the shapes alone: forced to be of the type, and not."""
    chance = random.Random(f"{SEED}{kind.name}")  # noqa: S311 (repeatable, not secret)
    for name, data in (*_shapes(), *_grown(kind, chance), *_own(kind)):
        yield Input(name, data[:SIZE], None)
        yield Input(f"{name}, forced", data[:SIZE], kind.name)


def _shapes() -> Iterator[tuple[str, bytes]]:
    for shape in SHAPES:
        yield f"64 KiB of {shape!r}", shape * (SIZE // len(shape) + 1)
    colliding = b"".join(b"\x1b" + (n * ((1 << 61) - 1)).to_bytes(8, "big") + b"\0" for n in range(8))
    yield "map of colliding keys", b"\xb9\xff\xff" + colliding * (SIZE // len(colliding))
    many = b"".join(b"\x1a" + n.to_bytes(4, "big") + b"\0" for n in range(SIZE // 6))
    yield "map of many keys", b"\xb9" + (SIZE // 6).to_bytes(2, "big") + many


def _grown(kind: EvidenceType, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    for loaded in fixtures.valid(kind.fixtures) if kind.fixtures else ():
        data = loaded.data
        yield f"{loaded.name} and zeros", data.ljust(SIZE, b"\0")
        yield f"{loaded.name} and ones", data.ljust(SIZE, b"\xff")
        yield f"{loaded.name} again and again", data * (SIZE // max(len(data), 1) + 1)
        yield f"{loaded.name} in hexadecimal", data.hex().encode().ljust(SIZE, b"0")
        for number in range(8):
            damaged = mutation(data, chance)
            yield f"{loaded.name}, mutation {number}", damaged + chance.randbytes(max(0, SIZE - len(damaged)))


def _own(kind: EvidenceType) -> Iterator[tuple[str, bytes]]:
    module = f"benchmarks.{kind.name.replace('-', '_')}"
    if find_spec(module):
        yield from getattr(import_module(module), "hostile", tuple)()


def milliseconds(one: Input) -> float:
    """CPU time of one conversion, the better of two, so that an interruption does not count."""
    taken = []
    for _ in range(2):
        start = time.process_time()
        parse_all(one.data, type=one.type)
        taken.append(time.process_time() - start)
    return min(taken) * 1000


def mebibytes(one: Input) -> float:
    """The most that Python's allocators held at once, beyond the input."""
    tracemalloc.start()
    parse_all(one.data, type=one.type)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (1 << 20)


def worst(kind: EvidenceType, cost: Callable[[Input], float]) -> tuple[float, str, int]:
    """The greatest cost, the name of its input, and how many inputs there were."""
    found = [(cost(one), one.name) for one in inputs(kind)]
    return *max(found), len(found)


def rows() -> Iterator[Bound]:
    for kind in Registry.builtin():
        path = f"hostile 64 KiB, {kind.name}"
        yield Bound(path, "CPU", "ms", 50, partial(worst, kind, milliseconds))
        yield Bound(path, "memory", "MiB", 16, partial(worst, kind, mebibytes))
