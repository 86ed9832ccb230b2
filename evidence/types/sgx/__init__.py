"""Intel SGX: quotes of DCAP, version 3, and the forms that versions 4 and 5 give them."""

from __future__ import annotations

from typing import Final

from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in
from evidence.types._dcap.identify import has_vendor, quote_version


def identify(data: bytes) -> Match | None:
    """A quote that is not of a TD."""
    version = quote_version(data, tdx=False)
    return None if version is None else Match(str(version))


def has_marks(data: bytes) -> bool:
    """Where nobody says that there is a quote, it needs the QE's vendor: version and key type are small numbers."""
    return has_vendor(data) and identify(data) is not None


FRAME: Final = "a size or a count, by which the rest is found"
TYPE: Final = EvidenceType(
    **built_in("intel-sgx", __name__, __file__),
    title="Intel SGX quote (DCAP)",
    aliases=("sgx",),
    versions=("3", "4", "5"),
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference(
            "Intel DCAP", "Data Center Attestation Primitives: sgx_quote_3.h, sgx_quote_4.h, sgx_quote_5.h"
        ),
        Reference("Intel SDM", "Software Developer's Manual, volume 3D: REPORT, SECS.ATTRIBUTES, MISCSELECT"),
        Reference("Intel PCK Certificate Profile", "Intel SGX PCK Certificate and CRL Profile Specification"),
        Reference("Intel QVL", "Quote Verification Library"),
    ),
    identify=identify,
    marks=has_marks,
    tables=late(f"{__name__}.mapping:tables"),
    workload="always",
    unclaimed={
        "signature_data.signature": "signature values stand in the native fields alone",
        "signature_data.qe_report_signature": "signature values stand in the native fields alone",
        "certification_data.around": "what is in PEM around certificates, and a chain that cannot be read, which a note says",
        "signature_data_length": FRAME,
        "signature_data.wrapper": "the header of the certification data that holds the others",
        "signature_data.qe_authentication_data_size": FRAME,
        "certification_data.size": FRAME,
        "descriptor.size": FRAME,
        "descriptor.type": "which body follows: the version and the variant say it",
    },
    unobserved={
        "header.att_key_type -> /signatures/quote/alg": "2, ECDSA on P-256, is the only one there is",
        "header.tee_type -> /evidence/type": "another number is another type",
        "header.qe_vendor_id -> /environments/qe/identifiers/qe_vendor_id": "Intel's is the only one there is",
        "*/consistency/items/properties/name/enum/report_data-binding": "needs a carrier that says what REPORTDATA holds",
    },
    inapplicable={"duplicate-key": "a quote has no keys"},
)
