"""One policy over all types, in four languages and five engines: their decisions are equal, and each rule can fail alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from evidence import Registry
from tests import policies
from tests.policies import ENGINES, NOT_IN_CEL, POLICIES, Case, Input, cases

DECISIONS: Final = dict(line.split("\t") for line in (POLICIES / "decisions.tsv").read_text().splitlines())
SOURCES: Final = {
    name: (POLICIES / name).read_text()
    for name in ("accept.rego", "accept.cel", "accept.sql", "evidence.rego", "views.sql")
}
EXAMPLE: Final = (policies.ROOT / "examples" / "policy.py").read_text()
REASONS: Final = frozenset(re.findall(r'reasons contains "(\w+)"', SOURCES["accept.rego"]))


class Documents(NamedTuple):
    """What a policy decides about, to be changed."""

    claims: dict[str, Any]
    verification: dict[str, Any]
    want: dict[str, Any]


Change = Callable[[Documents], object]


def target(claims: dict[str, Any]) -> dict[str, Any]:
    """The environment that is attested."""
    (environment,) = [one for one in claims["environments"] if one["id"] == claims["target"]["environment"]]
    assert isinstance(environment, dict)
    return environment


def reported(claims: dict[str, Any]) -> dict[str, Any]:
    """The first TCB that has a floor."""
    return next(
        tcb
        for environment in claims["environments"]
        for tcb in environment.get("tcb", [])
        if tcb["role"] in {"reported", "launch"}
    )


def drop(name: str) -> Change:
    return lambda d: d.claims.pop(name)


def set_(member: str, value: Any) -> Change:
    return lambda d: d.want.update({member: value})


def differing(d: Documents) -> None:
    fact = d.claims["consistency"][0]
    fact["status"] = "differs"
    code = "binding-differs" if fact["name"].endswith("-binding") else "certified-differs"
    d.claims.setdefault("notes", []).append({"code": code, "path": "", "detail": ""})
    d.want["notes"] = [code]


SNP: Final = "amd-sev-snp/checked/table"
TDX: Final = "intel-tdx/checked/chain"
CCA: Final = "arm-cca/checked/token"
PSA: Final = "arm-psa/checked/sign1"
ALONE: Final[list[tuple[str, str, str, Change]]] = [
    # what speaks against it, the case, what is changed, the change
    (
        "unverified",
        SNP,
        "another piece was verified",
        lambda d: d.verification["evidence"].update(sha256="00" * 32),
    ),
    ("unverified", TDX, "it was not verified", lambda d: d.verification.update(verdict="not-verified")),
    (
        "unverified",
        PSA,
        "a piece of another type was",
        lambda d: d.verification["evidence"].update(type="arm-cca"),
    ),
    ("target", CCA, "a device is wanted", set_("roles", ["device"])),
    ("target", TDX, "a platform is wanted", set_("roles", ["platform", "paravisor"])),
    ("nonce", SNP, "another nonce", set_("nonce", "00" * 64)),
    ("nonce", TDX, "a part of the nonce", lambda d: d.want.update(nonce=d.want["nonce"][:-2])),
    ("nonce", PSA, "no nonce is wanted", set_("nonce", "")),
    ("debug", SNP, "it is enabled", lambda d: d.claims["target"].update(debug="enabled")),
    ("debug", CCA, "it is not reported", lambda d: d.claims["target"].update(debug="not-reported")),
    ("migration", SNP, "it is allowed", lambda d: target(d.claims).update(migration="allowed")),
    ("migration", TDX, "it is not reported", lambda d: target(d.claims).update(migration="not-reported")),
    ("measurement", SNP, "another digest", set_("measurements", {"measurement": ["00" * 48]})),
    ("measurement", TDX, "one that is not there", set_("measurements", {"rtmr4": ["00" * 48]})),
    ("measurement", CCA, "nothing is wanted", set_("measurements", {})),
    ("measurement", TDX, "a digest besides", lambda d: d.want["measurements"].update(mrtd=[])),
    ("floor", SNP, "one component is below", set_("floors", {"amd-milan": {"bootloader": 255}})),
    ("floor", SNP, "another layout", set_("floors", {"amd-turin": {"snp": 0}})),
    ("floor", SNP, "an empty floor", set_("floors", {"amd-milan": {}})),
    ("floor", SNP, "a component that is not there", set_("floors", {"amd-milan": {"fmc": 0}})),
    (
        "floor",
        TDX,
        "an equal one is above",
        set_("floors", {"intel-tee-tcb-svn": {"tdx_module_svn_major": 0}}),
    ),
    (
        "floor",
        SNP,
        "no layout",
        lambda d: [reported(d.claims).pop("layout"), reported(d.claims).pop("components")],
    ),
    ("unbound", SNP, "a fact differs", differing),
    ("unbound", TDX, "no fact binds the key", drop("consistency")),
    (
        "unbound",
        CCA,
        "the fact cannot be computed",
        lambda d: d.claims["consistency"][0].update(status="not-computable"),
    ),
    (
        "uncovered",
        SNP,
        "the report data",
        lambda d: d.verification["uncovered"].append("/bindings/report_data"),
    ),
    ("uncovered", TDX, "all of the TD", lambda d: d.verification["uncovered"].append("/environments/td")),
    (
        "uncovered",
        SNP,
        "a layout",
        lambda d: d.verification["uncovered"].append("/environments/platform/tcb/reported_tcb/layout"),
    ),
    (
        "uncovered",
        CCA,
        "what depends on what",
        lambda d: d.verification["uncovered"].append("/environments/realm/depends_on"),
    ),
    ("provisional", SNP, "the type is", lambda d: d.claims["evidence"].update(status="provisional")),
    (
        "note",
        PSA,
        "any note",
        lambda d: d.claims.setdefault("notes", []).append({"code": "unsigned", "path": "", "detail": ""}),
    ),
]
ABSENT: Final[list[tuple[str, str, Change]]] = [
    # what is taken away from documents that are accepted: it is never better for that
    (SNP, "the target", drop("target")),
    (SNP, "the bindings", drop("bindings")),
    (TDX, "the bindings", drop("bindings")),
    (SNP, "the measurements", lambda d: target(d.claims).pop("measurements")),
    (TDX, "the facts", drop("consistency")),
    (CCA, "the facts", drop("consistency")),
    (PSA, "the digests", lambda d: target(d.claims)["measurements"][0].pop("digests")),
    (SNP, "the layout", lambda d: reported(d.claims).pop("layout")),
    (SNP, "the components", lambda d: reported(d.claims).pop("components")),
    (SNP, "the verdict", lambda d: d.verification.pop("verdict")),
    (TDX, "what was verified", lambda d: d.verification.pop("evidence")),
    (CCA, "the status", lambda d: d.claims["evidence"].pop("status")),
]
"""Documents that this library refuses to read: they are for engines that read any JSON."""


def decide(engine: str, documents: list[Input], folder: Path) -> list[list[str]]:
    return ENGINES[engine](documents, folder)


def spelt(engine: str, reasons: list[str]) -> list[str]:
    """The reasons that this engine's language can give."""
    return [reason for reason in reasons if engine != "cel" or reason not in NOT_IN_CEL]


