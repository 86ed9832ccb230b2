"""Every row of the corpus of EAT, CWT, CMW, JOSE, COSE and CoVE, against what its list says of it.

The codes are those of the `real/` entries (tests/oracles), written from the MANIFEST; here are the facts that
entries cannot state: signatures that verify over what they are said to cover, and digests.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence import Failure
from evidence.registry import Signed
from evidence.wire import cose, jose
from tests.conftest import CORPUS
from tests.oracles import eat, riscv_cove
from tests.oracles.common import manifest

EAT = CORPUS / "eat" if CORPUS else Path()


def rows() -> list[str]:
    """The files that are samples."""
    result = [row["file"] for row in manifest(EAT)] if (EAT / "MANIFEST.tsv").is_file() else []
    return [file for file in result if not file.endswith((".diag", ".jwk.json"))]


@pytest.mark.parametrize(
    "file", [row for row in rows() if not any(fnmatchcase(row, aid) for aid in eat.AIDS)]
)
def test_what_becomes_of_a_sample(file: str) -> None:
    pieces = evidence.parse_all((EAT / file).read_bytes())
    for at, code in eat.expected(file).items():
        (piece,) = (piece for piece in pieces if at in {None, piece.at})
        if isinstance(piece, Failure):
            assert piece.error.code == code
        else:
            assert (piece.type.name, code) == ("eat", None)


@pytest.mark.parametrize(
    "file", [row for row in rows() if row.startswith("cove/") and row not in riscv_cove.KEYS]
)
def test_what_becomes_of_a_cove_sample(file: str) -> None:
    (part,) = evidence.parse_all((EAT / file).read_bytes())
    code = part.error.code if isinstance(part, Failure) else None
    assert code == riscv_cove.REFUSED.get(Path(file).name)
    assert isinstance(part, Failure) or part.type.name == "riscv-cove"


def verifies(signed: Signed, key: bytes, data: bytes) -> bool:
    """Whether an Ed25519 signature is of the bytes that it is said to be of."""
    message = signed.message or b"".join(data[start:end] for start, end in signed.covers)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed.value, message)
    except InvalidSignature:
        return False
    return True


CHAINS = {
    # file, key of the root of trust: which of platform, tsm and tvm verify
    "spec-uccs-untagged.cbor": ("spec-rot-pub.bin", (True, True, True)),
    "spec-uccs-601.cbor": ("spec-rot-pub.bin", (True, True, True)),
    "spec-uccs-min.cbor": ("spec-rot-pub.bin", (True, True, True)),
    "spec-uccs-eat-conformant-bstr.cbor": ("spec-rot-pub.bin", (True, True, True)),
    "spec-cert-cbor.cbor": ("spec-rot-pub.bin", (True, True, True, True)),
    "spec-cert-x509.der": ("spec-rot-pub.bin", (True, True, True, True)),
    "neg-tvm-wrong-key.cbor": ("spec-rot-pub.bin", (True, True, False)),
    "shadowfax-negative-tvm-selfsigned.cbor": ("shadowfax-uds-pub.bin", (True, True, False)),
    "shadowfax-platform-token.cbor": ("shadowfax-uds-pub.bin", (True,)),
}


@pytest.mark.parametrize("file", [name for name in CHAINS if f"cove/{name}" in rows()])
def test_the_chain_of_a_cove_sample(file: str) -> None:
    root, wanted = CHAINS[file]
    evidence_piece = evidence.load(EAT / "cove" / file)
    anchors = {"root-of-trust": (EAT / "cove" / root).read_bytes()}
    outcome = [
        verifies(signed, signed.key or anchors[signed.by], evidence_piece.data)
        for signed in evidence_piece.signed()
    ]
    assert tuple(outcome) == wanted


def test_a_dice_hand_off_shows_nothing_of_its_secret() -> None:
    secret = bytes(range(0x40, 0x60))
    token = bytes.fromhex("8440a04040")
    data = len(secret).to_bytes(4, "little") + secret + len(token).to_bytes(4, "little") + token
    for source in (data, data.hex().encode(), data[:-1]):
        for kind in (None, "riscv-cove", "eat", "arm-cca", "amd-sev-snp"):
            (part,) = evidence.parse_all(source, type=kind)
            assert isinstance(part, Failure)
            text = json.dumps(part.error.as_dict())
            assert part.error.code == "not-evidence"
            assert not any(secret[start : start + 3].hex() in text for start in range(30))


VECTORS = [row for row in rows() if row.startswith("cose/") and row.endswith(".cbor")]
BROKEN = ("sign1-tests__sign-fail-01", "CWT__A_5", "CWT__A_6")
"""A wrong tag, and encrypted ones: no COSE_Sign1 or COSE_Mac0."""


@pytest.mark.parametrize("file", [row for row in VECTORS if Path(row).stem not in BROKEN])
def test_the_to_be_signed_of_a_cose_vector(file: str) -> None:
    vector = json.loads((EAT / file).with_suffix(".json").read_text())
    message = cose.read((EAT / file).read_bytes(), "vector")
    source = vector["input"].get("sign0") or vector["input"].get("mac0") or {}
    external = bytes.fromhex(source.get("external", ""))
    wanted = vector["intermediates"].get("ToBeSign_hex") or vector["intermediates"].get("ToMac_hex")
    same = message.message(external) == bytes.fromhex(wanted)
    assert same != bool(vector.get("fail"))


JOSE = {
    "rfc7515-A1": "hmac-256-256",
    "rfc7515-A2": "rsassa",
    "rfc7515-A3": "ecdsa-p256",
    "rfc7515-A4": "ecdsa-p521",
}


@pytest.mark.parametrize("name", [name for name in JOSE if f"jose/{name}.jwt" in rows()])
def test_a_vector_of_rfc_7515(name: str) -> None:
    data = (EAT / "jose" / f"{name}.jwt").read_bytes()
    message = jose.read(data, "vector")
    assert message.algorithm.name == JOSE[name]
    assert data[slice(*message.covers[0])].count(b".") == 1
    if name == "rfc7515-A3":
        key = ec.EllipticCurvePublicNumbers(*RFC_7515_A3, ec.SECP256R1()).public_key()
        r, s = message.signature[:32], message.signature[32:]
        value = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        key.verify(value, data[slice(*message.covers[0])], ec.ECDSA(hashes.SHA256()))
    if name != "rfc7515-A4":  # its payload is a word
        values = evidence.parse(data, type="eat").claims.environment("root").values
        assert {"iss": "joe"}.items() <= {value.name: value.text for value in values}.items()


RFC_7515_A3 = (
    int("7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445", 16),
    int("c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad", 16),
)
