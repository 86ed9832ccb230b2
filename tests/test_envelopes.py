"""Envelopes around evidence: each on a vector of our own, with literal offsets, and all that it refuses."""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Callable
from hashlib import new
from pathlib import Path
from typing import Any

import cbor2
import pytest

from evidence.carriers.envelopes import WRAPPERS, enveloped
from evidence.carriers.virtee import rebuilt
from evidence.convert import Evidence, Failure, parse_all
from evidence.errors import (
    BadEncoding,
    CarrierError,
    LimitExceeded,
    NotEvidence,
    TrailingBytes,
    Truncated,
    UnexpectedField,
)
from evidence.input import Expect, Input
from evidence.wire import msgpack
from evidence.wire.protobuf import Field, fields
from tests.unwrapping import OTHER, REPORT, error, inner, pieces, refusal, unrecognised

BASE64 = base64.b64encode(REPORT).decode()
URL = base64.urlsafe_b64encode(REPORT).decode().rstrip("=")
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
LOG = b"\1\2\3\4"
LOG64 = base64.b64encode(LOG).decode()


def packed(value: object) -> bytes:
    return json.dumps(value).encode()


# tables of JSON envelopes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "at", "document", "attachments"),
    [
        ("coco-quote", "quote", {"quote": BASE64, "cc_eventlog": LOG64}, {"event-log": LOG}),
        ("coco-quote", "quote", {"quote": BASE64, "cc_eventlog": None, "aa_eventlog": "text"}, {}),
        ("coco-quote", "quote", {"quote": BASE64}, {}),
        ("coco-quote", "quote", {"quote": URL}, {}),
        ("coco-quote", "quote", {"quote": REPORT.hex()}, {}),
        ("coco-quote", "quote", {"quote": list(REPORT)}, {}),
        ("coco-cca", "token", {"token": list(REPORT)}, {}),
        (
            "dstack-quote",
            "quote",
            {
                "quote": REPORT.hex(),
                "event_log": '[{"imr":0}]',
                "report_data": "00" * 64,
                "vm_config": "{}",
                "more": 1,
            },
            {"event-log": b'[{"imr":0}]'},
        ),
        (
            "dstack-quote",
            "quote",
            {"quote": REPORT.hex(), "event_log": [{"imr": 0}], "report_data": ""},
            {"event-log": b'[{"imr":0}]'},
        ),
        ("dstack-attestation", "attestation", {"attestation": REPORT.hex()}, {}),
        (
            "intel-trust-authority",
            "tdx/quote",
            {"tdx": {"quote": BASE64, "runtime_data": LOG64, "event_log": LOG64, "user_data": ""}},
            {"runtime-data": LOG, "event-log": LOG},
        ),
        (
            "intel-trust-authority",
            "quote",
            {"quote": BASE64, "runtime_data": LOG64, "verifier_nonce": {"val": "", "iat": ""}},
            {"runtime-data": LOG},
        ),
        (
            "near-mpc",
            "quote",
            {"quote": list(REPORT), "collateral": {"tcb_info": "{}"}, "tcb_info": {}},
            {"collateral": b'{"tcb_info":"{}"}'},
        ),
        (
            "cmcp",
            "snp_report",
            {"v": 1, "snp_report": BASE64, "vcek_chain_pem": PEM, "runtime_data": LOG64},
            {"certificates": PEM.encode(), "runtime-data": LOG},
        ),
        (
            "automata",
            "sev_snp/attestation_report",
            {"sev_snp": {"attestation_report": REPORT.hex(), "vek_cert": "30820000"}},
            {"certificates": b"\x30\x82\0\0"},
        ),
    ],
)
def test_json_envelope(name: str, at: str, document: object, attachments: dict[str, bytes]) -> None:
    found = inner(packed(document), attachments={"transcript-prefix": b"kept"})
    (carrier,) = found.carriers
    assert (carrier.name, carrier.at, found.data) == (name, at, REPORT)
    assert found.attachments == {"transcript-prefix": b"kept", **attachments}
    assert found.obtained == "extracted"


@pytest.mark.parametrize(
    ("name", "path", "document"),
    [
        ("coco-quote", "quote", {"quote": "", "cc_eventlog": None}),
        ("coco-quote", "quote", {"quote": "no base64"}),
        ("coco-quote", "quote", {"quote": [1, 256]}),
        ("coco-quote", "cc_eventlog", {"quote": BASE64, "cc_eventlog": "*"}),
        ("coco-quote", "cc_eventlog", {"quote": BASE64, "cc_eventlog": 7}),
        ("coco-cca", "token", {"token": []}),
        ("coco-cca", "token", {"token": [0, "1"]}),
        ("intel-trust-authority", "tdx/quote", {"tdx": {"quote": "="}}),
        ("intel-trust-authority", "tdx/event_log", {"tdx": {"quote": BASE64, "event_log": "_+"}}),
        ("dstack-attestation", "attestation", {"attestation": "0" * 63}),
    ],
)
def test_broken_json_envelope(name: str, path: str, document: object) -> None:
    assert refusal(packed(document)) == (name, None, path)


