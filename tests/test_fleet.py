"""The numbers of a fleet are those that plain Python counts over the same inputs, and the page is text that runs nothing."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from evidence import EvidenceError, Registry, parse
from evidence.authoring import fixtures
from evidence.claims import Claims
from evidence.cli.commands import commands
from evidence.codes import errors as error_codes
from evidence.columnar import convert_batch, schema
from evidence.errors import UsageError, safe
from evidence.fleet import chips, numbers, table
from evidence.fleet.document import Fleet
from evidence.fleet.page import page
from evidence.fleet.table import ClaimsTable
from evidence.paths import join

VALID = [
    loaded.data
    for kind in Registry.builtin()
    for loaded in (fixtures.valid(kind.fixtures) if kind.fixtures else ())
]
INPUTS = [*VALID, b"", b"\x00" * 64, *VALID[::3], VALID[0][:-1], *(data + b"\x01" for data in VALID[:20])]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "$\\frac{1}{$ \x00 \x1b[31m",
    "\u202egnp.exe ]]> & ' --> 汉字",
    "x" * 5_000,
    "javascript:alert(1)",
)
LEAST: dict[str, list[Any]] = {name: ["x"] for name in table.NEEDED}
PRODUCT = "/environments/platform/identifiers/product/text"
FIRMWARE = "/environments/platform/versions/firmware_current/value"
CHIP = "/environments/platform/identifiers/chip_id/value"


def run(*words: object) -> Result:
    return CliRunner().invoke(commands, ["fleet", *map(str, words)])


def written(path: Path, rows: pa.Table | pa.RecordBatch) -> Path:
    parquet.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows]), path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The columns of all inputs, as three parts beside a file that says how they were made."""
    there = tmp_path_factory.mktemp("fleet")
    third = len(INPUTS) // 3 + 1
    for part in range(3):
        batch = convert_batch(INPUTS[part * third : (part + 1) * third])
        written(there / f"part-{part:06}.parquet", batch)
    (there / "_run.json").write_text("{}")
    return there


@pytest.fixture(scope="module")
def fleet(folder: Path) -> Fleet:
    return numbers.fleet(ClaimsTable(str(folder)))


def documents() -> list[Claims]:
    return [piece for data in INPUTS if isinstance(piece := _claims(data), Claims)]


def _claims(data: bytes) -> Claims | str:
    try:
        return parse(data).claims
    except EvidenceError as error:
        return error.code


def product(claims: Claims) -> str | None:
    """The product that an environment names."""
    return next(
        (
            one.text
            for environment in claims.environments
            for one in environment.identifiers
            if one.name == "product"
        ),
        None,
    )


# the numbers


def test_rows_and_errors_are_those_of_the_inputs(fleet: Fleet) -> None:
    refused = Counter(code for data in INPUTS if isinstance(code := _claims(data), str))
    assert refused.total() > 3
    assert (fleet.rows, fleet.refused) == (len(INPUTS), refused.total())
    assert fleet.pieces == len(documents())
    assert {one.code: one.count for one in fleet.errors} == refused
    assert fleet.others == {}


def test_types_versions_and_products(fleet: Fleet) -> None:
    wanted = Counter((one.evidence.type, one.evidence.version, product(one)) for one in documents())
    assert len({type for type, _, _ in wanted}) == len(Registry.builtin())
    assert {(one.type, one.version, one.product): one.count for one in fleet.kinds} == wanted
    assert [one.count for one in fleet.kinds] == sorted(wanted.values(), reverse=True)


def test_debug(fleet: Fleet) -> None:
    wanted = Counter((one.evidence.type, _target(one)) for one in documents())
    assert {word for _, word in wanted} > {"enabled", "disabled"}
    assert {(one.type, one.debug): one.count for one in fleet.debug} == wanted


def _target(claims: Claims) -> str | None:
    document = json.loads(_json(claims))
    debug: str | None = document.get("target", {}).get("debug")
    return debug


def _json(claims: Claims) -> bytes:
    from evidence.encode.json import to_json

    return to_json(claims)


def test_notes(fleet: Fleet) -> None:
    """Columns leave out notes about certificates (docs/columns.md); of all other types every note is counted."""
    wanted = Counter(note.code for one in documents() for note in one.notes)
    least = Counter(
        note.code for one in documents() if not one.evidence.type.startswith("intel") for note in one.notes
    )
    told = {one.code: one.count for one in fleet.notes}
    assert least.total() > 20
    assert {code: told.get(code, 0) for code in wanted} != {}
    assert all(least[code] <= told.get(code, 0) <= count for code, count in wanted.items())
    assert set(told) <= set(wanted)


