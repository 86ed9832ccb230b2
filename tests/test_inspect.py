"""`evidence inspect`: layers and fields as text, as JSON and as a page; of refused inputs what was read before."""

from __future__ import annotations

import json
import os
import pty
import re
import struct
import subprocess
import sys
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable, Iterator
from fcntl import ioctl
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence import parse
from evidence.authoring import fixtures
from evidence.authoring.recipe import mutate
from evidence.cli import streams
from evidence.cli.commands import commands
from evidence.convert import Failure, parse_all
from evidence.errors import safe
from evidence.files import shared
from evidence.input import Input
from evidence.inspect import carried, decode, layers, refused, text
from evidence.inspect.html import BYTES, FIELDS, page
from evidence.inspect.model import ByteLayer, FieldSpan, Inspection, Stretch
from evidence.inspect.plain import SHOWN, document
from evidence.registry import EvidenceType, Registry
from tests.builtin import BY_NAME, Case, every_case, every_type
from tests.hostile_texts import TEXTS, token
from tests.work import counted

FIXTURES = Path(str(shared("fixtures")))
MILAN = FIXTURES / "amd-sev-snp" / "valid" / "v3-milan.bin"
SNAPSHOTS = Path(__file__).parent / "snapshots"


def run(*words: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(commands, ["inspect", *map(str, words)], input=stdin)


def inspected(case: Case) -> Inspection:
    return layers.inspection(case.name, case.read())


def stopped(data: bytes, kind: str | None = None) -> Inspection:
    """The inspection of an input that is refused."""
    (failure,) = parse_all(data, type=kind)
    assert isinstance(failure, Failure)
    return refused.inspection("input", Input(data=data), failure, Registry.builtin(), forced=kind)


# layers


@every_case
def test_every_field_of_every_layer_is_where_sources_says(case: Case) -> None:
    piece, shown = case.read(), inspected(case)
    spans = {
        (layer.name, span.field, span.start, span.end, tuple(claim.path for claim in span.claims)): layer
        for layer in shown.layers
        for span in layer.spans
        if span.kind == "field"
    }
    fields = {
        (safe(field.layer), safe(field.field), field.start, field.end, tuple(map(safe, field.claims))): field
        for field in piece.sources()
    }
    assert spans.keys() == fields.keys()
    for key, layer in spans.items():
        assert layer.bytes_at(key[2], key[3]) == piece.bytes_of(fields[key])


@every_case
def test_the_page_has_the_place_of_every_claim(case: Case) -> None:
    piece = case.read()
    (shown,) = data_of(page([inspected(case)]))["pieces"]
    places: dict[str, set[tuple[str, int, int]]] = {}
    for layer in shown["layers"]:
        for span in layer["spans"]:
            for path, _, _ in span.get("claims", ()):
                places.setdefault(path, set()).add((layer["name"], span["start"], span["end"]))
    assert places
    notes = [(note.code, safe(note.path), safe(note.detail)) for note in piece.claims.notes]
    assert [tuple(note[:3]) for note in shown["notes"]] == notes
    assert all(meaning for *_, meaning in shown["notes"])
    for path, ranges in places.items():
        try:
            where = piece.where(path)
        except LookupError:  # a member that the document leaves out
            continue
        assert (safe(where.layer), where.start, where.end) in ranges


@every_case
def test_a_layer_lies_in_the_one_that_it_was_made_from(case: Case) -> None:
    shown = inspected(case)
    for index, layer in enumerate(shown.layers):
        end = 0
        for stretch in layer.stretches:
            assert end <= stretch.start < stretch.end <= layer.size
            end = stretch.end
        assert all(0 <= span.start <= span.end <= layer.size for span in layer.spans)
        if layer.outer is not None:
            assert layer.parent is not None
            assert layer.parent < index
            parent = shown.layers[layer.parent]
            assert 0 <= layer.outer[0] < layer.outer[1] <= parent.size
            assert [
                span for span in parent.spans if span.layer == index and (span.start, span.end) == layer.outer
            ]


def test_certificates_are_layers_with_their_parts() -> None:
    shown = inspected(BY_NAME["intel-tdx/v4-chain-strange"])
    (pck,) = [layer for layer in shown.layers if layer.name == "certificate pck"]
    values = {span.field: span.value for span in pck.spans}
    assert {
        "serialNumber",
        "issuer",
        "validity",
        "subject",
        "subjectPublicKeyInfo",
        "signatureValue",
    } <= values.keys()
    assert values["subjectPublicKeyInfo"] == "ec p256"
    assert shown.layers[pck.parent or 0].name == "evidence"


def test_a_layer_is_whole_only_where_one_decoding_has_its_fields() -> None:
    piece = BY_NAME["eat/jwt"].read()
    fields = [field for field in piece.sources() if field.layer == "payload"]
    outer = fields[0].outer
    assert outer is not None
    text = piece.input.data[slice(*outer)]
    whole = decode.Decodings(text).whole(fields)
    assert whole is not None
    assert json.loads(whole)["iss"] == "issuer"
    other = b64encode(whole + b" ").rstrip(b"=")
    assert decode.Decodings(text + b"." + other).whole(fields) is None
    assert decode.Decodings(b"nothing of it").whole(fields) is None


def test_what_arrived_is_a_layer_and_the_evidence_lies_in_it() -> None:
    data = b'{"report": "' + b64encode(MILAN.read_bytes()) + b'"}'
    shown = layers.inspection("report.json", parse(data), (Input(data=data),))
    carrier, evidence = shown.layers[:2]
    assert (carrier.name, carrier.kind, carrier.size) == ("input", "carrier", len(data))
    assert (evidence.parent, evidence.outer) == (0, (12, len(data) - 2))
    assert any(name == "carrier" and "none" not in value for name, value in shown.facts)


def test_every_carrier_on_the_way_is_a_layer() -> None:
    text = urlsafe_b64encode(MILAN.read_bytes()).rstrip(b"=").decode()
    report = json.dumps({"provider": "sev_guest", "outblob": text}).encode()
    wrapped = ["application/vnd.veraison.tsm-report+json", urlsafe_b64encode(report).rstrip(b"=").decode()]
    data = json.dumps({"__cmwc_t": "tag:example.com,2026:x", "cpu": wrapped}).encode()
    piece, taken = parse(data), Input(data=data)
    by_path = carried.pieces(taken, Registry.builtin())
    way = carried.way(taken, piece.input, by_path)
    assert [step.data for step in way] == [data, report]
    names = [(layer.name, layer.kind, layer.parent) for layer in layers.inspection("x", piece, way).layers]
    assert names == [("input", "carrier", None), ("inside of cmw", "carrier", 0), ("evidence", "evidence", 1)]
    assert all(layer.outer for layer in layers.inspection("x", piece, way).layers[1:])


@pytest.mark.parametrize(
    ("form", "first", "last"),
    [
        (lambda data: b"#" + data + b"#", 1, -1),
        (lambda data: b"hex: " + data.hex().encode(), 5, None),
        (lambda data: b"\n " + data.hex(" ", 8).upper().replace(" ", "\r\n").encode() + b" \n", 2, -2),
        (encodebytes, 0, -1),
        (lambda data: b"x" + urlsafe_b64encode(data).rstrip(b"="), 1, None),
    ],
)
def test_evidence_is_located_in_what_arrived(
    form: Callable[[bytes], bytes], first: int, last: int | None
) -> None:
    data = MILAN.read_bytes()[:1000]
    outer = form(data)
    assert layers.locate(outer, data) == (first, len(outer) + (last or 0))
    assert layers.locate(outer[:-6], data) is None


def test_a_number_is_shown_where_its_bytes_are_that_number() -> None:
    (evidence,) = inspected(BY_NAME["amd-sev-snp/v3-milan"]).layers
    values = {span.field: span.value for span in evidence.spans}
    assert (values["guest_svn"], values["cpuid_fam_id"], values["report_data"]) == ("7", "25", None)
    shown = {claim.path: claim.value for span in evidence.spans for claim in span.claims}
    assert shown["/environments/platform/tcb/current_tcb"] == "bootloader 3, tee 0, snp 8, microcode 206"
    assert shown["/environments/guest/attributes/policy"] == "smt, abi_minor 31, abi_major 0"


# text


@every_case
def test_no_line_is_wider_than_asked_for(case: Case) -> None:
    shown = inspected(case)
    for width in (40, 80, 133):
        lines = list(text.lines(shown, width))
        assert max(map(text.cells, lines)) <= width
        assert all(line.isprintable() for line in lines)


def test_what_is_wide_on_a_terminal_counts_as_two() -> None:
    assert [text.cells(word) for word in ("abc", "日本", "e\u0301")] == [3, 4, 1]
    assert text.fit("日本語", 5) == "日本…"
    assert list(text.folded("日本語日本語", 8)) == ["日本語日", "  本語"]


@pytest.mark.parametrize("name", ["amd-sev-snp/v3-milan", "eat/jwt"])
def test_the_text_is_the_one_on_file(name: str) -> None:
    """A change of it is looked at: `python -m tests.test_inspect` writes it again."""
    assert "\n".join(text.lines(inspected(BY_NAME[name]), 80)) + "\n" == snapshot(name).read_text()


def snapshot(name: str) -> Path:
    return SNAPSHOTS / f"inspect-{name.replace('/', '-')}.txt"


def test_it_is_80_columns_wide_where_there_is_no_terminal() -> None:
    result = run(MILAN)
    assert (result.exit_code, result.stderr) == (0, "")
    assert 60 < max(map(len, result.stdout.splitlines())) <= 80
    assert streams.width() == 80


def test_pieces_are_apart_from_each_other() -> None:
    one, two = run(MILAN).stdout, run(MILAN, MILAN).stdout
    assert two == f"{one}\n{one}"


@pytest.mark.parametrize("columns", [50, 120])
def test_it_is_as_wide_as_the_terminal(columns: int) -> None:
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "evidence", "inspect", str(MILAN)], stdout=theirs
    ) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: read(ours), b""))
    assert process.returncode == 0
    widths = [len(line) for line in shown.decode().splitlines()]
    assert columns - 15 < max(widths) <= columns


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux's end of a terminal
        return b""