@pytest.mark.parametrize(
    "document",
    [
        {"quote": {"message": [], "signature": []}},
        {"quote": BASE64, "author": "an unknown envelope"},
        {"quote": None},
        {"attestation": REPORT.hex(), "more": 1},
        {"tdx": REPORT.hex()},
        {"outblob": URL},
        {"report": BASE64},
        {"evidence": BASE64},
        {"platform": "x", "evidence": 5},
        {"attestation_report": {"data": []}},
        {"td_quote": BASE64},
        [{"quote": BASE64}],
        ["cmw", "AAAA"],
    ],
)
def test_json_that_no_table_has(document: object) -> None:
    assert unrecognised(packed(document))


def test_token_that_is_text_is_not_coco_s() -> None:
    document = {"token": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"}
    assert enveloped(Input(data=packed(document)), document) is None


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("attestation-rs/evidence", {"platform": "tdx", "evidence": {"quote": BASE64}}),
        ("attestation-rs/evidence", {"platform": "snp", "evidence": BASE64}),
        ("coco-kbs/tee-evidence", {"tee-evidence": {"quote": BASE64}, "runtime-data": {}}),
        (
            "coco-kbs/tee-evidence",
            {
                "tee-evidence": {"primary_evidence": {"quote": BASE64}, "additional_evidence": ""},
                "runtime-data": {},
            },
        ),
    ],
)
def test_envelope_in_another(name: str, document: object) -> None:
    (found,) = parse_all(packed(document))
    assert isinstance(found, Evidence)
    (outer, *_) = found.claims.evidence.carriers
    assert f"{outer.name}/{outer.at}" == name
    assert found.data == REPORT


def test_evidence_of_a_machine_and_its_devices() -> None:
    devices = {"first": {"quote": BASE64}, "second": 5}
    document = {"primary_evidence": {"quote": BASE64}, "additional_evidence": json.dumps(devices)}
    primary, first, second = parse_all(packed(document))
    assert primary.at == "primary_evidence/quote"
    assert first.at == "additional_evidence/first/quote"
    assert isinstance(primary, Evidence)
    assert isinstance(first, Evidence)
    assert isinstance(second, Failure)


@pytest.mark.parametrize("additional", [5, None, "no JSON", "[1]", '{"a":1,"a":1}', "[" * 17])
def test_broken_evidence_of_devices_does_not_lose_the_machine(additional: object) -> None:
    document = {"primary_evidence": {"quote": BASE64}, "additional_evidence": additional}
    primary, failure = parse_all(packed(document))
    assert isinstance(primary, Evidence)
    assert isinstance(failure, Failure)
    document = {"primary_evidence": 5, "additional_evidence": json.dumps({"a": {"quote": BASE64}})}
    failure, device = parse_all(packed(document))
    assert isinstance(failure, Failure)
    assert isinstance(device, Evidence)


@pytest.mark.parametrize(
    "document",
    [
        {"vcekCert": PEM, "tcbm": "7308000000000003", "certificateChain": PEM, "cacheControl": "86400"},
        {"tcb_info": "{}", "tcb_info_issuer_chain": PEM, "qe_identity": "{}", "pck_crl": ""},
        {"uefi_event_logs": []},
    ],
)
def test_what_comes_beside_evidence_is_refused_by_name(document: object) -> None:
    assert isinstance(error(packed(document)), NotEvidence)
    (found,) = parse_all(base64.b64encode(packed(document)))
    assert isinstance(found, Failure)
    assert isinstance(found.error, NotEvidence)


# tsm-report ---------------------------------------------------------------------------------------

TSM = {"provider": "sev_guest\n", "outblob": URL, "auxblob": LOG64}


@pytest.mark.parametrize(
    "data",
    [
        packed(TSM),
        cbor2.dumps({"auxblob": LOG, "outblob": REPORT, "provider": "sev_guest\n"}),
        cbor2.dumps({"provider": "sev_guest", "outblob": REPORT, "auxblob": LOG}),
    ],
)
def test_tsm_report(data: bytes) -> None:
    found = inner(data)
    (carrier,) = found.carriers
    assert (carrier.name, carrier.at, carrier.facts) == ("tsm-report", "outblob", {"provider": "sev_guest"})
    assert (found.data, found.attachments) == (REPORT, {"certificates": LOG})
    assert found.hints == {"provider": "sev_guest"}


def test_attachment_of_the_caller_stays() -> None:
    found = inner(packed(TSM), attachments={"certificates": b"mine"}, hints={"provider": "outside"})
    assert found.attachments == {"certificates": b"mine"}
    assert found.hints == {"provider": "sev_guest"}


def test_zeros_in_base64_are_not_hexadecimal() -> None:
    zeros = base64.b64encode(bytes(3072)).decode()
    assert inner(packed(TSM | {"auxblob": zeros})).attachments == {"certificates": bytes(3072)}


