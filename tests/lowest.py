"""The lowest version of every dependency that `pyproject.toml` declares, as constraints for pip.

    python tests/lowest.py > constraints.txt

`make lowest` runs the tests with them: a lower bound that nobody has tried is a guess.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
LOWER = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+)")


def constraints() -> list[str]:
    """`NAME==VERSION` for every requirement with a lower bound, those of development too."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    result = (LOWER.match(requirement) for requirement in requirements)
    return [f"{match[1]}=={match[2]}" for match in result if match]


if __name__ == "__main__":
    sys.stdout.write("\n".join(constraints()) + "\n")
