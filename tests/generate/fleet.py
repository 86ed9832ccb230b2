"""A packed file of SNP reports of a fleet, no two alike: `python -m tests.generate.fleet COUNT FILE`.

Who they are of is said beside them, so that answers can be counted without reading a report. The signatures are numbers in
their range and nothing more: signing a million would take longer than everything else.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import shake_256
from pathlib import Path
from typing import Final, NamedTuple

from tests.generate.amd_sev_snp_reports import GENOA, MILAN, TURIN, TURIN_FIELDS, UNSIGNED, report

SIZE: Final = 1184
PRODUCTS: Final = ("Milan", "Genoa", "Turin")
BASES: Final = (
    report(3, MILAN, **UNSIGNED),
    report(3, GENOA, **UNSIGNED),
    report(5, TURIN, **TURIN_FIELDS, **UNSIGNED),
)
GUESTS: Final = 8
"""Reports of one chip, one behind the other."""
DEBUG: Final = 1 << 19
"""The bit of POLICY."""


class Member(NamedTuple):
    """One report, and what it is of: the product, the chip, the microcode of its TCB, the build of its firmware."""

    data: bytes
    product: str
    chip: bytes
    microcode: int
    build: int
    debug: bool


def fleet(count: int) -> Iterator[Member]:
    """So many reports. Every 31st chip has old microcode, every 53rd two versions of firmware, every 97th guest a debugger."""
    for number in range(count):
        chip, guest = divmod(number, GUESTS)
        kind = chip % len(BASES)
        noise = shake_256(b"report %d" % number).digest(64 + 48 + 32 + 2 * 48)
        chip_id = shake_256(b"chip %d" % chip).digest(8 if kind == 2 else 64)
        microcode, build = (60 if chip % 31 == 0 else 115), (28 if chip % 53 == 0 and guest % 2 else 29)
        debug = number % 97 == 0
        data = bytearray(BASES[kind])
        if debug:
            data[0x008:0x010] = (int.from_bytes(data[0x008:0x010], "little") | DEBUG).to_bytes(8, "little")
        data[0x050:0x090] = noise[:64]
        data[0x090:0x0C0] = noise[64:112]
        data[0x140:0x160] = noise[112:144]
        data[0x187] = microcode
        data[0x1A0 : 0x1A0 + len(chip_id)] = chip_id
        data[0x1E8] = build
        for at, start in ((0x2A0, 144), (0x2E8, 192)):
            data[at : at + 48] = noise[start : start + 47] + b"\x7f"
        yield Member(bytes(data), PRODUCTS[kind], chip_id, microcode, build, debug)


def main(count: int, path: Path) -> None:
    """Write them."""
    with path.open("wb") as file:
        for member in fleet(count):
            file.write(member.data)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
