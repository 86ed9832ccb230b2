"""Inputs of any size that try to cost a reader more than they are worth, one maker for each costly corner.

A maker gives about as many bytes as it is asked for, the same ones each time.
"""

from __future__ import annotations

import base64
import gzip
import json
import struct
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import cbor2

from evidence.registry import Registry

Maker = Callable[[int], bytes]

REPEATED: Final = (
    # what a reader of text, CBOR, DER, JSON or tables may be slow with
    b"\0",
    b"\xff",
    b"0",
    b"a\n",
    b"[",
    b"[],",
    b'"a",',
    b'{"a":',
    b"\x81",
    b"\xa1\0",
    b"\xd2\x84",
    b"\xc6",
    b"\xa0",
    b"\x18\x18",
    b"\x30\x80",
    b"\x30\x82\xff\xf0",
    b"\x06\x01\x80",
    b"-----BEGIN CERTIFICATE-----\n",
    b"eyJ.",
    b"\1\0\0\0",
    b"\4\0\2\0",
    b"\x0a\0",
    b"\x12\x01\0",
    # what looks for literals, dumps and runs in text may be slow with
    b"1 " * 9 + b"x ",
    b"\\x41",
    b"\\'",
    b"\"'\\x00",
    b"aaaa: bb ",
    b"aaaa: bb\n",
    b"00000000: 0300\n00000002: 0000\n...\n",
    b"00000000: 0300\n*\n00000004: 0000\n*\nffffffff: 0000\n",
    b"-----BEGIN A-----\n",
    b"A" * 511 + b".",
    b"A" * 60 + b"\n",
    bytes(31) + b"\x60",
)


@cache
def fixture(kind: str, name: str) -> bytes:
    """The bytes of a committed fixture."""
    return (Path(str(Registry.builtin()[kind].fixtures)) / "valid" / f"{name}.bin").read_bytes()


def squeezed(data: bytes) -> bytes:
    """`data` in gzip, the same bytes each time."""
    return gzip.compress(data, 9, mtime=0)


def report() -> bytes:
    return fixture("amd-sev-snp", "v3-milan")


def filled(unit: Callable[[int], bytes], size: int, join: bytes = b"") -> bytes:
    """As many of the units 0, 1, 2, … as fit into `size`."""
    parts: list[bytes] = []
    left = size
    for number in count():
        part = unit(number)
        left -= len(part) + len(join)
        if left < 0:
            return join.join(parts)
        parts.append(part)
    raise AssertionError


# JSON


def members(size: int) -> bytes:
    return b"{" + filled(lambda n: b'"k%x":1' % n, size - 2, b",") + b"}"


def texts(size: int) -> bytes:
    return b"[" + filled(lambda n: b'"%x"' % n, size - 2, b",") + b"]"


