"""JSON that carries evidence: read once and strictly, then shown to everything that may know its names.

A carrier in JSON is a function from an `Input` and the value that its bytes are to the pieces inside, or
None. Members that hold bytes are read by `octets`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from evidence import limits
from evidence.carriers.descriptor import Descriptor, Pieces
from evidence.containers.json import START, in_list
from evidence.errors import BadEncoding, CarrierError, MalformedEvidence
from evidence.input import Carrier, Input
from evidence.wire import json, text

NAME: Final = "json"
SHORTEST: Final = 32
"""A text or an array of fewer elements is not taken for evidence."""
HEX: Final = re.compile(r"(?:0[xX])?[0-9a-fA-F]+")
URL: Final = re.compile(r"[-_]")
TEXT: Final = re.compile(rb"\s*\"(?:[^\"\\]|\\.)*+\"\s*", re.DOTALL)
"""A document that is one text: what only begins with a quotation mark is no JSON."""
LINE_END: Final = re.compile(r"\r?\n")
"""Writers of base64 break lines, after 64 or 76 characters, and at the end."""

Decode = Callable[[str, str], bytes]
"""From text, and the path of the member that it is, to bytes; raises `BadEncoding`."""


def document(source: Input) -> Any:
    """The JSON value that an input is, or None where it does not begin as one.

    Raises `CarrierError` for what is not JSON after all, and `LimitExceeded`.
    """
    if not START.match(source.data) or (source.data.lstrip()[:1] == b'"' and not TEXT.fullmatch(source.data)):
        return None
    limits.check("input", limits.INPUT_BYTES, len(source.data))
    try:
        return source.decoded.json(NAME)
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None


def in_base64(value: str, path: str) -> bytes:
    """Base64 in either alphabet: writers of one envelope differ in it."""
    return text.base64url(value, path) if URL.search(value) else text.base64(value, path)


def in_hex(value: str, path: str) -> bytes:
    """Hexadecimal, with `0x` or not."""
    return text.hexadecimal(value[2:] if value[1:2] in {"x", "X"} else value, path)


def in_either(value: str, path: str) -> bytes:
    """Hexadecimal where it can be that, else base64."""
    return in_hex(value, path) if HEX.fullmatch(value) else in_base64(value, path)


def octets(value: object, path: str, carrier: str = NAME, decode: Decode = in_either) -> bytes:
    """The bytes that a member is: an array of numbers, or text that `decode` reads.

    An envelope that never has hexadecimal says so: base64 of zeros would be taken for it. `path` names the member in the `CarrierError` that anything else raises.
    """
    if isinstance(value, list):
        if all(item.__class__ is int and 0 <= item <= 255 for item in value):
            return bytes(value)
        raise CarrierError(carrier=carrier, path=path, reason="an array of other things than bytes")
    if not isinstance(value, str):
        raise CarrierError(carrier=carrier, path=path, reason=f"not bytes but {_kind(value)}")
    try:
        return decode(LINE_END.sub("", value), path)
    except BadEncoding as error:
        raise CarrierError(carrier=carrier, path=path, reason=error.reason) from None


def _kind(value: object) -> str:
    """The word of JSON for a value."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return "an object" if isinstance(value, dict) else "a number"


def attached(
    carrier: str,
    members: dict[str, Any],
    kinds: Mapping[str, str],
    path: str = "",
    decode: Decode = in_base64,
) -> dict[str, bytes]:
    """The attachments among `members`: `kinds` says of which kind each is, `path` where they are.

    A member that is text already (PEM, JSON) is taken as it is, an object or array of certificates gives
    them one after the other, other JSON values are written again, everything else is `octets`. What is null or
    empty is not there.
    """
    attachments = {}
    for name, kind in kinds.items():
        member = members.get(name)
        if member is None or member in ("", []):
            continue
        if isinstance(member, str) and member.lstrip().startswith(("-----BEGIN ", "[", "{")):
            attachments[kind] = member.encode()
        elif kind == "certificates" and (each := _several(member)):
            inside = attached(carrier, each, {inner: inner for inner in each}, f"{path}{name}/", decode)
            attachments[kind] = b"".join(inside.values())
        elif isinstance(member, dict) or (isinstance(member, list) and isinstance(member[0], dict)):
            attachments[kind] = json.dumps(member)
        else:
            attachments[kind] = octets(member, path + name, carrier, decode)
    return attachments


def _several(member: Any) -> dict[str, Any] | None:
    """The members of an object, or of an array of texts, by their names."""
    if isinstance(member, list) and isinstance(member[0], str):
        return {str(index): text for index, text in enumerate(member)}
    return member if isinstance(member, dict) else None


def bare(source: Input, value: Any) -> Pieces:
    """Evidence that is the whole document: an array of bytes, or a text that is itself a carrier."""
    if isinstance(value, str) and len(value) >= SHORTEST:
        return (source.inside(Carrier(NAME), value.encode()),)
    if isinstance(value, list) and len(value) >= SHORTEST and value[0].__class__ is int:
        content = in_list(value)
        return (source.inside(Carrier(NAME), octets(value, "") if content is None else content),)
    return None


CARRIERS: Final = (
    Descriptor(
        name="json",
        section="files",
        told_by="a document that is a text, or an array of numbers, of 32 or more",
        taken="the text (which is hexadecimal or base64 in turn), or the bytes",
        rest="-",
        source="RFC 8259",
    ),
)
