"""JSON around one piece of evidence, told by its names: a table of the envelopes that are in use.

Sources are the programs that write them: confidential-containers guest-components and trustee, dstack,
Intel Trust Authority clients, cmcp, automata, attestation-rs, CCF, clients of Azure Attestation and of
Google's Confidential Computing API, vllm-proxy (Phala, NEAR AI).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256, sha512
from types import UnionType
from typing import Any, Final, NamedTuple

from evidence.carriers.descriptor import CarrierDescriptor, InJson
from evidence.carriers.json import Decode, attached, in_base64, in_either, octets
from evidence.errors import CarrierError, EvidenceError, MalformedEvidence
from evidence.input import NOTHING, Carrier, Expect, Input
from evidence.wire import json


class Envelope(NamedTuple):
    """One shape: the member that is the evidence, what must be beside it, and what is attached.

    `inside` is the member that holds all of these, where they are not on top. `only` says that there
    are no other members, which tells an envelope whose names are common. `form` is what the evidence is
    in JSON; in text it may be hexadecimal or base64, attachments are what `decode` reads.
    """

    name: str
    evidence: str
    beside: tuple[str, ...] = ()
    attachments: Mapping[str, str] = NOTHING
    inside: str = ""
    only: frozenset[str] | None = None
    form: type | UnionType = str | list
    decode: Decode = in_base64
    expects: Callable[[str, dict[str, Any], bytes], tuple[Expect, ...]] | None = None
    """What the report data must be, by the path of the members, the members and the runtime data."""

    @property
    def path(self) -> str:
        """What stands before a member's name in its path."""
        return f"{self.inside}/" if self.inside else ""


ITA: Final = "intel-trust-authority"
REPORT_DATA: Final = "report_data"


def _of_azure(_: str, __: dict[str, Any], runtime_data: bytes) -> tuple[Expect, ...]:
    """Azure's paravisor: SHA-256 of the runtime data, and zeros behind it."""
    return (Expect(REPORT_DATA, sha256(runtime_data).digest(), "runtime-data", "sha-256"),)


def _of_intel(path: str, members: dict[str, Any], runtime_data: bytes) -> tuple[Expect, ...]:
    """Intel Trust Authority's clients: SHA-512 of the verifier's nonce (its value, and its time) and the data.

    On Azure the runtime data is the paravisor's own, a JSON object in which that hash is the `user-data`. A
    request that has both `user_data` and other runtime data does not say which of them was hashed.
    """
    if _is_of_azure(runtime_data):
        return _of_azure(path, members, runtime_data)
    if members.get("user_data") and members.get("runtime_data"):
        return ()
    nonce = members.get("verifier_nonce")
    parts = [nonce.get(name) for name in ("val", "iat")] if isinstance(nonce, dict) else []
    at = f"{path}verifier_nonce"
    digest = sha512(b"".join(octets(part, at, ITA, in_base64) for part in parts if part) + runtime_data)
    return (Expect(REPORT_DATA, digest.digest(), "runtime-data", "sha-512"),)


def _is_of_azure(runtime_data: bytes) -> bool:
    try:
        value = json.loads(runtime_data) if runtime_data[:1] == b"{" else None
    except EvidenceError:
        return False
    return isinstance(value, dict) and isinstance(value.get("user-data"), str)


LOG: Final = {"event_log": "event-log"}
DATA: Final = {"runtime_data": "runtime-data"}
USER_DATA: Final = {"user_data": "runtime-data"} | DATA
"""Of Intel's requests: what the caller gave, unless there is runtime data."""
UVM: Final = ("endorsements", "uvm_endorsements")
"""What stands beside an SNP report of CCF; beside an SGX quote are other endorsements than certificates."""

