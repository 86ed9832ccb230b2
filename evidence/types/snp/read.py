"""Bytes to a checked `Report`."""

from __future__ import annotations

from evidence.errors import ConstraintViolation, TrailingBytes, UnsupportedVersion
from evidence.input import Input
from evidence.types.snp.layout import (
    ECDSA_P384_SHA384,
    P384_ORDER,
    SIGNATURE,
    SIZE,
    VERSIONS,
    KeyInfo,
    Policy,
    Report,
    SigningKey,
)


def read(given: Input) -> Report:
    """The report at the start of the input; zeros may follow it, anything else may not.

    Raises `UnsupportedVersion`, `Truncated`, `TrailingBytes` or `ConstraintViolation` with the offset.
    """
    data = given.data
    version = int.from_bytes(data[:4], "little")
    if version not in VERSIONS and len(data) >= 4:
        raise UnsupportedVersion(type="amd-sev-snp", got=version, known=VERSIONS, offset=0)
    report = Report.read(data, 0, version)
    if any(data[SIZE:]):
        raise TrailingBytes(what="Report", offset=SIZE, extra=len(data) - SIZE, spec=Report.SPEC)
    if report.policy & Policy.MUST_BE_ONE != Policy.MUST_BE_ONE:
        raise _violation("policy", data[0x08:0x10], "bit 17 set (reserved, must be one)", Policy.SPEC)
    if is_signed(report):
        _check_signature(report)
    else:
        _check_no_signature(report)
    return report


def is_signed(report: Report) -> bool:
    """Whether the firmware signed the report at all (KEY_INFO)."""
    signing_key = report.key_info >> KeyInfo.signing_key.low & 7
    return signing_key != SigningKey.NONE and not report.key_info & KeyInfo.mask_chip_key.mask


def _check_signature(report: Report) -> None:
    """SIGNATURE_ALGO gives the layout of SIGNATURE, so another one cannot be read further."""
    if report.signature_algo != ECDSA_P384_SHA384:
        raise _violation("signature_algo", report.signature_algo, "1 (ECDSA P-384 with SHA-384)")
    for name in ("signature_r", "signature_s"):
        value: bytes = getattr(report, name)
        if not 0 < int.from_bytes(value, "little") < P384_ORDER:
            raise _violation(name, value, "from 1 to n - 1 of P-384, little-endian")


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
