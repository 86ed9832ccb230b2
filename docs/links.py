"""Links of a page, for a place where the page does not lie in the repository: the site, the package's description."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

LINK = re.compile(r"(?P<before>\]\()(?P<target>[^)#:\s]+)(?P<fragment>#[^)\s]*)?(?=\))")
"""The target of a link or picture inside of the repository: no address of the web, and no place in the same page."""


def with_targets(text: str, place: Callable[[str], str]) -> str:
    """The page with each target as `place` has it; what stands behind `#` stays."""
    return LINK.sub(lambda link: link["before"] + place(link["target"]) + (link["fragment"] or ""), text)


def absolute(text: str, repository: str, root: Path, page: str = "README.md") -> str:
    """The page with addresses of the web: of the repository's files, folders and raw pictures on its main branch."""

    def place(target: str) -> str:
        path = (root / page).parent.joinpath(target).resolve().relative_to(root.resolve()).as_posix()
        kind = "tree" if (root / path).is_dir() else "raw" if path.endswith((".svg", ".png")) else "blob"
        return f"{repository}/{kind}/main/{path}"

    return with_targets(text, place)
