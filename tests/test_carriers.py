"""How evidence arrives: every carrier on small vectors of our own, and everything that it refuses."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from evidence.carriers import unwrap
from evidence.carriers.json import octets
from evidence.convert import Evidence, Failure, convert_all, parse_all
from evidence.errors import BadEncoding, CarrierError, EvidenceError, LimitExceeded, UnexpectedField
from evidence.files import shared
from evidence.input import Input
from evidence.wire import json as strict
from evidence.wire import text

REPORT = (shared("fixtures") / "amd-sev-snp" / "valid" / "v2-product-option.bin").read_bytes()
OTHER = (shared("fixtures") / "amd-sev-snp" / "valid" / "v2-unknown-product.bin").read_bytes()


def pieces(data: bytes, **how: Any) -> list[Input | EvidenceError]:
    """What the first carrier takes out of `data`."""
    found = unwrap(Input(data=data, **how))
    assert found is not None
    return list(found)


def inner(data: bytes, **how: Any) -> Input:
    """The one piece in `data`."""
    (found,) = pieces(data, **how)
    assert isinstance(found, Input)
    return found


def error(data: bytes) -> EvidenceError:
    """Why there is no piece in `data`."""
    try:
        (found,) = pieces(data)
    except EvidenceError as raised:
        return raised
    assert isinstance(found, EvidenceError)
    return found


def wrapped(data: bytes, width: int) -> bytes:
    return b"\n".join(data[at : at + width] for at in range(0, len(data), width))


HEX = REPORT.hex().encode()
BASE64 = base64.b64encode(REPORT)
URL = base64.urlsafe_b64encode(b"\xfb\xff" + REPORT)


@pytest.mark.parametrize(
    "data",
    [
        HEX,
        HEX.upper(),
        b"0x" + HEX,
        b"0X" + HEX + b"\n",
        b" \r\n" + HEX + b"\r\n",
        wrapped(HEX, 64),
        wrapped(HEX, 60) + b"\n",
        b"0x" + wrapped(HEX, 64),
        b" ".join(HEX[at : at + 2] for at in range(0, len(HEX), 2)),
    ],
)
def test_hexadecimal(data: bytes) -> None:
    found = inner(data)
    assert found.data == REPORT
    assert (found.at, found.obtained) == ("hex", "extracted")


@pytest.mark.parametrize("mark", [b"", b"0x"])
def test_lines_of_hexadecimal_are_pieces(mark: bytes) -> None:
    lines = (REPORT.hex().encode(), b"00" * 300 + b"0", OTHER.hex().encode())
    first, bad, last = pieces(b"\n".join(mark + line for line in lines))
    assert isinstance(first, Input)
    assert isinstance(last, Input)
    assert [(piece.at, piece.data) for piece in (first, last)] == [("0", REPORT), ("2", OTHER)]
    assert isinstance(bad, CarrierError)
    assert (bad.carrier, bad.path) == ("hex", "1")


@pytest.mark.parametrize(
    ("data", "name", "content"),
    [
        (BASE64, "base64", REPORT),
        (BASE64.rstrip(b"="), "base64", REPORT),
        (wrapped(BASE64, 76) + b"\r\n", "base64", REPORT),
        (wrapped(BASE64, 64), "base64", REPORT),
        (URL, "base64url", b"\xfb\xff" + REPORT),
        (URL.rstrip(b"="), "base64url", b"\xfb\xff" + REPORT),
    ],
)
def test_base64(data: bytes, name: str, content: bytes) -> None:
    found = inner(data)
    assert (found.data, found.at) == (content, name)


def test_lines_of_base64_are_pieces() -> None:
    found = pieces(BASE64 + b"\n" + base64.b64encode(OTHER) + b"\n")
    assert [piece.data for piece in found if isinstance(piece, Input)] == [REPORT, OTHER]


@pytest.mark.parametrize(
    "data",
    [
        b"0" * 65,
        b"0x" + b"0" * 65,
        BASE64[:-3],  # one character more than whole groups
        BASE64[:-1] + b"==",
        BASE64[:40] + b"=" + BASE64[40:],
        BASE64[:40] + b"-+" + BASE64[42:],
        b"G" * 41 + b"B==",  # bits that mean nothing
        b"G" * 42 + b"B=",
    ],
)
def test_bad_text(data: bytes) -> None:
    found = error(data)
    assert isinstance(found, CarrierError)
    assert found.carrier in {"hex", "base64", "base64url"}


@pytest.mark.parametrize(
    "data",
    [
        b"00" * 15,
        b"-----BEGIN CERTIFICATE-----\n" + BASE64 + b"\n-----END CERTIFICATE-----\n",
        b"prose in the alphabet of base64 is still only prose",
        BASE64[:40] + b"*" + BASE64[40:],
        b"\n" * 64,
        b"",
    ],
)
def test_not_text_that_carries(data: bytes) -> None:
    assert unwrap(Input(data=data)) is None


def test_text_is_strict() -> None:
    assert text.hexadecimal("00fF", "x") == b"\x00\xff"
    assert text.base64("+/8=", "x") == text.base64url("-_8", "x") == b"\xfb\xff"
    assert text.base64("", "x") == text.base64url("", "x") == text.hexadecimal("", "x") == b""
    for decode, value in (
        (text.hexadecimal, "0x00"),
        (text.hexadecimal, "0\u06600"),
        (text.base64, "-_8="),
        (text.base64, "AA\n=="),
        (text.base64, "A"),
        (text.base64, "===="),
        (text.base64url, "+/8"),
        (text.base64url, "AB"),
    ):
        with pytest.raises(BadEncoding):
            decode(value, "x")


@pytest.mark.parametrize(
    "value",
    [list(REPORT), REPORT.hex(), "0x" + REPORT.hex(), BASE64.decode(), URL.decode()],
)
def test_octets(value: object) -> None:
    assert octets(value, "m") in {REPORT, b"\xfb\xff" + REPORT}


@pytest.mark.parametrize(
    "value",
    [[0, 256], [-1], [True], [0.0], ["00"], [[0]], "A", "%%%%", "+/_-", None, 5, True, {"a": 1}],
)
def test_octets_refuses(value: object) -> None:
    with pytest.raises(CarrierError) as caught:
        octets(value, "member", "carrier")
    assert (caught.value.carrier, caught.value.path) == ("carrier", "member")


def test_bare_json() -> None:
    assert inner(json.dumps(list(REPORT)).encode()).data == REPORT
    assert inner(json.dumps(REPORT.hex()).encode()).data == HEX
    (found,) = parse_all(json.dumps(BASE64.decode()).encode())
    assert isinstance(found, Evidence)
    assert found.at == "json/base64"


@pytest.mark.parametrize(
    "data",
    [b"{}", b"[]", b'{"a": 1}', b"[1, 2]", b'"short"', b"[[1]]", b"{ not JSON", b"[x", b"{\xff", b"nul"],
)
def test_json_that_nothing_knows(data: bytes) -> None:
    assert unwrap(Input(data=data)) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', UnexpectedField),
        (b'{"a": 1, "\\u0061": 2}', UnexpectedField),
        (b'{"a": NaN}', BadEncoding),
        (b"[-Infinity]", BadEncoding),
        (b'{"a": 1e999}', BadEncoding),
        (b'{"a": 1' + b"0" * 20 + b"}", BadEncoding),
        (b'{"a": 1' + b"0" * 5000 + b"}", BadEncoding),
        (b'{"a": "\\ud800"}', BadEncoding),
        (b'{"\\uDC00": 1}', BadEncoding),
        (b'{"a": "\xff"}', BadEncoding),
        (b'{"a": "\n"}', BadEncoding),
        (b'{"a": 1} x', BadEncoding),
        (b'{"a": 1,}', BadEncoding),
        (b'{"a": "', BadEncoding),
        (b'{"a": "\\', BadEncoding),
        (b'{"a": ' * 17 + b"1" + b"}" * 17, LimitExceeded),
        (b"[" * 100_000, LimitExceeded),
        (b'{"' + b'\\"' * 30_000, BadEncoding),  # every quote might begin a text
    ],
)
def test_json_is_strict(data: bytes, kind: type[EvidenceError]) -> None:
    with pytest.raises(kind):
        strict.loads(data)
    assert isinstance(error(data), LimitExceeded if kind is LimitExceeded else CarrierError)


def test_json_as_it_should_be() -> None:
    nested: object = "]}[{"
    for _ in range(16):
        nested = [nested]
    data = json.dumps({"\u00e9": ["\U0001f600", 2**64 - 1, -(2**63), 1.5, None, True, "\\ud800"]})
    assert strict.loads(data.encode()) == json.loads(data)
    assert strict.loads(json.dumps(nested).encode()) == nested


def test_offset_in_json_is_in_bytes() -> None:
    with pytest.raises(BadEncoding) as caught:
        strict.loads('{"\u00e9": x}'.encode())
    assert caught.value.offset == 7


def test_carriers_are_nested_eight_deep_at_most() -> None:
    data = REPORT
    for _ in range(8):
        data = base64.b64encode(data)
    (found,) = parse_all(data)
    assert isinstance(found, Evidence)
    assert len(found.claims.evidence.carriers) == 8
    (refused,) = parse_all(base64.b64encode(data))
    assert isinstance(refused, Failure)
    assert isinstance(refused.error, LimitExceeded)
    assert refused.error.limit == "carrier depth"


def test_pieces_are_256_at_most() -> None:
    found = list(convert_all(Input(data=b"\n".join([b"0x" + HEX] * 300))))
    assert len(found) == 257
    assert all(isinstance(piece, Evidence) for piece in found[:256])
    last = found[256]
    assert isinstance(last, Failure)
    assert isinstance(last.error, LimitExceeded)
    assert last.error.limit == "pieces"
