"""What a carrier is: its name, how it is recognised and taken off, and what the page says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from evidence.errors import EvidenceError
from evidence.input import Input, Refusal

Pieces = Iterable[Input | Refusal | EvidenceError] | None
"""What a carrier gives: the pieces inside, or None where it does not know the value."""
Section = Literal["files", "snp", "azure", "intel", "spdm", "any"]
"""Where the page has it."""


class InBytes(NamedTuple):
    """Of bytes: a function from an input to the pieces inside, or None where they are not of the kind.

    `sure` says that a magic tells it: what is wrong with it is an error wherever it lies. What is not `searched` for
    is a container where nothing names it.
    """

    take_off: Callable[[Input], Pieces]
    sure: bool = False
    searched: bool = True


class InJson(NamedTuple):
    """Of a value of JSON: the function is given the value as well, and `members` are those that it answers for.

    A member is written as its path; `*` stands for every index of an array. What nobody answers for is looked
    through for evidence.
    """

    take_off: Callable[[Input, Any], Pieces]
    members: tuple[str, ...]


class InCbor(NamedTuple):
    """Of a map in CBOR: the function is given the map as well."""

    take_off: Callable[[Input, Mapping[Any, Any]], Pieces]


class CarrierDescriptor(NamedTuple):
    """One carrier. `told_by`, `taken`, `rest` and `source` are what the page says; `forms` are how it is read.

    A carrier without forms is a folder, or is made by the module of another one.
    """

    name: str
    section: Section
    told_by: str
    taken: str
    rest: str
    source: str
    forms: tuple[InBytes | InJson | InCbor, ...] = ()
