"""`evidence group`: pieces that belong together, and what ties them, as a table for people or as a document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

import click
import msgspec

from evidence import groups
from evidence.cli import streams
from evidence.cli.ending import BAD, GOOD
from evidence.cli.inputs import Request, complain, contents, pieces_of, reading, request, worse
from evidence.convert import Failure
from evidence.errors import EvidenceError, UsageError, safe
from evidence.groups import Group, GroupSource, to_json
from evidence.groups.document import Tie
from evidence.input import Input
from evidence.reader import as_text


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
    query = request(*args, **how)._replace(recursive=True)
    wanted = _hex(nonce)
    errors: list[EvidenceError] = []
    try:
        whole = groups.group(_sources(query, errors), nonce=wanted)
    except EvidenceError as error:
        complain(query.inputs[0], Failure("", error))
        return worse(GOOD, error)
    streams.put(msgspec.json.format(to_json(whole)) + b"\n" if as_json else streams.lines(*_table(whole)))
    return BAD if whole.differs else reduce(worse, errors, GOOD)


def _hex(nonce: str | None) -> bytes | None:
    try:
        return None if nonce is None else bytes.fromhex(nonce)
    except ValueError:
        raise UsageError("the nonce is not hexadecimal") from None


def _sources(query: Request, errors: list[EvidenceError]) -> Iterator[GroupSource]:
    """Every input with its pieces; what is wrong with one of them is said, and kept in `errors`."""
    for name, content in contents(query):
        pieces = tuple(pieces_of(content, query))
        for piece in pieces:
            if isinstance(piece, Failure):
                errors.append(piece.error)
                complain(name, piece)
        yield GroupSource(pieces, content.data if isinstance(content, Input) else b"", as_text(name))
    query.options.settle()


def _table(whole: Group) -> Iterator[str]:
    """The members, the ties, and what follows from them."""
    rows: list[tuple[str, ...]] = [
        (member.id, member.type or member.error or "", _where(whole, member.source, member.at))
        for member in whole.members
    ]
    yield f"{_counted(len(whole.members), 'member')}, {_counted(len(whole.ties), 'tie')}"
    yield from _columns(rows)
    yield from _columns([_row(tie) for tie in whole.ties])
    yield f"untied: {', '.join(whole.untied) or 'none'}"
    if whole.workload is not None:
        yield f"workload: {whole.workload.environment} of {whole.workload.member}"
    for note in whole.notes:
        yield f"{note.code}: {note.member}"
    yield "that parts fit does not say who made them: evidence verify"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _where(whole: Group, source: int, at: str) -> str:
    return safe(" ".join(part for part in (whole.sources[source].name, at) if part))


def _row(tie: Tie) -> tuple[str, ...]:
    ends = f"{tie.first or 'caller'} -> {tie.to or 'absent'}"
    return tie.status, tie.why or "", tie.name, tie.how, ends


def _columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
