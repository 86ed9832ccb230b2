"""For authors of types and of other readers: tests of one line, as pytest runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.errors import NotAdmitted, UsageError
from evidence.testing import ADMIT, assert_conformant, trial
from tests.conftest import forget

pytest_plugins = ("pytester",)
PLUGIN = ("-p", "evidence.pytest_plugin", "-p", "no:cacheprovider")
TEST = """
def test_admitted(evidence_type):
    evidence_type.assert_admitted()
"""
CASES = "amd-sev-snp/valid/v3-milan"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("EVIDENCE_CORPUS", raising=False)
    yield
    forget("tiny_evidence", "broken_plugin")


def outcomes(pytester: pytest.Pytester, *words: str) -> dict[str, int]:
    counts = pytester.runpytest_inprocess(*PLUGIN, *words).parseoutcomes()
    return {word: count for word, count in counts.items() if word != "warnings"}


def test_a_type_that_the_configuration_names_is_proven_in_one_line(
    pytester: pytest.Pytester, plugin: Path
) -> None:
    assert plugin.is_dir()
    pytester.makeini("[pytest]\nevidence_types = tiny")
    pytester.makepyfile(TEST)
    assert outcomes(pytester, "--strict-markers", "--strict-config") == {"passed": 1}


def test_a_type_that_lacks_something_fails_with_all_reasons(pytester: pytest.Pytester, plugin: Path) -> None:
    (plugin / "SPEC.md").unlink()
    (plugin / "tiny.schema.json").unlink()
    pytester.makeini("[pytest]\nevidence_types = tiny")
    pytester.makepyfile(TEST)
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*tiny is not admitted:*", "*schema: there is none*", "*SPEC.md: there is none*"]
    )


def test_a_test_may_name_its_types_itself(pytester: pytest.Pytester, plugin: Path) -> None:
    assert plugin.is_dir()
    pytester.makepyfile(
        "import pytest\n"
        "@pytest.mark.evidence_type('tiny', 'intel-sgx')\n"
        "def test_name(evidence_type):\n"
        "    assert evidence_type.type.name in ('tiny', 'intel-sgx')\n"
        "    assert evidence_type.type in tuple(evidence_type.registry)\n"
    )
    result = pytester.runpytest_inprocess(*PLUGIN, "--strict-markers", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_name?tiny? PASSED*", "*test_name?intel-sgx? PASSED*"])


def test_no_type_at_all_is_a_mistake_and_an_unknown_one_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TEST)
    result = pytester.runpytest_inprocess(*PLUGIN)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*no evidence type is named*"])
    pytester.makeini("[pytest]\nevidence_types = nobody")
    pytester.runpytest_inprocess(*PLUGIN).assert_outcomes(errors=1)


def test_tests_without_the_fixture_do_not_load_the_library(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n"
        "def test_it():\n"
        "    assert not [name for name in sys.modules if name.startswith('evidence.') and name != 'evidence.pytest_plugin']\n"
    )
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)


def test_real_samples_are_judged_where_they_are_at_hand(plugin: Path, tmp_path: Path) -> None:
    sample = b"TINY\1\0\x20\0" + bytes(range(1, 33))
    (plugin / "fixtures" / "real").mkdir()
    entry = {
        "what": "a report",
        "source": "nowhere",
        "licence": "none",
        "origin": "hardware",
        "parts": {"evidence": sha256(sample).hexdigest()},
        "facts": {"/evidence/size": 41},
        "facts_from": ["another reader"],
    }
    (plugin / "fixtures" / "real" / "one.json").write_text(json.dumps(entry))
    tiny, corpus = trial("tiny"), tmp_path / "corpus"
    corpus.mkdir()
    tiny.assert_admitted()
    tiny.assert_admitted(ADMIT, corpus)
    (corpus / "sample").write_bytes(sample)
    with pytest.raises(NotAdmitted) as caught:
        tiny.assert_admitted(ADMIT, corpus)
    assert caught.value.reasons == ("real/one: /evidence/size is 40, another reader say 41",)


# other readers


def reader(folder: Path, *lines: str) -> str:
    """A command that runs these lines, with the bytes of a case in `data`."""
    text = "\n".join(("import json, sys", "data = open(sys.argv[1], 'rb').read()", *lines))
    (folder / "reader.py").write_text(f"{text}\n")
    return f"{sys.executable} -I {folder / 'reader.py'} {{}}"


NAMES = {
    "reader": "a reader",
    "what": "one value of a report",
    "types": ["amd-sev-snp"],
    "claims": [{"theirs": "/data", "ours": ["/bindings/report_data/value"]}],
}


def test_another_reader_is_proven_in_one_line(tmp_path: Path) -> None:
    names = tmp_path / "names.json"
    names.write_text(json.dumps(NAMES))
    right = "print(json.dumps({'data': data[0x50:0x90].hex()}))"
    assert_conformant(reader(tmp_path, right), "amd-sev-snp", names=names, pattern=CASES)
    wrong = reader(tmp_path, "print(json.dumps({'data': data[0x51:0x91].hex()}))")
    with pytest.raises(AssertionError, match="v3-milan: wrong"):
        assert_conformant(wrong, names=names, pattern=CASES)
    with pytest.raises(AssertionError, match="refused wrongly"):
        assert_conformant(reader(tmp_path, "sys.exit(1)"), names=names, pattern=CASES)
    with pytest.raises(AssertionError, match="accepted wrongly"):
        assert_conformant(reader(tmp_path, right), names=names, pattern="amd-sev-snp/invalid/truncated*")


def test_a_run_that_tries_nothing_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no case was tried"):
        assert_conformant(reader(tmp_path), pattern="no such case")
    with pytest.raises(UsageError, match="no evidence type"):
        assert_conformant(reader(tmp_path), "nobody")


def test_our_own_command_is_such_a_reader(tmp_path: Path) -> None:
    own = f"{sys.executable} -m evidence convert {{}}"
    assert_conformant(own, "amd-sev-snp", pattern="amd-sev-snp/valid/v3-mi*", jobs=2)
