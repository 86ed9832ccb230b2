"""SPDM messages, measurement blocks and certificates from the literal tables of DSP0274, with keys of our own."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha384

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.generate.common import ec_key, ecdsa

KEY = ec_key(ec.SECP384R1(), 0x59D4)
NONCE = bytes(range(0x20, 0x40))
RESPONDER_NONCE = bytes(range(0x40, 0x60))
CONTEXT = bytes(range(0xC0, 0xC8))


def le(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


# Blocks: index, specification, size; then value type, value size, value.


def block(index: int, kind: int, value: bytes) -> bytes:
    """A DMTF measurement block; bit 7 of `kind` says that the value is raw."""
    return bytes((index, 0x01)) + le(3 + len(value), 2) + bytes((kind,)) + le(len(value), 2) + value


def foreign(index: int, specification: int, value: bytes) -> bytes:
    """A block of another measurement specification."""
    return bytes((index, specification)) + le(len(value), 2) + value


def digest(text: str) -> bytes:
    """A SHA-384 digest of a text, to be told from any other."""
    return sha384(text.encode()).digest()


def device_mode(operational: tuple[int, int], debug: tuple[int, int]) -> bytes:
    """16 bytes: capabilities and state of the operational mode, then of the debug mode."""
    return b"".join(le(word, 4) for word in (*operational, *debug))


# The negotiation.


def vca(
    version: int,
    *,
    asym: int = 1 << 7,
    base_hash: int = 1 << 1,
    measurement_hash: int = 1 << 2,
    other_params: int = 0x02,
    pqc: int = 0,
    flags: int = 0x36,
    mel: int = 0,
) -> bytes:
    """GET_VERSION to ALGORITHMS, of a version from 1.0 on: ECDSA P-384 and SHA-384 unless it says otherwise."""
    out = bytes.fromhex("10840000") + bytes.fromhex("1004000000") + b"\1" + le(version << 8, 2)
    if version == 0x10:
        out += bytes((version, 0xE1, 0, 0)) + bytes((version, 0x61, 0, 0)) + bytes(4) + le(flags, 4)
    elif version == 0x11:
        out += (
            bytes((version, 0xE1, 0, 0)) + bytes(8) + bytes((version, 0x61, 0, 0)) + bytes(4) + le(flags, 4)
        )
    else:
        sizes = le(0x1200, 4) * 2
        out += bytes((version, 0xE1, 0, 0)) + bytes(8) + sizes
        out += bytes((version, 0x61, 0, 0)) + bytes(4) + le(flags, 4) + sizes
    tables = b"" if version == 0x10 else bytes.fromhex("02201000") + bytes.fromhex("03200200")
    count = len(tables) // 4
    request = bytes((1, other_params)) + le(asym, 4) + le(base_hash, 4) + le(pqc, 4) + bytes(7)
    request += bytes((mel, 0, 0)) + bytes(2) + tables
    out += bytes((version, 0xE3, count, 0)) + le(6 + len(request), 2) + request
    answer = bytes((1, other_params)) + le(measurement_hash, 4) + le(asym, 4) + le(base_hash, 4) + le(pqc, 4)
    answer += bytes(7) + bytes((mel, 0, 0)) + bytes(2) + tables
    return out + bytes((version, 0x63, count, 0)) + le(6 + len(answer), 2) + answer


# Requests and responses.


def get_measurements(
    version: int, index: int = 0xFF, *, signed: bool = True, attributes: int = 0, slot: int = 0
) -> bytes:
    out = bytes((version, 0xE0, attributes | signed, index))
    if signed:
        out += NONCE + (bytes((slot,)) if version >= 0x11 else b"")
    return out + (CONTEXT if version >= 0x13 else b"")


def measurements(
    version: int, blocks: list[bytes], opaque: bytes = b"", param1: int = 0, param2: int = 0
) -> bytes:
    """A MEASUREMENTS response up to its signature."""
    record = b"".join(blocks)
    out = bytes((version, 0x60, param1, param2, len(blocks))) + le(len(record), 3) + record
    out += RESPONDER_NONCE + le(len(opaque), 2) + opaque
    return out + (CONTEXT if version >= 0x13 else b"")


def challenge(version: int, slot: int = 0, summary: int = 0xFF) -> bytes:
    nonce = bytes(range(0x60, 0x80))
    return bytes((version, 0x83, slot, summary)) + nonce + (CONTEXT if version >= 0x13 else b"")


def challenge_auth(
    version: int, chain_hash: bytes, summary: bytes, opaque: bytes = b"", slot: int = 0
) -> bytes:
    """A CHALLENGE_AUTH response up to its signature."""
    out = bytes((version, 0x03, slot, 1 << slot)) + chain_hash + bytes(range(0x80, 0xA0)) + summary
    return out + le(len(opaque), 2) + opaque + (CONTEXT if version >= 0x13 else b"")


def signature(version: int, transcript: bytes, purpose: bytes = b"responder-measurements signing") -> bytes:
    """ECDSA P-384 with SHA-384, r and s big-endian: over the transcript, from 1.2 on over a prefix and its hash."""
    message = transcript
    if version >= 0x12:
        prefix = b"dmtf-spdm-v1.%d.*" % (version & 15) * 4 + bytes(36 - len(purpose)) + purpose
        message = prefix + sha384(transcript).digest()
    r, s = ecdsa(KEY, hashes.SHA384(), message)
    return r.to_bytes(48, "big") + s.to_bytes(48, "big")


def signed(version: int, before: bytes, request: bytes, response: bytes) -> bytes:
    """Request, response and signature, over `before` as well."""
    return request + response + signature(version, before + request + response)


def log(entries: list[tuple[int, int, bytes]]) -> tuple[bytes, dict[int, bytes]]:
    """A measurement extension log of (index, type, value), and the SHA-384 that it extends to for each index."""
    out, values = b"", dict.fromkeys((index for index, _, _ in entries), bytes(48))
    for number, (index, kind, content) in enumerate(entries, 1):
        entry = le(number, 4) + bytes((index, 0, 0, 0, kind)) + le(len(content), 2) + content
        values[index] = sha384(values[index] + entry).digest()
        out += entry
    return le(len(entries), 4) + le(len(out), 4) + bytes(8) + out, values


def element(registry: int, vendor: bytes, data: bytes) -> bytes:
    """An element of opaque data in general format 1."""
    out = bytes((registry, len(vendor))) + vendor + le(len(data), 2) + data
    return out + bytes(-len(out) % 4)


def nvidia(kind: int, value: bytes) -> bytes:
    """An element of NVIDIA's opaque data."""
    return le(kind, 2) + le(len(value), 2) + value


