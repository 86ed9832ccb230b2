"""The codes of notes and errors: closed lists, each code used, each with a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from docs.pages import note_codes
from evidence.codes import NOTES, errors, sentence
from evidence.errors import EvidenceError
from evidence.registry import Registry
from tests.plugin import EXAMPLES

ROOT = Path(__file__).parents[1] / "evidence"
FORM = re.compile(r"[a-z]+(-[a-z0-9]+)*")
ERRORS = """
evidence-error unknown-format ambiguous-format several-evidence unsupported-version not-evidence carrier-error
malformed-evidence truncated trailing-bytes bad-encoding constraint-violation missing-field unexpected-field
limit-exceeded noted not-verified defective-type
"""
"""Those that callers compare: none of them may go, or mean something else."""
OUTSIDE = {"no-caller-data"}
"""Those that every type may write, and that none of ours has a reason for."""
WRITERS = {"note": 0, "Note": 0, "Remark": 0, "Noted": 1}
"""Calls that write a note, and the place of its code among their arguments."""


def literal_codes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every code that is written down in a call, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            label = node.func
            name = label.attr if isinstance(label, ast.Attribute) else getattr(label, "id", "")
            if name in WRITERS:
                named = [word.value for word in node.keywords if word.arg == "code"]
                for code in (*node.args[WRITERS[name] : WRITERS[name] + 1], *named):
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        yield node.lineno, code.value


def test_every_code_that_is_written_is_in_the_list() -> None:
    written = [
        (path.name, line, code)
        for path in ROOT.rglob("*.py")
        for line, code in literal_codes(ast.parse(path.read_text()))
    ]
    assert len(written) > 80
    assert [entry for entry in written if entry[2] not in NOTES] == []


def test_every_code_of_the_list_is_written() -> None:
    text = "".join(path.read_text() for path in ROOT.rglob("*.py") if path.name != "codes.py")
    assert [code for code in NOTES if f'"{code}"' not in text] == []


def test_every_code_of_a_schema_is_in_the_list_and_the_other_way_round() -> None:
    shown = {code for kind in Registry.builtin() for code in note_codes(kind)}
    assert shown == NOTES.keys() - OUTSIDE
    schema = (EXAMPLES / "aws-nitro" / "aws_nitro_evidence" / "aws-nitro.schema.json").read_text()
    assert all(f'"{code}"' in schema for code in OUTSIDE)


def test_every_code_has_a_sentence() -> None:
    for code, text in NOTES.items():
        assert FORM.fullmatch(code)
        assert text[0].isupper()
        assert text.endswith(".")
    assert len(set(NOTES.values())) == len(NOTES)


def test_errors() -> None:
    codes = [error.code for error in errors()]
    assert codes == ERRORS.split()
    for error in errors():
        assert FORM.fullmatch(error.code)
        assert sentence(error)


def test_a_subclass_of_somebody_else_is_none_of_the_list() -> None:
    class Foreign(EvidenceError):
        """Not ours."""

        code = "foreign"

    assert Foreign not in tuple(errors())
