"""Groups of our own: bytes around members that other generators made, and what ties them.

Nothing here imports the library: tags, labels and hashes are written out. Signatures are by a test key.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, NamedTuple

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.generate.common import FIXTURES, ec_key, ecdsa

SNP = (FIXTURES / "amd-sev-snp" / "valid" / "v3-milan.bin").read_bytes()
NONCE = hashlib.sha256(b"the verifier's nonce").digest()
OTHER = hashlib.sha256(b"another one").digest()
KEY = ec_key(ec.SECP256R1(), 7001)
EAT = "application/eat-ucs+cbor"
TSM = "application/vnd.veraison.tsm-report+cbor"

Row = tuple[str, str | None, str | None, str, str, str | None]
"""Of a tie: its name, both ends, how, its status, and why."""


class Case(NamedTuple):
    """A group in one input: its bytes, its members by id, the ties between them, and who is untied."""

    name: str
    data: bytes
    members: tuple[str, ...]
    ties: tuple[Row, ...]
    untied: tuple[str, ...] = ()
    nonce: bytes | None = None


def report(report_data: bytes) -> bytes:
    """An SNP report with this report data; its signature is over another one."""
    return SNP[:0x50] + report_data.ljust(64, b"\0") + SNP[0x90:]


def device(nonce: bytes) -> bytes:
    """Claims about a device, with the nonce that it was asked with."""
    return cbor2.dumps({10: nonce, 265: "tag:example.com,2026:device", 273: [[0, b"firmware of a device"]]})


def signed(payload: bytes) -> bytes:
    """A COSE_Sign1 without a content type, by the test key."""
    protected = cbor2.dumps({1: -7})
    r, s = ecdsa(KEY, hashes.SHA256(), cbor2.dumps(["Signature1", protected, b"", payload]))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))


def ratsd(
    nonce: bytes, cpu: bytes, other: bytes | None, function: str = "shake-256", sizes: Any = None
) -> bytes:
    """A token of RATSD, version 2: about itself, a report of the CPU, and a record about a device."""
    claims = {
        10: nonce,
        258: 48482,
        265: "tag:github.com,2026:veraison/ratsd/v2",
        -65537: function,
        -65538: sizes or {"tsm": 64, "nic": 32},
    }
    entries: dict[str, Any] = {
        "__cmwc_t": "tag:github.com,2025:veraison/ratsd/cmw/v2",
        "__ratsd": [
            'application/eat-ucs+cbor; eat_profile="tag:github.com,2026:veraison/ratsd/v2"',
            cbor2.dumps(cbor2.CBORTag(601, claims)),
        ],
        "tsm": [
            TSM,
            cbor2.dumps({"provider": "sev_guest", "outblob": report(cpu)}),
        ],
    }
    if other is not None:
        entries["nic"] = [EAT, device(other)]
    return signed(cbor2.dumps(entries))


def dat(token: bytes | None, report_data: bytes) -> bytes:
    """What `dat create` writes: a token about devices, and the CPU's report that has its hash."""
    entries: dict[str, Any] = {"__cmwc_t": "tag:github.com,2025:veraison/ratsd/cmw"}
    if token is not None:
        entries["dev"] = [EAT, token]
    tsm = cbor2.dumps({"provider": "sev_guest", "outblob": report(report_data)})
    return cbor2.dumps({**entries, "tsm": [TSM, tsm]})


KEY_OF_TEE = {"kty": "EC", "crv": "P-256", "alg": "ECDH-ES", "x": "AA", "y": "ÄÖ"}
RUNTIME = {"tee-pubkey": KEY_OF_TEE, "nonce": base64.b64encode(NONCE).decode()}


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def coco(additional: str, hashed: Any) -> bytes:
    """A request to KBS; the CPU's report data is the SHA-384 of `hashed` in canonical JSON."""
    data = hashlib.sha384(canonical(hashed)).digest()
    primary = {"attestation_report": base64.b64encode(report(data)).decode(), "cert_chain": None}
    evidence = {"primary_evidence": primary, "additional_evidence": additional}
    return json.dumps({"init-data": None, "runtime-data": RUNTIME, "tee-evidence": evidence}).encode()


def collection(*evidence: bytes) -> bytes:
    """A collection that says nothing about what ties its members."""
    entries = {
        f"member-{number}": [TSM, cbor2.dumps({"provider": "sev_guest", "outblob": one})]
        if len(one) == len(SNP)
        else [EAT, one]
        for number, one in enumerate(evidence)
    }
    return cbor2.dumps({"__cmwc_t": "tag:example.com,2026:set", **entries})


def shake(size: int, nonce: bytes = NONCE, name: str = "shake_256") -> bytes:
    digest: bytes = getattr(hashlib, name)(nonce).digest(size)
    return digest


