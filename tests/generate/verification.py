"""What verification must say of fixtures: keys and authorities of our own, and the outcome of every check.

The bytes are those of the other generators, with their keys. What must come out is written here by hand, from the
steps that the specifications of each type give.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.generate import amd_chain, arm, arm_cca, arm_psa, dcap, dice, eat, riscv_cove, spdm, tpm2_quote
from tests.generate.common import FIXTURES, ec_key, target

AT = "2026-11-01T00:00:00Z"
LATE = "2046-01-01T00:00:00Z"
"""Behind the end of every certificate here."""
CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


class Checked(NamedTuple):
    """One file: the fixture that it is about, what is given, what comes out."""

    name: str
    origin_of: str
    what: str
    why: str
    checks: dict[str, str]
    arguments: dict[str, Any]
    edits: tuple[dict[str, Any], ...] = ()
    at: str = AT


def b64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def jwk(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> dict[str, str]:
    """The public half (RFC 7518, 6.2.1; RFC 8037)."""
    if isinstance(key, Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(key.public_key().public_bytes_raw())}
    x, y = arm.point(key)
    return {"kty": "EC", "crv": CURVES[key.curve.name], "x": b64(x), "y": b64(y)}


def rsa_jwk(key: amd_chain.Rsa) -> dict[str, str]:
    return {"kty": "RSA", "n": b64(key.n.to_bytes(256, "big")), "e": "AQAB"}


def secret(value: bytes) -> dict[str, str]:
    return {"kty": "oct", "k": b64(value)}


def authority(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    """A certificate that may sign others, or may not, as the caller adds extensions."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(sum(subject.encode()))
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2044, 1, 1, tzinfo=UTC))
    )


