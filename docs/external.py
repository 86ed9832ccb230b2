"""What a built site would load from elsewhere, as one line each: `python -m docs.external FOLDER`; nothing is right.

The site is read by people who look after secrets, and where there is no network. No font, script, picture or style
comes from another host. Links that a reader may follow are no loads.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

ADDRESS: Final = re.compile(r"(?:\b(?:https?|wss?|ftp):)?//[\w.-]+\.\w+[^\s\"'`)<>]*")
LOADED: Final = frozenset(
    {"src", "srcset", "data", "poster", "background", "xlink:href", "manifest", "action", "formaction"}
)
"""Attributes that a browser loads, or sends to, whatever the element."""
NO_LOADS: Final = frozenset({"a", "area"})
"""Elements whose `href` waits for the reader."""
INERT: Final = {
    "http://www.w3.org/": "a namespace, which is a name",
    "https://www.w3.org/": "the same",
    "https://unpkg.com/mermaid@": "the theme loads it for an element of class `mermaid`, and a page that has one is told",
    "https://api.github.com/": "the theme asks it for the link to a repository, and a page that has one is told",
    "https://${e}/api/v4/": "the same, of GitLab",
    "https://unpkg.com/resize-observer-polyfill": "for browsers of before 2020; the policy in each page's head forbids it there",
    "https://github.com/isaacs/node-glob/issues/": "in comments of a packed module",
    "https://bit.ly/2s3ChXG": "in the text of a warning",
}
"""Addresses in scripts that nothing is loaded from, with the reason."""
TRIGGERS: Final = re.compile(r"\bmermaid\b|\bmd-source\b")
"""Classes of elements for which scripts of the theme load something from elsewhere."""


class Loads(HTMLParser):
    """The loads of one page from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, text in attrs:
            value = text or ""
            loads = name in LOADED or (name == "href" and tag not in NO_LOADS)
            if (loads or (tag == "meta" and "url=" in value.lower())) and ADDRESS.search(value):
                self.loads.append(f"<{tag} {name}> {value}")
            if name == "style":
                self.loads += of_style(value)
            if name == "class" and TRIGGERS.search(value):
                self.loads.append(f"<{tag} class> {value}")
            if name.startswith("on"):
                self.loads += of_script(value)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.loads += of_style(data)
        elif self._inside == "script":
            self.loads += of_script(data)


def of_page(text: str) -> list[str]:
    """The loads of a page, or of a picture in SVG."""
    page = Loads()
    page.feed(text)
    page.close()
    return page.loads


def of_style(text: str) -> list[str]:
    """The loads of a style: `url(…)` and `@import`."""
    loads = re.findall(r"url\([^)]*\)|@import[^;]*", text)
    return [load for load in loads if ADDRESS.search(re.sub(r"url\(\s*[\"']?data:[^)]*", "", load))]


def of_script(text: str) -> list[str]:
    """The addresses in a script, but those that are known to be inert; comments are no script."""
    code = re.sub(r"/\*.*?\*/|^\s*//[^\n]*", "", text, flags=re.DOTALL | re.MULTILINE)
    return [
        address
        for address in re.findall(r"\b(?:https?|wss?)://[^\s\"'`)<>]+", code)
        if not address.startswith(tuple(INERT))
    ]


READERS: Final = {".html": of_page, ".svg": of_page, ".css": of_style, ".js": of_script}


def loads(folder: Path) -> Iterator[str]:
    """Every load from elsewhere in a folder, behind the file that has it."""
    for path in sorted(folder.rglob("*")):
        read = READERS.get(path.suffix)
        if read and path.is_file():
            yield from (
                f"{path.relative_to(folder)}: {load[:200]}" for load in read(path.read_text(encoding="utf-8"))
            )


def main(folder: Path) -> int:
    if not (folder / "index.html").is_file():
        print(f"{folder}: no site")
        return 2
    lines = list(loads(folder))
    print("".join(f"{line}\n" for line in lines), end="")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
