"""EATs in every form of RFC 9711, from its claim numbers and names and keys of our own."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256, sha384, sha512
from typing import Any

import cbor2
from cbor2 import CBORTag as Tag
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.generate import spdm
from tests.generate.common import Made, ec_key, ecdsa, target, write

ROOT = "/environments/root"
P256, P384 = ec_key(ec.SECP256R1(), 0xEA7), ec_key(ec.SECP384R1(), 0xEA8)
ED25519 = Ed25519PrivateKey.from_private_bytes(sha256(b"eat").digest())
SECRET = sha256(b"shared secret").digest()

NONCE = bytes(range(0x10, 0x20))
UEID = b"\x01" + bytes(range(0x20, 0x30))
DIGEST = sha256(b"boot loader").digest()


def signed(payload: bytes, protected: dict[int, Any], unprotected: dict[int, Any] | None = None) -> list[Any]:
    """The four items of COSE_Sign1, by the algorithm of the protected header."""
    header = cbor2.dumps(protected) if protected else b""
    message = cbor2.dumps(["Signature1", header, b"", payload])
    if protected.get(1) == -8:
        value = ED25519.sign(message)
    else:
        key, hash_, size = (
            (P384, hashes.SHA384(), 48) if protected.get(1) == -35 else (P256, hashes.SHA256(), 32)
        )
        r, s = ecdsa(key, hash_, message)
        value = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return [header, unprotected or {}, payload, value]


def cwt(claims: dict[Any, Any], protected: dict[int, Any] | None = None) -> Any:
    """Tags 61 and 18 (RFC 8392, 6)."""
    return Tag(61, Tag(18, signed(cbor2.dumps(claims), protected or {1: -7, 4: b"key-1"})))


def maced(claims: dict[Any, Any]) -> Any:
    """COSE_Mac0 with HMAC 256/256 (5)."""
    header, payload = cbor2.dumps({1: 5}), cbor2.dumps(claims)
    message = cbor2.dumps(["MAC0", header, b"", payload])
    return Tag(17, [header, {}, payload, hmac.digest(SECRET, message, "sha256")])


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def jwt(claims: Any, header: dict[str, Any] | None = None) -> str:
    """A compact JWS with ES256, or HS256 where the header says so."""
    head = header or {"alg": "ES256"}
    message = f"{b64(text(head))}.{b64(text(claims))}".encode()
    if head["alg"] == "HS256":
        value = hmac.digest(SECRET, message, "sha256")
    else:
        r, s = ecdsa(P256, hashes.SHA256(), message)
        value = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{message.decode()}.{b64(value)}"


def certificate() -> bytes:
    """Of the P-256 key, by itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "attester")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(P256.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365))
    )
    return builder.sign(P256, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


CERTIFICATE = certificate()
COSWID = cbor2.dumps({0: "tag", 12: 0, 1: "Acme OS", 2: {31: "Acme", 33: 1}})
COSE_KEY = {1: 2, -1: 1, -2: bytes(range(32)), -3: bytes(range(32, 64))}

ALL = {
    1: "issuer",
    2: "subject",
    3: ["one", "two"],
    4: 1900000000,
    5: 1800000000,
    6: 1800000001,
    7: b"token-1",
    8: {1: COSE_KEY},
    10: NONCE,
    256: UEID,
    257: {"modem": b"\x03" + bytes(14)},
    258: 64242,
    259: b"model-9",
    260: ["3.1", 1],
    261: 77,
    262: True,
    263: 3,
    264: {1: 48.5, 2: 11, 8: 1800000000},
    265: "tag:example.com,2026:profile",
    267: 12,
    268: b"\x55" * 32,
    269: [["https://registrar.example", "platform", "application"], ["https://registrar.example", "other"]],
    270: "Acme OS",
    271: ["1.2.3", "semver"],
    272: [[258, COSWID]],
    273: [[258, COSWID], [60, b"\xa0"], [61000, b"other"]],
    274: [["tester", [["all", 1], [b"\x01", 3]]]],
    275: 2,
}


def evidence_triple(*maps: dict[int, Any], environment: dict[int, Any]) -> list[Any]:
    return [environment, list(maps)]


MULTI = {
    0: Tag(111, bytes.fromhex("0607517b010f046308")),
    1: "Acme",
    2: "RoadRunner",
    3: 1,
    4: 2,
}
CONCISE = {
    0: {
        0: [
            evidence_triple(
                {
                    0: "firmware",
                    1: {
                        0: {0: "1.0", 1: 16384},
                        1: Tag(552, 4),
                        2: [[7, sha384(b"fw").digest()], ["sha-256", b"short"], ["blake3", DIGEST]],
                        3: {3: False, 6: True},
                        11: "Firmware image",
                    },
                    2: [Tag(554, "base64 key"), Tag(557, [1, DIGEST])],
                },
                {0: 3, 1: {4: Tag(560, b"raw"), 5: b"mask"}},
                {1: {4: Tag(563, [b"value", b"bits"])}},
                {1: {0: {0: "2.0"}, 1: 9, 3: {3: True, 8: True}, 12: {0: [1, 2]}, 15: 5}},
                {
                    0: Tag(111, bytes.fromhex("8837895201")),
                    1: {14: {0: [[7, sha384(b"r").digest()]], "b": [[1, DIGEST]]}},
                },
                {
                    0: Tag(37, bytes(range(16))),
                    1: {
                        1: 2**60,
                        6: bytes.fromhex("a1b2c3d4e5f6"),
                        7: bytes.fromhex("c0000201"),
                        8: "SN-1",
                        9: Tag(550, UEID),
                        10: bytes(range(200, 216)),
                    },
                },
                {0: "limit", 1: {1: Tag(553, 3), 13: [Tag(558, COSE_KEY), b"plain"], 15: Tag(564, [-1, 1])}},
                environment={0: MULTI, 1: Tag(550, UEID), 2: b"group"},
            ),
            evidence_triple(
                {1: {2: [[1, DIGEST]], 99: "later"}}, environment={0: {0: Tag(37, bytes(16))}, 9: 1}
            ),
        ],
        1: [[{0: MULTI, 1: Tag(550, UEID), 2: b"group"}, [Tag(554, "identity")]]],
        2: [[1, [2]]],
        3: [["domain", [{0: {1: "Acme"}}]]],
        4: [[{0: {1: "Acme"}}, [{1: {16: {24: "files"}}}]]],
        5: [[{0: {1: "Acme"}}, [Tag(562, b"der")]]],
        9: "later",
    },
    1: Tag(37, bytes(range(16, 32))),
    2: Tag(111, bytes.fromhex("6086480186f84d010f06")),
    8: "later",
}
SMALL = {0: {0: [[{0: {1: "Acme"}}, [{1: {2: [[1, DIGEST]]}}]]]}}
TOC = Tag(
    570,
    {
        0: [Tag(571, SMALL), SMALL],
        1: [{0: Tag(32, "https://example.com/rim")}, {0: [Tag(32, "https://example.com/other")]}],
        2: Tag(32, "https://example.com/profile"),
    },
)
COMPONENT = {
    1: ["boot loader", ["1.2.3", 16384]],
    2: ["sha-256", DIGEST],
    3: [b"authority"],
    4: bytes(7) + b"\1",
}
RAW_COMPONENT = {1: ["settings"], 5: b"raw"}

TEE = cbor2.dumps({262: True, 258: 64242, 270: "TEE OS"})
OTHER = cbor2.dumps({270: "altered"})
ELSEWHERE = cbor2.dumps({270: "far away"})


def cbor_bundle() -> bytes:
    claims = {
        10: NONCE,
        266: {
            "TEE": [-16, sha256(TEE).digest()],
            "altered": ["SHA-256", sha256(TEE).digest()],
            "odd hash": [-18, b"\x01" * 32],
            "elsewhere": [-44, sha512(ELSEWHERE).digest()],
        },
    }
    detached = {"TEE": TEE, "altered": OTHER, "odd hash": OTHER}
    return cbor2.dumps(Tag(602, [cbor2.dumps(cwt(claims)), detached]))


JSON_TEE = text({"swname": "TEE OS"})


def json_bundle() -> bytes:
    claims = {
        "eat_nonce": "nonce-in-text",
        "submods": {
            "TEE": ["DIGEST", ["SHA-256", b64(sha256(JSON_TEE).digest())]],
            "binary": ["DIGEST", ["SHA-384", b64(sha384(TEE).digest())]],
        },
    }
    return text([["JWT", jwt(claims)], {"TEE": b64(JSON_TEE), "binary": b64(TEE)}])


CBOR_SUBMODS = {
    10: [NONCE, bytes(range(8))],
    266: {
        "claims": {270: "OS", 263: 0, 266: {"inner/~": {270: "deeper", 263: 4}}},
        "token": cbor2.dumps(cwt({10: NONCE, 256: UEID, 263: 1}, {1: -8})),
        "unprotected": cbor2.dumps(Tag(601, {270: "UCCS"})),
        "JSON": json.dumps(
            ["JWT", jwt({"eat_nonce": "in-a-json-web-token", "dbgstat": "disabled-since-boot"})]
        ),
        "bundle": cbor2.dumps(
            Tag(
                602,
                [
                    json.dumps(
                        ["JWT", jwt({"submods": {"d": ["DIGEST", ["SHA-256", b64(sha256(TEE).digest())]]}})]
                    ),
                    {"d": TEE},
                ],
            )
        ),
        "elsewhere": [-16, sha256(ELSEWHERE).digest()],
    },
}
JSON_SUBMODS = {
    "eat_nonce": ["first-nonce", "second-nonce"],
    "submods": {
        "claims": {"swname": "OS", "dbgstat": "enabled"},
        "JWT": ["JWT", jwt({"eat_nonce": "nested-nonce", "ueid": b64(UEID)})],
        "CBOR": [
            "CBOR",
            b64(cbor2.dumps(cwt({10: NONCE, 270: "in CBOR", 265: bytes.fromhex("8837895201")}))),
        ],
        "BUNDLE": ["BUNDLE", json.loads(json_bundle())],
        "DIGEST": ["DIGEST", ["SHA-256", b64(sha256(ELSEWHERE).digest())]],
    },
}
ALL_JSON = {
    "iss": "issuer",
    "aud": "one",
    "exp": 1900000000.5,
    "jti": "token-1",
    "cnf": {"jwk": {"kty": "EC"}},
    "eat_nonce": "nonce-in-text",
    "ueid": b64(UEID),
    "sueids": {"modem": b64(b"\x02" + bytes(8))},
    "oemid": b64(b"\x89\x45\xad"),
    "hwmodel": b64(b"model-9"),
    "hwversion": ["3.1"],
    "uptime": 77,
    "oemboot": True,
    "dbgstat": "disabled-fully-and-permanently",
    "location": {"latitude": 48.5, "longitude": 11},
    "eat_profile": "1.2.3.4",
    "bootcount": 2**60,
    "bootseed": b64(bytes(32)),
    "swname": "Acme OS",
    "swversion": ["1.2.3"],
    "manifests": [[50, "{}"], [258, b64(COSWID)]],
    "measurements": [
        [10571, b64(cbor2.dumps(SMALL))],
        [65001, json.dumps({"id": ["boot loader"], "digested-measurement": ["sha-256", b64(DIGEST)]})],
    ],
    "measres": [["tester", [["all", "success"], ["some", "absent"]]]],
    "intuse": "csr",
    "x-more": {"nested": [1]},
}


def odd_json() -> bytes:
    """What RFC 9711's own examples, and tokens in the field, have and the RFC has not."""
    padded = urlsafe_b64encode(b"\x00" + UEID[1:]).decode()
    claims = {
        "eat_nonce": "nonce-in-text",
        "ueid": padded,
        "iat": 1800000000.0,
        "exp": None,
        "swversion": "1.2",
        "oemboot": False,
    }
    return b" " + json.dumps(claims, indent=1).encode() + b"\n"


BROKEN_CONCISE = b"\xa1\x00\x80"
MEASURED = {
    10: NONCE,
    256: b"\x02" + bytes(6),
    258: bytes(16),
    263: 2,
    265: b"\x06\x03\x2a\x03\x04",
    273: [
        [10571, cbor2.dumps(Tag(571, SMALL))],
        [10570, cbor2.dumps(TOC)],
        [65000, cbor2.dumps(COMPONENT)],
        [65000, cbor2.dumps(RAW_COMPONENT)],
        [65000, cbor2.dumps({1: ["boot loader"], 2: [99, DIGEST]})],
        [10571, BROKEN_CONCISE],
        [10570, cbor2.dumps(Tag(571, SMALL))],
    ],
    299: [258, COSWID],
    -70000: "private",
    "text label": [1.5, None],
}
OCP = {
    10: NONCE,
    263: 1,
    265: Tag(111, b"1.3.6.1.4.1.42623.1.3"),
    273: [[10571, cbor2.dumps(SMALL)]],
    1: "CN=DPE attestation key",
    257: UEID,
}
A_NONCE = {"/bindings/eat_nonce/value": NONCE.hex(), "/bindings/eat_nonce/role": "challenge"}

MADE = [
    Made(
        "cwt",
        cbor2.dumps(cwt(ALL)),
        "Tags 61 and 18, every registered claim, ES256",
        "The plain case: each claim of RFC 9711 and RFC 8392 in the list that fits it",
        {
            **A_NONCE,
            "/evidence/variant": "cwt",
            "/evidence/protection": "signed",
            "/signatures/token/alg": "ecdsa",
            f"{ROOT}/debug": "disabled-permanently",
            f"{ROOT}/profile": "tag:example.com,2026:profile",
            f"{ROOT}/identifiers/ueid/value": UEID.hex(),
            f"{ROOT}/identifiers/oemid/text": "64242",
            f"{ROOT}/identifiers/hwmodel/value": b"model-9".hex(),
            f"{ROOT}/identifiers/kid/value": b"key-1".hex(),
            f"{ROOT}/versions/hwversion/value": "3.1",
            f"{ROOT}/values/uptime/int": 77,
            f"{ROOT}/values/oemboot/bool": True,
            f"{ROOT}/values/intuse/text": "registration",
            f"{ROOT}/manifests/manifest-0/raw": COSWID.hex(),
        },
    ),
    Made(
        "self-described",
        cbor2.dumps(Tag(55799, cwt({10: NONCE, 258: b"\x89\x45\xad", 263: 0}, {1: -35, 33: CERTIFICATE}))),
        "Tag 55799 in front, ES384, an IEEE OEM ID",
        "OCP's profile wants the tag; the three forms of an OEM ID stay apart",
        {
            **A_NONCE,
            "/signatures/token/alg": "ecdsa",
            f"{ROOT}/debug": "enabled",
            f"{ROOT}/identifiers/oemid/value": "8945ad",
        },
    ),
    Made(
        "untagged",
        cbor2.dumps(
            signed(
                cbor2.dumps(Tag(61, {10: NONCE, 265: b"1.2.3.4"})),
                {1: -7},
                {4: b"unprotected", 33: [CERTIFICATE, b"no certificate"]},
            )
        ),
        "No tag, tag 61 inside, a profile as text in bytes, certificates in the unprotected header",
        "Producers leave tags out; what a header says about its key is shown and noted, never trusted",
        {**A_NONCE, "/evidence/variant": "cose-sign1-untagged", f"{ROOT}/profile": "1.2.3.4"},
    ),
    Made(
        "ocp",
        cbor2.dumps(
            Tag(
                18,
                signed(
                    cbor2.dumps(Tag(55799, Tag(61, OCP))),
                    {1: -35},
                    {4: bytes(range(48))},
                ),
            )
        ),
        "OCP's profile as Caliptra's firmware writes it: its identifier as text in tag 111, one SUEID without a label",
        "RFC 9711 has neither the tag nor a SUEID alone; tokens of devices in use have, so both are read and noted",
        {
            **A_NONCE,
            "/evidence/variant": "cose-sign1",
            f"{ROOT}/profile": "1.3.6.1.4.1.42623.1.3",
            f"{ROOT}/identifiers/sueid/value": UEID.hex(),
            f"{ROOT}/debug": "disabled",
        },
    ),
    Made(
        "with-attachment",
        cbor2.dumps(maced({10: NONCE, 263: 3})),
        "A token with certificates beside it",
        "Attachments are listed; this type reads none",
        {**A_NONCE, "/attachments/certificates/size": 4},
        {"attachments": {"certificates": "with-attachment.certificates"}},
        {"with-attachment.certificates": b"\x30\x02\x05\x00"},
    ),
    Made(
        "mac",
        cbor2.dumps(maced({10: NONCE, 263: 3})),
        "COSE_Mac0",
        "A shared secret is no signature",
        {**A_NONCE, "/evidence/protection": "mac"},
    ),
    Made(
        "mac-algorithm",
        cbor2.dumps(Tag(18, signed(cbor2.dumps({10: NONCE}), {1: 5}))),
        "A COSE_Sign1 whose algorithm is HMAC",
        "Kept as it says, and noted: TCG's own example has one",
        {**A_NONCE, "/signatures/token/alg": "hmac-256-256", "/notes/0/code": "algorithm-kind"},
    ),
    Made(
        "unknown-algorithm",
        cbor2.dumps(Tag(18, signed(cbor2.dumps({10: NONCE}), {1: -65000}))),
        "An algorithm that nobody here knows",
        "Its number stands for it",
        {**A_NONCE, "/signatures/token/alg": "cose:-65000", "/notes/0/code": "unknown-algorithm"},
    ),
    Made(
        "cwt-without-eat-claims",
        cbor2.dumps(Tag(18, signed(cbor2.dumps({1: "issuer", 6: 1443944944.5, 7: b"token"}), {}))),
        "Nothing but claims of RFC 8392, a date that is a float, an empty protected header",
        "RFC 8392's own vectors are such tokens; it is noted that nothing is attested",
        {f"{ROOT}/values/iss/text": "issuer", f"{ROOT}/values/iat/text": "1443944944.5"},
    ),
    Made(
        "uccs",
        cbor2.dumps(Tag(601, {10: NONCE, 259: b"m", 263: 1})),
        "Tag 601",
        "Nobody signed these claims",
        {**A_NONCE, "/evidence/protection": "none", "/evidence/variant": "uccs"},
    ),
    Made(
        "bare",
        cbor2.dumps(MEASURED),
        "A bare map: concise evidence, measured components, a wrapper, unknown claims, a profile with its DER tag",
        "Content formats decide what a measurement is; what cannot be read, and a format that is wrong, are noted",
        {
            **A_NONCE,
            f"{ROOT}/profile": "1.2.3.4",
            f"{ROOT}/debug": "disabled-since-boot",
            "/environments/root~1measurements~10~10/measurements/0/digests/0/digest": DIGEST.hex(),
            f"{ROOT}/measurements/settings/value": b"raw".hex(),
            f"{ROOT}/unknown/-70000/raw": cbor2.dumps("private").hex(),
        },
    ),
    Made(
        "submodules",
        cbor2.dumps(cwt(CBOR_SUBMODS)),
        "Submodules of every kind in CBOR, and two nonces",
        "Each submodule is an environment; a nested token has a signature of its own",
        {
            "/bindings/eat_nonce-0/value": NONCE.hex(),
            "/bindings/eat_nonce-1/value": bytes(range(8)).hex(),
            "/environments/root~1submods~1claims/debug": "enabled",
            "/environments/root~1submods~1claims~1submods~1inner~01~00/debug": "disabled-fully-and-permanently",
            "/environments/root~1submods~1token/debug": "disabled",
            "/environments/root~1submods~1elsewhere/detached": True,
        },
    ),
    Made(
        "bundle",
        cbor_bundle(),
        "A detached bundle: a digest that matches, one that differs, one that cannot be computed, one without its claims",
        "Claims count only if they are those that the token has the digest of",
        {
            **A_NONCE,
            "/environments/root~1submods~1TEE/values/swname/text": "TEE OS",
            "/consistency/submods~1TEE~1digest-binding/status": "matches",
            "/consistency/submods~1altered~1digest-binding/status": "differs",
            "/consistency/submods~1odd hash~1digest-binding/status": "not-computable",
        },
    ),
    Made(
        "bundle-untagged",
        cbor2.dumps(cbor2.loads(cbor_bundle()).value),
        "The same bundle without its tag",
        "RFC 9711 allows it where a media type says what it is; its shape says so as well",
        {**A_NONCE, "/evidence/variant": "bundle-cbor", "/evidence/protection": "partly-signed"},
    ),
    Made(
        "concise-evidence",
        cbor2.dumps(Tag(571, CONCISE)),
        "Concise evidence with triples of every kind",
        "Environments are those that its triples speak about; domains and unknown entries are kept",
        {
            "/environments/root~10/identifiers/class_id/text": "2.1.123.1.15.4.99.8",
            "/environments/root~10/measurements/firmware/digests/0/digest": sha384(b"fw").hexdigest(),
            "/environments/root~10/measurements/firmware/svn": 4,
            "/environments/root~10/debug": "enabled",
            f"{ROOT}/profile": "2.16.840.1.113741.1.15.6",
        },
    ),
    Made(
        "concise-evidence-untagged",
        cbor2.dumps(SMALL),
        "Concise evidence without its tag",
        "It comes tagged and bare",
        {"/environments/root~10/measurements/0/digests/0/digest": DIGEST.hex()},
    ),
    Made(
        "spdm-toc",
        cbor2.dumps(TOC),
        "A table of contents with two pieces of concise evidence, tagged and bare",
        "What SPDM devices hold as a manifest",
        {
            f"{ROOT}/values/rim_locator-0/text": "https://example.com/rim",
            "/environments/root~10~10/measurements/0/digests/0/digest": DIGEST.hex(),
        },
    ),
    Made(
        "claims-set",
        text(ALL_JSON),
        "Every registered claim in JSON",
        "Names and forms of JSON give the same entries as those of CBOR",
        {
            "/bindings/eat_nonce/value": b"nonce-in-text".hex(),
            f"{ROOT}/identifiers/ueid/value": UEID.hex(),
            f"{ROOT}/identifiers/oemid/value": "8945ad",
            f"{ROOT}/debug": "disabled-fully-and-permanently",
            f"{ROOT}/values/bootcount/text": str(2**60),
        },
    ),
    Made(
        "claims-set-odd",
        odd_json(),
        "Padding, a null, a float, a version that is a text, a claim without the one that it needs, white space",
        "RFC 9711's own examples have these: they are read and noted",
        {"/bindings/eat_nonce/value": b"nonce-in-text".hex(), f"{ROOT}/versions/swversion/value": "1.2"},
        {
            "parses_when_cut_at": [
                {
                    "start": len(odd_json()) - 1,
                    "end": len(odd_json()) - 1,
                    "why": "white space at the end of JSON text means nothing",
                }
            ]
        },
    ),
    Made(
        "jwt-white-space",
        b" \r\n\t" + jwt({"eat_nonce": "nonce-in-text"}, {"alg": "ES256"}).encode(),
        "A JWT with white space in front of it",
        "Tools print and mail tokens: what stands around one is none of it",
        {"/bindings/eat_nonce/value": b"nonce-in-text".hex(), "/evidence/variant": "jwt"},
    ),
    Made(
        "jwt",
        jwt(
            ALL_JSON,
            {
                "alg": "ES256",
                "kid": "key-1",
                "jku": "https://example.com/keys",
                "x5c": [b64encode(CERTIFICATE).decode(), "no certificate"],
            },
        ).encode(),
        "A JWT with every claim; its header names certificates and a URL",
        "The payload is a layer of its own; keys of the header are noted, and no URL is ever fetched",
        {
            "/evidence/protection": "signed",
            "/signatures/token/construct": "jws",
            f"{ROOT}/identifiers/kid/text": "key-1",
            "/bindings/eat_nonce/value": b"nonce-in-text".hex(),
        },
    ),
    Made(
        "jwt-mac",
        jwt({"eat_nonce": "nonce-in-text"}, {"alg": "HS256", "kid": 7}).encode() + b"\n",
        "A JWT with HS256, a key identifier that is a number, a line end",
        "A shared secret is no signature; what follows a compact JWS is no part of it",
        {"/evidence/protection": "mac", "/evidence/trailing": 1},
        {"parses_when_cut_at": [{"start": 115, "end": 115, "why": "the token without the line end"}]},
    ),
    Made(
        "submodules-json",
        text(JSON_SUBMODS),
        "Submodules of every kind in JSON",
        "Tokens in tokens: JWT and CBOR in JSON, a bundle, a digest",
        {
            "/evidence/protection": "partly-signed",
            "/environments/root~1submods~1claims/debug": "enabled",
            "/environments/root~1submods~1CBOR/profile": "2.999.1234.1",
        },
    ),
    Made(
        "bundle-json",
        json_bundle(),
        "A bundle in JSON with claims sets in JSON and in CBOR",
        "The digest is over the bytes behind the base64url, not over the text",
        {
            "/consistency/submods~1TEE~1digest-binding/status": "matches",
            "/consistency/submods~1binary~1digest-binding/status": "matches",
        },
    ),
]

# -- devices (draft-poirier-rats-eat-da) ----------------------------------------------------------------

DEVICE_ROOT = spdm.certificate("Device CA", "Device CA", 1, authority=True)
DEVICE_LEAF = spdm.certificate("Device", "Device CA", 2)
VCA = spdm.vca(0x12)
SHA256_VCA = spdm.vca(0x12, measurement_hash=1 << 1)
CHALLENGED = spdm.challenge(0x12) + spdm.challenge_auth(
    0x12, sha384(b"chain").digest(), sha384(b"all").digest()
)
MEASUREMENTS_L1 = spdm.get_measurements(0x12) + spdm.measurements(0x12, [])
LINARO = "tag:linaro.org,2025:device"


def device_signature(transcript: bytes, purpose: bytes, slot: int = 0, responder: bytes | None = None) -> Any:
    """What a responder signed of version 1.2, with both nonces, the prefix, and the transcript whole."""
    prefix = b"dmtf-spdm-v1.2.*" * 4 + bytes(36 - len(purpose)) + purpose
    nonces = (transcript[len(VCA) + 4 : len(VCA) + 36], responder or bytes(range(0x80, 0xA0)))
    value = spdm.signature(0x12, transcript, purpose)
    return {1: slot, 2: nonces[0], 3: nonces[1], 4: prefix, 5: transcript, 6: 2, 7: value}


def device_digest(kind: int, alg: Any, value: bytes) -> Any:
    return {1: kind, 2: [alg, value]}


def devices() -> dict[Any, Any]:
    """Devices with each claim, and with each way to name a hash."""
    whole = {
        265: f"{LINARO}-spdm#1.0.0",
        3802: {
            1: device_digest(0, "sha-384", sha384(b"rom").digest()),
            2: device_digest(1, 2, sha384(b"firmware").digest()),
            6: {1: 6, 3: b"4.2.0"},
            7: {1: 3, 2: ["sha-384", sha384(b"configuration").digest()], 9: "later"},
            "signature": device_signature(
                VCA + MEASUREMENTS_L1, b"responder-measurements signing", 0, spdm.RESPONDER_NONCE
            ),
        },
        3803: {0: DEVICE_ROOT + DEVICE_LEAF, 1: spdm.chain([DEVICE_ROOT, DEVICE_LEAF]), 2: b"no chain"},
        3804: VCA,
        3807: device_signature(VCA + CHALLENGED, b"responder-challenge_auth signing"),
        3808: {
            1: b"\x07\x00",
            2: b"\x0f\x80",
            3: b"\x00\x00",
            4: bytes(4),
            5: {
                1: {1: b"\x10" + bytes(7), 2: b"\x02" + bytes(3), 3: {1: b"\x01\x00", 2: b"\x03\x00"}},
                2: {1: b"\x20" + bytes(7), 2: b"\x01" + bytes(3)},
            },
            6: b"ACME",
        },
    }
    short: dict[Any, Any] = {
        265: f"{LINARO}-spdm#1.0.0",
        3802: {1: device_digest(0, "sha-384", DIGEST), 2: device_digest(1, 0, DIGEST)},
        3804: SHA256_VCA,
    }
    nameless = {
        265: f"{LINARO}-spdm#1.0.0",
        3802: {
            1: device_digest(0, 2, sha384(b"rom").digest()),
            2: device_digest(1, 4, sha512(b"firmware").digest()),
            3: device_digest(2, "acme", DIGEST),
        },
        3804: b"no negotiation",
        3807: device_signature(b"no conversation" * 20, b"responder-challenge_auth signing"),
    }
    legacy: dict[Any, Any] = {265: f"{LINARO}-pcie-legacy#1.0.0"}
    registers = legacy | {3805: {1: b"\x10\xde", 2: b"\x23\x36", 5: b"\xa1", 6: b"\x03\x02\x00"}}
    space = legacy | {3806: b"\xde\x10\x36\x23" + bytes(252)}
    submods: dict[str, Any] = {
        "spdm:ACME:WHOLE:1": whole,
        "spdm:ACME:SHORT:2": short,
        "/sys/devices/0": nameless,
    }
    submods |= {"legacy-pcie:0000:01:02.0": registers, "legacy-pcie:0000:01:03.0": space}
    return {10: NONCE, 265: f"{LINARO}#1.0.0", 266: submods}


MAP_OF_A_DEVICE = f'application/eat-ucs+cbor; eat_profile="{LINARO}-spdm#1.0.0"'


def device() -> dict[Any, Any]:
    """What RATSD makes of a device's objects: the name of the hash is always the same."""
    return {
        265: f"{LINARO}-spdm#1.0.0",
        3802: {1: device_digest(0, "sha-384", DIGEST), 6: {1: 6, 3: b"4.2.0"}},
        3803: {0: spdm.chain([DEVICE_ROOT, DEVICE_LEAF])},
        3804: SHA256_VCA,
    }


def record(evidence: bytes, media_type: str) -> dict[str, Any]:
    """RATSD's record of a device."""
    members: dict[str, Any] = {"dev-name": "0000:01:00.0", "nonce": bytes(range(0x20, 0x40)), "generation": 2}
    return members | {"format": media_type, "evidence": evidence}


WHOLE, SHORT_HASH, NAMELESS = (
    f"/environments/root~1submods~1{name}" for name in ("spdm:ACME:WHOLE:1", "spdm:ACME:SHORT:2", "~01sys~01devices~010")
)  # fmt: skip
MADE += [
    Made(
        "devices",
        cbor2.dumps(devices()),
        "A Device Assignment Token: devices with SPDM and without",
        "What was negotiated names a hash, and no number does; a device's own signature is in the token, with its transcript",
        {
            "/environments/root/role": "unspecified",
            f"{WHOLE}/role": "device",
            f"{WHOLE}/measurements/1/digests/0/alg": "sha-384",
            f"{WHOLE}/values/interface_info/bytes": "0700",
            f"{WHOLE}/values/range-1.range_id/bytes": "0300",
            f"{SHORT_HASH}/measurements/0/digests/0/alg": "sha-256",
            f"{NAMELESS}/measurements/0/digests/0/alg": "unknown",
        },
    ),
    Made(
        "devices-signed",
        cbor2.dumps(cwt(devices())),
        "The same, signed",
        "The token's signer vouches for all that is in it; the device's signature is a device's",
        {"/signatures/token/by": "attester"},
    ),
    Made(
        "ratsd-record",
        cbor2.dumps(record(cbor2.dumps(device()), MAP_OF_A_DEVICE)),
        "RATSD's record around the claims of a device",
        "Its nonce is the collector's word; the digests are of the hash that was negotiated, whatever it is called",
        {
            "/environments/root/role": "device",
            "/environments/root/measurements/0/digests/0/alg": "sha-256",
            "/bindings/collector_nonce/role": "context",
            "/bindings/collector_nonce/origin": "carrier",
            "/evidence/protection": "none",
        },
    ),
    Made(
        "ratsd-record-token",
        cbor2.dumps(record(cbor2.dumps(cwt({10: NONCE, **device()})), "application/eat+cwt")),
        "The same around a token that the device signed",
        "The device's own nonce is a challenge; the collector's stands beside it",
        {"/bindings/eat_nonce/role": "challenge", "/bindings/collector_nonce/role": "context"},
    ),
]

if __name__ == "__main__":
    write("eat", "tests/generate/eat.py", MADE, target())
