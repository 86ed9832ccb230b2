"""The steps of each type of evidence, found by its name: one table, and a module for each family."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

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
    module: Any = import_module(f"{__name__}.{MODULES.get(case.piece.type.name, 'other')}")
    outcome: Outcome = module.steps(case)
    return outcome
