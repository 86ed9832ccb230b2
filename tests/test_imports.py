"""Imports go one way, heavy libraries stay out, and nothing below the command line touches the world."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "evidence"
TYPE = "claims corim errors files input limits logs mapping paths registry wire words types._"

MAY_IMPORT = {
    # part of the package: what it may import besides itself; inside of functions too
    "errors": "",
    "files": "",
    "limits": "errors",
    "words": "limits",
    "chain": "claims words",
    "claims": "chain errors limits words",
    "wire": "errors limits wire",
    "logs": "claims encode errors limits wire words",
    "input": "claims errors wire words",
    "paths": "claims",
    "corim": "claims wire",
    "privacy": "claims paths",
    "possible": "chain claims errors paths wire words",
    "encode": "claims corim errors limits paths possible wire encode",
    "signed": "claims encode errors verify wire",
    "reader": "",
    "containers": "errors limits wire containers",
    "carriers": "containers errors input limits logs reader wire carriers",
    "mapping": "claims paths wire words",
    "codes": "errors",
    "options": "errors registry",
    "registry": "claims corim errors input mapping wire words",  # the two for the types of their tables alone
    "types._": TYPE,
    "types.one": TYPE,
    "kit": "types._",
    "types": "registry types",
    "coverage": "chain claims paths registry",
    "document": "chain claims errors input paths registry words",
    "convert": "carriers claims coverage document errors input limits options paths registry wire words",
    "natives": "registry types types._ types.one",
    "filesystem": "carriers convert errors input limits reader registry",
    "extract": "claims convert encode paths registry",
    "inputs": "convert errors filesystem input limits reader wire",
    "glossary": "carriers codes encode errors groups input meanings registry tables verify wire words",
    "match": "claims convert encode errors limits logs paths wire words match",
    "fleet": "columnar encode errors fleet words",
    "bulk": "__init__ bulk columnar convert encode errors input inputs limits reader",
    # for authors of types: the rooms of evidence/authoring/
    "authoring": "",
    "recipe": "errors wire",
    "meanings": "claims words",
    "tables": "registry wire",
    "fixtures": "claims input recipe",
    "schema": "claims fixtures meanings paths",
    "tight": "schema",
    "release": "errors files registry schema",
    "check": "claims encode errors registry schema",
    "gate": "chain claims codes convert encode errors fixtures input limits mapping paths possible privacy recipe registry release schema tight verify wire",
    "conformance": "cases convert corpus errors fixtures gate registry reports verify",
    "corpus": "convert errors fixtures limits registry",
    "reports": "cases errors",
    "comparison": "cases claims encode errors paths",
    "foreign": "cases comparison errors reports",
    "plugins": "errors registry",
    "columnar": "claims columnar convert encode errors files input mapping paths types._ types.one wire",
    "mistakes": "codes fixtures",
    "cases": "convert corpus encode fixtures input mistakes registry schema wire",
    "export": "cases claims errors fixtures mistakes registry schema __init__",
    "verify": "claims convert coverage encode errors input limits paths registry types._ types.one verify wire words",
    "groups": "claims convert encode errors input limits paths wire words",
    "draft": "claims convert encode fixtures privacy registry schema tight",
    "show": "chain claims convert encode errors input paths registry wire words",
    "new_type": "errors fixtures limits registry",
    "testing": "cases comparison conformance convert corpus draft encode errors fixtures foreign gate plugins registry reports schema",
    "pytest_plugin": "testing",
    "cli": "cases check claims cli codes comparison corim conformance convert corpus export extract foreign reports encode signed errors filesystem gate glossary groups input inputs limits logs match new_type options paths plugins privacy reader registry verify wire show inspect bulk fleet release",
    "inspect": "carriers claims codes convert coverage encode errors input limits meanings options paths registry wire",
    "__main__": "cli",
    "__init__": "claims convert encode errors filesystem input registry",
}
LAYOUT = re.compile(r"evidence\.types\.[a-z]\w*\.layout")
"""The tables of one type, which carriers may read; they import `wire` alone."""
UPWARD = {("registry", "gate"), ("registry", "types")}
"""The two ways up: `Registry.admit` asks the gate, `Registry.builtin` the types; inside of functions."""


class Import(NamedTuple):
    """One import in one file: of what, whether it waits until a function runs, and whether it never runs."""

    file: Path
    target: str
    late: bool
    typing: bool

    @property
    def source(self) -> str:
        return ".".join(self.file.relative_to(ROOT).with_suffix("").parts)


def imports(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text())
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        how = id(node) in late, id(node) in typing
        if isinstance(node, ast.Import):
            yield from (Import(path, alias.name, *how) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                inside = (ROOT / whole.replace(".", "/")).with_suffix(".py").is_file()
                package = (ROOT / whole.replace(".", "/")).is_dir()
                yield Import(path, whole if inside or package else str(node.module), *how)


FILES = sorted(PACKAGE.rglob("*.py"))
ALL = [one for path in FILES for one in imports(path)]
OURS = [one for one in ALL if one.target.split(".")[0] == "evidence"]


def part(module: str) -> str:
    """The part of the package that a module belongs to."""
    names = module.split(".")[1:] or ["__init__"]
    if names[:2] == ["encode", "signed"]:
        return "signed"  # the one writer that takes what was verified
    if names[0] == "authoring":
        return names[1] if len(names) > 1 else "authoring"
    if names[0] == "types" and len(names) > 1 and names[1] != "__init__":
        return "types._" if names[1].startswith("_") else "types.one"
    return names[0]


def test_imports_go_one_way() -> None:
    assert len(OURS) > 100
    for item in OURS:
        mine, theirs = part(item.source), part(item.target)
        if mine == theirs == "types.one":
            assert item.source.split(".")[2] == item.target.split(".")[2], f"{item}: a type imports another"
        elif (mine, theirs) in UPWARD:
            assert item.late, f"{item}: the way up is inside of a function"
        elif mine == "carriers" and LAYOUT.match(item.target):
            continue
        elif mine != theirs:
            allowed = MAY_IMPORT[mine].split()
            assert theirs in allowed or theirs.split(".")[0] in allowed, (
                f"{item.source} imports {item.target}"
            )


def circles() -> Iterator[set[str]]:
    """The groups of modules each of which imports, by others or itself, every other one; inside of functions too."""
    graph: dict[str, set[str]] = {}
    for item in OURS:
        source = item.source.removesuffix(".__init__")
        if not item.typing and (part(item.source), part(item.target)) not in UPWARD:
            graph.setdefault(source, set()).add(item.target)

    def reached(start: str) -> set[str]:
        todo, known = [start], set[str]()
        while todo:
            new = graph.get(todo.pop(), set()) - known
            known |= new
            todo += new
        return known

    reach = {module: reached(module) for module in graph}
    for module, modules in reach.items():
        if module in modules:
            yield {other for other in modules if module in reach.get(other, ())}


def test_no_modules_import_each_other() -> None:
    """But on the two ways up, which are written down."""
    assert [sorted(circle) for circle in circles()] == []


def test_carriers_know_no_type_but_for_its_tables() -> None:
    of_types = {
        item.target
        for item in OURS
        if part(item.source) == "carriers" and item.target.startswith("evidence.types")
    }
    assert of_types == {"evidence.types.snp.layout"}
    for target in of_types:
        inside = {item.target for item in OURS if item.source == target}
        assert {part(other) for other in inside} == {"wire"}


@pytest.mark.parametrize("room", ["evidence.wire", "evidence.types.spdm"])
def test_a_room_has_no_circles(room: str) -> None:
    """Imports for type checkers alone are counted: two modules that need each other are one, or three."""
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES}
    todo = {module: set[str]() for module in modules if module.startswith(f"{room}.")}
    for item in OURS:
        target = item.target if item.target in modules else f"{item.target}.__init__"
        if item.source in todo and target in todo:
            todo[item.source].add(target)
    assert len(todo) > 4
    while free := [module for module, needs in todo.items() if not needs & todo.keys()]:
        for module in free:
            del todo[module]
    assert sorted(todo) == []


def test_every_part_has_its_line() -> None:
    assert {part(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in FILES} <= set(MAY_IMPORT)


ONLY_IN = {
    # a library with traps is reached through one place
    "cbor2": {"evidence.wire.cbor"},
    "asn1crypto": {"evidence.verify.crl"},  # and tests read with it, as a second reader
    "cryptography": {"evidence.verify", "evidence.encode.signed", "evidence.authoring.gate.authentic"},
    "jwcrypto": {"evidence.verify.message"},
    "pycose": {"evidence.encode.signed"},
    "click": {"evidence.cli"},
    "rich": {"evidence.show.colour"},
    "jsonschema": {"evidence.authoring.schema"},
    "referencing": {"evidence.authoring.schema"},
    "matplotlib": {"evidence.fleet.plots"},
}
ROOMS = {"columnar": {"numpy", "pyarrow"}, "bulk": {"numpy", "pyarrow"}, "fleet": {"numpy", "pyarrow"}}
"""Parts of the package that only whoever has these libraries imports."""
HEAVY = (
    "numpy",
    "jsonschema",
    "referencing",
    "cryptography",
    "jwcrypto",
    "asn1crypto",
    "pycose",
    "matplotlib",
    "pyarrow",
    "rich",
)


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_with_traps_is_reached_through_one_place(library: str) -> None:
    users = {item.source for item in ALL if item.target.split(".")[0] == library}
    assert all(any(user.startswith(place) for place in ONLY_IN[library]) for user in users), users


def test_heavy_libraries_are_imported_in_the_function_that_needs_them() -> None:
    for item in ALL:
        library = item.target.split(".")[0]
        assert item.late or library not in HEAVY or library in ROOMS.get(part(item.source), ()), item


def loaded(code: str) -> set[str]:
    """The modules that a fresh process has after `code`."""
    program = f"import sys\n{code}\nsys.stderr.write(chr(10) + repr(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(ast.literal_eval(done.stderr.splitlines()[-1]))


SNP = "fixtures/amd-sev-snp/valid/v3-milan.bin"
PUBLIC = "from evidence import *"
CONVERT = f"import evidence\nevidence.load({SNP!r}).claims"
COMMAND = f"""
sys.argv = ["evidence", "convert", {SNP!r}]
from evidence.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code
"""


@pytest.mark.parametrize("code", [PUBLIC, CONVERT, COMMAND], ids=["import", "parse", "command"])
def test_heavy_libraries_stay_out(code: str) -> None:
    piece = loaded(code)
    assert "evidence.convert" in piece
    assert sorted(piece & {*HEAVY, "importlib.resources", "importlib.metadata"}) == []


def test_click_is_for_the_command_line_alone_and_types_load_when_they_match() -> None:
    assert not {name for name in loaded("import evidence") if name.startswith("evidence.")}
    piece = loaded("import evidence\nevidence.parse")
    assert "click" not in piece
    assert "evidence.types.snp" in piece
    assert "evidence.types.snp.layout" not in piece
    assert "evidence.types.snp.claims" in loaded(CONVERT)
    assert not {name for name in loaded(CONVERT) if name.startswith("evidence.authoring.gate")}


# no I/O, clock, network, environment

WORLDLY = {
    *("asyncio", "http", "locale", "logging", "multiprocessing", "os", "requests", "secrets", "select"),
    *("shutil", "signal", "socket", "ssl", "subprocess", "sysconfig", "tempfile", "threading", "time"),
    *("urllib.request", "uuid"),
}
MAY_TOUCH = {
    # the command line, files and the kernel's entries, and the tools of type authors
    *(
        "evidence.bulk",
        "evidence.cli",
        "evidence.filesystem",
        "evidence.inputs",
        "evidence.reader",
        "evidence.carriers.configfs",
        "evidence.authoring.corpus",
        "evidence.authoring.foreign",
    ),
    *(
        "evidence.testing",
        "evidence.authoring.plugins",
        "evidence.authoring.export",
        "evidence.authoring.new_type",
    ),
}
READS_ITS_OWN_FILES = {
    "evidence.authoring.fixtures",
    "evidence.authoring.gate.brought",
    "evidence.authoring.release",
    "evidence.authoring.schema",
    "evidence.columnar.published",
    "evidence.files",
    "evidence.glossary",
    "evidence.inspect.html",
    "evidence.verify.shipped",
}
"""Schemas and fixtures, in the folders that a type names; the style and the script of a page."""
CALLS = {"open", "print", "read_bytes", "read_text", "write_bytes", "write_text", "unlink", "mkdir"}
CLOCK = {"now", "utcnow", "today", "getenv", "monotonic", "perf_counter", "time_ns", "urandom"}


def below() -> list[Path]:
    """The files that may not touch the world."""
    entries = [(path, ".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in FILES]
    return [path for path, name in entries if not any(f"{name}.".startswith(f"{top}.") for top in MAY_TOUCH)]


@pytest.mark.parametrize("path", below(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_it_does_not_touch_the_world(path: Path) -> None:
    for item in imports(path):
        assert item.target not in WORLDLY, item
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    forbidden = CLOCK if name in READS_ITS_OWN_FILES else CALLS | CLOCK
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            label = getattr(node.func, "id", getattr(node.func, "attr", ""))
            assert label not in forbidden, f"{path}:{node.lineno}: {label}()"
        assert not isinstance(node, ast.Global), f"{path}: global state"


def test_most_of_the_package_is_below() -> None:
    names = {path.stem for path in below()}
    assert {"convert", "registry", "claims", "layout", "cbor", "x509", "json", "hostile"} <= names


@pytest.mark.parametrize(
    "package", sorted(PACKAGE.rglob("__init__.py")), ids=lambda path: str(path.parent.relative_to(ROOT))
)
def test_a_package_defines_no_name_of_a_module_in_it(package: Path) -> None:
    """Whichever is imported later would hide the other."""
    inside = {path.stem for path in package.parent.glob("*.py")}
    defined = {
        node.name
        for node in ast.parse(package.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert not defined & inside


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: path.name)
def test_no_test_measures_time(path: Path) -> None:
    """Time depends on what else the machine does: tests count work (tests/work.py), benchmarks measure."""
    clocks = {"time", "process_time", "perf_counter", "monotonic", "thread_time", "getrusage", "timeit"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            where = f"{path}:{node.lineno}: {node.value.id}.{node.attr}"
            assert not (node.value.id in {"time", "resource", "timeit"} and node.attr in clocks), where
