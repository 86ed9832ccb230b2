"""`evidence convert --to`: one output a piece, what it leaves out on standard error, and usage that cannot be meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence import parse
from evidence.authoring import fixtures
from evidence.cli import outputs
from evidence.cli.commands import commands
from evidence.convert import BUILTIN
from evidence.encode import coev, eat, ect, grammar
from evidence.encode.cbor import from_cbor
from evidence.files import shared
from evidence.privacy import withhold
from evidence.wire import cbor, cose
from evidence.wire.claimset import bstr, tagged
from tests.test_output_signed import KEYS

FIXTURES = Path(str(shared("fixtures")))
MILAN = FIXTURES / "amd-sev-snp" / "valid" / "v3-milan.bin"
EXTENDED = FIXTURES / "amd-sev-snp" / "valid" / "v3-extended.bin"
QUOTE = FIXTURES / "intel-tdx" / "valid" / "v4-chain.bin"
TOKEN = FIXTURES / "arm-psa" / "valid" / "iot-1-in-use.bin"
OWN = ("eat-json", "uccs", "coev", "ect")


def run(*words: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(commands, ["convert", *map(str, words)], input=stdin)


def output(*words: object) -> bytes:
    answer = run(*words)
    assert answer.exit_code == 0, answer.stderr
    return answer.stdout_bytes


def refused(code: int, *words: object) -> str:
    answer = run(*words)
    assert answer.exit_code == code, (answer.stdout, answer.stderr)
    assert answer.stdout_bytes == b""
    assert "Traceback" not in answer.stderr
    return answer.stderr


# -- what is written


def test_every_form_is_what_its_writer_gives() -> None:
    claims = parse(MILAN.read_bytes()).claims
    assert output(MILAN, "--to", "uccs", "--iat", 7) == eat.to_uccs(claims, 7).data
    assert output(MILAN, "--to", "eat-json") == eat.to_eat_json(claims).data
    assert output(MILAN, "--to", "coev") == coev.to_coev(claims).data
    assert output(MILAN, "--to", "ect") == ect.to_ects(claims).data
    assert from_cbor(output(MILAN, "--to", "claims-cbor")) == claims
    assert output(MILAN, "--to", "raw") == MILAN.read_bytes()
    profile = BUILTIN["amd-sev-snp"].corim
    assert profile is not None
    assert output(MILAN, "--to", "coev", "--profile", "vendor") == coev.to_coev(claims, profile()).data


@pytest.mark.parametrize("form", OWN)
def test_an_output_fits_and_is_checked_where_that_is_asked(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grammar.check(form, output(MILAN, "--to", form, "--check"))
    monkeypatch.setitem(grammar.FORMS, form, tagged(1, bstr()))
    assert "constraint-violation" in refused(1, MILAN, "--to", form, "--check")


def test_claims_are_what_they_always_were() -> None:
    assert run(MILAN, "--to", "claims").stdout == run(MILAN).stdout


def test_counts_are_said_and_all_losses_written(tmp_path: Path) -> None:
    losses = tmp_path / "losses"
    answer = run(MILAN, "--to", "uccs", "--losses", losses)
    rows = [json.loads(line) for line in losses.read_text().splitlines()]
    assert {tuple(row) for row in rows} == {("input", "at", "form", "path", "code", "detail")}
    written = eat.to_uccs(parse(MILAN.read_bytes()).claims)
    assert [(row["path"], row["code"], row["detail"]) for row in rows] == [
        tuple(loss) for loss in written.losses
    ]
    text = ", ".join(f"{count} {code}" for code, count in written.counts().items())
    assert f"not in uccs: {text}" in answer.stderr


def test_strict_refuses_more_than_details_and_lets_pass_what_is_named() -> None:
    text = refused(1, MILAN, "--to", "uccs", "--strict")
    assert "lossy" in text
    assert "/environments/guest/depends_on (no-home)" in text
    assert "(reduced)" not in text
    assert output(MILAN, "--to", "uccs", "--strict", "--except", "no-home", "--except", "status")


def test_withheld_identifiers_are_in_no_form() -> None:
    left = withhold(parse(MILAN.read_bytes()).claims)
    chip = parse(MILAN.read_bytes()).claims.environment("platform").identifier("chip_id").value
    assert chip is not None
    for form in (*OWN, "claims-cbor"):
        assert bytes(chip) not in output(MILAN, "--to", form, "--no-identifiers")
    assert output(MILAN, "--to", "uccs", "--no-identifiers") == eat.to_uccs(left).data


# -- where it goes


def test_several_pieces_are_a_file_each(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert run(MILAN, QUOTE, "--to", "coev", "-o", folder).exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "0-amd-sev-snp.ce.cbor": coev.to_coev(parse(MILAN.read_bytes()).claims).data,
        "1-intel-tdx.ce.cbor": coev.to_coev(parse(QUOTE.read_bytes()).claims).data,
    }
    assert "-o FOLDER" in refused(2, MILAN, QUOTE, "--to", "coev")


def test_a_bad_piece_does_not_lose_the_others(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"nothing")
    folder = tmp_path / "out"
    answer = run(bad, MILAN, QUOTE, "--to", "cmw-cbor", "-o", folder)
    assert answer.exit_code == 2
    assert "unknown-format" in answer.stderr
    assert "not-written: no media type is known for intel-tdx: --media-type TYPE" in answer.stderr
    assert [path.name for path in folder.iterdir()] == ["0-amd-sev-snp.cmw.cbor"]


def test_a_file_that_was_there_stays_where_nothing_is_written(tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.write_bytes(b"kept")
    assert "no media type" in refused(2, QUOTE, "--to", "cmw-cbor", "-o", place)
    assert place.read_bytes() == b"kept"
    assert output(QUOTE, "--to", "cmw-cbor", "--media-type", "application/x", "-o", place) == b""
    assert cbor.loads(place.read_bytes()) == ("application/x", QUOTE.read_bytes(), 4)


def test_a_collection_takes_all_pieces_and_the_certificates_beside_one(tmp_path: Path) -> None:
    both = cbor.loads(output(MILAN, MILAN, "--to", "cmw-collection"))
    assert list(both) == ["evidence-0", "evidence-1"]
    whole = json.loads(output(EXTENDED, "--to", "cmw-collection-json"))
    assert set(whole) == {"evidence", "certificates"}
    assert whole["certificates"][0] == "application/pem-certificate-chain"
    assert whole["certificates"][2] == 2


def test_an_entry_of_configfs_is_a_new_folder(tmp_path: Path) -> None:
    entry = tmp_path / "entry"
    assert output(EXTENDED, "--to", "configfs", "-o", entry) == b""
    assert sorted(path.name for path in entry.iterdir()) == ["auxblob", "generation", "outblob", "provider"]
    again = run(MILAN, "--to", "configfs", "-o", entry)
    assert again.exit_code == 2
    assert "File exists" in again.stderr
    assert (entry / "auxblob").exists()
    assert "a folder" in refused(2, MILAN, "--to", "configfs")
    assert "no provider for arm-psa" in refused(2, TOKEN, "--to", "configfs", "-o", tmp_path / "other")


def test_binary_does_not_go_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "_is_terminal", lambda: True)
    assert "the output is binary" in refused(2, MILAN, "--to", "uccs")
    assert output(MILAN, "--to", "eat-json").startswith(b'{"eat_profile"')


# -- usage


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--to", "uccs", "--native"), "--native is about claims"),
        (("--to", "uccs", "--lines"), "--lines is about claims"),
        (("--to", "raw", "--no-identifiers"), "holds the evidence itself"),
        (("--to", "cmw-json", "--no-identifiers"), "holds the evidence itself"),
        (("--to", "cmw-collection", "--no-identifiers"), "holds the evidence itself"),
        (("--to", "configfs", "--no-identifiers", "-o", "x"), "holds the evidence itself"),
        (("--to", "cwt", "--no-identifiers"), "says what was verified"),
        (("--to", "cwt"), "needs --issuer, --iat, --key"),
        (("--to", "jwt", "--issuer", "x", "--iat", "1"), "needs --key"),
        (("--to", "coev", "--iat", "1"), "no use for --iat"),
        (("--to", "uccs", "--profile", "vendor"), "no use for --profile"),
        (("--to", "uccs", "--media-type", "x/y"), "no use for --media-type"),
        (("--to", "uccs", "--issuer", "x"), "no use for --issuer"),
        (("--to", "uccs", "--trust", "x"), "verifies nothing"),
        (("--to", "uccs", "--losses", "x", "-o", "x"), "the same file"),
        (("--to", "cmw-tag"), "no content format"),
        (("--iat", "1"), "goes with --to"),
        (("--losses", "x"), "goes with --to"),
        (("--to", "nothing"), "Invalid value"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_a_usage_error(words: tuple[str, ...], text: str) -> None:
    assert text in refused(2, MILAN, *words)


def test_types_without_a_published_profile_are_named() -> None:
    assert "nobody published a profile for intel-tdx" in refused(
        2, QUOTE, "--to", "coev", "--profile", "vendor"
    )


# -- signed


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(KEYS["ES256"])
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = BUILTIN["intel-tdx"].fixtures
    assert folder is not None
    checked = next(one for name, one in fixtures.checked(folder) if name == "chain")
    path = tmp_path / "root.der"
    path.write_bytes(checked.anchors[0])
    return path


def verified_by(key: Path, *more: Any) -> tuple[Any, ...]:
    return (
        "--issuer",
        "the converter",
        "--iat",
        1_796_000_000,
        "--key",
        key,
        "--at",
        "2026-11-01T00:00:00Z",
        *more,
    )


def test_a_token_is_signed_of_what_is_verified(key: Path, root: Path) -> None:
    token = output(QUOTE, "--to", "cwt", *verified_by(key, "--trust", root))
    claims = cbor.loads(cose.read(token, "token", 2).payload)
    assert (claims[1], claims[6]) == ("the converter", 1_796_000_000)
    assert output(QUOTE, "--to", "jwt", *verified_by(key, "--trust", root)).count(b".") == 2


def test_what_is_not_verified_is_not_signed(key: Path) -> None:
    assert "not-verified" in refused(1, QUOTE, "--to", "cwt", *verified_by(key))


def test_a_key_that_cannot_sign_is_refused(key: Path, root: Path) -> None:
    key.write_bytes(b"no key")
    assert "not a private key" in refused(2, QUOTE, "--to", "cwt", *verified_by(key, "--trust", root))


# -- and back


def test_an_output_is_no_evidence_and_unwrapped_it_is_nobodys(tmp_path: Path) -> None:
    place = tmp_path / "out"
    output(MILAN, "--to", "uccs", "-o", place)
    assert "claims that this library converted" in refused(1, place)
    value = json.loads(run(place, "--unwrap-results").stdout)
    assert (value["evidence"]["protection"], value["evidence"]["identified_by"]) == ("none", "caller")
    assert "converted" in refused(1, place, "--unwrap-results", "--strict")
