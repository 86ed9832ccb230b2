"""What TDX and SGX quotes share, on quotes of our own: certificates, their extension, signatures, places."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

import evidence
from evidence import limits
from evidence.cli.commands import commands
from evidence.convert import Evidence, Failure
from evidence.encode.json import to_json
from evidence.privacy import withhold
from evidence.registry import Match
from evidence.types._dcap.pck import SGX_EXTENSIONS, read_chain, read_extensions
from evidence.types._dcap.quote import Quote
from evidence.types.tdx import TYPE as TDX
from tests.builtin import BY_NAME, CASES
from tests.generate import dcap, intel_tdx
from tests.generate.dcap import PLATFORM_PARTS, PROCESSOR_PARTS, certified, der, leaf, part, pem, tlv
from tests.generate.intel_tdx import v4
from tests.test_tdx_corpus import verifies

CHAIN = v4(certified(5, dcap.CHAIN))


def notes(data: bytes) -> dict[str, str]:
    """The notes of a quote, by code."""
    return {note.code: note.detail for note in evidence.parse(data).claims.notes}


def replaced(index: int, new: bytes) -> list[bytes]:
    """The parts of a Platform CA's leaf with one of them changed."""
    return [*PLATFORM_PARTS[:index], new, *PLATFORM_PARTS[index + 1 :]]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (PROCESSOR_PARTS[1:], "'ppid' is missing"),
        ([*PROCESSOR_PARTS[:1], *PROCESSOR_PARTS[2:]], "'tcb' is missing"),
        ([*PROCESSOR_PARTS, PROCESSOR_PARTS[3]], "fmspc a second time"),
        (replaced(0, part("1", tlv(4, bytes(15)))), "OCTET STRING of 16 bytes"),
        (replaced(0, part("1", tlv(12, b"x" * 16))), "OCTET STRING of 16 bytes"),
        (replaced(1, part("2", tlv(0x31, b""))), "not a SEQUENCE"),
        (replaced(1, dcap.tcb_part((*dcap.COMPONENTS[:15], 256))), "a number from 0 to 255"),
        (replaced(1, dcap.tcb_part((*dcap.COMPONENTS[:15], -1))), "a number from 0 to 255"),
        (replaced(1, dcap.tcb_part(dcap.COMPONENTS[:15])), "'component_16' is missing"),
        (replaced(4, part("5", dcap.integer(1))), "a number from 0 to 255"),
        (replaced(6, part("7", tlv(0x30, part("7.1", dcap.integer(1))))), "not a BOOLEAN"),
        ([*PROCESSOR_PARTS, tlv(0x30, dcap.oid(SGX_EXTENSIONS))], "not an OID and a value"),
        ([*PROCESSOR_PARTS, *[part("9", b"\5\0")] * limits.ENTRIES], "limit SGX extension parts"),
    ],
)
def test_an_extension_that_breaks_its_profile_gives_no_platform(parts: list[bytes], words: str) -> None:
    piece = evidence.parse(v4(certified(5, pem(leaf(parts, 9)))))
    assert words in {note.code: note.detail for note in piece.claims.notes}["unreadable-certificate"]
    assert [one.source for one in piece.claims.certificates] == ["pck"]
    assert [one.id for one in piece.claims.environments] == ["td", "tdx-module", "qe"]


def test_bytes_behind_the_extension_are_refused() -> None:
    with pytest.raises(evidence.EvidenceError, match="1 bytes follow its end"):
        read_extensions(tlv(0x30, b"".join(PROCESSOR_PARTS)) + b"\0")


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        (pem(dcap.LEAF) * 17, "limit certificates"),
        (pem(dcap.LEAF)[:-30], "need"),
        (pem(dcap.LEAF).replace(b"MII", b"!!!"), "base64"),
        (der(dcap.LEAF)[:-1], "need"),
        (der(dcap.LEAF) + b"\1", "need 2 bytes"),
        (pem(dcap.CA_CERTIFICATE, dcap.ROOT_CERTIFICATE), "none of 2 certificates"),
        (pem(dcap.LEAF, leaf(PROCESSOR_PARTS, 9)), "2 of 2 certificates"),
        (b"no certificate at all", "certificate chain"),
        (bytes(20), "none of 0 certificates"),
    ],
)
def test_a_chain_that_cannot_be_read_does_not_lose_the_body(chain: bytes, words: str) -> None:
    claims = evidence.parse(v4(certified(5, chain))).claims
    assert words in {note.code: note.detail for note in claims.notes}["unreadable-certificate"]
    assert claims.workload.measurement("mrtd").digests[0].digest == intel_tdx.MRTD


