"""Measurement blocks in normalized claims: what each value is, by the type that the block states."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from evidence.claims import Attribute, Bytes, Digest, Lifecycle, Manifest, Measurement, Note, Svn, Version
from evidence.limits import SAFE_INTEGER
from evidence.mapping import attribute as bit_field
from evidence.mapping import tell
from evidence.types._notes import note
from evidence.types.spdm import layout
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.layout import (
    ACTIVE,
    ACTIVE_SINCE_RESET,
    DEVICE_MODE_INDEX,
    RAW,
    VALUE_TYPES,
    DebugMode,
    DeviceMode,
    OperationalMode,
)
from evidence.types.spdm.manifests import manifest_of
from evidence.wire.bits import Bits
from evidence.wire.spdm.algorithms import HASHES, Hash
from evidence.words import Debug, Form, Subject

DEVICE: Final = "/environments/device"
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
    form: Form = "raw" if byte & RAW else "extended" if byte == layout.HEM else "digest"
    broken = known.form if known.form and (known.form == "raw") != bool(byte & RAW) else ""
    return Shape(known.name, known.subject, form, broken, known.since)


SHAPES: Final = tuple(map(_shape, range(256)))
DIGESTS: Final[dict[int | None, tuple[str, Subject]]] = {
    byte: (SHAPES[byte].name, SHAPES[byte].subject) for byte in range(layout.FREEFORM)
}
"""Value types that need no more than a digest, in every version, with their name and subject."""


REMEMBERED: Final = 1024
"""Digests that become measurements once: devices of a kind with the same firmware have most of them in common."""


class Hashed(NamedTuple):
    """Which hash digests are of, and the bits that select one without a name here."""

    hash: Hash | None
    selected: bytes | None = None

    @property
    def name(self) -> str:
        return self.hash.name if self.hash else "unknown"

    @property
    def unsaid(self) -> bool:
        """Whether nobody says which hash it is."""
        return self.hash is None and self.selected is None


class Measured(NamedTuple):
    """What the blocks of a device become."""

    measurements: tuple[Measurement, ...]
    svns: tuple[Svn, ...] = ()
    versions: tuple[Version, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    lifecycle: Lifecycle | None = None
    debug: Debug = "not-reported"


def measured(blocks: tuple[Block, ...], by: Hashed, version: int | None, notes: list[Note]) -> Measured:
    """The claims of a device's blocks."""
    found, rest = [], []
    alg, size = by.name, by.hash.size if by.hash else None
    for block in blocks:
        kind, value = block.value_type, block.value
        if kind in DIGESTS and len(value) == size:
            found.append(_plain(kind, block.index, value, alg))
        else:
            found.append(_other(block, by))
            rest.append(block)
    measurements = tuple(found)
    if rest:
        _check_lengths(blocks, by.hash, notes)
    _check_indices(blocks, version, notes)
    return _rest(measurements, blocks, rest, version, notes) if rest else Measured(measurements)


@lru_cache(REMEMBERED)
def _plain(kind: int | None, index: int, value: bytes, alg: str) -> Measurement:
    """The common case, with nothing more than it needs."""
    name, subject = DIGESTS[kind]
    return Measurement(
        name=name,
        phase="unspecified",
        subject=subject,
        form="digest",
        index=index,
        digests=(Digest(alg=alg, digest=Bytes(value)),),
    )


def _other(block: Block, by: Hashed) -> Measurement:
    """A raw value, a block of a type with a meaning of its own, or of one that is not known here."""
    value, kind = Bytes(block.value), block.value_type
    shape = FOREIGN if kind is None else SHAPES[kind]
    said = None
    if kind is None:
        said = f"measurement specification {block.measurement_specification:#04x}"
    elif shape.name == UNKNOWN_TYPE:
        said = f"value type {kind & 0x7F:#04x}"
    digests: tuple[Digest, ...] = ()
    if not block.raw:
        digests = (
            Digest(alg=by.name, digest=value, raw=None if by.selected is None else Bytes(by.selected)),
        )
    return Measurement(
        name=shape.name,
        phase="unspecified",
        subject=shape.subject,
        form=shape.form,
        index=block.index,
        digests=digests,
        alg_candidates=CANDIDATES.get(len(value), ()) if digests and by.unsaid else (),
        value=None if digests else value,
        version=text_of(value) if kind == layout.FIRMWARE_VERSION | RAW else None,
        svn=integer_of(value) if kind == layout.FIRMWARE_SVN | RAW else None,
        description=said,
    )


def _check_lengths(blocks: tuple[Block, ...], hash_: Hash | None, notes: list[Note]) -> None:
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


def path_of(blocks: tuple[Block, ...], block: Block) -> str:
    """Where the measurement of a block stands: several may have one name, so it goes by its place."""
    return f"{DEVICE}/measurements/{blocks.index(block)}"


