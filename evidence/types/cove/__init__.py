"""RISC-V CoVE (AP-TEE) attestation evidence: three tokens, of the platform, of its TSM and of a TVM. Provisional."""

from __future__ import annotations

from typing import Final

from evidence.registry import EvidenceType, Match, Reference, late
from evidence.types._builtin import built_in

FIRST: Final = frozenset(b"\x83\x84\x30\xd2\xd8\xd9\xa1")
"""How the forms begin: an array, a certificate, tags, a map of one entry."""

_identify: Final = late(f"{__name__}.identify:identify")


def recognise(data: bytes) -> Match | None:
    """By the names of the three submodules, or by the profile of a platform token."""
    if not data or data[0] not in FIRST:
        return None
    match: Match | None = _identify(data)
    return match


TYPE: Final = EvidenceType(
    **built_in("riscv-cove", __name__, __file__),
    title="RISC-V CoVE (AP-TEE) attestation evidence",
    aliases=("cove",),
    versions=("placeholder", "shadowfax"),
    status="provisional",
    change_controller="the maintainers of this library",
    references=(
        Reference("RISC-V AP-TEE", "Confidential VM Extension (CoVE), attestation, 0.7 and later"),
        Reference("Shadowfax", "the TSM and root of trust of HiSA-Team/shadowfax"),
        Reference("RFC 9711", "The Entity Attestation Token (EAT)"),
        Reference("RFC 9781", "A CBOR Tag for Unprotected CWT Claims Sets (UCCS)"),
        Reference("RFC 9052", "CBOR Object Signing and Encryption (COSE): Structures and Process"),
    ),
    media_types=("application/eat+cwt",),
    identify=recognise,
    workload="sometimes",
    elsewhere={"* -> */signers/tsm-driver/alg": "the size of a digest says which hash it may be"},
    unclaimed={
        "*.signature": "signature values stand in the native fields alone",
        "certificate.label": "nobody has a number for the tokens in a CBOR certificate: any is taken",
    },
    inapplicable={
        "wrong-version": "neither the specification nor a dialect has a version of its own",
        "reserved-bytes": "no part is reserved",
    },
)
