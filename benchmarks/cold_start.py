"""How long a process takes that converts one file, next to one that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.common import Row, Side, Thunk, committed

ENVIRONMENT: Final = {name: word for name, word in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""An installed library has its bytecode; without this, every start would compile it."""


def process(*command: str) -> Thunk:
    """A process from its start to its end, its output unread."""
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)


EVIDENCE = str(Path(sys.executable).parent / "evidence")
CONVERT = Side("evidence convert", lambda path: process(EVIDENCE, "convert", str(path)))
NOTHING = Side("python -I -c pass", lambda _: process(sys.executable, "-I", "-c", "pass"))


def rows() -> Iterator[Row]:
    samples = committed("amd-sev-snp", "v3-milan.bin")
    yield Row("cold `evidence convert` of an SNP file", CONVERT, NOTHING, samples, at_most=8)
