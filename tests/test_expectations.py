"""What carriers expect of bindings, around evidence of every type: compared where it can be, else refused, and always fit."""

from __future__ import annotations

import ast
import json
import struct
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

import cbor2
import pytest

from evidence.authoring.check import misfit
from evidence.carriers import cma
from evidence.convert import Evidence, Failure, convert_all, parse, parse_all
from evidence.encode.json import from_json, to_json
from evidence.files import shared
from evidence.input import Input
from tests.builtin import CASES, Case
from tests.generate.dcap import tlv
from tests.test_azure import RUNTIME, hcl
from tests.test_headers import oak
from tests.test_ratls import QUOTE, with_extension

FILES = Path(cma.__file__).parent
NONCE = bytes(range(32))
DATA = b"data of the caller"


def text(data: bytes) -> str:
    return b64encode(data).decode()


def wrapped(document: object) -> Input:
    return Input(data=json.dumps(document).encode())


def collection(data: bytes) -> Input:
    record = ["application/octet-stream", text(data).replace("+", "-").replace("/", "_").rstrip("=")]
    nonce = ["application/octet-stream", text(NONCE).replace("+", "-").replace("/", "_").rstrip("=")]
    kind = "tag:nvidia.com,2026:evidence-item/v1"
    return wrapped({"__cmwc_t": kind, "evidence": record, "nonce": nonce})


def directory(data: bytes) -> Input:
    files = {
        "0_transcript": data[:-1],
        "0_signature": data[-1:],
        "0_requester_nonce": NONCE,
        "0_responder_nonce": NONCE,
    }
    (piece,) = cma.signatures(files, files.get)
    return piece


def of_intel(data: bytes, **members: Any) -> Input:
    return wrapped(
        {"tdx": {"quote": text(data), "verifier_nonce": {"val": text(NONCE), "iat": ""}, **members}}
    )


def statement(data: bytes) -> Input:
    """Of a signing service: the report and its key in the protected header."""
    key = {1: 2, -1: 2, -2: bytes(48), -3: bytes(48)}
    header = cbor2.dumps({"attestedsvc": {"attestation": data, "cose_key": key}})
    return Input(data=cbor2.dumps([header, {}, b"", bytes(96)]))


def claimed(data: bytes) -> Input:
    """Of Open Enclave: claims behind a quote."""
    if len(data) != 436 + int.from_bytes(data[432:436], "little"):
        return Input(data=b"no quote of version 3")
    content = data + DATA
    header = struct.pack("<I16s4xQ", 3, bytes.fromhex("a3a21e871b4d4014b70aa125d2fbcd8c"), len(content))
    return Input(data=header + content)


CARRIERS: dict[str, tuple[Callable[[bytes], Input], ...]] = {
    "attestedsvc.py": (statement,),
    "intel.py": (claimed,),
    "azure.py": (lambda data: wrapped({"hcl_report": text(hcl(bytes(1024), 4)), "td_quote": text(data)}),),
    "cma.py": (directory,),
    "cmw.py": (collection,),
    "envelopes.py": (
        lambda data: wrapped({"snp_report": text(data), "vcek_chain_pem": "", "runtime_data": text(DATA)}),
        lambda data: of_intel(data, runtime_data=text(DATA)),
        lambda data: of_intel(data, runtime_data=text(RUNTIME)),
    ),
    "oak.py": (lambda data: Input(data=oak(report=data)),),
    "ratls.py": (lambda data: Input(data=with_extension(QUOTE, tlv(4, data))),),
    "spdm.py": (
        lambda data: wrapped([{"evidence": text(data), "arch": "HOPPER", "nonce": NONCE.hex()}]),
        lambda data: wrapped(
            {"evidence_list": [{"evidence": text(data), "certificate": ""}], "nonce": NONCE.hex()}
        ),
    ),
}
"""Every module of carriers that expects something, with what it wraps around any evidence."""
WRAPS = [(name, wrap) for name, wraps in CARRIERS.items() for wrap in wraps]


def test_every_carrier_that_expects_something_is_in_the_table() -> None:
    def expects(file: Path) -> bool:
        calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
        return any(isinstance(call.func, ast.Name) and call.func.id == "Expect" for call in calls)

    assert {file.name for file in FILES.glob("*.py") if expects(file)} == CARRIERS.keys()


@cache
def forms() -> tuple[Case, ...]:
    """A fixture of every type, version and form."""
    headers = ((case, case.read().claims.evidence) for case in CASES)
    return tuple({(of.type, of.version, of.variant, of.protection): case for case, of in headers}.values())


@pytest.mark.parametrize(("name", "wrap"), WRAPS, ids=[f"{name}-{n}" for n, (name, _) in enumerate(WRAPS)])
def test_no_expectation_makes_a_document_that_its_schema_refuses(
    name: str, wrap: Callable[[bytes], Input]
) -> None:
    outcomes = {case.name: outcome(case, wrap) for case in forms()}
    assert "fits" in outcomes.values(), f"nothing is compared in {name}"
    assert {word for word in outcomes.values() if word not in {"fits", "refused"}} == set()


