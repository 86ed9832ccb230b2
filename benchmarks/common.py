"""Measuring: rows, the two sides of a row, peers in environments of their own.

A row compares two sides over the same samples. A side is a function from the path of a sample to a
thunk: what it does before it returns (reading the file, building a document) is not measured, the thunk
is. The sides take turns, round by round, so that a busy machine slows both; the ratio is of their best
rounds, and the median of the ratios of all rounds stands beside it.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple, Protocol

from evidence import parse
from evidence.encode.json import to_json
from evidence.registry import Registry
from tests.conftest import CORPUS
from tests.oracles.common import environment

PEERS: Final = Path(__file__).parent / "peers"
ROUNDS: Final = 15
SECONDS: Final = 0.02
"""What one round of one side should take at least."""

Thunk = Callable[[], object]
Prepare = Callable[[Path], Thunk]


def cpu() -> float:
    """Seconds of CPU that this process has used, and those of its children that have ended: others do not count."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


class Pass(Protocol):
    """A side that is ready: `repeat` passes over its samples, in seconds."""

    def __call__(self, repeat: int) -> float: ...


class Side(NamedTuple):
    """Python in this process: a name, and how a sample becomes a thunk."""

    name: str
    prepare: Prepare

    @property
    def label(self) -> str:
        """What a row says that it is measured against."""
        return self.name

    @contextmanager
    def ready(self, samples: Sequence[Path]) -> Iterator[Pass]:
        """The side over `samples`."""
        thunks = [self.prepare(path) for path in samples]

        def timed(repeat: int) -> float:
            start = cpu()
            for _ in range(repeat):
                for thunk in thunks:
                    thunk()
            return cpu() - start

        yield timed

    def accepts(self, samples: Sequence[Path]) -> list[bool]:
        """All of them: a thunk that raises is a fault of the row."""
        return [True] * len(samples)


