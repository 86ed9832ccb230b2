"""Evidence from the file system: files, configfs-tsm entries, and what Linux has of a device in directories."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Final

from evidence import limits
from evidence.carriers import cma, device_evidence
from evidence.carriers.configfs import Read, read_entry, reader
from evidence.convert import Evidence, Failure, attached, convert_all, make_input, only
from evidence.errors import CarrierError, EvidenceError, NotEvidence, UnknownFormat
from evidence.input import Input
from evidence.reader import read_file
from evidence.registry import Registry

ENTRY: Final = ("provider", "outblob", "inblob", "generation")
"""Files of which an entry has some, even a broken one."""
FOLDER: Final = (
    "a folder of nothing known: known are a report entry of configfs-tsm (provider, outblob), a signatures folder "
    "of Linux (0_transcript, 0_signature) or the folder of its device, and the objects of a device (measurements, report)"
)
SIGNATURES, CERTIFICATES = "signatures", "certificates"
"""Folders of a device's own folder."""


def read(path: str | PathLike[str], attachments: Mapping[str, bytes] | None = None) -> Input:
    """The bytes at `path`: a file's, or a configfs-tsm entry's with its blobs.

    Raises `UnknownFormat` for another directory, `CarrierError` for a broken entry, `LimitExceeded`, and `OSError`.
    """
    if _is_directory(path):
        beside = attached(attachments)
        if not any((Path(path) / name).exists() for name in ENTRY):
            raise UnknownFormat(size=0, looks_like=FOLDER)
        return read_entry(Path(path), beside)
    data = read_file(path, limits.INPUT_BYTES)
    limits.check("input", limits.INPUT_BYTES, len(data), path=Path(path).name)
    return make_input(data, attachments)


def read_all(path: str | PathLike[str], attachments: Mapping[str, bytes] | None = None) -> tuple[Input, ...]:
    """Every input at `path`: one, as `read` gives it, or those of a device's directory.

    Raises what `read` does, and `NotEvidence` for a directory of certificates alone.
    """
    if _is_directory(path):
        where, beside = Path(path), attached(attachments)
        names = _names(where)
        if SIGNATURES in names and (where / SIGNATURES).is_dir():
            signatures, slots = where / SIGNATURES, reader(where / CERTIFICATES, cma.NAME)
            return tuple(cma.signatures(_names(signatures), reader(signatures, cma.NAME), beside, slots))
        if cma.holds_signatures(names):
            return tuple(cma.signatures(names, reader(where, cma.NAME), beside))
        if device_evidence.is_folder(names):
            source = Input(data=b"", attachments=beside, by_caller=frozenset(beside))
            return tuple(device_evidence.in_folder(names, _plain(where, device_evidence.NAME), source))
        if cma.holds_slots(names):
            raise NotEvidence(
                kind="certificates of a device's slots", detail="its signatures stand beside them"
            )
    return (read(path, attachments),)


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


def _is_directory(path: str | PathLike[str]) -> bool:
    """Whether a directory is there; an empty path names none, although `Path` makes the current one of it."""
    return bool(fspath(path)) and Path(path).is_dir()


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
        for piece in convert_all(
            source, type=type, options=options, registry=registry, unwrap_results=unwrap_results
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
