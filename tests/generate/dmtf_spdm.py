"""SPDM evidence of every version, shape and block type."""

from __future__ import annotations

from hashlib import sha384
from typing import Any

import cbor2

from tests.generate import spdm as s
from tests.generate.common import Made, target, write
from tests.generate.dmtf_spdm_parts import PARTS

D = "/environments/device"

BLOCKS = [
    s.block(1, 0x00, s.digest("rom")),
    s.block(2, 0x01, s.digest("firmware")),
    s.block(3, 0x02, s.digest("hardware configuration")),
    s.block(4, 0x03, s.digest("firmware configuration")),
]
NORMAL = s.device_mode((0x3F, 0x04), (0x1F, 0x00))
MODE = s.block(0xFE, 0x85, NORMAL)
SVN = s.block(0x10, 0x87, s.le(7, 8))
COMMON: dict[str, Any] = {
    f"{D}/measurements/immutable-rom/index": 1,
    f"{D}/measurements/immutable-rom/digests/0/digest": s.digest("rom").hex(),
    f"{D}/measurements/mutable-firmware/digests/0/digest": s.digest("firmware").hex(),
    f"{D}/measurements/hardware-config/subject": "config",
    f"{D}/measurements/firmware-config/index": 4,
    "/bindings/requester_nonce/value": s.NONCE.hex(),
    "/bindings/requester_nonce/role": "challenge",
    "/bindings/responder_nonce/value": s.RESPONDER_NONCE.hex(),
}
SHA384 = {f"{D}/measurements/immutable-rom/digests/0/alg": "sha-384"}


def exchange(version: int, blocks: list[bytes], opaque: bytes = b"", **fields: int) -> bytes:
    """A signed pair without the negotiation, which up to 1.1 is all that is signed."""
    return s.signed(
        version, b"", s.get_measurements(version), s.measurements(version, blocks, opaque, **fields)
    )


def transcript(version: int, blocks: list[bytes], opaque: bytes = b"", **negotiation: int) -> bytes:
    """Negotiation and a signed pair."""
    before = s.vca(version, **negotiation)
    return before + s.signed(
        version, before, s.get_measurements(version), s.measurements(version, blocks, opaque, param2=0x20)
    )


def cut(
    data: bytes, *sizes: int, why: str = "so much is left that it is the signature of another scheme"
) -> list[dict[str, Any]]:
    """Lengths at which what is left in place of 96 bytes of signature has the size of another scheme's, or none."""
    return [{"start": len(data) - 96 + size, "end": len(data) - 96 + size, "why": why} for size in sizes]


# All value types, in one record.
ALL_TYPES = [
    *BLOCKS,
    s.block(0x05, 0x83, b"a configuration as it is"),
    s.block(0x10, 0x87, s.le(2**53, 8)),
    s.block(0x11, 0x08, s.digest("extended")),
    s.block(0x12, 0x86, b"1.2.3\0"),
    s.block(0x13, 0x89, b"for information"),
    s.block(0x14, 0x0B, s.digest("of a type to come")),
    s.block(0x15, 0x8C, b"raw, of a type to come"),
    s.block(0x16, 0x07, s.digest("an SVN that is no digest")),
    s.block(0x17, 0x87, b"\1\2\3\4\5\6\7\x08\x09"),
    s.block(0x18, 0x86, b"\xff\xfe"),
    s.block(0xF1, 0x01, s.digest("of a reserved index")),
    s.foreign(0x20, 0x02, b"not DMTF's"),
    s.block(0xFC, 0x8A, bytes((0x04, 0x03, 0x7F, 0xA6, 0x00)) + b"\xd9\x02\x3b\xa1\x00\xa0"),
    s.block(0xFB, 0x8A, bytes((0x04, 0x7F))),
    s.block(0xFD, 0x84, b"a manifest in plain text"),
    s.block(0xFE, 0x85, s.device_mode((0x3F, 0x0C), (0x1F, 0x10))),
]

