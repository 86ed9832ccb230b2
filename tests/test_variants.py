"""Forms that the specifications allow, and what is next to them, made by another encoder: what becomes of each."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cbor2 import CBORTag

import evidence
from tests.generate import arm_cca, arm_psa
from tests.generate.arm import filled, mac0, sign1

NONCE = bytes(range(8))
CLAIMS = {10: NONCE, 256: b"\1" + bytes(range(16))}
IN_JSON = {"eat_nonce": "12345678"}


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def cwt(claims: Any, tag: int = 18, alg: int = -7, **header: Any) -> bytes:
    """Tag 61 around a message; nothing here is verified, so its signature is filled."""
    protected = cbor2.dumps({1: alg} | {int(label[1:]): value for label, value in header.items()})
    return cbor2.dumps(CBORTag(61, CBORTag(tag, [protected, {}, cbor2.dumps(claims), filled(1, 64)])))


def jwt(claims: Any, **header: Any) -> str:
    parts = (json.dumps({"alg": "ES256"} | header).encode(), json.dumps(claims).encode(), filled(1, 64))
    return ".".join(map(b64, parts))


DETACHED = cbor2.dumps({261: 1})
OUTER = {10: NONCE, 266: {"d": [-16, sha256(DETACHED).digest()]}}
OUTER_JSON = IN_JSON | {"submods": {"d": ["DIGEST", ["sha-256", b64(sha256(b'{"uptime":1}').digest())]]}}
BUNDLE = [cwt(OUTER), {"d": DETACHED}]
BUNDLE_JSON = [["JWT", jwt(OUTER_JSON)], {"d": b64(b'{"uptime":1}')}]
TOKEN, WEB = cwt(CLAIMS), jwt(IN_JSON).encode()
PSA_TOKEN = sign1(cbor2.dumps(arm_psa.MANDATORY), arm_psa.KEY, -7)
CCA_PLATFORM = sign1(cbor2.dumps(arm_cca.platform(arm_cca.REALM_2023, arm_cca.P2023)), arm_cca.CPAK)


def cmw_tag(number: int) -> int:
    """The tag of a content format (RFC 9999)."""
    return 0x63740101 + number // 255 * 256 + number % 255


def words_of(data: bytes) -> list[str]:
    """Of each piece: where it is, its type and variant, or the code of its error."""
    return [
        f"{pieces.at}:{pieces.error.code}"
        if isinstance(pieces, evidence.Failure)
        else f"{pieces.at}:{pieces.type.name}/{pieces.claims.evidence.variant}"
        for pieces in evidence.parse_all(data)
    ]


FORMS: dict[str, tuple[bytes, list[str]]] = {
    "61(18)": (TOKEN, [":eat/cwt"]),
    "61(17)": (cwt(CLAIMS, 17, 5), [":eat/cwt"]),
    "61(61(18))": (cbor2.dumps(CBORTag(61, cbor2.loads(TOKEN))), [":constraint-violation"]),
    "61(98)": (cbor2.dumps(CBORTag(61, CBORTag(98, [b"", {}, b"", []]))), [":constraint-violation"]),
    "55799(61(18))": (b"\xd9\xd9\xf7" + TOKEN, [":eat/cwt"]),
    "55799(601)": (b"\xd9\xd9\xf7" + cbor2.dumps(CBORTag(601, CLAIMS)), [":eat/uccs"]),
    "602": (cbor2.dumps(CBORTag(602, BUNDLE)), [":eat/bundle-cbor"]),
    "55799(602)": (b"\xd9\xd9\xf7" + cbor2.dumps(CBORTag(602, BUNDLE)), [":eat/bundle-cbor"]),
    "bundle without tag": (cbor2.dumps(BUNDLE), [":eat/bundle-cbor"]),
    "bundle in JSON": (json.dumps(BUNDLE_JSON).encode(), [":eat/bundle-json"]),
    "bundle in JSON, spread out": (json.dumps(BUNDLE_JSON, indent=1).encode(), [":eat/bundle-json"]),
    "JWT": (WEB, [":eat/jwt"]),
    "JWT and line end": (WEB + b"\r\n", [":eat/jwt"]),
    "JWT behind white space": (b" \n" + WEB, [":eat/jwt"]),
    "JWT that is wrapped": (WEB[:50] + b"\n" + WEB[50:], [":bad-encoding"]),
    "JWT that is padded": (WEB + b"==", [":bad-encoding"]),
    "JWT without a signature": (WEB.rpartition(b".")[0] + b".", [":constraint-violation"]),
    "JWT in JSON": (json.dumps({"token": WEB.decode()}).encode(), ["token:eat/jwt"]),
    "a result behind white space": (b"\n" + jwt({"ear.status": 2}).encode(), [":not-evidence"]),
    "CMW record": (cbor2.dumps([263, TOKEN]), ["cmw:eat/cwt"]),
    "CMW record, media type": (cbor2.dumps(["application/eat+cwt", TOKEN, 4]), ["cmw:eat/cwt"]),
    "CMW record, parameters": (cbor2.dumps(['application/eat+cwt; a="b"', TOKEN]), ["cmw:eat/cwt"]),
    "CMW record, endorsement": (cbor2.dumps([263, TOKEN, 2]), ["cmw:not-evidence"]),
    "CMW record, JWT": (cbor2.dumps([264, WEB]), ["cmw:eat/jwt"]),
    "CMW record, bundle": (cbor2.dumps([265, cbor2.dumps(BUNDLE)]), ["cmw:eat/bundle-cbor"]),
    "CMW record, UCCS": (cbor2.dumps([601, cbor2.dumps(CLAIMS)]), ["cmw:eat/claims-set-cbor"]),
    "CMW record, PSA": (cbor2.dumps([10003, PSA_TOKEN]), ["cmw:arm-psa/cose-sign1"]),
    "CMW record, CCA platform": (cbor2.dumps([263, CCA_PLATFORM]), ["cmw:arm-cca/platform-token"]),
    "CMW tag": (cbor2.dumps(CBORTag(cmw_tag(263), TOKEN)), ["cmw:eat/cwt"]),
    "CMW behind 55799": (b"\xd9\xd9\xf7" + cbor2.dumps([263, TOKEN]), ["cmw:eat/cwt"]),
    "CMW collection": (
        cbor2.dumps({"__cmwc_t": "tag:a", 1: [263, TOKEN], "b": CBORTag(cmw_tag(264), WEB)}),
        ["1:eat/cwt", "b:eat/jwt"],
    ),
    "CMW collection in a collection": (cbor2.dumps({"a": {"b": [263, TOKEN]}}), ["a/b:eat/cwt"]),
    "CMW in JSON": (json.dumps(["application/eat+cwt", b64(TOKEN)]).encode(), ["cmw:eat/cwt"]),
    "CMW collection in JSON": (
        json.dumps(
            {"a": ["application/eat+cwt", b64(TOKEN)], "b": ["application/eat+jwt", b64(WEB)]}
        ).encode(),
        ["a:eat/cwt", "b:eat/jwt"],
    ),
    "CMW, signed": (cwt([263, TOKEN], L3="application/cmw+cbor"), ["cmw/cmw:eat/cwt"]),
    "CMW in a JWS": (
        jwt(["application/eat+cwt", b64(TOKEN)], cty="application/cmw+json").encode(),
        ["cmw/cmw:eat/cwt"],
    ),
    "PSA in a MAC": (mac0(cbor2.dumps(arm_psa.MANDATORY), filled(1, 32)), [":arm-psa/cose-mac0"]),
    "PSA and zeros": (PSA_TOKEN + bytes(9), [":arm-psa/cose-sign1"]),
    "PSA and ones": (PSA_TOKEN + b"\1", [":trailing-bytes"]),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form(name: str) -> None:
    data, wanted = FORMS[name]
    assert words_of(data) == wanted


SUBMODULES: dict[str, tuple[Any, str | None]] = {
    # in CBOR: what it is, and the code of the error if it may not be
    "claims": ({261: 1}, None),
    "token": (TOKEN, None),
    "MAC": (cwt(CLAIMS, 17, 5), None),
    "UCCS": (cbor2.dumps(CBORTag(601, CLAIMS)), None),
    "bundle": (cbor2.dumps(CBORTag(602, BUNDLE)), None),
    "JWT": (json.dumps(["JWT", WEB.decode()]), None),
    "CWT in JSON": (json.dumps(["CBOR", b64(TOKEN)]), None),
    "bundle in JSON": (json.dumps(["BUNDLE", BUNDLE_JSON]), None),
    "digest": ([-16, bytes(32)], None),
    "digest by name": (["SHA-256", bytes(32)], None),
    "bare map in bytes": (DETACHED, "constraint-violation"),
    "bundle without tag": (cbor2.dumps(BUNDLE), "constraint-violation"),
    "message as it is": (cbor2.loads(TOKEN).value, "constraint-violation"),
    "number": (5, "constraint-violation"),
    "JWT without selector": (WEB.decode(), "bad-encoding"),
    "result": ({1001: {}}, "not-evidence"),
}


@pytest.mark.parametrize("name", SUBMODULES)
def test_a_submodule(name: str) -> None:
    content, code = SUBMODULES[name]
    (piece,) = evidence.parse_all(cwt({10: NONCE, 266: {"x": content}}))
    if code is not None:
        assert isinstance(piece, evidence.Failure)
        assert piece.error.code == code
        return
    assert isinstance(piece, evidence.Evidence)
    inside = piece.claims.environment("root/submods/x")
    assert (inside.parent, inside.role) == ("root", "unspecified")


R = arm_cca.REALM_2023
PROFILES = {"legacy": "http://arm.com/CCA-SSD/1.0.0", "2023": arm_cca.P2023, "2024": arm_cca.P2024}
REALMS = {"legacy": arm_cca.REALM_LEGACY, "2023": R, "2024": arm_cca.REALM_2024}


@pytest.mark.parametrize("tag", [None, 399, 907])
@pytest.mark.parametrize("wrap", [(True, True), (True, False), (False, False)])
@pytest.mark.parametrize("realm", REALMS)
@pytest.mark.parametrize("platform", PROFILES)
def test_any_pair_of_profiles_in_any_wrapping(
    tag: int | None, wrap: tuple[bool, bool], realm: str, platform: str
) -> None:
    of_realm = REALMS[realm]
    parts = arm_cca.platform(of_realm, PROFILES[platform], L2394=1)
    claims = evidence.parse(arm_cca.token(tag, of_realm, parts, wrap=wrap)).claims
    assert claims.evidence.version == realm
    assert claims.evidence.variant == ("untagged" if tag is None else f"tag-{tag}")
    assert claims.environment("platform").profile == PROFILES[platform]
    assert ("profile-mixed" in {note.code for note in claims.notes}) == (realm != platform)
    (fact,) = claims.consistency
    assert (fact.name, fact.status) == ("realm-key-binding", "matches")
