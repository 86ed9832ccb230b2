"""Every SNP row of the corpus: reports field by field, with their certificates, and what must be refused.

Where the corpus is not at hand, the same checks run over fixtures of our own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

import evidence
from evidence.claims import Environment
from evidence.convert import Evidence, Failure
from evidence.files import shared
from tests.conftest import CORPUS, expected_snp
from tests.oracles.common import manifest

OWN: Final = Path(str(shared("fixtures"))) / "amd-sev-snp/valid"
FOLDER: Final = CORPUS / "snp" if CORPUS else OWN
EXPECTED: Final[dict[str, dict[str, Any]]] = {
    f"raw/{name}": facts for name, facts in expected_snp().items() if (FOLDER / "raw" / name).exists()
} or {
    "v3-table.bin": {
        "vek": "v3-table.attachment",
        "hwid_match": True,
        "fields": {
            "version": 3,
            "product": "Milan",
            "measurement": bytes(range(0x60, 0x90)).hex(),
            "report_data": bytes(range(0x10, 0x50)).hex(),
            "vmpl": 0,
            "host_data": bytes(range(0xA0, 0xC0)).hex(),
            "family_id": "00" * 16,
            "image_id": "00" * 16,
            "guest_svn": 7,
            "policy": "0x3001f",
            "report_id": bytes(range(0xC0, 0xE0)).hex(),
            "report_id_ma": "ff" * 32,
            "id_key_digest": "00" * 48,
            "author_key_digest": "00" * 48,
            "current": "1.55.29",
            "committed": "1.55.28",
            "signing_key": "vcek",
            "reported_tcb": {"bootloader": 3, "tee": 0, "snp": 8, "microcode": 0x73},
            "current_tcb": {"bootloader": 3, "tee": 0, "snp": 8, "microcode": 0xCE},
            "committed_tcb": {"bootloader": 3, "tee": 0, "snp": 8, "microcode": 0x70},
            "launch_tcb": {"bootloader": 2, "tee": 0, "snp": 7, "microcode": 0x70},
            "platform_info": "0x25",
            "chip_id": bytes(range(0x81, 0xC1)).hex(),
            "cpuid": [0x19, 1, 1],
        },
    }
}
LEAVES: Final = {
    # the same key as the leaf that `expected.json` names and the corpus does not have
    "vek/8a6bb89dacfa.der": "gosev-vcek.der",
}


def identifier(environment: Environment, name: str) -> bytes:
    result = environment.identifier(name)
    return result.value or result.raw or b""


def signer(environment: Environment, name: str) -> bytes:
    result = environment.signer(name)
    return result.value or result.raw or b""


@pytest.mark.parametrize("name", EXPECTED)
def test_report(name: str) -> None:
    facts = EXPECTED[name]["fields"]
    product = facts["product"]
    options = {"product": product.lower()} if product else None
    piece = evidence.parse((FOLDER / name).read_bytes(), options=options)
    guest, platform = piece.claims.workload, piece.claims.environment("platform")

    assert piece.claims.evidence.version == str(facts["version"])
    assert guest.measurement("measurement").digests[0].digest.hex() == facts["measurement"]
    assert piece.claims.caller_binding.value.hex() == facts["report_data"]
    assert piece.claims.caller_binding.requested_by == f"vmpl:{facts['vmpl']}"
    assert guest.input("host_data").value.hex() == facts["host_data"]
    assert guest.input("family_id").value.hex() == facts["family_id"]
    assert guest.input("image_id").value.hex() == facts["image_id"]
    assert guest.svn("guest_svn").svn == facts["guest_svn"]
    assert int.from_bytes(guest.attribute("policy").raw, "little") == int(facts["policy"], 16)
    assert identifier(guest, "report_id").hex() == facts["report_id"]
    assert identifier(guest, "report_id_ma").hex() == facts["report_id_ma"]
    assert signer(guest, "id_key").hex() == facts["id_key_digest"]
    assert signer(guest, "author_key").hex() == facts["author_key_digest"]
    assert platform.version("firmware_current").value == facts["current"]
    assert platform.version("firmware_committed").value == facts["committed"]
    assert piece.claims.signatures[0].by == facts["signing_key"]
    for role in ("reported", "current", "committed", "launch"):
        tcb = next(tcb for tcb in platform.tcb if tcb.role == role)
        if tcb.components:
            assert {c.name: c.svn for c in tcb.components} == facts[f"{role}_tcb"]
    info = int.from_bytes(platform.attribute("platform_info").raw, "little")
    assert info == int(facts["platform_info"], 16)
    chip = platform.identifier("chip_id")
    assert (chip.status == "masked") == (set(facts["chip_id"]) == {"0"})
    assert facts["chip_id"].startswith(identifier(platform, "chip_id").hex())
    if "cpuid" in facts:
        cpuid = [platform.value(field).int for field in ("cpuid_fam_id", "cpuid_mod_id", "cpuid_step")]
        assert cpuid == facts["cpuid"]
    for vector in ("launch_mit_vector", "current_mit_vector"):
        present = [v.bytes for v in platform.values if v.name == vector]
        wanted = [facts[vector].to_bytes(8, "little")] if facts.get(vector) is not None else []
        assert present == wanted


def outcomes(piece: Evidence) -> dict[str, str]:
    return {entry.name: entry.status for entry in piece.claims.consistency}


@pytest.mark.parametrize("name", [name for name, facts in EXPECTED.items() if facts.get("vek")])
def test_report_with_its_certificate(name: str) -> None:
    """All match; a VLEK has no hwID to match. The TCB of a version 2 report is laid out by the certificate."""
    facts = EXPECTED[name]
    leaf = (FOLDER / LEAVES.get(facts["vek"], facts["vek"])).read_bytes()
    piece = evidence.parse((FOLDER / name).read_bytes(), attachments={"certificates": leaf})
    platform, version = piece.claims.environment("platform"), facts["fields"]["version"]
    assert outcomes(piece) == {
        "signing_key-certified": "matches",
        "reported_tcb-certified": "matches",
        "chip_id-certified": "matches" if facts["hwid_match"] is True else "not-computable",
    } | ({"product-certified": "matches"} if version >= 3 else {})
    for role in ("reported", "current", "committed", "launch"):
        tcb = next(tcb for tcb in platform.tcb if tcb.role == role)
        assert {c.name: c.svn for c in tcb.components} == facts["fields"][f"{role}_tcb"]
        assert tcb.layout_source == ("cpuid" if version >= 3 else "certificate")
    certified = piece.claims.environment("vek").tcb_of("certified")
    assert certified.layout == platform.tcb_of("reported").layout
    assert certified.raw == platform.tcb_of("reported").raw
    vek = piece.claims.environment("vek")
    assert vek.identifier("product").text == facts.get("product_ext", "Milan-B0")
    certificate = next(one for one in piece.claims.certificates if one.environment == "vek")
    assert facts.get("chain", "SEV-Milan").split()[-1] in certificate.issuer
    if str(facts["hwid_match"]).startswith("csp:"):
        assert vek.identifier("csp_id").text == facts["hwid_match"].removeprefix("csp:")


REJECTED, NOTED = "rejected", "noted"
NEGATIVES: Final[dict[str, tuple[object, ...]]] = {
    # refused, with code and offset of the error; or read, with the codes of its notes
    "report-truncated-1183": (REJECTED, "truncated", 0),
    "report-trailing-1185": (NOTED, "trailing-zeros"),
    "report-empty": (REJECTED, "unknown-format", None),
    "report-all-zero-1184": (REJECTED, "unknown-format", None),
    "report-version1": (REJECTED, "unsupported-version", 0),
    "report-version-ffffffff": (REJECTED, "unsupported-version", 0),
    "report-version6-unjudged": (NOTED, "provisional-layout", "unknown-product"),
    "report-policy-bit17-clear": (REJECTED, "constraint-violation", 0x008),
    "report-policy-bit63": (NOTED, "unknown-bits"),
    "report-sigalgo2": (REJECTED, "constraint-violation", 0x034),
    "report-keyinfo-reserved3": (NOTED, "unknown-value"),
    "report-keyinfo-none": (REJECTED, "constraint-violation", 0x2A0),
    "report-mbz-4c": (REJECTED, "constraint-violation", 0x04C),
    "report-mbz-18b": (REJECTED, "constraint-violation", 0x190),
    "report-mbz-208": (REJECTED, "constraint-violation", 0x208),
    "report-sigtail": (REJECTED, "constraint-violation", 0x330),
    "report-r-zero": (REJECTED, "constraint-violation", 0x2A0),
    "report-r-highbytes": (REJECTED, "constraint-violation", 0x2A0),
    "report-measurement-flip": (NOTED,),  # only its signature tells
    "report-v5-fms-unknown": (NOTED, "unknown-product"),
    "report-v3-fms-zero": (REJECTED, "constraint-violation", 0x1F8),  # a version 5 report called 3
    "aux-offset-in-header": (REJECTED, "constraint-violation", 16),
    "aux-offlen-wrap": (REJECTED, "constraint-violation", 20),
    "aux-len-past-end": (REJECTED, "truncated", 0x60),
    "aux-no-terminator": (REJECTED, "truncated", 72),
    "aux-short-23": (REJECTED, "truncated", 0),
    "aux-overlap": (REJECTED, "constraint-violation", 40),
    "aux-zero-entries": (NOTED,),
    "aux-guid-mixed-endian": (NOTED,),
    "aux-dup-vcek": (NOTED, "duplicate-entry", "mislabelled-certificate"),
    "msgresp-status16": (REJECTED, "carrier-error", 0),
    "msgresp-size-big": (REJECTED, "carrier-error", 4),
}
"""Rows of `neg/` that are SNP's own, and what becomes of them; SPEC.md says why some are not refused."""


