"""The steps of each type of evidence, found by its name: one table, and a module for each family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final

from evidence.verify.case import Case, Outcome

MODULES: Final[Mapping[str, str]] = {
    "amd-sev-snp": "snp",
    "intel-tdx": "dcap",
    "intel-sgx": "dcap",
    "arm-cca": "arm",
    "arm-psa": "arm",
    "riscv-cove": "cove",
    "dmtf-spdm": "spdm",
    "eat": "eat",
}
"""The type to the module with its steps; any other one gets those of `other`."""


def steps(case: Case) -> Outcome:
    """All checks of one piece of evidence, by the steps of its type."""
    return _steps_of(case.piece.type.name)(case)


@lru_cache(32)
def _steps_of(name: str) -> Callable[[Case], Outcome]:
    module = import_module(f"{__name__}.{MODULES.get(name, 'other')}")
    function: Callable[[Case], Outcome] = module.steps
    return function
