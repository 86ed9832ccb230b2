"""Quotes and reports taken apart into protobuf by go-sev-guest and go-tdx-guest, and put together again.

Every byte of a quote stands in one field or another; a report has reserved bytes that no field has, which
the signature proves to be zero or not. Version 6 of the report has more than the message, and is refused.
Both are read as they lie, and as the JSON that protobuf makes of them.

Sources: google, go-sev-guest, `proto/sevsnp.proto`; go-tdx-guest, `proto/tdx.proto`, and its `abi.go` for
which bytes the header's SVNs are of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InJson
from evidence.carriers.taken_apart import (
    Members,
    StructurePart,
    encoded,
    inner,
    joined,
    members,
    message,
    octets,
    row,
    sizes,
    uint,
    zeros,
)
from evidence.errors import CarrierError, MalformedEvidence
from evidence.input import Carrier, Input
from evidence.types.snp.layout import Report
from evidence.wire.layout import Place
from evidence.wire.protobuf import fields

SEV, TDX = "go-sev-guest", "go-tdx-guest"
START: Final = b"\x0a"
"""Field 1, a message."""
CPUID: Final = 29
"""CPUID(1).EAX, of which a report has family, model and stepping in a byte each."""
# fmt: off
NUMBERS: Final = {
    "version": 1, "guest_svn": 2, "policy": 3, "family_id": 4, "image_id": 5, "vmpl": 6, "signature_algo": 7,
    "current_tcb": 8, "platform_info": 9, "key_info": 10, "report_data": 11, "measurement": 12, "host_data": 13,
    "id_key_digest": 14, "author_key_digest": 15, "report_id": 16, "report_id_ma": 17, "reported_tcb": 18,
    "chip_id": 19, "committed_tcb": 20, "current_build": 21, "current_minor": 22, "current_major": 23,
    "committed_build": 24, "committed_minor": 25, "committed_major": 26, "launch_tcb": 27,
    "cpuid_fam_id": CPUID, "launch_mit_vector": 30, "current_mit_vector": 31, "signature_r": 28,
}
# fmt: on
"""The fields of `Report` by those of ATTESTATION_REPORT that they are, or that they begin with."""
RENAMED: Final = {"key_info": "signer_info", "cpuid_fam_id": "cpuid1eax_fms", "signature_r": "signature"}
INTEGERS: Final = frozenset(
    {"current_tcb", "reported_tcb", "committed_tcb", "launch_tcb", "launch_mit_vector", "current_mit_vector"}
)
"""Those that the message has a number for, although they are bytes here."""
LONGER: Final = {"cpuid_fam_id": "reserved_18b", "signature_r": ""}
"""Those that have more than one field of ours, and the field behind them; nothing is the end."""


def _report() -> Iterator[StructurePart]:
    """The parts of a report, in its order: what no field of the message has is zeros."""
    here = 0
    for name, place in Report.PLACES.items():
        if place.offset < here:
            continue
        end = place.end
        if name in LONGER:
            end = Report.PLACES[LONGER[name]].offset if LONGER[name] else Report.SIZE
        yield _part(name, place, end - place.offset)
        here = end


def _part(name: str, place: Place, size: int) -> StructurePart:
    if name not in NUMBERS:
        return zeros(size)
    is_integer = place.kind not in {"s", "x"} or name in INTEGERS
    return (uint if is_integer else octets)(NUMBERS[name], size, name=RENAMED.get(name, name))


REPORT: Final = tuple(_report())
TELLING: Final = ("report_data", "measurement", "chip_id", "signature")
"""Fields that are never zero, and by which a report in JSON is told."""
VERSIONS: Final = range(2, 6)
"""Those whose every field the message has."""
ATTESTATION: Final = (
    message(1, "report", *REPORT),
    message(2, "certificate_chain"),
    message(3, "product"),
)
CHAIN: Final = (
    octets(1, name="vcek_cert"),
    octets(6, name="vlek_cert"),
    octets(2, name="ask_cert"),
    octets(3, name="ark_cert"),
)
"""The order of a chain; what else the host gave is not taken."""

HEADER: Final = message(
    1,
    "header",
    uint(1, 2, "version"),
    uint(2, 2, "attestation_key_type"),
    uint(3, 4, "tee_type"),
    *row((5, 2, "pce_svn"), (4, 2, "qe_svn"), (6, 16, "qe_vendor_id"), (7, 20, "user_data")),
)
"""Fields 4 and 5 are called QE SVN and PCE SVN, and each comes from the bytes of the other."""
TD_REPORT: Final = (
    *row(
        (1, 16, "tee_tcb_svn"),
        (2, 48, "mr_seam"),
        (3, 48, "mr_signer_seam"),
        (4, 8, "seam_attributes"),
        (5, 8, "td_attributes"),
        (6, 8, "xfam"),
        (7, 48, "mr_td"),
        (8, 48, "mr_config_id"),
        (9, 48, "mr_owner"),
        (10, 48, "mr_owner_config"),
    ),
    octets(11, 48, 4, "rtmrs"),
    octets(12, 64, name="report_data"),
)
TD_REPORT_15: Final = (*TD_REPORT, *row((13, 16, "tee_tcb_svn2"), (14, 48, "mr_service_td")))
QE_REPORT: Final = (
    octets(1, 16, name="cpu_svn"),
    uint(2, 4, "misc_select"),
    *row(
        (3, 28, "reserved1"),
        (4, 16, "attributes"),
        (5, 32, "mr_enclave"),
        (6, 32, "reserved2"),
        (7, 32, "mr_signer"),
        (8, 96, "reserved3"),
    ),
    uint(9, 2, "isv_prod_id"),
    uint(10, 2, "isv_svn"),
    *row((11, 60, "reserved4"), (12, 64, "report_data")),
)
CERTIFICATION: Final = message(
    3,
    "certification_data",
    uint(1, 2, "certificate_data_type"),
    uint(2, 4, "size"),
    message(
        3,
        "qe_report_certification_data",
        message(1, "qe_report", *QE_REPORT),
        octets(2, 64, name="qe_report_signature"),
        message(3, "qe_auth_data", uint(1, 2, "parsed_data_size"), octets(2, name="data")),
        message(
            4,
            "pck_certificate_chain_data",
            uint(1, 2, "certificate_data_type"),
            uint(2, 4, "size"),
            octets(3, name="pck_cert_chain"),
        ),
    ),
)
SIGNED_DATA: Final = (
    uint(3, 4, "signed_data_size"),
    message(4, "signed_data", *row((1, 64, "signature"), (2, 64, "ecdsa_attestation_key")), CERTIFICATION),
    octets(5, name="extra_bytes"),
)
DESCRIPTOR: Final = uint(1, 2, "td_quote_body_type"), uint(2, 4, "td_quote_body_size")


def _version_5(report: tuple[StructurePart, ...]) -> tuple[StructurePart, ...]:
    body = message(2, "td_quote_body_descriptor", *DESCRIPTOR, message(3, "td_quote_body_v5", *report))
    return (HEADER, body, *SIGNED_DATA)


QUOTES: Final = {
    4: (HEADER, message(2, "td_quote_body", *TD_REPORT), *SIGNED_DATA),
    5: _version_5(TD_REPORT_15),
}
TD_10: Final = 2
"""The body type of version 5 that lacks the last two fields."""


def sev_guest(source: Input) -> tuple[Input] | None:
    """The report of a go-sev-guest `Attestation`. Recognised by its fields and their sizes."""
    attestation = members(source.data, ATTESTATION) if source.data.startswith(START) else None
    report = inner(attestation, 1, REPORT)
    if report is None or sizes(report, 11, 12, 28) != [64, 48, 512]:
        return None
    return _attested(source, report, (attestation or {}).get(2, []))


def sev_guest_json(source: Input, value: Any) -> tuple[Input] | None:
    """The same in protobuf's JSON: an `Attestation`, or a `Report` alone. Recognised by the names in the report."""
    if not isinstance(value, dict):
        return None
    report = value.get("report", value)
    if not isinstance(report, dict) or not _names(report, *TELLING):
        return None
    if not isinstance(report["signature"], str):  # virtee's has the same names, and two numbers in an object
        return None
    content = encoded(report, REPORT, SEV, "report" if report is not value else "")
    apart = members(content, REPORT) if content is not None else None
    if apart is None:
        raise CarrierError(carrier=SEV, path="report", reason="a member that the message does not have")
    chain = value.get("certificateChain", value.get("certificate_chain"))
    known = (
        {word: chain[word] for part in CHAIN for word in part.names if word in chain}
        if isinstance(chain, dict)
        else {}
    )
    certificates = encoded(known, CHAIN, SEV, "certificateChain") or b""
    return _attested(source, apart, [certificates])


