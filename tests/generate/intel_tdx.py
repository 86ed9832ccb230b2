"""TDX quotes of every version and body type, and TDREPORTs, from literal offsets and keys of our own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256, sha384
from typing import Any

from tests.generate import dcap, event_logs
from tests.generate.common import Made, hcl, target, write
from tests.generate.dcap import CHAIN, CLEAR, PCK_FACTS, QE_FACTS, TDX, certified, put, u16, u32, u64

TD, MODULE = "/environments/td", "/environments/tdx-module"
KIND = "event-log"


def pattern(start: int, size: int) -> bytes:
    """Bytes that differ, so that a shifted or reversed field cannot look right."""
    return bytes((start + index) % 251 + 1 for index in range(size))


SVN, SVN2 = bytes.fromhex("0b0104") + bytes(13), bytes.fromhex("0d0104") + bytes(13)
MRSEAM = pattern(10, 48)
MRTD = pattern(30, 48)
MRCONFIGID, MROWNER, MROWNERCONFIG = pattern(50, 48), pattern(70, 48), pattern(90, 48)
RTMRS = [pattern(110 + 10 * number, 48) for number in range(4)]
REPORTDATA = pattern(160, 64)
MRSERVICETD = pattern(180, 48)
SEPT_VE_DISABLE = 1 << 28
NAMED = (0, 4, 5, 6, 16, 17, 27, 28, 29, 30, 31, 62, 63)
"""TDATTRIBUTES that have a name."""


def td_fields(at: dict[str, int], rtmrs: Sequence[bytes]) -> dict[int, bytes]:
    """What a quote's body and TDINFO both have, at the offsets of either."""
    return {
        at["attributes"]: u64(SEPT_VE_DISABLE),
        at["xfam"]: u64(0x061AE7),
        at["mrtd"]: MRTD,
        at["mrconfigid"]: MRCONFIGID,
        at["mrconfigid"] + 48: MROWNER,
        at["mrconfigid"] + 96: MROWNERCONFIG,
        **{at["rtmr0"] + 48 * number: rtmr for number, rtmr in enumerate(rtmrs)},
    }


BODY_AT = {"attributes": 120, "xfam": 128, "mrtd": 136, "mrconfigid": 184, "rtmr0": 328}
INFO_AT = {"attributes": 0, "xfam": 8, "mrtd": 16, "mrconfigid": 64, "rtmr0": 208}


def body(size: int = 584, rtmrs: Sequence[bytes] = RTMRS, /, **fields: bytes) -> bytes:
    """A TD report body; `fields` are decimal offsets (`x120`) and what stands there."""
    return put(
        size,
        {
            0: SVN,
            16: MRSEAM,
            **td_fields(BODY_AT, rtmrs),
            520: REPORTDATA,
            **({584: SVN2, 600: MRSERVICETD} if size >= 648 else {}),
            **{int(place[1:]): value for place, value in fields.items()},
        },
    )


EXTENDED = {
    "x648": b"\1",  # VMID
    "x649": pattern(20, 32),  # TD_ID
    "x681": pattern(40, 48),  # DEVINFO
    "x729": pattern(60, 48),  # INIT_SERVTD_HASH
    "x777": pattern(80, 8),  # INIT_SERVTD_ATTR
    "x785": pattern(100, 16),  # INIT_CPU_SVN
    "x801": bytes.fromhex("090104") + bytes(13),  # INIT_TEE_TCB_SVN
    "x817": pattern(120, 12),  # INIT_TEE_FMSPC
    "x829": pattern(140, 48),  # CUR_SERVTD_HASH
    "x877": pattern(170, 8),  # CUR_SERVTD_ATTR
}


def v4(certification: bytes = CLEAR, inside: bytes | None = None, **how: Any) -> bytes:
    return dcap.quote(dcap.header(4, TDX), inside or body(), certification, **how)


def v5(kind: int, inside: bytes, **how: Any) -> bytes:
    return dcap.quote(dcap.header(5, TDX), inside, CLEAR, body_type=kind, **how)