ENVELOPES: Final = (
    Envelope("dstack-quote", "quote", ("event_log", "report_data"), LOG),
    Envelope("dstack-attestation", "attestation", only=frozenset({"attestation"})),
    Envelope(ITA, "quote", (), LOG | USER_DATA, inside="tdx", expects=_of_intel),
    Envelope(ITA, "quote", ("verifier_nonce",), LOG | USER_DATA, expects=_of_intel),
    Envelope("dstack-quote", "quote", ("event_log",), LOG),  # of its guest agent before 0.5
    Envelope("near-mpc", "quote", ("collateral",), {"collateral": "collateral"}),
    Envelope(
        "coco-quote",
        "quote",
        attachments={"cc_eventlog": "event-log"},
        only=frozenset({"quote", "cc_eventlog", "aa_eventlog"}),
    ),
    Envelope("coco-cca", "token", only=frozenset({"token"}), form=list),  # text would be a JWT
    Envelope(
        "cmcp",
        "snp_report",
        ("vcek_chain_pem",),
        {"vcek_chain_pem": "certificates"} | DATA,
        expects=_of_azure,
    ),
    Envelope(
        "automata",
        "attestation_report",
        ("vek_cert",),
        {"vek_cert": "certificates"},
        inside="sev_snp",
        decode=in_either,
    ),
    Envelope(
        "attestation-rs-snp",
        "attestation_report",
        attachments={"cert_chain": "certificates"},
        only=frozenset({"attestation_report", "cert_chain"}),
    ),
    Envelope("azure-attestation", "SnpReport", ("VcekCertChain",), {"VcekCertChain": "certificates"}),
    Envelope("ccf-quote", "raw", UVM, {"endorsements": "certificates"}),
    Envelope("ccf-quote", "quote", UVM, {"endorsements": "certificates"}),
    Envelope("google-attestation", "td_quote", ("ccel_data",), {"ccel_data": "event-log"}),
    Envelope("google-attestation", "tdQuote", ("ccelData",), {"ccelData": "event-log"}),
    Envelope(
        "google-attestation", "td_quote", ("ccel_boot_event_log",), {"ccel_boot_event_log": "event-log"}
    ),
    Envelope("google-attestation", "report", ("aux_blob",), {"aux_blob": "certificates"}),
    Envelope("google-attestation", "report", ("auxBlob",), {"auxBlob": "certificates"}),
)

WRAPPERS: Final = (
    # name, the member that is an envelope of its own, what must be beside it
    ("attestation-rs", "evidence", "platform"),
    ("coco-kbs", "tee-evidence", "runtime-data"),
    ("coco-kbs", "tee-evidence", "tee-pubkey"),  # of the protocol before 0.2
)


COMPOSITE: Final = "coco-composite"
PRIMARY: Final = "primary_evidence"
ADDITIONAL: Final = "additional_evidence"
PROXY: Final = "vllm-proxy"
QUOTE, PAYLOAD, EVENTS = "intel_quote", "nvidia_payload", "event_log"


def _enveloped(envelope: Envelope, source: Input, value: Any) -> tuple[Input] | None:
    """The evidence of an envelope, where it fits."""
    members = value.get(envelope.inside) if envelope.inside and isinstance(value, dict) else value
    return (
        (_piece(source, envelope, members),)
        if isinstance(members, dict) and _fits(envelope, members)
        else None
    )


def _fits(envelope: Envelope, members: dict[str, Any]) -> bool:
    present = members.keys()
    return (
        isinstance(members.get(envelope.evidence), envelope.form)
        and all(name in present for name in envelope.beside)
        and (envelope.only is None or present <= envelope.only)
    )


def _piece(source: Input, envelope: Envelope, members: dict[str, Any]) -> Input:
    at = envelope.path + envelope.evidence
    data = octets(members[envelope.evidence], at, envelope.name)
    if not data:
        reason = "empty: the platform gave no evidence"
        raise CarrierError(carrier=envelope.name, path=at, reason=reason)
    beside = attached(envelope.name, members, envelope.attachments, envelope.path, envelope.decode)
    runtime_data = beside.get("runtime-data")
    expects = (
        envelope.expects(envelope.path, members, runtime_data) if envelope.expects and runtime_data else ()
    )
    return source.inside(Carrier(envelope.name, at), data, attachments=beside, expects=expects)


def _wrapped(name: str, member: str, beside: str, source: Input, value: Any) -> tuple[Input] | None:
    """An envelope in another one; it is written again, which changes no byte of the evidence in it."""
    inner = value.get(member) if isinstance(value, dict) and beside in value else None
    return (source.inside(Carrier(name, member), _written(inner)),) if isinstance(inner, dict | str) else None


