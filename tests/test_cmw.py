"""The RATS conceptual message wrapper in all forms, and results and other messages refused by name."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cbor2 import CBORTag
from click.testing import CliRunner

import evidence
from evidence import Evidence, Failure
from evidence.cli.commands import commands
from evidence.convert import parse_all
from evidence.files import shared
from evidence.wire import messages

CLAIMS = cbor2.dumps({10: bytes(8), 262: True})
REPORT = (shared("fixtures") / "amd-sev-snp" / "valid" / "v3-milan.bin").read_bytes()
UCCS, CWT_FORMAT, JWT = 267, 263, "application/eat+jwt"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def outcome(data: bytes, **how: Any) -> dict[str, str]:
    """Type or code of every piece, by its path."""
    pieces = parse_all(data, **how)
    return {piece.at: piece.error.code if isinstance(piece, Failure) else piece.type.name for piece in pieces}


def tag(number: int) -> int:
    """TN(cf) of RFC 9999."""
    return 0x63740101 + number // 255 * 256 + number % 255


@pytest.mark.parametrize("number", [0, 254, 255, 267, 64999, 65024])
def test_a_tag_stands_for_a_content_format(number: int) -> None:
    evidence_piece = evidence.parse(cbor2.dumps(CBORTag(tag(number), CLAIMS)))
    (carrier,) = evidence_piece.claims.evidence.carriers
    assert carrier.facts[0].text in {f"coap:{number}", "application/eat-ucs+cbor"}


@pytest.mark.parametrize("number", [65025, 65279, 65535])
def test_content_formats_above_65024_have_no_tag(number: int) -> None:
    """RFC 9277 ends there: the tags behind it are anybody's."""
    with pytest.raises(evidence.EvidenceError):
        evidence.parse(cbor2.dumps(CBORTag(tag(number), CLAIMS)))


def test_records() -> None:
    assert outcome(cbor2.dumps([UCCS, CLAIMS])) == {"cmw": "eat"}
    assert outcome(cbor2.dumps(["application/eat-ucs+cbor", CLAIMS, 4])) == {"cmw": "eat"}
    assert outcome(json.dumps(["application/eat-ucs+cbor", b64(CLAIMS), 4]).encode()) == {"cmw": "eat"}
    assert outcome(cbor2.dumps(["application/x", REPORT, 4])) == {"cmw": "amd-sev-snp"}


def test_a_media_type_that_the_content_contradicts() -> None:
    assert outcome(cbor2.dumps([CWT_FORMAT, REPORT])) == {"cmw": "carrier-error"}


@pytest.mark.parametrize(
    ("kind", "name", "media_type"),
    [
        ("arm-psa", "claims-set-rfc9783", "application/psa-attestation-token"),
        ("arm-psa", "claims-set-iot-1", "application/psa-attestation-token"),
        ("arm-cca", "claims-set-realm", "application/eat+cwt"),
        ("arm-cca", "claims-set-platform", "application/eat+cwt"),
    ],
)
def test_a_claims_set_is_no_token_because_its_wrapper_says_so(kind: str, name: str, media_type: str) -> None:
    claims = (shared("fixtures") / kind / "valid" / f"{name}.bin").read_bytes()
    assert outcome(cbor2.dumps([media_type, claims])) == {"cmw": "unknown-format"}
    assert outcome(json.dumps([media_type, b64(claims)]).encode()) == {"cmw": "unknown-format"}
    assert outcome(cbor2.dumps([media_type, claims]), type=kind) == {"cmw": kind}


def test_a_collection_gives_its_pieces_and_refuses_by_name_what_is_none() -> None:
    value = {
        "__cmwc_t": "tag:example.com,2026:all",
        "report": ["application/vnd.amd.sev-snp.attestation-report", REPORT, 4],
        7: CBORTag(tag(UCCS), CLAIMS),
        "inner": {"claims": [UCCS, CLAIMS], "rim": ["application/rim+cose", b"\xd2", 3]},
        "result": [JWT, b"e.e.e", 8],
        "corim": ["application/rim+cbor", b""],
        "unknown bit": [UCCS, CLAIMS, 32],
    }
    assert outcome(cbor2.dumps(value)) == {
        "report": "amd-sev-snp",
        "7": "eat",
        "inner/claims": "eat",
        "inner/rim": "not-evidence",
        "result": "not-evidence",
        "corim": "not-evidence",
        "unknown bit": "not-evidence",
    }


