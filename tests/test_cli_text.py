"""What an input says reaches a terminal as printable characters, and JSON is the same value in ASCII."""

from __future__ import annotations

import json
from pathlib import Path

import cbor2
import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from evidence.claims import Claims, Note
from evidence.cli.commands import commands
from evidence.encode.json import ascii_json, from_json, to_json
from evidence.encode.native import to_native_json
from evidence.files import shared
from tests import arbitrary
from tests.builtin import CASES

FIXTURES = Path(str(shared("fixtures")))
RAW = "\x7f\x80\x85\x9b\u00ad\u061c\u200b\u200e\u2028\u202e\u2066\ufeff\U000e0041\U0001f600"
"""Control, C1, bidirectional and invisible characters, and one that needs two units."""


def printable(data: bytes) -> bool:
    return all(byte == 0x0A or 0x20 <= byte < 0x7F for byte in data)


@given(arbitrary.claims())
def test_any_document_is_written_in_printable_ascii(claims: Claims) -> None:
    assert printable(to_json(claims))
    assert from_json(to_json(claims)) == claims


@given(st.text())
def test_any_text_is_the_same_value(text: str) -> None:
    written = ascii_json(msgspec.json.encode(text))
    assert printable(written)
    assert json.loads(written) == text == msgspec.json.decode(written)
    pretty = msgspec.json.format(written)
    assert printable(pretty)


def test_documents_and_native_fields_hide_no_character() -> None:
    claims = CASES[0].read().claims
    claims = msgspec.structs.replace(claims, notes=(Note(code="unknown-claim", path="/", detail=RAW),))
    for written in (to_json(claims), to_native_json({RAW: RAW})):
        assert printable(written)
        assert RAW in json.loads(written).get("notes", [{}])[0].get("detail", RAW)


def test_no_fixture_is_written_in_another_way() -> None:
    for case in CASES:  # so no recorded digest changes
        claims = case.read().claims
        assert to_json(claims) == msgspec.json.encode(claims, enc_hook=bytes.hex)


def token(text: str) -> bytes:
    """A claims set of our own (RFC 8392 label 2: the subject) in a COSE_Sign1 that nobody signed."""
    claims = {2: text, 10: b"nonce678", 256: b"\x01" + bytes(16), 262: True, 265: text}
    return cbor2.dumps(
        cbor2.CBORTag(61, cbor2.CBORTag(18, [b"\xa1\x01\x26", {}, cbor2.dumps(claims), bytes(64)]))
    )


@pytest.mark.parametrize(
    "words",
    [
        *(["convert"], ["convert", "--native"], ["convert", "--lines"], ["convert", "--native", "--lines"]),
        *(["identify"], ["identify", "--lines"], ["inspect"]),
    ],
    ids=" ".join,
)
def test_what_a_token_says_reaches_no_terminal_raw(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / f"{RAW}.cbor"
    path.write_bytes(token(RAW))
    done = CliRunner().invoke(commands, [*words, str(path)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert all(line.isprintable() for line in done.stdout_bytes.decode().split("\n"))
    if words[0] == "convert" or "--lines" in words:
        assert printable(done.stdout_bytes)
        value = json.loads(done.stdout_bytes)
        assert RAW in json.dumps(value, ensure_ascii=False)