@pytest.mark.parametrize("end", [b"", b"\n", b"\0", b"\n\0"])
@pytest.mark.parametrize(
    "order",
    [
        (dcap.LEAF, dcap.CA_CERTIFICATE, dcap.ROOT_CERTIFICATE),
        (dcap.LEAF, dcap.ROOT_CERTIFICATE, dcap.CA_CERTIFICATE),
        (dcap.ROOT_CERTIFICATE, dcap.CA_CERTIFICATE, dcap.LEAF),
    ],
)
def test_parts_of_a_chain_are_found_by_content(order: tuple[object, ...], end: bytes) -> None:
    result = read_chain(pem(*order).rstrip() + end)  # type: ignore[arg-type]  # certificates, of another library
    assert {name: one.sha256.hex() for name, one in result.certificates.items()} == {
        "pck": dcap.sha256_of(dcap.LEAF),
        "intermediate": dcap.sha256_of(dcap.CA_CERTIFICATE),
        "root": dcap.sha256_of(dcap.ROOT_CERTIFICATE),
    }
    assert result.problem is None


@pytest.mark.parametrize("certification", [certified(5, dcap.CHAIN), certified(5, der(dcap.LEAF))])
def test_a_claim_of_the_certificate_has_its_bytes(certification: bytes) -> None:
    piece = evidence.parse(v4(certification))
    source = piece.where("/environments/pck/identifiers/fmspc")
    assert source.field == f"pck.{SGX_EXTENSIONS}"
    assert dcap.FMSPC in piece.bytes_of(source)


def test_every_claim_of_a_quote_is_signed_but_those_of_its_key_and_certificates() -> None:
    unsigned = set(evidence.parse(CHAIN).unsigned())
    assert unsigned == {
        "/environments/qe/keys/attestation_key",
        "/consistency/qe_report_data-binding",
        "/environments/qe/values/qe_authentication_data",
        "/environments/qe/values/certification_data_type",
        "/environments/pck",
        "/certificates/pck",
        "/certificates/intermediate",
        "/certificates/root",
    }


def test_signatures_are_over_what_they_cover_and_by_the_keys_beside_them() -> None:
    piece = evidence.parse(CHAIN)
    assert all(verifies(piece, signature) for signature in piece.signed())
    assert evidence.parse(v4()).signed()[1].key is None


def test_nothing_that_links_to_the_platform_is_left_when_it_is_withheld() -> None:
    text = to_json(withhold(evidence.parse(CHAIN).claims)).decode()
    for secret in (dcap.QE_ID, dcap.PPID, dcap.INSTANCE):
        assert secret.hex() in to_json(evidence.parse(CHAIN).claims).decode()
        assert secret.hex() not in text


def test_the_same_code_reads_the_quoting_enclave_of_both() -> None:
    native = evidence.parse(CHAIN).native
    assert isinstance(native, Quote)
    assert native.signature_data.qe_report.isv_svn == 8


def test_a_forced_type_reads_what_its_marks_do_not_tell() -> None:
    for kind in ("intel-tdx", "intel-sgx"):
        (piece,) = evidence.parse_all(b"\x09\0" + bytes(60), type=kind)
        assert isinstance(piece, Failure)
        assert piece.error.code == "unsupported-version"


def test_what_trails_a_quote_is_in_no_claim() -> None:
    plain, padded = evidence.parse(v4()), evidence.parse(v4() + b"\7" * 39)
    assert isinstance(padded, Evidence)
    assert padded.data == plain.data
    assert padded.claims.evidence.sha256 == plain.claims.evidence.sha256
    assert padded.claims.environments == plain.claims.environments
    assert "trailing-bytes" in notes(v4() + b"\7" * 39)


def test_an_unknown_version_is_still_told_with_its_body() -> None:
    data = bytearray(next(case for case in CASES if case.name == "intel-tdx/v5-td15").loaded.data)
    data[1] = 0x7F
    assert TDX.identify(bytes(data)) == Match(str(0x7F05), "td-1.5")


@pytest.mark.parametrize("name", ["intel-tdx/v4-chain", "intel-sgx/v3-chain"])
def test_a_quote_that_anybody_signed_with_a_key_of_their_own_is_loud(name: str, tmp_path: Path) -> None:
    """Its signature is right, and so is the PCK's over the QE report: only the key between them is not bound."""
    genuine = BY_NAME[name].read()
    places = {source.field: source for source in genuine.sources()}
    signature, key = places["signature_data.signature"], places["signature_data.attestation_key"]
    (signed,) = genuine.signed()[0].covers
    anybody = derive_private_key(0xABCDEF, SECP256R1())
    data = bytearray(genuine.data)
    data[40] ^= 1  # another attested thing
    data[key.start : key.end] = dcap.point(anybody)
    data[signature.start : signature.end] = dcap.sign(anybody, bytes(data[signed[0] : signed[1]]))

    forged = evidence.parse(bytes(data))
    assert all(verifies(forged, one) for one in forged.signed())
    fact = next(fact for fact in forged.claims.consistency if fact.name == "qe_report_data-binding")
    assert fact.status == "differs"
    for content, code in ((genuine.data, 0), (bytes(data), 1)):
        path = tmp_path / "quote.bin"
        path.write_bytes(content)
        output = CliRunner().invoke(commands, ["convert", "--strict", str(path)])
        assert output.exit_code == code
        assert ("binding-differs /consistency/qe_report_data-binding" in output.stderr) == bool(code)
