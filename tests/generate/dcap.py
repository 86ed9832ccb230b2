"""DCAP quotes around any body, and a PCK-like chain of certificates, with keys of our own.

Literal offsets from sgx_quote_3.h, sgx_quote_4.h, sgx_quote_5.h and the PCK certificate profile; what TDX and SGX fixtures
share.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

from tests.generate.common import ec_key, ecdsa

INTEL = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
ATTESTATION, PCK, CA, ROOT = (ec_key(ec.SECP256R1(), 0x7D0 + number) for number in range(4))
QE_ID = bytes(range(0x11, 0x71, 6))
AUTH_DATA = bytes(range(0x20))
SGX, TDX = 0x00, 0x81


def u16(value: int) -> bytes:
    return value.to_bytes(2, "little")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


def put(size: int, fields: dict[int, bytes]) -> bytes:
    """`size` zero bytes with `fields` at their offsets."""
    data = bytearray(size)
    for offset, value in fields.items():
        assert offset + len(value) <= size
        data[offset : offset + len(value)] = value
    return bytes(data)


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """The signature as r and s, 32 bytes each, big-endian."""
    r, s = ecdsa(key, hashes.SHA256(), message)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as x and y, 32 bytes each, big-endian."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]


def report(*, report_data: bytes, **fields: bytes) -> bytes:
    """An SGX REPORT body, 384 bytes; `fields` are decimal offsets (`x16`) and what stands there."""
    return put(
        384,
        {
            0: bytes.fromhex("0506070801ff00020000000000000000"),  # CPUSVN
            48: u64(0x15),  # INIT, MODE64BIT, PROVISION_KEY
            56: u64(0xE7),
            64: bytes(range(0x40, 0x60)),  # MRENCLAVE
            128: bytes(range(0x80, 0xA0)),  # MRSIGNER
            256: u16(2),  # ISVPRODID
            258: u16(8),  # ISVSVN
            320: report_data,
            **{int(place[1:]): value for place, value in fields.items()},
        },
    )


def header(version: int, tee: int, *, key_data: bytes | None = None, user_data: bytes = QE_ID) -> bytes:
    """48 bytes; `key_data` stands at 8: in version 3 QE SVN and PCE SVN, later nothing."""
    default = u16(10) + u16(15) if version == 3 else bytes(4)
    return put(
        48,
        {0: u16(version), 2: u16(2), 4: u32(tee), 8: key_data or default, 12: INTEL, 28: user_data},
    )


def certified(kind: int, data: bytes) -> bytes:
    """Certification data: its type, its size, and it."""
    return u16(kind) + u32(len(data)) + data


def quote(
    head: bytes,
    body: bytes,
    certification: bytes,
    *,
    body_type: int = 0,
    bound: bool = True,
    auth_data: bytes = AUTH_DATA,
    qe: dict[str, bytes] | None = None,
) -> bytes:
    """A whole quote. `qe` are fields of the QE report (see `report`); unless `bound`, it binds no key."""
    signed = head + (u16(body_type) + u32(len(body)) if body_type else b"") + body
    binding = sha256(point(ATTESTATION) + auth_data).digest() if bound else bytes(range(32))
    qe_report = report(report_data=binding, **(qe or {}))
    inner = qe_report + sign(PCK, qe_report) + u16(len(auth_data)) + auth_data + certification
    own = sign(ATTESTATION, signed) + point(ATTESTATION)
    data = own + (inner if head[:2] == u16(3) else certified(6, inner))
    return signed + u32(len(data)) + data


# Certificates. Times, names and serial numbers are fixed, and signatures repeatable, so that the bytes are as well.
SGX_EXTENSIONS = "1.2.840.113741.1.13.1"
PPID = bytes(range(0xB0, 0x50, -6))
INSTANCE = bytes(range(0xFE, 0x7E, -8))
FMSPC = bytes.fromhex("00806f050000")
COMPONENTS = (5, 6, 7, 8, 1, 255, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)
PCE_SVN = 13
CPU_SVN = bytes(COMPONENTS)


def tlv(tag: int, content: bytes) -> bytes:
    """DER with a length of up to 64 KiB."""
    size = len(content)
    head = (
        bytes([size])
        if size < 0x80
        else b"\x81" + bytes([size])
        if size < 0x100
        else b"\x82" + size.to_bytes(2, "big")
    )
    return bytes([tag]) + head + content


def oid(dotted: str) -> bytes:
    arcs = [int(arc) for arc in dotted.split(".")]
    content = b""
    for arc in (40 * arcs[0] + arcs[1], *arcs[2:]):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.insert(0, arc & 0x7F | 0x80)
        content += bytes(octets)
    return tlv(6, content)


def part(suffix: str, value: bytes) -> bytes:
    """One {OID, value} of the SGX extensions."""
    return tlv(0x30, oid(f"{SGX_EXTENSIONS}.{suffix}") + value)


def integer(value: int, tag: int = 2) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def tcb_part(components: Iterable[int] = COMPONENTS) -> bytes:
    parts = [part(f"2.{number}", integer(svn)) for number, svn in enumerate(components, 1)]
    return part(
        "2", tlv(0x30, b"".join((*parts, part("2.17", integer(PCE_SVN)), part("2.18", tlv(4, CPU_SVN)))))
    )


def boolean(value: bool) -> bytes:  # noqa: FBT001 (a value to encode)
    return tlv(1, b"\xff" if value else b"\0")


PROCESSOR_PARTS = [
    part("1", tlv(4, PPID)),
    tcb_part(),
    part("3", tlv(4, bytes(2))),
    part("4", tlv(4, FMSPC)),
    part("5", integer(0, 0x0A)),
]
PLATFORM_PARTS = [
    *PROCESSOR_PARTS[:4],
    part("5", integer(1, 0x0A)),
    part("6", tlv(4, INSTANCE)),
    part(
        "7", tlv(0x30, part("7.1", boolean(True)) + part("7.2", boolean(False)) + part("7.3", boolean(True)))
    ),
]


def extension(parts: list[bytes]) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ObjectIdentifier(SGX_EXTENSIONS), tlv(0x30, b"".join(parts)))


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(
    subject: str,
    key: Any,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    *,
    serial: int,
    sgx: x509.UnrecognizedExtension | None = None,
) -> x509.Certificate:
    """A certificate of our small PKI; `sgx` makes it look like one of a PCK."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2045, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=sgx is None, path_length=None), critical=True)
    )
    if sgx is not None:
        builder = builder.add_extension(sgx, critical=False)
    return builder.sign(by, hashes.SHA256(), ecdsa_deterministic=True)


