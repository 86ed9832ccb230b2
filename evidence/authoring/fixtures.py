"""The fixture files of a type: `valid/`, `invalid/`, `real/` and `verify/`.

A valid fixture is `NAME.bin` beside `NAME.json`; an invalid one is a recipe, `NAME.json` alone: one
stated mutation of a valid one, with the code and the place of the error that it must cause. A real
one names public samples by digest; their bytes are never committed. One of `verify/` says what verification
must make of a valid one. `schemas/fixture.schema.json` is
made from the structs below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from evidence.authoring.recipe import Edit, RecipeError, mutate
from evidence.claims import Bytes
from evidence.input import NOTHING

InvalidClass = Literal[
    "truncated",
    "trailing",
    "wrong-version",
    "wrong-magic",
    "length-overflow",
    "duplicate-key",
    "reserved-bytes",
    "oversize",
    "constraint",
    "encoding",
    "not-evidence",
]
REQUIRED_CLASSES: Final[tuple[InvalidClass, ...]] = (
    "truncated",
    "trailing",
    "wrong-version",
    "wrong-magic",
    "length-overflow",
    "duplicate-key",
    "reserved-bytes",
    "oversize",
)
"""Every type has an invalid fixture of each, or says why it cannot."""

EVIDENCE: Final = "evidence"
"""The part of a fixture that is no attachment."""
RealOrigin = Literal["hardware", "emulator", "other-implementation"]


class FixtureError(Exception):
    """A fixture file is not what it should be; the type's author is at fault."""


class _File(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of the fixture files."""


class Range(_File, frozen=True, kw_only=True):
    """Lengths from `start` to `end` (bytes, both included) at which a prefix parses, and why."""

    start: int
    end: int
    why: str


class Valid(_File, frozen=True, kw_only=True):
    """`generator` is the script that made the bytes; `force` reads them as the type whatever they say.

    `attachments` are kind to file name in the same folder. `facts` are claims paths and values as the
    generator put them into the bytes, without knowing this library; `claims` are the exact claims.
    """

    what: str
    why: str
    origin: Literal["generator"]
    generator: str
    claims: dict[str, Any]
    facts: dict[str, Any] = {}
    force: bool = False
    options: dict[str, Any] = {}
    attachments: dict[str, str] = {}
    parses_when_cut_at: tuple[Range, ...] = ()


class Invalid(_File, frozen=True, kw_only=True):
    """`kind` is the class of the defect; `at` the offset (bytes) or path that the error must name.

    `part` is what the edits are of and where the offset lies: `evidence`, or a kind of attachment.
    """

    what: str
    why: str
    kind: InvalidClass
    origin_of: str
    part: str = "evidence"
    edits: tuple[Edit, ...]
    code: str
    at: int | str | None
    force: bool | None = None
    options: dict[str, Any] | None = None


class Real(_File, frozen=True, kw_only=True):
    """A public sample. `parts` are `evidence` or a kind of attachment, to the SHA-256 of the file.

    `at` names a piece by its path; it must, where the file holds several. `facts` are claims paths and their
    values as `facts_from` (independent readers) state them; `claims_sha256` guards our own output
    against change. A sample that must be refused has `code` instead.
    """

    what: str
    source: str
    licence: str
    origin: RealOrigin
    parts: dict[str, Bytes]
    facts: dict[str, Any] = {}
    facts_from: tuple[str, ...] = ()
    claims_sha256: Bytes | None = None
    code: str | None = None
    at: str | None = None
    force: bool = False
    options: dict[str, Any] = {}


class Checked(_File, frozen=True, kw_only=True):
    """What verification makes of a valid fixture, or of a mutation of it, with keys of our own.

    `at` is the time, `anchors` and `certificates` are DER, `keys` are JWKs by role. `checks` are all checks by their
    ids: `passed`, or the reason why not.
    """

    what: str
    why: str
    origin_of: str
    part: str = "evidence"
    edits: tuple[Edit, ...] = ()
    at: str
    anchors: tuple[Bytes, ...] = ()
    certificates: tuple[Bytes, ...] = ()
    keys: dict[str, dict[str, str]] = {}
    nonce: Bytes | None = None
    verified: bool
    checks: dict[str, str]


TEXTS: Final = ("what", "why", "generator", "source", "licence")
"""Members that are for readers, and that are never empty."""
F = TypeVar("F", Valid, Invalid, Real, Checked)


class Loaded(Struct, frozen=True, kw_only=True):
    """A valid fixture with its bytes."""

    name: str
    fixture: Valid
    data: bytes
    attachments: Mapping[str, bytes] = NOTHING

    def part(self, name: str) -> bytes:
        """The evidence, or an attachment by its kind; `FixtureError` if there is no such."""
        if name == EVIDENCE:
            return self.data
        if name not in self.attachments:
            raise FixtureError(f"{self.name} has no attachment {name!r}")
        return self.attachments[name]

    def broken(self, recipe: Invalid | Checked) -> Loaded:
        """The same fixture after the edits of a recipe; `FixtureError` for one that cannot be done."""
        try:
            return self.with_part(recipe.part, mutate(self.part(recipe.part), recipe.edits))
        except RecipeError as error:
            raise FixtureError(str(error)) from None

    def with_part(self, name: str, content: bytes) -> Loaded:
        """The same fixture with `content` for that part."""
        if name == EVIDENCE:
            return replace(self, data=content)
        return replace(self, attachments={**self.attachments, name: content})


def valid(folder: Traversable) -> Iterator[Loaded]:
    """The valid fixtures of a type's folder, by name."""
    inside = folder / "valid"
    for name, fixture in _read_all(inside, Valid):
        blob = inside / f"{name}.bin"
        if not blob.is_file():
            raise FixtureError(f"valid/{name}.bin is missing")
        attached = {}
        for kind, file in fixture.attachments.items():
            if "/" in file or not (inside / file).is_file():
                raise FixtureError(f"valid/{name}.json: attachment {file} is missing")
            attached[kind] = (inside / file).read_bytes()
        yield Loaded(name=name, fixture=fixture, data=blob.read_bytes(), attachments=attached)


def invalid(folder: Traversable) -> Iterator[tuple[str, Invalid]]:
    """The recipes of a type's folder, by name."""
    return _read_all(folder / "invalid", Invalid)


def real(folder: Traversable) -> Iterator[tuple[str, Real]]:
    """The real entries of a type's folder, by name."""
    return _read_all(folder / "real", Real)


def checked(folder: Traversable) -> Iterator[tuple[str, Checked]]:
    """What verification must say, by name."""
    return _read_all(folder / "verify", Checked)


def _read_all(folder: Traversable, kind: type[F]) -> Iterator[tuple[str, F]]:
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            try:
                fixture = msgspec.json.decode(file.read_bytes(), type=kind, dec_hook=_decode)
            except msgspec.DecodeError as error:
                raise FixtureError(f"{folder.name}/{file.name}: {error}") from None
            for member in TEXTS:
                if not getattr(fixture, member, "-").strip():
                    raise FixtureError(f"{folder.name}/{file.name}: {member} says nothing")
            yield file.name.removesuffix(".json"), fixture


def _decode(kind: type, value: Any) -> Any:
    return kind.fromhex(value) if kind is Bytes else value
