"""What a report's document becomes where a paravisor asked for it: one decision, and what follows from it in claims and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from evidence.claims import Binding, Bytes, Consistency, Environment, Note
from evidence.errors import LimitExceeded, MalformedEvidence
from evidence.input import Input
from evidence.registry import Source
from evidence.types._notes import note
from evidence.types._paravisor import runtime
from evidence.types._paravisor.runtime import Backing, RuntimeEntries
from evidence.wire import hashes
from evidence.words import RequestedBy

KIND: Final = "runtime-data"
ID: Final = "paravisor"
HERE: Final = f"/environments/{ID}"
FACT: Final = "report_data-binding"
BLOBS: Final = frozenset({"azure-hcl-report", "az-tdx-vtpm", "az-snp-vtpm"})
"""Carriers whose runtime data is a paravisor's, whatever it says."""
Word = Literal["workload", "paravisor", "unspecified"]


class Standing(NamedTuple):
    """The role of what was measured, and by whose word; `entries` are what is believed of the runtime data."""

    role: Word
    origin: Literal["evidence", "caller"] = "evidence"
    entries: RuntimeEntries | None = None

    @property
    def is_paravisor(self) -> bool:
        return self.role == "paravisor"


WORKLOAD: Final = Standing("workload")
UNPROVEN: Final = Standing("unspecified")


def standing(
    source: Input, report_data: bytes, *, highest: bool = True, environment: str | None = None
) -> Standing:
    """Whose report it is. `highest` says that it was asked for at the highest privilege, where there are several.

    `said` is the caller's word, for a report without runtime data. What a report does not bind is not read.
    Raises `MalformedEvidence` or `LimitExceeded` for runtime claims that are bound and broken.
    """
    data = source.attachments.get(KIND) if source.attachments else None
    expected = [expect for expect in source.expects if expect.of == KIND and expect.binding == "report_data"]
    if data is None or not expected:
        return Standing("paravisor", "caller") if environment == ID else WORKLOAD
    from_blob = any(carrier.name in BLOBS for carrier in source.carriers)
    claimed = runtime.has_key(data)
    if not (from_blob or claimed):
        return WORKLOAD  # what a guest, or an enclave, bound itself
    digests = [hashes.compute(expect.alg, data) for expect in expected]
    bound = all(
        digest is not None
        and digest == expect.digest
        and report_data == digest.ljust(len(report_data), b"\0")
        for digest, expect in zip(digests, expected, strict=True)
    )
    if not (bound and claimed and highest):
        return UNPROVEN
    try:
        return Standing("paravisor", entries=runtime.read(data, Backing(source.attached_by(KIND), FACT)))
    except (MalformedEvidence, LimitExceeded) as error:
        error.path = f"{KIND}: {error.path}" if error.path else KIND
        raise


def placed(environment: Environment, standing: Standing) -> Environment:
    """The environment of the report with the role that it has, and what is believed of the runtime data."""
    if standing.role == "workload":
        return environment
    if not standing.is_paravisor:
        return replace(environment, role="unspecified")
    measurements = tuple(
        replace(one, subject="firmware") if one.subject == "workload" else one
        for one in environment.measurements
    )
    environment = replace(
        environment, id=ID, role="paravisor", origin=standing.origin, measurements=measurements
    )
    entries = standing.entries
    if entries is None:
        return environment
    return replace(
        environment,
        keys=environment.keys + entries.keys,
        values=environment.values + entries.values,
        identifiers=environment.identifiers + entries.identifiers,
        manifests=environment.manifests + entries.manifests,
        unknown=environment.unknown + entries.unknown,
    )


