"""`python -m benchmarks [MODULE…]`: a table on standard output, and the same in `results/` as JSON."""

from __future__ import annotations

import json
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import evidence
from benchmarks.common import Measured
from tests.conftest import CORPUS

HERE = Path(__file__).parent
RESULTS = HERE / "results"
MODULES = sorted(path.stem for path in HERE.glob("[a-z]*.py") if path.stem != "common")


def show(row: Measured) -> None:
    """One line of the table."""
    value = "-" if row.value is None else f"{row.value:.2f} {row.unit}"
    median = "" if row.median is None else f"{row.median:.2f}"
    goal = "" if row.at_most is None else f"<= {row.at_most:g}"
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    line = f"{row.path:<38} {row.against:<50} {value:>10} {median:>7} {goal:>8} {verdict:<6} {row.samples:>4}"
    print(f"{line}  {row.remark}".rstrip(), flush=True)


def main(rows: list[str]) -> None:
    print(f"evidence {evidence.__version__}, Python {platform.python_version()}; ratios of best rounds")
    if CORPUS is None:
        print("without a corpus: measured on committed fixtures alone")
    titles = ("path", "against", "value", "median", "goal", "", "n")
    print("{:<38} {:<50} {:>10} {:>7} {:>8} {:<6} {:>4}".format(*titles))
    entries = []
    for name in rows or MODULES:
        for row in import_module(f"benchmarks.{name}").rows():
            entries.append(row.measure())
            show(entries[-1])
    now = datetime.now(UTC)
    document = {
        "version": evidence.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "at": now.isoformat(timespec="seconds"),
        "corpus": CORPUS is not None,
        "rows": [{**row._asdict(), "met": row.met} for row in entries],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(document, indent=2) + "\n")
    print(f"written to {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main(sys.argv[1:])
