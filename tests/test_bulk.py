"""Inputs by the million: every source, every output, several processes, and whatever can go wrong on the way."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import ipc, parquet

from evidence import limits, parse
from evidence.bulk import jobs, parts, runs, sources
from evidence.bulk.chunks import BulkInput, Packed, ReadInput, ReadInputs, grouped
from evidence.bulk.jobs import Task, WorkersDie
from evidence.bulk.sources import Query
from evidence.bulk.summary import Tally
from evidence.cli.commands import commands
from evidence.columnar import convert_batch
from evidence.encode.json import to_json
from evidence.errors import EvidenceError, UsageError
from evidence.input import Input
from tests.builtin import BY_NAME
from tests.dying import numbers
from tests.generate.fleet import SIZE, Member, fleet

ROOT: Final = Path(__file__).parents[1]
REPORT: Final = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
QUOTE: Final = BY_NAME["intel-tdx/v4-chain"].loaded.data
TOKEN: Final = BY_NAME["arm-cca/2023-399"].loaded.data
FLEET: Final = tuple(member.data for member in fleet(40))


class Ended:
    """How the command ended: its code, and what it said."""

    def __init__(self, *words: object, stdin: bytes | None = None) -> None:
        done = CliRunner().invoke(commands, ["convert", *map(str, words)], input=stdin)
        self.code, self.said, self.written = done.exit_code, done.stderr, done.stdout_bytes
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.written.splitlines()]


def packed(path: Path, *pieces: bytes) -> Path:
    path.write_bytes(b"".join(pieces))
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def rows(folder: Path) -> list[dict[str, Any]]:
    """Every row of a folder of parts, in order."""
    tables = [parquet.read_table(path) for path in sorted(folder.glob("*.parquet"))]
    return [row for table in tables for row in table.to_pylist()]


def claims(data: bytes) -> Any:
    return json.loads(to_json(parse(data).claims))


# sources


def test_packed_pieces_are_those_of_the_file(tmp_path: Path) -> None:
    done = Ended("--packed", packed(tmp_path / "p", *FLEET))
    assert done.code == 0
    assert [line["claims"] for line in done.lines()] == [claims(data) for data in FLEET]
    assert [(line["number"], line["row"]) for line in done.lines()] == [(n, n) for n in range(len(FLEET))]
    assert "40 inputs: 40 pieces of evidence, 0 errors" in done.said
    assert re.search(r"amd-sev-snp 3$", done.said, re.MULTILINE)


@pytest.mark.parametrize("name", ["intel-tdx/tdreport-0", "arm-cca/2023-399", "amd-sev-snp/v5-turin"])
def test_the_size_of_packed_pieces_is_that_of_the_first(name: str, tmp_path: Path) -> None:
    data = BY_NAME[name].loaded.data
    done = Ended("--packed", packed(tmp_path / "p", data, data, data))
    assert [line["claims"] for line in done.lines()] == [claims(data)] * 3


def test_a_size_that_the_first_does_not_tell_must_be_given(tmp_path: Path) -> None:
    path = packed(tmp_path / "p", b"\0" * SIZE, REPORT)
    done = Ended("--packed", path)
    assert (done.code, done.written) == (2, b"")
    assert "--size BYTES" in done.said
    done = Ended("--packed", "--size", SIZE, path)
    assert done.code == 3
    assert [line.get("error", {}).get("code") for line in done.lines()] == ["unknown-format", None]


def test_a_packed_file_may_end_within_a_piece(tmp_path: Path) -> None:
    done = Ended("--packed", packed(tmp_path / "p", REPORT, REPORT, REPORT[:700]))
    assert done.code == 1
    assert [line.get("error", {}).get("code") for line in done.lines()] == [None, None, "truncated"]


def test_packed_pieces_from_standard_input() -> None:
    whole = b"".join(FLEET)
    done = Ended("--packed", "-", stdin=whole)
    assert [line["claims"] for line in done.lines()] == [claims(data) for data in FLEET]


@pytest.mark.parametrize("mark", [b"\0", b"\n"])
@pytest.mark.parametrize("last", [True, False])
def test_a_list_of_paths(mark: bytes, last: bool, tmp_path: Path) -> None:  # noqa: FBT001 (a parameter)
    names = [os.fsencode(tmp_path / f"a {number}") for number in range(3)]
    if mark == b"\0":
        names.append(os.fsencode(tmp_path) + b"/line\nfeed \xff")
    for name in names:
        Path(os.fsdecode(name)).write_bytes(REPORT)
    text = mark.join(names) + (mark if last else b"")
    (tmp_path / "list").write_bytes(text)
    for done in (Ended("--from-list", tmp_path / "list"), Ended("--from-list", "-", stdin=text)):
        assert done.code == 0, done.said
        assert [line["input"] for line in done.lines()] == [
            os.fsdecode(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            for name in names
        ]


def test_a_list_without_end_is_no_list() -> None:
    with pytest.raises(UsageError, match="a path of more than"):
        [*sources.split(io.BytesIO(b"a" * (1 << 20)), "list")]


def test_a_list_of_what_is_not_there_and_of_archives(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for number in range(3):
            info = tarfile.TarInfo(f"m{number}")
            info.size = len(REPORT)
            tar.addfile(info, io.BytesIO(REPORT))
    (tmp_path / "good").write_bytes(QUOTE)
    (tmp_path / "list").write_text("\n".join(str(tmp_path / name) for name in ("a.tar", "gone", "good")))
    done = Ended("--from-list", tmp_path / "list")
    assert done.code == 2
    assert [(line["number"], line.get("error", {}).get("code")) for line in done.lines()] == [
        (0, None),
        (0, None),
        (0, None),
        (1, "unreadable"),
        (2, None),
    ]


def table_of(values: Sequence[Any], kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"other": list(range(len(values))), "ev": pa.array(values, kind)})


def write_parquet(path: Path, table: pa.Table) -> None:
    parquet.write_table(table, path, row_group_size=2)


def write_arrow(path: Path, table: pa.Table) -> None:
    with ipc.new_file(str(path), table.schema) as file:
        file.write_table(table, max_chunksize=2)


def write_stream(path: Path, table: pa.Table) -> None:
    with ipc.new_stream(str(path), table.schema) as file:
        file.write_table(table, max_chunksize=2)


WRITERS: Final = (write_parquet, write_arrow, write_stream)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.dictionary(pa.int8(), pa.binary())])
def test_a_column_of_bytes(
    write: Callable[[Path, pa.Table], None], kind: pa.DataType, tmp_path: Path
) -> None:
    write(tmp_path / "t", table_of([REPORT, None, QUOTE, b"x", TOKEN], kind))
    done = Ended("--column", "ev", tmp_path / "t")
    assert done.code == 3
    assert [line.get("claims", {}).get("evidence", {}).get("type") for line in done.lines()] == [
        "amd-sev-snp",
        None,
        "intel-tdx",
        None,
        "arm-cca",
    ]
    assert [line["row"] for line in done.lines()] == [0, 1, 2, 3, 4]
    assert done.lines()[1]["error"]["code"] == "unknown-format"


@pytest.mark.parametrize("write", WRITERS)
def test_a_column_of_text(write: Callable[[Path, pa.Table], None], tmp_path: Path) -> None:
    write(tmp_path / "t", table_of([REPORT.hex(), QUOTE.hex()]))
    assert [
        line["claims"]["evidence"]["type"] for line in Ended("--column", "ev", tmp_path / "t").lines()
    ] == [
        "amd-sev-snp",
        "intel-tdx",
    ]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("name", "part"),
    [("gone", "no column 'gone' (it has 'other', 'ev')"), ("other", "column 'other' is int64")],
)
@pytest.mark.parametrize("to", ["claims", "parquet"])
def test_a_column_that_holds_no_evidence(
    write: Callable[[Path, pa.Table], None], name: str, part: str, to: str, tmp_path: Path
) -> None:
    write(tmp_path / "t", table_of([REPORT]))
    done = Ended("--column", name, tmp_path / "t", "--to", to, "-o", tmp_path / "out")
    assert done.code == 2
    assert part in done.said
    assert not (tmp_path / "out").is_file()
    assert not list(tmp_path.glob("out/part*"))


@pytest.mark.parametrize("write", WRITERS)
def test_a_table_that_breaks_off(write: Callable[[Path, pa.Table], None], tmp_path: Path) -> None:
    """Whatever is cut or flipped: rows, then an error in one line, or a sentence for the caller."""
    write(tmp_path / "t", table_of([member.data for member in fleet(6)]))
    whole = (tmp_path / "t").read_bytes()
    for at in range(8, len(whole), len(whole) // 40):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            (tmp_path / "broken").write_bytes(data)
            done = Ended("--column", "ev", tmp_path / "broken")
            assert done.code in {0, 1, 2, 3}
            assert done.written or done.code == 2


def test_a_member_of_json_lines(tmp_path: Path) -> None:
    text = [
        json.dumps({"id": 1, "ev": REPORT.hex()}),
        "",
        json.dumps({"id": 2}),
        "{",
        json.dumps({"ev": {"report": QUOTE.hex()}}),
        json.dumps({"ev": None}),
        "[1]",
    ]
    (tmp_path / "t").write_text("\n".join(text))
    done = Ended("--column", "ev", tmp_path / "t")
    assert [line.get("error", {}).get("code") for line in done.lines()] == [
        None,
        "unknown-format",
        "bad-encoding",
        None,
        "unknown-format",
        "bad-encoding",
    ]


def test_a_field_of_csv(tmp_path: Path) -> None:
    with (tmp_path / "t").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["id", "ev"], [1, REPORT.hex()], [2], [3, '"\n'], [4, QUOTE.hex()]])
    done = Ended("--column", "ev", tmp_path / "t")
    assert [line.get("error", {}).get("code") for line in done.lines()] == [
        None,
        "unknown-format",
        "unknown-format",
        None,
    ]
    done = Ended("--column", "gone", tmp_path / "t")
    assert (done.code, "no column 'gone' (it has 'id', 'ev')" in done.said) == (2, True)


def test_a_line_without_end_is_one_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from evidence.bulk import tables

    monkeypatch.setattr(tables, "LINE", 8192)
    row = json.dumps({"ev": REPORT.hex()})
    (tmp_path / "t").write_text(f"{row}\n{'{' * 100_000}\n{row}\n")
    done = Ended("--column", "ev", tmp_path / "t")
    assert [line.get("error", {}).get("code") for line in done.lines()] == [None, "limit-exceeded", None]


# outputs


def test_there_are_as_many_rows_as_inputs(tmp_path: Path) -> None:
    pieces = [REPORT, b"\0" * SIZE, *FLEET]
    done = Ended(
        "--packed", "--size", SIZE, packed(tmp_path / "p", *pieces), "--to", "parquet", "-o", tmp_path / "f"
    )
    assert done.code == 3
    table = rows(tmp_path / "f")
    assert [row["input/number"] for row in table] == list(range(len(pieces)))
    assert [row["error/code"] for row in table] == [None, "unknown-format", *[None] * len(FLEET)]
    batch = convert_batch(pieces).to_pylist()
    assert [{name: row[name] for name in batch[0]} for row in table] == batch
    assert json.loads((tmp_path / "f" / runs.RUN).read_text())["summary"]["errors"] == {"unknown-format": 1}


def test_parquet_and_arrow_say_the_same(tmp_path: Path) -> None:
    path = packed(tmp_path / "p", *FLEET)
    for form in ("parquet", "arrow"):
        assert Ended("--packed", path, "--to", form, "-o", tmp_path / form).code == 0
    with pa.OSFile(str(tmp_path / "arrow" / "part-000000.arrow")) as file:
        assert ipc.open_file(file).read_all().to_pylist() == rows(tmp_path / "parquet")


def test_files_that_cannot_be_read_are_rows(tmp_path: Path) -> None:
    entry = tmp_path / "in" / "b-entry"
    entry.mkdir(parents=True)
    (entry / "provider").write_bytes(b"sev_guest\n")
    (entry / "outblob").write_bytes(REPORT)
    (tmp_path / "in" / "a").write_bytes(REPORT)
    os.mkfifo(tmp_path / "in" / "c")
    (tmp_path / "in" / "d").write_bytes(b"x" * 10)
    (tmp_path / "in" / "e").write_bytes(QUOTE)
    done = Ended("-r", tmp_path / "in", "--to", "parquet", "-o", tmp_path / "out")
    assert done.code == 2
    table = rows(tmp_path / "out")
    assert [(Path(row["input/path"]).name, row["/evidence/type"], row["error/code"]) for row in table] == [
        ("a", "amd-sev-snp", None),
        ("b-entry", "amd-sev-snp", None),
        ("c", None, "unreadable"),
        ("d", None, "unknown-format"),
        ("e", "intel-tdx", None),
    ]
    assert f"{tmp_path}/in/c: unreadable: not a file" in done.said


def test_a_tar_with_a_lie_in_it(tmp_path: Path) -> None:
    """What is before the lie stands; the lie is named."""
    with tarfile.open(tmp_path / "t.tar", "w") as tar:
        for number in range(3):
            info = tarfile.TarInfo(f"m{number}")
            info.size = len(REPORT)
            tar.addfile(info, io.BytesIO(REPORT))
    data = bytearray((tmp_path / "t.tar").read_bytes())
    data[2 * (512 + 1536) + 124 : 2 * (512 + 1536) + 135] = b"77777777777"
    (tmp_path / "t.tar").write_bytes(data)
    for to in (["-o", tmp_path / "lines"], ["--to", "parquet", "-o", tmp_path / "f"]):
        done = Ended("--jobs", 1, tmp_path / "t.tar", *to)
        assert done.code == 1
    assert [line.get("error", {}).get("code") for line in lines(tmp_path / "lines")] == [
        None,
        None,
        "carrier-error",
    ]
    assert [row["error/code"] for row in rows(tmp_path / "f")] == [None, None, "carrier-error"]


@pytest.mark.parametrize("to", ["claims", "parquet"])
def test_every_fixture_in_any_order_is_what_it_is_alone(to: str, tmp_path: Path) -> None:
    pieces = [loaded.loaded.data for loaded in islice(BY_NAME.values(), 0, None, 7)]
    paths = []
    for number, data in enumerate(pieces):
        paths.append(tmp_path / f"{number}")
        paths[-1].write_bytes(data)
    (tmp_path / "list").write_text("\n".join(map(str, paths)))
    Ended("--from-list", tmp_path / "list", "--to", to, "-o", tmp_path / "out")
    if to == "parquet":
        batch = convert_batch(pieces).to_pylist()
        assert [{name: row[name] for name in batch[0]} for row in rows(tmp_path / "out")] == batch
        return
    by_number: dict[int, list[dict[str, Any]]] = {}
    for line in lines(tmp_path / "out"):
        by_number.setdefault(line["number"], []).append(line)
    for number, path in enumerate(paths):
        alone = Ended("--lines", path).lines()
        assert [{k: v for k, v in line.items() if k != "number"} for line in by_number[number]] == alone


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--resume"], "--resume needs -o"),
        (["--to", "parquet"], "--to parquet needs -o"),
        (["--size", "3"], "--size is of --packed"),
        (["--packed", "--column", "x"], "--packed and --column"),
        (["--packed", "-r"], "-r finds files"),
        (["--jobs", "2", "--to", "coev"], "writes piece by piece"),
        (["--jobs", "2", "--key", "k"], "--key goes with --to"),
        (["--to", "parquet", "--strict", "-o", "x"], "--strict is about one piece"),
        (["--to", "arrow", "--no-identifiers", "-o", "x"], "--no-identifiers is about one piece"),
        (["--to", "arrow", "--type", "amd-sev-snp", "-o", "x"], "--type is about one piece"),
    ],
)
def test_what_does_not_go_together(words: list[str], part: str, tmp_path: Path) -> None:
    done = Ended(*words, packed(tmp_path / "p", REPORT))
    assert (done.code, done.written, part in done.said) == (2, b"", True), done.said


def test_an_output_is_no_input(tmp_path: Path) -> None:
    path = packed(tmp_path / "p", REPORT)
    assert "would be lost" in Ended("--packed", path, "-o", path).said
    assert path.read_bytes() == REPORT
    (tmp_path / "list").write_text(str(path))
    assert "would be lost" in Ended("--from-list", tmp_path / "list", "-o", tmp_path / "list").said


def test_what_is_asked_of_each_piece_is_asked_of_many(tmp_path: Path) -> None:
    noted = BY_NAME["amd-sev-snp/v3-unknown-bits"].loaded.data
    path = packed(tmp_path / "p", REPORT, noted)
    done = Ended("--packed", path, "--strict", "--check")
    assert [line.get("error", {}).get("code") for line in done.lines()] == [None, "noted"]
    done = Ended("--packed", path, "--no-identifiers")
    assert REPORT[0x1A0:0x1E0].hex() not in done.written.decode()
    done = Ended("--packed", path, "--native", "--type", "amd-sev-snp")
    assert [line["native"]["report"]["version"] for line in done.lines()] == [3, 3]


# going on


def cut_lines(path: Path, out: Path, size: int) -> None:
    """What a run leaves that ended after so many bytes."""
    Ended("--packed", path, "-o", out)
    whole = out.read_bytes()
    out.unlink()
    Path(f"{out}.part").write_bytes(whole[:size])
    Path(f"{out}.part.json").write_text(json.dumps({**runs.WRITER, **_run_of(path, out)}))


def _run_of(path: Path, out: Path) -> dict[str, Any]:
    """What a run is asked for, as one that is stopped leaves it."""
    kept: list[Any] = []
    write = runs.LinesFile.begin

    def begin(self: Any, run: Any, *, resume: bool) -> Any:
        kept.append(run)
        raise UsageError("stopped")

    runs.LinesFile.begin = begin  # type: ignore[method-assign]
    try:
        Ended("--packed", path, "-o", out)
    finally:
        runs.LinesFile.begin = write  # type: ignore[method-assign]
    run: dict[str, Any] = kept[0]
    return run


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.777, 0.999, 1.0])
def test_lines_are_gone_on_with_from_any_byte(part: float, tmp_path: Path) -> None:
    path, out = packed(tmp_path / "p", *FLEET[:5], b"\0" * SIZE, *FLEET[5:]), tmp_path / "out"
    whole = Ended("--packed", path, "-o", out)
    content = out.read_bytes()
    cut_lines(path, out, int(len(content) * part))
    done = Ended("--packed", path, "-o", out, "--resume")
    assert done.code == 3
    assert out.read_bytes() == content
    assert done.said.splitlines()[-3:] == whole.said.splitlines()[-3:]
    assert [other.name for other in sorted(tmp_path.iterdir())] == ["out", "p"]


def test_pieces_of_one_input_are_gone_on_with(tmp_path: Path) -> None:
    """Of an input with several lines some may be missing: all of them are written again."""
    (tmp_path / "several").write_text(f"{REPORT.hex()}\n\n{QUOTE.hex()}\n")
    (tmp_path / "list").write_text(f"{tmp_path}/several\n" * 4)
    words = ("--from-list", tmp_path / "list", "-o", tmp_path / "out")
    Ended(*words)
    content = (tmp_path / "out").read_bytes()
    ends = [at + 1 for at, byte in enumerate(content) if byte == 10]
    assert len(ends) == 8
    for end in ends:
        (tmp_path / "out").unlink()
        Ended(*words[:2], "--jobs", 1, "-o", tmp_path / "begun")
        number, start, tally = _whole_of(tmp_path / "cut", content[:end])
        assert content[:start] == b"".join(content.splitlines(keepends=True)[: 2 * number])
        assert tally.inputs == number
        (tmp_path / "out").write_bytes(content)


def _whole_of(path: Path, content: bytes) -> tuple[int, int, Tally]:
    path.write_bytes(content)
    return runs.whole(path)


@pytest.mark.parametrize("gone", [(0,), (2,), (0, 1, 2, 3, 4)])
def test_parts_that_are_missing_are_written(
    gone: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(parts, "PART", 9)
    path, folder = packed(tmp_path / "p", *FLEET[:5], b"\0" * SIZE, *FLEET[5:]), tmp_path / "f"
    words = ("--packed", path, "--to", "parquet", "-o", folder)
    whole = Ended(*words)
    content = {part.name: part.read_bytes() for part in folder.glob("*.parquet")}
    assert len(content) == 5
    for number in gone:
        (folder / f"part-{number:06}.parquet").unlink()
    (folder / ".part-000009.parquet-1.tmp").write_bytes(b"half")
    refused = Ended(*words)
    assert (refused.code, "it is not empty" in refused.said) == (2, True)
    done = Ended(*words, "--resume")
    assert done.said.splitlines()[-3:] == whole.said.splitlines()[-3:]
    assert {part.name: part.read_bytes() for part in folder.glob("*.parquet")} == content
    assert sorted(part.name for part in folder.iterdir()) == [runs.RUN, *sorted(content)]


def test_nobody_goes_on_with_another_run(tmp_path: Path) -> None:
    path, out, folder = packed(tmp_path / "p", *FLEET), tmp_path / "out", tmp_path / "f"
    cut_lines(path, out, 9_000)
    Ended("--packed", path, "--to", "parquet", "-o", folder)
    packed(path, *FLEET, REPORT)
    for words in (("-o", out), ("--to", "parquet", "-o", folder), ("--strict", "-o", out)):
        done = Ended("--packed", path, *words, "--resume")
        assert (done.code, "of another run" in done.said) == (2, True), done.said
    Path(f"{out}.part.json").unlink()
    assert "of which run" in Ended("--packed", path, "-o", out, "--resume").said
    assert Path(f"{out}.part").stat().st_size == 9_000


def test_a_part_that_is_none(tmp_path: Path) -> None:
    path, folder = packed(tmp_path / "p", *FLEET), tmp_path / "f"
    words = ("--packed", path, "--to", "parquet", "-o", folder)
    Ended(*words)
    for content in (b"", b"PAR1" * 9):
        (folder / "part-000000.parquet").write_bytes(content)
        done = Ended(*words, "--resume")
        assert (done.code, "not a part" in done.said) == (2, True), done.said
    parquet.write_table(pa.table({"a": [1]}), folder / "part-000000.parquet")
    assert "not a part" in Ended(*words, "--resume").said


class Full:
    """A disk that is full after so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, file: int, data: Any) -> int:
        size = min(len(data), self.room)
        if not size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= size
        return WRITE(file, data[:size])


