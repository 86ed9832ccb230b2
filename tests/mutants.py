"""Seeded changes to the code, and which of them no test notices: `python -m tests.mutants [COUNT [SEED]]`.

Each mutant is one change in one place of `evidence/wire`, `types`, `containers` or `carriers`, in a copy of the
repository: a constant, a comparison or its boundary, a connective, a row of a table that is gone, a word that is another
one of the same module. Then the fixtures of every type are converted and compared, and the quick tests of the part run. What survives is
printed, to be read: it is killed with a test, or `docs/mutants.md` says why no test can notice it. The same count and
seed give the same mutants of the same code.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PARTS = ("wire", "types", "containers", "carriers")
COPIED = ("evidence", "tests", "docs")
LINKED = ("benchmarks", "examples", "fixtures", "schemas", "pyproject.toml", "README.md", "CONTRIBUTING.md")
SECONDS = 300
"""A mutant that runs longer is noticed."""
QUICK = {
    "evidence/types/snp/*": "snp virtee azure google coverage variants",
    "evidence/types/tdx/*": "dcap event_log dstack variants",
    "evidence/types/sgx/*": "dcap variants",
    "evidence/types/_dcap/*": "dcap dstack event_log variants",
    "evidence/types/cca/*": "arm variants",
    "evidence/types/psa/*": "arm variants",
    "evidence/types/_psa/*": "arm variants",
    "evidence/types/cove/*": "headers variants",
    "evidence/types/_dice/*": "dice spdm",
    "evidence/types/_coev/*": "eat spdm",
    "evidence/types/spdm/*": "spdm spdm_algorithms spdm_conversations spdm_less spdm_missing dice",
    "evidence/types/eat/*": "eat headers cmw",
    "evidence/types/_*": "eat headers spdm arm",
    "evidence/wire/spdm/*": "spdm spdm_algorithms spdm_captures spdm_conversations spdm_missing",
    "evidence/wire/*": "cbor cose der x509",
    "evidence/containers/*": "envelopes carriers cmw composite google dstack",
    "evidence/carriers/*": "carriers envelopes cmw composite ratls spdm_captures azure google dstack virtee",
}
"""The tests of a part, beside those that import the module."""
SLOW = frozenset(
    f"test_{name}.py"
    for name in (
        *(
            "bounds",
            "cli",
            "cli_process",
            "cli_verify",
            "contributing",
            "copies",
            "docs",
            "fooled",
            "gate",
            "imports",
        ),
        *("laws", "packaging", "public", "schema", "verify_types"),
    )
)
"""Tests that take long, or are of other things."""
OPERATORS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
"""Each comparison with what stands in its place."""
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class Mutant(NamedTuple):
    """One change: bytes `start` to `end` of a file are `new` instead."""

    file: str
    line: int
    kind: str
    start: int
    end: int
    new: str

    def text(self, source: bytes) -> str:
        """The change as a person reads it."""
        start = source.rfind(b"\n", 0, self.start) + 1
        stop = source.find(b"\n", self.end)
        before, old, after = (
            source[low:high].decode()
            for low, high in ((start, self.start), (self.start, self.end), (self.end, stop))
        )
        return f"{self.file}:{self.line}: {self.kind}: {before.lstrip()}[{old} -> {self.new}]{after}"


class Source:
    """A module, and the places of its nodes in bytes."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file, self.content = file, content
        self.tree = ast.parse(content)
        self.lines = [0]
        for line in content.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.texts = {
            id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)
        }  # docstrings, and what describes a constant

    def span(self, node: ast.expr) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.lines[node.lineno - 1] + node.col_offset, self.lines[end_line - 1] + end_column

    def change(self, node: ast.expr, kind: str, new: str) -> Mutant:
        return Mutant(self.file, node.lineno, kind, *self.span(node), new)

    def between(self, left: ast.expr, right: ast.expr, kind: str, old: str, new: str) -> Iterator[Mutant]:
        """The operator between two operands."""
        start, end = self.span(left)[1], self.span(right)[0]
        at = self.content.find(old.encode(), start, end)
        if at >= 0:
            yield Mutant(self.file, left.lineno, kind, at, at + len(old.encode()), new)

    def mutants(self) -> Iterator[Mutant]:
        """Every change of this module, in the order of its places."""
        words = self.words()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and id(node) not in self.texts:
                yield from self.constant(node, words)
            elif isinstance(node, ast.Compare):
                yield from self._compare(node)
            elif isinstance(node, ast.BoolOp):
                old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                yield from self.between(node.values[0], node.values[1], "connective", f" {old} ", f" {new} ")
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                yield self.change(node, "negation", self._text(node.operand))
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
                old, new = ("+", "-") if isinstance(node.op, ast.Add) else ("-", "+")
                yield from self.between(node.left, node.right, "arithmetic", f" {old} ", f" {new} ")
            elif isinstance(node, ast.Dict) and len(node.keys) > 1:
                yield from self._rows(node)

    def words(self) -> list[str]:
        """The words of the module."""
        return sorted({node.value for node in ast.walk(self.tree) if self._is_word(node)})  # type: ignore[attr-defined]

    def _is_word(self, node: ast.AST) -> bool:
        """Whether a node is a text of small letters, digits and hyphens: a word, or a name."""
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in self.texts:
            return False
        plain = node.value.replace("-", "").replace("_", "").replace(".", "")
        return 1 < len(node.value) < 40 and plain.isalnum() and plain.islower()

    def _text(self, node: ast.expr) -> str:
        start, end = self.span(node)
        return self.content[start:end].decode()

    def constant(self, node: ast.Constant, words: list[str]) -> Iterator[Mutant]:
        """Another truth, number or word in the place of one."""
        if isinstance(node.value, bool):
            yield self.change(node, "truth", str(not node.value))
        elif isinstance(node.value, int):
            yield self.change(node, "constant", str(node.value + 1))
        elif self._is_word(node) and len(words) > 1 and self._text(node)[:1] in {'"', "'"}:
            other = words[(words.index(str(node.value)) + 1) % len(words)]
            yield self.change(node, "word", f'"{other}"')

    def _compare(self, node: ast.Compare) -> Iterator[Mutant]:
        for left, right, operator in zip(
            (node.left, *node.comparators), node.comparators, node.ops, strict=False
        ):
            kind = "boundary" if isinstance(operator, ORDER) else "comparison"
            old, new = OPERATORS[type(operator)]
            yield from self.between(left, right, kind, f" {old} ", f" {new} ")

    def _rows(self, node: ast.Dict) -> Iterator[Mutant]:
        """The table without one of its rows."""
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                start, end = self.span(key)[0], self.span(value)[1]
                comma = self.content.find(b",", end, end + 8)
                if comma >= 0 and not self.content[end:comma].strip():
                    yield Mutant(self.file, key.lineno, "row", start, comma + 1, "")


