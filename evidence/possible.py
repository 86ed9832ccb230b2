"""What no claims document says: the rules between its fields, as a table.

Types and words are checked where a document is read; the rules are about what these leave open. No bytes make this
library write a document that breaks one.

All of it takes time linear in the size of the document, which may be an attacker's: places are indices, and a path
is written for a fault alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

from evidence import chain
from evidence.claims import (
    Binding,
    BootEntry,
    Bytes,
    Claims,
    Identifier,
    Key,
    Signature,
    Signer,
    Target,
    Value,
)
from evidence.errors import ConstraintViolation
from evidence.paths import Place, Places
from evidence.wire.hashes import SIZES
from evidence.words import LOUD, Backing

Faults = Iterator[tuple[Place, str]]
"""What a rule gives: places, and what is wrong at each of them."""
E = TypeVar("E")

NAMED: Final = (
    *(
        "inputs",
        "identifiers",
        "signers",
        "svns",
        "tcb",
        "versions",
        "values",
        "attributes",
        "keys",
        "manifests",
    ),
)
"""The lists of an environment whose entries go by their names; measurements go by name and index."""
PARTS: Final = (("tcb", "components"), ("attributes", "fields"), ("measurements", "flags"))
"""The lists inside of these whose entries go by their names too."""
KINDS: Final = ("int", "text", "bytes", "bool")
"""What a value can be."""
SHA256: Final = 32
"""Bytes of the digests that the document is not told, but makes."""
PROTECTION: Final = ("evidence", "protection")
BEHIND: Final = ("evidence", "trailing")
TRAILING: Final = ("trailing-zeros", "trailing-bytes")
"""The notes of which bytes behind the evidence have one."""
SPOKEN: Final[frozenset[Backing]] = frozenset({"data", "data-part", "name", "derived"})
"""Where the words of an event may stand: they were hashed."""
NOWHERE: Final = "no such environment"


class Fault(NamedTuple):
    """One way in which a document is impossible: where, what is wrong there, and the rule that it breaks."""

    path: str
    wrong: str
    law: str


class PlacedDocument:
    """A claims document with the places of its entries and of its notes."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.places = Places(claims)
        self.environments = tuple(each(("environments",), claims.environments))
        self.by_id = {environment.id: environment for environment in claims.environments}
        self._noted: dict[str, frozenset[Place]] = {}

    def place(self, path: str) -> Place | None:
        """Where a path leads; None if nothing stands there."""
        try:
            place = self.places.place(path)
        except LookupError:
            return None
        return None if self.places.at(place) is None else place

    def quiet(self, code: str, place: Place) -> Faults:
        """The fault that no note of this code stands at a place."""
        if place not in self.noted(code):
            yield place, f"no note {code}"

    def noted(self, code: str) -> frozenset[Place]:
        """The places at which notes of this code stand."""
        if code not in self._noted:
            places = (self.place(note.path) for note in self.claims.notes if note.code == code)
            self._noted[code] = frozenset(place for place in places if place is not None)
        return self._noted[code]


def each(place: Place, entries: Iterable[E]) -> Iterator[tuple[Place, E]]:
    """Every entry of a list with its place."""
    return (((*place, index), entry) for index, entry in enumerate(entries))


def twice(place: Place, names: Iterable[Hashable]) -> Faults:
    """The entries of a list whose name one before them has."""
    before: set[Hashable] = set()
    for index, name in enumerate(names):
        if name in before:
            yield (*place, index), "twice"
        before.add(name)


# the rules, in the order of the table


def unique(document: PlacedDocument) -> Faults:
    claims = document.claims
    if not claims.environments:
        yield ("environments",), "empty"
    yield from twice(("environments",), (environment.id for environment in claims.environments))
    yield from twice(("bindings",), (binding.name for binding in claims.bindings))
    yield from twice(("signatures",), (signature.name for signature in claims.signatures))
    yield from twice(("consistency",), (fact.name for fact in claims.consistency))
    yield from twice(("attachments",), (attachment.kind for attachment in claims.attachments))
    yield from twice(("notes",), claims.notes)
    for place, environment in document.environments:
        yield from twice((*place, "measurements"), ((m.name, m.index) for m in environment.measurements))
        for name in NAMED:
            yield from twice((*place, name), (entry.name for entry in getattr(environment, name)))
        for outer, name in PARTS:
            for at, entry in each((*place, outer), getattr(environment, outer)):
                yield from twice((*at, name), (part.name for part in getattr(entry, name)))


