"""Tiny reports: the descriptor, and how they are recognised."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from evidence.registry import EvidenceType, Match, Reference, late
from tiny_evidence.layout import MAGIC, VERSION

HERE: Final = Path(__file__).parent
VERSION_AT: Final = len(MAGIC)


def identify(data: bytes) -> Match | None:
    """A report of any version by what it begins with, so that `read` says what is wrong with another one."""
    return Match(str(data[VERSION_AT])) if data.startswith(MAGIC) and len(data) > VERSION_AT else None


TYPE: Final = EvidenceType(
    name="tiny",
    title="Tiny report",
    versions=(VERSION,),
    status="provisional",
    change_controller="tiny-evidence",
    references=(Reference("TINY 1", "The Tiny Report, version 1"),),
    identify=identify,
    read=late(f"{__name__}.read:read"),
    claims=late(f"{__name__}.claims:claims"),
    signed=late(f"{__name__}.signed:signed"),
    sources=late(f"{__name__}.sources:sources"),
    tables=late(f"{__name__}.mapping:tables"),
    schema=HERE / "tiny.schema.json",
    fixtures=HERE / "fixtures",
    spec=HERE / "SPEC.md",
    unclaimed={
        "magic": "it says that this is a tiny report, and nothing about what is attested",
        "digest_size": "a size, by which the digest is found",
    },
    unobserved={"version -> /evidence/version": "1 is the only version there is"},
    inapplicable={"duplicate-key": "a tiny report has no keys"},
)
