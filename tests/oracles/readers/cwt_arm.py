"""cwt (and the cbor2 below it) on CCA and PSA tokens: it checks the realm's signature with the key in it."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import cbor2
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError

R, P, D = "/environments/realm", "/environments/platform", "/environments/device"
PSA_1 = {
    10: -75008,
    256: -75009,
    265: -75000,
    2394: -75001,
    2395: -75002,
    2396: -75003,
    2399: -75006,
    2400: -75010,
}
Claims = dict[Any, Any]
Facts = dict[str, Any]
CURVES = {65: (1, "ES256"), 97: (2, "ES384"), 133: (3, "ES512")}


def key_of(raw: bytes, alg: int) -> COSEKey:
    if raw[:1] != b"\x04":
        parts = {**cbor2.loads(raw), 3: alg}
    else:
        size = len(raw) // 2
        curve, _ = CURVES[len(raw)]
        parts = {1: 2, 3: alg, -1: curve, -2: raw[1 : 1 + size], -3: raw[1 + size :]}
    return COSEKey.new(parts)


def payload(message: bytes) -> Claims:
    """The claims of a message, whoever signed it."""
    claims: Any = cbor2.loads(cbor2.loads(message).value[2])
    result: Claims = claims.value if isinstance(claims, cbor2.CBORTag) else claims
    return result


def signed_payload(message: bytes) -> Claims:
    """A realm's claims: out of the hands of cwt where the key in them signed them."""
    claims = payload(message)
    protected = cbor2.loads(message).value[0]
    if not protected:
        return claims
    try:
        key = key_of(claims[44237], cbor2.loads(protected)[1])
        checked: Claims = cbor2.loads(COSE.new().decode(message, key))
    except (CWTError, ValueError):
        return claims
    return checked


def identifiers(result: Facts) -> Facts:
    """Identifiers of zeros identify nobody: what was there is `raw`."""
    return {
        path.removesuffix("value") + "raw"
        if "/identifiers/" in path and not str(value).strip("0")
        else path: value
        for path, value in result.items()
    }


def named(prefix: str, claims: Claims, **paths: int) -> Facts:
    values = {}
    for path, label in paths.items():
        value = claims.get(label)
        if value is not None:
            values[prefix + path.replace("__", "/")] = value.hex() if isinstance(value, bytes) else value
    return values


def components(prefix: str, claims: Claims) -> Facts:
    values = {}
    for index, one in enumerate(claims.get(2399, claims.get(-75006)) or ()):
        here = f"{prefix}/measurements/{index}"
        values[f"{here}/digests/0/digest"] = one[2].hex()
        values[f"{here}/signer"] = one[5].hex()
        if isinstance(one.get(4), str):
            values[f"{here}/version"] = one[4]
    return values


def realm(claims: Claims) -> Facts:
    digests = {
        f"{R}/measurements/rem{i}/digests/0/digest": value.hex() for i, value in enumerate(claims[44239])
    }
    return {
        "/bindings/realm_challenge/value": claims[10].hex(),
        f"{R}/inputs/personalization_value/value": claims[44235].hex(),
        f"{R}/measurements/rim/digests/0/digest": claims[44238].hex(),
        **digests,
        f"{R}/keys/public_key/raw": claims[44237].hex(),
        f"{R}/keys/public_key/encoding": "raw-point" if claims[44237][:1] == b"\x04" else "cose-key",
        **named(
            R,
            claims,
            __profile=265,
            __identifiers__instance_id__value=256,
            __values__hash_algo_id__text=44236,
        ),
    }


def platform(claims: Claims) -> Facts:
    paths = {
        "__profile": 265,
        "__identifiers__instance_id__value": 256,
        "__identifiers__implementation_id__value": 2396,
        "__lifecycle__raw": 2395,
        "__values__config__bytes": 2401,
        "__values__hash_algo_id__text": 2402,
        "__values__verification_service__text": 2400,
        "__values__client_id__int": 2394,
    }
    old = {265: -75000, 256: -75009, 2396: -75003, 2395: -75002, 2401: 11, 2400: -75010}
    if -75000 in claims:
        paths = {path: old[label] for path, label in paths.items() if label in old}
    return {
        "/bindings/platform_challenge/value": claims[10].hex(),
        **named(P, claims, **paths),
        **components(P, claims),
    }


def devices(claims: Claims) -> Facts:
    values = {}
    for index, one in enumerate(claims[44259]):
        here = f"/environments/device-{index}"
        values[f"{here}/identifiers/identity_digest/value"] = one[1].hex()
        values[f"{here}/measurements/measurements/digests/0/digest"] = one[2].hex()
        values[f"{here}/values/coherent_ide/bool"] = one[4]
    return values


def psa(claims: Claims) -> Facts:
    labels = {label: PSA_1[label] if -75008 in claims else label for label in PSA_1}
    seeds = [claims[label].hex() for label in (268, 2397, -75004) if label in claims]
    return {
        "/bindings/nonce/value": claims[labels[10]].hex(),
        **named(
            D,
            claims,
            __profile=labels[265],
            __identifiers__instance_id__value=labels[256],
            __identifiers__implementation_id__value=labels[2396],
            __lifecycle__raw=labels[2395],
            __values__client_id__int=labels[2394],
            __values__verification_service__text=labels[2400],
            __identifiers__certification_reference__text=-75005 if -75005 in claims else 2398,
        ),
        **({f"{D}/identifiers/bootseed/value": seeds[0]} if seeds else {}),
        **components(D, claims),
    }


def collection(entries: Claims) -> Facts:
    parts = {
        label: entries[label] if isinstance(entries[label], bytes) else entries[label][1]
        for label in (44234, 44241)
    }
    of_platform, of_realm = payload(parts[44234]), signed_payload(parts[44241])
    values = {**realm(of_realm), **platform(of_platform)}
    if 44258 in entries:
        values |= devices(cbor2.loads(entries[44258][1]))
    name = of_realm[44240].replace("-", "")
    if name in hashlib.algorithms_guaranteed:
        same = hashlib.new(name, of_realm[44237]).digest() == of_platform[10]
        values["/consistency/realm-key-binding/status"] = "matches" if same else "differs"
    return values


def facts(data: bytes) -> Facts:
    item = cbor2.loads(data.removeprefix(b"\xd9\xd9\xf7"))
    if isinstance(item, cbor2.CBORTag) and item.tag in {399, 907}:
        return collection(item.value)
    claims = item
    if isinstance(item, cbor2.CBORTag):
        claims = payload(data)
    elif 44234 in item:
        return collection(item)
    if 44238 in claims:
        return realm(claims)
    if 44259 in claims:
        return devices(claims)
    profile = str(claims.get(265, claims.get(-75000)))
    return platform(claims) if "cca" in profile.lower() else psa(claims)


for file in sys.argv[1:]:
    try:
        print(json.dumps(identifiers(facts(Path(file).read_bytes()))))
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the token)
        print("null")
