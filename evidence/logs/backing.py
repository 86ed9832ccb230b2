"""What of an event was hashed: found by hashing its data, parts of them and its name, and never taken from its type.

Firmware of one vendor hashes a variable with its name, that of another its content alone; loaders hash texts with and
without what ends them, and some something else altogether.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.logs.event import NO_ACTION, SEPARATOR, Event
from evidence.logs.names import NUMBERS
from evidence.words import Backing

PREFIXES: Final = (
    b"grub_cmd: ",
    b"kernel_cmdline: ",
    b"module_cmdline: ",
    b"grub_cmd ",
    b"grub_kernel_cmdline ",
)
"""What GRUB and the patches of distributions write before a text that they hash."""
WHOLE: Final = frozenset(
    {
        SEPARATOR,
        NUMBERS["EV_ACTION"],
        NUMBERS["EV_EFI_ACTION"],
        NUMBERS["EV_EFI_GPT_EVENT"],
        NUMBERS["EV_EFI_GPT_EVENT2"],
        NUMBERS["EV_EFI_VARIABLE_DRIVER_CONFIG"],
    }
)
"""Types whose digest must be that of the data (TCG PFP, section 10.4.1)."""
VARIABLE_HEAD: Final = 32
"""Bytes before the name of a UEFI_VARIABLE_DATA."""
TAG_HEAD: Final = 8
"""Bytes of a tagged event before its content: an id, and how much follows."""
SHIM_HEAD: Final = 20
"""Bytes of td-shim before what it hashes: a name, and how much follows."""
BELIEVED: Final = frozenset({"data", "data-part", "name", "derived"})
"""Where what an event says in words was hashed."""


class Backed(NamedTuple):
    """What of an event its digests are of, with the range of the data where it is a part of them."""

    backing: Backing
    range: tuple[int, int] | None = None


def backed(event: Event) -> Backed:
    """What of an event its digests are of, in all banks whose hash is known."""
    if event.type == NO_ACTION:
        return Backed("not-extended")
    if not event.is_computable:
        return Backed("not-computable")
    if event.hashed is not None:
        return Backed("derived" if event.gives(event.hashed) else "contradicts")
    if event.gives(event.data):
        return Backed("data")
    if event.type in WHOLE and event.data:  # dstack leaves the data of events out
        return Backed("contradicts")
    if len(event.data) > limits.LOG_HASHED:
        return Backed("digest-only")
    view = memoryview(event.data)
    for start, end in _parts(event.data):
        if event.gives(view[start:end]):
            return Backed("data-part", (start, end))
    name = _name(event.data)
    if name is not None and event.gives(name):
        return Backed("name")
    return Backed("digest-only")


def _parts(data: bytes) -> Iterator[tuple[int, int]]:
    """The ranges that may have been hashed, four at most: by what the data look like."""
    size = len(data)
    prefix = next((prefix for prefix in PREFIXES if data.startswith(prefix)), None)
    if prefix is not None:
        yield len(prefix), size
        if data.endswith(b"\0"):
            yield len(prefix), size - 1
    elif size > VARIABLE_HEAD:
        characters, content = (int.from_bytes(data[place : place + 8], "little") for place in (16, 24))
        if VARIABLE_HEAD + 2 * characters + content == size:
            yield size - content, size
    if size > TAG_HEAD and int.from_bytes(data[4:TAG_HEAD], "little") == size - TAG_HEAD:
        yield TAG_HEAD, size
    if size > SHIM_HEAD and int.from_bytes(data[16:SHIM_HEAD], "little") == size - SHIM_HEAD:
        yield SHIM_HEAD, size


def _name(data: bytes) -> bytes | None:
    """The name of a section of a kernel image as its stub hashes it: ASCII with a NUL, where it is logged in UTF-16."""
    if len(data) % 2 or data[:2] != b".\0" or len(data) > 64:
        return None
    return data[::2].rstrip(b"\0") + b"\0"
