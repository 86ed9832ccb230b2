"""What the claims of a document mean: the second table, beside the labels in `layout`."""

from __future__ import annotations

from typing import Any, Final

from aws_nitro_evidence.layout import DOCUMENT, PCRS, REGISTERS
from evidence.claims import Identifier
from evidence.kit import text_identifier
from evidence.mapping import Mapping, Number, Octets, Part, Register, Row, by_piece, complete
from evidence.words import Debug, Phase, Subject

MEANINGS: Final[dict[int, tuple[Phase, Subject]]] = {
    0: ("initial", "workload"),  # the enclave's image
    1: ("initial", "workload"),  # its kernel and bootstrap
    2: ("initial", "workload"),  # its application
    3: ("initial", "config"),  # the role of the parent instance
    4: ("initial", "config"),  # the id of the parent instance
    8: ("initial", "config"),  # the certificate that signed the image
    **dict.fromkeys(range(16, REGISTERS), ("runtime", "unspecified")),  # the enclave's own
}
"""What the User Guide says of registers; it says nothing of the others."""
UNDEFINED: Final[tuple[Phase, Subject]] = ("unspecified", "unspecified")
IMAGE: Final = ("pcr0", "pcr1", "pcr2")
Registers = tuple[bytes | None, bytes | None, bytes | None]


@by_piece
def debug(_: str, image: Registers, __: Any) -> Debug:
    """Zeros in the three registers of the image, which no image has: the enclave was started in debug mode."""
    if not all(image):
        return "not-reported"
    zeros = [not any(register or b"") for register in image]
    if all(zeros):
        return "enabled"
    return "not-reported" if any(zeros) else "disabled-since-boot"


@by_piece
def module(name: str, value: str, _: Any) -> Identifier:
    """The parent instance and the enclave."""
    return text_identifier(name, "instance", value, linkable=True)


# fmt: off
ENCLAVE: Final = Mapping(
    Part(
        None,
        # claim            member          what it becomes there
        Row("module_id",  "identifiers",  module),
        Row("timestamp",  "values",       Number()),
        Row("public_key", "values",       Octets()),
        Row("user_data",  also=("/bindings/user_data",), when=bool),
        Row("nonce",      also=("/bindings/nonce",),     when=bool),
    ),
    Part(
        None,
        *(
            Row(f"pcr{number}", "measurements", Register(*MEANINGS.get(number, UNDEFINED)))
            for number in range(REGISTERS)
        ),
        Row(IMAGE, "debug", debug, always=True),
    ),
    id="enclave", role="workload", origin="evidence", migration="not-defined",
)
# fmt: on
CLAIMS, PCR_CLAIMS = ENCLAVE.parts
complete(DOCUMENT, CLAIMS, elsewhere=("digest", "pcrs", "certificate", "cabundle"))
complete(PCRS, PCR_CLAIMS)


def tables() -> tuple[Mapping, ...]:
    """The tables that the type is made of: fixtures must show every row."""
    return (ENCLAVE,)
