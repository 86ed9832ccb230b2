"""What an evidence type must bring before a registry takes it: nine duties, every shortcoming at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

from evidence import fixtures, limits, schema
from evidence.claims import Claims, repeated
from evidence.convert import Evidence, Failure, parse, parse_all
from evidence.encode.cbor import from_cbor, to_cbor
from evidence.encode.json import from_json, to_json
from evidence.errors import EvidenceError, NotAdmitted, UnknownFormat, UsageError
from evidence.fixtures import EVIDENCE, FixtureError, Invalid, Loaded
from evidence.input import Input
from evidence.paths import at, canonical
from evidence.privacy import WITHHELD, withhold
from evidence.registry import EvidenceType, Match, Registry

MINIMUM_VALID: Final = 2
MINIMUM_INVALID: Final = 8
SEED: Final = 0x45564944


class Depth(Struct, frozen=True):
    """How many cases the gate makes up: prefixes (None: all up to 8 KiB) and mutations a fixture."""

    prefixes: int | None
    mutations: int


ADMIT: Final = Depth(128, 256)
DEEP: Final = Depth(None, 2000)
ALL_PREFIXES_UP_TO: Final = 8192


def prove(kind: EvidenceType, registry: Registry, depth: Depth = ADMIT) -> None:
    """Raise `NotAdmitted` with every reason why `kind` may not be in `registry`, which holds it already."""
    reasons = tuple(shortcomings(kind, registry, depth))
    if reasons:
        raise NotAdmitted(kind.name, reasons)


def shortcomings(kind: EvidenceType, registry: Registry, depth: Depth = ADMIT) -> Iterator[str]:
    """Every reason, in the order of the duties."""
    try:
        proof = _Proof(kind, registry, depth)
    except FixtureError as error:
        yield f"fixtures: {error}"
        return
    for duty in DUTIES:
        yield from duty(proof)


class _Proof:
    """A candidate, what it brings, and its valid fixtures as they are read now."""

    def __init__(self, kind: EvidenceType, registry: Registry, depth: Depth) -> None:
        self.kind, self.depth = kind, depth
        self.others = tuple(other for other in registry if other.name != kind.name)
        self.registry = registry
        folder = kind.fixtures
        self.schema = schema.Found(kind.schema) if kind.schema and kind.schema.is_file() else None
        self.valid = tuple(fixtures.valid(folder)) if folder else ()
        self.invalid = tuple(fixtures.invalid(folder)) if folder else ()
        self.real = tuple(fixtures.real(folder)) if folder else ()
        self.read = tuple((loaded, self.parse(loaded)) for loaded in self.valid)

    def parse(self, loaded: Loaded) -> Evidence | EvidenceError | UsageError:
        """The fixture as it says to be read: with its options and attachments, forced or not."""
        try:
            return parse(
                loaded.data,
                type=self.kind.name if loaded.fixture.force else None,
                options=loaded.fixture.options or None,
                attachments=loaded.attachments,
                registry=self.registry,
            )
        except (EvidenceError, UsageError) as error:
            return error

    def matches(self) -> Iterator[Match]:
        """What the candidate says of its own valid fixtures."""
        found = (self.kind.identify(loaded.data) for loaded in self.valid)
        return (match for match in found if match is not None)

    def good(self) -> Iterator[tuple[Loaded, Evidence]]:
        """The valid fixtures that are valid."""
        for loaded, found in self.read:
            if isinstance(found, Evidence):
                yield loaded, found


def _duty_1_schema(proof: _Proof) -> Iterator[str]:
    if proof.schema is None:
        yield "schema: there is none"
    else:
        yield from proof.schema.shortcomings()


def _duty_2_fixtures(proof: _Proof) -> Iterator[str]:
    if len(proof.valid) < MINIMUM_VALID:
        yield f"fixtures: {len(proof.valid)} valid ones, at least {MINIMUM_VALID} are needed"
    if len(proof.invalid) < MINIMUM_INVALID:
        yield f"fixtures: {len(proof.invalid)} invalid ones, at least {MINIMUM_INVALID} are needed"
    shown = {found.claims.evidence.version for _, found in proof.good()}
    for version in proof.kind.versions:
        if version not in shown:
            yield f"fixtures: no valid one shows version {version}"
    classes = {recipe.kind for _, recipe in proof.invalid}
    for needed in fixtures.REQUIRED_CLASSES:
        reason = proof.kind.inapplicable.get(needed)
        if needed not in classes and not reason:
            yield f"fixtures: no invalid one of class {needed}, and no reason why there cannot be"
    by_name = {loaded.name: loaded for loaded in proof.valid}
    for name, recipe in proof.invalid:
        if recipe.origin_of not in by_name:
            yield f"invalid/{name}: made from {recipe.origin_of!r}, which is no valid fixture"
        else:
            yield from _invalid(proof, name, recipe, by_name[recipe.origin_of])


def _invalid(proof: _Proof, name: str, recipe: Invalid, origin: Loaded) -> Iterator[str]:
    try:
        broken = origin.with_part(recipe.part, fixtures.mutate(origin.part(recipe.part), recipe.edits))
    except FixtureError as error:
        yield f"invalid/{name}: {error}"
        return
    if broken == origin and recipe.options is None and recipe.force is None:
        yield f"invalid/{name}: is no different from {origin.name}"
        return
    forced = origin.fixture.force if recipe.force is None else recipe.force
    options = origin.fixture.options if recipe.options is None else recipe.options
    try:
        found = parse_all(
            broken.data,
            type=proof.kind.name if forced else None,
            options=options or None,
            attachments=broken.attachments,
            registry=proof.registry,
        )
    except UsageError as error:  # another type takes it, and does not know the options
        yield f"invalid/{name}: {error}"
        return
    errors = [item.error for item in found if isinstance(item, Failure)]
    if not errors:
        yield f"invalid/{name}: is accepted"
        return
    place = place_of(errors[0], recipe.at)
    if errors[0].code != recipe.code or place != recipe.at:
        yield f"invalid/{name}: {errors[0].code} at {place!r}, expected {recipe.code} at {recipe.at!r}: {errors[0]}"


def place_of(error: EvidenceError, like: int | str | None) -> int | str | None:
    """Where an error is: its path if a path is asked for, else its offset."""
    if isinstance(like, str):
        return getattr(error, "path", "")
    offset: int | None = getattr(error, "offset", None)
    return offset


def _duty_3_real(proof: _Proof) -> Iterator[str]:
    if proof.kind.status == "stable" and not proof.real:
        yield "real: a stable type needs a sample that this library did not make"


def _duty_4_valid(proof: _Proof) -> Iterator[str]:
    validator = proof.schema.validator() if proof.schema and not list(proof.schema.shortcomings()) else None
    for loaded, found in proof.read:
        at = f"valid/{loaded.name}"
        if not isinstance(found, Evidence):
            yield f"{at}: {found}"
            continue
        if found.type.name != proof.kind.name:
            yield f"{at}: is read as {found.type.name}"
            continue
        yield from (f"{at}: {reason}" for reason in _one_valid(proof, loaded, found, validator))


def _one_valid(proof: _Proof, loaded: Loaded, found: Evidence, validator: Any) -> Iterator[str]:
    text = to_json(found.claims)
    document = msgspec.json.decode(text)
    for path, value in loaded.fixture.facts.items():
        if (got := fact(found.claims, path)) != value:
            yield f"{path} is {got!r:.120}, its maker says {value!r:.120}"
    if document != loaded.fixture.claims:
        yield f"claims differ from the recorded ones: {first_difference(loaded.fixture.claims, document)}"
    withheld = msgspec.json.decode(to_json(withhold(found.claims)))
    for what, content in (("", document), ("without identifiers: ", withheld)):
        for error in validator.iter_errors(content) if validator else ():
            yield f"does not fit the schema: {what}{error.json_path}: {error.message[:160]}"
    again = proof.parse(loaded)
    if not isinstance(again, Evidence) or to_json(again.claims) != text:
        yield "is not deterministic"
    for twice in repeated(found.claims):
        yield f"not unique: {twice}"
    yield from _round_trips(found)
    yield from _nowhere(found)


def _round_trips(found: Evidence) -> Iterator[str]:
    try:
        if from_json(to_json(found.claims)) != found.claims:
            yield "does not survive JSON"
        if from_cbor(to_cbor(found.claims)) != found.claims:
            yield "does not survive CBOR"
    except EvidenceError as error:
        yield f"is written, and not read back: {error}"


def _nowhere(found: Evidence) -> Iterator[str]:
    """Claims that a field is said to have become, and that are not there."""
    for source in found.sources():
        for claim in source.claims:
            try:
                if canonical(found.claims, claim) != claim:
                    yield f"field {source.field}: {claim} is written {canonical(found.claims, claim)}"
            except LookupError as error:
                yield f"field {source.field} is said to become {claim}: {error}"


def fact(claims: Claims, path: str) -> Any:
    """The claim at `path` as JSON has it; None if there is none."""
    try:
        return msgspec.json.decode(msgspec.json.encode(at(claims, path), enc_hook=bytes.hex))
    except LookupError:
        return None


def first_difference(wanted: Any, got: Any, here: str = "") -> str:
    """The first place where two documents differ, as a text."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in sorted(wanted.keys() | got.keys()):
            if wanted.get(key) != got.get(key):
                return first_difference(wanted.get(key), got.get(key), f"{here}/{key}")
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, (left, right) in enumerate(zip(wanted, got, strict=True)):
            if left != right:
                return first_difference(left, right, f"{here}/{index}")
    return f"{here}: recorded {wanted!r:.120}, found {got!r:.120}"


