"""Tokens in claims documents: an environment for each claims set, with the one that carried it as `parent`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.claims import Binding, Bytes, Certificate, Consistency, Environment, Note, Unknown
from evidence.errors import MalformedEvidence
from evidence.paths import join
from evidence.registry import Signed, Source
from evidence.types import _coev
from evidence.types._cose import remarks
from evidence.types._digests import digest
from evidence.types._eat import header
from evidence.types._eat.entries import Concise, Entries
from evidence.types._eat.native import Bundle, ClaimsSet, Detached, Digest, Token
from evidence.types._eat.signed import signature
from evidence.types._trail import Fields, Trail, in_cbor
from evidence.types._x5chain import remark
from evidence.wire import hashes
from evidence.words import Origin, Outcome, Role

HEADER: Final = object()
"""Stands in paths for a token's headers, which are no part of its claims set."""


class Stated(NamedTuple):
    """What a token states; the first environment is the token's own. No signature is checked."""

    environments: tuple[Environment, ...] = ()
    bindings: tuple[Binding, ...] = ()
    consistency: tuple[Consistency, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    signatures: tuple[Signed, ...] = ()
    notes: tuple[Note, ...] = ()
    fields: tuple[Fields | Source, ...] = ()

    def sources(self) -> Iterator[Source]:
        """Every field that became a claim."""
        for field in self.fields:
            if isinstance(field, Source):
                yield field
            else:
                yield from field.sources()


def state(
    content: Token | Bundle | ClaimsSet,
    id: str,
    *,
    parent: str | None = None,
    role: Role = "unspecified",
    origin: Origin = "evidence",
    prefix: str = "",
    converted: bool = False,
) -> Stated:
    """The claims of a token, a bundle or a claims set, with `id` for its own environment.

    Submodules are `id/submods/LABEL`, what concise evidence speaks about is `id/measurements/N/…`.
    `prefix` begins the names of bindings, signatures and certificates, where a document has several tokens.
    Raises `LimitExceeded` for more than `limits.ENVIRONMENTS` environments, and `NotEvidence` for concise evidence that
    this library converted, unless `converted` allows it.
    """
    writer = _Writer(role, origin, converted=converted)
    writer.content(content, _Place(id, parent, prefix))
    return Stated(
        environments=tuple(writer.environments),
        bindings=tuple(writer.bindings),
        consistency=tuple(writer.consistency),
        certificates=tuple(writer.certificates),
        signatures=tuple(writer.signatures),
        notes=tuple(writer.notes),
        fields=tuple(writer.fields),
    )


class _Place(NamedTuple):
    """Where in the document something is said: environment, parent, prefix of names, label, dependencies.

    `signed` says that some token around it is signed, or authenticated.
    """

    id: str
    parent: str | None
    prefix: str
    label: str | None = None
    depends_on: tuple[str, ...] = ()
    detached: bool | None = None
    signed: bool = False

    @property
    def here(self) -> str:
        return join("environments", self.id)


class _Writer:
    def __init__(self, role: Role, origin: Origin, *, converted: bool) -> None:
        self.role, self.origin, self.converted = role, origin, converted
        self.environments: list[Environment] = []
        self.bindings: list[Binding] = []
        self.consistency: list[Consistency] = []
        self.certificates: list[Certificate] = []
        self.signatures: list[Signed] = []
        self.notes: list[Note] = []
        self.fields: list[Fields | Source] = []
        self.detached: dict[str, Detached] = {}
        self.bundle_signed = False
        """Whether some token around the bundle is signed: that of the bundle is beside its detached claims."""

    def content(self, content: Token | Bundle | ClaimsSet, place: _Place) -> None:
        if isinstance(content, Bundle):
            outer = self.detached, self.bundle_signed
            self.detached = {found.label: found for found in content.detached}
            self.bundle_signed = place.signed
            self.token(content.token, place)
            self.detached, self.bundle_signed = outer
        elif isinstance(content, Token):
            self.token(content, place)
        else:
            self.claims(content, place, header.NONE)

    def token(self, token: Token, place: _Place) -> None:
        head = header.read(token, place.id, place.prefix, signed=place.signed)
        chain = tuple(join("certificates", one.source) for one in head.certificates)
        found = signature(token, f"{place.prefix}token", place.id, chain)
        if found is not None and token.message is not None:
            self.signatures.append(found)
            path = join("signatures", found.name)
            self.notes += remarks(token.message.algorithm, path, mac=token.message.is_mac)
        self.certificates += head.certificates
        self.notes += head.notes
        self.fields += head.sources
        self.notes += (Note(code=r.code, path=place.here, detail=r.detail) for r in token.remarks)
        self.claims(token.claims, place._replace(signed=place.signed or token.message is not None), head)

    def add(self, place: _Place, **fields: Any) -> None:
        limits.check("environments", limits.ENVIRONMENTS, len(self.environments) + 1)
        head: dict[str, Any] = {"debug": "not-reported", "migration": "not-defined"}
        self.environments.append(
            Environment(
                id=place.id,
                role=self.role,
                origin=self.origin,
                parent=place.parent,
                label=place.label,
                depends_on=place.depends_on,
                detached=place.detached,
                **(head | fields),
            )
        )

    def claims(self, claims: ClaimsSet, place: _Place, head: header.Header) -> None:
        entries = Entries(claims)
        if head.kid is not None:
            entries.add("identifiers", head.kid, (HEADER, "kid"))
        for kept in head.kept:
            self.keep(kept, entries, place)
        self.add(place, debug=entries.debug, profile=entries.profile, **entries.fields())
        self.notes += entries.notes(place.here)
        trail = [*entries.trail(place.here), *((at, (place.here + path,)) for at, path in entries.beside)]
        trail += self.nonces(claims, place)
        trail += self.digests(claims, place)
        region = claims.region
        prefix = region.path[1:] or ("payload" if region.layer.outer else "")
        layer = region.layer.unless(place.signed)
        self.fields.append(Fields(layer, claims.places, tuple(trail), prefix))
        for content in entries.concise:
            self.concise(content, claims, place)
        labels = tuple(self.submodules(claims, place))
        self.fields.append(Fields(layer, claims.places, labels, prefix, labels=True))

    def submodules(self, claims: ClaimsSet, place: _Place) -> Iterator[Trail]:
        """What each submodule's label became: the names of its environments, and of its bindings."""
        for label, content in claims.submods:
            environments, bindings = len(self.environments), len(self.bindings)
            self.submodule(label, content, place)
            made = [join("environments", found.id, "id") for found in self.environments[environments:]]
            made += [join("bindings", found.name, "name") for found in self.bindings[bindings:]]
            yield (claims.label("submods"), label), tuple(made)

    def keep(self, kept: header.Kept, entries: Entries, place: _Place) -> None:
        """A part of the headers that became no claim of its own, whole."""
        name = entries.name("unknown", kept.label)
        path = join("unknown", name)
        raw = Bytes(kept.layer.data[kept.start : kept.end])
        entries.add("unknown", Unknown(label=name, raw=raw), (HEADER, name))
        field = f"{place.prefix}{kept.label}"
        self.fields.append(kept.layer.source(field, kept.start, kept.end, (place.here + path,)))
        if kept.unread is not None:
            entries.said.append(remark(kept.unread, path))

    def nonces(self, claims: ClaimsSet, place: _Place) -> Iterator[Trail]:
        value = claims.values.get("eat_nonce")
        if value is None:
            return
        label, several = claims.label("eat_nonce"), isinstance(value, tuple)
        for index, nonce in enumerate(value if several else (value,)):
            name = f"{place.prefix}eat_nonce" + (f"-{index}" if several else "")
            raw = nonce.encode() if isinstance(nonce, str) else nonce
            self.bindings.append(
                Binding(
                    name=name,
                    role="challenge",
                    declared="nonce",
                    requested_by="unspecified",
                    environment=place.id,
                    value=Bytes(raw),
                )
            )
            yield ((label, index) if several else (label,), (join("bindings", name),))

    def digests(self, claims: ClaimsSet, place: _Place) -> Iterator[Trail]:
        for submodule in claims.submods:
            if isinstance(submodule.content, Digest) and not submodule.content.is_text:
                name = f"{_inside(place, submodule.label).prefix}digest"
                yield ((claims.label("submods"), submodule.label), (join("bindings", name),))

    def submodule(self, label: str, content: ClaimsSet | Token | Bundle | Digest, outer: _Place) -> None:
        place = _inside(outer, label)
        if isinstance(content, Digest):
            self.elsewhere(content, place._replace(depends_on=(outer.id,), detached=True))
        elif isinstance(content, ClaimsSet):
            self.content(content, place._replace(depends_on=(outer.id,)))
        else:  # its digests are its own signer's, and mean nothing that this bundle holds
            ours, self.detached = self.detached, {}
            self.content(content, place)
            self.detached = ours

    def elsewhere(self, found: Digest, place: _Place) -> None:
        """A submodule of which the token holds a digest; its claims count only if they are those digested."""
        name = f"{place.prefix}digest"
        claim = digest(found.alg, found.value, join("bindings", name), self.notes)
        self.bindings.append(
            Binding(
                name=name,
                role="content-binding",
                declared="opaque",
                requested_by="unspecified",
                environment=place.id,
                value=claim.digest,
                alg=claim.alg,
                raw=claim.raw,
            )
        )
        if found.is_text:
            region, path = found.region, (join("bindings", name),)
            layer = region.layer.inner(region.path[1:], found.value, region.start, region.end)
            layer = layer.unless(place.signed)
            self.fields.append(layer.source(region.path[1:], 0, len(found.value), path))
        detached = self.detached.pop(place.label or "", None)
        if detached is None:
            self.add(place)
            return
        computed = hashes.compute(claim.alg, detached.content)
        same: Outcome = "matches" if computed == claim.digest else "differs"
        self.consistency.append(
            Consistency(
                name=f"{name}-binding",
                status="not-computable" if computed is None else same,
                digest_of="detached-claims-set",
                compared_to=join("bindings", name),
                alg=claim.alg,
                computed=None if computed is None else Bytes(computed),
            )
        )
        place = place._replace(signed=self.bundle_signed)
        if computed == claim.digest:
            self.content(detached.claims, place)
            return
        raw = Unknown(label="detached-claims-set", raw=Bytes(detached.content))
        self.add(place, unknown=(raw,))
        if computed is None:
            detail = "its digest cannot be computed here: no claim is made from it"
            self.notes.append(Note(code="detached-unproven", path=place.here, detail=detail))
        where, claims = detached.region, (f"{place.here}/unknown/detached-claims-set",)
        layer = where.layer.unless(place.signed)
        self.fields.append(layer.source(where.path[1:], where.start, where.end, claims))

    def concise(self, content: Concise, claims: ClaimsSet, place: _Place) -> None:
        """Concise evidence in a measurements claim; what cannot be read is kept, and noted."""
        index, form, raw, entry = content
        id, region = f"{place.id}/measurements/{index}", claims.region
        path = f"{region.path}/{claims.label('measurements')}/{index}/1"
        try:
            document = _coev.read(raw, path, signed=place.signed, converted=self.converted)
            found = _coev.state(document, id, parent=place.id, role=self.role, origin=self.origin)
        except MalformedEvidence as error:
            detail = f"concise evidence that cannot be read ({error.code}): kept as it is"
            self.notes.append(Note(code="unreadable-content", path=join("environments", id), detail=detail))
            inside = _Place(id, place.id, place.prefix, label=form)
            self.add(inside, unknown=(Unknown(label="content", raw=Bytes(raw)),))
            claim = f"{inside.here}/unknown/content"
            layer = region.layer.unless(place.signed)
            self.fields.append(layer.source(path[1:], entry.value, entry.end, (claim,)))
            return
        limits.check("environments", limits.ENVIRONMENTS, len(self.environments) + len(found.environments))
        self.environments += found.environments
        self.notes += found.notes
        if document.form != form:
            detail = f"a content format of {form}, and its content is {document.form}"
            self.notes.append(
                Note(code="content-format", path=join("environments", id, "label"), detail=detail)
            )
        if claims.is_cbor:
            layer, start = region.layer, entry.end - len(raw)
        else:
            layer, start = region.layer.inner(path[1:], raw, entry.value, entry.end), 0
        self.fields.append(in_cbor(layer.unless(place.signed), start, found.trail, path[1:]))


def _inside(outer: _Place, label: str) -> _Place:
    """The place of a submodule."""
    step = label.replace("~", "~0").replace("/", "~1")
    return _Place(
        f"{outer.id}/submods/{step}",
        outer.id,
        f"{outer.prefix}submods/{step}/",
        label=label,
        signed=outer.signed,
    )
