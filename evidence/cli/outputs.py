"""`evidence convert --to FORM`: its options, what is said of losses, and where one piece and several go."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import click

from evidence.cli import streams
from evidence.cli.forms import (
    CHECKED,
    COLLECTIONS,
    COLUMNS,
    CONFIGFS,
    FORMS,
    SIGNED,
    WRITERS,
    Terms,
    certificates,
    message,
)
from evidence.cli.inputs import Request, members, pairs, results, write_all
from evidence.cli.target import Write, target
from evidence.convert import Evidence
from evidence.errors import EvidenceError, UsageError, safe
from evidence.inputs import Unreadable

if TYPE_CHECKING:
    from evidence.encode.cmw import WrappedMessage
    from evidence.encode.written import Written

LISTED: Final = 8
"""Losses that an error names; `--losses` has all."""


class Unwritten(Unreadable):
    """A piece that a form cannot hold, with what the caller said of it: exit code 2."""

    code: ClassVar[str] = "not-written"


class Lossy(EvidenceError):
    """The output would leave out more than details, and the caller allows none of it."""

    code: ClassVar[str] = "lossy"

    losses: tuple[str, ...]

    def text(self) -> str:
        more = len(self.losses) - LISTED
        return f"not written, for it would leave out {'; '.join(self.losses[:LISTED])}" + (
            f" and {more} more" if more > 0 else ""
        )


TERMS: Final = {
    "losses": "--losses",
    "profile": "--profile",
    "iat": "--iat",
    "issuer": "--issuer",
    "key": "--key",
    "media_type": "--media-type",
    "anchors": "--trust",
    "roles": "--trust-key",
    "certificates": "--cert",
    "at": "--at",
    "without": "--without",
}
"""The options of `writing` beside `--to`, by the names of their values."""
OWN_PROFILE: Final = "own"
"""The profile of whoever says nothing of it."""


def writing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `--to`; `Terms` has them."""
    for decorate in (
        click.option(
            "--without", multiple=True, metavar="CHECK", help="cwt, jwt: a check that need not pass."
        ),
        click.option(
            "--at", metavar="TIME", help="cwt, jwt: the time to verify by (RFC 3339), instead of now."
        ),
        click.option(
            "--cert", "certificates", multiple=True, metavar="FILE", help="cwt, jwt: certificates that help."
        ),
        click.option(
            "--trust-key",
            "roles",
            multiple=True,
            callback=pairs,
            metavar="ROLE=FILE",
            help="cwt, jwt: a key to trust, as of evidence verify --key.",
        ),
        click.option(
            "--trust",
            "anchors",
            multiple=True,
            metavar="FILE|DIR",
            help="cwt, jwt: authorities to trust, as of evidence verify.",
        ),
        click.option("--key", metavar="FILE", help="cwt, jwt: the private key that signs (PEM)."),
        click.option("--issuer", metavar="NAME", help="cwt, jwt: who converts, and signs."),
        click.option(
            "--iat", type=int, metavar="SECONDS", help="The time in the output (claim iat); no clock is read."
        ),
        click.option(
            "--media-type", metavar="TYPE", help="cmw-…: the type of the evidence, where none is known."
        ),
        click.option(
            "--losses", metavar="FILE", help="Everything that the output does not say, as JSON Lines."
        ),
        click.option(
            "--profile",
            type=click.Choice(("own", "vendor")),
            default=OWN_PROFILE,
            help="coev, ect: our profile, or that of the vendor, where one is published.",
            metavar="own|vendor",
        ),
        click.option(
            "--to",
            type=click.Choice((*FORMS, *COLUMNS)),
            default="claims",
            metavar="FORM",
            help=f"What to write: {', '.join((*FORMS, *COLUMNS))}.",
        ),
    ):
        command = decorate(command)
    return command


def write(
    query: Request,
    name: str,
    terms: Terms,
    judge: Callable[[Evidence], None],
    *,
    output: str,
    losses: str | None,
    excepted: frozenset[str] | None,
    check: bool,
) -> int:
    """Write every piece in the form `name`; gives the exit code.

    `judge` raises what the caller does not allow of a piece; `check` asks for the grammar of the form as well. `excepted` are the codes of losses that are allowed; None
    allows all.
    """
    _check(name, terms, output, losses)
    rows: list[bytes] = []
    pieces = results(query)
    ahead = tuple(islice(pieces, 2))
    place = _OutputPlace(output, query, several=len(ahead) > 1, name=name)

    def say(source: str, piece: Evidence, written: Written) -> None:
        lost = [loss for loss in written.losses if excepted is not None and loss.code not in excepted]
        if lost:
            raise Lossy(losses=tuple(f"{loss.path} ({loss.code})" for loss in lost))
        rows.extend(
            streams.row(members(source, piece.at, form=name, **loss._asdict())) for loss in written.losses
        )
        if counts := written.counts():
            at = f" ({safe(piece.at)})" if piece.at else ""
            counted = ", ".join(f"{count} {code}" for code, count in counts.items())
            streams.say(f"{streams.shown(source)}{at}: not in {name}: {counted}")

    def render(source: str, piece: Evidence) -> bytes:
        judge(piece)
        try:
            if name in COLLECTIONS:
                written = place.collect(piece, terms)
            elif name == CONFIGFS:
                written = place.entry(piece)
            else:
                written = WRITERS[name](piece, terms)
        except UsageError as error:
            raise Unwritten(reason=str(error)) from None
        if check and name in CHECKED:
            from evidence.encode import grammar

            grammar.check(name, written.data)
        say(source, piece, written)
        place.name(piece)
        return written.data

    with place.opened() as put:
        code = write_all(chain(ahead, pieces), render, put, failures=False)
    if losses is not None:
        with target(losses, query.files) as put_losses:
            put_losses(b"".join(rows))
    return code


