"""Bytes to a checked report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence.errors import (
    ConstraintViolation,
    TrailingBytes,
    UnsupportedVersion,
)
from evidence.types.snp.layout import (
    ECDSA_P384_SHA384,
    P384_ORDER,
    SIGNATURE,
    SIZE,
    VERSIONS,
    KeyInfo,
    Policy,
    Report,
)

if TYPE_CHECKING:  # what reads attachments is loaded where there are some
    from evidence.types.snp.vek import Kind

KNOWN: Final = {version.to_bytes(4, "little"): version for version in VERSIONS}
"""VERSION as it lies in a report."""
SIGNING_KEY_LOW: Final = KeyInfo.signing_key.low
MASK_CHIP_KEY: Final = KeyInfo.mask_chip_key.mask
BIT_17: Final = Policy.MUST_BE_ONE
SIGNERS: Final[dict[int, Kind]] = {0: "vcek", 1: "vlek"}
"""SIGNING_KEY to the kind of certificate that holds the key."""
SCALAR: Final = "from 1 to n - 1 of P-384, little-endian"
UNSIGNED: Final = 7
"""SIGNING_KEY of a report without a signature; 2 to 6 are reserved."""


def read(data: bytes) -> Report:
    """The report at the start of `data`; zeros may follow it, anything else may not."""
    version = KNOWN.get(data[:4])
    if version is None and len(data) >= 4:
        got = int.from_bytes(data[:4], "little")
        raise UnsupportedVersion(type="amd-sev-snp", got=got, known=VERSIONS, offset=0)
    report = Report.read(data, 0, version)
    if len(data) > SIZE and any(data[SIZE:]):
        raise TrailingBytes(what="Report", offset=SIZE, extra=len(data) - SIZE, spec=Report.SPEC)
    if not report.policy & BIT_17:
        raise _violation("policy", data[0x08:0x10], "bit 17 set (reserved, must be one)", Policy.SPEC)
    if is_signed(report):
        _check_signature(report)
    else:
        _check_no_signature(report)
    return report


def signing_key(report: Report) -> int:
    """KEY_INFO.SIGNING_KEY."""
    return report.key_info >> SIGNING_KEY_LOW & 7


def is_signed(report: Report) -> bool:
    """Whether the firmware signed the report at all (KEY_INFO)."""
    key_info = report.key_info
    return key_info >> SIGNING_KEY_LOW & 7 != UNSIGNED and not key_info & MASK_CHIP_KEY


def _check_signature(report: Report) -> None:
    """SIGNATURE_ALGO gives the layout of SIGNATURE, so another one cannot be read further."""
    if report.signature_algo != ECDSA_P384_SHA384:
        raise _violation("signature_algo", report.signature_algo, "1 (ECDSA P-384 with SHA-384)")
    if not 0 < int.from_bytes(report.signature_r, "little") < P384_ORDER:
        raise _violation("signature_r", report.signature_r, SCALAR)
    if not 0 < int.from_bytes(report.signature_s, "little") < P384_ORDER:
        raise _violation("signature_s", report.signature_s, SCALAR)


def _check_no_signature(report: Report) -> None:
    if report.signature_algo not in (0, ECDSA_P384_SHA384):
        raise _violation("signature_algo", report.signature_algo, "0 or 1 (unsigned)")
    signature = report.signature_r + report.signature_s
    if any(signature):
        first = next(index for index, byte in enumerate(signature) if byte)
        raise ConstraintViolation(
            what="Report.signature",
            offset=SIGNATURE + first,
            got=signature,
            allowed="zero (KEY_INFO says that the report is unsigned)",
            spec=Report.SPEC,
        )


def _violation(field: str, got: object, allowed: str, spec: str = Report.SPEC) -> ConstraintViolation:
    offset = Report.PLACES[field].offset
    return ConstraintViolation(what=f"Report.{field}", offset=offset, got=got, allowed=allowed, spec=spec)
