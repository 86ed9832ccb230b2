"""Pages that are made from the code are current, and what people write about commands is so."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

import click
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from docs import generate, pages
from docs.markdown import section, table
from evidence import parse, words
from evidence.authoring import meanings
from evidence.authoring.recipe import Edit, mutate
from evidence.authoring.schema import claims_schema
from evidence.claims import Claims, Environment
from evidence.cli.commands import COMMANDS, commands
from evidence.convert import Evidence
from evidence.input import Input
from evidence.registry import EvidenceType, Signed
from evidence.types import BUILTIN
from evidence.words import EXPLAINED
from tests.builtin import BY_NAME, every_type
from tests.generate import amd_chain, amd_sev_snp_attached, amd_sev_snp_reports
from tests.generate.common import ec_key, ecdsa
from tests.naive import verifies

ROOT = Path(__file__).parents[1]
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")})


def test_a_page_that_is_not_current_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of the pages of types, which are made in no time."""
    few = [(name, make) for name, make in generate.made() if name.startswith("docs/types/")]
    monkeypatch.setattr(generate, "made", lambda: iter(few))
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.main(check=True) == 1
    assert generate.main(check=False) == 0
    assert generate.main(check=True) == 0
    (tmp_path / "docs" / "types" / "amd-sev-snp.md").write_text("old")
    (tmp_path / "docs" / "types" / "gone.md").write_text("of a type that there is no more")
    assert len(generate.stale()) == 2
    assert generate.main(check=True) == 1
    assert generate.main(check=False) == 0
    assert generate.stale() == {}


def test_pages_and_schemas_are_current() -> None:
    """All of them, by the command; what it prints says which are not."""
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@every_type
def test_a_types_page_says_what_a_reader_looks_for(kind: EvidenceType) -> None:
    text = (ROOT / "docs" / "types" / f"{kind.name}.md").read_text()
    for reference in kind.references:
        assert reference.name in text
    for title in ("References", "Claims", "Refused", "Structures", "Examples"):
        assert f"\n## {title}\n" in text
    for option in kind.options.__struct_fields__:
        assert f"`{option}`" in text


MAPPED = [
    (mapping.here, row)
    for kind in BUILTIN
    for mapping in pages.mappings(kind)
    for part in mapping.parts
    for row in part.rows
]


def test_every_row_of_a_mapping_has_a_sentence() -> None:
    silent = [(here, row) for here, row in MAPPED if row.make and not row.make.sentence.endswith(".")]
    assert len(MAPPED) > 100
    assert silent == []


@every_type
def test_a_types_page_says_what_becomes_of_every_field(kind: EvidenceType) -> None:
    text = (ROOT / "docs" / "types" / f"{kind.name}.md").read_text()
    meaning = text.partition("\n## Meaning\n")[2].partition("\n## Examples\n")[0]
    for mapping in pages.mappings(kind):
        for part in mapping.parts:
            for row, places in part.places():
                lines = [line for line in meaning.splitlines() if line.startswith(f"| `{row.fields[0]}`")]
                assert any(f"`{row.member}`" in line or not row.member for line in lines), row
                assert not places or any(
                    f"{places[0].offset:#x}-{places[0].end:#x}" in line for line in lines
                )


def test_every_member_and_every_word_of_the_document_is_explained() -> None:
    page = (ROOT / "docs" / "claims.md").read_text()
    schema = claims_schema()
    for struct in meanings.structs():
        properties = (schema if struct is Claims else schema["$defs"][struct.__name__])["properties"]
        assert struct.__doc__
        assert {member.name for member in meanings.members(struct)} == set(properties)
        for member in meanings.members(struct):
            assert member.sentence.endswith("."), (struct, member)
            assert f"| `{member.name}` | {member.sentence} |" in page
            assert properties[member.name]["description"] == member.description
            assert all(word in member.description for word in (member.words.meanings if member.words else ()))
    for explained in EXPLAINED:
        assert f"\n### {explained.name}\n" in page
        for word, meaning in explained.meanings.items():
            assert meaning.endswith(".")
            assert f"| `{word}` | {meaning} |" in page


def test_a_word_without_a_meaning_is_refused() -> None:
    with pytest.raises(TypeError, match="not a meaning for each word: gray"):
        words._explain("Colour", str, "A colour.", ("white", "gray"), {"white": "White."})
    with pytest.raises(TypeError, match="not a meaning for each word: black"):
        words._explain("Colour", str, "A colour.", ("white",), {"white": "White.", "black": "Black."})
    assert "Colour" not in {explained.name for explained in EXPLAINED}


def test_every_closed_list_has_its_meanings() -> None:
    """The lists of `words` are those that members of the document are made of."""
    lists = {
        name
        for name, value in vars(words).items()
        if get_origin(value) is Literal or (get_origin(value) is Annotated and "|" in str(value))
    }
    assert lists == {explained.name for explained in EXPLAINED}


def inner(name: str) -> list[str]:
    """The commands inside of a command, with its name before theirs."""
    command = commands.get_command(click.Context(commands), name)
    return [f"{name} {inside}" for inside in command.commands] if isinstance(command, click.Group) else []


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text()
    assert re.findall(r"^## `(.+)`$", text, re.MULTILINE) == [
        "evidence",
        *(f"evidence {name}" for command in COMMANDS for name in (command, *inner(command))),
    ]
    for option in ("--native", "--strict", "--check", "--no-identifiers", "--corpus", "--plugin"):
        assert option in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


READING, VERIFYING, ACCEPTING = re.findall(
    r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
)
"""The blocks of Python in the README, every one of which is run."""
KEY = ec_key(ec.SECP384R1(), 0x5E7)


