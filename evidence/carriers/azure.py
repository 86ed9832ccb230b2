"""Azure's confidential VMs: the paravisor's HCL report, and CoCo's evidence around it.

The paravisor asks for the hardware report itself, and puts the digest of its runtime data (the vTPM's
keys, the VM's configuration) into the report data. What it gives out is read from the vTPM.

Sources: openvmm, `igvm_attest` (the structures); kinvolk, azure-cvm-tooling; confidential-containers,
trustee, `az-snp-vtpm` and `az-tdx-vtpm` (the JSON, versions 0 to 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from hashlib import new
from typing import Any, Final, NamedTuple

from evidence.carriers import tpm
from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InJson, Pieces
from evidence.carriers.json import attached, in_base64, octets
from evidence.errors import CarrierError, EvidenceError, MalformedEvidence
from evidence.input import Carrier, Expect, Input
from evidence.types.snp.layout import SIZE as REPORT_SIZE
from evidence.wire.layout import U32, Layout, Raw, Zero, at


# fmt: off
class HclHeader(Layout, size=0x20, spec="openvmm, IGVM_ATTEST_REQUEST_HEADER"):
    signature:    Raw  = at(0x00, 4)
    version:      U32  = at(0x04)
    report_size:  U32  = at(0x08)
    request_type: U32  = at(0x0C)
    status:       U32  = at(0x10)
    reserved_14:  Zero = at(0x14, 12)


class RequestData(Layout, size=0x14, spec="openvmm, IGVM_ATTEST_REQUEST_DATA"):
    data_size:          U32 = at(0x00)
    version:            U32 = at(0x04)
    report_type:        U32 = at(0x08)
    hash_type:          U32 = at(0x0C)
    variable_data_size: U32 = at(0x10)
# fmt: on


class Hardware(NamedTuple):
    """A kind of hardware report: the size of what the slot holds, and the kernel's word for its provider."""

    size: int
    provider: str


NAME: Final = "azure-hcl-report"
MAGIC: Final = b"HCLA"
SLOT: Final = 0x20
REQUEST: Final = SLOT + REPORT_SIZE
HARDWARE: Final = {2: Hardware(REPORT_SIZE, "sev_guest"), 4: Hardware(0x400, "tdx_guest")}
OTHERS: Final = {1: "VBS", 3: "TVM", 5: "CCA"}
HASHES: Final = {1: "sha256", 2: "sha384", 3: "sha512"}
BINDING: Final = "report_data"


class HclReport(NamedTuple):
    """What an HCL report holds: the hardware report, whose it is, the runtime data and its digest."""

    report: bytes
    provider: str
    runtime_data: bytes
    expect: Expect


def unwrap(source: Input) -> tuple[Input] | None:
    """The hardware report, with the runtime data beside it."""
    if not source.data.startswith(MAGIC):
        return None
    blob = read(source.data)
    piece = source.inside(
        Carrier(NAME),
        blob.report,
        attachments={"runtime-data": blob.runtime_data},
        hints={"provider": blob.provider},
        expects=(blob.expect,),
    )
    return (piece,)


def read(data: bytes) -> HclReport:
    """The parts of an HCL report, or `CarrierError`. What fills the rest of the NV index is not read.

    The runtime data ends where `data_size` says: a later version of the request has more fields before it.
    """
    if len(data) < REQUEST + RequestData.SIZE:
        raise CarrierError(carrier=NAME, offset=0, reason=f"{len(data)} bytes, too short for its headers")
    try:
        header = HclHeader.read(data)
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None
    request = RequestData.read(data, REQUEST)
    hardware = HARDWARE.get(request.report_type)
    if header.status:
        raise CarrierError(carrier=NAME, offset=0x10, reason=f"the status is {header.status:#x}")
    if header.report_size != REQUEST + request.data_size:
        reason = f"a size of {header.report_size}, its parts have {REQUEST + request.data_size}"
        raise CarrierError(carrier=NAME, offset=8, reason=reason)
    if hardware is None:
        kind = OTHERS.get(request.report_type, f"unknown type {request.report_type}")
        raise CarrierError(carrier=NAME, offset=REQUEST + 8, reason=f"a hardware report of {kind}")
    if request.hash_type not in HASHES:
        reason = f"a hash of unknown type {request.hash_type}"
        raise CarrierError(carrier=NAME, offset=REQUEST + 12, reason=reason)
    end = REQUEST + request.data_size
    start = end - request.variable_data_size
    if not REQUEST + RequestData.SIZE <= start <= end <= len(data):
        reason = f"runtime data from {start} to {end} in {len(data)} bytes"
        raise CarrierError(carrier=NAME, offset=REQUEST, reason=reason)
    if any(data[SLOT + hardware.size : REQUEST]):
        reason = "bytes behind the hardware report that are not zero"
        raise CarrierError(carrier=NAME, offset=SLOT + hardware.size, reason=reason)
    runtime_data = data[start:end]
    hashed = new(HASHES[request.hash_type], runtime_data)
    alg = f"sha-{8 * hashed.digest_size}"
    return HclReport(
        data[SLOT : SLOT + hardware.size],
        hardware.provider,
        runtime_data,
        Expect(BINDING, hashed.digest(), "runtime-data", alg),
    )


