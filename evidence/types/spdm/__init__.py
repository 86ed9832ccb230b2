"""Evidence of devices by DMTF SPDM: signed measurements and challenges (DMTF DSP0274)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from evidence.registry import EvidenceType, Match, Reference
from evidence.types._builtin import built_in
from evidence.wire import netlink, tdisp

HashName = Literal["sha-256", "sha-384", "sha-512", "sha3-256", "sha3-384", "sha3-512", "sm3"]
# fmt: off
SchemeName = Literal[
    "rsassa-2048", "rsapss-2048", "rsassa-3072", "rsapss-3072", "rsassa-4096", "rsapss-4096",
    "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "sm2", "ed25519", "ed448",
    "ml-dsa-44", "ml-dsa-65", "ml-dsa-87",
    "slh-dsa-sha2-128s", "slh-dsa-shake-128s", "slh-dsa-sha2-128f", "slh-dsa-shake-128f",
    "slh-dsa-sha2-192s", "slh-dsa-shake-192s", "slh-dsa-sha2-192f", "slh-dsa-shake-192f",
    "slh-dsa-sha2-256s", "slh-dsa-shake-256s", "slh-dsa-sha2-256f", "slh-dsa-shake-256f",
]
Variant = Literal["transcript", "exchange", "response", "record"]
Cached = Literal["digests", "certificates", "both"]
FIRST: Final[dict[int, Variant]] = {
    0x84: "transcript", 0xE0: "exchange", 0x83: "exchange", 0x60: "response", 0x03: "response",
}
# fmt: on
"""The code of the first message to the shape that it begins."""
ERROR: Final = 0x7F


OF_TOKENS: Final = "what a token in a manifest may say; the fixtures of eat show it"
TOKEN_WORDS: Final = (
    *("depends_on", "detached", "keys", "manifests", "signers", "svns", "unknown", "values", "versions"),
)
TOKEN_LISTS: Final = ("keys", "manifests", "signers", "svns", "values", "versions")
TOKEN_DEBUG: Final = ("enabled", "disabled-since-boot", "disabled-fully-and-permanently")
TOKEN_NOTES: Final = (
    *("algorithm-kind", "content-format", "no-algorithm", "unknown-algorithm"),
    *("embedded-evidence", "float-date", "header-type", "minimum-svn", "no-eat-claims"),
    *("null-claim", "padded-base64url", "profile-encoding", "provisional-format", "self-asserted-key"),
    *("sueids-form", "tag-61-inside", "unknown-claim", "unknown-hash", "unprotected-header"),
    *("unreadable-certificate", "unreadable-content", "version-form"),
)


class SpdmOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """What the bytes may not hold; sizes in bytes. ALGORITHMS, where it is there, is believed instead.

    `version` is for bare records. `signature_scheme` implies its size; `signature_size` 0 says that a
    response without its request is not signed. `cached` is what the requester knew from before, and so did not ask
    for before its challenge.
    """

    version: Literal["1.0", "1.1", "1.2", "1.3", "1.4"] | None = None
    base_hash: HashName | None = None
    measurement_hash: HashName | None = None
    signature_scheme: SchemeName | None = None
    signature_size: Annotated[int, Meta(ge=0, le=65535)] | None = None
    cached: Cached | None = None


def identify(data: bytes) -> Match | None:
    """By the version and the code of the first message; a bare record has neither."""
    if len(data) < 4 or data[0] >> 4 != 1:
        return None
    code = data[1]
    if (code in FIRST or code == ERROR) and (tdisp.is_error(data) or netlink.order_of(data)):
        return None  # of another protocol, whose messages begin with a version or a length like that
    if code == ERROR:
        return Match(version_of(data[0])) if len(data) <= 40 else None
    if code not in FIRST:
        return None
    if code == 0x84:
        return Match("1.0", FIRST[code]) if data[2:4] == b"\0\0" else None
    return Match(version_of(data[0]), FIRST[code])


CALLS: Final = ((0xE0, 0x60), (0x83, 0x03))
"""Codes of what is answered with a signature, and of the answer: GET_MEASUREMENTS and CHALLENGE."""
GET_VERSION: Final = b"\x10\x84\0\0\x10\x04\0\0\0"
"""How a transcript begins, up to the number of versions that the device has."""
NONCE_BYTES: Final = 32


def has_marks(data: bytes) -> bool:
    """Where nobody says that there are messages: a whole beginning, for a version and a code are but two bytes.

    A transcript has the versions, and further on a request and a response that evidence is made of. A request
    and a response without what was before have blocks, a nonce and opaque data of the sizes that they say.
    """
    if data.startswith(GET_VERSION):
        return _has_call(data)
    if (
        len(data) < 2 * NONCE_BYTES
        or not 0x10 <= data[0] <= 0x14
        or data[1] != CALLS[0][0]
        or not data[2] & 1
    ):
        return False
    response = (
        4 + NONCE_BYTES + (data[0] > 0x10) + 8 * (data[0] > 0x12)
    )  # a slot since 1.1, a context since 1.3
    if data[response : response + 2] != bytes((data[0], CALLS[0][1])):
        return False
    record = response + 8
    nonce = record + int.from_bytes(data[response + 5 : record], "little")
    opaque = nonce + NONCE_BYTES
    end = opaque + 2 + int.from_bytes(data[opaque : opaque + 2], "little")
    return end < len(data) if nonce == record else _is_block(data[record:nonce])


def _is_block(record: bytes) -> bool:
    """Whether a record begins with a block of DMTF's specification whose two sizes agree."""
    size, inner = (int.from_bytes(record[at : at + 2], "little") for at in (2, 5))
    return record[1:2] == b"\1" and size == inner + 3


