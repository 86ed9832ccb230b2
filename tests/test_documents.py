"""Every block of code in the pages does what the page says, in a folder with our fixtures."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.cli.commands import COMMANDS
from tests.documents import LANGUAGES, ROOT, Block, Folder, blocks, commands, fits, unfenced

MADE = ("docs/types/", "docs/templates/")
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")}
)
NOT_RUN = {
    "CONTRIBUTING.md": 1,
    "README.md": 1,
    "docs/adding-a-type.md": 1,
    "docs/azure.md": 1,
    "docs/bulk.md": 1,
    "docs/devices.md": 5,
    "docs/engines.md": 2,
    "docs/outputs.md": 2,
    "docs/policies.md": 1,
    "docs/tutorial.md": 1,
    "docs/verification.md": 2,
}
"""How many blocks of a page cannot be run; each has its reason beside it."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    place = tmp_path / "page"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", [str(place / "examples"), str(ROOT), *sys.path])
    modules = set(sys.modules)
    yield Folder(place, tmp_path / "tools")
    for name in set(sys.modules) - modules:
        if not name.startswith("evidence"):
            del sys.modules[name]  # the next page begins anew


def blocks_of(page: str) -> list[Block]:
    return list(blocks((ROOT / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks_of(page)])
def test_every_block_of_a_page_does_what_the_page_says(page: str, folder: Folder) -> None:
    for block in blocks_of(page):
        try:
            folder.run(block)
        except Exception as error:
            error.add_note(f"{page}, line {block.line}")
            raise


@pytest.mark.parametrize("page", PAGES)
def test_every_block_has_a_fence_and_a_language(page: str) -> None:
    assert unfenced((ROOT / page).read_text(encoding="utf-8")) == []
    for block in blocks_of(page):
        assert block.language in LANGUAGES, f"line {block.line}"
        assert block.language != "diff" or page == "CONTRIBUTING.md"  # which tests/test_contributing.py does
        if block.language == "text":
            assert page == "docs/command-line.md" or not re.search(
                r"^(\$ |evidence )", block.text, re.MULTILINE
            )


def test_blocks_that_cannot_be_run_are_counted() -> None:
    counts = Counter(page for page in PAGES for block in blocks_of(page) if block.directive("not run"))
    assert counts == NOT_RUN
    assert sum(map(len, map(blocks_of, PAGES))) > 3 * counts.total()


def test_a_page_shows_commands_that_are_there() -> None:
    shown = {
        word
        for page in PAGES
        for block in blocks_of(page)
        if block.language in {"sh", "console"}
        for command, _ in commands(block)
        for word in re.findall(r"^evidence ([a-z][a-z-]*)", command)
    }
    assert shown <= {*COMMANDS, "help"}
    assert {"convert", "verify", "identify", "inspect"} <= shown


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("```sh\nevidence identify nothing.bin\n```", "ends with 2"),
        ("```console\n$ evidence identify report.bin\nreport.bin: intel-tdx…\n```", "and not"),
        ("<!-- exits: 0 1 -->\n```sh\nevidence identify report.bin\n```", "no command ends with {1}"),
        ("<!-- exits: 1 -->\n```sh\nevidence identify report.bin\n```", "ends with 0"),
        ("```python\nassert 1 == 2, 'no'\n```", "no"),
        ("```json\n{\n```", "property name"),
        ("```toml\na = \n```", "value"),
        ("```sql\nSELECT nothing FROM nowhere;\n```", "nowhere"),
    ],
)
def test_a_block_that_does_something_else_is_told(text: str, error: str, folder: Folder) -> None:
    (block,) = blocks(text)
    with pytest.raises(Exception, match=re.escape(error)):
        folder.run(block)


def test_blocks_of_a_page_share_a_folder_and_names(folder: Folder) -> None:
    page = "```python\nname = 'x'\n```\n```sh\nmkdir new\ncd new\ncat ../nonce.hex > ../copy\n```\n```python\nassert len(name) == 1\n```\n"
    for block in blocks(page):
        folder.run(block)
    assert (folder.folder / "copy").read_text() == (folder.folder / "nonce.hex").read_text()


def test_blocks() -> None:
    text = "<!-- not run: why -->\n<!-- exits: 1 -->\n```sh\na\n```\n\n* item\n\n  ```console\n  $ b \\\n  c\n  d\n  ```\n"
    first, second = blocks(text)
    assert (first.directive("not run"), first.directive("exits"), first.directive("with")) == ("why", "1", "")
    assert (second.line, second.directives) == (9, ())
    assert list(commands(second)) == [("b \\\nc", "d\n")]
    assert unfenced("a\n\n    code\n") == [3]
    assert unfenced("* a\n\n    text of an item\n\n        code\n") == [5]
    assert unfenced("```sh\n\n    code\n```\n") == []
    assert fits("a…c\n", "a b\nc\n")
    assert not fits("a…c", "a b\nc d")
