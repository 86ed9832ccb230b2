"""What 64 KiB of hostile carrier can cost, whatever would be inside of it."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Final

from benchmarks.common import Bound
from benchmarks.hostile import SIZE, Input, mebibytes, milliseconds

INPUTS: Final = {
    "lines of hexadecimal": b"0x0\n" * (SIZE // 4),
    "lines of base64": b"A\n" * (SIZE // 2),
    "JSON, an array of bytes": b"[" + b"1," * (SIZE // 2 - 1) + b"1]",
    "JSON, quotes that never end": b'{"' + b'\\"' * (SIZE // 2 - 1),
    "JSON, nested": b"[" * SIZE,
    "JSON, empty objects": b'{"a":[' + b"{}," * (SIZE // 3 - 4) + b"{}]}",
    "JSON, texts that are nearly reports": b"{%s}"
    % b",".join(b'"%d":"%s"' % (n, b"A" * 256) for n in range(SIZE // 264)),
    "gzip of zeros": gzip.compress(bytes(SIZE << 9)),
    "JSON, many names, one twice": b"{%s}" % b",".join(b'"%d":1' % n for n in chain(range(6000), [5999])),
    "protobuf of empty fields": b"\x0a\0" * (SIZE // 2),
    "MessagePack of empty arrays": b"\x82\xa7version\1\xa8platform\xdc\xff\xff" + b"\x90" * (SIZE - 23),
    "SCALE of empty events": b"\0\0\x81\x12" + bytes(1184) + b"\2\0\4\0" + bytes(SIZE - 1192),
    "base64, five times": base64.b64encode(
        base64.b64encode(base64.b64encode(base64.b64encode(base64.b64encode(b"\7" * (SIZE // 5)))))
    ),
}


def worst(cost: Callable[[Input], float]) -> tuple[float, str, int]:
    """The greatest cost, the name of its input, and how many inputs there were."""
    return *max((cost(Input(name, data[:SIZE], None)), name) for name, data in INPUTS.items()), len(INPUTS)


def rows() -> Iterator[Bound]:
    yield Bound("hostile 64 KiB, carriers", "CPU", "ms", 50, partial(worst, milliseconds))
    yield Bound("hostile 64 KiB, carriers", "memory", "MiB", 16, partial(worst, mebibytes))
