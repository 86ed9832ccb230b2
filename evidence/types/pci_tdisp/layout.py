"""DEVICE_INTERFACE_REPORT: what a device says of an interface that it gives to a TVM. All integers are little-endian.

Sources: PCIe 7.0, section 11.3.11; libspdm, `industry_standard/pci_tdisp.h`.
"""

from __future__ import annotations

from typing import Final

from evidence.wire.bits import Bits, bit
from evidence.wire.layout import U16, U32, Layout, Raw, at

SPEC: Final = "PCIe 7.0, 11.3.11"


# fmt: off
class InterfaceReport(Layout, size=16, spec=SPEC):
    interface_info:        U16 = at(0)
    reserved_2:            Raw = at(2, 2)
    msi_x_message_control: Raw = at(4, 2)
    lnr_control:           Raw = at(6, 2)
    tph_control:           Raw = at(8, 4)
    mmio_range_count:      U32 = at(12)


class MmioRange(Layout, size=16, spec=SPEC):
    first_page:      Raw = at(0, 8)
    number_of_pages: U32 = at(8)
    attributes:      U16 = at(12)
    range_id:        U16 = at(14)


class DeviceInfo(Layout, size=4, spec=SPEC):
    device_info_length: U32 = at(0)


class InterfaceInfo(Bits, size=2, spec=SPEC):
    no_update_after_lock = bit(0)
    dma_without_pasid    = bit(1)
    dma_with_pasid       = bit(2)
    ats                  = bit(3)
    prs                  = bit(4)


class RangeAttributes(Bits, size=2, spec=SPEC):
    msix_table = bit(0)
    msix_pba   = bit(1)
    non_tee    = bit(2)
    updatable  = bit(3)
# fmt: on

BARS: Final = 6
"""Base addresses of a function of PCI; the range's number is that of one."""
