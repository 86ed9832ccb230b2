"""The gate over several types, one after the other or side by side, and what people are told of each."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from evidence.authoring.conformance import ConformanceReport, VerifiedType
from evidence.authoring.conformance import conformance as prove
from evidence.authoring.corpus import Corpus
from evidence.authoring.gate import Depth
from evidence.authoring.reports import WORDS, ConformanceRun, Tell, counted, wanted
from evidence.cli import streams
from evidence.errors import LONGEST, safe
from evidence.registry import EvidenceType, Registry


def proven(
    kinds: list[EvidenceType],
    registry: Registry,
    corpus: Path | None,
    depth: Depth,
    pattern: str | None,
    jobs: int,
    tell: Tell,
) -> Iterator[ConformanceReport]:
    """The reports of the types in their order; with several jobs, types of our own are proven in processes of their own."""
    own = {kind.name for kind in Registry.builtin()}
    if jobs == 1:
        samples = Corpus(corpus) if corpus else None
        for kind in kinds:
            yield prove(kind, registry, samples, depth, choose=partial(wanted, pattern=pattern), tell=tell)
        return
    plugins = [kind for kind in registry if kind.name not in own]
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        apart = {
            kind.name: pool.submit(_one, kind.name, corpus, depth, pattern)
            for kind in kinds
            if kind.name in own and not plugins
        }
        samples = Corpus(corpus) if corpus and len(apart) < len(kinds) else None
        for kind in kinds:
            if kind.name in apart:
                report = apart[kind.name].result()
                for result in report.results:
                    tell(result)
                yield report
            else:
                yield prove(
                    kind, registry, samples, depth, choose=partial(wanted, pattern=pattern), tell=tell
                )


def _one(name: str, corpus: Path | None, depth: Depth, pattern: str | None) -> ConformanceReport:
    """The report of one type of our own, in a process of its own."""
    registry = Registry.builtin()
    samples = Corpus(corpus) if corpus else None
    return prove(registry[name], registry, samples, depth, choose=partial(wanted, pattern=pattern))


def checks(facts: VerifiedType) -> str:
    real = ", ".join(f"{passed} of {number} {kind}s" for kind, (passed, number) in sorted(facts.real.items()))
    return (
        f"  verification: {facts.holding} of {facts.stated} facts of its fixtures hold; "
        f"real samples, by the anchors that ship: {real or 'none at hand'}"
    )


def texts(report: ConformanceReport, corpus: Path | None) -> Iterator[str]:
    yield (
        f"{report.name}: {'admitted' if not report.defects else 'NOT admitted'}; "
        f"{report.valid} valid and {report.invalid} invalid fixtures; "
        f"real samples: {report.declared} declared, {report.proven} proven, {len(report.missing)} not found"
    )
    for origin, counts in ConformanceRun(subject=report.name, results=report.results).origins().items():
        yield f"  {origin}: {counted(counts)}"
    for defect in report.defects:
        yield f"  {safe(defect, 10 * LONGEST)}"
    for name in report.missing if corpus else ():
        yield f"  real/{safe(name)}: {WORDS['not-found']} in {streams.shown(corpus)}"
