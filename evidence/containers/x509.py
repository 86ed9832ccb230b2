"""The extensions of X.509 certificates and the attributes of requests for one, by their object identifiers.

Sources: RFC 5280 (certificates), RFC 2986 (requests), RFC 2985 (the attribute `extensionRequest`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import limits
from evidence.containers.part import SHORTEST, Part
from evidence.errors import EvidenceError
from evidence.wire import der

NAME: Final = "x509"
EXTENSIONS: Final = 0xA3
"""The tag of the extensions of a certificate."""
ATTRIBUTES: Final = 0xA0
"""The tag of the attributes of a request."""
EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"


def open_certificates(data: bytes) -> list[Part] | None:
    """What the certificates or requests hold that lie in `data` one after the other; None for what is neither."""
    if len(data) < SHORTEST or data[0] != der.SEQUENCE:
        return None
    bodies: list[list[Part]] = []
    at = 0
    try:
        while at < len(data) and data[at] == der.SEQUENCE:
            end = der.check(data, NAME, at)
            bodies.append([*_extensions(data, at)])
            limits.check("certificates", limits.CERTIFICATES, len(bodies), offset=at)
            at = end
    except (ValueError, IndexError):  # also of what has other values than these
        if not bodies:
            return None
    several = len(bodies) > 1
    return [
        part._replace(at=f"{index}/{part.at}") if several else part
        for index, body in enumerate(bodies)
        for part in body
    ]


def _extensions(data: bytes, at: int) -> Iterator[Part]:
    outer = [*der.children(data, at, NAME)]
    if [item.tag for item in outer] != [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        return
    for field in der.children(data, outer[0].start, NAME):
        if field.tag == EXTENSIONS:
            (sequence,) = der.children(data, field.start, NAME)
            yield from _named(data, sequence)
        elif field.tag == ATTRIBUTES and data[field.content : field.content + 1] == b"\x30":
            yield from _attributes(data, field)


def _named(data: bytes, sequence: der.Item) -> Iterator[Part]:
    """Each extension's value, and the bytes that an OCTET STRING in it holds."""
    for extension in der.children(data, sequence.start, NAME):
        name, *_, value = der.children(data, extension.start, NAME)
        if value.tag == der.OCTET_STRING and value.end - value.content >= SHORTEST:
            yield from _values(data, _oid(data, name), value.content, value.end)


def _attributes(data: bytes, field: der.Item) -> Iterator[Part]:
    for attribute in der.children(data, field.start, NAME):
        name, values = der.children(data, attribute.start, NAME)
        oid = _oid(data, name)
        for value in der.children(data, values.start, NAME):
            if oid == EXTENSION_REQUEST:
                yield from _named(data, value)
            else:
                yield from _values(data, oid, value.start, value.end)


def _values(data: bytes, oid: str, start: int, end: int) -> Iterator[Part]:
    """A value, and what the strings of bytes at any depth of it hold."""
    if end - start < SHORTEST:
        return
    try:
        whole = der.check(data, NAME, start, end) == end
    except EvidenceError:
        whole = False
    yield Part(NAME, oid, data[start:end], open=whole)
    if not whole:
        return
    todo = [der.item(data, start, NAME, end)]
    while todo:
        item = todo.pop()
        if item.tag in {der.OCTET_STRING, der.UTF8_STRING} and item.end - item.content >= SHORTEST:
            yield Part(NAME, oid, data[item.content : item.end])
        elif item.tag & der.CONSTRUCTED:
            todo += reversed([*der.children(data, item.start, NAME)])


def _oid(data: bytes, item: der.Item) -> str:
    return der.oid(data[item.content : item.end])
