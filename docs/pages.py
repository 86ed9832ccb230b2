"""The page of an evidence type, from its descriptor, its tables, its schema and its fixtures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from docs.markdown import code, section, table
from evidence.authoring import fixtures
from evidence.codes import NOTES
from evidence.convert import Evidence, parse
from evidence.registry import EvidenceType, Registry
from evidence.wire.bits import Bits
from evidence.wire.claimset import Table
from evidence.wire.layout import Layout, Place

TYPES = "evidence.types"


def index(registry: Registry) -> str:
    """`docs/types/README.md`: the types that come with the library."""
    rows = [
        (f"[{kind.name}]({kind.name}.md)", kind.title, kind.status, ", ".join(kind.versions))
        for kind in registry
    ]
    made = "<!-- made from the descriptors by `make docs` -->\n\n"
    return f"# Evidence types\n\n{made}" + table(("type", "what it is", "status", "versions"), rows)


def page(kind: EvidenceType) -> str:
    """`docs/types/NAME.md`."""
    module = sys.modules[kind.identify.__module__]
    read = [
        (loaded, _read(kind, loaded)) for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
    ]
    parts = [
        f"# {kind.title}: `{kind.name}`\n\n",
        "<!-- made from the type's descriptor, tables, schema and fixtures by `make docs` -->\n\n",
        f"{module.__doc__ or ''}".strip() + "\n\n",
        table(("", ""), _facts(kind)) + "\n",
        section("References", table(("document", "title"), kind.references)),
        section("Options", table(("`--option`", "values"), _options(kind))),
        section("Claims", _CLAIMS, table(("field", "bytes", "claims"), _claimed(read))),
        section(
            "Not claimed",
            "Fields that stand in the native values alone.",
            table(("field", "why"), ((code(name), why) for name, why in kind.unclaimed.items())),
        ),
        section(
            "Decided elsewhere",
            "Claims that a field decides beside those that it becomes.",
            table(("field and claim", "why"), ((code(pair), why) for pair, why in kind.elsewhere.items())),
        ),
        section("Notes", _NOTES, table(("code", "what it says"), _notes(kind))),
        section("Refused", _REFUSED, table(("what", "why", "code"), _refused(kind))),
        section("Structures", *_structures(module)),
        section("Examples", _EXAMPLES, table(("fixture", "what it shows"), _examples(kind))),
    ]
    return "".join(parts).rstrip("\n") + "\n"


_CLAIMS = (
    "Where each field lies in the fixtures (offsets in bytes; several places where it moves), and what it "
    "becomes. `evidence inspect FILE` shows the same for a file."
)
_NOTES = "Codes that a document of this type may carry in `notes`; `--strict` makes errors of them."
_REFUSED = "One defect each; the fixture of the same meaning lies in `fixtures/`, as a recipe."
_EXAMPLES = "Committed pieces of evidence with their exact claims, made with test keys of our own."


def _facts(kind: EvidenceType) -> Iterator[tuple[str, str]]:
    yield "status", kind.status
    yield "versions", ", ".join(kind.versions)
    yield "media types", ", ".join(map(code, kind.media_types)) or "none"
    yield "configfs-tsm providers", ", ".join(map(code, kind.providers)) or "none"
    yield "attachments that it reads", ", ".join(map(code, kind.attachments)) or "none"
    yield "schema", f"[`schemas/{kind.name}.schema.json`](../../schemas/{kind.name}.schema.json)"
    yield "change controller", kind.change_controller


def _options(kind: EvidenceType) -> Iterator[tuple[str, str]]:
    for name, hint in get_type_hints(kind.options).items():
        yield code(name), ", ".join(_values(hint))


def _values(hint: Any) -> Iterator[str]:
    """What an option may be: the words of a list, or what kind of value."""
    if get_origin(hint) is Literal:
        yield from (code(str(word)) for word in get_args(hint))
    elif get_origin(hint) in {Union, UnionType}:
        for arg in get_args(hint):
            yield from _values(arg)
    elif hint is not NoneType:
        yield {str: "a text", int: "a number", bool: "`true` or `false`"}.get(hint, str(hint))


def _read(kind: EvidenceType, loaded: fixtures.Loaded) -> Evidence:
    return parse(
        loaded.data,
        type=kind.name if loaded.fixture.force else None,
        options=loaded.fixture.options or None,
        attachments=loaded.attachments,
    )


def _claimed(read: list[tuple[fixtures.Loaded, Evidence]]) -> Iterator[tuple[str, str, str]]:
    """Every field of any fixture, in the order of its first place, with all that it becomes."""
    places: dict[str, dict[tuple[str, int, int], None]] = {}
    claims: dict[str, dict[str, None]] = {}
    for _, found in read:
        for source in found.sources():
            place = (source.layer.removeprefix("evidence"), source.start, source.end)
            places.setdefault(source.field, {})[place] = None
            claims.setdefault(source.field, {}).update(dict.fromkeys(source.claims))
    for field, found_at in sorted(places.items(), key=lambda item: next(iter(item[1]))):
        shown = [f"{start:#x}-{end:#x}{layer and f' of {layer}'}" for layer, start, end in found_at]
        where = ", ".join(shown[:MOST]) + (", …" if len(shown) > MOST else "")
        yield code(field), where, ", ".join(map(code, claims[field]))


MOST = 2
"""Places of a field that are shown."""


def note_codes(kind: EvidenceType) -> list[str]:
    """The codes that a document of this type may have in its notes."""
    schema: Any = json.loads(kind.schema.read_bytes()) if kind.schema else {}
    items = schema.get("properties", {}).get("notes", {}).get("items", {})
    words = items.get("properties", {}).get("code", {})
    return sorted(words.get("enum", [words["const"]] if "const" in words else []))


def _notes(kind: EvidenceType) -> Iterator[tuple[str, str]]:
    sentences = NOTES | dict(kind.codes)
    yield from ((code(word), sentences[word]) for word in note_codes(kind))


def _refused(kind: EvidenceType) -> Iterator[tuple[str, str, str]]:
    for _, recipe in fixtures.invalid(kind.fixtures) if kind.fixtures else ():
        yield recipe.what, recipe.why, code(recipe.code)


def _examples(kind: EvidenceType) -> Iterator[tuple[str, str]]:
    for loaded in fixtures.valid(kind.fixtures) if kind.fixtures else ():
        yield code(loaded.name), loaded.fixture.what


def _structures(module: ModuleType) -> Iterator[str]:
    """The tables of the specification, as the code has them: those of the type, then shared ones."""
    seen: set[int] = set()
    for inside in _modules(module):
        for value in vars(inside).values():
            mine = isinstance(value, Table) or getattr(value, "__module__", None) == inside.__name__
            if mine and id(value) not in seen and (text := _structure(value)):
                seen.add(id(value))
                yield text


def _modules(module: ModuleType) -> list[ModuleType]:
    """The modules of a type, its layout first, then the shared ones that it uses."""
    names = [name for _, name, _ in walk_packages(module.__path__, f"{module.__name__}.")]
    names.sort(key=lambda name: not name.endswith("layout"))
    found = [import_module(name) for name in names]
    used = {
        str(getattr(value, "__module__", None) or getattr(value, "__name__", ""))
        for inside in found
        for value in vars(inside).values()
    }
    return found + [import_module(name) for name in sorted(used) if name.startswith(f"{TYPES}._")]


def _structure(value: Any) -> str:
    if isinstance(value, type):
        if issubclass(value, Layout) and value is not Layout:
            rows = [_row(field, place) for field, place in value.PLACES.items()]
            size = f"{value.SIZE} bytes. {value.SPEC}."
            return section(value.__name__, size, table(("offset", "bytes", "field", "since"), rows), level=3)
        if issubclass(value, Bits) and value is not Bits:
            bits = [
                (
                    f"{row.low}" if row.width == 1 else f"{row.low + row.width - 1}:{row.low}",
                    code(field),
                    "must be one" if row.must_be_one else "",
                )
                for field, row in value.ROWS.items()
            ]
            return section(
                value.__name__,
                f"{value.SIZE} bytes. {value.SPEC}.",
                table(("bits", "name", ""), bits),
                level=3,
            )
    if isinstance(value, Table):
        claims = [
            (code(row.label), code(row.name), row.kind.words, "yes" if row.required else "", row.source)
            for row in value.rows
        ]
        titles = ("label", "claim", "value", "required", "source")
        return section(
            f"{value.what[:1].upper()}{value.what[1:]}", f"{value.spec}.", table(titles, claims), level=3
        )
    return ""


def _row(field: str, place: Place) -> tuple[str, int, str, object]:
    name = "reserved, zero" if place.reserved else code(field)
    return f"{place.offset:#05x}", place.size, name, f"version {place.since}" if place.since else ""
