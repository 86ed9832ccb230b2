"""The site has every page, loads nothing from elsewhere, and its links lead to what it has. Without the builder of the site."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import evidence
from docs import diagrams, external, hooks
from docs.links import absolute, with_targets
from evidence.authoring import meanings
from evidence.types import BUILTIN

ROOT = Path(__file__).parents[1]
CONFIGURATION = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
NAVIGATION = re.findall(r"^ +- (?:[^\n]*: )?(\S+\.md)$", CONFIGURATION.partition("\nnav:\n")[2], re.MULTILINE)
PAGES = sorted(
    path.relative_to(ROOT / "docs").as_posix()
    for path in (ROOT / "docs").rglob("*.md")
    if path.parent.name != "templates"
)


def test_every_page_is_in_the_navigation_once() -> None:
    assert sorted(NAVIGATION) == sorted([*PAGES, *hooks.OUTSIDE.values()])


def test_every_type_has_its_page_there() -> None:
    assert {f"types/{kind.name}.md" for kind in BUILTIN} <= set(NAVIGATION)


def test_every_public_name_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    for name in set(evidence.__all__) - {"__version__"}:
        assert f"### `{name}`\n" in page, name


def test_the_builder_is_strict_and_the_theme_loads_no_font() -> None:
    assert "  font: false\n" in CONFIGURATION
    assert not re.search(r"https?://", CONFIGURATION)
    makefile = (ROOT / "Makefile").read_text()
    assert "mkdocs build --strict" in makefile
    assert "docs.external site" in makefile
    policy = (ROOT / "docs" / "theme" / "main.html").read_text()
    assert "default-src 'self'" in policy
    assert "http:" not in policy
    assert "https:" not in policy


@pytest.mark.parametrize(
    "page",
    [
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<link rel="preconnect" href="//fonts.example">',
        '<script src="https://cdn.example/a.js"></script>',
        '<img src="http://pictures.example/a.png">',
        '<img srcset="a.png 1x, https://pictures.example/a.png 2x">',
        '<iframe src="https://video.example/"></iframe>',
        '<meta http-equiv="refresh" content="0; url=https://elsewhere.example/">',
        '<base href="https://elsewhere.example/">',
        '<p style="background: url(https://pictures.example/a.png)">x</p>',
        "<style>@import 'https://fonts.example/css';</style>",
        "<script>fetch('https://api.example/x')</script>",
        "<p onclick=\"fetch('https://api.example/x')\">x</p>",
        '<div class="mermaid">graph</div>',
        '<form action="https://elsewhere.example/"></form>',
        '<svg><use href="https://pictures.example/a.svg#x"/></svg>',
    ],
)
def test_a_page_that_loads_from_elsewhere_is_told(page: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>right</p>")
    assert external.main(tmp_path) == 0
    (tmp_path / "page.html").write_text(page)
    assert external.main(tmp_path) == 1


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("a.css", "a{background:url(//fonts.example/a.woff)}", 1),
        ("a.css", "a{background:url(a.woff)}/* https://example.org */", 0),
        ("a.css", "a{background:url('data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"/>')}", 0),
        ("a.js", "new WebSocket('wss://live.example/')", 1),
        ("a.js", "// https://example.org\n/* https://example.org */ f()", 0),
        ("a.js", "e='http://www.w3.org/2000/svg'", 0),
        ("a.svg", '<svg><image href="https://pictures.example/a.png"/></svg>', 1),
    ],
)
def test_styles_scripts_and_pictures(name: str, text: str, count: int, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert len(list(external.loads(tmp_path))) == count


def test_links_of_readers_are_no_loads() -> None:
    assert (
        external.of_page('<a href="https://example.org/">x</a><img src="a.png"><script src="b.js"></script>')
        == []
    )


def test_no_site_is_no_right_site(tmp_path: Path) -> None:
    assert external.main(tmp_path) == 2


def test_links_are_rewritten_and_addresses_are_not() -> None:
    text = "[a](docs/a.md#x) [b](https://example.org) [c](#here) ![d](docs/d.svg) `[e](f)`"
    assert with_targets(text, str.upper).startswith(
        "[a](DOCS/A.MD#x) [b](https://example.org) [c](#here) ![d](DOCS/D.SVG)"
    )


def test_absolute_links() -> None:
    text = "[a](docs/claims.md#x) [b](docs/types) ![c](docs/diagrams/way.svg)"
    assert absolute(text, "https://example.org/r", ROOT) == (
        "[a](https://example.org/r/blob/main/docs/claims.md#x) [b](https://example.org/r/tree/main/docs/types) "
        "![c](https://example.org/r/raw/main/docs/diagrams/way.svg)"
    )


def test_the_way_from_the_repository_to_the_site() -> None:
    assert hooks.in_site("README.md") == "index.md"
    assert hooks.in_site("docs/types") == "types/README.md"
    assert hooks.in_site("docs/claims.md") == "claims.md"
    assert hooks.in_site("schemas/claims.schema.json") == "files/schemas/claims.schema.json"
    assert "schemas/verification.schema.json" in set(hooks.targets())


def test_lists_begin_behind_an_empty_line() -> None:
    assert hooks.with_space_before_lists("a:\n* b\n* c\n") == "a:\n\n* b\n* c\n"
    assert hooks.with_space_before_lists("```\na\n* b\n```\n") == "```\na\n* b\n```\n"
    assert hooks.with_space_before_lists("* a\n  b\n* c\n") == "* a\n  b\n* c\n"


class Texts(HTMLParser):
    """The texts of a picture."""

    def __init__(self, picture: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.feed(picture)

    def handle_data(self, data: str) -> None:
        self.texts.add(data)


def test_the_pictures_show_what_is_in_the_code() -> None:
    shown = Texts(diagrams.model()).texts
    for struct in meanings.structs():
        assert {struct.__name__, *(member.name for member in meanings.members(struct))} <= shown
    assert {kind.name for kind in BUILTIN} <= Texts(diagrams.way()).texts
    assert external.of_page(diagrams.model()) == []