def _duty_5_others(proof: _Proof) -> Iterator[str]:
    generic = any(found.strength == "generic" for found in proof.matches())
    if proof.kind.catch_all and any(found.strength == "exact" for found in proof.matches()):
        yield "a catch-all type says `exact` of its own fixtures"
    for other in proof.others:
        for loaded in fixtures.valid(other.fixtures) if other.fixtures else ():
            if loaded.fixture.force:
                continue
            match = proof.kind.identify(loaded.data)
            if match is not None and match.strength == "exact":
                yield f"{other.name}'s fixture {loaded.name} is taken for its own"
            elif match is None and not generic:
                yield from _forced(proof, other, loaded)


def _forced(proof: _Proof, other: EvidenceType, loaded: Loaded) -> Iterator[str]:
    """Even asked directly, a type refuses what is another's; a catch-all may accept what it is told to."""
    given = Input(data=loaded.data, options=proof.kind.make_options(None))
    try:
        proof.kind.claims(proof.kind.read(given), given)
    except EvidenceError:
        return
    yield f"{other.name}'s fixture {loaded.name} is accepted when forced"


ON_REQUEST: Final = ("/status/enum/withheld", f"/code/enum/{WITHHELD}")
"""Words that conversion never writes: `--no-identifiers` does."""


def _duty_6_coverage(proof: _Proof) -> Iterator[str]:
    if proof.schema is not None:
        seen: set[str] = set()
        for _, found in proof.good():
            seen |= proof.schema.seen_in(msgspec.json.decode(to_json(found.claims)))
        missing = proof.schema.words() - seen if seen else ()  # no good fixture at all: duty 2 or 4 says so
        for word in sorted(missing):
            if not (_listed(word, proof.kind.unobserved) or word.endswith(ON_REQUEST)):
                yield f"schema: {word} occurs in no fixture, and is not listed as unobserved"
        for pattern in proof.kind.unobserved:
            if any(fnmatchcase(word, pattern) for word in seen):
                yield f"schema: {pattern} is listed as unobserved and occurs in a fixture"
    ignored: set[str] = set()
    for loaded, found in proof.good():
        ignored |= set(_ignored_fields(proof, loaded, found))
    for field in sorted(ignored):
        if not _listed(field, proof.kind.unclaimed):
            yield f"native: a change of {field} changes no claim, and it is not listed as unclaimed"


