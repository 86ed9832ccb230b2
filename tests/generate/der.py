"""Writing DER and PEM by hand (ITU-T X.690, RFC 7468), for structures that no library would make."""

from __future__ import annotations

import base64


def tlv(tag: int, *content: bytes) -> bytes:
    """A value with its length in the shortest form."""
    inside = b"".join(content)
    size = len(inside)
    count = (size.bit_length() + 7) // 8
    head = bytes([size]) if size < 0x80 else bytes([0x80 | count]) + size.to_bytes(count, "big")
    return bytes([tag]) + head + inside


def integer(number: int) -> bytes:
    """An INTEGER that is not negative."""
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = b""
    for arc in (40 * first + second, *rest):
        parts = [arc & 0x7F]
        while arc := arc >> 7:
            parts.append(arc & 0x7F | 0x80)
        content += bytes(reversed(parts))
    return tlv(0x06, content)


def sequence(*content: bytes) -> bytes:
    """A SEQUENCE."""
    return tlv(0x30, *content)


def bits(content: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return tlv(0x03, b"\0", content)


def pem(der: bytes) -> bytes:
    """A certificate in PEM, with a newline behind its last line."""
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode()
