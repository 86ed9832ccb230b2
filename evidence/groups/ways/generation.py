"""Linux: the report of a device's interface was made with the device's evidence, by the carrier's word.

GroupSource: Linux, `device-evidence` (proposed): all objects of one dump have one generation. A number that anybody could
have written ties nothing: the interface stays untied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.groups.document import Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.values import TieTerms

NAME: Final = "device-evidence"
FACT: Final = "generation"


def ties(parts: Parts) -> Iterator[Tie]:
    """From the evidence of a device, a tie to each report of an interface that lies beside it."""
    devices: dict[tuple[int, str], MemberPart] = {}
    for part in parts.members:
        if part.kind == "device":
            devices.setdefault(_beside(part), part)
    for part in parts.members:
        device = devices.get(_beside(part))
        if part.kind == "interface" and device is not None:
            terms = TieTerms(
                "same-evidence-set", NAME, "generation", "carrier:generation", device.id, part.id
            )
            one, other = _generation(device), _generation(part)
            known = one is not None and other is not None
            yield terms.tie(fits=one == other) if known else terms.unknown("no-value")


def _beside(part: MemberPart) -> tuple[int, str]:
    """The source of a member, and the path of what it lies in."""
    return part.source, part.at.rpartition("/")[0]


def _generation(part: MemberPart) -> str | None:
    carriers = part.input.carriers if part.input is not None else ()
    return next((carrier.facts[FACT] for carrier in reversed(carriers) if FACT in carrier.facts), None)
