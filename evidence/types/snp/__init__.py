"""AMD SEV-SNP attestation reports (AMD 56860, ATTESTATION_REPORT)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in
from evidence.wire import guid_table

SIZE: Final = 0x4A0
KNOWN: Final = (2, 3, 4, 5, 6)
MATCHES: Final = {version.to_bytes(4, "little"): Match(str(version)) for version in KNOWN}
"""By VERSION as it lies in a report."""


GUID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class SnpOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """What the caller may know.

    `product` decides the TCB layout where the report does not (version 2 carries no CPUID). `service` (a
    name or a GUID) says that the services manifest is that of this one service, without a head. `nonce`
    (hex) is what the guest gave to the SVSM, whose report covers it together with the manifest. `environment` says that a paravisor asked for the report, where
    nothing that came with it shows that.
    """

    product: Literal["milan", "genoa", "turin", "venice"] | None = None
    service: Annotated[str, Meta(pattern=f"^(vtpm|uefi-mm|{GUID})$")] | None = None
    nonce: Annotated[str, Meta(pattern="^([0-9a-f]{2}){1,4096}$")] | None = None
    environment: Literal["paravisor"] | None = None


def identify(data: bytes) -> Match | None:
    """A report has no magic: this looks at fields that have one value, or nearly.

    A known version needs two of three such fields, so that a damaged report is still told what is
    wrong with it; an unknown version needs all of them, and the zeros that end a whole report.
    """
    if len(data) < 0x50:
        return None
    fixed = _fixed(data)
    if fixed < 2 or (len(data) > SIZE and guid_table.begins(data, SIZE)):
        return None  # or with a certificate table behind it, which its carrier takes off
    known = MATCHES.get(data[:4])
    if known is not None:
        return known
    whole = fixed == 3 and len(data) >= SIZE and not any(data[0x330:SIZE])
    return Match(str(int.from_bytes(data[:4], "little"))) if whole else None


def _fixed(data: bytes) -> int:
    """How many of the three fields have the value that they always have."""
    return (
        (data[0x34:0x38] == b"\1\0\0\0")  # SIGNATURE_ALGO
        + (data[0x4C:0x50] == b"\0\0\0\0")  # reserved
        + (data[0x0A] >> 1 & 1)  # POLICY bit 17
    )


def has_marks(data: bytes) -> bool:
    """Where nobody says that there is a report, it needs all of the fields, or its very size."""
    return identify(data) is not None and (_fixed(data) == 3 or len(data) == SIZE)


PRODUCT: Final = "the product decides the layout of every TCB"
ANOTHER: Final = "a certificate of another chip decides nothing; `unsigned` lists what a certificate decides"
WHOSE: Final = "whose report it is, the digest shows together with what it is of"
SAME: Final = "the same fields as those of the guest, whose fixtures show it"
TYPE: Final = EvidenceType(
    **built_in("amd-sev-snp", __name__, __file__),
    title="AMD SEV-SNP attestation report",
    aliases=("snp", "sev-snp"),
    versions=tuple(str(version) for version in KNOWN),
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference("AMD 56860", "SEV Secure Nested Paging Firmware ABI Specification"),
        Reference("AMD 57230", "Versioned Chip Endorsement Key (VCEK) Certificate and KDS Interface"),
        Reference("AMD 56421", "SEV-ES Guest-Hypervisor Communication Block Standardization"),
        Reference("AMD 58019", "Secure VM Service Module for SEV-SNP Guests"),
    ),
    media_types=("application/vnd.amd.sev-snp.attestation-report",),
    content_types={"": "application/vnd.amd.sev-snp.attestation-report"},
    providers=("sev_guest",),
    attachments=("certificates", "services-manifest"),
    options=SnpOptions,
    identify=identify,
    marks=has_marks,
    tables=late(f"{__name__}.mapping:tables"),
    workload="sometimes",
    corim=late(f"{__name__}.corim:profile"),
    unclaimed={
        "signature_r": "signature values stand in the native fields alone",
        "signature_s": "signature values stand in the native fields alone",
        "signature_algo": "an unsigned report has 0 or 1 here, and no signature that it could describe",
    },
    elsewhere={
        "report_data -> /environments/*": WHOSE,
        "vmpl -> /environments/*": WHOSE,
        "vmpl -> /bindings/*": WHOSE,
        "cpuid_fam_id -> /environments/platform/tcb/*": PRODUCT,
        "cpuid_mod_id -> /environments/platform/tcb/*": PRODUCT,
        "cpuid_mod_id -> /environments/platform/identifiers/product/text": "family and model are the product together",
        "*_tcb -> /environments/platform/tcb/*": ANOTHER,
        "cpuid_fam_id -> /environments/platform/identifiers/chip_id/value": "how much of CHIP_ID a product uses",
        "chip_id -> /environments/platform/tcb/*": ANOTHER,
        "v?ek.* -> /environments/platform/tcb/*": ANOTHER,
        "v?ek.* -> /environments/vek/tcb/*": "the product in a certificate decides the layout of its TCB",
    },
    unobserved={
        "#/$defs/paravisor/properties/debug/enum/enabled": SAME,
        "#/$defs/paravisor/properties/migration/enum/allowed": SAME,
        "#/$defs/paravisor/properties/manifests/items/properties/origin/enum/carrier": "only a configfs entry carries a manifest: a directory",
        "key_info -> /evidence/protection": "a report that says that it is not signed has no signature: two fields change",
        "signature_algo -> /signatures/report/alg": "0x1 is the only algorithm there is",
        "*/consistency/items/properties/alg/enum/sha-384": "what Azure's HCL report may say of its digest",
        "#/$defs/svsm/properties/origin/enum/carrier": "only a configfs entry carries a manifest: a directory",
    },
)
