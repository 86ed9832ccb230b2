"""JSON that comes beside evidence and is sometimes given for it: refused by name.

Sources: Azure THIM and ACI sidecars (`host-amd-cert`); Intel DCAP, `QuoteCollateralV3` as dcap-qvl and
others write it.
"""

from __future__ import annotations

from typing import Any, Final

KINDS: Final = (
    # members that tell it, what it is
    (frozenset({"vcekCert", "certificateChain", "tcbm"}), "host-amd-cert: certificates of a chip"),
    (frozenset({"tcb_info", "tcb_info_issuer_chain", "qe_identity"}), "collateral of a DCAP quote"),
    (frozenset({"uefi_event_logs"}), "an event log that was parsed"),
    (
        frozenset({"keys", "vm-configuration"}),
        "runtime data of Azure's paravisor (--attach runtime-data=FILE)",
    ),
    (frozenset({"kty"}), "a key"),
)
KEYS: Final = "keys"


def kind(value: Any) -> str | None:
    """What a JSON value is known to be that is no evidence."""
    if not isinstance(value, dict):
        return None
    several = value.get(KEYS)
    if value.keys() == {KEYS} and isinstance(several, list) and several:
        return "a set of keys" if all(kind(one) == "a key" for one in several) else None
    return next((words for names, words in KINDS if names <= value.keys()), None)