def numbers(size: int) -> bytes:
    return b"[" + b"7," * ((size - 3) // 2) + b"7]"


def long_numbers(size: int) -> bytes:
    return b"[" + filled(lambda n: b"%d" % (10**18 + n), size - 2, b",") + b"]"


def arrays(size: int) -> bytes:
    return b"[" + b"[]," * ((size - 4) // 3) + b"[]]"


def objects(size: int) -> bytes:
    return b"[" + b"{}," * ((size - 4) // 3) + b"{}]"


def deep_arrays(size: int) -> bytes:
    deep = b"[" * 15 + b"]" * 15
    return b"[" + (deep + b",") * ((size - 32) // 31) + deep + b"]"


def escapes(size: int) -> bytes:
    return b'{"a":"' + b"\\u00e9" * ((size - 8) // 6) + b'"}'


def surrogates(size: int) -> bytes:
    return b'{"a":"' + b"\\ud83d\\ude00" * ((size - 8) // 12) + b'"}'


def escaped_quotes(size: int) -> bytes:
    return b'{"a":"' + b'\\"' * ((size - 8) // 2) + b'"}'


def short_texts_of_hex(size: int) -> bytes:
    return b"[" + filled(lambda n: b'"%s"' % (b"%04x" % (n & 0xFFFF) * 64), size - 2, b",") + b"]"


def compressed_texts(size: int) -> bytes:
    """Texts that may be gzip, each of which is opened to see what begins there."""
    one = base64.b64encode(squeezed(bytes(4096) + bytes(range(256)))).decode().ljust(256, "A")
    return json.dumps([one] * (size // (len(one) + 4))).encode()


def quotes_without_end(size: int) -> bytes:
    return b'{"' + b'\\"' * (size // 2 - 1)


def nearly_reports(size: int) -> bytes:
    """Texts as long as those in which evidence is looked for."""
    return b"{" + b",".join(b'"%d":"%s"' % (n, b"A" * 256) for n in range(size // 270)) + b"}"


def name_twice(size: int) -> bytes:
    many = size // 12
    return b"{" + b",".join(b'"%d":1' % n for n in (*range(many), many - 1)) + b"}"


def json_in_json(size: int) -> bytes:
    """A text that is JSON, seven times."""
    value: Any = {"a": "x" * (size // 128 - 64)}
    for _ in range(7):
        value = {"a": json.dumps(value)}
    return json.dumps(value).encode()


def many_json_in_json(size: int) -> bytes:
    inner = json.dumps([json.dumps([1] * 100)] * 3)
    return json.dumps({f"k{n}": inner for n in range(size // (len(json.dumps(inner)) + 10))}).encode()


def reports_with_long_paths(size: int) -> bytes:
    """One report in many members, each of another path of 60 characters; then as many as fit with long ones."""
    length = max(60, min(4000, size // 20))
    return (
        b"{"
        + filled(
            lambda n: (
                json.dumps(f"{n:06}" * (length // 6)).encode()
                + b':"'
                + base64.b64encode(report()[:-8] + n.to_bytes(8, "little"))
                + b'"'
            ),
            size - 2,
            b",",
        )
        + b"}"
    )


def virtee(size: int) -> bytes:
    return json.dumps({"report_data": [0] * 64, "measurement": ["a"] * (size // 5)}).encode()


def cmw_json(size: int) -> bytes:
    """A collection, whose labels are long and whose pieces are short."""
    return (
        b"{"
        + filled(lambda n: json.dumps(f"{n:06}").encode() + b':["application/eat+cwt","oQA"]', size - 2, b",")
        + b"}"
    )


def cmw_json_long(size: int) -> bytes:
    """A collection in collections with long labels: every piece's path has all of them."""
    inner: Any = {str(n): ["application/eat+cwt", "oQA"] for n in range(min(256, size // 60))}
    left = (size - len(json.dumps(inner))) // 5
    for n in range(5):
        inner = {str(n) * left: inner}
    return json.dumps(inner).encode()


def cmw_cbor_long(size: int) -> bytes:
    inner: Any = {n: [263, b"\xa1\x00\x00"] for n in range(min(256, size // 60))}
    left = (size - len(cbor2.dumps(inner))) // 5
    for n in range(5):
        inner = {str(n) * left: inner}
    return cbor2.dumps(inner)


def event_log_json(size: int) -> bytes:
    log = [{"imr": 3, "event_type": 134217729, "digest": "00" * 48, "event": "x", "event_payload": "00"}]
    log *= size // 160
    quote = base64.b64encode(fixture("intel-tdx", quote_name())).decode()
    return json.dumps({"quote": quote, "event_log": json.dumps(log), "report_data": "00"}).encode()[:size]


@cache
def quote_name() -> str:
    folder = Path(str(Registry.builtin()["intel-tdx"].fixtures)) / "valid"
    return min(path.stem for path in folder.glob("v4*.bin"))


# CBOR


def cbor_array(size: int) -> bytes:
    return cbor2.dumps([0] * (size - 5))


def cbor_arrays(size: int) -> bytes:
    return b"\x9a" + (size - 5).to_bytes(4, "big") + b"\x80" * (size - 5)


def cbor_deep(size: int) -> bytes:
    deep = b"\x81" * 14 + b"\0"
    many = (size - 5) // 15
    return b"\x9a" + many.to_bytes(4, "big") + deep * many


def cbor_map(size: int) -> bytes:
    many = (size - 5) // 6
    return (
        b"\xba"
        + many.to_bytes(4, "big")
        + b"".join(b"\x1a" + n.to_bytes(4, "big") + b"\0" for n in range(many))
    )


def cbor_colliding(size: int) -> bytes:
    """Integers whose hashes are equal in Python: multiples of 2^61 - 1."""
    many = (size - 5) // 10
    keys = (n % 8 * ((1 << 61) - 1) for n in range(many))
    return (
        b"\xba" + many.to_bytes(4, "big") + b"".join(b"\x1b" + key.to_bytes(8, "big") + b"\0" for key in keys)
    )


def cbor_colliding_arrays(size: int) -> bytes:
    """Keys that are arrays of -1 and -2, whose hashes are equal in Python."""
    many = (size - 5) // 18
    keys = (b"\x90" + bytes(0x20 | n >> bit & 1 for bit in range(16)) for n in range(many))
    return b"\xba" + many.to_bytes(4, "big") + b"".join(key + b"\0" for key in keys)


def cbor_colliding_inside(size: int) -> bytes:
    """The same below a claim of a token."""
    inner = cbor_colliding_arrays(size - 10)
    return b"\xa2\x0a\x48" + bytes(8) + b"\x19\x01\x09" + inner


def cbor_negative(size: int) -> bytes:
    many = (size - 5) // 10
    return (
        b"\xba"
        + many.to_bytes(4, "big")
        + b"".join(b"\x3b" + n.to_bytes(8, "big") + b"\0" for n in range(many))
    )


def cbor_in_strings(size: int) -> bytes:
    data = bytes(size - 200)
    for _ in range(30):
        data = cbor2.dumps(cbor2.CBORTag(24, data))
    return data


def cbor_floats(size: int) -> bytes:
    many = (size - 5) // 3
    return b"\x9a" + many.to_bytes(4, "big") + b"\xf9\x3c\x00" * many


# compression and text around each other


def zeros_in_gzip(size: int) -> bytes:
    """What opens to a thousand times its size, several times over if that is more than a piece may have."""
    return squeezed(bytes(min(size * 1000, 1 << 20)))


def many_zeros_in_gzip(size: int) -> bytes:
    """Lines of base64, each of which opens to as much as a piece may have."""
    one = base64.b64encode(squeezed(bytes(1 << 20)))
    return (one + b"\n") * (size // len(one))


def nested_gzip(size: int) -> bytes:
    """Base64 of gzip of lines of base64 of gzip, each about as large as the one that holds it."""
    one = base64.b64encode(squeezed(bytes(1 << 20))) + b"\n"
    middle = one * ((1 << 20) // len(one))
    outer = base64.b64encode(squeezed(middle)) + b"\n"
    return outer * max(1, size // len(outer))


def gzip_of_json(size: int) -> bytes:
    """JSON members that are gzip of JSON members."""
    inner = squeezed(json.dumps([base64.b64encode(squeezed(bytes(1 << 19))).decode()] * 500).encode())
    text = base64.b64encode(inner).decode()
    return json.dumps([text] * max(1, size // (len(text) + 4))).encode()


def gzip_of_members(size: int) -> bytes:
    """One compressed JSON of very many members."""
    return squeezed(members(1 << 20))


def gzip_of_arrays_many(size: int) -> bytes:
    one = base64.b64encode(squeezed(arrays((1 << 20) - 8))) + b"\n"
    return one * max(1, size // len(one))


def hex_of_hex(size: int) -> bytes:
    data = bytes(size >> 7)
    for _ in range(7):
        data = data.hex().encode()
    return data


def base64_five_times(size: int) -> bytes:
    data = b"\7" * (size // 5)
    for _ in range(5):
        data = base64.b64encode(data)
    return data


def hex_lines(size: int) -> bytes:
    return b"0x00\n" * (size // 5)


def wide_lines(size: int) -> bytes:
    return (b"0" * 600 + b"\n") * (size // 601)


def one_wide_line(size: int) -> bytes:
    """A line that no tool would wrap at makes every other line a piece of its own."""
    return b"A" * 600 + b"\n" + b"AAAA\n" * ((size - 601) // 5)


def reports_in_lines(size: int) -> bytes:
    return filled(lambda n: (report()[:-8] + n.to_bytes(8, "little")).hex().encode(), size, b"\n")


def white_space(size: int) -> bytes:
    return b" " * (size - 2) + b"{}"


def spaced_hex(size: int) -> bytes:
    return b"0 " * (size // 2)


# captures


def pcap(link: int, frame: Callable[[int], bytes], size: int) -> bytes:
    head = b"\xd4\xc3\xb2\xa1" + bytes(16) + link.to_bytes(4, "little")

    def packet(number: int) -> bytes:
        content = frame(number)
        return bytes(8) + struct.pack("<II", len(content), len(content)) + content

    return head + filled(packet, size - len(head))


MCTP, DOE = 291, 292


def pcap_empty(size: int) -> bytes:
    return pcap(MCTP, lambda _: b"", size)


def pcap_starts(size: int) -> bytes:
    """Messages that begin and never end, between as many endpoints as there are."""
    return pcap(MCTP, lambda n: bytes((1, n & 255, n >> 8 & 255, 0x80 | n >> 16 & 15, 5)), size)


def pcap_parts(size: int) -> bytes:
    """One message in very many parts."""
    return pcap(MCTP, lambda n: bytes((1, 8, 9, 0 if n else 0x80, 5)), size)


def pcap_conversations(size: int) -> bytes:
    """GET_VERSION again and again: each begins a conversation."""
    return pcap(MCTP, lambda n: bytes((1, n & 255, 9, 0xC0, 5)) + b"\x10\x84\0\0", size)


def pcap_answered(size: int) -> bytes:
    """Conversations with an answer each: as many pieces."""
    steps = (b"\x10\x84\0\0", b"\x11\xe0\1\0", b"\x11\x60\0\0" + bytes(40))
    return pcap(MCTP, lambda n: bytes((1, 8, 9, 0xC0, 5)) + steps[n % 3], size)


def pcap_interrupted(size: int) -> bytes:
    """One conversation with a request that is left out after each pair."""
    steps = (b"\x11\xe0\0\1", b"\x11\x60\0\0\0\0\0\0" + bytes(34), b"\x11\xfe\0\0")
    return pcap(MCTP, lambda n: bytes((1, 8, 9, 0xC0, 5)) + steps[n % 3], size)


def pcap_pairs(size: int) -> bytes:
    """One conversation of as many pairs as there are."""
    steps = (b"\x11\xe0\0\1", b"\x11\x60\0\0\0\0\0\0" + bytes(34))
    return pcap(MCTP, lambda n: bytes((1, 8, 9, 0xC0, 5)) + steps[n % 2], size)


def pcap_unknown(size: int) -> bytes:
    return pcap(MCTP, lambda _: bytes((1, 8, 9, 0xC0, 5)) + b"\x11\xff\0\0", size)


def pcap_chunks(size: int) -> bytes:
    def chunk(number: int) -> bytes:
        head = bytes((1, 8, 9, 0xC0, 5)) + b"\x14\x06\0\0" + struct.pack("<II", number, 1)
        return head + (b"\xff\xff\xff\0" if number == 0 else b"") + b"x"

    return pcap(MCTP, chunk, size)


def pcap_doe(size: int) -> bytes:
    return pcap(DOE, lambda _: b"\1\0\1\0\3\0\0\0\x10\x84\0\0", size)


def pcapng_blocks(size: int) -> bytes:
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    return section + struct.pack("<III", 99, 12, 12) * ((size - 28) // 12)


def pcapng_interfaces(size: int) -> bytes:
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    return section + struct.pack("<IIHHII", 1, 20, 291, 0, 0, 20) * ((size - 28) // 20)


def pcapng_sections(size: int) -> bytes:
    return struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28) * (size // 28)


# protobuf, MessagePack, SCALE


def protobuf_fields(size: int) -> bytes:
    return b"\x0a\0" * (size // 2)


def protobuf_numbers(size: int) -> bytes:
    """Fields of as many numbers as there are."""

    def field(number: int) -> bytes:
        tag = number + 1 << 3
        out = bytearray()
        while tag > 0x7F:
            out.append(tag & 0x7F | 0x80)
            tag >>= 7
        return bytes((*out, tag, 0))

    return b"\x0a\0" + filled(field, size - 2)


def varint(number: int) -> bytes:
    """In four bytes, which need not be the shortest form."""
    return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14 & 0x7F | 0x80, number >> 21))


def oak(size: int) -> bytes:
    """A root layer with everything that is looked for, among very many other fields."""
    layer = b"\x08\x01\x12\x01x\x1a\x01y" + protobuf_numbers(size - 32)[2:]
    return b"\x0a" + varint(len(layer)) + layer


def sev_guest(size: int) -> bytes:
    """A report in protobuf, behind it a chain of very many fields."""
    inner = b"".join((b"\x5a\x40" + bytes(64), b"\x62\x30" + bytes(48), b"\xe2\x01\x80\x04" + bytes(512)))
    inner = b"\x08\x02" + inner
    chain = protobuf_numbers(size - len(inner) - 40)
    return b"\x0a" + varint(len(inner)) + inner + b"\x12" + varint(len(chain)) + chain


def msgpack(size: int) -> bytes:
    head = b"\x83\xa7version\x01\xa8platform\x01\xa1x"
    many = size - len(head) - 5
    return head + b"\xdd" + many.to_bytes(4, "big") + b"\x90" * many


def msgpack_map(size: int) -> bytes:
    head = b"\x83\xa7version\x01\xa8platform\x01\xa1x"
    many = (size - len(head) - 5) // 6
    return (
        head + b"\xdf" + many.to_bytes(4, "big") + b"".join(b"\xa4%04x\0" % (n & 0xFFFF) for n in range(many))
    )


def compact(number: int) -> bytes:
    """SCALE's compact integer, in four bytes."""
    return (number << 2 | 2).to_bytes(4, "little")


def dstack_events(size: int) -> bytes:
    """Version 0 of dstack: a quote, and events without content."""
    quote = fixture("intel-tdx", quote_name())
    events = (size - len(quote) - 20) // 11
    whole = b"\0\0" + compact(len(quote)) + quote + compact(events) + (bytes(8) + b"\0\0\0") * events
    return whole + compact(0) + bytes(64) + b"\0"


# tokens and CBOR around nothing


def token_of_one_letter(size: int) -> bytes:
    return b"eyJhbGciOiJFUzI1NiJ9.eyJ" + b"A" * (size - 112) + b"." + b"A" * 86


def token_of_digits(size: int) -> bytes:
    return b"eyJ" + b"b" * (size // 2) + b"." + b"b" * (size // 2 - 8) + b".bb"


def cbor_streamed(size: int) -> bytes:
    """Arrays in arrays, all of indefinite length, around a string in very many chunks."""
    return b"\x9f" * 12 + b"\x5f" + b"\x41\0" * ((size - 32) // 2) + b"\xff" * 13


def cbor_strings_in_strings(size: int) -> bytes:
    item = b"\x5a" + struct.pack(">I", size - 64) + bytes(size - 64)
    for _ in range(6):
        item = b"\x5a" + struct.pack(">I", len(item)) + item
    return item


# certificates


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def certificate(extensions: bytes = b"", name: bytes = b"") -> bytes:
    """A certificate with these extensions and this name twice, signed by nobody."""
    ecdsa = der(0x30, bytes.fromhex("06082a8648ce3d040303"))
    key = der(0x30, bytes.fromhex("301006072a8648ce3d020106052b81040022") + der(3, b"\0\4" + b"\1" * 96))
    times = der(0x30, der(0x17, b"260101000000Z") + der(0x17, b"270101000000Z"))
    names = der(0x30, name)
    body = bytes.fromhex("a003020102") + b"\2\1\1" + ecdsa + names + times + names + key
    body += der(0xA3, der(0x30, extensions)) if extensions else b""
    signature = der(3, b"\0" + der(0x30, b"\2\1\1\2\1\1"))
    return der(0x30, der(0x30, body) + ecdsa + signature)


def extension(number: int, value: bytes = b"") -> bytes:
    oid = b"\x2a\x03" + bytes((0x80 | number >> 14 & 0x7F, 0x80 | number >> 7 & 0x7F, number & 0x7F)).lstrip(
        b"\x80"
    )
    return der(0x30, der(6, oid) + der(4, value))


def certificate_of_extensions(size: int) -> bytes:
    return certificate(filled(lambda n: extension(n, b"\0"), size - 400))


def certificate_of_names(size: int) -> bytes:
    attribute = der(0x31, der(0x30, bytes.fromhex("0603550403") + der(0x0C, b"x")))
    return certificate(name=attribute * ((size - 400) // 2 // len(attribute)))


def certificate_of_long_oid(size: int) -> bytes:
    return certificate(der(0x30, der(6, b"\x2a" + b"\x81" * (size - 500) + b"\1") + der(4, b"\0")))


def certificates_in_pem(size: int) -> bytes:
    text = base64.encodebytes(certificate(extension(1, b"\0")))
    one = b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"
    return one * max(1, size // len(one))


def certificates_in_der(size: int) -> bytes:
    one = certificate(extension(1, b"\0"))
    return one * (size // len(one))


def certificate_of_gzip(size: int) -> bytes:
    """Extensions that may be gzip."""
    value = squeezed(bytes(4096))
    return certificate(b"".join(extension(n, value) for n in range(min(100, size // 120))))


def snp_with_certificates(size: int) -> bytes:
    """A report with a table whose one entry is of as many certificates as fit."""
    chain = certificates_in_der(size - len(report()) - 48 - 32)
    guid = bytes.fromhex("63da758de6644564adc5f4b93be8accd")
    return report() + guid + struct.pack("<II", 48, len(chain)) + bytes(24) + chain


def snp_and_zeros(size: int) -> bytes:
    return report().ljust(size, b"\0")


# event logs


def tcg_log(size: int) -> bytes:
    head = bytes(4) + b"\3\0\0\0" + bytes(20)
    spec = b"Spec ID Event03\0" + bytes(4) + b"\0\2\0\2" + struct.pack("<IHH", 1, 12, 48) + b"\0"
    event = struct.pack("<III", 1, 5, 1) + b"\x0c\0" + bytes(48) + struct.pack("<I", 0)
    log = head + struct.pack("<I", len(spec)) + spec
    return log + event * ((size - len(log)) // len(event))


# SPDM


def spdm_pairs(size: int) -> bytes:
    pair = b"\x11\xe0\0\1" + b"\x11\x60\0\0\0\0\0\0" + bytes(34)
    return pair * (size // len(pair))


def spdm_blocks(size: int) -> bytes:
    """Pairs with as many blocks as one response may have, each of one byte."""
    record = b"".join(bytes((n + 1, 1, 4, 0, 0x80, 1, 0, n)) for n in range(239))
    one = b"\x11\xe0\0\xff" + b"\x11\x60\0\0" + b"\xef" + len(record).to_bytes(3, "little") + record
    one += bytes(32) + b"\0\0"
    return one * max(1, size // len(one))


# EAT


def eat_claims(size: int) -> bytes:
    """A claims set with unknown claims."""
    many = min(4000, size // 8)
    return cbor2.dumps({265: "tag:x,2026:x", 10: bytes(8)} | {70_000 + n: n for n in range(many)})


def eat_texts(size: int) -> bytes:
    many = min(1000, size // 8)
    return cbor2.dumps(
        {265: "tag:x,2026:x", 10: bytes(8)} | {str(n): "x" * (size // many - 8) for n in range(many)}
    )


def eat_submodules(size: int) -> bytes:
    many = min(255, size // 140)
    return cbor2.dumps({10: bytes(8), 266: {str(n).rjust(128, "m"): {256: bytes(8)} for n in range(many)}})


def eat_deep(size: int) -> bytes:
    inner: Any = {256: b"\1" + bytes(16)}
    for n in range(6):
        inner = {266: {str(n) * 128: inner, "b": {265: "x"}}}
    return cbor2.dumps({10: bytes(8)} | inner)


def eat_json(size: int) -> bytes:
    many = min(1000, size // 12)
    return json.dumps(
        {"eat_profile": "tag:x,2026:x", "eat_nonce": "AAAAAAAAAAA"} | {f"c{n}": n for n in range(many)}
    ).encode()


def eat_ueids(size: int) -> bytes:
    """Identifiers that link, and as many texts among which each is looked for."""
    many = min(200, size // 140)
    submodules = {f"s{n}": {256: b"\1" + n.to_bytes(32, "big")} for n in range(many)}
    left = size - len(cbor2.dumps(submodules))
    others = min(900, max(1, left // 16))
    claims: dict[Any, Any] = {str(n): b"x" * max(1, left // others - 8) for n in range(others)}
    return cbor2.dumps({265: "tag:x,2026:x", 10: bytes(8), 266: submodules} | claims)


def eat_sueids(size: int) -> bytes:
    many = min(900, size // 24)
    ids = {f"i{n}": b"\1" + n.to_bytes(16, "big") for n in range(many)}
    return cbor2.dumps(
        {265: "tag:x,2026:x", 10: bytes(8), 257: ids, -70_000: bytes(max(0, size - 24 * many))}
    )


def along_the_probes(size: int) -> bytes:
    """Integer keys that a table of 2^14 slots tries to put where others are: small ones along one chain of probes."""
    slots, many = 1 << 14, min(8000, (size - 5) // 6)
    chain, slot = [], 0
    for _ in range(many // 2):
        chain.append(slot)
        slot = (5 * slot + 1) % slots
    keys = [*chain, *(slots * n for n in range(1, many - len(chain) + 1))]
    return (
        b"\xba"
        + len(keys).to_bytes(4, "big")
        + b"".join(b"\x1a" + key.to_bytes(4, "big") + b"\0" for key in keys)
    )


def cmw_types(size: int) -> bytes:
    """A record of a long type around a collection of many pieces: each repeats it."""
    inner = cbor2.dumps({n: [263, b"\xd9\x02\x59\xa1\x0a\x48" + bytes(8)] for n in range(250)})
    kind = "application/" + "x" * (size // 2 - len(inner))
    return cbor2.dumps([kind + "+cmw", inner])


def tsm_facts(size: int) -> bytes:
    """Attributes as long as they may be, beside a blob that is a collection of pieces."""
    inner = cbor2.dumps({n: [263, b"\xd9\x02\x59\xa1\x0a\x48" + bytes(8)] for n in range(250)})
    facts = dict.fromkeys(("privlevel", "service_provider", "service_guid"), "x" * 250)
    return cbor2.dumps({"outblob": inner, "provider": "eat"} | facts | {"pad": bytes(max(0, size - 6000))})


def nvidia_nonce(size: int) -> bytes:
    """A list of devices with one nonce around them all."""
    device = {"evidence": base64.b64encode(b"\x11\xe0\0\1" + b"\x11\x60\0\0\0\0\0\0" + bytes(34)).decode()}
    item = device | {"arch": "x"}
    devices = [item] * min(250, size // 2 // len(json.dumps(item)))
    return json.dumps({"nonce": "ab" * (size // 4 - 10), "evidence_list": devices}).encode()


def nvidia_certificates(size: int) -> bytes:
    """A collection whose one chain of certificates belongs to each of many devices."""
    one = certificate(extension(1, bytes(min(size // 64, 30_000))))
    chain = base64.urlsafe_b64encode(one * 15).rstrip(b"=").decode()
    transcript = base64.urlsafe_b64encode(b"\x11\xe0\0\1" + b"\x11\x60\0\0\0\0\0\0" + bytes(34)).decode()
    pieces = {str(n): ["application/spdm", transcript] for n in range(min(250, size // 2 // 100))}
    kind = {"__cmwc_t": "tag:nvidia.com,2026:verifier-input/x", "certificate": ["application/pem", chain]}
    return json.dumps(kind | pieces).encode()


def eat_notes(size: int) -> bytes:
    """Submodules within submodules with long names, and entries inside that are noted."""
    many = min(900, size // 40)
    inner: Any = {str(n): n for n in range(many)} | {256: bytes(9)}
    for n in range(7):
        inner = {266: {str(n) * 24: inner}, 265: "tag:x,2026:x"}
    return cbor2.dumps({10: bytes(8)} | inner)


def eat_measured(size: int) -> bytes:
    """Measured components with digests whose length is not that of their algorithm."""
    many = min(1000, size // 24)
    measured = [[[f"{n}"], None, [[1, bytes(5)]]] for n in range(many)]
    return cbor2.dumps({10: bytes(8), 273: [[0x10A, cbor2.dumps(measured)]]})


def eat_jwt(size: int) -> bytes:
    many = min(1000, size // 20)
    claims = {"eat_nonce": "AAAAAAAAAAA", "eat_profile": "tag:x,2026:x"} | {f"c{n}": n for n in range(many)}
    parts = (b'{"alg":"ES256"}', json.dumps(claims).encode(), bytes(64))
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def netlink_chunks(size: int) -> bytes:
    """A dump of one object in chunks of a byte: netlink's header, attributes 1, 7, 9 and 10 of device-evidence."""

    def message(*attributes: tuple[int, bytes]) -> bytes:
        content = b"\1\1\0\0"
        for number, value in attributes:
            content += (4 + len(value)).to_bytes(2, "little") + number.to_bytes(2, "little") + value
            content += bytes(-len(value) % 4)
        return (16 + len(content)).to_bytes(4, "little") + b"\x1c\0\2\0" + bytes(8) + content

    chunk = message((10, b"x"))
    count = size // len(chunk)
    head = message(
        (1, b"\x09\0\0\0"), (7, b"\1\0\0\0"), (9, (count + 1).to_bytes(4, "little")), (10, b"\x12")
    )
    return head + chunk * count


def tdisp_ranges(size: int) -> bytes:
    """A message of TDISP whose report says that it has as many ranges as fit."""
    count = size // 16
    report = bytes(12) + count.to_bytes(4, "little") + bytes(16 * count + 4)
    return b"\x10\x04" + bytes(14) + (len(report) & 0xFFFF).to_bytes(2, "little") + b"\0\0" + report


SHAPES: Final[tuple[Maker, ...]] = (
    members,
    texts,
    numbers,
    long_numbers,
    arrays,
    objects,
    deep_arrays,
    escapes,
    surrogates,
    escaped_quotes,
    short_texts_of_hex,
    compressed_texts,
    quotes_without_end,
    token_of_one_letter,
    token_of_digits,
    cbor_streamed,
    cbor_strings_in_strings,
    nearly_reports,
    name_twice,
    json_in_json,
    many_json_in_json,
    reports_with_long_paths,
    virtee,
    cmw_json,
    cmw_json_long,
    cmw_cbor_long,
    event_log_json,
    cbor_array,
    cbor_arrays,
    cbor_deep,
    cbor_map,
    cbor_colliding,
    cbor_colliding_arrays,
    cbor_colliding_inside,
    cbor_negative,
    cbor_in_strings,
    cbor_floats,
    zeros_in_gzip,
    many_zeros_in_gzip,
    nested_gzip,
    gzip_of_json,
    gzip_of_members,
    gzip_of_arrays_many,
    hex_of_hex,
    base64_five_times,
    hex_lines,
    wide_lines,
    one_wide_line,
    reports_in_lines,
    white_space,
    spaced_hex,
    pcap_empty,
    pcap_starts,
    pcap_parts,
    pcap_conversations,
    pcap_answered,
    pcap_interrupted,
    pcap_pairs,
    pcap_unknown,
    pcap_chunks,
    pcap_doe,
    pcapng_blocks,
    pcapng_interfaces,
    pcapng_sections,
    protobuf_fields,
    protobuf_numbers,
    oak,
    sev_guest,
    msgpack,
    msgpack_map,
    dstack_events,
    certificate_of_extensions,
    certificate_of_names,
    certificate_of_long_oid,
    certificates_in_pem,
    certificates_in_der,
    certificate_of_gzip,
    snp_with_certificates,
    snp_and_zeros,
    tcg_log,
    spdm_pairs,
    spdm_blocks,
    eat_claims,
    eat_texts,
    eat_submodules,
    eat_deep,
    eat_json,
    eat_ueids,
    eat_sueids,
    along_the_probes,
    cmw_types,
    tsm_facts,
    nvidia_nonce,
    nvidia_certificates,
    eat_notes,
    eat_measured,
    eat_jwt,
    netlink_chunks,
    tdisp_ranges,
)


def shapes(size: int) -> Iterator[tuple[str, bytes]]:
    """Every shape of about `size` bytes, by its name."""
    for unit in REPEATED:
        yield f"{unit!r} again and again", unit * (size // len(unit))
    for make in SHAPES:
        yield make.__name__.replace("_", " "), make(size)[:size]
