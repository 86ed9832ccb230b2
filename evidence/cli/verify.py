"""`evidence verify`: the authenticity of evidence, as a table for people or as documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from evidence import limits
from evidence.cli import streams
from evidence.cli.ending import BAD
from evidence.cli.inputs import members, pairs, reading, request, results, write_all
from evidence.convert import Evidence
from evidence.errors import NotVerified, UsageError, safe
from evidence.reader import read_file

if TYPE_CHECKING:
    from evidence.verify import Trust, VerificationReport

CERTIFICATES: Final = (".pem", ".der", ".crt", ".cer")
"""Files of a folder that hold anchors."""
TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
"""A time of RFC 3339: with its zone, always."""
COLUMNS: Final = 80
COMMA: Final = re.compile(r"(?<!\\),(?=\S)")
"""One that separates, as names of certificates have them."""
NARROW: Final = 24
"""Columns that a text has at least."""


@click.command()
@reading
@click.option(
    "--trust",
    "anchors",
    multiple=True,
    metavar="FILE|DIR",
    help="Authorities to trust (PEM or DER) beside those that are shipped; of a folder, its .pem, .der, .crt and .cer.",
)
@click.option(
    "--cert", "certificates", multiple=True, metavar="FILE", help="Certificates that help; not trusted."
)
@click.option(
    "--key",
    "roles",
    multiple=True,
    callback=pairs,
    metavar="ROLE=FILE",
    help="A key to trust: cpak, iak, root-of-trust, attester, …",
)
@click.option("--crl", "crls", multiple=True, metavar="FILE", help="A revocation list.")
@click.option("--at", metavar="TIME", help="The time to judge by (RFC 3339), instead of now.")
@click.option("--nonce", metavar="HEX", help="What the caller data, or the challenge, must be: all of it.")
@click.option(
    "--without",
    multiple=True,
    metavar="CHECK",
    help="A check that need not pass (chain:vek); the document says so.",
)
@click.option("--json", "as_json", is_flag=True, help="The document evidence-verification/1.")
@click.option("--lines", "as_lines", is_flag=True, help="JSON Lines, one object a piece.")
def verify(
    *args: Any,
    anchors: tuple[str, ...],
    certificates: tuple[str, ...],
    roles: tuple[tuple[str, str], ...],
    crls: tuple[str, ...],
    at: str | None,
    nonce: str | None,
    without: tuple[str, ...],
    as_json: bool,
    as_lines: bool,
    **how: Any,
) -> int:
    """Verify who signed evidence, by which chain, and which claims that covers.

    Trusted are the roots of AMD, Intel and NVIDIA, each for its own types, and what --trust and --key name. Says
    nothing about whether measurements are good, nor about what it lists as not checked.

    Exit codes: 0 verified, 1 not verified, 2 usage or environment, 3 unknown format.
    """
    try:
        from evidence.verify import verify as judge
        from evidence.verify.run import read_list
        from evidence.verify.types.tpm2 import with_vtpm
    except ImportError:
        raise UsageError(
            "cryptography is not installed: pip install 'attestation-evidence[verify]'"
        ) from None
    terms: dict[str, Any] = {
        "trust": trusted(anchors, roles),
        "at": time_of(at),
        "certificates": [read_file(path, limits.ATTACHMENT_BYTES) for path in certificates],
        "crls": [read_file(path, limits.CRL_BYTES) for path in crls],
        "nonce": _hex(nonce),
    }
    for content in terms["crls"]:
        read_list(content)  # before any evidence is
    doubtful: list[Evidence] = []
    unknown: set[str] = set()
    known: set[str] = set()

    vouching: dict[str, Trust] = {}  # of each input, with the keys that its verified reports bind

    def render(source: str, piece: Evidence) -> bytes:
        trust = vouching.get(source, terms["trust"])
        of_vtpm = piece.type.name == "tpm2-quote" and trust is not terms["trust"]
        report = judge(piece, **({**terms, "trust": trust} if of_vtpm else terms))
        vouching[source] = with_vtpm(trust, report)
        waived = [id for id in without if any(check.id == id for check in report.checks)]
        unknown.update(without)
        known.update(waived)
        verdict = _verdict(report, waived)
        doubtful.extend([piece] if verdict is not None else [])
        if as_lines:
            document = msgspec.Raw(_document(report, waived))
            return streams.row(members(source, piece.at, verification=document))
        if as_json:
            return msgspec.json.format(_document(report, waived)) + b"\n"
        return streams.lines(*_table(source, report, verdict))

    code = write_all(results(request(*args, **how)), render, streams.put, failures=as_lines)
    if unknown - known:
        raise UsageError(f"--without {streams.shown(min(unknown - known))}: no piece has such a check")
    return max(code, BAD) if doubtful else code


def trusted(anchors: tuple[str, ...], roles: tuple[tuple[str, str], ...]) -> Trust:
    from evidence.verify import Trust

    files = [file for path in anchors for file in _inside(path)]
    trust = Trust.shipped().with_anchors(*(read_file(file, limits.ATTACHMENT_BYTES) for file in files))
    return trust.with_keys(**{role: read_file(file, limits.CERTIFICATE_BYTES) for role, file in roles})


def _inside(path: str) -> list[str]:
    """The file itself, or those of a folder."""
    folder = Path(path)
    if not folder.is_dir():
        return [path]
    files = sorted(str(file) for file in folder.iterdir() if file.suffix in CERTIFICATES)
    if not files:
        raise UsageError(f"no certificate in {streams.shown(path)} ({', '.join(CERTIFICATES)})")
    return files


def time_of(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)  # the one place where a clock is read; the document has what it said
    try:
        if TIME.fullmatch(at):
            return datetime.fromisoformat(at.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no such day, or none in UTC
    raise UsageError(f"not a time of RFC 3339, as 2026-11-01T00:00:00Z is: {streams.shown(at)}")


def _hex(nonce: str | None) -> bytes | None:
    try:
        value = None if nonce is None else bytes.fromhex(nonce)
    except ValueError:
        raise UsageError("the nonce is not hexadecimal") from None
    if value == b"":
        raise UsageError("the nonce is empty")
    return value


def _verdict(report: VerificationReport, without: Sequence[str]) -> NotVerified | None:
    try:
        report.require(without)
    except NotVerified as error:
        return error
    return None


def _document(report: VerificationReport, without: Sequence[str]) -> bytes:
    from evidence.verify.document import to_json

    return to_json(report.document(without))


def _table(source: str, report: VerificationReport, verdict: NotVerified | None) -> Iterator[str]:
    """The verdict, a line for each check, and what it does not say."""
    piece = report.evidence
    at = f" ({safe(piece.at)})" if piece.at else ""
    head = f"{streams.shown(source)}{at}: {piece.type.name}: "
    if verdict is None:
        yield f"{head}verified"
    else:
        why = f"{safe(verdict.failed)}: {verdict.reason}"
        whole = f"{head}not verified: {why}"
        yield from (whole,) if len(whole) <= COLUMNS else (f"{head}not verified:", f"  {why}")
    rows = [
        (
            check.reason or check.status,
            check.kind,
            safe(check.name),
            safe(f"{check.by}: {check.detail}" if check.detail else check.by),
        )
        for check in report.checks
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for *columns, last in rows:
        cells = [text.ljust(width) for text, width in zip(columns, widths, strict=True)]
        yield from _wrapped("  " + "  ".join(cells) + "  ", last)
    left = ", ".join(report.not_checked) or "nothing that this type has"
    yield from _wrapped("  ", f"at {report.at}; not checked: {safe(left)}")
    count = len(report.uncovered)
    if count:
        claims = "1 claim" if count == 1 else f"{count} claims"
        yield f"  {claims} that none of this covers; --json lists them"


def _wrapped(head: str, text: str) -> Iterator[str]:
    """A text behind a head, on as many lines as it needs, each below the first; names break behind their commas."""
    width = max(COLUMNS - len(head), NARROW)
    lines = wrap(COMMA.sub(", ", text), width, break_on_hyphens=False) or [""]
    yield head + lines[0]
    for line in lines[1:]:
        yield " " * len(head) + line
