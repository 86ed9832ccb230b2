"""Evidence from the file system: files, configfs-tsm entries, and what Linux has of a device in directories."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from os import PathLike, fspath
from pathlib import Path
from typing import Final, TypeVar, overload

from evidence import limits
from evidence.carriers import cma, device_evidence, tpm2_tools
from evidence.carriers.configfs import ATTRIBUTES, Read, read_entry, reader
from evidence.convert import Evidence, Failure, attached, convert_all, make_input, make_options, only
from evidence.errors import CarrierError, EvidenceError, NotEvidence, UnknownFormat
from evidence.input import Input, Refusal
from evidence.reader import read_file
from evidence.registry import EvidenceType, Registry

M = TypeVar("M")
ENTRY: Final = frozenset({"provider", "outblob", "inblob", "generation"})
"""Files of which an entry has some, even a broken one."""
OUTBLOB: Final = "outblob"
"""The file that makes an entry of a folder among others, where nobody named it."""
FOLDER: Final = (
    "a folder of nothing known: known are a report entry of configfs-tsm (provider, outblob), a folder of such entries, "
    "a signatures folder of Linux (0_transcript, 0_signature) or the folder of its device, and the objects of a device "
    "(measurements, report), files of tpm2-tools (NAME.msg, NAME.sig); convert -r reads every file of a folder"
)
SIGNATURES, CERTIFICATES = "signatures", "certificates"
"""Folders of a device's own folder."""


def read(path: str | PathLike[str], attachments: Mapping[str, bytes] | None = None) -> Input:
    """The bytes at `path`: a file's, or a configfs-tsm entry's with its blobs.

    Raises `UnknownFormat` for another directory, `CarrierError` for a broken entry, `LimitExceeded`, and `OSError`.
    """
    try:
        data = read_file(path, limits.INPUT_BYTES)
    except IsADirectoryError:
        beside = attached(attachments)
        if ENTRY.isdisjoint(_names(Path(path))):
            raise UnknownFormat(size=0, looks_like=FOLDER) from None
        return read_entry(Path(path), beside)
    limits.check("input", limits.INPUT_BYTES, len(data), path=Path(path).name)
    return make_input(data, attachments)


def read_all(
    path: str | PathLike[str], attachments: Mapping[str, bytes] | None = None
) -> tuple[Input | Refusal, ...]:
    """Every input at `path`: one, as `read` gives it, those of a device's directory, or each entry of configfs-tsm.

    A broken entry in a folder of entries is a `Refusal`. Raises what `read` does, and `NotEvidence` for a directory of
    certificates alone.
    """
    if not _is_directory(path):
        return (read(path, attachments),)
    where, beside = Path(path), attached(attachments)
    names = _names(where)
    if _is_device(where, names):
        signatures, slots = where / SIGNATURES, reader(where / CERTIFICATES, cma.NAME)
        return tuple(cma.signatures(_names(signatures), reader(signatures, cma.NAME), beside, slots))
    if cma.holds_signatures(names):
        return tuple(cma.signatures(names, reader(where, cma.NAME), beside))
    if device_evidence.is_folder(names):
        source = Input(data=b"", attachments=beside, by_caller=frozenset(beside))
        return tuple(device_evidence.in_folder(names, _plain(where, device_evidence.NAME), source))
    if quotes := tpm2_tools.quotes(names, _begins(where)):
        return tuple(tpm2_tools.in_folder(quotes, _plain(where, tpm2_tools.NAME), beside))
    if cma.holds_slots(names):
        raise NotEvidence(kind="certificates of a device's slots", detail="its signatures stand beside them")
    if ENTRY.isdisjoint(names) and (entries := [name for name in names if (where / name / OUTBLOB).exists()]):
        limits.check("pieces", limits.PIECES, len(entries))
        return tuple(_entry(where / name, beside) for name in entries)
    return (read(path, attachments),)


