"""One environment of the claims document as CoRIM's measurements: list by list, from one table.

A measurement's key is the path of the claim inside of its environment (`measurements/mrtd`). Only what the evidence
itself says is written: an entry of another origin is a loss, and so is everything that has no place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from evidence.claims import (
    Attribute,
    Binding,
    Digest,
    Entered,
    Environment,
    Identifier,
    Key,
    Manifest,
    Measurement,
    Signer,
    Svn,
    Tcb,
    Unknown,
    Value,
    Version,
)
from evidence.encode import crypto_keys
from evidence.encode.written import Loss, LossCode
from evidence.paths import join, steps_to
from evidence.wire import corim, hashes
from evidence.wire.cbor import Tag

Values = dict[int, Any]
"""A measurement's values by their code points."""


class Element(NamedTuple):
    """One measurement: its key, None for what is said of the environment itself, and its values."""

    key: str | int | None
    values: Values


class Ledger(list[Loss]):
    """The losses of one output, in order."""

    def lose(self, path: str, code: LossCode, detail: str) -> None:
        self.append(Loss(path, code, detail))


class WrittenEntry(NamedTuple):
    """An entry of a list on its way out: what it is, the key that it goes by, its path, and where losses go."""

    content: Any
    key: str
    path: str
    ledger: Ledger


class ListPart(NamedTuple):
    """A list of an environment: how an entry of it is written, and what of each (or of all) is not."""

    list: str
    write: Callable[[WrittenEntry], Iterator[Element]]
    of_each: str = ""
    of_all: str = ""


NUMBERS: Final = {name: number for number, name in hashes.NAMED_INFORMATION.items()}
"""CoRIM asks for the numbers of the Named Information registry, and compares encodings."""
TEXTUAL: Final = ("blake2", "k12-")
"""How the names begin of hashes that have no number there, and go by name."""
NUMBERED: Final = frozenset({"dmtf-spdm"})
"""Types whose measurements go by their index: it is the number of a block, which requesters ask for by it."""


def elements(
    environment: Environment, bindings: tuple[Binding, ...], ledger: Ledger, *, numbered: bool = False
) -> tuple[Element, ...]:
    """What an environment and its bindings say, in the order of the document. `numbered`: blocks go by their index."""
    here = join("environments", environment.id)
    registers = _registers(environment, ledger)
    written: list[Element] = []
    whole: Values = _flags(environment)
    if registers:
        whole[corim.M_REGISTERS] = registers
    if whole:
        written.append(Element(None, whole))
    written += _words(environment)
    for part in PARTS:
        written += _entries(part, environment, here, ledger, numbered=numbered)
    for binding in bindings:
        path = join("bindings", binding.name)
        ledger.lose(path, "reduced", "role, declared, requested_by")
        written.append(Element(f"bindings/{binding.name}", _digest_or_bytes(binding.alg, binding.value)))
    return _distinct(written)


def says_debug(environment: Environment) -> bool | None:
    """Whether debug is on; None where the evidence does not say, or something is missing that may say worse."""
    if environment.debug in {"not-reported", "not-defined"}:
        return None
    if environment.debug == "enabled":
        return True
    return None if environment.missing else False


def _flags(environment: Environment) -> Values:
    debug = says_debug(environment)
    return {} if debug is None else {corim.M_FLAGS: {corim.IS_DEBUG: debug}}


def _words(environment: Environment) -> Iterator[Element]:
    """What is one word of the environment, and not a list."""
    for name in ("debug", "migration"):
        word = getattr(environment, name)
        if word not in {"not-reported", "not-defined"}:
            yield Element(name, {corim.M_NAME: word})
    for name in ("role", "profile", "label"):
        if (word := getattr(environment, name)) is not None:
            yield Element(name, {corim.M_NAME: word})
    if (cycle := environment.lifecycle) is not None:
        yield Element("lifecycle", {corim.M_NAME: cycle.state, corim.M_INTEGER: cycle.raw})


def _entries(
    part: ListPart, environment: Environment, here: str, ledger: Ledger, *, numbered: bool
) -> Iterator[Element]:
    entries = getattr(environment, part.list)
    names = Counter(_name(entry) for entry in entries)
    path = here + join(part.list)
    if part.of_all and any(_is_evidence(entry) for entry in entries):
        ledger.lose(path, "reduced", part.of_all)
    for position, (step, entry) in enumerate(zip(steps_to(entries), entries, strict=True)):
        name = _name(entry)
        index = getattr(entry, "index", None)
        key = f"{part.list}/{name}" + (f"/{position if index is None else index}" if names[name] > 1 else "")
        at = path + join(step)
        if not _is_evidence(entry):
            ledger.lose(at, "not-evidence", entry.origin)
            continue
        for element in part.write(WrittenEntry(entry, key, at, ledger)):
            if part.of_each and element.key == key:
                ledger.lose(at, "reduced", part.of_each)
            is_block = numbered and part.list == "measurements" and index is not None
            yield element._replace(key=index) if is_block else element


