"""Bytes in the containers that people have them in, written from the specifications; each with the path that leads to them."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import quote

import cbor2
from cbor2 import CBORTag

from tests.generate.der import tlv


class Wrapping(NamedTuple):
    """One container: how bytes are put into it, and the path of what is in it."""

    name: str
    put: Callable[[bytes], bytes]
    at: str


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _tar(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in (("notes.txt", b"nothing"), ("dir/quote.bin", data)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def _zip(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content, method in (
            ("notes.txt", b"nothing", zipfile.ZIP_STORED),
            ("dir/quote.bin", data, zipfile.ZIP_DEFLATED),
        ):
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


OID, OID_DER = "1.2.3.4", bytes.fromhex("06032a0304")
ECDSA: Final = tlv(0x30, bytes.fromhex("06082a8648ce3d040302"))
NAME: Final = tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550403") + tlv(0x0C, b"a"))))
SPKI: Final = tlv(
    0x30,
    tlv(0x30, bytes.fromhex("06072a8648ce3d0201") + bytes.fromhex("06082a8648ce3d030107"))
    + tlv(0x03, b"\0\4" + bytes(64)),
)
VALIDITY: Final = tlv(0x30, tlv(0x17, b"250101000000Z") + tlv(0x17, b"350101000000Z"))


def _certificate(data: bytes) -> bytes:
    extension = tlv(0x30, OID_DER + tlv(0x04, tlv(0x04, data)))
    fields = tlv(0xA0, b"\2\1\2") + b"\2\1\1" + ECDSA + NAME + VALIDITY + NAME + SPKI
    body = tlv(0x30, fields + tlv(0xA3, tlv(0x30, extension)))
    return tlv(0x30, body + ECDSA + tlv(0x03, b"\0" + bytes(64)))


def _request(data: bytes) -> bytes:
    """With an extension that is asked for, and the bytes in a SEQUENCE there."""
    extension = tlv(0x30, OID_DER + tlv(0x04, tlv(0x30, tlv(0x04, data) + b"\2\1\7")))
    wanted = bytes.fromhex("06092a864886f70d01090e") + tlv(0x31, tlv(0x30, extension))
    body = tlv(0x30, b"\2\1\0" + NAME + SPKI + tlv(0xA0, tlv(0x30, wanted)))
    return tlv(0x30, body + ECDSA + tlv(0x03, b"\0" + bytes(64)))


def _armour(data: bytes) -> bytes:
    return b"a quote:\n-----BEGIN THING-----\n" + base64.encodebytes(data) + b"-----END THING-----\n"


def _printable(line: bytes) -> bytes:
    return bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in line)


def xxd(data: bytes) -> bytes:
    """As `xxd` prints it."""
    lines = []
    for at in range(0, len(data), 16):
        line = data[at : at + 16]
        words = b" ".join(line[index : index + 2].hex().encode() for index in range(0, len(line), 2))
        lines.append(b"%08x: %-39b  %b" % (at, words, _printable(line)))
    return b"\n".join(lines) + b"\n"


def hexdump(data: bytes) -> bytes:
    """As `hexdump -C` prints it, with a line `*` for lines that repeat the one before."""
    lines, before, star = [], b"", False
    for at in range(0, len(data), 16):
        line = data[at : at + 16]
        if line == before and at + 16 < len(data):
            if not star:
                lines.append(b"*")
            star = True
            continue
        before, star = line, False
        digits = line[:8].hex(" ") + "  " + line[8:].hex(" ")
        lines.append(b"%08x  %-48b  |%b|" % (at, digits.encode(), _printable(line)))
    return b"\n".join([*lines, b"%08x" % len(data)]) + b"\n"


def od_words(data: bytes) -> bytes:
    """As `od -v -tx2` prints it on a little-endian machine: addresses in octal, the last word filled up."""
    lines = []
    for at in range(0, len(data), 16):
        line = data[at : at + 16]
        line += bytes(len(line) % 2)
        words = [b"%02x%02x" % (line[index + 1], line[index]) for index in range(0, len(line), 2)]
        lines.append(b"%07o " % at + b" ".join(words))
    return b"\n".join([*lines, b"%07o" % len(data)]) + b"\n"


def bits(data: bytes) -> bytes:
    """As `xxd -b` prints it."""
    lines = []
    for at in range(0, len(data), 6):
        line = data[at : at + 6]
        digits = " ".join(f"{byte:08b}" for byte in line).encode()
        lines.append(b"%08x: %-53b  %b" % (at, digits, _printable(line)))
    return b"\n".join(lines) + b"\n"


def seven(data: bytes) -> bytes:
    """As `xxd -c 7` prints it: the last word of a line is shorter."""
    lines = []
    for at in range(0, len(data), 7):
        line = data[at : at + 7]
        words = b" ".join(line[index : index + 2].hex().encode() for index in range(0, len(line), 2))
        lines.append(b"%08x: %-17b  %b" % (at, words, _printable(line)))
    return b"\n".join(lines) + b"\n"


def decimal(data: bytes) -> bytes:
    """As `od -A d -t u1 -v` prints it."""
    lines = [
        b"%07d " % at + b" ".join(b"%3d" % byte for byte in data[at : at + 16])
        for at in range(0, len(data), 16)
    ]
    return b"\n".join([*lines, b"%07d" % len(data)]) + b"\n"


def kernel(data: bytes) -> bytes:
    """As the kernel's `print_hex_dump` writes it into its log."""
    lines = [
        b"[   12.%06d] report: %08x: %b" % (at, at, data[at : at + 16].hex(" ").encode())
        for at in range(0, len(data), 16)
    ]
    return b"\n".join([b"[   11.000000] booting", *lines]) + b"\n"


