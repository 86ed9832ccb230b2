"""Bytes in text: hexadecimal, base64 or base64url, on one line or on many; a certificate in PEM that is evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.containers import digits, dump
from evidence.errors import BadEncoding, CarrierError
from evidence.input import Carrier, Input
from evidence.wire import text

ARMOURED: Final = re.compile(
    rb"\s*+-----BEGIN CERTIFICATE-----\s(M[A-Za-z0-9+/=\s]++)-----END CERTIFICATE-----\s*+"
)
"""One certificate in PEM and nothing beside it (RFC 7468); its DER begins with 30."""
UCCS_EVIDENCE_DER: Final = bytes.fromhex("0606678105050406")
"""OBJECT IDENTIFIER 2.23.133.5.4.6 (tcg-dice-UCCS-evidence): a certificate with it is evidence, all others are none."""


def unwrap(source: Input) -> Iterator[Input | CarrierError] | None:
    """The bytes behind each text; what a dump prints, and words of a machine, are for their containers."""
    if (block := ARMOURED.fullmatch(source.data)) is not None:
        return _certificate(source, b"".join(block[1].split()))
    written = digits.read(source.data)
    if written is None or dump.is_dump(source.data):
        return None
    if written.name == "hex" and digits.is_grouped(source.data):  # content tells in which order the bytes are
        return None
    return _pieces(source, written)


def _certificate(source: Input, body: bytes) -> Iterator[Input] | None:
    """The certificate in PEM, if it is evidence itself; what is wrong with any other is nobody's business here."""
    try:
        data = text.base64(body, "pem")
    except BadEncoding:
        return None
    return iter((source.inside(Carrier("pem"), data),)) if UCCS_EVIDENCE_DER in data else None


def _pieces(source: Input, written: digits.WrittenTexts) -> Iterator[Input | CarrierError]:
    for at, item in zip(written.paths, written.texts, strict=True):
        try:
            data, broken = text.as_far(written.decode, item, written.name)
            yield source.inside(Carrier(written.name, at), data, broken=broken)
        except BadEncoding as error:
            yield CarrierError(carrier=written.name, path=at, reason=error.reason)


CARRIERS: Final = (
    CarrierDescriptor(
        name="hex",
        section="files",
        told_by="only digits, white space and `0x`, from 32 characters on",
        taken=(
            "the bytes. Lines are one text as a tool wrapped it, unless each begins with `0x` or one "
            "has more than 512 characters: then each line is a piece"
        ),
        rest="-",
        source="RFC 4648, section 8",
        forms=(InBytes(unwrap, searched=False),),
    ),
    CarrierDescriptor(
        name="base64",
        section="files",
        told_by="only one of the alphabets, and not hexadecimal, from 32 characters on; not PEM",
        taken="the bytes; lines as above",
        rest="-",
        source="RFC 4648, sections 4 and 5",
    ),
    CarrierDescriptor(
        name="base64url",
        section="files",
        told_by="only one of the alphabets, and not hexadecimal, from 32 characters on; not PEM",
        taken="the bytes; lines as above",
        rest="-",
        source="RFC 4648, sections 4 and 5",
    ),
    CarrierDescriptor(
        name="pem",
        section="files",
        told_by="one certificate in PEM with the extension tcg-dice-UCCS-evidence, and nothing beside it",
        taken="its DER, which is evidence of CoVE",
        rest="-",
        source="RFC 7468",
    ),
)
