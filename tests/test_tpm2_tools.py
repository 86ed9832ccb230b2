"""Folders of what tpm2-tools writes: one quote a message, with what stands beside it under the same name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import evidence
from evidence import Evidence, Failure, load, load_all
from evidence.cli.commands import commands
from tests.conftest import CORPUS

QUOTES = Path(__file__).parents[1] / "fixtures/tpm2-quote/valid"
ENDINGS = {".bin": ".msg", ".signature": ".sig", ".pcr-values": ".pcrs", ".ak": ".ak"}


def put(folder: Path, fixture: str, name: str, *without: str) -> None:
    folder.mkdir(exist_ok=True)
    for ending, written in ENDINGS.items():
        source = QUOTES / f"{fixture}{ending}"
        if source.exists() and written not in without:
            shutil.copy(source, folder / f"{name}{written}")


def facts(piece: Evidence) -> dict[str, str]:
    return {fact.name: fact.status for fact in piece.claims.consistency}


def test_a_folder_is_one_quote_with_its_signature_values_and_key(tmp_path: Path) -> None:
    put(tmp_path, "azure", "quote")
    quote = load(tmp_path)
    assert quote.type.name == "tpm2-quote"
    assert quote.input.attachments.keys() == {"signature", "pcr-values", "ak"}
    assert not quote.input.by_caller
    assert quote.claims.evidence.carriers[0].name == "tpm2-tools"
    assert facts(quote) == {"qualified_signer-binding": "matches", "pcr-digest-binding": "matches"}
    (signature,) = quote.signed()
    assert signature.value


@pytest.mark.parametrize("name", ["ak.pub", "ak.pem"])
def test_the_key_of_the_only_quote_may_have_its_own_name(tmp_path: Path, name: str) -> None:
    put(tmp_path, "azure", "quote", ".ak")
    shutil.copy(QUOTES / "azure.ak", tmp_path / name)
    assert load(tmp_path).input.attachments["ak"] == (QUOTES / "azure.ak").read_bytes()
    put(tmp_path, "ecdsa-child", "second", ".ak")
    assert all(
        "ak" not in piece.input.attachments for piece in load_all(tmp_path) if isinstance(piece, Evidence)
    )


def test_what_a_caller_has_is_known_better(tmp_path: Path) -> None:
    put(tmp_path, "azure", "quote")
    other = load(tmp_path, attachments={"ak": (QUOTES / "azure-other-key.ak").read_bytes()})
    assert facts(other)["qualified_signer-binding"] == "differs"


def test_several_quotes_have_their_names_as_paths_and_a_broken_one_does_not_hide_the_others(
    tmp_path: Path,
) -> None:
    put(tmp_path, "azure", "first")
    put(tmp_path, "ecdsa-child", "second")
    (tmp_path / "second.pcrs").write_bytes(b"")
    first, second = load_all(tmp_path)
    assert isinstance(first, Evidence)
    assert isinstance(second, Failure)
    assert (first.at, second.at, second.error.code) == ("first", "second", "carrier-error")


def test_what_is_no_quote_of_a_tpm(tmp_path: Path) -> None:
    put(tmp_path, "azure", "unsigned", ".sig")
    (tmp_path / "mail.msg").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "mail.sig").write_bytes(b"signed")
    outside = tmp_path / "outside"
    put(outside, "azure", "quote")
    (tmp_path / "link.msg").symlink_to(outside / "quote.msg")
    (tmp_path / "link.sig").symlink_to(outside / "quote.sig")
    (failure,) = load_all(tmp_path)
    assert isinstance(failure, Failure)
    assert failure.error.code == "unknown-format"
    assert "NAME.msg" in str(failure.error)


def test_a_signature_that_leads_elsewhere_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "azure", "quote", ".sig")
    (tmp_path / "quote.sig").symlink_to(QUOTES / "azure.signature")
    (failure,) = load_all(tmp_path)
    assert isinstance(failure, Failure)
    assert failure.error.as_dict()["path"] == "quote.sig"


def test_the_commands_read_them_together(tmp_path: Path) -> None:
    put(tmp_path, "azure", "quote")
    (tmp_path / "notes.txt").write_text("what else lies there")
    (document,) = [json.loads(CliRunner().invoke(commands, ["convert", str(tmp_path)]).stdout)]
    assert len(document["attachments"]) == 3
    rows = CliRunner().invoke(commands, ["convert", "-r", "--lines", str(tmp_path)]).stdout.splitlines()
    assert ["error" in json.loads(row) for row in rows] == [False, True]
    group = json.loads(CliRunner().invoke(commands, ["group", "--json", str(tmp_path)]).stdout)
    assert [member.get("type") for member in group["members"]] == ["tpm2-quote", None]


@pytest.mark.parametrize("folder", [CORPUS / "tpm2/swtpm"] if CORPUS else [])
def test_real_files_of_tpm2_quote(folder: Path) -> None:
    pieces = {piece.at: piece for piece in load_all(folder)}
    assert {name for name, piece in pieces.items() if isinstance(piece, Evidence)} == {
        *(
            "ecdsa-p256",
            "owner-hierarchy",
            "rsapss",
            "rsassa-nopcr23",
            "rsassa-plain",
            "rsassa-sha256bank",
            "rsassa-values",
        ),
    }
    for name, piece in pieces.items():
        assert isinstance(piece, Evidence)
        bound = facts(piece).get("pcr-digest-binding")
        assert bound == (None if name == "rsassa-plain" else "matches"), name
    assert evidence.load(folder / "rsapss.msg").type.name == "tpm2-quote"
