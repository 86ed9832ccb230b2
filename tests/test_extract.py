"""What is extracted is what other tools verify; names of files are safe, and nothing is overwritten."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from evidence import parse_all
from evidence.cli.commands import commands
from evidence.convert import Evidence
from evidence.extract import MANIFEST, Extract, SignatureFiles, extract, safe_name
from evidence.registry import Signed
from tests.builtin import BY_NAME, CASES, Case, every_case
from tests.conftest import CORPUS

ROOT: Final = Path(__file__).parents[1]
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")
"""AMD gives its certificates the number zero."""
HASHES: Final[dict[str | None, hashes.HashAlgorithm]] = {
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}
SCHEMA: Final = Draft202012Validator(json.loads((ROOT / "schemas" / "extract.schema.json").read_bytes()))
VERIFIED: Final = (
    # fixture, signature: whose key the evidence or what lies beside it holds
    ("amd-sev-snp/v2-certificate", "report"),
    ("arm-cca/2023-399", "realm"),
    ("arm-psa/rfc9783-x5chain", "token"),
    ("dice/android", "dice-0"),
    ("dice/android", "dice-2"),
    ("dmtf-spdm/v11-nvidia-gpu", "measurements"),
    ("dmtf-spdm/v13-conversation", "challenge"),
    ("eat/jwt", "token"),
    ("intel-sgx/v3-all-attributes", "quote"),
    ("intel-tdx/v4-chain", "quote"),
    ("intel-tdx/v4-chain", "qe-report"),
    ("riscv-cove/byte-strings", "tsm"),
    ("tpm2-quote/ecdsa-child", "quote"),
)
SAMPLES: Final = (
    ("snp/veraison-sevsnp-tsm-report.cbor", "report"),
    ("cca/ccada-top1.cbor", "realm"),
    ("spdm/emu/v11_p384_all.pcap", "measurements"),
    ("tdx/ccapi_quote.bin", "quote"),
    ("tdx/oasis_quote_v3_ecdsa_p256_pck_chain.bin", "qe-report"),
    ("eat/cove/spec-cert-x509.der", "tvm"),
)
AT_HAND: Final = [sample for sample in SAMPLES if CORPUS is not None and (CORPUS / sample[0]).is_file()]


def signature(extracted: Extract, name: str) -> SignatureFiles:
    (one,) = (signed for signed in extracted.manifest.signatures if signed.name == name)
    return one


def key_of(extracted: Extract, signed: SignatureFiles) -> bytes:
    """The key in PEM: the evidence's own, else that of the leaf."""
    if signed.key_pem is not None:
        return extracted.files[signed.key_pem]
    leaf = x509.load_der_x509_certificate(extracted.files[signed.certificates[0]])
    return leaf.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def verify(extracted: Extract, signed: SignatureFiles, changed: bytes = b"") -> bool:
    """Whether an independent library says that the files fit, with `changed` behind the message."""
    assert signed.signature is not None
    assert signed.message is not None
    value, message = extracted.files[signed.signature], extracted.files[signed.message] + changed
    key = serialization.load_pem_public_key(key_of(extracted, signed))
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(value, message)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(value, message, ec.ECDSA(HASHES[signed.hash]))
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("name", "signed"), VERIFIED)
def test_what_is_extracted_is_what_verifies(name: str, signed: str) -> None:
    extracted = extract(BY_NAME[name].read())
    assert verify(extracted, signature(extracted, signed))
    assert not verify(extracted, signature(extracted, signed), b"x")


@pytest.mark.parametrize(("name", "signed"), AT_HAND)
def test_of_real_samples_as_well(name: str, signed: str) -> None:
    assert CORPUS is not None
    pieces = [piece for piece in parse_all((CORPUS / name).read_bytes()) if isinstance(piece, Evidence)]
    extracts = [extracted for piece in pieces for extracted in (extract(piece),)]
    ones = [
        (extracted, one)
        for extracted in extracts
        for one in extracted.manifest.signatures
        if one.name == signed and one.message is not None
    ]
    assert ones
    assert any(verify(extracted, one) for extracted, one in ones)


OPENSSL: Final = shutil.which("openssl")


