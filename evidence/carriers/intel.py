"""Quotes behind binary headers: of the quote generation service, and of Open Enclave.

Evidence of Open Enclave may have claims of the enclave's own behind the quote, whose digest is in REPORTDATA.

Sources: Intel, SGXDataCenterAttestationPrimitives, `qgs_msg_lib.h`; Open Enclave, `attest_plugin.h`, `report.h`,
`sgx/evidence.h` (the format's identifier) and `oe_sgx_hash_custom_claims_buffer`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import CarrierError
from evidence.input import Carrier, Expect, Input
from evidence.wire.layout import U16, U32, U64, Layout, Raw, at


# fmt: off
class GetQuoteResponse(Layout, size=0x18, spec="Intel, qgs_msg_get_quote_resp_t"):
    major_version:    U16 = at(0x00)
    minor_version:    U16 = at(0x02)
    type:             U32 = at(0x04)
    size:             U32 = at(0x08)
    error_code:       U32 = at(0x0C)
    selected_id_size: U32 = at(0x10)
    quote_size:       U32 = at(0x14)


class ReportHeader(Layout, size=0x10, spec="Open Enclave, oe_report_header_t"):
    version:     U32 = at(0x00)
    report_type: U32 = at(0x04)
    report_size: U64 = at(0x08)


class AttestationHeader(Layout, size=0x20, spec="Open Enclave, oe_attestation_header_t"):
    version:   U32 = at(0x00)
    format_id: Raw = at(0x04, 16)
    padding:   Raw = at(0x14, 4)  # of the C structure: not written
    data_size: U64 = at(0x18)
# fmt: on


QGS: Final = "qgs-message"
GET_QUOTE_RESPONSE: Final = 1
LENGTH: Final = 4
"""Bytes of the big-endian length that precedes a message on a socket."""
OPEN_ENCLAVE: Final = "open-enclave"
REPORT_VERSION: Final = 1
SGX_LOCAL, SGX_REMOTE = 1, 2
ATTESTATION_VERSIONS: Final = (2, 3)
SGX_ECDSA: Final = bytes.fromhex("a3a21e871b4d4014b70aa125d2fbcd8c")
"""The format that has claims behind a quote."""
QUOTE: Final = 432
"""Bytes of a quote in version 3 before the size of its signature data (4 bytes)."""


def qgs_message(source: Input) -> tuple[Input] | None:
    """The quote in a GET_QUOTE_RESP, with the length before it or not. Recognised by its size and type."""
    data = source.data
    start = LENGTH if int.from_bytes(data[:LENGTH], "big") == len(data) - LENGTH else 0
    if len(data) - start < GetQuoteResponse.SIZE:
        return None
    message = GetQuoteResponse.read(data, start)
    if message.major_version != 1 or message.type != GET_QUOTE_RESPONSE or message.size != len(data) - start:
        return None
    if message.error_code:
        reason = f"the service's error is {message.error_code:#x}"
        raise CarrierError(carrier=QGS, offset=start + 0x0C, reason=reason)
    quote = start + GetQuoteResponse.SIZE + message.selected_id_size
    if quote + message.quote_size != len(data) or not message.quote_size:
        reason = f"a quote of {message.quote_size} bytes at {quote} in {len(data)}"
        raise CarrierError(carrier=QGS, offset=start + 0x14, reason=reason)
    return (source.inside(Carrier(QGS), data[quote:]),)


def open_enclave(source: Input) -> tuple[Input] | None:
    """What is behind either header of Open Enclave. Recognised by its version and its size."""
    data = source.data
    if len(data) < AttestationHeader.SIZE:
        return None
    old = ReportHeader.read(data)
    if old.version == REPORT_VERSION and old.report_type in {SGX_LOCAL, SGX_REMOTE}:
        size, header = old.report_size, ReportHeader.SIZE
    elif old.version in ATTESTATION_VERSIONS:
        size, header = AttestationHeader.read(data).data_size, AttestationHeader.SIZE
    else:
        return None
    if header + size != len(data):
        return None
    quote = data[header:]
    end = QUOTE + 4 + int.from_bytes(quote[QUOTE : QUOTE + 4], "little")
    claims = quote[end:] if old.version != REPORT_VERSION and data[4:20] == SGX_ECDSA else b""
    if not claims:
        return (source.inside(Carrier(OPEN_ENCLAVE), quote),)
    piece = source.inside(
        Carrier(OPEN_ENCLAVE),
        quote[:end],
        attachments={"runtime-data": claims},
        expects=(Expect("report_data", sha256(claims).digest(), "runtime-data", "sha-256"),),
    )
    return (piece,)


CARRIERS: Final = (
    CarrierDescriptor(
        name="qgs-message",
        section="intel",
        told_by=("GET_QUOTE_RESP whose size is that of the input, with a length of 4 bytes before it or not"),
        taken="the quote",
        rest="the selected id is not taken; an error code is an error",
        source="Intel DCAP, `qgs_msg_lib.h`",
        forms=(InBytes(qgs_message),),
    ),
    CarrierDescriptor(
        name="open-enclave",
        section="intel",
        told_by=(
            "the report's header (version 1) or the attestation's (2 and 3), whose size is that of the input"
        ),
        taken="what is behind it",
        rest=(
            "the format id is not taken: content decides. Claims behind a quote (format SGX ECDSA) "
            "become `runtime-data`; REPORTDATA must begin with their SHA-256"
        ),
        source="Open Enclave, `report.h`, `attest_plugin.h`",
        forms=(InBytes(open_enclave),),
    ),
)
