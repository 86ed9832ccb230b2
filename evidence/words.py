"""The words of the claims document: every closed list that a claim is said in, with a sentence for each word.

`schemas/claims.schema.json` and `docs/claims.md` are made from these and from the shapes in `claims`. A new word is a
change of the claims model: no evidence type can add one. A word without a sentence fails at import.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args

from msgspec import Meta

from evidence.limits import SAFE_INTEGER

Integer = Annotated[int, Meta(ge=-SAFE_INTEGER, le=SAFE_INTEGER)]
Natural = Annotated[int, Meta(ge=0, le=SAFE_INTEGER)]
Boolean = bool  # a field of that name hides the builtin in its own class


class Words(NamedTuple):
    """A closed list: what it is about, and what each of its words means."""

    name: str
    of: Any
    """The annotation of the members that hold one of the words."""
    subject: str
    meanings: Mapping[str, str]


EXPLAINED: Final[list[Words]] = []
"""Every closed list, in the order of this module."""


def _explain(name: str, of: Any, subject: str, words: tuple[str, ...], meanings: Mapping[str, str]) -> None:
    """Keep the meanings of a list; `TypeError` unless each of its words has one."""
    if set(meanings) != set(words):
        raise TypeError(
            f"{name}: not a meaning for each word: {', '.join(sorted(set(meanings) ^ set(words)))}"
        )
    EXPLAINED.append(Words(name, of, subject, meanings))


def _literal(name: str, of: Any, subject: str, meanings: Mapping[str, str]) -> None:
    _explain(name, of, subject, get_args(of), meanings)


def _one_of(words: tuple[str, ...], most: int = 64) -> Meta:
    """A closed list of words, as the schema has it."""
    return Meta(pattern=rf"^({'|'.join(words)})(?!\n)$", min_length=1, max_length=most)


Role = Literal[
    "workload",
    "paravisor",
    "tee-firmware",
    "platform",
    "quoting",
    "device",
    "firmware-layer",
    "certificate-subject",
    "unspecified",
]
_literal(
    "Role",
    Role,
    "What an environment is.",
    {
        "workload": "What a customer runs: a guest, a trust domain, a realm, a confidential VM, an enclave.",
        "paravisor": "A layer inside of the launch measurement that serves the workload above it: SVSM, HCL, the first level of a partitioned TD.",
        "tee-firmware": "Code of the vendor outside of the workload's measurement that isolates it: the TDX module, a TSM.",
        "platform": "The machine below: its chip, firmware and security versions.",
        "quoting": "What signs in the name of the platform: a quoting enclave.",
        "device": "A device with an identity of its own: a GPU, a network card, an IoT chip.",
        "firmware-layer": "One layer of a DICE chain, as its certificate describes it.",
        "certificate-subject": "Facts that a certificate states and that nothing in the evidence itself says.",
        "unspecified": "The format does not say what this is; never treat it as the workload.",
    },
)
Origin = Literal["evidence", "certificate", "log", "carrier", "caller"]
_literal(
    "Origin",
    Origin,
    "Whose word something is.",
    {
        "evidence": "The evidence itself says it; whether a signature covers it, `unsigned` tells.",
        "certificate": "A certificate that came with the evidence says it.",
        "log": "An event log beside the evidence says it.",
        "carrier": "What wrapped the evidence says it, and anybody could have written that.",
        "caller": "Whoever called the library said it.",
    },
)
Debug = Literal[
    "enabled",
    "disabled",
    "disabled-since-boot",
    "disabled-permanently",
    "disabled-fully-and-permanently",
    "not-reported",
    "not-defined",
]
DEBUG: Final = {
    "enabled": "It can be debugged now: its secrets are not safe.",
    "disabled": "It cannot be debugged now; before, or after a reset, it may be otherwise.",
    "disabled-since-boot": "It could not be debugged since it was started.",
    "disabled-permanently": "Nobody but the manufacturer can ever debug it again.",
    "disabled-fully-and-permanently": "Nobody at all can ever debug it again.",
    "not-reported": "The format has such a state, and these bytes do not say it.",
}
_literal(
    "Debug",
    Debug,
    "The state of debugging of one environment, in the words of RFC 9711.",
    {
        **DEBUG,
        "not-defined": "The format has no such state for this kind of environment, whatever the bytes.",
    },
)
ChainDebug = Literal[
    "enabled",
    "disabled",
    "disabled-since-boot",
    "disabled-permanently",
    "disabled-fully-and-permanently",
    "not-reported",
]
_literal(
    "ChainDebug",
    ChainDebug,
    "The worst state of debugging of an environment and all that it depends on.",
    DEBUG,
)
Migration = Literal["allowed", "not-allowed", "not-reported", "not-defined"]
_literal(
    "Migration",
    Migration,
    "Whether the environment may be moved to another machine.",
    {
        "allowed": "Its policy lets it be moved.",
        "not-allowed": "Its policy forbids it.",
        "not-reported": "The format has such a policy, and these bytes do not say it.",
        "not-defined": "The format has no such policy for this kind of environment.",
    },
)
Missing = Literal["request", "negotiation", "digests", "certificates"]
_literal(
    "Missing",
    Missing,
    "A part of the exchange that is not at hand, and without which something cannot be said.",
    {
        "request": "The message that asked for this response.",
        "negotiation": "The messages that agreed on version, capabilities and algorithms.",
        "digests": "The message with the digests of the certificate chains.",
        "certificates": "The certificate chain itself.",
    },
)
Protection = Literal["signed", "mac", "mac-local", "partly-signed", "none"]
_literal(
    "Protection",
    Protection,
    "How the evidence as a whole is protected. None of it was checked.",
    {
        "signed": "A signature covers it.",
        "mac": "A message authentication code covers it: whoever can check it can also make it.",
        "mac-local": "The same with a key that never leaves the machine: nobody else can check it.",
        "partly-signed": "Signatures cover some of it; `unsigned` lists the claims that none covers.",
        "none": "Nothing protects it: anybody could have written it.",
    },
)
Obtained = Literal["as-received", "extracted", "reassembled", "rebuilt"]
_literal(
    "Obtained",
    Obtained,
    "How the bytes of the evidence came about.",
    {
        "as-received": "They are what was given.",
        "extracted": "A carrier held them in one piece.",
        "reassembled": "They were put together from parts, in the order of the protocol.",
        "rebuilt": "They were written again from fields that a carrier took apart.",
    },
)
BindingRole = Literal[
    "caller-data", "challenge", "key-binding", "content-binding", "responder-nonce", "context"
]
_literal(
    "BindingRole",
    BindingRole,
    "What a binding ties the evidence to.",
    {
        "caller-data": "Bytes that whoever asked for the evidence chose: a nonce, a digest, anything. Freshness is looked for here.",
        "challenge": "A nonce by the protocol, against replay.",
        "key-binding": "A digest that ties a key, or what holds it, to the evidence.",
        "content-binding": "A digest of other content that belongs to the evidence.",
        "responder-nonce": "A nonce that the attester added.",
        "context": "Bytes that name the exchange in which the evidence was made.",
    },
)
Declared = Literal["nonce", "opaque"]
_literal(
    "Declared",
    Declared,
    "What the format calls the bytes of a binding.",
    {
        "nonce": "A nonce: only this may become an `eat_nonce`.",
        "opaque": "Bytes of any meaning.",
    },
)
Phase = Literal["initial", "loaded", "runtime", "unspecified"]
_literal(
    "Phase",
    Phase,
    "When something was measured.",
    {
        "initial": "Before the environment started.",
        "loaded": "When a component was loaded, during start.",
        "runtime": "After start, by the environment itself.",
        "unspecified": "The format does not say.",
    },
)
Subject = Literal["workload", "rom", "firmware", "config", "manifest", "services", "unspecified"]
_literal(
    "Subject",
    Subject,
    "What was measured, by the definition of the format alone: names are never interpreted.",
    {
        "workload": "What the customer runs.",
        "rom": "Code that cannot be changed.",
        "firmware": "Code of the machine or the device.",
        "config": "Settings.",
        "manifest": "A document that describes other things.",
        "services": "Services below the workload, in its own protection.",
        "unspecified": "The format does not say.",
    },
)
Form = Literal["digest", "extended", "raw"]
_literal(
    "Form",
    Form,
    "What the value of a measurement is.",
    {
        "digest": "The digest of what was measured.",
        "extended": "A register: a digest over the register before and what was added.",
        "raw": "The measured bytes themselves.",
    },
)
SetBy = Literal["host", "id-block", "signer", "platform", "unspecified"]
_literal(
    "SetBy",
    SetBy,
    "Who chose a value that was supplied and not measured.",
    {
        "host": "The host, at launch: it can write anything here.",
        "id-block": "Whoever signed the ID block, where a digest of that key is set.",
        "signer": "Whoever signed the enclave.",
        "platform": "The platform.",
        "unspecified": "The format does not say, or it depends on what is not at hand.",
    },
)
Scope = Literal["class", "platform", "device", "instance", "boot", "key"]
_literal(
    "Scope",
    Scope,
    "How far an identifier reaches.",
    {
        "class": "All of one make or product.",
        "platform": "One machine.",
        "device": "One device.",
        "instance": "One run of a workload.",
        "boot": "One boot of the machine or device.",
        "key": "One key.",
    },
)
Presence = Literal["present", "masked", "none", "not-populated", "absent-by-flag", "withheld"]
_literal(
    "Presence",
    Presence,
    "Whether there is a value. Only `present` has one to compare; all others keep their bytes in `raw`.",
    {
        "present": "It is there.",
        "masked": "It was hidden on purpose, and can match nothing.",
        "none": "The format says that there is none.",
        "not-populated": "The place is there, and nobody filled it.",
        "absent-by-flag": "A flag says that the bytes mean nothing.",
        "withheld": "It was taken out of this document on request, because it tells machines apart.",
    },
)
TcbRole = Literal["reported", "current", "committed", "launch", "initial", "certified"]
_literal(
    "TcbRole",
    TcbRole,
    "Which of a platform's sets of security versions this is.",
    {
        "reported": "What the platform says to verifiers, and what its key is derived from.",
        "current": "What runs now.",
        "committed": "What it cannot be rolled back behind.",
        "launch": "What ran when the workload was launched or moved in.",
        "initial": "What ran when the first of a chain of migrated workloads was built.",
        "certified": "What a certificate states.",
    },
)
Compare = Literal["ordered", "equal"]
_literal(
    "Compare",
    Compare,
    "How a component of a TCB is compared.",
    {
        "ordered": "More is newer.",
        "equal": "It selects something, and must be the same.",
    },
)
LayoutSource = Literal["cpuid", "certificate", "caller", "format", "unknown"]
_literal(
    "LayoutSource",
    LayoutSource,
    "Whose word decides how a TCB's bytes are divided.",
    {
        "cpuid": "The processor's family and model, in the evidence.",
        "certificate": "A certificate that came with the evidence.",
        "caller": "An option of the caller.",
        "format": "The format has one layout.",
        "unknown": "Nobody's: there are no components, only `raw`.",
    },
)
SignatureEncoding = Literal["p1363", "der", "amd-le72", "rsa"]
_literal(
    "SignatureEncoding",
    SignatureEncoding,
    "How the value of a signature is written.",
    {
        "p1363": "r and s of one length, big-endian.",
        "der": "r and s in DER.",
        "amd-le72": "r and s of 72 bytes each, little-endian.",
        "rsa": "RSA's one number, big-endian.",
    },
)
Construct = Literal["plain", "cose-sign1", "cose-mac0", "jws", "spdm-prefix", "spdm-transcript"]
_literal(
    "Construct",
    Construct,
    "How the signed message is made.",
    {
        "plain": "The covered bytes, one range after the other.",
        "cose-sign1": "COSE's Sig_structure (RFC 9052, section 4.4).",
        "cose-mac0": "COSE's MAC_structure (RFC 9052, section 6.3).",
        "jws": "The signing input of a JWS (RFC 7515, section 5.1).",
        "spdm-prefix": "SPDM's prefix of 100 bytes, and the digest of the transcript (version 1.2 and later).",
        "spdm-transcript": "The transcript itself (SPDM 1.0 and 1.1).",
    },
)
Outcome = Literal["matches", "differs", "not-in-log", "not-computable"]
_literal(
    "Outcome",
    Outcome,
    "What came out when two parts of the evidence were compared.",
    {
        "matches": "They fit together, whoever made them.",
        "differs": "They do not belong together; a note says so too.",
        "not-in-log": "The log says nothing about it.",
        "not-computable": "Something that is needed is not at hand, or its algorithm is not known here.",
    },
)
Status = Literal["stable", "provisional"]
_literal(
    "Status",
    Status,
    "How sure this library is of an evidence type.",
    {
        "stable": "Proven with samples that others made.",
        "provisional": "Read from a draft, or without a sample of real hardware: it may change.",
    },
)
IdentifiedBy = Literal["content", "caller", "carrier"]
_literal(
    "IdentifiedBy",
    IdentifiedBy,
    "Who said what type of evidence this is.",
    {
        "content": "The bytes show it.",
        "caller": "The caller forced it.",
        "carrier": "What carried the bytes said it, and they do not contradict it.",
    },
)

RequestedBy = Annotated[
    str,
    Meta(
        pattern=r"^(workload|vmpl:[0-9]{1,10}|paravisor|host|verifier|unspecified)$",
        min_length=4,
        max_length=15,
    ),
]
_explain(
    "RequestedBy",
    RequestedBy,
    "Who asked for the evidence, and so chose the bytes of the binding.",
    ("workload", "vmpl:N", "paravisor", "host", "verifier", "unspecified"),
    {
        "workload": "The workload.",
        "vmpl:N": "Software of the SNP guest at VM privilege level N; 0 is the highest.",
        "paravisor": "The paravisor below the workload.",
        "host": "The host: no workload had a part in it.",
        "verifier": "Whoever verifies, by the protocol.",
        "unspecified": "The format does not say.",
    },
)

HASHES: Final = (
    *("sha-1", "sha-224", "sha-256", "sha-256-128", "sha-256-120", "sha-256-96", "sha-256-64", "sha-256-32"),
    *("sha-384", "sha-512", "sha-512-256", "sha3-224", "sha3-256", "sha3-384", "sha3-512"),
    *("blake2s-256", "blake2b-256", "blake2b-512", "k12-256", "k12-512", "sm3", "unknown"),
)
"""IANA Named Information and textual names, `sm3`, and `unknown` for every other hash."""
Hash = Annotated[str, _one_of(HASHES)]
_explain(
    "Hash",
    Hash,
    "A hash function, by its name in IANA's registries where it has one.",
    HASHES,
    {
        "sha-1": "SHA-1; broken.",
        "sha-224": "SHA-224.",
        "sha-256": "SHA-256.",
        **{f"sha-256-{bits}": f"SHA-256, cut to its first {bits} bits." for bits in (128, 120, 96, 64, 32)},
        "sha-384": "SHA-384.",
        "sha-512": "SHA-512.",
        "sha-512-256": "SHA-512/256, which is not a cut SHA-512.",
        **{f"sha3-{bits}": f"SHA3-{bits}." for bits in (224, 256, 384, 512)},
        "blake2s-256": "BLAKE2s with 256 bits.",
        "blake2b-256": "BLAKE2b with 256 bits.",
        "blake2b-512": "BLAKE2b with 512 bits.",
        "k12-256": "KangarooTwelve with 256 bits.",
        "k12-512": "KangarooTwelve with 512 bits.",
        "sm3": "SM3, the hash of Chinese standards.",
        "unknown": "Another one; `raw` has its number or name.",
    },
)
KeyUse = Literal["attestation", "identity", "endorsement", "confirmation", "authorized-by", "attested"]
_literal(
    "KeyUse",
    KeyUse,
    "What a key is for.",
    {
        "attestation": "It signs evidence.",
        "identity": "It names a device.",
        "endorsement": "It proves that its holder is a genuine TPM, by decrypting.",
        "confirmation": "Whoever presents the evidence must prove to have it (RFC 8747, RFC 7800).",
        "authorized-by": "Whoever holds it made or allowed the entry.",
        "attested": "It is itself what is measured.",
    },
)
KeyEncoding = Literal[
    "raw-point",
    "cose-key",
    "ecdsa-p256-xy",
    "tpmt-public",
    "cnf+cbor",
    "cnf+json",
    "pkix-base64-key",
    "pkix-base64-cert",
    "pkix-base64-cert-path",
    "pkix-asn1der-cert",
    "key-thumbprint",
    "cert-thumbprint",
    "cert-path-thumbprint",
    "bytes",
    "unspecified",
]
_literal(
    "KeyEncoding",
    KeyEncoding,
    "How a key, or what names it, is written.",
    {
        "raw-point": "A point of an elliptic curve (SEC 1).",
        "cose-key": "A COSE_Key (RFC 9052, section 7).",
        "ecdsa-p256-xy": "x and y of a point on P-256, 32 bytes each.",
        "tpmt-public": "The TPM's structure TPMT_PUBLIC.",
        "cnf+cbor": "The value of a confirmation claim in CBOR (RFC 8747).",
        "cnf+json": "The value of a confirmation claim in JSON (RFC 7800).",
        "pkix-base64-key": "A public key in PEM.",
        "pkix-base64-cert": "A certificate in PEM.",
        "pkix-base64-cert-path": "A chain of certificates in PEM.",
        "pkix-asn1der-cert": "A certificate in DER.",
        "key-thumbprint": "A digest of the public key.",
        "cert-thumbprint": "A digest of a certificate.",
        "cert-path-thumbprint": "A digest of a chain of certificates.",
        "bytes": "Bytes of which nothing more is said.",
        "unspecified": "The format does not say.",
    },
)
DIGESTED: Final = (
    *("attestation-key-and-qe-auth-data", "certificate-chain", "certificate-key"),
    *("configuration-descriptor", "detached-claims-set"),
    *("device-token", "eca-public-key", "event-log", "interface-report", "measurement-extension-log"),
    *("measurement-record", "negotiation", "nonce-and-services-manifest", "pcr-values"),
    *("realm-public-key", "root-certificate", "runtime-data"),
    *("tee-info", "tee-tcb-info"),
)
"""Content whose digest is computed, and compared with one in the evidence."""
Digested = Annotated[str, _one_of(DIGESTED)]
_explain(
    "Digested",
    Digested,
    "Content whose digest was computed and compared.",
    DIGESTED,
    {
        "attestation-key-and-qe-auth-data": "A quote's attestation key and the data of its quoting enclave, one after the other.",
        "certificate-chain": "An SPDM certificate chain.",
        "certificate-key": "The public key of the certificate in which the evidence came.",
        "configuration-descriptor": "What a layer of firmware was configured with.",
        "detached-claims-set": "A claims set that lies outside of the token that names its digest.",
        "device-token": "The token of a device that belongs to a realm.",
        "eca-public-key": "The public key of an embedded certification authority.",
        "event-log": "The events of a register, added up.",
        "interface-report": "What a device says of an interface that it gives to a TVM.",
        "measurement-extension-log": "An SPDM measurement extension log.",
        "measurement-record": "Measurement blocks, or the messages that have them.",
        "negotiation": "The messages of SPDM from GET_VERSION to ALGORITHMS.",
        "nonce-and-services-manifest": "The caller's nonce and the manifest of an SVSM's services, one after the other.",
        "pcr-values": "The values of the PCRs that a TPM's quote selects, in its order.",
        "realm-public-key": "The key that signs a realm's token.",
        "root-certificate": "The root of an SPDM certificate chain.",
        "runtime-data": "Data of a paravisor that lies beside the report.",
        "tee-info": "TDINFO of a TDREPORT.",
        "tee-tcb-info": "TEE_TCB_INFO of a TDREPORT.",
    },
)
COMPARED: Final = (
    *("carrier-nonce", "certificate-hwid", "certificate-kind", "certificate-product", "certificate-tcb"),
    "firmware-id",
    "vtpm-ak",
)
"""Values that are compared themselves."""
Compared = Annotated[str, _one_of(COMPARED)]
_explain(
    "Compared",
    Compared,
    "A value that was compared itself.",
    COMPARED,
    {
        "carrier-nonce": "The nonce that the carrier says was asked with.",
        "certificate-hwid": "The chip that a certificate names.",
        "certificate-kind": "The kind of key that a certificate is for.",
        "certificate-product": "The product that a certificate names.",
        "certificate-tcb": "The security versions that a certificate names.",
        "firmware-id": "The identity of the firmware in the opaque data.",
        "vtpm-ak": "The name of a TPM's attestation key.",
    },
)
LogFormat = Literal["tcg", "tcg-sha1", "ccel", "coco-aael", "dstack", "tcg-cel", "ima", "ima-text"]
_literal(
    "LogFormat",
    LogFormat,
    "How an event log is written.",
    {
        "tcg": "A log of TPM firmware in the crypto-agile form.",
        "tcg-sha1": "A log of TPM firmware in the form of TCG 1.2, with SHA-1 alone.",
        "ccel": "A log of TD firmware: the crypto-agile form, with the registers of UEFI CC.",
        "coco-aael": "Events of the attestation agent of Confidential Containers alone.",
        "dstack": "The JSON of dstack.",
        "tcg-cel": "The canonical event log of TCG, in its type-length-value form.",
        "ima": "Linux's list of measured files, in bytes.",
        "ima-text": "Linux's list of measured files, as text.",
    },
)
Backing = Literal[
    "data",
    "data-part",
    "name",
    "derived",
    "digest-only",
    "contradicts",
    "not-extended",
    "not-computable",
]
_literal(
    "Backing",
    Backing,
    "What of an event its digests are of, found by hashing and never taken from its type.",
    {
        "data": "All of its data.",
        "data-part": "A range of its data.",
        "name": "The name in its data, written in another way.",
        "derived": "What the rule of the format makes of the event.",
        "digest-only": "Something that is not in the log: its data are a label, and prove nothing.",
        "contradicts": "Not its data, which for an event of this type they must be: nothing in it is to be believed.",
        "not-extended": "Nothing: the event was not extended into a register.",
        "not-computable": "Unknown: no hash of its digests is known here, or it has none.",
    },
)
Committed = Literal["matches", "differs", "not-in-log", "not-computable", "not-extended", "unchecked"]
_literal(
    "Committed",
    Committed,
    "Whether the register of an event is what all of its events add up to.",
    {
        "matches": "The evidence reports what the events add up to.",
        "differs": "The evidence reports another value: none of the events of the register is proven.",
        "not-in-log": "The evidence reports a value, and the log has no event of the register.",
        "not-computable": "An event of the register has no digest by the hash of the register.",
        "not-extended": "The event was not extended into a register.",
        "unchecked": "Nothing reports the register.",
    },
)
BOOT: Final = (
    *("secure_boot", "debug_boot", "pk", "kek", "db", "dbx", "authority", "sbat_level"),
    *("mok_list", "mok_list_x", "mok_list_trusted", "firmware_version", "loaded_image", "loaded_file"),
    *("kernel", "initrd", "kernel_command_line", "load_options"),
    *("app_id", "compose_hash", "instance_id", "os_image_hash", "key_provider"),
    *("image_reference", "image_digest"),
)
"""What a log says of how a machine was started."""
BootName = Annotated[str, _one_of(BOOT)]
_explain(
    "BootName",
    BootName,
    "What a log says of how a machine was started.",
    BOOT,
    {
        "secure_boot": "Whether firmware starts signed images alone; the text `not-set` where it has no such setting.",
        "debug_boot": "That firmware was in its debug mode.",
        "pk": "The digest of the variable that holds the platform's key.",
        "kek": "The digest of the variable that holds the keys which may change db and dbx.",
        "db": "The digest of the variable that holds the keys which may sign images.",
        "dbx": "The digest of the variable that holds what is revoked.",
        "authority": "The digest of the key by which an image was started.",
        "sbat_level": "The generations of loaders that shim takes.",
        "mok_list": "The digest of the keys of the machine's owner.",
        "mok_list_x": "The digest of what the machine's owner revoked.",
        "mok_list_trusted": "The digest of whether the owner's keys are trusted by the kernel.",
        "firmware_version": "The version of the firmware, as it says.",
        "loaded_image": "The Authenticode digest of an image that was started.",
        "loaded_file": "The digest of a file that a loader read.",
        "kernel": "The digest of the kernel.",
        "initrd": "The digest of the first file system.",
        "kernel_command_line": "The kernel's command line, or its digest.",
        "load_options": "The digest of the command line in UTF-16 with its NUL, as the kernel's stub was handed it.",
        "app_id": "The id of dstack's application, in hexadecimal.",
        "compose_hash": "The digest of the composition of dstack's application, in hexadecimal.",
        "instance_id": "The id of dstack's instance, in hexadecimal.",
        "os_image_hash": "The digest of dstack's image, in hexadecimal.",
        "key_provider": "Who provides the keys of dstack's application.",
        "image_reference": "The reference of a container's image.",
        "image_digest": "The digest of a container's image.",
    },
)
FactName = Annotated[
    str, Meta(pattern=r"[\s\S]-(binding|replay|certified)(?!\n)$", min_length=8, max_length=4096)
]
_explain(
    "FactName",
    FactName,
    "How the name of a fact ends: what is compared, and how.",
    ("binding", "replay", "certified"),
    {
        "binding": "A value of the evidence, with the content or the value that it binds.",
        "replay": "A register, with what the events of a log add up to.",
        "certified": "A value of the evidence, with what a certificate says.",
    },
)
LOUD: Final = {"binding": "binding-differs", "replay": "replay-differs", "certified": "certified-differs"}
"""How a fact's name ends, and the code of the note that says that it `differs`."""
SOURCES: Final = (
    *("ark", "ask", "asvk", "vcek", "vlek", "pck", "intermediate", "root", "other", "certificate", "x5chain"),
)
"""Parts that certificates have in chains."""
CertificateSource = Annotated[
    str,
    Meta(pattern=rf"(^|/)({'|'.join(SOURCES)})(-[0-9]+)?(?!\n)$", min_length=3, max_length=4096),
]
_explain(
    "CertificateSource",
    CertificateSource,
    "The part that a certificate has, with a number where there are several; before it, the token in whose header it came.",
    SOURCES,
    {
        "ark": "AMD's root key.",
        "ask": "AMD's signing key, which issues VCEKs.",
        "asvk": "AMD's signing key, which issues VLEKs.",
        "vcek": "The key of one AMD chip at one set of versions.",
        "vlek": "The key that AMD loaned to a cloud provider.",
        "pck": "Intel's provisioning certification key of one platform.",
        "intermediate": "A certificate between leaf and root.",
        "root": "A certificate that is its own issuer.",
        "other": "One that has no place in the chain.",
        "certificate": "One of a list that has no parts.",
        "x5chain": "One of the header of a COSE or JOSE message.",
    },
)
Time = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z(?!\n)$",
        min_length=20,
        max_length=20,
    ),
]
"""RFC 3339, in UTC and whole seconds."""
