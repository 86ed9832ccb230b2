"""Every CCA and PSA sample of the corpus against its list, and every realm's signature against its own key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.errors import EvidenceError
from evidence.registry import Signed
from evidence.types._psa.token import ArmToken
from tests.conftest import CORPUS
from tests.oracles import arm_cca, arm_psa
from tests.oracles.common import Sample

FOLDER = CORPUS / "cca" if CORPUS else None


def of(kind: str) -> Iterator[Any]:
    """The samples of a type; none where there is no corpus."""
    module = {"arm-cca": arm_cca, "arm-psa": arm_psa}[kind]
    for sample in module.samples(FOLDER) if FOLDER else ():
        yield pytest.param(kind, sample, id=sample.name)


def read(kind: str, sample: Sample) -> evidence.Evidence:
    return evidence.parse(sample.path.read_bytes(), type=kind if sample.extra.get("force") else None)


@pytest.mark.parametrize(("kind", "sample"), [*of("arm-cca"), *of("arm-psa")])
def test_sample(kind: str, sample: Sample) -> None:
    negative = "NEG" in sample.row["what"]
    if "code" in sample.extra:
        synthetic = sample.row["format"] == arm_psa.SYNTHETIC
        assert negative or synthetic or sample.name == "mut-indefinite-outer"
        with pytest.raises(EvidenceError) as caught:
            read(kind, sample)
        assert caught.value.code == sample.extra["code"]
        return
    assert not negative or sample.name in arm_cca.READABLE
    result = read(kind, sample)
    assert result.type.name == kind
    words, claims = sample.row["expected"], result.claims
    by_name = {signature.name: signature for signature in claims.signatures}
    algs = {"-35": "ecdsa", "-7": "ecdsa", "-36": "ecdsa", "5": "hmac-256-256", "None": None}
    if text := re.match(
        r"platform (\S+) alg (\S+) wrap \S+ sw (\d+); realm (\S+) alg (\S+) claims (\S+);", words
    ):
        profile, alg, software, realm_profile, realm_alg, labels = text.groups()
        platform, realm = claims.environment("platform"), claims.workload
        assert (platform.profile, len(platform.measurements)) == (profile, int(software))
        assert str(realm.profile) == realm_profile
        assert (by_name["platform"].alg, by_name["realm"].alg) == (algs[alg], algs[realm_alg])
        assert labels_of(result.native.realm) == set(labels.split(","))
        keys = {"RAK raw": "raw-point", "RAK COSE_Key": "cose-key", "RAK None": "cose-key"}
        assert realm.keys[0].encoding == next(word for text, word in keys.items() if text in words)
        binding = re.search(r"binding\((\S+)\) (True|False|nohash)", words)
        assert binding is not None
        (fact,) = [fact for fact in claims.consistency if fact.name == "realm-key-binding"]
        status = {"True": "matches", "False": "differs", "nohash": "not-computable"}[binding[2]]
        assert fact.status == status
        assert fact.alg == (binding[1] if status != "not-computable" else "unknown")
    elif text := re.match(r"top (\d+) alg (\S+) profile (.*) keys ([^\s;]+)", words):
        assert [signature.alg for signature in claims.signatures] == [algs[text[2]]]
        assert str(claims.environments[0].profile) == text[3]
        told = result.native.platform if kind == "arm-cca" else result.native.token
        assert labels_of(told) - SOFTWARE == set(text[4].split(",")) - SOFTWARE
    elif text := re.match(r"top dict alg None profile None keys (\S+)", words):
        native = result.native
        token = native.token if kind == "arm-psa" else native.realm or native.platform or native.devices
        assert labels_of(token) == set(text[1].split(","))


SOFTWARE = {"2399", "-75006"}
"""Labels of software components, which the list leaves out for tokens."""


def labels_of(token: ArmToken) -> set[str]:
    """The labels of all claims of a token, known or not."""
    return {str(token.table.label(name)) for name in token.claims.values} | {
        str(label) for label in token.claims.unknown
    }


def public_key(raw: bytes, curve: ec.EllipticCurve) -> ec.EllipticCurvePublicKey:
    """The key of a realm, read here on its own."""
    if raw[:1] != b"\x04":
        parts = cbor2.loads(raw)
        raw = b"\x04" + parts[-2] + parts[-3]
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, raw)


ALGORITHMS: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "sha-256": (ec.SECP256R1(), hashes.SHA256()),
    "sha-384": (ec.SECP384R1(), hashes.SHA384()),
    "sha-512": (ec.SECP521R1(), hashes.SHA512()),
}


def verifies(signed: Signed) -> bool:
    """Whether the key in the evidence made the signature, over the message that we say was signed."""
    assert signed.key is not None
    assert signed.message is not None
    curve, hash_ = ALGORITHMS[signed.hash or ""]
    half = len(signed.value) // 2
    r, s = (int.from_bytes(part, "big") for part in (signed.value[:half], signed.value[half:]))
    try:
        public_key(signed.key, curve).verify(encode_dss_signature(r, s), signed.message, ec.ECDSA(hash_))
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "sample"), [param for param in of("arm-cca") if "realm_sig " in param.values[1].row["expected"]]
)
def test_realm_signature(kind: str, sample: Sample) -> None:
    if "code" in sample.extra:
        return  # refused, as the other test shows
    realm, _ = read(kind, sample).signed()
    words = sample.row["expected"]
    if "realm_sig ERR" in words:
        assert realm.alg is None or sample.name == "mut-NEG-rak-off-curve"
        return
    assert verifies(realm) is ("realm_sig True" in words)


def test_the_list_is_whole() -> None:
    """Nothing that the list of samples calls CCA or PSA is left out."""
    names = {param.values[1].name for kind in ("arm-cca", "arm-psa") for param in of(kind)}
    listed = {
        Path(line.split("\t")[0]).stem
        for line in ((FOLDER / "MANIFEST.tsv").read_text().splitlines() if FOLDER else ())
        if line.split("\t")[1].startswith(("cca-", "psa-"))
    }
    assert listed <= names
