"""What DMTF's value types of measurements are about, by the names that claims have for them.

The names are those of draft-poirier-rats-eat-da. Source: DMTF DSP0274, DMTFSpecMeasurementValueType.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from evidence.words import Subject


class ValueType(NamedTuple):
    """A DMTFSpecMeasurementValueType: its name, what it is about, the form it must have, since when."""

    name: str
    subject: Subject
    form: str = ""
    since: int = 0x10


ROM, FIRMWARE, HARDWARE_CONFIG, FIRMWARE_CONFIG, FREEFORM, DEVICE_MODE, FIRMWARE_VERSION, FIRMWARE_SVN = (
    range(8)
)
HEM, INFORMATIONAL, STRUCTURED = 8, 9, 10

# fmt: off
VALUE_TYPES: Final = {
    ROM:              ValueType("immutable-rom",                   "rom"),
    FIRMWARE:         ValueType("mutable-firmware",                "firmware"),
    HARDWARE_CONFIG:  ValueType("hardware-config",                 "config"),
    FIRMWARE_CONFIG:  ValueType("firmware-config",                 "config"),
    FREEFORM:         ValueType("freeform-measurement-manifest",   "manifest",    "",       0x11),
    DEVICE_MODE:      ValueType("device-mode",                     "unspecified", "raw",    0x12),
    FIRMWARE_VERSION: ValueType("mutable-firmware-version",        "firmware",    "raw",    0x12),
    FIRMWARE_SVN:     ValueType("mutable-firmware-svn",            "firmware",    "raw",    0x12),
    HEM:              ValueType("hash-extend-measurement",         "unspecified", "digest", 0x13),
    INFORMATIONAL:    ValueType("informational",                   "unspecified", "raw",    0x13),
    STRUCTURED:       ValueType("structured-measurement-manifest", "manifest",    "",       0x13),
}
# fmt: on
