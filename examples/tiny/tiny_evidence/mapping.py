"""What the fields mean: the second table, beside the bytes in `layout`."""

from __future__ import annotations

from typing import Final

from evidence.mapping import Mapping, Part, Register, Row, complete
from tiny_evidence.layout import Header, Measured

# fmt: off
DEVICE: Final = Mapping(
    Part(
        Header,
        # field      member          what it becomes there
        Row("version", also=("/evidence/version",)),
    ),
    Part(
        Measured,
        Row("digest", "measurements", Register("loaded", "firmware", "digest", "sha-256"), name="image"),
    ),
    id="device", role="device", origin="evidence", debug="not-defined", migration="not-defined",
)
# fmt: on
complete(Header, DEVICE.parts[0], elsewhere=("magic", "digest_size"))
complete(Measured, DEVICE.parts[1])


def tables() -> tuple[Mapping, ...]:
    """The tables that the type is made of: fixtures must show every row."""
    return (DEVICE,)