def _name(entry: Any) -> str:
    return str(entry.label if isinstance(entry, Unknown) else entry.name)


def _is_evidence(entry: Any) -> bool:
    return entry.origin in {None, "evidence"}


def _distinct(written: list[Element]) -> tuple[Element, ...]:
    """The elements with their position behind a key that an earlier one has: keys are compared whole."""
    taken: set[str | int | None] = set()
    for position, element in enumerate(written):
        key = element.key
        if key in taken:
            written[position] = element._replace(key=f"{key}/{position}")
        taken.add(written[position].key)
    return tuple(written)


# -- the lists


def _is_register(entry: Measurement) -> bool:
    return entry.form == "extended" and entry.phase == "runtime" and entry.populated is not False


def _registers(environment: Environment, ledger: Ledger) -> dict[str | int, Any]:
    """The registers that are extended at run time, by name, or by index where a name is there twice."""
    entries = [one for one in environment.measurements if _is_register(one) and _is_evidence(one)]
    names = Counter(entry.name for entry in entries)
    registers: dict[str | int, Any] = {}
    for entry in entries:
        digests = [pair for digest in entry.digests if (pair := _named(digest)) is not None]
        key = entry.name if names[entry.name] == 1 or entry.index is None else entry.index
        if digests and len(digests) == len(entry.digests):
            registers.setdefault(key, digests)
    return registers


def _measurement(entry: WrittenEntry) -> Iterator[Element]:
    """`{2: digests, 4: value, 0: version, 1: svn, 13: [signer], 11: description}`, as there is; what is extended at run time stands together, without a key: `{14: {name: digests}}`."""
    content: Measurement = entry.content
    if content.populated is False:
        entry.ledger.lose(entry.path, "not-populated", "the format defines it as not there")
        return
    if content.flags:
        entry.ledger.lose(entry.path, "no-home", "flags")
    values = {**_measured(entry, content), **_beside_the_digest(content)}
    if values:
        yield Element(entry.key, values)


def _measured(entry: WrittenEntry, content: Measurement) -> Values:
    """The digests whose hashes are named, and the value; a register's digests stand with the other registers."""
    named = [pair for digest in content.digests if (pair := _named(digest)) is not None]
    unnamed = [digest for digest in content.digests if _named(digest) is None]
    for digest in unnamed:
        entry.ledger.lose(entry.path, "algorithm-not-named", digest.alg)
    raw = [] if content.value is None else [content.value]
    raw += [digest.digest for digest in unnamed]
    if len(raw) > 1:
        entry.ledger.lose(entry.path, "no-home", f"{len(raw) - 1} more values")
    is_register = _is_register(content) and not unnamed
    values: Values = {corim.M_DIGESTS: named} if named and not is_register else {}
    return {**values, **_bytes(raw[0])} if raw else values


def _beside_the_digest(content: Measurement) -> Values:
    values: Values = {}
    if content.version is not None:
        values[corim.M_VERSION] = {0: content.version}
    if content.svn is not None:
        values[corim.M_SVN] = Tag(corim.SVN, content.svn)
    if content.signer is not None:
        values[corim.M_KEYS] = [Tag(corim.BYTES, bytes(content.signer))]
    if content.description is not None:
        values[corim.M_NAME] = content.description
    return values


def _svn(entry: WrittenEntry) -> Iterator[Element]:
    """`{1: 552(svn)}`, or `{4: bytes}`, or `{11: text}`."""
    content: Svn = entry.content
    if content.svn is not None:
        yield Element(entry.key, {corim.M_SVN: Tag(corim.SVN, content.svn)})
    elif content.raw is not None:
        yield Element(entry.key, _bytes(content.raw))
    elif content.text is not None:
        yield Element(entry.key, {corim.M_NAME: content.text})


def _tcb(entry: WrittenEntry) -> Iterator[Element]:
    """`{4: bytes}`, and `{1: 552(svn)}` under `tcb/NAME/COMPONENT` for each component."""
    content: Tcb = entry.content
    yield Element(entry.key, _bytes(content.raw))
    for component in content.components:
        yield Element(f"{entry.key}/{component.name}", {corim.M_SVN: Tag(corim.SVN, component.svn)})


