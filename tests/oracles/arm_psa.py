"""The PSA samples of the corpus: tokens, claim sets, and tokens that only look like PSA's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.oracles.common import Reader, Sample, manifest, write

READERS = [Reader("cwt", "cwt", "cwt_arm.py")]

CODES: Final[dict[str, str]] = {
    "draftpsa-diag-FAIL_BootSeed_too_big": "constraint-violation",
    "draftpsa-diag-FAIL_BootSeed_too_small": "constraint-violation",
    "draftpsa-diag-FAIL_ImplementationID_missing": "missing-field",
    "draftpsa-diag-FAIL_ImplementationID_wrong_format": "constraint-violation",
    "draftpsa-diag-FAIL_InstanceID_missing": "missing-field",
    "draftpsa-diag-FAIL_InstanceID_wrong_format": "constraint-violation",
    "draftpsa-diag-FAIL_SoftwareComponent_Measurement_missing": "missing-field",
    "psatoken-testEncodedP1ClaimsMissingMandatoryNonce": "missing-field",
    "psatoken-testEncodedP2ClaimsInvalidMultiNonce": "constraint-violation",
    "psatoken-testEncodedP2ClaimsMissingMandatoryNonce": "missing-field",
    "tfm-badsig-51b6198": "constraint-violation",
    "tfm-invalid-profile-id-b74e82e": "constraint-violation",
    "tfm-malformed-51b6198": "bad-encoding",
    "tfm-malformed-b74e82e": "constraint-violation",
    "tfm-missing-claim-b74e82e": "missing-field",
    "tfm-missing-sw-comps-b74e82e": "constraint-violation",
    "tfm-submod-missing-claim-b74e82e": "constraint-violation",
}
"""What must be refused, and with which code."""
OTHERS: Final = ("tfm-malformed-51b6198",)
"""A damaged token that the list of samples files under other formats."""
SYNTHETIC: Final = "synthetic-iat"
"""Tokens of TF-M's tools with two claims of a test: no profile has them, so that they are nobody's."""


def samples(folder: Path) -> Iterator[Sample]:
    """Every PSA sample with what is expected of it."""
    for row in manifest(folder):
        name = Path(row["file"]).stem
        if not row["format"].startswith(("psa-", SYNTHETIC)) and name not in OTHERS:
            continue
        extra: dict[str, Any] = {"force": True} if row["format"] == "psa-claims" else {}
        if name in CODES:
            extra["code"] = CODES[name]
        elif row["format"] == SYNTHETIC:
            extra["code"] = "unknown-format"
        yield Sample(name, folder / row["file"], row, extra=extra)


def main(corpus: Path) -> None:
    """Write the entries."""
    write("arm-psa", list(samples(corpus / "cca")), READERS)
