"""What differs between two documents: by name, with a direction, what must differ set apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from msgspec.structs import replace

from evidence.authoring.schema import document_schema, schema_id
from evidence.claims import Bytes, Claims, Environment, Version
from evidence.cli.commands import commands
from evidence.files import shared
from evidence.show import Detail, compare, comparison, comparison_page, joined, lines
from evidence.show.differences import SCHEMA, Comparison, Difference
from tests import arbitrary
from tests.builtin import BY_NAME, Case, every_case
from tests.test_show import changes, fits

VALID = Path(str(shared("fixtures"))) / "amd-sev-snp" / "valid"
GENOA, MILAN = VALID / "v5-genoa.bin", VALID / "v3-milan.bin"
SNP = BY_NAME["amd-sev-snp/v5-genoa"].read().claims


def run(*words: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words], input=stdin)


def edited(data: bytes, **edits: bytes) -> bytes:
    """A report with other bytes at offsets (`x50`)."""
    report = bytearray(data)
    for place, value in edits.items():
        start = int(place[1:], 16)
        report[start : start + len(value)] = value
    return bytes(report)


def reversed_lists(value: Any) -> Any:
    """Plain values with the entries of every list in another order; ranges and paths keep theirs."""
    if isinstance(value, dict):
        return {name: reversed_lists(item) for name, item in value.items()}
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return [reversed_lists(item) for item in reversed(value)]
        return value
    return value


def reordered(claims: Claims) -> Claims:
    def decode(kind: type, value: Any) -> Any:
        return kind(bytes.fromhex(value))

    plain = reversed_lists(msgspec.to_builtins(claims, enc_hook=bytes.hex))
    return msgspec.convert(plain, Claims, dec_hook=decode)


def without_doubles(claims: Claims) -> bool:
    """Whether no list holds two entries of one name: these are told by their order alone."""
    return not any(one.path.split("/")[-1].rpartition("#")[1] for one in compare(claims, reordered(claims)))


@every_case
def test_the_same_differs_in_nothing_whatever_its_order(case: Case) -> None:
    claims = case.read().claims
    assert compare(claims, claims) == ()
    mixed = reordered(claims)
    if without_doubles(claims):
        assert [one for one in compare(claims, mixed) if one.what == "claims"] == []


@settings(max_examples=10)
@given(arbitrary.claims())
def test_every_change_is_a_difference_and_turns_round(claims: Claims) -> None:
    for path, other in changes(claims):
        assert isinstance(other, Claims)
        there, back = compare(claims, other), compare(other, claims)
        assert bool(there) is not path.endswith("/boot/*/event"), path  # an event that moved is the same
        assert sorted((one.path, one.before, one.after, one.what) for one in there) == sorted(
            (one.path, one.after, one.before, one.what) for one in back
        )
        assert all((one.before, one.after) != (None, None) for one in there)


@settings(max_examples=30)
@given(arbitrary.claims(), arbitrary.claims())
def test_a_page_of_any_two_fits(first: Claims, second: Claims) -> None:
    for all in (False, True):
        result = comparison("a", "\x1b[31m", compare(first, second), all=all)
        assert fits(comparison_page(result, Detail()))
        assert fits(comparison_page(result, Detail(full=True)), None)
        assert msgspec.json.decode(result.to_json(), type=type(result)) == result


def differences(claims: Claims) -> dict[str, Difference]:
    return {one.path: one for one in compare(SNP, claims)}


def platform(**edits: Any) -> Claims:
    def edit(environment: Environment) -> Environment:
        return replace(environment, **edits) if environment.id == "platform" else environment

    return replace(SNP, environments=tuple(map(edit, SNP.environments)))


def test_a_tcb_is_compared_component_by_component_with_its_direction() -> None:
    tcb = SNP.environment("platform").tcb_of("reported")
    snp = next(c for c in tcb.components if c.name == "snp")
    for svn, direction in ((snp.svn + 1, "newer"), (snp.svn - 1, "older")):
        components = tuple(replace(c, svn=svn) if c.name == "snp" else c for c in tcb.components)
        other = replace(tcb, components=components, raw=Bytes(8))
        tcbs = tuple(other if t is tcb else t for t in SNP.environment("platform").tcb)
        (one,) = differences(platform(tcb=tcbs)).values()  # the raw bytes say nothing more
        assert one.path == "/environments/platform/tcb/reported_tcb/components/snp/svn"
        assert (one.before, one.after, one.direction) == (str(snp.svn), str(svn), direction)


def test_a_component_that_selects_has_no_direction() -> None:
    tdx = BY_NAME["intel-tdx/v5-td15"].read().claims
    module = tdx.environment("tdx-module")
    tcb = module.tcb[0]
    major = tuple(replace(c, svn=c.svn + 1) if c.compare == "equal" else c for c in tcb.components)
    other = replace(module, tcb=(replace(tcb, components=major), *module.tcb[1:]))
    changed = replace(tdx, environments=tuple(other if e is module else e for e in tdx.environments))
    (one,) = compare(tdx, changed)
    assert one.direction == "another"


def test_a_tcb_of_another_layout_has_no_direction() -> None:
    tcb = SNP.environment("platform").tcb_of("reported")
    other = replace(tcb, layout="amd-turin")
    tcbs = tuple(other if t is tcb else t for t in SNP.environment("platform").tcb)
    (one,) = differences(platform(tcb=tcbs)).values()
    assert (one.path, one.direction) == ("/environments/platform/tcb/reported_tcb/layout", None)


def test_raw_bits_alone_are_a_difference() -> None:
    attributes = SNP.environment("platform").attributes
    other = (replace(attributes[0], raw=Bytes(8)), *attributes[1:])
    (one,) = differences(platform(attributes=other)).values()
    assert one.path.endswith("/raw")


@pytest.mark.parametrize(
    ("edits", "what"),
    [
        ({"x50": b"\xaa"}, {"nonces", "hashes"}),
        ({"x140": b"\xaa"}, {"identifiers", "hashes"}),
        ({"x1a0": b"\xaa"}, {"identifiers", "hashes"}),
        ({"x2a0": b"\xaa"}, {"hashes"}),
        ({"x90": b"\xaa"}, {"claims", "hashes"}),
        ({"x4": b"\x63"}, {"claims", "hashes"}),
    ],
)
def test_what_differs_between_any_two_is_set_apart(
    edits: dict[str, bytes], what: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(edited(GENOA.read_bytes(), **edits))
    document = json.loads(run("diff", "--json", GENOA, path).stdout)
    assert {one["what"] for one in document["differences"]} == what
    assert document["equal"] is ("claims" not in what)
    assert run("diff", GENOA, path).exit_code == ("claims" in what)
    assert run("diff", "--all", GENOA, path).exit_code == 1
    assert "set apart" in run("diff", GENOA, path).stdout
    assert "set apart" not in run("diff", "--all", GENOA, path).stdout


def test_two_boots(tmp_path: Path) -> None:
    path = tmp_path / "boot.bin"
    report = edited(GENOA.read_bytes(), x50=bytes(64), x90=b"\xaa", x180=b"\x02")
    path.write_bytes(report)
    done = run("diff", GENOA, path)
    assert done.exit_code == 1
    assert done.stderr == ""
    assert "  ~  measurements  measurement" in done.stdout
    assert "reported_tcb bootloader  older  3 -> 2" in done.stdout
    assert "report_data" not in done.stdout


def test_evidence_and_its_document_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "claims.json"
    for words in ((), ("--lines",), ("--native",)):
        path.write_bytes(run("convert", *words, GENOA).stdout_bytes)
        done = run("diff", "--all", GENOA, path)
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.startswith("no claim differs\n")
    assert run("diff", "-", path, stdin=GENOA.read_bytes()).exit_code == 0


def test_the_document_of_a_comparison_fits_its_schema() -> None:
    schema = document_schema(Comparison, schema_id("diff"), f"The document {SCHEMA}")
    kept = json.loads((Path(str(shared("schemas"))) / "diff.schema.json").read_text())
    assert kept == schema
    jsonschema.Draft202012Validator(schema).validate(
        json.loads(run("diff", "--json", "--all", GENOA, MILAN).stdout)
    )


def test_no_entry_hides_another_whatever_they_are_called() -> None:
    guest = SNP.environment("guest")
    versions = tuple(Version(name=name, value="1") for name in ("a#2", "a", "a", "a#3", "a"))
    both = replace(SNP, environments=(replace(guest, versions=versions),))
    for index, entry in enumerate(versions):
        others = (*versions[:index], replace(entry, value="2"), *versions[index + 1 :])
        (one,) = compare(both, replace(SNP, environments=(replace(guest, versions=others),)))
        assert (one.before, one.after) == ("1", "2")


def test_usage(tmp_path: Path) -> None:
    broken = tmp_path / "broken.bin"
    broken.write_bytes(MILAN.read_bytes()[:-1])
    unknown = tmp_path / "unknown.bin"
    unknown.write_bytes(b"\xff" * 64)
    several = tmp_path / "several.json"
    several.write_bytes(run("convert", "--lines", MILAN, GENOA).stdout_bytes)
    for code, words in (
        (2, (MILAN,)),
        (2, (MILAN, MILAN, MILAN)),
        (2, (MILAN, tmp_path / "none")),
        (2, ("-r", VALID, MILAN)),
        (1, (MILAN, broken)),
        (1, (MILAN, several)),
        (3, (unknown, MILAN)),
        (2, ("-", "-")),
    ):
        done = run("diff", *words)
        assert (done.exit_code, done.stdout) == (code, ""), words
        assert done.stderr.startswith("evidence: ")
        assert "Traceback" not in done.stderr


def test_a_whole_value_is_as_long_as_it_takes() -> None:
    result = comparison("a", "b", compare(SNP, BY_NAME["amd-sev-snp/v3-keys"].read().claims), all=True)
    rows = [joined(line) for line in lines(comparison_page(result, Detail(full=True)), None)]
    assert any(len(line) > 96 for line in rows)
