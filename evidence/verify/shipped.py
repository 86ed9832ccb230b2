"""The certificates that come with this library, and where each one is from: published facts of their vendors.

The DER lies in `anchors/`. Each was found byte-equal in at least two public repositories; a test computes both
digests again. An anchor holds for the types of its vendor alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from evidence.wire import x509
from evidence.wire.x509 import X509Certificate

FOLDER: Final = Path(__file__).with_name("anchors")

SNP: Final = ("amd-sev-snp",)
DCAP: Final = ("intel-sgx", "intel-tdx")
SPDM: Final = ("dmtf-spdm",)
AMD: Final = "google/go-sev-guest, confidential-containers/trustee, virtee/sev, project-oak/oak"
ASVK: Final = "google/go-sev-guest, confidential-containers/trustee"
INTEL: Final = "Phala-Network/dcap-qvl, google/go-tdx-guest, project-oak/oak"
NVIDIA: Final = (
    "NVIDIA/nvtrust, NVIDIA/attestation-sdk, google/go-nvattest-tools, confidential-containers/trustee"
)


class ShippedRow(NamedTuple):
    """One file: the SHA-256 of the certificate and of its SubjectPublicKeyInfo, the types it is for, where it was found."""

    file: str
    sha256: str
    spki_sha256: str
    types: tuple[str, ...]
    source: str


# fmt: off
ANCHORS: Final = (
    ShippedRow("ark-milan.der",          "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd", "9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9", SNP, AMD),
    ShippedRow("ark-genoa.der",          "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1", "429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831", SNP, AMD),
    ShippedRow("ark-turin.der",          "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a", "4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08", SNP, AMD),
    ShippedRow("sgx-root-ca.der",        "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3", "a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e", DCAP, INTEL),
    ShippedRow("device-identity-ca.der", "102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48", "a90c4eb5acfd3e3d03a25db6a26b84f720ad0503196c627c21ddd48dd85b06a4", SPDM, NVIDIA),
)
INTERMEDIATES: Final = (
    ShippedRow("ask-milan.der",  "67d303bd3905fd38db8b20e0793699870e7fa612eaad5dec358293fd8c0bac1b", "42491669ccb851d627ea9846cd24eccbeb7de7c2a62740120fff88001d38ebb6", SNP, AMD),
    ShippedRow("ask-genoa.der",  "5464738c1546aed5f2cecf1dc98c5c960a92e8913238a61711bc90ec6e828521", "0324d55bcd48ba877a8fd87c0e1b4934dec8448e3807a24384a34dc6a6c9ebb8", SNP, AMD),
    ShippedRow("ask-turin.der",  "5b77ef5fe7a7a004fd9032668fba9d0fda22f88c4442069a479636a6ae3b3185", "0000ead352025f208bf55297c4192c34cd1b878002107366d8f2065a9ae7d3a9", SNP, AMD),
    ShippedRow("asvk-milan.der", "c5e081f59b7efab1fe2f8b505e159704e72f29cab7ef7cf628a05a42439082f5", "66450a123ea5876206df67f2514a4fea224c0f63b18313423078b0edc4535e33", SNP, ASVK),
    ShippedRow("asvk-genoa.der", "197e610743a917d6b9bb982a5a9226ccc0a15b611be0619e626aca9151457372", "7d1633252ebbadaa75f96e9b4e6f7d43a90ceb3f843937482630f8da2459264e", SNP, ASVK),
    ShippedRow("asvk-turin.der", "104e10a8bd060a3c20a434261a57d0588fd65a88915b4f65b08bdecaf8df1a3c", "bfc441408b2f806c5dbf180bd8920e6e60dd404d82141780d85dbf962954d386", SNP, ASVK),
)
# fmt: on


def certificate(row: ShippedRow) -> X509Certificate:
    """The certificate of a row; `RuntimeError` if the file is not what the row says."""
    read = x509.read((FOLDER / row.file).read_bytes(), row.file)
    if (read.sha256.hex(), read.key.spki_sha256.hex()) != (row.sha256, row.spki_sha256):
        raise RuntimeError(f"{row.file} is not the certificate that this library ships")
    return read


@lru_cache(1)
def anchors() -> tuple[tuple[X509Certificate, tuple[str, ...]], ...]:
    """The roots, each with the types that it is for."""
    return tuple((certificate(row), row.types) for row in ANCHORS)


@lru_cache(1)
def intermediates() -> tuple[tuple[X509Certificate, tuple[str, ...]], ...]:
    """The certificates that evidence often leaves out; they help, and nobody trusts them."""
    return tuple((certificate(row), row.types) for row in INTERMEDIATES)


@lru_cache(1)
def digests() -> frozenset[bytes]:
    """The digests of all of them."""
    return frozenset(bytes.fromhex(row.sha256) for row in (*ANCHORS, *INTERMEDIATES))
