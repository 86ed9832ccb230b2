"""What the claims of a PSA token mean: the second table of both claim sets, beside the labels in `layout`."""

from __future__ import annotations

from typing import Any, Final

from evidence.claims import Identifier, Value
from evidence.mapping import Identifies, Mapping, Number, Part, Row, Text, Word, by_piece, complete
from evidence.types._identifiers import written
from evidence.types._psa.mapping import DEBUG, MeasuredWith, software, state
from evidence.types.psa.layout import IOT_1, OTHER, OTHER_IOT, PROFILES
from evidence.words import Debug

ALONE: Final = MeasuredWith(None, "digest")


def described(_: Any) -> MeasuredWith:
    """A measurement whose description is no hash has candidates of its hash alone."""
    return ALONE


@by_piece
def debug(_: str, value: int, __: Any) -> Debug:
    """From the state of the device's life: a few states say it, all others do not."""
    return DEBUG.get(value >> 8, "not-reported")


@by_piece
def certification(name: str, value: str, _: Any) -> Identifier:
    """An article number, and digits behind it."""
    return written(name, "class", value)


@by_piece
def stated(name: str, _: int, __: Any) -> Value:
    """That the claim is there is all that it says."""
    return Value(name=name, bool=True)


# fmt: off
DEVICE: Final = Mapping(
    Part(
        None,
        # claim                          member          what it becomes there
        Row("implementation_id",         "identifiers",  Identifies("class")),
        Row("instance_id",               "identifiers",  Identifies("device", linkable=True)),
        Row("boot_seed",                 "identifiers",  Identifies("boot"), name="bootseed"),
        Row("early_boot_seed",           "identifiers",  Identifies("boot"), name="bootseed"),
        Row("certification_reference",   "identifiers",  certification),
        Row("client_id",                 "values",       Number()),
        Row("no_software_measurements",  "values",       stated),
        Row("verification_service",      "values",       Text()),
        Row("lifecycle",                 "lifecycle",    state),
        Row("lifecycle",                 "debug",        debug),
        Row("profile",                   "profile",      Word()),
        Row("nonce",                     also=("/bindings/nonce",)),
        software(described),
    ),
    id="device", role="device", origin="evidence", migration="not-defined",
)
# fmt: on
(CLAIMS,) = DEVICE.parts


def tables() -> tuple[Mapping, ...]:
    """The table of a token."""
    return (DEVICE,)


for _profile in (*PROFILES.values(), IOT_1, OTHER, OTHER_IOT):
    complete(_profile.table, CLAIMS)
