"""What was checked and what came out: one `Check` for each signature, binding and chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from evidence.claims import Bytes, Consistency
from evidence.errors import safe
from evidence.input import NOTHING
from evidence.verify.keys import PublicKey
from evidence.verify.path import Path
from evidence.verify.words import NOT_POSSIBLE, Kind, Reason, Status, StepRefused
from evidence.words import Natural, Time

Range = tuple[Natural, Natural]


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """When a chain is valid, both ends included."""

    not_before: Time
    not_after: Time


class Check(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One check. `reason` is there unless it passed.

    `key` and `anchor` are SHA-256 digests of a SubjectPublicKeyInfo: the key that signed, and the one that the caller
    trusts. `covers` are the ranges of the evidence that it speaks for. `depends_on` are the checks (by `id`) without
    which it proves nothing: a signature by a key that came with the evidence is anybody's.
    """

    kind: Kind
    """What was checked: a signature, a binding or a chain."""
    name: str
    """Which one."""
    by: str
    """Whose key made it, or the certificate at the end of the chain."""
    status: Status
    """What came out."""
    reason: Reason | None = None
    key: Bytes | None = None
    anchor: Bytes | None = None
    window: Window | None = None
    """When the chain is valid."""
    covers: tuple[Range, ...] = ()
    depends_on: tuple[str, ...] = ()
    detail: str | None = None
    """More about the reason, for people."""

    @property
    def id(self) -> str:
        """The name by which `without` knows it: `chain:vek`."""
        return f"{self.kind}:{self.name}"

    @property
    def passed(self) -> bool:
        """Whether it came out well."""
        return self.status == "passed"


def outcome(reason: Reason | None) -> Status:
    """The status that a reason stands for."""
    return "passed" if reason is None else "not-possible" if reason in NOT_POSSIBLE else "failed"


DETAIL = 200
"""Characters of a detail at most."""


def failed(kind: Kind, name: str, by: str, refused: StepRefused) -> Check:
    """The check that was refused."""
    return Check(
        kind=kind,
        name=name,
        by=by,
        status=outcome(refused.reason),
        reason=refused.reason,
        detail=_detail(refused.detail),
    )


def _detail(text: str) -> str | None:
    return safe(text, DETAIL) if text else None


def chain(name: str, path: Path | StepRefused, by: str = "") -> Check:
    """The check of a certification path, or of one that there is none."""
    if isinstance(path, StepRefused):
        return failed("chain", name, by or "nobody", path)
    leaf, window, anchor = path.certificates[0], path.window, path.anchor
    return Check(
        kind="chain",
        name=name,
        by=by or leaf.subject or "nobody",
        status=outcome(path.reason),
        reason=path.reason,
        key=Bytes(leaf.key.spki_sha256),
        anchor=None if anchor is None else Bytes(anchor),
        window=window and Window(not_before=window.not_before, not_after=window.not_after),
        detail=_detail(path.detail),
    )


OUTCOMES: Mapping[str, Reason | None] = {"matches": None, "differs": "differs"}


def bindings(
    facts: Iterable[Consistency],
    covers: Mapping[str, tuple[Range, ...]] | None = None,
    depends_on: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterable[Check]:
    """The facts that the bytes alone prove, as checks. A register that a log does not speak about is none."""
    covers, depends_on = covers or NOTHING, depends_on or NOTHING
    for fact in facts:
        if fact.status == "not-in-log":
            continue
        reason = OUTCOMES.get(fact.status, "not-computable")
        yield Check(
            kind="binding",
            name=fact.name,
            by=fact.compared_to,
            status=outcome(reason),
            reason=reason,
            covers=covers.get(fact.name, ()),
            depends_on=depends_on.get(fact.name, ()),
        )


def digest_of(key: object) -> Bytes | None:
    """How a key is named in a check; a secret has no name."""
    return Bytes(key.sha256) if isinstance(key, PublicKey) else None
