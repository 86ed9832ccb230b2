"""Bytes to a checked report."""

from __future__ import annotations

from evidence.errors import ConstraintViolation, UnsupportedVersion
from evidence.input import Input
from evidence.wire.cursor import Cursor
from tiny_evidence.layout import VERSION, Header, Measured, Report


def read(source: Input) -> Report:
    """The report that the input is, with nothing behind it.

    Raises `Truncated`, `TrailingBytes`, `ConstraintViolation` or `UnsupportedVersion`.
    """
    cursor = Cursor(source.data, "tiny report")
    header = cursor.read(Header)
    if str(header.version) != VERSION:
        raise UnsupportedVersion(type="tiny", got=header.version, known=(int(VERSION),), offset=4)
    content = cursor.take(header.digest_size, "digest")
    cursor.done()
    if header.digest_size != Measured.SIZE:
        got, allowed = header.digest_size, str(Measured.SIZE)
        raise ConstraintViolation(what="digest_size", offset=6, got=got, allowed=allowed, spec=Header.SPEC)
    return Report(header, Measured.read(content))