WRITE: Final = os.write


def test_a_disk_that_is_full_keeps_whole_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path, out = packed(tmp_path / "p", *FLEET), tmp_path / "out"
    Ended("--packed", path, "-o", out)
    content = out.read_bytes()
    out.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", Full(len(content) // 2).write)
        done = Ended("--packed", path, "-o", out)
    assert (done.code, "No space left" in done.said, out.exists()) == (2, True, False)
    assert Ended("--packed", path, "-o", out, "--resume").code == 0
    assert out.read_bytes() == content


SMALL: Final = 400_000
"""Bytes that a file may have, for a process with a full disk: the system refuses more, as it does with a quota."""


def limited(*words: object, limit: int = SMALL) -> subprocess.CompletedProcess[str]:
    """The command in a process in which files can have so many bytes."""
    program = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from evidence.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program, "convert", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_part_that_has_no_room_is_not_there(tmp_path: Path) -> None:
    path, folder = packed(tmp_path / "p", *(member.data for member in fleet(3_000))), tmp_path / "f"
    words = ("--packed", path, "--to", "parquet", "-o", folder)
    for jobs_ in (1, 2):
        done = limited(*words, "--jobs", jobs_, "--resume")
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert "File too large" in done.stderr
        assert [part.name for part in folder.iterdir()] == [runs.RUN]
    assert Ended(*words, "--resume").code == 0
    assert len(rows(folder)) == 3_000


