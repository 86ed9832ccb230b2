"""`make release-schemas`: what the types are now becomes what was last released, with which the gate compares from then on."""

from __future__ import annotations

import json
from pathlib import Path

from evidence.authoring.release import described, is_release, since
from evidence.registry import Registry


def freeze(folder: Path, registry: Registry | None = None) -> int:
    """Write schemas and descriptors into `folder`, unless readers would miss something of what lies there."""
    kinds = [kind for kind in registry or Registry.builtin() if kind.schema is not None]
    changes = [*since(registry or Registry.builtin(), folder)] if is_release(folder) else []
    reasons = [change for change in changes if change.breaks]
    print("".join(f"{reason.type}: {reason}\n" for reason in reasons), end="")
    for kind in kinds if not reasons else ():
        assert kind.schema is not None
        (folder / f"{kind.name}.schema.json").write_bytes(kind.schema.read_bytes())
    if not reasons:
        text = json.dumps({kind.name: described(kind) for kind in kinds}, indent=2) + "\n"
        (folder / "types.json").write_text(text, encoding="utf-8")
    return int(bool(reasons))


if __name__ == "__main__":
    raise SystemExit(freeze(Path(__file__).parents[1] / "schemas" / "released"))
