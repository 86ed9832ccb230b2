"""The SVSM of a report with a services manifest: environment `svsm`, and what binds the manifest to the report."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha512
from typing import Final

from evidence.claims import Bytes, Consistency, Environment, Key, Manifest, Note, Unknown
from evidence.input import Input
from evidence.types._notes import note
from evidence.types.snp.read import Snp
from evidence.types.snp.services import SERVICES

KIND: Final = "services-manifest"
EK_FORMAT: Final = "tpmt-public"
"""Version 0 of the vTPM's manifest: the TPMT_PUBLIC of its endorsement key (TCG TPM 2.0, part 2)."""


def svsm(native: Snp, given: Input) -> tuple[Environment, ...]:
    """What a services manifest beside the report says of the guest's SVSM; it does not make a paravisor of it."""
    if native.services is None:
        return ()
    data, origin = given.attachments[KIND], given.attached_by(KIND)
    keys, manifests, unknown = [], [], []
    for service in native.services.services:
        raw = Bytes(data[service.start : service.end])
        if service.name == "vtpm":
            keys.append(
                Key(name=f"{service.label}-ek", use="endorsement", encoding=EK_FORMAT, linkable=True, raw=raw)
            )
        elif service.name == "uefi-mm":
            manifests.append(Manifest(name=service.label, format="svsm-uefi-mm", raw=raw))
        else:
            unknown.append(Unknown(label=f"svsm:{service.label}", raw=raw))
    return (
        Environment(
            id="svsm",
            role="unspecified",
            origin=origin,
            depends_on=("platform",),
            debug="not-defined",
            migration="not-defined",
            keys=tuple(keys),
            manifests=tuple(manifests),
            unknown=tuple(unknown),
        ),
    )


def consistency(native: Snp, given: Input) -> tuple[Consistency, ...]:
    """REPORT_DATA is SHA-512 of the guest's nonce and the manifest, which only shows where the nonce is given."""
    if native.services is None:
        return ()
    nonce = getattr(given.options, "nonce", None)
    digest = None
    if nonce is not None:
        manifest = given.attachments[KIND][: native.services.size]
        digest = Bytes(sha512(bytes.fromhex(nonce) + manifest).digest())
    same = digest == native.report.report_data
    return (
        Consistency(
            name="services-manifest-binding",
            status="not-computable" if digest is None else "matches" if same else "differs",
            digest_of="nonce-and-services-manifest",
            compared_to="/bindings/report_data",
            alg="sha-512",
            computed=digest,
        ),
    )


def remarks(native: Snp) -> Iterator[Note]:
    """Services that are there twice or that we do not know."""
    path = f"/attachments/{KIND}"
    for service in native.services.services if native.services else ():
        if service.label != service.name:
            yield note("duplicate-entry", path, f"another entry for {service.name}")
        if service.name not in SERVICES.values():
            yield note("unread-entry", path, f"a service that is not known: {service.name}")
