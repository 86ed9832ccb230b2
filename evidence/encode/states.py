"""A claims document as the statements of CoRIM: one for each environment that is evidence, and what has no place."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from evidence.claims import Binding, Claims, Environment
from evidence.encode import crypto_keys
from evidence.encode.elements import NUMBERED, Element, Ledger, elements
from evidence.encode.names import environment_map
from evidence.encode.written import Loss
from evidence.errors import UsageError
from evidence.paths import join, steps_to

BESIDE: Final = ("signatures", "consistency", "certificates", "attachments", "logs", "notes")
"""Lists of the document that speak about the evidence and not in it: each is one loss."""
HEADER: Final = "all but type (in the class) and sha256 (in the evidence id)"


class State(NamedTuple):
    """What one environment says. `keys` are pairs: the number of a triple, and its keys."""

    source: Environment
    bindings: tuple[Binding, ...]
    environment: dict[int, Any]
    elements: tuple[Element, ...]
    keys: tuple[tuple[int, tuple[Any, ...]], ...]

    @property
    def id(self) -> str:
        return self.source.id


class States(NamedTuple):
    """What a document says, and what no form of CoRIM does."""

    states: tuple[State, ...]
    losses: tuple[Loss, ...]

    def dependencies(self) -> tuple[tuple[State, tuple[State, ...]], ...]:
        """Each statement that depends on others, with these."""
        by_id = {state.id: state for state in self.states}
        pairs = (
            (state, tuple(by_id[id] for id in state.source.depends_on if id in by_id))
            for state in self.states
        )
        return tuple((state, others) for state, others in pairs if others)


def states(claims: Claims) -> States:
    """The statements of a document. `UsageError` if no environment of it is evidence."""
    ledger = Ledger()
    written = [one for one in claims.environments if one.origin == "evidence"]
    if not written:
        raise UsageError("nothing to write: no environment has its origin in the evidence")
    _beside(claims, ledger)
    known = {environment.id for environment in written}
    made = []
    for environment in written:
        bindings = tuple(
            one for one in claims.bindings if one.environment == environment.id and _is_evidence(one)
        )
        numbered = claims.evidence.type in NUMBERED
        measurements = elements(environment, bindings, ledger, numbered=numbered)
        keys = _keys(environment, ledger)
        _no_home(environment, known, ledger)
        made.append(State(environment, bindings, environment_map(claims, environment), measurements, keys))
    return States(tuple(made), tuple(ledger))


def _is_evidence(binding: Binding) -> bool:
    return getattr(binding, "origin", None) in {None, "evidence"}


def _beside(claims: Claims, ledger: Ledger) -> None:
    """What the document holds and no environment of the evidence does."""
    outside = {one.id for one in claims.environments if one.origin != "evidence"}
    for environment in claims.environments:
        if environment.origin != "evidence":
            ledger.lose(join("environments", environment.id), "not-evidence", environment.origin)
    for binding in claims.bindings:
        path = join("bindings", binding.name)
        if not _is_evidence(binding):
            ledger.lose(path, "not-evidence", str(getattr(binding, "origin", "")))
        elif binding.environment is None:
            ledger.lose(path, "no-home", "it belongs to no environment")
        elif binding.environment in outside:
            ledger.lose(path, "not-evidence", binding.environment)
    for name in BESIDE:
        if entries := getattr(claims, name):
            ledger.lose(join(name), "no-home", str(len(entries)))
    if claims.attested is not None:
        ledger.lose("/target", "no-home", claims.attested.environment)
    ledger.lose("/evidence", "reduced", HEADER)


def _no_home(environment: Environment, known: set[str], ledger: Ledger) -> None:
    """Members of an environment that CoRIM has no place for."""
    here = join("environments", environment.id)
    for name in ("includes", "missing"):
        if words := getattr(environment, name):
            ledger.lose(here + join(name), "no-home", ",".join(words))
    if environment.parent is not None:
        ledger.lose(f"{here}/parent", "no-home", environment.parent)
    if environment.detached is not None:
        ledger.lose(f"{here}/detached", "no-home", "true" if environment.detached else "false")
    if elsewhere := [id for id in environment.depends_on if id not in known]:
        ledger.lose(f"{here}/depends_on", "not-evidence", ",".join(elsewhere))


def _keys(environment: Environment, ledger: Ledger) -> tuple[tuple[int, tuple[Any, ...]], ...]:
    """The keys that have triples of their own, by the number of the triple."""
    by_triple: dict[int, list[Any]] = {}
    here = join("environments", environment.id, "keys")
    for step, key in zip(steps_to(environment.keys), environment.keys, strict=True):
        if key.use in crypto_keys.TRIPLES and key.origin in {None, "evidence"}:
            item, loss = crypto_keys.written(key)
            if loss:
                ledger.lose(here + join(step), "key-encoding", loss)
            by_triple.setdefault(crypto_keys.TRIPLES[key.use], []).append(item)
    return tuple((triple, tuple(keys)) for triple, keys in sorted(by_triple.items()))