def _has_call(data: bytes) -> bool:
    """Whether a request that evidence is made of, and the response to it, follow the versions."""
    versions = (
        len(GET_VERSION) + 1 + 2 * data[len(GET_VERSION)] if len(data) > len(GET_VERSION) else len(data)
    )
    if not data[versions : versions + 2].endswith(b"\xe1") or data[versions] >> 4 != 1:  # GET_CAPABILITIES
        return False
    version = data[versions]
    for request, response in CALLS:
        at = data.find(bytes((version, request)), versions)
        if at >= 0 and data.find(bytes((version, response)), at) >= 0:
            return True
    return False


def version_of(number: int) -> str:
    """A version as DSP0274 writes it."""
    return f"{number >> 4}.{number & 15}"


SLOT: Final = "which slot of the device signs"
NEGOTIATED: Final = "what tells the algorithms where nothing negotiates them: how the signature must end"
EMBEDDED: Final = "a token or evidence inside, which is kept whole where it cannot be read"
FRAME: Final = "a length that what is around repeats: a change is refused"
TYPE: Final = EvidenceType(
    **built_in("dmtf-spdm", __name__, __file__),
    title="DMTF SPDM measurements of a device",
    aliases=("spdm",),
    versions=("1.0", "1.1", "1.2", "1.3", "1.4"),
    status="stable",
    change_controller="the maintainers of this library",
    references=(
        Reference("DMTF DSP0274", "Security Protocol and Data Model (SPDM) Specification"),
        Reference("TCG DICE Attestation Architecture", "Layering Architecture and certificate extensions"),
        Reference("NVIDIA attestation SDK", "The opaque data of NVIDIA's reports"),
        Reference("NVIDIA Opaque Data Format", "The same, with a version"),
    ),
    attachments=("certificates", "event-log", "transcript-prefix", "request", "tsm-digests"),
    options=SpdmOptions,
    identify=identify,
    marks=has_marks,
    elsewhere={
        "*MEASUREMENTS.param2 -> /signatures/*": SLOT,
        "*CHALLENGE_AUTH.param1 -> /signatures/*": SLOT,
        "MEASUREMENTS.spdm_version -> /signatures/*/by": SLOT,
        "*ALGORITHMS.base_* -> /signatures/*": NEGOTIATED,
        "prefix.ALGORITHMS.pqc_* -> /signatures/*": NEGOTIATED,
        "GET_MEASUREMENTS.param2 -> *": NEGOTIATED,
        "opaque.magic -> *": NEGOTIATED,
        "MEASUREMENTS.opaque_data_length -> /signatures/*/covers": "where the signature begins",
        "* -> */missing": "a chain with a part that cannot be read is not at hand",
        "*block-* -> /environments/manifest-*": EMBEDDED,
        "*block-* -> /signatures/manifest-*": EMBEDDED,
        "environments/device/manifests/* -> /signatures/manifest-*": EMBEDDED,
        "manifest-* -> /environments/manifest-*": EMBEDDED,
        "certificate-0 -> /environments/dice-0/*": EMBEDDED,
    },
    unobserved={
        "*.measurement_size -> *": FRAME,
        "*.value_size -> *": FRAME,
        "*.measurement_specification -> *": "1, the specification of DMTF, is the only one there is",
        "*opaque.*.size -> *": FRAME,
        "*opaque.*.value_type -> *": "what an element is follows from its type",
        "opaque.reserved_11 -> *": "reserved, and zero in the format that is found by it",
        "other.* -> *": "of an exchange that is not the one that counts",
        "certificate-0 -> /environments/device/missing": "the root of a chain that ends elsewhere",
        "ALGORITHMS.base_hash_sel -> /bindings/*/alg": "each hash has another size: a change is refused",
        "ALGORITHMS.pqc_asym_sel -> *": "each scheme has another size: a change is refused",
        "GET_MEASUREMENTS.slot_id_param -> *": "the response repeats it",
        **{f"#/$defs/unspecified/properties/{word}": OF_TOKENS for word in TOKEN_WORDS},
        **{f"#/$defs/unspecified/properties/{word}/items/properties/name": OF_TOKENS for word in TOKEN_LISTS},
        **{f"*/code/enum/{code}": OF_TOKENS for code in TOKEN_NOTES},
        **{f"#/$defs/unspecified/properties/debug/enum/{word}": OF_TOKENS for word in TOKEN_DEBUG},
        "*/digest_of/enum/detached-claims-set": OF_TOKENS,
        "*/construct/enum/cose-mac0": OF_TOKENS,
        "*/kind/enum/services-manifest": "an attachment that this type does not read, as collateral is",
        "*/kind/enum/runtime-data": "an attachment that this type does not read, as collateral is",
        "*/kind/enum/signature": "an attachment that this type does not read, as collateral is",
        "*/kind/enum/pcr-values": "an attachment that this type does not read, as collateral is",
        "*/kind/enum/ak": "an attachment that this type does not read, as collateral is",
        "*/code/enum/carrier-differs": "needs a carrier that names algorithms",
        "*/code/enum/slot-object": "needs a carrier that has the certificates of other slots",
        "*/code/enum/dump-unfinished": "needs a dump of the kernel without its end",
        "*/origin/enum/carrier": "needs a carrier that names the device",
    },
    inapplicable={
        "duplicate-key": "neither messages nor blocks have keys; an index that a record has twice is a constraint",
        "reserved-bytes": "DSP0274 wants reserved bytes ignored when they are read",
    },
    unclaimed={
        "*.spdm_version": "the version of the conversation, which the exchange that is attested says",
        "*.request_response_code": "which message it is",
        "*_length": FRAME,
        "*.length": FRAME,
        "*.number_of_blocks": FRAME,
        "*.total_elements": FRAME,
        "ALGORITHMS.param1": FRAME,
        "prefix.*": "messages of a conversation before the one that is attested, read for what they negotiate",
        "GET_VERSION.*": "the same in every conversation",
        "VERSION.*": "versions that the responder offers are no claim about it",
        "GET_CAPABILITIES.*": "what the requester can is no claim about the device",
        "NEGOTIATE_ALGORITHMS.*": "what the requester offers is no claim about the device",
        "CAPABILITIES.ct_exponent": "a time limit of the protocol",
        "CAPABILITIES.data_transfer_size": "a size limit of the transport",
        "CAPABILITIES.max_spdm_msg_size": "a size limit of the transport",
        "ALGORITHMS.ext_*": "external algorithms, which have no names here",
        "ALGORITHMS.alg_struct": "algorithms of sessions, which evidence has none of",
        "GET_DIGESTS.*": "a request without content",
        "DIGESTS.*": "digests of chains; the chain itself is compared",
        "GET_CERTIFICATE.*": "which part of the chain was asked for",
        "CERTIFICATE.*": "how the chain was cut; its certificates have places of their own",
        "GET_MEASUREMENT_EXTENSION_LOG.*": "which part of the log was asked for",
        "MEASUREMENT_EXTENSION_LOG.*": "how the log was cut; it is compared as a whole",
        "CHALLENGE.param*": "which slot and which summary was asked for",
        "CHALLENGE_AUTH.param1": "bits beside the slot: whether a summary is there follows from its length",
        "GET_MEASUREMENTS.slot_id_param": "its upper four bits are reserved: DSP0274 wants them ignored",
        "CHALLENGE_AUTH.param2": "the slots that have certificates",
        "CHALLENGE.requester_context": "the response repeats it",
        "GET_MEASUREMENTS.requester_context": "the response repeats it; a difference is noted",
        "MEASUREMENTS.param2": "the slot means nothing in a response that is not signed",
        "MEASUREMENTS.param1": "a count where one was asked for, reserved where not",
        "*opaque.*.value_type": "what an element is follows from its type",
        "*.reserved_*": "reserved: DSP0274 wants it ignored",
        "CAPABILITIES.param*": "reserved: DSP0274 wants it ignored",
        "ALGORITHMS.param2": "reserved: DSP0274 wants it ignored",
        "*.signature": "signature values stand in the native fields alone",
        "other.*": "of an exchange that is not the one that counts: its nonces and its own header",
    },
)