def test_tsm_report_of_a_service() -> None:
    service = {"manifestblob": LOG64, "service_provider": "svsm"}
    found = inner(packed(TSM | {"service": service, "privilege_level": 2, "auxblob": ""}))
    assert found.attachments == {"services-manifest": LOG}
    assert found.carriers[0].facts == {"provider": "sev_guest", "privlevel": "2", "service_provider": "svsm"}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"outblob": ""}, "outblob"),
        ({"outblob": None}, "outblob"),
        ({"outblob": 1}, "outblob"),
        ({"auxblob": "?"}, "auxblob"),
        ({"provider": None}, "provider"),
        ({"provider": "\u00e9"}, "provider"),
        ({"provider": ["sev_guest"]}, "provider"),
        ({"privlevel": True}, "privlevel"),
    ],
)
def test_broken_tsm_report(changes: dict[str, object], path: str) -> None:
    assert refusal(packed(TSM | changes)) == ("tsm-report", None, path)


@pytest.mark.parametrize(
    "data",
    [
        cbor2.dumps({"provider": "x", "outblob": REPORT})[:-1],
        b"\xa2" + cbor2.dumps("outblob") * 4,  # a key twice
        b"\xa1" + cbor2.dumps("outblob") + b"\x80" + b"behind",
    ],
)
def test_broken_cbor(data: bytes) -> None:
    assert refusal(data)[0] == "cbor"


def test_cbor_nested_too_deep() -> None:
    data = b"\xa1" + cbor2.dumps("outblob") + b"\x81" * 5000 + b"\x80"
    assert isinstance(error(data), LimitExceeded)


@pytest.mark.parametrize(
    "data",
    [
        cbor2.dumps({"outblob": REPORT}),
        cbor2.dumps({1: "outblob", "outblob": 1}),
        cbor2.dumps({"quote": REPORT, "tcb": {}, "more": 1}),
        cbor2.dumps({"quote": "text", "tcb": {}}),
        cbor2.dumps({"kat": 1}),
        cbor2.dumps({"a": 1}),
        cbor2.dumps({}),
        b"\xa1",
        b"\xa1\x61",
    ],
)
def test_cbor_that_nothing_knows(data: bytes) -> None:
    assert unrecognised(data)


def test_oasis_quote_bundle() -> None:
    tcb = {"certs": b"", "tcb_info": {"signature": "00"}}
    found = inner(cbor2.dumps({"tcb": tcb, "quote": REPORT}))
    assert (found.data, found.at) == (REPORT, "quote")
    assert found.attachments == {"collateral": cbor2.dumps(tcb)}


def test_parsec() -> None:
    tokens = {"kat": cbor2.CBORTag(601, {10: b"12345678"}), "pat": cbor2.CBORTag(399, {1: b"\1"})}
    kat, pat = pieces(cbor2.dumps(tokens))
    assert isinstance(kat, Input)
    assert isinstance(pat, Input)
    assert (kat.at, kat.data) == ("kat", cbor2.dumps(tokens["kat"]))
    assert (pat.at, pat.data) == ("pat", cbor2.dumps(tokens["pat"]))


# Azure --------------------------------------------------------------------------------------------

RUNTIME = b'{"keys":[],"vm-configuration":{}}'


def hcl(report: bytes, kind: int = 2, hashed: int = 1, runtime: bytes = RUNTIME, more: bytes = b"") -> bytes:
    """An HCL report as it is read from the vTPM: 2600 bytes. `more` are fields of a later request."""
    data_size = 20 + len(more) + len(runtime)
    header = b"HCLA" + struct.pack("<4I12x", 2, 1216 + data_size, 2, 0)
    request = struct.pack("<5I", data_size, 1, kind, hashed, len(runtime))
    return (header + report.ljust(1184, b"\0") + request + more + runtime).ljust(2600, b"\0")


@pytest.mark.parametrize(("kind", "size", "provider"), [(2, 1184, "sev_guest"), (4, 1024, "tdx_guest")])
@pytest.mark.parametrize("more", [b"", b"\1\0\0\0"])
def test_hcl_report(kind: int, size: int, provider: str, more: bytes) -> None:
    report = b"\x81" * size
    found = inner(hcl(report, kind, more=more))
    assert (found.data, found.at) == (report, "azure-hcl-report")
    assert found.attachments == {"runtime-data": RUNTIME}
    assert found.hints == {"provider": provider}


@pytest.mark.parametrize(("hashed", "alg"), [(1, "sha256"), (2, "sha384"), (3, "sha512")])
def test_digest_of_runtime_data(hashed: int, alg: str) -> None:
    digest = new(alg, RUNTIME).digest()
    found = inner(hcl(REPORT, hashed=hashed))
    assert found.expects == (Expect("report_data", digest, "runtime-data", f"sha-{alg[3:]}"),)


def test_hcl_report_says_what_is_bound() -> None:
    bound = new("sha256", RUNTIME).digest().ljust(64, b"\0")
    for report, status in ((REPORT, "differs"), (REPORT[:0x50] + bound + REPORT[0x90:], "matches")):
        (found,) = parse_all(hcl(report))
        assert isinstance(found, Evidence)
        (entry,) = found.claims.consistency
        assert (entry.status, entry.digest_of) == (status, "runtime-data")
        assert "attachment-ignored" not in {note.code for note in found.claims.notes}