def _attested(source: Input, report: Members, chains: list[int | bytes]) -> tuple[Input]:
    version = report.get(1, [0])[0]
    if version not in VERSIONS:
        reason = (
            f"version {version!r}, and the message has the fields of {VERSIONS[0]} to {VERSIONS[-1]} alone"
        )
        raise CarrierError(carrier=SEV, path="report/1", reason=reason)
    eax = report.get(CPUID, [0])[0]
    if isinstance(eax, int):
        report[CPUID] = [_family_model_stepping(eax)]
    chain = b"".join(_certificates(chains))
    piece = source.inside(
        Carrier(SEV, "report"),
        joined(report, REPORT, SEV, "report"),
        attachments={"certificates": chain} if chain else {},
        hints={"provider": "sev_guest"},
        obtained="rebuilt",
    )
    return (piece,)


def tdx_guest(source: Input) -> tuple[Input] | None:
    """The quote of a go-tdx-guest `QuoteV4` or `QuoteV5`. Recognised by the fields of its header."""
    quote = members(source.data, QUOTES[4]) if source.data.startswith(START) else None
    return _quoted(source, quote)


def tdx_guest_json(source: Input, value: Any) -> tuple[Input] | None:
    """The same in protobuf's JSON. Recognised by the names in the header."""
    header = value.get("header") if isinstance(value, dict) else None
    if not isinstance(header, dict) or not _names(header, "qe_vendor_id", "tee_type", "attestation_key_type"):
        return None
    content = encoded(value, QUOTES.get(header.get("version", 0), QUOTES[4]), TDX, "")
    piece = _quoted(source, members(content, QUOTES[4]) if content is not None else None)
    if piece is None:
        raise CarrierError(carrier=TDX, path="header", reason="not the members of a quote in version 4 or 5")
    return piece