def parts(path: str | PathLike[str], names: Collection[str]) -> Collection[str]:
    """Those of the `names` in a folder that are read together, as one input or as several; empty where none are.

    A file of any folder may be named `report`: the objects of a device are two of their names at least.
    """
    with suppress(OSError):  # said where the folder itself is walked
        if _is_device(Path(path), names):
            return (SIGNATURES, CERTIFICATES)
    if cma.holds_signatures(names):
        return [name for name in names if cma.belongs(name)]
    if len(objects := device_evidence.OBJECTS.intersection(names)) > 1 and device_evidence.is_folder(names):
        return objects
    if OUTBLOB in names:
        return ATTRIBUTES
    quotes = tpm2_tools.quotes(names, _begins(Path(path)))
    return {name for message, files in quotes.items() for name in (message, *files.values())}


def _is_device(folder: Path, names: Collection[str]) -> bool:
    """Whether a folder is that of a device, whose signatures are in a folder of their own."""
    return (
        SIGNATURES in names
        and (folder / SIGNATURES).is_dir()
        and cma.holds_signatures(_names(folder / SIGNATURES))
    )


def _entry(where: Path, beside: Mapping[str, bytes]) -> Input | Refusal:
    """An entry in a folder of entries, whose name is its path."""
    try:
        return read_entry(where, beside, at=where.name)
    except EvidenceError as error:
        return Refusal(where.name, error)


def _names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


def _plain(directory: Path, carrier: str) -> Read:
    """The same as `reader`, for files that anybody may have put there: none of them leads elsewhere."""
    read_any = reader(directory, carrier)

    def read(name: str) -> bytes | None:
        if (directory / name).is_symlink() or not (directory / name).is_file():
            raise CarrierError(carrier=carrier, path=name, reason="no file, or one that leads elsewhere")
        return read_any(name)

    return read


def _begins(directory: Path) -> tpm2_tools.Begins:
    """A function that tells how a file of a directory begins, and no pipe, nor what leads elsewhere."""

    def begins(name: str, magic: bytes) -> bool:
        path = directory / name
        with suppress(OSError):
            return (
                not path.is_symlink()
                and path.is_file()
                and read_file(path, len(magic))[: len(magic)] == magic
            )
        return False

    return begins


def _is_directory(path: str | PathLike[str]) -> bool:
    """Whether a directory is there; an empty path names none, although `Path` makes the current one of it."""
    return bool(fspath(path)) and Path(path).is_dir()


def load_all(
    path: str | PathLike[str],
    *,
    type: str | EvidenceType | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> tuple[Evidence | Failure, ...]:
    """Every piece of evidence at `path`, as `parse_all` gives them.

    `path` is a file or one of the directories that `read_all` knows; the arguments are those of `parse_all`. Raises
    `TypeError`, `UsageError` and `OSError`: what is wrong with a piece is a `Failure` beside the others.
    """
    try:
        inputs = read_all(path, attachments)
    except EvidenceError as error:
        return (Failure("", error),)
    shared = make_options(options, type, registry)
    pieces = tuple(
        piece
        for source in inputs
        for piece in (
            (Failure(*source),)
            if isinstance(source, Refusal)
            else convert_all(
                source, type=type, options=shared, registry=registry, unwrap_results=unwrap_results
            )
        )
    )
    shared.settle()
    return pieces


@overload
def load(
    path: str | PathLike[str],
    *,
    type: EvidenceType[M],
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Evidence[M]: ...
@overload
def load(
    path: str | PathLike[str],
    *,
    type: str | EvidenceType | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Evidence: ...
def load(
    path: str | PathLike[str],
    *,
    type: str | EvidenceType | None = None,
    options: object = None,
    attachments: Mapping[str, bytes] | None = None,
    registry: Registry | None = None,
    unwrap_results: bool = False,
) -> Evidence:
    """The one piece of evidence at `path`, as `parse` gives it.

    Raises `EvidenceError`: what is wrong with it, or `SeveralEvidence`; `TypeError` and `UsageError` for what the caller
    gave; `OSError`.
    """
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
