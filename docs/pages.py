"""The page of an evidence type, from its descriptor, its tables, its schema and its fixtures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from docs.markdown import code, section, table
from evidence.authoring import fixtures
from evidence.authoring.tables import module, modules, tables
from evidence.codes import NOTES
from evidence.convert import Evidence, parse
from evidence.mapping import LISTS, Mapping, Part, first_sentences
from evidence.registry import EvidenceType, Registry
from evidence.wire.bits import Bits
from evidence.wire.claimset import ClaimTable
from evidence.wire.layout import Layout, Place


def index(registry: Registry) -> str:
    """`docs/types/README.md`: the types that come with the library."""
    rows = [
        (
            f"[{kind.name}]({kind.name}.md)",
            ", ".join(map(code, kind.aliases)),
            kind.title,
            _status(kind),
            ", ".join(kind.versions),
        )
        for kind in registry
    ]
    made = "<!-- made from the descriptors by `make docs` -->\n\n"
    return f"# Evidence types\n\n{made}" + table(("type", "short", "what it is", "status", "versions"), rows)


def _status(kind: EvidenceType) -> str:
    return f"{kind.status}, deprecated since {kind.deprecated.since}" if kind.deprecated else kind.status


def page(kind: EvidenceType) -> str:
    """`docs/types/NAME.md`."""
    described = module(kind)
    read = [
        (loaded, read_fixture(kind, loaded))
        for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
    ]
    parts = [
        f"# {kind.title}: `{kind.name}`\n\n",
        "<!-- made from the type's descriptor, tables, schema and fixtures by `make docs` -->\n\n",
        f"{described.__doc__ or ''}".strip() + "\n\n",
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
        section("Structures", _STRUCTURES, *_structures(kind)),
        section("Meaning", _MEANING, *_meanings(kind)),
        section("Examples", _EXAMPLES, table(("fixture", "what it shows"), _examples(kind))),
    ]
    return "".join(parts).rstrip("\n") + "\n"


_CLAIMS = (
    "Where each field lies in the fixtures (offsets in bytes; several places where it moves), and what it "
    "becomes. `evidence inspect FILE` shows the same for a file."
)
_STRUCTURES = (
    "The specification's tables as the code has them: where each field lies, or by which label it goes."
)
_MEANING = (
    "The second table of each structure: what its fields become. Claims, their provenance and the check that no field was "
    "forgotten are made from these rows. A place is an offset, or the label of a claim; `{}` stands for a number."
)
_NOTES = "Codes that a document of this type may carry in `notes`; `--strict` makes errors of them."
_REFUSED = "One defect each; the fixture of the same meaning lies in `fixtures/`, as a recipe."
_EXAMPLES = "Committed pieces of evidence with their exact claims, made with test keys of our own."


def _facts(kind: EvidenceType) -> Iterator[tuple[str, str]]:
    yield "short names", ", ".join(map(code, kind.aliases)) or "none"
    yield "status", kind.status
    if kind.deprecated is not None:
        instead = kind.deprecated.instead
        link = f" [{instead}]({instead}.md) replaces it." if instead else " Nothing replaces it."
        yield "deprecated", f"since {kind.deprecated.since}: {kind.deprecated.why}{link}"
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


def read_fixture(kind: EvidenceType, loaded: fixtures.Loaded) -> Evidence:
    """What a fixture is read as."""
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
    for _, result in read:
        for source in result.sources():
            place = (source.layer.removeprefix("evidence"), source.start, source.end)
            places.setdefault(source.field, {})[place] = None
            claims.setdefault(source.field, {}).update(dict.fromkeys(source.claims))
    for field, ranges in sorted(places.items(), key=lambda item: next(iter(item[1]))):
        shown = [f"{start:#x}-{end:#x}{layer and f' of {layer}'}" for layer, start, end in ranges]
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


def _structures(kind: EvidenceType) -> Iterator[str]:
    """The tables of the specification, as the code has them: those of the type, then shared ones."""
    for each in tables(kind):
        if text := _structure(each):
            yield text


def mappings(kind: EvidenceType) -> tuple[Mapping, ...]:
    """The mappings that a type has or uses."""
    unique: dict[int, Mapping] = {}
    for inside in modules(kind):
        for value in vars(inside).values():
            for each in value.values() if isinstance(value, dict) else (value,):
                if isinstance(each, Mapping):
                    unique.setdefault(id(each), each)
    return tuple(unique.values())


def _meanings(kind: EvidenceType) -> Iterator[str]:
    """The rows of each mapping that the type has or uses, the environments first, then what decides about the rest."""
    sections: dict[str, list[Mapping]] = {}
    for mapping in sorted(mappings(kind), key=lambda mapping: not mapping.id):
        tables = [part.table.__name__ for part in mapping.parts if part.table]
        title = " and ".join(tables) or "Claims by name"
        title += f": environment `{mapping.id}`" if mapping.id else ": the document"
        sections.setdefault(title, []).append(mapping)
    titles = ("field", "place", "since", "list", "name", "what it becomes")
    labels = _labels(kind)
    for title, alike in sections.items():
        parts = [(part, mapping) for mapping in alike for part in mapping.parts]
        rows = [row for part, mapping in parts for row in _meaning(part, mapping, labels)]
        yield section(title, table(titles, rows), level=3)


def _labels(kind: EvidenceType) -> dict[str, list[str]]:
    """The labels of each claim that goes by its name, in the tables of the type."""
    labels: dict[str, list[str]] = {}
    for inside in modules(kind):
        for value in vars(inside).values():
            for row in value.rows if isinstance(value, ClaimTable) else ():
                labels.setdefault(row.name, []).append(str(row.label))
    return {name: list(dict.fromkeys(result)) for name, result in labels.items()}


def _meaning(
    part: Part, mapping: Mapping, labels: dict[str, list[str]], around: str = ""
) -> Iterator[tuple[str, ...]]:
    """What becomes of each field of a part; of an array, what becomes of the fields of its items."""
    for row, places in part.places():
        where = ", ".join(f"{place.offset:#x}-{place.end:#x}" for place in places) or ", ".join(
            label for field in row.fields for label in labels.get(field, ())
        )
        since = ", ".join(sorted({str(place.since) for place in places if place.since}))
        fields = ", ".join(code(around + field) for field in row.fields)
        sentence, words = (row.make.sentence, row.make.words) if row.make else ("", ())
        what = [f"{sentence.rstrip('.')}: {', '.join(map(code, words))}." if words else sentence]
        if row.by and row.by.__doc__:
            what.append(f"It depends on this: {first_sentences(row.by.__doc__)}")
        paths = [path if path.startswith("/") else f"{mapping.here}/{path}" for path in row.also]
        if paths or not row.make:
            what.append(f"It decides {', '.join(map(code, paths)) or 'a part of the entry'}.")
        name = row.entry_name if row.member in LISTS else ""
        yield fields, where, since, code(row.member), code(name), " ".join(filter(None, what))
    for each in part.arrays.values():
        if isinstance(each.of, Part):  # environments of their own have a table of their own
            yield from _meaning(each.of, mapping, labels, f"{around}{each.field}[].")


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
    if isinstance(value, ClaimTable):
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
