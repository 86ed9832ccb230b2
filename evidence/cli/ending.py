"""How the command ends: its exit codes, and what a signal does.

A signal ends the process at once, in one line, and nothing half-made stays behind. An exception would do that
where code expects one; inside of a destructor or of an import's callback Python prints and drops it.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

TYPE_CHECKING = False  # as type checkers take it; `typing` would have to be loaded first
if TYPE_CHECKING:
    from typing import Final

GOOD: Final = 0
BAD: Final = 1
ENVIRONMENT: Final = 2
UNKNOWN: Final = 3

SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
UNFINISHED: Final[set[str]] = set()
"""Paths of files that are being written, and are nothing before they are whole."""


def at_once(number: int, _: object) -> None:
    """Handles a signal, for `signal.signal`. An interrupt is no fault of the evidence: exit code 2."""
    for path in tuple(UNFINISHED):
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108 (pathlib would have to be loaded)
    if number == signal.SIGINT:
        with suppress(OSError):
            os.write(2, b"evidence: interrupted\n")
        os._exit(ENVIRONMENT)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
