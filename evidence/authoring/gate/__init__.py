"""What an evidence type must bring before a registry takes it: fourteen duties, every shortcoming at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from evidence.authoring.fixtures import FixtureError
from evidence.authoring.gate import authentic, brought, coverage, flips, hostile, less, loud, rules, valid
from evidence.authoring.gate.hostile import mutation
from evidence.authoring.gate.proof import ADMIT, DEEP, Depth, Proof, Raised, cause
from evidence.authoring.gate.valid import alike, claims_digest, fact
from evidence.errors import NotAdmitted
from evidence.registry import EvidenceType, Registry

__all__ = (
    "ADMIT",
    "DEEP",
    "DUTIES",
    "Depth",
    "alike",
    "claims_digest",
    "fact",
    "mutation",
    "prove",
    "shortcomings",
)


def prove(kind: EvidenceType, registry: Registry, depth: Depth = ADMIT) -> None:
    """Raise `NotAdmitted` with every reason why `kind` may not be in `registry`, which holds it already."""
    reasons = tuple(shortcomings(kind, registry, depth))
    if reasons:
        raise NotAdmitted(kind.name, reasons)


def shortcomings(kind: EvidenceType, registry: Registry, depth: Depth = ADMIT) -> Iterator[str]:
    """Every reason, in the order of the duties. Whatever the code of a type raises is one."""
    try:
        proof = Proof(kind, registry, depth)
    except FixtureError as error:
        yield f"fixtures: {error}"
        return
    except (Exception, SystemExit) as error:  # noqa: BLE001 (what it brings is no file that can be read)
        yield f"fixtures: {Raised(error)}"
        return
    for duty in DUTIES:
        try:
            yield from duty(proof)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (beside any fixture)
            yield f"{duty.__name__.replace('_', ' ')}: {Raised(cause(error))}"


DUTIES: Final[tuple[Callable[[Proof], Iterator[str]], ...]] = (
    brought.duty_1_schema,
    brought.duty_2_fixtures,
    brought.duty_3_real,
    valid.duty_4_valid,
    valid.duty_5_others,
    coverage.duty_6_coverage,
    hostile.duty_7_bytes,
    brought.duty_8_compatible,
    brought.duty_9_spec,
    flips.duty_10_flips,
    less.duty_11_less,
    loud.duty_12_loud,
    authentic.duty_13_authentic,
    rules.duty_14_rules,
)
