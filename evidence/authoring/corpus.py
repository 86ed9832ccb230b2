"""Public samples in a folder, and the pieces of evidence that entries name in them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from evidence import limits
from evidence.authoring.fixtures import FixtureError, Real
from evidence.convert import Evidence, Failure, parse_all
from evidence.errors import EvidenceError
from evidence.registry import EvidenceType, Registry

CHUNK: Final = 1 << 20


class Corpus:
    """Public samples in a folder, found by SHA-256 wherever they lie in it."""

    def __init__(self, folder: Path) -> None:
        self._files: Mapping[bytes, Path] = {
            digest: path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and (digest := _digest(path)) is not None
        }

    def get(self, digest: bytes) -> bytes | None:
        """The bytes with this SHA-256."""
        path = self._files.get(digest)
        return path.read_bytes() if path else None

    def parts(self, entry: Real) -> Mapping[str, bytes] | None:
        """The parts of a real entry; None unless all are here."""
        parts = {part: self.get(digest) for part, digest in entry.parts.items()}
        here = {part: content for part, content in parts.items() if content is not None}
        return here if len(here) == len(parts) else None


def _digest(path: Path) -> bytes | None:
    if path.stat().st_size > limits.INPUT_BYTES:
        return None
    with path.open("rb") as file:
        digest = sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        return digest.digest()


def read_real(
    kind: EvidenceType, registry: Registry, entry: Real, parts: Mapping[str, bytes]
) -> Evidence | EvidenceError:
    """The piece of a real sample that its entry names; `FixtureError` if it names none, or one of several."""
    items = parse_all(
        parts["evidence"],
        type=kind.name if entry.force else None,
        options=entry.options or None,
        attachments={part: content for part, content in parts.items() if part != "evidence"},
        registry=registry,
    )
    matching = [item for item in items if entry.at in (None, item.at)]
    if len(matching) != 1:
        pieces = ", ".join(repr(item.at) for item in items)
        raise FixtureError(f"`at` is {entry.at!r}, and the pieces of the sample are {pieces}")
    (item,) = matching
    return item.error if isinstance(item, Failure) else item
