"""Bytes that a tool printed with their addresses: xxd, hexdump, od, the kernel's `print_hex_dump` and their like.

Nothing is told by how a tool lines things up: the addresses are the numbers that grow, from line to line, by the
bytes of a line, and as many bytes stand behind each. What is printed as characters beside them is not read. A line
`*` stands for repetitions of the line before it, up to the next address.

Words of more than a byte are in the order of the bytes where a colon follows the address (xxd), and else in that
of the machine (hexdump, od). Both readings are given: content tells which is right.

Sources: the manuals of xxd (vim), hexdump (util-linux) and od (GNU coreutils); Linux, `lib/hexdump.c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.containers.part import Part

NAME: Final = "hexdump"
ROW: Final = re.compile(
    rb"(?:^[ \t]*+([0-9A-Fa-f]{4,16})(?=[ \t])|(?<![0-9A-Za-z])([0-9A-Fa-f]{4,16}):)[ \t]++(?=[0-9A-Fa-f]{2})",
    re.MULTILINE,
)
"""An address with bytes behind it: at the beginning of a line, or anywhere with a colon (in a log)."""
ADDRESS: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{4,16}):?[ \t]*\r?(?:\n|\Z)")
"""An address alone, where a dump ends."""
BETWEEN: Final = re.compile(rb"[ \t]*-?[ \t]*")
DOTS: Final = re.compile(rb"\s*(?:\.{2,8}|\[\.\.\.\]|\xe2\x80\xa6)\s*")
"""A line by which people cut a dump short."""
BASES: Final = (16, 8, 10)
WIDEST: Final = 256
"""Bytes on a line, at most."""
PREFIX: Final = 256
"""Characters before an address in a log, at most."""
LONGEST: Final = 4096
"""Characters of a line, at most."""


class Row(NamedTuple):
    """A line: its address as it is written, the text behind that, and whether lines before it are left out by `*`."""

    address: bytes
    text: bytes
    repeats: bool
    colon: bool


class Block(NamedTuple):
    """A dump: the number of its first line, its rows, the address alone that ends it, and whether it is all of the text.

    `cut` says that somebody left lines out.
    """

    line: int
    rows: list[Row]
    end: bytes
    end_repeats: bool
    whole: bool
    cut: bool


class Form(NamedTuple):
    """How bytes are written: a token, and the base and the bytes of what it stands for; 0 bytes is as many as it has digits for."""

    token: re.Pattern[bytes]
    base: int
    size: int


HEX: Final = Form(re.compile(rb"(?:[0-9A-Fa-f]{2}){1,8}(?![0-9A-Za-z])"), 16, 0)
OCTAL_WORDS: Final = Form(re.compile(rb"[01][0-7]{5}(?![0-9A-Za-z])"), 8, 2)
FORMS: Final = (
    HEX,
    OCTAL_WORDS,
    Form(re.compile(rb"[0-3][0-7]{2}(?![0-9A-Za-z])"), 8, 1),
    Form(re.compile(rb"[01]{8}(?![0-9A-Za-z])"), 2, 1),
)


def open_dump(data: bytes) -> Iterator[Part] | None:
    """The bytes of every dump in a text, by the line that it begins on; None where there is none."""
    return None if ROW.search(data) is None else _parts(data)


def is_dump(data: bytes) -> bool:
    """Whether a text is a dump and nothing else, readable or not."""
    return any(block.whole and (block.cut or _reading(block) is not None) for block in _blocks(data))


def fault(data: bytes) -> str:
    """Why the dump that a text is cannot be read; nothing where it can, or is none."""
    for block in _blocks(data):
        if block.cut:
            return "a dump that somebody cut short with dots: give all of its lines"
        if (reading := _reading(block)) is not None and reading[1] is OCTAL_WORDS:
            return "a dump of od in octal words: print it with od -An -v -tx1"
    return ""


def _parts(data: bytes) -> Iterator[Part]:
    for block in _blocks(data):
        reading = _reading(block)
        if block.cut or reading is None or reading[1] is OCTAL_WORDS:
            continue
        at = "" if block.whole else str(block.line)
        for content in _contents(block, *reading, room=limits.taken(len(data))):
            yield Part(NAME, at, content)


def _blocks(data: bytes) -> Iterator[Block]:
    """Rows that follow each other, of which there must be two."""
    rows: list[Row] = []
    cut, first, here, line, counted = False, 0, 0, 1, 0
    for match in ROW.finditer(data):
        start = match.start()
        if start < here:  # a second address on a line
            continue
        begin = data.rfind(b"\n", max(here, start - PREFIX), start) + 1 or (here if start - here < PREFIX else -1)
        if begin < 0:
            continue
        stop = data.find(b"\n", match.end(), match.end() + LONGEST)
        stop = stop if stop >= 0 else min(len(data), match.end() + LONGEST)
        between = data[here:begin].strip() if rows and begin - here < WIDEST else b"?"
        dots = bool(rows) and DOTS.fullmatch(between) is not None
        if rows and between not in {b"", b"*"} and not dots:
            yield from _block(data, rows, line, first, here, cut=cut)
            rows, cut = [], False
        if not rows:
            line, counted, first = line + data.count(b"\n", counted, begin), begin, begin
        cut |= dots
        address = match[1] or match[2]
        rows.append(Row(address, data[match.end() : stop], between == b"*", match[2] is not None))
        here = min(stop + 1, len(data))
    yield from _block(data, rows, line, first, here, cut=cut)


def _block(data: bytes, rows: list[Row], line: int, first: int, here: int, *, cut: bool) -> Iterator[Block]:
    """The rows with what ends them."""
    if len(rows) < 2:
        return
    repeats = data[here : here + 8].lstrip(b" \t").startswith(b"*")
    after = data.find(b"\n", here, here + 16) + 1 if repeats else here
    end = ADDRESS.match(data, after)
    rest = end.end() if end is not None else here
    dots = DOTS.match(data, here, here + 64) if end is None else None
    whole = not data[:first].strip() and not data[dots.end() if dots else rest :].strip()
    yield Block(line, rows, end[1] if end is not None else b"", repeats, whole, cut or dots is not None)


def _reading(block: Block) -> tuple[int, Form, int] | None:
    """The base of the addresses, the form of the bytes, and how many are on a line; None for what is no dump."""
    for base in BASES:
        width = _width(block, base)
        if width is None:
            continue
        for form in FORMS:
            if all(_tokens(row.text, form, width) is not None for row in block.rows[:-1]):
                return base, form, width
    return None


def _width(block: Block, base: int) -> int | None:
    """By how much the addresses grow: the same from each line to the next."""
    try:
        addresses = [int(row.address, base) for row in block.rows]
    except ValueError:
        return None
    steps = [after - before for before, after in zip(addresses, addresses[1:], strict=False)]
    plain = {step for step, row in zip(steps, block.rows[1:], strict=True) if not row.repeats}
    if len(plain) != 1:
        return None
    (width,) = plain
    good = 0 < width <= WIDEST and all(step > 0 and step % width == 0 for step in steps)
    return width if good else None


def _tokens(text: bytes, form: Form, size: int, most: int = LONGEST) -> tuple[list[bytes], int] | None:
    """The tokens at the beginning of a text that stand for `size` bytes, and where they end; None if they do not.

    With `most`, as many as there are before that column.
    """
    tokens, at, count = [], 0, 0
    while count < size:
        start = BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
        token = form.token.match(text, start, min(len(text), most))
        if token is None:
            return (tokens, at) if most < LONGEST else None
        tokens.append(token[0])
        count += form.size or len(token[0]) // 2
        at = token.end()
    return (tokens, at) if count == size or form.size == 2 or most < LONGEST else None


def _contents(block: Block, base: int, form: Form, width: int, *, room: int) -> Iterator[bytes]:
    """The bytes in the order in which they are printed, and with each word turned around, the likelier one first."""
    rows = [_tokens(row.text, form, width) for row in block.rows[:-1]]
    column = max(row[1] for row in rows if row is not None)
    last = block.rows[-1]
    end = int(block.end, base) if block.end and not block.end.translate(None, b"0123456789abcdefABCDEF") else None
    size = width
    if end is not None and not block.end_repeats:
        size = min(width, end - int(last.address, base))
    whole = _tokens(last.text, form, size) if size > 0 else None
    lines = [row[0] for row in rows if row is not None]
    lines.append((whole or _tokens(last.text, form, width, column + 1) or ([], 0))[0])
    words = any(len(token) > 2 for token in lines[0]) and form is HEX
    for turned in ((False, True) if last.colon else (True, False)) if words else (False,):
        content = _joined(block, lines, form, base, end, turned=turned, room=room)
        if content is not None:
            yield content


def _joined(
    block: Block, lines: list[list[bytes]], form: Form, base: int, end: int | None, *, turned: bool, room: int
) -> bytes | None:
    """All lines with their repetitions, up to the address that ends the dump."""
    content = bytearray()
    first = int(block.rows[0].address, base)
    line = b""
    for row, tokens in zip(block.rows, lines, strict=True):
        if row.repeats:
            _repeat(content, line, int(row.address, base) - first, room)
        line = b"".join(_bytes(token, form)[:: -1 if turned else 1] for token in tokens)
        content += line
    if end is None:
        return bytes(content)
    if block.end_repeats:
        _repeat(content, line, end - first, room)
    return bytes(content[: max(0, end - first)])


def _repeat(content: bytearray, line: bytes, size: int, room: int) -> None:
    """Fill `content` up to `size` bytes with repetitions of a line."""
    limits.check("bytes that a dump stands for", room, size)
    if line and size > len(content):
        content += line * ((size - len(content)) // len(line))


def _bytes(token: bytes, form: Form) -> bytes:
    if form is HEX:
        return bytes.fromhex(token.decode("ascii"))
    return bytes((int(token, form.base) & 0xFF,))