def _version(entry: WrittenEntry) -> Iterator[Element]:
    """`{0: {0: text}}`."""
    content: Version = entry.content
    yield Element(entry.key, {corim.M_VERSION: {0: content.value}})


def _input(entry: WrittenEntry) -> Iterator[Element]:
    """`{4: bytes}`."""
    content: Entered = entry.content
    yield Element(entry.key, _bytes(content.value))


def _identifier(entry: WrittenEntry) -> Iterator[Element]:
    """`{4: bytes}` or `{11: text}`, where it is present."""
    content: Identifier = entry.content
    if content.status != "present":
        entry.ledger.lose(entry.path, "status", content.status)
    elif content.value is not None:
        yield Element(entry.key, _bytes(content.value))
    elif content.text is not None:
        yield Element(entry.key, {corim.M_NAME: content.text})


def _signer(entry: WrittenEntry) -> Iterator[Element]:
    """`{2: [digest]}` if the hash is named and the length is its own, else `{4: bytes}`, where it is present."""
    content: Signer = entry.content
    if content.status != "present" or content.value is None:
        entry.ledger.lose(entry.path, "status", content.status)
    else:
        yield Element(entry.key, _digest_or_bytes(content.alg, content.value))


def _attribute(entry: WrittenEntry) -> Iterator[Element]:
    """`{4: bytes}`, as they lie."""
    content: Attribute = entry.content
    yield Element(entry.key, _bytes(content.raw))


def _value(entry: WrittenEntry) -> Iterator[Element]:
    """`{15: integer}` (a boolean is 0 or 1), `{11: text}` or `{4: bytes}`."""
    content: Value = entry.content
    if content.int is not None:
        yield Element(entry.key, {corim.M_INTEGER: content.int})
    elif content.bool is not None:
        yield Element(entry.key, {corim.M_INTEGER: int(content.bool)})
    elif content.text is not None:
        yield Element(entry.key, {corim.M_NAME: content.text})
    elif content.bytes is not None:
        yield Element(entry.key, _bytes(content.bytes))


def _kept(entry: WrittenEntry) -> Iterator[Element]:
    """`{4: bytes}`."""
    content: Manifest | Unknown = entry.content
    yield Element(entry.key, _bytes(content.raw))


def _key(entry: WrittenEntry) -> Iterator[Element]:
    """`{13: [key]}`; those of use `attestation` and `identity` are in triples of their own."""
    content: Key = entry.content
    if content.use not in crypto_keys.TRIPLES:
        key, loss = crypto_keys.written(content)
        if loss:
            entry.ledger.lose(entry.path, "key-encoding", loss)
        yield Element(entry.key, {corim.M_KEYS: [key]})


PARTS: Final = (
    ListPart("measurements", _measurement, of_all="phase, subject, form, alg_candidates"),
    ListPart("svns", _svn, of_all="set_by"),
    ListPart("tcb", _tcb, of_each="role, layout, layout_source, compare"),
    ListPart("versions", _version),
    ListPart("inputs", _input, of_all="set_by"),
    ListPart("identifiers", _identifier, of_all="scope, linkable"),
    ListPart("signers", _signer),
    ListPart("attributes", _attribute, of_each="names of bits and fields"),
    ListPart("values", _value),
    ListPart("manifests", _kept, of_each="format"),
    ListPart("unknown", _kept),
    ListPart("keys", _key, of_all="use, linkable"),
)
"""Every list of an environment, in the order in which it is written."""


# -- values


def _bytes(value: bytes) -> Values:
    return {corim.M_RAW: Tag(corim.BYTES, bytes(value))}


def _named(digest: Digest) -> list[Any] | None:
    """A digest with the number or the name of its hash; None where the form has neither."""
    alg: str = digest.alg
    if alg in NUMBERS:
        return [NUMBERS[alg], bytes(digest.digest)]
    return [alg, bytes(digest.digest)] if alg.startswith(TEXTUAL) else None


def _digest_or_bytes(alg: str | None, value: bytes) -> Values:
    """A digest where the hash is named and the length is its own (Intel pads to 64 bytes), else the bytes."""
    if alg is not None and len(value) == hashes.SIZES.get(alg):
        named = _named(Digest(alg=alg, digest=value))  # type: ignore[arg-type]
        if named is not None:
            return {corim.M_DIGESTS: [named]}
    return _bytes(value)
