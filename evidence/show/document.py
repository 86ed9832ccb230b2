"""The page of a claims document: what it says, in the order in which people ask.

Short tables have the members that people look for; whatever else an entry says stands behind them as `member value`,
so that nothing of a document is lost in full. `LEFT_OUT` is all that no page shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from evidence.claims import (
    Attribute,
    BootEntry,
    CarrierInfo,
    Certificate,
    Claims,
    Consistency,
    Digest,
    Environment,
    EvidenceInfo,
    Identifier,
    Measurement,
    Signature,
    Signer,
    Svn,
    Value,
)
from evidence.input import NOTHING
from evidence.show import security, tree
from evidence.show.page import (
    Block,
    Detail,
    Grid,
    Page,
    Phrase,
    Section,
    Sentence,
    Tone,
    row,
    sentence,
    title,
)
from evidence.words import EXPLAINED

LEFT_OUT: Final = ("/schema", "/signatures/*/status")
"""Paths that are on no page: the name of the form, and the one word `not-checked`, which the banner says."""

BANNER: Final = "NOT VERIFIED: nobody has checked a signature here, and anybody may have written these bytes."
HOW: Final = {
    "caller": "as the caller says",
    "carrier": "as what carried it says",
    "content": "as its bytes show",
}
TONES: Final[Mapping[str, Tone]] = {
    **dict.fromkeys(("enabled", "differs", "none"), "bad"),
    **dict.fromkeys(("not-reported", "not-computable", "not-in-log", "partly-signed", "allowed"), "doubt"),
    **dict.fromkeys(("not-defined",), "faint"),
}
"""Words that stand out wherever they are said."""
SIGNED_HOW: Final = next(words.meanings for words in EXPLAINED if words.name == "Construct")


class Holder(NamedTuple):
    """What is known of the key of a signature beside its name: which certificates may hold it, where it stands itself."""

    certificates: tuple[str, ...] = ()
    key: bytes | None = None


class Extra(NamedTuple):
    """What a piece of evidence tells beyond its document: a title for its type, holders of keys, unsigned claims."""

    kind: str = ""
    holders: Mapping[str, Holder] = NOTHING
    unsigned: tuple[str, ...] | None = None


NO_MORE: Final = Extra()


def document_page(claims: Claims, detail: Detail, extra: Extra = NO_MORE) -> Page:
    """The whole page of a document."""
    return (
        *_head(claims, detail, extra),
        _notes(claims, detail),
        tree.section(claims, detail),
        _bindings(claims, detail),
        *_environments(claims, detail),
        security.section(claims, detail),
        *_logs(claims, detail),
        *_signatures(claims, detail, extra),
        _certificates(claims, detail),
        _consistency(claims, detail),
        _attachments(claims, detail),
        _unsigned(claims, detail, extra),
    )


def word(text: str) -> Phrase:
    """One of the document's words, in its tone."""
    return Phrase(text, TONES.get(text, "plain"))


# what it is and how it came


def _head(claims: Claims, detail: Detail, extra: Extra) -> Iterator[Section]:
    head = claims.evidence
    variant = f" ({head.variant})" if head.variant else ""
    name = f"{extra.kind}: " if extra.kind else ""
    yield Section(
        title(f"{name}{head.type}, version {head.version}{variant}"),
        (
            Grid(
                (
                    row("bytes", _size(head)),
                    row("sha-256", detail.octets(head.sha256)),
                    row("protection", word(head.protection)),
                    row(
                        "type",
                        f"{head.type}, {HOW.get(head.identified_by, head.identified_by)}; {head.status}",
                    ),
                    *_carriers(head.carriers),
                )
            ),
            sentence(BANNER, "bad"),
        ),
    )


def _size(head: EvidenceInfo) -> str:
    trailing = f", and {head.trailing} behind it" if head.trailing else ""
    return f"{head.size}, {head.bytes}{trailing}"


def _carriers(carriers: tuple[CarrierInfo, ...]) -> Iterator[tuple[Phrase, ...]]:
    for number, carrier in enumerate(carriers):
        at = f" at {carrier.at}" if carrier.at else ""
        yield row("came in" if not number else "in it", f"{carrier.name}{at}")
        for fact in carrier.facts:
            yield row("", f"says {fact.name}: {fact.text}")


