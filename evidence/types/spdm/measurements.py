"""Measurement blocks in normalized claims: what each value is, by the type that the block states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from evidence.claims import Digest, Environment, Measurement, Note, Svn, Version
from evidence.limits import SAFE_INTEGER
from evidence.types import _value_types
from evidence.types._notes import note
from evidence.types._recorder import Entries
from evidence.types._value_types import VALUE_TYPES
from evidence.types.spdm.blocks import BOTH, Block, Digests
from evidence.types.spdm.layout import DEVICE_MODE_INDEX, DIGESTS, MANIFESTS, RAW, DeviceMode
from evidence.types.spdm.manifests import manifest_of
from evidence.types.spdm.mapping import MODE
from evidence.types.spdm.native import DEVICE, Hashed
from evidence.wire.places import Path
from evidence.wire.spdm.algorithms import HASHES, Hash
from evidence.words import Form, Subject

CANDIDATES: Final = {
    size: tuple(known.name for known in HASHES if known.size == size)
    for size in {known.size for known in HASHES}
}
"""Size of a digest (bytes) to the hashes that it may be of, where nobody says which."""


class Shape(NamedTuple):
    """What one value-type byte makes of a measurement."""

    name: str
    subject: Subject
    form: Form
    rule: str
    since: int


UNKNOWN_TYPE: Final = "unknown-type"
FOREIGN: Final = Shape("unknown-specification", "unspecified", "raw", "", 0x10)
"""A block of another specification than DMTF's."""


def _shape(byte: int) -> Shape:
    known = VALUE_TYPES.get(byte & 0x7F)
    if known is None:
        return Shape(UNKNOWN_TYPE, "unspecified", "raw" if byte & RAW else "digest", "", 0x10)
    form: Form = "raw" if byte & RAW else "extended" if byte == _value_types.HEM else "digest"
    broken = known.form if known.form and (known.form == "raw") != bool(byte & RAW) else ""
    return Shape(known.name, known.subject, form, broken, known.since)


SHAPES: Final = tuple(map(_shape, range(256)))
PLAIN: Final = {kind: (SHAPES[kind].name, SHAPES[kind].subject) for kind in DIGESTS}


class Mode(NamedTuple):
    """What the device mode says, and the field that says it."""

    words: Environment
    field: Path


def measured(device: Entries, blocks: Sequence[Block], by: Hashed, version: int | None) -> Mode | None:
    """The device mode, after each block has been recorded with what it says."""
    size, rest = by.hash.size if by.hash else None, list[Block]()
    if isinstance(blocks, Digests) and blocks.step - BOTH == size:
        entries = _digests(blocks, by.name)
    else:
        entries = [_measurement(block, by) for block in blocks]
        rest = [block for block in blocks if block.value_type not in DIGESTS or len(block.value) != size]
    device.put("measurements", entries, ((block.start,) for block in blocks))
    if rest:
        _check_lengths(blocks, by.hash, device.notes)
    _check_indices(blocks, version, device.notes)
    return _rest(device, blocks, rest, version) if rest else None


def _digests(blocks: Digests, alg: str) -> list[Measurement]:
    """The common case, with nothing more than it needs."""
    words = map(PLAIN.__getitem__, blocks.kinds)
    return [
        Measurement(
            name=name,
            phase="unspecified",
            subject=subject,
            form="digest",
            index=index,
            digests=(Digest(alg=alg, digest=value),),
        )
        for (name, subject), index, value in zip(words, blocks.indices, blocks.values, strict=True)
    ]


def _measurement(block: Block, by: Hashed) -> Measurement:
    """A digest, a raw value, or what a type that is not known here holds."""
    value, kind = block.value, block.value_type
    shape = FOREIGN if kind is None else SHAPES[kind]
    description = None
    if kind is None:
        description = f"measurement specification {block.measurement_specification:#04x}"
    elif shape.name == UNKNOWN_TYPE:
        description = f"value type {kind & 0x7F:#04x}"
    digests: tuple[Digest, ...] = ()
    if not block.raw:
        digests = (Digest(alg=by.name, digest=value, raw=by.selected),)
    return Measurement(
        name=shape.name,
        phase="unspecified",
        subject=shape.subject,
        form=shape.form,
        index=block.index,
        digests=digests,
        alg_candidates=CANDIDATES.get(len(value), ()) if digests and by.is_unknown else (),
        value=None if digests else value,
        version=text_of(value) if kind == _value_types.FIRMWARE_VERSION | RAW else None,
        svn=integer_of(value) if kind == _value_types.FIRMWARE_SVN | RAW else None,
        description=description,
    )


