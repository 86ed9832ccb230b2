"""Envelopes around evidence: each on a vector of our own, with literal offsets, and all that it refuses."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import cbor2
import pytest

from evidence import limits
from evidence.carriers import table
from evidence.containers import table as containers
from evidence.convert import Evidence, Failure, parse_all
from evidence.errors import (
    CarrierError,
    LimitExceeded,
    NotEvidence,
)
from evidence.files import shared
from evidence.input import Input
from tests.generate import amd_chain
from tests.generate.der import pem, tlv
from tests.unwrapping import OTHER, REPORT, error, inner, packed, pieces, refusal, unrecognised

BASE64 = base64.b64encode(REPORT).decode()
URL = base64.urlsafe_b64encode(REPORT).decode().rstrip("=")
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
LOG = b"\1\2\3\4"
LOG64 = base64.b64encode(LOG).decode()
CHAIN64 = base64.b64encode(PEM.encode()).decode()
QUOTE = (shared("fixtures") / "intel-tdx" / "valid" / "v4-ccel.bin").read_bytes()


def packed_base64(value: object) -> str:
    return base64.b64encode(packed(value)).decode()


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
        (
            "dstack-quote",
            "quote",
            {"quote": f"0x{REPORT.hex()}", "event_log": '[{"imr":0}]', "hash_algorithm": "raw", "prefix": ""},
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
        (
            "attestation-rs-snp",
            "attestation_report",
            {
                "attestation_report": BASE64,
                "cert_chain": {"vcek": "MIIAAA==", "ask": None, "ark": "MIIBAA=="},
            },
            {"certificates": b"\x30\x82\0\0\x30\x82\1\0"},
        ),
        ("attestation-rs-snp", "attestation_report", {"attestation_report": BASE64, "cert_chain": None}, {}),
        (
            "attestation-rs-snp",
            "attestation_report",
            {"attestation_report": list(REPORT), "cert_chain": [PEM, PEM]},
            {"certificates": PEM.encode() * 2},
        ),
        (
            "azure-attestation",
            "SnpReport",
            {"SnpReport": URL, "VcekCertChain": base64.urlsafe_b64encode(PEM.encode()).decode().rstrip("=")},
            {"certificates": PEM.encode()},
        ),
        *(
            (
                "ccf-quote",
                name,
                {"format": "", name: BASE64, "endorsements": CHAIN64, "uvm_endorsements": "", "node_id": ""},
                {"certificates": PEM.encode()},
            )
            for name in ("raw", "quote")
        ),
        *(
            ("google-attestation", name, {name: BASE64, beside: LOG64, "more": ""}, {kind: LOG})
            for name, beside, kind in (
                ("td_quote", "ccel_data", "event-log"),
                ("tdQuote", "ccelData", "event-log"),
                ("td_quote", "ccel_boot_event_log", "event-log"),
                ("report", "aux_blob", "certificates"),
                ("report", "auxBlob", "certificates"),
            )
        ),
        (
            "vllm-proxy",
            "intel_quote",
            {"intel_quote": REPORT.hex(), "event_log": [{"imr": 0}], "nvidia_payload": ""},
            {"event-log": b'[{"imr":0}]'},
        ),
    ],
)
def test_json_envelope(name: str, at: str, document: object, attachments: dict[str, bytes]) -> None:
    evidence_piece = inner(packed(document), attachments={"transcript-prefix": b"kept"})
    (carrier,) = evidence_piece.carriers
    assert (carrier.name, carrier.at, evidence_piece.data) == (name, at, REPORT)
    assert evidence_piece.attachments == {"transcript-prefix": b"kept", **attachments}
    assert evidence_piece.obtained == "extracted"


@pytest.mark.parametrize(
    ("name", "path", "document"),
    [
        ("coco-quote", "quote", {"quote": "", "cc_eventlog": None}),
        ("coco-quote", "quote", {"quote": "no base64"}),
        ("coco-quote", "quote", {"quote": [1, 256]}),
        ("coco-quote", "cc_eventlog", {"quote": BASE64, "cc_eventlog": "*"}),
        ("coco-quote", "cc_eventlog", {"quote": BASE64, "cc_eventlog": 7}),
        ("attestation-rs-snp", "cert_chain/vcek", {"attestation_report": BASE64, "cert_chain": {"vcek": 1}}),
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
    assert not any(
        piece.carriers[-1].name == "coco-cca"
        for piece in pieces(packed(document))
        if isinstance(piece, Input)
    )


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("attestation-rs/evidence", {"platform": "tdx", "evidence": {"quote": BASE64}}),
        ("attestation-rs/evidence", {"platform": "snp", "evidence": BASE64}),
        ("coco-kbs/tee-evidence", {"tee-evidence": {"quote": BASE64}, "runtime-data": {}}),
        ("coco-kbs/tee-evidence", {"tee-evidence": json.dumps({"quote": BASE64}), "tee-pubkey": {}}),
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
    (part,) = parse_all(packed(document))
    assert isinstance(part, Evidence)
    (outer, *_) = part.claims.evidence.carriers
    assert f"{outer.name}/{outer.at}" == name
    assert part.data == REPORT


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
    (part,) = pieces(packed(document | {"nvidia_payload": None}))
    assert isinstance(part, Input)
    assert (part.at, part.data, part.attachments) == ("intel_quote", REPORT, {"event-log": b'[{"imr":0}]'})
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
    (part,) = parse_all(base64.b64encode(packed(document)))
    assert isinstance(part, Failure)
    assert isinstance(part.error, NotEvidence)


# members of JSON that is not in a table -------------------------------------------------------------


OE_HEADER = b"\1\0\0\0\2\0\0\0" + len(REPORT).to_bytes(8, "little")


def compressed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


@pytest.mark.parametrize(
    ("at", "document"),
    [
        ("body", {"format": "https://example.com/report/v1", "body": BASE64}),
        ("body/gzip", {"format": "https://example.com/report/v2", "body": compressed(REPORT)}),
        ("evidence/Snp/report", {"tee": "snp", "evidence": {"Snp": {"report": URL}}, "key": {"x": ""}}),
        ("report", {"report": f"0x{REPORT.hex()}", "verified": True, "measurement": "00" * 640}),
        ("report", {"report": list(REPORT), "other": [1] * 2000}),
        ("report", {"report": "\n".join(BASE64[at : at + 64] for at in range(0, len(BASE64), 64))}),
        ("report/open-enclave", {"report": base64.b64encode(OE_HEADER + REPORT).decode()}),
        ("quotes/1/quote", {"quotes": [None, {"author": "", "quote": BASE64}], "again": BASE64}),
        ("0/quote", [{"quote": BASE64}]),
        ("report/report", {"report": json.dumps({"report": BASE64, "more": ""})}),
        ("report/SnpReport", {"report": packed_base64({"SnpReport": URL, "VcekCertChain": ""})}),
        (
            "requests/0/evidence/quote",
            {"requests": [{"tee": "tdx", "evidence": packed_base64({"quote": URL})}]},
        ),
        ("answer/quote", {"answer": {"quote": BASE64, "cc_eventlog": None}}),
    ],
)
def test_evidence_in_json_is_found_by_its_content(at: str, document: object) -> None:
    assert unrecognised(packed(document))
    (part,) = parse_all(packed(document))
    assert isinstance(part, Evidence)
    assert (part.at, part.data) == (at, REPORT)
    assert part.claims.evidence.carriers[0].name == "json-member"
    assert part.claims.evidence.bytes == "extracted"


def test_every_piece_in_json_is_found_once() -> None:
    document = {"cpu": {"a": QUOTE.hex(), "b": base64.b64encode(QUOTE).decode()}, "old": OTHER.hex()}
    assert [piece.at for piece in parse_all(packed(document))] == ["cpu/a", "old"]


def test_broken_envelope_in_json_does_not_lose_the_rest() -> None:
    bad, good = parse_all(packed({"a": {"quote": "", "cc_eventlog": None}, "b": BASE64}))
    assert isinstance(bad, Failure)
    assert (bad.error.code, good.at) == ("carrier-error", "b")


@pytest.mark.parametrize(
    "document",
    [
        {"report": base64.b64encode(b"\7" + REPORT[1:0x34] + bytes(4) + REPORT[0x38:]).decode()},
        {"report": base64.b64encode(QUOTE[:12] + bytes(16) + QUOTE[28:]).decode()},
        {"report": compressed(bytes(2000))},
        {"report": compressed(REPORT)[:64] + "A" * 448},
        {"report": json.dumps({"a": "b" * 2000})},
        {"report": "{" + "a" * 2000},
        {"report": [256, *REPORT]},
        {"report": [True, *REPORT]},
        {"report": "e" * 2000, "other": None, "more": [], "even": {}},
    ],
)
def test_what_has_not_every_mark_of_evidence_is_none(document: object) -> None:
    (part,) = parse_all(packed(document))
    assert isinstance(part, Failure)
    assert part.error.code == "unknown-format"


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        (BASE64[:-4], "truncated", 0),  # one triple short
        (BASE64[:-2] + "*=", "truncated", 0),
        (base64.b64encode(QUOTE[:1019]).decode(), "truncated", 636),
        (base64.b64encode(REPORT[:0x34] + b"\2" + REPORT[0x35:]).decode(), "constraint-violation", 0x34),
        (base64.b64encode(REPORT[:0x4C] + b"\2" + REPORT[0x4D:]).decode(), "constraint-violation", 0x4C),
    ],
)
def test_marks_recognise_and_do_not_judge(text: str, code: str, offset: int) -> None:
    (part,) = parse_all(packed({"report": text}))
    assert isinstance(part, Failure)
    assert (part.at.partition("/")[0], part.error.code) == ("report", code)
    assert getattr(part.error, "offset", None) == offset


def test_json_in_text_is_searched_to_a_depth() -> None:
    document: object = {"report": BASE64}
    for _ in range(limits.CARRIER_DEPTH - 2):
        document = {"inside": packed_base64(document)}
    (part,) = parse_all(packed(document))
    assert isinstance(part, Evidence)
    (part,) = parse_all(packed({"inside": packed_base64({"inside": packed_base64(document)})}))
    assert isinstance(part, Failure)


@pytest.mark.parametrize(
    ("limit", "document"),
    [
        ("members in JSON", [{}] * (limits.MEMBERS + 1)),
        ("characters of a path", {"n" * limits.PATH: {"report": BASE64}}),
    ],
)
def test_search_has_bounds(limit: str, document: object) -> None:
    (part,) = parse_all(packed(document))
    assert isinstance(part, Failure)
    assert isinstance(part.error, LimitExceeded)
    assert part.error.limit == limit


def test_evidence_in_a_claims_set_is_a_piece_beside_it() -> None:
    """Whoever adds a claim to a service's answer does not hide what is in it, nor the other way round."""
    claims = {"eat_nonce": "AAAAAAAAAAAAAAAA"}
    for document, at in (
        (claims | {"report": BASE64}, "report"),
        (claims | {"quote": BASE64, "collateral": {}}, "quote"),
    ):
        token, report = parse_all(packed(document))
        assert isinstance(token, Evidence)
        assert isinstance(report, Evidence)
        assert [token.type.name, report.type.name] == ["eat", "amd-sev-snp"]
        assert (token.at, report.at) == ("", at)
        (forced,) = parse_all(packed(document), type="eat")
        assert (forced.at, isinstance(forced, Evidence)) == ("", True)


