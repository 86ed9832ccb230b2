"""Recipes: how bad input is made from a valid fixture, one stated mutation, reviewable in a diff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from evidence.errors import EvidenceError
from evidence.wire import cbor


class RecipeError(Exception):
    """An edit cannot be done; the type's author is at fault."""


class Edit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
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


def mutate(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    """`data` after the edits; `RecipeError` for one that cannot be done."""
    for edit in edits:
        try:
            data = _apply(data, edit)
        except (EvidenceError, LookupError, TypeError, ValueError) as error:
            raise RecipeError(f"an edit cannot be done: {error}") from None
    return data


OPERATIONS: Final = tuple(name for name in Edit.__struct_fields__ if name not in {"hex", "size"})


def _apply(data: bytes, edit: Edit) -> bytes:
    operations = [name for name in OPERATIONS if getattr(edit, name) is not None]
    if len(operations) != 1:
        raise ValueError(f"{' and '.join(operations) or 'nothing'} in one edit, expected one operation")
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
    present = False
    for entry in cbor.entries(item):
        key, value = item[entry.start : entry.value], item[entry.value : entry.end]
        if entry.key != step:
            parts.append(key + value)
            continue
        present = True
        if whole and not rest:
            parts += change(key + value)
        else:
            parts.append(key + _rewrite(value, rest, change, whole=whole))
    if not present:  # only a map takes an entry that was not there
        if rest or whole or head.major != 5:
            raise LookupError(f"no {step!r} in this item")
        parts += (cbor.dumps(step) + added for added in change(b""))
    return cbor.write_head(head.major, len(parts)) + b"".join(parts)
