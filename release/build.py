"""Wheel and source distribution, of the same bytes wherever and whenever they are built.

The build tool sorts files, and writes one time and one mode for all of them (the time is `SOURCE_DATE_EPOCH` where that is set). So
the bytes depend on the files, the version of the build tool and that of zlib alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

APART: Final = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "LANG": "C",
    "PYTHONHASHSEED": "7",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""The environment of the second build: another one wherever an environment could show."""
LEFT_OUT: Final = shutil.ignore_patterns(".*", "__pycache__", "site", "dist", "*.egg-info")
BUILT: Final = ("*.tar.gz", "*.whl")


def build(tree: Path, folder: Path, *, apart: bool = False) -> list[Path]:
    """The source distribution, and the wheel that is built from it, in a folder that has no others."""
    for path in distributions(folder):
        path.unlink()
    command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(tree))
    environment = {**os.environ, **(APART if apart else {})}
    done = subprocess.run(
        command, env=environment, umask=0o077 if apart else -1, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return distributions(folder)


def distributions(folder: Path) -> list[Path]:
    """What lies in a folder: the source distribution first."""
    return [path for pattern in BUILT for path in sorted(folder.glob(pattern))]


def copy_of(tree: Path, folder: Path) -> Path:
    """A copy of the repository in another place, with other times and modes, and without what was made in it."""
    shutil.copytree(tree, folder, ignore=LEFT_OUT, copy_function=shutil.copyfile)
    shutil.copyfile(tree / ".gitignore", folder / ".gitignore")  # the build tool leaves out what it names
    return folder


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a folder but the list of them."""
    return {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != "SHA256SUMS"
    }


def different(folder: Path, again: Path) -> list[str]:
    """The distributions that are not the same in both folders, or in one of them alone."""
    first, second = (
        {path.name: path.read_bytes() for path in distributions(place)} for place in (folder, again)
    )
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
