"""JSON that carries evidence: read once and strictly, then shown to everything that may know its names.

A carrier in JSON is a function from an `Input` and the value that its bytes are to the pieces inside, or
None. Members that hold bytes are read by `octets`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from evidence import limits
from evidence.errors import BadEncoding, CarrierError, EvidenceError, MalformedEvidence
from evidence.input import Carrier, Input
from evidence.wire import json, text

NAME: Final = "json"
START: Final = re.compile(rb"[ \t\r\n]*(?:\{[ \t\r\n]*[\"}]|\[[ \t\r\n]*[\"\[{\]0-9-]|\")")
"""How a JSON object, array or text begins; evidence that is not text does not."""
SHORTEST: Final = 32
"""A text or an array of fewer elements is not taken for evidence."""
HEX: Final = re.compile(r"(?:0[xX])?(?:[0-9a-fA-F]{2})+")
URL: Final = re.compile(r"[-_]")

Pieces = Iterable[Input | EvidenceError] | None
Reader = Callable[[Input, Any], Pieces]
"""A carrier in JSON: the pieces inside of the value that the input's bytes are, or None."""


def document(data: bytes) -> Any:
    """The JSON value that `data` is, or None where it does not begin as one.

    Raises `CarrierError` for what is not JSON after all, and `LimitExceeded`.
    """
    if not START.match(data):
        return None
    limits.check("input", limits.INPUT_BYTES, len(data))
    try:
        return json.loads(data, NAME)
    except MalformedEvidence as error:
        reason = error.reason if isinstance(error, BadEncoding) else str(error)
        raise CarrierError(carrier=NAME, offset=error.offset, reason=reason) from None


def octets(value: object, path: str, carrier: str = NAME) -> bytes:
    """The bytes that a member is: an array of numbers, hexadecimal, base64 or base64url, by its form.

    What can be hexadecimal is. `path` names the member in the `CarrierError` that anything else raises.
    """
    if isinstance(value, list):
        if all(item.__class__ is int and 0 <= item <= 255 for item in value):
            return bytes(value)
        raise CarrierError(carrier=carrier, path=path, reason="an array of other things than bytes")
    if not isinstance(value, str):
        raise CarrierError(carrier=carrier, path=path, reason=f"not bytes but {_kind(value)}")
    try:
        if HEX.fullmatch(value):
            return text.hexadecimal(value[2:] if value[1] in "xX" else value, path)
        return text.base64url(value, path) if URL.search(value) else text.base64(value, path)
    except BadEncoding as error:
        raise CarrierError(carrier=carrier, path=path, reason=error.reason) from None


def _kind(value: object) -> str:
    """The word of JSON for a value."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return "an object" if isinstance(value, dict) else "a number"


def bare(given: Input, value: Any) -> Pieces:
    """Evidence that is the whole document: an array of bytes, or a text that is itself a carrier."""
    if isinstance(value, str) and len(value) >= SHORTEST:
        return (given.inside(Carrier(NAME), value.encode()),)
    if isinstance(value, list) and len(value) >= SHORTEST and value[0].__class__ is int:
        return (given.inside(Carrier(NAME), octets(value, "")),)
    return None
