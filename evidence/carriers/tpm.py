"""Quotes of TPMs as tools hand them out: the message with its signature, the values of PCRs and the key beside it.

Whatever form the values have, they become that of TPM 2.0 Part 2: a selection, then the digests.

Sources: confidential-containers, trustee (`az-snp-vtpm`, `az-tdx-vtpm`, `tpm`); kinvolk, azure-cvm-tooling; keylime, `tpm_main.py`;
google, go-tpm-tools (`attest.proto`, `tpm.proto`) and go-attestation; agentrust-io, cmcp; Dstack-TEE, `tpm-types`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InJson, Pieces
from evidence.carriers.json import in_base64, in_either, in_hex, octets
from evidence.containers import table
from evidence.errors import CarrierError, EvidenceError, MalformedEvidence, NotEvidence
from evidence.input import NOTHING, Carrier, Input
from evidence.wire import json as json_
from evidence.wire import protobuf, text, textproto
from evidence.wire.textproto import TextField
from evidence.wire.tpm import attest, pcrs
from evidence.wire.tpm.algorithms import HASHES, NUMBERS

SHA_256: Final = NUMBERS["sha-256"]
PCRS: Final = 24
"""PCRs of a TPM for PCs, which lists without numbers have one after the other."""


def beside(**attachments: bytes | None) -> dict[str, bytes]:
    """The attachments that are there, by kind."""
    return {kind.replace("_", "-"): content for kind, content in attachments.items() if content}


def of_list(
    name: str, path: str, values: Any, decode: Callable[[str, str], bytes] = in_either
) -> bytes | None:
    """The values of a list that has PCR 0 first and a SHA-256 bank; None for an empty one."""
    if values is None or values == []:
        return None
    if not isinstance(values, list) or len(values) != PCRS:
        raise CarrierError(carrier=name, path=path, reason=f"not the values of {PCRS} PCRs")
    known = {index: octets(value, f"{path}/{index}", name, decode) for index, value in enumerate(values)}
    for index, value in known.items():
        if len(value) != 32:
            raise CarrierError(
                carrier=name, path=f"{path}/{index}", reason=f"{len(value)} bytes, not 32 of SHA-256"
            )
    return pcrs.marshal([(SHA_256, known)])


def azure(
    source: Input, name: str, member: str, value: Any, ak: bytes | None = None
) -> Iterator[Input | EvidenceError]:
    """The quote in an object of `message`, `signature` and `pcrs`, which CoCo's evidence of Azure has; nothing where there is none."""
    if not isinstance(value, dict) or "message" not in value:
        return
    try:
        signature = value.get("signature")
        attachments = beside(
            signature=octets(signature, f"{member}/signature", name, in_either) if signature else None,
            pcr_values=of_list(name, f"{member}/pcrs", value.get("pcrs")),
            ak=ak,
        )
        message = octets(value["message"], f"{member}/message", name, in_either)
    except CarrierError as error:
        yield error
        return
    yield source.inside(Carrier(name, member), message, attachments=attachments)


def _azure_alone(source: Input, value: Any) -> Pieces:
    if (
        not isinstance(value, dict)
        or not {"message", "signature", "pcrs"} <= value.keys()
        or not _is_quote(value["message"])
    ):
        return None
    return tuple(azure(source, "azure-tpm-quote", "message", value))


def _is_quote(message: Any) -> bool:
    """Whether a member that is to be a message begins as one."""
    if isinstance(message, list):
        return message[:4] == [*attest.MAGIC]
    return isinstance(message, str) and message[:8].lower().startswith((attest.MAGIC.hex(), "/1rdr4"))


def _trustee(source: Input, value: Any) -> Pieces:
    """CoCo's `tpm`: a public key beside the quote, all in base64."""
    name, quote = "coco-tpm", value.get("tpm_quote") if isinstance(value, dict) else None
    if not isinstance(quote, dict) or "ak_public" not in value:
        return None
    attachments = beside(
        ak=octets(value["ak_public"], "ak_public", name, in_base64),
        signature=octets(quote.get("signature"), "tpm_quote/signature", name, in_base64),
        pcr_values=of_list(name, "tpm_quote/pcrs", quote.get("pcrs"), in_hex),
    )
    message = octets(quote.get("message"), "tpm_quote/message", name, in_base64)
    return (source.inside(Carrier(name, "tpm_quote"), message, attachments=attachments),)


