"""One piece of evidence of every type, on the pages of `evidence show`.

The evidence is that of the fixtures: made by generators, signed with keys of their own.
"""

from __future__ import annotations

from typing import Final

import evidence
from evidence.authoring import fixtures
from evidence.errors import EvidenceError
from evidence.show import Detail, joined, lines, piece_page, refusal_page

SHOWN: Final = {
    "amd-sev-snp": "v3-table",
    "intel-tdx": "v4-ccel",
    "intel-sgx": "v3-chain",
    "arm-cca": "2024-907",
    "arm-psa": "rfc9783-sign1",
    "riscv-cove": "uccs",
    "dice": "android",
    "dmtf-spdm": "v11-nvidia-gpu",
    "pci-tdisp": "message",
    "tpm2-quote": "rsassa",
    "eat": "cwt",
}
"""Of each type the fixture that looks most like what a platform gives; the first one of any other type."""


def show(piece: evidence.Evidence) -> None:
    """The page of a piece, and an empty line."""
    for line in lines(piece_page(piece, Detail())):
        print(joined(line))
    print()


def main() -> None:
    sample = b""
    for kind in evidence.Registry.builtin():
        if kind.fixtures is None:
            continue
        every = {loaded.name: loaded for loaded in fixtures.valid(kind.fixtures)}
        loaded = every.get(SHOWN.get(kind.name, "")) or next(iter(every.values()))
        piece = evidence.parse(
            loaded.data,
            type=kind.name if loaded.fixture.force else None,
            options=loaded.fixture.options or None,
            attachments=loaded.attachments,
        )
        show(piece)
        sample = sample or piece.data
    for what, data in ("The first of these, a byte short", sample[:-1]), ("Bytes of nobody", b"\xff" * 64):
        try:
            evidence.parse(data)
        except EvidenceError as error:
            print(f"== {what}")
            for line in lines(refusal_page(error, Detail(), data)):
                print(joined(line))
            print()


if __name__ == "__main__":
    main()
