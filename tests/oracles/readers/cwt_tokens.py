"""python-cwt on signed CWTs: whether the key beside each verifies it, and refuses it with one bit changed."""

import json
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cwt import COSE, COSEKey

CWT = b"\xd8\x3d"


def verifies(token: bytes, pem: bytes) -> bool:
    spki = load_pem_public_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = COSEKey.from_pem(pem, kid=sha256(spki).digest())
    try:
        COSE.new().decode(token, key)
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the token)
        return False
    return True


for name in sys.argv[1:]:
    file = Path(name)
    token, pem = file.read_bytes(), file.with_suffix(".pem").read_bytes()
    assert token[:2] == CWT
    changed = token[:-1] + bytes([token[-1] ^ 1])
    print(json.dumps([file.name, verifies(token[2:], pem) and not verifies(changed[2:], pem)]))
