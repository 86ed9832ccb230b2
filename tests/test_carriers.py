"""How evidence arrives: every carrier on small vectors of our own, and everything that it refuses."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from evidence import limits
from evidence.carriers import configfs
from evidence.carriers.json import Decode, in_base64, in_either, in_hex, octets
from evidence.cli.commands import commands
from evidence.convert import BUILTIN, Evidence, Failure, convert_all, parse, parse_all
from evidence.errors import (
    BadEncoding,
    CarrierError,
    EvidenceError,
    LimitExceeded,
    Truncated,
    UnexpectedField,
)
from evidence.filesystem import load, load_all
from evidence.input import Input
from evidence.registry import Registry
from evidence.wire import json as strict
from evidence.wire import text
from tests.builtin import BY_NAME
from tests.unwrapping import OTHER, REPORT, error, inner, pieces, unrecognised


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
    evidence_piece = inner(data)
    assert evidence_piece.data == REPORT
    assert (evidence_piece.at, evidence_piece.obtained) == ("hex", "extracted")


@pytest.mark.parametrize("mark", [b"", b"0x"])
def test_lines_of_hexadecimal_are_pieces(mark: bytes) -> None:
    lines = (REPORT.hex().encode(), b"00" * 300 + b"0", OTHER.hex().encode())
    first, bad, last = pieces(b"\n".join(mark + line for line in lines))
    assert isinstance(first, Input)
    assert isinstance(last, Input)
    assert [(piece.at, piece.data) for piece in (first, last)] == [("0", REPORT), ("2", OTHER)]
    assert isinstance(bad, Input)
    assert (bad.at, bad.data) == ("1", bytes(300))
    assert bad.broken is not None  # and no evidence is made of it


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
    evidence_piece = inner(data)
    assert (evidence_piece.data, evidence_piece.at) == (content, name)


def test_lines_of_base64_are_pieces() -> None:
    parts = pieces(BASE64 + b"\n" + base64.b64encode(OTHER) + b"\n")
    assert [piece.data for piece in parts if isinstance(piece, Input)] == [REPORT, OTHER]


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
    (failure,) = parse_all(data)
    assert isinstance(failure, Failure)
    assert isinstance(
        failure.error, CarrierError | Truncated
    )  # of a text that breaks off, what its evidence lacks
    assert getattr(failure.error, "carrier", "hex") in {"hex", "base64", "base64url"}


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
    assert unrecognised(data)


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
    ("value", "decode"),
    [
        (list(REPORT), in_hex),
        (REPORT.hex(), in_hex),
        ("0x" + REPORT.hex(), in_hex),
        (BASE64.decode(), in_base64),
        (base64.urlsafe_b64encode(REPORT).decode().rstrip("="), in_base64),
        (BASE64.decode(), in_either),
        ("0X" + REPORT.hex(), in_either),
    ],
)
def test_octets(value: object, decode: Decode) -> None:
    assert octets(value, "m", decode=decode) == REPORT


@pytest.mark.parametrize(
    "value",
    [[0, 256], [-1], [True], [0.0], ["00"], [[0]], "A", "%%%%", "+/_-", "a", None, 5, True, {"a": 1}],
)
@pytest.mark.parametrize("decode", [in_hex, in_base64, in_either])
def test_octets_refuses(value: object, decode: Decode) -> None:
    with pytest.raises(CarrierError) as caught:
        octets(value, "member", "carrier", decode)
    assert (caught.value.carrier, caught.value.path) == ("carrier", "member")


def test_hexadecimal_is_never_base64() -> None:
    with pytest.raises(CarrierError, match="odd"):
        octets("0" * 63, "m", decode=in_either)
    assert octets("0" * 63, "m", decode=in_base64) == b"\xd3M4" * 15 + b"\xd3M"


def test_bare_json() -> None:
    assert inner(json.dumps(list(REPORT)).encode()).data == REPORT
    assert inner(json.dumps(REPORT.hex()).encode()).data == HEX
    (part,) = parse_all(json.dumps(BASE64.decode()).encode())
    assert isinstance(part, Evidence)
    assert part.at == "json/base64"


@pytest.mark.parametrize(
    "data",
    [b"{}", b"[]", b'{"a": 1}', b"[1, 2]", b'"short"', b"[[1]]", b"{ not JSON", b"[x", b"{\xff", b"nul"],
)
def test_json_that_nothing_knows(data: bytes) -> None:
    assert unrecognised(data)


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


def test_json_has_a_bounded_number_of_objects_and_arrays() -> None:
    most: list[object] = [[]] * (limits.CONTAINERS - 1)  # the outer one counts itself
    assert len(strict.loads(json.dumps(most).encode())) == len(most)
    with pytest.raises(LimitExceeded) as caught:
        strict.loads(json.dumps([*most, {}]).encode())
    assert caught.value.limit == "objects and arrays in JSON"


def test_offset_in_json_is_in_bytes() -> None:
    with pytest.raises(BadEncoding) as caught:
        strict.loads('{"\u00e9": x}'.encode())
    assert caught.value.offset == 7


def test_carriers_are_nested_eight_deep_at_most() -> None:
    data = REPORT
    for _ in range(8):
        data = base64.b64encode(data)
    (part,) = parse_all(data)
    assert isinstance(part, Evidence)
    assert len(part.claims.evidence.carriers) == 8
    (refused,) = parse_all(base64.b64encode(data))
    assert isinstance(refused, Failure)
    assert isinstance(refused.error, LimitExceeded)
    assert refused.error.limit == "carrier depth"


def test_pieces_are_256_at_most() -> None:
    entries = list(convert_all(Input(data=b"\n".join([b"0x" + HEX] * 300))))
    assert len(entries) == 257
    assert all(isinstance(piece, Evidence) for piece in entries[:256])
    last = entries[256]
    assert isinstance(last, Failure)
    assert isinstance(last.error, LimitExceeded)
    assert last.error.limit == "pieces"


def entry(folder: Path, **attributes: bytes) -> Path:
    """A configfs-tsm entry as a folder; `b""` stands for an empty attribute."""
    folder.mkdir()
    whole = {"generation": b"1\n", "provider": b"sev_guest\n", "outblob": REPORT} | attributes
    for name, content in whole.items():
        (folder / name).write_bytes(content)
    return folder


def test_configfs_entry(tmp_path: Path) -> None:
    folder = entry(tmp_path / "report0", auxblob=b"", privlevel=b"2\n", service_provider=b"svsm\n")
    (folder / "inblob").write_bytes(bytes(64))
    evidence_piece = load(folder)
    (carrier,) = evidence_piece.claims.evidence.carriers
    facts = {fact.name: fact.text for fact in carrier.facts}
    assert carrier.name == "configfs-tsm"
    assert facts == {"provider": "sev_guest", "privlevel": "2", "service_provider": "svsm"}
    assert evidence_piece.claims.evidence.bytes == "as-received"
    assert evidence_piece.claims.attachments == ()


def test_configfs_blobs_are_attached(tmp_path: Path) -> None:
    folder = entry(tmp_path / "report0", auxblob=bytes(4096), manifestblob=b"\1")
    source = configfs.read_entry(folder, {"event-log": b"\2"})
    assert source.attachments == {
        "certificates": bytes(4096),
        "services-manifest": b"\1",
        "event-log": b"\2",
    }


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        ({"outblob": b""}, "outblob"),
        ({"provider": b"\xff\n"}, "provider"),
        ({"provider": b"sev_guest\ntdx_guest\n"}, "provider"),
        ({"provider": b"\x1b[31m\n"}, "provider"),
        ({"generation": b"\x80"}, "generation"),
    ],
)
def test_broken_entry(tmp_path: Path, attributes: dict[str, bytes], path: str) -> None:
    (part,) = load_all(entry(tmp_path / "report0", **attributes))
    assert isinstance(part, Failure)
    assert isinstance(part.error, CarrierError)
    assert (part.error.carrier, part.error.path) == ("configfs-tsm", path)


@pytest.mark.parametrize("name", ["outblob", "provider"])
def test_entry_that_lacks_an_attribute(tmp_path: Path, name: str) -> None:
    folder = entry(tmp_path / "report0")
    (folder / name).unlink()
    with pytest.raises(CarrierError, match="missing") as caught:
        configfs.read_entry(folder)
    assert caught.value.path == name


def test_entry_that_changes_while_it_is_read() -> None:
    reads = iter([b"1\n", b"2\n"])

    def read(name: str) -> bytes | None:
        return next(reads) if name == "generation" else {"provider": b"x", "outblob": REPORT}.get(name)

    with pytest.raises(CarrierError) as caught:
        configfs.entry(read)
    assert caught.value.path == "generation"


@pytest.mark.parametrize(
    "blobs",
    [
        {"provider": b"sev_guest", "outblob": bytes((16 << 20) + 1)},
        {"provider": b"a" * 4097, "outblob": REPORT},
    ],
)
def test_attribute_that_is_too_large(blobs: dict[str, bytes]) -> None:
    with pytest.raises(LimitExceeded):
        configfs.entry(blobs.get)


def test_attribute_that_cannot_be_read(tmp_path: Path) -> None:
    folder = entry(tmp_path / "report0")
    (folder / "auxblob").mkdir()
    with pytest.raises(CarrierError) as caught:
        configfs.read_entry(folder)
    assert caught.value.path == "auxblob"


def test_a_folder_of_nothing_known_says_which_are_known(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"nothing")
    (part,) = load_all(tmp_path)
    assert isinstance(part, Failure)
    assert part.error.code == "unknown-format"
    assert "configfs-tsm" in str(part.error)


def test_provider_that_contradicts_the_content(tmp_path: Path) -> None:
    other = structs.replace(
        BUILTIN["amd-sev-snp"], name="other", aliases=(), providers=("other_guest",), identify=lambda _: None
    )
    registry = Registry._of((*BUILTIN, other))
    (part,) = load_all(entry(tmp_path / "report0", provider=b"other_guest\n"), registry=registry)
    assert isinstance(part, Failure)
    assert isinstance(part.error, CarrierError)
    assert "amd-sev-snp" in part.error.reason


def test_provider_that_nobody_knows(tmp_path: Path) -> None:
    evidence_piece = load(entry(tmp_path / "report0", provider=b"a later guest"))
    assert evidence_piece.claims.evidence.type == "amd-sev-snp"


def test_provider_of_evidence_that_is_not_recognised(tmp_path: Path) -> None:
    (part,) = load_all(entry(tmp_path / "report0", outblob=b"\7" + REPORT[1:0x30] + bytes(0x470)))
    assert isinstance(part, Failure)
    assert part.error.code != "unknown-format"


def test_a_provider_forces_only_where_the_kernel_says_it(tmp_path: Path) -> None:
    """Claims of a realm that nobody signed: the directory is the kernel's, an object in the input is anybody's."""
    realm = BY_NAME["arm-cca/claims-set-realm"].loaded.data
    document = {"provider": "arm_cca_guest", "outblob": base64.urlsafe_b64encode(realm).decode()}
    (refused,) = parse_all(json.dumps(document).encode())
    assert isinstance(refused, Failure)
    assert refused.error.code == "unknown-format"
    evidence_piece = load(entry(tmp_path / "report0", provider=b"arm_cca_guest\n", outblob=realm))
    assert (evidence_piece.type.name, evidence_piece.claims.evidence.identified_by) == ("arm-cca", "carrier")
    wrapped_again = entry(tmp_path / "report1", provider=b"arm_cca_guest\n", outblob=gzip.compress(realm))
    (refused,) = load_all(wrapped_again)
    assert isinstance(refused, Failure)


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, list[dict[str, Any]]]:
    """The exit code of a command, and the JSON lines that it wrote."""
    result = CliRunner().invoke(commands, list(arguments), input=stdin)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_command_line_reads_standard_input() -> None:
    result = CliRunner().invoke(commands, ["convert", "-"], input=HEX)
    assert result.exit_code == 0
    header = json.loads(result.stdout)["evidence"]
    assert (header["type"], header["carriers"]) == ("amd-sev-snp", [{"name": "hex"}])


def test_command_line_reads_an_entry(tmp_path: Path) -> None:
    folder = str(entry(tmp_path / "report0"))
    code, lines = run("convert", "--lines", folder)
    assert code == 0
    assert lines[0]["input"] == folder
    assert lines[0]["claims"]["evidence"]["carriers"][0]["name"] == "configfs-tsm"


def test_command_line_gives_every_piece_and_says_what_failed() -> None:
    code, lines = run("convert", "-", stdin=b"0x" + HEX + b"\n0x" + HEX[:-1] + b"\n0x" + b"77" * 64 + b"\n")
    assert code == 3
    assert lines[0]["at"] == "0"
    assert lines[0]["claims"]["evidence"]["type"] == "amd-sev-snp"
    assert [line["error"]["code"] for line in lines[1:]] == ["truncated", "unknown-format"]


def test_command_line_tells_a_broken_carrier_from_an_unknown_format(tmp_path: Path) -> None:
    assert run("convert", "--lines", "-", stdin=HEX[:-1])[0] == 1
    assert run("convert", "--lines", "-", stdin=b"no evidence")[0] == 3
    assert run("convert", "--lines", str(tmp_path / "nothing"))[0] == 2
    assert run("convert", "--lines", str(tmp_path))[0] == 3  # a folder that is no entry


def test_names_from_the_input_are_safe_on_a_terminal() -> None:
    devices = json.dumps({"\x1b[31m": {"quote": HEX.decode()}, "\x07": 5})
    document = json.dumps({"primary_evidence": 5, "additional_evidence": devices}).encode()
    for command in ("convert", "identify", "inspect"):
        result = CliRunner().invoke(commands, [command, "-"], input=document)
        assert result.exit_code == 3
        assert "\x1b" not in result.output
        assert "\x07" not in result.output


def armoured(data: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(data) + b"-----END CERTIFICATE-----\n"


def test_a_certificate_in_pem_is_taken_out() -> None:
    data = BY_NAME["riscv-cove/x509-certificate"].loaded.data
    plain, entries = parse(data), parse(b"\r\n" + armoured(data))
    assert [carrier.name for carrier in entries.claims.evidence.carriers] == ["pem"]
    assert entries.data == data
    assert entries.claims.environments == plain.claims.environments


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda pem: pem.replace(b"MII", b"M=I", 1), "unknown-format"),
        (lambda _: armoured(b"\x30\x80" * 40), "not-evidence"),
    ],
)
def test_what_is_not_one_certificate_in_pem(change: Callable[[bytes], bytes], code: str) -> None:
    data = BY_NAME["riscv-cove/x509-certificate"].loaded.data
    (part,) = parse_all(change(armoured(data)))
    assert isinstance(part, Failure)
    assert part.error.code == code


def test_a_certificate_in_pem_may_have_text_around() -> None:
    pem = armoured(BY_NAME["riscv-cove/x509-certificate"].loaded.data)
    assert parse(b"subject: a\n" + pem).at == "CERTIFICATE"
    assert parse(pem[:-8]).at == "2:1"  # it has no end: a run of base64 like any other
    twice = parse(pem + pem).claims.evidence.carriers[0]
    assert (twice.at, [(fact.name, fact.text) for fact in twice.facts]) == (
        "CERTIFICATE/0",
        [("also-at", "CERTIFICATE/1")],
    )
