"""The guest of a report: environment `guest`."""

from __future__ import annotations

from typing import Final

from evidence.claims import (
    Bytes,
    Digest,
    Entered,
    Environment,
    Identifier,
    Measurement,
    Note,
    SetBy,
    Signer,
    Svn,
    Value,
)
from evidence.types.snp.common import attribute
from evidence.types.snp.layout import VMPL_HOST, KeyInfo, Policy, Report

NO_AGENT: Final = b"\xff" * 32
ZERO_48: Final = bytes(48)


def guest(report: Report, depends_on: tuple[str, ...], notes: list[Note]) -> Environment:
    """What was launched, and what the host and an ID block said about it at launch."""
    id_block: SetBy = "unspecified" if report.id_key_digest == ZERO_48 else "id-block"
    policy = attribute("policy", report.policy, notes)
    return Environment(
        id="guest",
        role="workload",
        origin="evidence",
        depends_on=depends_on,
        debug="enabled" if report.policy & Policy.debug.mask else "disabled-since-boot",
        migration="allowed" if report.policy & Policy.migrate_ma.mask else "not-allowed",
        measurements=(
            Measurement(
                name="measurement",
                phase="initial",
                subject="workload",
                form="extended",
                digests=(Digest(alg="sha-384", digest=Bytes(report.measurement)),),
            ),
        ),
        inputs=(
            Entered(name="host_data", set_by="host", value=Bytes(report.host_data)),
            Entered(name="family_id", set_by=id_block, value=Bytes(report.family_id)),
            Entered(name="image_id", set_by=id_block, value=Bytes(report.image_id)),
        ),
        identifiers=(_report_id(report), _report_id_ma(report)),
        signers=(_id_key(report), _author_key(report)),
        svns=(Svn(name="guest_svn", set_by=id_block, svn=report.guest_svn),),
        values=() if report.vmpl == VMPL_HOST else (Value(name="vmpl", int=report.vmpl),),
        attributes=(policy,),
    )


def _report_id(report: Report) -> Identifier:
    value = Bytes(report.report_id)
    return Identifier(name="report_id", scope="instance", linkable=False, status="present", value=value)


def _report_id_ma(report: Report) -> Identifier:
    """All ones: there is no migration agent."""
    value, name = Bytes(report.report_id_ma), "report_id_ma"
    if value == NO_AGENT:
        return Identifier(name=name, scope="instance", linkable=False, status="none", raw=value)
    return Identifier(name=name, scope="instance", linkable=False, status="present", value=value)


def _id_key(report: Report) -> Signer:
    """Zero: the guest was launched without an ID block."""
    value = Bytes(report.id_key_digest)
    if value == ZERO_48:
        return Signer(name="id_key", status="none", raw=value)
    return Signer(name="id_key", status="present", alg="sha-384", value=value)


def _author_key(report: Report) -> Signer:
    """Meaningful only where AUTHOR_KEY_EN is set, whatever the bytes are."""
    value = Bytes(report.author_key_digest)
    if report.key_info & KeyInfo.author_key_en.mask:
        return Signer(name="author_key", status="present", alg="sha-384", value=value)
    return Signer(name="author_key", status="none" if value == ZERO_48 else "absent-by-flag", raw=value)
