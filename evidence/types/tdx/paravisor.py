"""The signs by which the report of a paravisor looks as one does: Azure's extends no register, and sets no attribute."""

from __future__ import annotations

from typing import Final

from evidence.types.tdx.layout import TdInfo, TdReport

DIGEST: Final = 32
"""Bytes of the digest in REPORTDATA."""
SIGNS: Final = ("no attribute is set", "no RTMR was extended", "32 bytes of report data")


def signs(body: TdReport | TdInfo, report_data: bytes) -> tuple[str, ...]:
    """The signs, where a report has all of them. They prove nothing."""
    registers = (body.rtmr0, body.rtmr1, body.rtmr2, body.rtmr3)
    plain = not body.tdattributes and not any(map(any, registers)) and not any(report_data[DIGEST:])
    return SIGNS if plain else ()
