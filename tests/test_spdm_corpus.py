"""Every row of the SPDM corpus: reports, transcripts, messages, captures, bundles, and what must be refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.convert import Evidence, Failure
from evidence.registry import Signed
from tests.conftest import CORPUS
from tests.oracles.common import manifest

FOLDER: Final = (CORPUS or Path()) / "spdm"
ROWS: Final = {row["file"]: row for row in manifest(FOLDER)} if CORPUS else {}


def of_format(*formats: str) -> list[str]:
    return [name for name, row in ROWS.items() if row["format"] in formats and "neg_" not in name]


REPORTS: Final = of_format("nvidia-attestation-report")
BUNDLES: Final = of_format("nvidia-evidence-json")
TRANSCRIPTS: Final = of_format("spdm-transcript")
REDFISH: Final = of_format("redfish-signed-measurements")
RESPONSES: Final = of_format("spdm-measurements")
RECORDS: Final = of_format("spdm-measurement_record")
CAPTURES: Final = [name for name in ROWS if name.endswith(".pcap") and "rawbitonly" not in name]
CHAINS: Final = of_format("x509-der-concat", "x509-pem-chain", "spdm-spdm_cert_chain_slot0")
SEEDS: Final = of_format("spdm-message-fuzz-seed")

REFUSED: Final = {
    # file of derived/neg_…: code and offset of the error; records are read as such
    "code_7f_error.measurements": ("not-evidence", 0),
    "content_changed_3.measurements": ("constraint-violation", 3),
    "empty.measurements": ("unknown-format", None),
    "header_only.measurements": ("truncated", 0),
    "nblocks_0_with_record.measurements": ("constraint-violation", 4),
    "nblocks_7_of_8.measurements": ("constraint-violation", 4),
    "nblocks_9_of_8.measurements": ("constraint-violation", 4),
    "nv_opaque_item_overrun.report": ("truncated", 0xE13),
    "nv_trunc_opaque.report": ("truncated", 0xE0F),
    "nv_trunc_req.report": ("truncated", 0x24),
    "opaque_1_short.measurements": ("missing-field", 0x1EB),
    "opaquelen_ffff.measurements": ("constraint-violation", 0x1E8),
    "rec_devmode_15_bytes.measurement_record": ("truncated", 0x1B0),
    "rec_duplicate_index.measurement_record": ("constraint-violation", 0x1C0),
    "rec_index_0.measurement_record": ("constraint-violation", 0),
    "rec_index_ff.measurement_record": ("constraint-violation", 0),
    "rec_meassize_lt_3.measurement_record": ("constraint-violation", 2),
    "rec_meassize_too_big.measurement_record": ("truncated", 4),
    "rec_spec_two_bits.measurement_record": ("constraint-violation", 1),
    "rec_spec_zero.measurement_record": ("constraint-violation", 1),
    "rec_trailing_byte.measurement_record": ("truncated", 0x1C0),
    "rec_trunc_in_block_header.measurement_record": ("truncated", 0x1AD),
    "rec_trunc_in_value.measurement_record": ("truncated", 4),
    "rec_valuesize_gt_meassize.measurement_record": ("constraint-violation", 5),
    "rec_valuesize_lt_meassize.measurement_record": ("constraint-violation", 5),
    "reclen_ffffff.measurements": ("truncated", 8),
    "reclen_plus1.measurements": ("constraint-violation", 0x1E9),
    "sig_short.measurements": ("missing-field", 0x1EA),
    "sig_zero.measurements": ("constraint-violation", 0x1EA),
    "version_20.measurements": ("unknown-format", None),
}
NOTED: Final = {
    # accepted, with the note that says what is wrong; SPEC.md says why
    "nv_unknown_opaque_type.report": "unknown-value",
    "rec_digest_wrong_len_for_alg.measurement_record": "digest-length",
    "rec_type7_digest_bit.measurement_record": "value-form",
    "rec_type8_raw_bit.measurement_record": "value-form",
    "rec_type_reserved_0x0b.measurement_record": "unknown-value",
    "sig_missing.measurements": "unsigned",
    "trailing.measurements": "trailing-zeros",
}
SIGNATURE_ONLY: Final = {
    # well-formed: only a check of the signature can tell
    "nv_bitflip_measurement.report",
    "nv_bitflip_sig.report",
    "nv_req_nonce_flip.report",
}


def read(name: str, **how: Any) -> Evidence:
    return evidence.parse((FOLDER / name).read_bytes(), **how)


def negatives() -> Iterator[str]:
    for name in ROWS:
        if result := re.fullmatch(r"derived/neg_(.*)\.bin", name):
            yield result[1]


@pytest.mark.parametrize("name", list(negatives()))
def test_negative(name: str) -> None:
    forced = "dmtf-spdm" if name.startswith("rec_") else None
    (piece,) = evidence.parse_all((FOLDER / f"derived/neg_{name}.bin").read_bytes(), type=forced)
    if name in REFUSED:
        assert isinstance(piece, Failure)
        assert (piece.error.code, getattr(piece.error, "offset", None)) == REFUSED[name]
        return
    assert isinstance(piece, Evidence)
    codes = {note.code for note in piece.claims.notes}
    assert name in SIGNATURE_ONLY or NOTED[name] in codes


@pytest.mark.parametrize("name", SEEDS)
def test_seed_gives_evidence_or_an_error(name: str) -> None:
    for forced in (None, "dmtf-spdm"):
        assert evidence.parse_all((FOLDER / name).read_bytes(), type=forced)


# What peers say of NVIDIA's reports.


@pytest.mark.parametrize("name", REPORTS)
def test_report(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    result = read(name)
    device = result.claims.environment("device")
    assert result.claims.evidence.version == "1.1"
    assert len(device.measurements) == data[41] == (31 if "switch" in name else 64)
    assert result.claims.caller_binding.value == data[4:36]
    assert {m.name for m in device.measurements} == {"mutable-firmware"}
    assert [m.index for m in device.measurements] == list(range(1, data[41] + 1))
    assert result.claims.evidence.trailing == (1 if "coco_report1" in name else 0)
    assert not device.unknown


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle(name: str) -> None:
    listed = json.loads((FOLDER / name).read_text())
    pieces = evidence.parse_all((FOLDER / name).read_bytes())
    assert len(pieces) == len(listed)
    for item, wanted in zip(pieces, listed, strict=True):
        assert isinstance(item, Evidence)
        assert item.claims.caller_binding.value.hex() == wanted["nonce"]
        facts = {fact.name: fact.status for fact in item.claims.consistency}
        assert set(facts.values()) == {"matches"}
        assert ("fwid-certified" in facts) == (wanted["arch"] != "LS10")
        assert len(item.claims.certificates) == 5
        assert item.claims.environment("device").identifier("manufacturer").text == "NVIDIA"


# Captures, transcripts, messages.


@pytest.mark.parametrize("name", CAPTURES)
def test_capture(name: str) -> None:
    result = read(name)
    device = result.claims.environment("device")
    assert len(device.measurements) == 8
    assert device.debug == "enabled"
    assert device.lifecycle is not None
    assert device.lifecycle.state == "normal"
    assert device.attribute("device_mode_state").raw.hex() == "11000000"
    assert device.svn("mutable-firmware-svn-16").svn == 7
    statuses = {fact.name: fact.status for fact in result.claims.consistency}
    assert set(statuses.values()) == {"matches"}
    assert {
        "measurement_summary_hash-binding",
        "root_hash-binding",
        "certificate_chain_hash-binding",
    } <= statuses.keys()
    assert ("hem-17-replay" in statuses) == name.startswith(("emu/v13", "emu/v14"))
    protection = "partly-signed" if "nosig" in name else "signed"
    assert result.claims.evidence.protection == protection


@pytest.mark.parametrize("name", CAPTURES)
def test_every_signature_of_a_capture_verifies(name: str) -> None:
    """What is said to be signed is signed: over exactly those bytes, by the leaf of the chain."""
    result = read(name)
    leaf = result.native.chain.certificates[-1].der
    for signature in result.signed():
        assert verifies(signature, result.data, leaf)
        changed = bytearray(result.data)
        changed[signature.covers[-1][1] - 20] ^= 1  # in a nonce, or in the summary
        again = evidence.parse(bytes(changed))
        wrong = next(one for one in again.signed() if one.name == signature.name)
        assert not verifies(wrong, bytes(changed), leaf)


@pytest.mark.parametrize("name", BUNDLES)
def test_the_signature_of_a_report_verifies(name: str) -> None:
    (piece,) = evidence.parse_all((FOLDER / name).read_bytes())
    assert isinstance(piece, Evidence)
    (signature,) = piece.signed()
    assert verifies(signature, piece.data, piece.native.chain.certificates[0].der)


def verifies(signature: Signed, data: bytes, certificate: bytes) -> bool:
    message = signature.message or b"".join(data[start:end] for start, end in signature.covers)
    kind = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}[
        signature.hash or ""
    ]
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(kind), kind.digest_size)
            scheme = pss if "pss" in (signature.alg or "") else padding.PKCS1v15()
            key.verify(signature.value, message, scheme, kind)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            half = len(signature.value) // 2
            r, s = (int.from_bytes(part, "big") for part in (signature.value[:half], signature.value[half:]))
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(kind))
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("name", [name for name in ROWS if "rawbitonly" in name and name.endswith(".pcap")])
def test_a_responder_that_answers_with_errors_gives_no_evidence(name: str) -> None:
    (piece,) = evidence.parse_all((FOLDER / name).read_bytes())
    assert isinstance(piece, Failure)
    assert piece.error.code == "not-evidence"


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcript(name: str) -> None:
    result = read(name)
    device = result.claims.environment("device")
    assert f"v{result.claims.evidence.version.replace('.', '')}" in name
    assert len(device.measurements) == 8
    assert result.claims.evidence.protection == "signed"
    (signature,) = result.claims.signatures
    if result.claims.evidence.version >= "1.2":
        scheme = re.sub(r".*v.._(?:doe_)?(p384|p521|rsa[a-z]*[0-9]*)_.*", r"\1", name)
        assert scheme.removeprefix("p") in (signature.alg or "").replace("-", "").replace("ecdsap", "")


@pytest.mark.parametrize("name", REDFISH)
def test_redfish_holds_the_transcript(name: str) -> None:
    bare = read(name.replace("redfish_signed_measurements.json", "single_request_transcript.bin"))
    result = read(name)
    assert result.claims.environments == bare.claims.environments
    assert result.claims.bindings == bare.claims.bindings


@pytest.mark.parametrize("name", RESPONSES)
def test_response(name: str) -> None:
    whole = (
        read(re.sub(r"emu-msg/(.*)\.measurements\.bin", r"emu/\1.pcap", name))
        if name_of_capture(name)
        else None
    )
    result = read(name)
    device = result.claims.environment("device")
    assert len(device.measurements) == 8
    assert result.claims.evidence.trailing == (2 if "doe" in name else 0)
    assert result.claims.evidence.protection == ("none" if "nosig" in name else "signed")
    if whole is not None:
        values = [(m.index, m.value) for m in whole.claims.environment("device").measurements]
        assert [(m.index, m.value) for m in device.measurements] == values


def name_of_capture(name: str) -> bool:
    return re.sub(r"emu-msg/(.*)\.measurements\.bin", r"emu/\1.pcap", name) in ROWS


@pytest.mark.parametrize("name", RECORDS)
def test_record(name: str) -> None:
    result = read(name, type="dmtf-spdm", options={"version": "1.2"})
    assert len(result.claims.environment("device").measurements) == 8
    assert result.claims.evidence.variant == "record"


@pytest.mark.parametrize("name", of_format("spdm-measurement-record"))
def test_record_equals_what_spdm_emu_reads(name: str) -> None:
    facts = json.loads((FOLDER / "misc/spdm_emu_SpdmSampleMeasurement.json").read_text())
    options = {"measurement_hash": "sha-512"}
    result = read(name, type="dmtf-spdm", options=options)
    device = result.claims.environment("device")
    for entry in (item["evidence"] for item in facts["evidences"]):
        (measurement,) = [m for m in device.measurements if m.index == entry["index"]]
        if "svn" in entry:
            assert measurement.svn == entry["svn"]
        else:
            assert measurement.digests[0].digest.hex() == entry["digest"][1]


@pytest.mark.parametrize("name", CHAINS)
def test_chain(name: str) -> None:
    """Every chain can be attached, in whatever form it comes."""
    report = (FOLDER / REPORTS[0]).read_bytes()
    piece = evidence.parse(report, attachments={"certificates": (FOLDER / name).read_bytes()})
    assert piece.claims.certificates