def composite(source: Input, value: Any) -> tuple[Input | EvidenceError, ...] | None:
    """CoCo's `CompositeEvidence`: that of the CPU, and a JSON text with that of each device, by its kind."""
    if not isinstance(value, dict) or value.keys() != {PRIMARY, ADDITIONAL}:
        return None
    pieces: list[Input | EvidenceError] = []
    if isinstance(value[PRIMARY], dict | str):
        pieces.append(source.inside(Carrier(COMPOSITE, PRIMARY), _written(value[PRIMARY])))
    else:
        pieces.append(CarrierError(carrier=COMPOSITE, path=PRIMARY, reason="not an envelope"))
    try:
        devices = _devices(value[ADDITIONAL])
    except EvidenceError as error:
        return (*pieces, error)
    for kind, device in devices.items():
        pieces.append(source.inside(Carrier(COMPOSITE, f"{ADDITIONAL}/{kind}"), _written(device)))
    return tuple(pieces)


def report(source: Input, value: Any) -> tuple[Input | EvidenceError, ...] | None:
    """A report of vllm-proxy: the quote of the TD, and what NVIDIA's verifier is sent of its GPUs, if it has any."""
    if not isinstance(value, dict) or QUOTE not in value or value.keys().isdisjoint((PAYLOAD, EVENTS)):
        return None
    pieces: list[Input | EvidenceError] = []
    try:
        quote = octets(value[QUOTE], QUOTE, PROXY)
        pieces.append(source.inside(Carrier(PROXY, QUOTE), quote, attachments=attached(PROXY, value, LOG)))
    except CarrierError as error:
        pieces.append(error)
    if isinstance(payload := value.get(PAYLOAD), dict | str) and payload:
        pieces.append(source.inside(Carrier(PROXY, PAYLOAD), _written(payload)))
    return tuple(pieces)


def _devices(text: object) -> dict[str, Any]:
    """The evidence of devices, none in an empty text."""
    if text == "":
        return {}
    try:
        value = json.loads(text.encode(), ADDITIONAL) if isinstance(text, str) else None
    except MalformedEvidence as error:
        raise error.of_carrier(COMPOSITE) from None
    if not isinstance(value, dict):
        raise CarrierError(carrier=COMPOSITE, path=ADDITIONAL, reason="not a text that is a JSON object")
    return value


def _written(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value)


def forms(name: str) -> Iterator[InJson]:
    """The shapes of a carrier in the tables."""
    for envelope in ENVELOPES:
        if envelope.name == name:
            members = (f"{envelope.path}{member}" for member in (envelope.evidence, *envelope.attachments))
            yield InJson(partial(_enveloped, envelope), tuple(members))
    for wrapper in WRAPPERS:
        if wrapper[0] == name:
            yield InJson(partial(_wrapped, *wrapper), (wrapper[1],))


