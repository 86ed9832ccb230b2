"""What the scripts of peers share. It runs in a peer's environment: the standard library alone."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def rounds(parse: Callable[[bytes], object]) -> None:
    """Time `parse` over the files of the command line whenever a line of input asks for it.

    First says which files it accepts, as a list of true and false in JSON. Then, for every line with a
    number N, runs N passes over the accepted files and prints the seconds that they took.
    """
    samples = [Path(name).read_bytes() for name in sys.argv[1:]]
    accepted = [_accepts(parse, data) for data in samples]
    print(json.dumps(accepted), flush=True)
    samples = [data for data, fine in zip(samples, accepted, strict=True) if fine]
    for line in sys.stdin:
        repeat = int(line)
        start = time.process_time()
        for _ in range(repeat):
            for data in samples:
                parse(data)
        print(time.process_time() - start, flush=True)


def _accepts(parse: Callable[[bytes], object], data: bytes) -> bool:
    try:
        parse(data)
    except Exception:  # noqa: BLE001 (whatever a peer raises: it refuses the file)
        return False
    return True
