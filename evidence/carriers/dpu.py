"""NVIDIA's JSON for several DPUs: each is a document of its own.

Source: confidential-containers, guest-components (the attester `nvidia-dpu`); a verifier takes one device, the format more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InJson
from evidence.input import Carrier, Input
from evidence.wire import json

NAME: Final = "nvidia-dpu"
DEVICES: Final = "devices"
MEMBERS: Final = frozenset({"alias_cert", "device_id_cert"})
"""What every device has."""


def unwrap(source: Input, value: Any) -> Iterator[Input] | None:
    """Every device of a document that has several, written as a document of its own; that of one device is evidence."""
    devices = value.get(DEVICES) if isinstance(value, dict) and "version" in value else None
    if not isinstance(devices, list) or len(devices) < 2:
        return None
    if not all(isinstance(device, dict) and device.keys() >= MEMBERS for device in devices):
        return None
    limits.check("pieces", limits.PIECES, len(devices))
    return _pieces(source, value)


def _pieces(source: Input, value: Any) -> Iterator[Input]:
    for index, device in enumerate(value[DEVICES]):
        document = json.dumps({**value, DEVICES: [device]})
        yield source.inside(Carrier(NAME, f"{DEVICES}/{index}"), document, obtained="rebuilt")


CARRIERS: Final = (
    CarrierDescriptor(
        name=NAME,
        section="spdm",
        told_by="JSON with `version` and two or more `devices`, each with `alias_cert` and `device_id_cert`",
        taken="each device, written as a document of its own (`rebuilt`)",
        rest="-",
        source="confidential-containers, guest-components",
        forms=(InJson(unwrap, (DEVICES,)),),
    ),
)
