"""TDX quotes to claims JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from benchmarks.common import Peer, Row, Side, committed, corpus, to_claims_json
from tests.generate import dcap
from tests.generate.dcap import PROCESSOR_PARTS, certified, leaf, tlv
from tests.generate.intel_tdx import EDK2, v4

OURS = Side("evidence", to_claims_json)
DCAP_QVL = Peer("dcap-qvl", "dcap-qvl==0.7.0", "dcap_qvl_quote.py")


def rows() -> Iterator[Row]:
    plain = committed("intel-tdx", "v4-ppid-*.bin", "v5-td1*.bin")
    whole = corpus(
        "tdx/*quote_v5_sample.dat", "tdx/trustee_tdx_quote_*.dat", "tdx/phala_tdx_quote"
    ) or committed("intel-tdx", "v4-chain.bin")
    yield Row("TDX quote to claims JSON, without certificates", OURS, DCAP_QVL, plain, at_most=2.5)
    yield Row("TDX quote to claims JSON, with its PCK chain", OURS, DCAP_QVL, whole)


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