SNP_NEGATIVES: Final = [name for name in NEGATIVES if CORPUS]


@pytest.mark.parametrize("name", SNP_NEGATIVES)
def test_negative(name: str) -> None:
    verdict, *expected = NEGATIVES[name]
    data = (FOLDER / "neg" / f"{name}.bin").read_bytes()
    if name.startswith("aux-"):
        report = (FOLDER / "veraison-outblob.bin").read_bytes()
        (piece,) = evidence.parse_all(report, attachments={"certificates": data})
    else:
        (piece,) = evidence.parse_all(data)
    if isinstance(piece, Failure):
        assert verdict == REJECTED
        assert [piece.error.code, getattr(piece.error, "offset", None)] == expected
    else:
        assert verdict == NOTED
        assert [note.code for note in piece.claims.notes] == expected


def test_no_negative_is_forgotten() -> None:
    rows = manifest(FOLDER) if CORPUS else ()
    names = {Path(row["file"]).stem for row in rows if row["file"].startswith("neg/")}
    assert {name for name in names if not name.startswith("hcl-")} == set(SNP_NEGATIVES)


def signature_verifies(piece: Evidence) -> bool:
    """Whether the key of the leaf signed the report, by another implementation."""
    (signed,), native = piece.signed(), piece.native
    key = load_der_public_key(native.leaf.certificate.key.spki)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = (int.from_bytes(signed.value[at : at + 72], "little") for at in (0, 72))
    message = b"".join(piece.data[start:end] for start, end in signed.covers)
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("name", [name for name, facts in EXPECTED.items() if facts.get("vek")])
def test_what_is_said_to_be_signed_is_what_was_signed(name: str) -> None:
    leaf = (FOLDER / LEAVES.get(EXPECTED[name]["vek"], EXPECTED[name]["vek"])).read_bytes()
    data = (FOLDER / name).read_bytes()
    assert signature_verifies(evidence.parse(data, attachments={"certificates": leaf}))
    flipped = data[:0x90] + bytes([data[0x90] ^ 1]) + data[0x91:]
    assert not signature_verifies(evidence.parse(flipped, attachments={"certificates": leaf}))
