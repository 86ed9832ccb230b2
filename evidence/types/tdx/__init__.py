"""Intel TDX: quotes (versions 4 and 5), and the TDREPORT that a quote is made from."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in, unobserved_logs
from evidence.types._dcap.identify import has_vendor, quote_version


class TdxOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """What the caller may know: `environment` says that a paravisor asked for the report, where nothing shows that."""

    environment: Literal["paravisor"] | None = None


TDREPORT: Final = 0x81
TDREPORT_BYTE: Final = b"\x81"
TDREPORT_SIZE: Final = 1024
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


def has_marks(data: bytes) -> bool:
    """Where nobody says that there is evidence: a quote needs the QE's vendor, a TDREPORT its size or more of its zeros.

    REPORTMACSTRUCT (256 bytes) has reserved bytes before its MAC as well, and neither the MAC nor the hashes are zero.
    """
    if data[:1] != TDREPORT_BYTE:
        return has_vendor(data) and identify(data) is not None
    zeros = len(data) >= 0x100 and not any(data[0xC0:0xE0])
    content = any(data[0x20:0x80]) and any(data[0xE0:0x100])
    return identify(data) is not None and content and (zeros or len(data) == TDREPORT_SIZE)


FRAME: Final = "a size or a count, by which the rest is found"
SAME: Final = "the fixtures of the TD, or those of SNP's paravisor, show it"
ALIKE: Final = (
    *("debug/enum/enabled", "migration/enum/allowed", "keys/items/properties/name/enum/vtpm-ek"),
    *(
        "measurements/items/properties/form/enum/digest",
        "measurements/items/properties/phase/enum/unspecified",
    ),
    "tcb/items/properties/role/enum/initial",
    *(
        f"{entries}/items/properties/name/enum/{name}"
        for entries, names in (
            ("attributes", ("tdinfo_valid",)),
            ("identifiers", ("init_tee_fmspc", "td_id")),
            ("measurements", ("cur_servtd_hash", "init_servtd_hash", "mrservicetd")),
            ("tcb", ("init_cpu_svn",)),
            (
                "values",
                (
                    *("console_enabled", "current_time", "filtered_vpci_devices_allowed"),
                    *("hardware_sealing_policy", "interactive_console_enabled", "root_cert_thumbprint"),
                    *(
                        "secure_boot_configured",
                        "tpm_persisted",
                        "vmid",
                        "init_servtd_attr",
                        "cur_servtd_attr",
                    ),
                ),
            ),
        )
        for name in names
    ),
)
"""What no fixture shows of a paravisor: fields that those of the TD and of SNP's paravisor show."""
TYPE: Final = EvidenceType(
    **built_in("intel-tdx", __name__, __file__),
    title="Intel TDX quote or TDREPORT",
    aliases=("tdx",),
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
    options=TdxOptions,
    identify=identify,
    marks=has_marks,
    tables=late(f"{__name__}.mapping:tables"),
    workload="sometimes",
    unobserved={
        **{f"#/$defs/paravisor/properties/{path}": SAME for path in ALIKE},
        **{
            f"#/$defs/paravisor/properties/{name}/items/properties/origin/enum/caller": "the caller may attach what carriers do"
            for name in ("identifiers", "keys", "values")
        },
        "#/$defs/paravisor/properties/keys/items/properties/use/enum/endorsement": "real runtime data has it; that of the SNP fixtures shows it",
        "#/$defs/paravisor/properties/keys/items/properties/encoding/enum/tpmt-public": "the key of real runtime data is of 2048 bits",
        **unobserved_logs("ccel", "dstack"),
        "header.att_key_type -> /signatures/quote/alg": "2, ECDSA on P-256, is the only one there is",
        "header.tee_type -> /evidence/type": "another number is another type",
        "header.qe_vendor_id -> /environments/qe/identifiers/qe_vendor_id": "Intel's is the only one there is",
    },
    unclaimed={
        "signature_data.signature": "signature values stand in the native fields alone",
        "signature_data.qe_report_signature": "signature values stand in the native fields alone",
        "certification_data.around": "what is in PEM around certificates, and a chain that cannot be read, which a note says",
        "signature_data_length": FRAME,
        "signature_data.wrapper": "the header of the certification data that holds the others",
        "signature_data.qe_authentication_data_size": FRAME,
        "certification_data.size": FRAME,
        "descriptor.size": FRAME,
        "report_mac.type": "the kind of report, which the type and its version say",
        "report_mac.mac": "as a signature value; only its own machine can check it",
    },
    inapplicable={"duplicate-key": "neither a quote nor a TDREPORT has keys"},
)