def patched(data: bytes, offset: int, value: int) -> bytes:
    return data[:offset] + struct.pack("<I", value) + data[offset + 4 :]


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"HCLA", 0),
        (hcl(REPORT)[:1235], 0),
        (patched(hcl(REPORT), 8, 1), 8),
        (patched(hcl(REPORT), 16, 5), 16),
        (patched(hcl(REPORT), 20, 1), 20),
        (hcl(REPORT, 1), 1224),
        (hcl(REPORT, 5), 1224),
        (hcl(REPORT, 9), 1224),
        (hcl(REPORT[:-1] + b"\1", 4), 1056),  # a report where a TDREPORT should be
        (hcl(REPORT, hashed=0), 1228),
        (patched(hcl(REPORT), 1232, 0xFFFFFFFF), 1216),
        (patched(hcl(REPORT), 1232, len(RUNTIME) + 1), 1216),
        (hcl(REPORT, runtime=b"{" * 2000)[:2600], 1216),
    ],
)
def test_broken_hcl_report(data: bytes, offset: int) -> None:
    assert refusal(data) == ("azure-hcl-report", offset, "")


def json_of(data: bytes, version: int) -> object:
    """Bytes as the versions of CoCo's evidence write them."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=") if version else list(data)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_az_snp_vtpm(version: int) -> None:
    report = hcl(REPORT)
    if version:
        document: dict[str, object] = {"version": version, "tpm_quote": {"pcrs": []}}
        document |= {"hcl_report": json_of(report, version), "vcek": json_of(b"\x30\0", version)}
        certificate = b"\x30\0"
    else:
        document = {"quote": {"pcrs": []}, "report": json_of(report, 0), "vcek": PEM}
        certificate = PEM.encode()
    found = inner(packed(document))
    assert found.data == report
    assert found.attachments == {"certificates": certificate}
    assert found.carriers[0].name == "az-snp-vtpm"
    again = inner(found.data, attachments=found.attachments)
    assert again.attachments == {"certificates": certificate, "runtime-data": RUNTIME}


@pytest.mark.parametrize("version", [0, 1, 2])
def test_az_tdx_vtpm(version: int) -> None:
    document = {
        "tpm_quote": {},
        "hcl_report": json_of(hcl(b"\x81" * 1024, 4), version),
        "td_quote": json_of(REPORT, version),
    }
    found = inner(packed(document | ({"version": version} if version else {})))
    assert (found.data, found.at) == (REPORT, "td_quote")
    assert found.attachments == {"runtime-data": RUNTIME}
    assert found.hints == {"provider": "tdx_guest"}
    assert found.expects[0].digest == new("sha256", RUNTIME).digest()


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"hcl_report": "??", "td_quote": BASE64}, ("az-tdx-vtpm", None, "hcl_report")),
        ({"hcl_report": BASE64, "td_quote": BASE64}, ("azure-hcl-report", 0, "")),
        ({"hcl_report": list(hcl(REPORT)), "td_quote": 5}, ("az-tdx-vtpm", None, "td_quote")),
        ({"hcl_report": None, "vcek": PEM}, ("az-snp-vtpm", None, "hcl_report")),
        ({"report": [999], "vcek": PEM}, ("az-snp-vtpm", None, "report")),
        ({"report": list(REPORT), "vcek": "?"}, ("az-snp-vtpm", None, "vcek")),
    ],
)
def test_broken_az_vtpm(document: object, where: tuple[str, int | None, str]) -> None:
    assert refusal(packed(document)) == where


# virtee's report, taken apart ---------------------------------------------------------------------


def u32(offset: int) -> int:
    return int.from_bytes(REPORT[offset : offset + 4], "little")


def tcb(offset: int) -> dict[str, object]:
    raw = REPORT[offset : offset + 8]
    return {"fmc": None, "bootloader": raw[0], "tee": raw[1], "snp": raw[6], "microcode": raw[7]}


def apart() -> dict[str, Any]:
    """Our report as virtee's sixth generation writes it."""
    ranges = {
        "family_id": (0x010, 16),
        "image_id": (0x020, 16),
        "report_data": (0x050, 64),
        "measurement": (0x090, 48),
        "host_data": (0x0C0, 32),
        "id_key_digest": (0x0E0, 48),
        "author_key_digest": (0x110, 48),
        "report_id": (0x140, 32),
        "report_id_ma": (0x160, 32),
        "chip_id": (0x1A0, 64),
    }
    return {
        "version": u32(0),
        "guest_svn": u32(4),
        "policy": int.from_bytes(REPORT[8:16], "little"),
        "vmpl": u32(0x30),
        "sig_algo": u32(0x34),
        "plat_info": int.from_bytes(REPORT[0x40:0x48], "little"),
        "key_info": u32(0x48),
        "current_tcb": tcb(0x38),
        "reported_tcb": tcb(0x180),
        "committed_tcb": tcb(0x1E0),
        "launch_tcb": tcb(0x1F0),
        "cpuid_fam_id": None,
        "current": {"major": REPORT[0x1EA], "minor": REPORT[0x1E9], "build": REPORT[0x1E8]},
        "committed": {"major": REPORT[0x1EE], "minor": REPORT[0x1ED], "build": REPORT[0x1EC]},
        "launch_mit_vector": None,
        "signature": {"r": list(REPORT[0x2A0:0x2E8]), "s": list(REPORT[0x2E8:0x330])},
        **{name: list(REPORT[at : at + size]) for name, (at, size) in ranges.items()},
    }