def _ratsd(
    name: str,
    data: bytes,
    cpu: tuple[str, str | None],
    nic: tuple[str, str | None] | None,
    how: str,
    **more: Any,
) -> Case:
    lead, first, second = "collector-0", "cpu-0", "other-0"
    members = (lead, first, second) if nic else (lead, first)
    ties: list[Row] = [("nonce-derivation", lead, first, how, *cpu)]
    ties += [("nonce-derivation", lead, second if nic else None, how, *(nic or ("not-computable", "absent")))]
    ties += [("same-signature", lead, id, "covers", "matches", None) for id in members[1:]]
    return Case(name, data, members, tuple(ties), **more)


FITS = ("matches", None)
DIFFERS = ("differs", None)
TOKEN = device(OTHER)
TRIVIAL = bytes(31) + b"\1"
TEXT = '{"nvidia-dpu":{"version":1,"devices":[]}}'
AT_DAT = ("content-hash", "cpu-0")

CASES = (
    _ratsd("ratsd", ratsd(NONCE, shake(64), shake(32)), FITS, FITS, "shake-256"),
    _ratsd(
        "ratsd-shake-128",
        ratsd(NONCE, shake(64, name="shake_128"), shake(32, name="shake_128"), "shake-128"),
        FITS,
        FITS,
        "shake-128",
    ),
    _ratsd("ratsd-other-device", ratsd(NONCE, shake(64), OTHER), FITS, DIFFERS, "shake-256"),
    _ratsd("ratsd-without-device", ratsd(NONCE, shake(64), None), FITS, None, "shake-256"),
    _ratsd(
        "ratsd-unknown-function",
        ratsd(NONCE, shake(64), shake(32), "md5"),
        ("not-computable", "unknown-function"),
        ("not-computable", "unknown-function"),
        "shake-256",
    ),
    _ratsd(
        "ratsd-zeros",
        ratsd(TRIVIAL, shake(64, TRIVIAL), shake(32, TRIVIAL)),
        ("not-computable", "trivial"),
        ("not-computable", "trivial"),
        "shake-256",
    ),
    Case(
        "dat-create",
        dat(TOKEN, hashlib.sha256(TOKEN).digest()),
        ("other-0", "cpu-0"),
        ((*AT_DAT, "other-0", "padded-sha-256", *FITS),),
    ),
    Case(
        "dat-create-exchanged",
        dat(device(NONCE), hashlib.sha256(TOKEN).digest()),
        ("other-0", "cpu-0"),
        ((*AT_DAT, "other-0", "padded-sha-256", *DIFFERS),),
        ("other-0",),
    ),
    Case(
        "dat-create-without-device",
        dat(None, hashlib.sha256(TOKEN).digest()),
        ("cpu-0",),
        ((*AT_DAT, None, "padded-sha-256", "not-computable", "absent"),),
    ),
    Case(
        "coco",
        coco(TEXT, {**RUNTIME, "additional-evidence": TEXT}),
        ("cpu-0", "unread-0"),
        (
            (*AT_DAT, "unread-0", "padded-sha-384", *FITS),
            ("caller-nonce", None, "cpu-0", "equal", *FITS),
            ("caller-nonce", None, "unread-0", "equal", "not-computable", "not-read"),
        ),
        nonce=NONCE,
    ),
    Case(
        "coco-exchanged",
        coco(TEXT.replace("1", "2"), {**RUNTIME, "additional-evidence": TEXT}),
        ("cpu-0", "unread-0"),
        ((*AT_DAT, "unread-0", "padded-sha-384", *DIFFERS),),
        ("unread-0",),
    ),
    Case(
        "coco-device-taken-away",
        coco("", {**RUNTIME, "additional-evidence": TEXT}),
        ("cpu-0",),
        ((*AT_DAT, None, "padded-sha-384", *DIFFERS),),
    ),
    Case("coco-no-device", coco("", RUNTIME), ("cpu-0",), ((*AT_DAT, None, "padded-sha-384", *FITS),)),
    Case(
        "same-nonce",
        collection(report(NONCE), device(NONCE), device(OTHER)),
        ("cpu-0", "other-0", "other-1"),
        (("same-nonce", "cpu-0", "other-0", "equal-first-32", *FITS),),
        ("other-1",),
    ),
    Case(
        "same-zeros",
        collection(report(b""), device(bytes(32)), device(bytes(32) + b"\1")),
        ("cpu-0", "other-0", "other-1"),
        (),
        ("other-0", "other-1"),
    ),
    Case(
        "same-short",
        collection(device(NONCE[:8]), cbor2.dumps({10: NONCE[:8], 265: "tag:example.com,2026:other"})),
        ("other-0", "other-1"),
        (),
        ("other-0", "other-1"),
    ),
    Case(
        "twice",
        collection(report(NONCE), device(OTHER), device(OTHER)),
        ("cpu-0", "other-0", "other-1"),
        (),
        ("other-0", "other-1"),
    ),
    Case(
        "caller",
        collection(device(NONCE), device(OTHER)),
        ("other-0", "other-1"),
        (
            ("caller-nonce", None, "other-0", "equal", *FITS),
            ("caller-nonce", None, "other-1", "equal", *DIFFERS),
        ),
        ("other-1",),
        NONCE,
    ),
)
