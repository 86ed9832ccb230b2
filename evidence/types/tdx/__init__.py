"""Intel TDX: quotes (versions 4 and 5), and the TDREPORT that a quote is made from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from evidence.files import shared
from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._dcap.identify import quote_version

TDREPORT: Final = 0x81
VARIANTS: Final = {2: "td-1.0", 3: "td-1.5", 4: "td-1.5ex"}
"""Body types of quotes by their numbers."""
MATCHES: Final = {
    (version, number): Match(str(version), VARIANTS[number]) for version in (4, 5) for number in VARIANTS
}


def identify(data: bytes) -> Match | None:
    """A quote of TEE type 0x81, or a TDREPORT: its type byte, and the reserved bytes behind its version."""
    version = quote_version(data, tdx=True)
    if version is not None:
        number = 2 if version == 4 else int.from_bytes(data[48:50], "little")
        return MATCHES.get((version, number)) or Match(str(version), VARIANTS.get(number))
    if len(data) >= 16 and data[0] == TDREPORT and not any(data[3:16]):
        return Match(f"tdreport-{data[2]}", "tdreport")
    return None


TYPE: Final = EvidenceType(
    name="intel-tdx",
    title="Intel TDX quote or TDREPORT",
    versions=("4", "5", "tdreport-0", "tdreport-1", "tdreport-3"),
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference(
            "Intel DCAP",
            "Data Center Attestation Primitives: sgx_quote_4.h, sgx_quote_5.h, the TD quoting enclave",
        ),
        Reference("Intel TDX Module ABI", "Intel TDX Module ABI Reference Specification: TDREPORT_STRUCT"),
        Reference("Intel PCK Certificate Profile", "Intel SGX PCK Certificate and CRL Profile Specification"),
        Reference("Intel QVL", "Quote Verification Library"),
        Reference("TCG PFP", "TCG PC Client Platform Firmware Profile Specification: event log"),
        Reference("UEFI CC", "UEFI Specification 2.10, chapter 38: confidential computing event log"),
    ),
    providers=("tdx_guest",),
    attachments=("event-log",),
    identify=identify,
    read=late(f"{__name__}.read:read"),
    claims=late(f"{__name__}.claims:claims"),
    signed=late(f"{__name__}.signed:signed"),
    sources=late(f"{__name__}.sources:sources"),
    tables=late(f"{__name__}.mapping:tables"),
    workload="always",
    unobserved={
        "header.att_key_type -> /signatures/quote/alg": "2, ECDSA on P-256, is the only one there is",
        "header.tee_type -> /evidence/type": "another number is another type",
        "header.qe_vendor_id -> /environments/qe/identifiers/qe_vendor_id": "Intel's is the only one there is",
    },
    unclaimed={
        "signature_data.signature": "signature values stand in the native fields alone",
        "signature_data.qe_report_signature": "signature values stand in the native fields alone",
        "certification_data.around": "what is in PEM around certificates, and a chain that cannot be read, which a note says",
        "report_mac.mac": "as a signature value; only its own machine can check it",
    },
    inapplicable={"duplicate-key": "neither a quote nor a TDREPORT has keys"},
    schema=shared("schemas") / "intel-tdx.schema.json",
    fixtures=shared("fixtures") / "intel-tdx",
    released=shared("schemas") / "released" / "intel-tdx.schema.json",
    spec=Path(__file__).with_name("SPEC.md"),
)
