"""`evidence explain`: every word that a document, an error or a page may have is explained, by the same texts."""

from __future__ import annotations

import json
from typing import Final, get_args

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from evidence.authoring.meanings import members, structs
from evidence.carriers.table import CARRIERS
from evidence.cli.commands import commands
from evidence.codes import NOTES, errors
from evidence.convert import BUILTIN
from evidence.encode.written import LOSSES
from evidence.glossary import Glossary
from evidence.groups import words as groups
from evidence.input import ATTACHMENT_KINDS
from evidence.registry import Registry
from evidence.verify.words import Reason
from evidence.words import EXPLAINED
from tests.evidences import PIECES

GLOSSARY: Final = Glossary(BUILTIN)


def run(*words: str) -> Result:
    return CliRunner().invoke(commands, ["explain", *words])


LISTS = {
    "closed lists": [word for words in EXPLAINED for word in (words.name, *words.meanings)],
    "members": [
        name for struct in structs() for name in (struct.__name__, *(m.name for m in members(struct)))
    ],
    "notes": list(NOTES),
    "errors": [error.code for error in errors()],
    "reasons": list(get_args(Reason)),
    "types": [name for kind in BUILTIN for name in (kind.name, *kind.aliases)],
    "losses": list(LOSSES),
    "groups": [word for _, words in groups.LISTS.values() for word in words],
    "attachments": list(ATTACHMENT_KINDS),
    "carriers": [carrier.name for carrier in CARRIERS],
}


@pytest.mark.parametrize("list", LISTS)
def test_every_word_of_a_list_has_an_explanation(list: str) -> None:
    assert len(LISTS[list]) > 8
    for word in LISTS[list]:
        meanings = GLOSSARY.explain(word)
        assert meanings, word
        assert all(len(each.text) > 5 for each in meanings), word


def test_every_environment_and_every_binding_of_a_fixture_has_an_explanation() -> None:
    """But for what a token calls its own parts, of which the last step is explained."""
    own = {"eat", "dmtf-spdm"}
    unknown = {
        (piece.type.name, name)
        for piece in (each.values[0] for each in PIECES)
        for name in (
            *(environment.id for environment in piece.claims.environments if piece.type.name not in own),
            *(binding.name for binding in piece.claims.bindings),
        )
        if not GLOSSARY.explain(name)
    }
    assert unknown == set()


@pytest.mark.parametrize(
    ("word", "kind", "text"),
    [
        ("not-reported", "word of Debug", "The format has such a state, and these bytes do not say it."),
        (
            "BINDING-DIFFERS",
            "note",
            "A digest or value in the evidence is not that of the content which it binds.",
        ),
        ("truncated", "error Truncated", "A structure needs `need` bytes and `have` are left."),
        ("guest", "environment of amd-sev-snp", "role workload: What a customer runs"),
        ("dice-3", "environment of dmtf-spdm", "role firmware-layer: One layer of a DICE chain"),
        ("tdx", "evidence type", "Intel TDX quote or TDREPORT: stable"),
        ("untrusted-root", "reason of a check", "does not trust"),
        ("azure-hcl-report", "carrier", "REPORT_DATA must begin with its digest"),
        ("/environments/guest/debug", "member of Environment", "Whether it can be debugged."),
        ("launch_tcb", "Tcb of amd-sev-snp", "A vector of SVNs"),
        ("chip_id", "field of amd-sev-snp", "64 bytes at 0x1a0"),
        ("Role", "list of words", "What an environment is. workload, paravisor"),
        ("submods/x/eat_nonce-1", "claim of eat", "RFC 9711"),
    ],
)
def test_a_word_is_explained(word: str, kind: str, text: str) -> None:
    done = run(word)
    assert (done.exit_code, done.stderr) == (0, "")
    rows = [json.loads(line) for line in run("--json", word).stdout.splitlines()]
    assert [row for row in rows if row["kind"] == kind and text in row["text"]], rows
    assert f": {kind}\n" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_a_word_that_nobody_knows_loses_no_other_one() -> None:
    done = run("bindngs", "truncated", "\x1b[31m" + "x" * 400)
    assert done.exit_code == 2
    assert "no word 'bindngs' here, did you mean bindings?" in done.stderr
    assert "truncated: error Truncated" in done.stdout
    assert "\x1b" not in done.stderr
    assert "docs/claims.md" in done.stderr
    assert GLOSSARY.meant("measurment") == "measurement"


def test_a_plugins_own_words_are_explained() -> None:
    other = replace(
        BUILTIN["eat"], name="acme", aliases=("acm",), codes={"acme-odd": "Something odd is there."}
    )
    glossary = Glossary(Registry._of((*BUILTIN, other)))
    assert [each.text for each in glossary.explain("acme-odd")] == ["Something odd is there."]
    assert glossary.explain("acm")[0].kind == "evidence type"
