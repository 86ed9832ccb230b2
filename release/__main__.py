"""`python -m release [--check] FOLDER`: build there, or build again elsewhere and compare with what lies there."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from release.build import build, copy_of, different, digests
from release.sbom import render


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    root = Path(__file__).parents[1]
    if options.check:
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "again"
            build(copy_of(root, Path(folder) / "elsewhere"), again, apart=True)
            names = different(options.folder, again)
        print("".join(f"{name}: other bytes\n" for name in names) or "the same bytes\n", end="")
        return int(bool(names))
    files = build(root, options.folder)
    sbom = files[0].with_name(files[0].name.removesuffix(".tar.gz") + ".cdx.json")
    sbom.write_text(render(root), encoding="utf-8")
    lines = "".join(f"{digest}  {name}\n" for name, digest in digests(options.folder).items())
    (options.folder / "SHA256SUMS").write_text(lines, encoding="ascii")
    print(lines, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