# processes


def tasks(*contents: bytes, rows: int = 4) -> Iterator[Task]:
    start = 0
    for number in range(0, len(contents), rows):
        values = tuple(ReadInput("x", None, content) for content in contents[number : number + rows])
        yield Task(number // rows, ReadInputs(values, start))
        start += len(values)


def outcome(*contents: bytes, count: int = 2) -> list[str]:
    return [
        line
        for _, one in jobs.run(numbers, tasks(*contents), count)
        for line in one.data.decode().split("\n")[:-1]
    ]


def test_processes_keep_the_order() -> None:
    assert outcome(*[b"x"] * 50, count=3) == outcome(*[b"x"] * 50, count=1) == [str(n) for n in range(50)]


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    killer = b"once " + bytes(tmp_path / "mark")
    assert outcome(*[b"x"] * 9, killer, *[b"x"] * 9) == [str(number) for number in range(19)]


def test_an_input_that_kills_is_an_error_of_that_input() -> None:
    expected = [f"{number} worker-died" if number in {5, 6} else str(number) for number in range(12)]
    assert outcome(*[b"x"] * 5, b"die", b"die", *[b"x"] * 5) == expected


def test_processes_that_all_die_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DEATHS", 3)
    with pytest.raises(WorkersDie, match="4 processes ended"):
        outcome(*[b"die"] * 8)


def test_what_a_process_raises_is_raised() -> None:
    with pytest.raises(OSError, match="no room") as caught:
        outcome(b"x", b"raise", b"x")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "somewhere")
    with pytest.raises(RuntimeError, match="of nobody"):
        outcome(b"strange")