def earlier() -> dict[str, Any]:
    """The same as the second generation writes it."""
    report = apart()
    for name in ("current", "committed"):
        for part, number in report.pop(name).items():
            report[f"{name}_{part}"] = number
    report["_author_key_en"] = report.pop("key_info")
    report["signature"]["_reserved"] = [0] * 368
    for name in ("current_tcb", "reported_tcb", "committed_tcb", "launch_tcb"):
        report[name] = {**report[name], "_reserved": [0] * 4}
        del report[name]["fmc"]
    return report | {"_reserved_0": 0, "_reserved_1": [0] * 24, "_reserved_4": [0] * 168}


@pytest.mark.parametrize("report", [apart(), earlier()])
def test_report_is_put_together_again(report: dict[str, Any]) -> None:
    chain = [
        {"cert_type": "VCEK", "data": [0x30, 0]},
        {"cert_type": "CRL", "data": [0x30, 1]},
        {"cert_type": {"OTHER": "a uuid"}, "data": [0x30, 2]},
        {"cert_type": "ASK", "data": [0x30, 3]},
    ]
    found = inner(packed({"attestation_report": report, "cert_chain": chain}))
    assert (found.data, found.at, found.obtained) == (REPORT, "attestation_report", "rebuilt")
    assert found.attachments == {"certificates": b"\x30\0\x30\3"}
    assert found.hints == {"provider": "sev_guest"}
    (whole,) = parse_all(packed({"attestation_report": report, "cert_chain": None}))
    assert isinstance(whole, Evidence)
    assert whole.claims.evidence.bytes == "rebuilt"


def test_report_of_turin_is_put_together_again() -> None:
    numbers = {"fmc": 1, "bootloader": 2, "tee": 3, "snp": 4, "microcode": 5}
    versions = {"cpuid_fam_id": 26, "cpuid_mod_id": 2, "cpuid_step": 1}
    vectors = {"launch_mit_vector": 2**63, "current_mit_vector": 6}
    data = rebuilt(apart() | {"reported_tcb": numbers} | versions | vectors)
    assert data[0x180:0x188] == bytes([1, 2, 3, 4, 0, 0, 0, 5])
    assert data[0x188:0x18B] == bytes([26, 2, 1])
    assert data[0x1F8:0x208] == bytes(7) + b"\x80" + b"\6" + bytes(7)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"version": -1}, "version"),
        ({"version": 2**32}, "version"),
        ({"version": True}, "version"),
        ({"version": None}, "version"),
        ({"version": 1.5}, "version"),
        ({"chip_id": [0] * 63}, "chip_id"),
        ({"chip_id": "00" * 63}, "chip_id"),
        ({"policy": {}}, "policy"),
        ({"current": {"major": 1, "minor": 2}}, "current"),
        ({"current": {"major": 1, "minor": 2, "build": 256}}, "current/build"),
        ({"reported_tcb": {"bootloader": 1, "tee": 2, "snp": 3, "spl": 4, "microcode": 4}}, "reported_tcb"),
        ({"signature": {"r": [0] * 72, "s": [0] * 71}}, "signature/s"),
        ({"signature": {"r": [0] * 72, "s": [0] * 72, "_reserved": [1]}}, "signature/_reserved"),
        ({"a_later_field": 0}, "a_later_field"),
        ({"_reserved_1": [0, 1]}, "_reserved_1"),
        ({"_reserved_0": 1}, "_reserved_0"),
    ],
)
def test_report_that_cannot_be_put_together(changes: dict[str, Any], path: str) -> None:
    found = refusal(packed({"attestation_report": apart() | changes}))
    assert found == ("coco-snp", None, f"attestation_report/{path}")


@pytest.mark.parametrize("name", ["measurement", "key_info", "committed", "signature"])
def test_report_that_lacks_a_field(name: str) -> None:
    report = apart()
    del report[name]
    with pytest.raises(CarrierError, match="missing"):
        rebuilt(report)


def test_broken_certificate_chain() -> None:
    document = {"attestation_report": apart(), "cert_chain": [{"cert_type": "ASK", "data": None}]}
    assert refusal(packed(document)) == ("coco-snp", None, "cert_chain/0/data")


# dstack -------------------------------------------------------------------------------------------


def compact(number: int) -> bytes:
    """SCALE's compact integer."""
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return struct.pack("<H", number << 2 | 1)
    return struct.pack("<I", number << 2 | 2)


def vector(*items: bytes) -> bytes:
    return compact(len(items)) + b"".join(items)


def octets(data: bytes) -> bytes:
    return compact(len(data)) + data


EVENT = struct.pack("<2I", 3, 0x08000001) + octets(b"\1" * 48) + octets(b"app-id") + octets(b"\2")
TAIL = vector(octets(b"boot") + octets(b"\3" * 70)) + bytes(64) + octets(b'{"spec_version":1}')


