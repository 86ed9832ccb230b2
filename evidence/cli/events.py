"""`evidence events`: every event of a log, what backs it, and whether the registers of evidence prove it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from evidence import limits
from evidence.cli import streams
from evidence.cli.ending import BAD, ENVIRONMENT, GOOD
from evidence.cli.inputs import EVENT_LOG, complain, each_input, worse
from evidence.convert import Evidence, Failure, convert_all
from evidence.errors import EvidenceError, NotEvidence, SeveralEvidence, UnknownFormat, UsageError
from evidence.input import Input
from evidence.inputs import Unreadable
from evidence.registry import Registry

if TYPE_CHECKING:
    from evidence.logs.entries import Events, LoggedEvent, Variable

COLUMNS: Final = 80
INDENT: Final = 6
"""Columns before what an event says."""
MEMBERS: Final = ("name", "text", "path", "technology", "locality", "data", "bad")
"""What an event says for people, in this order, beside its structures."""
BELIEVED: Final = frozenset({"data", "data-part", "name", "derived"})
LOG: Final = "an event log"


class _Source(NamedTuple):
    """A log, and the evidence that it came with."""

    log: bytes
    evidence: Evidence | None


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--quote", metavar="FILE", help="Evidence whose registers the events must add up to.")
@click.option("--json", "as_json", is_flag=True, help="The document evidence-events/1.")
@click.pass_obj
def events(registry: Registry, file: str, quote: str | None, *, as_json: bool) -> int:
    """Show every event of a log: what it says, what of that was hashed, and whether a register proves it.

    FILE is a log alone, or evidence with its log. Alone a log proves nothing: its events are `unchecked`. The
    evidence is not verified here.
    """
    from evidence.logs import entries, forms, report

    if file == "-" == quote:
        raise UsageError("standard input is named twice")
    place = file
    try:
        source = _source(registry, file)
        place = quote or file
        piece = source.evidence if quote is None else _reporting(registry, quote)
        place = file
        if len(source.log) > limits.ATTACHMENT_BYTES:
            raise limits.exceeded("event log", limits.ATTACHMENT_BYTES, len(source.log))
        log = forms.read(source.log, of_td=piece is not None and piece.type.name == "intel-tdx")
        document = report.document(source.log, log, None if piece is None else piece.claims)
    except EvidenceError as error:
        complain(place, Failure("", error))
        return worse(GOOD, error)
    except OSError as error:
        complain(place, Failure("", Unreadable(reason=error.strerror or str(error))))
        return ENVIRONMENT
    streams.put(entries.to_json(document) + b"\n" if as_json else streams.lines(*_table(file, document)))
    return BAD if any(one.status in {"differs", "not-computable"} for one in document.replay) else GOOD


def _source(registry: Registry, file: str) -> _Source:
    """The log that a file is, or that lies in it: in base64, or beside evidence."""
    from evidence.logs import forms

    source = _only(each_input(file))
    for data in (source.data, _unbased(source.data)):
        if forms.form(data) is not None:
            return _Source(data, None)
    pieces = [
        piece
        for piece in convert_all(source, registry=registry)
        if isinstance(piece, Evidence) and EVENT_LOG in piece.input.attachments
    ]
    if len(pieces) > 1:
        raise SeveralEvidence(paths=tuple(piece.at for piece in pieces))
    if pieces:
        return _Source(pieces[0].input.attachments[EVENT_LOG], pieces[0])
    for piece in convert_all(source, registry=registry):
        if isinstance(piece, Failure) and isinstance(piece.error, NotEvidence):
            raise piece.error
        if isinstance(piece, Evidence):
            raise NotEvidence(kind=piece.type.name, detail="no event log came with it")
    raise UnknownFormat(size=len(source.data), head=source.data[:16], tried=(LOG,))


def _only(inputs: Iterable[Input]) -> Input:
    first, *more = inputs
    if more:
        raise SeveralEvidence(paths=tuple(source.at for source in (first, *more)))
    return first


def _unbased(data: bytes) -> bytes:
    """What is in base64; nothing if it is none."""
    try:
        return b64decode(b"".join(data.split()), validate=True)
    except ValueError:
        return b""


def _reporting(registry: Registry, file: str) -> Evidence:
    """The one piece of evidence in a file that reports registers."""
    from evidence.logs.report import reported

    pieces = [piece for source in each_input(file) for piece in convert_all(source, registry=registry)]
    good = [piece for piece in pieces if isinstance(piece, Evidence) and reported(piece.claims)]
    if len(good) > 1:
        raise SeveralEvidence(paths=tuple(piece.at for piece in good))
    if good:
        return good[0]
    for piece in pieces:
        if isinstance(piece, Failure):
            raise piece.error
    raise UsageError(f"{streams.shown(file)}: no evidence that reports a register")


# the table for people


def _table(file: str, document: Events) -> Iterator[str]:
    """Lines of 80 columns at most, in printable ASCII: texts of a log are an attacker's."""
    log, quote = document.log, document.quote
    yield _line(f"{streams.shown(file)}: {log.format}, {log.events} events, {log.size} bytes")
    if quote is None:
        yield "no evidence came with it: nothing proves any of its events"
    else:
        yield _line(f"registers of {quote.type} {quote.sha256.hex()[:16]}, which was not verified")
    yield ""
    yield "register  hash      events  replay"
    for one in document.replay:
        first = f", the first {one.prefix} give it" if one.prefix is not None else ""
        yield _line(f"{one.register:<9} {one.alg:<9} {one.events:>6}  {one.status}{first}")
    if document.boot:
        yield ""
        yield "event start                backing        register        "
        for fact in document.boot:
            after = "  after the separator" if fact.after_separator else ""
            yield _line(f"{fact.event:>5} {fact.name:<20} {fact.backing:<14} {fact.committed}{after}")
            yield from _lines(_statement(fact))
    yield ""
    yield "event register type                             backing        register says"
    for entry in document.events:
        yield from _rows(entry)
    for note in document.notes:
        yield _line(f"note {note.code}: {note.detail}")


