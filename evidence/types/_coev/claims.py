"""Concise evidence in claims: an environment for the whole, and one for each that a triple speaks about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from evidence import limits
from evidence.claims import Bytes, Environment, Identifier, Note, Unknown, Value
from evidence.paths import join
from evidence.types._coev.read import Document
from evidence.types._coev.subject import Subject, identifier, opened
from evidence.types._trail import Trail
from evidence.wire import cbor
from evidence.wire.claimset import Found
from evidence.wire.places import Path
from evidence.words import Origin, Role

TRIPLES = {"evidence": 0, "identity": 1, "dependency": 2, "membership": 3, "coswid": 4, "attest_key": 5}


class Stated(NamedTuple):
    """What a document states: environments (the whole first), notes, and where each claim comes from."""

    environments: tuple[Environment, ...]
    notes: tuple[Note, ...]
    trail: tuple[Trail, ...]


def state(
    document: Document,
    id: str,
    *,
    parent: str | None = None,
    role: Role = "unspecified",
    origin: Origin = "evidence",
) -> Stated:
    """The claims of `document`: an environment `id` for the whole, `id/0` and so on inside of it.

    `parent` is the environment that carried it; `role` and `origin` are those of all environments.
    Raises `LimitExceeded` for more than `limits.ENVIRONMENTS` environments.
    """
    writer = _Writer(document, role, origin)
    if document.form == "concise-evidence":
        writer.evidence(document.found, id, parent, ())
    else:
        writer.toc(document.found, id, parent)
    return Stated(tuple(writer.environments), tuple(writer.notes), tuple(writer.trail))


class _Writer:
    def __init__(self, document: Document, role: Role, origin: Origin) -> None:
        self.document, self.role, self.origin = document, role, origin
        self.environments: list[Environment] = []
        self.notes: list[Note] = []
        self.trail: list[Trail] = []
        self.places = cbor.places(document.data, 0, _kept(document))

    def raw(self, path: Path) -> Bytes:
        """An entry as it was received."""
        place = self.places[path]
        return Bytes(self.document.data[place.value : place.end])

    def add(self, id: str, parent: str | None, **claims: Any) -> None:
        limits.check("environments", limits.ENVIRONMENTS, len(self.environments) + 1)
        head: dict[str, Any] = {"debug": "not-reported", "migration": "not-defined"}
        self.environments.append(
            Environment(id=id, role=self.role, origin=self.origin, parent=parent, **(head | claims))
        )

    def toc(self, found: Found, id: str, parent: str | None) -> None:
        here, values = join("environments", id), []
        for number, locator in enumerate(found.get("rim_locators") or ()):
            name = f"rim_locator-{number}"
            href = opened(locator.values["href"])
            if isinstance(href, str):
                values.append(Value(name=name, text=href))
            else:
                values.append(Value(name=name, bytes=Bytes(cbor.dumps(href))))
            self.trail.append(((1, number), (f"{here}/values/{name}",)))
        profile, unknown = self.profile(found, here, ()), tuple(self.unknown(found, here, ()))
        self.add(id, parent, label="spdm-toc", profile=profile, values=tuple(values), unknown=unknown)
        for number, evidence in enumerate(self.document.evidence):
            self.evidence(evidence, f"{id}/{number}", id, (0, number))

    def evidence(self, found: Found, id: str, parent: str | None, at: Path) -> None:
        here, triples = join("environments", id), found.values["ev_triples"]
        identifiers: tuple[Identifier, ...] = ()
        if (uuid := found.get("evidence_id")) is not None:
            identifiers = (identifier("evidence_id", uuid, "instance"),)
            self.trail.append(((*at, 1), (f"{here}/identifiers/evidence_id",)))
        unknown = tuple(self.unknown(found, here, at))
        self.add(
            id,
            parent,
            label="concise-evidence",
            profile=self.profile(found, here, at),
            identifiers=identifiers,
            unknown=unknown + tuple(self.unknown(triples, here, (*at, 0), "ev_triples/")),
        )
        for number, subject in enumerate(self.subjects(triples, (*at, 0))):
            name = f"{id}/{number}"
            self.notes += subject.notes(join("environments", name))
            self.trail += subject.trail(join("environments", name))
            self.trail += ((at, (join("environments", name, "debug"),)) for at in subject.debugged)
            self.add(name, id, debug=subject.debug, **subject.fields())

    def subjects(self, triples: Found, at: Path) -> list[Subject]:
        """The environments that triples speak about; those that are written alike are one."""
        found: dict[bytes, Subject] = {}
        for kind in ("evidence", "identity", "attest_key", "coswid"):
            for number, (environment, content, *_) in enumerate(triples.get(kind) or ()):
                place = (*at, TRIPLES[kind], number)
                subject = found.setdefault(self.raw((*place, 0)), Subject(environment, (*place, 0)))
                for index, item in enumerate(content):
                    where = (*place, 1, index)
                    if kind == "evidence":
                        subject.measurement(item, where)
                    elif kind == "coswid":
                        subject.coswid(self.raw(where), where)
                    else:
                        subject.key(item, "identity" if kind == "identity" else "attestation", where)
        return list(found.values())

    def profile(self, found: Found, here: str, at: Path) -> str | None:
        if found.get("profile") is None:
            return None
        self.trail.append(((*at, 2), (f"{here}/profile",)))
        profile = opened(found.get("profile"))
        return profile if isinstance(profile, str) else cbor.dumps(profile).hex()

    def unknown(self, found: Found, here: str, at: Path, prefix: str = "") -> Iterator[Unknown]:
        """What has no place among the claims: entries without a meaning here, and triples about domains."""
        for label in found.unknown:
            self.notes.append(_unknown(f"{here}/unknown", f"{prefix}{label}"))
            yield self.kept(f"{prefix}{label}", here, (*at, label))
        for name in ("dependency", "membership"):
            if name in found.values:
                yield self.kept(name, here, (*at, TRIPLES[name]))

    def kept(self, label: str, here: str, at: Path) -> Unknown:
        self.trail.append((at, (here + join("unknown", label),)))
        return Unknown(label=label, raw=self.raw(at))


def _unknown(path: str, label: str) -> Note:
    return Note(code="unknown-claim", path=path, detail=f"label {label[:64]} has no meaning here")


def _kept(document: Document) -> Iterator[Path]:
    """The entries whose bytes are asked for again: what is kept as received, and what tells environments apart."""
    for label in document.found.unknown:
        yield (label,)
    for number, evidence in enumerate(document.evidence):
        at: Path = (0, number, 0) if document.form == "spdm-toc" else (0,)
        for label in evidence.unknown if document.form == "spdm-toc" else ():
            yield (0, number, label)
        triples = evidence.values["ev_triples"]
        for label in triples.unknown:
            yield (*at, label)
        for name, key in TRIPLES.items():
            if name in {"dependency", "membership"} and name in triples.values:
                yield (*at, key)
            elif name in triples.values:
                for index, triple in enumerate(triples.values[name]):
                    yield (*at, key, index, 0)
                    if name == "coswid":
                        yield from ((*at, key, index, 1, item) for item in range(len(triple[1])))
