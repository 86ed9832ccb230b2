"""Every row of the TDX corpus: quotes of TDs and enclaves, TDREPORTs, event logs, and what must be refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import evidence
from evidence.convert import Evidence, Failure
from evidence.registry import Signed
from tests.conftest import CORPUS
from tests.oracles.common import manifest

FOLDER: Final = (CORPUS or Path()) / "tdx"
ROWS: Final = {row["file"]: row for row in manifest(FOLDER)} if CORPUS else {}
QUOTES: Final = [
    name
    for name, row in ROWS.items()
    if row["format"].startswith(("tdx-quote-v", "sgx-quote-v"))
    and "neg_" not in name
    and "prefixed" not in row["format"]
]
TDREPORTS: Final = [name for name, row in ROWS.items() if row["format"].startswith("tdreport-")]
LOGS: Final = [name for name, row in ROWS.items() if row["format"].startswith(("ccel-data", "acpi-ccel"))]

REFUSED: Final = {
    # file of synthetic/: code and offset of the error
    "neg_empty": ("unknown-format", None),
    "neg_v3_tee_tdx": ("constraint-violation", 4),
    "neg_v4_att_key_type3": ("constraint-violation", 2),
    "neg_v4_inner_cert_len_huge": ("truncated", 1258),
    "neg_v4_inner_cert_len_minus1": ("trailing-bytes", 4935),
    "neg_v4_inner_cert_type6": ("constraint-violation", 1252),
    "neg_v4_inner_cert_type7": ("constraint-violation", 1252),
    "neg_v4_outer_cert_len_huge": ("truncated", 770),
    "neg_v4_outer_cert_len_minus10": ("trailing-bytes", 4926),
    "neg_v4_outer_cert_type5": ("constraint-violation", 764),
    "neg_v4_qe_auth_len_ffff": ("truncated", 1220),
    "neg_v4_sigdatalen_0": ("truncated", 636),
    "neg_v4_sigdatalen_ffffffff": ("truncated", 636),
    "neg_v4_sigdatalen_minus1": ("truncated", 770),
    "neg_v4_sigdatalen_plus1000": ("truncated", 636),
    "neg_v4_tee_type_1": ("constraint-violation", 4),
    "neg_v4_trunc_100": ("truncated", 48),
    "neg_v4_trunc_mid_pem": ("truncated", 636),
    "neg_v4_vendor_id": ("constraint-violation", 12),
    "neg_v4_version0": ("unsupported-version", 0),
    "neg_v4_version6": ("unsupported-version", 0),
    "neg_v5_body_size_999": ("constraint-violation", 50),
    "neg_v5_body_type1_tdx": ("constraint-violation", 48),
    "neg_v5_body_type5": ("constraint-violation", 48),
    "neg_v5_trunc_100": ("truncated", 54),
    "neg_v5_type2_size648": ("constraint-violation", 50),
}
NOTED: Final = {
    # read, because nothing but a check of signatures or of the chain can refuse it
    "neg_v4_mrtd_flipped_bad_sig": "trailing-zeros",
    "neg_v4_pem_corrupt": "unreadable-certificate",
}
REPLAYS: Final = [
    # evidence, log, and what each of RTMR0 to RTMR3 is to it
    ("gtg_cos-113-tdx-quote.dat", "gtg_ccel_data.dat", "matches matches matches matches"),
    ("cdai_tdx_quote_live.dat", "cdai_tdx_ccel_live2.dat", "matches matches matches matches"),
    ("cdai_tdx_tdreport_live.bin", "cdai_tdx_ccel_live.bin", "matches matches matches matches"),
    ("ccapi_quote.bin", "ccapi_ccel_data.bin", "matches matches differs matches"),
    ("trustee_tdx_quote_4.dat", "trustee_CCEL_data", "differs differs matches matches"),
    (
        "trustee_tdx_quote_4.dat",
        "trustee_CCEL_data_csv",
        "not-computable not-computable not-computable matches",
    ),
    (
        "gtg_cos-113-tdx-quote.dat",
        "goeventlog_cos-113-intel-tdx-dupe-separator.bin",
        "differs differs matches matches",
    ),
]


def read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def expected(name: str, word: str) -> str | None:
    """A word that the list says about a sample (`mr_td=…`, `trailing=…`)."""
    row = ROWS[name]
    result = re.search(rf"\b{word}=([0-9a-f]+)", f"{row['what']}; {row['expected']}")
    return result[1] if result else None


def verifies(piece: Evidence, signature: Signed, *, by: bytes | None = None) -> bool:
    """Whether the signature is right for its `covers` and key, checked by another library."""
    assert signature.key is not None or by is not None
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), by or signature.key or b"")
    message = b"".join(piece.data[start:end] for start, end in signature.covers)
    r, s = (int.from_bytes(half, "big") for half in (signature.value[:32], signature.value[32:]))
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    return True


@pytest.mark.parametrize("name", QUOTES)
def test_quote(name: str) -> None:
    piece = evidence.parse(read(name))
    claims, row = piece.claims, ROWS[name]

    kind, version = re.match(r"(tdx|sgx)-quote-v([345])", row["format"]).groups()  # type: ignore[union-attr]  # QUOTES have it
    assert (claims.evidence.type, claims.evidence.version) == (f"intel-{kind}", version)
    measured = {"tdx": ("mrtd", "mr_td"), "sgx": ("mrenclave", "mr_enclave")}[kind]
    wanted = {
        measured[1]: claims.workload.measurement(measured[0]).digests[0].digest.hex(),
        "report_data": claims.caller_binding.value.hex(),
    }
    for word, value in wanted.items():
        assert expected(name, word) in {value, None}
    trailing = expected(name, "trailing")
    assert trailing is None or claims.evidence.trailing == int(trailing)
    assert claims.evidence.size + claims.evidence.trailing == len(piece.input.data)
    inner = re.search(r"inner cert type (\d) len (\d+)", row["what"])
    if inner:
        certification = piece.native.signature_data.certification
        assert (certification.type, len(certification.data)) == (int(inner[1]), int(inner[2]))
    assert [fact.status for fact in claims.consistency] == ["matches"]


@pytest.mark.parametrize("name", [name for name in QUOTES if ROWS[name]["origin"] == "real"])
def test_signatures_of_genuine_quotes_are_over_what_they_cover(name: str) -> None:
    piece = evidence.parse(read(name))
    quote, qe_report = piece.signed()

    assert verifies(piece, quote)
    if piece.claims.certificates:
        assert verifies(piece, qe_report)
        pck = piece.claims.environment("pck")
        assert pck.tcb_of("certified").raw == bytes(
            component.svn for component in pck.tcb_of("certified").components[:16]
        )


@pytest.mark.parametrize("name", QUOTES)
def test_what_else_the_list_says_of_a_quote(name: str) -> None:
    """The module, the attributes, the body type, the root of the chain, how the chain ends, what trails."""
    piece = evidence.parse(read(name))
    claims, row = piece.claims, ROWS[name]
    if claims.evidence.type == "intel-tdx":
        svn = claims.environment("tdx-module").tcb_of("launch").raw.hex()
        assert svn.startswith(expected(name, "TEE_TCB_SVN") or "")
        attributes = expected(name, "TDATTRIBUTES") or "0000001000000000"  # what the list leaves out
        assert claims.workload.attribute("tdattributes").raw.hex() == attributes
    body = re.search(r"bodytype(\d)", row["format"])
    if body:
        assert claims.evidence.variant == {"2": "td-1.0", "3": "td-1.5", "4": "td-1.5ex"}.get(body[1])
    roots = [one.spki_sha256.hex() for one in claims.certificates if one.source == "root"]
    root = expected(name, "root_spki_sha256")
    assert root is None or (len(roots) == 1 and roots[0].startswith(root))
    codes = {note.code for note in claims.notes} & {"trailing-bytes", "trailing-zeros"}
    if claims.evidence.trailing:
        nonzero = re.search(r"trailing=\d+ nonzero", row["what"])
        assert codes == {"trailing-bytes" if nonzero else "trailing-zeros"}
    else:
        assert not codes
    if "inner cert type 5" in row["what"]:
        ends_in_nul = piece.native.signature_data.certification.data.endswith(b"\0")
        assert ends_in_nul == ("ends in NUL" in row["what"])


@pytest.mark.parametrize("name", [name for name in QUOTES if expected(name, "root_spki_sha256")])
def test_chains_of_genuine_quotes_are_signed_from_the_root_to_the_leaf(name: str) -> None:
    chain = evidence.parse(read(name)).native.signature_data.certification.chain.certificates
    leaf, intermediate, root = (chain[part] for part in ("pck", "intermediate", "root"))
    for one, issuer in ((leaf, intermediate), (intermediate, root), (root, root)):
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), issuer.key.raw)
        key.verify(one.signature, one.tbs, ec.ECDSA(hashes.SHA256()))
        assert one.issuer == issuer.subject


@pytest.mark.parametrize("name", [name for name in TDREPORTS if expected(name, "rtmr0")])
def test_registers_of_a_tdreport(name: str) -> None:
    workload = evidence.parse(read(name)).claims.workload
    for register in ("rtmr0", "rtmr1"):
        assert workload.measurement(register).digests[0].digest.hex() == expected(name, register)


@pytest.mark.parametrize("name", TDREPORTS)
def test_tdreport(name: str) -> None:
    claims = evidence.parse(read(name)).claims
    assert claims.evidence.version == ROWS[name]["format"].split(" ")[0].replace("-v", "-")
    assert claims.evidence.protection == "mac-local"
    assert [fact.status for fact in claims.consistency] == ["matches", "matches"]


@pytest.mark.parametrize("name", [name for name in ROWS if "/neg_" in name])
def test_bad_input(name: str) -> None:
    (piece,) = evidence.parse_all(read(name))
    stem = Path(name).stem
    if stem in NOTED:
        assert isinstance(piece, Evidence)
        assert NOTED[stem] in {note.code for note in piece.claims.notes}
    else:
        assert isinstance(piece, Failure)
        assert (piece.error.code, getattr(piece.error, "offset", None)) == REFUSED[stem]


@pytest.mark.parametrize("name", LOGS)
def test_a_log_alone_is_refused_by_name(name: str) -> None:
    (piece,) = evidence.parse_all(read(name), type="intel-tdx")
    assert isinstance(piece, Failure)
    assert piece.error.code == "not-evidence"


@pytest.mark.parametrize(("name", "log", "wanted"), [row for row in REPLAYS if row[0] in ROWS])
def test_replay(name: str, log: str, wanted: str) -> None:
    piece = evidence.parse(read(name), attachments={"event-log": read(log)})
    facts = {fact.name: fact.status for fact in piece.claims.consistency}
    assert [facts[f"rtmr{number}-replay"] for number in range(4)] == wanted.split()


@pytest.mark.parametrize("name", [name for name in LOGS if ROWS[name]["format"].startswith("ccel")])
def test_every_log_is_read_to_its_end(name: str) -> None:
    quote = read("gtg_quote_v5_sample.dat")
    piece = evidence.parse(quote, attachments={"event-log": read(name)})
    assert len(piece.claims.consistency) == 5


@pytest.mark.parametrize("name", [name for name in QUOTES if "v5" in ROWS[name]["format"]])
def test_a_forced_type_does_not_change_what_the_content_is(name: str) -> None:
    data = read(name)
    right = evidence.parse(data).type.name
    wrong = {"intel-tdx": "intel-sgx", "intel-sgx": "intel-tdx"}[right]
    (piece,) = evidence.parse_all(data, type=wrong)
    assert isinstance(piece, Failure)
    assert piece.error.code == "unknown-format"