@pytest.mark.parametrize(
    "name",
    [
        *("uptime", "location", "measurements", "manifests", "swname", "swversion", "hwmodel", "hwversion"),
        *("oemid", "bootcount", "cmw", "iss"),
    ],
)
def test_a_name_that_many_use_makes_no_json_an_eat(name: str) -> None:
    (alone,) = parse_all(packed({"host": "node1", name: 100}))
    assert isinstance(alone, Failure)
    assert alone.error.code == "unknown-format"
    (beside,) = parse_all(packed({"report": BASE64, name: {"code": "00" * 24}}))
    assert isinstance(beside, Evidence)
    assert beside.data == REPORT
    token = {"eat_nonce": "AAAAAAAAAAAAAAAA", "uptime": 100}
    assert [piece.at for piece in parse_all(packed(token))] == [""]


# several envelopes in one JSON ------------------------------------------------------------------------


SNP_REPORT = {"snp_report": base64.b64encode(OTHER).decode(), "vcek_chain_pem": PEM}
DSTACK = {"quote": BASE64, "event_log": '[{"imr":0}]'}


def test_every_envelope_in_one_object_is_read() -> None:
    parts = pieces(packed(SNP_REPORT | DSTACK))
    assert [(piece.at, piece.data) for piece in parts if isinstance(piece, Input)] == [
        ("quote", REPORT),
        ("snp_report", OTHER),
    ]
    assert [piece.attachments for piece in parts if isinstance(piece, Input)] == [
        {"event-log": b'[{"imr":0}]'},
        {"certificates": PEM.encode()},
    ]