def _quoted(source: Input, quote: Members | None) -> tuple[Input] | None:
    header = inner(quote, 1, HEADER.parts)
    if quote is None or header is None or sizes(header, 6, 7) != [16, 20]:
        return None
    version = header.get(1, [0])[0]
    parts = QUOTES.get(version) if isinstance(version, int) else None
    if parts is None:
        return None
    if version == 5 and (inner(quote, 2, parts[1].parts) or {}).get(1) == [TD_10]:
        parts = _version_5(TD_REPORT)
    data = joined(quote, parts, TDX, "")
    return (source.inside(Carrier(TDX), data, hints={"provider": "tdx_guest"}, obtained="rebuilt"),)


def _names(value: Mapping[str, Any], *names: str) -> bool:
    """Whether an object has members of all these names, in either way that JSON writes them."""
    return all(any(word in value for word in StructurePart(0, name=name).names) for name in names)


def _family_model_stepping(eax: int) -> int:
    """Of CPUID(1).EAX, as they lie in a report: family, model and stepping, with what extends them."""
    family = (eax >> 8 & 0xF) + (eax >> 20 & 0xFF)
    model = (eax >> 12 & 0xF0) | (eax >> 4 & 0xF)
    return family & 0xFF | model << 8 | (eax & 0xF) << 16


def _certificates(chains: list[int | bytes]) -> list[bytes]:
    """The certificates of a chain, the leaf first; what is no chain has none."""
    numbers = [part.number for part in CHAIN]
    every: dict[int, int | bytes] = {}
    for chain in chains:
        content = chain if isinstance(chain, bytes) else b""
        with suppress(MalformedEvidence):
            every |= {field.number: field.value for field in fields(content, known=numbers)}
    return [one for number in numbers if isinstance(one := every.get(number), bytes)]


OF_A_REPORT: Final = (
    *("report", "certificateChain", "certificate_chain", "product"),
    *(word for part in REPORT for word in part.names),
)
OF_A_QUOTE: Final = tuple(word for quote in QUOTES.values() for part in quote for word in part.names)
"""Members that the JSON of each has on top, in either way to write them."""


CARRIERS: Final = (
    CarrierDescriptor(
        name="go-sev-guest",
        section="snp",
        told_by=(
            "protobuf: an `Attestation` with the fields of a report and their sizes, no other and "
            "none twice; protobuf's JSON of it, or of the `Report` alone"
        ),
        taken=(
            "the report, put together from its fields (`rebuilt`). Reserved bytes stand in none of "
            "them, and are zeros; version 6 has more than the message and is an error"
        ),
        rest=(
            "`vcek_cert`, `vlek_cert`, `ask_cert`, `ark_cert` become `certificates`; `extras` and "
            "`product` are not taken"
        ),
        source="google, go-sev-guest, `sevsnp.proto`",
        forms=(
            InBytes(sev_guest),
            InJson(sev_guest_json, OF_A_REPORT),
        ),
    ),
    CarrierDescriptor(
        name="go-tdx-guest",
        section="intel",
        told_by=(
            "protobuf: a `QuoteV4` or `QuoteV5` with the fields of its header and their sizes, no "
            "other and none twice; protobuf's JSON of it"
        ),
        taken="the quote with all its bytes, put together from its fields (`rebuilt`)",
        rest="-",
        source="google, go-tdx-guest, `tdx.proto`",
        forms=(
            InBytes(tdx_guest),
            InJson(tdx_guest_json, OF_A_QUOTE),
        ),
    ),
)
