"""For authors of evidence types, and of other readers: record the claims of fixtures, prove a type, test a reader.

    python -m evidence.testing record amd-sev-snp

writes into each `valid/NAME.json` the claims that the type gives now, and into each `real/NAME.json`
whose sample is in `EVIDENCE_CORPUS` their digest. Read the difference before you commit it: it is what
you state to be right. Where the type has no schema yet, it writes a first one, into which these claims fit: widen it by what
the specification allows and no fixture shows, or make the fixture.

A name that is not built in is that of a plugin, which needs no admission yet: this is what it is made with.

    def test_admitted(evidence_type):
        evidence_type.assert_admitted()

is all that the tests of a type need; `evidence_type` comes with this library (`evidence.pytest_plugin`). And

    assert_conformant("my-reader --json {}", "amd-sev-snp", names=Path("my-names.json"))

is all that those of another reader need.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from evidence.authoring import fixtures
from evidence.authoring.conformance import conformance
from evidence.authoring.corpus import Corpus, read_real
from evidence.authoring.draft import draft
from evidence.authoring.gate import ADMIT, DEEP, Depth, claims_digest
from evidence.authoring.plugins import unproven
from evidence.authoring.schema import render
from evidence.convert import Evidence, parse
from evidence.encode.json import to_json
from evidence.errors import NotAdmitted, RegistryError, UsageError
from evidence.registry import EvidenceType, Registry

__all__ = ("ADMIT", "DEEP", "Depth", "Trial", "assert_admitted", "assert_conformant", "record", "trial")


def assert_admitted(kind: EvidenceType, registry: Registry | None = None) -> Registry:
    """`registry` (the built-in types) with `kind`; raises `NotAdmitted` with all reasons."""
    return (Registry.builtin() if registry is None else registry).admit(kind)


class Trial(Struct, frozen=True):
    """An evidence type that is to be proven, in a registry that holds it already."""

    type: EvidenceType
    registry: Registry

    def assert_admitted(self, depth: Depth = ADMIT, corpus: Path | None = None) -> None:
        """Raise `NotAdmitted` with all reasons of the gate, and with what is wrong of public samples.

        These are looked for in `corpus` (`EVIDENCE_CORPUS`); what is not found there is not judged.
        """
        folder = corpus or _corpus()
        report = conformance(self.type, self.registry, Corpus(folder) if folder else None, depth)
        if report.defects:
            raise NotAdmitted(self.type.name, report.defects)


def trial(name: str) -> Trial:
    """The type of this name: a built-in one, or that of a plugin, admitted or not. `UsageError` if there is none."""
    return Trial(*unproven(Registry.builtin(), name))


def assert_conformant(
    command: str,
    *types: str,
    names: Path | None = None,
    pattern: str | None = None,
    corpus: Path | None = None,
    seconds: float = 10,
    jobs: int = 1,
) -> None:
    """Raise `AssertionError` unless a command, in which `{}` stands for the file, is right about every case of these types.

    It is right where it writes the claims of a valid case, or those that the map in the file `names` has under other names,
    and refuses an invalid one by its exit code. No types are all of them. `pattern` chooses cases by their ids. Public
    samples are cases where `corpus` (`EVIDENCE_CORPUS`) has them.
    """
    from evidence.authoring import cases, comparison, foreign, reports

    registry, folder = Registry.builtin(), corpus or _corpus()
    known = comparison.names(names.read_bytes()) if names else None
    kinds = [registry[name] for name in types] or [
        kind for kind in registry if known is None or kind.name in known.types
    ]
    everything = cases.cases(kinds, registry, Corpus(folder) if folder else None)
    chosen = [case for case in everything if reports.wanted(case.id, pattern)]
    runner = foreign.ForeignCommand(command, foreign.Bounds(seconds=seconds))
    results = tuple(foreign.against(runner, chosen, known, jobs=jobs))
    report = reports.ConformanceRun(subject=command, results=results)
    if report.failed:
        raise AssertionError("\n".join(reports.text(report)))
    if "right" not in report.outcomes():
        raise AssertionError(f"{command}: no case was tried")


def _corpus() -> Path | None:
    """The folder of public samples that the environment names."""
    folder = os.environ.get("EVIDENCE_CORPUS")
    return Path(folder) if folder else None


def record(kind: EvidenceType, registry: Registry, corpus: Corpus | None = None) -> list[str]:
    """Write the present claims of every valid fixture of `kind`, the digests of its real samples, and a first schema.

    A schema that is there stays as it is. Gives the names of what changed.
    """
    changed = []
    valid = tuple(fixtures.valid(kind.fixtures)) if kind.fixtures else ()
    for loaded in valid:
        piece = parse(
            loaded.data,
            type=kind.name if loaded.fixture.force else None,
            options=loaded.fixture.options or None,
            attachments=loaded.attachments,
            registry=registry,
        )
        changed += _set(kind, f"valid/{loaded.name}", "claims", msgspec.json.decode(to_json(piece.claims)))
    for name, entry in fixtures.real(kind.fixtures) if kind.fixtures and corpus else ():
        parts = corpus.parts(entry) if corpus else None
        read = read_real(kind, registry, entry, parts) if parts else None
        if isinstance(read, Evidence):
            changed += _set(kind, f"real/{name}", "claims_sha256", claims_digest(read).hex())
    if valid and kind.schema is not None and not kind.schema.is_file():
        Path(str(kind.schema)).write_text(render(draft(kind, registry)), encoding="utf-8")
        changed.append(kind.schema.name)
    return changed


def _set(kind: EvidenceType, name: str, member: str, value: object) -> list[str]:
    path = Path(str(kind.fixtures)) / f"{name}.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if document.get(member) == value:
        return []
    document[member] = value
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [name]


def main(arguments: list[str]) -> int:
    """The command; see the module's docstring."""
    try:
        match arguments:
            case ["record", name]:
                folder = _corpus()
                kind, registry = unproven(Registry.builtin(), name)
                for fixture in record(kind, registry, Corpus(folder) if folder else None):
                    sys.stdout.write(f"recorded {fixture}\n")
            case _:
                raise UsageError("usage: python -m evidence.testing record TYPE")
    except (UsageError, RegistryError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
