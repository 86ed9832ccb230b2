"""AMD SEV-SNP attestation reports (AMD 56860, ATTESTATION_REPORT)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from evidence.files import shared
from evidence.registry import EvidenceType, Match, Reference, late

SIZE: Final = 0x4A0
KNOWN: Final = (2, 3, 4, 5, 6)


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`product` decides the TCB layout where the report does not (version 2 carries no CPUID)."""

    product: Literal["milan", "genoa", "turin", "venice"] | None = None


def identify(data: bytes) -> Match | None:
    """A report has no magic: this looks at fields that have one value, or nearly.

    A known version needs two of three such fields, so that a damaged report is still told what is
    wrong with it; an unknown version needs all of them, and the zeros that end a whole report.
    """
    if len(data) < 0x50:
        return None
    version = int.from_bytes(data[:4], "little")
    fixed = (
        data[0x34:0x38] == b"\1\0\0\0",  # SIGNATURE_ALGO
        data[0x4C:0x50] == bytes(4),  # reserved
        bool(data[0x0A] & 0x02),  # POLICY bit 17
    )
    if version in KNOWN:
        matches = sum(fixed) >= 2
    else:
        matches = all(fixed) and len(data) >= SIZE and not any(data[0x330:SIZE])
    return Match(str(version)) if matches else None


TYPE: Final = EvidenceType(
    name="amd-sev-snp",
    title="AMD SEV-SNP attestation report",
    versions=tuple(str(version) for version in KNOWN),
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference("AMD 56860", "SEV Secure Nested Paging Firmware ABI Specification"),
        Reference("AMD 57230", "Versioned Chip Endorsement Key (VCEK) Certificate and KDS Interface"),
        Reference("AMD 56421", "SEV-ES Guest-Hypervisor Communication Block Standardization"),
    ),
    media_types=("application/vnd.amd.sev-snp.attestation-report",),
    providers=("sev_guest",),
    options=Options,
    identify=identify,
    read=late(f"{__name__}.read:read"),
    claims=late(f"{__name__}.claims:claims"),
    signed=late(f"{__name__}.signed:signed"),
    sources=late(f"{__name__}.claims:sources"),
    unclaimed={
        "signature_r": "signature values stand in the native fields alone",
        "signature_s": "signature values stand in the native fields alone",
        "signature_algo": "an unsigned report has 0 or 1 here, and no signature that it could describe",
    },
    unobserved={
        "#/properties/consistency*": "needs an attached certificate",
        "#/properties/certificates*": "needs an attached certificate",
        "*/status/enum/withheld": "written on request alone, never by conversion",
    },
    inapplicable={
        "length-overflow": "a report states no length",
        "duplicate-key": "a report has no keys",
    },
    schema=shared("schemas") / "amd-sev-snp.schema.json",
    fixtures=shared("fixtures") / "amd-sev-snp",
    released=shared("schemas") / "released" / "amd-sev-snp.schema.json",
    spec=Path(__file__).with_name("SPEC.md"),
)
