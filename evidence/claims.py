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
    Backing,
    BindingRole,
    Boolean,
    BootName,
    CertificateSource,
    ChainDebug,
    Committed,
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
    LogFormat,
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
    """One wrapping that was taken off, outermost first."""

    name: str
    """The name of the carrier."""
    at: str | None = None
    """The path of the piece inside of it, where it holds several."""
    facts: tuple[Fact, ...] = ()
    """What the carrier says beside the evidence; nobody signs it."""


class Fact(_Entry, frozen=True, kw_only=True):
    """A named text that somebody says and nobody signs."""

    name: str
    """What it is about."""
    text: str
    """What is said."""


class EvidenceInfo(_Entry, frozen=True, kw_only=True):
    """What the document was made from. `size` and `trailing` in bytes; neither hash nor size is an identity."""

    type: str
    """The evidence type, by its name in the registry."""
    version: str
    """The version of the format, as the type writes it."""
    variant: str | None = None
    """The shape on the wire, where a type has several: a body type, an outer tag."""
    status: Status
    """How sure this library is of the type."""
    protection: Protection
    """How the evidence as a whole is protected."""
    bytes: Obtained
    """How its bytes came about."""
    sha256: Bytes
    """SHA-256 of the evidence proper. No identity: a signature can be written in two ways."""
    size: Natural
    """Bytes of the evidence proper."""
    trailing: Natural
    """Bytes that follow it, and of which no claim is made."""
    carriers: tuple[CarrierInfo, ...] = ()
    """What it was wrapped in, outermost first."""
    identified_by: IdentifiedBy
    """Who said what type it is."""


class Binding(_Entry, frozen=True, kw_only=True):
    """A value that ties the evidence to something outside of it."""

    name: str
    """The format's name of the field."""
    role: BindingRole
    """What it ties the evidence to."""
    declared: Declared
    """What the format calls its bytes."""
    requested_by: RequestedBy
    """Who asked for the evidence."""
    environment: str | None = None
    """The id of the environment whose it is."""
    value: Bytes
    """The bytes."""
    alg: Hash | None = None
    """The hash that a key or content binding was made with, where the format names it."""
    raw: Bytes | None = None
    """How the source writes that hash, as in `Digest`."""
    origin: Origin | None = None
    """Whose word it is, where the evidence itself does not say it."""
    backed_by: FactName | None = None
    """The fact, one that `matches`, by which the evidence binds what somebody else says."""


class Digest(_Entry, frozen=True, kw_only=True):
    """`raw` is the algorithm's own number or name where `alg` is `unknown`, and a name that is spelt otherwise."""

    alg: Hash
    """The hash function."""
    digest: Bytes
    """The digest."""
    raw: Bytes | None = None
    """The algorithm as the source writes it, where that says more than `alg`."""


class Flag(_Entry, frozen=True, kw_only=True):
    """A named state that is on or off."""

    name: str
    """The name of the state."""
    value: bool
    """Whether it is on."""


