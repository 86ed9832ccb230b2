"""Linux's list of measured files (IMA), in bytes and as text: a template hash for each, its template, and its fields.

The register is a PCR, 10 by default; where the hash is SHA-384 the list is of a TD, and the number that of an RTMR.
The template hash is over the fields, each with its length before it, where those of the text can be written again.

Sources: Linux, Documentation/security/IMA-templates.rst, security/integrity/ima/ima_fs.c; cc-trusted-api.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.errors import BadEncoding, ConstraintViolation
from evidence.logs import names
from evidence.logs.event import Event, EventLog
from evidence.wire.cursor import Cursor

LINE: Final = re.compile(
    rb" ?([0-9]{1,2}) ([0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{40}) (ima[a-z0-9|-]{0,32}) (.*)"
)
BY_LENGTH: Final = {40: "sha-1", 64: "sha-256", 96: "sha-384"}
LONGEST: Final = 32
"""Bytes of the name of a template."""
WHAT: Final = "list of measured files"
SPEC: Final = "Linux, IMA-templates"
IN_BYTES: Final = re.compile(rb"[\x00-\x17]\0\0\0[\s\S]{20}[\x03-\x20]\0\0\0ima[a-z0-9|-]*")
TYPE: Final = names.NUMBERS["EV_IPL"]
"""Entries have no type; those of a kernel are logged as EV_IPL where a log of firmware has them."""


def is_text(data: bytes) -> bool:
    """Whether `data` begins as the list does as text."""
    return LINE.match(data[:256].split(b"\n", 1)[0]) is not None


def is_binary(data: bytes) -> bool:
    """Whether `data` begins as the list does in bytes."""
    match = IN_BYTES.match(data[:64])
    return match is not None and match.end() >= 28 + data[24]


def read_text(data: bytes) -> EventLog:
    """The log of the list as text; `BadEncoding` for a line that is none of it."""
    events = tuple(_lines(data))
    return EventLog(format="ima-text", events=events, size=len(data))


def _lines(data: bytes) -> Iterator[Event]:
    place = 0
    for count, line in enumerate(data.split(b"\n")):
        if line or place + 1 < len(data):
            limits.check("log entries", limits.LOG_ENTRIES, count + 1, offset=place)
            match = LINE.fullmatch(line)
            if match is None:
                raise BadEncoding(what=WHAT, offset=place, reason="a line that is no entry", spec=SPEC)
            limits.check("bytes of an event", limits.LOG_EVENT_BYTES, len(line), offset=place)
            number, digest, template, fields = match.groups()
            alg = BY_LENGTH[len(digest)]
            registers = names.RTMRS if alg == "sha-384" else names.PCRS
            yield Event(
                names.register(registers, int(number)),
                int(number),
                TYPE,
                {alg: bytes.fromhex(digest.decode())},
                fields,
                place,
                place + len(line),
                hashed=_written(template, fields),
                name=template.decode(),
            )
        place += len(line) + 1


def _written(template: bytes, fields: bytes) -> bytes:
    """The fields as the template hash is over them; of other templates than `ima-ng`, as they stand."""
    hash, space, path = fields.partition(b" ")
    alg, colon, digest = hash.partition(b":")
    if template != b"ima-ng" or not (space and colon):
        return fields
    try:
        parts = (alg + b":\0" + bytes.fromhex(digest.decode()), path + b"\0")
    except ValueError:
        return fields
    return b"".join(len(part).to_bytes(4, "little") + part for part in parts)


def read_binary(data: bytes) -> EventLog:
    """The log of the list in bytes; `MalformedEvidence` or `LimitExceeded` for one that is broken."""
    cursor = Cursor(data, WHAT)
    events = tuple(_entries(cursor))
    return EventLog(format="ima", events=events, size=cursor.at)


def _entries(cursor: Cursor) -> Iterator[Event]:
    count = 0
    while cursor.left:
        count += 1
        limits.check("log entries", limits.LOG_ENTRIES, count, offset=cursor.at)
        start = cursor.at
        number, digest = cursor.uint(4, "PCR"), cursor.take(20, "template hash")
        size = cursor.uint(4, "length of a template's name")
        limits.check("bytes of a template's name", LONGEST, size, offset=cursor.at)
        template = cursor.take(size, "template")
        if template == b"ima":  # the first template, which has no length
            allowed = "a template with a length"
            raise ConstraintViolation(what="template", offset=start, got="ima", allowed=allowed, spec=SPEC)
        size = cursor.uint(4, "length of the fields")
        if size <= cursor.left:
            limits.check("bytes of an event", limits.LOG_EVENT_BYTES, size, offset=cursor.at)
        fields = cursor.take(size, "fields")
        register = names.register(names.PCRS, number)
        yield Event(
            register,
            number,
            TYPE,
            {"sha-1": digest},
            fields,
            start,
            cursor.at,
            name=template.decode("ascii", "replace"),
        )
