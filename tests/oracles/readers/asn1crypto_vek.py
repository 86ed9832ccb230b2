"""asn1crypto on AMD's certificates: in DER, in PEM, or in a certificate table, whose entries are read here by hand."""

import json
import sys
from pathlib import Path

from asn1crypto import core, pem, x509

V = "/environments/vek"
ARC = "1.3.6.1.4.1.3704.1."
SVNS = {
    "0": {"bootloader": "3.1", "tee": "3.2", "snp": "3.3", "microcode": "3.8"},
    "1": {"fmc": "3.9", "bootloader": "3.1", "tee": "3.2", "snp": "3.3", "microcode": "3.8"},
}


def blobs(data: bytes) -> list[bytes]:
    """DER certificates, whatever they lie in."""
    if pem.detect(data[:64]):
        return [der for _, _, der in pem.unarmor(data, multiple=True)]
    if data[:2] == b"\x30\x82":
        return [data]
    entries, at = [], 0
    while any(data[at : at + 24]):
        start = int.from_bytes(data[at + 16 : at + 20], "little")
        entries += blobs(data[start : start + int.from_bytes(data[at + 20 : at + 24], "little")])
        at += 24
    return entries


def name_of(certificate: x509.Certificate) -> str | None:
    common = str(certificate.subject.native["common_name"])
    leaf = {"SEV-VCEK": "vcek", "SEV-VLEK": "vlek"}.get(common)
    if leaf:
        return leaf
    starts = (("ARK-", "ark"), ("SEV-VLEK-", "asvk"), ("SEV-", "ask"))
    return next((name for start, name in starts if common.startswith(start)), None)


def facts(data: bytes) -> dict[str, object]:
    values: dict[str, object] = {}
    for der in blobs(data):
        certificate = x509.Certificate.load(der, strict=True)
        name = name_of(certificate)
        entry = f"/certificates/{name}"
        values[f"{entry}/sha256"] = certificate.sha256.hex()
        values[f"{entry}/spki_sha256"] = digest(certificate.public_key.dump())
        values[f"{entry}/serial"] = certificate["tbs_certificate"]["serial_number"].contents.hex()
        values[f"{entry}/not_before"] = certificate.not_valid_before.strftime("%Y-%m-%dT%H:%M:%SZ")
        values[f"{entry}/not_after"] = certificate.not_valid_after.strftime("%Y-%m-%dT%H:%M:%SZ")
        if name in ("vcek", "vlek"):
            values |= leaf(certificate, name)
    return values


def digest(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def leaf(certificate: x509.Certificate, name: str) -> dict[str, object]:
    extensions = {
        item["extn_id"].dotted.removeprefix(ARC): item["extn_value"].contents
        for item in certificate["tbs_certificate"]["extensions"]
    }
    version = core.Integer.load(extensions["1"]).native
    values: dict[str, object] = {
        f"{V}/label": name,
        f"{V}/values/struct_version/int": version,
        f"{V}/identifiers/product/text": core.IA5String.load(extensions["2"]).native,
    }
    for component, oid in SVNS[str(version)].items():
        svn = core.Integer.load(extensions[oid]).native
        values[f"{V}/tcb/certified_tcb/components/{component}/svn"] = svn
    if "4" in extensions:
        hwid = extensions["4"]
        hwid = hwid if len(hwid) in (64, 8) else core.OctetString.load(hwid).native
        values[f"{V}/identifiers/hwid/value"] = hwid.hex()
    if "5" in extensions:
        values[f"{V}/identifiers/csp_id/text"] = core.IA5String.load(extensions["5"]).native
    return values


for path in sys.argv[1:]:
    print(json.dumps(facts(Path(path).read_bytes())))
