"""`evidence fixtures export`: every case as plain files, for an implementation in any language.

    index.jsonl        one case a line: its files, how they are to be read, what must come out, what it shows and why
    flags.json         the mistakes: what an implementation gets wrong that fails the cases with a flag
    version.json       of the suite and of the claims model, the counts, and the digest of index.jsonl
    README.md          what every member means
    schemas/           of the claims, and of those of each type
    TYPE/valid, TYPE/invalid

The same fixtures give the same bytes, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from evidence import __version__
from evidence.authoring import mistakes
from evidence.authoring.cases import Case, cases, model
from evidence.authoring.fixtures import EVIDENCE
from evidence.authoring.schema import render
from evidence.claims import SCHEMA
from evidence.errors import UsageError
from evidence.registry import EvidenceType, Registry

FORMAT: Final = "evidence-fixtures/1"
"""The format of the exported suite; a change that an older reader would misread is another number."""
README: Final = Path(__file__).with_name("export-readme.md")


def export(folder: Path, kinds: Iterable[EvidenceType], registry: Registry) -> int:
    """Write the suite into `folder`, which must be empty or not there; gives how many cases there are.

    Nothing is ever overwritten: `UsageError` for a folder that holds anything, and `OSError`.
    """
    chosen = tuple(kinds)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty, and nothing is overwritten")
    count = 0
    index: list[bytes] = []
    for case in cases(chosen, registry):
        for name, content in _files(case).items():
            _write(folder / name, content)
        index.append(msgspec.json.encode(row(case)))
        count += 1
    lines = b"".join(line + b"\n" for line in index)
    _write(folder / "index.jsonl", lines)
    for name, content in _beside(chosen, index, lines):
        _write(folder / name, content)
    return count


def row(case: Case) -> dict[str, Any]:
    """The line of the index for one case. What does not apply is not there; nothing is null."""
    names = dict(zip(_parts(case), _files(case), strict=True))
    line: dict[str, Any] = {
        "id": case.id,
        "type": case.type,
        "result": "valid" if case.refusal is None else "invalid",
        "file": names.pop(EVIDENCE),
        "sha256": sha256(case.data).hexdigest(),
        "size": len(case.data),
        "attachments": names,
        "options": dict(case.options),
        "forced": case.forced,
        "carried": case.carried,
        "version": case.version,
        "variant": case.variant,
        "claims": case.claims,
        "error": None if case.refusal is None else msgspec.to_builtins(case.refusal),
        "what": case.what,
        "why": case.why,
        "flags": case.flags,
        "mistakes": case.mistakes,
        "spec": case.spec,
        "origin": case.origin,
    }
    if case.refusal is not None:  # `to_builtins` leaves defaults out, and None is one
        line["error"] = {"part": case.refusal.part, **line["error"]}
    return {name: value for name, value in line.items() if value not in (None, {}, "", False)}


def _parts(case: Case) -> Iterator[str]:
    yield EVIDENCE
    yield from case.attachments


def _files(case: Case) -> dict[str, bytes]:
    """The files of a case by name, in the order of its parts."""
    return {
        f"{case.id}.bin": case.data,
        **{f"{case.id}.{kind}": content for kind, content in case.attachments.items()},
    }


def _beside(kinds: tuple[EvidenceType, ...], index: list[bytes], lines: bytes) -> Iterator[tuple[str, bytes]]:
    rows: list[Mapping[str, Any]] = [msgspec.json.decode(line) for line in index]
    flags = sorted({flag for row in rows for flag in row["flags"]})
    counts = {
        kind.name: {
            result: sum(row["type"] == kind.name and row["result"] == result for row in rows)
            for result in ("valid", "invalid")
        }
        for kind in kinds
    }
    head = {
        "format": FORMAT,
        "version": __version__,
        "claims": SCHEMA,
        "index_sha256": sha256(lines).hexdigest(),
        "cases": counts,
    }
    yield "version.json", render(head).encode()
    yield "flags.json", render({flag: mistakes.sentence(flag) for flag in flags}).encode()
    yield "README.md", README.read_bytes()
    yield "schemas/claims.schema.json", render(model()).encode()
    for kind in kinds:
        if kind.schema is not None:
            yield f"schemas/{kind.name}.schema.json", kind.schema.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
