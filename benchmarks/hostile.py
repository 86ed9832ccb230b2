"""What any input can cost: the worst of a seeded set, with everything that can be asked of what is inside.

Of 64 KiB for every registered type (its fixtures blown up, damaged and filled), and of 64 KiB, 1 MiB and 16 MiB
in every shape of `_shapes` and around fixtures. Each input is read in a process of its own, so that its memory
is told apart from that of the others. A type whose format has a costly corner adds inputs in its module: a
function `hostile() -> Iterator[tuple[str, bytes]]` (name, bytes of at most 64 KiB).
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Final, NamedTuple

from msgspec.structs import replace

from benchmarks._logs import logs
from benchmarks._shapes import report, shapes
from benchmarks.common import Bound
from evidence import parse_all
from evidence.authoring import fixtures
from evidence.authoring.gate import mutation
from evidence.claims import Note
from evidence.convert import Evidence, Failure
from evidence.encode.cbor import from_cbor, to_cbor
from evidence.encode.json import from_json, to_json
from evidence.encode.native import to_native_json
from evidence.errors import EvidenceError
from evidence.logs import forms
from evidence.logs.entries import to_json as to_events_json
from evidence.logs.report import document as report_events
from evidence.privacy import withhold
from evidence.registry import EvidenceType, Registry

KIB, MIB = 1 << 10, 1 << 20
SIZE: Final = 64 * KIB
GOALS: Final = {64 * KIB: (50, 16), MIB: (500, 64), 16 * MIB: (5000, 256)}
"""Bytes of an input, and what it may cost: milliseconds of CPU, MiB of memory."""
TIMES, BESIDE = 64, 64 * KIB
"""Bytes of output: so many times the input, and so many more."""
SEED: Final = 0x484F5354
SEVERAL: Final = 3
"""Fixtures of a type that are blown up beyond 64 KiB."""


LOG: Final = "an event log"
"""What stands for the type where an input is read as a log alone."""
LOG_SIZES: Final = (64 * KIB, 4 * MIB)
DOCUMENT: Final = "a claims document"
"""What stands for the type where an input is read as what we wrote ourselves."""


class HostileInput(NamedTuple):
    name: str
    data: bytes
    type: str | None = None


class Cost(NamedTuple):
    """CPU (ms), memory (MiB) and output as a part of what is allowed, of one input."""

    milliseconds: float
    mebibytes: float
    output: float
    name: str


def of_type(kind: EvidenceType) -> Iterator[HostileInput]:
    """Fixtures blown up, damaged and filled, and the type's own inputs: forced to be of the type, and not."""
    chance = random.Random(f"{SEED}{kind.name}")  # noqa: S311 (repeatable, not secret)
    for name, data in (*_grown(kind, SIZE), *_damaged(kind, chance), *_own(kind), *shapes(SIZE)):
        yield HostileInput(f"{name}, forced", data[:SIZE], kind.name)
    for name, data in (*_grown(kind, SIZE), *_damaged(kind, chance), *_own(kind)):
        yield HostileInput(name, data[:SIZE])


def of_size(size: int) -> Iterator[HostileInput]:
    """Every shape, and the longest fixtures of each type blown up."""
    for name, data in shapes(size):
        yield HostileInput(name, data[:size])
    for kind in Registry.builtin():
        for name, data in _grown(kind, size, SEVERAL) if size > SIZE else ():
            yield HostileInput(f"{kind.name}: {name}", data[:size])


