"""Every bound of ours, in one place. `LimitExceeded` names the one that was met."""

from __future__ import annotations

from typing import Final

from evidence.errors import LimitExceeded

INPUT_BYTES: Final = 16 << 20
EVIDENCE_BYTES: Final = 1 << 20
ATTACHMENT_BYTES: Final = 4 << 20
CARRIER_DEPTH: Final = 8
TAKEN_TIMES: Final = 8
TAKEN_BYTES: Final = 4 << 20
"""Of all that carriers take out of one input: so many times its size, or so much where that is more."""
INFLATED_TIMES: Final = 128
"""Of all that an archive on the command line holds: so many times its size; no archive of evidence has a tenth of that."""
ARCHIVE_NAME: Final = 4 << 10
"""Bytes of the name of a file in an archive, with what an extended header has beside it."""
PATH: Final = 256
"""Characters of the path of a piece, of the id of an environment, and of what a carrier says beside its pieces."""
PARTS: Final = 65_536
"""Parts that containers yield, most of which turn out to be nothing."""
PIECES: Final = 256
LINES: Final = 524_288
"""Lines of bytes in text; tools write 32 characters or more on each."""
MEMBERS: Final = 16_384
"""Values of a JSON document without a name among which evidence is looked for."""
NESTING: Final = 16
"""Depth of CBOR, JSON and DER values."""
ITEMS: Final = 16_384
"""Items inside of one CBOR item; real tokens have some hundred, and each costs a value."""
DOCUMENT_ITEMS: Final = 524_288
"""The same for a claims document, which has a map with some ten items for each of a token's."""
CONTAINERS: Final = 262_144
"""Objects and arrays of a JSON document; logs have some for each of their entries."""
TEXTS: Final = 524_288
"""Texts of a JSON document, names of members included: eight for each entry of a log."""
CERTIFICATES: Final = 16
CERTIFICATE_BYTES: Final = 64 << 10
DER_VALUES: Final = 262_144
"""Values of one value in DER; a list of 1 MiB of revoked certificates has some 120,000."""
EXTENSIONS: Final = 128
"""Extensions of a certificate; real ones have some fifteen."""
OID_BYTES: Final = 64
NAME_BYTES: Final = 4 << 10
"""A distinguished name; real ones have a few hundred bytes."""
FIELDS: Final = 4096
"""Fields of one protobuf message; real ones have some thirty, and a record for each event of a log."""
TABLE_ENTRIES: Final = 64
"""Entries of a table of GUIDs; real ones have three or four."""
CLAIMS: Final = 4096
"""Entries of one map of a token; real ones have some twenty."""
CRL_BYTES: Final = 1 << 20
"""A revocation list; those of vendors have a few thousand."""
SPDM_PAIRS: Final = 1024
SIGNATURES: Final = 64
"""Signatures of one piece that verification looks at; real transcripts have one or two."""
SPDM_BLOCKS: Final = 4096
"""Measurement blocks of a transcript, that of one index counted in each response that has it."""
ATTRIBUTES: Final = 262_144
"""Attributes of a netlink dump; an object of 16 MiB comes in some 5,000 messages, with one each."""
MMIO_RANGES: Final = 128
"""Ranges of memory of a device's interface; a function has six BARs, each in a few ranges."""
PACKETS: Final = 262_144
"""Packets of a capture; one of 16 MiB has some 200,000 where each carries 64 bytes."""
CONVERSATIONS: Final = 1024
"""Conversations of a capture that have an answer or may still get one."""
PCR_SELECTIONS: Final = 16
"""Banks of PCRs in one quote; TPMs have four at most, and each costs a pass over its PCRs."""
LOG_ENTRIES: Final = 65_536
LOG_EVENT_BYTES: Final = 1 << 20
"""The data of one event; the largest of real logs are lists of revoked signatures, of some 24 KiB."""
LOG_BANKS: Final = 16
"""Algorithms that a log announces; real ones have four at most."""
LOG_TEXT: Final = 4 << 10
"""Characters of a text of an event, and bytes of its data, that are shown."""
LOG_HASHED: Final = 64 << 10
"""Bytes of an event's data of which parts are hashed in search of what was measured."""
LOG_NODES: Final = 64
"""Nodes of a device path; real ones have seven at most."""
LOG_SIGNATURES: Final = 4096
"""Entries of the signature lists of one variable; lists of revoked ones have some 450."""
LOG_PARTITIONS: Final = 256
"""Partitions of a disk."""
BOOT_ENTRIES: Final = 256
"""What a claims document says of how a machine was started, out of one log."""
BOOT_TEXT: Final = 64 << 10
"""Characters of all texts among it."""
ENVIRONMENTS: Final = 256
"""Environments of one claims document: submodules, and what concise evidence speaks about."""
LABEL_BYTES: Final = 128
"""The label of a submodule, which names an environment."""
SUBMODULE_DEPTH: Final = 8
"""Submodules, and tokens in tokens."""
ENTRIES: Final = 1024
"""Entries of one list of an environment, and of what they are made from: a claims set, an array, triples."""
GROUP_MEMBERS: Final = 64
"""Members of a group, and sources that they lie in."""
GROUP_TIES: Final = 256
GROUP_BYTES: Final = 64 << 20
"""Of all sources of a group."""
SAFE_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON reader keeps (RFC 8259, section 6)."""


def check(limit: str, maximum: int, got: int, *, offset: int | None = None, path: str = "") -> None:
    """Raise `LimitExceeded` if `got` is above `maximum`."""
    if got > maximum:
        raise exceeded(limit, maximum, got, offset=offset, path=path)


def taken(size: int) -> int:
    """How many bytes may be taken out of an input of `size` bytes, over all carriers and pieces."""
    return max(TAKEN_TIMES * size, TAKEN_BYTES)


def inflated(size: int) -> int:
    """How many bytes an archive of `size` bytes may hold, over all of its members."""
    return max(INFLATED_TIMES * size, INPUT_BYTES)


class Budget:
    """What all carriers and containers together may take out of one input of `size` bytes."""

    __slots__ = ("bytes", "most", "parts")

    def __init__(self, size: int) -> None:
        self.bytes, self.parts, self.most = 0, 0, taken(size)

    @property
    def spent(self) -> bool:
        """Whether nothing more may be taken."""
        return self.bytes > self.most or self.parts > PARTS

    def add(self, size: int) -> None:
        """Count a part of `size` bytes, or raise `LimitExceeded`."""
        self.bytes += size
        self.parts += 1
        check("bytes taken out of the input", self.most, self.bytes)
        check("parts taken out of the input", PARTS, self.parts)


def text(name: str, value: str) -> str:
    """`value`, which a carrier copies out of its bytes to stand beside each piece, or `LimitExceeded`."""
    check(f"characters of {name}", PATH, len(value))
    return value


def shortened(path: str) -> str:
    """A path that a failure may repeat: its beginning, where it is too long."""
    return path if len(path) <= PATH else path[: PATH - 1] + "…"


def exceeded(
    limit: str, maximum: int, got: int, *, offset: int | None = None, path: str = ""
) -> LimitExceeded:
    """The error that says so."""
    return LimitExceeded(limit=limit, maximum=maximum, got=got, offset=offset, path=path)