def test_a_broken_envelope_does_not_lose_the_one_beside_it() -> None:
    broken, good = pieces(packed(DSTACK | {"quote": 5, "tdx": {"quote": "="}} | SNP_REPORT))
    assert isinstance(broken, CarrierError)
    assert isinstance(good, Input)
    assert (broken.path, good.data) == ("tdx/quote", OTHER)


def test_two_envelopes_around_one_piece_attach_what_either_has() -> None:
    (part,) = pieces(packed(DSTACK | {"collateral": {"tcb_info": "{}"}}))
    assert isinstance(part, Input)
    assert part.attachments == {"event-log": b'[{"imr":0}]', "collateral": b'{"tcb_info":"{}"}'}


def test_two_envelopes_that_contradict_each_other_are_both_named() -> None:
    (part,) = pieces(packed({"report": BASE64, "vcek": PEM, "aux_blob": LOG64}))
    assert isinstance(part, CarrierError)
    assert (part.carrier, part.path) == ("az-snp-vtpm and google-attestation", "certificates")


@pytest.mark.parametrize(
    "beside",
    [
        {"more": base64.b64encode(OTHER).decode()},
        {"more": {"inside": [None, OTHER.hex()]}},
        {"nodes": [{"quote": base64.b64encode(OTHER).decode(), "event_log": []}]},
        {"evidence_list": [{"evidence": base64.b64encode(OTHER).decode(), "arch": "HOPPER"}]},
        {"token": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"},
        {"tee-evidence": {"quote": base64.b64encode(OTHER).decode()}, "runtime-data": {}},
    ],
)
@pytest.mark.parametrize("envelope", [DSTACK, {"outblob": BASE64, "provider": "sev_guest"}])
def test_evidence_beside_an_envelope_is_found(envelope: dict[str, object], beside: dict[str, object]) -> None:
    first, second = parse_all(packed(envelope | beside))
    assert isinstance(first, Evidence)
    assert first.data == REPORT
    assert isinstance(second, Failure) == ("token" in beside)
    assert isinstance(second, Failure) or second.data == OTHER


def test_what_an_envelope_answers_for_is_no_piece_of_its_own() -> None:
    device = {"evidence": BASE64, "certificate": BASE64, "nonce": BASE64}
    documents: tuple[object, ...] = (
        [device | {"more": OTHER.hex()}],
        device | {"more": OTHER.hex()},
        {"evidence_list": [device | {"more": OTHER.hex()}]},
    )
    for document in documents:
        assert [piece.data for piece in pieces(packed(document)) if isinstance(piece, Input)][-1] == OTHER
        assert len(pieces(packed(document))) == 2


def test_a_list_of_devices_names_what_is_no_device() -> None:
    device = {"evidence": BASE64, "arch": "HOPPER"}
    parts = pieces(packed({"evidence_list": [device, {"evidence": BASE64}, 5], "nonce": "00" * 32}))
    assert [getattr(piece, "path", "") for piece in parts] == ["", "1", "2"]


def test_nodes_that_repeat_the_answer_are_no_further_pieces() -> None:
    node = {"intel_quote": REPORT.hex(), "event_log": [{"imr": 0}]}
    other = {"intel_quote": OTHER.hex(), "nvidia_payload": ""}
    parts = parse_all(packed(node | {"all_attestations": [node, other]}))
    assert [piece.at for piece in parts] == ["intel_quote", "all_attestations/1/intel_quote"]


def test_what_is_found_beside_an_envelope_has_bounds() -> None:
    document: dict[str, object] = DSTACK | {"other": [{}] * (limits.MEMBERS + 1)}
    first, failure = parse_all(packed(document))
    assert isinstance(first, Evidence)
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, LimitExceeded)


