"""The fixtures as cases for any implementation: bytes, how they are to be read, and what must come out.

A recipe is carried out. What must come out is in the fixtures; nothing here says it a second time. Public samples are
cases as well, where they are at hand: their claims are ours, as far as independent readers confirmed them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from evidence.authoring import fixtures, mistakes
from evidence.authoring.corpus import Corpus, read_real
from evidence.authoring.fixtures import EVIDENCE, Loaded, RealOrigin
from evidence.authoring.schema import claims_schema
from evidence.convert import Evidence, Failure, parse_all
from evidence.encode.json import to_json
from evidence.input import NOTHING
from evidence.registry import EvidenceType, Registry
from evidence.wire.claimset import ClaimTable
from evidence.wire.layout import Layout

Origin = Literal["generated"] | RealOrigin
ORIGINS: Final[tuple[Origin, ...]] = ("hardware", "emulator", "other-implementation", "generated")


class ExpectedRefusal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How this library refuses: the code of its error, and the offset (bytes) or path in a part of the case."""

    code: str
    at: int | str | None = None
    part: str = EVIDENCE


class Case(Struct, frozen=True, kw_only=True):
    """One case. Exactly one of `claims` and `refusal` is there.

    `forced` has it read as `type`, whatever its bytes look like. `carried` says that the evidence lies inside of something
    else. `flags` name the mistakes that fail it; `spec` is what says that it must be so. `variant` and `version` are those
    of the valid evidence that the case is, or was made from.
    """

    id: str
    type: str
    origin: Origin
    what: str
    why: str
    data: bytes
    attachments: Mapping[str, bytes] = NOTHING
    options: Mapping[str, Any] = NOTHING
    forced: bool = False
    carried: bool = False
    version: str = ""
    variant: str = ""
    flags: tuple[str, ...] = ()
    spec: tuple[str, ...] = ()
    claims: dict[str, Any] | None = None
    refusal: ExpectedRefusal | None = None

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What an implementation gets wrong that fails this case."""
        return tuple(map(mistakes.sentence, self.flags))


Choice = Callable[[str], bool]
"""Whether a case of this id is wanted."""


def cases(kinds: Iterable[EvidenceType], registry: Registry, corpus: Corpus | None = None) -> Iterator[Case]:
    """All cases of these types: valid ones, invalid ones, and the public samples that are at hand."""
    for kind in kinds:
        valid = {loaded.name: loaded for loaded in fixtures.valid(kind.fixtures)} if kind.fixtures else {}
        specs = tuple(sorted(_specs(kind)))
        for name, loaded in valid.items():
            yield _valid(kind, name, loaded, specs)
        for name, recipe in fixtures.invalid(kind.fixtures) if kind.fixtures else ():
            yield _invalid(kind, registry, name, recipe, valid[recipe.origin_of])
        yield from _samples(kind, registry, corpus, specs) if corpus else ()


def lost(kinds: Iterable[EvidenceType], corpus: Corpus | None) -> Iterator[tuple[str, Origin]]:
    """The ids of the public samples that are not at hand, and who made them."""
    for kind in kinds:
        for name, entry in fixtures.real(kind.fixtures) if kind.fixtures else ():
            if corpus is None or corpus.parts(entry) is None:
                yield f"{kind.name}/real/{name}", entry.origin


def _document(claims: dict[str, Any]) -> dict[str, Any]:
    header = claims["evidence"]
    return {
        "claims": claims,
        "carried": bool(header.get("carriers")),
        "version": header["version"],
        "variant": header.get("variant", ""),
        "flags": mistakes.flags(claims),
    }


def _valid(kind: EvidenceType, name: str, loaded: Loaded, specs: tuple[str, ...]) -> Case:
    fixture = loaded.fixture
    return Case(
        id=f"{kind.name}/valid/{name}",
        type=kind.name,
        origin="generated",
        what=fixture.what,
        why=fixture.why,
        data=loaded.data,
        attachments=loaded.attachments,
        options=fixture.options,
        forced=fixture.force,
        spec=specs,
        **_document(fixture.claims),
    )


def _invalid(
    kind: EvidenceType, registry: Registry, name: str, recipe: fixtures.Invalid, origin: Loaded
) -> Case:
    broken, header = origin.broken(recipe), origin.fixture.claims["evidence"]
    options = origin.fixture.options if recipe.options is None else recipe.options
    forced = origin.fixture.force if recipe.force is None else recipe.force
    return Case(
        id=f"{kind.name}/invalid/{name}",
        type=kind.name,
        origin="generated",
        what=recipe.what,
        why=recipe.why,
        data=broken.data,
        attachments=broken.attachments,
        options=options,
        forced=forced,
        carried=bool(header.get("carriers")),
        version=header["version"],
        variant=header.get("variant", ""),
        flags=(recipe.kind,),
        spec=tuple(_specification(kind, registry, broken, options, forced=forced)) or _references(kind),
        refusal=ExpectedRefusal(code=recipe.code, at=recipe.at, part=recipe.part),
    )


def _specification(
    kind: EvidenceType, registry: Registry, broken: Loaded, options: Mapping[str, Any], *, forced: bool
) -> Iterator[str]:
    """The section that the error itself cites."""
    items = parse_all(
        broken.data,
        type=kind.name if forced else None,
        options=options or None,
        attachments=broken.attachments,
        registry=registry,
    )
    errors = (item.error for item in items if isinstance(item, Failure))
    spec = getattr(next(errors, None), "spec", None)
    if spec:
        yield spec


def _samples(
    kind: EvidenceType, registry: Registry, corpus: Corpus, specs: tuple[str, ...]
) -> Iterator[Case]:
    for name, entry in fixtures.real(kind.fixtures) if kind.fixtures else ():
        parts = corpus.parts(entry)
        if parts is None:
            continue
        case = Case(
            id=f"{kind.name}/real/{name}",
            type=kind.name,
            origin=entry.origin,
            what=entry.what,
            why=f"A public sample: {entry.source}",
            data=parts[EVIDENCE],
            attachments={part: content for part, content in parts.items() if part != EVIDENCE},
            options=entry.options,
            forced=entry.force,
            carried=entry.at is not None,
            spec=specs,
        )
        piece = read_real(kind, registry, entry, parts)
        if isinstance(piece, Evidence):
            members = _document(msgspec.json.decode(to_json(piece.claims)))
            yield msgspec.structs.replace(case, **members)
        else:
            yield msgspec.structs.replace(case, refusal=ExpectedRefusal(code=piece.code))


def _references(kind: EvidenceType) -> tuple[str, ...]:
    return tuple(reference.name for reference in kind.references)


def _specs(kind: EvidenceType) -> set[str]:
    """The sections that the type's tables cite; its references where none does."""
    tables: list[Any] = []
    for table in kind.tables():
        tables += [part.table for part in getattr(table, "parts", ())] or [table]
    cited = {table.spec for table in tables if isinstance(table, ClaimTable)}
    cited |= {table.SPEC for table in tables if isinstance(table, type) and issubclass(table, Layout)}
    return cited or set(_references(kind))


def model() -> dict[str, Any]:
    """The schema of the claims that a case has."""
    return claims_schema()
