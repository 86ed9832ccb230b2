"""Runs every engine over the same reports, and says what each lost, doubled or changed.

python -m tests.engines [COUNT [ENGINE …]]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.engines import compare, reports
from tests.engines.engines import ENGINES, KILLED

ALLOWED: Final = 1_800
"""Seconds that one engine may take."""


def main(count: int, engines: list[str]) -> int:
    """Run all; 1 where anything is wrong."""
    wrong = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = folder / "reports"
        made.mkdir()
        reports.parts(made, count)
        print(f"{count} inputs in {reports.PARTS} files", flush=True)
        for engine in engines:
            lines = run(engine, folder, count)
            wrong |= bool(lines)
            print(*(f"  {line}" for line in lines), sep="\n", end="\n" if lines else "", flush=True)
    return int(wrong)


def run(engine: str, folder: Path, count: int) -> list[str]:
    """What is wrong with one engine, which runs in a process of its own."""
    output, mark = folder / engine, folder / f"{engine}.killed"
    words = [
        sys.executable,
        "-m",
        "tests.engines",
        "--one",
        engine,
        str(folder / "reports"),
        str(output),
        str(mark),
        str(count // 2),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=ALLOWED)
    if done.returncode:
        print(f"{engine}: WRONG", flush=True)
        return [f"{engine}: ended with {done.returncode}", *done.stderr.splitlines()[-30:]]
    lines = list(compare.complaints(folder / "reports", output))
    if engine in KILLED and not mark.exists():
        lines.append("no worker was killed")
    killed = ", one worker killed" if mark.exists() else ""
    verdict = "WRONG" if lines else "right"
    print(f"{engine}: {verdict}, {compare.errors(output)} rows of errors{killed}", flush=True)
    return lines


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        engine, *paths, victim = sys.argv[2:]
        ENGINES[engine](*map(Path, paths), int(victim))  # type: ignore[arg-type, call-arg]
    else:
        number, *names = sys.argv[1:] or ["20000"]
        sys.exit(main(int(number), names or list(ENGINES)))
