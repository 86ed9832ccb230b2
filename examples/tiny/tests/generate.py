"""The valid fixtures, from literal offsets and values of the specification.

Nothing here imports `evidence` or `tiny_evidence`: a wrong table there cannot agree with itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

VALID = Path(__file__).parents[1] / "tiny_evidence" / "fixtures" / "valid"


class Made(NamedTuple):
    """A report as its maker knows it: its bytes, what it shows and why, and claims by path that must come out."""

    name: str
    data: bytes
    what: str
    why: str
    facts: dict[str, Any]


def report(digest: bytes) -> bytes:
    """A report of version 1: the size of the digest is little-endian."""
    return b"TINY" + bytes((1, 0)) + len(digest).to_bytes(2, "little") + digest


IMAGE = "/environments/device/measurements/image/digests/0/digest"
COUNTED = bytes(range(32))
MADE: tuple[Made, ...] = (
    Made(
        "plain",
        report(COUNTED),
        "A tiny report",
        "The plain case, with bytes that differ, so that a shifted field cannot look right",
        {IMAGE: COUNTED.hex()},
    ),
    Made(
        "zero-digest",
        report(bytes(32)),
        "A digest of zeros",
        "Zeros are a measurement like any other",
        {IMAGE: bytes(32).hex()},
    ),
)
"""The recipes in `fixtures/invalid` are made from the one that is named `plain`."""


def write() -> None:
    """Writes them, and keeps the claims that were recorded for the same name."""
    VALID.mkdir(parents=True, exist_ok=True)
    for one in MADE:
        (VALID / f"{one.name}.bin").write_bytes(one.data)
        path = VALID / f"{one.name}.json"
        document = {
            "what": one.what,
            "why": one.why,
            "origin": "generator",
            "generator": "tests/generate.py",
            "facts": one.facts,
            "claims": json.loads(path.read_text()).get("claims", {}) if path.exists() else {},
        }
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write()
