"""Protocol buffers as text: the fields of a message in order, without a schema.

Source: protobuf.dev, "Text Format Language Specification". Bytes are literals with escapes; of other values the words alone are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.errors import BadEncoding

WHAT: Final = "textproto"
_TOKEN: Final = re.compile(
    rb"""\s+|\#[^\n]*|(?P<literal>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')|(?P<word>[A-Za-z0-9_.+-]+)|(?P<sign>[{}<>:;,\[\]])""",
)
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_LETTERS: Final = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    **{bytes([byte]): bytes([byte]) for byte in b"\\'\"?"},
}


class TextField(NamedTuple):
    """One field: its name, and bytes, a word, or the fields of a message."""

    name: str
    value: bytes | bytearray | str | tuple[TextField, ...]


class _Token(NamedTuple):
    kind: str
    text: bytes
    offset: int


def fields(data: bytes) -> tuple[TextField, ...]:
    """The fields of the message that `data` is. Raises `BadEncoding` or `LimitExceeded`."""
    stack: list[list[TextField]] = [[]]
    names: list[str] = []
    name, count = "", 0
    for token in _tokens(data):
        if token.kind == "word" and not name:
            name = token.text.decode("ascii")
            continue
        count += 1
        limits.check("parts of a textproto", limits.TEXTS, count, offset=token.offset)
        if token.kind in {"word", "literal"}:
            _add(stack[-1], name, token)
            name = ""
        elif token.text in b"{<" and name:
            limits.check("nesting of a textproto", limits.NESTING, len(stack), offset=token.offset)
            names.append(name)
            stack.append([])
            name = ""
        elif token.text in b"}>" and len(stack) > 1 and not name:
            message = _whole(stack.pop())
            stack[-1].append(TextField(names.pop(), message))
        elif token.text not in b":;,[]" or (token.text == b":" and not name):
            raise BadEncoding(what=WHAT, offset=token.offset, reason=f"{token.text!r} in the wrong place")
    if len(stack) > 1 or name:
        raise BadEncoding(what=WHAT, offset=len(data), reason="the end of a message is missing")
    return _whole(stack[0])


def _add(message: list[TextField], name: str, token: _Token) -> None:
    """A value to a message; a literal behind a literal is more of the same."""
    if name:
        message.append(TextField(name, _value(token)))
        return
    last = message[-1].value if message else None
    if token.kind != "literal" or not isinstance(last, bytearray):
        raise BadEncoding(what=WHAT, offset=token.offset, reason="a value without a name")
    last += _unescaped(token)


def _whole(message: list[TextField]) -> tuple[TextField, ...]:
    """The fields, whose bytes grow no more."""
    return tuple(
        TextField(field.name, bytes(field.value)) if isinstance(field.value, bytearray) else field
        for field in message
    )


def _value(token: _Token) -> bytearray | str:
    return bytearray(_unescaped(token)) if token.kind == "literal" else token.text.decode("ascii")


def _unescaped(token: _Token) -> bytes:
    return _ESCAPE.sub(lambda match: _byte(match, token.offset), token.text[1:-1])


def _byte(match: re.Match[bytes], offset: int) -> bytes:
    octal, digits, letter = match.groups()
    if octal:
        value = int(octal, 8)
    elif digits:
        value = int(digits, 16)
    else:
        return _LETTERS[letter] if letter in _LETTERS else _bad(offset)
    return bytes([value]) if value < 256 else _bad(offset)


def _bad(offset: int) -> bytes:
    raise BadEncoding(what=WHAT, offset=offset, reason="an escape that is none")


def _tokens(data: bytes) -> Iterator[_Token]:
    at = 0
    while at < len(data):
        match = _TOKEN.match(data, at)
        if match is None:
            raise BadEncoding(what=WHAT, offset=at, reason="no token")
        if match.lastgroup:
            yield _Token(match.lastgroup, match.group(), at)
        at = match.end()
