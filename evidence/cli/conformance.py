"""`evidence conformance`: the gate over the registered types, and their real samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from evidence.authoring.conformance import ConformanceReport, Corpus, Verified, verified
from evidence.authoring.conformance import conformance as prove
from evidence.authoring.gate import ADMIT, DEEP
from evidence.authoring.plugins import admitted
from evidence.cli import streams
from evidence.cli.ending import BAD, GOOD
from evidence.errors import LONGEST, safe
from evidence.registry import Registry


@click.command()
@click.argument("names", nargs=-1, metavar="[TYPE...]")
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
@click.pass_obj
def conformance(
    registry: Registry, names: tuple[str, ...], corpus: Path | None, deep: bool, verify: bool
) -> int:
    """Prove types: their schema, their fixtures, hostile input, and real samples where they are at hand."""
    samples = Corpus(corpus) if corpus else None
    code = GOOD
    for kind in [admitted(registry, name) for name in names] or list(registry):
        report = prove(kind, registry, samples, DEEP if deep else ADMIT)
        code = BAD if report.defects else code
        streams.put(streams.lines(*_texts(report, corpus)))
        if verify:
            streams.put(streams.lines(_counts(verified(kind, registry, samples))))
    return code


def _counts(facts: Verified) -> str:
    real = ", ".join(f"{passed} of {number} {kind}s" for kind, (passed, number) in sorted(facts.real.items()))
    return (
        f"  verification: {facts.holding} of {facts.stated} facts of its fixtures hold; "
        f"real samples, by the anchors that ship: {real or 'none at hand'}"
    )


def _texts(report: ConformanceReport, corpus: Path | None) -> Iterator[str]:
    yield (
        f"{report.name}: {'admitted' if not report.defects else 'NOT admitted'}; "
        f"{report.valid} valid and {report.invalid} invalid fixtures; "
        f"real samples: {report.declared} declared, {report.proven} proven, {len(report.not_found)} not found"
    )
    for defect in report.defects:
        yield f"  {safe(defect, 10 * LONGEST)}"
    for name in report.not_found if corpus else ():
        yield f"  real/{safe(name)}: not found in {streams.shown(corpus)}"