def _check_lengths(blocks: Sequence[Block], hash_: Hash | None, notes: list[Note]) -> None:
    """All digests are of one hash: one of another length is kept, and said."""
    sizes = {len(block.value) for block in blocks}
    if len(sizes) == 1 and sizes <= ({hash_.size} if hash_ else CANDIDATES.keys()):
        return
    digests = [block for block in blocks if not block.raw]
    sizes = {len(block.value) for block in digests if not SHAPES[block.value_type or 0].rule}
    for block in digests:
        size = len(block.value)
        if hash_ is not None:
            why = "" if size == hash_.size else f"{hash_.name} has {hash_.size}"
        elif size not in CANDIDATES:
            why = "no known hash has it"
        else:
            why = "the digests of one responder have one length" if size in sizes and len(sizes) > 1 else ""
        if why:
            notes.append(note("digest-length", path_of(blocks, block), f"{size} bytes: {why}"))


def path_of(blocks: Sequence[Block], block: Block) -> str:
    """Where the measurement of a block stands: several may have one name, so it goes by its place."""
    return f"{DEVICE}/measurements/{blocks.index(block)}"


def _check_indices(blocks: Sequence[Block], version: int | None, notes: list[Note]) -> None:
    if version is not None and version < 0x12:
        return
    notes += (
        note("reserved-index", path_of(blocks, block), f"index {block.index:#04x} is reserved")
        for block in blocks
        if 0xF0 <= block.index <= 0xFC
    )


def _rest(device: Entries, blocks: Sequence[Block], rest: list[Block], version: int | None) -> Mode | None:
    """The device mode, after what blocks say beside being measurements has been recorded."""
    modes = []
    for block in rest:
        kind, value, field = block.value_type, block.value, (block.start, "value")
        _remark(blocks, block, version, device.notes)
        if kind == _value_types.FIRMWARE_VERSION | RAW and (text := text_of(value)) is not None:
            name = f"mutable-firmware-version-{block.index}"
            device.add("versions", Version(name=name, value=text), field)
        elif kind == _value_types.FIRMWARE_SVN | RAW:
            name = f"mutable-firmware-svn-{block.index}"
            svn = Svn(name=name, set_by="unspecified", svn=integer_of(value), raw=value)
            device.add("svns", svn, field)
        elif kind in MANIFESTS:
            device.add("manifests", manifest_of(block, device.notes), field)
        elif kind == _value_types.DEVICE_MODE | RAW:
            modes.append(block)
    return _mode(device, blocks, modes) if modes else None


def _remark(blocks: Sequence[Block], block: Block, version: int | None, notes: list[Note]) -> None:
    """What a block does that its specification does not have."""
    path = path_of(blocks, block)
    if block.value_type is None:
        detail = f"measurement specification {block.measurement_specification:#04x} is not known here"
        notes.append(note("unknown-value", path, detail))
        return
    shape = SHAPES[block.value_type]
    if shape.name == UNKNOWN_TYPE:
        notes.append(
            note("unknown-value", path, f"value type {block.value_type & 0x7F:#04x} is not known here")
        )
    if shape.rule:
        form = "a digest" if shape.rule == "digest" else "a raw bit stream"
        notes.append(note("value-form", path, f"{shape.name} must be {form}"))
    if version is not None and version < shape.since:
        since = f"1.{shape.since & 15}"
        notes.append(note("value-type-version", path, f"{shape.name} exists since version {since}"))


def text_of(value: bytes) -> str | None:
    """Printable text, with zeros behind it; None for other bytes."""
    try:
        text = value.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text and text.isprintable() else None


def integer_of(value: bytes) -> int | None:
    """A little-endian integer, where JSON keeps it exactly."""
    number = int.from_bytes(value, "little") if 0 < len(value) <= 8 else None
    return number if number is not None and number <= SAFE_INTEGER else None


def _mode(device: Entries, blocks: Sequence[Block], modes: list[Block]) -> Mode:
    """The device mode; of several, the one at its own index, else the first. The worst `debug` of all of them counts."""
    main = next((block for block in modes if block.index == DEVICE_MODE_INDEX), modes[0])
    for block in modes:
        if block.index != DEVICE_MODE_INDEX:
            detail = f"device mode has index {DEVICE_MODE_INDEX:#04x}"
            device.notes.append(note("unexpected-index", path_of(blocks, block), detail))
        device.also((block.start, "value"), "/debug")
    if len(main.value) > DeviceMode.SIZE:
        extra = f"{len(main.value) - DeviceMode.SIZE} bytes behind the device mode"
        device.notes.append(note("trailing-bytes", path_of(blocks, main), extra))
    all_modes = tuple(DeviceMode.read(block.value) for block in modes)
    field = (main.start, "value")
    device.also(field, "/lifecycle")
    return Mode(MODE.environment((DeviceMode.read(main.value),), all_modes, device.notes), field)
