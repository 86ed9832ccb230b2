"""What there is to break in the fixtures of a type."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evidence.authoring.gate.brought import REFUSALS
from tests.breaks.documents import others, places, pointer, replaced, without
from tests.breaks.kinds import Break

ROOT = Path(__file__).parents[2]


def breaks(name: str, chance: random.Random) -> Iterator[Break]:
    """Of each file of the fixtures, several breaks of each kind; which bytes and claims, chance decides."""
    folder = ROOT / "fixtures" / name
    for path in sorted((folder / "valid").iterdir()):
        yield from _valid(path, chance) if path.suffix == ".json" else _bytes(path, chance)
    codes = sorted({json.loads(path.read_bytes())["code"] for path in (folder / "invalid").iterdir()})
    for path in sorted((folder / "invalid").iterdir()):
        yield from _recipe(path, codes)
    for path in sorted((folder / "verify").glob("*.json")):
        yield from _checked(path)


def _name(path: Path) -> tuple[str, str]:
    return str(path.relative_to(ROOT)), f"{path.parent.name}/{path.stem}"


def _bytes(path: Path, chance: random.Random) -> Iterator[Break]:
    file, name = _name(path)
    data = path.read_bytes()
    for _ in range(2):
        offset, bit = chance.randrange(len(data)), chance.randrange(8)
        content = bytearray(data)
        content[offset] ^= 1 << bit
        yield Break("fixture byte", f"bit {bit} of byte {offset} flipped", (name,), file, bytes(content))
    yield Break("fixture byte", "one byte more", (name,), file, data + b"\0")
    yield Break("fixture byte", "one byte less", (name,), file, data[:-1])


def _valid(path: Path, chance: random.Random) -> Iterator[Break]:
    file, name = _name(path)
    fixture = json.loads(path.read_bytes())
    leaves = [
        (steps, value)
        for steps, value in places(fixture["claims"], ("claims",))
        if not isinstance(value, dict | list)
    ]
    for kind in (bool, int, str):  # one claim of each type, and any two
        chosen = [leaf for leaf in leaves if type(leaf[1]) is kind]
        for steps, value in [chance.choice(chosen)] if chosen else []:
            for other in others(value):
                what = f"{pointer(steps)} is {other!r}, was {value!r}"
                yield Break("recorded claim", what, (name,), file, replaced(fixture, steps, other))
    members = [leaf for leaf in leaves if isinstance(leaf[0][-1], str)]
    for steps, _ in chance.sample(members, min(2, len(members))):
        yield Break("recorded claim", f"{pointer(steps)} is gone", (name,), file, without(fixture, steps))
    for fact, value in fixture.get("facts", {}).items():
        for other in others(value):
            steps = ("facts", fact)
            yield Break("fact", f"{fact} is {other!r}", (name,), file, replaced(fixture, steps, other))
    if fixture.get("facts"):
        yield Break("fact", "there are none", (name,), file, without(fixture, ("facts",)))
    for member in ("force", "options", "attachments", "parses_when_cut_at"):
        if fixture.get(member):
            yield Break("fixture", f"{member} is gone", (name,), file, without(fixture, (member,)))
    yield from _texts(path, ("what", "why", "generator"))


def _texts(path: Path, members: tuple[str, ...]) -> Iterator[Break]:
    file, name = _name(path)
    fixture = json.loads(path.read_bytes())
    for member in members:
        yield Break("text", f"{member} is empty", (name,), file, replaced(fixture, (member,), ""))


def _recipe(path: Path, codes: list[str]) -> Iterator[Break]:
    file, name = _name(path)
    recipe = json.loads(path.read_bytes())

    def turned(member: str, value: Any, kind: str = "recipe") -> Break:
        content = replaced(recipe, (member,), value)
        return Break(kind, f"{member} is {value!r}, was {recipe.get(member)!r}", (name,), file, content)

    for code in codes:
        if code != recipe["code"]:
            yield turned("code", code)
    for kind, refusals in REFUSALS.items():
        if recipe["code"] not in refusals:
            yield turned("kind", kind, "class")
    for other in others(recipe["at"]):
        yield turned("at", other)
    yield turned("edits", [])
    yield turned("origin_of", "no-such")
    for member in ("force", "options", "part"):
        if recipe.get(member) not in (None, "evidence"):
            yield Break("recipe", f"{member} is gone", (name,), file, without(recipe, (member,)))
    yield from _texts(path, ("what", "why"))


def _checked(path: Path) -> Iterator[Break]:
    file, name = _name(path)
    fixture = json.loads(path.read_bytes())
    for id, word in fixture["checks"].items():
        for other in ("passed", "not-yet-valid"):
            if other != word:
                what = f"{id} is {other!r}, was {word!r}"
                yield Break("check", what, (name,), file, replaced(fixture, ("checks", id), other))
        yield Break("check", f"{id} is gone", (name,), file, without(fixture, ("checks", id)))
    verified = fixture["verified"]
    yield Break("check", "verified", (name,), file, replaced(fixture, ("verified",), not verified))
    if verified:
        for member in ("anchors", "keys", "nonce"):
            if fixture.get(member):
                yield Break("check", f"{member} is gone", (name,), file, without(fixture, (member,)))
    yield from _texts(path, ("what", "why"))