# JSON


@every_case
def test_the_document_has_every_field(case: Case) -> None:
    shown = inspected(case)
    plain = json.loads(json.dumps(document(shown)))
    assert plain["verified"] is False
    assert [layer["name"] for layer in plain["layers"]] == [layer.name for layer in shown.layers]
    for layer, of in zip(shown.layers, plain["layers"], strict=True):
        assert len(layer.spans) == len(of["fields"])
        for field in of["fields"]:
            data = layer.bytes_at(field["start"], field["end"])
            assert data is not None
            assert field["bytes"] == data[:SHOWN].hex()
            assert field.get("left_out", 0) == max(0, len(data) - SHOWN)


def test_json_is_one_line_a_piece_and_refused_ones_are_among_them(tmp_path: Path) -> None:
    broken = tmp_path / "broken.bin"
    broken.write_bytes(MILAN.read_bytes()[:400])
    result = run("--json", MILAN, broken)
    whole, stop = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert whole["layers"][0]["fields"][0]["claims"] == [{"path": "/evidence/version", "value": "3"}]
    assert (stop["stop"]["code"], stop["at"]) == ("truncated", "")
    assert "truncated" in result.stderr
    assert "ask for one of them" in run("--json", "--html", "-", MILAN).stderr


# the page


class Parsed(HTMLParser):
    """The tags of a page with their attributes, and the texts inside of `script` and `style`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append((self.open[-1], data))


def data_of(made: bytes) -> Any:
    """What stands in the page's block of JSON."""
    parsed = Parsed(made.decode("ascii"))
    (text,) = [data for tag, data in parsed.texts if tag == "script"][:1]
    return json.loads(text)


