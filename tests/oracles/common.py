"""Running readers, reading the list of samples, writing `real/` entries."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
READERS = Path(__file__).parent / "readers"
ENVIRONMENTS = ROOT / ".oracles"
"""Where each reader has its own environment; not committed."""

Facts = dict[str, Any]


class Reader(NamedTuple):
    """An independent reader: its name, what to install for it, its script in `readers/`, the part that it reads."""

    name: str
    requirement: str
    script: str
    part: str = "evidence"

    def ask(self, samples: list[Sample]) -> list[Facts | None]:
        """What it says about its part of each sample; None where there is no such part, or where it refuses."""
        parts = [{"evidence": sample.path, **sample.parts}.get(self.part) for sample in samples]
        heard = iter(self.facts([part for part in parts if part is not None]))
        return [None if part is None else next(heard) for part in parts]

    def facts(self, files: list[Path]) -> list[Facts | None]:
        """What it says about each file; None where it refuses."""
        command = [str(self._python()), str(READERS / self.script), *map(str, files)]
        output = subprocess.run(command, check=True, capture_output=True, text=True)
        return [json.loads(line) for line in output.stdout.splitlines()]

    def version(self) -> str:
        """Its name and version, as entries quote it."""
        code = f"from importlib.metadata import version; print(version({self.name!r}))"
        output = subprocess.run([self._python(), "-c", code], check=True, capture_output=True, text=True)
        return f"{self.name} {output.stdout.strip()}"

    def _python(self) -> Path:
        return environment(self.name, self.requirement)


def environment(name: str, requirement: str) -> Path:
    """The Python of the environment that holds another project's library; made when it is first needed."""
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    ready = folder / "ready"
    if not ready.exists() or ready.read_text() != requirement:
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, requirement], check=True)
        ready.write_text(requirement)
    return python


class Sample(NamedTuple):
    """One file of the corpus, and how an entry speaks of it."""

    name: str
    path: Path
    row: dict[str, str]
    parts: dict[str, Path] = {}  # noqa: RUF012 (never changed): attachments by kind
    extra: Facts = {}  # noqa: RUF012 (never changed): `options`, `force`, `code`, `at`, and facts of another source


def manifest(folder: Path) -> Iterator[dict[str, str]]:
    """The rows of a folder's MANIFEST.tsv; a source that is the same as that of the row before it is written out."""
    source = ""
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            source = source if row["source"] == "same" else row["source"]
            yield row | {"source": source}


def agreed(readers: list[tuple[str, Facts]], where: str) -> tuple[Facts, list[str]]:
    """All facts of all readers; those on which they differ are said aloud and left out."""
    facts: Facts = {}
    disputed = set()
    for name, text in readers:
        for path, value in text.items():
            if facts.setdefault(path, value) != value:
                disputed.add(path)
                print(f"{where}: {name} says {path} is {value!r:.80}, before it {facts[path]!r:.80}")
    return {path: value for path, value in facts.items() if path not in disputed}, sorted(disputed)


ORIGINS = (
    # in order: what was changed, or came out of software, is not of hardware, however real it is
    ("emul", "emulator"),
    *(
        (word, "other-implementation")
        for word in ("implementation", "service", "synthetic", "mutated", "tampered")
    ),
    ("real", "hardware"),
    ("hardware", "hardware"),
)


def origin(row: dict[str, str]) -> str:
    """The kind of maker of a sample, in the words of `real/` entries."""
    words = row["origin"].lower()
    return next((kind for word, kind in ORIGINS if word in words), "other-implementation")


def write(kind: str, samples: list[Sample], readers: list[Reader]) -> None:
    """The `real/` entries of a type, with what the readers say and our digests kept."""
    folder = ROOT / "fixtures" / kind / "real"
    folder.mkdir(parents=True, exist_ok=True)
    text = [(reader, reader.ask(samples)) for reader in readers]
    versions = {reader.name: reader.version() for reader in readers}
    for index, sample in enumerate(samples):
        heard = [(reader.name, facts[index]) for reader, facts in text]
        speaking = [(name, facts) for name, facts in heard if facts is not None]
        facts, _ = agreed(speaking, sample.name)
        _write_one(folder / f"{sample.name}.json", sample, facts, [versions[name] for name, _ in speaking])
    print(f"{kind}: {len(samples)} entries; " + ", ".join(_count(reader, facts) for reader, facts in text))


def _count(reader: Reader, facts: list[Facts | None]) -> str:
    return f"{reader.name} reads {sum(fact is not None for fact in facts)} of {len(facts)}"


def _write_one(path: Path, sample: Sample, facts: Facts, readers: list[str]) -> None:
    row = sample.row
    extra = dict(sample.extra)
    told, by = extra.pop("facts", {}), extra.pop("facts_from", "the maker of the sample")
    document: Facts = {
        "what": row["what"] or row["format"],
        "source": f"{row['source']}, {Path(row['file']).name}",
        "licence": row["licence"],
        "origin": origin(row),
        "parts": {"evidence": row["sha256"]} | {part: digest(file) for part, file in sample.parts.items()},
        **extra,
        "facts": facts | told,
        "facts_from": readers + ([by] if told else []),
    }
    if path.exists() and (kept := json.loads(path.read_text()).get("claims_sha256")):
        document["claims_sha256"] = kept
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()
