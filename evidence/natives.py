"""The evidence types with the kinds of their native values: what a type checker knows of `Evidence.native`.

    from evidence import parse
    from evidence.natives import SNP

    parse(data, type=SNP).native.report.measurement  # checked: `native` is an `Snp`

A name of a type (`type="snp"`) does the same at run time, and its `native` is of any kind. `Evidence.of(SNP)` is for a
piece that was read without. The descriptor of a plugin's type is an `EvidenceType[…]` of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence.registry import EvidenceType
from evidence.types import cca, cove, dice, eat, pci_tdisp, psa, sgx, snp, spdm, tdx, tpm2_quote

if TYPE_CHECKING:  # a type's modules load when it is first read
    from evidence.types._dcap.layout import SgxReport
    from evidence.types._dcap.quote import Quote
    from evidence.types.cca.read import CcaToken
    from evidence.types.cove.read import CoveEvidence
    from evidence.types.dice.dpu import DpuEvidence
    from evidence.types.dice.read import DiceChain
    from evidence.types.eat.read import EatToken
    from evidence.types.pci_tdisp.read import Interface
    from evidence.types.psa.read import PsaToken
    from evidence.types.snp.read import Snp
    from evidence.types.spdm.native import Transcript
    from evidence.types.tdx.layout import TdReport
    from evidence.types.tdx.read import TdxReport
    from evidence.types.tpm2_quote.read import Tpm2Quote

SNP: Final[EvidenceType[Snp]] = snp.TYPE
TDX: Final[EvidenceType[Quote[TdReport] | TdxReport]] = tdx.TYPE
SGX: Final[EvidenceType[Quote[SgxReport]]] = sgx.TYPE
CCA: Final[EvidenceType[CcaToken]] = cca.TYPE
PSA: Final[EvidenceType[PsaToken]] = psa.TYPE
COVE: Final[EvidenceType[CoveEvidence]] = cove.TYPE
SPDM: Final[EvidenceType[Transcript]] = spdm.TYPE
TDISP: Final[EvidenceType[Interface]] = pci_tdisp.TYPE
DICE: Final[EvidenceType[DiceChain | DpuEvidence]] = dice.TYPE
TPM2: Final[EvidenceType[Tpm2Quote]] = tpm2_quote.TYPE
EAT: Final[EvidenceType[EatToken]] = eat.TYPE
