"""What every DCAP quote claims beside its body: its quoting enclave, its PCK certificate, how they are tied."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from evidence.claims import (
    Binding,
    Bytes,
    Certificate,
    Consistency,
    Environment,
    Identifier,
    Note,
    Tcb,
    TcbComponent,
    Unknown,
    Value,
)
from evidence.mapping import Mapping, Structures
from evidence.types import _certificates
from evidence.types._dcap.layout import Header3
from evidence.types._dcap.mapping import BINDING, BOUND, PPID, QE
from evidence.types._dcap.pck import SgxExtensions
from evidence.types._dcap.quote import Quote
from evidence.types._identifiers import identifier

PCK: Final = "/environments/pck"


def caller_data(value: bytes, environment: str) -> Binding:
    """REPORTDATA of the body: 64 bytes that the attested code chose."""
    return Binding(
        name="report_data",
        role="caller-data",
        declared="opaque",
        requested_by="workload",
        environment=environment,
        value=Bytes(value),
    )


def qe_binding(quote: Quote[Any]) -> Binding:
    """REPORTDATA of the QE report, which ties the attestation key to the quoting enclave."""
    return Binding(
        name=BINDING,
        role="key-binding",
        declared="opaque",
        requested_by="unspecified",
        environment="qe",
        value=Bytes(quote.signature_data.qe_report.report_data),
        alg="sha-256",
    )


def qe_bound(quote: Quote[Any]) -> Consistency:
    """Whether the QE report's REPORTDATA is SHA-256 of attestation key and authentication data, then zeros."""
    signature_data = quote.signature_data
    digest = sha256(signature_data.attestation_key + signature_data.qe_authentication_data).digest()
    same = signature_data.qe_report.report_data == digest.ljust(64, b"\0")
    return Consistency(
        name=BOUND,
        status="matches" if same else "differs",
        digest_of="attestation-key-and-qe-auth-data",
        compared_to=f"/bindings/{BINDING}",
        alg="sha-256",
        computed=Bytes(digest),
    )


def qe(quote: Quote[Any], notes: list[Note]) -> Environment:
    """The quoting enclave: its REPORT, what the header says of it, and its attestation key."""
    mapping, structures = qe_structures(quote)
    return mapping.environment(structures, None, notes)


def qe_structures(quote: Quote[Any]) -> tuple[Mapping, Structures]:
    """The mapping of the quoting enclave, and the structures that it is over."""
    header, data = quote.header, quote.signature_data
    named = {
        "attestation_key": data.attestation_key,
        "qe_authentication_data": data.qe_authentication_data,
        "certification_data_type": data.certification.type,
    }
    return QE[3 if isinstance(header, Header3) else 4], (data.qe_report, header, named)


def pck(quote: Quote[Any], notes: list[Note]) -> tuple[Environment, ...]:
    """What the certification data says of the platform: its leaf certificate, or the fields of types 1 to 3."""
    certification = quote.signature_data.certification
    if certification.ppid is not None:
        detail = (
            f"certification data of type {certification.type}: the PCK certificate is not in the evidence"
        )
        notes.append(Note(code="no-certificate", path=PCK, detail=detail))
        return (PPID[type(certification.ppid)].environment((certification.ppid,), None, notes),)
    if certification.chain is None:
        return ()
    if certification.chain.problem is not None:
        notes.append(
            Note(code="unreadable-certificate", path="/certificates", detail=certification.chain.problem)
        )
    if certification.chain.extensions is None:
        return ()
    return (_from_certificate(certification.chain.extensions, notes),)


def _pce_id(value: bytes) -> Identifier:
    """Zero is the number of the only PCE that there is."""
    return Identifier(name="pce_id", scope="class", linkable=False, status="present", value=Bytes(value))


def _from_certificate(extensions: SgxExtensions, notes: list[Note]) -> Environment:
    instance = extensions.platform_instance_id
    identifiers = [
        identifier("fmspc", "class", extensions.fmspc),
        _pce_id(extensions.pce_id),
        identifier("ppid", "platform", extensions.ppid, linkable=True),
    ]
    if instance is not None:
        identifiers.append(identifier("platform_instance_id", "platform", instance, linkable=True))
    configuration = ("dynamic_platform", "cached_keys", "smt_enabled")
    flags = ((name, getattr(extensions, name)) for name in configuration)
    if extensions.unknown:
        detail = "parts of the SGX extensions have no name"
        notes.append(Note(code="unknown-extension", path=f"{PCK}/unknown", detail=detail))
    return Environment(
        id="pck",
        role="certificate-subject",
        origin="certificate",
        debug="not-defined",
        migration="not-defined",
        identifiers=tuple(identifiers),
        tcb=(_certified(extensions),),
        values=(
            Value(name="sgx_type", int=extensions.sgx_type),
            *(Value(name=name, bool=flag) for name, flag in flags if flag is not None),
        ),
        unknown=tuple(Unknown(label=oid, raw=Bytes(raw)) for oid, raw in extensions.unknown),
    )


def _certified(extensions: SgxExtensions) -> Tcb:
    components = [
        TcbComponent(name=f"component_{number:02}", svn=svn, compare="ordered")
        for number, svn in enumerate(extensions.tcb_components, 1)
    ]
    return Tcb(
        name="tcb",
        role="certified",
        layout="intel-pck",
        layout_source="certificate",
        raw=Bytes(extensions.cpu_svn),
        components=(*components, TcbComponent(name="pce_svn", svn=extensions.pce_svn, compare="ordered")),
    )


def certificates(quote: Quote[Any]) -> tuple[Certificate, ...]:
    """The certificates of the certification data, the leaf first."""
    chain = quote.signature_data.certification.chain
    if chain is None:
        return ()
    environment = "pck" if chain.extensions else None
    return tuple(
        _certificates.entry(one, name, environment if name == "pck" else None)
        for name, one in chain.certificates.items()
    )