def tdreport(
    version: int,
    *,
    valid: int = 0x1FF,
    info: dict[int, bytes] | None = None,
    tcb: dict[int, bytes] | None = None,
    subtype: int = 0,
    rtmrs: Sequence[bytes] = RTMRS,
    hashed: bool = True,
    reportdata: bytes = REPORTDATA,
) -> bytes:
    """1024 bytes; `info` and `tcb` are offsets in TDINFO and TEE_TCB_INFO. Unless `hashed`, neither hash is right."""
    td_info = put(512, {**td_fields(INFO_AT, rtmrs), **(info or {})})
    tee_tcb_info = put(239, {0: u64(valid), 8: SVN, 24: MRSEAM, **(tcb or {})})
    hashes = [sha384(part).digest() if hashed else pattern(7, 48) for part in (tee_tcb_info, td_info)]
    mac = put(
        256,
        {
            0: bytes((0x81, subtype, version)),
            16: bytes.fromhex("0202181a03ff00060000000000000000"),
            32: hashes[0],
            80: hashes[1],
            128: reportdata,
            224: pattern(200, 32),
        },
    )
    return mac + tee_tcb_info + bytes(17) + td_info


P = "/environments/paravisor"
AZURE_RUNTIME = json.dumps(
    {
        "keys": [{"kid": "HCLAkPub", "key_ops": ["sign"], "kty": "RSA", "e": "AQAB", "n": "AQ"}],
        "vm-configuration": {"tpm-enabled": True, "vmUniqueId": "69047f12-7ad4-4970-9b31-1157dc14de07"},
        "user-data": pattern(9, 64).hex(),
    }
).encode()
BOUND = sha256(AZURE_RUNTIME).digest() + bytes(32)
ZERO_RUNTIME = AZURE_RUNTIME.replace(pattern(9, 64).hex().encode(), bytes(64).hex().encode()).replace(
    b"tpm-enabled", b"new-member"
)
OF_PARAVISOR: dict[str, Any] = {
    "/consistency/report_data-binding/status": "matches",
    "/bindings/report_data/role": "content-binding",
    "/bindings/report_data/requested_by": "paravisor",
    "/bindings/user_data/value": pattern(9, 64).hex(),
    f"{P}/measurements/mrtd/subject": "firmware",
    f"{P}/values/tpm_enabled/bool": True,
    f"{P}/keys/vtpm-ak/raw": "01",
}


# Event logs. Events are (register, type, digest); a digest of another size is of another algorithm.
SHA384, SM3 = (12, 48), (18, 32)


def first(register: int, *algorithms: tuple[int, int]) -> bytes:
    """The first event, which says what the others are."""
    announced = b"".join(u16(number) + u16(size) for number, size in algorithms)
    spec_id = b"Spec ID Event03\0" + u32(0) + bytes((0, 2, 0, 2)) + u32(len(algorithms)) + announced + b"\0"
    return u32(register) + u32(3) + bytes(20) + u32(len(spec_id)) + spec_id


def event(register: int, kind: int, digest: bytes, content: bytes = b"content", number: int = 12) -> bytes:
    return u32(register) + u32(kind) + u32(1) + u16(number) + digest + u32(len(content)) + content


def extend(*digests: bytes) -> bytes:
    """What a register is after these were extended into it."""
    value = bytes(48)
    for digest in digests:
        value = sha384(value + digest).digest()
    return value


D = [sha384(bytes((number,))).digest() for number in range(5)]
LOGGED = [extend(D[0], D[1]), extend(D[2]), bytes(48), pattern(3, 48)]
"""RTMR0 and RTMR1 as the logs have them; RTMR2 was never extended, RTMR3 by something that wrote no log."""
EDK2 = (
    first(1, SHA384)
    + event(0, 3, bytes(48))  # EV_NO_ACTION, of no register
    + event(1, 0x8000000B, D[0])
    + event(2, 0x80000001, D[2])
    + event(1, 4, D[1])
).ljust(512, b"\xff")
TD_SHIM = (first(0, SHA384) + event(1, 13, D[0]) + event(1, 13, D[1]) + event(2, 1, D[3])).ljust(448, b"\0")
OTHER_HASH = first(1, SM3) + event(1, 4, pattern(1, 32), number=18) + event(5, 4, pattern(1, 32), number=18)
RUNTIME = 0x08000001
RUNTIME_DIGEST = sha384(u32(RUNTIME) + b":app-id:" + bytes.fromhex("a1b2")).digest()
DSTACK = json.dumps(
    [
        {"imr": 0, "event_type": 0x8000000B, "digest": D[0].hex(), "event": "", "event_payload": ""},
        {"imr": 0, "event_type": 4, "digest": D[1].hex(), "event": "", "event_payload": ""},
        {"imr": 1, "event_type": 4, "digest": "", "event": "", "event_payload": ""},
        {"imr": 3, "event_type": RUNTIME, "digest": "", "event": "app-id", "event_payload": "a1b2"},
        {"imr": 4, "event_type": 4, "digest": D[1].hex(), "event": "", "event_payload": ""},
    ]
).encode()