def test_the_example_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = ROOT / "fixtures" / "amd-sev-snp" / "valid" / "v3-milan.bin"
    (tmp_path / "report.bin").write_bytes(sample.read_bytes())
    monkeypatch.chdir(tmp_path)
    done = subprocess.run([sys.executable, "-c", READING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("unknown-format 3 bytes beginning 2e2e2e: not recognised")


def test_the_verification_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report with a VCEK of our own: everything passes but that nobody trusts our root."""
    sample = (ROOT / "fixtures" / "amd-sev-snp" / "valid" / "v3-table.bin").read_bytes()
    vcek = amd_chain.vcek("Milan", amd_sev_snp_attached.MILAN_LEAF, amd_sev_snp_reports.CHIP_ID)
    (tmp_path / "report.bin").write_bytes(sample)
    (tmp_path / "vcek.der").write_bytes(vcek)
    (tmp_path / "nonce.hex").write_text(sample[0x50:0x90].hex() + "\n")
    monkeypatch.chdir(tmp_path)
    done = subprocess.run([sys.executable, "-c", VERIFYING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    failed = [line for line in lines[:-2] if not line.endswith(" passed")]
    assert [line.split()[0] for line in failed] == ["chain:vek"]
    assert lines[-2] == failed[0]
    assert "binding:nonce-binding passed" in lines
    assert lines[-1] == "not checked: revocation:vek"


def report_of(*edits: Edit, name: str = "v3-milan") -> Evidence:
    """A report with edits, signed again by `KEY` where it is signed at all."""
    data = mutate(BY_NAME[f"amd-sev-snp/{name}"].loaded.data, edits)
    if not any(data[0x2A0:]):
        return parse(data)
    r, s = ecdsa(KEY, hashes.SHA384(), data[:0x2A0])
    return parse(data[:0x2A0] + r.to_bytes(72, "little") + s.to_bytes(72, "little") + data[0x330:])


def check(signature: Signed, message: bytes) -> None:
    """Raise unless it is a signature by `KEY`."""
    r, s = (int.from_bytes(signature.value[at : at + 72], "little") for at in (0, 72))
    if not verifies(KEY.public_key(), hashes.SHA384(), r, s, message):
        raise ValueError("signature")


def accept(report: Evidence, nonce: bytes | None = None, verify: Callable[..., None] = check) -> Environment:
    """What the README's function says of a report, when the fixture's measurement is expected."""
    names: dict[str, Any] = {}
    exec(ACCEPTING, names)  # noqa: S102 (the page's own code)
    sound = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
    environment: Environment = names["accept"](
        report, sound[0x50:0x90] if nonce is None else nonce, {"measurement": sound[0x90:0xC0]}, verify
    )
    return environment


def test_the_readme_accepts_what_it_should() -> None:
    assert accept(report_of()).id == "guest"
    assert parse(report_of().data) == report_of()


@pytest.mark.parametrize(
    ("why", "make"),
    [
        ("protection: none", lambda: report_of(name="v3-signing-key-none")),
        ("protection: none", lambda: report_of(name="v3-mask-chip-key")),
        ("protection: partly-signed", BY_NAME["eat/submodules-json"].read),
        ("signature", lambda: parse(mutate(report_of().data, (Edit(set=0x2A0, hex="00"),)))),
        ("not the answer", lambda: report_of(Edit(set=0x50, hex="ff"))),
        ("debug: enabled", lambda: report_of(Edit(set=0x0A, hex="0b"))),
        ("other measurements", lambda: report_of(Edit(set=0x90, hex="ff"))),
    ],
)
def test_the_readme_refuses(why: str, make: Callable[[], Evidence]) -> None:
    with pytest.raises(ValueError, match=why):
        accept(make())


def test_the_readme_refuses_a_prefix_of_the_nonce() -> None:
    with pytest.raises(ValueError, match="not the answer"):
        accept(report_of(), nonce=report_of().claims.caller_binding.value[:32])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("intel-tdx/v4-unbound-key", "qe_report_data does not bind the key"),
        ("arm-cca/binding-differs", "platform_challenge does not bind the key"),
        ("arm-cca/binding-not-computable", "platform_challenge does not bind the key"),
        ("amd-sev-snp/v3-other-certificate", "parts that do not belong together"),
    ],
)
def test_the_readme_wants_bindings_that_match(name: str, why: str) -> None:
    checked: list[str] = []
    report = BY_NAME[name].read()
    with pytest.raises(ValueError, match=why):
        accept(report, verify=lambda signature, _: checked.append(signature.name))
    assert checked == [signature.name for signature in report.claims.signatures]


def test_the_readme_wants_all_signed_parts() -> None:
    report = report_of()

    def signed(native: Any, piece: Input) -> tuple[Signed, ...]:
        return tuple(replace(entry, missing=("request",)) for entry in report.type.signed(native, piece))

    with pytest.raises(LookupError, match="not at hand: request"):
        accept(replace(report, type=replace(report.type, signed=signed)), verify=lambda *_: None)


def test_the_demo_shows_every_type() -> None:
    demo = str(ROOT / "examples" / "demo.py")
    done = subprocess.run([sys.executable, demo], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    shown = runpy.run_path(demo)["SHOWN"]
    assert set(shown) == {kind.name for kind in BUILTIN}
    for kind in BUILTIN:
        assert f"{kind.title}: {kind.name}, version " in done.stdout
        assert (ROOT / "fixtures" / kind.name / "valid" / f"{shown[kind.name]}.json").exists()


def test_markdown() -> None:
    assert table(("a", "b"), []) == ""
    assert table(("a", "b"), [(1, "x|y")]) == "| a | b |\n| --- | --- |\n| 1 | x\\|y |\n"
    assert section("T", "", "") == ""
    assert section("T", "one\n", "", "two") == "## T\n\none\n\ntwo\n\n"
