"""Reports of an interface, alone and in messages, by the tables of PCIe 7.0 (11.3). No key has a part in them."""

from __future__ import annotations

from hashlib import sha256, sha384, sha512
from typing import Any

from tests.generate.common import Made, target, write
from tests.generate.netlink import dump

I = "/environments/interface"  # noqa: E741 (short, in many paths)
FUNCTION = 0x01_0A_0100


def le(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little")


def mmio(first_page: int, pages: int, attributes: int, range_id: int) -> bytes:
    return le(first_page, 8) + le(pages, 4) + le(attributes, 2) + le(range_id, 2)


def report(
    info: int,
    ranges: list[bytes],
    device_info: bytes = b"",
    *,
    reserved: int = 0,
    msi_x: int = 0,
    lnr: int = 0,
    tph: int = 0,
) -> bytes:
    head = le(info, 2) + le(reserved, 2) + le(msi_x, 2) + le(lnr, 2) + le(tph, 4) + le(len(ranges), 4)
    return head + b"".join(ranges) + le(len(device_info), 4) + device_info


def header(kind: int, function: int = FUNCTION) -> bytes:
    return bytes((0x10, kind, 0, 0)) + le(function, 4) + bytes(8)


def messages(whole: bytes, size: int, function: int = FUNCTION) -> list[bytes]:
    """DEVICE_INTERFACE_REPORT (0x04) messages with portions of a size."""
    cuts = range(0, len(whole), size)
    return [
        header(0x04, function)
        + le(len(whole[at : at + size]), 2)
        + le(max(0, len(whole) - at - size), 2)
        + whole[at : at + size]
        for at in cuts
    ]


def vendor_defined(message: bytes, version: int = 0x12) -> bytes:
    """VENDOR_DEFINED_RESPONSE (0x7E) of PCI-SIG (3), vendor 0x0001, protocol TDISP (1)."""
    return (
        bytes((version, 0x7E, 0, 0)) + le(3, 2) + b"\2" + le(1, 2) + le(1 + len(message), 2) + b"\1" + message
    )


CONFIGURATION = b"configuration of the device, " * 8
TWO = report(
    0b00111,
    [
        mmio(0x0D00_0000, 16, 0, 0),
        mmio(0x0D00_0010, 1, 0b0001, 0),
        mmio(0x0D00_0011, 1, 0b0010, 0),
        mmio(0x0E00_0000, 256, 0b0100, 2),
    ],
    CONFIGURATION,
    msi_x=0x800F,
)
NONE = report(0, [])
MOST = report(
    0xFFFF,
    [
        mmio(2**64 - 0x1000, 2**32 - 1, 0xFFFF, 5),
        mmio(0x100, 2, 0b1000, 0),
        mmio(0x101, 1, 0, 0),
        mmio(0, 1, 0, 9),
    ],
    reserved=0x1234,
    msi_x=0xFFFF,
    lnr=0x0101,
    tph=0x80000001,
)
FACTS: dict[str, Any] = {
    f"{I}/role": "device",
    f"{I}/attributes/interface_info/raw": "0700",
    f"{I}/attributes/interface_info/set": ["no_update_after_lock", "dma_without_pasid", "dma_with_pasid"],
    f"{I}/values/msi_x_message_control/bytes": "0f80",
    f"{I}/values/mmio-0-first-page/bytes": "0000000d00000000",
    f"{I}/values/mmio-0-pages/int": 16,
    f"{I}/attributes/mmio-1-attributes/set": ["msix_table"],
    f"{I}/attributes/mmio-2-attributes/set": ["msix_pba"],
    f"{I}/attributes/mmio-3-attributes/set": ["non_tee"],
    f"{I}/values/mmio-3-range-id/int": 2,
    f"{I}/values/device_info/bytes": CONFIGURATION.hex(),
}
FORCED = {"force": True}


def digests(hash_: Any, whole: bytes) -> bytes:
    """What a TSM says of the object `report`, and of another one that is not here."""
    return dump({"vca": hash_(b"negotiation").digest(), "report": hash_(whole).digest()})


def attached(name: str, content: bytes, what: str, why: str, facts: dict[str, Any]) -> Made:
    extra = {**FORCED, "attachments": {"tsm-digests": f"{name}.digests"}}
    return Made(name, TWO, what, why, facts, extra, {f"{name}.digests": content})


BINDING = "/consistency/report-binding"
MADE = [
    Made(
        "report",
        TWO,
        "A report with two BARs, tables of MSI-X, memory outside of the TEE, and data of the device",
        "All that a driver looks at before it accepts an interface",
        FACTS,
        FORCED,
    ),
    Made(
        "report-without-ranges",
        NONE,
        "The smallest report: 20 bytes of zeros",
        "No magic tells it: it is read because somebody says what it is",
        {f"{I}/attributes/interface_info/set": []},
        FORCED,
    ),
    Made(
        "report-every-bit",
        MOST,
        "Every bit, also those without a name, and ranges that Linux refuses",
        "Kept and noted: the format allows them; addresses do not fit into numbers of JSON",
        {
            f"{I}/attributes/interface_info/unknown": list(range(5, 16)),
            f"{I}/attributes/mmio-0-attributes/unknown": list(range(4, 16)),
            f"{I}/values/mmio-0-first-page/bytes": "00f0ffffffffffff",
            f"{I}/values/reserved_2/bytes": "3412",
            f"{I}/values/mmio-3-range-id/int": 9,
        },
        FORCED,
    ),
    Made(
        "message",
        b"".join(messages(TWO, len(TWO))),
        "One DEVICE_INTERFACE_REPORT message",
        "A header tells it, and says of which function it is",
        {**FACTS, f"{I}/values/function_id/int": FUNCTION},
    ),
    Made(
        "messages",
        b"".join(messages(TWO, 40)),
        "The same report in three portions",
        "Portions say how much follows, and not where they begin",
        {**FACTS, f"{I}/values/function_id/int": FUNCTION},
    ),
    Made(
        "vendor-defined",
        b"".join(map(vendor_defined, messages(TWO, 64))),
        "The same in two responses of SPDM",
        "So TDISP travels between a TSM and a device",
        {**FACTS, f"{I}/values/function_id/int": FUNCTION},
    ),
    attached(
        "report-digests",
        digests(sha512, TWO),
        "A report beside the digests that the platform's TSM has, SHA-512",
        "The bytes are those that the platform saw",
        {f"{BINDING}/status": "matches", f"{BINDING}/alg": "sha-512"},
    ),
    attached(
        "report-digests-sha-256",
        digests(sha256, TWO),
        "The same with SHA-256",
        "The length alone tells the hash",
        {f"{BINDING}/status": "matches", f"{BINDING}/alg": "sha-256"},
    ),
    attached(
        "report-digests-differ",
        digests(sha384, NONE),
        "A report beside the digest of another one",
        "The platform saw something else",
        {f"{BINDING}/status": "differs", f"{BINDING}/alg": "sha-384"},
    ),
    attached(
        "report-digests-unreadable",
        b"not a dump of digests",
        "A report beside something else than digests",
        "It is noted, and no fact is made of it",
        {},
    ),
]

if __name__ == "__main__":
    write("pci-tdisp", "tests/generate/pci_tdisp.py", MADE, target())