BOOTED = [event_logs.register(number) for number in (1, 2, 3, 4)]
"""The RTMRs of a machine whose log has one event of each kind."""
MANY = [event_logs.label(2, 0x80000003, b"")] * 257
"""More images than a document holds."""
DSTACK_V2 = event_logs.dstack(
    event_logs.runtime("app-id", bytes.fromhex("a1b2"), 2),
    event_logs.runtime("key-provider", b'{"name": "kms"}', 2),
    event_logs.runtime("system-ready", b"", 2),
    event_logs.runtime("compose-hash", bytes.fromhex("ff"), 2),
)
RUNTIME_V2 = event_logs.extended(
    [bytes.fromhex(str(one["digest"])) for one in json.loads(DSTACK_V2)], "sha384"
)


def boot_facts() -> dict[str, Any]:
    """What the log of one event of each kind says, by the places of the document."""
    output = [(f"/logs/0/boot/{index}", entry) for index, entry in enumerate(event_logs.STATED)]
    facts: dict[str, Any] = {f"{place}/event": number for place, (_, number, _) in output}
    facts |= {f"{place}/name": name for place, (name, _, _) in output}
    facts |= {f"{place}/text": text for place, (_, _, text) in output if isinstance(text, str)}
    facts |= {f"{place}/bool": text for place, (_, _, text) in output if isinstance(text, bool)}
    return facts


def replays(*statuses: str) -> dict[str, str]:
    return {f"/consistency/rtmr{number}-replay/status": status for number, status in enumerate(statuses)}


def logged(name: str, data: bytes, log: bytes, words: tuple[str, str], facts: dict[str, Any]) -> Made:
    file = f"{name}.log"
    return Made(name, data, *words, facts, {"attachments": {KIND: file}}, {file: log})


COMMON: dict[str, Any] = {
    "/evidence/type": "intel-tdx",
    "/bindings/report_data/value": REPORTDATA.hex(),
    f"{TD}/measurements/mrtd/digests/0/digest": MRTD.hex(),
    **{f"{TD}/measurements/rtmr{n}/digests/0/digest": rtmr.hex() for n, rtmr in enumerate(RTMRS)},
    f"{TD}/inputs/mrconfigid/value": MRCONFIGID.hex(),
    f"{TD}/inputs/mrowner/value": MROWNER.hex(),
    f"{TD}/inputs/mrownerconfig/value": MROWNERCONFIG.hex(),
    f"{TD}/attributes/tdattributes/set": ["sept_ve_disable"],
    f"{TD}/debug": "disabled-since-boot",
    f"{TD}/migration": "not-allowed",
    f"{MODULE}/measurements/mrseam/digests/0/digest": MRSEAM.hex(),
    f"{MODULE}/tcb/tee_tcb_svn/raw": SVN.hex(),
    f"{MODULE}/tcb/tee_tcb_svn/components": [
        {"name": "tdx_module_svn_minor", "svn": 11, "compare": "ordered"},
        {"name": "tdx_module_svn_major", "svn": 1, "compare": "equal"},
        {"name": "seam_last_patch_svn", "svn": 4, "compare": "ordered"},
    ],
}
QUOTE = {**COMMON, **QE_FACTS, "/signatures/qe-report/by": "pck"}
V5 = {**QUOTE, "/evidence/version": "5"}
TD15 = {
    **V5,
    f"{MODULE}/tcb/tee_tcb_svn2/raw": SVN2.hex(),
    f"{MODULE}/tcb/tee_tcb_svn2/role": "current",
    f"{TD}/measurements/mrservicetd/digests/0/digest": MRSERVICETD.hex(),
}
MATCHING = {
    "/consistency/tee_tcb_info_hash-binding/status": "matches",
    "/consistency/tee_info_hash-binding/status": "matches",
}
REPORT = {
    **COMMON,
    **MATCHING,
    "/evidence/protection": "mac-local",
    "/signatures/report-mac/covers": [[0, 224]],
    "/evidence/variant": "tdreport",
}
LOCAL = {"/evidence/protection": "mac-local"}
TRAILING = [{"start": len(v4()), "end": len(v4()) + 69, "why": "the quote with fewer bytes behind it"}]

