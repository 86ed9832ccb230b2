"""Evidence from the file system: files, configfs-tsm entries, and directories of SPDM signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Final

from evidence import limits
from evidence.carriers import cma
from evidence.carriers.configfs import ATTRIBUTES, read_entry, reader
from evidence.convert import Evidence, Failure, attached, convert_all, make_input, only
from evidence.errors import EvidenceError, UnknownFormat
from evidence.input import Input, Refusal
from evidence.reader import read_file
from evidence.registry import Registry

ENTRY: Final = ("provider", "outblob", "inblob", "generation")
"""Files of which an entry has some, even a broken one."""
OUTBLOB: Final = "outblob"
"""The file that makes an entry of a folder among others, where nobody named it."""
FOLDER: Final = (
    "a folder of nothing known: known are a report entry of configfs-tsm (provider, outblob), a folder of such entries "
    "and a signatures folder of Linux (0_transcript, 0_signature); convert -r reads every file of a folder"
)


def read(path: str | PathLike[str], attachments: Mapping[str, bytes] | None = None) -> Input:
    """The bytes at `path`: a file's, or a configfs-tsm entry's with its blobs.

    Raises `UnknownFormat` for another directory, `CarrierError` for a broken entry, `LimitExceeded`, and `OSError`.
    """
    try:
        data = read_file(path, limits.INPUT_BYTES)
    except IsADirectoryError:
        beside = attached(attachments)
        if not any((Path(path) / name).exists() for name in ENTRY):
            raise UnknownFormat(size=0, looks_like=FOLDER) from None
        return read_entry(Path(path), beside)
    limits.check("input", limits.INPUT_BYTES, len(data), path=Path(path).name)
    return make_input(data, attachments)


def read_all(
    path: str | PathLike[str], attachments: Mapping[str, bytes] | None = None
) -> tuple[Input | Refusal, ...]:
    """Every input at `path`: one, as `read` gives it, or one for each signature of a Linux `signatures/` directory.

    Of a folder of configfs-tsm entries it is one for each, by name; a broken one is a `Refusal`. Raises what `read` does.
    """
    try:
        return (read(path, attachments),)
    except UnknownFormat:
        where = Path(path)
        names = sorted(entry.name for entry in where.iterdir())
        if cma.holds_signatures(names):
            return tuple(cma.signatures(names, reader(where, cma.NAME), attached(attachments)))
        entries = [name for name in names if (where / name / OUTBLOB).exists()]
        if not entries:
            raise
    limits.check("pieces", limits.PIECES, len(entries))
    beside = attached(attachments)
    return tuple(_entry(where / name, beside) for name in entries)


def _entry(where: Path, beside: Mapping[str, bytes]) -> Input | Refusal:
    """An entry in a folder of entries, whose name is its path."""
    try:
        return read_entry(where, beside, at=where.name)
    except EvidenceError as error:
        return Refusal(where.name, error)


def is_known(names: Iterable[str]) -> bool:
    """Whether files of these names make one input together, or several, of the folder that they are in."""
    names = list(names)
    return OUTBLOB in names or cma.holds_signatures(names)


def belongs(name: str) -> bool:
    """Whether a file of such a folder is read with the others."""
    return name in ATTRIBUTES or cma.belongs(name)


def load_all(
    path: str | PathLike[str],
    *,
    type: str | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> tuple[Evidence | Failure, ...]:
    """Every piece of evidence at `path`, as `parse_all` gives them. `OSError` passes through."""
    try:
        inputs = read_all(path, attachments)
    except EvidenceError as error:
        return (Failure("", error),)
    return tuple(
        piece
        for source in inputs
        for piece in (
            (Failure(*source),)
            if isinstance(source, Refusal)
            else convert_all(
                source, type=type, options=options, registry=registry, unwrap_results=unwrap_results
            )
        )
    )


def load(
    path: str | PathLike[str],
    *,
    type: str | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Evidence:
    """The one piece of evidence at `path`, as `parse` gives it. `OSError` passes through."""
    return only(
        load_all(
            path,
            type=type,
            options=options,
            attachments=attachments,
            registry=registry,
            unwrap_results=unwrap_results,
        )
    )