def _listed(name: str, patterns: Any) -> bool:
    return any(fnmatchcase(name, pattern) and reason for pattern, reason in patterns.items())


def _ignored_fields(proof: _Proof, loaded: Loaded, found: Evidence) -> Iterator[str]:
    """Fields of which some byte can change without any claim that tells."""
    if found.input.carriers:
        return
    before = _without_hash(found)
    for source in found.sources():
        if source.layer != "evidence" or _listed(source.field, proof.kind.unclaimed):
            continue
        for offset in {source.start, (source.start + source.end) // 2, source.end - 1}:
            if source.start < source.end:
                data = bytearray(loaded.data)
                data[offset] ^= 0x01
                after = proof.parse(loaded.with_part(EVIDENCE, bytes(data)))
                if isinstance(after, Evidence) and _without_hash(after) == before:
                    yield source.field


def _without_hash(found: Evidence) -> Any:
    document = msgspec.json.decode(to_json(found.claims))
    del document["evidence"]["sha256"]
    return document


def _duty_7_bytes(proof: _Proof) -> Iterator[str]:
    for loaded, found in proof.good():
        chance = random.Random(f"{SEED}{loaded.name}")  # noqa: S311 (repeatable, not secret)
        yield from _prefixes(proof, loaded, found, chance)
        yield from _mutations(proof, loaded, chance)


def _prefixes(proof: _Proof, loaded: Loaded, found: Evidence, chance: random.Random) -> Iterator[str]:
    size = len(loaded.data)
    if proof.depth.prefixes is None:
        lengths = set(range(min(size, ALL_PREFIXES_UP_TO)))
    else:
        edges = {edge for source in found.sources() for edge in (source.start, source.end)}
        lengths = {edge + step for edge in edges for step in (-1, 0, 1)}
        lengths |= {chance.randrange(size) for _ in range(proof.depth.prefixes)}
    for length in sorted(length for length in lengths if 0 <= length < size):
        got = _guarded(proof, loaded.with_part(EVIDENCE, loaded.data[:length]))
        if isinstance(got, str):
            yield f"valid/{loaded.name} cut at {length}: {got}"
        elif isinstance(got, Evidence):
            allowed = any(r.start <= length <= r.end and r.why for r in loaded.fixture.parses_when_cut_at)
            if not allowed:
                yield f"valid/{loaded.name} cut at {length}: is accepted"
            elif _what_it_is_made_from(got) == _what_it_is_made_from(found):
                yield f"valid/{loaded.name} cut at {length}: is accepted as the same evidence"


def _what_it_is_made_from(found: Evidence) -> tuple[object, ...]:
    header = found.claims.evidence
    return header.sha256, header.trailing, found.claims.attachments


def _guarded(proof: _Proof, loaded: Loaded) -> Evidence | EvidenceError | str:
    """What a type makes of hostile bytes; a text if that is anything but a value or an `EvidenceError`."""
    try:
        found = proof.parse(loaded)
        if isinstance(found, Evidence) and from_json(to_json(found.claims)) != found.claims:
            return "the claims do not survive JSON"
    except Exception as error:  # noqa: BLE001 (anything else is just what is looked for)
        return f"{type(error).__name__}: {error}"
    if isinstance(found, UsageError):  # options of this type, of which another one may know nothing
        ours = loaded.fixture.force or proof.kind.identify(loaded.data) is not None
        return "UsageError" if ours else UnknownFormat(size=len(loaded.data), tried=(proof.kind.name,))
    return found


def _mutations(proof: _Proof, loaded: Loaded, chance: random.Random) -> Iterator[str]:
    """Defects in the evidence and in what is attached to it, by turns."""
    parts = (EVIDENCE, *loaded.attachments)
    for number in range(proof.depth.mutations):
        part = parts[number % len(parts)]
        got = _guarded(proof, loaded.with_part(part, mutation(loaded.part(part), chance)))
        if isinstance(got, str):
            yield f"valid/{loaded.name}, mutation {number} ({part}): {got}"


HOSTILE: Final = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff",
    b"\0\0\0\x80",
    b"\xa0",
    b"\x9f",
    b"\xc0",
)


