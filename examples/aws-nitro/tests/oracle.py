"""What independent readers say of public samples, written into `fixtures/real`: cbor2 the claims, cwt the signature.

    python tests/oracle.py SAMPLE...

It needs `cwt`, in an environment of its own. A sample is dstack's attestation, whose document begins at byte 4, or a document.
Nothing here imports `evidence` or `aws_nitro_evidence`.
"""

from __future__ import annotations

import io
import json
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cbor2
import cwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

REAL = Path(__file__).parents[1] / "aws_nitro_evidence" / "fixtures" / "real"
DSTACK = 4
"""Where the document begins in dstack's attestation: behind a version, a kind and a length (bytes)."""
E = "/environments/enclave"


def facts(document: bytes) -> dict[str, Any]:
    """The facts of a document whose signature is right."""
    stream = io.BytesIO(document)
    cbor2.load(stream)
    whole = document[: stream.tell()]
    leaf = x509.load_der_x509_certificate(cbor2.loads(cbor2.loads(whole)[2])["certificate"])
    pem = leaf.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = cwt.COSEKey.from_pem(pem, alg="ES384")
    claims = cbor2.loads(cwt.COSE.new().decode(cbor2.dumps(cbor2.CBORTag(18, cbor2.loads(whole))), key))
    return {
        "/evidence/size": len(whole),
        f"{E}/identifiers/module_id/text": claims["module_id"],
        f"{E}/values/timestamp/int": claims["timestamp"],
        **{
            f"{E}/measurements/pcr{number}/digests/0/digest": value.hex()
            for number, value in claims["pcrs"].items()
        },
        "/bindings/user_data/value": claims["user_data"].hex(),
        "/certificates/certificate/sha256": sha256(claims["certificate"]).hexdigest(),
        **{
            f"/certificates/{'intermediate' if index else 'root'}-{index}/sha256": sha256(one).hexdigest()
            for index, one in enumerate(claims["cabundle"])
        },
        "/signatures/document/alg": "ecdsa",
    }


def write(sample: Path) -> None:
    """Writes the facts into the entry that has the sample's digest."""
    data = sample.read_bytes()
    known = facts(data if data[:1] in (b"\x84", b"\xd2") else data[DSTACK:])
    readers = [f"cbor2 {version('cbor2')}", f"cwt {version('cwt')}"]
    for path in REAL.glob("*.json"):
        entry = json.loads(path.read_text())
        if entry["parts"]["evidence"] == sha256(data).hexdigest():
            entry |= {"facts": known, "facts_from": readers}
            path.write_text(json.dumps(entry, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write(Path(name))