def _calldata(data: bytes) -> bytes:
    filled = data + bytes(-len(data) % 32)
    words = [64, 7]
    head = b"".join(word.to_bytes(32, "big") for word in words)
    return b"\x01\x02\x03\x04" + head + len(data).to_bytes(32, "big") + filled


def _c_array(data: bytes) -> bytes:
    rows = [", ".join(f"0x{byte:02x}" for byte in data[at : at + 12]) for at in range(0, len(data), 12)]
    return ("unsigned char quote[] = {\n  " + ",\n  ".join(rows) + "\n};\n").encode()


def _jws(data: bytes) -> bytes:
    return ".".join(map(_url, (b'{"alg":"ES256"}', data, bytes(64)))).encode()


def _streamed(data: bytes) -> bytes:
    """A map, an array and a byte string in chunks, each ended by a break (RFC 8949, 3.2)."""
    chunks = b"".join(cbor2.dumps(data[at : at + 100]) for at in range(0, len(data), 100))
    return b"\xbf\x61x\x9f\x01\xbf\x07\x5f" + chunks + b"\xff" * 4


def _octal(data: bytes) -> list[bytes]:
    """Pieces of a literal in C, with every byte as an escape."""
    return [b"".join(b"\\%03o" % byte for byte in data[at : at + 16]) for at in range(0, len(data), 16)]


def _chunked(data: bytes) -> bytes:
    """A response whose body is sent in chunks."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = [data[at : at + 1000] for at in range(0, len(data), 1000)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def _multipart(data: bytes) -> bytes:
    """A form with a field and a file, behind a boundary that the file does not have."""
    line = b"--b%d" % data.count(b"--b")
    field = line + b'\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n'
    head = b'\r\nContent-Disposition: form-data; name="quote"; filename="q"\r\nContent-Type: a/b\r\n\r\n'
    return field + line + head + data + b"\r\n" + line + b"--\r\n"


def _rows(data: bytes, prefix: bytes = b"[   12.%06d] quote: ") -> bytes:
    """As `print_hex_dump` writes it into a log without addresses."""
    return b"".join(
        prefix % at + data[at : at + 16].hex(" ").encode() + b"\n" for at in range(0, len(data), 16)
    )


def addressed(data: bytes, line: Callable[[int, bytes], str], width: int = 16) -> bytes:
    """A dump: a line for so many bytes, from their address and themselves."""
    return "".join(line(at, data[at : at + width]) + "\n" for at in range(0, len(data), width)).encode()


def _wrapped(text: str, width: int, margin: str) -> str:
    return "".join(f"{margin}{text[at : at + width]}\n" for at in range(0, len(text), width))


def _rust(data: bytes) -> bytes:
    r"""As Rust's `Bytes` prints itself: a zero is `\0`, and a digit may follow it."""
    plain = {0: "\\0", 0x22: '\\"', 0x5C: "\\\\"}
    shown = (plain.get(one) or (chr(one) if 0x20 <= one < 0x7F else f"\\x{one:02x}") for one in data)
    return f'b"{"".join(shown)}"'.encode()


