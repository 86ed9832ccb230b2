"""Bytes that a tool printed with their addresses: xxd, hexdump, od, gdb, tcpdump, openssl, the kernel's `print_hex_dump` and their like.

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
from itertools import pairwise
from typing import Final, NamedTuple

from evidence import limits
from evidence.containers.part import ContainedPart

NAME: Final = "hexdump"
ROW: Final = re.compile(
    rb"(?:^[ \t]*+(?:0[xX])?([0-9A-Fa-f]{4,16})(?=[ \t])|(?<![0-9A-Za-z])(?:0[xX])?([0-9A-Fa-f]{4,16}):"
    rb"|(?<=[:\]>|] )([0-9A-Fa-f]{4,16})(?=[ \t]))[ \t]++(?:-[ \t]++)?(?=[0-9A-Fa-f])",
    re.MULTILINE,
)
"""An address with bytes behind it: at the beginning of a line, or anywhere with a colon behind or before it (in a log)."""
ADDRESS: Final = re.compile(rb"[ \t]*(?:0[xX])?([0-9A-Fa-f]{4,16}):?[ \t]*\r?(?:\n|\Z)")
"""An address alone, where a dump ends."""
DOTS: Final = re.compile(rb"\s*(?:\.{2,8}|\[\.\.\.\]|\xe2\x80\xa6)\s*")
"""A line by which people cut a dump short."""
BASES: Final = (16, 8, 10)
WIDEST: Final = 256
"""Bytes on a line, at most."""
PREFIX: Final = 256
"""Characters before an address in a log, at most."""
LONGEST: Final = 4096
"""Characters of a line, at most."""


class DumpRow(NamedTuple):
    """A line: its address as it is written, the text behind that, and whether lines before it are left out by `*`."""

    address: bytes
    text: bytes
    repeats: bool
    colon: bool


class DumpBlock(NamedTuple):
    """A dump: the number of its first line, its rows, the address alone that ends it, and whether it is all of the text.

    `cut` says that somebody left lines out.
    """

    line: int
    rows: list[DumpRow]
    end: bytes
    end_repeats: bool
    whole: bool
    cut: bool


class LineForm(NamedTuple):
    """How the bytes of a line are written: a pattern for so many, and how one is read; the bytes of a word, if it has several."""

    pattern: re.Pattern[bytes]
    word: int
    base: int


GAP: Final = rb"[ \t]*+(?:-[ \t]*+)?+"
"""Possessive: what was given away once is not tried in all other ways."""
END: Final = rb"(?![0-9A-Za-z])"
WORDS: Final = (1, 2, 4, 8)
TOKEN: Final = re.compile(rb"%b(?:0x)?([0-9A-Fa-f]+)%b" % (GAP, END))


def _forms(width: int) -> Iterator[LineForm]:
    """All forms of a line of so many bytes."""
    for word in WORDS:
        whole, rest = divmod(width, word)
        line = _tokens(rb"(?:0x)?[0-9A-Fa-f]{%d}" % (2 * word), whole)
        if rest:  # the last word of a line is shorter, and its bytes are in order
            line += _tokens(rb"[0-9A-Fa-f]{%d}" % (2 * rest), 1)
        yield LineForm(re.compile(line), 1 if rest else word, 16)
    yield LineForm(re.compile(_tokens(rb"[01][0-7]{5}", -(-width // 2))), 1, OCTAL_WORDS)
    for token, base in ((rb"[0-3][0-7]{2}", 8), (rb"[01]{8}", 2), (rb"[0-9]{1,3}", 10)):
        yield LineForm(re.compile(_tokens(token, width)), 1, base)


def _tokens(token: bytes, count: int) -> bytes:
    """The pattern of so many tokens."""
    return rb"(?:%b%b%b){%d}" % (GAP, token, END, count)


OCTAL_WORDS: Final = 0
"""In place of a base: nobody says in which order their bytes are."""


def open_dump(data: bytes) -> Iterator[ContainedPart] | None:
    """The bytes of every dump in a text, by the line that it begins on; None where there is none."""
    return None if next(_addresses(data), None) is None else _parts(data)


def _addresses(data: bytes) -> Iterator[re.Match[bytes]]:
    """Every address; without white space there is none, and to look for that is many times as fast."""
    return ROW.finditer(data) if b" " in data or b"\t" in data else iter(())


def is_dump(data: bytes) -> bool:
    """Whether a text is a dump and nothing else, readable or not."""
    return any(
        (block.whole or block.line == 1) and (block.cut or any(_readings(block))) for block in _blocks(data)
    )


def fault(data: bytes) -> str:
    """Why the dump that a text is cannot be read; nothing where it can, or is none."""
    for block in _blocks(data):
        if block.cut:
            return "a dump that somebody cut short with dots: give all of its lines"
        forms = [form for form, _, _ in _readings(block)]
        if forms and forms[0].base == OCTAL_WORDS:
            return "a dump of od in octal words: print it with od -An -v -tx1"
    return ""


def _parts(data: bytes) -> Iterator[ContainedPart]:
    for block in _blocks(data):
        at = "" if block.whole else str(block.line)
        for form, width, base in _readings(block) if not block.cut else ():
            if form.base != OCTAL_WORDS:
                for content in _contents(block, form, width, base, room=limits.taken(len(data))):
                    yield ContainedPart(NAME, at, content)


def _blocks(data: bytes) -> Iterator[DumpBlock]:
    """Rows that follow each other, of which there must be two."""
    rows: list[DumpRow] = []
    cut, first, here, line, counted = False, 0, 0, 1, 0
    for match in _addresses(data):
        start = match.start()
        if start < here:  # a second address on a line
            continue
        begin = data.rfind(b"\n", max(here, start - PREFIX), start) + 1 or (
            here if start - here < PREFIX else -1
        )
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
        address = match[1] or match[2] or match[3]
        limits.check("lines", limits.LINES, len(rows) + 1)
        rows.append(DumpRow(address, data[match.end() : stop], between == b"*", match[2] is not None))
        here = min(stop + 1, len(data))
    yield from _block(data, rows, line, first, here, cut=cut)


def _block(
    data: bytes, rows: list[DumpRow], line: int, first: int, here: int, *, cut: bool
) -> Iterator[DumpBlock]:
    """The rows with what ends them."""
    if len(rows) < 2:
        return
    repeats = data[here : here + 8].lstrip(b" \t").startswith(b"*")
    after = data.find(b"\n", here, here + 16) + 1 if repeats else here
    end = ADDRESS.match(data, after)
    rest = end.end() if end is not None else here
    dots = DOTS.match(data, here, here + 64) if end is None else None
    whole = not data[:first].strip() and not data[dots.end() if dots else rest :].strip()
    yield DumpBlock(line, rows, end[1] if end is not None else b"", repeats, whole, cut or dots is not None)


def _readings(block: DumpBlock) -> Iterator[tuple[LineForm, int, int]]:
    """The forms of the bytes that fit, how many are on a line, and the base of the addresses; none for what is no dump.

    Digits without letters may be of several forms.
    """
    for base in BASES:
        width = _width(block, base)
        octal = False
        for form in _forms(width) if width is not None else ():
            if octal and form.base == 10:  # three digits below 400 each: decimal numbers of evidence are not
                continue
            if all(form.pattern.match(row.text) for row in block.rows[:-1]):
                octal |= form.base == 8
                yield form, width or 0, base


def _width(block: DumpBlock, base: int) -> int | None:
    """By how much the addresses grow: the same from each line to the next."""
    try:
        addresses = [int(row.address, base) for row in block.rows]
    except ValueError:
        return None
    steps = [after - before for before, after in pairwise(addresses)]
    plain = {step for step, row in zip(steps, block.rows[1:], strict=True) if not row.repeats}
    if len(plain) != 1:
        return None
    (width,) = plain
    good = 0 < width <= WIDEST and all(step > 0 and step % width == 0 for step in steps)
    return width if good else None


def _contents(block: DumpBlock, form: LineForm, width: int, base: int, *, room: int) -> Iterator[bytes]:
    """The bytes in the order in which they are printed, and with each word turned around, the likelier one first."""
    content = _joined(block, form, width, base, room)
    if form.word == 1:
        yield content
        return
    turned = bytearray(content)
    whole = len(content) // form.word * form.word
    for index in range(form.word):
        turned[index : whole : form.word] = content[form.word - 1 - index : whole : form.word]
    turned[whole:] = content[whole:][::-1]
    end = _end(block, base)
    size = len(content) if end is None else max(0, end - int(block.rows[0].address, base))
    readings = (content[:size], bytes(turned[:size]))
    yield from readings if block.rows[0].colon else readings[::-1]


def _joined(block: DumpBlock, form: LineForm, width: int, base: int, room: int) -> bytes:
    """All lines with their repetitions, up to the address that ends the dump, or the end of the word there."""
    content, line = bytearray(), b""
    first, end = int(block.rows[0].address, base), _end(block, base)
    *rows, last = block.rows
    column = 0
    for row in rows:
        if row.repeats:
            _repeat(content, line, int(row.address, base) - first, room)
        tokens = form.pattern.match(row.text)
        if tokens is not None:  # as `_reading` has seen
            column = max(column, tokens.end())
            line = _bytes(tokens[0], form.base)
            content += line
    if last.repeats:
        _repeat(content, line, int(last.address, base) - first, room)
    size = width
    if end is not None and not block.end_repeats:
        size = max(0, min(width, end - int(last.address, base)))
    line = _last(last.text[: column + 1], form, -(-size // form.word) * form.word)
    content += line
    if end is not None and block.end_repeats:
        _repeat(content, line, end - first, room)
    return bytes(content) if end is None or form.word > 1 else bytes(content[: max(0, end - first)])


def _last(text: bytes, form: LineForm, most: int) -> bytes:
    """The bytes of the last line, which may be shorter, and its last word as well."""
    tokens: list[bytes] = []
    at, count = 0, 0
    while count < most and (token := TOKEN.match(text, at)) is not None:
        if form.base == 16 and len(token[1]) % 2:
            break
        tokens.append(token[1])
        count += len(token[1]) // 2 if form.base == 16 else 1
        at = token.end()
    try:
        return _bytes(b" ".join(tokens), form.base)[:most]
    except ValueError:
        return b""


def _end(block: DumpBlock, base: int) -> int | None:
    """The address that ends a dump, where there is one."""
    try:
        return int(block.end, base) if block.end else None
    except ValueError:
        return None


def _repeat(content: bytearray, line: bytes, size: int, room: int) -> None:
    """Fill `content` up to `size` bytes with repetitions of a line."""
    limits.check("bytes that a dump stands for", room, size)
    if line and size > len(content):
        content += line * ((size - len(content)) // len(line))


def _bytes(text: bytes, base: int) -> bytes:
    plain = text.replace(b"-", b" ").replace(b"0x", b"").decode("ascii")
    return (
        bytes.fromhex(plain) if base == 16 else bytes(min(int(token, base), 255) for token in plain.split())
    )
