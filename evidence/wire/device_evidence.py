"""The objects of one device as Linux dumps them: put together from the messages of a dump, in netlink or in JSON.

| attribute | device-evidence | pci-tsm |
|---|---|---|
| type (u32) | 1 | 1 |
| generation (u32) | 7 | - |
| length (u32) | 9 | - |
| val (binary, in as many messages as it takes) | 10 | 6 |

The first message of an object has its type, generation and length; a value alone goes on with the object before it.
An object that is not there has length 0. Neither family is in a release of Linux.

Sources: Linux (2026), Documentation/netlink/specs/device-evidence.yaml and pci-tsm.yaml; pyynl for the JSON of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from evidence.errors import BadEncoding, ConstraintViolation, LimitExceeded, MalformedEvidence
from evidence.wire import json, netlink, text
from evidence.wire.netlink import End, NetlinkAttribute, NetlinkMessage, Order

SPEC: Final = "Linux, device-evidence.yaml"
OBJECT_BYTES: Final = 16 << 20
"""The most that an object may have (the interface's own bound)."""
MOST_UNKNOWN: Final = 16
"""Objects of types without a name that are kept."""
SLOTS: Final = 8
VCA, MEASUREMENTS, REPORT = "vca", "measurements", "report"
NAMES: Final = (*(f"cert{slot}" for slot in range(SLOTS)), VCA, MEASUREMENTS, REPORT)
"""Objects by their types."""
DEVICE_EVIDENCE, PCI_TSM = "device-evidence", "pci-tsm"
TYPE, GENERATION, LENGTH = 1, 7, 9
VALUES: Final = {DEVICE_EVIDENCE: 10, PCI_TSM: 6}
MEMBERS: Final = frozenset({"type", "generation", "length", "count", "val"})
"""What an entry of the JSON may have; `val` is in each."""
ERRORS: Final = {6: " (no evidence)", 11: " (refreshed)", 95: " (not supported)"}
"""What the errors mean with which these families end a dump: ENXIO, EAGAIN, EOPNOTSUPP."""
UNKNOWN: Final = re.compile(r"Unknown\(([0-9]{1,9})\)")
"""How pyynl prints a number that its specification has no word for."""


class Chunk(NamedTuple):
    """What one message says: of which object, how long that is, and the next bytes of it."""

    kind: int | None
    generation: int | None
    length: int | None
    values: tuple[bytes, ...]


class Dump(NamedTuple):
    """One dump: `objects` by name (those without content are not there), and whether the kernel ended it."""

    family: str
    objects: Mapping[str, bytes]
    generation: int | None = None
    ended: bool = True


def name_of(kind: int) -> str:
    """The name of a type of object."""
    return NAMES[kind] if kind < len(NAMES) else f"type-{kind}"


def from_netlink(data: bytes, order: Order) -> Dump | None:
    """The objects of a netlink dump; None for messages of another family.

    Raises `MalformedEvidence` for broken messages or objects, and for a dump that ended with an error.
    """
    chunks: list[Chunk] = []
    family, ended = "", False
    for message in netlink.messages(data, order):
        if isinstance(message, End):
            if message.error:
                why = ERRORS.get(-message.error, "")
                raise _broken("end", f"error {message.error}{why}", "none")
            ended = True
            continue
        family = family or _family(message)
        if not family:
            return None
        if message.interrupted:
            raise _broken("end", "NLM_F_DUMP_INTR: it changed", "a dump without interruption")
        chunks.append(_chunk(message, family, order))
    objects, generation = assemble(chunks, with_length=family == DEVICE_EVIDENCE)
    return Dump(family or DEVICE_EVIDENCE, objects, generation, ended)


def _family(message: NetlinkMessage) -> str:
    """The family of a first message, by the numbers and sizes of its attributes; nothing for another one."""
    sizes = {attribute.number: len(attribute.value) for attribute in message.attributes}
    if sizes.get(TYPE) != 4:
        return ""
    if sizes.keys() <= {TYPE, VALUES[PCI_TSM]}:
        return PCI_TSM
    return DEVICE_EVIDENCE if sizes.keys() & {LENGTH, VALUES[DEVICE_EVIDENCE]} else ""


def _chunk(message: NetlinkMessage, family: str, order: Order) -> Chunk:
    numbers = {TYPE: None, GENERATION: None, LENGTH: None}
    values: list[bytes] = []
    for attribute in message.attributes:
        if attribute.number == VALUES[family]:
            values.append(attribute.value)
        elif attribute.number in numbers:
            if numbers[attribute.number] is not None:
                raise _broken(f"attribute {attribute.number}", "there twice", "once in a message")
            numbers[attribute.number] = _number(attribute, order)
    return Chunk(numbers[TYPE], numbers[GENERATION], numbers[LENGTH], tuple(values))


def _number(attribute: NetlinkAttribute, order: Order) -> Any:
    return netlink.uint(attribute, 4, order)


def is_json(value: Any) -> bool:
    """Whether a JSON value is what pyynl prints of a dump: a list of messages with values, the first with a type."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, dict) and "val" in entry and entry.keys() <= MEMBERS for entry in value)
        and "type" in value[0]
    )


def from_json(value: list[dict[str, Any]]) -> Dump:
    """The objects of a dump in JSON; raises `MalformedEvidence`."""
    with_length = any("length" in entry for entry in value)
    chunks = (_entry(entry, str(number)) for number, entry in enumerate(value))
    objects, generation = assemble(chunks, with_length=with_length)
    return Dump(DEVICE_EVIDENCE if with_length else PCI_TSM, objects, generation)


def _entry(entry: Mapping[str, Any], path: str) -> Chunk:
    values = entry["val"] if isinstance(entry["val"], list) else [entry["val"]]
    kind = _kind(entry["type"], f"{path}/type") if "type" in entry else None
    generation, length = (
        _integer(entry[name], f"{path}/{name}") if name in entry else None
        for name in ("generation", "length")
    )
    return Chunk(kind, generation, length, tuple(_octets(item, f"{path}/val") for item in values))


def _kind(value: Any, path: str) -> int:
    if isinstance(value, str):
        if value in NAMES:
            return NAMES.index(value)
        if unknown := UNKNOWN.fullmatch(value):
            return int(unknown[1])
    return _integer(value, path)


def _integer(value: Any, path: str) -> int:
    if value.__class__ is not int or not 0 <= value < 1 << 32:
        raise BadEncoding(what="dump", path=path, reason="not a number of 32 bits", spec=SPEC)
    number: int = value
    return number


def _octets(value: object, path: str) -> bytes:
    if not isinstance(value, str):
        raise BadEncoding(what="dump", path=path, reason="not hexadecimal text", spec=SPEC)
    return text.hexadecimal(value.replace(" ", "").replace(":", ""), "dump", path)


def assemble(chunks: Iterable[Chunk], *, with_length: bool) -> tuple[dict[str, bytes], int | None]:
    """The objects that chunks make up, and their generation.

    Raises `ConstraintViolation` for an object that comes twice, that is not as long as it says, or that belongs to
    another generation, and for a value that no object waits for.
    """
    objects: dict[str, list[bytes]] = {}
    generations: set[int] = set()
    name, length, size = "", None, 0
    for chunk in chunks:
        if chunk.generation is not None:
            generations.add(chunk.generation)
            if len(generations) > 1:
                raise _broken("generation", f"{sorted(generations)}", "one in a dump")
        if chunk.kind is not None:
            _check_whole(name, length, size)
            name, length, size = name_of(chunk.kind), chunk.length, 0
            _check_begin(name, length, objects, with_length=with_length)
            objects[name] = []
        elif not name or (with_length and size == length):
            before = f"behind {name}, which is complete" if name else "at the beginning"
            raise _broken("val", f"a value without type {before}", "a type before it")
        size += sum(map(len, chunk.values))
        if length is not None and size > length:
            raise _broken(name, f"{size} bytes", f"{length}, as it says")
        objects[name] += chunk.values
    _check_whole(name, length, size)
    whole = {name: b"".join(parts) for name, parts in objects.items()}
    return {name: value for name, value in whole.items() if value}, min(generations, default=None)


def _check_begin(name: str, length: int | None, objects: Mapping[str, Any], *, with_length: bool) -> None:
    if name in objects:
        raise _broken(name, "there twice", "once in a dump")
    if len(objects) >= len(NAMES) + MOST_UNKNOWN:
        most = len(NAMES) + MOST_UNKNOWN
        raise LimitExceeded(limit="objects of a device", maximum=most, got=len(objects) + 1)
    if with_length and length is None:
        raise _broken(name, "no length", "one in the first message of an object")
    if length is not None and length > OBJECT_BYTES:
        raise LimitExceeded(limit=f"bytes of {name}", maximum=OBJECT_BYTES, got=length)


def _check_whole(name: str, length: int | None, size: int) -> None:
    if length is not None and size < length:
        raise _broken(name, f"{size} bytes", f"{length}, as it says")


def _broken(what: str, got: str, allowed: str) -> ConstraintViolation:
    return ConstraintViolation(what="dump", path=what, got=got, allowed=allowed, spec=SPEC)


def read(data: bytes) -> Dump | None:
    """The objects of a dump in either form; None for other bytes. Raises `MalformedEvidence`, `LimitExceeded`."""
    if (order := netlink.order_of(data)) is not None:
        return from_netlink(data, order)
    if data.lstrip()[:1] != b"[":
        return None
    try:
        value = json.loads(data)
    except MalformedEvidence:
        return None
    return from_json(value) if is_json(value) else None


DIGESTS: Final = {32: "sha-256", 48: "sha-384", 64: "sha-512"}
"""Which hash digests of objects are of is not said: their length tells it."""


def digests(dump: Dump) -> str | None:
    """The hash that the values of a dump are digests of, instead of objects; None for objects.

    They are of one length, a hash's, and none begins as an object does: DER, a chain's own length, or messages.
    """
    sizes = {len(value) for value in dump.objects.values()}
    alg = DIGESTS.get(sizes.pop()) if len(sizes) == 1 else None
    return None if alg is None or any(_parses(*one) for one in dump.objects.items()) else alg


def _parses(name: str, value: bytes) -> bool:
    if name.startswith("cert"):
        return value[:2] in (b"\x30\x81", b"\x30\x82") or int.from_bytes(value[:4], "little") == len(value)
    if name == VCA:
        return value[:4] == b"\x10\x84\0\0"
    if name == REPORT:  # the count of its ranges and the length behind them fit
        count = int.from_bytes(value[12:16], "little")
        end = 16 + 16 * count + 4
        return end <= len(value) and end + int.from_bytes(value[end - 4 : end], "little") == len(value)
    first = value[:2]
    if name == MEASUREMENTS:  # messages, or a block of DMTF's specification
        return (first[0] >> 4 == 1 and first[1] in {0x84, 0xE0, 0x60}) or (
            first[1] == 1 and int.from_bytes(value[2:4], "little") <= len(value) - 4
        )
    return False


def iterate(dump: Dump) -> Iterator[tuple[str, bytes]]:
    """The objects in the order of their types."""
    order = {name: number for number, name in enumerate(NAMES)}
    yield from sorted(dump.objects.items(), key=lambda one: (order.get(one[0], len(order)), one[0]))
