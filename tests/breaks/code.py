"""What there is to break in the tables of the code: rows, labels, places, words, in the modules of a type and those that it shares.

So are the bounds of values (`bstr(least=8, most=32)`) in the rows of claim sets, one more each; a fixture that is refused, or
no longer, names one. `UNREACHED` has those that no fixture reaches: `tests.mutants` changes them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.breaks.files import ROOT
from tests.breaks.kinds import Break
from tests.mutants import TYPES, Mutant, Source

SHARED = {
    "_psa": ("arm-psa", "arm-cca"),
    "_dcap": ("intel-tdx", "intel-sgx"),
    "_dice": ("dmtf-spdm", "dice"),
    "_coev": ("dmtf-spdm", "eat"),
}
FOLDERS = {name: folder for folder, name in TYPES.items()}
ROWS = frozenset({"Row", "ClaimLabel", "ProfileRow", "Each", "Part", "ProfilePart"})
ALSO = {"lifecycle": ("debug",)}
"""What else a claim decides, by which a reason may name it."""
PARTS = frozenset({"Part", "ProfilePart"})
PLACES = frozenset({"at", "bit", "bits", "one"})
ENTRIES_OF = frozenset({"layout.py", "mapping.py"})
"""Modules whose dictionaries are tables of a specification."""
NO_TABLES = frozenset({"corim.py", "native.py"})
"""Modules whose rows say how claims are written, or matched by others: other tests are of these."""
REGISTERED = ("evidence/types/_coev/layout.py", "evidence/types/_dice/")
"""Tables of registered numbers, most of which no fixture shows: `tests/registered.py` has them a second time."""
NATIVE = frozenset({("evidence/types/cove/layout.py", "y")})
"""Claims that stand in the native values alone, which no fixture records."""
UNREACHED = frozenset(
    {
        ("psa", "early_boot_seed", 8),
        ("psa", "early_boot_seed", 32),
        ("psa", "instance_id", 7),
        ("psa", "instance_id", 33),
        ("cove", "register", 4),
        ("cove", "public_key", 1),
        ("dice", "mode", 0),
        ("dice", "mode", 255),
        ("cca", "countersigner_ids", 1),
        ("cca", "software_components", 1),
        ("cca", "extension", 1),
        ("cca", "tbb_rotpk", 1),
        ("cca", "implementation_id", 32),
        ("cca", "instance_id", 33),
        ("cca", "public_key", 1),
        ("cca", "extensible_measurements", 4),
    }
)
"""Bounds that no fixture reaches: the folder of the type, the row, and the number. The list gets shorter, never longer."""
SHOWN_BY = ("invalid/", "valid/")
"""What the gate says of a bound is about the fixture that shows it."""
ALIKE = frozenset({"recurs"})
"""Words of a row that change nothing but the speed."""


def users(file: str, name: str) -> tuple[str, ...]:
    """The types that a module is of, the one that is asked about first."""
    folder = file.split("/")[2] if file.startswith("evidence/types/") else ""
    return tuple(dict.fromkeys((name, *SHARED.get(folder, ()))))


def files(name: str) -> Iterator[str]:
    """The modules with tables of a type."""
    folders = [FOLDERS[name], *(folder for folder, names in SHARED.items() if name in names)]
    for folder in folders:
        for path in sorted((ROOT / "evidence" / "types" / folder).rglob("*.py")):
            if path.name not in NO_TABLES:
                yield str(path.relative_to(ROOT))


def breaks(name: str) -> Iterator[Break]:
    """Every break of every table of a type."""
    for file in files(name):
        source = Source(file, (ROOT / file).read_bytes())
        for node in ast.walk(source.tree):
            for kind, mutant, names in _of(source, node):
                content = source.content[: mutant.start] + mutant.new.encode() + source.content[mutant.end :]
                yield Break(kind, mutant.text(source.content), names, file, content)


Seeded = tuple[str, Mutant, tuple[str, ...]]


def _of(source: Source, node: ast.AST) -> Iterator[Seeded]:
    if isinstance(node, ast.ClassDef) and any(keyword.arg == "spec" for keyword in node.keywords):
        yield from _structure(source, node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ROWS:
        yield from _row(source, node)
    elif (
        isinstance(node, ast.Dict)
        and len(node.keys) > 1
        and source.file.rpartition("/")[2] in ENTRIES_OF
        and not source.file.startswith(REGISTERED)
    ):
        yield from _entries(source, node)


def _structure(source: Source, node: ast.ClassDef) -> Iterator[Seeded]:
    """The rows of a structure or of a table of bits."""
    rows = []
    for line in node.body:
        call = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in PLACES:
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target  # type: ignore[attr-defined]
            assert isinstance(target, ast.Name)
            rows.append((target, line, call))
    for target, line, call in rows:
        start = source.lines[line.lineno - 1] + line.col_offset
        end = source.lines[(line.end_lineno or 0) - 1] + (line.end_col_offset or 0)
        names = (target.id, node.name)
        yield "field", Mutant(source.file, line.lineno, "field gone", start, end, "pass"), names
        yield "field", source.change(target, "field renamed", f"{target.id}_x"), names
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, int):
                yield "field", source.change(argument, "number", str(argument.value + 1)), names
        if isinstance(line, ast.AnnAssign) and isinstance(line.annotation, ast.Name):
            kind = line.annotation.id
            other = {"Zero": "Raw", "Raw": "Zero"}.get(kind, "Raw")
            yield "field", source.change(line.annotation, "kind", other), names


def _row(source: Source, node: ast.Call) -> Iterator[Seeded]:  # noqa: C901 (one sort of change after the other)
    """A row of a claim set or of a mapping: gone, without one of its words, with another number or word."""
    texts = [
        inner.value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value
    ]
    names = tuple(dict.fromkeys(step for text in texts for step in re.split("[/{}]", text) if len(step) > 2))
    names += tuple(
        str(inner.value)
        for inner in node.args
        if isinstance(inner, ast.Constant) and isinstance(inner.value, int)
    )
    names += tuple(word for name in names for word in ALSO.get(name, ()))
    start, end = source.span(node)
    comma = source.content.find(b",", end, end + 8)
    if comma >= 0 and not source.content[end:comma].strip() and node.func.id not in PARTS:  # type: ignore[attr-defined]
        yield "row", Mutant(source.file, node.lineno, "row gone", start, comma + 1, ""), names
    for keyword in node.keywords:
        if keyword.arg in ALIKE:
            continue
        low, high = (
            source.lines[keyword.lineno - 1] + keyword.col_offset,
            source.span(keyword.value)[1],
        )
        before = source.content.rfind(b",", start, low)
        if before >= 0 and not source.content[before + 1 : low].strip():
            yield "row", Mutant(source.file, keyword.lineno, "word gone", before, high, ""), names
    if node.func.id in PARTS:  # type: ignore[attr-defined]
        return
    words = source.words()
    labels = {part for argument in node.args[:1] for part in ast.walk(argument)}
    alike = {id(keyword.value) for keyword in node.keywords if keyword.arg in ALIKE}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and id(inner) not in alike:
            for mutant in source.constant(inner, words):
                if mutant.kind != "constant":
                    yield "row", mutant, names
                elif inner in labels and not any((source.file, text) in NATIVE for text in texts):
                    yield "label", mutant, names
                elif inner not in labels and not _is_unreached(source, texts, inner.value):
                    yield "bound", mutant, (*names, *SHOWN_BY)


def _is_unreached(source: Source, texts: list[str], bound: object) -> bool:
    """Whether no fixture reaches a bound of the row that has these texts."""
    folder = source.file.split("/")[2]
    return source.file.startswith(REGISTERED) or any((folder, text, bound) in UNREACHED for text in texts)


def _entries(source: Source, node: ast.Dict) -> Iterator[Seeded]:
    """The rows of a table in a dictionary, and the numbers and words in them."""
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            continue
        start, end = source.span(key)[0], source.span(value)[1]
        names = tuple(
            str(inner.value)
            for part in (key, value)
            for inner in ast.walk(part)
            if isinstance(inner, ast.Constant)
        )
        comma = source.content.find(b",", end, end + 8)
        if comma >= 0 and not source.content[end:comma].strip():
            yield "entry", Mutant(source.file, key.lineno, "row gone", start, comma + 1, ""), names
        for part in (key, value):
            if isinstance(part, ast.Constant):
                for mutant in source.constant(part, source.words()):
                    yield "entry", mutant, names
