"""Evidence in an extension of a certificate, as RA-TLS has it: told by its content, whatever the extension is called.

Sources: Gramine, Open Enclave, dstack, rats-tls and others (each with object identifiers of its own);
TCG, DICE Attestation Architecture (tagged evidence, a CBOR array whose first item it is).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from evidence.errors import EvidenceError
from evidence.input import Carrier, Input
from evidence.wire import cbor, der, x509

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
    """An extension's value, and the bytes that an OCTET STRING or tagged evidence in it holds."""
    yield value
    try:
        item = der.item(value, 0, NAME)
        if item.tag == der.OCTET_STRING and item.end == len(value):
            yield value[item.content : item.end]
    except EvidenceError:
        pass
    try:
        tagged = cbor.loads(value, NAME)
    except EvidenceError:
        return
    content = tagged.value if isinstance(tagged, cbor.Tag) else tagged
    if isinstance(content, tuple) and content and isinstance(content[0], bytes):
        yield content[0]