def signed(builder: x509.CertificateBuilder, by: ec.EllipticCurvePrivateKey, *, ca: bool) -> bytes:
    whole = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return whole.sign(by, hashes.SHA384(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


DEVICE_CA = ec_key(ec.SECP384R1(), 0x59D5)
DEVICE_ROOT = signed(authority("Device CA", DEVICE_CA, "Device CA", DEVICE_CA), DEVICE_CA, ca=True)
DEVICE_LEAF = signed(authority("Device", spdm.KEY, "Device CA", DEVICE_CA), DEVICE_CA, ca=False)

PASSED = "passed"
SNP = {
    "signature:report": PASSED,
    "chain:vek": PASSED,
    "binding:signing_key-certified": PASSED,
    "binding:reported_tcb-certified": PASSED,
    "binding:chip_id-certified": PASSED,
    "binding:product-certified": PASSED,
}
ARK = {"anchors": [amd_chain.authorities("Milan").ark.hex()]}
QUOTE = {
    "signature:quote": PASSED,
    "signature:qe-report": PASSED,
    "binding:qe_report_data-binding": PASSED,
    "chain:pck": PASSED,
}
SGX_ROOT = {"anchors": [dcap.der(dcap.ROOT_CERTIFICATE).hex()]}
CCA = {"signature:realm": PASSED, "signature:platform": PASSED, "binding:realm-key-binding": PASSED}
CPAK = {"keys": {"cpak": jwk(arm_cca.CPAK)}}
COVE = {"signature:platform": PASSED, "signature:tsm": PASSED, "signature:tvm": PASSED}
ROT = {"keys": {"root-of-trust": jwk(riscv_cove.ROT)}}
LAYERS = {f"signature:dice-{number}": PASSED for number in range(3)} | {
    f"binding:dice-{name}-binding": PASSED
    for name in ("0/configuration", "1/configuration", "1/issuer", "2/configuration", "2/issuer")
}
ODD_LAYERS = {
    "signature:dice-0": PASSED,
    "signature:dice-1": "bad-signature",
    "signature:dice-2": "bad-signature",
    "signature:dice-3": "no-algorithm",
    "signature:dice-4": "unsupported-algorithm",
    "signature:dice-5": "refused-algorithm",
    **{f"binding:dice-{number}/configuration-binding": PASSED for number in (0, 2, 3, 4, 5)},
    **{f"binding:dice-{number}/issuer-binding": PASSED for number in (2, 3, 4, 5)},
    **dict.fromkeys(("binding:dice-1/configuration-binding", "binding:dice-1/issuer-binding"), "differs"),
}
DEVICE = {"signature:measurements": PASSED, "chain:certificate": PASSED}
DEVICE_CHAIN = {"anchors": [DEVICE_ROOT.hex()], "certificates": [DEVICE_LEAF.hex(), DEVICE_ROOT.hex()]}
TOKEN = {"signature:token": PASSED}
WHOLE, NAMELESS = "submods/spdm:ACME:WHOLE:1", "submods/~1sys~1devices~10"
DEVICES = {
    f"signature:{WHOLE}/measurements-0": PASSED,
    f"signature:{WHOLE}/challenge-0": PASSED,
    f"chain:{WHOLE}/slot-0": PASSED,
    f"signature:{NAMELESS}/challenge-0": "no-key",
    f"chain:{NAMELESS}/slot-0": "no-key",
    **{
        f"binding:{WHOLE}/{kind}-0/{part}_nonce-binding": PASSED
        for kind in ("measurements", "challenge")
        for part in ("requester", "responder")
    },
    f"binding:{NAMELESS}/challenge-0/requester_nonce-binding": PASSED,
    f"binding:{NAMELESS}/challenge-0/responder_nonce-binding": "differs",
}
QUOTED = {
    "signature:quote": PASSED,
    "binding:pcr-digest-binding": PASSED,
    "binding:qualified_signer-binding": PASSED,
}
OTHER = ec_key(ec.SECP256R1(), 0xBAD)
NOBODY = "Whoever can make such a key can make such a token"

MADE: dict[str, list[Checked]] = {
    "amd-sev-snp": [
        Checked("table", "v3-table", "A report, its VCEK, its ASK, and the ARK that is trusted", "The whole of it", SNP, ARK),
        Checked("vlek", "v3-vlek", "A report that a VLEK signed", "Another key, another issuer", {id: word for id, word in SNP.items() if id != "binding:chip_id-certified"}, ARK),
        Checked("nobody-trusted", "v3-table", "The ARK came with the report, and nobody trusts it", "A certificate that helps is no anchor", {**SNP, "chain:vek": "untrusted-root"}, {}),
        Checked("expired", "v3-table", "Judged after the end of every certificate", "Time is an argument", {**SNP, "chain:vek": "expired"}, ARK, (), LATE),
        Checked("changed", "v3-table", "One bit of the measurement", "It is signed", {**SNP, "signature:report": "bad-signature"}, ARK, ({"set": 0x90, "hex": "ff"},)),
    ],
    "intel-tdx": [
        Checked("chain", "v4-chain", "A quote with its chain, whose root is trusted", "The whole of it", QUOTE, SGX_ROOT),
        Checked("changed", "v4-chain", "One byte of MRTD", "It is signed", {**QUOTE, "signature:quote": "bad-signature"}, SGX_ROOT, ({"set": 48 + 136, "hex": "ff"},)),
        Checked("unbound", "v4-unbound-key", "A QE report that is about another key", "The quote's key is anybody's", {**QUOTE, "signature:qe-report": "no-key", "binding:qe_report_data-binding": "differs", "chain:pck": "no-key"}, SGX_ROOT),
    ],
    "intel-sgx": [
        Checked("chain", "v3-chain", "A quote with its chain, whose root is trusted", "The whole of it", QUOTE, SGX_ROOT),
        Checked("changed", "v3-chain", "One byte of MRENCLAVE", "It is signed", {**QUOTE, "signature:quote": "bad-signature"}, SGX_ROOT, ({"set": 48 + 64, "hex": "ff"},)),
    ],
    "arm-cca": [
        Checked("token", "2024-907", "A token whose platform's key the caller has", "The whole of it", CCA, CPAK),
        Checked("no-key", "2024-907", "Nobody has the platform's key", "The realm's own signature proves nothing", {**CCA, "signature:platform": "no-key"}, {}),
        Checked("other-key", "2024-907", "Another key for the platform", NOBODY, {**CCA, "signature:platform": "bad-signature"}, {"keys": {"cpak": jwk(arm_cca.RAK)}}),
    ],
    "arm-psa": [
        Checked("sign1", "rfc9783-sign1", "A signed token, by a key of the caller", "The whole of it", TOKEN, {"keys": {"iak": jwk(arm_psa.KEY)}}),
        Checked("mac0", "rfc9783-mac0", "A token with a MAC, by a secret of the caller", "The same for who shares the secret", TOKEN, {"keys": {"iak": secret(arm.filled(1, 32))}}),
        Checked("other-key", "rfc9783-sign1", "Another key", NOBODY, {"signature:token": "bad-signature"}, {"keys": {"iak": jwk(OTHER)}}),
        Checked("mac-by-key", "rfc9783-mac0", "A public key for a MAC", "Everybody has it", {"signature:token": "refused-key"}, {"keys": {"iak": jwk(arm_psa.KEY)}}),
        Checked("no-algorithm", "iot-1-no-algorithm", "No algorithm in the protected header", "Never a guess", {"signature:token": "no-algorithm"}, {"keys": {"iak": jwk(arm_psa.KEY)}}),
    ],
    "riscv-cove": [
        Checked("uccs", "uccs", "Three tokens, by a root of trust of the caller", "The whole of it", COVE, ROT),
        Checked("certificate", "x509-certificate", "The same in a certificate by the TSM", "One signature more", {**COVE, "signature:certificate": PASSED}, ROT),
        Checked("no-key", "uccs", "Nobody has the root of trust's key", "The keys of the others came with them", {**COVE, "signature:platform": "no-key"}, {}),
    ],
    "dice": [
        Checked("chain", "android", "A chain whose device's key the caller has", "The whole of it", LAYERS, {"keys": {"uds": jwk(dice.UDS)}}),
        Checked("one", "one", "One certificate by the key of its issuer", "The caller has it", {"signature:dice-0": PASSED, "binding:dice-0/configuration-binding": PASSED}, {"keys": {"issuer": jwk(dice.UDS)}}),
        Checked("no-key", "android", "Nobody has the device's key", "It came with its chain, and nothing vouches for it", {**LAYERS, "signature:dice-0": "no-key"}, {}),
        Checked("odd", "odd", "Layers that other keys signed, and a configuration of another hash", "Names and signatures do not follow", ODD_LAYERS, {"keys": {"uds": jwk(dice.UDS)}}),
    ],
    "dmtf-spdm": [
        Checked("chain", "v12-several-pairs", "Signed measurements, and the chain of the slot beside them", "The whole of it", DEVICE, DEVICE_CHAIN),
        Checked("key", "v11-exchange-options", "A key of the caller in the place of a chain", "A device's key may be known", {"signature:measurements": PASSED}, {"keys": {"slot-0": jwk(spdm.KEY)}}),
        Checked("no-chain", "v12-several-pairs", "No chain", "Nobody says whose key it is", {"signature:measurements": "no-key", "chain:certificate": "no-key"}, {}),
        Checked("nobody-trusted", "v12-several-pairs", "A chain whose root nobody trusts", "The hash of a root is no trust", {**DEVICE, "chain:certificate": "untrusted-root"}, {"certificates": [DEVICE_LEAF.hex(), DEVICE_ROOT.hex()]}),
    ],
    "tpm2-quote": [
        Checked("rsassa", "rsassa", "A quote by a key of the caller", "The whole of it", QUOTED, {"keys": {"ak": rsa_jwk(tpm2_quote.RSA_KEY)}}),
        Checked("azure", "azure", "A bare number of RSA by a key of the caller", "The form of Azure's", QUOTED, {"keys": {"ak": rsa_jwk(tpm2_quote.RSA_KEY)}}),
        Checked("rsapss", "rsapss", "RSASSA-PSS with SHA-384", "The salt has the size of the digest", QUOTED, {"keys": {"ak": rsa_jwk(tpm2_quote.RSA_KEY)}}),
        Checked("nonce", "rsassa", "The nonce that the caller chose", "It is in the quote, and signed", {**QUOTED, "binding:nonce-binding": PASSED}, {"keys": {"ak": rsa_jwk(tpm2_quote.RSA_KEY)}, "nonce": tpm2_quote.NONCE.hex()}),
        Checked("key-beside", "rsassa", "The key lies beside the quote, and nobody vouches for it", "Whoever can make a key can make a quote", {**QUOTED, "chain:ak": "no-key"}, {}),
        Checked("other-key", "rsassa", "Another key", "The quote is somebody else's", {**QUOTED, "signature:quote": "bad-signature"}, {"keys": {"ak": rsa_jwk(tpm2_quote.OTHER_KEY)}}),
        Checked("changed", "rsassa", "One bit of the nonce", "It is signed", {**QUOTED, "signature:quote": "bad-signature"}, {"keys": {"ak": rsa_jwk(tpm2_quote.RSA_KEY)}}, ({"set": 44, "hex": "ff"},)),
        Checked("unsigned", "bare", "No signature beside the quote", "Nobody signed it", {"signature:quote": "unsigned"}, {}),
    ],
    "eat": [
        Checked("cwt", "cwt", "A CWT by a key of the caller", "The whole of it", TOKEN, {"keys": {"attester": jwk(eat.P256)}}),
        Checked("devices", "devices", "Devices whose own signatures lead to an anchor, and one without a chain", "A device vouches for its transcript", {**DEVICES, "signature:token": "unsigned"}, {"anchors": [eat.DEVICE_ROOT.hex()]}),
        Checked("devices-signed", "devices-signed", "The token's key, and nobody who vouches for the devices", "Whoever signs a token is no authority of devices", {**DEVICES, **TOKEN, f"chain:{WHOLE}/slot-0": "untrusted-root"}, {"keys": {"attester": jwk(eat.P256)}}),
        Checked("jwt", "jwt", "A JWT by a key of the caller", "The same in JSON", TOKEN, {"keys": {"attester": jwk(eat.P256)}}),
        Checked("other-key", "cwt", "Another key", NOBODY, {"signature:token": "bad-signature"}, {"keys": {"attester": jwk(OTHER)}}),
        Checked("other-curve", "cwt", "A key of another curve", "ES256 goes with P-256", {"signature:token": "refused-key"}, {"keys": {"attester": jwk(eat.P384)}}),
        Checked("nonce", "cwt", "The nonce that the caller chose", "It is in the token, and signed", {**TOKEN, "binding:nonce-binding": PASSED}, {"keys": {"attester": jwk(eat.P256)}, "nonce": eat.NONCE.hex()}),
        Checked("nonce-cut", "cwt", "The first bytes of the nonce", "A nonce is compared whole", {**TOKEN, "binding:nonce-binding": "differs"}, {"keys": {"attester": jwk(eat.P256)}, "nonce": eat.NONCE[:-1].hex()}),
    ],
}  # fmt: skip


def main(root: Path | None) -> None:
    for kind, made in MADE.items():
        folder = (root or FIXTURES) / kind / "verify"
        folder.mkdir(parents=True, exist_ok=True)
        for one in made:
            document = {
                "what": one.what,
                "why": one.why,
                "origin_of": one.origin_of,
                **({"edits": one.edits} if one.edits else {}),
                "at": one.at,
                **one.arguments,
                "verified": set(one.checks.values()) == {PASSED},
                "checks": one.checks,
            }
            (folder / f"{one.name}.json").write_text(
                json.dumps(document, indent=2, ensure_ascii=False) + "\n"
            )


if __name__ == "__main__":
    main(target())
