"""The claims document: one shape for every evidence type.

What differs between types is which entries exist, never what a field means. The words of the closed
lists are in `words`; `schemas/claims.schema.json` is made from these types.

Values are immutable: frozen structs, tuples, `Bytes`. An empty list is left out of the encoded
document, and so is an optional field that the source does not carry: absent, zero and masked are
three things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeVar

from msgspec import Struct

from evidence import chain
from evidence.words import (
    BindingRole,
    Boolean,
    CertificateSource,
    ChainDebug,
    Compare,
    Compared,
    Construct,
    Debug,
    Declared,
    Digested,
    FactName,
    Form,
    Hash,
    IdentifiedBy,
    Integer,
    KeyEncoding,
    KeyUse,
    LayoutSource,
    Migration,
    Missing,
    Natural,
    Obtained,
    Origin,
    Outcome,
    Phase,
    Presence,
    Protection,
    RequestedBy,
    Role,
    Scope,
    SetBy,
    SignatureEncoding,
    Status,
    Subject,
    TcbRole,
    Time,
)

SCHEMA: Final = "evidence-claims/1"


class Bytes(bytes):
    """Bytes that are lowercase hex, in memory order, wherever text is needed.

    A type of its own because plain `bytes` would silently become base64 in JSON. As all bytes of Python they never
    equal a text, so `digest == "ab12"` is false for the right digest, and `digest in BAD` for a set of texts always:
    compare with bytes, or compare `digest.hex()`. (`mypy --strict` finds such a comparison, and `python -bb` raises.)
    """

    __slots__ = ()


class _Entry(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of everything in the document."""


class CarrierInfo(_Entry, frozen=True, kw_only=True):
    name: str
    at: str | None = None
    facts: tuple[Fact, ...] = ()


class Fact(_Entry, frozen=True, kw_only=True):
    name: str
    text: str


class EvidenceInfo(_Entry, frozen=True, kw_only=True):
    """What the document was made from. `size` and `trailing` in bytes; neither hash nor size is an identity."""

    type: str
    version: str
    variant: str | None = None
    """The shape on the wire, where a type has several: a body type, an outer tag."""
    status: Status
    protection: Protection
    bytes: Obtained
    sha256: Bytes
    size: Natural
    trailing: Natural
    carriers: tuple[CarrierInfo, ...] = ()
    identified_by: IdentifiedBy


class Binding(_Entry, frozen=True, kw_only=True):
    """A value that ties the evidence to something outside of it."""

    name: str
    role: BindingRole
    declared: Declared
    requested_by: RequestedBy
    environment: str | None = None
    value: Bytes
    alg: Hash | None = None
    """The hash that a key or content binding was made with, where the format names it."""
    raw: Bytes | None = None
    """How the source writes that hash, as in `Digest`."""


class Digest(_Entry, frozen=True, kw_only=True):
    """`raw` is the algorithm's own number or name where `alg` is `unknown`, and a name that is spelt otherwise."""

    alg: Hash
    digest: Bytes
    raw: Bytes | None = None


class Flag(_Entry, frozen=True, kw_only=True):
    name: str
    value: bool


class Measurement(_Entry, frozen=True, kw_only=True):
    name: str
    phase: Phase
    subject: Subject
    form: Form
    origin: Origin | None = None
    index: Natural | None = None
    digests: tuple[Digest, ...] = ()
    value: Bytes | None = None
    """What was measured itself, where `form` is `raw`."""
    alg_candidates: tuple[Hash, ...] = ()
    populated: bool | None = None
    version: str | None = None
    svn: Natural | None = None
    signer: Bytes | None = None
    description: str | None = None
    flags: tuple[Flag, ...] = ()


class Entered(_Entry, frozen=True, kw_only=True):
    """Something that was supplied to the environment at its creation, not measured by it."""

    name: str
    set_by: SetBy
    value: Bytes
    origin: Origin | None = None