def _check_indices(blocks: tuple[Block, ...], version: int | None, notes: list[Note]) -> None:
    if version is not None and version < 0x12:
        return
    notes += (
        note("reserved-index", path_of(blocks, block), f"index {block.index:#04x} is reserved")
        for block in blocks
        if 0xF0 <= block.index <= 0xFC
    )


def _rest(
    found: tuple[Measurement, ...],
    blocks: tuple[Block, ...],
    rest: list[Block],
    version: int | None,
    notes: list[Note],
) -> Measured:
    """What blocks say beside being measurements."""
    svns, versions, manifests, modes = [], [], [], []
    for block in rest:
        kind, value = block.value_type, Bytes(block.value)
        _remark(blocks, block, version, notes)
        if kind == layout.FIRMWARE_VERSION | RAW and (text := text_of(value)) is not None:
            versions.append(Version(name=f"mutable-firmware-version-{block.index}", value=text))
        elif kind == layout.FIRMWARE_SVN | RAW:
            name = f"mutable-firmware-svn-{block.index}"
            svns.append(Svn(name=name, set_by="unspecified", svn=integer_of(value), raw=value))
        elif kind in {layout.FREEFORM | RAW, layout.STRUCTURED | RAW}:
            manifests.append(manifest_of(block, notes))
        elif kind == layout.DEVICE_MODE | RAW:
            modes.append(block)
    attributes, lifecycle, debug = _modes(blocks, modes, notes)
    return Measured(found, tuple(svns), tuple(versions), tuple(manifests), attributes, lifecycle, debug)


def _remark(blocks: tuple[Block, ...], block: Block, version: int | None, notes: list[Note]) -> None:
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
        found = value.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return found if found and found.isprintable() else None


def integer_of(value: bytes) -> int | None:
    """A little-endian integer, where JSON keeps it exactly."""
    number = int.from_bytes(value, "little") if 0 < len(value) <= 8 else None
    return number if number is not None and number <= SAFE_INTEGER else None


def main_mode(blocks: Iterable[Block]) -> Block | None:
    """The block of the device mode that counts: the one at its own index, else the first."""
    modes = [block for block in blocks if block.value_type == layout.DEVICE_MODE | RAW]
    return next((block for block in modes if block.index == DEVICE_MODE_INDEX), modes[0] if modes else None)


def _modes(
    blocks: tuple[Block, ...], modes: list[Block], notes: list[Note]
) -> tuple[tuple[Attribute, ...], Lifecycle | None, Debug]:
    """Attributes, lifecycle and debug of the device mode; of several, the one at its own index.

    The worst `debug` of all of them counts.
    """
    main = main_mode(modes)
    if main is None:
        return (), None, "not-reported"
    for block in modes:
        if block.index != DEVICE_MODE_INDEX:
            detail = f"device mode has index {DEVICE_MODE_INDEX:#04x}"
            notes.append(note("unexpected-index", path_of(blocks, block), detail))
    mode = DeviceMode.read(main.value)
    if len(main.value) > DeviceMode.SIZE:
        extra = f"{len(main.value) - DeviceMode.SIZE} bytes behind the device mode"
        notes.append(note("trailing-bytes", path_of(blocks, main), extra))
    attributes = []
    for (name, value), table in zip(
        mode.items(), (OperationalMode, OperationalMode, DebugMode, DebugMode), strict=True
    ):
        attributes.append(attribute(name, value, table, notes))
    names = attributes[1].set
    state = "+".join(names) or ("unknown" if attributes[1].unknown else "none")
    debug = min((debug_of(DeviceMode.read(block.value)) for block in modes), key=WORST_FIRST.index)
    return tuple(attributes), Lifecycle(raw=mode.operational_mode_state, state=state), debug


WORST_FIRST: Final[tuple[Debug, ...]] = ("enabled", "not-reported", "disabled", "disabled-since-boot")


def debug_of(mode: DeviceMode) -> Debug:
    """The debug state of a device mode; a state that the device cannot report says nothing."""
    state, reported = mode.device_mode_state, mode.device_mode_capabilities
    if state & ACTIVE:
        return "enabled"
    if DebugMode.decode(state).unknown or reported & ACTIVE != ACTIVE:
        return "not-reported"
    if state or reported & ACTIVE_SINCE_RESET != ACTIVE_SINCE_RESET:
        return "disabled"
    return "disabled-since-boot"


def attribute(name: str, value: int, table: type[Bits], notes: list[Note]) -> Attribute:
    """A bit field as a claim of the device; unknown bits are noted."""
    entry: Attribute = tell(bit_field(name, value, table), f"{DEVICE}/attributes/{name}", notes)
    return entry