def _cmcp(source: Input, value: Any) -> Pieces:
    """A message, a signature and a key, without values."""
    name = "cmcp"
    if not isinstance(value, dict) or not {"quote_msg", "quote_sig"} <= value.keys():
        return None
    key = value.get("ak_pub_pem")
    attachments = beside(
        signature=octets(value["quote_sig"], "quote_sig", name),
        ak=key.encode() if isinstance(key, str) else None,
    )
    return (
        source.inside(
            Carrier(name, "quote_msg"), octets(value["quote_msg"], "quote_msg", name), attachments=attachments
        ),
    )


GO_HASHES: Final = {3: "sha-1", 5: "sha-256", 6: "sha-384", 7: "sha-512"}
"""The numbers of Go's `crypto.Hash`."""


def _go_attestation(source: Input, value: Any) -> Pieces:
    """What go-attestation dumps of a machine: a key, a quote, and the values of PCRs in any order."""
    name = "go-attestation"
    if not isinstance(value, dict) or not {"Static", "AK", "Quote"} <= value.keys():
        return None
    static, key, quote, log = (_object(value.get(member)) for member in ("Static", "AK", "Quote", "Log"))
    if static.get("TPMVersion") == 1:
        raise NotEvidence(kind="a quote of TPM 1.2", detail="only those of TPM 2.0 are read")
    attachments = beside(
        ak=octets(key.get("Public"), "AK/Public", name, in_base64),
        signature=octets(quote.get("Signature"), "Quote/Signature", name, in_base64),
        pcr_values=_numbered(
            name, "Log/PCRs", log.get("PCRs"), Listed(("Index", "Digest", "DigestAlg"), GO_HASHES, in_base64)
        ),
        event_log=octets(log["Raw"], "Log/Raw", name, in_base64) if log.get("Raw") else None,
    )
    message = octets(quote.get("Quote"), "Quote/Quote", name, in_base64)
    return (source.inside(Carrier(name, "Quote/Quote"), message, attachments=attachments),)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class Listed(NamedTuple):
    """How a list of PCRs is written: the members with number, value and bank, the names of banks, the text of bytes."""

    members: tuple[str, str, str]
    algorithms: Mapping[Any, str]
    decode: Callable[[str, str], bytes]


def _numbered(name: str, path: str, values: Any, form: Listed) -> bytes | None:
    """The values of a list of objects, each with the number of its PCR and its bank."""
    if not values:
        return None
    banks: dict[int, dict[int, bytes]] = {}
    if not isinstance(values, list) or len(values) > pcrs.PCRS * limits.PCR_SELECTIONS:
        raise CarrierError(carrier=name, path=path, reason="not the values of PCRs")
    for at, value in enumerate(values):
        here = f"{path}/{at}"
        index, digest, alg = (_object(value).get(member) for member in form.members)
        bank = NUMBERS.get(form.algorithms.get(alg, "")) if alg.__class__ in {int, str} else None
        if (
            bank is None
            or not isinstance(index, int)
            or isinstance(index, bool)
            or not 0 <= index < pcrs.PCRS
        ):
            raise CarrierError(carrier=name, path=here, reason="no PCR of a bank that is known")
        if index in banks.setdefault(bank, {}):
            raise CarrierError(carrier=name, path=here, reason=f"PCR {index} once more")
        banks[bank][index] = octets(digest, f"{here}/{form.members[1]}", name, form.decode)
    return pcrs.marshal(sorted(banks.items()))