def documents(size: int) -> Iterator[HostileInput]:
    """Every shape, and a document with as many environments, entries and notes as fit, to be read back."""
    (piece,) = parse_all(report())
    assert isinstance(piece, Evidence)
    claims = piece.claims
    whole = len(to_json(claims))
    first, entry, note = (
        claims.environments[0],
        claims.environments[0].values[0],
        Note(code="x", path="/a/b", detail="y"),
    )
    many = {
        "environments": replace(
            claims,
            environments=tuple(
                replace(first, id=str(n), parent=str(n + 1)) for n in range(size // whole + 1)
            ),
        ),
        "values": replace(
            claims,
            environments=(
                replace(first, values=tuple(replace(entry, name=str(n)) for n in range(size // 40))),
            ),
        ),
        "notes": replace(claims, notes=(note,) * (size // 40)),
    }
    for name, document in many.items():
        yield HostileInput(f"{name}, JSON", to_json(document)[:size], DOCUMENT)
        yield HostileInput(f"{name}, CBOR", to_cbor(document)[:size], DOCUMENT)
    for name, data in shapes(size):
        yield HostileInput(name, data[:size], DOCUMENT)


def event_logs(size: int) -> Iterator[HostileInput]:
    """Logs of every form with what costs most in each, and every shape."""
    for name, data in (*logs(size), *shapes(size)):
        yield HostileInput(f"a log: {name}", data[:size], LOG)


def _grown(kind: EvidenceType, size: int, most: int | None = None) -> Iterator[tuple[str, bytes]]:
    loaded = sorted(fixtures.valid(kind.fixtures) if kind.fixtures else (), key=lambda one: -len(one.data))
    for one in loaded[:most]:
        data = one.data
        yield f"{one.name} and zeros", data.ljust(size, b"\0")
        yield f"{one.name} and ones", data.ljust(size, b"\xff")
        yield f"{one.name} again and again", data * (size // max(len(data), 1) + 1)
        yield f"{one.name} in hexadecimal", data.hex().encode().ljust(size, b"0")
        line = data.hex().encode().ljust(600, b"0") + b"\n"
        yield f"{one.name} in many lines", line * max(1, size // len(line))


def _damaged(kind: EvidenceType, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    for one in fixtures.valid(kind.fixtures) if kind.fixtures else ():
        for number in range(4):
            damaged = mutation(one.data, chance)
            yield (
                f"{one.name}, mutation {number}",
                damaged + chance.randbytes(max(0, SIZE - len(damaged))),
            )


def _own(kind: EvidenceType) -> Iterator[tuple[str, bytes]]:
    module = f"benchmarks.{kind.name.replace('-', '_')}"
    if find_spec(module):
        yield from getattr(import_module(module), "hostile", tuple)()


def ask(data: bytes, type: str | None) -> int:
    """Everything that can be asked of an input; the bytes of the lines that `convert --lines` writes of it."""
    if type == DOCUMENT:
        for read in (from_json, from_cbor):
            with suppress(EvidenceError):
                read(data)
        return 0
    if type == LOG:
        with suppress(EvidenceError):
            to_events_json(report_events(data, forms.read(data), None))
        return 0
    written = 0
    for piece in parse_all(data, type=type):
        written += len(json.dumps({"input": "", "at": piece.at}))
        written += _failed(piece) if isinstance(piece, Failure) else _questions(piece)
    return written


def _failed(piece: Failure) -> int:
    return len(json.dumps(piece.error.as_dict()))


def _questions(piece: Evidence) -> int:
    document = to_json(piece.claims)
    to_cbor(piece.claims)
    to_json(withhold(piece.claims))
    to_native_json(piece.native)
    piece.sources()
    piece.unsigned()
    for signature in piece.signed():
        if not signature.missing:
            piece.message(signature)
    return len(document)


def cost(one: HostileInput) -> Cost:
    """What one input costs, in a process of its own; the better of two times where it is above the goal."""
    size = next(size for size in sorted(GOALS) if len(one.data) <= size)
    first = _in_a_child(one)
    if first.milliseconds > GOALS[size][0]:
        second = _in_a_child(one)
        return first._replace(milliseconds=min(first.milliseconds, second.milliseconds))
    return first


def _in_a_child(one: HostileInput) -> Cost:
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(send, json.dumps(_measured(one)).encode())
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as answer:
        whole = answer.read()
    os.waitpid(child, 0)
    if not whole:
        raise RuntimeError(f"{one.name}: the process that read it ended without an answer")
    milliseconds, mebibytes, output = json.loads(whole)
    return Cost(milliseconds, mebibytes, output, one.name)


def _measured(one: HostileInput) -> tuple[float, float, float]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    written = ask(one.data, one.type)
    taken = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return taken * 1000, grown / KIB, written / (TIMES * len(one.data) + BESIDE)


def warm_up() -> None:
    """Load every module that reading may need, so that no child has to; nothing of this process is collected in one."""
    for kind in Registry.builtin():
        for loaded in fixtures.valid(kind.fixtures) if kind.fixtures else ():
            ask(loaded.data, None)
    for _, data in shapes(4 * KIB):
        ask(data, None)
    gc.collect()
    gc.freeze()


@cache
def costs(of: Callable[[], Iterator[HostileInput]]) -> tuple[Cost, ...]:
    """What each of the inputs costs; the rows of one set look at different parts of the same."""
    warm_up()
    return tuple(map(cost, of()))


def worst(of: Callable[[], Iterator[HostileInput]], part: str) -> tuple[float, str, int]:
    """The greatest of one part of the costs, the name of its input, and how many inputs there were."""
    all = costs(of)
    greatest = max(all, key=lambda one: float(getattr(one, part)))
    return float(getattr(greatest, part)), greatest.name, len(all)


def rows() -> Iterator[Bound]:
    for size in GOALS:
        yield from _rows(f"hostile {size // KIB} KiB, any", size, partial(of_size, size))
        yield from _rows(f"hostile {size // KIB} KiB, documents", size, partial(documents, size))
    for size in LOG_SIZES:
        yield from _rows(f"hostile {size // KIB} KiB, event logs", size, partial(event_logs, size))
    for kind in Registry.builtin():
        yield from _rows(f"hostile {SIZE // KIB} KiB, {kind.name}", SIZE, partial(of_type, kind))


def _rows(path: str, size: int, of: Callable[[], Iterator[HostileInput]]) -> Iterator[Bound]:
    milliseconds, mebibytes = GOALS[min(goal for goal in GOALS if goal >= size)]
    yield Bound(path, "CPU", "ms", milliseconds, partial(worst, of, "milliseconds"))
    yield Bound(path, "memory", "MiB", mebibytes, partial(worst, of, "mebibytes"))
    yield Bound(path, "output / allowed", "x", 1, partial(worst, of, "output"))
