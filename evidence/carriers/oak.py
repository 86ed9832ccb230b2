"""Project Oak's `Evidence` in protobuf: the report of the root layer, bound to the key that certifies the others.

Source: project-oak, oak, `proto/attestation/evidence.proto`. The certificates of the layers above the
root are no evidence of the platform, and are not taken.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from evidence.carriers.descriptor import CarrierDescriptor, InBytes
from evidence.errors import LimitExceeded, MalformedEvidence, NotEvidence
from evidence.input import Carrier, Expect, Input
from evidence.wire.protobuf import fields

NAME: Final = "oak-evidence"
DICE_DATA: Final = "oak-dice-data"
ROOT_LAYER: Final = 1
PLATFORM, REPORT, ECA_PUBLIC_KEY = 1, 2, 3
NO_TEE: Final = 3
"""`TeePlatform`; the others' reports say themselves what they are."""
EVIDENCE: Final = 1
LENGTH: Final = 8
START: Final = b"\x0a"
"""Field 1, a message."""


def unwrap(source: Input) -> tuple[Input] | None:
    """The report. Recognised by a whole message, whose root layer has a platform, a report and a key."""
    if not source.data.startswith(START):
        return None
    root = _members(source.data, ROOT_LAYER).get(ROOT_LAYER)
    layer = _members(root, PLATFORM, REPORT, ECA_PUBLIC_KEY) if isinstance(root, bytes) else {}
    platform, report, key = (layer.get(number) for number in (PLATFORM, REPORT, ECA_PUBLIC_KEY))
    if not (isinstance(platform, int) and isinstance(report, bytes) and isinstance(key, bytes)):
        return None
    if platform == NO_TEE:
        raise NotEvidence(kind=NAME, detail="its root layer is of no TEE")
    expect = Expect("report_data", sha256(key).digest(), "eca-public-key", "sha-256")
    at = "root_layer/remote_attestation_report"
    return (source.inside(Carrier(NAME, at), report, expects=(expect,)),)


def dice_data(source: Input) -> tuple[Input] | None:
    """The `Evidence` in the data that one stage leaves to the next: a length (8 bytes), and a message."""
    data = source.data
    if data[LENGTH : LENGTH + 1] != START or int.from_bytes(data[:LENGTH], "little") != len(data) - LENGTH:
        return None
    evidence = _members(data[LENGTH:], EVIDENCE).get(EVIDENCE)
    if not isinstance(evidence, bytes):
        return None
    return (source.inside(Carrier(DICE_DATA, "evidence"), evidence),)


def _members(data: bytes, *known: int) -> dict[int, int | bytes]:
    """The fields of these numbers, the last of each as protobuf has it; none of what is no message."""
    try:
        return {field.number: field.value for field in fields(data, known=known)}
    except (MalformedEvidence, LimitExceeded):
        return {}


CARRIERS: Final = (
    CarrierDescriptor(
        name="oak-evidence",
        section="snp",
        told_by="protobuf: a root layer with platform, report and key",
        taken="`remote_attestation_report`; REPORT_DATA must begin with the SHA-256 of `eca_public_key`",
        rest=(
            "the layers above are signed by that key, are no evidence of the platform, and are not "
            "taken. A root layer of no TEE is refused by name"
        ),
        source="project-oak, oak, `evidence.proto`",
        forms=(InBytes(unwrap),),
    ),
    CarrierDescriptor(
        name="oak-dice-data",
        section="snp",
        told_by="its length (8 bytes), and protobuf",
        taken="`evidence`",
        rest="keys for the next stage are not taken",
        source="project-oak, oak, `dice_data`",
        forms=(InBytes(dice_data),),
    ),
)
