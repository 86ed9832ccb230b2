"""SEV-SNP reports that were taken apart: the JSON that virtee's `AttestationReport` becomes (CoCo's `snp`).

The report is put together again, byte by byte; that is possible because its reserved bytes are zero.
A member that is not in the table below would be lost, so it is refused.

Sources: virtee, sev (the struct of its versions 4 to 6, and the one before); AMD 56860, ATTESTATION_REPORT (the offsets).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evidence.carriers.descriptor import CarrierDescriptor, InJson
from evidence.carriers.json import in_hex, octets
from evidence.errors import CarrierError
from evidence.input import Carrier, Input
from evidence.types.snp.layout import Report


class Field(NamedTuple):
    """Where a member lies in the report (bytes), and the shapes of the object that it is, if it is one.

    A shape has the object's members in the order of their bytes; a number is that many zeros.
    """

    offset: int
    size: int
    shapes: tuple[tuple[str | int, ...], ...] = ()


def fields(first: str, last: str = "", *shapes: tuple[str | int, ...]) -> Field:
    """The bytes from one field of ATTESTATION_REPORT to another, or of one alone."""
    start = Report.PLACES[first].offset
    return Field(start, Report.PLACES[last or first].end - start, shapes)


WRAPPED: Final = "coco-snp"
BARE: Final = "virtee-report"
VERSION: Final = ("build", "minor", "major")
SIGNATURE: Final = ("r", "s")
TCB: Final = (  # AMD 56860, TCB_VERSION
    ("fmc", "bootloader", "tee", "snp", 3, "microcode"),  # Turin
    ("bootloader", "tee", 4, "snp", "microcode"),  # Milan, Genoa
)
SAME: Final = (
    *(
        "version",
        "guest_svn",
        "policy",
        "family_id",
        "image_id",
        "vmpl",
        "key_info",
        "report_data",
        "measurement",
    ),
    *("host_data", "id_key_digest", "author_key_digest", "report_id", "report_id_ma", "chip_id"),
    *("cpuid_fam_id", "cpuid_mod_id", "cpuid_step", "launch_mit_vector", "current_mit_vector"),
)
"""Members that have the name of the field that they are."""
FIELDS: Final = {
    **{name: fields(name) for name in SAME},
    **{
        name: fields(name, "", *TCB)
        for name in ("current_tcb", "reported_tcb", "committed_tcb", "launch_tcb")
    },
    "sig_algo": fields("signature_algo"),
    "plat_info": fields("platform_info"),
    "current": fields("current_build", "current_major", VERSION),
    "committed": fields("committed_build", "committed_major", VERSION),
    "signature": fields("signature_r", "signature_s", SIGNATURE),
}
EARLIER: Final = {  # what stood for a field in earlier generations of the struct
    "key_info": {"_author_key_en": fields("key_info")},
    **{
        group: {name: fields(name) for name in (f"{group}_build", f"{group}_minor", f"{group}_major")}
        for group in ("current", "committed")
    },
}
OPTIONAL: Final = frozenset(name for name in SAME if Report.PLACES[name].since)
"""Fields that versions of the report lack: null, or not there."""
TELLING: Final = frozenset({"sig_algo", "plat_info", "report_data", "measurement", "chip_id", "signature"})
"""Members that tell a report which nothing is around."""
RESERVED: Final = "_reserved"
CERTIFICATES: Final = ("ARK", "ASK", "VCEK", "VLEK")


def unwrap(source: Input, value: Any) -> tuple[Input] | None:
    """The report, and its certificates."""
    report = value.get("attestation_report") if isinstance(value, dict) else None
    if not isinstance(report, dict) or "chip_id" not in report:
        return None
    data = rebuilt(report, WRAPPED, "attestation_report/")
    certificates = _certificates(value.get("cert_chain"))
    return (_piece(source, Carrier(WRAPPED, "attestation_report"), data, certificates),)


def bare(source: Input, value: Any) -> tuple[Input] | None:
    """The report that an object is itself, as the tools of virtee print it."""
    if not isinstance(value, dict) or not value.keys() >= TELLING:
        return None
    return (_piece(source, Carrier(BARE), rebuilt(value, BARE), b""),)


def _piece(source: Input, carrier: Carrier, data: bytes, certificates: bytes) -> Input:
    return source.inside(
        carrier,
        data,
        attachments={"certificates": certificates} if certificates else {},
        hints={"provider": "sev_guest"},
        obtained="rebuilt",
    )


def rebuilt(report: Mapping[str, Any], carrier: str = BARE, around: str = "") -> bytes:
    """The report whose fields are the members of `report`, or `CarrierError`; `around` is the path before these."""
    return _Rebuilt(carrier, around).data(report)


class _Rebuilt:
    """One report that is put together: errors have the carrier's name, and the path of the member."""

    def __init__(self, carrier: str, around: str) -> None:
        self.carrier, self.around = carrier, around

    def data(self, report: Mapping[str, Any]) -> bytes:
        data = bytearray(Report.SIZE)
        known = dict(FIELDS)
        for name, parts in EARLIER.items():
            if name not in report:
                del known[name]
                known |= parts
        for name, value in report.items():
            if name not in known:
                self.check_reserved(name, value, name)
        for name, field in known.items():
            value = report.get(name)
            if value is not None:
                data[field.offset : field.offset + field.size] = self.bytes_of(value, field, name)
            elif name not in OPTIONAL:
                raise self.error(name, "missing")
        return bytes(data)

    def bytes_of(self, value: object, field: Field, path: str) -> bytes:
        """A member as it lies in the report: numbers are little-endian."""
        if isinstance(value, dict):
            return self.in_shape(value, field, path)
        if isinstance(value, int):
            if value.__class__ is bool or not 0 <= value < 1 << 8 * field.size:
                raise self.error(path, f"{value} is not a number of {field.size} bytes")
            return value.to_bytes(field.size, "little")
        data = octets(value, self.around + path, self.carrier, in_hex)
        if len(data) != field.size:
            raise self.error(path, f"{len(data)} bytes, the field has {field.size}")
        return data

    def in_shape(self, value: dict[str, Any], field: Field, path: str) -> bytes:
        members = {name: member for name, member in value.items() if member is not None}
        for name in [name for name in members if name.startswith(RESERVED)]:
            self.check_reserved(name, members.pop(name), f"{path}/{name}")
        for shape in field.shapes:
            names = [part for part in shape if isinstance(part, str)]
            if set(names) == members.keys():
                zeros = sum(part for part in shape if isinstance(part, int))
                each = Field(0, (field.size - zeros) // len(names))
                return b"".join(
                    bytes(part)
                    if isinstance(part, int)
                    else self.bytes_of(members[part], each, f"{path}/{part}")
                    for part in shape
                )
        raise self.error(path, f"members {', '.join(sorted(members))}, which are no form of it that is known")

    def check_reserved(self, name: str, value: object, path: str) -> None:
        """Reserved bytes that are zero are as if they were not there; anything else would be lost."""
        if not name.startswith(RESERVED):
            raise self.error(path, "no field of the report that is known")
        if any(
            [value] if isinstance(value, int) else octets(value, self.around + path, self.carrier, in_hex)
        ):
            raise self.error(path, "reserved bytes that are not zero")

    def error(self, path: str, reason: str) -> CarrierError:
        return CarrierError(carrier=self.carrier, path=self.around + path, reason=reason)


def _certificates(chain: object) -> bytes:
    """The chain's certificates one after the other; what else is in it (`Empty`, `CRL`, `OTHER`) is not taken."""
    if not isinstance(chain, list):
        return b""
    return b"".join(
        octets(entry.get("data"), f"cert_chain/{index}/data", WRAPPED)
        for index, entry in enumerate(chain)
        if isinstance(entry, dict) and entry.get("cert_type") in CERTIFICATES
    )


MEMBERS: Final = (*FIELDS, *(name for parts in EARLIER.values() for name in parts))


CARRIERS: Final = (
    CarrierDescriptor(
        name="coco-snp",
        section="snp",
        told_by="JSON, `attestation_report` is an object",
        taken=(
            "the report, put together from its fields (`rebuilt`), in the present and the earlier "
            "form of virtee's struct. A member that is not known would be lost, so it is an error, "
            "as are reserved bytes that are not zero"
        ),
        rest=(
            "`ARK`, `ASK`, `VCEK`, `VLEK` of `cert_chain` become `certificates`; its other entries "
            "are not taken"
        ),
        source="virtee, sev; confidential-containers, trustee",
        forms=(InJson(unwrap, ("attestation_report", "cert_chain")),),
    ),
    CarrierDescriptor(
        name="virtee-report",
        section="snp",
        told_by=(
            "JSON, the members of a report: `sig_algo`, `plat_info`, `report_data`, `measurement`, "
            "`chip_id`, `signature`"
        ),
        taken="the report, as `coco-snp`",
        rest="-",
        source="virtee, sev: what its tools print",
        forms=(InJson(bare, MEMBERS),),
    ),
)
