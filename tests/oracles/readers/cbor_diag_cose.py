"""cbor-diag on tokens: the bytes in diagnostic notation (RFC 8949, 8), from which a few claims are read as text."""

import json
import re
import sys
from pathlib import Path

from cbor_diag import cbor2diag

ROOT = "/environments/root"
DEBUG = (
    "enabled",
    "disabled",
    "disabled-since-boot",
    "disabled-permanently",
    "disabled-fully-and-permanently",
)
STATES = (None, "not-configured", "secured", "debug", "recovery")
TAGS = re.compile(r"^(?:(?:55799|61|18|17|601)\()+")
MESSAGE = re.compile(r"^\[h'[0-9a-f]*',\{.*?\},h'([0-9a-f]+)',h'[0-9a-f]*'\]$", re.DOTALL)
TOKEN = re.compile(
    r'"(platform|tsm|tvm)":(?:18\()?\[h\'[0-9a-f]*\',\{\},h\'([0-9a-f]+)\',h\'[0-9a-f]*\'\]\)?'
)


def notation(data: bytes) -> str:
    return str(cbor2diag(data, pretty=False)).strip()


def bare(text: str) -> str:
    """Without the tags around it."""
    result = TAGS.match(text)
    return text[result.end() : -result.group().count("(")] if result else text


def payload(data: bytes) -> str | None:
    """The claims set in diagnostic notation."""
    try:
        text = bare(notation(data))
        message = MESSAGE.match(text)
        if message:
            text = bare(notation(bytes.fromhex(message[1])))
    except ValueError:
        return None
    return text if text.startswith("{") else None


def top(text: str) -> dict[str, str]:
    """The entries of the outermost map as text."""
    entries, depth, quoted, start, key = {}, 0, "", 1, ""
    for index, char in enumerate(text):
        if quoted:
            quoted = "" if char == quoted and text[index - 1] != "\\" else quoted
        elif char in "'\"":
            quoted = char
        elif char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
        if not quoted and depth == 1 and char == ":" and not key:
            key, start = text[start:index].strip(), index + 1
        elif not quoted and ((depth == 1 and char == ",") or (depth == 0 and char == "}")):
            if key:
                entries[key] = text[start:index].strip()
            key, start = "", index + 1
    return entries


def of_an_eat(claims: dict[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for label, path in (
        ("10", "/bindings/eat_nonce/value"),
        ("256", f"{ROOT}/identifiers/ueid/value"),
        ("7", f"{ROOT}/identifiers/cti/value"),
    ):
        if claims.get(label, "").startswith("h'"):
            values[path] = claims[label][2:-1]
    for label, path in (("6", "iat/int"), ("4", "exp/int"), ("261", "uptime/int")):
        if claims.get(label, "").isdigit():
            values[f"{ROOT}/values/{path}"] = int(claims[label])
    for label, name in (("1", "iss"), ("2", "sub"), ("270", "swname")):
        if claims.get(label, "").startswith('"'):
            values[f"{ROOT}/values/{name}/text"] = json.loads(claims[label])
    if claims.get("258", "").isdigit():
        values[f"{ROOT}/identifiers/oemid/text"] = claims["258"]
    if "262" in claims:
        values[f"{ROOT}/values/oemboot/bool"] = claims["262"] == "true"
    if claims.get("263", "") in {"0", "1", "2", "3", "4"}:
        values[f"{ROOT}/debug"] = DEBUG[int(claims["263"])]
    return values


def of_cove(text: str) -> dict[str, object] | None:
    """Of the three tokens, wherever in the evidence they are written."""
    values: dict[str, object] = {}
    for name, content in TOKEN.findall(text):
        claims = top(bare(notation(bytes.fromhex(content))))
        if name == "platform":
            values |= of_platform(claims)
        elif name == "tvm":
            values["/bindings/challenge/value"] = claims["10"][2:-1]
    return values or None


def of_platform(claims: dict[str, str]) -> dict[str, object]:
    state = int(claims.get("-90002") or claims["-70002"])
    if state >= len(STATES):
        return {}
    return {
        "/environments/platform/profile": json.loads(claims["265"]),
        "/environments/platform/lifecycle/raw": state,
        "/environments/platform/lifecycle/state": STATES[state],
    }


def facts(data: bytes) -> dict[str, object] | None:
    try:
        text = notation(data)
        if '"platform"' in text:
            return of_cove(text)
        claims = payload(data)
    except ValueError:
        return None
    if claims is None:
        return None
    if '"platform"' in claims:
        return of_cove(claims)
    result = top(claims)
    if result.get("265") == '"https://riscv.org/TBD"':
        return of_platform(result)
    return of_an_eat(result) or None


for name in sys.argv[1:]:
    print(json.dumps(facts(Path(name).read_bytes())))
