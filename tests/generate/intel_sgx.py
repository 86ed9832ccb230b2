"""SGX quotes of versions 3, 4 and 5, from literal offsets and keys of our own."""

from __future__ import annotations

from typing import Any

from tests.generate import dcap
from tests.generate.common import Made, target, write
from tests.generate.dcap import CHAIN, CLEAR, PCK_FACTS, QE_FACTS, SGX, certified, report, u16, u32, u64

ENCLAVE = "/environments/enclave"
MRENCLAVE, MRSIGNER = bytes(range(1, 33)), bytes(range(41, 73))
REPORT_DATA = bytes(range(100, 164))
CONFIG_ID, PROD_ID, FAMILY_ID = bytes(range(80, 144)), bytes(range(7, 23)), bytes(range(27, 43))


def body(**fields: bytes) -> bytes:
    """The report of an enclave in production, without KSS."""
    return report(
        **{
            "report_data": REPORT_DATA,
            "x48": u64(0x05),  # INIT, MODE64BIT
            "x64": MRENCLAVE,
            "x128": MRSIGNER,
            "x256": u16(3),
            "x258": u16(4),
            **fields,
        }
    )


KSS = {
    "x48": u64(0x87),  # INIT, DEBUG, MODE64BIT, KSS
    "x32": PROD_ID,
    "x192": CONFIG_ID,
    "x260": u16(5),
    "x304": FAMILY_ID,
}


def quote(version: int, certification: bytes = CLEAR, inside: bytes | None = None, **how: Any) -> bytes:
    kind = 1 if version == 5 else 0
    return dcap.quote(dcap.header(version, SGX), inside or body(), certification, body_type=kind, **how)


FACTS: dict[str, Any] = {
    "/evidence/type": "intel-sgx",
    "/bindings/report_data/value": REPORT_DATA.hex(),
    f"{ENCLAVE}/measurements/mrenclave/digests/0/digest": MRENCLAVE.hex(),
    f"{ENCLAVE}/signers/mrsigner/value": MRSIGNER.hex(),
    f"{ENCLAVE}/values/isv_prod_id/int": 3,
    f"{ENCLAVE}/svns/isv_svn/svn": 4,
    **QE_FACTS,
}
IN_PRODUCTION = {
    **FACTS,
    f"{ENCLAVE}/debug": "disabled-since-boot",
    f"{ENCLAVE}/attributes/attributes/set": ["init", "mode64bit"],
}

