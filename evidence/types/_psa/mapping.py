"""What the claims that both families have mean: software components, and the lifecycle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from evidence.claims import Bytes, Flag, Lifecycle, Measurement, Signer
from evidence.mapping import Each, NotedEntry, Part, Row, by_item, by_piece
from evidence.types import _digests as digests
from evidence.types._psa.layout import STATES
from evidence.wire import hashes
from evidence.words import Debug, Form

NAMELESS: Final = "software-component"
DEBUG: Final[dict[int, Debug]] = {0x30: "disabled", 0x50: "enabled"}
"""Only these two states say something about debugging; every other one is `not-reported`."""


class MeasuredWith(NamedTuple):
    """How software was measured: with which hash, where a component names none (None: the format has no such claim)."""

    alg: str | None
    form: Form


@by_piece
def state(_: str, value: int, __: Any) -> Lifecycle:
    """The state of the security lifecycle."""
    return Lifecycle(raw=value, state=STATES[value >> 8])


def names_hash(description: str) -> bool:
    """Whether the description of a measurement is the name of a hash, or of a method that is described elsewhere."""
    return hashes.name(description) is not None


SOFTWARE: Final = {
    "measurement_value": "",
    "component_type": "name",
    "version": "version",
    "signer_id": "signer",
    "measurement_description": "description",
    "hash_algo_id": "digests/0/alg",
    "live_firmware_activation": "flags",
}
"""Claims of a software component, and the parts of its measurement that they become."""
Component = tuple[bytes, str | None, str | float | None, bytes | None, str | None, str | int | None, bool | None]


@by_item
def component(_: str, value: Component, measured: MeasuredWith, index: int) -> Measurement | NotedEntry:
    """A component with its hash: in CCA tokens a claim of its own, in PSA tokens how it was measured, if that is one."""
    content, kind, version, signer, description, alg, flag = value
    if alg is None and description is not None and names_hash(description):
        alg = description
    digest = digests.named(measured.alg if alg is None else alg, content)
    entry: Measurement | NotedEntry = Measurement(
        name=kind or NAMELESS,
        phase="loaded",
        subject="firmware",
        form=measured.form,
        index=index,
        digests=(digest,),
        alg_candidates=hashes.CANDIDATES[len(content)] if alg is None and measured.alg is None else (),
        version=None if version is None else str(version),
        signer=None if signer is None else Bytes(signer),
        description=description,
        flags=() if flag is None else (Flag(name="live_firmware_activation", value=flag),),
    )
    if (remark := digests.remark(digest)) is not None:
        entry = NotedEntry(entry, *remark)
    if version is not None and version.__class__ is not str:
        detail = "the version is a number, where a text should be"
        entry = NotedEntry(entry, "version-type", detail, "version")
    return entry


@by_piece
def countersigner(name: str, value: bytes, _: Any) -> Signer:
    """One beside the signer that each component must name."""
    return Signer(name=name, status="present", value=Bytes(value))


def software(measured: Callable[[Any], MeasuredWith]) -> Each:
    """The software components of a token, by what tells how they were measured."""
    # fmt: off
    return Each("software_components", "component", also=("measurements",), of=Part(
        None,
        Row(SOFTWARE,                   "measurements", component, by=measured),
        Row({"measurement_description": "digests/0/alg"}, "measurements", when=names_hash),
        Row("countersigner_ids",        "signers",      countersigner, name="countersigner-{}-{}", each=True),
    ))
    # fmt: on
