"""The public names: where they lie, what `help` says of them, and that nothing of a caller's is shared."""

from __future__ import annotations

import ast
import pickle
import pkgutil
import pydoc
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import evidence
from evidence.cli.commands import commands  # noqa: F401 (a module among those that are described)
from evidence.convert import make_input
from evidence.files import shared
from tests.lowest import PROJECT, constraints

MILAN = Path(str(shared("fixtures"))) / "amd-sev-snp" / "valid" / "v3-milan.bin"
PACKAGE = Path(evidence.__file__).parent


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages([str(PACKAGE)], "evidence."):
        if not module.name.endswith(".__main__"):  # which is the command
            yield module.name


def test_help_describes_the_library() -> None:
    text = pydoc.plain(pydoc.render_doc(evidence))
    for name in {*evidence.__all__} - {"__version__"}:
        assert re.search(rf"\b{name}\b", text), name
        pydoc.render_doc(getattr(evidence, name))


def test_help_describes_every_module() -> None:
    names = list(modules())
    assert len(names) > 100
    for name in names:
        assert pydoc.render_doc(import_module(name))


def test_every_public_name_is_what_type_checkers_read() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    imports = {
        alias.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if str(node.module).startswith("evidence.")
    }
    assert {*imports, "__version__"} == set(evidence.__all__)
    for name, home in imports.items():
        assert getattr(evidence, name) is getattr(import_module(home), name)
    assert set(evidence.__all__) <= set(dir(evidence))
    with pytest.raises(AttributeError, match="'nothing'"):
        getattr(evidence, "nothing")  # noqa: B009 (a type checker would refuse it)


def test_no_module_takes_the_place_of_a_public_name() -> None:
    assert not {name.removeprefix("evidence.") for name in modules()} & set(evidence.__all__)
    assert pickle.loads(pickle.dumps(evidence.parse)) is evidence.parse  # noqa: S301 (our own)


def test_a_callers_attachments_are_copied(tmp_path: Path) -> None:
    entry = tmp_path / "report0"
    entry.mkdir()
    (entry / "outblob").write_bytes(MILAN.read_bytes())
    (entry / "provider").write_text("sev_guest\n")
    data, log = bytearray(MILAN.read_bytes()), bytearray(b"a log")
    attachments: Any = {"event-log": log}  # what may be changed later is taken as well
    view: Any = {"event-log": memoryview(log)}
    pieces = [
        evidence.parse(data, attachments=attachments),
        evidence.load(MILAN, attachments=attachments),
        evidence.load(entry, attachments=attachments),
        evidence.parse(memoryview(data), attachments=view),
    ]
    before = [piece.claims for piece in pieces]
    log[:] = b"a dog"
    data[:] = bytes(len(data))
    attachments.clear()
    for piece, claims in zip(pieces, before, strict=True):
        assert dict(piece.input.attachments) == {"event-log": b"a log"}
        assert piece.data == MILAN.read_bytes()
        assert piece.claims == claims


def test_what_cannot_be_an_attachment(tmp_path: Path) -> None:
    no_bytes: Any = {"event-log": "a path"}
    with pytest.raises(TypeError, match="attachment event-log is bytes, not str"):
        make_input(b"", no_bytes)
    for path in (MILAN, tmp_path):
        with pytest.raises(evidence.UsageError, match="no attachment kind 'eventlog'"):
            evidence.load(path, attachments={"eventlog": b""})


def test_properties_have_no_deadline() -> None:
    assert settings().deadline is None
    for path in (PROJECT.parent / "tests").rglob("*.py"):
        if path.name not in {"conftest.py", Path(__file__).name}:
            assert "deadline=" not in path.read_text(), path


def test_the_lowest_versions_are_those_of_the_project() -> None:
    text = PROJECT.read_text()
    lowest = constraints()
    assert len(lowest) > 10
    for constraint in lowest:
        name, version = constraint.split("==")
        assert re.search(rf'"{name}>={re.escape(version)}[",]', text)
    assert re.findall(r'^    "([a-z0-9-]+)",$', text, re.MULTILINE) == ["types-jsonschema"]  # without a bound
