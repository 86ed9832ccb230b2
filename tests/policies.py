"""One policy in every language that it is written in, run over the same documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final, NamedTuple

import cel
import duckdb
import msgspec
import opa_eval
import regopy

from evidence import Registry, parse
from evidence.authoring import fixtures
from evidence.claims import Claims
from evidence.encode.json import to_json
from evidence.verify import verify
from evidence.verify.document import Verification
from evidence.verify.document import to_json as verification_json
from tests.builtin import CASES
from tests.test_verify import trust_of

ROOT: Final = Path(__file__).parents[1]
POLICIES: Final = ROOT / "policies"
NOT_IN_CEL: Final = frozenset({"uncovered"})
"""The reasons that CEL cannot give (docs/policies.md says why)."""
AMD: Final = {"bootloader": 1, "tee": 0, "snp": 1, "microcode": 1}
FLOORS: Final = {
    "amd-milan": AMD,
    "amd-genoa": AMD,
    "amd-turin": {"fmc": 1, **AMD},
    "intel-tee-tcb-svn": {"tdx_module_svn_major": 1, "tdx_module_svn_minor": 1},
}

Input = dict[str, Any]
Engine = Callable[[Sequence[Input], Path], list[list[str]]]


class Case(NamedTuple):
    """One input of the policy: `claims`, `verification` where there is one, and `want`."""

    name: str
    document: Input


def wanted(claims: dict[str, Any]) -> dict[str, Any]:
    """What accepts these very claims as far as values go: their nonce and measurements; floors and words as everywhere."""
    request = [entry for entry in claims.get("bindings", []) if entry["role"] == "caller-data"]
    request = request or [entry for entry in claims.get("bindings", []) if entry["role"] == "challenge"]
    target = claims.get("target", {}).get("environment")
    measured = [
        entry
        for environment in claims["environments"]
        if environment["id"] == target
        for entry in environment.get("measurements", [])
    ]
    return {
        "nonce": request[0]["value"] if request else "00",
        "roles": ["workload", "device"],
        "measurements": {
            entry["name"]: [item["digest"] for item in entry.get("digests", [])] for entry in measured
        },
        "tcb_roles": ["reported", "launch"],
        "floors": FLOORS,
        "notes": [],
    }


def plain() -> Iterator[Case]:
    """Every valid fixture, as it was converted and by nobody verified."""
    for case in CASES:
        claims = case.document()
        yield Case(case.name, {"claims": claims, "want": wanted(claims)})


def checked() -> Iterator[Case]:
    """Every fixture of verification, with its document."""
    for kind in Registry.builtin():
        valid = {loaded.name: loaded for loaded in fixtures.valid(kind.fixtures)} if kind.fixtures else {}
        for name, case in fixtures.checked(kind.fixtures) if kind.fixtures else ():
            loaded = valid[case.origin_of].broken(case)
            options = loaded.fixture.options or None
            piece = parse(loaded.data, type=kind.name, options=options, attachments=loaded.attachments)
            trust, at = trust_of(case), datetime.fromisoformat(case.at)
            report = verify(piece, trust=trust, at=at, certificates=case.certificates, nonce=case.nonce)
            claims, document = (
                json.loads(to_json(piece.claims)),
                json.loads(verification_json(report.document())),
            )
            documents = {"claims": claims, "verification": document, "want": wanted(claims)}
            yield Case(f"{kind.name}/checked/{name}", documents)


@cache
def cases() -> tuple[Case, ...]:
    return (*plain(), *checked())


# The engines: each takes the inputs, and gives the reasons against each, sorted.


def in_python(inputs: Sequence[Input], folder: Path) -> list[list[str]]:
    spec = spec_from_file_location("policy_example", ROOT / "examples" / "policy.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return [
        module.reasons(
            msgspec.convert(document["claims"], Claims, dec_hook=_bytes),
            msgspec.convert(document["verification"], Verification, dec_hook=_bytes)
            if "verification" in document
            else None,
            document["want"],
        )
        for document in inputs
    ]


def _bytes(kind: type, value: str) -> object:
    return kind(bytes.fromhex(value))


def in_rego_cpp(inputs: Sequence[Input], folder: Path) -> list[list[str]]:
    """rego-cpp, of Microsoft, in C++."""
    engine = regopy.Interpreter()
    for name in ("evidence", "accept"):
        engine.add_module(name, (POLICIES / f"{name}.rego").read_text())
    decided = []
    for document in inputs:
        engine.set_input(regopy.Input(document))
        answer = json.loads(str(engine.query("data.accept")))["expressions"][0]
        assert answer["allow"] == (answer["reasons"] == [])
        decided.append(sorted(answer["reasons"]))
    return decided


def in_regorus(inputs: Sequence[Input], folder: Path) -> list[list[str]]:
    """regorus, in Rust. Its binding reads one file, so that the library and the policy become one package."""
    heads = re.compile(r"^(package|import) .*$", re.MULTILINE)
    library, policy = ((POLICIES / f"{name}.rego").read_text() for name in ("evidence", "accept"))
    policy = re.sub(r"(?<![\w.])evidence\.", "", heads.sub("", policy))
    module = folder / "policy.rego"
    module.write_text(library + policy)
    allow, reasons = (
        opa_eval.OpaEval(str(module), query=f"data.evidence.{rule}") for rule in ("allow", "reasons")
    )
    decided = []
    for document in inputs:
        text = json.dumps(document)
        answer = sorted(json.loads(reasons.evaluate(text)))
        assert json.loads(allow.evaluate(text)) == (answer == [])
        decided.append(answer)
    return decided


def in_cel(inputs: Sequence[Input], folder: Path) -> list[list[str]]:
    text = (POLICIES / "accept.cel").read_text()
    program = cel.compile("\n".join(line for line in text.splitlines() if not line.startswith("//")))
    return [sorted(program.execute({"verification": {}, **document})) for document in inputs]


def in_duckdb(inputs: Sequence[Input], folder: Path) -> list[list[str]]:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE documents(piece INTEGER, claims JSON)")
    connection.execute("CREATE TABLE verifications(piece INTEGER, verification JSON)")
    connection.execute("CREATE TABLE wants(piece INTEGER, want JSON)")
    for table, member in (("documents", "claims"), ("verifications", "verification"), ("wants", "want")):
        rows = [
            (piece, json.dumps(document[member]))
            for piece, document in enumerate(inputs)
            if member in document
        ]
        if rows:
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608
    for name in ("views", "accept"):
        connection.execute((POLICIES / f"{name}.sql").read_text())
    decisions = connection.execute("SELECT allow, reasons FROM decisions ORDER BY piece").fetchall()
    assert all(allow == (not reasons) for allow, reasons in decisions)
    return [list(reasons or []) for _, reasons in decisions]


ENGINES: Final[dict[str, Engine]] = {
    "python": in_python,
    "rego-cpp": in_rego_cpp,
    "regorus": in_regorus,
    "cel": in_cel,
    "duckdb": in_duckdb,
}


def table(cases: Sequence[Case], folder: Path) -> str:
    """The decision about each case, as the Python example gives it."""
    decided = in_python([case.document for case in cases], folder)
    return "".join(
        f"{case.name}\t{' '.join(reasons) or 'allow'}\n" for case, reasons in zip(cases, decided, strict=True)
    )


if __name__ == "__main__":  # after a fixture came, or changed
    (POLICIES / "decisions.tsv").write_text(table(cases(), POLICIES))