class Identifier(_Entry, frozen=True, kw_only=True):
    """Only `present` has `value` or `text`; every other status has what was there in `raw`."""

    name: str
    scope: Scope
    linkable: bool
    status: Presence
    value: Bytes | None = None
    text: str | None = None
    raw: Bytes | None = None
    origin: Origin | None = None


class Signer(_Entry, frozen=True, kw_only=True):
    """Who signed or owns the environment: a key or its digest. `value` only where `present`."""

    name: str
    status: Presence
    alg: Hash | None = None
    value: Bytes | None = None
    raw: Bytes | None = None
    origin: Origin | None = None


class Svn(_Entry, frozen=True, kw_only=True):
    """A security version number; `raw` where an integer cannot hold it exactly."""

    name: str
    set_by: SetBy
    svn: Natural | None = None
    text: str | None = None
    raw: Bytes | None = None
    origin: Origin | None = None


class TcbComponent(_Entry, frozen=True, kw_only=True):
    name: str
    svn: Natural
    compare: Compare


class Tcb(_Entry, frozen=True, kw_only=True):
    """A vector of SVNs; compare it component by component, and only with the same `layout`."""

    name: str
    role: TcbRole
    layout: str | None = None
    """How `raw` is divided into components; absent where that is not known."""
    layout_source: LayoutSource
    raw: Bytes
    components: tuple[TcbComponent, ...] = ()
    origin: Origin | None = None

    def component(self, name: str) -> int:
        """The SVN of one component; `LookupError` if there is none, or the layout is not known."""
        return _one((c for c in self.components if c.name == name), f"TCB component {name}").svn

    def at_least(self, minimum: Tcb | Mapping[str, int]) -> bool:
        """Whether every component satisfies `minimum`, as the component's `compare` says: not less, or the same.

        `minimum` is a TCB of the same layout, or names at least one component and its SVN. `LookupError` for another
        layout, a component that is not there, and where a list of components is empty or names one twice.
        """
        mine = _by_name(self)
        if isinstance(minimum, Tcb):
            if self.layout is None or self.layout != minimum.layout:
                raise LookupError(f"TCB layout {self.layout} cannot be compared with {minimum.layout}")
            other = _by_name(minimum)
            if {c.name: c.compare for c in mine.values()} != {c.name: c.compare for c in other.values()}:
                raise LookupError(f"TCB {self.name} and {minimum.name} have different components")
            minimum = {c.name: c.svn for c in other.values()}
        if not minimum or not minimum.keys() <= mine.keys():
            raise LookupError(f"TCB {self.name} has {', '.join(mine)}, not {', '.join(minimum) or 'nothing'}")
        return all(
            mine[name].svn == svn if mine[name].compare == "equal" else mine[name].svn >= svn
            for name, svn in minimum.items()
        )


class Version(_Entry, frozen=True, kw_only=True):
    name: str
    value: str
    origin: Origin | None = None


class Value(_Entry, frozen=True, kw_only=True):
    """A named value; exactly one of `int`, `text`, `bytes`, `bool`."""

    name: str
    int: Integer | None = None
    text: str | None = None
    bytes: Bytes | None = None
    bool: Boolean | None = None
    origin: Origin | None = None


class BitField(_Entry, frozen=True, kw_only=True):
    name: str
    int: Natural


class Attribute(_Entry, frozen=True, kw_only=True):
    """A bit field: its bytes as they lie, the names that are set, the bits that nobody named."""

    name: str
    raw: Bytes
    set: tuple[str, ...]
    unknown: tuple[Natural, ...]
    fields: tuple[BitField, ...] = ()
    origin: Origin | None = None


class Lifecycle(_Entry, frozen=True, kw_only=True):
    raw: Natural
    state: str


class Key(_Entry, frozen=True, kw_only=True):
    """A public key, or what names one. `linkable` if it tells one machine or instance from another."""

    name: str
    use: KeyUse
    encoding: KeyEncoding
    linkable: bool
    raw: Bytes
    origin: Origin | None = None


class Manifest(_Entry, frozen=True, kw_only=True):
    """Content that describes the environment in a format of its own, named by `format`."""

    name: str
    format: str
    raw: Bytes
    origin: Origin | None = None


