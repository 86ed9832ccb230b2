"""The body of an HTTP message, and the parts of a MIME multipart, as they are sent: bytes behind headers.

Sources: RFC 9112 (HTTP/1.1; a chunked body in section 7.1), RFC 2046, section 5.1 (multipart), RFC 2045, section 6.7
(quoted-printable). What a body is compressed with is a container again.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.containers.part import SHORTEST, Part

HTTP: Final = "http"
MULTIPART: Final = "multipart"
START: Final = re.compile(
    rb"(?:HTTP/[0-9.]{1,3} [0-9]{3}[^\r\n]*|[A-Z]{3,7} [^ \r\n]{1,8192} HTTP/[0-9.]{1,3})\r?\n"
)
"""A line of status, or of a request."""
HEADERS: Final = re.compile(
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}:[^\n]{0,8192}\n(?:[ \t][^\n]{0,8192}\n)*+)*+\r?\n"
)
CHUNKED: Final = re.compile(rb"(?im)^transfer-encoding:[ \t]*chunked[ \t]*\r?$")
QUOTED: Final = re.compile(rb"(?im)^content-transfer-encoding:[ \t]*quoted-printable[ \t]*\r?$")
NAMED: Final = re.compile(rb"(?im)^content-disposition:[^\r\n]*?[; \t]name=\"?([A-Za-z0-9_.-]{1,64})")
SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]{0,256})?\r\n")
BOUNDARY: Final = re.compile(rb"(?:[ -~]{0,256}\r?\n)??--([0-9A-Za-z'()+_,./:=? -]{1,70}?)[ \t]*\r?\n")
"""RFC 2046: at most 70 characters; a line may stand before the first part."""


def open_http(data: bytes) -> Iterator[Part] | None:
    """The body of one request or response; None for what does not begin like one."""
    start = START.match(data)
    headers = HEADERS.match(data, start.end()) if start is not None else None
    return None if headers is None else _body(headers[0], data[headers.end() :])


def _body(headers: bytes, rest: bytes) -> Iterator[Part]:
    body = _joined(rest) if CHUNKED.search(headers) else rest
    if len(body) >= SHORTEST:
        yield Part(HTTP, "", body)


def _joined(rest: bytes) -> bytes:
    """The chunks of a body; the rest as it is where they do not follow each other."""
    chunks: list[bytes] = []
    at = 0
    while (size := SIZE.match(rest, at)) is not None:
        end = size.end() + int(size[1], 16)
        if end == size.end():
            return b"".join(chunks)
        if end > len(rest):
            break
        chunks.append(rest[size.end() : end])
        at = end + 2
    return rest


def open_multipart(data: bytes) -> Iterator[Part] | None:
    """The parts between the boundaries; None for what does not begin with one."""
    boundary = BOUNDARY.match(data)
    if boundary is None or b"--%b--" % boundary[1] not in data:
        return None
    return _parts(data[boundary.start(1) - 2 :], b"--" + boundary[1])


def _parts(data: bytes, delimiter: bytes) -> Iterator[Part]:
    """Each by its `name`, or its number where it has none."""
    pieces = data.removeprefix(delimiter).split(b"\n" + delimiter)
    limits.check("parts of a message", limits.PARTS, len(pieces))
    for number, piece in enumerate(pieces):
        head = re.match(rb"[ \t]*\r?\n", piece)
        headers = HEADERS.match(piece, head.end()) if head is not None else None
        if headers is None:
            continue
        body = piece[headers.end() :].removesuffix(b"\r")
        name = NAMED.search(headers[0])
        if len(body) >= SHORTEST:
            content = quopri.decodestring(body) if QUOTED.search(headers[0]) else body
            yield Part(MULTIPART, name[1].decode() if name else str(number), content)
