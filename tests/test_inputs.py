"""Files, folders and archives as inputs with names: in order, within bounds, and none hides another."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from evidence import limits, load_all, parse
from evidence.convert import Evidence, Failure
from evidence.errors import CarrierError, EvidenceError, LimitExceeded
from evidence.input import Input, Refusal
from evidence.inputs import NamedInput, each
from evidence.reader import read_file
from evidence.wire import archive, pkzip, tar
from tests.builtin import BY_NAME

REPORT: Final = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
QUOTE: Final = BY_NAME["intel-tdx/v4-chain"].loaded.data


def names(path: Path, *, recursive: bool = True) -> list[tuple[str, str]]:
    """What each input is called below a path, and what there is."""
    return [
        (source.path.removeprefix(f"{path}"), what(source)) for source in each([path], recursive=recursive)
    ]


def what(source: NamedInput) -> str:
    if isinstance(source.content, Input):
        return f"{len(source.content.data)} bytes"
    return source.content.error.code if isinstance(source.content, Refusal) else "OSError"


def entry(folder: Path, **more: bytes) -> None:
    folder.mkdir()
    for name, content in {
        "provider": b"sev_guest\n",
        "outblob": REPORT,
        "generation": b"1\n",
        **more,
    }.items():
        (folder / name).write_bytes(content)


# folders


def test_every_file_of_a_folder_by_name(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    for name in ("z", "b/2", "b/deep/1", "b/10", "a", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    assert [name for name, _ in names(tmp_path)] == ["/.hidden", "/a", "/b/10", "/b/2", "/b/deep/1", "/z"]


def test_what_is_no_file_is_said_where_it_stands(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "link").symlink_to("quote")
    (tmp_path / "quote").write_bytes(QUOTE)
    (tmp_path / "empty").touch()
    size = f"{len(QUOTE)} bytes"
    assert names(tmp_path) == [
        ("/dangling", "OSError"),
        ("/empty", "0 bytes"),
        ("/fifo", "OSError"),
        ("/itself", "OSError"),
        ("/link", size),
        ("/quote", size),
    ]


def test_a_folder_that_vanishes_does_not_lose_the_others(tmp_path: Path) -> None:
    for name in ("a/1", "b/2", "c/3"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    sources = each([tmp_path], recursive=True)
    first = next(sources)
    (tmp_path / "b" / "2").unlink()
    (tmp_path / "b").rmdir()
    assert [(Path(source.path).name, what(source)) for source in (first, *sources)] == [
        ("1", "0 bytes"),
        ("b", "OSError"),
        ("3", "0 bytes"),
    ]


def test_a_folder_deeper_than_a_path_may_be_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2200):
        os.mkdir("d")  # noqa: PTH102 (relative, as the whole path is too long)
        os.chdir("d")
    os.chdir(tmp_path)
    (source,) = each(["d"], recursive=True)
    assert isinstance(source.content, OSError)
    for _ in range(2199):
        os.chdir("d")
    for _ in range(2199):  # what cleans up behind tests cannot go so deep
        if Path("d").exists():
            Path("d").rmdir()
        os.chdir("..")


def test_entries_of_the_kernel(tmp_path: Path) -> None:
    entry(tmp_path / "second")
    entry(tmp_path / "first")
    entry(tmp_path / "third", outblob=b"")
    pieces = load_all(tmp_path)
    assert [(piece.at, type(piece)) for piece in pieces] == [
        ("first", Evidence),
        ("second", Evidence),
        ("third", Failure),
    ]
    assert [what(source) for source in each([tmp_path])] == ["1184 bytes", "1184 bytes", "carrier-error"]


def test_in_a_tree_an_entry_is_one_input_and_what_does_not_belong_to_it_another(tmp_path: Path) -> None:
    entry(tmp_path / "report", notes=b"of people", auxblob=b"")
    assert names(tmp_path) == [("/report", "1184 bytes"), ("/report/notes", "9 bytes")]


def test_a_folder_of_nothing_known(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert names(tmp_path, recursive=False) == [("", "unknown-format")]


# archives

Files = dict[str, bytes]
FILES: Final[Files] = {"notes": b"nothing", "a/report": REPORT, "a/" + "long" * 40: QUOTE}


def in_tar(files: Files, kind: int = tarfile.PAX_FORMAT) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=kind) as tarred:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tarred.addfile(member, io.BytesIO(content))
    return whole.getvalue()


def in_zip(files: Files, method: int = zipfile.ZIP_DEFLATED, *, to_pipe: bool = False) -> bytes:
    whole = io.BytesIO()
    if to_pipe:
        whole.seek = None  # type: ignore[assignment]
    with zipfile.ZipFile(whole, "w", method) as zipped:
        for name, content in files.items():
            zipped.writestr(zipfile.ZipInfo(name), content, method)
    return whole.getvalue()


ARCHIVES: Final[dict[str, Callable[[Files], bytes]]] = {
    "pax": in_tar,
    "gnu": lambda files: in_tar(files, tarfile.GNU_FORMAT),
    "tar.gz": lambda files: gzip.compress(in_tar(files)),
    "two members of gzip": lambda files: b"".join(
        gzip.compress(part) for part in (in_tar(files)[:700], in_tar(files)[700:])
    ),
    "stored": lambda files: in_zip(files, zipfile.ZIP_STORED),
    "deflated": in_zip,
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_a_folder(name: str, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(ARCHIVES[name](FILES))
    sources = [*each([path])]
    assert [source.path for source in sources] == [f"{path}/{member}" for member in FILES]
    assert [source.content.data for source in sources if isinstance(source.content, Input)] == [
        *FILES.values()
    ]


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_is_cut_says_so(name: str, tmp_path: Path) -> None:
    whole = ARCHIVES[name]({"report": REPORT, "quote": QUOTE})
    for cut in (600, 1200, len(REPORT) + 300, len(whole) // 2):
        path = tmp_path / "archive"
        path.write_bytes(whole[:cut])
        *_, last = each([path])
        assert isinstance(last.content, Refusal), (cut, last)
        assert last.path == str(path)


def test_a_tar_without_its_end_says_so() -> None:
    whole = in_tar({"report": REPORT}, tarfile.GNU_FORMAT)[: 512 + 1536]
    report, end = tar.members(io.BytesIO(whole), limits.INPUT_BYTES)
    assert report.content == REPORT
    assert (end.name, type(end.content)) == ("", CarrierError)


@pytest.mark.parametrize("name", ARCHIVES)
def test_of_an_archive_bytes_that_lie_give_values_or_refusals(name: str, tmp_path: Path) -> None:
    whole = ARCHIVES[name]({"report": REPORT})
    for at in range(0, len(whole), 37 if len(whole) < 4000 else 149):
        for flip in (0x01, 0x80, 0xFF):
            changed = bytearray(whole)
            changed[at] ^= flip
            path = tmp_path / "archive"
            path.write_bytes(changed)
            for source in each([path]):
                assert isinstance(source.content, Input | Refusal)


@pytest.mark.parametrize("name", ["../../up", "/etc/passwd", "a/../../b", ".", "\x1b[2J", "..\\..\\up"])
@pytest.mark.parametrize("pack", [in_tar, in_zip])
def test_names_lead_nowhere(name: str, pack: Callable[[Files], bytes], tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(pack({name: REPORT}))
    (source,) = each([path])
    assert source.path.startswith(f"{path}/")
    assert isinstance(source.content, Input)
    assert sorted(tmp_path.iterdir()) == [path]


def test_links_and_devices_of_archives_are_passed_over(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tarred:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            member = tarfile.TarInfo(f"kind{kind!r}")
            member.type, member.linkname = kind, "/etc/passwd"
            tarred.addfile(member)
    path = tmp_path / "a.tar"
    path.write_bytes(whole.getvalue())
    assert names(path) == [("", "carrier-error")]
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as zipped:
        zipped.writestr(link, "/etc/passwd")
        zipped.mkdir("folder")
    path.write_bytes(whole.getvalue())
    assert names(path) == [("", "carrier-error")]


def test_a_member_that_is_too_long_does_not_hide_the_next(tmp_path: Path) -> None:
    files = {"long": bytes(limits.INPUT_BYTES + 1), "quote": QUOTE}
    for name in ("pax", "stored", "deflated"):
        path = tmp_path / "archive"
        path.write_bytes(ARCHIVES[name](files))
        long, quote = each([path])
        assert isinstance(long.content, Refusal)
        assert isinstance(long.content.error, LimitExceeded)
        assert isinstance(quote.content, Input)
        assert quote.content.data == QUOTE


def test_a_tar_that_is_longer_than_an_input_is_read_member_by_member(tmp_path: Path) -> None:
    path = tmp_path / "long.tar"
    block = bytes(1 << 20)
    path.write_bytes(in_tar({str(number): block for number in range(20)}))
    assert [what(source) for source in each([path])] == ["1048576 bytes"] * 20


class Zeros(io.RawIOBase):
    """A file of gzip that inflates to zeros a thousand times as long, and has no end."""

    def __init__(self) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        self.rest = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        self.again = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)

    def read(self, size: int = -1, /) -> bytes:
        while len(self.rest) < size:
            self.rest += self.again
        part, self.rest = self.rest[:size], self.rest[size:]
        return part


def test_a_bomb_of_gzip_ends_early() -> None:
    file = Zeros()
    stream = archive.Inflated(file)  # type: ignore[arg-type]
    with pytest.raises(LimitExceeded):
        archive.skip(stream, 1 << 40)
    assert stream.content <= limits.inflated(stream.compressed) + (1 << 20)


def test_a_bomb_in_a_name_of_tar_ends_early() -> None:
    member = tarfile.TarInfo("x")
    member.type, member.size = b"L", 1 << 30
    (result,) = tar.members(io.BytesIO(member.tobuf(tarfile.GNU_FORMAT) + bytes(4096)), 1 << 20)
    assert isinstance(result.content, LimitExceeded)


def overlapping(count: int, size: int) -> bytes:
    """A zip whose directory names one member many times."""
    whole = in_zip({"a": bytes(size)})
    directory = whole.index(b"PK\1\2")
    end = whole.index(b"PK\5\6")
    one = whole[directory:end]
    return (
        whole[:directory]
        + one * count
        + struct.pack("<4s4xHHIIH", b"PK\5\6", count & 0xFFFF, count & 0xFFFF, len(one) * count, directory, 0)
    )


@pytest.mark.parametrize("crc", [True, False])
def test_members_that_share_their_bytes_are_bounded(crc: bool) -> None:  # noqa: FBT001 (a case)
    data = overlapping(2000, 1 << 20)
    if not crc:
        data = (
            data[:14] + bytes(4) + data[18:].replace(struct.pack("<I", zlib.crc32(bytes(1 << 20))), b"abcd")
        )
    members = [*pkzip.members(io.BytesIO(data), limits.INPUT_BYTES)]
    assert isinstance(members[-1].content, LimitExceeded)
    assert len(members) <= limits.inflated(len(data)) // (1 << 20) + 2
    assert all(isinstance(member.content, EvidenceError) for member in members) or crc


def test_what_zip_cannot_give_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    for at, value, word in ((8, 1, "encrypted"), (10, 99, "method 99"), (24, 5, "5 bytes"), (16, 7, "CRC")):
        whole = bytearray(in_zip({"a": REPORT}, zipfile.ZIP_STORED))
        whole[whole.index(b"PK\1\2") + at] = value
        if at == 24:
            whole[whole.index(b"PK\1\2") + at + 1] = 0
        path.write_bytes(whole)
        (source,) = each([path])
        assert isinstance(source.content, Refusal)
        assert isinstance(source.content.error, CarrierError)
        assert word in str(source.content.error)


def test_zip64() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as zipped:
        for number in range(66_000):
            zipped.writestr(zipfile.ZipInfo(f"{number}"), b"")
        with zipped.open("report", "w", force_zip64=True) as file:
            file.write(REPORT)
    *others, last = pkzip.members(whole, limits.INPUT_BYTES)
    assert last == archive.ArchiveMember("report", REPORT)
    assert len(others) == 66_000


# files


def test_reading_a_file_asks_for_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "quote"
    path.write_bytes(QUOTE)
    request: list[int] = []
    statuses: list[int] = []
    read, fstat = os.read, os.fstat

    def reading(file: int, size: int) -> bytes:
        request.append(size)
        return read(file, size)

    def status(file: int) -> os.stat_result:
        statuses.append(file)
        return fstat(file)

    monkeypatch.setattr(os, "read", reading)
    monkeypatch.setattr(os, "fstat", status)
    assert read_file(path, limits.INPUT_BYTES) == QUOTE
    assert len(statuses) == 1
    assert max(request) <= 4096
    path.write_bytes(bytes(100_000))
    assert len(read_file(path, 1000)) == 1001
    assert len(read_file("/proc/self/status", 1 << 20)) > 100  # whose size is said to be none


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_file(tmp_path, 10)
    with pytest.raises(FileNotFoundError):
        read_file("", 10)


def test_inputs_are_read_one_by_one(tmp_path: Path) -> None:
    """The next is not opened before it is asked for."""
    (tmp_path / "1").write_bytes(REPORT)
    sources: Iterator[NamedInput] = each([tmp_path / "1", tmp_path / "2"])
    assert isinstance(next(sources).content, Input)
    (tmp_path / "2").write_bytes(QUOTE)
    content = next(sources).content
    assert isinstance(content, Input)
    assert parse(content.data).type.name == "intel-tdx"


def test_a_fifo_that_nobody_writes_to_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (source,) = each([tmp_path / "fifo"])
    assert isinstance(source.content, OSError)
