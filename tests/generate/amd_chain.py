"""Certificates of the shape of AMD's (AMD 57230), with test keys: ARK, ASK and ASVK of RSA, VCEK and VLEK of P-384.

Signatures are RSASSA-PSS with SHA-384 and a salt of 48 bytes that is the same every time, so that the files
are the same every time; the keys are half as long as AMD's, and protect nothing.
"""

from __future__ import annotations

from hashlib import sha384, shake_256
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.generate.common import ec_key
from tests.generate.der import bits, integer, oid, sequence, tlv

ARC = "1.3.6.1.4.1.3704.1."
NULL = tlv(0x05)
SHA384 = sequence(oid("2.16.840.1.101.3.4.2.2"), NULL)
PSS = sequence(
    oid("1.2.840.113549.1.1.10"),
    sequence(
        tlv(0xA0, SHA384),
        tlv(0xA1, sequence(oid("1.2.840.113549.1.1.8"), SHA384)),
        tlv(0xA2, integer(48)),
    ),
)
SALT = bytes(range(48))


class Rsa(NamedTuple):
    """An RSA key: modulus and private exponent; the public one is 65537."""

    n: int
    d: int


def rsa_key(seed: str, size: int = 2048) -> Rsa:
    """The key that belongs to a seed."""
    p, q = (_prime(f"{seed} {name}", size // 2) for name in "pq")
    return Rsa(p * q, pow(0x10001, -1, (p - 1) * (q - 1)))


def _prime(seed: str, size: int) -> int:
    """The first prime behind the number that belongs to a seed, of `size` bits with the two highest set."""
    number = int.from_bytes(shake_256(seed.encode()).digest(size // 8), "big") | 3 << size - 2 | 1
    while not _is_prime(number):
        number += 2
    return number


def _is_prime(number: int) -> bool:
    """Miller and Rabin's test with the first primes as bases."""
    small = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    if any(number % prime == 0 for prime in small):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in small:
        value = pow(base, odd, number)
        if value in {1, number - 1}:
            continue
        if all((value := value * value % number) != number - 1 for _ in range(twos - 1)):
            return False
    return True


def pss(key: Rsa, message: bytes) -> bytes:
    """RSASSA-PSS with SHA-384, MGF1 with SHA-384 and SALT (RFC 8017, section 9.1)."""
    size = (key.n.bit_length() + 7) // 8
    digest = sha384(bytes(8) + sha384(message).digest() + SALT).digest()
    block = bytes(size - len(SALT) - 48 - 2) + b"\1" + SALT
    mask = b"".join(sha384(digest + count.to_bytes(4, "big")).digest() for count in range(size // 48 + 1))
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0x7F
    encoded = int.from_bytes(bytes(masked) + digest + b"\xbc", "big")
    return pow(encoded, key.d, key.n).to_bytes(size, "big")


def name(common: str) -> bytes:
    """A Name in the order of AMD's, of an organization that is none."""
    parts = (("2.5.4.11", "Engineering"), ("2.5.4.6", "US"), ("2.5.4.10", "Test Keys"), ("2.5.4.3", common))
    return sequence(
        *(
            tlv(0x31, sequence(oid(kind), tlv(0x0C if kind != "2.5.4.6" else 0x13, text.encode())))
            for kind, text in parts
        )
    )


def rsa_spki(key: Rsa) -> bytes:
    """The public key of an authority."""
    return sequence(
        sequence(oid("1.2.840.113549.1.1.1"), NULL), bits(sequence(integer(key.n), integer(0x10001)))
    )


def ec_spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key of a leaf."""
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, kind)


def certificate(  # noqa: PLR0917 (the fields in their order)
    subject: str,
    spki: bytes,
    issuer: str,
    signer: Rsa,
    serial: int,
    extensions: dict[str, bytes],
    years: tuple[str, str] = ("20", "45"),
) -> bytes:
    """A certificate; `extensions` are OIDs and the contents of extnValue."""
    listed = (sequence(oid(kind), tlv(0x04, value)) for kind, value in extensions.items())
    tbs = sequence(
        tlv(0xA0, integer(2)),
        integer(serial),
        PSS,
        name(issuer),
        sequence(*(tlv(0x17, f"{year}1022172436Z".encode()) for year in years)),
        name(subject),
        spki,
        *((tlv(0xA3, sequence(*listed)),) if extensions else ()),
    )
    return sequence(tbs, PSS, bits(pss(signer, tbs)))


def svns(**values: int) -> dict[str, bytes]:
    """The SVN extensions by the last number of their OIDs (`x1` is blSPL, `x8` ucodeSPL)."""
    return {f"{ARC}3.{place[1:]}": integer(svn) for place, svn in values.items()}


def leaf_extensions(struct_version: int, product: str, tcb: dict[str, bytes]) -> dict[str, bytes]:
    """What a VCEK and a VLEK both have."""
    return {f"{ARC}1": integer(struct_version), f"{ARC}2": tlv(0x16, product.encode()), **tcb}


ARK_KEY, ASK_KEY, ASVK_KEY = (rsa_key(f"evidence test {who}") for who in ("ARK", "ASK", "ASVK"))
BASIC = {"2.5.29.19": sequence(tlv(0x01, b"\xff"))}


class Authorities(NamedTuple):
    """The certificates above the leaves of one product."""

    ark: bytes
    ask: bytes
    asvk: bytes


def authorities(product: str) -> Authorities:
    """ARK, ASK and ASVK; the keys are the same for every product."""
    ark = f"ARK-{product}"
    return Authorities(
        certificate(ark, rsa_spki(ARK_KEY), ark, ARK_KEY, 0x10000, BASIC),
        certificate(f"SEV-{product}", rsa_spki(ASK_KEY), ark, ARK_KEY, 0x10001, BASIC),
        certificate(f"SEV-VLEK-{product}", rsa_spki(ASVK_KEY), ark, ARK_KEY, 0x10101, BASIC),
    )


VEK_KEY = ec_key(ec.SECP384R1(), 0x5E7)
YEARS = ("23", "30")


def vcek(product: str, extensions: dict[str, bytes], hwid: bytes) -> bytes:
    """A VCEK with serial number 0, as AMD's key server gives it."""
    listed = {**extensions, f"{ARC}4": hwid}
    return certificate("SEV-VCEK", ec_spki(VEK_KEY), f"SEV-{product}", ASK_KEY, 0, listed, YEARS)


def vlek(product: str, extensions: dict[str, bytes], provider: str) -> bytes:
    """A VLEK: of a service provider instead of a chip."""
    listed = {**extensions, f"{ARC}5": tlv(0x16, provider.encode())}
    return certificate("SEV-VLEK", ec_spki(VEK_KEY), f"SEV-VLEK-{product}", ASVK_KEY, 0, listed, YEARS)