def test_dstack_quote() -> None:
    found = inner(b"\0\0" + octets(REPORT) + vector(EVENT, EVENT) + TAIL)
    assert (found.data, found.at) == (REPORT, "quote")
    event = {
        "imr": 3,
        "event_type": 0x08000001,
        "digest": "01" * 48,
        "event": "app-id",
        "event_payload": "02",
    }
    assert json.loads(found.attachments["event-log"]) == [event, event]


def test_dstack_quote_with_the_quote_of_a_tpm() -> None:
    found = inner(b"\0\1" + octets(REPORT) + vector() + b"the quote of a TPM")
    assert (found.data, found.attachments) == (REPORT, {})


def test_dstack_report() -> None:
    found = inner(
        b"\0\3" + octets(REPORT) + vector(octets(b"\x30\0"), octets(b"\x30\1")) + octets(b"{}") + TAIL
    )
    assert (found.data, found.attachments) == (REPORT, {"certificates": b"\x30\0\x30\1"})


def test_dstack_of_another_platform() -> None:
    assert inner(b"\0\2" + octets(b"\x84" * 1200)).data == b"\x84" * 1200


WHOLE = b"\0\0" + octets(REPORT) + vector(EVENT) + TAIL


@pytest.mark.parametrize(
    "data",
    [
        WHOLE[:-1],
        WHOLE + b"\0",
        WHOLE[: len(REPORT) + 4],
        WHOLE[: len(REPORT) + 20],
        b"\0\0" + octets(REPORT) + b"\3",  # a length of more than 30 bits
        b"\0\0" + octets(REPORT) + vector(EVENT.replace(b"app-id", b"app-\xff\xff")) + TAIL,
    ],
)
def test_broken_dstack(data: bytes) -> None:
    assert refusal(data)[0] == "dstack-attestation"


def test_dstack_with_too_many_events() -> None:
    found = error(b"\0\0" + octets(REPORT) + compact(1 << 20) + bytes(64))
    assert isinstance(found, LimitExceeded)


@pytest.mark.parametrize(
    "data",
    [
        bytes(4000),
        b"\1\0" + octets(REPORT) + TAIL,
        b"\0\5" + octets(REPORT) + TAIL,
        b"\0\0" + compact(5000) + REPORT,
        b"\0\0\3" + REPORT,
    ],
)
def test_not_dstack(data: bytes) -> None:
    assert unrecognised(data)


def named(*pairs: tuple[str, bytes]) -> bytes:
    """A map in MessagePack."""
    return bytes([0x80 + len(pairs)]) + b"".join(
        bytes([0xA0 + len(key)]) + key.encode() + value for key, value in pairs
    )


def several(*items: bytes) -> bytes:
    """An array in MessagePack."""
    return b"\xdc" + struct.pack(">H", len(items)) + b"".join(items)


def short(word: str) -> bytes:
    return bytes([0xA0 + len(word)]) + word.encode()


def numbers(data: bytes) -> bytes:
    """Bytes as Rust's serde writes a `Vec<u8>`."""
    return several(*(bytes([byte]) if byte < 0x80 else bytes([0xCC, byte]) for byte in data))


def binary(data: bytes) -> bytes:
    return b"\xc5" + struct.pack(">H", len(data)) + data


def v1(kind: str, *data: tuple[str, bytes], version: bytes = b"\1") -> bytes:
    platform = named(("kind", short(kind)), ("data", named(*data)))
    return named(("version", version), ("platform", platform), ("stack", named()))


EVENT_V1 = named(
    ("imr", b"\3"),
    ("event_type", b"\xce" + struct.pack(">I", 0x08000001)),
    ("digest", binary(b"\1" * 48)),
    ("event", short("app-id")),
    ("event_payload", numbers(b"\xfe")),
)


@pytest.mark.parametrize("write", [numbers, binary])
def test_dstack_version_1(write: Callable[[bytes], bytes]) -> None:
    found = inner(v1("tdx", ("quote", write(REPORT)), ("event_log", several(EVENT_V1))))
    assert (found.data, found.at) == (REPORT, "platform/data/quote")
    (event,) = json.loads(found.attachments["event-log"])
    assert event == {
        "imr": 3,
        "event_type": 0x08000001,
        "digest": "01" * 48,
        "event": "app-id",
        "event_payload": "fe",
    }
    found = inner(
        v1("sev-snp", ("report", write(REPORT)), ("cert_chain", several(write(b"\x30\0"), write(b"\x30"))))
    )
    assert (found.data, found.attachments) == (REPORT, {"certificates": b"\x30\0\x30"})
    found = inner(v1("gcp-tdx", ("quote", write(REPORT)), ("event_log", several()), ("tpm_quote", b"\xc0")))
    assert (found.data, found.attachments) == (REPORT, {})
    assert inner(v1("nitro-enclave", ("nsm_quote", write(b"\x84")))).data == b"\x84"


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (v1("tdx", ("quote", numbers(REPORT)), version=b"\2"), "platform"),
        (v1("else", ("quote", numbers(REPORT))), "platform"),
        (named(("version", b"\1"), ("platform", b"\1")), "platform"),
        (v1("tdx", ("report", numbers(REPORT))), "platform/data/quote"),
        (v1("tdx", ("quote", several(short("x")))), "platform/data/quote"),
        (v1("tdx", ("quote", b"\x90"), ("event_log", b"\1")), "platform/data/event_log"),
        (v1("tdx", ("quote", b"\x90"), ("event_log", b"\x91\1")), "platform/data/event_log"),
        (
            v1("tdx", ("quote", b"\x90"), ("event_log", several(named(("a", named(("b", binary(b"")))))))),
            "platform/data/event_log",
        ),
        (v1("sev-snp", ("report", b"\x90"), ("cert_chain", b"\x91\xc0")), "platform/data/cert_chain"),
        (v1("tdx", ("quote", numbers(REPORT)))[:-1], ""),
        (v1("tdx", ("quote", numbers(REPORT))) + b"\0", ""),
    ],
)
def test_broken_dstack_version_1(data: bytes, path: str) -> None:
    found = refusal(data)
    assert (found[0], found[2]) == ("dstack-attestation", path)


