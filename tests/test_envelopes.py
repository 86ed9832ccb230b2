"""Envelopes around evidence: each on a vector of our own, with literal offsets, and all that it refuses."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import cbor2
import pytest

from evidence.carriers.envelopes import WRAPPERS, enveloped
from evidence.convert import Evidence, Failure, parse_all
from evidence.errors import (
    LimitExceeded,
    NotEvidence,
)
from evidence.input import Input
from tests.unwrapping import OTHER, REPORT, error, inner, packed, pieces, refusal, unrecognised

BASE64 = base64.b64encode(REPORT).decode()
URL = base64.urlsafe_b64encode(REPORT).decode().rstrip("=")
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
LOG = b"\1\2\3\4"
LOG64 = base64.b64encode(LOG).decode()


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


def test_report_of_a_proxy() -> None:
    log = [{"imr": 0}]
    document = {"signing_address": "0x1", "intel_quote": REPORT.hex(), "event_log": log}
    (found,) = pieces(packed(document | {"nvidia_payload": None}))
    assert isinstance(found, Input)
    assert (found.at, found.data, found.attachments) == ("intel_quote", REPORT, {"event-log": b'[{"imr":0}]'})
    devices = json.dumps({"evidence_list": [{"evidence": BASE64, "arch": "HOPPER"}]})
    quote, device = parse_all(packed(document | {"nvidia_payload": devices}))
    assert isinstance(quote, Evidence)
    assert isinstance(device, Evidence)
    assert (quote.at, device.at) == ("intel_quote", "nvidia_payload/0")
    broken, device = parse_all(packed(document | {"intel_quote": 5, "nvidia_payload": devices}))
    assert isinstance(broken, Failure)
    assert isinstance(device, Evidence)


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


def test_parsec_in_byte_strings() -> None:
    tokens = {"kat": b"\xd2\x84kat", "pat": b"\xd2\x84pat"}
    found = pieces(cbor2.dumps(tokens))
    assert [(piece.at, piece.data) for piece in found if isinstance(piece, Input)] == list(tokens.items())


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
