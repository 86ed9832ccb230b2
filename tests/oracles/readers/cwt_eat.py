"""python-cwt on CWTs: it verifies before it reads, so only tokens with the keys of RFC 8392, A.2 are read."""

import json
import sys
from pathlib import Path

import cbor2
from cwt import COSE, COSEKey

ROOT = "/environments/root"
X = "143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f"
Y = "60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9"
SYMMETRIC = "403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388"
TAG_61 = b"\xd8\x3d"
KID = b"AsymmetricECDSA256"
KEYS = [
    COSEKey.new({1: 2, 2: KID, 3: -7, -1: 1, -2: bytes.fromhex(X), -3: bytes.fromhex(Y)}),
    COSEKey.new({1: 4, 2: b"Symmetric256", 3: 4, -1: bytes.fromhex(SYMMETRIC)}),
]


def facts(data: bytes) -> dict[str, object] | None:
    """Of the payload of a verified message; its dates have long passed, so it is not asked as a CWT."""
    for key in KEYS:
        try:
            claims = cbor2.loads(COSE.new().decode(data.removeprefix(TAG_61), key))
        except Exception:  # noqa: BLE001, S112 (whatever it raises, it refuses the token)
            continue
        return claimed(claims) or None
    return None


def claimed(claims: dict[int, object]) -> dict[str, object]:
    values: dict[str, object] = {}
    for label, name in ((1, "iss"), (2, "sub"), (3, "aud")):
        if isinstance(claims.get(label), str):
            values[f"{ROOT}/values/{name}/text"] = claims[label]
    for label, name in ((4, "exp"), (5, "nbf"), (6, "iat")):
        if isinstance(claims.get(label), int):
            values[f"{ROOT}/values/{name}/int"] = claims[label]
    cti = claims.get(7)
    if isinstance(cti, bytes):
        values[f"{ROOT}/identifiers/cti/value"] = cti.hex()
    return values


for name in sys.argv[1:]:
    print(json.dumps(facts(Path(name).read_bytes())))