def nvidia_typed(kind: int, value_type: int, value: bytes) -> bytes:
    """An element of NVIDIA's newer format: it states the type of its value, as measurement blocks do."""
    return le(kind, 2) + le(value_type, 2) + le(len(value), 2) + value


def nvidia_header(major: int, minor: int = 0, patch: int = 0, profile: int = 0) -> bytes:
    """What NVIDIA's newer format begins with: a magic, a profile, a version, and one byte that means nothing."""
    return b"NVDAOD" + le(profile, 2) + bytes((major, minor, patch, 0))


# Certificates.


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = (
        bytes((size,))
        if size < 0x80
        else bytes((0x81, size))
        if size < 0x100
        else b"\x82" + size.to_bytes(2, "big")
    )
    return bytes((tag,)) + length + content


def oid(text: str) -> bytes:
    arcs = [int(arc) for arc in text.split(".")]
    out = b""
    for arc in (40 * arcs[0] + arcs[1], *arcs[2:]):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        out += bytes(reversed(septets))
    return der(0x06, out)


SHA384_OID = "2.16.840.1.101.3.4.2.2"


def fwid(value: bytes, algorithm: str = SHA384_OID) -> bytes:
    return der(0x30, oid(algorithm), der(0x04, value))


def tcb_info(*fields: tuple[int, bytes]) -> bytes:
    """A DiceTcbInfo of (tag number, content); fwids are constructed."""
    return der(0x30, *(der((0xA0 if number == 6 else 0x80) | number, content) for number, content in fields))


def composite_device_id(key: bytes, value: bytes) -> bytes:
    """RIoT's structure under the OID of DiceTcbInfo."""
    return der(0x30, bytes.fromhex("020101"), key, fwid(value))


def device_info(text: str, cma: str = "") -> x509.SubjectAlternativeName:
    """DMTF's name of a device, and PCI-SIG's if there is one."""
    names = [("1.3.6.1.4.1.412.274.1", text)] + ([("2.23.147", cma)] if cma else [])
    return x509.SubjectAlternativeName(
        [x509.OtherName(x509.ObjectIdentifier(number), der(0x0C, words.encode())) for number, words in names]
    )


def spdm_extension(mark: str) -> bytes:
    """SPDM's extension with one mark."""
    return der(0x30, der(0x30, oid(mark)))


def spki(number: int) -> bytes:
    key = ec_key(ec.SECP384R1(), number).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def certificate(
    subject: str,
    issuer: str,
    serial: int,
    extensions: dict[str, bytes] | None = None,
    san: x509.SubjectAlternativeName | None = None,
    *,
    authority: bool = False,
) -> bytes:
    """A certificate in DER, signed by the one key of ours that signs everything; `authority` says that it issues others."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .serial_number(serial)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2044, 1, 1, tzinfo=UTC))
        .public_key(KEY.public_key())
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if san is not None:
        builder = builder.add_extension(san, critical=False)
    for number, value in (extensions or {}).items():
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(number), value), critical=False
        )
    made = builder.sign(KEY, hashes.SHA384(), ecdsa_deterministic=True)
    return made.public_bytes(Encoding.DER)


def chain(certificates: list[bytes]) -> bytes:
    """The SPDM structure: length, hash of the root, certificates from the root on."""
    content = sha384(certificates[0]).digest() + b"".join(certificates)
    return le(4 + len(content), 4) + content


def pem(certificates: list[bytes]) -> bytes:
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in certificates)
