"""An installed distribution that offers the example type, and two plugins that are broken."""

from __future__ import annotations

import shutil
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "tiny"


def distribution(site: Path, name: str = "tiny-evidence") -> Path:
    """Installs it into `site`, which is to be on the path; gives `site`."""
    shutil.copytree(EXAMPLE, site / "tiny_data")
    source = (
        (EXAMPLE / "tiny.py")
        .read_text()
        .replace("Path(__file__).parent", 'Path(__file__).parent / "tiny_data"')
    )
    (site / "tiny_plugin.py").write_text(source)
    (site / "broken_plugin.py").write_text('TYPE = "no type"\n')
    (site / "raising_plugin.py").write_text('raise RuntimeError("this must not run")\n')
    info = site / f"{name.replace('-', '_')}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[evidence.types]\n"
        "tiny = tiny_plugin:TYPE\n"
        "broken = broken_plugin:TYPE\n"
        "raising = raising_plugin:TYPE\n"
    )
    return site