class Measurement(_Entry, frozen=True, kw_only=True):
    """What was measured: a digest, a register, or the content itself."""

    name: str
    """The register's or component's name."""
    phase: Phase
    """When it was measured."""
    subject: Subject
    """What was measured."""
    form: Form
    """What its value is."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""
    index: Natural | None = None
    """Its number, where the format has one."""
    digests: tuple[Digest, ...] = ()
    """Digests of it, each by another algorithm."""
    value: Bytes | None = None
    """What was measured itself, where `form` is `raw`."""
    alg_candidates: tuple[Hash, ...] = ()
    """The hashes that a digest of this length may be by, where the bytes do not say."""
    populated: bool | None = None
    """False where the format says that nothing was measured here."""
    version: str | None = None
    """The version of what was measured."""
    svn: Natural | None = None
    """The number of its security version."""
    signer: Bytes | None = None
    """The digest of the key that signed it."""
    description: str | None = None
    """What the format calls its algorithm or its content, in words."""
    flags: tuple[Flag, ...] = ()
    """States that the format adds."""


class Entered(_Entry, frozen=True, kw_only=True):
    """Something that was supplied to the environment at its creation, not measured by it."""

    name: str
    """The format's name of the field."""
    set_by: SetBy
    """Who chose it."""
    value: Bytes
    """The bytes."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""


class Identifier(_Entry, frozen=True, kw_only=True):
    """Only `present` has `value` or `text`; every other status has what was there in `raw`."""

    name: str
    """The format's name of the field."""
    scope: Scope
    """How far it reaches."""
    linkable: bool
    """Whether it tells one machine or instance from another."""
    status: Presence
    """Whether it is there."""
    value: Bytes | None = None
    """The identifier in bytes."""
    text: str | None = None
    """The identifier as text."""
    raw: Bytes | None = None
    """What was there instead of one."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""
    backed_by: FactName | None = None
    """The fact, one that `matches`, by which the evidence binds what somebody else says."""


class Signer(_Entry, frozen=True, kw_only=True):
    """Who signed or owns the environment: a key or its digest. `value` only where `present`."""

    name: str
    """The format's name of the field."""
    status: Presence
    """Whether there is one."""
    alg: Hash | None = None
    """The hash by which its key is named."""
    value: Bytes | None = None
    """The key, or its digest."""
    raw: Bytes | None = None
    """What was there instead of one."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""


class Svn(_Entry, frozen=True, kw_only=True):
    """A security version number; `raw` where an integer cannot hold it exactly."""

    name: str
    """The format's name of the field."""
    set_by: SetBy
    """Who chose it."""
    svn: Natural | None = None
    """The number."""
    text: str | None = None
    """The number as the format writes it, where it is a text."""
    raw: Bytes | None = None
    """Its bytes as they lie."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""


class TcbComponent(_Entry, frozen=True, kw_only=True):
    """One security version of a TCB."""

    name: str
    """What it is the version of."""
    svn: Natural
    """The number."""
    compare: Compare
    """How it is compared."""


class Tcb(_Entry, frozen=True, kw_only=True):
    """A vector of SVNs; compare it component by component, and only with the same `layout`."""

    name: str
    """The format's name of the field."""
    role: TcbRole
    """Which of the platform's sets of versions this is."""
    layout: str | None = None
    """How `raw` is divided into components; absent where that is not known."""
    layout_source: LayoutSource
    """Whose word decides about `layout`."""
    raw: Bytes
    """The bytes as they lie."""
    components: tuple[TcbComponent, ...] = ()
    """The security versions; none where the layout is not known."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""

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
    """A named version, as the format writes it."""

    name: str
    """What it is the version of."""
    value: str
    """The version, as text."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""


class Value(_Entry, frozen=True, kw_only=True):
    """A named value; exactly one of `int`, `text`, `bytes`, `bool`."""

    name: str
    """The format's name of the field."""
    int: Integer | None = None
    """The value, where it is a number."""
    text: str | None = None
    """The value, where it is a text."""
    bytes: Bytes | None = None
    """The value, where it is bytes."""
    bool: Boolean | None = None
    """The value, where it is true or false."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""
    backed_by: FactName | None = None
    """The fact, one that `matches`, by which the evidence binds what somebody else says."""


class BitField(_Entry, frozen=True, kw_only=True):
    """A field of several bits, as a number."""

    name: str
    """The format's name of the bits."""
    int: Natural
    """Their value."""


class Attribute(_Entry, frozen=True, kw_only=True):
    """A bit field: its bytes as they lie, the names that are set, the bits that nobody named."""

    name: str
    """The format's name of the field."""
    raw: Bytes
    """Its bytes as they lie."""
    set: tuple[str, ...]
    """The names of the bits that are set."""
    unknown: tuple[Natural, ...]
    """The numbers of the bits that are set and have no name here; bit 0 is the lowest."""
    fields: tuple[BitField, ...] = ()
    """Fields of several bits."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""


class Lifecycle(_Entry, frozen=True, kw_only=True):
    """The state of a device's life, by the format's own number."""

    raw: Natural
    """The number."""
    state: str
    """The format's name for it."""


class Key(_Entry, frozen=True, kw_only=True):
    """A public key, or what names one. `linkable` if it tells one machine or instance from another."""

    name: str
    """The format's name of the field."""
    use: KeyUse
    """What the key is for."""
    encoding: KeyEncoding
    """How it is written."""
    linkable: bool
    """Whether it tells one machine or instance from another."""
    raw: Bytes
    """Its bytes as they lie."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""
    backed_by: FactName | None = None
    """The fact, one that `matches`, by which the evidence binds what somebody else says."""


class Manifest(_Entry, frozen=True, kw_only=True):
    """Content that describes the environment in a format of its own, named by `format`."""

    name: str
    """What it is called here."""
    format: str
    """The format of its content."""
    raw: Bytes
    """The content."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""


class Unknown(_Entry, frozen=True, kw_only=True):
    """A claim, block or field that is not described here, kept whole (CBOR as its encoding)."""

    label: str
    """The label that the source has for it."""
    raw: Bytes
    """Its bytes as they lie."""
    origin: Origin | None = None
    """Whose word it is, where that is not the environment's."""