def _lines(text: str) -> Iterator[str]:
    """A statement, all of it."""
    shown = _printable(text)
    width = COLUMNS - INDENT
    yield from (f"{'':{INDENT}}{shown[start : start + width]}" for start in range(0, len(shown), width))


def _statement(fact: Any) -> str:
    if fact.bool is not None:
        return "yes" if fact.bool else "no"
    return fact.text if fact.text is not None else f"{fact.digests[0].alg} {fact.digests[0].digest.hex()}"


def _rows(entry: LoggedEvent) -> Iterator[str]:
    kind = entry.type or entry.type_raw[::-1].hex()
    yield _line(f"{entry.n:>5} {entry.register or '-':<8} {kind:<32} {entry.backing:<14} {entry.committed}")
    says = " ".join(_says(entry))
    if says:
        label = "" if entry.backing in BELIEVED else "label: "
        yield _line(f"{'':{INDENT}}{label}{says}")


def _says(entry: LoggedEvent) -> Iterator[str]:
    """What an event says, the parts that are told from its data."""
    for member in MEMBERS:
        value = getattr(entry, member)
        if value is not None:
            yield value.hex() if isinstance(value, bytes) else str(value)
    if entry.variable is not None:
        yield from _variable(entry.variable)
    if entry.disk is not None:
        yield f"disk {entry.disk.disk}, {len(entry.disk.partitions)} partitions"
    if (region := entry.region) is not None:
        yield f"{region.description or ''} {region.base[::-1].hex()}+{region.length}".strip()
    if entry.tables:
        yield ",".join(entry.tables)
    if (tag := entry.tag) is not None:
        yield tag.id[::-1].hex()
        yield from filter(None, (tag.text, tag.domain, tag.operation, tag.content))


def _variable(variable: Variable) -> Iterator[str]:
    yield variable.name
    yield from filter(None, (variable.state, variable.text, variable.description, variable.path))
    if variable.value is not None:
        yield f"= {variable.value.hex()}"
    if variable.order:
        yield ",".join(variable.order)
    if variable.signatures:
        yield f"{len(variable.signatures)} entries"


def _line(text: str) -> str:
    """A line as a terminal may have it: printable ASCII, and no more of it than its width."""
    shown = _printable(text[:COLUMNS])
    if len(shown) > COLUMNS or len(text) > COLUMNS:
        return shown[: COLUMNS - 3] + "..."
    return shown.rstrip()


def _printable(text: str) -> str:
    return "".join(letter if " " <= letter <= "~" else ascii(letter)[1:-1] for letter in text)
