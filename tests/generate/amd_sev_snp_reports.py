"""SNP reports of every version, product and flag, from the literal offsets of AMD 56860 and a key of our own."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.generate.common import Made, ec_key, ecdsa

KEY = ec_key(ec.SECP384R1(), 0x5E7)
G, P = "/environments/guest", "/environments/platform"

MILAN, GENOA, SIENA, TURIN, VENICE = (
    (0x19, 0x01, 1),
    (0x19, 0x11, 1),
    (0x19, 0xA0, 2),
    (0x1A, 0x02, 1),
    (0x1A, 0x50, 0),
)

# Values that differ in every byte, so that a shifted or reversed field cannot look right.
REPORT_DATA = bytes(range(0x10, 0x50))
MEASUREMENT = bytes(range(0x60, 0x90))
HOST_DATA = bytes(range(0xA0, 0xC0))
REPORT_ID = bytes(range(0xC0, 0xE0))
CHIP_ID = bytes(range(0x81, 0xC1))


def report(version: int, cpuid: tuple[int, int, int] | None, **fields: bytes) -> bytes:
    """1184 bytes; `fields` are hexadecimal offsets (`x038`) and what stands there. Signed unless x2a0 is given."""
    data = bytearray(0x4A0)

    def put(offset: int, value: bytes) -> None:
        data[offset : offset + len(value)] = value

    put(0x000, version.to_bytes(4, "little"))
    put(0x004, (7).to_bytes(4, "little"))  # GUEST_SVN
    put(0x008, bytes.fromhex("1f00030000000000"))  # POLICY: ABI 0.31, SMT, bit 17
    put(0x034, (1).to_bytes(4, "little"))  # SIGNATURE_ALGO
    put(0x038, bytes.fromhex("03000000000008ce"))  # CURRENT_TCB
    put(0x040, bytes.fromhex("2500000000000000"))  # PLATFORM_INFO
    put(0x050, REPORT_DATA)
    put(0x090, MEASUREMENT)
    put(0x0C0, HOST_DATA)
    put(0x140, REPORT_ID)
    put(0x160, b"\xff" * 32)  # REPORT_ID_MA: no migration agent
    put(0x180, bytes.fromhex("0300000000000873"))  # REPORTED_TCB
    if cpuid:
        put(0x188, bytes(cpuid))
    put(0x1A0, CHIP_ID)
    put(0x1E0, bytes.fromhex("0300000000000870"))  # COMMITTED_TCB
    put(0x1E8, bytes((29, 55, 1)))  # CURRENT: build, minor, major
    put(0x1EC, bytes((28, 55, 1)))  # COMMITTED
    put(0x1F0, bytes.fromhex("0200000000000770"))  # LAUNCH_TCB
    for place, value in fields.items():
        put(int(place[1:], 16), value)
    if "x2a0" not in fields:
        r, s = ecdsa(KEY, hashes.SHA384(), bytes(data[:0x2A0]))
        put(0x2A0, r.to_bytes(72, "little"))
        put(0x2E8, s.to_bytes(72, "little"))
    return bytes(data)


UNSIGNED = {"x2a0": bytes(144)}
TURIN_FIELDS = {
    "x038": bytes.fromhex("0102030400000051"),
    "x180": bytes.fromhex("0102030400000050"),
    "x1e0": bytes.fromhex("010203030000004f"),
    "x1f0": bytes.fromhex("010203020000004e"),
    "x1a0": CHIP_ID[:8] + bytes(56),
    "x040": bytes.fromhex("6500000000000000"),
}
VENICE_FIELDS = {
    "x038": bytes.fromhex("0503090000000000"),
    "x180": bytes.fromhex("0503080000000000"),
    "x1e0": bytes.fromhex("0503070000000000"),
    "x1f0": bytes.fromhex("0503060000000000"),
    "x1a0": CHIP_ID[:8] + bytes(56),
    "x1f8": bytes.fromhex("3f00000000000000"),
    "x200": bytes.fromhex("7f00000000000000"),
    "x220": bytes(range(1, 15)) + bytes(18),
    "x240": bytes(range(21, 35)) + bytes(18),
    "x260": bytes(range(41, 55)) + bytes(18),
}
MIT = {"x1f8": bytes.fromhex("0100000000000000"), "x200": bytes.fromhex("0300000000000000")}


def tcb(role: str, **svns: int) -> dict[str, Any]:
    """The facts of one decoded TCB."""
    parts = [{"name": name, "svn": svn, "compare": "ordered"} for name, svn in svns.items()]
    return {f"{P}/tcb/{role}_tcb/components": parts}


COMMON = {
    "/bindings/report_data/value": REPORT_DATA.hex(),
    f"{G}/measurements/measurement/digests/0/digest": MEASUREMENT.hex(),
    f"{G}/inputs/host_data/value": HOST_DATA.hex(),
    f"{G}/identifiers/report_id/value": REPORT_ID.hex(),
    f"{G}/svns/guest_svn/svn": 7,
    f"{P}/versions/firmware_current/value": "1.55.29",
    f"{P}/versions/firmware_committed/value": "1.55.28",
}
MILAN_REPORTED = tcb("reported", bootloader=3, tee=0, snp=8, microcode=0x73)
KEY_DIGEST, AUTHOR_DIGEST = bytes(range(0x20, 0x50)), bytes(range(0x30, 0x60))

MADE = [
    Made(
        "v2-unknown-product",
        report(2, None),
        "Version 2, no product known",
        "Version 2 has no CPUID: the product, and so the layout of the TCBs, must stay unknown",
        {
            **COMMON,
            f"{P}/tcb/reported_tcb/layout_source": "unknown",
            f"{P}/tcb/reported_tcb/raw": "0300000000000873",
        },
    ),
    Made(
        "v2-product-option",
        report(2, None),
        "Version 2, the caller says Milan",
        "A product from the caller is used, and marked as the caller's word",
        {**COMMON, **MILAN_REPORTED, f"{P}/identifiers/product/origin": "caller"},
        {"options": {"product": "milan"}},
    ),
    Made(
        "v3-milan",
        report(3, MILAN),
        "Version 3, Milan, VCEK",
        "The plain case: product and TCB layout from CPUID",
        {**COMMON, **MILAN_REPORTED, **tcb("current", bootloader=3, tee=0, snp=8, microcode=0xCE)},
    ),
    Made(
        "v3-siena",
        report(3, SIENA),
        "Version 3, family 19h model A0h",
        "Bergamo and Siena count as Genoa",
        {**COMMON, f"{P}/identifiers/product/text": "Genoa", f"{P}/tcb/current_tcb/layout": "amd-genoa"},
    ),
    Made(
        "v3-unknown-product",
        report(3, (0x1A, 0x44, 0)),
        "Version 3, family 1Ah model 44h",
        "A CPUID that is no known product leaves the TCBs raw and is noted",
        {**COMMON, f"{P}/tcb/reported_tcb/layout_source": "unknown"},
    ),
    Made(
        "v3-vlek-masked",
        report(3, MILAN, x048=(1 << 2).to_bytes(4, "little"), x1a0=bytes(64), x030=(3).to_bytes(4, "little")),
        "Version 3, signed by a VLEK, CHIP_ID all zero, VMPL 3",
        "A CHIP_ID of zeros is masked whatever KEY_INFO says; nothing can match it",
        {
            **COMMON,
            "/signatures/report/by": "vlek",
            "/bindings/report_data/requested_by": "vmpl:3",
            f"{P}/identifiers/chip_id/status": "masked",
        },
    ),
    Made(
        "v3-debug-migratable",
        report(3, MILAN, x008=bytes.fromhex("1f01fe0300000000")),
        "Every POLICY bit that has a name, SMT aside",
        "DEBUG means enabled, MIGRATE_MA means allowed; ABI_MINOR is the lower byte",
        {
            **COMMON,
            f"{G}/debug": "enabled",
            f"{G}/migration": "allowed",
            f"{G}/attributes/policy/fields/abi_major/int": 1,
        },
    ),
    Made(
        "v3-unknown-bits",
        report(
            3,
            MILAN,
            x008=bytes.fromhex("1f00030000000080"),
            x040=bytes.fromhex("ff01000000000000"),
            x048=(3 << 2 | 1 << 9).to_bytes(4, "little"),
            x030=(9).to_bytes(4, "little"),
        ),
        "POLICY 63, PLATFORM_INFO 8 and KEY_INFO 9 set, SIGNING_KEY 3, VMPL 9",
        "Unknown bits and reserved enum values are kept and noted, never refused",
        {
            **COMMON,
            f"{G}/attributes/policy/unknown": [63],
            f"{P}/attributes/platform_info/unknown": [8],
            "/signatures/report/by": "unknown",
            "/bindings/report_data/requested_by": "unspecified",
        },
    ),
    Made(
        "v3-keys",
        report(
            3,
            GENOA,
            x048=(1).to_bytes(4, "little"),
            x0e0=KEY_DIGEST,
            x110=AUTHOR_DIGEST,
            x010=b"family-0123456789"[:16],
            x020=b"image-0123456789",
        ),
        "ID key and author key, with AUTHOR_KEY_EN",
        "With an ID block, family, image and SVN are covered by its signature",
        {
            **COMMON,
            f"{G}/signers/id_key/value": KEY_DIGEST.hex(),
            f"{G}/signers/author_key/value": AUTHOR_DIGEST.hex(),
            f"{G}/inputs/family_id/set_by": "id-block",
            f"{G}/inputs/image_id/value": b"image-0123456789".hex(),
        },
    ),
    Made(
        "v3-author-key-not-enabled",
        report(3, GENOA, x110=AUTHOR_DIGEST),
        "Author key digest without AUTHOR_KEY_EN",
        "Bytes that a flag says are not there are not a signer",
        {
            f"{G}/signers/author_key/status": "absent-by-flag",
            f"{G}/signers/author_key/raw": AUTHOR_DIGEST.hex(),
        },
    ),
    Made(
        "v3-host-requested",
        report(3, MILAN, x030=b"\xff" * 4, x050=bytes(64)),
        "VMPL FFFFFFFFh",
        "The host asked for this report: nothing in it was chosen by the guest",
        {"/bindings/report_data/requested_by": "host", "/bindings/report_data/value": "00" * 64},
    ),
    Made(
        "v3-signing-key-none",
        report(3, MILAN, x048=(7 << 2).to_bytes(4, "little"), **UNSIGNED),
        "SIGNING_KEY 7: not signed",
        "An unsigned report must not look signed",
        {"/evidence/protection": "none", "/signatures": []},
    ),
    Made(
        "v3-mask-chip-key",
        report(3, MILAN, x048=(1 << 1).to_bytes(4, "little"), x034=bytes(4), **UNSIGNED),
        "MASK_CHIP_KEY set, SIGNATURE_ALGO 0",
        "With MASK_CHIP_KEY the firmware writes zeros instead of a signature",
        {"/evidence/protection": "none"},
    ),
    Made(
        "v3-migration-agent",
        report(3, MILAN, x160=bytes(range(32))),
        "A migration agent's report id",
        "Only all ones means that there is none",
        {f"{G}/identifiers/report_id_ma/value": bytes(range(32)).hex()},
    ),
    Made(
        "v3-no-report-id",
        report(3, MILAN, x140=bytes(32), x160=bytes(32)),
        "Both report ids are zeros",
        "Zeros identify no guest: two reports that have them must not look like one guest's",
        {
            f"{G}/identifiers/report_id/status": "not-populated",
            f"{G}/identifiers/report_id_ma/status": "not-populated",
            f"{G}/identifiers/report_id_ma/raw": "00" * 32,
        },
    ),
    Made(
        "v3-event-log",
        report(3, MILAN),
        "A report with an event log beside it",
        "What a type does not read is listed by its digest, and noted as ignored",
        {
            **COMMON,
            "/attachments/event-log/sha256": "5775e775a009a883570f8738b2efba72ebd889bebd792398088abf4b78a55133",
            "/attachments/event-log/size": 5,
        },
        {"attachments": {"event-log": "v3-event-log.attachment"}},
        {"v3-event-log.attachment": b"a log"},
    ),
    Made("v4-genoa", report(4, GENOA), "Version 4, Genoa", "Version 4 is laid out as version 3", COMMON),
    Made(
        "v5-genoa",
        report(5, GENOA, **MIT),
        "Version 5, Genoa, mitigation vectors",
        "The vectors exist from version 5 on",
        {
            **COMMON,
            f"{P}/values/launch_mit_vector/bytes": "0100000000000000",
            f"{P}/values/current_mit_vector/bytes": "0300000000000000",
        },
    ),
    Made(
        "v5-turin",
        report(5, TURIN, **TURIN_FIELDS),
        "Version 5, Turin",
        "Turin has another TCB layout, 8 bytes of CHIP_ID, and sets PLATFORM_INFO bit 6",
        {
            **COMMON,
            **tcb("reported", fmc=1, bootloader=2, tee=3, snp=4, microcode=0x50),
            f"{P}/identifiers/chip_id/value": CHIP_ID[:8].hex(),
            f"{P}/attributes/platform_info/set": [
                "smt_en",
                "ecc_en",
                "alias_check_complete",
                "iommu_write_safe",
            ],
        },
    ),
    Made(
        "v5-turin-long-chip-id",
        report(5, TURIN, **{**TURIN_FIELDS, "x1a0": CHIP_ID}),
        "Turin with more than 8 bytes of CHIP_ID",
        "Bytes that the product does not use are kept and noted",
        {f"{P}/identifiers/chip_id/value": CHIP_ID.hex()},
    ),
    Made(
        "v6-venice",
        report(6, VENICE, **VENICE_FIELDS),
        "Version 6, Venice, ETCBs",
        "No public sample exists: read by structure, and said to be provisional",
        {
            **tcb("reported", fmc=5, tee=3, snp=8),
            f"{P}/tcb/current_etcb/raw": (bytes(range(1, 15)) + bytes(18)).hex(),
            f"{P}/tcb/launch_etcb/raw": (bytes(range(21, 35)) + bytes(18)).hex(),
            f"{P}/tcb/committed_etcb/raw": (bytes(range(41, 55)) + bytes(18)).hex(),
        },
    ),
    Made(
        "v3-trailing-zeros",
        report(3, MILAN) + bytes(96),
        "96 zeros after a report",
        "Buffers are larger than reports: zeros are counted, and no claim is made from them",
        {**COMMON, "/evidence/size": 1184, "/evidence/trailing": 96},
        {"parses_when_cut_at": [{"start": 1184, "end": 1279, "why": "a report with fewer zeros behind it"}]},
    ),
]
