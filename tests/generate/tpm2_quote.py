"""Quotes of TPM 2.0 from the literal numbers of TCG's Library, Part 2, with keys of our own; and recipes that break them.

Keys are named as a TPM names them: H(TPMT_PUBLIC), and under a hierarchy H(handle, name).
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import new, sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.generate import amd_chain, arm, event_logs
from tests.generate.common import FIXTURES, Made, ec_key, ecdsa, target, write

ENDORSEMENT, OWNER, PLATFORM = "4000000b", "40000001", "4000000c"
RSA_KEY = amd_chain.rsa_key("evidence test AK")
OTHER_KEY = amd_chain.rsa_key("evidence test another AK")
EC_KEY = ec_key(ec.SECP256R1(), 0x7001)
EC_384 = ec_key(ec.SECP384R1(), 0x7002)
NONCE = bytes(range(0x10, 0x30))
M, T = "/environments/measured", "/environments/tpm"
SHA1, SHA256, SHA384, SM3 = "0004", "000b", "000c", "0012"
LIBRARY = {SHA1: "sha1", SHA256: "sha256", SHA384: "sha384"}
DIGEST_INFO = {"sha1": "3021300906052b0e03021a05000414", "sha256": "3031300d060960864801650304020105000420"}


def two(data: bytes) -> bytes:
    """TPM2B: the size before the bytes."""
    return len(data).to_bytes(2, "big") + data


def rsa_public(key: amd_chain.Rsa, attributes: str = "00050072", scheme: str = "0014000b") -> bytes:
    modulus = key.n.to_bytes(256, "big")
    return bytes.fromhex(f"0001 000b {attributes} 0000 0010 {scheme} 0800 00000000") + two(modulus)


def ec_public(key: ec.EllipticCurvePrivateKey, curve: str = "0003", symmetric: str = "0010") -> bytes:
    x, y = arm.point(key)
    return bytes.fromhex(f"0023 000b 00050072 0000 {symmetric} 0018 000b {curve} 0010") + two(x) + two(y)


def named(data: bytes) -> bytes:
    return bytes.fromhex("000b") + sha256(data).digest()


def signer(public: bytes, handle: str = ENDORSEMENT) -> bytes:
    return named(bytes.fromhex(handle) + named(public))


def pcr(number: int, size: int = 32) -> bytes:
    """A value that tells its number; 17 to 22 are as nobody started a dynamic root of trust."""
    return b"\xff" * size if 17 <= number <= 22 else bytes([0xA0 + number % 16, number]) * (size // 2)


def bitmap(numbers: tuple[int, ...]) -> bytes:
    return sum(1 << number for number in numbers).to_bytes(3, "little")


def selections(*banks: tuple[str, tuple[int, ...]]) -> bytes:
    each = (bytes.fromhex(bank) + b"\x03" + bitmap(numbers) for bank, numbers in banks)
    return len(banks).to_bytes(4, "big") + b"".join(each)


SIZES = {SHA1: 20, SHA256: 32, SHA384: 48, SM3: 32, "1234": 32}


def values(*banks: tuple[str, tuple[int, ...]]) -> list[bytes]:
    return [pcr(number, SIZES[bank]) for bank, numbers in banks for number in numbers]


FEW = ((SHA256, (0, 7, 17)),)
ALL = ((SHA256, tuple(range(24))),)


def quote(
    qualified: bytes,
    banks: tuple[tuple[str, tuple[int, ...]], ...] = FEW,
    *,
    extra: bytes = NONCE,
    clock: int = 332074726,
    safe: int = 1,
    version: str = "2020031200120003",
    digest: str = "sha256",
    digests: list[bytes] | None = None,
) -> bytes:
    over = new(digest, b"".join(values(*banks) if digests is None else digests)).digest()
    counters = clock.to_bytes(8, "big") + bytes.fromhex("00000002 00000001") + bytes([safe])
    head = bytes.fromhex("ff544347 8018") + two(qualified) + two(extra) + counters
    return head + bytes.fromhex(version) + selections(*banks) + two(over)


def pkcs1(key: amd_chain.Rsa, message: bytes, digest: str = "sha256") -> bytes:
    """RSASSA-PKCS1-v1_5 (RFC 8017, 9.2)."""
    content = bytes.fromhex(DIGEST_INFO[digest]) + new(digest, message).digest()
    padded = b"\0\1" + b"\xff" * (253 - len(content)) + b"\0" + content
    return pow(int.from_bytes(padded, "big"), key.d, key.n).to_bytes(256, "big")


def rsassa(key: amd_chain.Rsa, message: bytes, digest: str = "sha256") -> bytes:
    return bytes.fromhex("0014" + {"sha1": SHA1, "sha256": SHA256}[digest]) + two(pkcs1(key, message, digest))


def pss(key: amd_chain.Rsa, message: bytes) -> bytes:
    """RSASSA-PSS with SHA-384 (amd_chain)."""
    return bytes.fromhex("0016 000c") + two(amd_chain.pss(key, message))


def short(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def by_ecdsa(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = ecdsa(key, hashes.SHA256(), message)
    return bytes.fromhex("0018 000b") + two(short(r)) + two(short(s))


def serialized(banks: tuple[tuple[str, tuple[int, ...]], ...], digests: list[bytes]) -> bytes:
    """The structures of C that tpm2_quote writes, little-endian."""
    slots = b"".join(
        bytes.fromhex(bank)[::-1] + b"\x03" + bitmap(numbers) + b"\0\0" for bank, numbers in banks
    )
    lists = [digests[at : at + 8] for at in range(0, len(digests), 8)]
    out = len(banks).to_bytes(4, "little") + slots.ljust(128, b"\0") + len(lists).to_bytes(4, "little")
    for some in lists:
        each = b"".join(len(one).to_bytes(2, "little") + one.ljust(64, b"\0") for one in some)
        out += len(some).to_bytes(4, "little") + each.ljust(528, b"\0")
    return out


def marshaled(banks: tuple[tuple[str, tuple[int, ...]], ...], digests: list[bytes]) -> bytes:
    lists = [digests[at : at + 8] for at in range(0, len(digests), 8)]
    return selections(*banks) + b"".join(
        len(some).to_bytes(4, "big") + b"".join(map(two, some)) for some in lists
    )


def jwk(key: amd_chain.Rsa) -> bytes:
    modulus = urlsafe_b64encode(key.n.to_bytes(256, "big")).decode().rstrip("=")
    return json.dumps(
        {"kid": "HCLAkPub", "key_ops": ["sign"], "kty": "RSA", "e": "AQAB", "n": modulus}
    ).encode()


def pem(label: str, der: bytes) -> bytes:
    text = b64encode(der).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()


MADE: list[Made] = []


def made(name: str, message: bytes, what: str, why: str, facts: dict[str, Any], **beside: bytes) -> None:
    kinds = {kind.replace("_", "-"): content for kind, content in beside.items()}
    files = {f"{name}.{kind}": content for kind, content in kinds.items()}
    extra = {"attachments": {kind: f"{name}.{kind}" for kind in kinds}} if kinds else {}
    signed = "signed" if "signature" in beside else "none"
    MADE.append(Made(name, message, what, why, {"/evidence/protection": signed, **facts}, extra, files))


AK = rsa_public(RSA_KEY)
AZURE = rsa_public(RSA_KEY, "00050472")
EC_AK = ec_public(EC_KEY)
OWNED = rsa_public(RSA_KEY, "00050072", "0010")
SERIALIZED = serialized(FEW, values(*FEW))
WHOLE = quote(signer(AK))
PCR, NAME = "/consistency/pcr-digest-binding/status", "/consistency/qualified_signer-binding/status"
AGREE = {PCR: "matches", NAME: "matches"}

made(
    "bare", WHOLE, "A TPMS_ATTEST alone", "It is signed by somebody whose signature is not at hand",
    {
        "/bindings/extra_data/value": NONCE.hex(),
        f"{M}/role": "unspecified",
        f"{T}/identifiers/qualified_signer/value": signer(AK).hex(),
        f"{T}/values/clock_ms/int": 332074726,
        f"{T}/values/reset_count/int": 2,
        f"{T}/values/restart_count/int": 1,
        f"{T}/values/clock_safe/bool": True,
        f"{T}/values/firmware_version/bytes": "2020031200120003",
        f"{M}/measurements/pcr-digest/digests/0/alg": "unknown",
        f"{M}/attributes/pcr_select-sha-256/raw": "810002",
    },
)  # fmt: skip
made(
    "rsassa", WHOLE, "RSASSA, and what tpm2_quote writes beside it", "The form of most quotes",
    {
        **AGREE,
        "/signatures/quote/alg": "rsassa",
        f"{M}/measurements/pcr-digest/digests/0/alg": "sha-256",
        f"{M}/measurements/pcr7/digests/0/digest": pcr(7).hex(),
        f"{T}/identifiers/ak_name/value": named(AK).hex(),
        "/attachments/ak/facts/hierarchy/text": "endorsement",
    },
    signature=rsassa(RSA_KEY, WHOLE), pcr_values=SERIALIZED, ak=two(AK),
)  # fmt: skip
PSS = quote(signer(rsa_public(RSA_KEY, scheme="0016000c")), digest="sha384")
made(
    "rsapss", PSS, "RSASSA-PSS with SHA-384 over PCRs of a SHA-256 bank",
    "The digest over PCRs is made with the hash of the scheme, not of the bank",
    {**AGREE, "/signatures/quote/alg": "rsapss", f"{M}/measurements/pcr-digest/digests/0/alg": "sha-384"},
    signature=pss(RSA_KEY, PSS), pcr_values=b"".join(values(*FEW)), ak=rsa_public(RSA_KEY, scheme="0016000c"),
)  # fmt: skip
CHILD = quote(named(bytes.fromhex("000b") + bytes(32) + named(EC_AK)))
made(
    "ecdsa-child", CHILD, "ECDSA by a key whose parent is not at hand", "Its qualified name cannot be computed",
    {PCR: "matches", NAME: "not-computable", "/signatures/quote/alg": "ecdsa-p256"},
    signature=by_ecdsa(EC_KEY, CHILD), pcr_values=marshaled(FEW, values(*FEW)), ak=EC_AK,
)  # fmt: skip
R, S = ecdsa(EC_384, hashes.SHA384(), WHOLE)
made(
    "ecdsa-der", WHOLE, "ECDSA in DER, as `tpm2_quote -f plain` writes it; a P-384 key of the platform hierarchy",
    "The signature names no algorithm: its form does",
    {NAME: "not-computable", "/signatures/quote/encoding": "der", "/signatures/quote/alg": "ecdsa-p384"},
    signature=bytes.fromhex("30") + bytes([len(b := b"".join(
        b"\x02" + bytes([number.bit_length() // 8 + 1]) + number.to_bytes(number.bit_length() // 8 + 1, "big")
        for number in (R, S)))]) + b,
    ak=ec_public(EC_384, "0004", "0006008000 43".replace(" ", "")),
)  # fmt: skip
AZ = quote(signer(AZURE), ALL)
made(
    "azure", AZ, "Azure: a bare RSA number, 24 PCRs, and the key as a JWK of the runtime claims",
    "With the one template of such keys the JWK has a name, and the quote names it",
    {**AGREE, f"{T}/identifiers/ak_name/value": named(AZURE).hex(), "/signatures/quote/alg": "rsassa"},
    signature=pkcs1(RSA_KEY, AZ), pcr_values=marshaled(ALL, values(*ALL)), ak=jwk(RSA_KEY),
)  # fmt: skip
made(
    "azure-other-key", AZ, "The JWK of another machine", "The quote names another key",
    {PCR: "matches", NAME: "differs"},
    signature=pkcs1(RSA_KEY, AZ), pcr_values=marshaled(ALL, values(*ALL)), ak=jwk(OTHER_KEY),
)  # fmt: skip
BINCODE = b"".join(len(part).to_bytes(8, "little") + part for part in (pkcs1(RSA_KEY, AZ), AZ))
made(
    "azure-bincode",
    BINCODE + (24).to_bytes(8, "little") + b"".join(values(*ALL)),
    "The same as azure-cvm-tooling writes it: signature, message and values, each behind its size",
    "What carries a quote says the values, and nobody signs that",
    {
        PCR: "matches",
        "/evidence/protection": "signed",
        f"{M}/measurements/pcr7/origin": "carrier",
        "/attachments/pcr-values/origin": "carrier",
    },
)
BANKS = ((SHA1, (0, 7)), (SHA256, (0, 7)), (SHA384, (7,)))
SEVERAL = quote(signer(AK), BANKS)
made(
    "three-banks", SEVERAL, "Three banks in one quote", "One digest over all, in the order of the selections",
    {**AGREE, f"{M}/measurements/pcr7/digests/2/digest": pcr(7, 48).hex()},
    signature=rsassa(RSA_KEY, SEVERAL), pcr_values=serialized(BANKS, values(*BANKS)), ak=AK,
)  # fmt: skip
TWICE = ((SHA256, (0,)), (SHA256, (0,)))
DOUBLE = quote(signer(AK), TWICE)
made(
    "bank-twice", DOUBLE, "A bank that is selected twice", "Its PCRs are hashed twice, and are one measurement",
    {PCR: "matches", f"{M}/attributes/pcr_select-sha-256-1/raw": "010000"},
    pcr_values=b"".join(values(*TWICE)),
)  # fmt: skip
STRANGE = ((SM3, (0,)), ("1234", (1,)))
UNKNOWN = quote(bytes.fromhex("1234") + bytes(20), STRANGE)
made(
    "unknown-bank", UNKNOWN, "A bank, and a name, of an algorithm without a name here", "It is kept by its number",
    {PCR: "matches", f"{M}/measurements/pcr1/digests/0/raw": "1234", f"{M}/attributes/pcr_select-0x1234/raw": "020000"},
    pcr_values=marshaled(STRANGE, values(*STRANGE)),
)  # fmt: skip
OWN = quote(signer(OWNED, OWNER), extra=b"", version="41e4356df966e035", clock=1 << 60, safe=0)
made(
    "owner", OWN, "A key of the owner hierarchy, no extraData, a clock above 2^53",
    "The TPM shows this key another version, and nobody asked for the quote",
    {
        NAME: "matches",
        "/attachments/ak/facts/hierarchy/text": "owner",
        f"{T}/values/clock_ms/bytes": "1000000000000000",
        f"{T}/values/clock_safe/bool": False,
    },
    signature=rsassa(RSA_KEY, OWN), ak=OWNED,
)  # fmt: skip
FREE = rsa_public(RSA_KEY, "000e0068", "0016000b")
FREELY = quote(signer(FREE, PLATFORM))
made(
    "not-restricted", FREELY, "A key that signs anything, with an attribute that has no name here",
    "That the bytes begin as a TPM's proves nothing then",
    {NAME: "matches", f"{T}/attributes/ak_attributes/raw": "000e0068"},
    signature=pkcs1(RSA_KEY, FREELY), ak=rsa_public(RSA_KEY, "000e0068", "0016000b"),
)  # fmt: skip
LEGACY = quote(bytes.fromhex("40000007"), ((SHA1, (0, 1)),), digest="sha1", extra=b"\x90\x09")
made(
    "sha1-handle", LEGACY, "RSASSA with SHA-1, by a key that is a handle alone", "Old machines sign so",
    {PCR: "matches", NAME: "not-computable", f"{M}/measurements/pcr-digest/digests/0/alg": "sha-1"},
    signature=rsassa(RSA_KEY, LEGACY, "sha1"), pcr_values=serialized(((SHA1, (0, 1)),), values((SHA1, (0, 1)))),
    ak=pem("PUBLIC KEY", amd_chain.rsa_spki(RSA_KEY)),
)  # fmt: skip
ANONYMOUS = quote(b"", ((SHA256, ()),))
made(
    "anonymous-hmac", ANONYMOUS, "A code by a secret, no signer, and no PCR",
    "Whoever can check it can make it; the digest of nothing",
    {"/evidence/protection": "mac", f"{T}/identifiers/qualified_signer/status": "none"},
    signature=bytes.fromhex("0005000b") + bytes(range(32)),
)  # fmt: skip
CERTIFICATE = arm.certificate("AK of a test", 0x7003)
made(
    "certificate", WHOLE, "The key as a certificate, and its chain beside it", "A certificate has no name of a TPM",
    {NAME: "not-computable", "/certificates/certificate-0/subject": "CN=AK of a test"},
    signature=rsassa(RSA_KEY, WHOLE), ak=CERTIFICATE, certificates=CERTIFICATE,
)  # fmt: skip
made(
    "certificate-pem", WHOLE, "The key as a certificate in PEM", "As other tools write it",
    {NAME: "not-computable"}, ak=pem("CERTIFICATE", CERTIFICATE),
)  # fmt: skip
made(
    "key-der", WHOLE, "The key as a SubjectPublicKeyInfo in DER", "As other tools write it",
    {NAME: "not-computable"}, ak=amd_chain.rsa_spki(RSA_KEY),
)  # fmt: skip
MORE = ((SHA256, (0, 1, 7, 17)),)
made(
    "pcr-not-selected", WHOLE, "The value of a PCR that the quote does not select", "Nothing signed is over it",
    {PCR: "matches", f"{M}/measurements/pcr1/digests/0/digest": pcr(1).hex()},
    pcr_values=marshaled(MORE, values(*MORE)),
)  # fmt: skip
LESS = ((SHA256, (0, 7)),)
made(
    "pcr-missing", WHOLE, "A selected PCR without a value", "The digest cannot be computed",
    {PCR: "not-computable"}, pcr_values=marshaled(LESS, values(*LESS)),
)  # fmt: skip
made(
    "pcr-differs", WHOLE, "One bit of a PCR", "The digest is over another value",
    {PCR: "differs"}, pcr_values=serialized(FEW, [bytes([pcr(0)[0] ^ 1]) + pcr(0)[1:], *values(*FEW)[1:]]),
)  # fmt: skip
OTHERS = ((SHA256, (0, 4, 8, 16)),)
made(
    "other-selection", WHOLE, "A file of values that says that other PCRs are in it",
    "The signed selection counts, and the contradiction is told",
    {PCR: "differs", f"{M}/measurements/pcr7/digests/0/digest": pcr(7).hex()},
    pcr_values=serialized(OTHERS, values(*FEW)),
)  # fmt: skip
BOOTED = ((SHA256, (1, 2, 7)),)
"""Two PCRs that the log of an event of each kind extends, and one that it does not."""


def extended(number: int) -> bytes:
    """What the events of the log make of a PCR (TPM 2.0 Part 1, 17.1)."""
    value = bytes(32)
    for told in event_logs.BOOT:
        if told.register == number:
            value = sha256(value + sha256(told.hashed).digest()).digest()
    return value


LOGGED = [extended(1), extended(2), pcr(7)]
STARTED = quote(signer(AK), BOOTED, digests=LOGGED)
LOG = event_logs.tcg()
SECURE = "/logs/0/boot/secure_boot"
made(
    "event-log", STARTED, "A quote with its log, which has one event of each kind",
    "What a log says of the start is proven by a PCR that the quote signs",
    {
        **AGREE,
        "/consistency/pcr1-sha-256-replay/status": "matches",
        "/consistency/pcr2-sha-256-replay/status": "matches",
        "/consistency/pcr7-sha-256-replay/status": "not-in-log",
        "/logs/0/format": "tcg", f"{SECURE}/bool": True, f"{SECURE}/committed": "matches",
        "/logs/0/boot/kernel/committed": "unchecked",
    },
    signature=rsassa(RSA_KEY, STARTED), pcr_values=marshaled(BOOTED, LOGGED), ak=two(AK), event_log=LOG,
)  # fmt: skip
made(
    "event-log-forged", WHOLE, "Values that fit a log, and are not those of the quote",
    "Whoever writes a log can write values that fit it: none of its events is proven",
    {PCR: "differs", f"{SECURE}/committed": "unchecked"},
    signature=rsassa(RSA_KEY, WHOLE), pcr_values=marshaled(BOOTED, LOGGED), event_log=LOG,
)  # fmt: skip
made(
    "event-log-alone", STARTED, "A log, and no values", "The digest over PCRs tells none of them",
    {f"{SECURE}/committed": "unchecked"},
    signature=rsassa(RSA_KEY, STARTED), event_log=LOG,
)  # fmt: skip
LAST = max(at for at, told in enumerate(event_logs.BOOT) if told.register == 1)
LONGER = [*event_logs.BOOT[: LAST + 1], event_logs.whole(1, 4, bytes(4)), *event_logs.BOOT[LAST + 1 :]]
made(
    "event-log-longer", STARTED, "A log with an event that the TPM was not told",
    "The first events give the register, and none of them is believed",
    {
        "/consistency/pcr1-sha-256-replay/status": "differs",
        "/consistency/pcr1-sha-256-replay/prefix": sum(told.register == 1 for told in event_logs.BOOT),
        f"{SECURE}/committed": "differs",
    },
    signature=rsassa(RSA_KEY, STARTED), pcr_values=marshaled(BOOTED, LOGGED), event_log=event_logs.tcg(LONGER),
)  # fmt: skip
made(
    "event-log-long", STARTED, "A log of more images than a document holds, in a register without a number",
    "That some are left out is said; an event of no PCR is no event of one",
    {PCR: "matches", "/logs/0/boot/255/event": 256},
    pcr_values=marshaled(BOOTED, LOGGED),
    event_log=event_logs.tcg([*[event_logs.label(4, 0x80000003, b"")] * 257, event_logs.whole(99, 4, bytes(4))]),
)  # fmt: skip
made(
    "event-log-unknown", STARTED, "Something else where a log should be", "It is listed by its digest, and not replayed",
    {PCR: "matches"}, pcr_values=marshaled(BOOTED, LOGGED), event_log=b"no log\n",
)  # fmt: skip


def recipe(  # noqa: PLR0917 (the columns of a table)
    name: str, kind: str, what: str, why: str, code: str, at: int | str | None, *edits: dict[str, Any],
           origin: str = "rsassa", part: str = "evidence") -> None:  # fmt: skip
    document = {
        "what": what, "why": why, "kind": kind, "origin_of": origin, "part": part,
        "edits": list(edits), "code": code, "at": at,
    }  # fmt: skip
    if part == "evidence":
        del document["part"]
    folder = (target() or FIXTURES) / "tpm2-quote" / "invalid"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")


SELECT = 6 + 36 + 34 + 17 + 8
"""Where pcrSelect begins: behind signer, extraData, clockInfo, firmwareVersion."""


def recipes() -> None:
    violated, cut = "constraint-violation", "truncated"
    recipe(
        "log-cut",
        "truncated",
        "A log one byte short",
        "Half of a log explains nothing",
        cut,
        0x1006,
        {"cut": len(LOG) - 1},
        origin="event-log",
        part="event-log",
    )
    recipe(
        "get-time",
        "wrong-version",
        "The type of TPM2_GetTime",
        "Only a quote is evidence",
        "not-evidence",
        None,
        {"set": 4, "hex": "8019"},
    )
    recipe(
        "magic",
        "wrong-magic",
        "Another magic",
        "Nothing that a TPM made begins so",
        "unknown-format",
        None,
        {"set": 0, "hex": "fe544347"},
    )
    recipe(
        "truncated-by-one",
        "truncated",
        "One byte short",
        "All of it is signed",
        cut,
        len(WHOLE) - 32,
        {"cut": len(WHOLE) - 1},
    )
    recipe(
        "trailing",
        "trailing",
        "One byte too many",
        "A quote ends with its digest",
        "trailing-bytes",
        len(WHOLE),
        {"append": "00"},
    )
    recipe(
        "signer-beyond",
        "length-overflow",
        "A name longer than the message",
        "Its length lies",
        cut,
        8,
        {"set": 6, "hex": "ffff"},
    )
    recipe(
        "name-of-33",
        "constraint",
        "A name of 33 bytes",
        "SHA-256 has 32",
        violated,
        6,
        {"set": 6, "hex": "0021"},
        {"delete": 41, "size": 1},
    )
    recipe(
        "safe-2",
        "reserved-bytes",
        "`safe` of 2",
        "TPMI_YES_NO",
        violated,
        SELECT - 9,
        {"set": SELECT - 9, "hex": "02"},
    )
    recipe(
        "selections-5000",
        "oversize",
        "5000 selections",
        "No TPM has so many banks, and each costs time",
        "limit-exceeded",
        SELECT,
        {"set": SELECT, "hex": "00001388"},
    )
    recipe(
        "select-size-0",
        "constraint",
        "A bitmap without bytes",
        "1 to 4",
        violated,
        SELECT + 6,
        {"set": SELECT + 6, "hex": "00"},
    )
    recipe(
        "select-size-255",
        "length-overflow",
        "A bitmap of 255 bytes",
        "1 to 4",
        violated,
        SELECT + 6,
        {"set": SELECT + 6, "hex": "ff"},
    )
    recipe(
        "digest-33",
        "constraint",
        "A digest of 33 bytes",
        "No hash has so many",
        violated,
        len(WHOLE) - 34,
        {"set": len(WHOLE) - 34, "hex": "0021"},
        {"append": "00"},
    )
    recipe(
        "extra-data-65",
        "constraint",
        "65 bytes of extraData",
        "TPM2B_DATA has 64",
        violated,
        42,
        {"set": 42, "hex": "0041"},
        {"insert": 76, "hex": "00" * 33},
    )
    recipe(
        "signature-cut",
        "truncated",
        "A signature that is cut",
        "It ends where it says",
        cut,
        6,
        {"cut": 261},
        part="signature",
    )
    recipe(
        "signature-none",
        "constraint",
        "No signature of any form",
        "Neither structure, DER nor RSA",
        violated,
        0,
        {"replace": "00010203"},
        part="signature",
    )
    recipe(
        "signature-coordinates",
        "constraint",
        "r of 67 bytes",
        "No curve is so large",
        violated,
        4,
        {"replace": "0018000b0043" + "01" * 67 + "000101"},
        part="signature",
    )
    recipe(
        "pcrs-17",
        "length-overflow",
        "A file that says 17 banks",
        "The structure of C has 16",
        violated,
        0,
        {"set": 0, "hex": "11"},
        part="pcr-values",
    )
    recipe(
        "pcrs-lists",
        "length-overflow",
        "A file that says two lists",
        "It has one",
        violated,
        132,
        {"set": 132, "hex": "02"},
        part="pcr-values",
    )
    recipe(
        "pcrs-digest-65",
        "constraint",
        "A digest of 65 bytes",
        "The largest has 64",
        violated,
        140,
        {"set": 140, "hex": "41"},
        part="pcr-values",
    )
    recipe(
        "pcrs-of-20",
        "constraint",
        "20 bytes in a bank of SHA-256",
        "32 are due",
        violated,
        142,
        {"set": 140, "hex": "14"},
        part="pcr-values",
    )
    recipe(
        "pcrs-digests-9",
        "length-overflow",
        "A list that says nine digests",
        "It has room for eight",
        violated,
        136,
        {"set": 136, "hex": "09"},
        part="pcr-values",
    )
    recipe(
        "ak-storage",
        "constraint",
        "A key of type 0008",
        "Neither RSA nor ECC",
        violated,
        2,
        {"set": 2, "hex": "0008"},
        part="ak",
    )
    recipe(
        "ak-size",
        "trailing",
        "A TPM2B whose size is off by one",
        "It is no TPM2B then, and no key",
        violated,
        0,
        {"set": 0, "hex": "0117"},
        part="ak",
    )
    recipe(
        "ak-jwk",
        "encoding",
        "A JWK of another name",
        "Only Azure's has a known template",
        "bad-encoding",
        "ak",
        {"replace": b'{"kid":"HCLEkPub","kty":"RSA","e":"AQAB","n":"AA"}'.hex()},
        part="ak",
        origin="azure",
    )


if __name__ == "__main__":
    write("tpm2-quote", "tests/generate/tpm2_quote.py", MADE, target())
    recipes()
