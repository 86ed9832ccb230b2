"""`docs/api.md`: the names for those who call the library, from their docstrings."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from docs.markdown import code, section, table

MODULES: Final = {
    # module to its public names, and what it is for
    "evidence": "Reading evidence: the names that everybody needs. `from evidence import parse`.",
    "evidence.natives": "The types as values, for type checkers.",
    "evidence.verify": "Who signed it. Needs the extra `verify`.",
    "evidence.match": "Which field holds what somebody has.",
    "evidence.extract": "The parts of a piece as files.",
    "evidence.inputs": "Files, folders and archives.",
    "evidence.groups": "Pieces that belong together.",
    "evidence.glossary": "What the words mean.",
}
NAMES: Final = {
    # of modules that also have what only the library uses
    "evidence.extract": ("extract", "Extract", "Extraction"),
    "evidence.inputs": ("each", "NamedInput"),
    "evidence.glossary": ("Explanation", "Glossary"),
}
BLANK: Final = re.compile(r"\s+")


class Member(NamedTuple):
    """A field of a class: its name, its annotation, and what it is; nothing where its class says that."""

    name: str
    hint: str
    text: str


def page() -> str:
    """`docs/api.md`."""
    head = (
        "# The API\n\n<!-- made from the docstrings by `make docs` -->\n\n"
        "What is not here is the library's own and may change. Everything is immutable; nothing is verified but what "
        "`evidence.verify` says. Sizes and offsets are in bytes.\n\n"
    )
    parts = [
        section(f"`{name}`", subject, *(_entry(name, public) for public in names(name)))
        for name, subject in MODULES.items()
        if _is_there(name)
    ]
    return (head + "".join(parts)).rstrip("\n") + "\n"


def names(module: str) -> tuple[str, ...]:
    """The public names of a module, but for the version."""
    home = import_module(module)
    listed = NAMES.get(module) or getattr(home, "__all__", None)
    if listed is None:
        listed = [name for name in vars(home) if name.isupper() and name != "TYPE_CHECKING"]
    return tuple(name for name in listed if not name.startswith("__"))


def _is_there(module: str) -> bool:
    try:
        import_module(module)
    except ModuleNotFoundError:
        return False
    return True


def _entry(module: str, name: str) -> str:
    value = getattr(import_module(module), name)
    if isinstance(value, type):
        return section(code(name), *_class(value), level=3)
    if callable(value) and hasattr(value, "__name__"):
        return section(code(name), block(f"{name}{signature(value)}"), text_of(value), level=3)
    hint = _annotations(import_module(module)).get(name, type(value).__name__)
    return section(code(name), block(f"{name}: {hint}"), level=3)


def _class(kind: type) -> Iterator[str]:
    bases = [base.__name__ for base in kind.__bases__ if base.__module__.startswith("evidence.")]
    bases = [name for name in bases if not name.startswith("_")]
    yield block(f"class {kind.__name__}" + (f"({', '.join(bases)})" if bases else ""))
    yield text_of(kind)
    rows = [(code(each.name), code(each.hint), each.text) for each in fields(kind)]
    yield table(("member", "kind", "what it is"), rows)
    for name, function in methods(kind):
        if not text_of(function):  # as the class above has it
            continue
        head = name if isinstance(function, property) else f"{name}{signature(function)}"
        yield f"- `.{head}`: {' '.join(text_of(function).split())}"


def block(text: str) -> str:
    """A head by itself."""
    return f"```text\n{text}\n```"


def signature(function: Any) -> str:
    """The parameters of a function and what it gives, without what a caller does not write."""
    if isinstance(function, classmethod | staticmethod):
        function = function.__func__
    try:
        made = inspect.signature(function)
    except (TypeError, ValueError):
        return "(…)"
    shown = [each for each in made.parameters.values() if each.name not in {"self", "cls"}]
    return BLANK.sub(" ", str(made.replace(parameters=shown)).replace("'", ""))


def text_of(value: Any) -> str:
    """The docstring, without its indentation; nothing where it is that of its parent."""
    text = getattr(value, "__doc__", None) or ""
    return inspect.cleandoc(text)


def fields(kind: type) -> list[Member]:
    """The annotated fields of a class and of those above it that are ours, those above first."""
    members: dict[str, Member] = {}
    for each in reversed(kind.__mro__):
        if each.__module__.startswith("evidence.") and not each.__name__.startswith("_"):
            for name, hint, text in _fields(each):
                members[name] = Member(name, hint, text)
    return list(members.values())


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """The public functions and properties that a class defines itself."""
    for name, value in vars(kind).items():
        if not name.startswith("_") and isinstance(
            value, FunctionType | MethodType | classmethod | staticmethod | property
        ):
            yield name, value


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _fields(kind: type) -> Iterator[Member]:
    node = _classes(kind.__module__).get(kind.__name__)
    body: list[ast.stmt] = [*node.body, ast.Pass()] if node else []
    for statement, following in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            hint = ast.unparse(statement.annotation)
            if not statement.target.id.startswith("_") and not hint.startswith("ClassVar"):
                yield Member(statement.target.id, hint, _string(following))


def _string(node: ast.stmt) -> str:
    """The text that stands below a field."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


def _annotations(module: ModuleType) -> dict[str, str]:
    return {name: str(hint) for name, hint in vars(module).get("__annotations__", {}).items()}
