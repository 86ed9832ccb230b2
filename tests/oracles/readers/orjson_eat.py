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


def claims(found: dict[str, Any], id: str) -> dict[str, object]:
    here = f"/environments/{id}"
    said: dict[str, object] = {}
    said |= {f"{here}/values/{name}/text": found[name] for name in TEXTS if isinstance(found.get(name), str)}
    said |= {f"{here}/values/{name}/int": found[name] for name in NUMBERS if isinstance(found.get(name), int)}
    for name in BYTES:
        if isinstance(found.get(name), str):
            said[f"{here}/identifiers/{name}/value"] = octets(found[name])
    debug = found.get("dbgstat")
    if debug in DEBUG:
        said[f"{here}/debug"] = debug
    for label, inner in found.get("submods", {}).items():
        if isinstance(inner, dict):
            said |= claims(inner, f"{id}~1submods~1{label.replace('~', '~00').replace('/', '~01')}")
    return said


def facts(data: bytes) -> dict[str, object] | None:
    found = orjson.loads(data)
    if not isinstance(found, dict) or isinstance(found.get("cmw"), dict):
        return None  # what is in a collection is evidence of its own
    said = claims(found, "root")
    if isinstance(found.get("eat_nonce"), str):
        said["/bindings/eat_nonce/value"] = found["eat_nonce"].encode().hex()  # a text, not base64url
    return said or None


for name in sys.argv[1:]:
    try:
        print(json.dumps(facts(Path(name).read_bytes())))
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the text)
        print("null")