def chosen(count: int, seed: int) -> list[Mutant]:
    """So many mutants: of each kind alike, as far as there are some."""
    kinds: dict[str, list[Mutant]] = {}
    for part in PARTS:
        for path in sorted((ROOT / "evidence" / part).rglob("*.py")):
            for mutant in Source(str(path.relative_to(ROOT)), path.read_bytes()).mutants():
                kinds.setdefault(mutant.kind, []).append(mutant)
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    for mutants in kinds.values():
        chance.shuffle(mutants)
    names = sorted(kinds)
    picked = [
        kinds[names[number % len(names)]].pop()
        for number in range(count)
        if kinds[names[number % len(names)]]
    ]
    return sorted(picked)


def tests_of(file: str, tests: Path) -> list[str]:
    """The quick tests of a module: of its part, and those that import it."""
    names = next(names for pattern, names in QUICK.items() if fnmatch(file, pattern)).split()
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    parent, _, stem = module.rpartition(".")
    importers = [
        path.name
        for path in sorted(tests.glob("test_*.py"))
        if module in (text := path.read_text()) or (f"from {parent} import" in text and stem in text)
    ]
    files = dict.fromkeys(
        [
            "test_registered.py",
            "test_boundaries.py",
            *(f"test_{name}.py" for name in names),
            *importers,
            "test_codes.py",
        ]
    )
    return [f"tests/{name}" for name in files if name not in SLOW and (tests / name).is_file()]


TYPES = {"snp": "amd-sev-snp", "tdx": "intel-tdx", "sgx": "intel-sgx", "cca": "arm-cca", "psa": "arm-psa"}
TYPES |= {"cove": "riscv-cove", "spdm": "dmtf-spdm", "eat": "eat", "pci_tdisp": "pci-tdisp"}
TYPES |= {"dice": "dice", "tpm2_quote": "tpm2-quote"}


def types_of(file: str) -> tuple[str, ...]:
    """The types whose fixtures a module may matter to, the likely ones first."""
    _, part, *inside = file.split("/")
    if part in {"carriers", "containers"}:
        return ()
    own = TYPES.get(inside[0]) if part == "types" else None
    return (own,) if own else tuple(TYPES.values())


def survives(mutant: Mutant, tree: Path) -> bool:
    """Whether no test notices the mutant, which is in the tree already."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("EVIDENCE_CORPUS", None)
    pytest = (
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        *tests_of(mutant.file, tree / "tests"),
    )
    for arguments in (("-m", "tests.mutants", "--fixtures", *types_of(mutant.file)), pytest):
        try:
            done = subprocess.run(
                (sys.executable, *arguments),
                cwd=tree,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode:
            return False
    return True


def fixtures_hold(*names: str) -> bool:
    """Whether all fixtures of these types give what is recorded of them, and all recipes are refused as they say."""
    from evidence.authoring.gate import brought, shortcomings, valid
    from evidence.authoring.gate.proof import ADMIT, Proof
    from evidence.registry import Registry

    registry = Registry.builtin()
    if len(names) == 1:  # all that the gate asks of it
        return not any(shortcomings(registry[names[0]], registry))
    proofs = (Proof(registry[name], registry, ADMIT) for name in names)
    return not any(
        reason
        for proof in proofs
        for duty in (brought.duty_2_fixtures, valid.duty_4_valid)
        for reason in duty(proof)
    )


def main(count: int, seed: int) -> int:
    """The number of mutants that survive."""
    alive = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in LINKED:
            (tree / name).symlink_to(ROOT / name)
        for number, mutant in enumerate(chosen(count, seed), 1):
            path = tree / mutant.file
            source = path.read_bytes()
            path.write_bytes(source[: mutant.start] + mutant.new.encode() + source[mutant.end :])
            survived = survives(mutant, tree)
            path.write_bytes(source)
            alive += survived
            sys.stdout.write(
                f"{number}/{count} {'SURVIVES' if survived else 'noticed'} {mutant.text(source)}\n"
            )
            sys.stdout.flush()
    sys.stdout.write(f"{alive} of {count} survive (seed {seed})\n")
    return alive


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fixtures"]:
        sys.exit(not fixtures_hold(*sys.argv[2:]))
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [80, 1][len(numbers) :]))
