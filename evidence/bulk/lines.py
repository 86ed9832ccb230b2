"""A chunk of inputs as JSON LineWork: one line for each piece of evidence, or for why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from evidence.bulk.chunks import BulkInput
from evidence.bulk.jobs import Task, Tick
from evidence.bulk.summary import COMPLAINTS, ChunkOutcome, Complaint, Tally
from evidence.convert import Evidence, Failure, make_input
from evidence.encode.json import ascii_json
from evidence.errors import CarrierError, EvidenceError, UsageError, defective
from evidence.input import Input
from evidence.inputs import Attachments
from evidence.reader import as_text

Read = Callable[[Input], Iterable[Evidence | Failure]]
Document = Callable[[Evidence], Mapping[str, Any]]


class LineWork(Struct, frozen=True):
    """Converts a chunk to lines. `read` gives the pieces of an input, `document` what a line says of a piece.

    A line has the `number` of its input in the run, which tells where a run is to go on.
    """

    read: Read
    document: Document
    attachments: Attachments = None

    def __call__(self, task: Task, tick: Tick | None) -> ChunkOutcome:
        """The lines of all inputs of the task."""
        tally, complaints, lines = Tally(), list[Complaint](), list[bytes]()
        for item in task.items():
            if tick is not None:
                tick(item.number)
            tally.inputs += 1
            for at, piece in self._pieces(item):
                members = {"number": item.number, "input": as_text(item.path)}
                if item.row is not None:
                    members["row"] = item.row
                members["at"] = at
                if isinstance(piece, EvidenceError):
                    tally.errors[piece.code] += 1
                    members["error"] = piece.as_dict()
                    if len(complaints) < COMPLAINTS:
                        complaints.append(Complaint(item.path, item.row, at, piece.code, str(piece)))
                else:
                    evidence, document = piece
                    tally.pieces[evidence.type, evidence.version] += 1
                    members |= document
                lines.append(ascii_json(msgspec.json.encode(members)) + b"\n")
        return ChunkOutcome(tally, tuple(complaints), b"".join(lines))

    def _pieces(self, item: BulkInput) -> Iterator[tuple[str, EvidenceError | tuple[Any, Mapping[str, Any]]]]:
        """Every piece of an input, as its header and its document; there is always one, or an error."""
        content, count = item.content, 0
        if isinstance(content, EvidenceError):
            yield "", content
            return
        if isinstance(content, bytes):
            content = make_input(content, self.attachments)
        for piece in self.read(content):
            count += 1
            yield piece.at, piece.error if isinstance(piece, Failure) else self._document(piece)
        if not count:
            yield "", CarrierError(carrier="input", reason="holds no evidence")

    def _document(self, piece: Evidence) -> EvidenceError | tuple[Any, Mapping[str, Any]]:
        try:
            return piece.claims.evidence, self.document(piece)
        except UsageError:
            raise
        except EvidenceError as error:
            return error
        except (Exception, SystemExit) as error:  # noqa: BLE001 (claims are of a type's own making)
            return defective(error)
