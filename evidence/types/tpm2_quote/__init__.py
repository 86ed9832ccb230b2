"""Quotes of TPM 2.0 (TPM2_Quote): a TPMS_ATTEST, and beside it its signature, the values of PCRs, and the key."""

from __future__ import annotations

from typing import Final

from evidence.errors import EvidenceError
from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in, unobserved_logs

VERSION: Final = "2.0"
VARIANT: Final = "attest"
MAGIC: Final = b"\xffTCG\x80"
TYPES: Final = b"\x14\x15\x16\x17\x18\x19\x1a\x1c"
MATCH: Final = Match(VERSION, VARIANT)


def identify(data: bytes) -> Match | None:
    """TPM_GENERATED_VALUE, and the type of anything that a TPM attests: what is no quote is then refused by its name."""
    return MATCH if data[:5] == MAGIC and data[5:6] and data[5] in TYPES else None


def has_marks(data: bytes) -> bool:
    """Where nobody says that there is evidence: a whole quote, for a message of another length is another reading of a text."""
    if identify(data) is None:
        return False
    from evidence.wire.tpm import attest

    try:
        attest.read(data)
    except EvidenceError:
        return False
    return True


LISTS: Final = ("identifiers", "attributes", "keys")
OF_CARRIER: Final = "only carriers that hold several pieces, or that are JSON, bring a key or a report"
TYPE: Final = EvidenceType(
    **built_in("tpm2-quote", __name__, __file__),
    title="TPM 2.0 quote",
    aliases=("tpm2", "tpm"),
    versions=(VERSION,),
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference("TCG TPM 2.0 Part 1", "Trusted Platform Module Library, Part 1: Architecture (names)"),
        Reference("TCG TPM 2.0 Part 2", "Trusted Platform Module Library, Part 2: Structures"),
        Reference("tpm2-tools", "tpm2_quote and its files: `tools/tpm2_quote.c`, `lib/pcr.c`"),
        Reference("openvmm", "`tpm_device`: the template of the attestation key of Azure's vTPM"),
    ),
    attachments=("signature", "pcr-values", "ak", "certificates", "event-log"),
    identify=identify,
    marks=has_marks,
    tables=late(f"{__name__}.mapping:tables"),
    elsewhere={
        "pcr_select.* -> /environments/measured/measurements/pcr*": "it says which values a file without a selection has",
    },
    unobserved={
        **unobserved_logs("tcg"),
        "#/properties/certificates/items/properties/encoding/enum/pem": "PEM is the form of other types' fixtures",
        "#/properties/notes/items/properties/code/enum/tpm-outside-tee": OF_CARRIER,
        **{
            f"#/$defs/tpm/properties/{name}/items/properties/origin/enum/carrier": OF_CARRIER
            for name in LISTS
        },
        "pcr_select.1 -> /environments/measured/attributes/pcr_select-sha-256-1": "the name has the bank",
    },
    unclaimed={
        "magic": "TPM_GENERATED_VALUE, by which a quote is recognised",
        "type": "TPM_ST_ATTEST_QUOTE is the only one that is a quote",
    },
    inapplicable={"duplicate-key": "a structure without keys; a bank that is selected twice is hashed twice"},
)
