"""All containers, in the order in which bytes are tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from evidence.containers import (
    abi,
    archive,
    asn1,
    cbor,
    digits,
    dump,
    framed,
    jws,
    literals,
    messages,
    msgpack,
    pem,
    percent,
    protobuf,
    rows,
    runs,
    x509,
)
from evidence.containers.part import Parts

Open = Callable[[bytes], Parts]
BINARY: Final[tuple[Open, ...]] = (
    archive.gzip,
    archive.open_zlib,
    archive.open_tar,
    archive.open_zip,
    messages.open_http,
    messages.open_multipart,
    x509.open_certificates,
    asn1.open_value,
    cbor.open_item,
    msgpack.open_value,
    protobuf.open_message,
    framed.open_messages,
    framed.open_counted,
    abi.open_calldata,
)
"""Containers of bytes: what is of one kind is of no other."""
WHOLE: Final[tuple[Open, ...]] = (
    messages.open_http,
    messages.open_multipart,
    jws.open_token,
    digits.open_digits,
)
"""Containers that a whole text is. JSON comes before them."""
TEXT: Final[tuple[Open, ...]] = (
    pem.open_blocks,
    dump.open_dump,
    rows.open_rows,
    literals.open_escapes,
    literals.open_numbers,
    percent.open_values,
    runs.open_runs,
)
"""Containers in text: each may have something, for a text is often made of several."""
CONTROL: Final = bytes(set(range(0x20)) - set(b"\t\n\r\f\v\x1b\b"))


def is_text(data: bytes) -> bool:
    """Whether bytes have no control characters: text in UTF-8, or in another set of characters around ASCII."""
    return bool(data) and len(data.translate(None, CONTROL)) == len(data)


class Description(NamedTuple):
    """What the page says of a container: its name, how it is told, what its parts are, and their paths."""

    name: str
    told_by: str
    parts: str
    path: str


DESCRIPTIONS: Final = (
    Description("utf-8", "a byte order mark", "the text behind it", "-"),
    Description(
        "utf-16", "a byte order mark, or ASCII whose every second byte is zero", "the text in UTF-8", "-"
    ),
    Description(
        "json-member",
        "JSON",
        "objects that are one of the carriers below, arrays of bytes (also as an object with indices for names, with -1 for 255, or each in hexadecimal) and "
        "texts from 256 on: what hexadecimal or base64 says, else the text itself",
        "names and indices",
    ),
    Description(
        "json-lines",
        "a document of JSON on the first line, and another one behind it",
        "as above",
        "the line, then as above",
    ),
    Description(
        "cbor",
        "one item that is all of the bytes, also of indefinite length",
        "strings, with all their chunks, and every item around them",
        "labels and indices; `protected`, `unprotected`, `payload`, `signature` of a COSE message",
    ),
    Description(
        "protobuf", "bytes that are fields to the last one", "every field that has a length", "field numbers"
    ),
    Description(
        "x509",
        "certificates or requests in DER",
        "the value of every extension and attribute, and the strings in it",
        "the object identifier; with the certificate's number, where there are several",
    ),
    Description(
        "der", "one SEQUENCE that is all of the bytes, such as a CMS message", "the strings in it", "indices"
    ),
    Description(
        "msgpack", "one map or array that is all of the bytes", "the strings in it", "names and indices"
    ),
    Description(
        "grpc",
        "messages behind the five bytes that gRPC puts before each",
        "the messages",
        "the number, where there are several",
    ),
    Description(
        "length",
        "a length of 8, 4 or 2 bytes, in either order, that counts all that follows",
        "what follows",
        "-",
    ),
    Description(
        "http", "a line of status or of a request (HTTP/1), and headers", "the body, its chunks joined", "-"
    ),
    Description(
        "multipart",
        "a boundary at the beginning, and one at the end",
        "each part, without its headers",
        "the part's name or number",
    ),
    Description(
        "pem",
        "lines BEGIN and END of one label",
        "what each block holds",
        "the label, with a number where it is there twice",
    ),
    Description(
        "jws",
        "a compact JWS that is no token and no result",
        "its header and its payload",
        "`header`, `payload`",
    ),
    Description("gzip", "its first three bytes", "the content of each member", "-"),
    Description("zlib", "its header with its check bits, to the last byte", "the content", "-"),
    Description("tar", "a header with its checksum", "every file", "its name"),
    Description(
        "zip", "a header of a file at the beginning", "every file that is stored or deflated", "its name"
    ),
    Description(
        "hexdump",
        "addresses that grow by the bytes of a line: xxd, hexdump, od (in hexadecimal, octal bytes, bits), gdb, tcpdump, openssl, the kernel's log",
        "the bytes; words in either order, as content tells; lines `*` filled up",
        "the line it begins on; nothing where it is all of the text",
    ),
    Description(
        "rows",
        "lines of a log that end in 8 to 64 bytes without an address, as many on each",
        "the bytes",
        "line and column",
    ),
    Description("terminal", "control sequences (colours) in a text", "the text without them", "-"),
    Description(
        "percent",
        "values of 64 characters or more with `%` escapes: the query of a URL, a form",
        "what each says",
        "line and column",
    ),
    Description(
        "numbers",
        "64 numbers or more in one array: of C, Go, Rust, Java, JavaScript, YAML, or with colons",
        "the bytes",
        "line and column; nothing where it is all of the text",
    ),
    Description(
        "escapes",
        "texts with escapes, as of Python and C, from 64 characters on",
        "the bytes; texts side by side are one",
        "as above",
    ),
    Description(
        "text",
        "runs of hexadecimal or base64 from 512 characters on, also wrapped into lines",
        "what each says; of one that breaks off, what it says before, where that has marks: it is the type's error",
        "line and column",
    ),
    Description(
        "abi",
        "words of 32 bytes, with a selector or not",
        "what lies behind every word that may be a length",
        "its offset",
    ),
)
