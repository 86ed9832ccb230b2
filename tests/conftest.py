"""What all tests share: where samples are, if they are here."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

CORPUS = Path(os.environ["EVIDENCE_CORPUS"]) if os.environ.get("EVIDENCE_CORPUS") else None
"""The folder of samples that may not be committed; None where it is not at hand."""


def expected_snp() -> dict[str, Any]:
    """What independent readers say of every SNP report in the corpus, by file name."""
    found: dict[str, Any] = json.loads((CORPUS / "snp" / "expected.json").read_text()) if CORPUS else {}
    return found
