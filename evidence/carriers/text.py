"""Bytes in text: hexadecimal, base64 or base64url, on one line or on many; a certificate in PEM.

What is hexadecimal is never taken for base64. Lines are put together as a tool wrapped them, unless each
begins with `0x`, or one is wider than tools wrap: then every line is a piece of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from evidence import limits
from evidence.errors import BadEncoding, CarrierError
from evidence.input import Carrier, Input
from evidence.wire import text

TEXT: Final = re.compile(rb"[A-Za-z0-9+/_= \t\r\n-]+")
HEX: Final = re.compile(rb"(?:0[xX])?[0-9a-fA-F \t]+")
"""A line of whole bytes, with white space between them or not."""
BASE64: Final = re.compile(rb"[A-Za-z0-9+/_=-]+")
PEM: Final = b"-----"
ARMOURED: Final = re.compile(
    rb"\s*+-----BEGIN CERTIFICATE-----\s(M[A-Za-z0-9+/=\s]++)-----END CERTIFICATE-----\s*+"
)
"""One certificate in PEM and nothing beside it (RFC 7468); its DER begins with 30."""
UCCS_EVIDENCE_DER: Final = bytes.fromhex("0606678105050406")
"""OBJECT IDENTIFIER 2.23.133.5.4.6 (tcg-dice-UCCS-evidence): a certificate with it is evidence, all others are none."""
SHORTEST: Final = 32
"""Fewer characters are not taken for evidence in text."""
WIDEST: Final = 512
"""Characters of a line that a tool wraps at, at most (xxd -c 256)."""

Decode = Callable[[bytes, str], bytes]


def unwrap(given: Input) -> Iterator[Input | CarrierError] | None:
    """The bytes behind each text."""
    if len(given.data) < SHORTEST or not TEXT.fullmatch(given.data):
        return None
    if (block := ARMOURED.fullmatch(given.data)) is not None:
        return _certificate(given, b"".join(block[1].split()))
    limits.check("lines", limits.LINES, given.data.count(b"\n") + given.data.count(b"\r"))
    lines = [stripped for line in given.data.splitlines() if (stripped := line.strip())]
    if not lines or lines[0].startswith(PEM):
        return None
    if all(map(HEX.fullmatch, lines)):
        return _pieces(given, "hex", text.hexadecimal, _digits(lines))
    if all(map(BASE64.fullmatch, lines)):
        url = b"-" in given.data or b"_" in given.data
        name, decode = ("base64url", text.base64url) if url else ("base64", text.base64)
        return _pieces(given, name, decode, _texts(lines))
    return None


def _certificate(given: Input, body: bytes) -> Iterator[Input] | None:
    """The certificate in PEM, if it is evidence itself; what is wrong with any other is nobody's business here."""
    try:
        data = text.base64(body, "pem")
    except BadEncoding:
        return None
    return iter((given.inside(Carrier("pem"), data),)) if UCCS_EVIDENCE_DER in data else None


def _pieces(given: Input, name: str, decode: Decode, texts: list[bytes]) -> Iterator[Input | CarrierError]:
    for number, item in enumerate(texts):
        at = str(number) if len(texts) > 1 else ""
        try:
            yield given.inside(Carrier(name, at), decode(item, name))
        except BadEncoding as error:
            yield CarrierError(carrier=name, path=at, reason=error.reason)


def _digits(lines: list[bytes]) -> list[bytes]:
    """The texts without white space and `0x`."""
    packed = [line.translate(None, b" \t") for line in lines]
    marked = [line[2:] for line in packed if line[:2] in {b"0x", b"0X"}]
    if len(marked) == len(packed):
        return marked
    return _texts([line.removeprefix(b"0x").removeprefix(b"0X") for line in packed])


def _texts(lines: list[bytes]) -> list[bytes]:
    """The lines themselves, or the one text that a tool wrapped."""
    return lines if len(max(lines, key=len)) > WIDEST else [b"".join(lines)]
