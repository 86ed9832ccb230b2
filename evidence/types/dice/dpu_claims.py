"""A DPU in claims: a device, the layers that its certificates describe, and digests that nothing covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence.claims import Bytes, Measurement, Unknown
from evidence.paths import join, steps_to
from evidence.registry import Signed
from evidence.types import _certificates
from evidence.types._dice import layers
from evidence.types._digests import named
from evidence.types._recorder import Entries, Recorder
from evidence.types.dice.dpu import CERTIFICATES, DEVICE, REPORT_DATA, DpuEvidence
from evidence.wire import hashes, json
from evidence.wire.places import Path

ID: Final = "device"
SOURCES: Final = {"device_id_cert": "device_id/certificate", "alias_cert": "alias/certificate"}
"""Member to the name of its certificate in claims."""
UNKNOWN: Final = "no member that is known here"
P1363: Final = 96
"""Bytes of r and s; DER has more or fewer, and begins as a sequence."""


def record(dpu: DpuEvidence) -> Recorder:
    """What the document and its certificates say, with the fields behind it."""
    document, page = Recorder(), dpu.page
    document.also(page.at("version"), "/evidence/version")
    device = document.environment(ID, page)
    for index, (stated, digest) in enumerate(
        zip(dpu.device.values["measurements"], dpu.digests, strict=True)
    ):
        layer = stated.values["layer"]
        entry = Measurement(
            name=device.name("measurements", "firmware", layer),
            index=layer,
            phase="unspecified",
            subject="firmware",
            form="digest",
            digests=(named(None, digest),),
            alg_candidates=hashes.CANDIDATES.get(len(digest), ()),
        )
        device.add("measurements", entry, (*DEVICE, "measurements", index))
        _unknown(device, stated.unknown, (*DEVICE, "measurements", index))
    measurements = device.entries.get("measurements", [])
    for step, entry in zip(steps_to(measurements), measurements, strict=True):
        if not entry.alg_candidates:
            size = len(entry.digests[0].digest)
            device.note("digest-length", join("measurements", step), f"{size} bytes, which no hash gives")
    device.also((*DEVICE, "architecture"), "/label")
    _unknown(device, dpu.device.unknown, DEVICE)
    _unknown(device, dpu.document.unknown, ())
    certificates = [one.certificate for one in dpu.certificates]
    environments, described = layers.layers(certificates, document.notes, ID)
    device.end(
        role="device",
        origin="evidence",
        label=dpu.device.values["architecture"],
        depends_on=tuple(environment.id for environment in environments[-1:]),
        debug="not-reported",
        migration="not-defined",
    )
    document.environments += environments
    for one in dpu.certificates:
        whole = one.layer.source(one.name, 0, len(one.layer.data))
        document.add("certificates", _certificates.entry(one.certificate, SOURCES[one.name], ID), whole)
    for of in described:
        one = dpu.certificates[of.certificate]
        extension = one.certificate.extensions[of.oid]
        field = one.layer.source(f"{one.name}.{of.oid}", extension.start, extension.end)
        document.also(field, join("environments", of.environment))
    document.also(page.at(*DEVICE, "report_data_signature"))
    return document


def _unknown(device: Entries, unknown: Mapping[Any, Any], at: Path) -> None:
    """Members that nobody knows, whole, as JSON."""
    for name, value in unknown.items():
        label = device.name("unknown", "/".join(map(str, (*at, name))))
        device.add("unknown", Unknown(label=label, raw=Bytes(json.dumps(value))), (*at, name))
        device.note("unknown-claim", join("unknown", label), UNKNOWN)


def signed(dpu: DpuEvidence, request: bytes | None) -> tuple[Signed, ...]:
    """The alias' signature over report data, which only the caller has; what is shorter is filled up with zeros."""
    return (
        Signed(
            name="report-data",
            by="alias",
            alg="ecdsa-p384",
            hash="sha-384",
            encoding="p1363" if len(dpu.signature) == P1363 else "der",
            construct="plain",
            covers=(),
            value=dpu.signature,
            message=None if request is None else request.ljust(REPORT_DATA, b"\0"),
            certificates=(*(join("certificates", SOURCES[name]) for name in reversed(CERTIFICATES)),),
            missing=("request",) if request is None else (),
            environment=ID,
        ),
    )
