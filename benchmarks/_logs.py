"""Event logs that cost as much as they can: of every form, up to a size, with what costs most in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tests.generate import event_logs as made
from tests.generate.dcap import u16, u32

NOTHING: Final = made.whole(1, 13, b"")
LABEL: Final = made.label(3, 13, b"kernel_cmdline: a\0")
LINE: Final = made.Told(3, 13, b"kernel_cmdline: a\0", b"a", "data-part")
VARIABLE: Final = made.label(3, 0x80000002, made.variable(made.GLOBAL, "BootOrder", bytes(4)))
BANKS: Final = ("sha1", "sha256", "sha384", "sha512")
PATH: Final = made.image(made.path(*[made.node(1, 1, b"\0\0")] * 63))
BARE: Final = u32(1) + u32(13) + u32(0) + u32(0)
"""An event without a digest, the shortest there is."""
UNKNOWN: Final = u32(1) + u32(13) + u32(1) + u16(0x99) + u32(0)


def _one(kind: int, data: bytes) -> bytes:
    return made.ccel([made.whole(1, kind, data)])


def _unknown(size: int) -> bytes:
    spec = b"Spec ID Event03\0" + u32(0) + bytes((0, 2, 0, 2)) + u32(1) + u16(0x99) + u16(0) + b"\0"
    return u32(0) + u32(3) + bytes(20) + u32(len(spec)) + spec + UNKNOWN * (size // len(UNKNOWN))


def _signatures(size: int) -> bytes:
    entry = bytes(16) + b"\1"
    count = min(size // len(entry), 4096)
    head = bytes(16) + u32(28 + count * len(entry)) + u32(0) + u32(len(entry))
    return made.variable(made.SECURITY, "dbx", head + entry * count)


SHAPES: Final[dict[str, Callable[[int], bytes]]] = {
    "events without digests": lambda size: made.ccel([]) + BARE * (size // len(BARE)),
    "digests by an unknown algorithm": _unknown,
    "empty events": lambda size: made.ccel([NOTHING] * (size // 66)),
    "labels": lambda size: made.ccel([LABEL] * (size // 84)),
    "command lines": lambda size: made.ccel([LINE] * (size // 84)),
    "variables in four banks": lambda size: made.tcg([VARIABLE] * (size // 240), BANKS),
    "old events": lambda size: made.sha1([NOTHING] * (size // 32)),
    "device paths": lambda size: made.ccel([made.label(1, 0x80000003, PATH)] * (size // (66 + len(PATH)))),
    "a signature list": lambda size: _one(0x80000001, _signatures(min(size, 1 << 19))),
    "disks": lambda size: made.ccel([made.label(1, 0x80000006, made.disk(*["a"] * 200))] * (size // 25766)),
    "texts": lambda size: made.ccel([made.label(1, 13, b"\x1b" * 4096)] * (size // 4162)),
    "registers": lambda size: made.tcg([made.whole(n % 24, 4, b"") for n in range(size // 150)], BANKS[:3]),
    "dstack": lambda size: made.dstack(*[made.runtime("a", b"", 2)] * (size // 330)),
    "containers": lambda size: made.cel(*[(0, "a")] * (size // 94)),
    "files": lambda size: made.ima(*[("a", b"b")] * (size // 221))[0],
    "files in bytes": lambda size: made.ima(*[("a", b"b")] * (size // 108))[1],
    "an agent's": lambda size: made.agent(*["a b c"] * (size // 80)),
}


def logs(size: int) -> Iterator[tuple[str, bytes]]:
    """Every shape, of at most `size` bytes, and ended so that it is whole."""
    for name, shape in SHAPES.items():
        data = shape(size)
        yield name, data if len(data) <= size else shape(size - (len(data) - size) - 64)
