"""`evidence match`: which field of evidence is the nonce, the key or the document that somebody has."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final

import click

from evidence import limits
from evidence.cli import streams
from evidence.cli.ending import BAD
from evidence.cli.inputs import reading, request, results, write_all
from evidence.convert import Evidence
from evidence.errors import UsageError, safe
from evidence.match import Candidate
from evidence.match import match as compare
from evidence.match.derivation import FORMS
from evidence.match.report import MatchReport, StandingBinding
from evidence.reader import as_text, read_file

COLUMNS: Final = 80
NAMED: Final = 40
"""Characters of a candidate's name."""
SHOWN: Final = 24
"""Bytes of a value that are shown."""


@click.command()
@reading
@click.option(
    "--candidate",
    "candidates",
    multiple=True,
    required=True,
    metavar="FILE|hex:…|text:…",
    help="What may be in it: a file, bytes in hexadecimal, or a text. A file of digests, a line each, is a list of events.",
)
@click.option("--json", "as_json", is_flag=True, help="The document evidence-match/1.")
def match(*args: Any, candidates: tuple[str, ...], as_json: bool, **how: Any) -> int:
    """Say which field of evidence holds what you have: a nonce, a key, a document.

    Each candidate is tried as it is, decoded, as the key that it is, as digests of all that, with zeros behind, and
    joined with every other one. Nothing is verified.

    Exit codes: 0 something matches, 1 nothing does, or bad evidence, 2 usage or environment, 3 unknown format.
    """
    known = _candidates(candidates)
    matching: list[str] = []

    def render(source: str, piece: Evidence) -> bytes:
        report = compare(piece, known, as_text(source))
        matching.extend(field.path for field in report.matches)
        return report.to_json() if as_json else streams.lines(*_lines(source, report))

    query = request(*args, **how)
    code = write_all(results(query), render, streams.put, failures=False)
    return code or (0 if matching else BAD)


def _candidates(texts: tuple[str, ...]) -> list[Candidate]:
    """What the options name, each by a name of its own. Raises `UsageError` and `OSError`."""
    known: dict[str, Candidate] = {}
    for text in texts:
        name = as_text(text)
        name = name if len(name) <= NAMED else f"{name[:NAMED]}…"
        if name in known:
            name = f"{name} ({len(known) + 1})"
        known[name] = Candidate(name, _content(text))
    return [*known.values()]


def _content(text: str) -> bytes:
    kind, _, rest = text.partition(":")
    if kind == "text":
        return rest.encode("utf-8", "surrogateescape")
    if kind != "hex":
        return read_file(text, limits.ATTACHMENT_BYTES)
    try:
        return bytes.fromhex(rest.removeprefix("0x"))
    except ValueError:
        raise UsageError(f"--candidate {streams.shown(text)}: not hexadecimal") from None


def _lines(source: str, report: MatchReport) -> Iterator[str]:
    """What matches, or what was tried; then what every binding is by itself."""
    at = f" ({safe(report.at)})" if report.at else ""
    yield f"{streams.shown(source)}{at}: {report.type}"
    for field in report.matches:
        yield from _wrapped(f"  {_name(field.path)} ", field.text)
    if not report.matches:
        yield from _wrapped("  ", f"nothing fits: {report.tried} values against {report.fields} fields")
        for candidate in report.candidates:
            forms = "; ".join(FORMS[form] for form in candidate.forms)
            yield from _wrapped(f"  tried {safe(candidate.name)}: ", f"{forms}")
        yield from _wrapped("  ", f"each itself, as {', '.join(report.hashes)}, and as hexadecimal digits")
    for near in report.near:
        for text in near.texts:
            yield from _wrapped(f"  near: {_name(near.path)}: ", text)
    matched = {field.path for field in report.matches}
    for binding in report.bindings:
        yield from _binding(binding, matched=binding.path in matched)


def _binding(binding: StandingBinding, *, matched: bool) -> Iterator[str]:
    value = binding.value.hex()
    shown = value if len(binding.value) <= SHOWN else f"{value[: 2 * SHOWN]}…"
    yield from _wrapped(f"  {_name(binding.path)} ", f"({binding.role}, {len(binding.value)} bytes) {shown}")
    for fact in binding.facts:
        yield from _wrapped("    ", f"compared with {fact.of}: {fact.status}")
    for text in binding.is_of:
        yield from _wrapped("    ", f"it {text}")
    for text in () if matched or binding.is_of else binding.looks:
        yield from _wrapped("    ", text)


def _name(path: str) -> str:
    """A path as it is read: without the list that all of its kind have."""
    return safe(path.removeprefix("/bindings/").removeprefix("/environments/"))


def _wrapped(head: str, text: str) -> Iterator[str]:
    """A text behind a head, on as many lines as it needs."""
    yield from wrap(
        head + text, COLUMNS, subsequent_indent="      ", break_on_hyphens=False, drop_whitespace=True
    )