ROOT_CERTIFICATE = certificate("Test Root CA", ROOT, "Test Root CA", ROOT, serial=1)
CA_CERTIFICATE = certificate("Test PCK Platform CA", CA, "Test Root CA", ROOT, serial=2)


def leaf(parts: list[bytes], serial: int = 3) -> x509.Certificate:
    """A PCK certificate whose SGX extensions are `parts`."""
    return certificate(
        "Test PCK Certificate", PCK, "Test PCK Platform CA", CA, serial=serial, sgx=extension(parts)
    )


LEAF = leaf(PLATFORM_PARTS)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def der(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.DER) for one in certificates)


def sha256_of(one: x509.Certificate) -> str:
    return one.fingerprint(hashes.SHA256()).hex()


CHAIN = pem(LEAF, CA_CERTIFICATE, ROOT_CERTIFICATE) + b"\0"
"""As most quotes have it: leaf, intermediate, root, and a zero byte that is counted."""
CLEAR = certified(1, PPID + CPU_SVN + u16(PCE_SVN) + bytes(2))
"""Type 1: the shortest there is, for fixtures that are about something else."""

QE, PCK_AT = "/environments/qe", "/environments/pck"
PCK_FACTS: dict[str, Any] = {
    f"{PCK_AT}/origin": "certificate",
    f"{PCK_AT}/identifiers/fmspc/value": FMSPC.hex(),
    f"{PCK_AT}/identifiers/ppid/value": PPID.hex(),
    f"{PCK_AT}/identifiers/ppid/linkable": True,
    f"{PCK_AT}/tcb/tcb/raw": CPU_SVN.hex(),
    f"{PCK_AT}/tcb/tcb/components": [
        *(
            {"name": f"component_{n:02}", "svn": svn, "compare": "ordered"}
            for n, svn in enumerate(COMPONENTS, 1)
        ),
        {"name": "pce_svn", "svn": PCE_SVN, "compare": "ordered"},
    ],
    "/certificates/pck/sha256": sha256_of(LEAF),
    "/certificates/root/sha256": sha256_of(ROOT_CERTIFICATE),
}
QE_FACTS: dict[str, Any] = {
    f"{QE}/identifiers/qe_id/value": QE_ID.hex(),
    f"{QE}/identifiers/qe_id/linkable": True,
    f"{QE}/measurements/mrenclave/digests/0/digest": bytes(range(0x40, 0x60)).hex(),
    f"{QE}/svns/isv_svn/svn": 8,
    f"{QE}/debug": "disabled-since-boot",
    f"{QE}/keys/attestation_key/raw": point(ATTESTATION).hex(),
    "/consistency/qe_report_data-binding/status": "matches",
}
