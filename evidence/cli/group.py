"""`evidence group`: pieces that belong together, and what ties them, as a table for people or as a document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from evidence import groups, limits
from evidence.cli import streams
from evidence.cli.ending import BAD, GOOD
from evidence.cli.inputs import Request, Unreadable, complain, exit_code, reading, request, take
from evidence.convert import Failure, convert_all
from evidence.errors import EvidenceError, UnknownFormat, UsageError, safe
from evidence.groups import Group, Source, to_json
from evidence.groups.document import Tie


@click.command("group")
@reading
@click.option("--nonce", metavar="HEX", help="What the members were asked with: a tie to each of them.")
@click.option("--json", "as_json", is_flag=True, help="The document evidence-group/1.")
def group(*args: Any, nonce: str | None, as_json: bool, **how: Any) -> int:
    """Say what ties pieces of evidence: of one file, of several, or of the files of a folder.

    Ties are facts of the bytes: equal or derived nonces, digests of one member in another, keys. That they match says
    that the parts fit, not who made them: `evidence verify` says that of each member.

    Exit codes: 0 good, 1 a tie differs or bad evidence, 2 usage or environment, 3 unknown format.
    """
    query = request(*args, **how)
    wanted = _hex(nonce)
    errors: list[EvidenceError] = []
    try:
        whole = groups.group(_sources(query, errors), nonce=wanted)
    except EvidenceError as error:
        complain(query.inputs[0], Failure("", error))
        return exit_code([error])
    streams.put(msgspec.json.format(to_json(whole)) + b"\n" if as_json else streams.lines(*_table(whole)))
    return BAD if whole.differs else exit_code(errors) if errors else GOOD


def _hex(nonce: str | None) -> bytes | None:
    try:
        return None if nonce is None else bytes.fromhex(nonce)
    except ValueError:
        raise UsageError("the nonce is not hexadecimal") from None


def _sources(query: Request, errors: list[EvidenceError]) -> Iterator[Source]:
    """Every input with its pieces; what is wrong with one of them is said, and kept in `errors`."""
    for name in query.inputs:
        for path in _files(name):
            for source in _read(path, query):
                pieces = tuple(source.pieces)
                for piece in pieces:
                    if isinstance(piece, Failure):
                        errors.append(piece.error)
                        complain(path, piece)
                yield source._replace(pieces=pieces)


def _files(name: str) -> tuple[str, ...]:
    """The input itself, or the files of a folder that holds several; in the order of their names."""
    folder = Path(name)
    if name in {"", "-"} or not folder.is_dir():
        return (name,)
    try:
        take(name, {})
    except UnknownFormat:  # no folder that is evidence itself
        files = sorted(str(path) for path in folder.iterdir() if path.is_file())
        return tuple(files[: limits.GROUP_MEMBERS + 1]) or (name,)
    except (EvidenceError, OSError):
        pass
    return (name,)


def _read(path: str, query: Request) -> Iterator[Source]:
    name = streams.text(path)
    try:
        for source in take(path, query.attachments):
            pieces = convert_all(
                source,
                type=query.kind,
                options=query.options,
                registry=query.registry,
                unwrap_results=query.unwrap_results,
            )
            yield Source(pieces, source.data, name)
    except EvidenceError as error:
        yield Source((Failure("", error),), name=name)
    except OSError as error:
        yield Source((Failure("", Unreadable(reason=error.strerror or str(error))),), name=name)


def _table(whole: Group) -> Iterator[str]:
    """The members, the ties, and what follows from them."""
    rows: list[tuple[str, ...]] = [
        (member.id, member.type or member.error or "", _where(whole, member.source, member.at))
        for member in whole.members
    ]
    yield f"{len(whole.members)} members, {len(whole.ties)} ties"
    yield from _columns(rows)
    yield from _columns([_row(tie) for tie in whole.ties])
    yield f"untied: {', '.join(whole.untied) or 'none'}"
    if whole.workload is not None:
        yield f"workload: {whole.workload.environment} of {whole.workload.member}"
    for note in whole.notes:
        yield f"{note.code}: {note.member}"
    yield "that parts fit does not say who made them: evidence verify"


def _where(whole: Group, source: int, at: str) -> str:
    return safe(" ".join(part for part in (whole.sources[source].name, at) if part))


def _row(tie: Tie) -> tuple[str, ...]:
    ends = f"{tie.first or 'caller'} -> {tie.to or 'absent'}"
    return tie.status, tie.why or "", tie.name, tie.how, ends


def _columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
