"""For authors of evidence types: record the claims of fixtures, draft a schema, prove a type.

    python -m evidence.testing record amd-sev-snp

writes into each `valid/NAME.json` the claims that the type gives now, and into each `real/NAME.json`
whose sample is in `EVIDENCE_CORPUS` their digest. Read the difference before you commit it: it is what
you state to be right.

    python -m evidence.testing draft amd-sev-snp

prints a schema into which the claims of all valid fixtures fit, as a start: widen it by what the
specification allows and no fixture shows, or make the fixture.

A name that is not built in is that of a plugin, which needs no admission yet: this is what it is made with.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from evidence.authoring import fixtures
from evidence.authoring.corpus import Corpus, read_real
from evidence.authoring.draft import draft
from evidence.authoring.gate import ADMIT, DEEP, Depth, claims_digest
from evidence.authoring.plugins import unproven
from evidence.authoring.schema import render
from evidence.convert import Evidence, parse
from evidence.encode.json import to_json
from evidence.errors import RegistryError, UsageError
from evidence.registry import EvidenceType, Registry

__all__ = ("ADMIT", "DEEP", "Depth", "assert_admitted", "record")


def assert_admitted(kind: EvidenceType, registry: Registry | None = None) -> Registry:
    """`registry` (the built-in types) with `kind`; raises `NotAdmitted` with all reasons."""
    return (Registry.builtin() if registry is None else registry).admit(kind)


def record(kind: EvidenceType, registry: Registry, corpus: Corpus | None = None) -> list[str]:
    """Write the present claims of every valid fixture of `kind`, and the digests of its real samples.

    Gives the names of the files that changed.
    """
    changed = []
    for loaded in fixtures.valid(kind.fixtures) if kind.fixtures else ():
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
    builtin = Registry.builtin()
    try:
        match arguments:
            case ["record", name]:
                folder = os.environ.get("EVIDENCE_CORPUS")
                kind, registry = unproven(builtin, name)
                for fixture in record(kind, registry, Corpus(Path(folder)) if folder else None):
                    sys.stdout.write(f"recorded {fixture}\n")
            case ["draft", name]:
                sys.stdout.write(render(draft(*unproven(builtin, name))))
            case _:
                raise UsageError("usage: python -m evidence.testing record|draft TYPE")
    except (UsageError, RegistryError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
