"""SEV-SNP reports that were taken apart: the JSON that virtee's `AttestationReport` becomes (CoCo's `snp`).

The report is put together again, byte by byte; that is possible because its reserved bytes are zero.
A member that is not in the table below would be lost, so it is refused.

Sources: virtee, sev (the struct of its versions 4 to 6, and the one before); AMD 56860, ATTESTATION_REPORT (the offsets).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evidence.carriers.json import in_hex, octets
from evidence.carriers.objects import Reader
from evidence.errors import CarrierError
from evidence.input import Carrier, Input


class Field(NamedTuple):
    """Where a member lies in the report (bytes), and the shapes of the object that it is, if it is one.

    A shape has the object's members in the order of their bytes; a number is that many zeros.
    """

    offset: int
    size: int
    shapes: tuple[tuple[str | int, ...], ...] = ()


NAME: Final = "coco-snp"
SIZE: Final = 0x4A0

VERSION: Final = (("build", "minor", "major"),)
SIGNATURE: Final = (("r", "s"),)
TCB: Final = (  # AMD 56860, TCB_VERSION
    ("fmc", "bootloader", "tee", "snp", 3, "microcode"),  # Turin
    ("bootloader", "tee", 4, "snp", "microcode"),  # Milan, Genoa
)
# fmt: off
FIELDS: Final = {
    "version":            Field(0x000, 4),
    "guest_svn":          Field(0x004, 4),
    "policy":             Field(0x008, 8),
    "family_id":          Field(0x010, 16),
    "image_id":           Field(0x020, 16),
    "vmpl":               Field(0x030, 4),
    "sig_algo":           Field(0x034, 4),
    "current_tcb":        Field(0x038, 8, TCB),
    "plat_info":          Field(0x040, 8),
    "key_info":           Field(0x048, 4),
    "report_data":        Field(0x050, 64),
    "measurement":        Field(0x090, 48),
    "host_data":          Field(0x0C0, 32),
    "id_key_digest":      Field(0x0E0, 48),
    "author_key_digest":  Field(0x110, 48),
    "report_id":          Field(0x140, 32),
    "report_id_ma":       Field(0x160, 32),
    "reported_tcb":       Field(0x180, 8, TCB),
    "cpuid_fam_id":       Field(0x188, 1),
    "cpuid_mod_id":       Field(0x189, 1),
    "cpuid_step":         Field(0x18A, 1),
    "chip_id":            Field(0x1A0, 64),
    "committed_tcb":      Field(0x1E0, 8, TCB),
    "current":            Field(0x1E8, 3, VERSION),
    "committed":          Field(0x1EC, 3, VERSION),
    "launch_tcb":         Field(0x1F0, 8, TCB),
    "launch_mit_vector":  Field(0x1F8, 8),
    "current_mit_vector": Field(0x200, 8),
    "signature":          Field(0x2A0, 144, SIGNATURE),
}
EARLIER: Final = {  # what stood for a field in earlier generations of the struct
    "key_info":  {"_author_key_en":  Field(0x048, 4)},
    "current":   {"current_build":   Field(0x1E8, 1),
                  "current_minor":   Field(0x1E9, 1),
                  "current_major":   Field(0x1EA, 1)},
    "committed": {"committed_build": Field(0x1EC, 1),
                  "committed_minor": Field(0x1ED, 1),
                  "committed_major": Field(0x1EE, 1)},
}
# fmt: on
OPTIONAL: Final = frozenset(
    {"cpuid_fam_id", "cpuid_mod_id", "cpuid_step", "launch_mit_vector", "current_mit_vector"}
)
"""Fields that versions of the report lack: null, or not there."""
RESERVED: Final = "_reserved"
CERTIFICATES: Final = ("ARK", "ASK", "VCEK", "VLEK")


def unwrap(given: Input, value: Any) -> tuple[Input] | None:
    """The report, and its certificates."""
    report = value.get("attestation_report") if isinstance(value, dict) else None
    if not isinstance(report, dict) or "chip_id" not in report:
        return None
    data = rebuilt(report)
    certificates = _certificates(value.get("cert_chain"))
    piece = given.inside(
        Carrier(NAME, "attestation_report"),
        data,
        attachments={"certificates": certificates} if certificates else {},
        hints={"provider": "sev_guest"},
        obtained="rebuilt",
    )
    return (piece,)


def rebuilt(report: Mapping[str, Any]) -> bytes:
    """The report (1184 bytes) whose fields are the members of `report`, or `CarrierError`."""
    data = bytearray(SIZE)
    known = dict(FIELDS)
    for name, parts in EARLIER.items():
        if name not in report:
            del known[name]
            known |= parts
    for name, value in report.items():
        if name not in known:
            _check_reserved(name, value, f"attestation_report/{name}")
    for name, field in known.items():
        path = f"attestation_report/{name}"
        value = report.get(name)
        if value is not None:
            data[field.offset : field.offset + field.size] = _bytes(value, field, path)
        elif name not in OPTIONAL:
            raise _error(path, "missing")
    return bytes(data)


def _bytes(value: object, field: Field, path: str) -> bytes:
    """A member as it lies in the report: numbers are little-endian."""
    if isinstance(value, dict):
        return _object(value, field, path)
    if isinstance(value, int):
        if value.__class__ is bool or not 0 <= value < 1 << 8 * field.size:
            raise _error(path, f"{value} is not a number of {field.size} bytes")
        return value.to_bytes(field.size, "little")
    data = octets(value, path, NAME, in_hex)
    if len(data) != field.size:
        raise _error(path, f"{len(data)} bytes, the field has {field.size}")
    return data


def _object(value: dict[str, Any], field: Field, path: str) -> bytes:
    members = {name: member for name, member in value.items() if member is not None}
    for name in [name for name in members if name.startswith(RESERVED)]:
        _check_reserved(name, members.pop(name), f"{path}/{name}")
    for shape in field.shapes:
        names = [part for part in shape if isinstance(part, str)]
        if set(names) == members.keys():
            zeros = sum(part for part in shape if isinstance(part, int))
            each = Field(0, (field.size - zeros) // len(names))
            return b"".join(
                bytes(part) if isinstance(part, int) else _bytes(members[part], each, f"{path}/{part}")
                for part in shape
            )
    raise _error(path, f"members {', '.join(sorted(members))}, which are no form of it that is known")


def _check_reserved(name: str, value: object, path: str) -> None:
    """Reserved bytes that are zero are as if they were not there; anything else would be lost."""
    if not name.startswith(RESERVED):
        raise _error(path, "no field of the report that is known")
    if any([value] if isinstance(value, int) else octets(value, path, NAME, in_hex)):
        raise _error(path, "reserved bytes that are not zero")


def _certificates(chain: object) -> bytes:
    """The chain's certificates one after the other; what else is in it (`Empty`, `CRL`, `OTHER`) is not taken."""
    if not isinstance(chain, list):
        return b""
    return b"".join(
        octets(entry.get("data"), f"cert_chain/{index}/data", NAME)
        for index, entry in enumerate(chain)
        if isinstance(entry, dict) and entry.get("cert_type") in CERTIFICATES
    )


def _error(path: str, reason: str) -> CarrierError:
    return CarrierError(carrier=NAME, path=path, reason=reason)


READER: Final = Reader(unwrap, ("attestation_report", "cert_chain"))