# An NVIDIA report of four blocks.
FWID = s.digest("firmware of the leaf")
GPU = (
    s.nvidia(6, bytes.fromhex("009f009601000000"))
    + s.nvidia(14, bytes.fromhex("b1030000"))
    + s.nvidia(15, b"882" + bytes(6))
    + s.nvidia(3, b"550.90.07\0")
    + s.nvidia(4, bytes.fromhex("8001000000000000"))
    + s.nvidia(12, s.le(1, 4) * 4)
    + s.nvidia(11, b"\x55")
    + s.nvidia(20, FWID)
    + s.nvidia(21, b"\xaa")
    + s.nvidia(34, b"\1\0")
    + s.nvidia(36, b"\2\0")
    + s.nvidia(99, b"of a type to come")
)
OTHERS = (1, 2, 5, 7, 8, 9, 10, 13, 16, 17, 18, 19, 23, 24, 25, 27, 32, 33, 35)
SWITCH = (
    s.nvidia(6, b"96.10.52.00.00")
    + b"".join(s.nvidia(kind, b"%02d\0" % kind) for kind in OTHERS)
    + s.nvidia(22, bytes(range(1, 9)))
    + s.nvidia(26, bytes(range(0x80, 0x90)))
    + s.nvidia(11, b"\x00")
    + s.nvidia(36, b"\7\0")
    + s.nvidia(6, b"96.10.52.00.01")
)
# The same in the format with a header, and a manifest as newer devices send it: without the header of its standards body.
VERSIONED = (
    s.nvidia_header(2, 1)
    + s.nvidia_typed(6, 0x86, bytes.fromhex("d900960f00000000"))
    + s.nvidia_typed(14, 0x82, bytes.fromhex("35040000"))
    + s.nvidia_typed(15, 0x82, b"884" + bytes(6))
    + s.nvidia_typed(3, 0x86, b"620.12\0")
    + s.nvidia_typed(11, 0x82, b"\xaa")
    + s.nvidia_typed(20, 0x01, FWID)
    + s.nvidia_typed(37, 0x87, s.le(5, 2))
    + s.nvidia_typed(38, 0x85, b"\xaa\0")
    + s.nvidia_typed(99, 0x87, b"of a type to come")
)
REPORT_BLOCKS = [s.block(index, 0x01, s.digest(f"measurement {index}")) for index in range(1, 5)]
GPU_REPORT = exchange(0x11, REPORT_BLOCKS, GPU)
SWITCH_REPORT = exchange(0x11, REPORT_BLOCKS[:3], SWITCH)
ROOT = s.certificate("Root of tests", "Root of tests", 1, authority=True)
IDENTITY = s.certificate("Identity of tests", "Root of tests", 2, authority=True)
GPU_LEAF = s.certificate(
    "Leaf of tests",
    "Identity of tests",
    3,
    {"2.23.133.5.4.1": s.composite_device_id(s.spki(7), FWID)},
    s.device_info("ACME:WIDGET:1234567890"),
)
PLAIN = s.certificate("Leaf without layers", "Root of tests", 9)
OTHER_LEAF = s.certificate(
    "Leaf of another",
    "Identity of tests",
    8,
    {"2.23.133.5.4.1": s.composite_device_id(s.spki(9), s.digest("firmware of another leaf"))},
)
# DICE: an identity with a UEID, a layer of its own, two layers in one, and evidence in a wrapper.
FLAGS = bytes.fromhex("0080000001")  # not configured, fixed width
EVERY_FLAG = bytes.fromhex("00ff800001")
LAYER = s.tcb_info(
    (0, b"ACME"),
    (1, b"WIDGET"),
    (2, b"01"),
    (3, b"\5"),
    (4, b"\1"),
    (5, b"\0"),
    (6, s.fwid(s.digest("layer 1")) + s.fwid(bytes(32), "1.2.3.4")),
    (7, FLAGS),
    (8, b"\xc0"),
    (9, b"\x00"),
    (10, EVERY_FLAG),
)
DEBUGGED = s.tcb_info(
    (4, b"\2"), (6, s.fwid(s.digest("layer 2"))), (7, bytes.fromhex("0010400000")), (11, b"\x01")
)
SILENT = s.tcb_info(
    (3, b"\x09" + bytes(8)), (6, s.fwid(s.digest("layer 3"))), (7, bytes.fromhex("0000000000"))
)
DICE = [
    ROOT,
    s.certificate(
        "Device of tests",
        "Root of tests",
        4,
        {
            "2.23.133.5.4.4": s.der(0x30, s.der(0x04, b"\1" + bytes(range(16)))),
            "1.3.6.1.4.1.412.274.6": s.spdm_extension("1.3.6.1.4.1.412.274.2"),
            "2.23.133.5.4.1": LAYER,
        },
        s.device_info("ACME:WIDGET:1234567890", "Vendor=1b36:Device=0010"),
        authority=True,
    ),
    s.certificate(
        "Alias of tests",
        "Device of tests",
        5,
        {
            "2.23.133.5.4.5": s.der(0x30, DEBUGGED, SILENT),
            "2.23.133.5.4.9": bytes.fromhex("83190102410000"),
            "1.3.6.1.4.1.412.274.6": s.spdm_extension("1.3.6.1.4.1.412.274.5"),
        },
        s.device_info("without colons"),
        authority=True,
    ),
    s.certificate("Leaf of tests", "Alias of tests", 6, {"2.23.133.5.4.1": s.der(0x04, b"neither")}),
]
# What nobody filled: names in a certificate, and those of a layer.
UNNAMED = [
    ROOT,
    s.certificate(
        "Device of tests",
        "Root of tests",
        8,
        {"2.23.133.5.4.1": s.tcb_info((0, b""), (1, b"0000"), (6, s.fwid(s.digest("layer 1"))))},
        s.device_info("ACME::0000-0000"),
    ),
]

# A whole conversation of version 1.3: certificates, a challenge, measurements and their log.
LOG, EXTENDED = s.log([(0x11, 0x80, b"first"), (0x12, 0x80, b"another"), (0x11, 0x01, s.digest("second"))])
V13 = 0x13
NEGOTIATION = s.vca(V13, mel=1, other_params=0x12)
CHAIN = s.chain([ROOT, IDENTITY, GPU_LEAF])
HALF = len(CHAIN) // 2
CONVERSATION_BLOCKS = [*BLOCKS, s.block(0x13, 0x08, s.digest("not in the log")), MODE]


def conversation(*, cached: bool = False) -> bytes:
    """`cached` is one whose requester has the chain from before, and does not fetch it."""
    fetched = (
        bytes((V13, 0x81, 0, 0)) + bytes((V13, 0x01, 0, 1)) + sha384(CHAIN).digest() + bytes((1, 0, 7, 0))
    )
    for start, end in ((0, HALF), (HALF, len(CHAIN))):
        fetched += bytes((V13, 0x82, 0, 0)) + s.le(start, 2) + s.le(end - start, 2)
        fetched += (
            bytes((V13, 0x02, 0, 0)) + s.le(end - start, 2) + s.le(len(CHAIN) - end, 2) + CHAIN[start:end]
        )
    fetched = b"" if cached else fetched
    request = s.challenge(V13)
    record = b"".join(CONVERSATION_BLOCKS)
    answer = s.challenge_auth(V13, sha384(CHAIN).digest(), sha384(record).digest())
    proof = s.signature(V13, NEGOTIATION + fetched + request + answer, b"responder-challenge_auth signing")
    measured = s.signed(V13, NEGOTIATION, s.get_measurements(V13), s.measurements(V13, CONVERSATION_BLOCKS))
    tail = bytes((V13, 0xEF, 0, 0)) + s.le(0, 4) + s.le(len(LOG), 4)
    tail += bytes((V13, 0x6F, 0, 0)) + s.le(len(LOG), 4) + s.le(0, 4) + LOG
    return NEGOTIATION + fetched + request + answer + proof + measured + tail


