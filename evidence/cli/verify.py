"""`evidence verify`: the authenticity of evidence, as a table for people or as documents."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from evidence.cli.inputs import BAD, GOOD, complain, exit_code, pairs, reading, request, results
from evidence.convert import Evidence, Failure
from evidence.errors import NotVerified, UsageError, safe

if TYPE_CHECKING:
    from evidence.verify import Report, Trust

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
CERTIFICATES: Final = (".pem", ".der", ".crt", ".cer")
"""Files of a folder that hold anchors."""


@click.command()
@reading
@click.option(
    "--trust",
    "anchors",
    multiple=True,
    metavar="FILE|DIR",
    type=click.Path(exists=True, path_type=Path),
    help="Authorities to trust (PEM or DER) beside those that are shipped; of a folder, its .pem, .der, .crt and .cer.",
)
@click.option(
    "--cert",
    "certificates",
    multiple=True,
    metavar="FILE",
    type=FILE,
    help="Certificates that help; not trusted.",
)
@click.option(
    "--key",
    "roles",
    multiple=True,
    callback=pairs,
    metavar="ROLE=FILE",
    help="A key to trust: cpak, iak, root-of-trust, attester, …",
)
@click.option("--crl", "crls", multiple=True, metavar="FILE", type=FILE, help="A revocation list.")
@click.option("--at", metavar="TIME", help="The time to judge by (RFC 3339), instead of now.")
@click.option("--nonce", metavar="HEX", help="What the caller data, or the challenge, must be: all of it.")
@click.option(
    "--without",
    multiple=True,
    metavar="CHECK",
    help="A check that need not pass (chain:vek); the document says so.",
)
@click.option("--json", "as_json", is_flag=True, help="The document evidence-verification/1.")
@click.option("--lines", is_flag=True, help="JSON Lines, one object a piece.")
def verify(
    *args: Any,
    anchors: tuple[Path, ...],
    certificates: tuple[Path, ...],
    roles: tuple[tuple[str, str], ...],
    crls: tuple[Path, ...],
    at: str | None,
    nonce: str | None,
    without: tuple[str, ...],
    as_json: bool,
    lines: bool,
    **how: Any,
) -> None:
    """Verify who signed evidence, by which chain, and which claims that covers.

    Trusted are the roots of AMD, Intel and NVIDIA, each for its own types, and what --trust and --key name. Says
    nothing about whether measurements are good, nor about what it lists as not checked.

    Exit codes: 0 verified, 1 not verified, 2 usage or environment, 3 unknown format.
    """
    try:
        from evidence.verify import verify as judge
    except ImportError:
        raise UsageError(
            "cryptography is not installed: pip install 'attestation-evidence[verify]'"
        ) from None
    said: dict[str, Any] = {
        "trust": _trust(anchors, roles),
        "at": _time(at),
        "certificates": [path.read_bytes() for path in certificates],
        "crls": [path.read_bytes() for path in crls],
        "nonce": _hex(nonce),
    }
    errors, code, several = [], GOOD, False
    for source, piece in results(request(*args, **how)):
        if isinstance(piece, Failure):
            errors.append(piece)
            complain(source, piece)
            if lines:
                _line(source, piece.at, "error", msgspec.json.encode(piece.error.as_dict()))
            continue
        report = judge(piece, **said)
        verdict = _verdict(report, without)
        code = code if verdict is None else BAD
        if lines:
            _line(source, piece.at, "verification", _document(report, without))
        elif as_json:
            click.echo(msgspec.json.format(_document(report, without)))
        else:
            click.echo(("\n" if several else "") + "\n".join(_table(source, piece, report, verdict, without)))
        several = True
    sys.exit(max(exit_code(errors), code))


def _trust(anchors: tuple[Path, ...], roles: tuple[tuple[str, str], ...]) -> Trust:
    from evidence.verify import Trust

    files = [file for path in anchors for file in (_inside(path) if path.is_dir() else [path])]
    trust = Trust.shipped().with_anchors(*(file.read_bytes() for file in files))
    return trust.with_keys(**{role: Path(file).read_bytes() for role, file in roles})


def _inside(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.suffix in CERTIFICATES and path.is_file())
    if not files:
        raise UsageError(f"no certificate in {safe(str(folder))} ({', '.join(CERTIFICATES)})")
    return files


def _time(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)  # the one place where a clock is read; the document has what it said
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        raise UsageError(f"not a time of RFC 3339: {safe(at)}") from None


def _hex(nonce: str | None) -> bytes | None:
    try:
        return None if nonce is None else bytes.fromhex(nonce)
    except ValueError:
        raise UsageError("the nonce is not hexadecimal") from None


def _verdict(report: Report, without: tuple[str, ...]) -> NotVerified | None:
    try:
        report.require(without)
    except NotVerified as error:
        return error
    return None


def _document(report: Report, without: tuple[str, ...]) -> bytes:
    from evidence.verify.document import to_json

    return to_json(report.document(without))


def _line(source: str, at: str, what: str, content: bytes) -> None:
    click.echo(msgspec.json.encode({"input": source, "at": at, what: msgspec.Raw(content)}))


def _table(
    source: str, piece: Evidence, report: Report, verdict: NotVerified | None, without: tuple[str, ...]
) -> Iterator[str]:
    """The verdict, a line for each check, and what it does not say."""
    at = f" ({safe(piece.at)})" if piece.at else ""
    yield f"{safe(source)}{at}: {piece.type.name}: {'verified' if verdict is None else verdict}"
    rows = [
        (
            check.reason or check.status,
            check.kind,
            check.name,
            f"{check.by}: {check.detail}" if check.detail else check.by,
        )
        for check in report.checks
    ]
    widths = [max(len(safe(row[column])) for row in rows) for column in range(3)]
    for *columns, last in rows:
        cells = [safe(text).ljust(width) for text, width in zip(columns, widths, strict=True)]
        yield "  " + "  ".join((*cells, safe(last)))
    if without:
        yield f"  without: {', '.join(without)}"
    yield f"  at {report.at}; not checked: {', '.join(report.not_checked) or 'nothing that this type has'}"
    if report.uncovered:
        yield f"  {len(report.uncovered)} claims that none of this covers; --json lists them"
