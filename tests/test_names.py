"""One class name stands in one module: whoever reads a name knows which thing it is."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.test_imports import FILES, PACKAGE

SHARED = frozenset(
    {
        "Algorithm",
        "AttestationHeader",
        "Block",
        "Certificate",
        "Chain",
        "Descriptor",
        "Digest",
        "Document",
        "Element",
        "Entry",
        "Fields",
        "Flags",
        "Flip",
        "Form",
        "Kind",
        "Message",
        "Noted",
        "Part",
        "Piece",
        "Place",
        "Places",
        "Portion",
        "Reader",
        "Refusal",
        "Refused",
        "Report",
        "Row",
        "Subject",
        "Unread",
        "Verified",
        "Version",
        "Window",
        "Written",
        "_Place",
        "_Writer",
    }
)
"""Names that still stand in several modules. The list may only shrink."""


def test_a_class_name_stands_in_one_module() -> None:
    modules: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                modules[node.name].add(str(path.relative_to(PACKAGE)))
    assert len(modules) > 100
    several = {name: sorted(paths) for name, paths in modules.items() if len(paths) > 1}
    assert several.keys() - SHARED == set(), "say what it is in its name"
    assert SHARED - several.keys() == set(), "take it off the list"