def case(name: str) -> Case:
    (one,) = [one for one in cases() if one.name == name]
    return one


def changed(name: str, change: Change) -> Input:
    document = deepcopy(case(name).document)
    document["verification"].setdefault("uncovered", [])
    change(Documents(**document))
    return document


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_decides_as_the_table_says(engine: str, tmp_path: Path) -> None:
    decided = decide(engine, [one.document for one in cases()], tmp_path)
    expected = {name: [] if text == "allow" else text.split() for name, text in DECISIONS.items()}
    assert {one.name: reasons for one, reasons in zip(cases(), decided, strict=True)} == {
        name: spelt(engine, reasons) for name, reasons in expected.items()
    }


def test_the_table_has_acceptance_and_every_reason() -> None:
    """`python -m tests.policies` writes it again; look at each line that changes."""
    words = [word for text in DECISIONS.values() for word in text.split()]
    assert words.count("allow") >= 7  # SNP by VCEK and by VLEK, TDX, SGX, CCA, PSA by signature and MAC
    assert REASONS - {*words} == set()


@pytest.mark.parametrize("engine", ENGINES)
def test_each_rule_fails_alone(engine: str, tmp_path: Path) -> None:
    rows = [row for row in ALONE if row[0] in spelt(engine, [row[0]])]
    decided = decide(engine, [changed(name, change) for _, name, _, change in rows], tmp_path)
    wrong = [
        f"{reason}, {what}: {reasons}"
        for (reason, _, what, _), reasons in zip(rows, decided, strict=True)
        if reasons != [reason]
    ]
    assert wrong == []
    assert {reason for reason, *_ in rows} == {*spelt(engine, sorted(REASONS))}


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "python"])
def test_what_is_absent_accepts_nothing(engine: str, tmp_path: Path) -> None:
    decided = []
    for name, what, change in ABSENT:
        try:
            (reasons,) = decide(engine, [changed(name, change)], tmp_path)
        except (KeyError, RuntimeError):  # CEL raises where a member is absent that no document lacks
            reasons = ["an error"]
        decided += [what] if not reasons else []
    assert decided == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_accepted_document_is_accepted_by_this_want_alone(engine: str, tmp_path: Path) -> None:
    """Of two types with two wants, neither is accepted by the other's."""
    documents = [
        {**case(one).document, "want": case(other).document["want"]}
        for one in (SNP, TDX, CCA, PSA)
        for other in (SNP, TDX, CCA, PSA)
    ]
    decided = decide(engine, documents, tmp_path)
    assert [index for index, reasons in enumerate(decided) if not reasons] == [0, 5, 10, 15]


@pytest.mark.parametrize("name", [*SOURCES, "policy.py"])
def test_a_policy_names_no_type(name: str) -> None:
    text = SOURCES.get(name, EXAMPLE)
    vendors = {kind.name for kind in Registry.builtin()} | {
        "snp",
        "tdx",
        "sgx",
        "cca",
        "psa",
        "spdm",
        "amd",
        "intel",
    }
    assert [word for word in vendors if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)] == []


def test_a_policy_is_short() -> None:
    assert len(SOURCES["accept.rego"].splitlines()) < 120
    assert len(EXAMPLE.splitlines()) < 75


@pytest.mark.parametrize("name", ["accept.cel", "accept.sql", "policy.py"])
def test_the_reasons_are_one_list(name: str) -> None:
    text = SOURCES.get(name, EXAMPLE)
    words = {
        "accept.cel": r'\["(\w+)"\]',
        "accept.sql": r"SELECT [\w.]+, '(\w+)'|'(\w+)' AS reason",
        "policy.py": r'^        "(\w+)": ',
    }
    named = {next(filter(None, match.groups())) for match in re.finditer(words[name], text, re.MULTILINE)}
    assert named == REASONS - (NOT_IN_CEL if name == "accept.cel" else frozenset())
