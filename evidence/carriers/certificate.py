"""Evidence in an extension of a certificate that is not one of RA-TLS's: told by its content, whatever it is called.

Sources: Open Enclave, dstack, contrast and others, each with object identifiers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from evidence.errors import EvidenceError
from evidence.input import Carrier, Input
from evidence.wire import der, x509

NAME: Final = "x509"
PEM: Final = b"-----BEGIN CERTIFICATE-----"


def search(given: Input, is_evidence: Callable[[bytes], bool]) -> tuple[Input, ...]:
    """What is evidence in the first certificate; bytes that are there twice are one piece."""
    data = given.data
    if data[:1] != b"0" and not data.startswith(PEM):
        return ()
    try:
        certificate = x509.read_all(data, NAME)[0]
    except EvidenceError:
        return ()
    found: dict[bytes, str] = {}
    for oid, extension in certificate.extensions.items():
        for content in filter(is_evidence, _contents(extension.value)):
            found.setdefault(content, oid)
    return tuple(given.inside(Carrier(NAME, oid), content) for content, oid in found.items())


def _contents(value: bytes) -> Iterator[bytes]:
    """An extension's value, and the bytes that an OCTET STRING in it holds."""
    yield value
    try:
        item = der.item(value, 0, NAME)
    except EvidenceError:
        return
    if item.tag == der.OCTET_STRING and item.end == len(value):
        yield value[item.content : item.end]
