"""Reports for the engines: SNP reports that all differ, pieces of other types among them, and some that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import parquet

from evidence import Registry
from evidence.authoring import fixtures
from tests.generate.amd_sev_snp_reports import GENOA, MILAN, TURIN, TURIN_FIELDS, report

PARTS: Final = 8
"""Files that the reports lie in."""
ODD: Final = 97
"""One input in as many is no SNP report."""
PRODUCTS: Final = (MILAN, GENOA, TURIN)


def parts(folder: Path, count: int) -> None:
    """Write `count` inputs with the column `source`, their number, as several files of Parquet."""
    size = -(-count // PARTS)
    for part in range(PARTS):
        numbers = range(part * size, min((part + 1) * size, count))
        table = pa.table({"source": pa.array(numbers, pa.int64()), "evidence": [*map(_input, numbers)]})
        table = table.cast(pa.schema([("source", pa.int64()), ("evidence", pa.binary())]))
        parquet.write_table(table, folder / f"{part:02}.parquet", row_group_size=1_000)


def _input(number: int) -> bytes | None:
    if number % ODD == 0:
        odd = ODDS[number // ODD % len(ODDS)]
        return odd if odd is None else bytes(odd)
    patterns = PATTERNS
    pattern = bytearray(patterns[number % len(patterns)])
    pattern[0x50:0x58] = number.to_bytes(8, "big")  # REPORT_DATA
    pattern[0x1A0:0x1A8] = (number // 2).to_bytes(8, "big")  # CHIP_ID: two reports of each chip
    return bytes(pattern)


def _patterns() -> Iterator[bytes]:
    """Each product with several TCBs and policies."""
    for product in PRODUCTS:
        fields = TURIN_FIELDS if product == TURIN else {}
        for microcode in (0x48, 0x50, 0x51):
            reported = fields.get("x180", bytes.fromhex("0300000000000873"))[:7] + bytes([microcode])
            yield report(3, product, **{**fields, "x180": reported})
        yield report(3, product, **{**fields, "x008": bytes.fromhex("1f000b0000000000")})


def _odds() -> Iterator[bytes | None]:
    """What is refused, and one valid piece of every type."""
    whole = report(3, MILAN)
    yield from (None, b"", b"\x00" * 32, whole[:-1], whole + b"x", b"\x09" + whole[1:])
    yield report(3, MILAN, x18b=b"\x01")  # a reserved byte
    for kind in Registry.builtin():
        if kind.fixtures:
            yield next(iter(fixtures.valid(kind.fixtures))).data


PATTERNS: Final = tuple(_patterns())
ODDS: Final = tuple(_odds())
