"""Kinds of values and words that RFC 9783 and the CCA profiles have in common."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from evidence.wire.claimset import ClaimKind, ClaimTable, ValueRefused, bstr, either, integer, number, tstr

HASH: Final = bstr(32, 48, 64)
"""psa-hash-type, cca-hash-type: no algorithm of less than 256 bits."""

INT32: Final = integer(-(2**31), 2**31 - 1)
"""Clients, and numbers that the specification calls integers and no more."""
VERSION: Final = either(tstr(), number())
"""A component's version is a text; TF-M's tools wrote one that looks like a number as a number."""

# fmt: off
STATES: Final = {  # bits 15:8 of the security lifecycle; bits 7:0 are implementation defined
    0x00: "unknown",
    0x10: "assembly-and-test",
    0x20: "rot-provisioning",
    0x30: "secured",
    0x40: "non-rot-debug",
    0x50: "recoverable-rot-debug",
    0x60: "decommissioned",
}
# fmt: on


class ClaimsProfile(NamedTuple):
    """A profile: the version it stands for, and its claims."""

    version: str
    table: ClaimTable


def ueid(size: int) -> ClaimKind:
    """An instance identifier of `size` bytes: a UEID of type RAND (RFC 9711, table 1)."""

    def check(value: Any, _: str) -> Any:
        if value.__class__ is not bytes or len(value) != size or value[0] != 0x01:
            raise ValueRefused
        return value

    return ClaimKind(f"a byte string of {size} bytes, the first of them 01", check)


def _lifecycle(value: Any, _: str) -> Any:
    if value.__class__ is not int or not 0 <= value <= 0xFFFF or value >> 8 not in STATES:
        raise ValueRefused
    return value


LIFECYCLE: Final = ClaimKind("an integer from 0x0000, 0x1000, 0x2000, … 0x6000 to 255 above it", _lifecycle)
