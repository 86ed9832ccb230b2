"""What others read in the SPDM corpus, member for member: NVIDIA's tools, trustee, and who cut captures to messages."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import evidence
from evidence.convert import Evidence
from evidence.errors import BadEncoding
from evidence.types.spdm.native import Transcript
from tests.conftest import CORPUS
from tests.test_spdm_corpus import FOLDER, REPORTS, ROWS, of_format, read, verifies

NVIDIA: Final = FOLDER / "nvidia"
SDK: Final = {
    # report, what NVIDIA's SDK reads in it, and in its request
    "hopper_sdk_ut": ("spdm_parsed_output", "spdm_req_parsed_output"),
    "switch_ls10_sdk_ut": ("switch_spdm_parsed_output", "switch_spdm_req_parsed_output"),
}
ELEMENTS: Final = {
    # names of NVIDIA's SDK to the types of elements
    "DRIVER_VERSION": 3,
    "GPU_INFO": 4,
    "VBIOS_VERSION": 6,
    "NVDEC0_STATUS": 11,
    "MSRSCNT": 12,
    "CPRINFO": 13,
    "BOARD_ID": 14,
    "CHIP_SKU": 15,
    "CHIP_SKU_MOD": 16,
    "PROJECT": 17,
    "PROJECT_SKU": 18,
    "PROJECT_SKU_MOD": 19,
    "FWID": 20,
    "PROTECTED_PCIE_STATUS": 21,
    "DEVICE_PDI": 22,
    "SWITCH_POSITION_ID": 24,
    "SWITCH_LOCK_STATUS": 25,
    "SWITCH_GPU_PDIS": 26,
}
UNSAID: Final = (23, 34, 36)
"""Elements that this SDK does not tell as they lie: disabled ports, its own version, the feature flag."""
LEAVES: Final = {
    # report to the chain whose first certificate signs it; none signs a report that was damaged on purpose
    "hopper_sdk_ut.report.bin": "sdk_ut_hopperCertChain.pem",
    "nvtrust_hopper.report.bin": "nvtrust_hopper.chain.pem",
    "sdk_sample_gpu_blackwellAttestationReport.report.bin": "sdk_sample_gpu_blackwellCertChain.pem",
    "sdk_sample_gpu_hopperAttestationReport.report.bin": "sdk_sample_gpu_hopperCertChain.pem",
    "sdk_sample_gpu_hopperAttestationReportExpired.report.bin": "sdk_sample_gpu_hopperCertChainExpired.pem",
    "switch_ls10_sdk_ut.report.bin": "sdk_sample_switch_switchCertChain.pem",
    "trustee_coco_report1.report.bin": "trustee_coco_certs1.pem",
}
CUTS: Final = of_format(
    *("spdm-algorithms", "spdm-challenge_auth", "spdm-get_measurements", "spdm-l1l2_transcript"),
    *("spdm-measurement_record", "spdm-mel_response", "spdm-signature", "spdm-spdm_cert_chain_slot0"),
)


def facts_of(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((NVIDIA / f"expected_{name}.json").read_text())
    return document


@pytest.mark.parametrize("name", list(SDK) if CORPUS else [])
def test_a_report_is_what_nvidias_sdk_reads(name: str) -> None:
    response, request = map(facts_of, SDK[name])
    (exchange,) = read(f"nvidia/{name}.report.bin").native.exchanges
    for message, facts in ((exchange.request, request), (exchange.response, response)):
        fields = ("SPDMVersion", "RequestResponseCode", "Param1", "Param2")
        assert [int(facts[field], 16) for field in fields] == list(message.fixed[:4])
        assert message.value("nonce").hex() == facts["Nonce"][2:]
    assert exchange.request.value("slot_id_param").hex() == request["SlotIDParam"][2:]
    assert exchange.signature.hex() == response["Signature"][2:]
    assert len(exchange.response.value("opaque_data")) == response["OpaqueLength"]
    assert len(exchange.response.value("measurement_record")) == response["MeasurementRecordLength"]
    assert {str(block.index): block.value.hex() for block in exchange.blocks} == {
        index: block["DMTFSpecMeasurementValue"][2:]
        for index, block in response["MeasurementRecord"]["MeasurementBlocks"].items()
    }
    assert {element.type: element.value for element in exchange.nvidia if element.type not in UNSAID} == {
        ELEMENTS[field.removeprefix("OPAQUE_FIELD_ID_")]: as_bytes(field, value)
        for field, value in joined(response["OpaqueData"]["OpaqueDataField"]).items()
    }


def joined(fields: dict[str, Any]) -> dict[str, Any]:
    """Two fields of the SDK are one element: eight GPUs, and for each port which of them is behind it."""
    fields.pop("OPAQUE_FIELD_ID_DISABLED_PORTS", None)
    ports = fields.pop("OPAQUE_FIELD_ID_SWITCH_PORT", [])
    if ports:
        fields["OPAQUE_FIELD_ID_SWITCH_GPU_PDIS"] += ports
    return fields


def as_bytes(field: str, value: Any) -> bytes:
    """A field of the SDK as it lies: counts have 4 bytes."""
    if isinstance(value, str):
        return bytes.fromhex(value[2:])
    if field.endswith("MSRSCNT"):
        return b"".join(count.to_bytes(4, "little") for count in value)
    return b"".join(bytes.fromhex(item[2:]) for item in value)


def with_chain(report: str, chain: str) -> Evidence:
    return read(f"nvidia/{report}", attachments={"certificates": (NVIDIA / chain).read_bytes()})


@pytest.mark.parametrize(
    ("report", "chain", "facts", "device"),
    [
        ("nvtrust_hopper.report.bin", "nvtrust_hopper.chain.pem", "hopperClaimsv3_decoded", "GPU-0"),
        (
            "switch_ls10_sdk_ut.report.bin",
            "sdk_sample_switch_switchCertChain.pem",
            "switch_decoded",
            "SWITCH-0",
        ),
    ]
    if CORPUS
    else [],
)
def test_a_report_is_what_nvidias_service_says(report: str, chain: str, facts: str, device: str) -> None:
    """NRAS names a device by the serial number of its leaf, and by the name of the certificate above it."""
    text = facts_of(facts)[device]
    result = with_chain(report, chain)
    assert result.claims.caller_binding.value.hex() == text["eat_nonce"]
    leaf, above = result.claims.certificates[:2]
    assert str(int.from_bytes(leaf.serial, "big")) == text["ueid"]
    assert text["hwmodel"] in above.subject
    versions = {version.name: version.value for version in result.claims.environment("device").versions}
    if device.startswith("GPU"):
        assert versions["driver_version"] == text["x-nvidia-gpu-driver-version"]
        assert versions["vbios_version"] == text["x-nvidia-gpu-vbios-version"]
        (firmware,) = (fact for fact in result.claims.consistency if fact.name == "fwid-certified")
        matched = text["x-nvidia-gpu-attestation-report-cert-chain-fwid-match"]
        assert (firmware.status == "matches") == matched
    else:
        assert versions == {"vbios_version": text["x-nvidia-switch-bios-version"]}


@pytest.mark.parametrize("name", [Path(name).name for name in REPORTS])
def test_a_report_is_signed_by_the_leaf_beside_it_and_by_none_if_damaged(name: str) -> None:
    chain = LEAVES.get(name, name.replace(".report.bin", ".chain.pem"))
    damaged = "negative: signature" in ROWS[f"nvidia/{name}"]["expected"]
    assert damaged == ("InvalidSignature" in name)
    others = sorted(path.name for path in NVIDIA.glob("*.pem"))
    for tried in others if damaged else [chain]:
        result = with_chain(name, tried)
        (signature,) = result.signed()
        assert result.native.chain is not None
        signs = verifies(signature, result.data, result.native.chain.certificates[0].der)
        assert signs != damaged


@pytest.mark.parametrize("name", [name for name in ROWS if ROWS[name]["expected"].startswith("nonce=")])
def test_a_report_has_the_nonce_that_the_list_says(name: str) -> None:
    assert read(name).claims.caller_binding.value.hex() == ROWS[name]["expected"].removeprefix("nonce=")


@pytest.mark.parametrize("report", of_format("hex-text"))
def test_a_report_is_what_trustee_reads(report: str) -> None:
    text = json.loads((NVIDIA / "trustee_expected_claims.json").read_text())
    result = read(report)
    device, config = result.claims.environment("device"), text["config"]
    for index, value in text["measurements"].items():
        assert device.measurement("mutable-firmware", int(index)).digests[0].digest.hex() == value
    assert {v.name: v.value.lower() for v in device.versions} == {
        name: config[name] for name in ("driver_version", "vbios_version")
    }
    for name in ("chip_sku", "chip_sku_mod", "project", "project_sku"):
        claim = device.identifier(name)
        assert (claim.text or (claim.raw or b"").decode()) == config[name]
        assert (claim.status == "not-populated") == (config[name] == "0")
    by_type = {element.type: element.value for element in result.native.exchanges[0].nvidia}
    raw = {"gpu_info": 4, "cpr_info": 13, "board_id": 14, "project_sku_mod": 19, "fwid": 20}
    assert {name: by_type[number].hex() for name, number in raw.items()} == {
        name: config[name] for name in raw
    }
    for name in ("nvdec0_status", "protected_pcie_status"):  # U is 0x55
        assert config[name] == "U"
        assert device.value(name).text == "disabled"
    counts = by_type[ELEMENTS["MSRSCNT"]]
    for number, count in config["measurement_count"].items():
        at = 4 * (int(number) - 1)
        assert int.from_bytes(counts[at : at + 4], "little") == count


# Messages that were cut out of the captures.


@pytest.mark.parametrize("name", [name for name in CUTS if "rawbitonly" not in name])
def test_a_cut_is_what_the_capture_has(name: str) -> None:
    """Requests, responses, records, signatures, what is signed, and chains: byte for byte."""
    capture, kind, _ = Path(name).name.split(".")
    result = read(f"emu/{capture}.pcap")
    cut, part = (FOLDER / name).read_bytes(), parts(result)[kind]
    assert part
    padding = -len(part) % 4 if "doe" in name else 0  # messages were cut out with that of their data object
    assert cut in {part, part + bytes(padding)}


def parts(piece: Evidence) -> dict[str, bytes]:
    """All that a capture can be cut to, of its only conversation."""
    native: Transcript = piece.native
    messages = {message.name: piece.data[message.start : message.end] for message in native.messages}
    (main,) = (exchange for exchange in native.exchanges if not exchange.is_challenge)
    return {
        "algorithms": messages["ALGORITHMS"],
        "challenge_auth": messages["CHALLENGE_AUTH"],
        "get_measurements": messages["GET_MEASUREMENTS"],
        "measurement_record": main.response.value("measurement_record"),
        "mel_response": messages.get("MEASUREMENT_EXTENSION_LOG", b""),
        "signature": main.signature,
        "l1l2_transcript": b"".join(piece.data[start:end] for start, end in main.covers),
        "spdm_cert_chain_slot0": native.chain.whole if native.chain else b"",
    }


TYPES: Final = {
    # the byte of a value's type to the measurement's name, as far as the emulator sends it
    0x00: "immutable-rom",
    0x01: "mutable-firmware",
    0x02: "hardware-config",
    0x03: "firmware-config",
    0x84: "freeform-measurement-manifest",
    0x85: "device-mode",
    0x86: "mutable-firmware-version",
    0x87: "mutable-firmware-svn",
    0x08: "hash-extend-measurement",
}


@pytest.mark.parametrize("name", of_format("spdm-measurement_record"))
def test_the_blocks_of_a_record(name: str) -> None:
    """Index, type, form and value of every block, read by hand."""
    data, blocks = (FOLDER / name).read_bytes(), []
    while data:
        end = 4 + int.from_bytes(data[2:4], "little")
        blocks.append((data[0], data[4] & 0x7F, data[4] >> 7, data[7:end]))
        data = data[end:]
    capture = re.sub(r"emu-msg/(.*)\.measurement_record\.bin", r"emu/\1.pcap", name)
    device = read(capture).claims.environment("device")
    assert len(blocks) == 8
    for (index, kind, raw, value), measured in zip(blocks, device.measurements, strict=True):
        assert measured.index == index
        assert measured.name == TYPES.get(kind, TYPES.get(0x80 | kind))
        assert (measured.form == "raw") == bool(raw)
        assert (measured.value if raw else measured.digests[0].digest) == value
    values = {kind: value for _, kind, _, value in blocks}
    assert device.svn("mutable-firmware-svn-16").svn == int.from_bytes(values[7], "little")
    words = ["operational_mode_capabilities", "operational_mode_state"]
    words += ["device_mode_capabilities", "device_mode_state"]
    assert b"".join(device.attribute(word).raw for word in words) == values[5]
    (manifest,) = device.manifests
    assert manifest.raw == values[4]


# Certificates.

CERTIFICATES: Final = of_format("x509-der", "x509-der-concat", "x509-pem-chain")
WITH_A_KEY: Final = "misc/wd_certs_bank-ecc384_alias_slot0_device.der"
"""A certificate and its private key behind it."""


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # one is 0
@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_are_what_another_library_reads(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    if name == WITH_A_KEY:
        with pytest.raises(BadEncoding) as refused:
            read("nvidia/nvtrust_hopper.report.bin", attachments={"certificates": data})
        assert refused.value.offset == 4 + int.from_bytes(data[2:4], "big")
        return
    result = read("nvidia/nvtrust_hopper.report.bin", attachments={"certificates": data})
    pem = data.lstrip().startswith(b"-----BEGIN")
    others = x509.load_pem_x509_certificates(data) if pem else one_by_one(data)
    assert len(result.claims.certificates) == len(others)
    for certificate, other in zip(result.claims.certificates, others, strict=True):
        assert int.from_bytes(certificate.serial, "big") == other.serial_number
        assert certificate.not_after == f"{other.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"
        for common in other.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
            assert f"CN={common.value!s}" in re.sub(r"\\(.)", r"\1", certificate.subject)
    infos = {info for other in others for info in device_infos(other) if info.count(":") == 2}
    identifiers = {entry.name: entry.text for entry in result.claims.environment("device").identifiers}
    assert ("manufacturer" in identifiers) == bool(infos)
    for info in infos:
        manufacturer, product, serial = info.split(":")
        assert identifiers["manufacturer"] == manufacturer
        assert identifiers["product"] == product
        assert identifiers["serial_number"] == serial


def one_by_one(data: bytes) -> list[x509.Certificate]:
    """DER certificates one after the other, by the length that each states in two bytes."""
    entries = []
    while data:
        size = 4 + int.from_bytes(data[2:4], "big")
        entries.append(x509.load_der_x509_certificate(data[:size]))
        data = data[size:]
    return entries


def device_infos(certificate: x509.Certificate) -> list[str]:
    """The texts of DMTF's otherName: an OID, and a UTF8String of fewer than 128 bytes."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [
        name.value[2:].decode()
        for name in names.get_values_for_type(x509.OtherName)
        if name.type_id.dotted_string == "1.3.6.1.4.1.412.274.1"
    ]


