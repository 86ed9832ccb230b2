"""The built-in evidence types, as cheap descriptors; a type's modules load when it is first read."""

from __future__ import annotations

from typing import Final

from evidence.registry import EvidenceType
from evidence.types import snp, spdm

BUILTIN: Final[tuple[EvidenceType, ...]] = (snp.TYPE, spdm.TYPE)