@pytest.fixture(scope="module")
def hostile() -> bytes:
    return page([layers.inspection(safe("".join(TEXTS)), parse(token()))])


def test_the_page_is_whole_and_asks_for_nothing(hostile: bytes) -> None:
    for made in (hostile, page([inspected(BY_NAME["intel-tdx/v4-chain-strange"])])):
        parsed = Parsed(made.decode("ascii"))
        assert parsed.open == []
        names = [tag for tag, _ in parsed.tags]
        assert [name for name in names if name in {"script", "style"}] == ["style", "script", "script"]
        assert not set(names) & {"link", "img", "iframe", "object", "embed", "base", "form", "a", "svg"}
        for _, attributes in parsed.tags:
            assert not attributes.keys() & {"src", "href", "style", "srcset", "action", "onload", "onclick"}


def test_its_policy_names_its_script_and_its_style_by_their_hashes(hostile: bytes) -> None:
    parsed = Parsed(hostile.decode("ascii"))
    (policy,) = [
        of["content"] for tag, of in parsed.tags if of.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    script = [data for tag, data in parsed.texts if tag == "script"][-1]
    (style,) = [data for tag, data in parsed.texts if tag == "style"]
    for of, data in (("script-src", script), ("style-src", style)):
        assert rules[of] == f"'sha256-{b64encode(sha256(data.encode()).digest()).decode()}'"
    assert "unsafe" not in policy
    first = [tag for tag, _ in parsed.tags][:4]
    assert first == ["html", "head", "meta", "meta"]  # nothing is loaded before it


def test_no_text_of_an_input_leaves_its_place(hostile: bytes) -> None:
    text = hostile.decode("ascii")
    assert text.lower().count("<script") == text.lower().count("</script>") == 2
    block = text.partition('id="data">')[2].partition("</script>")[0]
    assert not set("<>&") & set(block)
    assert block.isprintable()
    assert all(letter.isprintable() for words in texts(json.loads(block)) for letter in words)
    assert any("</script><script>window.pwned = 1" in words for words in texts(json.loads(block)))
    assert "window.pwned" not in text.replace(block, "").partition("<title>")[0]
    assert "<img" not in text.partition("</title>")[0]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def test_the_script_puts_texts_into_the_page_as_texts_alone() -> None:
    folder = Path(layers.__file__).parent
    script = (folder / "page.js").read_text("ascii")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        'setAttribute("on',
        "fetch",
        "XMLHttp",
        "import(",
        "localStorage",
    ):
        assert word not in script
    style = (folder / "page.css").read_text("ascii")
    assert not re.search(r"url\(|@import|https?:", style + script)
    assert "</s" not in style + script
    assert "\r" not in style + script