def _signed(data: bytes) -> list[int]:
    return [byte - 256 if byte > 127 else byte for byte in data]


WRAPPINGS: Final = (
    Wrapping("json", lambda data: json.dumps({"n": 1, "a": [{"b": _b64(data)}]}).encode(), "a/0/b"),
    Wrapping("json-hex", lambda data: json.dumps({"a": "0x" + data.hex()}).encode(), "a"),
    Wrapping("json-numbers", lambda data: json.dumps({"a": list(data)}).encode(), "a"),
    Wrapping("json-index", lambda data: json.dumps({"a": dict(enumerate(data))}).encode(), "a"),
    Wrapping(
        "json-lines",
        lambda data: b'{"a": "first"}\n' + json.dumps({"a": _b64(data)}).encode() + b"\n",
        "2/a",
    ),
    Wrapping("cbor", lambda data: cbor2.dumps({"x": [1, {7: data}]}), "x/1/7"),
    Wrapping("cbor-streamed", _streamed, "x/1/7"),
    Wrapping("cose", lambda data: cbor2.dumps(CBORTag(18, [b"\xa1\1\x26", {}, data, bytes(64)])), "payload"),
    Wrapping(
        "cose-header",
        lambda data: cbor2.dumps([cbor2.dumps({1: -7, "q": data}), {}, b"{}", bytes(64)]),
        "protected/q",
    ),
    Wrapping("protobuf", lambda data: b"\x08\x01" + _field(2, b"\x08\x05" + _field(3, data)), "2/3"),
    Wrapping("x509", _certificate, OID),
    Wrapping("x509-request", _request, OID),
    Wrapping("pem", _armour, "THING"),
    Wrapping("gzip", lambda data: gzip.compress(data, mtime=0), "gzip"),
    Wrapping("tar", _tar, "dir/quote.bin"),
    Wrapping("zip", _zip, "dir/quote.bin"),
    Wrapping("utf-8", lambda data: b"\xef\xbb\xbf" + data.hex().encode(), "utf-8/hex"),
    Wrapping("utf-16", lambda data: ("\ufeff" + data.hex()).encode("utf-16-le"), "utf-16/hex"),
    Wrapping("hex", lambda data: data.hex().encode(), "hex"),
    Wrapping("base64", base64.b64encode, "base64"),
    Wrapping("xxd", xxd, "hexdump"),
    Wrapping("hexdump", hexdump, "hexdump"),
    Wrapping("od-words", od_words, "hexdump"),
    Wrapping("kernel-log", kernel, "2"),
    Wrapping("bits", bits, "hexdump"),
    Wrapping("seven", seven, "hexdump"),
    Wrapping("decimal", decimal, "hexdump"),
    Wrapping("c-array", _c_array, "numbers"),
    Wrapping("go", lambda data: ("[" + " ".join(map(str, data)) + "]").encode(), "numbers"),
    Wrapping(
        "rust", lambda data: ("[" + ", ".join(f"{byte:02x}" for byte in data) + "]").encode(), "numbers"
    ),
    Wrapping("colons", lambda data: data.hex(":").encode(), "numbers"),
    Wrapping("python", lambda data: repr(data).encode(), "escapes"),
    Wrapping("c-text", lambda data: b'"' + b'"\n"'.join(_octal(data)) + b'"', "escapes"),
    Wrapping("yaml", lambda data: b"kind: x\ndata:\n  quote: " + base64.b64encode(data) + b"\n", "3:10"),
    Wrapping("csv", lambda data: b"id,quote\n1," + data.hex().encode() + b"\n", "2:3"),
    Wrapping("data-uri", lambda data: b"<a href='data:;base64," + base64.b64encode(data) + b"'>", "1:23"),
    Wrapping("jws", _jws, "payload"),
    Wrapping("abi", _calldata, "0x64"),
    Wrapping("zlib", zlib.compress, "zlib"),
    Wrapping(
        "der", lambda data: tlv(0x30, b"\2\1\1" + tlv(0x30, tlv(0x04, data) + tlv(0x04, bytes(64)))), "1/0"
    ),
    Wrapping(
        "msgpack",
        lambda data: b"\x82\xa6number\1\xa5quote\xc6" + len(data).to_bytes(4, "big") + data,
        "quote",
    ),
    Wrapping("grpc", lambda data: b"\0" + len(data).to_bytes(4, "big") + data, "grpc"),
    Wrapping("length", lambda data: len(data).to_bytes(4, "little") + data, "length"),
    Wrapping("http", _chunked, "http"),
    Wrapping("multipart", _multipart, "quote"),
    Wrapping("percent", lambda data: b"GET /v?q=" + quote(data, safe="").encode() + b"&n=1\n", "1:10"),
    Wrapping(
        "terminal", lambda data: b"\x1b[32mquote\x1b[0m: " + data.hex().encode() + b"\n", "terminal/1:8"
    ),
    Wrapping("rows", _rows, "1:23"),
)
SHAPES: Final = (
    Wrapping("gdb", lambda data: addressed(data, lambda at, row: f"0x{at + 0x7FFF0000:x}:\t" + "\t".join(f"0x{byte:02x}" for byte in row), 8), "hexdump"),
    Wrapping("lldb", lambda data: addressed(data, lambda at, row: f"0x{at + 0x16FDFF0A0:x}: {row.hex(' ')}  ........"), "hexdump"),
    Wrapping("tcpdump", lambda data: addressed(data, lambda at, row: f"\t0x{at:04x}:  {row.hex(' ', -2)}  ...."), "hexdump"),
    Wrapping("openssl", lambda data: addressed(data, lambda at, row: f"    {at:04x} - {row[:8].hex(' ')}-{row[8:].hex(' ')}   ...."), "hexdump"),
    Wrapping("journal", lambda data: addressed(data, lambda at, row: f"Nov 30 12:00:00 host app[123]: {at:08x}  {row[:8].hex(' ')}  {row[8:].hex(' ')}  |....|"), "hexdump"),
    Wrapping("od-octal", lambda data: addressed(data, lambda at, row: f"{at:07o} " + " ".join(f"{byte:03o}" for byte in row)), "hexdump"),
    Wrapping("hyphens", lambda data: data.hex("-").upper().encode(), "hex"),
    Wrapping("hyphens-in-a-log", lambda data: b"report: " + data.hex("-").upper().encode() + b"\n", "1:9"),
    Wrapping("postgres", lambda data: b" 1 | \\x" + data.hex().encode() + b"\n(1 row)\n", "1:7"),
    Wrapping("mysql", lambda data: b"INSERT INTO t VALUES (1, 0x" + data.hex().encode() + b");\n", "1:26"),
    Wrapping("yaml-hex", lambda data: f"q: |\n{_wrapped(data.hex(), 64, '    ')}other: 1\n".encode(), "2:5"),
    Wrapping("yaml-base64", lambda data: f"q: |\n{_wrapped(_b64(data), 64, '    ')}other: 1\n".encode(), "2:5"),
    Wrapping("yaml-numbers", lambda data: b"q:\n" + b"".join(b"- %d\n" % byte for byte in data) + b"n: 1\n", "2:3"),
    Wrapping("rust-bytes", _rust, "escapes"),
    Wrapping("environment", lambda data: b"A=b\nQUOTE=" + _url(data).encode() + b"\n", "2:7"),
    Wrapping("form", lambda data: b"n=1&q=" + quote(_b64(data), safe="").encode(), "1:7/base64"),
    Wrapping("java", lambda data: b"INFO q=" + str(_signed(data)).encode() + b" read\n", "1:9"),
    Wrapping("json-signed", lambda data: json.dumps({"a": _signed(data)}).encode(), "a"),
    Wrapping("json-signed-alone", lambda data: json.dumps(_signed(data)).encode(), "json"),
    Wrapping("json-hex-bytes", lambda data: json.dumps({"a": [f"0x{byte:02x}" for byte in data]}).encode(), "a"),
    Wrapping("json-characters", lambda data: json.dumps({"a": data.decode("latin-1")}).encode(), "a"),
)  # fmt: skip
"""Further ways in which programs print bytes, each of a container above."""
