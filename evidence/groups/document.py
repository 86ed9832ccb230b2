"""The document of a group, `evidence-group/1`. `schemas/group.schema.json` is made from these types."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Struct

from evidence.claims import Bytes, Claims
from evidence.encode.json import ascii_json
from evidence.groups.words import How, Kind, NoteCode, Outcome, TieName, Why
from evidence.words import Natural

SCHEMA: Final = "evidence-group/1"
_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)


class _GroupPart(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of everything in the document."""


class SourceInfo(_GroupPart, frozen=True, kw_only=True):
    """An input in which members lay. Digest and size are there where its bytes are at hand."""

    name: str | None = None
    sha256: Bytes | None = None
    size: Natural | None = None


class Member(_GroupPart, frozen=True, kw_only=True):
    """A piece of the group: what it is, in which source and where in it, and which of `documents` is its own.

    A piece that could not be read has the code of its `error` instead of a document.
    """

    id: str
    kind: Kind
    source: Natural
    at: str
    type: str | None = None
    document: Natural | None = None
    error: str | None = None


class GroupPlace(_GroupPart, frozen=True, kw_only=True):
    """A value: the member in whose document it stands, and its path there."""

    member: str
    path: str


class Tie(_GroupPart, frozen=True, kw_only=True):
    """A fact between two members. Without `from` it is the source's, or the caller's; without `to` the member is absent.

    `of` names what was compared or hashed, `value` is what it must be. `why` is there where it is not computable.
    """

    name: TieName
    way: str
    first: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    how: How
    of: str
    value: GroupPlace | None = None
    size: Natural | None = None
    status: Outcome
    why: Why | None = None


class Workload(_GroupPart, frozen=True, kw_only=True):
    """The environment that is the confidential workload, although its own document cannot say so."""

    member: str
    environment: str


class GroupNote(_GroupPart, frozen=True, kw_only=True):
    """What a reader should know: a code, and the member that it is about."""

    code: NoteCode
    member: str


class Group(_GroupPart, frozen=True, kw_only=True):
    """The whole document. `untied` are the members to which no tie that matches leads from the CPU's."""

    schema: Literal["evidence-group/1"]
    """The name and the version of this form."""
    sources: tuple[SourceInfo, ...]
    """The inputs."""
    members: tuple[Member, ...]
    """The pieces, each with an id."""
    ties: tuple[Tie, ...]
    """What ties two members, and whether it holds."""
    untied: tuple[str, ...]
    workload: Workload | None = None
    """The environment in which the customer's workload runs, where the ties show it."""
    documents: tuple[Claims, ...]
    """The claims of the members, in their order."""
    notes: tuple[GroupNote, ...] = ()
    """What is worth a look."""

    @property
    def differs(self) -> bool:
        """Whether any tie does."""
        return any(tie.status == "differs" for tie in self.ties)


def to_json(group: Group) -> bytes:
    """The document as one line of JSON in ASCII, fields in the order of their definition. Raises nothing."""
    return ascii_json(_ENCODER.encode(group))