def test_collateral_with_a_quote_in_it_is_not_collateral_alone() -> None:
    collateral = {"tcb_info": "{}", "tcb_info_issuer_chain": PEM, "qe_identity": "{}"}
    (part,) = parse_all(packed(collateral | {"evidence": REPORT.hex()}))
    assert isinstance(part, Evidence)


def test_signed_measurements_of_spdm_are_found_by_their_structure() -> None:
    pair = (shared("fixtures") / "dmtf-spdm" / "valid" / "v11-nvidia-gpu.bin").read_bytes()
    (part,) = parse_all(packed({"devices": [{"measurements": base64.b64encode(pair).decode()}]}))
    assert isinstance(part, Evidence)
    assert (part.type.name, part.at) == ("dmtf-spdm", "devices/0/measurements")
    for change in (
        pair[:1] + b"\x60" + pair[2:],
        b"\x15" + pair[1:],
        pair[:2] + b"\0" + pair[3:],
        pair[:300],
    ):
        (failure,) = parse_all(packed({"measurements": base64.b64encode(change).decode()}))
        assert isinstance(failure, Failure)


# extensions of certificates ------------------------------------------------------------------------


def certificate(extensions: dict[str, bytes]) -> bytes:
    return amd_chain.certificate(
        "example", amd_chain.rsa_spki(amd_chain.ARK_KEY), "example", amd_chain.ARK_KEY, 1, extensions
    )


