"""Claims documents that `convert` wrote, in each of its forms: a document in JSON or CBOR, one with native fields, JSON Lines."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple

import msgspec

from evidence import limits
from evidence.claims import Claims
from evidence.encode.cbor import from_cbor
from evidence.encode.json import from_json
from evidence.errors import EvidenceError, NotEvidence, UnexpectedField, quote
from evidence.wire import cbor
from evidence.wire.json import entries

FAILED: Final = frozenset({"input", "at", "error"})
"""The members of a line that says why an input was not converted."""
MAP: Final = 5
"""The major type of a document in CBOR; no text in UTF-8 begins with such a byte."""
SCHEMA: Final = "evidence-claims/"
FIRST: Final = 16
"""Members of a document in CBOR among which its schema is; it has no more."""


class DocumentText(NamedTuple):
    """The bytes of one document, and its place: the line of JSON Lines, or nothing."""

    place: str
    data: bytes

    def claims(self) -> Claims:
        """The document itself; raises `EvidenceError` for what is none, or says that an input was not converted."""
        return from_cbor(self.data) if _is_map(self.data) else from_json(_claims(self.data))


def documents(file: BinaryIO) -> Iterator[DocumentText]:
    """What a file holds: every line, each with its number, if the first two are whole; else all that there is.

    Nothing that is longer than a document may be is read to its end.
    """
    most = limits.INPUT_BYTES + 1
    line = file.readline(most)
    if _members(line) is None:
        yield DocumentText("", line + file.read(most - len(line)))
        return
    number, following = 1, file.readline(most)
    if not following:
        yield DocumentText("", line)
        return
    while line:
        if line.strip():
            yield DocumentText(f":{number}", line)
        if len(line) == most:
            return
        line, following, number = following, file.readline(most), number + 1


def documents_in(data: bytes) -> Iterator[DocumentText] | None:
    """The same for bytes that are what `convert` wrote; None for all other bytes, evidence in JSON among them."""
    if _is_map(data):
        return iter((DocumentText("", data),)) if _has_schema(data) else None
    if data.lstrip()[:1] != b"{":
        return None
    first = next(documents(io.BytesIO(data)))
    members = _members(first.data) or {}
    inner = _members(bytes(members["claims"])) or {} if "claims" in members else members
    schema = bytes(inner.get("schema", b""))
    if not (schema.startswith(f'"{SCHEMA}'.encode()) or members.keys() == FAILED):
        return None
    return documents(io.BytesIO(data))


def _is_map(data: bytes) -> bool:
    """Whether bytes begin as a map in CBOR."""
    return data[:1] != b"" and data[0] >> 5 == MAP


def _has_schema(data: bytes) -> bool:
    """Whether a map in CBOR says that it is a claims document, of whatever version."""
    with suppress(EvidenceError):
        for entry, _ in zip(cbor.entries(data), range(FIRST), strict=False):
            if entry.key == "schema":
                head = cbor.head(data, entry.value)
                return data[head.end : entry.end].startswith(SCHEMA.encode())
    return False


def _claims(data: bytes) -> bytes:
    """The bytes of the claims document in what `convert` wrote; what is nothing of that is given as it is."""
    members = _members(data) if len(data) <= limits.INPUT_BYTES else None
    if members is None or "schema" in members:
        return data
    names = [str(entry.key) for entry in entries(data)]
    for name in names:
        if names.count(name) > 1:
            raise UnexpectedField(what="line of JSON", name=f"{name} (twice)")
    if "error" in members:
        raise NotEvidence(kind="an input that was not converted", detail=_code(members["error"]))
    return bytes(members.get("claims", data))


def _members(data: bytes) -> dict[str, msgspec.Raw] | None:
    """The members of the JSON object that `data` is, unread; None if it is none."""
    try:
        return msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _code(error: msgspec.Raw) -> str:
    members = _members(bytes(error)) or {}
    return quote(bytes(members.get("code", b"")).decode("utf-8", "replace"))