def test_as_many_tasks_are_begun_as_processes_need() -> None:
    begun = 0

    def counted() -> Iterator[Task]:
        nonlocal begun
        for task in tasks(*[b"x"] * 200, rows=1):
            begun += 1
            yield task

    for number, _ in enumerate(jobs.run(numbers, counted(), 2)):
        assert begun <= number + 1 + 2 * jobs.AHEAD


@pytest.mark.parametrize("to", ["claims", "parquet"])
def test_two_processes_write_what_one_does(to: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parts, "PART", 7)
    path = packed(tmp_path / "p", *FLEET, b"\0" * SIZE)
    done = [Ended("--packed", path, "--jobs", n, "--to", to, "-o", tmp_path / f"{n}") for n in (1, 2)]
    assert [one.code for one in done] == [3, 3]
    assert done[0].said == done[1].said
    if to == "claims":
        assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    else:
        names = sorted(part.name for part in (tmp_path / "1").glob("*.parquet"))
        assert len(names) == 6
        assert [(tmp_path / "1" / name).read_bytes() for name in names] == [
            (tmp_path / "2" / name).read_bytes() for name in names
        ]


def test_careful_parts_are_the_same(tmp_path: Path) -> None:
    """Input by input, as after a death, a part has the same rows."""
    chunk = Packed(str(packed(tmp_path / "p", *FLEET)), SIZE, 0, SIZE * len(FLEET))
    ticked: list[int] = []
    for name, tick in (("a", None), ("b", ticked.append)):
        (tmp_path / name).mkdir()
        parts.PartWork(str(tmp_path / name), "parquet")(Task(0, chunk), tick)
    assert rows(tmp_path / "a") == rows(tmp_path / "b")
    assert ticked == list(range(len(FLEET)))
    task = Task(1, chunk, without=frozenset({3}))
    parts.PartWork(str(tmp_path / "a"), "parquet")(task, None)
    assert parquet.read_table(tmp_path / "a" / "part-000001.parquet")["error/code"].to_pylist()[2:5] == [
        None,
        "worker-died",
        None,
    ]