def test_msgpack() -> None:
    data = several(
        *(b"\x7f", b"\xff", b"\xc0", b"\xc2", b"\xc3", b"\xcd\1\0", b"\xcf" + b"\xff" * 8, b"\xd0\x80"),
        *(
            b"\xd3" + b"\x80" + bytes(7),
            b"\xcb\x3f\xf8" + bytes(6),
            b"\xd9\1a",
            b"\xc4\1\0",
            b"\x80",
            b"\x90",
        ),
        *(b"\xdf" + bytes(3) + b"\1\xa1a\1", b"\xdd" + bytes(4)),
    )
    assert msgpack.loads(data) == [
        *(127, -1, None, False, True, 256, 2**64 - 1, -128, -(2**63), 1.5, "a", b"\0", {}, [], {"a": 1}, []),
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Truncated),
        (b"\xdc\0", Truncated),
        (b"\xdd\xff\xff\xff\xff\1", Truncated),
        (b"\xa2a", Truncated),
        (b"\1\1", TrailingBytes),
        (b"\xc1", BadEncoding),
        (b"\xd4\1\1", BadEncoding),
        (b"\xa1\xff", BadEncoding),
        (b"\x81\1\1", BadEncoding),
        (b"\x82\xa1a\1\xa1a\1", UnexpectedField),
        (b"\x91" * 17 + b"\1", LimitExceeded),
        (b"\x91" * 100_000, LimitExceeded),
    ],
)
def test_broken_msgpack(data: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        msgpack.loads(data)


# binary headers -----------------------------------------------------------------------------------


def message(quote: bytes, selected: bytes = b"", **changes: int) -> bytes:
    """A GET_QUOTE_RESP."""
    size = 24 + len(selected) + len(quote)
    values = {"major": 1, "type": 1, "size": size, "error": 0, "stated": len(quote)} | changes
    header = struct.pack("<2H3I", values["major"], 0, values["type"], values["size"], values["error"])
    return header + struct.pack("<2I", len(selected), values["stated"]) + selected + quote


@pytest.mark.parametrize("selected", [b"", b"\5" * 16])
@pytest.mark.parametrize("framed", [False, True])
def test_qgs_message(selected: bytes, framed: bool) -> None:  # noqa: FBT001 (a parameter of pytest)
    data = message(REPORT, selected)
    found = inner(struct.pack(">I", len(data)) + data if framed else data)
    assert (found.data, found.at) == (REPORT, "qgs-message")


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (message(REPORT, error=0x12001), 12),
        (message(REPORT, stated=len(REPORT) + 1), 20),
        (message(REPORT, stated=0xFFFFFFFF), 20),
        (message(b""), 20),
        (struct.pack(">I", 24) + message(b"", error=1), 16),
    ],
)
def test_broken_qgs_message(data: bytes, offset: int) -> None:
    assert refusal(data) == ("qgs-message", offset, "")


@pytest.mark.parametrize(
    "data", [message(REPORT, major=2), message(REPORT, type=0), message(REPORT, size=5), message(REPORT)[:20]]
)
def test_not_a_qgs_message(data: bytes) -> None:
    assert unrecognised(data)


@pytest.mark.parametrize("rest", [b"", bytes(2784), b"\1"])
def test_snp_report_response(rest: bytes) -> None:
    found = inner(struct.pack("<2I24x", 0, 0x4A0) + REPORT + rest)
    assert found.data == REPORT + (rest if any(rest) else b"")
    assert found.at == "snp-report-response"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (struct.pack("<2I24x", 0x16, 0x4A0) + REPORT, 0),
        (struct.pack("<2I", 0x27, 0).ljust(4000, b"\0"), 0),
        (struct.pack("<2I24x", 0, 0x4A0) + REPORT[:-1], 4),
        (struct.pack("<2I24x", 0, 0xFFFFFFFF) + bytes(3968), 4),
    ],
)
def test_broken_snp_report_response(data: bytes, offset: int) -> None:
    assert refusal(data) == ("snp-report-response", offset, "")


