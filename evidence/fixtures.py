"""The fixture files of a type: `valid/`, `invalid/` and `real/`, and how a recipe makes bad input.

A valid fixture is `NAME.bin` beside `NAME.json`; an invalid one is a recipe, `NAME.json` alone: one
stated mutation of a valid one, with the code and the place of the error that it must cause. A real
one names public samples by digest; their bytes are never committed. `schemas/fixture.schema.json` is
made from the structs below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from evidence.claims import Bytes
from evidence.errors import EvidenceError
from evidence.input import NOTHING
from evidence.wire import cbor

InvalidClass = Literal[
    "truncated",
    "trailing",
    "wrong-version",
    "wrong-magic",
    "length-overflow",
    "duplicate-key",
    "reserved-bytes",
    "oversize",
    "constraint",
    "encoding",
    "not-evidence",
]
REQUIRED_CLASSES: Final[tuple[InvalidClass, ...]] = (
    "truncated",
    "trailing",
    "wrong-version",
    "wrong-magic",
    "length-overflow",
    "duplicate-key",
    "reserved-bytes",
    "oversize",
)
"""Every type has an invalid fixture of each, or says why it cannot."""

EVIDENCE: Final = "evidence"
"""The part of a fixture that is no attachment."""
RealOrigin = Literal["hardware", "emulator", "other-implementation"]


class FixtureError(Exception):
    """A fixture file is not what it should be; the type's author is at fault."""


