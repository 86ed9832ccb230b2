"""The description of the package: the README, whose links lead somewhere from an index of packages as well."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).parent


class Description(MetadataHookInterface):
    """The metadata with `readme` as a text."""

    def update(self, metadata: dict[str, Any]) -> None:
        sys.path.insert(0, str(ROOT))  # the build tool loads this file by its path alone
        try:
            from docs.links import absolute  # noqa: PLC0415 (the path comes first)
        finally:
            sys.path.remove(str(ROOT))
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        repository = metadata["urls"]["Repository"]
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, repository, ROOT)}
