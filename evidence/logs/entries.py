"""The document of a log, `evidence-events/1`: every event, what backs it, and whether a register proves it.

It is no claims document, and nothing that came with no quote says that it is evidence. `schemas/events.schema.json` is
made from these types.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Struct

from evidence.claims import BootEntry, Bytes, Digest
from evidence.encode.json import ascii_json
from evidence.words import Backing, Committed, Hash, LogFormat, Natural, Outcome

SCHEMA: Final = "evidence-events/1"
Code = Literal["log-alone", "replay-differs", "contradicts", "bad-data", "boot-shortened"]
"""What notes of the document are about."""
_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)


class _Part(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of everything in the document."""


class DatabaseEntry(_Part, frozen=True, kw_only=True):
    """One entry of a signature database: whose it is, its type, and a SHA-256 digest or that of what it is."""

    owner: str
    type: str
    sha256: Bytes


class Variable(_Part, frozen=True, kw_only=True):
    """A UEFI variable. `value` are its bytes where they are few; `order` are those of BootOrder."""

    guid: str
    name: str
    size: Natural
    value: Bytes | None = None
    text: str | None = None
    description: str | None = None
    path: str | None = None
    order: tuple[str, ...] = ()
    signatures: tuple[DatabaseEntry, ...] = ()
    state: Literal["not-set"] | None = None


class Partition(_Part, frozen=True, kw_only=True):
    """A partition of a disk."""

    type: str
    unique: str
    name: str


class Disk(_Part, frozen=True, kw_only=True):
    """A disk by its GPT."""

    disk: str
    partitions: tuple[Partition, ...] = ()


class MemoryRegion(_Part, frozen=True, kw_only=True):
    """A region of memory that was measured."""

    base: Bytes
    length: Natural
    description: str | None = None


class TaggedEvent(_Part, frozen=True, kw_only=True):
    """A tagged event. One of an attestation agent is split into domain, operation and content."""

    id: Bytes
    text: str | None = None
    domain: str | None = None
    operation: str | None = None
    content: str | None = None


class LoggedEvent(_Part, frozen=True, kw_only=True):
    """One event.

    `at` is where it lies in the log, `index` its register as the log writes it, `type_raw` its type as its bytes lie,
    `size` that of its data. `backing` says what its digests are of, `backed` which range of its data, and `committed`
    whether its register proves it. Of the rest, which are its data for people, nothing is to be believed unless both
    allow it; `bad` says why they could not be read, and `truncated` that the text or the data are only the beginning.
    """

    n: Natural
    at: tuple[Natural, Natural] | None = None
    register: str | None = None
    index: Natural
    type: str | None = None
    type_raw: Bytes
    digests: tuple[Digest, ...] = ()
    backing: Backing
    backed: tuple[Natural, Natural] | None = None
    committed: Committed
    after_separator: bool | None = None
    size: Natural
    name: str | None = None
    text: str | None = None
    truncated: bool | None = None
    data: Bytes | None = None
    path: str | None = None
    variable: Variable | None = None
    disk: Disk | None = None
    region: MemoryRegion | None = None
    tables: tuple[str, ...] = ()
    tag: TaggedEvent | None = None
    locality: Natural | None = None
    technology: str | None = None
    bad: str | None = None


class Replayed(_Part, frozen=True, kw_only=True):
    """What the events of a register add up to by one hash; without evidence `status` is `unchecked`."""

    register: str
    alg: Hash
    events: Natural
    status: Outcome | Literal["unchecked"]
    computed: Bytes | None = None
    prefix: Natural | None = None


class QuoteInfo(_Part, frozen=True, kw_only=True):
    """The evidence whose registers were compared: its type, and SHA-256 of its bytes. It was not verified."""

    type: str
    sha256: Bytes
    status: Literal["not-checked"]


class LogInfo(_Part, frozen=True, kw_only=True):
    """The log: how it is written, what it is made of, and whether evidence came with it."""

    kind: Literal["event-log"]
    format: LogFormat
    sha256: Bytes
    size: Natural
    events: Natural
    filler: Bytes | None = None
    evidence: bool


class Observation(_Part, frozen=True, kw_only=True):
    """What is worth a look."""

    code: Code
    detail: str


class Events(_Part, frozen=True, kw_only=True):
    """The whole document."""

    schema: Literal["evidence-events/1"]
    log: LogInfo
    quote: QuoteInfo | None = None
    replay: tuple[Replayed, ...]
    events: tuple[LoggedEvent, ...]
    boot: tuple[BootEntry, ...] = ()
    notes: tuple[Observation, ...] = ()


def to_json(document: Events) -> bytes:
    """The document as one line of JSON in ASCII, fields in the order of their definition."""
    return ascii_json(_ENCODER.encode(document))
