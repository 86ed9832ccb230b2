"""Azure's HCL report and CoCo's evidence around it, on vectors of our own with literal offsets."""

from __future__ import annotations

import base64
import json
import struct
from hashlib import new

import pytest

from evidence import possible
from evidence.convert import Evidence, parse_all
from evidence.input import Expect
from evidence.privacy import withhold
from tests.generate.common import FIXTURES
from tests.unwrapping import REPORT, inner, packed, refusal

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
BASE64 = base64.b64encode(REPORT).decode()
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
    evidence_piece = inner(hcl(report, kind, more=more))
    assert (evidence_piece.data, evidence_piece.at) == (report, "azure-hcl-report")
    assert evidence_piece.attachments == {"runtime-data": RUNTIME}
    assert evidence_piece.hints == {"provider": provider}


@pytest.mark.parametrize(("hashed", "alg"), [(1, "sha256"), (2, "sha384"), (3, "sha512")])
def test_digest_of_runtime_data(hashed: int, alg: str) -> None:
    digest = new(alg, RUNTIME).digest()
    evidence_piece = inner(hcl(REPORT, hashed=hashed))
    assert evidence_piece.expects == (Expect("report_data", digest, "runtime-data", f"sha-{alg[3:]}"),)


def test_hcl_report_says_what_is_bound() -> None:
    bound = new("sha256", RUNTIME).digest().ljust(64, b"\0")
    for report, status in ((REPORT, "differs"), (REPORT[:0x50] + bound + REPORT[0x90:], "matches")):
        (part,) = parse_all(hcl(report))
        assert isinstance(part, Evidence)
        (entry,) = part.claims.consistency
        assert (entry.status, entry.digest_of) == (status, "runtime-data")
        assert "attachment-ignored" not in {note.code for note in part.claims.notes}


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
    evidence_piece = inner(packed(document))
    assert evidence_piece.data == report
    assert evidence_piece.attachments == {"certificates": certificate}
    assert evidence_piece.carriers[0].name == "az-snp-vtpm"
    again = inner(evidence_piece.data, attachments=evidence_piece.attachments)
    assert again.attachments == {"certificates": certificate, "runtime-data": RUNTIME}


@pytest.mark.parametrize("version", [0, 1, 2])
def test_az_tdx_vtpm(version: int) -> None:
    document = {
        "tpm_quote": {},
        "hcl_report": json_of(hcl(b"\x81" * 1024, 4), version),
        "td_quote": json_of(REPORT, version),
    }
    evidence_piece = inner(packed(document | ({"version": version} if version else {})))
    assert (evidence_piece.data, evidence_piece.at) == (REPORT, "td_quote")
    assert evidence_piece.attachments == {"runtime-data": RUNTIME}
    assert evidence_piece.hints == {"provider": "tdx_guest"}
    assert evidence_piece.expects[0].digest == new("sha256", RUNTIME).digest()


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


def test_a_td_quote_in_json_is_a_paravisors_where_it_binds_the_runtime_claims() -> None:
    report = hcl_fixture("tdreport-0-paravisor")
    quote = (FIXTURES / "intel-tdx" / "valid" / "v4-paravisor-said.bin").read_bytes()
    document = {"hcl_report": list(report), "td_quote": list(quote)}
    (piece,) = parse_all(json.dumps(document).encode())
    assert isinstance(piece, Evidence)
    (paravisor,) = piece.claims.by_role("paravisor")
    assert (paravisor.id, paravisor.origin) == ("paravisor", "evidence")
    assert piece.claims.by_role("workload") == ()
    assert {signature.environment for signature in piece.claims.signatures} == {"paravisor", "qe"}
    with pytest.raises(LookupError, match="vTPM"):
        _ = piece.claims.workload


def test_runtime_data_of_the_caller_are_not_believed_for_those_that_the_report_binds() -> None:
    report = hcl_fixture("tdreport-0-paravisor")
    other = b'{"keys":[{"kid":"HCLAkPub","kty":"RSA","e":"AQAB","n":"AQ"}]}'
    (piece,) = parse_all(report, attachments={"runtime-data": other})
    assert isinstance(piece, Evidence)
    assert {environment.role for environment in piece.claims.environments} == {"unspecified", "tee-firmware"}
    assert "not-bound" in {note.code for note in piece.claims.notes}


@pytest.mark.parametrize("name", ["tdreport-0-paravisor", "tdreport-0-paravisor-zero"])
def test_without_identifiers_a_paravisor_is_one_still_and_nothing_is_backed_by_what_is_gone(
    name: str,
) -> None:
    (piece,) = parse_all(hcl_fixture(name))
    assert isinstance(piece, Evidence)
    document = withhold(piece.claims)
    (paravisor,) = document.by_role("paravisor")
    assert paravisor.keys == ()
    assert document.bindings == () or all(one.backed_by is None for one in document.bindings)
    assert list(possible.faults(document)) == []


def hcl_fixture(name: str) -> bytes:
    return (FIXTURES / "intel-tdx" / "valid" / f"{name}.bin").read_bytes()