MADE = [
    Made(
        "v4-chain",
        v4(certified(5, CHAIN)),
        "Version 4 with a PCK chain: leaf, intermediate, root, and a zero byte that is counted",
        "The main form: almost every public quote is one",
        {
            **QUOTE,
            **PCK_FACTS,
            "/evidence/version": "4",
            "/evidence/variant": "td-1.0",
            "/signatures/quote/covers": [[0, 632]],
            "/signatures/qe-report/covers": [[770, 1154]],
            "/environments/pck/identifiers/platform_instance_id/value": dcap.INSTANCE.hex(),
            "/environments/pck/values/dynamic_platform/bool": True,
            "/environments/pck/values/cached_keys/bool": False,
            "/environments/pck/values/sgx_type/int": 1,
        },
    ),
    Made(
        "v4-chain-der",
        v4(certified(5, dcap.der(dcap.LEAF, dcap.ROOT_CERTIFICATE, dcap.CA_CERTIFICATE))),
        "A PCK chain in DER, one certificate after the other, the root before the intermediate",
        "Test data of Intel is DER, and one public quote has this order: parts are found by content",
        {**QUOTE, **PCK_FACTS},
    ),
    Made(
        "v4-chain-strange",
        v4(
            certified(
                5,
                dcap.pem(
                    dcap.CA_CERTIFICATE,
                    dcap.leaf([*dcap.PROCESSOR_PARTS[::-1], dcap.part("9", dcap.integer(7))], 4),
                    dcap.certificate("Somebody", dcap.ROOT, "Somebody", dcap.ROOT, serial=5),
                    dcap.certificate("Somebody else", dcap.ROOT, "Somebody else", dcap.ROOT, serial=6),
                ).rstrip(),
            )
        ),
        "A leaf in second place with its parts turned round and one that nobody knows, no root, two strangers",
        "Parts go by OID and certificates by content; what is not known is kept",
        {
            **QUOTE,
            "/environments/pck/identifiers/fmspc/value": dcap.FMSPC.hex(),
            "/environments/pck/unknown": [
                {"label": f"{dcap.SGX_EXTENSIONS}.9", "raw": dcap.part("9", dcap.integer(7)).hex()}
            ],
        },
    ),
    Made(
        "v4-two-leaves",
        v4(certified(5, dcap.pem(dcap.LEAF, dcap.leaf(dcap.PROCESSOR_PARTS, 4)))),
        "Two certificates with SGX extensions",
        "Nobody can say which of them the quote means: the certificates are listed, and no platform is named",
        {**QUOTE, "/notes/0/code": "unreadable-certificate"},
    ),
    Made(
        "v4-bad-extension",
        v4(certified(4, dcap.der(dcap.leaf(dcap.PROCESSOR_PARTS[:4], 7)))),
        "A leaf alone (type 4, DER) without SGX type",
        "What the extension says is not taken in part; the body's claims stay",
        {**QUOTE, "/notes/0/code": "unreadable-certificate"},
    ),
    Made(
        "v4-empty-chain",
        v4(certified(5, b"")),
        "A chain without a certificate",
        "The body's claims do not hang on the chain",
        {**QUOTE, "/notes/0/code": "unreadable-certificate"},
    ),
    Made(
        "v4-ppid-clear",
        v4(),
        "Certification data of type 1, the PPID in clear",
        "What would select the certificate is there, the certificate is not",
        {
            **QUOTE,
            "/environments/pck/origin": "evidence",
            "/environments/pck/identifiers/ppid/value": dcap.PPID.hex(),
            "/environments/pck/svns/pce_svn/svn": dcap.PCE_SVN,
            "/notes/0/code": "no-certificate",
        },
    ),
    Made(
        "v4-ppid-short",
        v4(certified(1, bytes(16) + dcap.CPU_SVN + u16(dcap.PCE_SVN))),
        "Type 1 without PCEID, and a PPID of zeros",
        "Intel's own test data ends before PCEID; zeros identify nothing",
        {**QUOTE, "/environments/pck/identifiers/ppid/status": "not-populated"},
    ),
    Made(
        "v4-ppid-rsa2048",
        v4(certified(2, pattern(1, 256) + dcap.CPU_SVN + u16(dcap.PCE_SVN) + bytes(2))),
        "Type 2, the PPID encrypted with RSA-2048",
        "Only the encrypted form is there",
        {**QUOTE, "/environments/pck/identifiers/encrypted_ppid/value": pattern(1, 256).hex()},
    ),
    Made(
        "v4-ppid-rsa3072",
        v4(certified(3, pattern(2, 384) + dcap.CPU_SVN + u16(dcap.PCE_SVN) + bytes(2))),
        "Type 3, the PPID encrypted with RSA-3072",
        "Real platforms send it",
        {**QUOTE, "/environments/pck/identifiers/encrypted_ppid/value": pattern(2, 384).hex()},
    ),
    Made(
        "v4-all-attributes",
        v4(
            inside=body(
                x120=u64(sum(1 << number for number in NAMED)), x128=u64((1 << 20) - 1), x64=pattern(5, 48)
            ),
            qe={"x48": u64(0x4F7), "x16": u32(3), "x56": u64((1 << 20) - 1)},
        ),
        "Every named attribute of TD and QE, a QE under debug, a signer of the module",
        "Bits are told by name; any of TDATTRIBUTES 7:0 is debug, bit 29 is migration",
        {
            f"{TD}/debug": "enabled",
            f"{TD}/migration": "allowed",
            f"{TD}/attributes/tdattributes/unknown": [],
            f"{MODULE}/signers/mrsignerseam/value": pattern(5, 48).hex(),
            "/environments/qe/debug": "enabled",
        },
    ),
    Made(
        "v4-unknown-bits",
        v4(
            inside=body(
                x0=bytes.fromhex("0b01040001") + bytes(11),
                x112=u64(1 << 5),
                x120=u64(1 << 2 | 1 << 40),
                x128=u64(1 << 63 | 7),
            ),
            qe={"x48": u64(1 << 50 | 5), "x16": u32(4), "x128": bytes(32)},
        ),
        "A bit without a name in every bit field, more of TEE_TCB_SVN than is described, an enclave without signer",
        "Unknown bits are kept and noted; bit 2 of TDATTRIBUTES is debug, although it has no name",
        {
            f"{TD}/debug": "enabled",
            f"{TD}/attributes/tdattributes/unknown": [2, 40],
            f"{MODULE}/attributes/seamattributes/unknown": [5],
            f"{MODULE}/tcb/tee_tcb_svn/components/4": {"name": "reserved_4", "svn": 1, "compare": "ordered"},
        },
    ),
    Made(
        "v4-module-attribute",
        dcap.quote(dcap.header(4, TDX), body(x112=u64(1 << 5)), CLEAR),
        "A production TD on a module with an attribute set, which no document defines",
        "What nobody has defined is not said to be harmless: the chain has no word better than not-reported",
        {
            f"{TD}/debug": "disabled-since-boot",
            f"{MODULE}/debug": "not-reported",
            "/target/environment": "td",
            "/target/debug": "not-reported",
        },
    ),
    Made(
        "v4-used-header",
        dcap.quote(
            dcap.header(4, TDX, key_data=b"\1\2\3\4", user_data=bytes(16) + b"\5\6\7\x08"), body(), CLEAR
        ),
        "Bytes 8 to 12 and 44 to 48 of the header are not zero, and there is no QE_ID",
        "Readers have taken the first for SVNs, which version 4 does not have: kept, and not named",
        {
            "/environments/qe/unknown": [
                {"label": "header.reserved_8", "raw": "01020304"},
                {"label": "header.user_data", "raw": "05060708"},
            ],
            "/environments/qe/identifiers/qe_id/status": "not-populated",
        },
    ),
    Made(
        "v4-unbound-key",
        v4(bound=False, auth_data=b""),
        "The QE report does not bind the attestation key, and there is no authentication data",
        "The parts do not fit together: said as a fact, and not judged",
        {"/consistency/qe_report_data-binding/status": "differs"},
    ),
    Made(
        "v4-trailing-zeros",
        v4() + bytes(70),
        "70 zeros after the signature data",
        "Buffers are as large as the largest quote: counted, and outside of every claim",
        {**QUOTE, "/evidence/trailing": 70, "/evidence/size": len(v4())},
        {"parses_when_cut_at": TRAILING},
    ),
    Made(
        "v4-trailing-bytes",
        v4() + pattern(4, 70),
        "70 other bytes after the signature data",
        "They occur on genuine quotes, and could say anything: counted and noted",
        {**QUOTE, "/evidence/trailing": 70, "/evidence/size": len(v4())},
        {"parses_when_cut_at": TRAILING},
    ),
    Made(
        "v5-td10",
        v5(2, body()),
        "Version 5, body type 2",
        "Nobody produces it; everything is six bytes further on",
        {**V5, "/evidence/variant": "td-1.0", "/signatures/quote/covers": [[0, 638]]},
    ),
    Made(
        "v5-td15",
        v5(3, body(648)),
        "Version 5, body type 3, another module since launch, service TDs",
        "The form of TDX 1.5 where its features are used",
        {**TD15, "/evidence/variant": "td-1.5", "/signatures/quote/covers": [[0, 702]]},
    ),
    Made(
        "v5-td15-no-service",
        v5(3, body(648, x584=SVN, x600=bytes(48))),
        "Version 5, body type 3, no service TD",
        "MRSERVICETD of zeros says that none is bound",
        {f"{TD}/measurements/mrservicetd/populated": False},
    ),
    Made(
        "v5-td15ex",
        v5(4, body(885, **EXTENDED)),
        "Version 5, body type 4, every field used",
        "No public sample exists: read as sgx_quote_5.h prints it",
        {
            **TD15,
            "/evidence/variant": "td-1.5ex",
            "/signatures/quote/covers": [[0, 939]],
            f"{TD}/values/vmid/int": 1,
            f"{TD}/identifiers/td_id/value": EXTENDED["x649"].hex(),
            f"{TD}/identifiers/init_tee_fmspc/value": EXTENDED["x817"].hex(),
            "/bindings/devinfo/value": EXTENDED["x681"].hex(),
            f"{TD}/measurements/init_servtd_hash/digests/0/digest": EXTENDED["x729"].hex(),
            f"{TD}/measurements/cur_servtd_hash/digests/0/digest": EXTENDED["x829"].hex(),
            f"{TD}/values/init_servtd_attr/bytes": EXTENDED["x777"].hex(),
            f"{TD}/values/cur_servtd_attr/bytes": EXTENDED["x877"].hex(),
            f"{TD}/tcb/init_cpu_svn/raw": EXTENDED["x785"].hex(),
            f"{MODULE}/tcb/init_tee_tcb_svn/raw": EXTENDED["x801"].hex(),
        },
    ),
    Made(
        "v5-td15ex-empty",
        v5(4, body(885)),
        "Version 5, body type 4, with none of what it adds",
        "The only known producer leaves these fields zero: not populated, not a value",
        {
            **TD15,
            f"{TD}/values": [{"name": "vmid", "int": 0}],
            f"{TD}/identifiers/td_id/status": "not-populated",
            "/notes/0/code": "not-populated",
        },
    ),
    Made("tdreport-0", tdreport(0), "A TDREPORT of version 0", "TDX 1.0, and Azure's paravisor", REPORT),
    Made(
        "tdreport-1",
        tdreport(1, valid=0x301FF, tcb={128: SVN2}, info={400: MRSERVICETD}, subtype=1),
        "A TDREPORT of version 1, with TEE_TCB_SVN2 and service TDs",
        "TDX 1.5",
        {
            **REPORT,
            f"{MODULE}/tcb/tee_tcb_svn2/raw": SVN2.hex(),
            f"{TD}/measurements/mrservicetd/digests/0/digest": MRSERVICETD.hex(),
            f"{TD}/values/report_subtype/int": 1,
        },
    ),
    Made(
        "tdreport-3",
        tdreport(3, info={400: MRSERVICETD, 448: pattern(20, 32), 504: b"\2", 508: u32(0x301)}),
        "A TDREPORT of version 3 that says what it has",
        "No public sample exists: read as the quoting enclave of DCAP reads it",
        {**REPORT, f"{TD}/values/vmid/int": 2, f"{TD}/identifiers/td_id/value": pattern(20, 32).hex()},
    ),
    Made(
        "tdreport-3-flags-clear",
        tdreport(3, tcb={128: SVN2}, info={448: pattern(20, 32), 508: u32(1 << 7)}),
        "Version 3, bytes in fields that their flags deny, a flag without a name",
        "Absent by flag is not present, and what stands there is kept",
        {
            **LOCAL,
            f"{TD}/identifiers/td_id/status": "absent-by-flag",
            f"{TD}/identifiers/td_id/raw": pattern(20, 32).hex(),
            f"{MODULE}/unknown": [{"label": "tee_tcb_svn2", "raw": SVN2.hex()}],
        },
    ),
    Made(
        "tdreport-0-other-hashes",
        tdreport(0, hashed=False),
        "Neither inner hash is that of its part",
        "The parts do not fit together: said as a fact",
        {
            **LOCAL,
            "/consistency/tee_tcb_info_hash-binding/status": "differs",
            "/consistency/tee_info_hash-binding/status": "differs",
        },
    ),
    Made(
        "tdreport-0-padded",
        tdreport(0) + bytes(160),
        "160 zeros after a TDREPORT",
        "The slot for a hardware report in Azure's HCL report has 1184 bytes",
        {**REPORT, "/evidence/trailing": 160, "/evidence/size": 1024},
        {"parses_when_cut_at": [{"start": 1024, "end": 1183, "why": "the same with fewer zeros"}]},
    ),
    Made(
        "tdreport-0-azure-hcl",
        hcl(tdreport(0), 4, b"{}"),
        "A TDREPORT in Azure's HCL report, whose runtime data are others than it binds",
        "What a carrier says is compared, and a difference is told",
        {**REPORT, "/evidence/size": 1024, "/consistency/report_data-binding/status": "differs"},
    ),
    Made(
        "tdreport-0-paravisor",
        hcl(tdreport(0, reportdata=BOUND), 4, AZURE_RUNTIME),
        "A TDREPORT of Azure's paravisor, with the runtime claims that it binds",
        "The TD's first level asked for it; what its guest is, a quote of the vTPM says",
        {f"{P}/role": "paravisor", **OF_PARAVISOR},
    ),
    Made(
        "tdreport-0-paravisor-zero",
        hcl(tdreport(0, reportdata=sha256(ZERO_RUNTIME).digest() + bytes(32)), 4, ZERO_RUNTIME),
        "User data of zeros, and a member that is not known",
        "Zeros are a value, and what is not known is kept",
        {f"{P}/role": "paravisor", "/bindings/user_data/value": bytes(64).hex()},
    ),
    Made(
        "v4-paravisor-said",
        v4(inside=body(584, x520=BOUND)),
        "A quote which the caller says that a paravisor asked for",
        "The bytes cannot tell; whoever knows can",
        {f"{P}/role": "paravisor", f"{P}/origin": "caller"},
        {"options": {"environment": "paravisor"}},
    ),
    Made(
        "v4-maybe-paravisor",
        v4(inside=body(584, [bytes(48)] * 4, x520=BOUND, x120=bytes(8))),
        "A quote without attributes and registers",
        "Signs are no proof: the role stays, and a note says so",
        {"/environments/td/role": "workload", "/notes/0/code": "maybe-paravisor"},
    ),
    logged(
        "v4-ccel",
        v4(inside=body(584, LOGGED)),
        EDK2,
        (
            "A quote and its CCEL as EDK2 writes it, filled with 0xFF",
            "Each register says for itself what the log explains; RTMR3 is extended by software that wrote nothing",
        ),
        replays("matches", "matches", "matches", "not-in-log"),
    ),
    logged(
        "v4-boot-log",
        v4(inside=body(584, BOOTED)),
        event_logs.ccel(filler=b"\xff" * 16),
        (
            "A quote with a log that has one event of each kind",
            "What a log says of the start stands where it was hashed; else there are the digests of what was",
        ),
        {**replays(*["matches"] * 4), **boot_facts(), "/logs/0/boot/secure_boot/committed": "matches"},
    ),
    logged(
        "v4-boot-log-prefix",
        v4(inside=body(584, [*BOOTED[:2], event_logs.register(3, event_logs.BOOT[:-4]), BOOTED[3]])),
        event_logs.ccel(),
        (
            "A quote that was made before the last events of RTMR2",
            "A register that the first events give says how many; none of its events counts as proven",
        ),
        {
            **replays("matches", "matches", "differs", "matches"),
            "/consistency/rtmr2-replay/prefix": 9,
            "/logs/0/boot/kernel/committed": "differs",
        },
    ),
    logged(
        "v4-boot-log-long",
        v4(inside=body(584, [bytes(48), event_logs.register(2, MANY), bytes(48), bytes(48)])),
        event_logs.ccel(MANY),
        (
            "A log of more images than a document holds",
            "What is kept is bounded, and a note says that there was more",
        ),
        {**replays(*["matches"] * 4), "/logs/0/boot/255/event": 256, "/notes/1/code": "log-shortened"},
    ),
    logged(
        "v5-dstack-log-v2",
        v5(2, body(584, [bytes(48)] * 3 + [RUNTIME_V2])),
        DSTACK_V2,
        (
            "A quote with events of dstack in their version 2",
            "Version 2 hashes canonical JSON; behind system-ready the application extends what it likes",
        ),
        {
            **replays(*["matches"] * 4),
            "/logs/0/boot": [
                {"name": "app_id", "event": 0, "text": "a1b2", "backing": "derived", "committed": "matches"},
                {
                    "name": "key_provider",
                    "event": 1,
                    "text": '{"name": "kms"}',
                    "backing": "derived",
                    "committed": "matches",
                },
            ],
        },
    ),
    logged(
        "tdreport-0-td-shim",
        tdreport(0, rtmrs=LOGGED),
        TD_SHIM,
        (
            "A TDREPORT and a CCEL as td-shim writes it, filled with zeros, with another event for RTMR1",
            "One register that differs says nothing about the others",
        ),
        {**MATCHING, **replays("matches", "differs", "matches", "not-in-log")},
    ),
    logged(
        "v5-dstack-log",
        v5(3, body(648, [*LOGGED[:3], extend(RUNTIME_DIGEST)])),
        DSTACK,
        (
            "A quote and the event log of dstack: digests left out, one event of no register",
            "Digests of runtime events follow from their content; without one a register cannot be computed",
        ),
        replays("matches", "not-computable", "matches", "matches"),
    ),
    logged(
        "v4-other-hash",
        v4(inside=body(584, LOGGED)),
        OTHER_HASH,
        (
            "A log whose digests are SM3, and an event of a register that TDX does not have",
            "A known algorithm that is not the registers' own explains nothing",
        ),
        {
            "/consistency/rtmr0-replay/status": "not-computable",
            "/consistency/rtmr1-replay/status": "not-in-log",
        },
    ),
    logged(
        "v4-other-attachment",
        v4(),
        b"not a log",
        (
            "Something else in the place of a log",
            "What is not understood is listed by its digest, and not replayed",
        ),
        {"/attachments/event-log/size": 9},
    ),
]

if __name__ == "__main__":
    write("intel-tdx", "tests/generate/intel_tdx.py", MADE, target())
