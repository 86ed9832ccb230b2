"""Digests in claims: one name per algorithm, and a word about those that do not fit it."""

from __future__ import annotations

from evidence.claims import Bytes, Digest, Note
from evidence.wire import cbor, hashes


def digest(alg: int | str, value: bytes, path: str, notes: list[Note]) -> Digest:
    """A digest as a claim at `path`. An unknown algorithm keeps its number (as CBOR) or its name in `raw`."""
    name = hashes.name(alg)
    if name is None:
        raw = alg.encode() if isinstance(alg, str) else cbor.dumps(alg)
        notes.append(Note(code="unknown-hash", path=path, detail="the hash algorithm has no name here"))
        return Digest(alg="unknown", digest=Bytes(value), raw=Bytes(raw))
    if len(value) != hashes.SIZES[name]:
        detail = f"{len(value)} bytes, a digest of {name} has {hashes.SIZES[name]}"
        notes.append(Note(code="digest-length", path=path, detail=detail))
    return Digest(alg=name, digest=Bytes(value))