class Environment(_Entry, frozen=True, kw_only=True):
    """One attested thing. Debug and TCB rules go over `depends_on`.

    `missing` names parts that are not at hand and that could say something worse of it.
    """

    id: str
    """Its name in this document, which no other environment has."""
    role: Role
    """What it is."""
    label: str | None = None
    """What the format calls it."""
    origin: Origin
    """Whose word it is."""
    parent: str | None = None
    """The id of the environment that contains it."""
    profile: str | None = None
    """The profile that it says to follow."""
    detached: bool | None = None
    """True if its claims lie outside of the signed token, which holds their digest."""
    depends_on: tuple[str, ...] = ()
    """Ids of the environments whose security it needs."""
    includes: tuple[Role, ...] = ()
    """Roles of further parts that it speaks of together with its own."""
    debug: Debug
    """Whether it can be debugged."""
    migration: Migration
    """Whether it may be moved."""
    missing: tuple[Missing, ...] = ()
    """Parts that are not at hand, and that could say something worse of it."""
    lifecycle: Lifecycle | None = None
    """The state of its life."""
    measurements: tuple[Measurement, ...] = ()
    """What was measured."""
    inputs: tuple[Entered, ...] = ()
    """What was supplied at its creation, and is not measured."""
    identifiers: tuple[Identifier, ...] = ()
    """What tells it from others."""
    signers: tuple[Signer, ...] = ()
    """Who signed or owns it."""
    svns: tuple[Svn, ...] = ()
    """Its security versions."""
    tcb: tuple[Tcb, ...] = ()
    """Sets of security versions that are compared together."""
    versions: tuple[Version, ...] = ()
    """Versions for people to read."""
    values: tuple[Value, ...] = ()
    """Other values that the format names."""
    attributes: tuple[Attribute, ...] = ()
    """Bit fields."""
    keys: tuple[Key, ...] = ()
    """Public keys that belong to it."""
    manifests: tuple[Manifest, ...] = ()
    """Content in formats of their own."""
    unknown: tuple[Unknown, ...] = ()
    """What is not described here, kept whole."""

    def measurement(self, name: str, index: int | None = None) -> Measurement:
        """The one of this name (and index); `LookupError` if there is none, or several."""
        measurements = (m for m in self.measurements if m.name == name and index in (None, m.index))
        return _one(measurements, f"{self.id}: measurement {name}")

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
    """The name of the signature."""
    by: str
    """What holds the key: a kind of key, or where it is described."""
    alg: str | None = None
    """The algorithm, by one name in every format."""
    hash: Hash | None = None
    """The hash function."""
    encoding: SignatureEncoding | None = None
    """How its value is written."""
    construct: Construct
    """How the signed message is made."""
    covers: tuple[tuple[Natural, Natural], ...]
    """Ranges of the evidence, `[start, end)` in bytes, that it covers."""
    missing: tuple[Missing, ...] = ()
    """Signed parts that are not at hand."""
    status: Literal["not-checked"]
    """Always `not-checked`: converting checks no signature."""
    environment: str | None = None
    """The id of the environment that it is of."""


class Consistency(_Entry, frozen=True, kw_only=True):
    """A fact that the bytes alone prove: the parts fit together, whoever made them.

    The name ends in `-binding`, `-replay` or `-certified`.
    """

    name: FactName
    """What was compared: the name of one part, and how."""
    status: Outcome
    """What came out."""
    compared_to: str
    """The path of the other part."""
    digest_of: Digested | None = None
    """The content whose digest was computed."""
    value_of: Compared | None = None
    """The value that was compared itself."""
    alg: Hash | None = None
    """The hash function."""
    computed: Bytes | None = None
    """What was computed, or should be there."""
    prefix: Natural | None = None
    """So many first events of the register give its value, where all of them do not."""


class BootEntry(_Entry, frozen=True, kw_only=True):
    """What one event of a log says of how a machine was started; exactly one of `bool`, `text` and `digests`.

    It is proven where `committed` is `matches`, as far as the register that proves it is. Text and `bool` stand only
    where `backing` says that they were hashed; where something else was, there are the digests of that.
    """

    name: BootName
    """What it says."""
    event: Natural
    """The number of the event in the log, counted from 0."""
    bool: Boolean | None = None
    """The statement, where it is true or false."""
    text: str | None = None
    """The statement, where it is a text."""
    digests: tuple[Digest, ...] = ()
    """The digests that were extended."""
    backing: Backing
    """What the digests are of."""
    committed: Committed
    """Whether the register of the event proves it."""
    after_separator: Boolean | None = None
    """True where the event follows the separator that ends the firmware's events in its register."""


class Log(_Entry, frozen=True, kw_only=True):
    """An event log that came with the evidence; how it adds up stands in `consistency`."""

    format: LogFormat
    """How it is written."""
    origin: Origin
    """Who put it there."""
    sha256: Bytes | None = None
    """SHA-256 of its bytes; left out where identifiers are withheld."""
    size: Natural
    """How many bytes it has."""
    events: Natural
    """How many events it has."""
    boot: tuple[BootEntry, ...] = ()
    """What it says of how the machine was started."""


