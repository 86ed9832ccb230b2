"""What a run leaves behind, and how a later one goes on with it: whole lines of `FILE.part`, whole parts of a folder.

Beside them lies what the run was asked for. Whoever asks for something else does not go on with it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from evidence import __version__
from evidence.bulk.summary import Tally
from evidence.errors import UsageError

WRITER: Final = {"schema": "evidence-run/1", "version": __version__}
"""What wrote it: another version might convert otherwise, or cut parts elsewhere."""
RUN: Final = "_run.json"
"""What a folder of parts has to say of its run. Readers of such folders pass over names that begin so."""


class LinesFile:
    """JSON LineWork that are written to `FILE.part`, which becomes `FILE` when all is written."""

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.realpath(path))
        self.part = Path(f"{self.path}.part")
        self.record = Path(f"{self.path}.part.json")
        self.file = -1

    def begin(self, run: Mapping[str, Any], *, resume: bool) -> tuple[int, Tally]:
        """The number of the first input to convert, and the counts of those before it.

        Raises `UsageError` where the part is of another run, and `OSError`.
        """
        number, size, tally = 0, 0, Tally()
        if resume and self.part.exists():
            _check(self.record, run)
            number, size, tally = whole(self.part)
        else:
            _write(self.record, run)
        self.file = os.open(self.part, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        os.ftruncate(self.file, size)
        os.lseek(self.file, size, os.SEEK_SET)
        return number, tally

    def write(self, data: bytes) -> None:
        """Write lines at once, so that an end of the process loses none that it was said to have."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self.file, rest) :]

    def finish(self) -> None:
        """Give the whole file its name."""
        os.fsync(self.file)
        os.close(self.file)
        self.part.replace(self.path)
        self.record.unlink(missing_ok=True)


class _Named(msgspec.Struct):
    type: str
    version: str


class _Claims(msgspec.Struct):
    evidence: _Named


class _Error(msgspec.Struct):
    code: str


class _Line(msgspec.Struct):
    """What a line says of its input, as far as counting needs it."""

    number: int
    input: str
    row: int | None = None
    claims: _Claims | None = None
    error: _Error | None = None


def whole(path: Path) -> tuple[int, int, Tally]:
    """The number of the last input of a file of lines, where its lines begin, and the counts of all before.

    Of the last input there may be more lines than were written: it is converted again.
    """
    number, start, at = 0, 0, 0
    tally, last, source = Tally(), Tally(), None
    decode = msgspec.json.Decoder(_Line).decode
    with path.open("rb") as file:
        for data in file:
            if not data.endswith(b"\n"):
                break
            try:
                line = decode(data)
            except msgspec.DecodeError as error:
                raise UsageError(f"{path}: not what a run wrote at byte {at}: {error}") from None
            if line.number != number:
                tally.add(last)
                number, start, last, source = line.number, at, Tally(), None
            if (line.input, line.row) != source:
                source = line.input, line.row
                last.inputs += 1
            if line.error is not None:
                last.errors[line.error.code] += 1
            elif line.claims is not None:
                last.pieces[line.claims.evidence.type, line.claims.evidence.version] += 1
            at += len(data)
    return number, start, tally


class Folder:
    """A folder of parts, each of which has its name when it is whole."""

    def __init__(self, path: str, form: str) -> None:
        self.path, self.form = Path(path), form

    def begin(self, run: Mapping[str, Any], *, resume: bool) -> Mapping[int, Tally]:
        """The counts of each part that is whole.

        Raises `UsageError` for a folder that has something else, or is of another run, and `OSError`.
        """
        self.path.mkdir(exist_ok=True)
        names = sorted(path.name for path in self.path.iterdir())
        if names and not resume:
            raise UsageError(f"-o {self.path}: it is not empty; --resume goes on with a run that ended early")
        if names:
            _check(self.path / RUN, run)
        else:
            _write(self.path / RUN, run)
        return dict(self._parts(names))

    def _parts(self, names: list[str]) -> Iterator[tuple[int, Tally]]:
        import pyarrow as pa

        from evidence.bulk.parts import number_of, told

        for name in names:
            number = number_of(name, self.form)
            if name.endswith(".tmp"):
                with suppress(OSError):
                    (self.path / name).unlink()
            elif number is not None:
                try:
                    yield number, told(self.path / name, self.form)
                except (pa.ArrowException, KeyError) as error:
                    raise UsageError(f"{self.path / name}: not a part of a run: {error}") from None

    def finish(self, run: Mapping[str, Any], tally: Tally) -> None:
        """Say that all parts are there, and what they come to."""
        _write(self.path / RUN, {**run, "summary": tally.as_dict()})


def _write(path: Path, document: Mapping[str, Any]) -> None:
    new = path.with_name(f".{path.name}-{os.getpid()}.tmp")
    new.write_text(json.dumps({**WRITER, **document}, indent=1) + "\n")
    new.replace(path)


def _check(path: Path, run: Mapping[str, Any]) -> None:
    """Raise `UsageError` if what lies there was not asked for in these words."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UsageError(f"{path}: nothing says of which run it is; begin without --resume")
    for name, value in json.loads(json.dumps({**WRITER, **run})).items():
        if document.get(name) != value:
            raise UsageError(f"{path}: it is of another run ({name} differs); begin without --resume")
