"""Another reader on our cases: what it gets right and wrong is told, and nothing that it does can hang or hurt."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from click.testing import CliRunner, Result

from evidence.authoring import comparison
from evidence.authoring.cases import Case, ExpectedRefusal, cases
from evidence.authoring.comparison import Claim, NameMap, differences
from evidence.authoring.foreign import Answer, Bounds, ForeignCommand, against, judge
from evidence.cli.commands import commands
from evidence.errors import UsageError
from evidence.registry import Registry
from interop.__main__ import page
from interop.peers import NAMES_ALONE, PEERS
from tests.conftest import CORPUS

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "interop" / "maps"
REGISTRY = Registry.builtin()
SNP = tuple(cases([REGISTRY["amd-sev-snp"]], REGISTRY))
TDX = tuple(cases([REGISTRY["intel-tdx"]], REGISTRY))
VALID = next(case for case in SNP if case.id.endswith("valid/v3-milan"))
INVALID = next(case for case in SNP if case.refusal and case.refusal.part == "evidence" and not case.carried)


def script(folder: Path, text: str) -> str:
    """A command that runs these lines of Python, with the path of the evidence behind it."""
    (folder / "reader.py").write_text(f"import sys\n{text}\n")
    return f"{sys.executable} {folder / 'reader.py'} {{}}"


def run(*words: object) -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words])


# what an answer is


@pytest.mark.parametrize(
    ("case", "answer", "outcome"),
    [
        (VALID, Answer(0, json.dumps(VALID.claims).encode(), b""), "right"),
        (VALID, Answer(0, b"{}", b""), "wrong"),
        (VALID, Answer(1, b"", b"too short"), "refuses-wrongly"),
        (VALID, Answer(0, b"\xff", b""), "no-answer"),
        (VALID, Answer(0, b"[" * 100_000, b""), "no-answer"),
        (VALID, Answer(None, b"", b"", "it took more than 1 seconds"), "no-answer"),
        (INVALID, Answer(1, b"", b""), "right"),
        (INVALID, Answer(0, b"", b""), "accepts-wrongly"),
        (INVALID, Answer(None, b"", b"", "it was ended by signal 11"), "no-answer"),
    ],
)
def test_an_answer_is_judged(case: Case, answer: Answer, outcome: str) -> None:
    assert judge(case, answer, None)[0] == outcome


def test_a_whole_document_is_compared_to_its_last_member() -> None:
    document = json.loads(json.dumps(VALID.claims))
    document["environments"][0]["values"][0]["int"] = 1
    assert list(differences(VALID, json.dumps(document).encode(), None)) == [
        "/environments/0/values/0/int: 1, expected 0"
    ]
    document = {**VALID.claims, "more": False} if VALID.claims else {}
    assert list(differences(VALID, json.dumps(document).encode(), None)) == ["/more: false, expected None"]


def one(claim: Claim, document: object, case: Case = VALID) -> list[str]:
    known = NameMap("a reader", "", ("amd-sev-snp",), (claim,))
    return list(differences(case, json.dumps(document).encode(), known))


DATA = bytes(range(16, 80))
REPORT_DATA = ("/bindings/report_data/value",)
POLICY = ("/environments/guest/attributes/policy/set",)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        (Claim("/x", REPORT_DATA), DATA.hex().upper()),
        (Claim("/x", REPORT_DATA, "ints"), list(DATA)),
        (Claim("/x", REPORT_DATA, "base64"), b64encode(DATA).decode()),
        (Claim("/x", REPORT_DATA, "padded"), DATA.hex() + "00" * 8),
        (Claim("/x", ("/environments/guest/svns/guest_svn/svn",), "number"), "7"),
        (Claim("/x", ("/evidence/version",), "text"), 3),
        (Claim("/x", ("/environments/guest/attributes/policy/raw",), "le64"), 0x3001F),
        (Claim("/x", ("/environments/guest/attributes/policy/raw",), "le64"), "0x3001f"),
        (Claim("/x", POLICY, "boolean", has="smt"), "true"),
        (Claim("/x", POLICY, "boolean", has="debug"), 0),
        (Claim("/x", ("/environments/guest/values/nobody/int",), nothing=(4294967295,)), 4294967295),
        (Claim("/x", ("/environments/guest/values/nobody/int",)), None),
        (Claim("/y", REPORT_DATA, optional=True), 1),
        (Claim("/x", ("/evidence/nothing", *REPORT_DATA)), DATA.hex()),
    ],
)
def test_a_value_in_a_form_of_its_own_is_the_same(claim: Claim, value: object) -> None:
    assert one(claim, {"x": value}) == []


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        (Claim("/x", REPORT_DATA), DATA[::-1].hex()),
        (Claim("/x", REPORT_DATA), None),
        (Claim("/x", REPORT_DATA, "ints"), [256]),
        (Claim("/x", REPORT_DATA, "base64"), "="),
        (Claim("/x", REPORT_DATA, "padded"), DATA.hex() + "00" * 7 + "01"),
        (Claim("/x", ("/evidence/version",)), 3),
        (Claim("/x", ("/environments/guest/attributes/policy/raw",), "le64"), -1),
        (Claim("/x", POLICY, "boolean", has="debug"), True),
        (Claim("/x", POLICY, "boolean", has="smt"), False),
        (Claim("/x", POLICY, "boolean", has="smt"), None),
        (Claim("/x", POLICY, "boolean", has="smt"), [[]]),
        (Claim("/x", ("/environments/guest/values/nobody/int",)), 5),
        (Claim("/y", REPORT_DATA), 1),
        (Claim("/x/0/y", REPORT_DATA), "text"),
    ],
)
def test_another_value_is_told(claim: Claim, value: object) -> None:
    (text,) = one(claim, {"x": value})
    assert claim.theirs in text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"reader": "x"}',
        b'{"reader": "x", "what": "", "types": [], "claims": [{"theirs": "x", "ours": ["/y"]}]}',
        b'{"reader": "x", "what": "", "types": [], "claims": [{"theirs": "/x", "ours": ["/y"], "form": "z"}]}',
    ],
)
def test_a_map_that_is_none_is_the_callers_fault(content: bytes) -> None:
    with pytest.raises(UsageError, match="no map of names"):
        comparison.names(content)


# the command


def test_a_reader_that_is_ours_is_right(tmp_path: Path) -> None:
    """All of it: attachments and options by the description of the case."""
    command = script(
        tmp_path,
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import json\n"
        "from pathlib import Path\n"
        "import evidence\n"
        "from evidence.encode.json import to_json\n"
        "case = json.loads(Path(sys.argv[2]).read_text())\n"
        "beside = {kind: Path(file).read_bytes() for kind, file in case['attachments'].items()}\n"
        "piece = evidence.parse(Path(sys.argv[1]).read_bytes(), type=case['type'] if case['forced'] else None,\n"
        "                       options=case['options'] or None, attachments=beside)\n"
        "sys.stdout.buffer.write(to_json(piece.claims))",
    )
    chosen = SNP[:6] + tuple(case for case in SNP if case.refusal)[:4]
    results = list(against(ForeignCommand(f"{command} {{case}}"), chosen, jobs=2))
    assert [(result.id, result.outcome, result.details) for result in results] == [
        (case.id, "right", ()) for case in chosen
    ]


def test_what_a_command_cannot_be_told_is_left_out(tmp_path: Path) -> None:
    attached = next(case for case in SNP if case.attachments)
    (result,) = against(ForeignCommand(script(tmp_path, "")), [attached])
    assert result.outcome == "left-out"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("import time; time.sleep(60)", "it took more than 0.5 seconds"),
        ("while True: sys.stdout.write('x' * 65536)", "it wrote more than 1000 bytes"),
        ("while True: sys.stderr.write('x' * 65536)", "it took more than 0.5 seconds"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "it was ended by signal 9"),
        (
            "import subprocess as s; s.Popen([sys.executable, '-c', 'input()']); print('x' * 5000)",
            "it wrote more than 1000 bytes",
        ),
    ],
)
def test_a_command_is_bounded(tmp_path: Path, lines: str, why: str) -> None:
    command = ForeignCommand(
        script(tmp_path, lines), Bounds(seconds=0.5 if "0.5" in why else 30, output=1000)
    )
    answer = command.answer(VALID)
    assert (answer.code, answer.why) == (None, why)
    assert len(answer.output) < 1000 + 2 * 65536


def test_what_a_command_leaves_running_is_ended(tmp_path: Path) -> None:
    """It holds the pipes, and the answer does not wait for it."""
    child = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print('{}')"
    answer = ForeignCommand(script(tmp_path, child), Bounds(seconds=60)).answer(VALID)
    assert (answer.code, answer.output) == (0, b"{}\n")


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    (result,) = against(ForeignCommand(f"{script(tmp_path, '')} ; touch {mark}"), [VALID])
    assert result.outcome == "no-answer"
    assert not mark.exists()


@pytest.mark.parametrize("text", ["", "reader", "{}", "reader 'x {}"])
def test_a_command_without_a_place_for_the_evidence(text: str) -> None:
    with pytest.raises(UsageError, match="--against"):
        ForeignCommand(text)


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no-such-reader"):
        ForeignCommand("/no-such-reader {}").answer(VALID)


def test_what_a_command_says_is_safe_on_a_terminal(tmp_path: Path) -> None:
    command = script(tmp_path, "sys.stderr.write('\\x1b[2J\\u202e' * 1000); sys.exit(1)")
    done = run("conformance", "--against", command, "-k", "valid/v3-milan", "amd-sev-snp")
    assert done.exit_code == 1
    assert done.stdout.isprintable() or "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


# the reports


def test_the_report_counts_what_is_right_wrong_refused_and_accepted(tmp_path: Path) -> None:
    command = script(tmp_path, "print('{}')")
    done = run("conformance", "--against", command, "-k", "amd-sev-snp/*/[stv]*", "--report", "json")
    assert done.exit_code == 1
    (report,) = json.loads(done.stdout)["reports"]
    assert set(report["outcomes"]) - {"not-found"} == {"wrong", "accepts-wrongly", "left-out"}
    assert report["origins"]["generated"]["wrong"] > 20
    assert not report["passed"]
    tried = sum(sum(counts.values()) for counts in report["origins"].values())
    untried = report["outcomes"]["left-out"] + report["outcomes"].get("not-found", 0)
    assert tried + untried == len(report["results"])


def test_samples_that_are_not_at_hand_are_counted(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    command = script(tmp_path, "sys.exit(1)")
    done = run("conformance", "--against", command, "--corpus", empty, "-k", "gosev", "--report", "junit")
    assert done.exit_code == 2  # of the chosen cases none is at hand
    done = run("conformance", "riscv-cove", "--corpus", empty, "-k", "riscv-cove/real/*", "--report", "junit")
    (suite,) = ET.fromstring(done.stdout)  # noqa: S314 (our own)
    assert int(suite.attrib["skipped"]) == sum(case.find("skipped") is not None for case in suite) > 10


def test_the_gate_as_junit_has_a_case_for_each_fixture() -> None:
    done = run("conformance", "riscv-cove", "-k", "riscv-cove/invalid/*", "--report", "junit")
    assert done.exit_code == 0
    (suite,) = ET.fromstring(done.stdout)  # noqa: S314 (our own)
    names = [case.attrib["name"] for case in suite]
    assert len(names) == int(suite.attrib["tests"]) > 40
    assert names[-1] == "riscv-cove/gate"
    assert suite.attrib["failures"] == "0"


@pytest.mark.parametrize(
    "words",
    [
        ("--map", MAPS / "omne-attest.json"),
        ("--against", "reader {}", "--deep"),
        ("-k", "no such case"),
        ("--against", "reader {}", "-k", "no such case"),
    ],
)
def test_options_that_do_not_go_together(words: tuple[object, ...]) -> None:
    assert run("conformance", *words).exit_code == 2


def test_progress_is_counted_on_standard_error(tmp_path: Path) -> None:
    words = ("--against", script(tmp_path, "sys.exit(1)"), "-k", "amd-sev-snp/valid/v3-milan", "--progress")
    done = run("conformance", *words)
    assert "1 cases, 1 failures: amd-sev-snp/valid/v3-milan" in done.stderr


# the maps of other readers


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.json")), ids=lambda path: path.stem)
def test_a_map_names_claims_that_there_are(path: Path) -> None:
    known = comparison.names(path.read_bytes())
    chosen = [case for kind in known.types for case in cases([REGISTRY[kind]], REGISTRY) if case.claims]
    for claim in known.claims:
        one_claim = msgspec.structs.replace(known, claims=(claim,))
        told = [list(differences(case, b"{}", one_claim)) for case in chosen]
        assert any(told) or claim.optional or claim.theirs.endswith("pce_id"), claim


def test_every_map_is_of_a_reader() -> None:
    assert {path.stem for path in MAPS.glob("*.json")} == {*(peer.name for peer in PEERS), *NAMES_ALONE}
    assert {path.stem for path in (ROOT / "interop/wrappers").glob("*.py")} == {peer.name for peer in PEERS}


def go_sev_guest(data: bytes) -> dict[str, Any]:
    """A report in the JSON of go-sev-guest's message, from its offsets."""

    def number(start: int, size: int) -> int:
        return int.from_bytes(data[start : start + size], "little")

    def text(start: int, size: int) -> str:
        return b64encode(data[start : start + size]).decode()

    return {
        "version": number(0, 4),
        "guestSvn": number(4, 4),
        "policy": str(number(8, 8)),
        "familyId": text(0x10, 16),
        "imageId": text(0x20, 16),
        "vmpl": number(0x30, 4),
        "currentTcb": str(number(0x38, 8)),
        "platformInfo": str(number(0x40, 8)),
        "reportData": text(0x50, 64),
        "measurement": text(0x90, 48),
        "hostData": text(0xC0, 32),
        "idKeyDigest": text(0xE0, 48),
        "authorKeyDigest": text(0x110, 48),
        "reportId": text(0x140, 32),
        "reportIdMa": text(0x160, 32),
        "reportedTcb": str(number(0x180, 8)),
        "committedTcb": str(number(0x1E0, 8)),
        "launchTcb": str(number(0x1F0, 8)),
        **(
            {"launchMitVector": str(number(0x1F8, 8)), "currentMitVector": str(number(0x200, 8))}
            if data[0] >= 5
            else {}
        ),
    }