def _check(name: str, terms: Terms, output: str, losses: str | None) -> None:
    """Raise `UsageError` for what the form does not go with."""
    form = FORMS[name]
    if form.has_bytes and terms.no_identifiers:
        raise UsageError(
            f"--to {name} holds the evidence itself, with its identifiers: not with --no-identifiers"
        )
    if name in SIGNED:
        if terms.no_identifiers:
            raise UsageError("a signed token says what was verified: not with --no-identifiers")
        missing = [option for option in ("issuer", "iat", "key") if getattr(terms, option) is None]
        if missing:
            raise UsageError(f"--to {name} needs {', '.join(f'--{option}' for option in missing)}")
    for option, is_there in (
        ("profile", terms.vendor),
        ("iat", terms.iat is not None),
        ("issuer", terms.issuer is not None),
        ("key", terms.key is not None),
        ("media_type", terms.media_type is not None),
    ):
        if is_there and option not in form.takes:
            raise UsageError(f"--to {name} has no use for --{option.replace('_', '-')}")
    if losses is not None and losses == output:
        raise UsageError("--losses and -o name the same file")


class _OutputPlace:
    """Where the output goes: a file, or a folder with one file for each of several pieces."""

    def __init__(self, output: str, query: Request, *, several: bool, name: str) -> None:
        self._output, self._files, self._form = output, query.files, name
        self._folder = (several and name not in COLLECTIONS) or name == CONFIGFS
        self._several = several
        self._count, self._next = 0, ""
        self._collected: dict[str, WrappedMessage] = {}
        if self._folder and output == "-":
            raise UsageError(f"--to {name} makes {'several files' if several else 'a folder'}: -o FOLDER")

    def name(self, piece: Evidence) -> None:
        """Which file the next bytes are for."""
        self._next = f"{self._count}-{piece.type.name}{FORMS[self._form].ending}"
        self._count += 1

    @contextmanager
    def opened(self) -> Iterator[Write]:
        if self._form in COLLECTIONS:
            yield lambda _: None
            if self._collected:
                with target(self._output, self._files) as put:
                    _put(self._output, put, COLLECTIONS[self._form](self._collected))
        elif self._folder:
            if self._form != CONFIGFS:
                Path(self._output).mkdir(exist_ok=True)
            yield self._put_into_the_folder
        else:
            with target(self._output, self._files) as put:
                yield lambda data: _put(self._output, put, data)

    def _put_into_the_folder(self, data: bytes) -> None:
        if data:
            with target(str(Path(self._output) / self._next), self._files) as put:
                put(data)

    def collect(self, piece: Evidence, terms: Terms) -> Written:
        """Keeps the messages of a piece for the one collection of all."""
        from evidence.encode import cmw
        from evidence.encode.written import Written

        label = (piece.at or f"evidence-{self._count}") if self._several else "evidence"
        while label in self._collected:
            label += f"-{self._count}"
        self._collected[label] = message(piece, terms)
        beside = certificates(piece)
        if beside:
            path = "certificates" if label == "evidence" else f"{label}/certificates"
            self._collected[path] = cmw.WrappedMessage(beside, cmw.PEM_CHAIN, cmw.ENDORSEMENTS)
        kept = frozenset({"certificates"} if beside else ())
        return Written(b"", tuple(cmw.losses(piece.claims, kept)))

    def entry(self, piece: Evidence) -> Written:
        """Writes a new folder with the attributes of a report entry."""
        from evidence.encode import configfs
        from evidence.encode.written import Written

        if not piece.type.providers:
            raise UsageError(f"the kernel has no provider for {piece.type.name}")
        files, losses = configfs.attributes(
            piece.data, piece.claims, piece.input.attachments, piece.type.providers[0]
        )
        folder = (
            Path(self._output) / f"{self._count}-{piece.type.name}" if self._several else Path(self._output)
        )
        try:
            folder.mkdir(parents=self._several)
            for name, content in files.items():
                (folder / name).write_bytes(content)
        except OSError as error:
            raise Unwritten(reason=f"{streams.shown(folder)}: {error.strerror}") from None
        return Written(b"", losses)


def _put(output: str, put: Write, data: bytes) -> None:
    """Writes, but no bytes to a terminal that are not printable."""
    if output == "-" and data and _is_terminal() and not _is_printable(data):
        raise UsageError("the output is binary: -o FILE, or a pipe")
    put(data)


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _is_printable(data: bytes) -> bool:
    return data.isascii() and data.replace(b"\n", b"").decode().isprintable()
