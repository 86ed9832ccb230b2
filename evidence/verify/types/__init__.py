"""The steps of each type of evidence, found by its name: one table, and a module for each family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final

from evidence.convert import BUILTIN
from evidence.verify.question import Outcome, Question

MODULES: Final[Mapping[str, str]] = {
    "amd-sev-snp": "snp",
    "intel-tdx": "dcap",
    "intel-sgx": "dcap",
    "arm-cca": "arm",
    "arm-psa": "arm",
    "riscv-cove": "cove",
    "dmtf-spdm": "spdm",
    "dice": "dice",
    "tpm2-quote": "tpm2",
    "eat": "eat",
}
"""The type to the module with its steps."""
OTHER: Final = "other"


def steps(question: Question) -> Outcome:
    """All checks of one piece of evidence, by the steps of its type; a plugin of a name of ours is not ours."""
    name = question.piece.type.name
    own = name in BUILTIN and BUILTIN[name] is question.piece.type
    return _steps_of(MODULES.get(name, OTHER) if own else OTHER)(question)


@lru_cache(32)
def _steps_of(name: str) -> Callable[[Question], Outcome]:
    module = import_module(f"{__name__}.{name}")
    function: Callable[[Question], Outcome] = module.steps
    return function