@pytest.mark.parametrize(("name", "signed"), VERIFIED if OPENSSL else ())
def test_openssl_reads_the_files_as_they_are(name: str, signed: str, tmp_path: Path) -> None:
    piece = BY_NAME[name].read()
    extracted = extract(piece)
    one = signature(extracted, signed)
    for file, content in extracted.files.items():
        (tmp_path / file).write_bytes(content)
    key = one.key_pem
    if key is None:
        key = "leaf.pem"
        (tmp_path / key).write_bytes(key_of(extracted, one))
    assert one.signature is not None
    assert one.message is not None
    if one.hash is None:  # Ed25519 hashes by itself
        how = [
            "pkeyutl",
            "-verify",
            "-rawin",
            "-pubin",
            "-inkey",
            key,
            "-sigfile",
            one.signature,
            "-in",
            one.message,
        ]
    else:
        how = [
            "dgst",
            f"-{one.hash.replace('-', '')}",
            "-verify",
            key,
            "-signature",
            one.signature,
            one.message,
        ]
    done = subprocess.run([str(OPENSSL), *how], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search("Verified OK|Signature Verified Successfully", done.stdout)


@every_case
def test_the_manifest_of_every_fixture(case: Case) -> None:
    piece = case.read()
    extracted = extract(piece, "a.bin")
    manifest = json.loads(extracted.manifest.to_json())
    SCHEMA.validate(manifest)
    assert {file["file"]: (file["sha256"], file["size"]) for file in manifest["files"]} == {
        name: (sha256(content).hexdigest(), len(content)) for name, content in extracted.files.items()
    }
    assert extracted.files[manifest["evidence"]] == piece.data
    assert len(manifest.get("certificates", ())) == len(piece.claims.certificates)
    for files, entry in zip(manifest.get("certificates", ()), piece.claims.certificates, strict=True):
        der = extracted.files[files["der"]]
        assert sha256(der).digest() == entry.sha256
        assert b"BEGIN CERTIFICATE" in extracted.files[files["pem"]]
    assert {one["kind"] for one in manifest.get("attachments", ())} == {*piece.input.attachments}
    for one in manifest.get("signatures", ()):
        assert "message" in one or one["missing"]
        assert {*one.get("certificates", ())} <= {*extracted.files}


def test_every_type_that_signs_has_a_signature_that_verifies() -> None:
    signs = {case.type.name for case in CASES if case.read().claims.signatures}
    assert {name.split("/")[0] for name, _ in VERIFIED} == signs


# names of files


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "_etc_passwd"),
        ("/", "_"),
        ("", "_"),
        ("..", "_"),
        (".hidden", "_hidden"),
        ("-rf", "rf"),
        ("---", "_"),
        ("a\0b\nc\x1b[2J", "a_b_c_2J"),
        ("é" * 300, "_"),
        ("x" * 300, "x" * 64),
        ("C:\\con", "C_con"),
    ],
)
def test_names_are_safe(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_hostile_name_of_a_signature_makes_no_path() -> None:
    piece = BY_NAME["intel-tdx/v4-chain"].read()

    def signed(native: object, source: object) -> tuple[Signed, ...]:
        one = BY_NAME["intel-tdx/v4-chain"].type.signed(native, source)[0]  # type: ignore[arg-type]
        return tuple(replace(one, name=name) for name in ("../a", "../A", "/../a", "x" * 999))

    hostile = replace(piece, type=replace(piece.type, signed=signed))
    files = extract(hostile).files
    assert len({name.lower() for name in files}) == len(files)
    for name in files:
        assert Path(name).name == name
        assert not name.startswith((".", "-"))
        assert len(name) < 100


# the command


def run(*words: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(commands, ["extract", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr


def fixture(name: str) -> Path:
    kind, _, rest = name.partition("/")
    (path,) = (ROOT / "fixtures" / kind / "valid").glob(f"{rest}.[!j]*")
    return path


def tree(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder))


def test_the_command(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out"
    code, output, _ = run(fixture("intel-tdx/v4-chain"), "-o", target)
    assert code == 0, output
    manifest = json.loads((target / MANIFEST).read_bytes())
    assert sorted([MANIFEST, *(file["file"] for file in manifest["files"])]) == [*tree(target)]
    assert output == f"{fixture('intel-tdx/v4-chain')}: {len([*tree(target)])} files in {target}\n"


def test_of_several_pieces_each_has_a_folder(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"nothing")
    inputs = (fixture("intel-tdx/v4-chain"), bad, fixture("amd-sev-snp/v3-milan"))
    code, _, output = run(*inputs, "-o", tmp_path / "out")
    assert (code, output.count("unknown-format")) == (3, 1)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0-intel-tdx", "1-amd-sev-snp"]


@pytest.mark.parametrize("what", ["file", "folder", "dangling"])
def test_nothing_is_overwritten(what: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    if what == "file":
        target.write_bytes(b"mine")
    elif what == "folder":
        target.mkdir()
        (target / "mine").write_bytes(b"mine")
    else:
        target.symlink_to(tmp_path / "elsewhere")
    before = [*tree(tmp_path)]
    code, output, complaint = run(fixture("intel-tdx/v4-chain"), "-o", target)
    assert (code, output) == (2, "")
    assert str(target) in complaint
    assert [*tree(tmp_path)] == before


def test_a_file_that_comes_in_between_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    mkdir = Path.mkdir

    def racing(self: Path, *args: object, **options: object) -> None:
        mkdir(self, *args, **options)  # type: ignore[arg-type]
        (self / "evidence.bin").symlink_to(tmp_path / "victim")

    monkeypatch.setattr(Path, "mkdir", racing)
    code, _, output = run(fixture("intel-tdx/v4-chain"), "-o", target)
    assert code == 2
    assert "not-written" in output
    assert not os.path.lexists(tmp_path / "victim")


def test_where_nothing_is_read_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"nothing")
    assert run(tmp_path / "bad", "-o", tmp_path / "out")[0] == 3
    assert not (tmp_path / "out").exists()
