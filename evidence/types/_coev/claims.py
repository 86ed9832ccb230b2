"""Concise evidence in claims: an environment for the whole, and one for each that a triple speaks about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence.claims import Bytes, Unknown, Value
from evidence.types._coev import layout
from evidence.types._coev.read import ConciseDocument
from evidence.types._coev.subject import EnvironmentSubject, identifier, opened
from evidence.types._recorder import Entries, Page, Recorder, complete
from evidence.wire import cbor
from evidence.wire.claimset import ClaimSet
from evidence.wire.places import Path
from evidence.words import Origin, Role

LABELS: Final = {row.name: row.label for row in layout.TRIPLES.rows}
SPEAKING: Final[dict[str, Callable[[EnvironmentSubject, Any, Path], None]]] = {
    "evidence": EnvironmentSubject.measurement,
    "identity": EnvironmentSubject.identity,
    "attest_key": EnvironmentSubject.attest_key,
    "coswid": EnvironmentSubject.coswid,
}
"""Triples about environments, in the order in which these are listed, and what each item of their content becomes."""
DOMAINS: Final = ("dependency", "membership")
"""Triples about domains, which are no environments here: kept as they were received."""
complete(SPEAKING, layout.TRIPLES, elsewhere=dict.fromkeys(DOMAINS, "kept whole"))
AROUND: Final = (
    {"ev_triples": "environments", "evidence": "environments", "evidence_id": "an identifier"}
    | {"profile": "a profile", "rim_locators": "values", "href": "a value"}
    | {"thumbprint": "of a reference value, which is no evidence"}
)
complete({}, layout.CONCISE_EVIDENCE, layout.TOC, layout.LOCATOR, elsewhere=AROUND)


def state(
    document: ConciseDocument,
    id: str,
    record: Recorder,
    page: Page,
    *,
    parent: str | None = None,
    role: Role = "unspecified",
    origin: Origin = "evidence",
) -> None:
    """Record the claims of `document`, which `page` is: an environment `id` for the whole, `id/0` and so on inside of it.

    `parent` is the environment that carried it; `role` and `origin` are those of all environments.
    Raises `LimitExceeded` for more than `limits.ENVIRONMENTS` environments.
    """
    writer = _ConciseWriter(
        document, record, page, {"role": role, "origin": origin, "migration": "not-defined"}
    )
    if document.form == "concise-evidence":
        writer.evidence(document.root, id, parent, ())
    else:
        writer.toc(document.root, id, parent)


class _ConciseWriter:
    def __init__(
        self, document: ConciseDocument, record: Recorder, page: Page, words: dict[str, Any]
    ) -> None:
        self.document, self.record, self.page, self.words = document, record, page, words
        self.places = cbor.places(document.data, 0, _whole(document))

    def raw(self, path: Path) -> Bytes:
        """An entry as it was received."""
        place = self.places[path]
        return Bytes(self.document.data[place.value : place.end])

    def toc(self, toc: ClaimSet, id: str, parent: str | None) -> None:
        entries = self.record.environment(id, self.page)
        for number, locator in enumerate(toc.get("rim_locators") or ()):
            name, href = f"rim_locator-{number}", opened(locator.values["href"])
            text = isinstance(href, str)
            value = Value(name=name, text=href) if text else Value(name=name, bytes=Bytes(cbor.dumps(href)))
            entries.add("values", value, (1, number))
        self.unknown(entries, toc, ())
        self.end(entries, toc, (), parent, "spdm-toc")
        for number, evidence in enumerate(self.document.evidence):
            self.evidence(evidence, f"{id}/{number}", id, (0, number))

    def evidence(self, evidence: ClaimSet, id: str, parent: str | None, at: Path) -> None:
        entries, triples = self.record.environment(id, self.page), evidence.values["ev_triples"]
        if (uuid := evidence.get("evidence_id")) is not None:
            entries.add("identifiers", identifier("evidence_id", uuid, "instance"), (*at, 1))
        self.unknown(entries, evidence, at)
        self.unknown(entries, triples, (*at, 0), "ev_triples/")
        self.end(entries, evidence, at, parent, "concise-evidence")
        for subject in self.subjects(triples, (*at, 0), id):
            subject.end(parent=id, debug=subject.debug, **self.words)

    def end(self, entries: Entries, document: ClaimSet, at: Path, parent: str | None, label: str) -> None:
        profile = opened(document.get("profile"))
        if profile is not None:
            entries.also((*at, 2), "/profile")
            profile = profile if isinstance(profile, str) else cbor.dumps(profile).hex()
        entries.end(parent=parent, label=label, profile=profile, debug="not-reported", **self.words)

    def subjects(self, triples: ClaimSet, at: Path, id: str) -> list[EnvironmentSubject]:
        """The environments that triples speak about; those that are written alike are one."""
        subjects: dict[bytes, EnvironmentSubject] = {}
        for kind, speak in SPEAKING.items():
            for number, (environment, content, *_) in enumerate(triples.get(kind) or ()):
                place = (*at, LABELS[kind], number)
                written = self.raw((*place, 0))
                subject = subjects.get(written)
                if subject is None:
                    entries = EnvironmentSubject(self.record, f"{id}/{len(subjects)}", self.page)
                    subject = subjects[written] = entries
                    subject.environment(environment, (*place, 0))
                for index, item in enumerate(content):
                    where = (*place, 1, index)
                    speak(subject, self.raw(where) if kind == "coswid" else item, where)
        return list(subjects.values())

    def unknown(self, entries: Entries, document: ClaimSet, at: Path, prefix: str = "") -> None:
        """What has no place among the claims: entries without a meaning here, and triples about domains."""
        for label in document.unknown:
            entries.note("unknown-claim", "/unknown", f"label {f'{prefix}{label}'[:64]} has no meaning here")
            self.keep(entries, f"{prefix}{label}", (*at, label))
        for name in DOMAINS:
            if name in document.values:
                self.keep(entries, name, (*at, LABELS[name]))

    def keep(self, entries: Entries, label: str, at: Path) -> None:
        entries.add("unknown", Unknown(label=label, raw=self.raw(at)), at)


def _whole(document: ConciseDocument) -> Iterator[Path]:
    """The entries whose bytes are asked for again: what is kept as received, and what tells environments apart."""
    for label in document.root.unknown:
        yield (label,)
    is_toc = document.form == "spdm-toc"
    for number, evidence in enumerate(document.evidence):
        at: Path = (0, number, 0) if is_toc else (0,)
        for label in evidence.unknown if is_toc else ():
            yield (0, number, label)
        triples = evidence.values["ev_triples"]
        for label in triples.unknown:
            yield (*at, label)
        for name, key in LABELS.items():
            if name in DOMAINS and name in triples.values:
                yield (*at, key)
            elif name in triples.values:
                for index, triple in enumerate(triples.values[name]):
                    yield (*at, key, index, 0)
                    if name == "coswid":
                        yield from ((*at, key, index, 1, item) for item in range(len(triple[1])))