def _notes(claims: Claims, detail: Detail) -> Section:
    blocks: list[Block] = []
    notes = claims.notes
    for note in notes[: detail.most(len(notes))]:
        heading = row(Phrase(note.code, "doubt"), note.path or "the whole document")
        blocks += [Grid((heading,)), Grid((row(note.detail),), level=2)]
    blocks += _more(len(notes), detail)
    return Section(title("Notes"), tuple(blocks))


def _more(count: int, detail: Detail) -> list[Sentence]:
    rest = count - detail.most(count)
    return [sentence(f"... and {rest} more (--full shows them)", "faint")] if rest else []


# entries


def table(
    entries: tuple[Any, ...], detail: Detail, cells: Any, known: Iterable[str], head: tuple[str, ...] = ()
) -> tuple[Grid, ...]:
    """A table with a row for each entry: its `cells`, and in the last one all members that are not `known` as well."""
    if not entries:
        return ()
    shown = entries[: detail.most(len(entries))]
    hidden = frozenset(known)
    rows = []
    for entry in shown:
        *front, last = cells(entry, detail)
        more = ", ".join(rest(entry, detail, hidden))
        text = last if isinstance(last, Phrase) else Phrase(last)
        rows.append(row(*front, text._replace(text=", ".join(filter(None, (text.text, more))))))
    return (Grid(tuple(rows), head, len(entries) - len(shown)),)


def rest(entry: Struct, detail: Detail, known: Iterable[str]) -> Iterator[str]:
    """The members that an entry has and that are not `known`, as texts."""
    for name in entry.__struct_fields__:
        value = getattr(entry, name)
        if name not in known and value is not None and value != ():
            yield f"{name.replace('_', ' ')} {plain(value, detail)}"


