"""The built-in evidence types, as cheap descriptors; a type's modules load when it is first read."""

from __future__ import annotations

from typing import Final

from evidence.registry import EvidenceType
from evidence.types import cca, cove, dice, eat, pci_tdisp, psa, sgx, snp, spdm, tdx, tpm2_quote

BUILTIN: Final[tuple[EvidenceType, ...]] = (
    *(snp.TYPE, tdx.TYPE, sgx.TYPE, cca.TYPE, psa.TYPE),
    *(cove.TYPE, spdm.TYPE, pci_tdisp.TYPE, dice.TYPE, tpm2_quote.TYPE, eat.TYPE),
)
