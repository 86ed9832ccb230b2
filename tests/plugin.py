"""An installed distribution that offers the example type, and two plugins that are broken."""

from __future__ import annotations

import shutil
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
EXAMPLE = EXAMPLES / "tiny" / "tiny_evidence"
"""The import package of the smallest type, with its schema and its fixtures."""


def distribution(site: Path, name: str = "tiny-evidence") -> Path:
    """Installs it into `site`, which is to be on the path; gives `site`."""
    shutil.copytree(EXAMPLE, site / "tiny_evidence", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "broken_plugin.py").write_text('TYPE = "no type"\n')
    (site / "raising_plugin.py").write_text('raise RuntimeError("this must not run")\n')
    types = {"tiny": "tiny_evidence", "broken": "broken_plugin", "raising": "raising_plugin"}
    metadata(site, name, types)
    return site


def metadata(site: Path, name: str, types: dict[str, str]) -> None:
    """What an installer writes of a distribution: its name, and its types with their modules."""
    info = site / f"{name.replace('-', '_')}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    points = "".join(f"{type} = {module}:TYPE\n" for type, module in types.items())
    (info / "entry_points.txt").write_text(f"[evidence.types]\n{points}")
