"""Bytes written as text: hexadecimal, base64 and base64url, strictly.

Nothing outside of the alphabet is skipped, padding is whole or absent, and bits that mean nothing are
zero: a text has one meaning, and nearly one form.

Source: RFC 4648, sections 4 (base64), 5 (base64url) and 8 (base16); 3.3 and 3.5 on strictness.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64, unhexlify
from collections.abc import Callable
from typing import Final

from evidence.errors import BadEncoding

SPEC: Final = "RFC 4648"

HEX: Final = re.compile(rb"[0-9a-fA-F]*")
BASE64: Final = re.compile(rb"[A-Za-z0-9+/]*")
BASE64URL: Final = re.compile(rb"[A-Za-z0-9_-]*")
Decode = Callable[[bytes, str], bytes]
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")


def hexadecimal(text: str | bytes, what: str, path: str = "") -> bytes:
    """The bytes behind an even number of digits in either case, or `BadEncoding`."""
    digits = _alphabet(HEX, text, what, path)
    if len(digits) % 2:
        raise BadEncoding(what=what, path=path, reason=f"an odd number of digits ({len(digits)})", spec=SPEC)
    return unhexlify(digits)


def base64(text: str | bytes, what: str, path: str = "") -> bytes:
    """The bytes behind base64, padded or not, or `BadEncoding`."""
    return _base64(BASE64, text, what, path)


def base64url(text: str | bytes, what: str, path: str = "") -> bytes:
    """The bytes behind base64url, padded or not, or `BadEncoding`."""
    return _base64(BASE64URL, text, what, path)


def as_far(decode: Decode, text: bytes, what: str) -> tuple[bytes, BadEncoding | None]:
    """The bytes that `decode`, one of the three, gives; of a text that breaks off, the whole ones before, and the error.

    Raises `BadEncoding` where a character is not in the alphabet.
    """
    try:
        return decode(text, what), None
    except BadEncoding as error:
        return _beginning(decode, text, what), error


def _beginning(decode: Decode, text: bytes, what: str) -> bytes:
    if decode is hexadecimal:
        digits = _alphabet(HEX, text, what, "")
        return unhexlify(digits[: len(digits) // 2 * 2])
    body = _alphabet(BASE64URL if decode is base64url else BASE64, text.rstrip(b"="), what, "")
    padded = body.translate(_FROM_URL) + b"A" * (-len(body) % 4)
    return a2b_base64(padded)[: len(body) * 6 // 8]


def _base64(alphabet: re.Pattern[bytes], text: str | bytes, what: str, path: str) -> bytes:
    whole = text.encode("ascii", "replace") if isinstance(text, str) else text
    body = whole.rstrip(b"=")
    padding = len(whole) - len(body)
    _alphabet(alphabet, body, what, path)
    missing = -len(body) % 4
    if missing == 3 or padding not in {0, missing}:
        reason = f"{len(body)} characters of base64 and {padding} of padding"
        raise BadEncoding(what=what, path=path, reason=reason, spec=SPEC)
    standard = body.translate(_FROM_URL)
    data = a2b_base64(standard + b"=" * missing)
    end = len(data) // 3 * 3
    if missing and b2a_base64(data[end:], newline=False).rstrip(b"=") != standard[len(body) // 4 * 4 :]:
        raise BadEncoding(what=what, path=path, reason="base64 with bits that mean nothing", spec=SPEC)
    return data


def _alphabet(alphabet: re.Pattern[bytes], text: str | bytes, what: str, path: str) -> bytes:
    """`text` in bytes, all of them in `alphabet`."""
    data = text.encode("ascii", "replace") if isinstance(text, str) else text
    match = alphabet.match(data)
    good = match.end() if match else 0
    if good != len(data):
        reason = f"a character that is not in its alphabet, at {good}"
        raise BadEncoding(what=what, path=path, reason=reason, spec=SPEC)
    return data