@pytest.mark.parametrize(
    "data", [struct.pack("<2I24x", 0, 0x4A1) + REPORT, struct.pack("<2I24x", 0, 0x4A0)[:31], bytes(4000)]
)
def test_not_an_snp_report_response(data: bytes) -> None:
    assert unrecognised(data)


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("<2IQ", 1, 2, len(REPORT)),
        struct.pack("<2IQ", 1, 1, len(REPORT)),
        struct.pack("<I16s4xQ", 3, b"\xa3" * 16, len(REPORT)),
        struct.pack("<I16s4xQ", 2, b"\xa3" * 16, len(REPORT)),
    ],
)
def test_open_enclave(header: bytes) -> None:
    found = inner(header + REPORT)
    assert (found.data, found.at) == (REPORT, "open-enclave")
    assert unrecognised(header + REPORT + b"\0")
    assert unrecognised(header + REPORT[:-1])


@pytest.mark.parametrize(
    "header", [struct.pack("<2IQ", 1, 3, len(REPORT)), struct.pack("<I16s4xQ", 4, b"", len(REPORT)), b"\1"]
)
def test_not_open_enclave(header: bytes) -> None:
    assert unrecognised(header + REPORT)


# oak ----------------------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def member(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


KEY = b"\xa1\1\2 a COSE key"
LAYERS = member(2, member(1, b"a certificate")) + member(3, b"")


def oak(platform: int = 1, report: bytes = REPORT) -> bytes:
    return member(1, b"\x08" + varint(platform) + member(2, report) + member(3, KEY)) + LAYERS


def test_oak_evidence() -> None:
    found = inner(oak())
    assert (found.data, found.at) == (REPORT, "root_layer/remote_attestation_report")
    digest = new("sha256", KEY).digest()
    assert found.expects == (Expect("report_data", digest, "eca_public_key", "sha-256"),)


def test_oak_dice_data() -> None:
    data = member(1, oak()) + member(2, b"keys")
    data = struct.pack("<Q", len(data)) + data
    assert inner(data).data == oak()
    (found,) = parse_all(data)
    assert found.at == "evidence/root_layer/remote_attestation_report"
    assert isinstance(found, Evidence)
    assert found.claims.consistency[0].status == "differs"


def test_oak_evidence_of_no_tee() -> None:
    assert isinstance(error(oak(platform=3)), NotEvidence)


@pytest.mark.parametrize(
    "data",
    [
        oak()[:-1],
        oak() + b"\0",
        member(1, b"\x08\1"),
        member(1, member(1, b"") + member(2, REPORT) + member(3, KEY)),
        b"\x0a\xff\xff",
        b"\x0a",
        struct.pack("<Q", len(oak()) + 1) + oak(),
        struct.pack("<Q", 3) + b"\x0a\5a",
        struct.pack("<Q", 2) + b"\x08\1",
    ],
)
def test_not_oak(data: bytes) -> None:
    assert unrecognised(data)


def test_protobuf() -> None:
    data = b"\x08\x96\1" + b"\x11" + struct.pack("<Q", 7) + b"\x1d" + struct.pack("<I", 9) + b"\x22\1a"
    assert list(fields(data)) == [
        Field(1, 150, 1, 3),
        Field(2, 7, 4, 12),
        Field(3, 9, 13, 17),
        Field(4, b"a", 19, 20),
    ]
    assert list(fields(data, 17)) == [Field(4, b"a", 19, 20)]
    assert list(fields(b"\x08" + b"\xff" * 9 + b"\1")) == [Field(1, 2**64 - 1, 1, 11)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x08", Truncated),
        (b"\x08\x80", Truncated),
        (b"\x0a\2a", Truncated),
        (b"\x11\0\0", Truncated),
        (b"\x0b", BadEncoding),
        (b"\x00\1", BadEncoding),
        (b"\x0f", BadEncoding),
        (b"\x08" + b"\xff" * 9 + b"\2", BadEncoding),
        (b"\x08" + b"\x80" * 10 + b"\1", BadEncoding),
    ],
)
def test_broken_protobuf(data: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        list(fields(data))


def test_one_bad_piece_does_not_lose_the_others() -> None:
    lines = [packed({"quote": BASE64}), packed({"quote": "?"}), base64.b64encode(OTHER)]
    found = parse_all(b"\n".join(b"0x" + line.hex().encode() for line in lines))
    assert [isinstance(piece, Evidence) for piece in found] == [True, False, True]
    assert [piece.at for piece in found] == ["0/quote", "1", "2/base64"]


def test_every_carrier_has_its_row() -> None:
    page = (Path(__file__).parent.parent / "docs" / "carriers.md").read_text()
    written = re.compile(r'(?:Carrier\(|Envelope\(\s*|\b[A-Z_]+: Final = |name = )"([a-z]+(?:-[a-z]+)*)"')
    sources = (Path(__file__).parent.parent / "evidence" / "carriers").glob("*.py")
    names = {name for source in sources for name in written.findall(source.read_text())} - {"cbor"}
    names |= {"hex", "base64", "base64url"} | {name for name, _, _ in WRAPPERS}
    assert {"coco-snp", "azure-hcl-report", "az-snp-vtpm", "near-mpc", "parsec-cca"} <= names
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