def test_versions_of_firmware(fleet: Fleet) -> None:
    wanted: Counter[tuple[str, str, str | None, str]] = Counter()
    for claims in documents():
        for environment in claims.environments:
            for one in environment.versions:
                path = join("environments", environment.id, "versions", one.name)
                wanted[path, claims.evidence.type, product(claims), one.value] += 1
    assert {(one.path, one.type, one.product, one.value): one.count for one in fleet.versions} == wanted


def test_tcbs_against_the_newest(fleet: Fleet) -> None:
    wanted: Counter[tuple[Any, ...]] = Counter()
    for claims in documents():
        for environment in claims.environments:
            for tcb in environment.tcb:
                same = frozenset((part.name, part.svn) for part in tcb.components if part.compare == "equal")
                group = (
                    join("environments", environment.id, "tcb", tcb.name),
                    claims.evidence.type,
                    product(claims),
                )
                if tcb.components and environment.id != "pck":  # which has no columns
                    wanted[*group, same, frozenset((part.name, part.svn) for part in tcb.components)] += 1
    told = {
        (one.path, one.type, one.product, frozenset(one.same.items()), frozenset(level.components.items())): (
            level.count
        )
        for one in fleet.tcbs
        for level in one.levels
    }
    assert len(wanted) > 20
    assert told == wanted
    assert any(one.same for one in fleet.tcbs)
    for one in fleet.tcbs:
        levels = [dict(parts) for *group, parts in wanted if group[:3] == [one.path, one.type, one.product]
                  and dict(group[3]) == one.same]  # fmt: skip
        newest = {name: max(level.get(name, 0) for level in levels) for level in levels for name in level}
        assert one.newest == newest
        assert one.behind == sum(level.count for level in one.levels if set(level.behind))
        assert one.at_newest + one.behind == sum(level.count for level in one.levels)
        for level in one.levels:
            assert set(level.behind) == {n for n, svn in level.components.items() if svn < newest[n]}
    assert any(one.behind for one in fleet.tcbs)


def chips_on(path: str) -> Counter[bytes]:
    """How many inputs have each value of an identifier."""
    _, _, id, _, name = path.split("/")
    return Counter(
        bytes(one.value)
        for claims in documents()
        for environment in claims.environments
        for one in environment.identifiers
        if (environment.id, one.name) == (id, name) and one.value is not None
        if claims.evidence.type.startswith(("amd", "intel"))
    )