def outcome(case: Case, wrap: Callable[[bytes], Input]) -> str:
    """`fits` for a document with the fact, `refused`, or what is wrong with it."""
    source = wrap(case.loaded.data)
    entries = tuple(
        convert_all(
            source,
            type=case.type.name if case.loaded.fixture.force else None,
            options=case.loaded.fixture.options or None,
        )
    )
    for piece in entries:
        if isinstance(piece, Failure):
            continue
        if not piece.input.expects:
            return "the expectation is lost"
        if (error := misfit(piece.type, piece.claims)) is not None:
            return str(error)
        names = [fact.name for fact in piece.claims.consistency]
        if len(names) != len(set(names)):
            return f"{names} are not unique"
        paths = {f"/bindings/{binding.name}" for binding in piece.claims.bindings}
        bound = {f"/bindings/{expect.binding}" for expect in piece.input.expects}
        if not bound <= paths & {fact.compared_to for fact in piece.claims.consistency}:
            return f"nothing is compared to {bound}"
        assert from_json(to_json(piece.claims)) == piece.claims
        return "fits"
    return "refused"


# how runtime data is bound -------------------------------------------------------------------------

REPORT = (shared("fixtures") / "amd-sev-snp" / "valid" / "v3-milan.bin").read_bytes()
TD = (shared("fixtures") / "intel-tdx" / "valid" / "v4-ccel.bin").read_bytes()
REPORTDATA = parse(TD).claims.bindings[0].value


def bound(data: bytes, value: bytes) -> bytes:
    """The report or quote with other report data."""
    if data is REPORT:
        return data[:0x50] + value.ljust(64, b"\0") + data[0x90:]
    return data.replace(REPORTDATA, value.ljust(64, b"\0"))


def status(source: Input) -> tuple[str, str | None]:
    (piece,) = convert_all(source)
    assert isinstance(piece, Evidence)
    (fact,) = (fact for fact in piece.claims.consistency if fact.name == "report_data-binding")
    assert not [note for note in piece.claims.notes if note.code == "attachment-ignored"]
    return fact.status, fact.alg


@pytest.mark.parametrize("data", [DATA, RUNTIME])
def test_cmcp_binds_the_runtime_data_of_azure(data: bytes) -> None:
    def envelope(report: bytes) -> Input:
        return wrapped({"snp_report": text(report), "vcek_chain_pem": "", "runtime_data": text(data)})

    assert status(envelope(bound(REPORT, sha256(data).digest()))) == ("matches", "sha-256")
    assert status(envelope(REPORT)) == ("differs", "sha-256")


VAL, IAT = b"value of the nonce", b"and its time"
WHOLE = {"val": text(VAL), "iat": text(IAT), "signature": ""}
HASHED = sha512(VAL + IAT + DATA).digest()


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("member", ["runtime_data", "user_data"])
def test_intel_binds_nonce_and_data(member: str, inside: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    def envelope(quote: bytes, nonce: object) -> Input:
        members = {"quote": text(quote), member: text(DATA), "verifier_nonce": nonce}
        return wrapped({"tdx": members} if inside else members)

    assert status(envelope(bound(TD, HASHED), WHOLE)) == ("matches", "sha-512")
    assert status(envelope(bound(TD, HASHED), WHOLE | {"iat": ""})) == ("differs", "sha-512")
    assert status(envelope(bound(TD, sha512(DATA).digest()), None)) == ("matches", "sha-512")


def test_intel_binds_what_azures_paravisor_says_on_azure() -> None:
    runtime = json.dumps({"keys": [], "user-data": HASHED.hex().upper()}).encode()
    members = {"quote": text(bound(TD, sha256(runtime).digest())), "runtime_data": text(runtime)}
    for more in ({}, {"user_data": text(DATA)}):
        assert status(wrapped({"tdx": members | more | {"verifier_nonce": WHOLE}})) == ("matches", "sha-256")


def test_intel_does_not_say_which_of_two_is_bound() -> None:
    members = {"quote": text(TD), "runtime_data": text(b"this"), "user_data": text(DATA)}
    (piece,) = convert_all(wrapped({"tdx": members}))
    assert isinstance(piece, Evidence)
    assert "report_data-binding" not in {fact.name for fact in piece.claims.consistency}


def test_a_broken_nonce_of_intels_is_named() -> None:
    (piece,) = convert_all(of_intel(TD, runtime_data=text(DATA), verifier_nonce={"val": 5}))
    assert isinstance(piece, Failure)
    assert getattr(piece.error, "path", "") == "tdx/verifier_nonce"


def test_only_the_callers_attachment_is_noted_as_ignored() -> None:
    """What lies beside evidence in a carrier is listed, and nobody chose it."""
    document = json.dumps({"quote": text(TD), "collateral": {"tcb_info": "{}"}}).encode()
    for attachments, noted in (({}, []), ({"collateral": b"{}"}, ["/attachments/collateral"])):
        (piece,) = parse_all(document, attachments=attachments)
        assert isinstance(piece, Evidence)
        assert [entry.kind for entry in piece.claims.attachments] == ["collateral"]
        codes = [note.path for note in piece.claims.notes if note.code == "attachment-ignored"]
        assert codes == noted