class _File(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of the fixture files."""


class Range(_File, frozen=True, kw_only=True):
    """Lengths from `start` to `end` (bytes, both included) at which a prefix parses, and why."""

    start: int
    end: int
    why: str


class Valid(_File, frozen=True, kw_only=True):
    """`generator` is the script that made the bytes; `force` reads them as the type whatever they say.

    `attachments` are kind to file name in the same folder. `facts` are claims paths and values as the
    generator put them into the bytes, without knowing this library; `claims` are the exact claims.
    """

    what: str
    why: str
    origin: Literal["generator"]
    generator: str
    claims: dict[str, Any]
    facts: dict[str, Any] = {}
    force: bool = False
    options: dict[str, Any] = {}
    attachments: dict[str, str] = {}
    parses_when_cut_at: tuple[Range, ...] = ()


class Edit(_File, frozen=True, kw_only=True):
    """One step of a mutation: exactly one operation, with what it needs.

    Offsets and sizes in bytes, values in hex. `set` writes `hex` at an offset, `insert` puts it there,
    `delete` takes `size` bytes out, `cut` keeps so many, `append` adds to the end, `pad` fills with
    zeros up to a size, `replace` takes the whole. `cbor_set`, `cbor_delete` and `cbor_duplicate` go by
    a path of map keys and array indices, in which `"tag"` enters a tag and `"bstr"` enters the CBOR
    inside a byte string; `hex` is the CBOR of the new value.
    """

    set: int | None = None
    insert: int | None = None
    delete: int | None = None
    cut: int | None = None
    append: str | None = None
    pad: int | None = None
    replace: str | None = None
    cbor_set: tuple[int | str, ...] | None = None
    cbor_delete: tuple[int | str, ...] | None = None
    cbor_duplicate: tuple[int | str, ...] | None = None
    hex: str | None = None
    size: int | None = None


class Invalid(_File, frozen=True, kw_only=True):
    """`kind` is the class of the defect; `at` the offset (bytes) or path that the error must name.

    `part` is what the edits are of and where the offset lies: `evidence`, or a kind of attachment.
    """

    what: str
    why: str
    kind: InvalidClass
    origin_of: str
    part: str = "evidence"
    edits: tuple[Edit, ...]
    code: str
    at: int | str | None
    force: bool | None = None
    options: dict[str, Any] | None = None


class Real(_File, frozen=True, kw_only=True):
    """A public sample. `parts` are `evidence` or a kind of attachment, to the SHA-256 of the file.

    `at` picks a piece by its path where the file holds several. `facts` are claims paths and their
    values as `facts_from` (independent readers) state them; `claims_sha256` guards our own output
    against change. A sample that must be refused has `code` instead.
    """

    what: str
    source: str
    licence: str
    origin: RealOrigin
    parts: dict[str, Bytes]
    facts: dict[str, Any] = {}
    facts_from: tuple[str, ...] = ()
    claims_sha256: Bytes | None = None
    code: str | None = None
    at: str | None = None
    force: bool = False
    options: dict[str, Any] = {}


F = TypeVar("F", Valid, Invalid, Real)


class Loaded(Struct, frozen=True, kw_only=True):
    """A valid fixture with its bytes."""

    name: str
    fixture: Valid
    data: bytes
    attachments: Mapping[str, bytes] = NOTHING

    def part(self, name: str) -> bytes:
        """The evidence, or an attachment by its kind; `FixtureError` if there is no such."""
        if name == EVIDENCE:
            return self.data
        if name not in self.attachments:
            raise FixtureError(f"{self.name} has no attachment {name!r}")
        return self.attachments[name]

    def with_part(self, name: str, content: bytes) -> Loaded:
        """The same fixture with `content` for that part."""
        if name == EVIDENCE:
            return replace(self, data=content)
        return replace(self, attachments={**self.attachments, name: content})


def valid(folder: Traversable) -> Iterator[Loaded]:
    """The valid fixtures of a type's folder, by name."""
    inside = folder / "valid"
    for name, fixture in _read_all(inside, Valid):
        blob = inside / f"{name}.bin"
        if not blob.is_file():
            raise FixtureError(f"valid/{name}.bin is missing")
        attached = {}
        for kind, file in fixture.attachments.items():
            if "/" in file or not (inside / file).is_file():
                raise FixtureError(f"valid/{name}.json: attachment {file} is missing")
            attached[kind] = (inside / file).read_bytes()
        yield Loaded(name=name, fixture=fixture, data=blob.read_bytes(), attachments=attached)


def invalid(folder: Traversable) -> Iterator[tuple[str, Invalid]]:
    """The recipes of a type's folder, by name."""
    return _read_all(folder / "invalid", Invalid)


def real(folder: Traversable) -> Iterator[tuple[str, Real]]:
    """The real entries of a type's folder, by name."""
    return _read_all(folder / "real", Real)


def _read_all(folder: Traversable, kind: type[F]) -> Iterator[tuple[str, F]]:
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            try:
                found = msgspec.json.decode(file.read_bytes(), type=kind, dec_hook=_decode)
            except msgspec.DecodeError as error:
                raise FixtureError(f"{folder.name}/{file.name}: {error}") from None
            yield file.name.removesuffix(".json"), found


def _decode(kind: type, value: Any) -> Any:
    return kind.fromhex(value) if kind is Bytes else value


def mutate(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    """`data` after the edits; `FixtureError` for one that cannot be done."""
    for edit in edits:
        try:
            data = _apply(data, edit)
        except (EvidenceError, LookupError, TypeError, ValueError) as error:
            raise FixtureError(f"an edit cannot be done: {error}") from None
    return data


OPERATIONS: Final = tuple(name for name in Edit.__struct_fields__ if name not in {"hex", "size"})


def _apply(data: bytes, edit: Edit) -> bytes:
    asked = [name for name in OPERATIONS if getattr(edit, name) is not None]
    if len(asked) != 1:
        raise ValueError(f"{' and '.join(asked) or 'nothing'} in one edit, expected one operation")
    new = bytes.fromhex(edit.hex or "")
    if edit.set is not None:
        return _splice(data, edit.set, len(new), new)
    if edit.insert is not None:
        return _splice(data, edit.insert, 0, new)
    if edit.delete is not None:
        return _splice(data, edit.delete, edit.size or 0, b"")
    if edit.cut is not None:
        return _splice(data, edit.cut, len(data) - edit.cut, b"")
    if edit.append is not None:
        return data + bytes.fromhex(edit.append)
    if edit.pad is not None:
        return data.ljust(edit.pad, b"\0")
    if edit.replace is not None:
        return bytes.fromhex(edit.replace)
    return _apply_cbor(data, edit, new)


def _splice(data: bytes, start: int, size: int, new: bytes) -> bytes:
    """`data` with `new` for `size` bytes at `start`, all of which must be there."""
    if not 0 <= start <= start + size <= len(data):
        raise ValueError(f"{size} bytes at {start} are outside of {len(data)} bytes")
    return data[:start] + new + data[start + size :]


Change = Callable[[bytes], tuple[bytes, ...]]
"""What stands in the place of an entry: nothing, one, or several."""


def _apply_cbor(data: bytes, edit: Edit, new: bytes) -> bytes:
    """An edit inside of one CBOR item; all that it does not name stays byte for byte as it was."""
    if edit.cbor_duplicate is not None:
        return _rewrite(data, edit.cbor_duplicate, lambda entry: (entry, entry))
    if edit.cbor_delete is not None:
        return _rewrite(data, edit.cbor_delete, lambda _: ())
    return _rewrite(data, edit.cbor_set or (), lambda _: (new,), whole=False)


def _rewrite(item: bytes, path: tuple[int | str, ...], change: Change, *, whole: bool = True) -> bytes:
    """`item` with what is at `path` changed; counts and lengths around it follow.

    In a map `change` is of the entry, key and value, if `whole`, else of its value alone.
    """
    if not path:
        return b"".join(change(item))
    step, rest = path[0], path[1:]
    head = cbor.head(item, 0)
    if step in {"tag", "bstr"} and head.major in {2, 6}:
        inner = _rewrite(item[head.end :], rest, change, whole=whole)
        return (item[: head.end] if head.major == 6 else cbor.write_head(2, len(inner))) + inner
    if head.major not in {4, 5}:
        raise LookupError(f"no {step!r} in this item")
    parts: list[bytes] = []
    seen = False
    for entry in cbor.entries(item):
        key, value = item[entry.start : entry.value], item[entry.value : entry.end]
        if entry.key != step:
            parts.append(key + value)
            continue
        seen = True
        if whole and not rest:
            parts += change(key + value)
        else:
            parts.append(key + _rewrite(value, rest, change, whole=whole))
    if not seen:  # only a map takes an entry that was not there
        if rest or whole or head.major != 5:
            raise LookupError(f"no {step!r} in this item")
        parts += (cbor.dumps(step) + added for added in change(b""))
    return cbor.write_head(head.major, len(parts)) + b"".join(parts)