def test_a_page_is_bounded_and_says_what_it_leaves_out() -> None:
    spans = tuple(
        FieldSpan(field=str(number), start=160 * number, end=160 * number + 8) for number in range(FIELDS + 5)
    )
    size = 16 << 20
    layer = ByteLayer(
        name="evidence", kind="evidence", size=size, stretches=(Stretch(0, bytes(size)),), spans=spans
    )
    shown = Inspection(source="large", at="", title="", facts=(), layers=(layer, layer))
    made, work = counted(lambda: page([shown], 7))
    assert len(made) < 4 * BYTES + 256 * FIELDS
    assert work < 60 * FIELDS
    data = data_of(made)
    first, second = data["pieces"][0]["layers"]
    assert sum(len(part) // 2 for _, part in first["bytes"]) <= 2 * BYTES
    assert (len(first["spans"]), len(second["spans"])) == (FIELDS, 0)
    left = " ".join(data["left"])
    assert "7 more pieces" in left
    assert f"{FIELDS + 10} fields" in left
    assert "bytes, of more than" in left


def test_a_small_page_leaves_nothing_out() -> None:
    assert data_of(page([inspected(BY_NAME["amd-sev-snp/v3-milan"])]))["left"] == []


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    made, broken = tmp_path / "page.html", tmp_path / "broken.bin"
    broken.write_bytes(MILAN.read_bytes()[:-1])
    assert run(MILAN, "--html", made).stdout == ""
    assert len(data_of(made.read_bytes())["pieces"]) == 1
    result = run(MILAN, broken, "--html", made)
    assert result.exit_code == 1
    assert [piece.get("stop", {}).get("code") for piece in data_of(made.read_bytes())["pieces"]] == [
        None,
        "truncated",
    ]
    assert run(MILAN, "--html", "-").stdout_bytes.startswith(b"<!DOCTYPE html>")
    assert "would be lost" in run(broken, "--html", broken).stderr


def test_the_page_is_the_same_each_time() -> None:
    assert page([inspected(BY_NAME["eat/jwt"])]) == page([inspected(BY_NAME["eat/jwt"])])


# what is refused


def test_the_fields_before_an_error_are_shown_and_its_place() -> None:
    data = bytearray(MILAN.read_bytes())
    data[0x18C] = 1
    shown = stopped(bytes(data))
    assert shown.stop is not None
    assert (shown.stop.code, shown.stop.layer, shown.stop.offset) == ("constraint-violation", 0, 0x18C)
    (layer,) = shown.layers
    assert {span.field: span.value for span in layer.spans}["Report.cpuid_fam_id"] == "25"
    assert max(span.end for span in layer.spans) <= 0x18C
    lines = list(text.lines(shown, 80))
    (index,) = [number for number, line in enumerate(lines) if line.startswith("0x0018c stopped:")]
    assert "Report.cpuid_step" in lines[index - 1]


def test_lengths_that_were_taken_are_shown() -> None:
    data = (FIXTURES / "intel-tdx" / "valid" / "v4-chain-strange.bin").read_bytes()[:900]
    shown = stopped(data)
    (layer,) = shown.layers
    places = {span.field: (span.start, span.end) for span in layer.spans}
    assert places["Header4.tee_type"] == (4, 8)
    assert places["quote body"] == (0x30, 0x278)
    assert shown.stop is not None
    assert shown.stop.offset == 0x27C


def test_items_of_a_token_are_shown_as_far_as_they_are_well_formed() -> None:
    data = (FIXTURES / "arm-cca" / "valid" / "2023-399-records.bin").read_bytes()
    (layer,) = stopped(data[:-40]).layers
    places = {span.field: (span.start, span.end, span.value) for span in layer.spans}
    assert places["44234/1/2/265"][2] == "tag:arm.com,2023:cca_platform#1.0.0"
    assert data[slice(*places["44234/1/2/10"][:2])][:2] == b"\x58\x20"


def test_parts_of_a_web_token_are_layers() -> None:
    data = (FIXTURES / "eat" / "valid" / "jwt-mac.bin").read_bytes()
    header, _, signature = data.split(b".")
    changed = b".".join([header, b64encode(b'{"eat_nonce": 7}').rstrip(b"="), signature])
    shown = stopped(changed)
    assert [layer.name for layer in shown.layers] == ["evidence", "header", "payload"]
    assert shown.layers[2].stretches == (Stretch(0, b'{"eat_nonce": 7}'),)


@every_type
def test_every_refused_fixture_is_shown_with_its_error(kind: EvidenceType) -> None:
    marked = 0
    valid = {loaded.name: loaded for loaded in fixtures.valid(kind.fixtures)} if kind.fixtures else {}
    for _, recipe in fixtures.invalid(kind.fixtures) if kind.fixtures else ():
        if recipe.part != fixtures.EVIDENCE:
            continue
        origin = valid[recipe.origin_of]
        data = mutate(origin.data, recipe.edits)
        force = origin.fixture.force if recipe.force is None else recipe.force
        for piece in parse_all(data, type=kind.name if force else None, attachments=origin.attachments):
            if not isinstance(piece, Failure):
                continue
            taken = Input(data=data, attachments=origin.attachments)
            shown = refused.inspection(
                "x", taken, piece, Registry.builtin(), forced=kind.name if force else None
            )
            assert shown.stop is not None
            assert shown.stop.code == piece.error.code
            assert list(text.lines(shown, 80))
            assert data_of(page([shown]))["pieces"][0]["stop"]["code"] == piece.error.code
            for layer in shown.layers:
                assert all(0 <= span.start <= span.end <= layer.size for span in layer.spans), recipe.what
            if shown.stop.layer is not None:
                assert shown.stop.offset == getattr(piece.error, "offset", None)
                marked += 1
    assert marked > 2


def test_what_nobody_knows_is_shown_as_bytes() -> None:
    shown = stopped(b"nothing of this is evidence")
    assert [layer.name for layer in shown.layers] == ["input"]
    assert shown.stop is not None
    assert (shown.stop.code, shown.stop.layer) == ("unknown-format", None)


def test_a_piece_in_a_carrier_is_found_by_its_path() -> None:
    good = MILAN.read_bytes()
    bad = bytearray(good)
    bad[0x18C] = 1
    data = json.dumps({"one": b64encode(good).decode(), "two": b64encode(bytes(bad)).decode()}).encode()
    (failure,) = [piece for piece in parse_all(data) if isinstance(piece, Failure)]
    shown = refused.inspection(
        "x",
        carried.pieces(Input(data=data), Registry.builtin())[failure.at],
        failure,
        Registry.builtin(),
    )
    assert shown.stop is not None
    assert (shown.layers[0].size, shown.stop.offset) == (len(good), 0x18C)


def test_an_input_that_cannot_be_read_has_no_bytes(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(run("--json", tmp_path / "nowhere").stdout)["layers"] == []


def test_watching_a_type_read_leaves_no_trace() -> None:
    before = sys.getprofile()
    stopped(MILAN.read_bytes()[:-1])
    assert sys.getprofile() is before


@pytest.mark.parametrize(
    "data", [b"\xd9" * 4096, b"\x9f" * 100, b"\x81" * 5000, b"\xbb" + b"\xff" * 8, b"\x98\xff" * 3000]
)
def test_items_that_never_end_are_walked_for_a_while(data: bytes) -> None:
    shown, work = counted(lambda: stopped(data))
    assert shown.stop is not None
    assert work < 100_000


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for example in ("amd-sev-snp/v3-milan", "eat/jwt"):
        snapshot(example).write_text("\n".join(text.lines(inspected(BY_NAME[example]), 80)) + "\n")