@pytest.mark.parametrize(
    ("at", "extensions"),
    [
        ("1.2.5", {"2.5.29.19": b"\x30\0", "1.2.5": QUOTE}),
        ("1.2.3", {"1.2.3": tlv(0x04, QUOTE), "1.2.4": QUOTE}),
        ("1.2.840.113556.10.1.1/open-enclave", {"1.2.840.113556.10.1.1": OE_HEADER + REPORT}),
        ("1.2.3/quote", {"1.2.3": tlv(0x04, packed({"quote": QUOTE.hex()}))}),
    ],
)
@pytest.mark.parametrize("written", [bytes, pem])
def test_evidence_in_a_certificate(
    written: Callable[[bytes], bytes], at: str, extensions: dict[str, bytes]
) -> None:
    data = written(certificate(extensions))
    assert unrecognised(data)
    (part,) = parse_all(data)
    assert isinstance(part, Evidence)
    armour = [] if written is bytes else ["pem"]
    assert part.at == ("CERTIFICATE/" if armour else "") + at
    assert part.input.data == (REPORT if at.endswith("open-enclave") else QUOTE)
    assert [carrier.name for carrier in part.claims.evidence.carriers][: len(armour) + 1] == [
        *armour,
        "x509",
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (certificate({}), "not-evidence"),
        (certificate({"1.2.4": tlv(0x04, QUOTE) + b"\0", "1.2.5": b"\x80"}), "not-evidence"),
        (certificate({"1.2.3": QUOTE})[:-1], "unknown-format"),
        (pem(certificate({"1.2.3": QUOTE})[:-1]), "not-evidence"),
        (certificate({"1.2.3": QUOTE[:1019]}), "truncated"),
    ],
)
def test_certificate_without_evidence(data: bytes, code: str) -> None:
    (part,) = parse_all(data)
    assert isinstance(part, Failure)
    assert part.error.code == code


# gzip ---------------------------------------------------------------------------------------------


def test_gzip() -> None:
    evidence_piece = inner(gzip.compress(REPORT))
    assert (evidence_piece.carriers[0].name, evidence_piece.data) == ("gzip", REPORT)


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (gzip.compress(REPORT)[:-1], len(gzip.compress(REPORT)) - 1),
        (gzip.compress(REPORT) + b"\0", len(gzip.compress(REPORT))),
        (gzip.compress(REPORT) + b"\x1f\x8b", len(gzip.compress(REPORT))),
        (gzip.compress(REPORT)[:-8] + bytes(8), None),  # a checksum that is another's
        (b"\x1f\x8b\x08", 3),
        (b"\x1f\x8b\x08\xff" + bytes(20), None),
    ],
)
def test_broken_gzip(data: bytes, offset: int | None) -> None:
    assert refusal(data) == ("gzip", offset, "")


