"""Chunks converted by several processes, their outcomes in the order of the chunks.

A process that ends without a word is replaced. The chunk that it had is tried again, and if that ends the next process as
well, input by input: the one with which a process ended is an error of that input then, and the others are converted.
"""

from __future__ import annotations

import errno
import multiprocessing
import pickle
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Final, NamedTuple

from evidence.bulk.chunks import BulkInput, InputChunk, WorkerDied
from evidence.bulk.summary import ChunkOutcome

DEATHS: Final = 32
"""Processes that may end so before the run does: then something else is wrong."""
AHEAD: Final = 2
"""Chunks for each process that are at work, or done and wait for an earlier one."""
Tick = Callable[[int], None]


class Task(NamedTuple):
    """A chunk with its number. `careful` asks to say each input before it is touched; those of `without` are not touched."""

    number: int
    chunk: InputChunk
    careful: bool = False
    without: frozenset[int] = frozenset()

    def items(self) -> Iterator[BulkInput]:
        """The inputs of the chunk, those with which a process ended as errors."""
        for item in self.chunk.items():
            yield item._replace(content=WorkerDied()) if item.number in self.without else item


Work = Callable[[Task, "Tick | None"], ChunkOutcome]
"""Converts one chunk. It is sent to other processes."""


class WorkersDie(OSError):
    """One process after the other ended without a word: what is written stands, and nothing more comes."""


def run(work: Work, tasks: Iterable[Task], jobs: int) -> Iterator[tuple[Task, ChunkOutcome]]:
    """The outcome of each task, in order. One job is this process itself.

    Raises what `work` raises, and `WorkersDie`.
    """
    if jobs == 1:
        for task in tasks:
            yield task, work(task, None)
        return
    pool = _Pool(work, jobs)
    try:
        yield from pool.run(iter(tasks))
    finally:
        pool.end()


class _Worker:
    """A process that converts chunks, the end of the pipe to it, and what it is at."""

    def __init__(self, work: bytes) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, work), daemon=True)
        self.process.start()
        other.close()
        self.task: Task | None = None
        self.input: int | None = None
        """The input that it said it would touch."""

    def give(self, task: Task) -> None:
        """Let it convert a chunk. That it is dead already is seen where its answer is waited for."""
        self.task, self.input = task, None
        with suppress(OSError):
            self.pipe.send(task)

    def end(self) -> None:
        """Let the process end: it does where its pipe is closed."""
        self.pipe.close()
        self.process.join()


class _Pool:
    def __init__(self, work: Work, jobs: int) -> None:
        self.work, self.jobs = pickle.dumps(work), jobs
        self.workers: list[_Worker] = []
        self.deaths = 0
        self.died: Counter[int] = Counter()

    def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, ChunkOutcome]]:
        order: deque[Task] = deque()
        done: dict[int, ChunkOutcome] = {}
        more = True
        while more or order:
            while more and len(order) < AHEAD * self.jobs and (worker := self._idle()):
                new = next(tasks, None)
                more = new is not None
                if new is not None:
                    order.append(new)
                    worker.give(new)
            for worker, task in self._ready(order, done):
                self._hear(worker, task, done)
            while order and order[0].number in done:
                task = order.popleft()
                yield task, done.pop(task.number)

    def _idle(self) -> _Worker | None:
        """A process without work: a new one, where there are not enough."""
        for worker in self.workers:
            if worker.task is None:
                return worker
        if len(self.workers) == self.jobs:
            return None
        self.workers.append(_Worker(self.work))
        return self.workers[-1]

    def _ready(self, order: deque[Task], done: Mapping[int, ChunkOutcome]) -> list[tuple[_Worker, Task]]:
        """Processes that have something to say of their tasks, where a word of theirs is waited for."""
        busy = {worker.pipe: (worker, worker.task) for worker in self.workers if worker.task is not None}
        if not busy or (order and order[0].number in done):
            return []
        return [busy[pipe] for pipe in wait([*busy]) if isinstance(pipe, Connection)]

    def _hear(self, worker: _Worker, task: Task, done: dict[int, ChunkOutcome]) -> None:
        """What a process says of its task: an input that it will touch, the outcome, or an error to raise."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            self._replace(worker, task)
            return
        if isinstance(message, int):
            worker.input = message
        elif isinstance(message, ChunkOutcome):
            done[task.number] = message
            worker.task = None
        else:
            raise message

    def _replace(self, worker: _Worker, task: Task) -> None:
        """Give the task of a process that has ended to a new one."""
        touched = worker.input
        worker.end()
        self.workers.remove(worker)
        self.deaths += 1
        self.died[task.number] += 1
        if self.deaths > DEATHS:
            raise WorkersDie(errno.ECHILD, f"{self.deaths} processes ended without a word")
        if touched is not None:
            task = task._replace(without=task.without | {touched})
        elif self.died[task.number] > 1:
            task = task._replace(careful=True)
        self.workers.append(_Worker(self.work))
        self.workers[-1].give(task)

    def end(self) -> None:
        for worker in self.workers:
            if worker.task is not None:
                worker.process.terminate()
            worker.end()


def _serve(pipe: Connection, work: bytes) -> None:
    """What a process does, until its parent closes the pipe or is no more. An interrupt is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    convert: Work = pickle.loads(work)  # noqa: S301 (of our own parent)
    with suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                message: Any = convert(task, pipe.send if task.careful else None)
            except BaseException as error:  # noqa: BLE001 (it is raised again by the parent)
                message = _portable(error)
            pipe.send(message)


def _portable(error: BaseException) -> BaseException:
    """The error, or where it cannot be sent one with its text."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (it was an object of ours a moment before)
    except Exception:  # noqa: BLE001 (whatever a plugin raises)
        return RuntimeError(repr(error))
    return error
