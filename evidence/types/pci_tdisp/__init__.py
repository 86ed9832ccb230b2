"""What a PCI device says of an interface that it gives to a TVM: the report of TDISP, which nobody signs."""

from __future__ import annotations

from typing import Final

from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in
from evidence.wire import netlink, tdisp

VERSION: Final = "1.0"


def identify(data: bytes) -> Match | None:
    """Messages by their header, alone or in SPDM. The report itself has no magic: who has it says so."""
    if tdisp.begins_vendor_defined(data):
        return Match(VERSION, "vendor-defined")
    kind = tdisp.begins(data)
    if kind is not None and netlink.order_of(data):  # whose length is that of a message's first bytes
        return None
    if kind == tdisp.REPORT:
        return Match(VERSION, "messages")
    return Match(VERSION, "messages") if kind == tdisp.ERROR and tdisp.is_error(data) else None


FRAME: Final = "a length, which must be that of what follows: a change is refused"


def has_marks(data: bytes) -> bool:
    """Where nobody says that there are messages: the headers of both kinds have enough that is fixed."""
    return identify(data) is not None


TYPE: Final = EvidenceType(
    **built_in("pci-tdisp", __name__, __file__),
    title="TDISP report of a device's interface",
    aliases=("tdisp",),
    versions=(VERSION, "unknown"),
    status="provisional",
    change_controller="the maintainers of this library",
    references=(
        Reference("PCIe 7.0", "PCI Express Base Specification, section 11.3.11: DEVICE_INTERFACE_REPORT"),
        Reference(
            "DMTF DSP0274", "Security Protocol and Data Model (SPDM) Specification, VENDOR_DEFINED_RESPONSE"
        ),
        Reference("libspdm", "industry_standard/pci_tdisp.h"),
        Reference("Linux", "Documentation/netlink/specs/device-evidence.yaml: the object `report`"),
    ),
    attachments=("tsm-digests",),
    identify=identify,
    marks=has_marks,
    tables=late(f"{__name__}.mapping:tables"),
    unobserved={"*/code/enum/dump-unfinished": "needs a dump of the kernel without its end"},
    unclaimed={
        "*.mmio_range_count": FRAME,
        "*.device_info_length": FRAME,
        "*.portion_length": "how the report was cut",
        "*.remainder_length": "how the report was cut",
        "*.message_type": "4 is the only one that is a report",
        "message-*.version": "1.0 is the only one there is",
        "*.spdm_version": "the version of the conversation around it",
        "*.request_response_code": "which message of SPDM it is",
        "*.param*": "reserved: DSP0274 wants it ignored",
        "*.standard_id": "PCI-SIG's, by which it is recognised",
        "*.vendor_id*": "PCI-SIG's, by which it is recognised",
        "*.payload_length": FRAME,
        "*.protocol_id": "TDISP's, by which it is recognised",
    },
    inapplicable={
        "duplicate-key": "a report has no keys",
    },
)
