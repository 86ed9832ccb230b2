"""How evidence is read by those who are fooled: fixed offsets, numbers of JSON, defaults for what is absent.

Nothing here imports the library: these are the readings that it is held against.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def u16(data: bytes, at: int) -> int:
    """A little-endian integer of 2 bytes."""
    return int.from_bytes(data[at : at + 2], "little")


def u32(data: bytes, at: int) -> int:
    """A little-endian integer of 4 bytes."""
    return int.from_bytes(data[at : at + 4], "little")


def u64(data: bytes, at: int) -> int:
    """A little-endian integer of 8 bytes."""
    return int.from_bytes(data[at : at + 8], "little")


def through_json(number: int) -> int:
    """A number after a reader of JSON to which every number is a float: jq, JavaScript, Go's `any`."""
    return int(json.loads(json.dumps(number), parse_int=float))


def base64_of_any_kind(text: str) -> bytes:
    """Lenient base64: both alphabets, padded or not, white space, whatever the last bits are."""
    letters = "".join(text.split()).translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    return base64.b64decode(letters + "=" * (-len(letters) % 4))


def filled(data: bytes, at: int, size: int) -> bytes:
    """A field of a structure that is filled up with zeros where the input ends, as a message's defaults are."""
    return data.ljust(at + size, b"\0")[at : at + size]


def cca(token: bytes) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The claims of the realm and of the platform in a CCA token with tag 399."""
    parts = cbor2.loads(token).value
    realm, platform = (cbor2.loads(cbor2.loads(parts[label]).value[2]) for label in (44241, 44234))
    return realm, platform


def is_signed_by_its_own_key(quote: bytes) -> bool:
    """Whether the signature of a TDX quote of version 4 is one by the attestation key inside of it."""
    r, s, x, y = (int.from_bytes(quote[at : at + 32], "big") for at in (636, 668, 700, 732))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    return verifies(key, hashes.SHA256(), r, s, quote[:632])


def verifies(
    key: ec.EllipticCurvePublicKey, hash_: hashes.HashAlgorithm, r: int, s: int, message: bytes
) -> bool:
    """Whether r and s are a signature of the message."""
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hash_))
    except InvalidSignature:
        return False
    return True


def cove(token: bytes, part: str) -> dict[Any, Any]:
    """The claims of a part of a CoVE token: `platform`, `tsm` or `tvm`."""
    whole = cbor2.loads(token)
    payload = cbor2.loads(getattr(whole, "value", whole)[266][part].value[2])
    claims: dict[Any, Any] = getattr(payload, "value", payload)
    return claims


def milan(svns: bytes) -> dict[str, int]:
    """The parts of a TCB by the layout of Milan."""
    return {"bootloader": svns[0], "tee": svns[1], "snp": svns[6], "microcode": svns[7]}


def blocks(record: bytes) -> list[tuple[int, int, bytes]]:
    """Index, type (without the bit of its form) and value of each block of a record of SPDM measurements."""
    entries, at = [], 0
    while at < len(record):
        size = u16(record, at + 2)
        entries.append((record[at], record[at + 4] & 0x7F, record[at + 7 : at + 4 + size]))
        at += 4 + size
    return entries
