"""TDX quotes to claims JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from benchmarks.common import (
    VARIANTS,
    Peer,
    Row,
    Side,
    Thunk,
    committed,
    corpus,
    distinct,
    fleet,
    in_turn,
    to_claims_json,
)
from evidence import parse
from tests.generate import dcap
from tests.generate.dcap import PROCESSOR_PARTS, certified, leaf, tlv
from tests.generate.intel_tdx import EDK2, v4

OURS = Side("evidence", to_claims_json)
DCAP_QVL = Peer("dcap-qvl", "dcap-qvl==0.7.0", "dcap_qvl_quote.py")
FASTEST = DCAP_QVL._replace(script="dcap_qvl_fastest.py")
WITH_FMSPC = DCAP_QVL._replace(script="dcap_qvl_fmspc.py")
BOUND = ("signature_data.attestation_key", "signature_data.qe_report.report_data")
"""What the quoting enclave's report binds stays as it is: the binding of a real quote matches."""
NEW = ("body.reportdata", "body.rtmr2", "body.rtmr3")
"""What differs between the TDs of one image on one platform."""
PATH = "TDX quote to claims JSON"


def new_leaf(path: Path) -> Thunk:
    """Our side where every quote has a PCK leaf of its own: another serial number, and another PPID."""
    data = path.read_bytes()
    certificates = parse(data).native.signature_data.certification.chain
    leaf, armour = certificates.leaf, data[certificates.leaf.start : certificates.leaf.end]
    serial = leaf.der.index(leaf.serial) + len(leaf.serial)
    ppid = leaf.der.index(certificates.extensions.ppid) + len(certificates.extensions.ppid)
    variants = []
    for number in range(VARIANTS):
        changed = bytearray(leaf.der)
        for place, end in enumerate((serial, ppid)):
            changed[end - 8 : end] = (number * 2 + place).to_bytes(8, "big")
        variants.append(data.replace(armour, rearmoured(armour, leaf.der, bytes(changed))))
    return in_turn(variants)


def rearmoured(armour: bytes, content: bytes, changed: bytes) -> bytes:
    """A PEM block that holds `changed` in the place of `content`, with lines of the same length."""
    text, new = iter(b64encode(content)), iter(b64encode(changed))
    start, end = armour.index(b"\n"), armour.rindex(b"\n-")
    lines = bytes(byte if byte in b"\r\n" else next(new) for byte in armour[start:end])
    if not all(byte in b"\r\n" or byte == next(text) for byte in armour[start:end]):
        raise ValueError("not the PEM of this certificate")
    return armour[:start] + lines + armour[end:]


def rows() -> Iterator[Row]:
    plain = committed("intel-tdx", "v4-ppid-*.bin", "v5-td1*.bin")
    whole = corpus(
        "tdx/*quote_v5_sample.dat", "tdx/trustee_tdx_quote_*.dat", "tdx/phala_tdx_quote"
    ) or committed("intel-tdx", "v4-chain.bin")
    other = Side("evidence", distinct(*BOUND))
    bare = f"{PATH}, without certificates"
    yield Row(bare, OURS, DCAP_QVL, plain)
    yield Row(f"{bare}, all distinct", other, DCAP_QVL, plain, at_most=5)
    yield Row(f"{bare}, all distinct", other, FASTEST, plain)
    yield Row(f"{PATH}, with its PCK chain, a fleet", Side("evidence", fleet(*NEW)), WITH_FMSPC, whole)
    yield Row(f"{PATH}, every PCK leaf new", Side("evidence", new_leaf), WITH_FMSPC, whole, at_most=2)
    yield Row(f"{PATH}, every PCK leaf new", Side("evidence", new_leaf), DCAP_QVL, whole)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Chains of many certificates, of no certificate, and a log in the place of a chain."""
    yield "quote with 16 certificates", v4(certified(5, dcap.pem(dcap.LEAF) * 16))
    yield "quote with 70 certificates", v4(certified(5, dcap.der(dcap.LEAF) * 70))
    yield "quote with armour alone", v4(certified(5, b"-----BEGIN CERTIFICATE-----\n" * 2200))
    parts = [*PROCESSOR_PARTS, *[tlv(0x30, b"\x06\x01\x2a\5\0")] * 8000]
    yield "quote with 8,000 parts in an extension", v4(certified(5, dcap.der(leaf(parts))))
    yield "quote with 6,000 extensions", v4(certified(5, dcap.der(_extended(6000))))
    yield "quote with a log for a chain", v4(certified(5, EDK2 * 100))


def _extended(count: int) -> x509.Certificate:
    """A certificate with `count` extensions that nobody knows."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(dcap.name("leaf"))
        .issuer_name(dcap.name("authority"))
        .public_key(dcap.PCK.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2045, 1, 1, tzinfo=UTC))
    )
    extensions = [x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.{n}"), b"") for n in range(count)]
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(dcap.CA, hashes.SHA256())