DSTACK_HASHES: Final = {"sha1": "sha-1", "sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}


def _dstack(source: Input, value: Any) -> Pieces:
    """Dstack's `TpmQuote`."""
    name = "dstack-tpm-quote"
    if not isinstance(value, dict) or not {"message", "signature", "pcr_values"} <= value.keys():
        return None
    certificate = value.get("ak_cert")
    attachments = beside(
        signature=octets(value["signature"], "signature", name),
        pcr_values=_numbered(
            name,
            "pcr_values",
            value["pcr_values"],
            Listed(("index", "value", "algorithm"), DSTACK_HASHES, in_either),
        ),
        ak=octets(certificate, "ak_cert", name) if certificate else None,
    )
    return (
        source.inside(
            Carrier(name, "message"), octets(value["message"], "message", name), attachments=attachments
        ),
    )


KEYLIME: Final = re.compile(rb"\s*r([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)\s*")


def _keylime(source: Input) -> Pieces:
    """Keylime's text: `r`, and message, signature and values in base64. Older agents compress the parts: these are no quotes here."""
    match = KEYLIME.fullmatch(source.data) if source.data.lstrip()[:1] == b"r" else None
    if match is None:
        return None
    return _of_keylime(source, "", match)


def _of_keylime(source: Input, at: str, match: re.Match[bytes]) -> Pieces:
    name = "keylime-quote"
    try:
        message, signature, values = (text.base64(part, name) for part in match.groups())
    except MalformedEvidence as error:
        raise error.of_carrier(name) from None
    if not attest.is_attest(message):
        return None if not at else ()
    attachments = beside(signature=signature, pcr_values=values)
    return (source.inside(Carrier(name, at or "message"), message, attachments=attachments),)


def _keylime_json(source: Input, value: Any) -> Pieces:
    """The answer of an agent."""
    results = value.get("results") if isinstance(value, dict) else None
    quote = results.get("quote") if isinstance(results, dict) else None
    match = KEYLIME.fullmatch(quote.encode()) if isinstance(quote, str) else None
    return None if match is None else _of_keylime(source, "results/quote", match) or None


def _sized(source: Input) -> Pieces:
    """TPM2B_ATTEST: the size before the message."""
    data = source.data
    if int.from_bytes(data[:2], "big") != len(data) - 2 or not attest.is_attest(data[2:]):
        return None
    return (source.inside(Carrier("tpm2b-attest"), data[2:]),)


RSA: Final = 256
LIST: Final = PCRS * 32


def _bincode(source: Input) -> Pieces:
    """azure-cvm-tooling's `Quote` in bincode: signature, message and 24 values, each behind its size in 8 bytes."""
    data = source.data
    start = 8 + RSA + 8
    if int.from_bytes(data[:8], "little") != RSA or not attest.is_attest(data[start:]):
        return None
    end = start + int.from_bytes(data[start - 8 : start], "little")
    if len(data) != end + 8 + LIST or int.from_bytes(data[end : end + 8], "little") != PCRS:
        raise CarrierError(
            carrier="azure-tpm-quote", offset=start - 8, reason=f"a message of {end - start} bytes"
        )
    values = {index: data[end + 8 + 32 * index :][:32] for index in range(PCRS)}
    attachments = beside(signature=data[8 : 8 + RSA], pcr_values=pcrs.marshal([(SHA_256, values)]))
    return (source.inside(Carrier("azure-tpm-quote", "message"), data[start:end], attachments=attachments),)


GO_TPM_TOOLS: Final = "go-tpm-tools"
TEES: Final = {8: ("sev_snp_attestation", "sev-snp"), 9: ("tdx_attestation", "tdx")}
"""Fields with a report of the machine: of what protects it, whose the TPM is not."""


class Quoted(NamedTuple):
    """One quote of an `Attestation`: message and signature, the number of its bank, and its PCRs in the order of the file."""

    message: bytes
    signature: bytes
    bank: int
    values: tuple[tuple[int, bytes], ...]


class Attestation(NamedTuple):
    """What is taken of an `Attestation`."""

    ak: bytes
    quotes: tuple[Quoted, ...]
    certificates: bytes
    log: bytes = b""
    tees: tuple[tuple[str, str, bytes], ...] = ()


def _go_tpm_tools(source: Input) -> Pieces:
    """An `Attestation`: one quote a bank, all by one key, and the report of the TEE where there is one."""
    if source.data[:1] not in {b"\x0a", b"\x12"} or attest.MAGIC not in source.data:
        return None
    try:
        attestation = _in_protobuf(source.data)
    except EvidenceError:
        return None
    return _attested(source, attestation)


MARK: Final = b"\\377TCG"
"""How a message begins in a literal of textproto."""


def _go_tpm_tools_text(source: Input) -> Pieces:
    """The same as text; the reports of TEEs in it are not taken."""
    if MARK not in source.data or not table.is_text(source.data):
        return None
    try:
        attestation = _in_text(textproto.fields(source.data))
    except MalformedEvidence as error:
        raise error.of_carrier(GO_TPM_TOOLS) from None
    return _attested(source, attestation)


def _attested(source: Input, attestation: Attestation) -> Pieces:
    quotes = attestation.quotes
    if not quotes or not all(attest.is_attest(quote.message) for quote in quotes):
        return None
    return tuple(_quotes(source, attestation))


def _in_protobuf(data: bytes) -> Attestation:
    fields = [*protobuf.fields(data, known=frozenset({1, 2, 3, 6, 7, *TEES}))]
    first = {field.number: field.value for field in reversed(fields) if isinstance(field.value, bytes)}
    return Attestation(
        first.get(1, b""),
        tuple(
            _quoted(field.value) for field in fields if field.number == 2 and isinstance(field.value, bytes)
        ),
        b"".join(
            field.value for field in fields if field.number in {6, 7} and isinstance(field.value, bytes)
        ),
        first.get(3, b""),
        tuple((*TEES[number], first[number]) for number in TEES if first.get(number)),
    )


def _quoted(data: bytes) -> Quoted:
    parts = {field.number: field.value for field in protobuf.fields(data) if isinstance(field.value, bytes)}
    bank, values = 0, list[tuple[int, bytes]]()
    for field in protobuf.fields(parts.get(3, b"")):
        if field.number == 1 and isinstance(field.value, int):
            bank = field.value
        elif field.number == 2 and isinstance(field.value, bytes):
            entry = {inner.number: inner.value for inner in protobuf.fields(field.value)}
            index, value = entry.get(1, 0), entry.get(2, b"")
            values.append(
                (index, value) if isinstance(index, int) and isinstance(value, bytes) else (PCRS, b"")
            )
    return Quoted(parts.get(1, b""), parts.get(2, b""), bank, tuple(values))


TEXT_HASHES: Final = {"SHA1": 4, "SHA256": 11, "SHA384": 12, "SHA512": 13}


def _in_text(fields: tuple[TextField, ...]) -> Attestation:
    return Attestation(
        _bytes(fields, "ak_pub"),
        tuple(
            _quoted_text(field.value)
            for field in fields
            if field.name == "quotes" and isinstance(field.value, tuple)
        ),
        b"".join(
            field.value
            for field in fields
            if field.name in {"ak_cert", "intermediate_certs"} and isinstance(field.value, bytes)
        ),
        _bytes(fields, "event_log"),
    )


def _bytes(fields: tuple[TextField, ...], name: str) -> bytes:
    """The bytes of the one field of a name; a name twice is an error."""
    values = [field.value for field in fields if field.name == name]
    if len(values) > 1:
        raise CarrierError(carrier=GO_TPM_TOOLS, path=name, reason="a field twice")
    return values[0] if values and isinstance(values[0], bytes) else b""


def _quoted_text(fields: tuple[TextField, ...]) -> Quoted:
    bank, values = 0, list[tuple[int, bytes]]()
    for field in (
        inner for one in fields if one.name == "pcrs" and isinstance(one.value, tuple) for inner in one.value
    ):
        if field.name == "hash" and isinstance(field.value, str):
            bank = TEXT_HASHES.get(field.value, 0)
        elif field.name == "pcrs" and isinstance(field.value, tuple):
            key = next((one.value for one in field.value if one.name == "key"), "0")
            number = int(key) if isinstance(key, str) and key.isdecimal() and len(key) < 3 else PCRS
            values.append((number, _bytes(field.value, "value")))
    return Quoted(_bytes(fields, "quote"), _bytes(fields, "raw_sig"), bank, tuple(values))


def _quotes(source: Input, attestation: Attestation) -> Iterator[Input | EvidenceError]:
    tees = attestation.tees
    for member, _, content in tees:
        yield source.inside(Carrier(GO_TPM_TOOLS, member), content)
    facts = {"tee_attestation": " ".join(tee for _, tee, _ in tees)} if tees else NOTHING
    for index, quote in enumerate(attestation.quotes):
        at = f"quotes/{index}"
        try:
            attachments = beside(
                ak=attestation.ak,
                signature=quote.signature,
                pcr_values=_bank(quote, f"{at}/pcrs"),
                certificates=attestation.certificates,
                event_log=attestation.log,
            )
        except CarrierError as error:
            yield error
            continue
        yield source.inside(Carrier(GO_TPM_TOOLS, at, facts), quote.message, attachments=attachments)


def _bank(quote: Quoted, path: str) -> bytes | None:
    """The values, in which no PCR is twice."""
    if not quote.values:
        return None
    values = dict(quote.values)
    if len(values) != len(quote.values) or not all(0 <= number < PCRS for number in values):
        raise CarrierError(carrier=GO_TPM_TOOLS, path=path, reason="a PCR twice, or of a number above 23")
    if quote.bank not in HASHES:
        raise CarrierError(carrier=GO_TPM_TOOLS, path=path, reason=f"a bank of number {quote.bank}")
    return pcrs.marshal([(quote.bank, values)])


def jwk_of(runtime_data: bytes) -> bytes | None:
    """The attestation key in the runtime data of Azure's paravisor, as a JWK of its own; None where there is none."""
    try:
        document = json_.loads(runtime_data)
    except EvidenceError:
        return None
    keys = document.get("keys") if isinstance(document, dict) else None
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, dict) and key.get("kid") == "HCLAkPub":
            return json_.dumps(key)
    return None


