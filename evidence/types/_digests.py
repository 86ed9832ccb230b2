"""Digests in claims: one name per algorithm, and a word about those that do not fit it."""

from __future__ import annotations

from evidence.claims import Bytes, Digest, Note
from evidence.types._notes import note
from evidence.wire import cbor, hashes
from evidence.words import Hash

Alg = int | str | None


def name_of(alg: Alg) -> Hash | None:
    """The name of an algorithm as an entry holds it: `unknown` where there is none, None where none is given."""
    return None if alg is None else hashes.name(alg) or "unknown"


def named(alg: Alg, value: bytes) -> Digest:
    """A digest of an algorithm by its name. `raw` is how the source writes it, where that tells more.

    An unknown one keeps its number (as CBOR) or its text; so does a text that is another spelling of the name.
    """
    if alg in hashes.SIZES:  # as nearly all are written
        return Digest(alg=str(alg), digest=Bytes(value))
    name = hashes.name(alg)
    if alg is None or (name is not None and alg.__class__ is int):
        return Digest(alg=name or "unknown", digest=Bytes(value))
    raw = alg.encode() if isinstance(alg, str) else cbor.dumps(alg)
    return Digest(alg=name or "unknown", digest=Bytes(value), raw=Bytes(raw))


def check(found: Digest, path: str, notes: list[Note]) -> None:
    """Note, at `path`, an algorithm that is not known, and a digest that is not as long as those of its algorithm."""
    size = hashes.SIZES.get(found.alg)
    if size is None and found.raw is not None:
        notes.append(unknown(path))
    elif size is not None and size != len(found.digest):
        detail = f"{len(found.digest)} bytes, a digest of {found.alg} has {size}"
        notes.append(note("digest-length", path, detail))


def unknown(path: str) -> Note:
    """The note about an algorithm without a name here."""
    return note("unknown-hash", path, "the hash algorithm has no name that is known here")


def digest(alg: Alg, value: bytes, path: str, notes: list[Note]) -> Digest:
    """A digest as a claim at `path`, with what is to be noted about it."""
    found = named(alg, value)
    check(found, path, notes)
    return found
