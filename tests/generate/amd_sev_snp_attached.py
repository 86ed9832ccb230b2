"""SNP reports with what hosts put beside them: certificate tables (AMD 56421), certificates, SVSM manifests (AMD 58019)."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

from tests.generate import amd_chain as amd
from tests.generate.amd_sev_snp_reports import CHIP_ID, MILAN, TURIN, TURIN_FIELDS, P, report, tcb
from tests.generate.common import Made, hcl
from tests.generate.der import integer, pem, tlv

V, S = "/environments/vek", "/environments/svsm"
VCEK, VLEK = "63da758d-e664-4564-adc5-f4b93be8accd", "a8074bc2-a25a-483e-aae6-39c045a0b8a1"
ASK, ARK = "4ab7b379-bbac-4fe4-a02f-05aef327c782", "c0b406a4-a803-4952-9743-3fb6014cd0ae"
CRL = "92f81bc3-5811-4d3d-97ff-d19f88dc67ea"
PLATFORM_INFO = "ecae0c0f-9502-43b1-afa2-0ae2e0d565b6"
GOOGLE = "9f4116cd-c503-4f5a-8f6f-fb68882f4ce2"
NOBODY = "01234567-89ab-cdef-0123-456789abcdef"
TABLE_END = bytes(24)
KERNEL_MAXIMUM = 0x4000


def table(*entries: tuple[str, bytes], mixed: bool = False, tail: bytes = b"") -> bytes:
    """Entries of GUID, u32 offset from the start and u32 length; 24 zeros; the contents in order."""
    at = 24 * len(entries) + len(TABLE_END)
    head = body = b""
    for guid, content in entries:
        raw = UUID(guid).bytes_le if mixed else UUID(guid).bytes
        head += raw + at.to_bytes(4, "little") + len(content).to_bytes(4, "little")
        body += content
        at += len(content)
    return head + TABLE_END + body + tail


def manifest(*services: tuple[str, bytes]) -> bytes:
    """GUID, u32 size, u32 count; entries; contents. All GUIDs in mixed-endian order, no zeros at the end."""
    at = 24 + 24 * len(services)
    size = at + sum(len(content) for _, content in services)
    head = UUID("63849ebb-3d92-4670-a1ff-58f9c94b87bb").bytes_le
    head += size.to_bytes(4, "little") + len(services).to_bytes(4, "little")
    for guid, content in services:
        head += UUID(guid).bytes_le + at.to_bytes(4, "little") + len(content).to_bytes(4, "little")
        at += len(content)
    return head + b"".join(content for _, content in services)


def attached(kind: str, content: bytes, name: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """How a fixture speaks of its attachment, and the file."""
    file = f"{name}.attachment"
    return {"attachments": {kind: file}}, {file: content}


def made(  # noqa: PLR0917 (the columns of a table)
    name: str, data: bytes, content: bytes, what: str, why: str, facts: dict[str, Any], **more: Any
) -> Made:
    """A fixture with certificates, or another kind of attachment (`kind`), and options."""
    kind = more.pop("kind", "certificates")
    extra, files = attached(kind, content, name)
    return Made(name, data, what, why, facts, {**more, **extra}, files)


def outcome(**expected: str) -> dict[str, Any]:
    """The facts that a certificate gives: what it certifies, and whether that is so."""
    return {f"/consistency/{name}-certified/status": status for name, status in expected.items()}


def manifest_is(status: str) -> dict[str, Any]:
    """The fact that a services manifest gives."""
    return {"/consistency/services-manifest-binding/status": status}


MILAN_SVNS = amd.svns(x1=3, x2=0, x4=0, x5=0, x6=0, x7=0, x3=8, x8=0x73)  # in the order of AMD's certificates
TURIN_SVNS = amd.svns(x9=1, x1=2, x2=3, x3=4, x5=0, x6=0, x7=0, x8=0x50)
MILAN_LEAF = amd.leaf_extensions(0, "Milan-B0", MILAN_SVNS)
TURIN_LEAF = amd.leaf_extensions(1, "Turin", TURIN_SVNS)
CA = amd.authorities("Milan")
MILAN_VCEK = amd.vcek("Milan", MILAN_LEAF, CHIP_ID)
OTHER_CHIP = b"\x04\x3e" + CHIP_ID[:1:-1]  # raw, and begins like an OCTET STRING
VLEK_KEY_INFO = (1 << 2).to_bytes(4, "little")
MILAN_VLEK = amd.vlek("Milan", amd.leaf_extensions(0, "Milan", MILAN_SVNS), "CN=test.example")
ALL_MATCH = outcome(signing_key="matches", reported_tcb="matches", chip_id="matches", product="matches")
CERTIFIED = {
    f"{V}/tcb/certified_tcb/components": [
        {"name": name, "svn": svn, "compare": "ordered"}
        for name, svn in {"bootloader": 3, "tee": 0, "snp": 8, "microcode": 0x73}.items()
    ]
}
PLAIN_TABLE = table((VCEK, MILAN_VCEK), (ASK, CA.ask), (ARK, CA.ark))


EXTENDED_TABLE = table((VCEK, MILAN_VCEK), (ASK, CA.ask), (ARK, CA.ark), (CRL, b"a list"))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


TABLES = [
    made(
        "v3-table",
        report(3, MILAN),
        PLAIN_TABLE + bytes(100),
        "A certificate table: VCEK, ASK, ARK in DER, GUIDs in RFC 4122's order",
        "The plain case; the certificate and the report speak of the same key, TCB, chip and product",
        {
            **ALL_MATCH,
            **CERTIFIED,
            "/certificates/vcek/sha256": sha256(MILAN_VCEK),
            "/certificates/vcek/environment": "vek",
            "/certificates/ark/subject": "CN=ARK-Milan,O=Test Keys,C=US,OU=Engineering",
            f"{V}/identifiers/hwid/value": CHIP_ID.hex(),
            f"{V}/identifiers/product/text": "Milan-B0",
            "/attachments/certificates/facts": [
                {"name": "format", "text": "ghcb-table"},
                {"name": "guid-order", "text": "rfc-4122"},
            ],
        },
    ),
    made(
        "v3-table-mixed-endian-pem",
        report(3, MILAN),
        table((ARK, pem(CA.ark)), (ASK, pem(CA.ask)), (VCEK, pem(MILAN_VCEK)), mixed=True),
        "GUIDs in mixed-endian order, entries in PEM, the root first",
        "Hosts differ in the order of GUID bytes, and some write PEM with its newline into the table",
        {
            **ALL_MATCH,
            "/certificates/vcek/encoding": "pem",
            "/certificates/vcek/sha256": sha256(MILAN_VCEK),
            "/attachments/certificates/facts/guid-order/text": "mixed-endian",
        },
    ),
    made(
        "v3-table-odd",
        report(3, MILAN),
        table(
            (CRL, b"a list"),
            (PLATFORM_INFO, (8).to_bytes(4, "little") + bytes.fromhex("10 0f a0 00")),
            (GOOGLE, b"an endorsement"),
            (NOBODY, b"of nobody"),
            (NOBODY, b"and again"),
            (VCEK, CA.ark),
            (VCEK, MILAN_VCEK),
            (ASK, b""),
            (ARK, amd.certificate("SEV-VCEK-not", amd.ec_spki(amd.VEK_KEY), "x", amd.ARK_KEY, 1, {})),
            tail=bytes(7) + b"\xff",
        ),
        "A revocation list, vendors' entries, an unknown GUID twice, two VCEK entries, an empty entry, odd bytes",
        "All that is not understood is kept whole and noted; a certificate is what it says, not what its entry says",
        {
            **ALL_MATCH,
            f"{P}/unknown/ghcb:crl": {"label": "ghcb:crl", "raw": b"a list".hex(), "origin": "caller"},
            f"{P}/unknown/ghcb:{NOBODY}-2/raw": b"and again".hex(),
            "/certificates/vcek/sha256": sha256(MILAN_VCEK),
        },
    ),
    made(
        "v3-table-truncated",
        report(3, MILAN),
        table((VCEK, MILAN_VCEK), (NOBODY, bytes(14_000)), (ASK, CA.ask), (ARK, CA.ark))[:KERNEL_MAXIMUM],
        "A table that the kernel cut at 16 KiB, in the middle of the ASK",
        "What is whole is read, what is not is noted",
        {
            **ALL_MATCH,
            "/certificates/vcek/sha256": sha256(MILAN_VCEK),
            f"{P}/unknown/ghcb:{NOBODY}/raw": "00" * 14_000,
        },
    ),
    made(
        "v3-table-empty",
        report(3, MILAN),
        bytes(8192),
        "Two pages of zeros",
        "The host has no certificates: that is an answer, and an empty table",
        {"/attachments/certificates/facts/format/text": "empty", "/certificates": []},
    ),
    made(
        "v3-several-leaves",
        report(3, MILAN),
        table(
            (VLEK, MILAN_VLEK),
            (VCEK, MILAN_VCEK),
            (ASK, CA.asvk),
            (ASK, amd.certificate("nobody", amd.ec_spki(amd.VEK_KEY), "x", amd.ARK_KEY, 1, {})),
        ),
        "A VLEK before the VCEK, and a stranger in the entry for ASK",
        "The claims are of the leaf that KEY_INFO names, and the other one is noted",
        {**ALL_MATCH, f"{V}/label": "vcek", "/certificates/vcek/environment": "vek"},
    ),
    Made(
        "v3-extended",
        report(3, MILAN) + EXTENDED_TABLE,
        "A report with the certificate table behind it in one file",
        "The report alone is the evidence, and what follows it is its attachment, not junk",
        {
            **ALL_MATCH,
            "/evidence/size": 1184,
            "/evidence/trailing": 0,
            "/evidence/sha256": sha256(report(3, MILAN)),
            "/attachments/certificates/sha256": sha256(EXTENDED_TABLE),
            f"{P}/unknown/ghcb:crl/origin": "carrier",
            "/attachments/certificates/origin": "carrier",
        },
        {"parses_when_cut_at": [{"start": 1184, "end": 1184, "why": "the report without its attachment"}]},
    ),
]

CERTIFICATES = [
    made(
        "v2-certificate",
        report(2, None),
        amd.vcek("Genoa", amd.leaf_extensions(0, "Genoa", MILAN_SVNS), b"\x04\x40" + CHIP_ID),
        "A version 2 report with its VCEK alone, whose hwID is an OCTET STRING",
        "Version 2 has no CPUID: the certificate says what the product is, and so how the TCBs are laid out",
        {
            **outcome(signing_key="matches", reported_tcb="matches", chip_id="matches"),
            **tcb("reported", bootloader=3, tee=0, snp=8, microcode=0x73),
            f"{P}/tcb/current_tcb/layout": "amd-genoa",
            f"{P}/tcb/current_tcb/layout_source": "certificate",
            f"{P}/identifiers/product/origin": "certificate",
            f"{V}/identifiers/hwid/value": CHIP_ID.hex(),
            "/attachments/certificates/facts/format/text": "der",
        },
    ),
    made(
        "v5-turin-chain",
        report(5, TURIN, **TURIN_FIELDS),
        b"".join(pem(one) for one in (amd.vcek("Turin", TURIN_LEAF, CHIP_ID[:8]), *amd.authorities("Turin"))),
        "A Turin report with a chain in PEM, whose hwID has 8 bytes",
        "structVersion 1 has another order of SVNs, an FMC, and no SPL4",
        {
            **ALL_MATCH,
            f"{V}/tcb/certified_tcb/raw": "0102030400000050",
            f"{V}/identifiers/hwid/value": CHIP_ID[:8].hex(),
            "/certificates/asvk/issuer": "CN=ARK-Turin,O=Test Keys,C=US,OU=Engineering",
        },
    ),
    made(
        "v3-vlek",
        report(3, MILAN, x048=VLEK_KEY_INFO, x1a0=bytes(64)),
        table((VLEK, MILAN_VLEK), (ASK, CA.asvk), (ARK, CA.ark)),
        "A VLEK with its ASVK, CHIP_ID masked",
        "A VLEK is of a service provider: it has no hwID that a CHIP_ID could match",
        {
            **outcome(
                signing_key="matches", reported_tcb="matches", chip_id="not-computable", product="matches"
            ),
            f"{V}/identifiers/csp_id/text": "CN=test.example",
            "/certificates/asvk/subject": "CN=SEV-VLEK-Milan,O=Test Keys,C=US,OU=Engineering",
        },
    ),
    made(
        "v3-other-certificate",
        report(3, MILAN, x048=VLEK_KEY_INFO),
        amd.vcek("Turin", TURIN_LEAF, OTHER_CHIP) + CA.ark,
        "A VCEK of another chip, TCB and product beside a report that a VLEK signed",
        "Parts that do not fit together must not look as if they did",
        outcome(signing_key="differs", reported_tcb="differs", chip_id="differs", product="differs"),
    ),
    made(
        "v3-contradictory-certificate",
        report(3, MILAN),
        amd.certificate(
            "SEV-VCEK",
            amd.ec_spki(amd.VEK_KEY),
            "SEV-VLEK-Milan",
            amd.ASVK_KEY,
            0,
            {
                **amd.leaf_extensions(0, "Milan-B1", {**MILAN_SVNS, **amd.svns(x5=9)}),
                f"{amd.ARC}5": tlv(0x16, b"CN=test.example"),
                f"{amd.ARC}99": integer(7),
            },
            amd.YEARS,
        ),
        "Named a VCEK, issued and filled in like a VLEK, with a reserved SVN and an unknown extension",
        "A VLEK that is taken for a VCEK would vouch for a chip: what contradicts itself is of no kind",
        {
            **outcome(
                signing_key="differs", reported_tcb="differs", chip_id="not-computable", product="matches"
            ),
            f"{V}/unknown/{amd.ARC}99": {"label": f"{amd.ARC}99", "raw": "020107"},
        },
    ),
    made(
        "v3-unnamed-certificate",
        report(3, MILAN, x048=VLEK_KEY_INFO, x1a0=bytes(64)),
        amd.certificate(
            "SEV-VLEK",
            amd.ec_spki(amd.VEK_KEY),
            "SEV-VLEK-Milan",
            amd.ASVK_KEY,
            0,
            {**amd.leaf_extensions(0, "", MILAN_SVNS), f"{amd.ARC}5": tlv(0x16, b"0")},
            amd.YEARS,
        ),
        "A VLEK whose productName is empty and whose cspID is a zero",
        "A place that nobody filled names neither product nor provider",
        {
            f"{V}/identifiers/product/status": "not-populated",
            f"{V}/identifiers/product/raw": "",
            f"{V}/identifiers/csp_id/status": "not-populated",
            f"{V}/identifiers/csp_id/raw": b"0".hex(),
        },
    ),
    made(
        "v3-unknown-certificate-layout",
        report(3, MILAN, x048=(7 << 2).to_bytes(4, "little"), x2a0=bytes(144)),
        amd.vcek("Rome", amd.leaf_extensions(7, "Rome-B0", MILAN_SVNS), CHIP_ID),
        "structVersion 7, productName Rome, beside an unsigned report",
        "The order of the SVNs is not known, so they stay raw; nobody signed, so no key can match",
        {
            **outcome(
                signing_key="not-computable",
                reported_tcb="not-computable",
                chip_id="matches",
                product="not-computable",
            ),
            f"{V}/tcb/certified_tcb/layout_source": "unknown",
        },
    ),
    made(
        "v3-bare-certificate",
        report(3, MILAN),
        amd.vcek("Milan", amd.leaf_extensions(0, "Milan-B0", amd.svns(x1=3, x3=8)), CHIP_ID),
        "A VCEK that lacks SVNs",
        "What is missing is not zero: the TCB cannot be compared",
        outcome(signing_key="matches", reported_tcb="not-computable", chip_id="matches"),
    ),
    made(
        "v3-bare-leaf",
        report(3, MILAN),
        amd.certificate("SEV-VLEK", amd.ec_spki(amd.VEK_KEY), "SEV-VLEK-Milan", amd.ASVK_KEY, 0, {}),
        "A VLEK without any of AMD's extensions",
        "A name alone says nothing about chip, TCB or provider",
        outcome(signing_key="differs", reported_tcb="not-computable", chip_id="not-computable"),
    ),
]

VTPM, UEFI_MM = "c476f1eb-0123-45a5-9641-b4e7dde5bfe3", "a4453a59-9e1b-4787-a033-1986d6adbe55"
NONCE = bytes(range(64))
EK = (  # TPMT_PUBLIC: ECC, SHA-256, attributes, no policy; AES-128 CFB, null scheme, P-256, null KDF; the point
    bytes.fromhex("0023 000b 000300b2 0000 0006 0080 0043 0010 0003 0010")
    + b"".join((32).to_bytes(2, "big") + bytes(range(start, start + 32)) for start in (0, 32))
)
SERVICES = manifest((VTPM, EK), (UEFI_MM, b""), (NOBODY, b"a service"), (NOBODY, b"another"))


def bound(content: bytes) -> bytes:
    """The REPORT_DATA of an SVSM's report: SHA-512 of the guest's nonce and the manifest."""
    return hashlib.sha512(NONCE + content).digest()


MANIFESTS = [
    made(
        "v3-svsm",
        report(3, MILAN, x050=bound(SERVICES)),
        SERVICES,
        "A services manifest with the vTPM's endorsement key and a service that is not known, and the nonce",
        "REPORT_DATA covers the nonce and the manifest: the key in it is that of this guest's SVSM",
        {
            **manifest_is("matches"),
            "/environments/paravisor/keys/vtpm-ek/raw": EK.hex(),
            "/environments/paravisor/manifests/uefi-mm/raw": "",
            f"/environments/paravisor/unknown/svsm:{NOBODY}-2/raw": b"another".hex(),
            "/environments/paravisor/depends_on": ["platform"],
        },
        kind="services-manifest",
        options={"nonce": NONCE.hex()},
    ),
    made(
        "v3-svsm-other-nonce",
        report(3, MILAN, x050=bound(SERVICES)),
        SERVICES,
        "The same manifest with another nonce",
        "A manifest that was replayed must not look bound",
        manifest_is("differs"),
        kind="services-manifest",
        options={"nonce": "00"},
    ),
    made(
        "v3-svsm-no-nonce",
        report(3, MILAN, x050=bound(manifest())),
        manifest(),
        "A manifest without services, and no nonce",
        "Without the nonce the binding cannot be computed, and nothing is guessed",
        manifest_is("not-computable"),
        kind="services-manifest",
    ),
    made(
        "v3-svsm-single-service",
        report(3, MILAN, x050=bound(EK)),
        EK,
        "The manifest of the vTPM alone, which has no head",
        "Which service it is only the caller knows, who asked for it",
        {**manifest_is("matches"), "/environments/paravisor/keys/vtpm-ek/raw": EK.hex()},
        kind="services-manifest",
        options={"nonce": NONCE.hex(), "service": "vtpm"},
    ),
]

RUNTIME = b'{"keys":[],"vm-configuration":{}}'

CARRIED = [
    Made(
        "v3-azure-hcl",
        hcl(report(3, MILAN, x050=hashlib.sha256(RUNTIME).digest() + bytes(32)), 2, RUNTIME),
        "A report in Azure's HCL report",
        "The carrier says what REPORT_DATA is the digest of, and the schema of the type knows that fact",
        {
            "/consistency/report_data-binding/status": "matches",
            "/evidence/size": 1184,
            "/attachments/runtime-data/sha256": sha256(RUNTIME),
        },
    ),
]

AK, EK_OF_AZURE = (bytes(range(1, 256)) + bytes((n,)) for n in (1, 3))
"""Moduli of 256 bytes, of nobody's keys."""
ID = "7DF7B373-B947-4AAA-96E5-C358F2A03D20"
USER = bytes(range(0x40, 0x80))
P = "/environments/paravisor"


