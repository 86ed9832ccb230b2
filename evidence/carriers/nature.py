"""What bytes are that are no evidence: what belongs beside evidence by its name, everything else as far as it shows.

Nothing here is read: whoever has the wrong file, or the right one in a form that is not read, is told which.

Sources: RFC 5280 and RFC 7468 (certificates, CRLs, keys); AMD 56421 (certificate table); AMD, SEV API (the report of
SEV before SNP); AWS, Nitro Enclaves (attestation documents); RFC 8610, appendix G
(EDN); the magics of archives by their own specifications.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from evidence.containers import dump, json, pem, table
from evidence.errors import EvidenceError, NotEvidence
from evidence.wire import der, guid_table
from evidence.wire.json import loads

ATTACH: Final = "--attach certificates=FILE gives them to the evidence that they belong to"


class Thing(NamedTuple):
    """What belongs beside evidence: what DER it is, how labels of PEM end, its name, and what to do with it."""

    tell: Callable[[Der], bool]
    labels: tuple[str, ...]
    kind: str
    hint: str


class Der(NamedTuple):
    """The tags of a value in DER, and of what was signed where it is a signed one; nothing for other bytes."""

    tags: list[int]
    signed: list[int]


def _labels(data: bytes) -> set[str]:
    """The labels of the blocks of PEM that a text has."""
    blocks = pem.open_blocks(data) if table.is_text(data) else None
    return {block.at.partition("/")[0] for block in blocks or ()}


TIMES: Final = frozenset({der.UTC_TIME, der.GENERALIZED_TIME})
SIGNED: Final = [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]


def _der(data: bytes) -> Der:
    if data[:1] != b"\x30":
        return Der([], [])
    try:
        der.check(data, "DER")
        outer = [*der.children(data)]
        inner = [*der.children(data, outer[0].start)] if [item.tag for item in outer] == SIGNED else []
    except EvidenceError:
        return Der([], [])
    return Der([item.tag for item in outer], [item.tag for item in inner])


def _is_certificate(value: Der) -> bool:
    version = value.signed[:1] == [0xA0]
    return value.signed[version : version + 6] == [der.INTEGER, *[der.SEQUENCE] * 5]


def _is_crl(value: Der) -> bool:
    version = value.signed[:1] == [der.INTEGER]
    names, time = value.signed[version : version + 2], value.signed[version + 2 : version + 3]
    return names == [der.SEQUENCE] * 2 and not TIMES.isdisjoint(time)


def _is_request(value: Der) -> bool:
    return value.signed == [der.INTEGER, der.SEQUENCE, der.SEQUENCE, 0xA0]


def _is_key(value: Der) -> bool:
    """A public one, or one of PKCS 8."""
    return value.tags == [der.SEQUENCE, der.BIT_STRING] or value.tags[:3] == [
        *(der.INTEGER, der.SEQUENCE, der.OCTET_STRING)
    ]


def _is_table(data: bytes) -> bool:
    return guid_table.begins(data, 0) and guid_table.name(data[:16]) is not None


TABLE: Final = Thing(lambda _: False, (), "a table of certificates (GHCB)", ATTACH)
BESIDE: Final = (
    TABLE,
    Thing(lambda _: False, ("PRIVATE KEY",), "a private key", "keep it from everybody"),
    Thing(_is_request, ("CERTIFICATE REQUEST",), "a request for a certificate", "no evidence is in it"),
    Thing(_is_certificate, ("CERTIFICATE",), "certificates", ATTACH),
    Thing(_is_crl, ("CRL",), "a list of revoked certificates", "whoever verifies a chain needs it"),
    Thing(_is_key, ("PUBLIC KEY",), "a key", "whoever verifies a signature needs it"),
)
"""In the order in which they are asked: of several in one text the most telling one."""


class Look(NamedTuple):
    """What is not read: how it is told, and what to say."""

    tell: Callable[[bytes], object]
    words: str


def _begins(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(magics)


def _has(*words: bytes) -> Callable[[bytes], bool]:
    return lambda data: all(word in data for word in words)


def _in_text(pattern: bytes, *more: bytes) -> Callable[[bytes], bool]:
    """Whether a text has something like each of the patterns."""
    compiled = [re.compile(each, re.MULTILINE) for each in (pattern, *more)]
    return lambda data: table.is_text(data) and all(each.search(data) for each in compiled)


SEV_BYTES, SEV_USAGE, SEV_ALGORITHMS = 208, b"\x02\x10\0\0", (b"\x02\0\0\0", b"\x02\1\0\0")


def _is_sev(data: bytes) -> bool:
    """MNONCE, LAUNCH_DIGEST, POLICY; then SIG_USAGE of the PEK and SIG_ALGO, before a signature of 144 bytes."""
    return len(data) == SEV_BYTES and data[0x34:0x38] == SEV_USAGE and data[0x38:0x3C] in SEV_ALGORITHMS


def _is_folded(data: bytes) -> bool:
    """Whether a text is JSON but for the ends of lines in its texts."""
    if not json.START.match(data) or not (b"\n" in data or b"\r" in data):
        return False
    try:
        loads(data.translate(None, b"\r\n"))
    except EvidenceError:
        return False
    return True


EMPTY: Final = "an empty file: the platform gave nothing"
ZEROS: Final = "nothing but zeros: the platform gave nothing"
BEGINNING: Final = 1 << 16
"""Bytes that show what a file is."""
LOOKS: Final = (
    Look(
        _begins(b"PK\3\4", b"PK\5\6"),
        "a zip archive in which no evidence can be read: what is encrypted, or compressed in a newer way, has to be unpacked",
    ),
    Look(
        _begins(b"\xfd7zXZ\0", b"BZh", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c"),
        "a compressed file: unpack it",
    ),
    Look(_has(b"module_id", b"pcrs", b"cabundle"), "an attestation document of AWS Nitro, which is not read"),
    Look(_is_sev, "an attestation report of SEV before SNP, which is not read"),
    Look(
        _in_text(
            rb"^[ \t]*[a-z]\w*[ \t]*:?[ \t]*[{<]\r?$", rb"^[ \t]*[}>]\r?$", rb"^[ \t]*[a-z]\w*: [\"0-9]"
        ),
        "protobuf in text format (textproto), which leaves out bytes: give the message in binary or as JSON",
    ),
    Look(
        _in_text(rb"(?<!\w)(?:h|b64)'[0-9A-Za-z+/=_ \r\n-]*'"),
        "CBOR in diagnostic notation (EDN): give the item in binary",
    ),
    Look(
        _in_text(rb"^[*]\r?$", rb"^ ?(?:[0-9a-f]{2,8} ){7}"),
        "a dump without addresses whose lines were left out (*): print it with addresses, or with all lines (-v)",
    ),
    Look(
        _in_text(rb"^[{] ?\"type\" ?: ?\d+, ?\"generation\".*\"received\""),
        "what `device-evidence dump` says on standard error: give the folder of objects that it wrote",
    ),
    Look(_is_folded, "JSON whose texts were folded into lines: join them again"),
    Look(
        _in_text(rb"\.\.\. \d+ more (?:item|byte)|<\d+ bytes? more>"),
        "an array that was cut short when it was printed",
    ),
)
"""Of what is unknown: the first that fits."""


def beside(data: bytes) -> NotEvidence | None:
    """The error for what belongs beside evidence; None for anything else."""
    labels, value = _labels(data), _der(data)
    for thing in BESIDE:
        told = thing.tell(value) or any(label.endswith(thing.labels) for label in labels)
        if told or (thing is TABLE and _is_table(data)):
            return NotEvidence(kind=thing.kind, detail=thing.hint)
    return None


def looks_like(data: bytes) -> str:
    """What unknown bytes look like, and what to do; nothing where they look like nothing."""
    if not data:
        return EMPTY
    try:
        if not any(data):
            return ZEROS
        head = data[:BEGINNING]
        return dump.fault(head) or next((look.words for look in LOOKS if look.tell(head)), "")
    except EvidenceError:
        return ""
