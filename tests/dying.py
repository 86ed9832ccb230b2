"""Work for the processes of a run that does what its inputs say: dies, fails, or gives their numbers.

A module of its own, for each process imports it.
"""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

from evidence.bulk.chunks import BulkInput
from evidence.bulk.jobs import Task, Tick
from evidence.bulk.summary import ChunkOutcome, Tally
from evidence.errors import EvidenceError


def numbers(task: Task, tick: Tick | None) -> ChunkOutcome:
    """Work that a test sees through: the number of each input, and the code of each error."""
    text = []
    for item in task.items():
        if tick is not None:
            tick(item.number)
        if isinstance(item.content, EvidenceError):
            text.append(f"{item.number} {item.content.code}\n")
            continue
        _act(item)
        text.append(f"{item.number}\n")
    tally = Tally()
    tally.inputs = len(text)
    return ChunkOutcome(tally, (), "".join(text).encode())


def _act(item: BulkInput) -> None:
    """What the content of an input asks for."""
    if item.content == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if isinstance(item.content, bytes) and item.content.startswith(b"once "):
        mark = Path(item.content[5:].decode())
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    if item.content == b"raise":
        raise OSError(errno.ENOSPC, "no room", "somewhere")
    if item.content == b"strange":

        class Strange(Exception):
            pass

        raise Strange("of nobody")
