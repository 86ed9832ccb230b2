"""JSON that comes beside evidence and is sometimes given for it: refused by name.

Sources: Azure THIM and ACI sidecars (`host-amd-cert`); Intel DCAP, `QuoteCollateralV3` as dcap-qvl and
others write it.
"""

from __future__ import annotations

from typing import Any, Final

from evidence.errors import NotEvidence
from evidence.input import Input

KINDS: Final = (
    # members that tell it, what it is
    (frozenset({"vcekCert", "certificateChain", "tcbm"}), "host-amd-cert: certificates of a chip"),
    (frozenset({"tcb_info", "tcb_info_issuer_chain", "qe_identity"}), "collateral of a DCAP quote"),
    (frozenset({"uefi_event_logs"}), "an event log that was parsed"),
)


def refuse(given: Input, value: Any) -> None:
    """Raise `NotEvidence` for what is known to be something else."""
    for members, kind in KINDS:
        if isinstance(value, dict) and members <= value.keys():
            raise NotEvidence(kind=kind)
