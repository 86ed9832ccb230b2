"""The commands for people: `evidence show` and `evidence diff`, their exit codes, their colours and their width."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import cbor2
import pytest
from click.testing import CliRunner, Result

from evidence.cli import people
from evidence.cli.commands import commands
from evidence.cli.documents import documents_in
from evidence.encode.json import to_json
from evidence.files import shared
from evidence.show.differences import What
from tests.builtin import BY_NAME, CASES, Case, every_case
from tests.test_cli_text import RAW, token

FIXTURES = Path(str(shared("fixtures")))
VALID = FIXTURES / "amd-sev-snp" / "valid"
GENOA, MILAN = VALID / "v5-genoa.bin", VALID / "v3-milan.bin"


def run(*words: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words], input=stdin)


def page(*words: object, stdin: bytes = b"", code: int = 0) -> list[str]:
    """What `show` writes, which fits a terminal; it has nothing to say to standard error."""
    done = run("show", *words, stdin=stdin)
    assert (done.exit_code, done.stderr) == (code, "")
    rows = done.stdout.splitlines()
    assert "--full" in words or all(re.fullmatch(r"[ -~]{0,80}", line) for line in rows)
    return rows


def test_one_piece_under_its_name() -> None:
    rows = page(MILAN)
    assert "v3-milan.bin" in rows[0] + rows[1]
    assert "AMD SEV-SNP attestation report: amd-sev-snp, version 3" in rows
    assert page("-", stdin=MILAN.read_bytes())[0] == "-"


def test_whole_values() -> None:
    report = MILAN.read_bytes()[0x90:0xC0].hex()
    assert any(report in line for line in page("--full", MILAN))
    assert not any(report in line for line in page(MILAN))


def test_several_inputs_and_several_pieces(tmp_path: Path) -> None:
    rows = page(MILAN, GENOA)
    assert sum(line.startswith("AMD SEV-SNP attestation report") for line in rows) == 2
    several = tmp_path / "several.json"
    several.write_bytes(run("convert", "--lines", MILAN, GENOA).stdout_bytes)
    rows = page(several)
    assert [line for line in rows if line.endswith(("(:1)", "(:2)"))]
    assert sum("amd-sev-snp, version" in line for line in rows) == 2


def test_documents_are_shown_in_each_form(tmp_path: Path) -> None:
    path = tmp_path / "claims.json"
    for words in ((), ("--lines",), ("--native",)):
        path.write_bytes(run("convert", *words, MILAN).stdout_bytes)
        assert "amd-sev-snp, version 3" in page(path)
    document = to_json(BY_NAME["amd-sev-snp/v3-milan"].read().claims)
    path.write_bytes(document.replace(b'"not-checked"', b'"passed"'))
    assert "REFUSED: bad-encoding" in page(path, code=1)
    path.write_bytes(run("convert", "--lines", FIXTURES / "README", MILAN).stdout_bytes)
    rows = page(path, code=1)
    assert "REFUSED: not-evidence" in rows
    assert "amd-sev-snp, version 3" in rows


def test_a_document_in_cbor_is_the_same_as_in_json(tmp_path: Path) -> None:
    text, binary, other = tmp_path / "claims.json", tmp_path / "claims.cbor", tmp_path / "other.cbor"
    text.write_bytes(run("convert", MILAN).stdout_bytes)
    binary.write_bytes(run("convert", "--to", "claims-cbor", MILAN).stdout_bytes)
    pages = [page(path) for path in (binary, text)]
    first, second = (rows[rows.index("") :] for rows in pages)
    assert first == second
    assert run("diff", text, binary).exit_code == 0
    assert run("validate", binary).exit_code == 0
    other.write_bytes(run("convert", "--to", "claims-cbor", GENOA).stdout_bytes)
    in_cbor, in_json = run("diff", "--json", binary, other), run("diff", "--json", MILAN, GENOA)
    assert in_cbor.exit_code == in_json.exit_code == 1
    documents = [json.loads(done.stdout) for done in (in_cbor, in_json)]
    assert documents[0].pop("first") != documents[1].pop("first")
    assert documents[0].pop("second") != documents[1].pop("second")
    assert documents[0] == documents[1]


def test_a_document_in_cbor_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "claims.cbor"
    document = run("convert", "--to", "claims-cbor", MILAN).stdout_bytes
    assert b"knot-checked" in document
    for data, code in (
        (document.replace(b"knot-checked", b"fpassed"), "bad-encoding"),
        (document[:-1], "truncated"),
        (document + b"\0", "trailing-bytes"),
        (document.replace(b"evidence-claims/1", b"evidence-claims/2"), "bad-encoding"),
    ):
        path.write_bytes(data)
        assert f"REFUSED: {code}" in page(path, code=1), code
        assert run("diff", path, MILAN).exit_code == 1
        assert run("validate", path).exit_code == 1


def test_what_convert_did_not_write_is_no_document() -> None:
    for data in (
        b"",
        b"{",
        b"[]",
        b'{"schema": "other"}',
        b'{"claims": []}',
        b'{"claims": {"schema": 1}}',
        b"\xff",
        b"\xa0",
        b"\xa1\x66schema\x65other",
        b"\xa1\x66schema\x01",
        b"\xbf\xff",
        b"\xa2" + b"\xa0" * 40,
    ):
        assert documents_in(data) is None
    for case in CASES:
        assert documents_in(case.loaded.data) is None


def test_what_is_refused_is_shown_too(tmp_path: Path) -> None:
    path = tmp_path / "cut.bin"
    path.write_bytes(MILAN.read_bytes()[:700])
    rows = page(path, code=1)
    assert "REFUSED: truncated" in rows
    assert any("report_data" in line for line in rows)
    path.write_bytes(b"\xff" * 64)
    assert "REFUSED: unknown-format" in page(path, code=3)
    assert "REFUSED: unreadable" in page(tmp_path / "none", code=2)
    assert "REFUSED: unreadable" in page(tmp_path / "none", MILAN, code=2)
    folder = tmp_path / "folder"
    folder.mkdir()
    assert any(line.startswith("REFUSED: ") for line in page("-r", folder, code=1))


def test_a_piece_inside_of_others_shows_how_far_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "several.cbor"
    cut = bytearray(MILAN.read_bytes())
    cut[0x280] = 1
    path.write_bytes(cbor2.dumps({"a": MILAN.read_bytes(), "b": bytes(cut)}))
    rows = page(path, code=1)
    assert "REFUSED: constraint-violation" in rows
    assert "AMD SEV-SNP attestation report: amd-sev-snp, version 3" in rows
    assert "Read before that: Report at 0x0, as far as it was read" in rows


def test_usage() -> None:
    for words in (
        (),
        ("--nothing", MILAN),
        ("-", "-"),
        ("--type", "none", MILAN),
        ("--option", "a=b", MILAN),
    ):
        done = run("show", *words)
        assert done.exit_code == 2
        assert "Traceback" not in done.stderr


def test_texts_of_a_token_and_names_of_files_reach_no_terminal_raw(tmp_path: Path) -> None:
    path = tmp_path / f"{RAW}.cbor"
    path.write_bytes(token(RAW))
    assert any("\\u202e" in line for line in page(path))
    assert any("\\u202e" in line for line in page(path, "--full"))


@every_case
def test_every_fixture_goes_through_the_command(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "evidence"
    path.write_bytes(case.loaded.data)
    loaded = case.loaded
    words = [f"--option={name}={value}" for name, value in (loaded.fixture.options or {}).items()]
    words += ["--type", case.type.name] if loaded.fixture.force else []
    for kind, content in loaded.attachments.items():
        beside = tmp_path / kind
        beside.write_bytes(content)
        words += ["--attach", f"{kind}={beside}"]
    assert any(f"{case.type.name}, version" in line for line in page(*words, path))


@pytest.mark.parametrize("name", ["show", "diff"])
def test_help_fits(name: str) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


# colour


def on_a_terminal(*words: object, **environment: str) -> str:
    """What a command writes to a terminal."""
    own, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "evidence", *map(str, words)],
        stdout=other,
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm", **environment},
    )
    os.close(other)
    written = bytearray()
    while True:
        try:
            more = os.read(own, 65536)
        except OSError:  # nobody writes any more
            break
        if not more:
            break
        written += more
    os.close(own)
    assert process.wait() == 0
    return written.decode()


def test_colour_is_for_terminals_alone() -> None:
    plain = run("show", MILAN).stdout
    assert "\x1b" not in plain
    shown = on_a_terminal("show", MILAN)
    assert "\x1b[" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n") == plain
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert on_a_terminal("show", MILAN, **environment).replace("\r\n", "\n") == plain


def test_without_rich_there_is_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert people.wants_colour()
    monkeypatch.setattr(people, "find_spec", lambda _: None)
    assert not people.wants_colour()


PAGE = (Path(__file__).parents[1] / "docs" / "people.md").read_text()


def test_the_example_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "yesterday.bin").write_bytes(MILAN.read_bytes())
    (tmp_path / "today.bin").write_bytes(GENOA.read_bytes())
    monkeypatch.chdir(tmp_path)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "/environments/platform/identifiers/product/text Milan Genoa None" in done.stdout


def test_the_page_has_every_group_of_differences() -> None:
    assert set(re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE)) == {*get_args(What)} - {"claims"}