def test_gzip_that_grows_without_bound() -> None:
    fault = error(gzip.compress(bytes(limits.TAKEN_BYTES + 1)))
    assert isinstance(fault, LimitExceeded)
    assert fault.maximum == limits.TAKEN_BYTES


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
    evidence_piece = inner(data)
    (carrier,) = evidence_piece.carriers
    assert (carrier.name, carrier.at, carrier.facts) == ("tsm-report", "outblob", {"provider": "sev_guest"})
    assert (evidence_piece.data, evidence_piece.attachments) == (REPORT, {"certificates": LOG})
    assert evidence_piece.hints == {"provider": "sev_guest"}


def test_attachment_of_the_caller_stays() -> None:
    evidence_piece = inner(packed(TSM), attachments={"certificates": b"mine"}, hints={"provider": "outside"})
    assert evidence_piece.attachments == {"certificates": b"mine"}
    assert evidence_piece.hints == {"provider": "sev_guest"}


def test_zeros_in_base64_are_not_hexadecimal() -> None:
    zeros = base64.b64encode(bytes(3072)).decode()
    assert inner(packed(TSM | {"auxblob": zeros})).attachments == {"certificates": bytes(3072)}


def test_tsm_report_of_a_service() -> None:
    service = {"manifestblob": LOG64, "service_provider": "svsm"}
    evidence_piece = inner(packed(TSM | {"service": service, "privilege_level": 2, "auxblob": ""}))
    assert evidence_piece.attachments == {"services-manifest": LOG}
    assert evidence_piece.carriers[0].facts == {
        "provider": "sev_guest",
        "privlevel": "2",
        "service_provider": "svsm",
    }


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
    evidence_piece = inner(cbor2.dumps({"tcb": tcb, "quote": REPORT}))
    assert (evidence_piece.data, evidence_piece.at) == (REPORT, "quote")
    assert evidence_piece.attachments == {"collateral": cbor2.dumps(tcb)}


def test_parsec() -> None:
    tokens = {"kat": cbor2.CBORTag(601, {10: b"12345678"}), "pat": cbor2.CBORTag(399, {1: b"\1"})}
    kat, pat = pieces(cbor2.dumps(tokens))
    assert isinstance(kat, Input)
    assert isinstance(pat, Input)
    assert (kat.at, kat.data) == ("kat", cbor2.dumps(tokens["kat"]))
    assert (pat.at, pat.data) == ("pat", cbor2.dumps(tokens["pat"]))


def test_parsec_in_byte_strings() -> None:
    tokens = {"kat": b"\xd2\x84kat", "pat": b"\xd2\x84pat"}
    parts = pieces(cbor2.dumps(tokens))
    assert [(piece.at, piece.data) for piece in parts if isinstance(piece, Input)] == list(tokens.items())


def test_one_bad_piece_does_not_lose_the_others() -> None:
    lines = [packed({"quote": BASE64}), packed({"quote": "?"}), base64.b64encode(OTHER)]
    parts = parse_all(b"\n".join(b"0x" + line.hex().encode() for line in lines))
    assert [isinstance(piece, Evidence) for piece in parts] == [True, False, True]
    assert [piece.at for piece in parts] == ["0/quote", "1", "2/base64"]


def test_every_carrier_has_its_row() -> None:
    """Names that carriers and containers write into documents are those of descriptors, each with a row."""
    page = (Path(__file__).parent.parent / "docs" / "carriers.md").read_text()
    written = re.compile(r'(?:Carrier\(|Envelope\(\s*|\bNAME: Final = |name = )"([a-z]+(?:-[a-z]+)*)"')
    sources = (Path(__file__).parent.parent / "evidence").glob("c*r*/*.py")
    names = {name for source in sources for name in written.findall(source.read_text())}
    known = {carrier.name for carrier in table.CARRIERS} | {
        subject.name for subject in containers.DESCRIPTIONS
    }
    assert {"coco-snp", "azure-hcl-report", "az-snp-vtpm", "near-mpc", "parsec-cca", "cbor"} <= names | known
    assert names - known == set()
    assert [name for name in sorted(known) if f"`{name}`" not in page] == []
