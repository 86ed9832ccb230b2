"""dcap-qvl (Rust) on as many quotes as a batch of columns has, one after the other, by its fastest way to text.

The same quote each time: it keeps nothing between two of them.
"""

from __future__ import annotations

import dcap_qvl_fastest
import serve

COUNT = 16_384
"""As `benchmarks.bulk.COUNT`."""


def parse(data: bytes) -> object:
    return [dcap_qvl_fastest.parse(data) for _ in range(COUNT)]


serve.rounds(parse)