def bindings(
    own: Iterable[Binding], standing: Standing, id: str, requested_by: RequestedBy
) -> tuple[Binding, ...]:
    """The bindings of the report: where a paravisor asked for it, its data is a digest, and the guest's is in the runtime claims."""
    if not standing.is_paravisor:
        return tuple(own)
    moved = []
    for binding in own:
        if binding.environment == id:
            binding = replace(binding, environment=ID)  # noqa: PLW2901 (the same binding)
        if binding.name == "report_data":
            binding = replace(binding, role="content-binding", requested_by=requested_by)  # noqa: PLW2901
        moved.append(binding)
    user_data = standing.entries.user_data if standing.entries else None
    if user_data is not None:
        moved.append(
            Binding(
                name="user_data",
                role="caller-data",
                declared="opaque",
                requested_by="workload",
                environment=ID,
                value=Bytes(user_data),
                origin="carrier",
                backed_by=FACT,
            )
        )
    return tuple(moved)


def remarks(standing: Standing, here: str, signs: Iterable[str]) -> tuple[Note, ...]:
    """What a reader should know about it; `signs` are those that a bare report has of a paravisor's, if it has all."""
    signs = tuple(signs)
    if standing.role == "unspecified":
        detail = "data that is said to be a paravisor's came with the report, which does not show that it is"
        return (note("not-bound", here, detail),)
    if standing.role == "workload":
        return (note("maybe-paravisor", here, "; ".join(signs)),) if signs else ()
    entries = standing.entries
    notes = []
    if entries and entries.user_data is not None and not any(entries.user_data):
        notes.append(
            note(
                "user-data-zero", "/bindings/user_data", "the guest wrote nothing before the report was made"
            )
        )
    labels = [one.label for one in entries.unknown] if entries else []
    notes += [
        note("unknown-claim", f"/attachments/{KIND}", f"{label} has no meaning here")
        for label in labels
        if label.startswith(runtime.LABEL)  # a service that is not known has a note of its own
    ]
    return tuple(notes)


def moved(path: str, standing: Standing, id: str) -> str:
    """A path of the environment `id`, where it now is."""
    here = f"/environments/{id}"
    if standing.is_paravisor and (path == here or path.startswith(f"{here}/")):
        return HERE + path[len(here) :]
    return path


def moved_notes(notes: Iterable[Note], standing: Standing, id: str) -> list[Note]:
    """Notes, where what they are about now is."""
    if not standing.is_paravisor:
        return [*notes]
    return [replace(one, path=moved(one.path, standing, id)) for one in notes]


def moved_facts(facts: Iterable[Consistency], standing: Standing, id: str) -> tuple[Consistency, ...]:
    """Facts, where what they compare now is."""
    return tuple(replace(one, compared_to=moved(one.compared_to, standing, id)) for one in facts)


def moved_claims(
    claims: Mapping[str, tuple[str, ...]], standing: Standing, id: str
) -> dict[str, tuple[str, ...]]:
    """The claims of fields, where they now are."""
    if not standing.is_paravisor:
        return dict(claims)
    return {field: tuple(moved(path, standing, id) for path in paths) for field, paths in claims.items()}


def sources(source: Input, standing: Standing, id: str, measurement: str) -> tuple[Source, ...]:
    """The runtime data, and all that depends on it: what nobody signs decides whose report it is."""
    data = source.attachments.get(KIND) if source.attachments else None
    if data is None or not any(expect.of == KIND for expect in source.expects):
        return ()
    claims = (*decided(standing, id, measurement), *_entries(standing))
    return (Source(KIND, 0, len(data), claims, f"attachment:{KIND}"),)


def decided(standing: Standing, id: str, measurement: str) -> tuple[str, ...]:
    """The claims of the report itself that depend on what came with it: whose report it is, and what was measured."""
    here = HERE if standing.is_paravisor else f"/environments/{id}"
    names = ("role", "environment") if id == "guest" else ("role", "environment", "requested_by")
    return (
        *(f"{here}/role", f"{here}/measurements/{measurement}/subject"),
        *(f"/bindings/report_data/{name}" for name in names),
    )


def _entries(standing: Standing) -> Iterable[str]:
    entries = standing.entries
    if entries is None:
        return
    for name in ("keys", "values", "identifiers"):
        yield from (f"{HERE}/{name}/{entry.name}" for entry in getattr(entries, name))
    yield from (f"{HERE}/unknown/{entry.label}" for entry in entries.unknown)
    if entries.user_data is not None:
        yield "/bindings/user_data"
