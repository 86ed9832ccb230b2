"""Text with the colours of a terminal: the same text without them, as a newer `xxd` prints it and as logs have it.

Source: ECMA-48, section 5.4 (control sequences).
"""

from __future__ import annotations

import re
from typing import Final

from evidence.containers.part import Part

NAME: Final = "terminal"
SEQUENCE: Final = re.compile(rb"\x1b\[[0-?]*+[ -/]*+[@-~]")


def open_text(data: bytes) -> tuple[Part] | None:
    """The whole text; None for one without a control sequence."""
    if b"\x1b[" not in data:
        return None
    plain = SEQUENCE.sub(b"", data)
    return (Part(NAME, "", plain),) if len(plain) < len(data) else None
