"""A package of its own for a new evidence type, complete but for the format.

What the gate says of it is what is left to be done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.authoring.fixtures import REQUIRED_CLASSES, InvalidClass
from evidence.errors import UsageError
from evidence.registry import Registry

TEMPLATE: Final = Path(__file__).with_name("template")
"""The files of such a package; `.txt` behind each name keeps them from being taken for files of ours."""
PACKAGE: Final = "package"
"""The folder in it that becomes the import package."""
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PLAIN: Final = "plain"
"""The valid fixture that recipes are made from."""


class Defect(NamedTuple):
    """A class of invalid fixtures, with what can be said of it before the format is known."""

    kind: InvalidClass
    what: str
    why: str
    edits: tuple[dict[str, Any], ...]
    code: str


DEFECTS: Final = (
    Defect("truncated", "Nothing but the first byte", "A report is whole or none", ({"cut": 1},), "truncated"),
    Defect("trailing", "A byte behind the end", "Nobody knows what it means", ({"append": "ff"},), "trailing-bytes"),
    Defect("wrong-version", "Another version", "It may be laid out otherwise", (), "unsupported-version"),
    Defect("wrong-magic", "Another first byte", "It is other data", ({"set": 0, "hex": "00"},), "unknown-format"),
    Defect("length-overflow", "A length above what follows", "It must be compared before anything is sliced", (), "truncated"),
    Defect("duplicate-key", "A key that is there twice", "Which of the two counts is nobody's guess", (), "bad-encoding"),
    Defect("reserved-bytes", "A reserved byte that is not zero", "A later version may give it a meaning", (), "constraint-violation"),
    Defect("oversize", "More than a piece of evidence may have", "Memory is bounded", ({"pad": limits.EVIDENCE_BYTES + 1},), "limit-exceeded"),
)  # fmt: skip
"""Every class that a type must show. Where there are no edits, the format decides them."""
if [defect.kind for defect in DEFECTS] != [*REQUIRED_CLASSES]:
    raise TypeError("not a recipe for each class of invalid fixtures")


def new_type(name: str, folder: Path, registry: Registry) -> tuple[str, ...]:
    """The names of the files of a new package for the type `name`, written into `folder`.

    Raises `UsageError` for a name that no type can have, and unless the folder is empty or not there.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a type's name has small letters, digits and hyphens: acme-report")
    if name in registry:
        raise UsageError(f"{name!r} is the name of a type that there is")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is there, and is no empty folder")
    files = dict(_files(name))
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return tuple(files)


def _files(name: str) -> Iterator[tuple[str, str]]:
    """Every file with its content."""
    module = f"{name.replace('-', '_')}_evidence"
    words = {
        "name": name,
        "module": module,
        "distribution": f"{name}-evidence",
        "title": name.replace("-", " ").capitalize(),
    }
    for path in sorted(TEMPLATE.rglob("*.txt")):
        first, *rest = path.relative_to(TEMPLATE).with_suffix("").parts
        target = "/".join((module if first == PACKAGE else first, *rest))
        yield target, Template(path.read_text(encoding="utf-8")).substitute(words)
    yield f"{module}/py.typed", ""
    for defect in DEFECTS:
        recipe = {
            "what": defect.what,
            "why": defect.why,
            "kind": defect.kind,
            "origin_of": PLAIN,
            "edits": defect.edits,
            "code": defect.code,
            "at": None,
        }
        yield f"{module}/fixtures/invalid/{defect.kind}.json", json.dumps(recipe, indent=2) + "\n"