class Certificate(_Entry, frozen=True, kw_only=True):
    """A certificate that came with the evidence, not judged. Times are RFC 3339, `sha256` over its DER."""

    source: CertificateSource
    """The part that it has, or where it stood."""
    sha256: Bytes
    """SHA-256 of its DER."""
    spki_sha256: Bytes
    """SHA-256 of its SubjectPublicKeyInfo."""
    subject: str
    """Whom it is for (RFC 4514)."""
    issuer: str
    """Who issued it (RFC 4514)."""
    serial: Bytes
    """The content octets of its serial number."""
    not_before: Time
    """When it begins to be valid."""
    not_after: Time
    """When it ends to be valid."""
    encoding: Literal["der", "pem"]
    """How it was written."""
    environment: str | None = None
    """The id of the environment that it speaks of."""


class Attachment(_Entry, frozen=True, kw_only=True):
    """Something that came beside the evidence, and that claims may be made of."""

    kind: str
    """What kind of thing it is."""
    sha256: Bytes
    """SHA-256 of its bytes."""
    size: Natural
    """How many bytes it has."""
    origin: Origin
    """Who put it there."""
    facts: tuple[Fact, ...] = ()
    """What was found out about its form."""


class Note(_Entry, frozen=True, kw_only=True):
    """Something worth a look, with a stable `code`; `path` names the claim or field, or is empty."""

    code: str
    """What kind of thing it is, in a word that does not change."""
    path: str
    """The claim or field that it is about; empty for the whole document."""
    detail: str
    """What it is, for people."""


class Target(_Entry, frozen=True, kw_only=True):
    """The thing attested: the id of its environment, and the word of its chain; `evidence.chain` has the rule."""

    environment: str
    """The id of its environment."""
    debug: ChainDebug
    """The worst word of it and of all that it depends on."""


class Claims(_Entry, frozen=True, kw_only=True, rename={"attested": "target"}):
    """The whole document."""

    schema: Literal["evidence-claims/1"]
    """The name and the version of this form."""
    evidence: EvidenceInfo
    """What the document was made from."""
    attested: Target | None = None
    """The thing attested, where there is exactly one: `target` in the document, and in the property of that name."""
    bindings: tuple[Binding, ...] = ()
    """Values that tie the evidence to something outside of it."""
    environments: tuple[Environment, ...]
    """What is attested, and what that depends on."""
    signatures: tuple[Signature, ...]
    """The signatures over the evidence; none was checked."""
    consistency: tuple[Consistency, ...] = ()
    """Facts that the bytes alone prove."""
    certificates: tuple[Certificate, ...] = ()
    """Certificates that came with the evidence."""
    attachments: tuple[Attachment, ...] = ()
    """What came beside the evidence."""
    logs: tuple[Log, ...] = ()
    """Event logs among it, and what they say."""
    notes: tuple[Note, ...] = ()
    """What is worth a look."""

    def environment(self, id: str) -> Environment:
        """The environment of this id; `LookupError` if there is none."""
        return _one((e for e in self.environments if e.id == id), f"environment {id}")

    def by_role(self, role: Role) -> tuple[Environment, ...]:
        """All environments of a role, in document order."""
        return tuple(e for e in self.environments if e.role == role)

    @property
    def workload(self) -> Environment:
        """The only environment with the role `workload`; `LookupError` if there is none, or several.

        A report of a paravisor has none: the hardware attests the paravisor, and a quote of its vTPM the guest above it.
        """
        if self.by_role("paravisor") and not self.by_role("workload"):
            raise LookupError(
                "no workload: it is a paravisor's report, whose guest a quote of its vTPM attests"
            )
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
            bindings = [b for b in self.bindings if b.role == role]
            if bindings:
                return _one(iter(bindings), f"binding of role {role}")
        raise LookupError("no binding of role caller-data or challenge")

    @property
    def target(self) -> Target:
        """The thing attested, with the word of its chain; `LookupError` if the document names none."""
        if self.attested is None:
            raise LookupError("the document has no single target; ask debug_chain() for each environment")
        return self.attested

    def chain(self, id: str | None = None) -> tuple[Environment, ...]:
        """An environment (the target) and all that it depends on, each once; `LookupError` if one is not there."""
        return tuple(chain.reach(self.environments, self.target.environment if id is None else id))

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


def _one(entries: Iterator[T], what: str) -> T:
    items = list(entries)
    if len(items) != 1:
        raise LookupError(f"{what}: {len(items) or 'none'} found, expected one")
    return items[0]