def mutation(data: bytes, chance: random.Random) -> bytes:
    """`data` with one to three random defects."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(5):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                found[at : at + 4] = chance.choice(HOSTILE)
            case 2:
                del found[at : at + chance.randint(1, 16)]
            case 3:
                found[at:at] = chance.choice(HOSTILE) * chance.randint(1, 8)
            case _:
                start = chance.randrange(len(found) + 1)
                found[at : at + 8] = found[start : start + chance.randint(0, 32)]
    return bytes(found[: limits.EVIDENCE_BYTES])


def _duty_8_compatible(proof: _Proof) -> Iterator[str]:
    released = proof.kind.released
    if proof.schema is not None and released is not None and released.is_file():
        for reason in schema.incompatible(msgspec.json.decode(released.read_bytes()), proof.schema.schema):
            yield f"schema: not compatible with the one last released: {reason}"


def _duty_9_spec(proof: _Proof) -> Iterator[str]:
    spec = proof.kind.spec
    if spec is None or not spec.is_file():
        yield "SPEC.md: there is none"
        return
    text = spec.read_text(encoding="utf-8")
    if not proof.kind.references:
        yield "SPEC.md: the type names no reference"
    for reference in proof.kind.references:
        if reference.name not in text:
            yield f"SPEC.md: does not name {reference.name}"


DUTIES: Final[tuple[Callable[[_Proof], Iterator[str]], ...]] = (
    _duty_1_schema,
    _duty_2_fixtures,
    _duty_3_real,
    _duty_4_valid,
    _duty_5_others,
    _duty_6_coverage,
    _duty_7_bytes,
    _duty_8_compatible,
    _duty_9_spec,
)


def claims_digest(found: Evidence) -> bytes:
    """SHA-256 of the deterministic JSON of the claims: the guard of a `real/` entry."""
    return sha256(to_json(found.claims)).digest()