def references(document: PlacedDocument) -> Faults:
    known = document.by_id
    for place, environment in document.environments:
        if environment.parent is not None and environment.parent not in known:
            yield (*place, "parent"), NOWHERE
        for at, name in each((*place, "depends_on"), environment.depends_on):
            if name not in known:
                yield at, NOWHERE
            elif known[name].role == "certificate-subject":
                yield at, "a certificate-subject"
    for name in ("bindings", "signatures", "certificates"):
        for place, entry in each((name,), getattr(document.claims, name)):
            if entry.environment is not None and entry.environment not in known:
                yield (*place, "environment"), NOWHERE


def circles(document: PlacedDocument) -> Faults:
    for name, lines in (
        ("parent", {e.id: () if e.parent is None else (e.parent,) for e in document.by_id.values()}),
        ("depends_on", {e.id: e.depends_on for e in document.by_id.values()}),
    ):
        round = endless(lines)
        for place, environment in document.environments:
            if environment.id in round:
                yield (*place, name), "without end"


def endless(lines: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The nodes of a graph from which a path leads in a circle."""
    left = {node: len(ends) for node, ends in lines.items()}
    back: dict[str, list[str]] = {}
    for node, ends in lines.items():
        for end in ends:
            back.setdefault(end, []).append(node)
    done = [node for node in {*left, *back} if not left.get(node)]
    while done:
        for node in back.get(done.pop(), ()):
            left[node] -= 1
            if not left[node]:
                done.append(node)
    return frozenset(node for node, number in left.items() if number)


def target(document: PlacedDocument) -> Faults:
    environments = document.claims.environments
    if any(True for rule in (references, circles) for _ in rule(document)):
        return  # where it leads nowhere is said by these
    id = chain.target(environments)
    right = None if id is None else Target(environment=id, debug=chain.word(environments, id))
    if document.claims.attested != right:
        yield ("target",), "none" if document.claims.attested is None else "another"


def protection(document: PlacedDocument) -> Faults:
    header, signatures = document.claims.evidence, document.claims.signatures
    if (header.protection == "none") != (not signatures):
        yield PROTECTION, f"{header.protection}, and {len(signatures)} signatures"
    if header.protection == "partly-signed" and _whole(signatures, header.size):
        yield PROTECTION, "partly-signed, and all is signed"


def _whole(signatures: Iterable[Signature], size: int) -> bool:
    """Whether the signatures together cover every byte of the evidence."""
    end = 0
    for first, last in sorted(part for signature in signatures for part in signature.covers):
        if first > end:
            return False
        end = max(end, last)
    return end >= size


def covers(document: PlacedDocument) -> Faults:
    size = document.claims.evidence.size
    for place, signature in each(("signatures",), document.claims.signatures):
        last = 0
        for at, (start, end) in each((*place, "covers"), signature.covers):
            if not start < end <= size:
                yield at, "no range of the evidence"
            elif start < last:
                yield at, "before the end of the last"
            last = end


def presence(document: PlacedDocument) -> Faults:
    for place, environment in document.environments:
        for at, identifier in each((*place, "identifiers"), environment.identifiers):
            kinds = (identifier.value is not None) + (identifier.text is not None)
            yield from _present(at, identifier, kinds)
            if identifier.linkable and identifier.scope == "class":
                yield at, "linkable, and of a class"
        for at, signer in each((*place, "signers"), environment.signers):
            yield from _present(at, signer, int(signer.value is not None))


def _present(place: Place, entry: Identifier | Signer, kinds: int) -> Faults:
    if kinds != (entry.status == "present"):
        yield place, f"{entry.status}, with {kinds} values"
    if entry.raw is not None and entry.status in {"present", "withheld"}:
        yield place, f"{entry.status}, with raw"


def kinds(document: PlacedDocument) -> Faults:
    for place, environment in document.environments:
        for at, value in each((*place, "values"), environment.values):
            number = sum(getattr(value, kind) is not None for kind in KINDS)
            if number != 1:
                yield at, f"{number} values"
        for at, svn in each((*place, "svns"), environment.svns):
            if svn.svn is None and svn.text is None and svn.raw is None:
                yield at, "no number"
        for at, measurement in each((*place, "measurements"), environment.measurements):
            if measurement.form == "raw":
                if measurement.value is None:
                    yield at, "raw, without a value"
            elif not measurement.digests and measurement.populated is not False:
                yield at, f"{measurement.form}, without a digest"


def digests(document: PlacedDocument) -> Faults:
    odd = document.noted("digest-length")
    for place, environment in document.environments:
        for at, measurement in each((*place, "measurements"), environment.measurements):
            for inner, digest in each((*at, "digests"), measurement.digests):
                size = SIZES.get(digest.alg)
                named = size is not None or digest.raw is not None or measurement.alg_candidates
                if not odd.isdisjoint((at, inner)):
                    continue
                if not named:
                    yield inner, "of a hash that nothing tells"
                elif size not in {None, len(digest.digest)}:
                    yield inner, f"{len(digest.digest)} bytes of {digest.alg}"

    for place, fact in each(("consistency",), document.claims.consistency):
        if fact.computed is not None and SIZES.get(fact.alg or "", len(fact.computed)) != len(fact.computed):
            yield (*place, "computed"), f"{len(fact.computed)} bytes of {fact.alg}"


def layouts(document: PlacedDocument) -> Faults:
    for place, environment in document.environments:
        for at, tcb in each((*place, "tcb"), environment.tcb):
            known = {tcb.layout is not None, tcb.layout_source != "unknown", bool(tcb.components)}
            if len(known) > 1:
                yield at, "a layout, its source or components, without the others"


def compared(document: PlacedDocument) -> Faults:
    for place, fact in each(("consistency",), document.claims.consistency):
        if document.place(fact.compared_to) is None:
            yield (*place, "compared_to"), "leads nowhere"


def backed(document: PlacedDocument) -> Faults:
    proven = {fact.name for fact in document.claims.consistency if fact.status == "matches"}
    for place, entry in _backed(document):
        if entry.backed_by not in proven:
            yield (*place, "backed_by"), "no fact that matches"
        if entry.origin not in OUTSIDE:
            yield (*place, "backed_by"), "the evidence's own word needs nothing to back it"


OUTSIDE: Final = frozenset({"carrier", "log", "caller"})
"""Whose words a fact can back."""
BACKED: Final = ("identifiers", "values", "keys")


def _backed(document: PlacedDocument) -> Iterator[tuple[Place, Binding | Identifier | Value | Key]]:
    """The entries that say that a fact backs them."""
    for place, binding in each(("bindings",), document.claims.bindings):
        if binding.backed_by:
            yield place, binding
    for here, environment in document.environments:
        for name in BACKED:
            entries: tuple[Identifier | Value | Key, ...] = getattr(environment, name)
            for place, entry in each((*here, name), entries):
                if entry.backed_by:
                    yield place, entry


WITHHELD: Final = "identifiers-withheld"
"""The note of a document without what would show that a paravisor is one: it links machines."""


def paravisor(document: PlacedDocument) -> Faults:
    claims = document.claims
    withheld = any(note.code == WITHHELD for note in claims.notes)
    proven = {document.place(fact.compared_to) for fact in claims.consistency if fact.status == "matches"}
    bound = {
        binding.environment
        for place, binding in each(("bindings",), claims.bindings)
        if binding.role == "content-binding" and place in proven
    }
    for place, environment in document.environments:
        if environment.role == "paravisor":
            if environment.id not in bound and environment.origin != "caller" and not withheld:
                yield place, "a paravisor that nothing proves"
            if claims.by_role("workload"):
                yield place, "a paravisor beside a workload"


def bindings(document: PlacedDocument) -> Faults:
    chosen = [
        place
        for place, binding in each(("bindings",), document.claims.bindings)
        if binding.role == "caller-data"
    ]
    yield from ((place, "caller-data once more") for place in chosen[1:])
    for place, binding in each(("bindings",), document.claims.bindings):
        if not binding.value:
            yield (*place, "value"), "empty"


def loud(document: PlacedDocument) -> Faults:
    claims = document.claims
    keys = {p for p, binding in each(("bindings",), claims.bindings) if binding.role == "key-binding"}
    for place, fact in each(("consistency",), claims.consistency):
        if fact.status == "differs":
            yield from document.quiet(LOUD[fact.name.rpartition("-")[2]], place)
        elif fact.status == "not-computable" and document.place(fact.compared_to) in keys:
            yield from document.quiet("binding-unproven", place)
    for place, signature in each(("signatures",), claims.signatures):
        if signature.missing:
            yield from document.quiet("transcript-incomplete", place)
    for place, environment in document.environments:
        if environment.missing:
            yield from document.quiet("certificates-missing", place)


def header(document: PlacedDocument) -> Faults:
    claims = document.claims
    for place, digest in _made(claims):
        if len(digest) != SHA256:
            yield place, f"{len(digest)} bytes"
    for place, certificate in each(("certificates",), claims.certificates):
        if certificate.not_before > certificate.not_after:
            yield place, "ends before it begins"
    if claims.evidence.trailing and not any(BEHIND in document.noted(code) for code in TRAILING):
        yield BEHIND, f"no note {' or '.join(TRAILING)}"


def _made(claims: Claims) -> Iterator[tuple[Place, Bytes]]:
    """The digests that the document is not told, but makes."""
    yield ("evidence", "sha256"), claims.evidence.sha256
    for place, certificate in each(("certificates",), claims.certificates):
        yield (*place, "sha256"), certificate.sha256
        yield (*place, "spki_sha256"), certificate.spki_sha256
    for place, attachment in each(("attachments",), claims.attachments):
        yield (*place, "sha256"), attachment.sha256
    for place, log in each(("logs",), claims.logs):
        if log.sha256 is not None:
            yield (*place, "sha256"), log.sha256


def subjects(document: PlacedDocument) -> Faults:
    for place, environment in document.environments:
        if environment.role == "certificate-subject" and environment.debug.startswith(
            ("enabled", "disabled")
        ):
            yield (*place, "debug"), environment.debug


def logs(document: PlacedDocument) -> Faults:
    facts = document.claims.consistency
    proven = any(fact.name.endswith("-replay") and fact.status == "matches" for fact in facts)
    for place, log in each(("logs",), document.claims.logs):
        for at, entry in each((*place, "boot"), log.boot):
            if entry.event >= log.events:
                yield (*at, "event"), f"of {log.events} events"
            yield from _statement(at, entry)
            if entry.committed == "matches" and not proven:
                yield (*at, "committed"), "matches, and no register does"
    for place, fact in each(("consistency",), facts):
        if fact.prefix is not None and fact.status != "differs":
            yield (*place, "prefix"), f"of what {fact.status}"


def _statement(place: Place, entry: BootEntry) -> Faults:
    statements = (entry.bool is not None) + (entry.text is not None) + bool(entry.digests)
    if statements != 1:
        yield place, f"{statements} statements"
    if not entry.digests and entry.backing not in SPOKEN:
        yield place, f"words that are {entry.backing}"
    if (entry.committed == "not-extended") != (entry.backing == "not-extended"):
        yield (*place, "committed"), f"{entry.committed}, and {entry.backing}"


class Rule(NamedTuple):
    """One rule: what holds in every document, and the function that gives the places where it does not."""

    law: str
    faults: Callable[[PlacedDocument], Faults]


RULES: Final = (
    Rule("ids, names and notes once, and at least one environment", unique),
    Rule("environments that are there, and none a certificate-subject that another depends on", references),
    Rule("no circle of parents, and none of dependencies", circles),
    Rule("the target that its rule gives", target),
    Rule("no signature if and only if none protects, and something unsigned where partly-signed", protection),
    Rule("ranges of the evidence, in order and apart from each other", covers),
    Rule(
        "a value where present and raw where not, neither where withheld; nothing linkable of a class",
        presence,
    ),
    Rule("one kind of value, a number or its raw, the value of raw and a digest of all other forms", kinds),
    Rule("digests as long as those of their hash, which is told, or the note digest-length", digests),
    Rule("layout, its source and components together", layouts),
    Rule("a place of the document", compared),
    Rule("a fact that matches, and the word of somebody else that it backs", backed),
    Rule("a paravisor by a binding that matches or by the caller's word, and then no workload", paravisor),
    Rule("one caller-data at most, and no empty value", bindings),
    Rule("a note for what differs, for what is missing, and for a key that nothing binds", loud),
    Rule("32 bytes of SHA-256, times in order, and a note for what trails", header),
    Rule(
        "events that a log has, one statement each, words that were hashed, and a register that matches for those it proves",
        logs,
    ),
    Rule("no state of debug for what a certificate alone says", subjects),
)


def faults(claims: Claims) -> Iterator[Fault]:
    """Every way in which the document is impossible; nothing for one that this library can have written."""
    document = PlacedDocument(claims)
    for rule in RULES:
        for place, wrong in rule.faults(document):
            yield Fault(document.places.path(place), wrong, rule.law)


def check(claims: Claims) -> None:
    """Raise `ConstraintViolation` for the first fault of the document."""
    for fault in faults(claims):
        raise ConstraintViolation(what="claims document", path=fault.path, got=fault.wrong, allowed=fault.law)
