"""Attestation documents of AWS Nitro enclaves: the descriptor, and how they are recognised."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aws_nitro_evidence.layout import FIRST, MARKS, VERSION
from evidence.registry import EvidenceType, Match, Reference, late

HERE: Final = Path(__file__).parent


def identify(data: bytes) -> Match | None:
    """A message by three of the labels that every document has."""
    return Match(VERSION) if data[:1] in FIRST and all(mark in data for mark in MARKS) else None


TYPE: Final = EvidenceType(
    name="aws-nitro",
    title="AWS Nitro attestation document",
    versions=(VERSION,),
    status="stable",
    change_controller="aws-nitro-evidence",
    references=(
        Reference("Attestation process", "AWS Nitro Enclaves, NSM API: docs/attestation_process.md"),
        Reference("Nitro Enclaves User Guide", "AWS Nitro Enclaves User Guide: where the PCRs are defined"),
        Reference("RFC 9052", "CBOR Object Signing and Encryption (COSE)"),
    ),
    identify=identify,
    read=late(f"{__name__}.read:read"),
    claims=late(f"{__name__}.claims:claims"),
    signed=late(f"{__name__}.signed:signed"),
    sources=late(f"{__name__}.sources:sources"),
    tables=late(f"{__name__}.mapping:tables"),
    workload="always",
    schema=HERE / "aws-nitro.schema.json",
    fixtures=HERE / "fixtures",
    spec=HERE / "SPEC.md",
    unclaimed={
        "document.signature": "signature values stand in the native fields alone",
        "document.digest": "one word, which every register's digest has as its algorithm",
        "document.pcrs": "the map around the registers, each of which is a measurement",
    },
    unobserved={"*/status/enum/withheld": "written on request alone, never by conversion"},
    inapplicable={
        "wrong-version": "a document has no version",
        "reserved-bytes": "no part is reserved",
    },
)