CARRIERS: Final = (
    CarrierDescriptor(
        name="tpm2b-attest",
        section="any",
        told_by="a size in two bytes before `ff544347`",
        taken="the TPMS_ATTEST",
        rest="-",
        source="TCG, TPM 2.0 Library, Part 2",
        forms=(InBytes(_sized),),
    ),
    CarrierDescriptor(
        name="go-tpm-tools",
        section="any",
        told_by="protobuf or its text, `Attestation` with `quotes` that hold a TPMS_ATTEST",
        taken="each quote, and `sev_snp_attestation` or `tdx_attestation`",
        rest=(
            "`ak_pub` becomes `ak`, `raw_sig` `signature`, `pcrs` `pcr-values`, `ak_cert` and "
            "`intermediate_certs` `certificates`; the event logs are not taken"
        ),
        source="google, go-tpm-tools, `attest.proto`",
        forms=(InBytes(_go_tpm_tools), InBytes(_go_tpm_tools_text)),
    ),
    CarrierDescriptor(
        name="azure-tpm-quote",
        section="azure",
        told_by="JSON, `message`, `signature` and `pcrs`; or the same in bincode",
        taken="`message`",
        rest="`signature` becomes `signature`, `pcrs` (24 of SHA-256) `pcr-values`",
        source="kinvolk, azure-cvm-tooling; confidential-containers, trustee",
        forms=(InBytes(_bincode), InJson(_azure_alone, ("message", "signature", "pcrs"))),
    ),
    CarrierDescriptor(
        name="coco-tpm",
        section="any",
        told_by="JSON, `ak_public` beside `tpm_quote`",
        taken="`tpm_quote/message`",
        rest="`ak_public` becomes `ak`, `signature` `signature`, `pcrs` `pcr-values`",
        source="confidential-containers, trustee",
        forms=(InJson(_trustee, ("ak_public", "tpm_quote")),),
    ),
    CarrierDescriptor(
        name="cmcp",
        section="any",
        told_by="JSON, `quote_msg` beside `quote_sig`",
        taken="`quote_msg`",
        rest="`quote_sig` becomes `signature`, `ak_pub_pem` `ak`",
        source="agentrust-io, cmcp",
        forms=(InJson(_cmcp, ("quote_msg", "quote_sig", "ak_pub_pem")),),
    ),
    CarrierDescriptor(
        name="go-attestation",
        section="any",
        told_by="JSON, `Static`, `AK` and `Quote`",
        taken="`Quote/Quote`; TPM 1.2 is refused by its name",
        rest="`AK/Public` becomes `ak`, `Quote/Signature` `signature`, `Log/PCRs` `pcr-values`; the log is not taken",
        source="google, go-attestation",
        forms=(InJson(_go_attestation, ("Static", "AK", "Quote", "Log")),),
    ),
    CarrierDescriptor(
        name="dstack-tpm-quote",
        section="any",
        told_by="JSON, `message`, `signature` and `pcr_values`",
        taken="`message`",
        rest="`signature` becomes `signature`, `pcr_values` `pcr-values`, `ak_cert` `ak`; the log is not taken",
        source="Dstack-TEE, dstack, `tpm-types`",
        forms=(InJson(_dstack, ("message", "signature", "pcr_values", "ak_cert", "event_log")),),
    ),
    CarrierDescriptor(
        name="keylime-quote",
        section="any",
        told_by="text, `r` and three parts in base64 with colons between them; JSON, `results/quote`",
        taken="the first part",
        rest="the second becomes `signature`, the third `pcr-values`",
        source="keylime, `tpm_main.py`",
        forms=(InBytes(_keylime), InJson(_keylime_json, ("results",))),
    ),
)
