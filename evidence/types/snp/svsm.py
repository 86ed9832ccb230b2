"""The SVSM of a report with a services manifest: environment `svsm`, and what binds the manifest to the report."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha512
from typing import Final

from msgspec.structs import replace

from evidence.claims import Bytes, Consistency, Environment, Key, Manifest, Note, Unknown
from evidence.input import Input
from evidence.types._notes import note
from evidence.types._paravisor.runtime import RuntimeEntries
from evidence.types.snp.read import Snp
from evidence.types.snp.services import SERVICES

KIND: Final = "services-manifest"
FACT: Final = "services-manifest-binding"
EK_FORMAT: Final = "tpmt-public"
"""Version 0 of the vTPM's manifest: the TPMT_PUBLIC of its endorsement key (TCG TPM 2.0, part 2)."""


def svsm(native: Snp, source: Input) -> tuple[Environment, ...]:
    """What a services manifest beside the report says of the guest's SVSM; one that is bound speaks of the report's own environment."""
    if native.services is None or is_bound(native, source):
        return ()
    services = entries(native, source)
    return (
        Environment(
            id="svsm",
            role="unspecified",
            origin=source.attached_by(KIND),
            depends_on=("platform",),
            debug="not-defined",
            migration="not-defined",
            keys=tuple(replace(key, origin=None, backed_by=None) for key in services.keys),
            manifests=tuple(replace(manifest, origin=None) for manifest in services.manifests),
            unknown=services.unknown,
        ),
    )


def is_bound(native: Snp, source: Input) -> bool:
    """Whether the report, asked for at the highest level, is of the nonce and the manifest: an SVSM's, then."""
    return native.report.vmpl == 0 and any(fact.status == "matches" for fact in consistency(native, source))


def entries(native: Snp, source: Input) -> RuntimeEntries:
    """What the services of the manifest become."""
    data, origin = source.attachments[KIND], source.attached_by(KIND)
    keys, manifests, unknown = [], [], []
    for service in native.services.services if native.services else ():
        raw = Bytes(data[service.start : service.end])
        if service.name == "vtpm":
            keys.append(
                Key(
                    name=f"{service.label}-ek",
                    use="endorsement",
                    encoding=EK_FORMAT,
                    linkable=True,
                    raw=raw,
                    origin=origin,
                    backed_by=FACT,
                )
            )
        elif service.name == "uefi-mm":
            manifests.append(Manifest(name=service.label, format="svsm-uefi-mm", raw=raw, origin=origin))
        else:
            unknown.append(Unknown(label=f"svsm:{service.label}", raw=raw))
    return RuntimeEntries(tuple(keys), (), (), tuple(unknown), manifests=tuple(manifests))


def consistency(native: Snp, source: Input) -> tuple[Consistency, ...]:
    """REPORT_DATA is SHA-512 of the guest's nonce and the manifest, which only shows where the nonce is given."""
    if native.services is None:
        return ()
    nonce = getattr(source.options, "nonce", None)
    digest = None
    if nonce is not None:
        manifest = source.attachments[KIND][: native.services.size]
        digest = Bytes(sha512(bytes.fromhex(nonce) + manifest).digest())
    same = digest == native.report.report_data
    return (
        Consistency(
            name=FACT,
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