class Unknown(_Entry, frozen=True, kw_only=True):
    """A claim, block or field that is not described here, kept whole (CBOR as its encoding)."""

    label: str
    raw: Bytes
    origin: Origin | None = None


class Environment(_Entry, frozen=True, kw_only=True):
    """One attested thing. Debug and TCB rules go over `depends_on`.

    `missing` names parts that are not at hand and that could say something worse of it.
    """

    id: str
    role: Role
    label: str | None = None
    origin: Origin
    parent: str | None = None
    profile: str | None = None
    detached: bool | None = None
    depends_on: tuple[str, ...] = ()
    includes: tuple[Role, ...] = ()
    debug: Debug
    migration: Migration
    missing: tuple[Missing, ...] = ()
    lifecycle: Lifecycle | None = None
    measurements: tuple[Measurement, ...] = ()
    inputs: tuple[Entered, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    signers: tuple[Signer, ...] = ()
    svns: tuple[Svn, ...] = ()
    tcb: tuple[Tcb, ...] = ()
    versions: tuple[Version, ...] = ()
    values: tuple[Value, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    keys: tuple[Key, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    def measurement(self, name: str, index: int | None = None) -> Measurement:
        """The one of this name (and index); `LookupError` if there is none, or several."""
        found = (m for m in self.measurements if m.name == name and index in (None, m.index))
        return _one(found, f"{self.id}: measurement {name}")

    def input(self, name: str) -> Entered:
        """The one of this name; `LookupError` if there is none, or several."""
        return _one((i for i in self.inputs if i.name == name), f"{self.id}: input {name}")

    def identifier(self, name: str) -> Identifier:
        """The one of this name; `LookupError` if there is none, or several."""
        return _one((i for i in self.identifiers if i.name == name), f"{self.id}: identifier {name}")

    def signer(self, name: str) -> Signer:
        """The one of this name; `LookupError` if there is none, or several."""
        return _one((s for s in self.signers if s.name == name), f"{self.id}: signer {name}")

    def svn(self, name: str) -> Svn:
        """The one of this name; `LookupError` if there is none, or several."""
        return _one((s for s in self.svns if s.name == name), f"{self.id}: svn {name}")

    def tcb_of(self, role: TcbRole) -> Tcb:
        """The one of this role; `LookupError` if there is none, or several."""
        return _one((t for t in self.tcb if t.role == role), f"{self.id}: {role} tcb")

    def version(self, name: str) -> Version:
        """The one of this name; `LookupError` if there is none, or several."""
        return _one((v for v in self.versions if v.name == name), f"{self.id}: version {name}")

    def value(self, name: str) -> Value:
        """The one of this name; `LookupError` if there is none, or several."""
        return _one((v for v in self.values if v.name == name), f"{self.id}: value {name}")

    def attribute(self, name: str) -> Attribute:
        """The one of this name; `LookupError` if there is none, or several."""
        return _one((a for a in self.attributes if a.name == name), f"{self.id}: attribute {name}")


class Signature(_Entry, frozen=True, kw_only=True):
    """A signature over the evidence. `covers` are `[start, end)` offsets (bytes) into it.

    `alg` and `hash` are absent where the evidence does not say. `alg` goes by one name in every format
    (`ecdsa-p384`, `ed25519`, `rsapss-3072`), and without what the format leaves open: an ES384 of COSE is
    `ecdsa` with `sha-384`, on whatever curve. `missing` names signed parts that are not at hand: the message
    cannot be made without them. `convert` checks none of them.
    """

    name: str
    by: str
    alg: str | None = None
    hash: Hash | None = None
    encoding: SignatureEncoding | None = None
    construct: Construct
    covers: tuple[tuple[Natural, Natural], ...]
    missing: tuple[Missing, ...] = ()
    status: Literal["not-checked"]
    environment: str | None = None


class Consistency(_Entry, frozen=True, kw_only=True):
    """A fact that the bytes alone prove: the parts fit together, whoever made them.

    The name ends in `-binding`, `-replay` or `-certified`.
    """

    name: FactName
    status: Outcome
    compared_to: str
    digest_of: Digested | None = None
    value_of: Compared | None = None
    alg: Hash | None = None
    computed: Bytes | None = None


class Certificate(_Entry, frozen=True, kw_only=True):
    """A certificate that came with the evidence, not judged. Times are RFC 3339, `sha256` over its DER."""

    source: CertificateSource
    sha256: Bytes
    spki_sha256: Bytes
    subject: str
    issuer: str
    serial: Bytes
    not_before: Time
    not_after: Time
    encoding: Literal["der", "pem"]
    environment: str | None = None


class Attachment(_Entry, frozen=True, kw_only=True):
    kind: str
    sha256: Bytes
    size: Natural
    origin: Origin
    facts: tuple[Fact, ...] = ()


class Note(_Entry, frozen=True, kw_only=True):
    """Something worth a look, with a stable `code`; `path` names the claim or field, or is empty."""

    code: str
    path: str
    detail: str


class Target(_Entry, frozen=True, kw_only=True):
    """The thing attested: the id of its environment, and the word of its chain; `evidence.chain` has the rule."""

    environment: str
    debug: ChainDebug


class Claims(_Entry, frozen=True, kw_only=True, rename={"attested": "target"}):
    """The whole document."""

    schema: Literal["evidence-claims/1"]
    evidence: EvidenceInfo
    attested: Target | None = None
    """`target` in the document, which the property of that name gives."""
    bindings: tuple[Binding, ...] = ()
    environments: tuple[Environment, ...]
    signatures: tuple[Signature, ...]
    consistency: tuple[Consistency, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[Note, ...] = ()

    def environment(self, id: str) -> Environment:
        """The environment of this id; `LookupError` if there is none."""
        return _one((e for e in self.environments if e.id == id), f"environment {id}")

    def by_role(self, role: Role) -> tuple[Environment, ...]:
        """All environments of a role, in document order."""
        return tuple(e for e in self.environments if e.role == role)

    @property
    def workload(self) -> Environment:
        """The only environment with the role `workload`; `LookupError` if there is none, or several."""
        return _one(iter(self.by_role("workload")), "environment of role workload")

    def binding(self, name: str) -> Binding:
        """The binding of this name; `LookupError` if there is none, or several."""
        return _one((b for b in self.bindings if b.name == name), f"binding {name}")

    @property
    def caller_binding(self) -> Binding:
        """The one value that whoever asked for the evidence chose: `caller-data`, else `challenge`.

        `LookupError` if there is none, or several.
        """
        for role in ("caller-data", "challenge"):
            found = [b for b in self.bindings if b.role == role]
            if found:
                return _one(iter(found), f"binding of role {role}")
        raise LookupError("no binding of role caller-data or challenge")

    @property
    def target(self) -> Target:
        """The thing attested, with the word of its chain; `LookupError` if the document names none."""
        if self.attested is None:
            raise LookupError("the document has no single target; ask debug_chain() for each environment")
        return self.attested

    def debug_chain(self, id: str | None = None) -> ChainDebug:
        """The worst `debug` of an environment (the target) and all that it depends on.

        `enabled` is worst, then `not-reported`, then `disabled`, and so on. Environments whose format defines
        no such state do not count; where none is left, or a part of the chain has something `missing`, it is
        `not-reported`, unless something is `enabled`.
        """
        return chain.word(self.environments, self.target.environment if id is None else id)


T = TypeVar("T")


def _by_name(tcb: Tcb) -> dict[str, TcbComponent]:
    components = {component.name: component for component in tcb.components}
    if not components or len(components) != len(tcb.components):
        raise LookupError(f"TCB {tcb.name}: no components, or one of them twice")
    return components


def _one(found: Iterator[T], what: str) -> T:
    items = list(found)
    if len(items) != 1:
        raise LookupError(f"{what}: {len(items) or 'none'} found, expected one")
    return items[0]
