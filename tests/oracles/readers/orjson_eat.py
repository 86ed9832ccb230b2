"""orjson on claims sets in JSON (RFC 9711, 4.2): a few claims of the token and of the claims sets within it."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import orjson

DEBUG = (
    "enabled",
    "disabled",
    "disabled-since-boot",
    "disabled-permanently",
    "disabled-fully-and-permanently",
)
TEXTS = ("iss", "sub", "swname")
BYTES = ("ueid", "oemid")
NUMBERS = ("iat", "uptime", "bootcount")


def octets(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()


def claims(result: dict[str, Any], id: str) -> dict[str, object]:
    here = f"/environments/{id}"
    output: dict[str, object] = {}
    output |= {
        f"{here}/values/{name}/text": result[name] for name in TEXTS if isinstance(result.get(name), str)
    }
    output |= {
        f"{here}/values/{name}/int": result[name] for name in NUMBERS if isinstance(result.get(name), int)
    }
    for name in BYTES:
        if isinstance(result.get(name), str):
            output[f"{here}/identifiers/{name}/value"] = octets(result[name])
    debug = result.get("dbgstat")
    if debug in DEBUG:
        output[f"{here}/debug"] = debug
    for label, inner in result.get("submods", {}).items():
        if isinstance(inner, dict):
            output |= claims(inner, f"{id}~1submods~1{label.replace('~', '~00').replace('/', '~01')}")
    return output


def facts(data: bytes) -> dict[str, object] | None:
    result = orjson.loads(data)
    if not isinstance(result, dict) or isinstance(result.get("cmw"), dict):
        return None  # what is in a collection is evidence of its own
    output = claims(result, "root")
    if isinstance(result.get("eat_nonce"), str):
        output["/bindings/eat_nonce/value"] = result["eat_nonce"].encode().hex()  # a text, not base64url
    return output or None


for name in sys.argv[1:]:
    try:
        print(json.dumps(facts(Path(name).read_bytes())))
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the text)
        print("null")
