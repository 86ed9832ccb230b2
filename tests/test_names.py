"""The names of types and of everything that a caller may misspell: short ones, the nearest one, and what shells complete."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

import evidence
from evidence.authoring.plugins import admitted, unproven
from evidence.cli.commands import COMMANDS, commands
from evidence.convert import BUILTIN
from evidence.errors import DuplicateType, UsageError, nearest, unknown_name
from evidence.files import shared
from evidence.input import ATTACHMENT_KINDS
from evidence.registry import Registry
from evidence.verify import Trust, verify

AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
FIXTURES: Final = Path(str(shared("fixtures")))
MILAN: Final = FIXTURES / "amd-sev-snp" / "valid" / "v3-milan.bin"
SHORT: Final = [(alias, kind.name) for kind in BUILTIN for alias in kind.aliases]


def run(*words: object) -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words])


# short names


def test_every_type_has_a_name_of_one_word() -> None:
    for kind in BUILTIN:
        assert [name for name in (kind.name, *kind.aliases) if "-" not in name], kind.name


def test_no_name_means_two_types() -> None:
    names = [name for kind in BUILTIN for name in (kind.name, *kind.aliases)]
    assert sorted(names) == sorted(set(names)) == sorted(BUILTIN.names)


@pytest.mark.parametrize(("alias", "name"), SHORT)
def test_a_short_name_is_a_name_everywhere(alias: str, name: str) -> None:
    assert alias in BUILTIN
    assert BUILTIN[alias] is BUILTIN[name]
    assert evidence.parse(MILAN.read_bytes(), type="snp").type.name == "amd-sev-snp"
    assert admitted(BUILTIN, alias) is BUILTIN[name]
    assert unproven(BUILTIN, alias)[0] is BUILTIN[name]
    done = run("convert", "--type", alias, MILAN)
    assert done.exit_code == (0 if name == "amd-sev-snp" else 3)
    assert (name in done.stderr) == (name != "amd-sev-snp")


def test_documents_have_the_long_name_alone() -> None:
    document = json.loads(run("convert", "--type", "snp", MILAN).stdout)
    assert document["evidence"]["type"] == "amd-sev-snp"


def test_a_type_that_takes_the_name_of_another_is_no_second_one() -> None:
    """Whether that is the name or a short one, on either side; whoever tries it is told whose it is."""
    cove = BUILTIN["cove"]
    for other in (
        replace(cove, name="acme", aliases=("snp",)),
        replace(cove, name="acme", aliases=("intel-tdx",)),
        replace(cove, name="snp", aliases=()),
        replace(cove, name="acme", aliases=("acme",)),
    ):
        with pytest.raises(DuplicateType, match="the name"):
            Registry._of((*BUILTIN, other))
        with pytest.raises(DuplicateType):
            BUILTIN.admit(other)


def test_an_anchor_for_a_short_name_is_one_for_the_type() -> None:
    piece = evidence.parse(MILAN.read_bytes())
    root = Trust.shipped().anchors_of("amd-sev-snp")[0].der
    for name in ("snp", "amd-sev-snp"):
        assert Trust().with_anchors(root, types=[name]).anchors_of("amd-sev-snp", "snp", "sev-snp")
    assert not Trust().with_anchors(root, types=["tdx"]).anchors_of("amd-sev-snp", "snp", "sev-snp")
    assert verify(piece, trust=Trust(), at=AT).checks


def test_the_list_of_types_has_their_short_names() -> None:
    listed = [json.loads(line) for line in run("types", "--json").stdout.splitlines()]
    assert {alias: row["name"] for row in listed for alias in row.get("aliases", ())} == dict(SHORT)
    assert "snp sev-snp" in run("types").stdout


# misspelt names

MISSPELT: Final = {
    # what was written, and what was meant
    "a command": (("convrt", MILAN), "Did you mean convert?"),
    "a command of help": (("help", "inspct"), "Did you mean inspect?"),
    "a command of a command": (("fixtures", "exprt"), "Did you mean export?"),
    "an option": (("convert", "--stricd", MILAN), "--strict"),
    "a type": (("convert", "--type", "intel-tdz", MILAN), "did you mean intel-tdx?"),
    "a short name": (("convert", "--type", "spd", MILAN), "did you mean spdm?"),
    "a type to prove": (("conformance", "arm-cc"), "did you mean arm-cca?"),
    "a form": (("convert", "--to", "eat-jsn", MILAN), "Did you mean eat-json?"),
    "a profile": (("convert", "--profile", "vendr", MILAN), "Did you mean vendor?"),
    "an attachment": (("convert", "--attach", f"certificate={MILAN}", MILAN), "did you mean certificates?"),
    "an option of a type": (("convert", "--option", "prodct=milan", MILAN), "did you mean product?"),
    "a note": (("convert", "--strict", "--except", "trailing-zeroes", MILAN), "did you mean trailing-zeros?"),
    "a plugin": (("--plugin", "nobody", "types"), "no plugin 'nobody'"),
    "a shell": (("completion", "bsh"), "Did you mean bash?"),
    "a word": (("explain", "not-definde"), "did you mean not-defined?"),
}


@pytest.mark.parametrize(("words", "hint"), MISSPELT.values(), ids=MISSPELT)
def test_whoever_misspells_a_name_is_told_the_nearest(words: tuple[object, ...], hint: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert hint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_name_that_is_like_nothing_has_no_hint() -> None:
    assert "did you mean" not in run("convert", "--type", "qqqqqqqq", MILAN).stderr.lower()
    assert str(unknown_name("thing", "x", ())) == "no thing 'x' (known: none)"
    assert nearest("SNP", ["snp", "tdx"]) == "snp"
    assert nearest("x" * 100_000, ["snp"]) is None


def test_a_check_that_there_is_not_is_told_with_the_nearest() -> None:
    report = verify(evidence.parse(MILAN.read_bytes()), trust=Trust(), at=AT)
    with pytest.raises(UsageError, match="did you mean signature:report"):
        report.require(["signature:reprt"])


# help, version, colour


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version(flag: str) -> None:
    assert evidence.__version__ in run(flag).stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_what_its_option_says(name: str) -> None:
    assert run("help", name).stdout == run(name, "--help").stdout != ""


def test_help_of_a_command_of_a_command() -> None:
    assert run("help", "fixtures", "export").stdout == run("fixtures", "export", "--help").stdout != ""
    assert run("help", "types", "export").exit_code == 2


def test_help_alone_is_that_of_the_command() -> None:
    assert run("help").stdout == run("--help").stdout


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {}])
def test_no_command_writes_colours_into_a_pipe_or_against_the_wish(setting: dict[str, str]) -> None:
    for words in (
        ["--help"],
        ["types"],
        ["explain", "debug"],
        ["match", str(MILAN), "--candidate", "text:x"],
    ):
        done = CliRunner(env=setting).invoke(commands, words, color=bool(setting))
        assert "\x1b" not in done.stdout + done.stderr


# completion


def script(shell: str) -> str:
    done = run("completion", shell)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


BASH: Final = shutil.which("bash") or "bash"


def completed(*words: str) -> list[str]:
    """What bash offers for the last of the words."""
    line = " ".join(f"'{word}'" for word in ("evidence", *words))
    program = f"{script('bash')}\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words)}\n_evidence\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    done = subprocess.run([BASH, "--norc", "-eu", "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands() -> None:
    assert completed("") == list(COMMANDS)
    assert completed("con") == ["convert", "conformance"]
    assert completed("--plugin", "acme", "con") == ["convert", "conformance"]
    assert completed("help", "ver") == ["verify"]
    assert completed("--ver") == ["--version"]


def test_bash_completes_types_and_other_words() -> None:
    assert completed("convert", "--type", "") == list(BUILTIN.names)
    assert completed("verify", "--type", "intel-s") == ["intel-sgx"]
    assert completed("conformance", "sn") == ["snp"]
    assert completed("convert", "--to", "eat") == ["eat-json"]
    assert completed("convert", "--attach", "") == [f"{kind}=" for kind in ATTACHMENT_KINDS]
    assert completed("convert", "--option", "prod") == ["product="]
    assert completed("explain", "not-defi") == ["not-defined"]
    assert completed("fixtures", "ex") == ["export"]
    assert completed("completion", "") == ["bash", "zsh", "fish"]


def test_bash_completes_options_and_leaves_files_to_itself() -> None:
    assert completed("convert", "file.bin", "--stri") == ["--strict"]
    assert {"--candidate", "--json", "-r"} <= set(completed("match", "-"))
    assert completed("convert", "") == []
    assert completed("convert", "-o", "re") == []
    assert completed("nothing", "re") == []


def test_every_option_of_every_command_is_in_every_script() -> None:
    scripts = {shell: script(shell) for shell in ("bash", "zsh", "fish")}
    context = commands.make_context("evidence", ["types"], resilient_parsing=True)
    for name in COMMANDS:
        command = commands.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert option in scripts["bash"]
                assert option in scripts["zsh"]
                assert f"-{'l' if option.startswith('--') else 's'} {option.lstrip('-')} " in scripts["fish"]


@pytest.mark.parametrize("shell", [name for name in ("bash", "zsh", "fish") if shutil.which(name)])
def test_a_shell_reads_its_script(shell: str, tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_text(script(shell))
    done = subprocess.run([shutil.which(shell) or shell, "-n", path], capture_output=True, check=True)
    assert done.stderr == b""