def test_a_collection_in_json() -> None:
    claims = json.dumps({"eat_nonce": "12345678"}).encode()
    value = {
        "a": ["application/eat-ucs+json", b64(claims)],
        "b": ["application/x", "="],
        "c": {"d": ["x/y", b64(REPORT)]},
    }
    assert outcome(json.dumps(value).encode()) == {"a": "eat", "b": "carrier-error", "c/d": "amd-sev-snp"}


def test_collections_have_a_bounded_depth() -> None:
    value: Any = [UCCS, CLAIMS]
    for _ in range(9):
        value = {1: value}
    (part,) = parse_all(cbor2.dumps(value))
    assert isinstance(part, Failure)
    assert part.error.code == "limit-exceeded"


@pytest.mark.parametrize(
    "value",
    [
        {1: [UCCS, CLAIMS], 10: bytes(8)},
        {10: [bytes(8), bytes(9)]},
        {},
        [UCCS, "text"],
        [UCCS, CLAIMS, 0],
        [65536, CLAIMS],
        ["no media type", CLAIMS],
        CBORTag(0x63740101 + 255, CLAIMS),
        CBORTag(0x63740100, CLAIMS),
        {b"bytes": [UCCS, CLAIMS]},
    ],
)
def test_what_is_no_wrapper(value: Any) -> None:
    assert not any(
        "cmw" in {carrier.name for carrier in _carriers(pieces)} for pieces in parse_all(cbor2.dumps(value))
    )


def _carriers(reading: Evidence | Failure) -> Any:
    return reading.claims.evidence.carriers if isinstance(reading, Evidence) else ()


def sign1(payload: bytes, content_type: str) -> bytes:
    header = cbor2.dumps({1: -7, 3: content_type})
    return cbor2.dumps(CBORTag(18, [header, {}, payload, bytes(64)]))


def jws(payload: bytes, **header: str) -> bytes:
    head = json.dumps({"alg": "HS256", **header}).encode()
    return ".".join(map(b64, (head, payload, bytes(32)))).encode()


def test_signed_wrappers_and_wrappers_in_claims() -> None:
    record = cbor2.dumps([UCCS, CLAIMS])
    in_json = json.dumps({"a": ["application/eat-ucs+cbor", b64(CLAIMS)]})
    assert outcome(sign1(record, "application/cmw+cbor")) == {"cmw/cmw": "eat"}
    assert outcome(jws(in_json.encode(), cty="cmw+json")) == {"cmw/a": "eat"}
    assert outcome(cbor2.dumps({1: "me", 299: [UCCS, CLAIMS]})) == {"cmw/cmw": "eat"}
    claims = {"iss": "me", "cmw": json.loads(in_json)}
    assert outcome(json.dumps(claims).encode()) == {"cmw/a": "eat"}
    assert outcome(jws(json.dumps(claims).encode())) == {"cmw/a": "eat"}


def test_a_signed_collection_needs_no_content_type() -> None:
    claims = cbor2.dumps(CBORTag(601, {10: bytes(8), 270: "ratsd"}))
    collection = {"__cmwc_t": "tag:example.com,2026:v2", "__ratsd": [UCCS, claims], "snp": ["a/b", REPORT]}
    header = cbor2.dumps({1: -7})
    signed = cbor2.dumps(CBORTag(18, [header, {}, cbor2.dumps(collection), bytes(64)]))
    assert outcome(signed) == {"cmw/__ratsd": "eat", "cmw/snp": "amd-sev-snp"}
    other = outcome(sign1(cbor2.dumps(collection), "application/other"))
    assert other == {"payload/__ratsd": "eat", "payload/snp": "amd-sev-snp"}  # as in any other message
    assert outcome(sign1(cbor2.dumps({"__cmwc_t": "x", "a": [UCCS, claims]}), "application/other")) == {
        "": "unknown-format"
    }


