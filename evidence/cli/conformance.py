"""`evidence conformance`: the gate over the registered types, or another reader over their cases; and their real samples."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from evidence.authoring import reports
from evidence.authoring.cases import cases, lost
from evidence.authoring.comparison import NameMap, names
from evidence.authoring.conformance import verified
from evidence.authoring.corpus import Corpus
from evidence.authoring.foreign import Bounds, ForeignCommand, against
from evidence.authoring.gate import ADMIT, DEEP
from evidence.authoring.plugins import admitted
from evidence.authoring.reports import ConformanceRun, Result, Tell, wanted
from evidence.cli import proving, streams
from evidence.cli.ending import BAD, GOOD
from evidence.cli.proving import proven
from evidence.errors import UsageError, safe
from evidence.registry import EvidenceType, Registry


@click.command()
@click.argument("types", nargs=-1, metavar="[TYPE...]")
@click.option(
    "--corpus",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="EVIDENCE_CORPUS",
    help="A folder with public samples, found by digest (EVIDENCE_CORPUS).",
)
@click.option(
    "--deep",
    is_flag=True,
    help="All prefixes up to 8 KiB, all flips of all bits, 2000 mutations a fixture.",
)
@click.option("--verify", is_flag=True, help="Count the facts about signatures, bindings and chains as well.")
@click.option(
    "--against",
    metavar="COMMAND",
    help="Run this command on every case instead: {} stands for the file, {case} for one that says all else. It writes claims"
    " in JSON, or refuses by its exit code.",
)
@click.option(
    "--map",
    "names_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="From the names of the command's claims to ours; only those are compared.",
)
@click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(0.01), default=10.0, help="For each run of COMMAND."
)
@click.option("-k", "pattern", metavar="PATTERN", help="Only cases whose id contains or matches this.")
@click.option("--jobs", metavar="N", type=click.IntRange(1), default=1, help="So many at a time.")
@click.option(
    "--report",
    "form",
    metavar="text|json|junit",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    help="What is written to standard output.",
)
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Count the cases on standard error while they run; on a terminal by default.",
)
@click.pass_obj
def conformance(
    registry: Registry,
    types: tuple[str, ...],
    corpus: Path | None,
    deep: bool,
    verify: bool,
    against: str | None,
    names_file: Path | None,
    timeout: float,
    pattern: str | None,
    jobs: int,
    form: str,
    progress: bool | None,
) -> int:
    """Prove types: their schema, their fixtures, hostile input, and real samples where they are at hand.

    With --against, test another reader instead: whether it reads every valid case and finds the claims that are there, and
    refuses every invalid one.
    """
    kinds = [admitted(registry, name) for name in types] or list(registry)
    samples = Corpus(corpus) if corpus else None
    choose = partial(wanted, pattern=pattern)
    with _progress(progress) as tell:
        if against is not None:
            if deep or verify:
                raise UsageError("--deep and --verify prove our own types, and not what --against names")
            command = ForeignCommand(against, Bounds(seconds=timeout))
            known = names(names_file.read_bytes()) if names_file else None
            done = [_foreign(command, kinds, registry, samples, choose, known, jobs, tell)]
            failed = done[0].failed
            if form == "text":
                streams.put(streams.lines(*reports.text(done[0])))
        else:
            if names_file:
                raise UsageError("--map is about the command that --against names")
            chosen = [kind for kind in kinds if pattern is None or _has(kind, registry, choose)]
            if not chosen:
                raise UsageError(f"no case matches {pattern!r}")
            done, failed = [], False
            for report in proven(chosen, registry, corpus, DEEP if deep else ADMIT, pattern, jobs, tell):
                failed = failed or bool(report.defects)
                done.append(ConformanceRun(subject=report.name, results=report.results))
                if form == "text":
                    streams.put(streams.lines(*proving.texts(report, corpus)))
                    if verify:
                        facts = verified(registry[report.name], registry, samples)
                        streams.put(streams.lines(proving.checks(facts)))
    if form != "text":
        streams.put(reports.as_json(done) if form == "json" else reports.as_junit(done))
    return BAD if failed else GOOD


class _progress:  # noqa: N801 (it is used as a function)
    """A function that counts results on standard error, in one line that is written over."""

    def __init__(self, on: bool | None) -> None:
        self.on = sys.stderr is not None and (sys.stderr.isatty() if on is None else on)
        self.count = self.failures = 0

    def __enter__(self) -> Tell:
        return self.tell

    def tell(self, result: Result) -> None:
        self.count += 1
        self.failures += result.outcome in reports.FAILURES
        if self.on:
            line = f"{self.count} cases, {self.failures} failures: {safe(result.id)}"
            sys.stderr.write(f"\r{line[:78]:<78}")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self.on and self.count:
            sys.stderr.write("\n")


def _has(kind: EvidenceType, registry: Registry, choose: Callable[[str], bool]) -> bool:
    """Whether a case of the type is chosen."""
    real = (id for id, _ in lost([kind], None))
    ids = [*(case.id for case in cases([kind], registry)), *real, f"{kind.name}/gate"]
    return any(map(choose, ids))


def _foreign(
    command: ForeignCommand,
    kinds: list[EvidenceType],
    registry: Registry,
    corpus: Corpus | None,
    choose: Callable[[str], bool],
    known: NameMap | None,
    jobs: int,
    tell: Tell,
) -> ConformanceRun:
    selected = [kind for kind in kinds if known is None or kind.name in known.types]
    chosen = [case for case in cases(selected, registry, corpus) if choose(case.id)]
    missing = [
        Result(id=id, type=id.split("/")[0], origin=origin, outcome="not-found")
        for id, origin in lost(selected, corpus)
        if choose(id)
    ]
    if not chosen:
        raise UsageError("no case is chosen")
    results = (*against(command, chosen, known, jobs=jobs, tell=tell), *missing)
    return ConformanceRun(subject=known.reader if known else command.words[0], results=results)