class Peer(NamedTuple):
    """Another project's reader: what to install for it (once, into `.oracles/NAME`), and its script.

    The script lies in `peers/` and calls `serve.rounds(parse)` (see `peers/serve.py`). Samples that it
    refuses are left out of the row, on both sides.
    """

    name: str
    requirement: str
    script: str

    @property
    def label(self) -> str:
        """What a row says that it is measured against."""
        return f"{self.name} ({self.script.removesuffix('.py')})"

    def _start(self, samples: Sequence[Path]) -> subprocess.Popen[str]:
        python = environment(self.name, self.requirement)
        command = [str(python), str(PEERS / self.script), *map(str, samples)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @contextmanager
    def ready(self, samples: Sequence[Path]) -> Iterator[Pass]:
        """Its process, which times a round of its own whenever it is asked for one."""
        with self._start(samples) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            ask, answer = process.stdin, process.stdout
            answer.readline()

            def timed(repeat: int) -> float:
                ask.write(f"{repeat}\n")
                ask.flush()
                return float(answer.readline())

            yield timed
            ask.close()

    def accepts(self, samples: Sequence[Path]) -> list[bool]:
        """Which samples it reads."""
        with self._start(samples) as process:
            result, _ = process.communicate("")
        accepted: list[bool] = json.loads(result)
        return accepted


class Measured(NamedTuple):
    """What was found out about a row. `seconds` are of one sample, and hold for this machine alone."""

    path: str
    against: str
    value: float | None
    """The ratio of the best rounds, or the worst value of a bound; None if it could not be measured."""
    unit: str
    median: float | None = None
    at_most: float | None = None
    samples: int = 0
    seconds: tuple[float, float] | None = None
    remark: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None if there is no goal, or no value."""
        return None if self.at_most is None or self.value is None else self.value <= self.at_most


class Row(NamedTuple):
    """`ours` / `other` over `samples` shall be at most `at_most`."""

    path: str
    ours: Side
    other: Side | Peer
    samples: Sequence[Path]
    at_most: float | None = None

    def measure(self) -> Measured:
        """The ratio; what a peer cannot do (no network to install it, no sample it reads) is a remark."""
        row = Measured(self.path, self.other.label, None, "x", at_most=self.at_most)
        try:
            read = self.other.accepts(self.samples)
            samples = [path for path, fine in zip(self.samples, read, strict=True) if fine]
            if not samples:
                return row._replace(remark="no sample")
            left_out = len(self.samples) - len(samples)
            remark = f"{left_out} samples that it refuses are left out" if left_out else ""
            with self.ours.ready(samples) as ours, self.other.ready(samples) as other:
                return _compare(row._replace(samples=len(samples), remark=remark), ours, other)
        except (OSError, subprocess.SubprocessError, json.JSONDecodeError) as error:
            return row._replace(remark=f"not measured: {error}")


class Bound(NamedTuple):
    """A value that no input may exceed; `measure_worst` gives it with the name of the worst input."""

    path: str
    against: str
    unit: str
    at_most: float | None
    measure_worst: Callable[[], tuple[float, str, int]]
    """The worst value, of which input, of how many."""

    def measure(self) -> Measured:
        """The worst value."""
        value, worst, count = self.measure_worst()
        return Measured(
            self.path, self.against, value, self.unit, None, self.at_most, count, None, f"worst: {worst}"
        )


def _compare(row: Measured, ours: Pass, other: Pass) -> Measured:
    gc.collect()
    mine, theirs = _repeats(ours), _repeats(other)
    rounds = [(ours(mine) / mine, other(theirs) / theirs) for _ in range(ROUNDS)]
    best = min(a for a, _ in rounds), min(b for _, b in rounds)
    return row._replace(
        value=best[0] / best[1],
        median=median(a / b for a, b in rounds),
        seconds=(best[0] / row.samples, best[1] / row.samples),
    )


def _repeats(side: Pass) -> int:
    """How many passes fill a round. The first pass of all is not counted: modules load in it."""
    side(1)
    repeat = 1
    while (taken := side(repeat)) < SECONDS:
        repeat = max(repeat + 1, int(repeat * min(10.0, 1.2 * SECONDS / max(taken, 1e-9))))
    return repeat


def corpus(*patterns: str) -> list[Path]:
    """Samples of the corpus by glob; none where the corpus is not at hand."""
    return sorted({path for pattern in patterns for path in (CORPUS.glob(pattern) if CORPUS else ())})


def committed(name: str, *patterns: str) -> list[Path]:
    """The valid fixtures of a type, by glob (`*`): what rows are measured on without a corpus."""
    folder = Path(str(Registry.builtin()[name].fixtures)) / "valid"
    return sorted({path for pattern in patterns or ("*.bin",) for path in folder.glob(pattern)})


VARIANTS: Final = 256
"""Pieces that differ in every value that may: more than any memo of a handful keeps, few enough to lie in memory."""


def in_turn(variants: Sequence[bytes]) -> Thunk:
    """Our side over another input each time."""
    inputs = cycle(variants)
    return lambda: to_json(parse(next(inputs)).claims)


def distinct(*same: str) -> Prepare:
    """Our side where no input comes twice: every byte string of 32 bytes or more ends in 8 others each time.

    `same` are fields that stay as they are, where a value is checked against another.
    """

    def prepare(path: Path) -> Thunk:
        data = path.read_bytes()
        return in_turn(varied(data, [end for field, end in claimed_ends(data) if field not in same]))

    return prepare


def fleet(*new: str) -> Prepare:
    """Our side over a fleet: the same platform each time, and other values of the fields `new`."""

    def prepare(path: Path) -> Thunk:
        data = path.read_bytes()
        return in_turn(varied(data, [end for field, end in claimed_ends(data) if field in new]))

    return prepare


def claimed_ends(data: bytes) -> Iterator[tuple[str, int]]:
    """The fields of 32 bytes or more that became a claim and that hold no text or other field, with where they end."""
    sources = [source for source in parse(data).sources() if source.claims and source.layer == "evidence"]
    for field, start, end, *_ in sources:
        inside = any(start <= other.start and other.end <= end and other.field != field for other in sources)
        if end - start >= 32 and not data[start:end].isascii() and not inside:
            yield field, end


def varied(data: bytes, ends: Sequence[int], count: int = VARIANTS) -> list[bytes]:
    """So many variants of `data` with other values in the 8 bytes before each of `ends`; no value comes twice."""
    variants = []
    for number in range(count):
        variant = bytearray(data)
        for index, end in enumerate(ends):
            variant[end - 8 : end] = (number * len(ends) + index).to_bytes(8, "big")
        variants.append(bytes(variant))
    return variants


def to_claims_json(path: Path) -> Thunk:
    """Our side of most rows: bytes to claims to JSON, the type told by the content."""
    data = path.read_bytes()
    return lambda: to_json(parse(data).claims)