MADE = [
    Made(
        "v3-chain",
        quote(3, certified(5, CHAIN)),
        "Version 3 with a PCK chain",
        "The main form: the QE report follows the attestation key without a wrapper",
        {
            **IN_PRODUCTION,
            **PCK_FACTS,
            "/evidence/version": "3",
            "/signatures/quote/covers": [[0, 432]],
            "/signatures/qe-report/covers": [[564, 948]],
            f"{dcap.QE}/svns/qe_svn/svn": 10,
            f"{dcap.QE}/svns/pce_svn/svn": 15,
        },
    ),
    Made(
        "v3-chain-der",
        quote(
            3,
            certified(5, dcap.der(dcap.LEAF, dcap.CA_CERTIFICATE, dcap.ROOT_CERTIFICATE)),
            qe={"x128": bytes(32)},
        ),
        "A PCK chain in DER, and a QE that nobody signed",
        "Test data of Intel is DER; MRSIGNER of zeros names nobody, in the QE's REPORT too",
        {
            **IN_PRODUCTION,
            **PCK_FACTS,
            "/certificates/pck/encoding": "der",
            f"{dcap.QE}/signers/mrsigner/status": "none",
        },
    ),
    Made(
        "v3-kss-debug",
        quote(3, inside=body(**KSS)),
        "An enclave under debug, with all that KSS adds",
        "Readers that take these fields for reserved bytes lose them",
        {
            **FACTS,
            f"{ENCLAVE}/debug": "enabled",
            f"{ENCLAVE}/inputs/config_id/value": CONFIG_ID.hex(),
            f"{ENCLAVE}/inputs/isv_ext_prod_id/value": PROD_ID.hex(),
            f"{ENCLAVE}/inputs/isv_family_id/value": FAMILY_ID.hex(),
            f"{ENCLAVE}/svns/config_svn/svn": 5,
        },
    ),
    Made(
        "v3-all-attributes",
        quote(
            3,
            inside=body(x48=u64(0x4F7), x16=u32(3), x56=u64((1 << 20) - 1)),
            qe={"x48": u64(0x4F7), "x16": u32(3), "x56": u64((1 << 20) - 1)},
        ),
        "Every attribute that has a name, of enclave and QE",
        "Bits are told by name",
        {f"{ENCLAVE}/debug": "enabled", "/environments/qe/debug": "enabled"},
    ),
    Made(
        "v3-unknown-bits",
        quote(3, inside=body(x48=u64(1 << 60 | 5), x16=u32(8), x56=u64(1 << 62 | 3), x128=bytes(32))),
        "A bit without a name in every bit field, and no signer",
        "Unknown bits are kept and noted; MRSIGNER of zeros names nobody",
        {
            f"{ENCLAVE}/attributes/attributes/unknown": [60],
            f"{ENCLAVE}/attributes/misc_select/unknown": [3],
            f"{ENCLAVE}/attributes/xfrm/unknown": [62],
            f"{ENCLAVE}/signers/mrsigner/status": "none",
        },
    ),
    Made(
        "v3-ppid-rsa3072",
        quote(3, certified(3, bytes(range(128)) * 3 + dcap.CPU_SVN + u16(dcap.PCE_SVN) + bytes(2))),
        "Certification data of type 3, the PPID encrypted with RSA-3072",
        "Real platforms send it",
        {
            **IN_PRODUCTION,
            "/environments/pck/identifiers/encrypted_ppid/value": (bytes(range(128)) * 3).hex(),
        },
    ),
    Made(
        "v3-ppid-short",
        quote(3, certified(1, bytes(16) + dcap.CPU_SVN + u16(dcap.PCE_SVN))),
        "Type 1 without PCEID, and a PPID of zeros",
        "Intel's own test data ends before PCEID; zeros identify nothing",
        {**IN_PRODUCTION, "/environments/pck/identifiers/ppid/status": "not-populated"},
    ),
    Made(
        "v3-other-chain",
        quote(
            3,
            certified(
                5,
                dcap.pem(
                    dcap.certificate("Somebody", dcap.ROOT, "Somebody", dcap.ROOT, serial=5),
                    dcap.leaf([*dcap.PROCESSOR_PARTS, dcap.part("9", dcap.integer(7))], 4),
                ),
            ),
        ),
        "A stranger before the leaf, and a part of the SGX extensions that nobody knows",
        "The leaf is found by content, the rest is kept",
        {**IN_PRODUCTION, "/environments/pck/identifiers/fmspc/value": dcap.FMSPC.hex()},
    ),
    Made(
        "v3-bad-chain",
        quote(3, certified(5, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
        "A chain that is none",
        "The body's claims do not hang on the chain",
        {**IN_PRODUCTION, "/notes/0/code": "unreadable-certificate"},
    ),
    Made(
        "v3-unbound-key",
        quote(3, bound=False),
        "The QE report does not bind the attestation key",
        "The parts do not fit together: said as a fact, and not judged",
        {"/consistency/qe_report_data-binding/status": "differs"},
    ),
    Made(
        "v3-no-qe-id",
        dcap.quote(dcap.header(3, SGX, user_data=bytes(16) + b"\5\6\7\x08"), body(), CLEAR),
        "No QE_ID, and other user data behind its place",
        "Zeros identify nothing; what has no meaning is kept",
        {
            "/environments/qe/identifiers/qe_id/status": "not-populated",
            "/environments/qe/unknown": [{"label": "header.user_data", "raw": "05060708"}],
        },
    ),
    Made(
        "v3-trailing-zeros",
        quote(3) + bytes(8),
        "8 zeros after the signature data",
        "Counted, and outside of every claim",
        {**IN_PRODUCTION, "/evidence/trailing": 8},
        {"parses_when_cut_at": [{"start": len(quote(3)), "end": len(quote(3)) + 7, "why": "fewer zeros"}]},
    ),
    Made(
        "v3-trailing-bytes",
        quote(3) + b"licence",
        "A text after the signature data",
        "Counted and noted, and outside of every claim",
        {**IN_PRODUCTION, "/evidence/trailing": 7},
        {"parses_when_cut_at": [{"start": len(quote(3)), "end": len(quote(3)) + 6, "why": "less of it"}]},
    ),
    Made(
        "v4",
        quote(4),
        "Version 4 with the body of an enclave",
        "Described, and made by no known QE",
        {**IN_PRODUCTION, "/evidence/version": "4", "/signatures/quote/covers": [[0, 432]]},
    ),
    Made(
        "v5",
        quote(5),
        "Version 5, body type 1",
        "Described, and made by no known QE; everything is six bytes further on",
        {**IN_PRODUCTION, "/evidence/version": "5", "/signatures/quote/covers": [[0, 438]]},
    ),
    Made(
        "v4-used-header",
        dcap.quote(dcap.header(4, SGX, key_data=b"\1\2\3\4"), body(), CLEAR),
        "Bytes 8 to 12 of a header of version 4 are not zero",
        "Version 4 has no SVNs there: kept, and not named",
        {"/environments/qe/unknown": [{"label": "header.reserved_8", "raw": "01020304"}]},
    ),
    Made(
        "v3-log",
        quote(3),
        "An event log beside an SGX quote",
        "What a type does not read is listed by its digest, and noted as ignored",
        {"/attachments/event-log/size": 5},
        {"attachments": {"event-log": "v3-log.attachment"}},
        {"v3-log.attachment": b"a log"},
    ),
]

if __name__ == "__main__":
    write("intel-sgx", "tests/generate/intel_sgx.py", MADE, target())
