"""The CCA samples of the corpus: tokens, platform tokens and claim sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.oracles import wrapped
from tests.oracles.common import Reader, Sample, manifest, write

READERS = [Reader("cwt", "cwt", "cwt_arm.py")]

CODES: Final[dict[str, str]] = {
    "ccatoken-index-RealmV2-NEG-MissingMandInstID": "missing-field",
    "ccatoken-testBadUnwrappedTokens": "constraint-violation",
    "ccatoken-testEncodedCcaClaimsMissingMandExtendedMeas": "missing-field",
    "ccatoken-testEncodedCcaClaimsMissingMandHashAlgID": "missing-field",
    "ccatoken-testEncodedCcaClaimsMissingMandInitialMeas": "missing-field",
    "ccatoken-testEncodedCcaClaimsMissingMandPubKey": "missing-field",
    "ccatoken-testEncodedCcaPlatformClaimsInvalidMultiNonce": "constraint-violation",
    "ccatoken-testEncodedCcaPlatformClaimsMissingMandatoryNonce": "missing-field",
    "ccatoken-testEncodedCcaRealmClaimsMissingMandNonce": "missing-field",
    "mut-NEG-alg-in-unprotected": "constraint-violation",
    "mut-NEG-challenge-63": "constraint-violation",
    "mut-NEG-challenge-text": "constraint-violation",
    "mut-NEG-deep-nesting": "constraint-violation",
    "mut-NEG-duplicate-key-10": "bad-encoding",
    "mut-NEG-huge-array-header": "constraint-violation",
    "mut-NEG-inner-not-bstr": "constraint-violation",
    "mut-NEG-inner-untagged-cose": "constraint-violation",
    "mut-NEG-instance-id-32": "constraint-violation",
    "mut-NEG-instance-id-first-byte-02": "constraint-violation",
    "mut-NEG-lifecycle-0x3100": "constraint-violation",
    "mut-NEG-lifecycle-negative": "constraint-violation",
    "mut-NEG-mec-7": "constraint-violation",
    "mut-NEG-missing-platform": "missing-field",
    "mut-NEG-missing-realm": "missing-field",
    "mut-NEG-payload-is-list": "constraint-violation",
    "mut-NEG-payload-null": "constraint-violation",
    "mut-NEG-payload-regex-tag": "constraint-violation",
    "mut-NEG-payload-shared-cycle": "constraint-violation",
    "mut-NEG-payload-tag601": "constraint-violation",
    "mut-NEG-rak-empty": "constraint-violation",
    "mut-NEG-rem-3": "constraint-violation",
    "mut-NEG-sw-component-missing-signer": "missing-field",
    "mut-NEG-sw-components-empty": "constraint-violation",
    "mut-NEG-tag-998": "unknown-format",
    "mut-NEG-trailing-second-item": "trailing-bytes",
    "mut-NEG-truncated": "truncated",
    "mut-NEG-wrong-content-format": "constraint-violation",
    "mut-indefinite-outer": "bad-encoding",
    "rustcca-index-platform2024-NEG-invalid-extension-vca-digest": "constraint-violation",
    "rustcca-index-realm2024-NEG-invalid-mec-policy": "constraint-violation",
    "rustcca-realm-claims-missing-challenge-ede3d89": "missing-field",
}
"""What must be refused, and with which code."""
READABLE: Final[dict[str, dict[str, Any]]] = {
    "mut-NEG-platform-sig-flip": {},
    "mut-NEG-realm-sig-flip": {},
    "mut-NEG-rim-flip": {},
    "mut-NEG-profile-unknown": {"/evidence/version": "2024"},
    "mut-NEG-rak-hash-alg-unknown": {"/consistency/realm-key-binding/status": "not-computable"},
    "mut-NEG-rak-off-curve": {"/consistency/realm-key-binding/status": "differs"},
    "mut-NEG-rem-mixed-lengths": {},
    "mut-NEG-spliced-binding": {"/consistency/realm-key-binding/status": "differs"},
    "mut-NEG-trailing-zeros": {"/evidence/trailing": 7},
    "tfm-cca_token-5ebca51": {"/consistency/realm-key-binding/status": "matches"},
}
"""Bad evidence that can be read all the same (SPEC.md says why), and what the claims must tell."""
OTHERS: Final = ("mut-NEG-deep-nesting", "mut-NEG-huge-array-header", "mut-NEG-truncated", "mut-NEG-tag-998")
"""Damaged tokens that the list of samples files under other formats."""


AIDS: Final = ("*_key-*.bin", "ccada-?ak.cbor")
"""Keys, which are no samples."""


def samples(folder: Path) -> Iterator[Sample]:
    """Every CCA sample with what is expected of it; the list's own words are facts of its maker."""
    for row in manifest(folder):
        name = Path(row["file"]).stem
        if not row["format"].startswith("cca-") and name not in OTHERS:
            continue
        extra: dict[str, Any] = {}
        if "claims" in row["format"]:
            extra["force"] = True
        if name in CODES:
            extra["code"] = CODES[name]
        else:
            extra["facts"] = {**_told(row["expected"]), **READABLE.get(name, {})}
        yield Sample(name, folder / row["file"], row, extra=extra)


def _told(words: str) -> dict[str, Any]:
    """What the list of samples says about a token: `binding(sha-256) True`, `RAK raw`, profiles."""
    values: dict[str, Any] = {}
    for text, status in (("True", "matches"), ("False", "differs")):
        if f"binding(sha-256) {text}" in words or f"binding(sha-512) {text}" in words:
            values["/consistency/realm-key-binding/status"] = status
    if words.startswith(("platform http", "platform tag:")):
        values["/environments/platform/profile"] = words.split()[1]
    return values


def main(corpus: Path) -> None:
    """Write the entries."""
    write("arm-cca", [*samples(corpus / "cca"), *wrapped.samples(corpus, "arm-cca")], READERS)
