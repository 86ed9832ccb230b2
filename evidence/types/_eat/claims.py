"""Tokens in claims documents: an environment for each claims set, with the one that carried it as `parent`."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from evidence.claims import Binding, Bytes, Consistency, Unknown
from evidence.errors import MalformedEvidence
from evidence.paths import join
from evidence.registry import Source
from evidence.types import _coev
from evidence.types._cose import remarks
from evidence.types._digests import digest
from evidence.types._eat import header
from evidence.types._eat.entries import ClaimsEntries, Concise
from evidence.types._eat.native import Bundle, ClaimsSet, Detached, DetachedDigest, Submodule, Token
from evidence.types._notes import note
from evidence.types._recorder import At, Entries, Find, Layer, Page, Recorder
from evidence.wire import cbor, hashes
from evidence.wire.places import Path
from evidence.words import Debug, Origin, Outcome, Role


def state(
    content: Token | Bundle | ClaimsSet,
    id: str,
    record: Recorder,
    *,
    parent: str | None = None,
    role: Role = "unspecified",
    origin: Origin = "evidence",
    prefix: str = "",
    converted: bool = False,
) -> None:
    """Record the claims of a token, a bundle or a claims set, with `id` for its own environment. No signature is checked.

    Submodules are `id/submods/LABEL`, what concise evidence speaks about is `id/measurements/N/…`.
    `prefix` begins the names of bindings, signatures and certificates, where a document has several tokens.
    Raises `LimitExceeded` for more than `limits.ENVIRONMENTS` environments, and `NotEvidence` for concise evidence that
    this library converted, unless `converted` allows it.
    """
    _Writer(record, role, origin, converted=converted).content(content, _Place(id, parent, prefix))


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

    def inside(self, label: str) -> _Place:
        """The place of a submodule."""
        step = label.replace("~", "~0").replace("/", "~1")
        id, prefix = f"{self.id}/submods/{step}", f"{self.prefix}submods/{step}/"
        return _Place(id, self.id, prefix, label=label, signed=self.signed)


class _Enclosed(Page):
    """A document in CBOR that is the content of an entry of a claims set: in base64url, a layer of its own."""

    __slots__ = ("claims", "content", "path", "signed")

    def __init__(self, content: bytes, claims: ClaimsSet, path: Path, prefix: str, *, signed: bool) -> None:
        super().__init__(claims.region.layer, claims.places, prefix)
        self.content, self.claims, self.path, self.signed = content, claims, path, signed

    def opened(self) -> tuple[Layer, Find]:
        entry, layer = self.find([self.path])[self.path], self.layer
        start = entry.end - len(self.content)
        if not self.claims.is_cbor:
            layer, start = layer.inner(self.prefix, self.content, entry.value, entry.end), 0
        return layer.unless(self.signed), partial(cbor.places, layer.data, start)


class _Writer:
    def __init__(self, record: Recorder, role: Role, origin: Origin, *, converted: bool) -> None:
        self.record, self.converted = record, converted
        self.words: dict[str, Any] = {"role": role, "origin": origin}
        self.detached: dict[str, Detached] = {}
        self.bundle_signed = False
        """Whether some token around the bundle is signed: that of the bundle is beside its detached claims."""

    def content(self, content: Token | Bundle | ClaimsSet, place: _Place) -> None:
        if isinstance(content, Bundle):
            outer = self.detached, self.bundle_signed
            self.detached = {beside.label: beside for beside in content.detached}
            self.bundle_signed = place.signed
            self.claims(content.token.claims, place, content.token)
            self.detached, self.bundle_signed = outer
        elif isinstance(content, Token):
            self.claims(content.claims, place, content)
        else:
            self.claims(content, place)

    def claims(self, claims: ClaimsSet, place: _Place, token: Token | None = None) -> None:
        """A claims set, that of a token or one without."""
        region, record = claims.region, self.record
        around = place.signed
        if token is not None and token.message is not None:
            path, message = join("signatures", f"{place.prefix}token"), token.message
            record.notes += remarks(message.algorithm, path, mac=message.is_mac)
            place = _Place(*place[:-1], signed=True)
        prefix = region.path[1:] or ("payload" if region.layer.outer else "")
        page = Page(region.layer.unless(place.signed), claims.places, prefix)
        entries = ClaimsEntries(record, place.id, page, claims, place.prefix)
        if token is not None:
            header.record(token, entries, signed=around)
            record.notes += [note(r.code, entries.here, r.detail) for r in token.remarks]
        words: dict[str, Any] = {}
        if claims.device is not None:
            words["role"] = "device"
            entries.also((claims.labels["eat_profile"],), "/role")
        self.end(entries, place, debug=entries.debug, profile=entries.profile, **words)
        for content in entries.concise:
            self.concise(content, claims, page, place)
        for submodule in claims.submods:
            self.submodule(submodule, page.label(claims.labels["submods"], submodule.label), place)

    def end(self, entries: Entries, place: _Place, debug: Debug = "not-reported", **members: Any) -> None:
        entries.end(
            parent=place.parent,
            label=place.label,
            depends_on=place.depends_on,
            detached=place.detached,
            debug=debug,
            migration="not-defined",
            **{**self.words, **members},
        )

    def submodule(self, submodule: Submodule, label: At, outer: _Place) -> None:
        """A submodule, and what its label became: the names of its environments, and of its bindings."""
        record, content, place = self.record, submodule.content, outer.inside(submodule.label)
        environments, bindings = len(record.environments), len(record.entries.get("bindings", ()))
        if isinstance(content, DetachedDigest):
            self.elsewhere(
                content, label._replace(is_label=False), place._replace(depends_on=(outer.id,), detached=True)
            )
        elif isinstance(content, ClaimsSet):
            self.content(content, place._replace(depends_on=(outer.id,)))
        else:  # its digests are its own signer's, and mean nothing that this bundle holds
            ours, self.detached = self.detached, {}
            self.content(content, place)
            self.detached = ours
        names = [join("environments", new.id, "id") for new in record.environments[environments:]]
        names += [join("bindings", new.name, "name") for new in record.entries.get("bindings", ())[bindings:]]
        record.also(label, *names)

    def elsewhere(self, content: DetachedDigest, at: At, place: _Place) -> None:
        """A submodule of which the token holds a digest; its claims count only if they are those digested."""
        record, name = self.record, f"{place.prefix}digest"
        claim = digest(content.alg, content.value, join("bindings", name), record.notes)
        binding = Binding(
            name=name,
            role="content-binding",
            declared="opaque",
            requested_by="unspecified",
            environment=place.id,
            value=claim.digest,
            alg=claim.alg,
            raw=claim.raw,
        )
        record.add("bindings", binding, _decoded(content, place) if content.is_text else at)
        detached = self.detached.pop(place.label or "", None)
        if detached is None:
            self.end(record.environment(place.id), place)
            return
        computed = hashes.compute(claim.alg, detached.content)
        same: Outcome = "matches" if computed == claim.digest else "differs"
        fact = Consistency(
            name=f"{name}-binding",
            status="not-computable" if computed is None else same,
            digest_of="detached-claims-set",
            compared_to=join("bindings", name),
            alg=claim.alg,
            computed=None if computed is None else Bytes(computed),
        )
        record.add("consistency", fact)
        place = place._replace(signed=self.bundle_signed)
        if computed == claim.digest:
            self.content(detached.claims, place)
            return
        where, entries = detached.region, record.environment(place.id)
        field = where.layer.unless(place.signed).source(where.path[1:], where.start, where.end)
        raw = Unknown(label="detached-claims-set", raw=Bytes(detached.content))
        entries.add("unknown", raw, field)
        if computed is None:
            entries.note(
                "detached-unproven", "", "its digest cannot be computed here: no claim is made from it"
            )
        self.end(entries, place)

    def concise(self, content: Concise, claims: ClaimsSet, page: Page, place: _Place) -> None:
        """Concise evidence in a measurements claim; what cannot be read is kept, and noted."""
        id, at = (
            f"{place.id}/measurements/{content.number}",
            (claims.labels["measurements"], content.number, 1),
        )
        path = claims.region.path + "".join(f"/{step}" for step in at)
        try:
            document = _coev.read(content.raw, path, signed=place.signed, converted=self.converted)
        except MalformedEvidence as error:
            entries = self.record.environment(id)
            entries.add("unknown", Unknown(label="content", raw=Bytes(content.raw)), page.at(*at))
            detail = f"concise evidence that cannot be read ({error.code}): kept as it is"
            entries.note("unreadable-content", "", detail)
            self.end(entries, _Place(id, place.id, place.prefix, label=content.form))
            return
        inside = _Enclosed(content.raw, claims, at, path[1:], signed=place.signed)
        _coev.state(document, id, self.record, inside, parent=place.id, **self.words)
        if document.form != content.form:
            detail = f"a content format of {content.form}, and its content is {document.form}"
            self.record.notes.append(note("content-format", join("environments", id, "label"), detail))


def _decoded(digest: DetachedDigest, place: _Place) -> Source:
    """The bytes of a digest that is written in base64url."""
    region = digest.region
    layer = region.layer.inner(region.path[1:], digest.value, region.start, region.end)
    return layer.unless(place.signed).source(region.path[1:], 0, len(digest.value))
