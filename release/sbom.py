"""The bill of materials in CycloneDX 1.6: what the library is made of, and with which versions it was tested.

The wheel holds no code of others. It holds certificates of vendors (`evidence/verify/anchors`), each of which is a component by its
digest. What is installed beside it are the requirements of `pyproject.toml` and whatever these require: in the versions of the
environment that makes the bill, which is the one of the tests. No clock and no random number: the same files and the same
environment give the same bytes.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OURS: Final = frozenset({"browser", "dev", "site"})
"""Extras that nobody needs who uses the library."""
ANCHORS: Final = "evidence/verify/anchors"


def render(root: Path) -> str:
    """The document."""
    return json.dumps(document(root), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def document(root: Path) -> dict[str, Any]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = requirements(project["dependencies"])
    extras = requirements(
        line for name, lines in project["optional-dependencies"].items() if name not in OURS for line in lines
    )
    required, optional = closure(needed), closure(extras)
    version = re.findall(
        r'^__version__ = "(.*)"$', (root / "evidence/__init__.py").read_text(), re.MULTILINE
    )[0]
    ours = purl(project["name"], version)
    parts = [
        *(
            component(name, "required" if name in required else "optional")
            for name in sorted(required | optional)
        ),
        *(anchor(path, root) for path in sorted((root / ANCHORS).rglob("*")) if is_certificate(path)),
    ]
    direct = {*needed, *extras}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps([ours, parts]))}",
        "version": 1,
        "metadata": {
            **made_at(),
            "component": {
                "type": "library",
                "bom-ref": ours,
                "purl": ours,
                "name": project["name"],
                "version": version,
                "description": project["description"],
                "licenses": [{"expression": project["license"]}],
                "externalReferences": [{"type": "vcs", "url": project["urls"]["Repository"]}],
            },
        },
        "components": parts,
        "dependencies": [
            {"ref": ours, "dependsOn": sorted(reference(name) for name in direct)},
            *(
                {"ref": reference(name), "dependsOn": sorted(map(reference, needs(name)))}
                for name in sorted(required | optional)
            ),
        ],
    }


def made_at() -> dict[str, str]:
    """The time that whoever builds states; none is read from a clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return {"timestamp": datetime.fromtimestamp(int(epoch), UTC).isoformat()} if epoch else {}


def requirements(lines: Iterable[str]) -> set[str]:
    """The names that requirements ask for here, without markers that do not hold and without our own extras."""
    parsed = map(Requirement, lines)
    return {
        canonicalize_name(line.name)
        for line in parsed
        if line.marker is None or line.marker.evaluate({"extra": ""})
    }


def closure(names: set[str]) -> set[str]:
    """The names with all that they require in turn."""
    complete: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        complete.add(name)
        waiting |= needs(name) - complete
    return complete


def needs(name: str) -> set[str]:
    return requirements(installed(name).requires or ())


def installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise SystemExit(f"{name} is required and not installed: the bill would lack it") from None


def purl(name: str, version: str) -> str:
    return f"pkg:pypi/{canonicalize_name(name)}@{version}"


def reference(name: str) -> str:
    return purl(name, installed(name).version)


def component(name: str, scope: str) -> dict[str, Any]:
    """A library that is installed beside ours."""
    metadata = installed(name).metadata
    described = {
        "type": "library",
        "bom-ref": reference(name),
        "purl": reference(name),
        "name": metadata["Name"],
        "version": metadata["Version"],
        "scope": scope,
    }
    return described | {"licenses": licences} if (licences := list(licences_of(metadata))) else described


def licences_of(metadata: Any) -> Iterator[dict[str, Any]]:
    """The licence as the library states it: an expression of SPDX, else the first line of its text."""
    if expression := metadata.get("License-Expression"):
        yield {"expression": expression}
    elif text := (metadata.get("License") or "").strip():
        yield {"license": {"name": text.splitlines()[0][:80]}}
    else:
        for classifier in metadata.get_all("Classifier") or ():
            if classifier.startswith("License :: "):
                yield {"license": {"name": classifier.rpartition(" :: ")[2]}}


def is_certificate(path: Path) -> bool:
    return path.suffix in {".pem", ".der", ".crt", ".cer"}


def anchor(path: Path, root: Path) -> dict[str, Any]:
    """A file of certificates that lies in the wheel."""
    name = path.relative_to(root).as_posix()
    digest = sha256(path.read_bytes()).hexdigest()
    return {
        "type": "file",
        "bom-ref": f"file:{name}",
        "name": name,
        "scope": "required",
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