def test_a_token_of_ratsd_is_evidence_beside_that_in_it() -> None:
    report = json.dumps({"provider": "sev_guest", "outblob": b64(REPORT)}).encode()
    collection = {"__cmwc_t": "x", "tsm-report": ["application/vnd.veraison.tsm-report+json", b64(report)]}
    claims = {
        "eat_profile": "tag:github.com,2024:veraison/ratsd",
        "eat_nonce": "12345678",
        "cmw": b64(json.dumps(collection).encode()),
    }
    assert outcome(json.dumps(claims).encode()) == {"": "eat", "cmw/tsm-report/outblob": "amd-sev-snp"}
    for wrapper in ("", "?", b64(b"no JSON"), b64(b"[1]"), [1]):
        assert outcome(json.dumps(claims | {"cmw": wrapper}).encode()) == {"": "eat"}


def test_a_token_with_claims_of_its_own_keeps_its_wrapper() -> None:
    evidence_piece = evidence.parse(cbor2.dumps({10: bytes(8), 299: [UCCS, CLAIMS]}))
    (manifest,) = evidence_piece.claims.environment("root").manifests
    assert (manifest.format, manifest.raw) == ("application/cmw+cbor", cbor2.dumps([UCCS, CLAIMS]))


RESULTS: tuple[tuple[str, Mapping[Any, Any]], ...] = (
    ("EAR", {"ear.status": "affirming"}),
    ("EAR", {"ear_verifier_id": {}}),
    ("EAR", {"eat_profile": "tag:github.com,2023:veraison/ear"}),
    ("EAR", {"submods": {"x": {"ear_status": "none"}}}),
    ("AR4SI", {"status": "affirming", "appraisal-policy-id": "x"}),
    ("Azure", {"iss": "https://shared.weu.attest.azure.net"}),
    ("Azure", {"x-ms-ver": "1.0"}),
    ("Intel", {"amber_trust_score": 1}),
    ("Intel", {"attester_tcb_status": "OK"}),
    ("EPID", {"id": "1", "isvEnclaveQuoteStatus": "OK", "isvEnclaveQuoteBody": "AgABAA=="}),
    ("Google", {"iss": "https://confidentialcomputing.googleapis.com", "eat_nonce": "12345678"}),
    ("NVIDIA", {"iss": "https://nras.attestation.nvidia.com"}),
    ("NVIDIA", {"x-nvidia-ver": "3.0"}),
    ("Confidential Containers", {"iss": "CoCo-Attestation-Service"}),
    ("Confidential Containers", {"eat_profile": "tag:github.com,2024:confidential-containers/Trustee"}),
    ("claims document", {"schema": "evidence-claims/1"}),
    ("verification document", {"schema": "evidence-verification/1"}),
)


@pytest.mark.parametrize(("word", "claims"), RESULTS)
@pytest.mark.parametrize("kind", [None, "eat"])
def test_results_are_refused_by_name(word: str, claims: Mapping[str, Any], kind: str | None) -> None:
    text = json.dumps(claims).encode()
    for data in (text, b" \n" + text, jws(text), json.dumps({"token": jws(text).decode()}).encode()):
        (part,) = parse_all(data, type=kind)
        assert isinstance(part, Failure)
        assert part.error.code == "not-evidence"
        assert word in str(part.error)


def test_a_document_of_ours_is_no_evidence() -> None:
    from evidence.encode.cbor import to_cbor
    from evidence.encode.json import to_json

    claims = evidence.parse(REPORT).claims
    for data in (
        to_json(claims),
        to_cbor(claims),
        b'{"input":"x","at":"","claims":' + to_json(claims) + b"}",
    ):
        assert outcome(data) == {"": "not-evidence"}


def test_evidence_in_a_result_is_taken_out_on_request_alone() -> None:
    text = json.dumps(
        {"ear.raw-evidence": b64(REPORT), "cmw": ["application/eat-ucs+cbor", b64(CLAIMS)]}
    ).encode()
    assert outcome(text) == {"": "not-evidence"}
    wanted = {"ear.raw-evidence": "amd-sev-snp", "cmw/cmw": "eat"}
    assert outcome(text, unwrap_results=True) == wanted
    assert outcome(jws(text), unwrap_results=True) == wanted
    in_cbor = cbor2.dumps({265: "tag:ietf.org,2026:rats/ear#03", 1002: REPORT})
    assert outcome(in_cbor, unwrap_results=True) == {"1002": "amd-sev-snp"}
    assert outcome(sign1(in_cbor, "x/y"), unwrap_results=True) == {"1002": "amd-sev-snp"}
    for type_ in ("application/eat-ucs+cbor", 'application/eat-ucs+cbor; eat_profile="x"'):
        wrapped = json.dumps({"ear_raw_evidence": [type_, b64(CLAIMS)]}).encode()
        assert outcome(wrapped, unwrap_results=True) == {"ear_raw_evidence/cmw": "eat"}
    in_cbor = cbor2.dumps({265: "tag:ietf.org,2026:rats/ear#04", 1002: ["application/eat-ucs+cbor", CLAIMS]})
    assert outcome(in_cbor, unwrap_results=True) == {"1002/cmw": "eat"}
    nothing = json.dumps({"ear.status": "none"}).encode()
    assert outcome(nothing, unwrap_results=True) == {"": "not-evidence"}
    result = json.dumps({"ear_raw_evidence": b64(nothing)}).encode()
    assert outcome(result, unwrap_results=True) == {"ear_raw_evidence": "not-evidence"}


