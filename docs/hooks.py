"""What MkDocs does beside its own: pages from outside of `docs/`, links that leave `docs/`, lists as GitHub reads them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.links import LINK, with_targets  # noqa: E402 (the path comes first)

OUTSIDE: Final = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "benchmarks/README.md": "project/speed.md",
}
"""Pages that lie elsewhere in the repository, with their places in the site."""
FILES: Final = "files"
"""The folder of the site that has what pages link to and what is no page: schemas, policies, examples."""
LIST: Final = re.compile(r"[*-] |\d+\. ")


def on_files(files: Any, config: Any) -> Any:
    """The pages of `docs/`, those from outside, and every file that one of them links to."""
    from mkdocs.structure.files import File  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 (of the site's environment alone)

    for source, name in OUTSIDE.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    for path in sorted(targets()):
        files.append(File.generated(config, f"{FILES}/{path}", abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page as MkDocs must have it."""
    name = PurePosixPath(page.file.src_uri)
    source = next((path for path, inside in OUTSIDE.items() if inside == str(name)), f"docs/{name}")

    def place(target: str) -> str:
        return os.path.relpath(in_site(resolved(source, target)), name.parent)

    return with_space_before_lists(with_targets(markdown, place))


def resolved(page: str, target: str) -> str:
    """What a link of a page leads to, as a path from the root of the repository."""
    return os.path.relpath((ROOT / page).parent / target, ROOT)


def in_site(path: str) -> str:
    """Where a file of the repository is found in the site."""
    if path in OUTSIDE:
        return OUTSIDE[path]
    if (ROOT / path).is_dir():
        path = f"{path}/README.md"
    return path.removeprefix("docs/") if path.startswith("docs/") else f"{FILES}/{path}"


def targets() -> Iterator[str]:
    """The files outside of `docs/` that pages link to and that are no pages themselves."""
    pages = [*OUTSIDE, *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]
    paths = {
        resolved(page, link["target"]) for page in pages for link in LINK.finditer((ROOT / page).read_text())
    }
    yield from (path for path in paths if in_site(path).startswith(f"{FILES}/") and (ROOT / path).is_file())


def with_space_before_lists(text: str) -> str:
    """The page with an empty line before each list, which GitHub does not need and Python-Markdown does."""
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        before = lines[-1] if lines else ""
        if (
            not fenced
            and LIST.match(line)
            and before
            and not before.startswith(" ")
            and not LIST.match(before)
        ):
            lines.append("")
        lines.append(line)
    return "\n".join(lines)
