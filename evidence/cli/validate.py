"""`evidence validate`: claims documents against the model and their type's schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import click
import msgspec

from evidence import limits
from evidence.authoring.check import misfit
from evidence.cli import streams
from evidence.cli.ending import BAD, ENVIRONMENT, GOOD
from evidence.cli.inputs import check_once
from evidence.encode.json import from_json
from evidence.errors import EvidenceError, NotEvidence, UnexpectedField, UsageError, quote, safe
from evidence.inputs import Unreadable
from evidence.reader import open_file
from evidence.registry import Registry
from evidence.wire.json import entries


@click.command()
@click.argument("documents", nargs=-1, required=True, metavar="CLAIMS.json...")
@click.pass_obj
def validate(registry: Registry, documents: tuple[str, ...]) -> int:
    """Check claims documents: strict JSON, the claims model, the schema of their type.

    What `convert` wrote is read in each of its forms: a document, one with its native fields, or JSON Lines, of which
    each line is checked, and one that holds an error is a failure.
    """
    check_once(documents)
    code = GOOD
    for name in documents:
        try:
            with open_file(name) if name != "-" else streams.standard_input() as file:
                for place, data in _documents(file):
                    code = max(code, _check(registry, f"{streams.shown(name)}{place}", data))
        except OSError as error:
            code = ENVIRONMENT
            reason = streams.shown(error.strerror or error)
            streams.say(f"{streams.shown(name)}: {Unreadable.code}: {reason}")
    return code


def _check(registry: Registry, name: str, data: bytes) -> int:
    """Says what one document is; gives the exit code."""
    try:
        claims = from_json(_claims(data))
        error = misfit(registry[claims.evidence.type], claims)
        if error is not None:
            raise error
    except EvidenceError as error:
        streams.say(f"{name}: {error.code}: {error}")
        return BAD
    except UsageError as error:  # a type of a plugin that was not named
        streams.say(f"{name}: {streams.shown(error)}")
        return ENVIRONMENT
    streams.put(streams.lines(f"{name}: {safe(claims.evidence.type)}: good"))
    return GOOD


def _documents(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """What is to be checked: every line, each with its number, if the first two are whole; else all that there is.

    Nothing that is longer than a document may be is read to its end.
    """
    most = limits.INPUT_BYTES + 1
    line = file.readline(most)
    if _members(line) is None:
        yield "", line + file.read(most - len(line))
        return
    number, following = 1, file.readline(most)
    if not following:
        yield "", line
        return
    while line:
        if line.strip():
            yield f":{number}", line
        if len(line) == most:
            return
        line, following, number = following, file.readline(most), number + 1


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
