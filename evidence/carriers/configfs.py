"""A configfs-tsm report entry: a directory of the kernel's attributes (Documentation/ABI/testing/configfs-tsm-report).

With `evidence.filesystem` the only module below `cli/` that opens files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor
from evidence.errors import CarrierError
from evidence.input import NOTHING, Carrier, Input
from evidence.reader import read_file

NAME: Final = "configfs-tsm"
ATTACHED: Final = {"auxblob": "certificates", "manifestblob": "services-manifest"}
"""Attribute of the entry to kind of attachment."""
FACTS: Final = (
    "privlevel",
    "privlevel_floor",
    "service_provider",
    "service_guid",
    "service_manifest_version",
)
"""Attributes that say how the report was asked for, kept as the kernel's word."""

ATTRIBUTES: Final = frozenset({"provider", "outblob", "inblob", "generation", *ATTACHED, *FACTS})
"""All files of an entry."""

Read = Callable[[str], bytes | None]


def entry(read: Read, extra: Mapping[str, bytes] = NOTHING, carrier: str = NAME, at: str = "") -> Input:
    """The evidence of one entry. `read(name)` gives an attribute's bytes, None if there is no such.

    `generation` is read before and after: a change in between means that the blobs may not belong
    together, and is a `CarrierError`, as are a missing provider and an empty outblob.
    """
    before = _text(read, "generation", carrier)
    provider = _text(read, "provider", carrier)
    outblob = read("outblob")
    blobs = {kind: blob for name, kind in ATTACHED.items() if (blob := read(name))}
    facts = {name: text for name in FACTS if (text := _text(read, name, carrier)) is not None}
    after = _text(read, "generation", carrier)
    if before != after:
        raise CarrierError(
            carrier=carrier,
            path="generation",
            reason=f"changed from {before} to {after} while the entry was read",
        )
    if provider is None:
        neither = "" if outblob is not None else ", as is outblob: no report entry"
        raise CarrierError(carrier=carrier, path="provider", reason=f"missing{neither}")
    if not outblob:
        reason = "missing" if outblob is None else "empty: the platform gave no evidence"
        raise CarrierError(carrier=carrier, path="outblob", reason=reason)
    limits.check("input", limits.INPUT_BYTES, len(outblob), path="outblob")
    return Input(
        data=outblob,
        attachments={**blobs, **extra},
        by_caller=frozenset(extra),
        hints={"provider": provider},
        carriers=(Carrier(carrier, at, facts={"provider": provider, **facts}),),
    )


def read_entry(directory: Path, extra: Mapping[str, bytes] = NOTHING, at: str = "") -> Input:
    """The evidence of the entry at `directory`, of path `at`. Its provider is the kernel's word, and not the input's own."""
    return replace(entry(reader(directory, NAME), extra, at=at), forces=True)


def reader(directory: Path, carrier: str) -> Read:
    """A function that gives the bytes of a file in `directory`, None if there is none that can be read."""

    def read(name: str) -> bytes | None:
        try:
            return read_file(directory / name, limits.INPUT_BYTES)
        except (FileNotFoundError, PermissionError):  # write-only attributes cannot be read
            return None
        except OSError as error:
            raise CarrierError(carrier=carrier, path=name, reason=error.strerror or "unreadable") from None

    return read


def _text(read: Read, name: str, carrier: str) -> str | None:
    """An attribute that is a line of text, without the newline that the kernel writes after it."""
    blob = read(name)
    if blob is None:
        return None
    limits.check("attribute", limits.PATH, len(blob), path=name)
    text = blob.decode("latin-1").strip()
    if not (text.isascii() and text.isprintable()):
        raise CarrierError(carrier=carrier, path=name, reason="not a line of printable ASCII text")
    return text


CARRIERS: Final = (
    CarrierDescriptor(
        name="configfs-tsm",
        section="files",
        told_by="a directory",
        taken="`outblob`; `provider` is the hint",
        rest=(
            "`auxblob` becomes `certificates`, `manifestblob` `services-manifest`; `privlevel`, "
            "`privlevel_floor`, `service_provider`, `service_guid`, `service_manifest_version` are "
            "facts, and a `service_guid` says whose manifest it is. An empty `outblob`, no "
            "`provider`, or a `generation` that changes while the entry is read is an error"
        ),
        source="Linux, `Documentation/ABI/testing/configfs-tsm-report`",
    ),
)
