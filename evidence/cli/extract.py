"""`evidence extract`: the bytes that evidence is made of, in files, so that openssl and others can go on."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from evidence.cli import streams
from evidence.cli.inputs import reading, request, results, write_all
from evidence.cli.outputs import Unwritten
from evidence.convert import Evidence
from evidence.reader import as_text


@click.command()
@reading
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    required=True,
    help="A new folder, or an empty one. Of several pieces each has a folder in it.",
)
def extract(*args: Any, output: str, **how: Any) -> int:
    """Write the parts of evidence into files: itself, certificates, attachments, signatures.

    Of each signature it writes the message, the value (of ECDSA in DER) and the public key where the evidence holds
    it; manifest.json says what each file is. Nothing is verified, and no file is overwritten.
    """
    query = request(*args, **how)
    folder = Path(output)
    _check_new(folder)
    pieces = results(query)
    ahead = tuple(islice(pieces, 2))
    several = query.recursive or len(ahead) > 1
    count = 0

    def render(source: str, piece: Evidence) -> bytes:
        nonlocal count
        from evidence.extract import MANIFEST
        from evidence.extract import extract as parts_of

        files, manifest = parts_of(piece, as_text(source))
        place = folder / f"{count}-{piece.type.name}" if several else folder
        count += 1
        try:
            _write(place, {**files, MANIFEST: manifest.to_json()})
        except OSError as error:
            raise Unwritten(reason=f"{streams.shown(place)}: {error.strerror}") from None
        return streams.lines(f"{streams.shown(source)}: {len(files) + 1} files in {streams.shown(place)}")

    return write_all(chain(ahead, pieces), render, streams.put, failures=False)


def _check_new(folder: Path) -> None:
    """Raise `OSError` unless there is nothing that could be overwritten."""
    if not str(folder) or os.path.lexists(folder):
        with os.scandir(folder) as entries:
            if any(entries):
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(folder))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with (folder / name).open("xb") as file:
            file.write(content)