# Several pairs of version 1.2: a count, single indices, one of them twice, the last one signed.
V12 = 0x12
PAIRS = (
    s.get_measurements(V12, 0, signed=False)
    + s.measurements(V12, [], param1=4)
    + s.get_measurements(V12, 1, signed=False)
    + s.measurements(V12, BLOCKS[:1])
    + s.get_measurements(V12, 2, signed=False)
    + s.measurements(V12, [s.block(2, 0x01, s.digest("firmware before"))])
)
LAST = (s.get_measurements(V12), s.measurements(V12, [*BLOCKS[1:], MODE]))
BEFORE = s.vca(V12)
ENDS = (46, 46 + 101, 46 + 2 * 101)
SEVERAL = BEFORE + PAIRS + LAST[0] + LAST[1] + s.signature(V12, BEFORE + PAIRS + LAST[0] + LAST[1])
AGAIN = s.signed(V12, BEFORE, s.get_measurements(V12, 2), s.measurements(V12, BLOCKS[1:2]))

CHALLENGED_12 = s.challenge(V12, summary=0) + s.challenge_auth(V12, sha384(CHAIN).digest(), b"")
PURPOSE = b"responder-challenge_auth signing"
CHALLENGE_12 = CHALLENGED_12 + s.signature(V12, BEFORE + CHALLENGED_12, PURPOSE)
CHALLENGED_11 = s.challenge(0x11, summary=0) + s.challenge_auth(0x11, sha384(CHAIN).digest(), b"")
CHALLENGE_11 = CHALLENGED_11 + s.signature(0x11, s.vca(0x11) + CHALLENGED_11)
OTHER_CHAIN = s.digest("the chain of another slot")
OTHER_SLOT = s.challenge(V12, slot=1, summary=0) + s.challenge_auth(V12, OTHER_CHAIN, b"", slot=1)
BOTH_SLOTS = BEFORE + CHALLENGE_12 + OTHER_SLOT + s.signature(V12, BEFORE + OTHER_SLOT, PURPOSE)

GENERAL = bytes((2, 0, 0, 0)) + s.element(0, b"", b"DMTF's own") + s.element(3, b"\x86\x80", b"a vendor's")
MLDSA = s.vca(0x14, asym=0, pqc=1 << 0)
MLDSA_14 = (
    MLDSA + s.get_measurements(0x14) + s.measurements(0x14, [*BLOCKS, MODE]) + bytes(range(1, 122)) * 20
)


# Every signature scheme of 1.2, each with another hash and slot; signatures are filled in where no key made them.
SCHEMES = {
    "rsassa-2048": (0, 256),
    "rsapss-2048": (1, 256),
    "rsassa-3072": (2, 384),
    "rsapss-3072": (3, 384),
    "ecdsa-p256": (4, 64),
    "rsassa-4096": (5, 512),
    "rsapss-4096": (6, 512),
    "ecdsa-p521": (8, 132),
    "sm2": (9, 64),
    "ed25519": (10, 64),
    "ed448": (11, 114),
}
HASHES = (
    ("sha-256", 32),
    ("sha-384", 48),
    ("sha-512", 64),
    ("sha3-256", 32),
    ("sha3-384", 48),
    ("sha3-512", 64),
    ("sm3", 32),
)
SLOTS = (1, 2, 3, 4, 5, 6, 7, 15, 0, 0, 0)


def scheme(number: int, name: str) -> Made:
    """A transcript of one signature scheme."""
    bit, size = SCHEMES[name]
    kind = number % len(HASHES)
    hash_, length = HASHES[kind]
    slot = SLOTS[number]
    data = s.vca(V12, asym=1 << bit, base_hash=1 << kind, measurement_hash=2 << kind, flags=0xFFFFFFFF)
    data += s.get_measurements(V12, slot=slot)
    data += s.measurements(V12, [s.block(1, 0x01, bytes(range(length)))], param2=0x10 | slot)
    return Made(
        f"v12-{name}",
        data + bytes(range(1, 129)) * 4 if size == 512 else data + (bytes(range(1, 129)) * 4)[:size],
        f"Version 1.2, {name} and {hash_}, slot {slot} (the signature is filled in, no key made it)",
        "The size of the signature and of digests follows from ALGORITHMS; MeasurementHashAlgo is one bit off",
        {
            "/signatures/measurements/alg": name,
            "/signatures/measurements/hash": hash_,
            "/signatures/measurements/by": "provisioned-key" if slot == 15 else f"slot-{slot}",
            f"{D}/measurements/mutable-firmware/digests/0/alg": hash_,
            f"{D}/values/content_changed/text": "changed",
        },
    )


UNSIGNED_12 = CHALLENGE_12 + s.get_measurements(V12, signed=False) + s.measurements(V12, [*BLOCKS, MODE])


def mode(capabilities: int, state: int, operational: int = 0x04) -> bytes:
    return s.block(0xFE, 0x85, s.device_mode((0x3F, operational), (capabilities, state)))


PREFIXES = "a record that is cut between two blocks is a shorter record"


