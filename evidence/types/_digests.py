"""Digests in claims: one name per algorithm, and a word about those that do not fit it."""

from __future__ import annotations

from typing import Final

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


UNKNOWN: Final = ("unknown-hash", "the hash algorithm has no name that is known here")


def remark(digest: Digest) -> tuple[str, str] | None:
    """The code and the words of a note about an algorithm without a name here, or about a digest of another length than its."""
    size = hashes.SIZES.get(digest.alg)
    if size == len(digest.digest):
        return None
    if size is None:
        return None if digest.raw is None else UNKNOWN
    return "digest-length", f"{len(digest.digest)} bytes, a digest of {digest.alg} has {size}"


def check(digest: Digest, path: str, notes: list[Note]) -> None:
    """Note, at `path`, an algorithm that is not known, and a digest that is not as long as those of its algorithm."""
    remarked = remark(digest)
    if remarked is not None:
        code, detail = remarked
        notes.append(note(code, path, detail))


def unknown(path: str) -> Note:
    """The note about an algorithm without a name here."""
    code, detail = UNKNOWN
    return note(code, path, detail)


def digest(alg: Alg, value: bytes, path: str, notes: list[Note]) -> Digest:
    """A digest as a claim at `path`, with what is to be noted about it."""
    made = named(alg, value)
    check(made, path, notes)
    return made