# What is left of the list.


@pytest.mark.parametrize("name", of_format("cbor-concise-evidence"))
def test_the_manifest_of_a_device_says_what_its_source_says(name: str) -> None:
    """The diagnostic notation that it was made from is in the corpus too; it names the blocks it speaks about."""
    content = (FOLDER / name).read_bytes()
    size = len(content).to_bytes(2, "little")
    block = b"\xfd\x01" + (3 + len(content)).to_bytes(2, "little") + b"\x84" + size + content
    piece = evidence.parse(block, type="dmtf-spdm", options={"version": "1.2"})
    (manifest,) = piece.claims.environment("device").manifests
    assert (manifest.format, manifest.raw) == ("spdm-toc", content)
    text = piece.claims.environment("manifest-253/0/0")
    assert text.identifier("vendor").text == "Western Digital Test"
    assert text.identifier("class_id").text == "1.3.6.1.4.1.5127"
    assert [entry.svn for entry in text.svns] == [7]
    assert [value.name for value in text.values if value.name.endswith(".spdm_indirect")] == [
        "ROM.spdm_indirect",
        "Firmware.spdm_indirect",
        "measurement-2.spdm_indirect",
    ]


@pytest.mark.parametrize(
    "folder", sorted({str(Path(name).parent) for name in of_format("linux-sysfs-spdm-signature")})
)
def test_the_signature_in_a_directory_verifies(folder: str) -> None:
    piece = evidence.load(FOLDER / folder)
    assert isinstance(piece, Evidence)
    prefix, transcript, nonce, chain = (
        (FOLDER / folder / f"0_{part}").read_bytes()
        for part in ("combined_spdm_prefix", "transcript", "requester_nonce", "certificate_chain")
    )
    (signature,) = (one for one in piece.signed() if one.value)
    assert piece.message(signature) == prefix + hashlib.new("sha384", transcript).digest()
    assert piece.claims.caller_binding.value == nonce
    assert verifies(signature, piece.data, one_by_one(chain)[-1].public_bytes(Encoding.DER))


@pytest.mark.parametrize(
    "kind", sorted({row["format"] for name, row in ROWS.items() if name not in {*CERTIFICATES, *CUTS}})
)
def test_every_format_of_the_list_is_looked_at(kind: str) -> None:
    assert kind in {
        *("nvidia-attestation-report", "nvidia-evidence-json", "hex-text", "json-expected"),
        *("pcap-linktype-291", "pcap-linktype-292", "spdm-transcript", "redfish-signed-measurements"),
        *("spdm-measurements", "spdm-measurement-record", "spdm-message-fuzz-seed"),
        *("cbor-concise-evidence", "linux-sysfs-spdm-signature"),
        *(
            "cbor-diag",
            "cbor-diag/cddl",
        ),  # sources of concise evidence and tokens: the corpus of eat has them
    }
