"""The hashes of banks: those that every Python has, and SM3 where its OpenSSL has it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from evidence.wire import hashes

_NAMES: Final = {**hashes.LIBRARY, "sm3": "sm3"}


def _function(library: str) -> Callable[[bytes | memoryview], Any] | None:
    """The hash of a name of `hashlib`; None where this Python has none."""
    if library not in hashlib.algorithms_available:
        return None
    return lambda content: hashlib.new(library, content, usedforsecurity=False)


_FUNCTIONS: Final = {name: made for name, library in _NAMES.items() if (made := _function(library))}
COMPUTABLE: Final = frozenset(_FUNCTIONS)
"""The names of the hashes that can be computed here."""


def compute(alg: str, content: bytes | memoryview) -> bytes | None:
    """The digest of `content`; None by a hash that cannot be computed here."""
    function = _FUNCTIONS.get(alg)
    if function is None:
        return None
    digest: bytes = function(content).digest()
    return digest
