"""`python -m interop [DIR]`: run the other readers, whose environments are made where they are not, and write the page.

DIR has the environments (`.interop`).
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from docs.markdown import code, section, table
from evidence.authoring.cases import cases
from evidence.authoring.comparison import names
from evidence.authoring.foreign import Bounds, ForeignCommand, against
from evidence.authoring.reports import FAILURES, WORDS, ConformanceRun, Outcome, Result
from evidence.errors import safe
from evidence.registry import Registry
from interop.peers import NAMES_ALONE, PEERS, Peer

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parent / "docs" / "interop.md"
HEAD: Final = """# Other readers on our cases

<!-- made by `make interop` -->

Each reader gets every bare case of the types that it reads: no carrier, no attachment, no option. It is right where it finds
the claims that it has a name for (the maps are in `interop/maps/`), and refuses what must be refused. Wrong is what a relying
party would have believed: another value, or none. The cases are generated, with keys and identifiers of our own, so that
everyone can repeat this; a reader is not asked what it does not say that it reads.

`evidence conformance --against 'COMMAND {}' --map FILE` does the same with any other reader.

"""
SHOWN: Final = 4
"""Details of one case that the page has."""


def environment(folder: Path, peer: Peer) -> Path:
    """The Python of the environment that holds the reader; made when it is first needed."""
    python = folder / peer.package / "bin" / "python"
    ready = folder / peer.package / "ready"
    if not ready.exists() or ready.read_text() != peer.requirement:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder / peer.package], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, peer.requirement], check=True)
        ready.write_text(peer.requirement)
    return python


def run(folder: Path, peer: Peer) -> ConformanceRun:
    """What the reader makes of every case that is one for it."""
    registry = Registry.builtin()
    known = names((HERE / "maps" / f"{peer.name}.json").read_bytes())
    python, script = environment(folder, peer).absolute(), HERE / "wrappers" / f"{peer.name}.py"
    command = ForeignCommand(
        f"{shlex.quote(str(python))} {shlex.quote(str(script))} {{}}", Bounds(seconds=60)
    )
    chosen = cases([registry[name] for name in known.types], registry)
    results = against(command, chosen, known, jobs=2)
    return ConformanceRun(
        subject=peer.name, results=tuple(result for result in results if result.outcome != "left-out")
    )


def page(reports: list[tuple[Peer, ConformanceRun]]) -> str:
    """`docs/interop.md`."""
    outcomes: tuple[Outcome, ...] = ("right", *FAILURES)
    counts = [
        (
            *(code(f"{peer.package} {peer.version}"), _types(peer), len(report.results)),
            *(report.outcomes().get(outcome, 0) for outcome in outcomes),
        )
        for peer, report in reports
    ]
    text = HEAD + table(("reader", "evidence", "cases", *(WORDS[outcome] for outcome in outcomes)), counts)
    more = ", ".join(code(name) for name in NAMES_ALONE)
    text += f"\nMaps for readers that are not run here: {more}.\n\n"
    return (
        text
        + "".join(
            section(f"{peer.package} {peer.version}: {_types(peer)}", *_failures(report))
            for peer, report in reports
        ).rstrip("\n")
        + "\n"
    )


def _types(peer: Peer) -> str:
    return ", ".join(names((HERE / "maps" / f"{peer.name}.json").read_bytes()).types)


def _failures(report: ConformanceRun) -> Iterator[str]:
    for outcome in FAILURES:
        rows = [
            (code(result.id), safe(result.what), _details(result))
            for result in report.results
            if result.outcome == outcome
        ]
        yield section(WORDS[outcome].capitalize(), table(("case", "what it is", "difference"), rows), level=3)


def _details(result: Result) -> str:
    more = len(result.details) - SHOWN
    return "; ".join((*result.details[:SHOWN], *([f"{more} more"] if more > 0 else [])))


if __name__ == "__main__":
    environments = Path(sys.argv[1] if sys.argv[1:] else ".interop")
    PAGE.write_text(page([(peer, run(environments, peer)) for peer in PEERS]), encoding="utf-8")
