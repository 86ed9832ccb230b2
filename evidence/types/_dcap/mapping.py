"""What the fields of a quote mean beside its body: the enclave's REPORT, the header, the platform of the PCK certificate."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import Bytes, Identifier, Key, Tcb, Unknown
from evidence.mapping import (
    ZERO,
    Flags,
    FlagWord,
    Identifies,
    Mapping,
    NotedEntry,
    Number,
    Numbered,
    Octets,
    Part,
    Register,
    Row,
    Signs,
    Supplied,
    by_piece,
    complete,
)
from evidence.types._dcap.layout import (
    Header3,
    Header4,
    MiscSelect,
    PpidClear,
    PpidClearShort,
    PpidRsa2048,
    PpidRsa3072,
    SgxAttributes,
    SgxReport,
    XFeatures,
)
from evidence.words import Subject

BINDING: Final = "qe_report_data"
BOUND: Final = "qe_report_data-binding"


@by_piece
def opaque_tcb(name: str, value: bytes, _: None) -> Tcb:
    """CPUSVN of the processor at work: 16 bytes that only Intel can compare."""
    return Tcb(name=name, role="current", layout_source="unknown", raw=Bytes(value))


@by_piece
def unnamed(name: str, value: bytes, _: Any) -> NotedEntry | None:
    """Header bytes that nobody describes: zero in every known quote, kept where they are not."""
    if not value.rstrip(ZERO):
        return None
    entry = Unknown(label=name, raw=Bytes(value))
    return NotedEntry(entry, "reserved-bytes", "bytes without a meaning are not zero")


@by_piece
def attestation_key(name: str, value: bytes, _: Any) -> Key:
    """X and y of a point on P-256."""
    return Key(name=name, use="attestation", encoding="ecdsa-p256-xy", linkable=True, raw=Bytes(value))


@by_piece
def pce_id(name: str, value: bytes, _: Any) -> Identifier:
    """Zero is the number of the only PCE that there is."""
    return Identifier(name=name, scope="class", linkable=False, status="present", value=Bytes(value))


# fmt: off
def report(subject: Subject, *also: Row) -> Part:
    """An SGX REPORT: of the attested enclave, and of the quoting enclave, in the same words."""
    return Part(
        SgxReport,
        Row("mr_enclave",         "measurements", Register("initial", subject, alg="sha-256"), name="mrenclave", recurs=True),
        Row("isv_ext_prod_id",    "inputs",       Supplied("signer"), recurs=True),
        Row("isv_family_id",      "inputs",       Supplied("signer"), recurs=True),
        Row("config_id",          "inputs",       Supplied("host"), recurs=True),
        Row("mr_signer",          "signers",      Signs("sha-256"), name="mrsigner", recurs=True),
        Row("isv_svn",            "svns",         Numbered("signer")),
        Row("config_svn",         "svns",         Numbered("host")),
        Row("cpu_svn",            "tcb",          opaque_tcb, recurs=True),
        Row("isv_prod_id",        "values",       Number()),
        Row("attributes",         "attributes",   Flags(SgxAttributes), recurs=True),
        Row("xfrm",               "attributes",   Flags(XFeatures), recurs=True),
        Row("misc_select",        "attributes",   Flags(MiscSelect), recurs=True),
        Row("attributes",         "debug",        FlagWord(SgxAttributes.debug, "enabled", "disabled-since-boot")),
        *also,
    )


QE_REPORT: Final = report("firmware", Row("report_data", also=(f"/bindings/{BINDING}",)))
HEADER: Final = {
    3: Part(
        Header3,
        Row("version",            also=("/evidence/version",)),
        Row("att_key_type",       also=("/signatures/quote/alg",)),
        Row("qe_svn",             "svns",         Numbered("platform")),
        Row("pce_svn",            "svns",         Numbered("platform")),
        Row("qe_vendor_id",       "identifiers",  Identifies("class")),
        Row("qe_id",              "identifiers",  Identifies("platform", linkable=True)),
        Row("user_data",          "unknown",      unnamed, name="header.user_data"),
    ),
    4: Part(
        Header4,
        Row("version",            also=("/evidence/version",)),
        Row("att_key_type",       also=("/signatures/quote/alg",)),
        Row("tee_type",           also=("/evidence/type",)),
        Row("qe_vendor_id",       "identifiers",  Identifies("class")),
        Row("qe_id",              "identifiers",  Identifies("platform", linkable=True)),
        Row("reserved_8",         "unknown",      unnamed, name="header.reserved_8"),
        Row("user_data",          "unknown",      unnamed, name="header.user_data"),
    ),
}
SIGNATURE_DATA: Final = Part(
    None,
    Row("attestation_key",            "keys",     attestation_key, also=(f"/consistency/{BOUND}",)),
    Row("qe_authentication_data",     "values",   Octets()),
    Row("certification_data_type",    "values",   Number()),
)
QE: Final = {
    version: Mapping(
        QE_REPORT, header, SIGNATURE_DATA,
        id="qe", role="quoting", origin="evidence", migration="not-defined",
    )
    for version, header in HEADER.items()
}
"""The quoting enclave: its REPORT, what the header says of it (of version 3, or of later ones), and its attestation key."""
PPID: Final = {
    table: Mapping(
        Part(table, *(row for row in (
            Row("ppid",           "identifiers",  Identifies("platform", linkable=True)),
            Row("encrypted_ppid", "identifiers",  Identifies("platform", linkable=True)),
            Row("pce_id",         "identifiers",  pce_id),
            Row("pce_svn",        "svns",         Numbered("platform")),
            Row("cpu_svn",        "tcb",          opaque_tcb, recurs=True),
        ) if row.fields[0] in table.FIELDS)),
        id="pck", role="certificate-subject", origin="evidence", debug="not-defined", migration="not-defined",
    )
    for table in (PpidClear, PpidClearShort, PpidRsa2048, PpidRsa3072)
}
"""What certification data of types 1 to 3 says of the platform in place of its certificate."""
# fmt: on
complete(SgxReport, QE_REPORT)
complete(Header3, HEADER[3])
complete(Header4, HEADER[4])
for _table, _mapping in PPID.items():
    complete(_table, *_mapping.parts)
