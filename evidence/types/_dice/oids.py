"""The object identifiers of certificate extensions that describe firmware and devices.

Sources: TCG DICE Attestation Architecture (2.23.133.5.4), DMTF DSP0274 (1.3.6.1.4.1.412.274), RFC 5280.
"""

from __future__ import annotations

from typing import Final

TCB_INFO: Final = "2.23.133.5.4.1"
TCB_INFO_ALIAS: Final = "2.23.133.5.4.1.1"
"""Where NVIDIA's Blackwell has its DiceTcbInfo."""
UEID: Final = "2.23.133.5.4.4"
MULTI_TCB_INFO: Final = "2.23.133.5.4.5"
UCCS_EVIDENCE: Final = "2.23.133.5.4.6"
MANIFEST_EVIDENCE: Final = "2.23.133.5.4.7"
MULTI_TCB_INFO_COMP: Final = "2.23.133.5.4.8"
CONCEPTUAL_MESSAGE: Final = "2.23.133.5.4.9"
PE_CMW: Final = "1.3.6.1.5.5.7.1.35"

SUBJECT_ALT_NAME: Final = "2.5.29.17"
DEVICE_INFO: Final = "1.3.6.1.4.1.412.274.1"
HARDWARE_IDENTITY: Final = "1.3.6.1.4.1.412.274.2"
MUTABLE_CERTIFICATE: Final = "1.3.6.1.4.1.412.274.5"
SPDM_EXTENSION: Final = "1.3.6.1.4.1.412.274.6"
CMA_DEVICE: Final = "2.23.147"
"""PCI-SIG's name of a device, in an otherName."""

LAYERS: Final = (TCB_INFO, TCB_INFO_ALIAS, MULTI_TCB_INFO, MULTI_TCB_INFO_COMP)
MESSAGES: Final = {
    UCCS_EVIDENCE: "uccs",
    MANIFEST_EVIDENCE: "concise-evidence",
    CONCEPTUAL_MESSAGE: "cmw",
    PE_CMW: "cmw",
}
"""Extension to what it holds: evidence within a certificate."""