# Evidence within manifests and certificates: concise evidence in a manifest, tokens in others and in a wrapper.
CONCISE = {
    0: {
        0: [
            [
                {0: {1: "ACME", 2: "WIDGET"}},
                [{0: "boot", 1: {2: [[7, s.digest("measured by the manifest")]]}}],
            ]
        ]
    }
}
TOC = cbor2.dumps(cbor2.CBORTag(570, {0: [cbor2.CBORTag(571, CONCISE)]}))
VERSIONED_REPORT = exchange(0x11, [*REPORT_BLOCKS[:2], s.block(0xFD, 0x8A, TOC)], VERSIONED)
EAT_NONCE = bytes(range(0x10, 0x20))
EAT = {10: EAT_NONCE, 263: 3, 259: b"WIDGET", 265: "https://example.com/device"}
SIGN1 = cbor2.CBORTag(
    61, cbor2.CBORTag(18, [cbor2.dumps({1: -35}), {}, cbor2.dumps(EAT), bytes(range(1, 97))])
)
HEADER_IANA = bytes((0x0A, 0x00))
EMBEDDED = [
    *BLOCKS,
    s.block(0xFA, 0x8A, HEADER_IANA + cbor2.dumps(SIGN1)),
    s.block(0xFB, 0x8A, HEADER_IANA + cbor2.dumps(cbor2.CBORTag(601, {10: "no nonce"}))),
    s.block(0xFD, 0x84, cbor2.dumps(cbor2.CBORTag(571, CONCISE))),
    MODE,
]
WRAPPED = s.certificate(
    "Wrapper of tests",
    "Root of tests",
    7,
    {
        "2.23.133.5.4.9": cbor2.dumps([10571, cbor2.dumps(cbor2.CBORTag(571, CONCISE)), 4]),
        "2.23.133.5.4.6": s.der(0x30, s.der(0x04, cbor2.dumps(cbor2.CBORTag(601, {263: 1})))),
    },
)


def record(name: str, blocks: list[bytes], what: str, why: str, facts: dict[str, Any], **extra: Any) -> Made:
    """A bare record: it has no magic, so its type must be said."""
    ends = [sum(map(len, blocks[:count])) for count in range(1, len(blocks))]
    ranges = [{"start": end, "end": end, "why": PREFIXES} for end in ends]
    more = {"parses_when_cut_at": ranges} if ranges else {}
    return Made(name, b"".join(blocks), what, why, facts, {"force": True, **more, **extra})


RESPONSE_11 = exchange(0x11, BLOCKS).removeprefix(s.get_measurements(0x11))
V10, V11 = exchange(0x10, BLOCKS), exchange(0x11, BLOCKS, b"a vendor's opaque data", param2=0)
P384 = {"options": {"signature_scheme": "ecdsa-p384", "base_hash": "sha-384", "measurement_hash": "sha-384"}}

