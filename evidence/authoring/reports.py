"""The results of a conformance run, and how they are written: for people, as JSON, as JUnit XML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, Literal
from xml.etree import ElementTree as ET

import msgspec
from msgspec import Struct

from evidence.authoring.cases import ORIGINS, Origin
from evidence.errors import safe

Outcome = Literal[
    "right", "wrong", "refuses-wrongly", "accepts-wrongly", "no-answer", "not-found", "left-out"
]
FAILURES: Final[tuple[Outcome, ...]] = ("wrong", "refuses-wrongly", "accepts-wrongly", "no-answer")
UNTRIED: Final[tuple[Outcome, ...]] = ("not-found", "left-out")
WORDS: Final[dict[Outcome, str]] = {
    "right": "right",
    "wrong": "wrong",
    "refuses-wrongly": "refused wrongly",
    "accepts-wrongly": "accepted wrongly",
    "no-answer": "without an answer",
    "not-found": "not found",
    "left-out": "left out",
}
LONGEST: Final = 4000
"""Characters of one detail."""


class Result(Struct, frozen=True, kw_only=True):
    """What became of one case: a fixture, a public sample, or (`gate`) what a type brings beside them."""

    id: str
    type: str
    origin: Origin
    outcome: Outcome
    what: str = ""
    details: tuple[str, ...] = ()


Tell = Callable[[Result], object]
"""Is told of each result when it is there."""


class ConformanceRun(Struct, frozen=True, kw_only=True):
    """A run: of what (`subject`), its results, and counts of the cases that were tried by their origin."""

    subject: str
    results: tuple[Result, ...]

    @property
    def failed(self) -> bool:
        return any(result.outcome in FAILURES for result in self.results)

    def outcomes(self) -> dict[Outcome, int]:
        """How many results there are of each outcome."""
        counts = Counter(result.outcome for result in self.results)
        return {outcome: counts[outcome] for outcome in WORDS if counts[outcome]}

    def origins(self) -> dict[Origin, dict[Outcome, int]]:
        """The same by origin, of the cases that were tried."""
        counts: dict[Origin, dict[Outcome, int]] = {}
        for origin in ORIGINS:
            there = Counter(
                result.outcome
                for result in self.results
                if result.origin == origin and result.outcome not in UNTRIED
            )
            if there:
                counts[origin] = {outcome: there[outcome] for outcome in WORDS if there[outcome]}
        return counts


def wanted(id: str, pattern: str | None) -> bool:
    """Whether a case is chosen: its id contains the text, or is matched whole by the pattern (`*`, `?`, `[]`)."""
    return pattern is None or pattern in id or fnmatchcase(id, pattern)


def counted(counts: Mapping[Outcome, int]) -> str:
    """Counts as people read them."""
    return ", ".join(f"{number} {WORDS[outcome]}" for outcome, number in counts.items()) or "nothing"


def text(report: ConformanceRun) -> Iterator[str]:
    """The lines for people: the counts, then each failure with what is wrong, then what was not tried and why."""
    tried = sum(result.outcome not in UNTRIED for result in report.results)
    yield f"{safe(report.subject)}: {tried} cases: {counted(report.outcomes())}"
    for origin, counts in report.origins().items():
        yield f"  {origin}: {counted(counts)}"
    for result in report.results:
        if result.outcome in FAILURES:
            yield f"  {safe(result.id)}: {WORDS[result.outcome]} ({safe(result.what)})"
            yield from (f"    {safe(detail, LONGEST)}" for detail in result.details)
    for why, number in Counter(
        result.details[:1] for result in report.results if result.outcome == "left-out"
    ).items():
        yield f"  {number} left out: {safe(' '.join(why))}"
    for result in report.results:
        if result.outcome == "not-found":
            yield f"  {safe(result.id)}: not found"


def as_json(reports: Iterable[ConformanceRun]) -> bytes:
    """One JSON document for all runs."""
    documents = [
        {
            "subject": report.subject,
            "passed": not report.failed,
            "outcomes": report.outcomes(),
            "origins": report.origins(),
            "results": [_row(result) for result in report.results],
        }
        for report in reports
    ]
    return msgspec.json.format(msgspec.json.encode({"reports": documents}), indent=2) + b"\n"


def _row(result: Result) -> dict[str, Any]:
    return {name: value for name, value in msgspec.to_builtins(result).items() if value not in ("", (), [])}


def as_junit(reports: Iterable[ConformanceRun]) -> bytes:
    """JUnit XML: a suite a run, a case a case; what was not tried is skipped, with the reason."""
    root = ET.Element("testsuites")
    for report in reports:
        outcomes = [result.outcome for result in report.results]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=safe(report.subject),
            tests=str(len(outcomes)),
            failures=str(sum(outcome in FAILURES for outcome in outcomes)),
            errors="0",
            skipped=str(sum(outcome in UNTRIED for outcome in outcomes)),
        )
        for result in report.results:
            case = ET.SubElement(suite, "testcase", classname=safe(result.type), name=safe(result.id))
            detail = "\n".join(safe(detail, LONGEST) for detail in result.details)
            if result.outcome in FAILURES:
                ET.SubElement(
                    case, "failure", type=result.outcome, message=WORDS[result.outcome]
                ).text = detail
            elif result.outcome in UNTRIED:
                ET.SubElement(case, "skipped", message=f"{WORDS[result.outcome]}: {detail}".rstrip(": "))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
