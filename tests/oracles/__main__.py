"""`python -m tests.oracles [TYPE…]`: see the package."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
SHARED = {"__init__", "__main__", "common", "wrapped"}
KNOWN = sorted({path.stem for path in HERE.glob("*.py")} - SHARED)

if __name__ == "__main__":
    if "EVIDENCE_CORPUS" not in os.environ:
        sys.exit("EVIDENCE_CORPUS names the folder of samples, and is not set")
    corpus = Path(os.environ["EVIDENCE_CORPUS"])
    for name in [kind.replace("-", "_") for kind in sys.argv[1:]] or KNOWN:
        import_module(f"tests.oracles.{name}").main(corpus)
