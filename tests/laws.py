"""The laws of the gate over every file of a folder of public samples: `python -m tests.laws DIR [FLIPS [PARTS]]`.

Prints one line for each way in which a law is broken, with how often and where first. A piece of evidence with the same
bytes and attachments as another is looked at once.
"""

from __future__ import annotations

import random
import re
import sys
from hashlib import sha256
from pathlib import Path

from evidence import limits
from evidence.authoring.gate.flips import flips
from evidence.authoring.gate.less import less
from evidence.authoring.gate.loud import silent
from evidence.authoring.gate.proof import SEED
from evidence.convert import Evidence
from evidence.filesystem import load_all
from evidence.registry import Registry

NUMBERS = re.compile(r"\b(0x[0-9a-f]+|[0-9]+)\b")


def main(folder: str, most_flips: int = 32, most_parts: int = 32) -> int:
    """The number of ways in which a law is broken."""
    registry, broken = Registry.builtin(), dict[str, list[str]]()
    passed: set[bytes] = set()
    for path in sorted(Path(folder).rglob("*")):
        if not path.is_file() or path.stat().st_size > limits.INPUT_BYTES:
            continue
        for pieces in load_all(path):
            if isinstance(pieces, Evidence) and (digest := _digest(pieces)) not in passed:
                passed.add(digest)
                chance = random.Random(f"{SEED}{path.name}")  # noqa: S311 (repeatable, not secret)
                for reason in (
                    *flips(pieces, registry, chance, most_flips),
                    *less(pieces, registry, chance, most_parts),
                    *silent(pieces.claims),
                ):
                    kind = f"{pieces.type.name}: {NUMBERS.sub('N', reason)}"
                    broken.setdefault(kind, []).append(f"{path} {pieces.at}: {reason}")
    for kind, places in broken.items():
        sys.stdout.write(f"{kind} ({len(places)} times)\n    {places[0]}\n")
    sys.stdout.write(f"{len(passed)} pieces of evidence, {len(broken)} ways in which a law is broken\n")
    return len(broken)


def _digest(piece: Evidence) -> bytes:
    parts = [piece.type.name.encode(), piece.input.data, *piece.input.attachments.values()]
    return sha256(b"".join(sha256(part).digest() for part in parts)).digest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])) > 0)