def test_the_command_line_has_the_option(tmp_path: Any) -> None:
    file = tmp_path / "result.json"
    file.write_text(json.dumps({"ear.raw-evidence": b64(REPORT)}))
    refused = CliRunner().invoke(commands, ["convert", str(file)])
    assert refused.exit_code == 1
    taken = CliRunner().invoke(commands, ["convert", "--unwrap-results", str(file)])
    assert taken.exit_code == 0
    assert json.loads(taken.stdout)["evidence"]["carriers"][0]["name"] == "attestation-result"


@pytest.mark.parametrize(
    ("word", "data"),
    [
        ("CoRIM", cbor2.dumps(CBORTag(501, {0: "x"}))),
        ("CoMID", cbor2.dumps(CBORTag(506, {}))),
        ("CoMID", cbor2.dumps({1: {0: "x"}, 4: {0: []}})),
        ("CoSWID", cbor2.dumps(CBORTag(1398229316, {0: "x"}))),
        ("CoSWID", cbor2.dumps({0: "x", 1: "name", 12: 0})),
        ("CoRIM", cbor2.dumps({0: "x", 1: [b""]})),
        ("CoRIM", sign1(b"\xa0", "application/rim+cbor")),
        ("measured component", cbor2.dumps({1: ["x"], 5: b""})),
        ("measured component", json.dumps({"id": ["x"], "raw-measurement": ""}).encode()),
        ("encrypted", cbor2.dumps(CBORTag(61, CBORTag(16, [b"", {}, b""])))),
        ("encrypted", cbor2.dumps(CBORTag(96, [b"", {}, b"", []]))),
        ("collateral", json.dumps({"tcbInfo": {}, "signature": ""}).encode()),
        ("collateral", json.dumps({"enclaveIdentity": {}, "signature": ""}).encode()),
    ],
)
def test_other_messages_are_refused_by_name(word: str, data: bytes) -> None:
    (part,) = parse_all(data)
    assert isinstance(part, Failure)
    assert part.error.code == "not-evidence"
    assert word in str(part.error)


def test_what_is_not_known_is_no_result() -> None:
    assert messages.result({"iss": "somebody", "eat_nonce": "12345678"}) is None
    assert messages.bare_map({1: "x"}) is None
    assert messages.json_object({"tcbInfo": {}}) is None
    assert messages.media_type("application/eat+cwt; eat_profile=x") is None


@pytest.mark.parametrize("kind", ["arm-cca", "arm-psa", "riscv-cove", "eat"])
@pytest.mark.parametrize("number", [CWT_FORMAT, 10003])
def test_the_media_type_of_a_cwt_fits_every_type_that_is_one(kind: str, number: int) -> None:
    for file in sorted((shared("fixtures") / kind / "valid").glob("*.bin")):
        fixture = json.loads(file.with_suffix(".json").read_text())
        if not (fixture.get("force") or fixture["claims"]["evidence"].get("carriers")):
            assert outcome(cbor2.dumps([number, file.read_bytes()])) == {"cmw": kind}


def test_the_wrapper_is_named_by_its_rfc() -> None:
    """Only samples say of themselves that they were taken from its draft."""
    root = Path(evidence.__file__).parent.parent
    files = {file for folder in ("evidence", "docs", "tests") for file in (root / folder).rglob("*.[pm][yd]")}
    others = files - {Path(__file__)}
    assert len(others) > 100
    assert [file.name for file in others if "rats-msg-wrap" in file.read_text(encoding="utf-8")] == []
