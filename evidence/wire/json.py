"""JSON as evidence and its carriers may use it: unique names, no NaN, no deep nesting, nothing behind.

Values are plain: `dict`, `list`, `str`, `int`, `float`, `bool`, None. What common readers let pass is
refused before it can mean two things: a name twice, NaN and Infinity, numbers that do not fit, half of a
surrogate pair.

Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from math import isfinite
from typing import Any, Final, NoReturn

from evidence import limits
from evidence.errors import BadEncoding, MalformedEvidence, UnexpectedField

SPEC: Final = "RFC 8259"
DIGITS: Final = 20
"""Of an integer at most: those of 2^64."""

# A string that does not end is taken whole as well: to try again at each quote in it would be quadratic.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def loads(data: bytes, what: str = "JSON") -> Any:
    """The one value that `data` is.

    Raises `BadEncoding`, `UnexpectedField` for a name that occurs twice, or `LimitExceeded` for nesting
    above `limits.NESTING`. The caller bounds the size.
    """
    _check_depth(data)
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
        if _SURROGATE.search(data):
            _check_surrogates(value)
    except UnicodeDecodeError as error:
        raise BadEncoding(what=what, offset=error.start, reason="not UTF-8", spec=SPEC) from None
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos].encode())
        raise BadEncoding(what=what, offset=offset, reason=error.msg, spec=SPEC) from None
    except MalformedEvidence as error:  # of the hooks, which do not know what they read
        error.what = what
        raise
    return value


def dumps(value: Any) -> bytes:
    """`value` as one line of UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise UnexpectedField(what="", name=f"{twice} (twice)", spec=SPEC)
    return found


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise BadEncoding(what="", reason="a number that does not fit", spec=SPEC)
    return value


def _integer(text: str) -> int:
    if len(text) > DIGITS + (text[0] == "-"):
        raise BadEncoding(what="", reason=f"an integer of {len(text)} digits", spec=SPEC)
    return int(text)


def _no_constant(word: str) -> NoReturn:
    raise BadEncoding(what="", reason=f"{word} is not JSON", spec=SPEC)


def _check_surrogates(value: Any) -> None:
    """`BadEncoding` if a text of `value` cannot be written again; its nesting is bounded."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadEncoding(what="", reason="half of a surrogate pair", spec=SPEC) from None


def _check_depth(data: bytes) -> None:
    """Nesting counted before any recursive reader sees it."""
    depth = 0
    for match in _TOKEN.finditer(data):
        token = match[0]
        if token in {b"[", b"{"}:
            depth += 1
            limits.check("JSON depth", limits.NESTING, depth, offset=match.start())
        elif token in {b"]", b"}"}:
            depth -= 1
