"""Hexadecimal text: `0x` or not, in either case, with white space between whole bytes or lines."""

from __future__ import annotations

import re
from typing import Final

from evidence.errors import CarrierError
from evidence.input import Carrier, Input

HEX: Final = re.compile(rb"\s*(0[xX])?[0-9a-fA-F\s]+")
SHORTEST: Final = 32
"""Fewer characters are not taken for evidence in hexadecimal."""


def unwrap(given: Input) -> tuple[Input] | None:
    """The bytes behind hexadecimal text."""
    data = given.data
    if len(data) < SHORTEST or not HEX.fullmatch(data):
        return None
    digits = b"".join(data.split())
    digits = digits[2:] if digits[:2] in (b"0x", b"0X") else digits
    if len(digits) % 2:
        raise CarrierError(carrier="hex", reason=f"an odd number of digits ({len(digits)})")
    return (given.inside(Carrier("hex"), bytes.fromhex(digits.decode("ascii"))),)