def _snp_vtpm(member: str, source: Input, value: Any) -> Pieces:
    """CoCo's `az-snp-vtpm`: the HCL report with the VCEK certificate beside it, and the quote of the vTPM."""
    name = "az-snp-vtpm"
    if not isinstance(value, dict) or member not in value or "vcek" not in value:
        return None
    report = octets(value[member], member, name, in_base64)
    beside = attached(name, value, {"vcek": "certificates"})
    return (
        source.inside(Carrier(name, member), report, attachments=beside),
        *_quote(source, name, value, report),
    )


def _quote(source: Input, name: str, value: dict[str, Any], report: bytes) -> Iterator[Input | EvidenceError]:
    """The quote of the guest's vTPM, with its key out of the HCL report: of another machine where that is another's."""
    try:
        key = tpm.jwk_of(read(report).runtime_data)
    except EvidenceError:  # which the report's own piece tells
        key = None
    for member in QUOTES:
        yield from tpm.azure(source, name, member, value.get(member), key)


QUOTES: Final = ("tpm_quote", "quote")
"""The member with the quote; version 0 has the second name for SNP."""


def _tdx_vtpm(source: Input, value: Any) -> Pieces:
    """CoCo's `az-tdx-vtpm`: the TD quote, with the runtime data of the HCL report beside it.

    The TDREPORT in the HCL report is what the quote was made from: it is no piece of its own.
    """
    name = "az-tdx-vtpm"
    if not isinstance(value, dict) or "hcl_report" not in value or "td_quote" not in value:
        return None
    report = octets(value["hcl_report"], "hcl_report", name, in_base64)
    hcl = read(report)
    piece = source.inside(
        Carrier(name, "td_quote"),
        octets(value["td_quote"], "td_quote", name, in_base64),
        attachments={"runtime-data": hcl.runtime_data},
        hints={"provider": hcl.provider},
        expects=(hcl.expect,),
    )
    return (piece, *_quote(source, name, value, report))


CARRIERS: Final = (
    CarrierDescriptor(
        name="azure-hcl-report",
        section="azure",
        told_by="`HCLA`",
        taken=(
            "the hardware report: SNP (1184 bytes), or TDREPORT (1024 bytes); the kind that the "
            "header says is the hint"
        ),
        rest=(
            "the runtime data (JSON) becomes `runtime-data`; REPORT_DATA must begin with its digest "
            "(SHA-256, -384 or -512, by the header). What fills the NV index is not read"
        ),
        source="openvmm, `igvm_attest`; kinvolk, azure-cvm-tooling",
        forms=(InBytes(unwrap, sure=True),),
    ),
    CarrierDescriptor(
        name="az-tdx-vtpm",
        section="azure",
        told_by="JSON, `hcl_report` beside `td_quote` (versions 0 to 2)",
        taken="`td_quote`, and `tpm_quote`",
        rest=(
            "the HCL report's runtime data as above. Its TDREPORT is what the quote was made from, "
            "and no piece of its own; the TPM's quote is a second piece"
        ),
        source="confidential-containers, trustee",
        forms=(InJson(_tdx_vtpm, ("hcl_report", "td_quote", *QUOTES)),),
    ),
    CarrierDescriptor(
        name="az-snp-vtpm",
        section="azure",
        told_by="JSON, `report` (version 0) or `hcl_report` (1 and 2) beside `vcek`",
        taken="the HCL report, which is a carrier itself, and `tpm_quote` (version 0: `quote`)",
        rest="`vcek` becomes `certificates`; the TPM's quote is a second piece",
        source="confidential-containers, trustee",
        forms=(
            *(
                InJson(partial(_snp_vtpm, member), (member, "vcek", *QUOTES))
                for member in ("hcl_report", "report")
            ),
        ),
    ),
)