# chunks


def test_chunks_can_be_begun_anywhere(tmp_path: Path) -> None:
    path = packed(tmp_path / "p", *FLEET, b"rest")
    (tmp_path / "list").write_text(f"{path}\n" * 5)
    for query in (
        Query((str(path), str(path)), packed=True),
        Query((), listed=str(tmp_path / "list")),
        Query((str(path),) * 5),
    ):
        whole = [item for chunk in query.chunks(7) for item in chunk.items()]
        numbers_ = [item.number for item in whole]
        assert numbers_ == sorted(numbers_)
        for first in range(0, numbers_[-1] + 1, 5):
            rest = [
                item
                for chunk in query.chunks(7)
                if chunk.start + chunk.rows > first
                for item in (chunk.after(max(0, first - chunk.start))).items()
            ]
            assert [_shown(item) for item in rest] == [_shown(item) for item in whole if item.number >= first]


def _shown(item: BulkInput) -> tuple[Any, ...]:
    content = item.content
    return *item[:3], content.data if isinstance(content, Input) else str(content)


def test_a_file_that_shrinks_or_goes_is_an_error_of_the_rest(tmp_path: Path) -> None:
    path = packed(tmp_path / "p", *FLEET)
    (chunk,) = Query((str(path),), packed=True).chunks(100)
    path.write_bytes(b"".join(FLEET)[: 10 * SIZE + 5])
    codes = [item.content.code if isinstance(item.content, EvidenceError) else None for item in chunk.items()]
    assert codes == [*[None] * 10, *["truncated"] * 30]
    path.unlink()
    codes = [item.content.code if isinstance(item.content, EvidenceError) else None for item in chunk.items()]
    assert codes == ["unreadable"] * 40