def plain(value: Any, detail: Detail) -> str:
    """Any value of a document as a text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes):
        return detail.octets(value)
    if isinstance(value, Digest):
        raw = f" (raw {detail.octets(value.raw)})" if value.raw is not None else ""
        return f"{value.alg} {detail.octets(value.digest)}{raw}"
    if isinstance(value, Struct):
        texts = (plain(getattr(value, name), detail) for name in value.__struct_fields__)
        return " ".join(text for text in texts if text)
    if isinstance(value, tuple):
        shown = value[: detail.most(len(value))]
        return ", ".join([*(plain(item, detail) for item in shown), *["..."] * (len(shown) < len(value))])
    return "" if value is None else str(value)


def _bindings(claims: Claims, detail: Detail) -> Section:
    """Each with all of its bytes, as far as they are those of a field: they are what people look for."""
    blocks: list[Block] = []
    bindings = claims.bindings
    for entry in bindings[: detail.most(len(bindings))]:
        whose = f" of {entry.environment}" if entry.environment else ""
        by = "" if entry.requested_by == "unspecified" else f", asked by {entry.requested_by}"
        more = "".join(f", {text}" for text in rest(entry, detail, BINDING))
        whole = entry.value.hex() if len(entry.value) <= BOUND else detail.octets(entry.value)
        heading = row(entry.name, f"{entry.role}{whose}, {entry.declared}{by}{more}")
        blocks += [Grid((heading,)), Grid((row(whole),), level=2)]
    return Section(title("Bindings"), (*blocks, *_more(len(bindings), detail)))


BINDING: Final = ("name", "role", "declared", "requested_by", "value", "environment")
BOUND: Final = 64
"""Bytes of a binding that is always shown whole."""


def _environments(claims: Claims, detail: Detail) -> Iterator[Section]:
    environments = claims.environments
    for environment in environments[: detail.most(len(environments))]:
        blocks = tuple(_environment(environment, detail))
        if blocks:
            yield Section(title(f"{environment.id} ({environment.role})"), blocks)
    if more := _more(len(environments), detail):
        yield Section(Phrase(""), tuple(more))


ENVIRONMENT_ELSEWHERE: Final = (
    *("id", "role", "origin", "parent", "depends_on", "debug", "migration", "tcb"),
    *("measurements", "inputs", "identifiers", "signers", "svns", "versions", "values", "attributes"),
    *("keys", "manifests", "unknown"),
)
"""Members of an environment that have a table of their own, or stand in the tree."""


def _environment(environment: Environment, detail: Detail) -> Iterator[Block]:
    """The blocks of one environment; its TCBs stand together with those of the others."""
    own = [
        row(name.replace("_", " "), plain(getattr(environment, name), detail))
        for name in environment.__struct_fields__
        if name not in ENVIRONMENT_ELSEWHERE and getattr(environment, name) not in {None, ()}
    ]
    if environment.origin != "evidence":
        own.insert(0, row("origin", f"{environment.origin}: not the evidence itself says it"))
    if own:
        yield Grid(tuple(own))
    for heading, entries, cells, known in (
        ("measurements", environment.measurements, _measurement, _MEASUREMENT),
        ("supplied at its creation, not measured", environment.inputs, _named("value", "by {set_by}"), ()),
        ("identifiers", environment.identifiers, _identifier, _IDENTIFIER),
        ("signers", environment.signers, _signer, _SIGNER),
        ("security versions", environment.svns, _svn, ("name", "set_by", "svn", "text", "raw")),
        ("versions", environment.versions, _named("value"), ()),
        ("values", environment.values, _value, ("name", "int", "text", "bytes", "bool")),
        ("bits", environment.attributes, _attribute, ("name", "raw", "set", "unknown", "fields")),
        ("keys", environment.keys, _named("raw", "for {use}, {encoding}"), ("use", "encoding")),
        ("manifests", environment.manifests, _named("raw", "{format}"), ("format",)),
        ("not described here", environment.unknown, _named("raw", name="label"), ()),
    ):
        if entries:
            yield sentence(heading, "faint")
            for block in table(entries, detail, cells, (*known, "name", "label", "value", "raw", "set_by")):
                yield block._replace(level=2)


def _named(member: str, text: str = "", name: str = "name") -> Any:
    """Cells of an entry with a name and one value: `said` is made of its other members."""

    def cells(entry: Any, detail: Detail) -> tuple[str, ...]:
        value = plain(getattr(entry, member), detail)
        more = text.format_map({field: getattr(entry, field) for field in entry.__struct_fields__})
        more = "" if more == UNSAID else more
        return getattr(entry, name), f"{value}; {more}" if more else value

    return cells


UNSAID: Final = "by unspecified"
_MEASUREMENT: Final = ("name", "index", "phase", "subject", "form", "digests", "value")


def _measurement(entry: Measurement, detail: Detail) -> tuple[str, ...]:
    name = entry.name if entry.index is None else f"{entry.name} [{entry.index}]"
    what = "/".join(text for text in (entry.phase, entry.subject, entry.form) if text != "unspecified")
    texts = [plain(digest, detail) for digest in entry.digests]
    if entry.value is not None:
        texts.append(detail.octets(entry.value))
    return name, what, ", ".join(texts)


_IDENTIFIER: Final = ("name", "scope", "linkable", "status", "value", "text", "raw")


def _identifier(entry: Identifier, detail: Detail) -> tuple[str, ...]:
    linkable = ", linkable" if entry.linkable else ""
    return entry.name, f"{entry.scope}{linkable}", _presence(entry, detail, entry.text)


def _presence(entry: Identifier | Signer, detail: Detail, text: str | None = None) -> str:
    """The value of what may be there, or the word for that it is not with what stands in its place."""
    if entry.status == "present":
        return text if text is not None else plain(entry.value, detail)
    raw = f" ({detail.octets(entry.raw)})" if entry.raw is not None else ""
    return f"{entry.status}{raw}"


_SIGNER: Final = ("name", "status", "alg", "value", "raw")


def _signer(entry: Signer, detail: Detail) -> tuple[str, ...]:
    return entry.name, entry.alg or "", _presence(entry, detail)


def _svn(entry: Svn, detail: Detail) -> tuple[str, ...]:
    texts = [plain(value, detail) for value in (entry.svn, entry.text, entry.raw) if value is not None]
    by = "" if entry.set_by == "unspecified" else f"; by {entry.set_by}"
    return entry.name, f"{' = '.join(texts)}{by}"


def _value(entry: Value, detail: Detail) -> tuple[str, ...]:
    texts = (entry.int, entry.text, entry.bytes, entry.bool)
    return entry.name, " ".join(plain(value, detail) for value in texts if value is not None)


def _attribute(entry: Attribute, detail: Detail) -> tuple[str, ...]:
    texts = [*entry.set, *(f"{field.name}={field.int}" for field in entry.fields)]
    texts += [f"bit {number} (no name)" for number in entry.unknown]
    return entry.name, detail.octets(entry.raw), ", ".join(texts) or "no bit is set"


# logs


def _logs(claims: Claims, detail: Detail) -> Iterator[Section]:
    for log in claims.logs:
        head = plain_members(log, detail, ("boot", "format", "events"))
        yield Section(
            title(f"Event log ({log.format}): {log.events} events"),
            (
                Grid(head),
                sentence("an event is proven where its register matches, and as far as its backing goes"),
                *table(log.boot, detail, _boot, _BOOT, _BOOT_HEAD),
            ),
        )


_BOOT: Final = ("name", "event", "bool", "text", "digests", "backing", "committed")
_BOOT_HEAD: Final = ("event", "what", "register", "backing", "says")


def _boot(entry: BootEntry, detail: Detail) -> tuple[str | Phrase, ...]:
    statements = (entry.bool, entry.text, entry.digests or None)
    text = " ".join(plain(value, detail) for value in statements if value is not None)
    return str(entry.event), entry.name, word(entry.committed), entry.backing, text


def plain_members(entry: Struct, detail: Detail, known: Iterable[str] = ()) -> tuple[tuple[Phrase, ...], ...]:
    """A row for each member that an entry has."""
    return tuple(
        row(name.replace("_", " "), plain(getattr(entry, name), detail))
        for name in entry.__struct_fields__
        if name not in known and getattr(entry, name) is not None and getattr(entry, name) != ()
    )


# signatures, and what came along


def _signatures(claims: Claims, detail: Detail, extra: Extra) -> Iterator[Section]:
    signatures = claims.signatures
    if not signatures:
        yield Section(title("Signatures"), (sentence("none: nothing protects these bytes", "bad"),))
    for signature in signatures[: detail.most(len(signatures))]:
        yield Section(
            title(f"Signature {signature.name}"),
            (Grid(tuple(_signature(signature, claims, detail, extra))),),
        )
    if more := _more(len(signatures), detail):
        yield Section(Phrase(""), tuple(more))


def _signature(
    signature: Signature, claims: Claims, detail: Detail, extra: Extra
) -> Iterator[tuple[Phrase, ...]]:
    by = f" of {signature.environment}" if signature.environment else ""
    yield row("by", f"{signature.by}{by}")
    alg = [
        signature.alg or "an algorithm that is not said",
        *([f"with {signature.hash}"] * bool(signature.hash)),
    ]
    encoding = f", written as {signature.encoding}" if signature.encoding else ""
    yield row("algorithm", f"{' '.join(alg)}{encoding}")
    ranges = [f"{start:#x} to {end:#x} ({end - start} bytes)" for start, end in signature.covers]
    shown = ranges[: detail.most(len(ranges))]
    yield row(
        "signs", ", ".join([*shown, *["..."] * (len(shown) < len(ranges))]) or "no bytes of the evidence"
    )
    yield row("made over", f"{signature.construct}: {SIGNED_HOW.get(signature.construct, '')}")
    if signature.missing:
        yield row("missing", Phrase(", ".join(signature.missing), "doubt"))
    holder = extra.holders.get(signature.name)
    if holder is not None:
        rows = list(_holder(holder, claims, detail))
        yield from rows or _named_key(signature, claims)


def _holder(holder: Holder, claims: Claims, detail: Detail) -> Iterator[tuple[Phrase, ...]]:
    """Where the key of a signature is: said by the evidence, judged by nobody."""
    from hashlib import sha256

    digest = None if holder.key is None else sha256(holder.key).digest()
    by_path = _by_path(claims) if holder.certificates or digest else {}
    same = [path for path, entry in by_path.items() if entry.spki_sha256 == digest]
    others = [path for path in holder.certificates if path not in same]
    first = same or ([] if digest else others[:1])
    if digest and not same:
        yield row("key", f"in the evidence; sha-256 of its SPKI {detail.octets(digest)}")
    for path in first:
        yield row("key", f"in certificate {_certificate_name(by_path, path)}")
    rest_of = others if digest else others[1:]
    for path in rest_of[: detail.most(len(rest_of))]:
        yield row("with", f"certificate {_certificate_name(by_path, path)}")


def _named_key(signature: Signature, claims: Claims) -> Iterator[tuple[Phrase, ...]]:
    """The keys that go by the name of what signed, where neither the signature nor a certificate has one."""
    names = [
        f"{key.name} of {environment.id}, by the word of the {key.origin or environment.origin}"
        for environment in claims.environments
        for key in environment.keys
        if key.name == signature.by
    ]
    yield row("key", names[0] if names else Phrase("not at hand: the verifier must have it", "doubt"))


def _certificate_name(by_path: Mapping[str, Certificate], path: str) -> str:
    certificate = by_path.get(path)
    return f"{certificate.source}: {certificate.subject}" if certificate else path


def _by_path(claims: Claims) -> dict[str, Certificate]:
    from evidence.paths import join, steps_to

    steps = steps_to(claims.certificates)
    return {join("certificates", step): entry for step, entry in zip(steps, claims.certificates, strict=True)}


def _certificates(claims: Claims, detail: Detail) -> Section:
    def cells(entry: Certificate, detail: Detail) -> tuple[str, ...]:
        whose = f" of {entry.environment}" if entry.environment else ""
        parties = f"{entry.subject or 'no subject'}{whose}, by {entry.issuer or 'no issuer'}"
        return entry.source, f"{parties}; {entry.not_before[:10]} to {entry.not_after[:10]}"

    known = ("source", "subject", "issuer", "environment", *(() if detail.full else _CERTIFICATE_FULL))
    return Section(title("Certificates, judged by nobody"), table(claims.certificates, detail, cells, known))


_CERTIFICATE_FULL: Final = ("sha256", "spki_sha256", "serial", "not_before", "not_after", "encoding")


def _consistency(claims: Claims, detail: Detail) -> Section:
    def cells(entry: Consistency, detail: Detail) -> tuple[str | Phrase, ...]:
        made = " ".join(filter(None, (entry.digest_of, entry.value_of)))
        alg = f" by {entry.alg}" if entry.alg else ""
        return entry.name, word(entry.status), f"{made}{alg} with {entry.compared_to}"

    known = ("name", "status", "compared_to", "digest_of", "value_of", "alg")
    known_here = known if detail.full else (*known, "computed")
    facts = claims.consistency
    return Section(
        title("Do the parts fit together? (whoever made them)"), table(facts, detail, cells, known_here)
    )


def _attachments(claims: Claims, detail: Detail) -> Section:
    def cells(entry: Any, detail: Detail) -> tuple[str, ...]:
        return entry.kind, f"{entry.size} bytes, from the {entry.origin}"

    known = ("kind", "size", "origin", *(() if detail.full else ("sha256",)))
    return Section(title("Beside the evidence"), table(claims.attachments, detail, cells, known))


def _unsigned(claims: Claims, detail: Detail, extra: Extra) -> Section:
    """The claims that no signature covers. A document alone does not tell: it has no bytes."""
    paths = extra.unsigned
    if paths is None:
        return Section(Phrase(""), ())
    if claims.evidence.protection == "none" and not detail.full:
        return Section(title("Claims that no signature covers"), (sentence("all of them", "bad"),))
    blocks: tuple[Block, ...] = (sentence("none"),)
    if paths:
        shown = paths[: len(paths) if detail.full else min(len(paths), UNSIGNED)]
        blocks = (Grid(tuple(row(path) for path in shown), more=len(paths) - len(shown)),)
    return Section(title(f"Claims that no signature covers: {len(paths)}"), blocks)


UNSIGNED: Final = 12
"""Paths of unsigned claims that are listed where not all are asked for."""