def b64url(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def azure_runtime(**members: object) -> bytes:
    """The runtime claims of openvmm: keys and configuration; `members` are added."""
    keys = [
        {"kid": kid, "key_ops": [use], "kty": "RSA", "e": "AQAB", "n": b64url(modulus)}
        for kid, use, modulus in (("HCLAkPub", "sign", AK), ("HCLEkPub", "encrypt", EK_OF_AZURE))
    ]
    configuration = {
        "console-enabled": True,
        "secure-boot": False,
        "tpm-enabled": True,
        "tpm-persisted": True,
        "interactive-console-enabled": False,
        "filtered-vpci-devices-allowed": False,
        "root-cert-thumbprint": "",
        "hardware-sealing-policy": "none",
        "current-time": 1700000000,
        "vmUniqueId": ID,
    }
    return json.dumps({"keys": keys, "vm-configuration": configuration, **members}).encode()


def hashed(runtime: bytes) -> bytes:
    return hashlib.sha256(runtime).digest() + bytes(32)


def of_paravisor(
    name: str, runtime: bytes, what: str, why: str, facts: dict[str, Any], **fields: bytes
) -> Made:
    return Made(name, hcl(report(3, MILAN, x050=hashed(runtime), **fields), 2, runtime), what, why, facts)


BOUND = {
    "/consistency/report_data-binding/status": "matches",
    f"{P}/role": "paravisor",
    "/bindings/report_data/role": "content-binding",
    f"{P}/measurements/measurement/subject": "firmware",
}
TEMPLATE = bytes.fromhex("0001000b00050472000000100014000b0800000000000100")
WHOLE_RUNTIME = azure_runtime(**{"user-data": USER.hex().upper()})
STRANGE_RUNTIME = (
    azure_runtime(**{"user-data": bytes(64).hex(), "new-member": [1]})
    .replace(ID.encode(), b"00000000-0000-0000-0000-000000000000")
    .replace(b'"HCLEkPub"', b'"HCLTransferKey"')
)
CARRIED += [
    of_paravisor(
        "v3-paravisor",
        WHOLE_RUNTIME,
        "A report of Azure's paravisor, with the runtime claims that it binds",
        "The hardware attests the paravisor: what its guest is, a quote of the vTPM says, whose key is here",
        {
            **BOUND,
            "/bindings/report_data/requested_by": "vmpl:0",
            "/bindings/user_data/value": USER.hex(),
            "/bindings/user_data/role": "caller-data",
            f"{P}/keys/vtpm-ak/raw": (TEMPLATE + AK).hex(),
            f"{P}/keys/vtpm-ek/raw": EK_OF_AZURE.hex(),
            f"{P}/keys/vtpm-ak/backed_by": "report_data-binding",
            f"{P}/values/secure_boot_configured/bool": False,
            f"{P}/values/current_time/int": 1700000000,
            f"{P}/identifiers/vm_unique_id/text": ID,
        },
    ),
    of_paravisor(
        "v3-paravisor-id-block",
        WHOLE_RUNTIME,
        "A paravisor that an ID block with both keys started",
        "Microsoft signs its paravisor: by whose key, is what a reference value is compared with",
        {
            **BOUND,
            f"{P}/signers/id_key/value": (b"\5" * 48).hex(),
            f"{P}/inputs/image_id/set_by": "id-block",
            f"{P}/svns/guest_svn/set_by": "id-block",
        },
        x048=(1).to_bytes(4, "little"),
        x0e0=b"\5" * 48,
        x110=b"\6" * 48,
        x020=b"\2" + bytes(15),
    ),
    of_paravisor(
        "v3-paravisor-no-author",
        WHOLE_RUNTIME,
        "An author key that a flag says is not there",
        "Bytes are not a signer for being there",
        {**BOUND, f"{P}/signers/author_key/status": "absent-by-flag"},
        x110=b"\6" * 48,
    ),
    of_paravisor(
        "v3-paravisor-old",
        azure_runtime(),
        "Runtime claims without user data",
        "Such a report is bound to nobody's nonce",
        BOUND,
    ),
    of_paravisor(
        "v3-paravisor-strange",
        STRANGE_RUNTIME,
        "User data of zeros, a VM without a number, a key and a member that are not known",
        "What is not known is kept",
        {
            **BOUND,
            "/bindings/user_data/value": bytes(64).hex(),
            f"{P}/identifiers/vm_unique_id/status": "not-populated",
        },
    ),
    of_paravisor(
        "v3-paravisor-vmpl-2",
        WHOLE_RUNTIME,
        "The same, asked for at VMPL 2",
        "Below the paravisor a guest writes what it likes: nothing of it is believed",
        {"/environments/guest/role": "unspecified", "/bindings/report_data/role": "caller-data"},
        x030=(2).to_bytes(4, "little"),
    ),
    Made(
        "v3-paravisor-other-runtime",
        hcl(report(3, MILAN, x050=hashed(WHOLE_RUNTIME)), 2, WHOLE_RUNTIME.replace(b"true", b"fals")),
        "Runtime claims that were changed",
        "The report binds others: whose it is, nothing shows",
        {
            "/environments/guest/role": "unspecified",
            "/consistency/report_data-binding/status": "differs",
        },
    ),
    Made(
        "v3-paravisor-said",
        report(3, MILAN, x050=hashed(WHOLE_RUNTIME)),
        "A bare report, which the caller says that a paravisor asked for",
        "The bytes cannot tell; whoever knows can",
        {f"{P}/role": "paravisor", f"{P}/origin": "caller", "/bindings/report_data/role": "content-binding"},
        {"options": {"environment": "paravisor"}},
    ),
    Made(
        "v3-maybe-paravisor",
        report(3, MILAN, x050=hashed(WHOLE_RUNTIME), x020=b"\2" + bytes(15), x0c0=bytes(32), x0e0=b"\5" * 48),
        "A bare report that looks as Azure's do",
        "Signs are no proof: the role stays, and a note says so",
        {"/environments/guest/role": "workload", "/notes/0/code": "maybe-paravisor"},
    ),
]

MADE = [*TABLES, *CERTIFICATES, *MANIFESTS, *CARRIED]
