"""A type with one thing broken, and what the gate says of it, in a process of its own.

A table is broken before its module checks itself: the process forgets this library, and the loader gives another source for
one module. Files are broken by a folder that has another content for one of them.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from evidence.registry import EvidenceType
from tests.breaks.code import users
from tests.breaks.kinds import Break

ROOT = Path(__file__).parents[2]
SECONDS = 120
"""Longer is noticed: a break that makes the gate run without end."""


class Outcome(NamedTuple):
    """What became of a break: whether the gate said anything, whether a reason names the broken thing, and one reason."""

    noticed: bool
    named: bool
    reason: str


class Overlay:
    """A folder or file as `importlib.resources` has them, with another content for one file in it."""

    def __init__(self, path: Path, file: Path, content: bytes) -> None:
        self.path, self.file, self.content = path, file, content
        self.name = path.name

    def __truediv__(self, name: str) -> Overlay:
        return Overlay(self.path / name, self.file, self.content)

    def iterdir(self) -> Iterator[Overlay]:
        return (self / path.name for path in self.path.iterdir())

    def is_dir(self) -> bool:
        return self.path.is_dir()

    def is_file(self) -> bool:
        return self.path.is_file()

    def read_bytes(self) -> bytes:
        return self.content if self.path == self.file else self.path.read_bytes()

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.read_bytes().decode(encoding)


def reasons(name: str, broken: Break) -> Iterator[str]:
    """What the gate says of the type with this one thing broken; what an import raises is a reason."""
    try:
        if broken.path.endswith(".py"):
            _load_instead(ROOT / broken.path, broken.content)
        from msgspec.structs import replace

        from evidence.authoring.gate import shortcomings
        from evidence.registry import Registry

        registry = Registry.builtin()
        kind = registry[name]
        if broken.member:
            kind = replace(kind, **{broken.member: broken.value})
        elif not broken.path.endswith(".py"):
            file = ROOT / broken.path
            folders = {
                member: Overlay(getattr(kind, member), file, broken.content)
                for member in ("schema", "fixtures")
            }
            kind = replace(kind, **folders)
        _register(kind)
        registry = Registry.builtin()
        yield from shortcomings(kind, registry)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (what a broken table raises when it is imported)
        yield f"{type(error).__name__}: {error}"


def _register(kind: EvidenceType) -> None:
    """From now on the type is the built-in one of its name: verification trusts a built-in type to say what a key is for."""
    from evidence import convert, types
    from evidence.registry import Registry
    from evidence.verify import types as rules

    known = tuple(kind if kind.name == own.name else own for own in types.BUILTIN)
    setattr(types, "BUILTIN", known)  # noqa: B010 (it is final, but for this process)
    for module in (convert, rules):
        setattr(module, "BUILTIN", Registry.builtin())  # noqa: B010 (the same)


def _load_instead(path: Path, content: bytes) -> None:
    """The library is loaded again, with another source for the module at `path`."""
    for module in [name for name in sys.modules if name.split(".")[0] == "evidence"]:
        del sys.modules[module]
    before: Callable[[SourceFileLoader, str], Any] = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> Any:
        if Path(self.path) == path:
            return compile(content, str(path), "exec", dont_inherit=True)
        return before(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def _ask(name: str, broken: Break) -> tuple[bool, bool, str]:
    first = ""
    request = users(broken.path, name)
    for reason in chain.from_iterable(reasons(user, broken) for user in request):
        first = first or reason
        if any(word and word in reason for word in broken.names):
            return True, True, reason
    return bool(first), False, first


def outcome(name: str, broken: Break) -> Outcome:
    """What the gate says, asked in a child process."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.write(write, json.dumps(_ask(name, broken)).encode()[:60000])
        os._exit(0)
    os.close(write)
    try:
        ready, _, _ = select.select([read], [], [], SECONDS)
        answer = b"".join(iter(lambda: os.read(read, 65536), b"")) if ready else b""
    finally:
        os.close(read)
        if not ready:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not answer:  # it died, or runs on: the tests would
        return Outcome(noticed=True, named=True, reason="ends without an answer")
    noticed, named, reason = json.loads(answer)
    return Outcome(noticed, named, reason)