def test_the_names_of_go_sev_guest_are_ours_on_every_bare_report() -> None:
    known = comparison.names((MAPS / "go-sev-guest.json").read_bytes())
    chosen = [case for case in SNP if case.claims and known.asks(case) and not case.options]
    assert len(chosen) > 20
    for case in chosen:
        answer = Answer(0, json.dumps(go_sev_guest(case.data)).encode(), b"")
        assert judge(case, answer, known) == ("right", ()), case.id


GOLDEN = [CORPUS / "tdx" / "trustee_parse_tdx_claims_expected.json"] if CORPUS else []


@pytest.mark.parametrize("path", GOLDEN)
def test_the_names_of_trustee_are_ours_on_its_own_golden_claims(path: Path) -> None:
    from evidence import parse
    from evidence.encode.json import to_json

    known = comparison.names((MAPS / "trustee-tdx.json").read_bytes())
    claims = msgspec.json.decode(
        to_json(parse((path.parent / "trustee_tdx_quote_4.dat").read_bytes()).claims)
    )
    case = msgspec.structs.replace(TDX[0], claims=claims)
    assert judge(case, Answer(0, path.read_bytes(), b""), known) == ("right", ())


def test_the_page_has_the_wrong_answers_with_their_cases() -> None:
    text = (ROOT / "docs" / "interop.md").read_text()
    for peer in PEERS:
        assert f"`{peer.package} {peer.version}`" in text
    for package, case in (
        ("omne-attest", "amd-sev-snp/valid/v5-turin"),
        ("cvm-attest", "intel-tdx/valid/v5-td15"),
    ):
        section = text.partition(f"\n## {package}")[2]
        assert f"`{case}`" in section
    ids = {case.id for case in cases(REGISTRY, REGISTRY)}
    shown = {
        part
        for part in text.split("`")
        if part.count("/") == 2 and part.split("/")[1] in {"valid", "invalid"}
    }
    assert shown <= ids
    assert page([]).startswith("# Other readers on our cases")


def test_a_case_that_is_no_readers_is_not_asked() -> None:
    known = comparison.names((MAPS / "dcap-qvl.json").read_bytes())
    report = next(case for case in TDX if case.variant == "tdreport")
    assert not known.asks(report)
    assert not known.asks(VALID)
    beside = msgspec.structs.replace(TDX[0], claims=None, refusal=ExpectedRefusal(code="x", part="event-log"))
    assert not known.asks(beside)
