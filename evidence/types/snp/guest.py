"""The guest of a report: environment `guest`."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from evidence.claims import (
    Bytes,
    Digest,
    Entered,
    Environment,
    Identifier,
    Measurement,
    Note,
    Signer,
    Svn,
    Value,
)
from evidence.types._attributes import attribute
from evidence.types.snp.layout import VMPL_HOST, KeyInfo, Policy, Report
from evidence.words import SetBy

ZERO_48: Final = bytes(48)
NO_AGENT: Final = Identifier(
    name="report_id_ma", scope="instance", linkable=False, status="none", raw=Bytes(b"\xff" * 32)
)
NO_ID_KEY: Final = Signer(name="id_key", status="none", raw=Bytes(ZERO_48))
NO_AUTHOR_KEY: Final = Signer(name="author_key", status="none", raw=Bytes(ZERO_48))
DEBUG: Final = Policy.debug.mask
MIGRATE_MA: Final = Policy.migrate_ma.mask
AUTHOR_KEY_EN: Final = KeyInfo.author_key_en.mask


def guest(report: Report, depends_on: tuple[str, ...], notes: list[Note]) -> Environment:
    """What was launched, and what the host and an ID block said about it at launch."""
    id_block: SetBy = "unspecified" if report.id_key_digest == ZERO_48 else "id-block"
    return Environment(
        id="guest",
        role="workload",
        origin="evidence",
        depends_on=depends_on,
        debug="enabled" if report.policy & DEBUG else "disabled-since-boot",
        migration="allowed" if report.policy & MIGRATE_MA else "not-allowed",
        measurements=_measurements(report.measurement),
        inputs=_inputs(id_block, report.host_data, report.family_id, report.image_id),
        identifiers=(_report_id("report_id", report.report_id), _report_id_ma(report.report_id_ma)),
        signers=(_id_key(report), _author_key(report)),
        svns=(Svn(name="guest_svn", set_by=id_block, svn=report.guest_svn),),
        values=() if report.vmpl == VMPL_HOST else (Value(name="vmpl", int=report.vmpl),),
        attributes=(attribute("policy", report.policy, Policy, "guest", notes),),
    )


# A fleet launches few images, so that what they become is made once.
remembered: Final = lru_cache(maxsize=256)


@remembered
def _measurements(value: bytes) -> tuple[Measurement, ...]:
    digests = (Digest(alg="sha-384", digest=Bytes(value)),)
    return (
        Measurement(
            name="measurement", phase="initial", subject="workload", form="extended", digests=digests
        ),
    )


@remembered
def _inputs(id_block: SetBy, host_data: bytes, family_id: bytes, image_id: bytes) -> tuple[Entered, ...]:
    return (
        Entered(name="host_data", set_by="host", value=Bytes(host_data)),
        Entered(name="family_id", set_by=id_block, value=Bytes(family_id)),
        Entered(name="image_id", set_by=id_block, value=Bytes(image_id)),
    )


def _report_id(name: str, value: bytes) -> Identifier:
    """Zeros identify no guest, and must not match another's."""
    found = Bytes(value)
    if any(found):
        return Identifier(name=name, scope="instance", linkable=False, status="present", value=found)
    return Identifier(name=name, scope="instance", linkable=False, status="not-populated", raw=found)


def _report_id_ma(value: bytes) -> Identifier:
    """All ones: there is no migration agent."""
    return NO_AGENT if value == NO_AGENT.raw else _report_id("report_id_ma", value)


def _id_key(report: Report) -> Signer:
    """Zero: the guest was launched without an ID block."""
    if report.id_key_digest == ZERO_48:
        return NO_ID_KEY
    return Signer(name="id_key", status="present", alg="sha-384", value=Bytes(report.id_key_digest))


def _author_key(report: Report) -> Signer:
    """Meaningful only where AUTHOR_KEY_EN is set, whatever the bytes are."""
    digest = report.author_key_digest
    if report.key_info & AUTHOR_KEY_EN:
        return Signer(name="author_key", status="present", alg="sha-384", value=Bytes(digest))
    if digest == ZERO_48:
        return NO_AUTHOR_KEY
    return Signer(name="author_key", status="absent-by-flag", raw=Bytes(digest))