CARRIERS: Final = (
    CarrierDescriptor(
        name="intel-trust-authority",
        section="intel",
        told_by="JSON, `tdx` with `quote`, or `quote` beside `verifier_nonce`",
        taken="`quote`",
        rest=(
            "`event_log` becomes `event-log`, `runtime_data` `runtime-data`. REPORTDATA must be "
            "SHA-512 of the nonce's `val` and `iat` and that data; on Azure (a JSON object with "
            "`user-data`) it must begin with the SHA-256 of it. Beside `user_data` other runtime "
            "data is not said to be bound"
        ),
        source="Intel, trustauthority-client-for-go",
        forms=(*forms("intel-trust-authority"),),
    ),
    CarrierDescriptor(
        name="dstack-quote",
        section="intel",
        told_by="JSON, `quote` beside `event_log`",
        taken="`quote`",
        rest=(
            "`event_log` becomes `event-log`; `report_data` and `vm_config` repeat or lie outside of "
            "the quote, and are not taken"
        ),
        source="dstack, `GetQuote`",
        forms=(*forms("dstack-quote"),),
    ),
    CarrierDescriptor(
        name="near-mpc",
        section="intel",
        told_by="JSON, `quote` beside `collateral`",
        taken="`quote`",
        rest="`collateral`; the key that REPORTDATA has the hash of is not in it",
        source="near, mpc",
        forms=(*forms("near-mpc"),),
    ),
    CarrierDescriptor(
        name="coco-quote",
        section="intel",
        told_by="JSON with no other members than `quote`, `cc_eventlog`, `aa_eventlog`",
        taken="`quote`",
        rest="`cc_eventlog` becomes `event-log`; `aa_eventlog` is not taken",
        source="confidential-containers, guest-components",
        forms=(*forms("coco-quote"),),
    ),
    CarrierDescriptor(
        name="coco-cca",
        section="any",
        told_by="JSON with `token` alone, an array of bytes",
        taken="`token`",
        rest="-",
        source="confidential-containers, guest-components",
        forms=(*forms("coco-cca"),),
    ),
    CarrierDescriptor(
        name="cmcp",
        section="snp",
        told_by="JSON, `snp_report` beside `vcek_chain_pem`",
        taken="`snp_report`",
        rest=(
            "`vcek_chain_pem` becomes `certificates`, `runtime_data` `runtime-data`, whose SHA-256 "
            "REPORT_DATA must begin with; the TPM's quote is not taken"
        ),
        source="cmcp",
        forms=(*forms("cmcp"),),
    ),
    CarrierDescriptor(
        name="automata",
        section="snp",
        told_by="JSON, `sev_snp` with `attestation_report` and `vek_cert`",
        taken="`attestation_report`",
        rest="`vek_cert` becomes `certificates`",
        source="automata",
        forms=(*forms("automata"),),
    ),
    CarrierDescriptor(
        name="attestation-rs-snp",
        section="snp",
        told_by="JSON with no other members than `attestation_report`, bytes, and `cert_chain`",
        taken="`attestation_report`",
        rest="the certificates of `cert_chain` become `certificates`",
        source="attestation-rs",
        forms=(*forms("attestation-rs-snp"),),
    ),
    CarrierDescriptor(
        name="azure-attestation",
        section="azure",
        told_by="JSON, `SnpReport` beside `VcekCertChain`",
        taken="`SnpReport`",
        rest="`VcekCertChain` becomes `certificates`; `Endorsements` is not taken",
        source="Azure Attestation, `attest/SevSnpVm`",
        forms=(*forms("azure-attestation"),),
    ),
    CarrierDescriptor(
        name="ccf-quote",
        section="snp",
        told_by="JSON, `raw` or `quote` beside `endorsements` and `uvm_endorsements`",
        taken="that",
        rest="`endorsements` becomes `certificates`; `uvm_endorsements` is not taken",
        source="microsoft, CCF, `/node/quotes` and its join request",
        forms=(*forms("ccf-quote"),),
    ),
    CarrierDescriptor(
        name="google-attestation",
        section="intel",
        told_by=(
            "JSON, `td_quote` beside `ccel_data` or `ccel_boot_event_log`, or `report` beside "
            "`aux_blob`; the names of protobuf's JSON as well"
        ),
        taken="that",
        rest=(
            "the log becomes `event-log`, `aux_blob` `certificates`; `ccel_acpi_table` and other "
            "logs are not taken"
        ),
        source="Google, Confidential Computing API v1; go-tpm-tools, `VMAttestation`",
        forms=(*forms("google-attestation"),),
    ),
    CarrierDescriptor(
        name="coco-composite",
        section="any",
        told_by="JSON with `primary_evidence` and `additional_evidence` alone",
        taken=(
            "both: the CPU's, and each device's (a JSON object in a text), which are envelopes themselves"
        ),
        rest="-",
        source="confidential-containers, guest-components, `CompositeEvidence`",
        forms=(InJson(composite, (PRIMARY, ADDITIONAL)),),
    ),
    CarrierDescriptor(
        name="vllm-proxy",
        section="intel",
        told_by="JSON, `intel_quote` beside `nvidia_payload` or `event_log`",
        taken=(
            "both, as pieces: the quote, and the request to NVIDIA's verifier, which is an envelope "
            "itself; none where it is null or empty"
        ),
        rest=(
            "`event_log` becomes `event-log`; the reports of other nodes (`all_attestations`) are "
            "further pieces, that of the node itself is not there twice"
        ),
        source="Phala and NEAR AI, vllm-proxy",
        forms=(InJson(report, (QUOTE, PAYLOAD, EVENTS)),),
    ),
    CarrierDescriptor(
        name="attestation-rs",
        section="any",
        told_by="JSON, `evidence` beside `platform`",
        taken="`evidence`, which is an envelope itself",
        rest="-",
        source="attestation-rs",
        forms=(*forms("attestation-rs"),),
    ),
    CarrierDescriptor(
        name="coco-kbs",
        section="any",
        told_by="JSON, `tee-evidence` beside `runtime-data`, or `tee-pubkey` as before",
        taken="`tee-evidence`, which is an envelope itself",
        rest="-",
        source="confidential-containers, KBS protocol",
        forms=(*forms("coco-kbs"),),
    ),
)