def test_values_of_any_size_are_few_at_a_time() -> None:
    values = (ReadInput("x", None, bytes(limits.INPUT_BYTES)) for _ in range(9))
    sizes = [chunk.rows for chunk in grouped(values, 1000, sources.BYTES)]
    assert sizes == [2, 2, 2, 2, 1]


# interrupted, and a whole fleet


def until(path: Path, size: int, process: subprocess.Popen[str]) -> None:
    """Wait until a file has so many bytes, or a folder so many files."""
    while process.poll() is None:
        if path.exists() and (len([*path.glob("part*")]) if path.is_dir() else path.stat().st_size) >= size:
            return
        time.sleep(0.01)


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "evidence", "convert", *map(str, words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_killed_is_gone_on_with(number: signal.Signals, tmp_path: Path) -> None:
    path, out = tmp_path / "p", tmp_path / "out"
    words = ("--packed", path, "--jobs", 2, "-o", out)
    for count in (3_000, 30_000):  # on a busy machine a run may end before its signal comes
        packed(path, *(member.data for member in fleet(count)))
        with start(*words) as process:
            until(Path(f"{out}.part"), 1_000_000, process)
            process.send_signal(number)
        if process.returncode:
            break
        out.unlink()
    assert process.returncode == (2 if number == signal.SIGINT else -number)
    assert not out.exists()
    assert Ended(*words, "--resume").code == 0
    assert Ended("--packed", path, "-o", tmp_path / "whole").code == 0
    assert out.read_bytes() == (tmp_path / "whole").read_bytes()


def children(process: int) -> list[int]:
    """The processes that a process has started and that convert."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    found = [int(number) for thread in threads for number in thread.read_text().split()]
    return [number for number in found if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()]


def test_a_process_of_the_command_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "p", tmp_path / "out"
    packed(path, *(member.data for member in fleet(4_000)))
    with start("--packed", path, "--jobs", 2, "-o", out) as process:
        until(Path(f"{out}.part"), 1_000_000, process)
        for child in children(process.pid)[:1]:
            os.kill(child, signal.SIGKILL)
    assert process.returncode == 0
    assert [line["number"] for line in lines(out)] == list(range(4_000))


FLEET_SIZE: Final = int(os.environ.get("EVIDENCE_FLEET", "20000"))
"""Reports of the fleet below; a million is as well as any number, and takes minutes."""


def test_a_fleet_in_one_command(tmp_path: Path) -> None:
    """From one packed file to Parquet, killed and gone on with: the same bytes, in memory that does not grow with it."""
    count = FLEET_SIZE
    path, folder, whole = tmp_path / "p", tmp_path / "f", tmp_path / "whole"
    with path.open("wb") as file:
        for member in fleet(count):
            file.write(member.data)
    words = ("--packed", path, "--to", "parquet")
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from evidence.bulk import parts\n"
        f"parts.PART = {parts.PART if count > 10 * parts.PART else count // 12}\n"
        "from evidence.cli.commands import commands\n"
        "try:\n    commands.main(sys.argv[1:])\n"
        "finally:\n    print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
    )

    def process(*more: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, "convert", *map(str, (*words, *more))]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    with process("-o", folder) as first:
        until(folder, 2, first)
        first.kill()
    assert first.returncode == -signal.SIGKILL
    assert 2 <= len([*folder.glob("part*")]) < 12
    peaks = []
    for out in (folder, whole):
        done = process("-o", out, "--resume")
        peak, said = done.communicate()
        assert done.returncode == 0, said
        assert f"{count} inputs: {count} pieces of evidence, 0 errors" in said
        peaks.append(int(peak))
    assert max(peaks) < 400 << 10
    names = sorted(part.name for part in folder.glob("*.parquet"))
    assert names == sorted(part.name for part in whole.glob("*.parquet"))
    for name in names:
        assert (folder / name).read_bytes() == (whole / name).read_bytes()
    assert sum(parquet.read_metadata(folder / name).num_rows for name in names) == count


# the how-to

PAGE: Final = (ROOT / "docs" / "bulk.md").read_text()
QUESTIONS: Final = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def test_the_questions_of_the_page_are_answered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    members: list[Member] = [*fleet(3_000)]
    packed(tmp_path / "reports.bin", *(member.data for member in members))
    monkeypatch.chdir(tmp_path)
    words = re.search(r"^evidence convert (--packed .*)$", PAGE, re.MULTILINE)
    assert words is not None
    assert Ended(*words[1].split()).code == 0
    floors = {"Milan": 115, "Genoa": 84, "Turin": 80}
    old: dict[str, set[bytes]] = {}
    builds: dict[bytes, set[int]] = {}
    for member in members:
        chip = member.chip
        if member.microcode < floors[member.product]:
            old.setdefault(member.product, set()).add(chip)
        builds.setdefault(chip, set()).add(member.build)
    first, second, third = (duckdb.connect().execute(question).fetchall() for question in QUESTIONS)
    assert dict(first) == {product: len(chips) for product, chips in old.items()}
    assert [row[0] for row in second] == [number for number, member in enumerate(members) if member.debug]
    two = sorted(chip for chip, versions in builds.items() if len(versions) > 1)
    assert [(bytes(chip), versions) for chip, versions in third] == [
        (chip, ["1.55.28", "1.55.29"]) for chip in two
    ]
    assert len(old) == 3
    assert second
    assert two
