"""The digests that a platform's TSM has of a device's objects, beside the objects.

They prove that these are the bytes which the platform saw. Whether anybody should believe the platform is said by its
own evidence, if at all.

Source: Linux (2026), Documentation/netlink/specs/device-evidence.yaml, flag `digest`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from evidence.claims import Bytes, Consistency, Note
from evidence.errors import EvidenceError
from evidence.input import Input
from evidence.types._notes import note
from evidence.wire import device_evidence

KIND: Final = "tsm-digests"
PATH: Final = f"/attachments/{KIND}"
LIBRARY: Final = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}


class Object(NamedTuple):
    """One object of a device: its name, its bytes, and the word for what it holds."""

    name: str
    content: bytes
    holds: str


def bindings(source: Input, objects: Iterable[Object], notes: list[Note]) -> Iterator[Consistency]:
    """For each object of which a digest is attached, whether it is that of its bytes.

    An attachment of another form is noted.
    """
    content = source.attachments.get(KIND)
    if content is None:
        return
    alg, digests = _digests(content)
    if alg is None:
        notes.append(note("attachment-ignored", PATH, "no dump of the digests of a device's objects"))
        return
    for one in objects:
        if (stated := digests.get(one.name)) is not None and one.content:
            computed = hashlib.new(LIBRARY[alg], one.content).digest()
            yield Consistency(
                name=f"{one.name}-binding",
                status="matches" if computed == stated else "differs",
                digest_of=one.holds,
                compared_to=PATH,
                alg=alg,
                computed=Bytes(computed),
            )


def _digests(content: bytes) -> tuple[str | None, Mapping[str, bytes]]:
    """The hash and the digests by the names of the objects; no hash where they cannot be read."""
    try:
        dump = device_evidence.read(content)
    except EvidenceError:
        dump = None
    return (None, {}) if dump is None else (device_evidence.digests(dump), dump.objects)
