"""`python -m tests.breaks [COUNT [SEED [TYPE… KIND…]]]`: so many breaks of each type (0: all), and those that survive.

KIND is how the name of a kind of break begins (`schema`, `row`, `descriptor`): only those.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

from evidence.registry import Registry
from tests.breaks import code, descriptors, files, schemas
from tests.breaks.code import FOLDERS
from tests.breaks.kinds import Break
from tests.breaks.trial import outcome


def known(name: str, seed: int) -> list[Break]:
    """Every break of a type; chance decides about bytes and claims of fixtures."""
    chance = random.Random(f"{seed}{name}")  # noqa: S311 (repeatable, not secret)
    return [
        *files.breaks(name, chance),
        *schemas.breaks(name),
        *descriptors.breaks(Registry.builtin()[name]),
        *code.breaks(name),
    ]


def chosen(breaks: list[Break], count: int, chance: random.Random) -> Iterator[Break]:
    """So many, of each kind alike as far as there are some; all of them for 0."""
    if not count:
        yield from breaks
        return
    kinds: dict[str, list[Break]] = {}
    for broken in breaks:
        kinds.setdefault(broken.kind, []).append(broken)
    names = sorted(kinds)
    chance.shuffle(names)
    for number in range(count):
        among = kinds[names[number % len(names)]]
        if among:
            yield among.pop(chance.randrange(len(among)))


def say(line: str) -> None:
    """One line of output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """The number of breaks that nothing notices, or that no reason names."""
    count, seed = (int(number) for number in (arguments + ["5", "1"][len(arguments) :])[:2])
    types = [word for word in arguments[2:] if word in FOLDERS] or [*FOLDERS]
    kinds = tuple(word for word in arguments[2:] if word not in FOLDERS)
    alive = total = 0
    for name in types:
        every = [broken for broken in known(name, seed) if broken.kind.startswith(kinds or "")]
        for broken in chosen(every, count, random.Random(seed)):  # noqa: S311 (the same)
            result = outcome(name, broken)
            total += 1
            if not (result.noticed and result.named):
                alive += 1
                say(f"{name}: {'is not named in' if result.noticed else 'SURVIVES'}: {broken}")
                if result.noticed:
                    say(f"    {result.reason[:200]}")
    say(f"{alive} of {total} survive, or are not named (seed {seed})")
    return alive


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
