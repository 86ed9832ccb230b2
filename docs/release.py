"""`make release-schemas`: each type's schema becomes the one last released, with which the gate compares from then on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evidence.authoring.schema import TypeSchema, incompatible
from evidence.registry import EvidenceType, Registry


def broken(kind: EvidenceType, folder: Path) -> Iterator[str]:
    """What a reader of documents of the last release would miss."""
    released = folder / f"{kind.name}.schema.json"
    if kind.schema is not None and released.is_file():
        yield from incompatible(TypeSchema(released).schema, TypeSchema(kind.schema).schema)


def freeze(folder: Path) -> int:
    """Copy the schema of every type into `folder`, unless one of them is not compatible with what lies there."""
    kinds = [kind for kind in Registry.builtin() if kind.schema is not None]
    reasons = [f"{kind.name}: {reason}" for kind in kinds for reason in broken(kind, folder)]
    print("".join(f"{reason}\n" for reason in reasons), end="")
    for kind in kinds if not reasons else ():
        assert kind.schema is not None
        (folder / f"{kind.name}.schema.json").write_bytes(kind.schema.read_bytes())
    return int(bool(reasons))


if __name__ == "__main__":
    raise SystemExit(freeze(Path(__file__).parents[1] / "schemas" / "released"))