MADE = [
    Made(
        "v10-exchange",
        V10,
        "Version 1.0: a request and its signed response",
        "Nothing says which algorithms these are: digests have candidates, the signature has the size that is left",
        {
            **COMMON,
            "/evidence/version": "1.0",
            "/signatures/measurements/alg": None,
            f"{D}/measurements/immutable-rom/alg_candidates": ["sha-384", "sha3-384"],
        },
        {"parses_when_cut_at": cut(V10, 64)},
    ),
    Made(
        "v11-exchange-options",
        V11,
        "Version 1.1, the caller says the algorithms",
        "From 1.1 on the request names a slot; a vendor's opaque data stays whole",
        {
            **COMMON,
            **SHA384,
            "/signatures/measurements/by": "slot-0",
            "/signatures/measurements/alg": "ecdsa-p384",
            f"{D}/unknown/opaque_data/raw": b"a vendor's opaque data".hex(),
        },
        P384,
    ),
    Made(
        "v11-nvidia-gpu",
        GPU_REPORT,
        "An NVIDIA report of a GPU, certificates as PEM from the leaf on",
        "Its algorithms are fixed; its opaque data is an open table; the leaf repeats the firmware digest",
        {
            "/bindings/requester_nonce/value": s.NONCE.hex(),
            "/signatures/measurements/alg": "ecdsa-p384",
            f"{D}/versions/driver_version/value": "550.90.07",
            f"{D}/versions/vbios_version/value": "96.00.9F.00.01",
            f"{D}/identifiers/chip_sku/text": "882",
            f"{D}/identifiers/serial_number/text": "1234567890",
            f"{D}/values/protected_pcie_status/text": "enabled",
            f"{D}/values/nvdec0_status/text": "disabled",
            f"{D}/values/fwid/bytes": FWID.hex(),
            f"{D}/unknown/nvidia-opaque-99/raw": b"of a type to come".hex(),
            "/environments/dice-0/measurements/fwid/digests/0/digest": FWID.hex(),
            "/consistency/fwid-certified/status": "matches",
            f"{D}/missing": [],
        },
        {"attachments": {"certificates": "v11-nvidia-gpu.pem"}},
        {"v11-nvidia-gpu.pem": s.pem([GPU_LEAF, IDENTITY, ROOT])},
    ),
    Made(
        "v11-nvidia-other-leaf",
        GPU_REPORT,
        "An NVIDIA report of a GPU, with the certificates of another one",
        "The leaf certifies another firmware than the report states, which is noted",
        {"/consistency/fwid-certified/status": "differs", f"{D}/missing": []},
        {"attachments": {"certificates": "v11-nvidia-other-leaf.pem"}},
        {"v11-nvidia-other-leaf.pem": s.pem([OTHER_LEAF, IDENTITY, ROOT])},
    ),
    Made(
        "v11-response-signed",
        RESPONSE_11,
        "Version 1.1, a response alone, the caller says the size of its signature",
        "The request belongs to what is signed; the negotiation does not, before 1.2",
        {"/signatures/measurements/missing": ["request"], "/evidence/protection": "signed"},
        {"options": {"signature_size": 96}},
    ),
    Made(
        "v11-challenge-prefix-attached",
        CHALLENGE_11,
        "Version 1.1, a challenge and its answer, the negotiation attached",
        "Whether digests and certificates were fetched before it, and so are signed, only the requester knows",
        {
            "/signatures/challenge/missing": ["digests", "certificates"],
            "/signatures/challenge/construct": "spdm-transcript",
        },
        {"attachments": {"transcript-prefix": "v11-challenge-prefix-attached.prefix"}},
        {"v11-challenge-prefix-attached.prefix": s.vca(0x11)},
    ),
    Made(
        "v11-nvidia-versioned",
        VERSIONED_REPORT,
        "An NVIDIA report whose opaque data has a header with a version",
        "Each element states the type of its value too; a structured manifest begins with its own tag",
        {
            "/signatures/measurements/alg": "ecdsa-p384",
            f"{D}/values/opaque_data_format/text": "2.1.0",
            f"{D}/versions/driver_version/value": "620.12",
            f"{D}/versions/vbios_version/value": "0F.96.00.D9.00",
            f"{D}/svns/fsp_ucode_svn/svn": 5,
            f"{D}/svns/fsp_ucode_svn/raw": "0500",
            f"{D}/values/nvle_status/bytes": "aa00",
            f"{D}/values/nvdec0_status/text": "enabled",
            f"{D}/identifiers/chip_sku/text": "884",
            f"{D}/unknown/nvidia-opaque-99/raw": b"of a type to come".hex(),
            f"{D}/manifests/measurement-manifest-253/format": "spdm-toc",
        },
    ),
    Made(
        "v11-nvidia-switch",
        SWITCH_REPORT + b"\0",
        "An NVIDIA report of a switch, and one byte behind it",
        "Switches have identifiers of their own and of GPUs; a value that its table does not know stays bytes",
        {
            "/evidence/trailing": 1,
            f"{D}/versions/vbios_version/value": "96.10.52.00.00",
            f"{D}/identifiers/switch_pdi/value": bytes(range(1, 9)).hex(),
            f"{D}/identifiers/gpu_pdis/value": bytes(range(0x80, 0x90)).hex(),
            f"{D}/values/nvdec0_status/bytes": "00",
        },
        {
            "parses_when_cut_at": [
                {"start": len(SWITCH_REPORT), "end": len(SWITCH_REPORT), "why": "without the byte behind it"}
            ]
        },
    ),
    Made(
        "v12-all-types",
        transcript(V12, ALL_TYPES),
        "Version 1.2 with the negotiation, and a block of every type and of none",
        "Unknown types and specifications are kept; what breaks the rules of a type is noted",
        {
            **SHA384,
            f"{D}/measurements/1/digests/0/digest": s.digest("firmware").hex(),
            f"{D}/measurements/3/index": 4,
            f"{D}/measurements/4/value": b"a configuration as it is".hex(),
            f"{D}/debug": "disabled",
            f"{D}/lifecycle/state": "normal+recovery",
            f"{D}/svns/mutable-firmware-svn-16/raw": s.le(2**53, 8).hex(),
            f"{D}/svns/mutable-firmware-svn-16/svn": None,
            f"{D}/versions/mutable-firmware-version-18/value": "1.2.3",
            f"{D}/measurements/unknown-specification/value": b"not DMTF's".hex(),
            f"{D}/measurements/hash-extend-measurement/form": "extended",
            f"{D}/values/base_asym/text": "ecdsa-p384",
            f"{D}/values/content_changed/text": "unchanged",
        },
    ),
    Made(
        "v12-several-pairs",
        SEVERAL,
        "Version 1.2, four pairs of which the last one is signed",
        "Only its nonce is a challenge; its signature covers all pairs; an index that is measured twice counts once",
        {
            **COMMON,
            "/evidence/protection": "signed",
            "/signatures/measurements/covers": [[0, len(SEVERAL) - 96]],
            f"{D}/unknown/superseded-block-2/raw": s.digest("firmware before").hex(),
            f"{D}/debug": "disabled-since-boot",
        },
        {
            "parses_when_cut_at": [
                {
                    "start": len(BEFORE) + end,
                    "end": len(BEFORE) + end + 1,
                    "why": "pairs without a signature, which is said",
                }
                for end in ENDS
            ]
        },
    ),
    Made(
        "v12-signed-twice",
        BEFORE + s.signed(V12, BEFORE, *LAST) + AGAIN,
        "Version 1.2, two signed pairs",
        "The last challenge counts; the other one is context",
        {
            "/evidence/protection": "partly-signed",
            "/bindings/measurements_1_requester_nonce/role": "context",
            "/bindings/requester_nonce/role": "challenge",
        },
        {
            "parses_when_cut_at": [
                {
                    "start": len(BEFORE) + len(LAST[0]) + len(LAST[1]) + 96,
                    "end": len(BEFORE) + len(LAST[0]) + len(LAST[1]) + 97,
                    "why": "the first signed pair alone",
                }
            ]
        },
    ),
    Made(
        "v12-prefix-attached",
        s.signed(V12, BEFORE, *LAST),
        "Version 1.2 without the negotiation, which is attached",
        "The attachment gives algorithms, and belongs to what is signed",
        {"/signatures/measurements/alg": "ecdsa-p384", f"{D}/values/measurement_hash/text": "sha-384"},
        {"attachments": {"transcript-prefix": "v12-prefix-attached.prefix"}},
        {"v12-prefix-attached.prefix": BEFORE},
    ),
    Made(
        "v12-response-unsigned",
        s.measurements(V12, [*BLOCKS, MODE]),
        "Version 1.2, a response alone, not signed",
        "What nothing covers must not look signed",
        {"/evidence/protection": "none", "/signatures": []},
    ),
    Made(
        "v12-response-signed",
        s.measurements(V12, [*BLOCKS, SVN, MODE]) + s.signature(V12, BEFORE + LAST[0] + LAST[1]),
        "Version 1.2, a response alone, the caller says the size of its signature",
        "Without the request and the negotiation the signed message cannot be made, which is noted",
        {
            "/evidence/protection": "signed",
            "/signatures/measurements/hash": None,
            "/signatures/measurements/missing": ["request", "negotiation"],
            f"{D}/svns/mutable-firmware-svn-16/svn": 7,
            f"{D}/svns/mutable-firmware-svn-16/raw": s.le(7, 8).hex(),
        },
        {"options": {"signature_size": 96}},
    ),
    Made(
        "v12-response-prefix-attached",
        s.measurements(V12, [*BLOCKS, MODE]) + s.signature(V12, BEFORE + LAST[0] + LAST[1]),
        "Version 1.2, a response alone, the negotiation attached",
        "The algorithms are known, and still the signed message cannot be made without the request",
        {
            "/signatures/measurements/alg": "ecdsa-p384",
            "/signatures/measurements/missing": ["request"],
        },
        {"attachments": {"transcript-prefix": "v12-response-prefix-attached.prefix"}},
        {"v12-response-prefix-attached.prefix": BEFORE},
    ),
    Made(
        "v12-challenge",
        CHALLENGE_12,
        "Version 1.2, a challenge and its answer without a summary, the chain attached",
        "Hash and signature sizes are the only ones that fit; without the base hash the chain is not compared",
        {
            "/bindings/requester_nonce/value": bytes(range(0x60, 0x80)).hex(),
            "/bindings/certificate_chain_hash/value": sha384(CHAIN).hexdigest(),
            "/consistency/certificate_chain_hash-binding/status": "not-computable",
            "/signatures/challenge/missing": ["negotiation", "digests", "certificates"],
            f"{D}/missing": [],
        },
        {
            "attachments": {"certificates": "v12-challenge.chain"},
            "parses_when_cut_at": cut(CHALLENGE_12, 64),
        },
        {"v12-challenge.chain": CHAIN},
    ),
    Made(
        "v12-two-challenges",
        BOTH_SLOTS,
        "Version 1.2, the chains of two slots challenged one after the other; the caller says that it had them before",
        "The last one counts; the hash of the other chain is as much the device's own",
        {
            "/bindings/certificate_chain_hash/value": OTHER_CHAIN.hex(),
            "/bindings/challenge_certificate_chain_hash/value": sha384(CHAIN).hexdigest(),
            f"{D}/identifiers/certificate_chain_hash/value": OTHER_CHAIN.hex(),
            f"{D}/identifiers/challenge_certificate_chain_hash/linkable": True,
            "/signatures/challenge/by": "slot-0",
            "/signatures/challenge-2/by": "slot-1",
            "/signatures/challenge/missing": [],
        },
        {
            "options": {"cached": "both"},
            "parses_when_cut_at": [
                {
                    "start": len(BEFORE) + len(CHALLENGE_12),
                    "end": len(BEFORE) + len(CHALLENGE_12) + 1,
                    "why": "the first challenge alone",
                }
            ],
        },
    ),
    Made(
        "v12-challenge-of-another-chain",
        CHALLENGE_12,
        "Version 1.2, a challenge and its answer, the negotiation and another chain attached",
        "The answer has the hash of its own chain: a chain of somebody else vouches for nobody here, which is noted",
        {
            "/consistency/certificate_chain_hash-binding/status": "differs",
            "/consistency/certificate_chain_hash-binding/computed": sha384(
                s.chain([ROOT, IDENTITY])
            ).hexdigest(),
        },
        {
            "attachments": {
                "certificates": "v12-challenge-of-another-chain.chain",
                "transcript-prefix": "v12-challenge-of-another-chain.prefix",
            }
        },
        {
            "v12-challenge-of-another-chain.chain": s.chain([ROOT, IDENTITY]),
            "v12-challenge-of-another-chain.prefix": BEFORE,
        },
    ),
    Made(
        "v12-general-opaque",
        transcript(V12, [*BLOCKS, s.block(0xFE, 0x85, s.device_mode((0x3F, 0x10), (0x1F, 0x01)))], GENERAL),
        "Version 1.2, opaque data in general format 1, debug active",
        "Every element is kept with its standards body and vendor",
        {
            **COMMON,
            f"{D}/debug": "enabled",
            f"{D}/lifecycle/state": "rma",
            f"{D}/unknown/opaque:pci-sig:8680/raw": b"a vendor's".hex(),
        },
    ),
    Made(
        "v13-conversation",
        conversation(),
        "Version 1.3: certificates, a challenge, measurements and their log, in one conversation",
        "Two signatures over different parts; the hashes of root, chain and measurements fit; one HEM is not in the log",
        {
            **COMMON,
            **SHA384,
            "/bindings/requester_context/value": s.CONTEXT.hex(),
            "/bindings/challenge_requester_nonce/role": "context",
            "/consistency/measurement_summary_hash-binding/status": "matches",
            "/consistency/root_hash-binding/status": "matches",
            "/consistency/certificate_chain_hash-binding/status": "matches",
            "/consistency/hem-19-replay/status": "not-in-log",
            f"{D}/missing": [],
            "/signatures/challenge/missing": [],
        },
    ),
    Made(
        "v13-other-chain",
        conversation(cached=True),
        "Version 1.3, a requester that fetches no chain, with the certificates of another device attached",
        "The signed hash is not theirs: what they leave out is not known, so the device's certificates are missing",
        {
            "/consistency/certificate_chain_hash-binding/status": "differs",
            f"{D}/missing": ["certificates"],
            f"{D}/debug": "disabled-since-boot",
            "/target/debug": "not-reported",
            "/signatures/challenge/missing": ["digests"],
        },
        {"attachments": {"certificates": "v13-other-chain.chain"}, "options": {"cached": "certificates"}},
        {"v13-other-chain.chain": s.chain([ROOT, IDENTITY, OTHER_LEAF])},
    ),
    Made(
        "v13-log-attached",
        transcript(
            V13,
            [*BLOCKS, s.block(0x11, 0x08, EXTENDED[0x11]), s.block(0x12, 0x08, s.digest("another")), MODE],
            mel=1,
        ),
        "Version 1.3, two hash-extend measurements and their log",
        "The log extends to the first one, and not to the second",
        {
            "/consistency/hem-17-replay/status": "matches",
            "/consistency/hem-17-replay/computed": EXTENDED[0x11].hex(),
            "/consistency/hem-18-replay/status": "differs",
        },
        {"attachments": {"event-log": "v13-log-attached.log"}},
        {"v13-log-attached.log": LOG},
    ),
    Made(
        "v13-dice",
        transcript(V13, [*BLOCKS, MODE]),
        "Version 1.3, a chain of DICE certificates attached as DER",
        "Every layer is an environment; debug is disabled only where the mask says so",
        {
            "/environments/dice-0/identifiers/vendor/text": "ACME",
            "/environments/dice-0/svns/svn/svn": 5,
            "/environments/dice-0/debug": "disabled",
            "/environments/dice-0/measurements/0/digests/0/digest": s.digest("layer 1").hex(),
            "/environments/dice-1/debug": "enabled",
            "/environments/dice-2/debug": "not-reported",
            "/environments/dice-3/unknown/tcb-info/raw": s.der(0x04, b"neither").hex(),
            "/target/debug": "enabled",
            f"{D}/identifiers/ueid/value": "01" + bytes(range(16)).hex(),
        },
        {"attachments": {"certificates": "v13-dice.der"}},
        {"v13-dice.der": b"".join(DICE)},
    ),
    Made(
        "v13-unnamed",
        transcript(V13, [*BLOCKS, MODE]),
        "Version 1.3, certificates whose names are empty or zeros",
        "A place that nobody filled names nothing, in text as in bytes",
        {
            f"{D}/identifiers/manufacturer/text": "ACME",
            f"{D}/identifiers/product/status": "not-populated",
            f"{D}/identifiers/product/raw": "",
            f"{D}/identifiers/serial_number/status": "not-populated",
            f"{D}/identifiers/serial_number/raw": b"0000-0000".hex(),
            "/environments/dice-0/identifiers/vendor/status": "not-populated",
            "/environments/dice-0/identifiers/model/status": "not-populated",
            "/environments/dice-0/identifiers/model/raw": b"0000".hex(),
        },
        {"attachments": {"certificates": "v13-unnamed.der"}},
        {"v13-unnamed.der": b"".join(UNNAMED)},
    ),
    Made(
        "v13-dice-without-root",
        transcript(V13, [*BLOCKS, MODE]),
        "Version 1.3, the same chain without its first two certificates",
        "What the layers above say is not known: none of the others is better than that",
        {
            f"{D}/missing": ["certificates"],
            "/environments/dice-0/missing": ["certificates"],
            "/environments/dice-0/debug": "enabled",
            "/environments/dice-1/missing": [],
            "/target/debug": "enabled",
        },
        {"attachments": {"certificates": "v13-dice-without-root.der"}},
        {"v13-dice-without-root.der": b"".join(DICE[2:])},
    ),
    Made(
        "v13-dice-cut",
        transcript(V13, [*BLOCKS, MODE]),
        "Version 1.3, the same chain without its last two certificates",
        "An authority ends it: the layers below may say that debug is enabled, and one of them does",
        {
            f"{D}/debug": "disabled-since-boot",
            f"{D}/missing": ["certificates"],
            "/environments/dice-0/debug": "disabled",
            "/target/debug": "not-reported",
        },
        {"attachments": {"certificates": "v13-dice-cut.der"}},
        {"v13-dice-cut.der": b"".join(DICE[:2])},
    ),
    Made(
        "v13-embedded",
        transcript(V13, EMBEDDED),
        "Version 1.3: concise evidence and tokens in manifests and in a certificate",
        "Each is an environment of its own, never the device; a token's nonce is not the challenge; a broken one is kept",
        {
            f"{D}/debug": "disabled-since-boot",
            "/bindings/requester_nonce/role": "challenge",
            "/environments/manifest-250/debug": "disabled-permanently",
            "/environments/manifest-250/parent": "device",
        },
        {"attachments": {"certificates": "v13-embedded.der"}},
        {"v13-embedded.der": ROOT + WRAPPED},
    ),
    Made(
        "v14-ml-dsa",
        MLDSA_14,
        "Version 1.4, ML-DSA-44 (the signature is filled in, no key made it)",
        "From 1.4 on ALGORITHMS may select a post-quantum scheme, with its own size of signature",
        {
            **COMMON,
            "/signatures/measurements/alg": "ml-dsa-44",
            "/signatures/measurements/encoding": None,
            f"{D}/values/pqc_asym/text": "ml-dsa-44",
        },
    ),
    Made(
        "v14-unknown-algorithms",
        s.vca(0x14, asym=1 << 20, base_hash=1 << 9, measurement_hash=1 << 12, flags=0x0100_0036, mel=3)
        + s.get_measurements(0x14, 0, signed=False, attributes=0x86)
        + s.measurements(0x14, [], param1=5, param2=0xC0),
        "Version 1.4, algorithms that have no name here, and a count of indices",
        "Selections without a name are kept as they lie",
        {
            f"{D}/values/base_asym/bytes": "00001000",
            f"{D}/values/measurement_hash/bytes": "00100000",
            f"{D}/values/number_of_indices/int": 5,
        },
    ),
    record(
        "v14-unknown-measurement-hash",
        [
            s.vca(0x14, measurement_hash=1 << 12),
            s.get_measurements(0x14, signed=False),
            s.measurements(0x14, BLOCKS[:2]),
        ],
        "Version 1.4, a measurement hash that has no name here",
        "The digest says so, with the bits that selected it",
        {f"{D}/measurements/immutable-rom/digests/0/raw": "00100000"},
    )._replace(extra={}),
    *(scheme(number, name) for number, name in enumerate(SCHEMES)),
    Made(
        "v12-challenge-then-unsigned",
        BEFORE + UNSIGNED_12 + b"\xfe\xff",
        "Version 1.2, a challenge that is signed, measurements that are not, and two bytes behind them",
        "The challenge's signature does not cover the measurements",
        {"/evidence/protection": "partly-signed", "/evidence/trailing": 2},
        {
            "attachments": {"collateral": "v12-challenge-then-unsigned.other"},
            "parses_when_cut_at": [
                {"start": len(BEFORE) + end, "end": len(BEFORE) + end + 1, "why": why}
                for end, why in (
                    (len(CHALLENGE_12), "the challenge alone"),
                    (len(UNSIGNED_12), "without the bytes behind it, or with one of them"),
                )
            ],
        },
        {"v12-challenge-then-unsigned.other": b"nothing that this type reads"},
    ),
    Made(
        "v13-not-repeated",
        NEGOTIATION
        + s.get_measurements(V13, slot=2)
        + s.measurements(V13, BLOCKS, param2=1)[:-1]
        + b"\0"
        + s.signature(V13, NEGOTIATION),
        "Version 1.3, another slot signs than was asked for, and the context is not repeated",
        "The responder's words are claimed, and the difference is said",
        {"/signatures/measurements/by": "slot-1", f"{D}/values/slot_id/int": 1},
    ),
    record(
        "v12-record",
        [*BLOCKS, SVN, mode(0x1F, 0x08)],
        "A bare record of version 1.2, the caller says its hash",
        "A record has no magic and no signature",
        {**SHA384, "/evidence/version": "1.2", f"{D}/debug": "disabled", "/evidence/protection": "none"},
        options={"version": "1.2", "measurement_hash": "sha-384"},
    ),
    record(
        "record-modes",
        [s.block(0x30, 0x85, NORMAL + b"\0\0"), mode(0x1C, 0x00, 0x00), s.block(0x31, 0x01, bytes(20))],
        "A record of an unknown version with two device modes and a digest of 20 bytes",
        "A mode that cannot report activity says nothing; of several modes the worst counts",
        {f"{D}/debug": "not-reported", "/evidence/version": "unknown", f"{D}/lifecycle/state": "none"},
    ),
    record(
        "record-mode-unknown-bits",
        [mode(0x3F, 0x20, 0x80)],
        "A device mode with bits that have no name",
        "What an unknown bit means is not known: debug is not reported",
        {f"{D}/debug": "not-reported", f"{D}/attributes/device_mode_state/unknown": [5]},
    ),
    record(
        "record-mode-active-only",
        [mode(0x03, 0x00)],
        "A device that reports only whether debug is active now",
        "Not active now is disabled; whether it was before is not said",
        {f"{D}/debug": "disabled", "/target/debug": "disabled"},
        attachments={"certificates": "record-mode-active-only.der"},
    )._replace(files={"record-mode-active-only.der": ROOT + PLAIN}),
    record(
        "record-index-16",
        [SVN, *BLOCKS],
        "A record whose first block has index 16",
        "Its first two bytes are those of a DIGESTS message of version 1.0, which evidence never begins with",
        {f"{D}/svns/mutable-firmware-svn-16/svn": 7, "/evidence/variant": "record"},
    ),
    record(
        "record-lengths",
        [s.block(1, 0x01, bytes(32)), s.block(2, 0x01, bytes(48)), s.block(3, 0x01, bytes(64))],
        "Digests of three lengths",
        "They cannot all be of one hash",
        {f"{D}/measurements/0/alg_candidates": ["sha-256", "sha3-256", "sm3"]},
    ),
]


def with_ranges(made: Made) -> Made:
    """The conversation, with the lengths at which a part of it is evidence as well."""
    if made.name not in {"v13-conversation", "v13-other-chain"}:
        return made
    data = made.data
    log_start = len(data) - (12 + 12 + len(LOG))
    pair = log_start - len(s.get_measurements(V13)) - len(s.measurements(V13, CONVERSATION_BLOCKS)) - 96
    ranges = [
        {"start": pair, "end": pair, "why": "the challenge without the measurements"},
        {"start": log_start, "end": log_start, "why": "without the log"},
        {"start": pair + 1, "end": pair + 1, "why": "one byte behind the challenge"},
        {"start": log_start + 1, "end": log_start + 1, "why": "one byte behind the measurements"},
    ]
    return made._replace(extra={**made.extra, "parses_when_cut_at": ranges})


if __name__ == "__main__":
    write("dmtf-spdm", "tests/generate/dmtf_spdm.py", [*map(with_ranges, MADE), *PARTS], target())
