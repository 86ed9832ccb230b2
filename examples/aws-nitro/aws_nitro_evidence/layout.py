"""The claim set of an attestation document, and the registers in it."""

from __future__ import annotations

from typing import Any, Final

from evidence.limits import SAFE_INTEGER
from evidence.wire.claimset import (
    ClaimKind,
    ClaimLabel,
    ClaimTable,
    ValueRefused,
    array,
    bstr,
    either,
    integer,
    mapping,
    tstr,
)

SPEC: Final = "Attestation process, 2.2 and 3.2.2"
VERSION: Final = "1"
"""A document has none: there is one format."""
FIRST: Final = (b"\x84", b"\xd2")
"""How a message begins: an array of four, or tag 18 on it."""
MARKS: Final = (b"\x69module_id", b"\x64pcrs", b"\x68cabundle")
REGISTERS: Final = 32
SHA384: Final = 48


def _null(value: Any, _: str) -> None:
    if value is not None:
        raise ValueRefused


def optional(kind: ClaimKind) -> ClaimKind:
    """A value, or null: enclaves get documents with null for what they left out, whatever the specification says of it."""
    return either(ClaimKind("null", _null), kind)


# fmt: off
PCRS: Final = ClaimTable("PCRs", SPEC, tuple(ClaimLabel(number, f"pcr{number}", bstr(SHA384)) for number in range(REGISTERS)))


def _registers(value: Any, path: str) -> Any:
    registers = mapping(PCRS).check(value, path)
    if not registers.values or registers.unknown:
        raise ValueRefused
    return registers


DOCUMENT: Final = ClaimTable("attestation document", SPEC, (
    ClaimLabel("module_id",   "module_id",   tstr(least=1),                                              required=True),
    ClaimLabel("digest",      "digest",      tstr("SHA384"),                                             required=True),
    ClaimLabel("timestamp",   "timestamp",   integer(1, SAFE_INTEGER),                                   required=True),
    ClaimLabel("pcrs",        "pcrs",        ClaimKind("a map of registers, 1 to 32 of them, by numbers below 32", _registers, PCRS), required=True),
    ClaimLabel("certificate", "certificate", bstr(least=1, most=1024),                                   required=True),
    ClaimLabel("cabundle",    "cabundle",    array(bstr(least=1, most=1024), least=1),                   required=True),
    ClaimLabel("public_key",  "public_key",  optional(bstr(least=1, most=1024))),
    ClaimLabel("user_data",   "user_data",   optional(bstr(least=0, most=1024))),
    ClaimLabel("nonce",       "nonce",       optional(bstr(least=0, most=1024))),
))
# fmt: on