@pytest.mark.parametrize("part", [500_000, 7, 1])
def test_machines_that_repeat(folder: Path, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few are in memory at a time."""
    monkeypatch.setattr(chips, "PART", part)
    told = [*chips.chips(ClaimsTable(str(folder)), identifiers=True)]
    assert {one.path.rpartition("/")[2] for one in told} == {"chip_id", "qe_id"}
    for one in told:
        wanted = chips_on(one.path)
        several = {value: count for value, count in wanted.items() if count > 1}
        assert (one.rows, one.distinct, one.repeated) == (wanted.total(), len(wanted), len(several))
        order = sorted(several.items(), key=lambda item: (-item[1], item[0]))
        assert [(each.count, bytes.fromhex(each.value)) for each in one.most] == [
            (count, value) for value, count in order[: chips.SHOWN]
        ]
        assert several


def test_identifiers_of_any_lengths_have_their_part(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [bytes([number % 251]) * (number % 9) for number in range(500)]
    array = pa.array([b"before", *values], pa.large_binary()).slice(1)
    shares = chips._shares(array).tolist()
    assert len({*zip(values, shares, strict=True)}) == len({*values})
    assert len({share % 4 for share in shares}) == 4


# bounds


def test_what_is_told_apart_is_bounded_and_the_rest_counted(
    folder: Path, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "MOST", 3)
    few = numbers.fleet(ClaimsTable(str(folder)))
    assert {len(few.kinds), len(few.debug), len(few.versions), len(few.notes)} == {3}
    for name in ("kinds", "debug", "versions", "notes"):
        whole = sum(one.count for one in getattr(fleet, name))
        assert sum(one.count for one in getattr(few, name)) + few.others[name] == whole
    assert (few.rows, few.refused, few.pieces) == (fleet.rows, fleet.refused, fleet.pieces)


def test_rows_are_read_a_bounded_number_at_a_time(tmp_path: Path) -> None:
    """Whatever the row groups of the file are."""
    rows = schema().empty_table().num_rows + 50_000
    whole = pa.table({name: pa.nulls(rows, pa.string()) for name in table.NEEDED})
    place = written(tmp_path / "one.parquet", whole)
    sizes = [len(batch[table.TYPE]) for batch in ClaimsTable(str(place)).main()]
    assert sum(sizes) == rows
    assert max(sizes) <= table.ROWS


# bad input


def test_a_document_that_is_none_is_an_error_of_its_row(tmp_path: Path) -> None:
    good = next(text for text in convert_batch(VALID)["claims"].to_pylist() if text is not None)
    texts = [good, "{", "[]", '{"schema":1}', "\x00", good[:-2]]
    columns = {name: pa.nulls(len(texts), pa.string()) for name in table.NEEDED}
    counted = numbers.fleet(
        ClaimsTable(str(written(tmp_path / "t.parquet", pa.table({**columns, "claims": texts}))))
    )
    assert (counted.rows, counted.pieces, counted.refused) == (6, 1, 5)
    assert sum(one.count for one in counted.errors) == 5
    assert {one.code for one in counted.errors} <= {error.code for error in error_codes()}


@pytest.mark.parametrize(
    "columns",
    [
        {"a": [1]},
        {"/evidence/type": ["x"], "/evidence/version": ["1"]},
        {**LEAST, "/notes": ["x"]},
        {**LEAST, "/target/debug": [{"a": 1}]},
        {**LEAST, "/environments/p/tcb/t/components/c/svn": ["x"]},
        {**LEAST, "error/code": [b"\xff"]},
    ],
    ids=["others", "no-error-code", "notes", "nested", "svn", "not-utf-8"],
)
def test_other_tables_are_refused_in_one_line(tmp_path: Path, columns: dict[str, list[Any]]) -> None:
    place = written(tmp_path / "t.parquet", pa.table(columns))
    with pytest.raises(UsageError, match="no table of claims"):
        numbers.fleet(ClaimsTable(str(place)))
    output = run(place, "--json")
    assert (output.exit_code, output.stdout) == (2, "")
    assert output.stderr.count("\n") == 1


def test_a_file_that_is_broken_anywhere_is_said_so(tmp_path: Path, folder: Path) -> None:
    data = (folder / "part-000001.parquet").read_bytes()
    for number, broken in enumerate(
        (b"", b"PAR1", data[:-9], data[: len(data) // 2], data[:4] + bytes(3_000) + data[3_004:])
    ):
        place = tmp_path / f"{number}.parquet"
        place.write_bytes(broken)
        output = run(place, "--json")
        assert (output.exit_code, output.stdout) == (2, "")
        assert "Traceback" not in output.stderr
    output = run(tmp_path / "none", "--json")
    assert (output.exit_code, output.stdout) == (2, "")


# the page


class Reader(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._is_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        self._is_cell = tag in {"td", "th"}
        if self._is_cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._is_cell:
            self.rows[-1][-1] += data


def reading(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body"),
    *("h1", "h2", "p", "img", "table", "tr", "th", "td"),
}
PICTURE = "data:image/svg+xml;base64,"


def runs_nothing(text: str) -> Reader:
    """The page, which has only harmless elements, loads nothing, and has only harmless pictures."""
    reader = reading(text)
    assert {tag for tag, _ in reader.elements} <= ELEMENTS
    policy = next(a["content"] for tag, a in reader.elements if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, attributes in reader.elements:
        assert set(attributes) <= {"lang", "charset", "http-equiv", "content", "name", "class", "alt", "src"}
        assert ("src" in attributes) == (tag == "img")
        if source := attributes.get("src"):
            assert source.startswith(PICTURE)
            harmless(b64decode(source.removeprefix(PICTURE), validate=True))
    return reader


def harmless(picture: bytes) -> None:
    """Nothing in an SVG runs, and it points to nothing but its own parts."""
    assert b"<!" not in picture
    assert b"<?" not in picture
    for element in ET.fromstring(picture).iter():  # noqa: S314 (there is no DOCTYPE)
        assert element.tag.rpartition("}")[2] in {
            "svg",
            "defs",
            "style",
            "g",
            "path",
            "use",
            "text",
            "clipPath",
            "rect",
        }
        for name, value in element.attrib.items():
            assert not name.rpartition("}")[2].startswith("on")
            assert not name.endswith("href") or value.startswith("#")
            assert "url(" not in value or re.fullmatch(r"url\(#\w+\)", value)


def test_the_page_has_the_numbers_of_the_document(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    output = run(folder, "--html", place, "--json")
    assert (output.exit_code, output.stderr) == (0, "")
    document = json.loads(output.stdout)
    reader = runs_nothing(place.read_text())
    wanted = [
        *(
            [f"{one['count']:,}", one["type"], one["version"], one.get("product", "not said")]
            for one in document["kinds"]
        ),
        *([f"{one['count']:,}", one["type"], one.get("debug", "not said")] for one in document["debug"]),
        *([f"{one['count']:,}", one["code"]] for one in (*document["notes"], *document["errors"])),
        *(
            [f"{one['count']:,}", one["type"], one.get("product", "not said"), one["path"], one["value"]]
            for one in document["versions"]
        ),
        *([f"{one['count']:,}", one["value"]] for chip in document["chips"] for one in chip["most"]),
    ]
    assert len(wanted) > 60
    assert [row for row in wanted if [safe(word) for word in row] not in reader.rows] == []
    for tcb in document["tcbs"]:
        assert any(row[1:4] == [tcb["type"], tcb.get("product", "not said"), tcb["path"]]
                   and row[-2:] == [f"{tcb['at_newest']:,}", f"{tcb['behind']:,}"] for row in reader.rows)  # fmt: skip
    assert f"A fleet of {document['rows']:,} inputs" in reader.text


def test_the_same_fleet_has_the_same_page(fleet: Fleet) -> None:
    assert page(fleet, "x") == page(fleet, "x")


def test_names_from_evidence_are_text(tmp_path: Path) -> None:
    count = len(HOSTILE)
    texts = pa.array(HOSTILE)
    note = schema().field("/notes").type
    evidence = pa.table(
        {
            "/evidence/type": texts,
            "/evidence/version": texts,
            "/target/debug": texts,
            PRODUCT: texts,
            FIRMWARE: texts,
            "/environments/<b>/tcb/$x$/components/<i>/svn": pa.array(range(count), pa.int64()),
            "/environments/<b>/versions/<u>&/value": texts,
            CHIP: pa.array([b"<script>"] * count),
            "/notes": pa.array([[{"code": text, "path": "", "detail": ""}] for text in HOSTILE], note),
            "error/code": pa.nulls(count, pa.string()),
        }
    )
    refused = pa.table({**{name: pa.nulls(count, pa.string()) for name in table.NEEDED}, "error/code": texts})
    place = written(tmp_path / "t.parquet", pa.concat_tables([evidence, refused], promote_options="default"))
    counted = numbers.fleet(ClaimsTable(str(place)))
    assert (counted.rows, counted.refused) == (2 * count, count)
    reader = runs_nothing(page(counted, "<script>" + "".join(HOSTILE)))
    cells = {cell for row in reader.rows for cell in row}
    for text in HOSTILE[:2]:
        assert text in cells
    assert "\x00" not in reader.text
    assert "\x1b" not in reader.text
    assert "\u202e" not in reader.text
    assert max(map(len, cells)) < 1_000


# the command


def test_identifiers_are_withheld_on_request(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    output = run(folder, "--json", "--no-identifiers", "--html", place)
    document = json.loads(output.stdout)
    assert all(one["repeated"] and one["most"] == [] for one in document["chips"])
    named = json.loads(run(folder, "--json").stdout)
    for chip in named["chips"]:
        for one in chip["most"]:
            assert one["value"] not in place.read_text()


def test_one_file_is_a_fleet_as_well(folder: Path) -> None:
    document = json.loads(run(folder / "part-000000.parquet", "--json").stdout)
    assert document["rows"] == len(INPUTS) // 3 + 1
    assert document["schema"] == "evidence-fleet/1"


def test_an_empty_fleet_has_a_page(tmp_path: Path) -> None:
    place = written(tmp_path / "none.parquet", schema().empty_table())
    output = run(place, "--html", "-")
    assert output.exit_code == 0
    assert "A fleet of 0 inputs" in runs_nothing(output.stdout).text


def test_something_must_be_asked_for(folder: Path, tmp_path: Path) -> None:
    assert run(folder).exit_code == 2
    assert run(folder, "--json", "--html", "-").exit_code == 2
    place = tmp_path / "fleet.parquet"
    place.write_bytes((folder / "part-000000.parquet").read_bytes())
    output = run(place, "--html", place)
    assert output.exit_code == 2
    assert place.read_bytes() == (folder / "part-000000.parquet").read_bytes()


def test_a_library_that_is_not_there_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    output = run(folder, "--html", tmp_path / "x.html")
    assert output.exit_code == 2
    assert "attestation-evidence[fleet]" in output.stderr
    assert run(folder, "--json").exit_code == 0
