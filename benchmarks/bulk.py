"""Many inputs: files, packed files and columns against the loop in memory; processes, and memory by the number of inputs.

No two inputs are the same. Rows that compare two sides count the CPU of this process; processes are measured by the clock.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final

import pyarrow as pa

from benchmarks.common import Bound, Row, Side, Thunk, claimed_ends, committed, varied
from benchmarks.intel_tdx import DCAP_QVL
from evidence import parse
from evidence.bulk.jobs import Task
from evidence.bulk.lines import LineWork
from evidence.bulk.parts import PartWork
from evidence.bulk.sources import Query
from evidence.cli.convert import DocumentForm
from evidence.cli.inputs import PieceReader
from evidence.columnar import Converter
from evidence.encode.json import to_json
from evidence.options import Options
from tests.generate import fleet

COUNT: Final = 16_384
"""Inputs of a row."""
BATCH: Final = DCAP_QVL._replace(script="dcap_qvl_batch.py")
MANY: Final = (10_000, 1_000_000)
CLOCKED: Final = 100_000
ROUNDS: Final = 3
MEMORY: Final = 400
"""MiB that a run may take, however many its inputs are."""
DOCUMENT: Final = DocumentForm(strict=False, excepted=(), check=False, native=False, no_identifiers=False)
READER: Final = PieceReader(None, Options(None, ()), None, unwrap_results=False)


@cache
def variants(path: Path) -> list[bytes]:
    """So many inputs, made of one."""
    data = path.read_bytes()
    return varied(data, [end for _, end in claimed_ends(data)], COUNT)


@cache
def folder(path: Path) -> Path:
    """A folder with these inputs: `packed`, and a file of each in `files`."""
    place = Path(mkdtemp(prefix="evidence-bench-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    (place / "packed").write_bytes(b"".join(variants(path)))
    (place / "files").mkdir()
    for number, data in enumerate(variants(path)):
        (place / "files" / f"{number:06}").write_bytes(data)
    return place


def loop(path: Path) -> Thunk:
    """What a program does with inputs in memory, one after the other."""
    return lambda: [to_json(parse(data).claims) for data in variants(path)]


def columns(path: Path) -> Thunk:
    """All columns of the same inputs."""
    inputs = pa.array(variants(path), pa.large_binary())
    return lambda: Converter().convert(inputs)


def lines(query: Query) -> Thunk:
    """JSON LineWork of what a query reads, as `evidence convert` makes them."""
    work = LineWork(READER, DOCUMENT)
    return lambda: [work(Task(number, chunk), None) for number, chunk in enumerate(query.chunks(256))]


def packed_lines(path: Path) -> Thunk:
    """Of a packed file."""
    return lines(Query((str(folder(path) / "packed"),), packed=True))


def folder_lines(path: Path) -> Thunk:
    """Of a folder of files."""
    return lines(Query((str(folder(path) / "files"),), recursive=True))


def part(form: str, path: Path) -> Thunk:
    """A part of a packed file, written and synchronised."""
    work = PartWork(str(folder(path)), form)
    query = Query((str(folder(path) / "packed"),), packed=True, size=len(variants(path)[0]))
    return lambda: [work(Task(number, chunk), None) for number, chunk in enumerate(query.chunks(COUNT))]


def run(path: Path, out: Path, *words: str) -> tuple[float, int]:
    """Seconds by the clock of one command, and the most memory of its process in KiB.

    `ru_maxrss` would begin with what this process has: it is inherited.
    """
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from evidence.cli.commands import commands\n"
        "if __name__ == '__main__':\n"
        "    try: commands.main(sys.argv[1:])\n"
        "    finally: print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
    )
    command = [
        sys.executable,
        "-c",
        program,
        "convert",
        "--packed",
        str(path),
        "--to",
        "parquet",
        "-o",
        str(out),
    ]
    start = time.perf_counter()
    done = subprocess.run([*command, *words], check=True, capture_output=True, text=True, env=os.environ)
    return time.perf_counter() - start, int(done.stdout)


def memory(count: int) -> tuple[float, str, int]:
    """MiB of a run over so many reports, which is one process."""
    with TemporaryDirectory() as place:
        fleet.main(count, Path(place, "packed"))
        _, size = run(Path(place, "packed"), Path(place, "out"))
    return size / 1024, "the only one", count


def two_jobs() -> tuple[float, str, int]:
    """Two processes against one, by the clock."""
    with TemporaryDirectory() as place:
        packed = Path(place, "packed")
        fleet.main(CLOCKED, packed)
        best = [
            min(run(packed, Path(place, f"{jobs}-{turn}"), "--jobs", str(jobs))[0] for turn in range(ROUNDS))
            for jobs in (1, 2)
        ]
    return best[1] / best[0], f"{os.cpu_count()} processors, of which others may have some", CLOCKED


def rows() -> Iterator[Row | Bound]:
    snp = committed("amd-sev-snp", "v3-milan.bin")
    tdx = committed("intel-tdx", "v4-chain.bin")
    memory_loop = Side("parse + to_json in memory", loop)
    yield Row(
        "folder of SNP files to JSON Lines", Side("evidence", folder_lines), memory_loop, snp, at_most=3.5
    )
    yield Row(
        "packed SNP reports to JSON Lines", Side("evidence", packed_lines), memory_loop, snp, at_most=3.5
    )
    yield Row("SNP reports to columns", Side("evidence", columns), memory_loop, snp, at_most=1 / 25)
    yield Row("TDX quotes to columns", Side("evidence", columns), memory_loop, tdx, at_most=1 / 25)
    yield Row("TDX quotes to columns", Side("evidence", columns), BATCH, tdx)
    for form, goal in (("parquet", 1 / 15), ("arrow", 1 / 15)):
        side = Side("evidence", partial(part, form))
        yield Row(f"packed SNP reports to a part, {form}", side, memory_loop, snp, at_most=goal)
    yield Bound("packed SNP reports to Parquet, --jobs 2", "--jobs 1, by the clock", "x", None, two_jobs)
    for count in MANY:
        yield Bound(f"memory of {count} SNP reports to Parquet", "a bound", "MiB", MEMORY, _of(count))


def _of(count: int) -> Callable[[], tuple[float, str, int]]:
    return lambda: memory(count)
