"""All containers, in the order in which bytes are tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evidence.containers import abi, archive, cbor, digits, dump, jws, literals, pem, protobuf, runs, x509
from evidence.containers.part import Parts

Open = Callable[[bytes], Parts]
BINARY: Final[tuple[Open, ...]] = (
    archive.gzip,
    archive.tar,
    x509.open_certificates,
    cbor.open_item,
    protobuf.open_message,
    abi.open_calldata,
)
"""Containers of bytes: what is of one kind is of no other."""
WHOLE: Final[tuple[Open, ...]] = (jws.open_token, digits.open_digits)
"""Containers that a whole text is. JSON comes before them."""
TEXT: Final[tuple[Open, ...]] = (
    pem.open_blocks,
    dump.open_dump,
    literals.open_escapes,
    literals.open_numbers,
    runs.open_runs,
)
"""Containers in text: each may have something, for a text is often made of several."""
CONTROL: Final = bytes(set(range(0x20)) - set(b"\t\n\r\f\v\x1b\b"))


def is_text(data: bytes) -> bool:
    """Whether bytes have no control characters: text in UTF-8, or in another set of characters around ASCII."""
    return bool(data) and len(data.translate(None, CONTROL)) == len(data)
