"""Quotes and reports taken apart into protobuf by go-sev-guest and go-tdx-guest, and put together again.

Every byte of a quote stands in one field or another; a report has reserved bytes that no field has, which
the signature proves to be zero or not. Version 6 of the report has more than the message, and is refused.

Sources: google, go-sev-guest, `proto/sevsnp.proto`; go-tdx-guest, `proto/tdx.proto`, and its `abi.go` for
which bytes the header's SVNs are of.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final, NamedTuple

from evidence.errors import CarrierError, MalformedEvidence
from evidence.input import Carrier, Input
from evidence.wire.protobuf import fields

SEV, TDX = "go-sev-guest", "go-tdx-guest"
START: Final = b"\x0a"
"""Field 1, a message."""


class Part(NamedTuple):
    """Bytes of the quote or report that one field of a message has: its number, and how many they are.

    A field is an integer (little-endian), or bytes, `many` of which stand one after the other; `size` None is
    as many bytes as there are. `parts` are those of a message. Number 0 is of no field: zeros.
    """

    number: int
    size: int | None = None
    integer: bool = False
    many: int = 1
    parts: tuple[Part, ...] = ()


def uint(number: int, size: int) -> Part:
    return Part(number, size, integer=True)


def zeros(size: int) -> Part:
    return Part(0, size)


def octets(number: int, size: int | None = None, many: int = 1) -> Part:
    return Part(number, size, many=many)


def row(numbers: Iterable[int], *sizes: int) -> tuple[Part, ...]:
    """Fields of bytes, one after the other."""
    return tuple(octets(number, size) for number, size in zip(numbers, sizes, strict=True))


def message(number: int, *parts: Part) -> Part:
    return Part(number, parts=parts)


CPUID: Final = 29
"""CPUID(1).EAX, of which a report has family, model and stepping in a byte each."""
REPORT: Final = (
    uint(1, 4),  # VERSION
    uint(2, 4),  # GUEST_SVN
    uint(3, 8),  # POLICY
    octets(4, 16),  # FAMILY_ID
    octets(5, 16),  # IMAGE_ID
    uint(6, 4),  # VMPL
    uint(7, 4),  # SIGNATURE_ALGO
    uint(8, 8),  # CURRENT_TCB
    uint(9, 8),  # PLATFORM_INFO
    uint(10, 4),  # KEY_INFO
    zeros(4),
    octets(11, 64),  # REPORT_DATA
    octets(12, 48),  # MEASUREMENT
    octets(13, 32),  # HOST_DATA
    octets(14, 48),  # ID_KEY_DIGEST
    octets(15, 48),  # AUTHOR_KEY_DIGEST
    octets(16, 32),  # REPORT_ID
    octets(17, 32),  # REPORT_ID_MA
    uint(18, 8),  # REPORTED_TCB
    uint(CPUID, 3),  # CPUID_FAM_ID, CPUID_MOD_ID, CPUID_STEP
    zeros(21),
    octets(19, 64),  # CHIP_ID
    uint(20, 8),  # COMMITTED_TCB
    uint(21, 1),  # CURRENT_BUILD
    uint(22, 1),  # CURRENT_MINOR
    uint(23, 1),  # CURRENT_MAJOR
    zeros(1),
    uint(24, 1),  # COMMITTED_BUILD
    uint(25, 1),  # COMMITTED_MINOR
    uint(26, 1),  # COMMITTED_MAJOR
    zeros(1),
    uint(27, 8),  # LAUNCH_TCB
    uint(30, 8),  # LAUNCH_MIT_VECTOR
    uint(31, 8),  # CURRENT_MIT_VECTOR
    zeros(152),
    octets(28, 512),  # SIGNATURE
)
"""`Report`, in the order of ATTESTATION_REPORT."""
VERSIONS: Final = range(2, 6)
"""Those whose every field the message has."""
ATTESTATION: Final = message(1, *REPORT), message(2), message(3)
CHAIN: Final = (1, 6, 2, 3)
"""VCEK, VLEK, ASK and ARK; what else the host gave is not taken."""

HEADER: Final = message(1, uint(1, 2), uint(2, 2), uint(3, 4), *row((5, 4, 6, 7), 2, 2, 16, 20))
"""Fields 4 and 5 are called QE SVN and PCE SVN, and each comes from the bytes of the other."""
TD_REPORT: Final = (
    *row(range(1, 11), 16, 48, 48, 8, 8, 8, 48, 48, 48, 48),
    octets(11, 48, 4),
    octets(12, 64),
)
TD_REPORT_15: Final = (*TD_REPORT, *row((13, 14), 16, 48))
QE_REPORT: Final = (
    *(octets(1, 16), uint(2, 4), *row(range(3, 9), 28, 16, 32, 32, 32, 96)),
    *(uint(9, 2), uint(10, 2), *row((11, 12), 60, 64)),
)
CERTIFICATION: Final = message(
    3,
    uint(1, 2),
    uint(2, 4),
    message(
        3,
        message(1, *QE_REPORT),
        octets(2, 64),
        message(3, uint(1, 2), octets(2)),
        message(4, uint(1, 2), uint(2, 4), octets(3)),
    ),
)
SIGNED_DATA: Final = uint(3, 4), message(4, *row((1, 2), 64, 64), CERTIFICATION), octets(5)
DESCRIPTOR: Final = uint(1, 2), uint(2, 4)
QUOTES: Final = {
    4: (HEADER, message(2, *TD_REPORT), *SIGNED_DATA),
    5: (HEADER, message(2, *DESCRIPTOR, message(3, *TD_REPORT_15)), *SIGNED_DATA),
}
TD_10: Final = 2
"""The body type of version 5 that lacks the last two fields."""

Members = dict[int, list[int | bytes]]


def sev_guest(given: Input) -> tuple[Input] | None:
    """The report of a go-sev-guest `Attestation`. Recognised by its fields and their sizes."""
    found = _members(given.data, ATTESTATION) if given.data.startswith(START) else None
    report = _message(found, 1, REPORT)
    if report is None or _sizes(report, 11, 12, 28) != [64, 48, 512]:
        return None
    version = report.get(1, [0])[0]
    if version not in VERSIONS:
        reason = (
            f"version {version!r}, and the message has the fields of {VERSIONS[0]} to {VERSIONS[-1]} alone"
        )
        raise CarrierError(carrier=SEV, path="report/1", reason=reason)
    eax = report.get(CPUID, [0])[0]
    if isinstance(eax, int):
        report[CPUID] = [_family_model_stepping(eax)]
    chain = b"".join(_certificates((found or {}).get(2, [])))
    piece = given.inside(
        Carrier(SEV, "report"),
        _joined(report, REPORT, SEV, "report"),
        attachments={"certificates": chain} if chain else {},
        hints={"provider": "sev_guest"},
        obtained="rebuilt",
    )
    return (piece,)


def tdx_guest(given: Input) -> tuple[Input] | None:
    """The quote of a go-tdx-guest `QuoteV4` or `QuoteV5`. Recognised by the fields of its header."""
    found = _members(given.data, QUOTES[4]) if given.data.startswith(START) else None
    header = _message(found, 1, HEADER.parts)
    if found is None or header is None or _sizes(header, 6, 7) != [16, 20]:
        return None
    version = header.get(1, [0])[0]
    parts = QUOTES.get(version) if isinstance(version, int) else None
    if parts is None:
        return None
    if version == 5:
        body = _message(found, 2, parts[1].parts) or {}
        if body.get(1) == [TD_10]:
            parts = (HEADER, message(2, *DESCRIPTOR, message(3, *TD_REPORT)), *SIGNED_DATA)
    data = _joined(found, parts, TDX, "")
    return (given.inside(Carrier(TDX), data, hints={"provider": "tdx_guest"}, obtained="rebuilt"),)


def _members(data: bytes, parts: tuple[Part, ...]) -> Members | None:
    """The fields of a message by number; None if it is none, or has a field, or one twice, that `parts` do not."""
    left = {part.number: part.many for part in parts}
    found: Members = {}
    try:
        for field in fields(data):
            if not left.get(field.number):
                return None
            left[field.number] -= 1
            found.setdefault(field.number, []).append(field.value)
    except MalformedEvidence:
        return None
    return found


def _message(found: Members | None, number: int, parts: tuple[Part, ...]) -> Members | None:
    """The message that is one field of another."""
    (inner,) = (found or {}).get(number, [None])[:1]
    return _members(inner, parts) if isinstance(inner, bytes) else None


def _sizes(found: Members, *numbers: int) -> list[int]:
    values = [value for number in numbers for value in found.get(number, [])]
    return [len(value) for value in values if isinstance(value, bytes)]


def _joined(found: Members, parts: tuple[Part, ...], name: str, path: str) -> bytes:
    return b"".join(_bytes(found.get(part.number, []), part, name, f"{path}/{part.number}") for part in parts)


def _bytes(values: list[int | bytes], part: Part, name: str, path: str) -> bytes:
    """The bytes of one part. What protobuf leaves out is an integer that is 0, or nothing."""
    if part.number == 0:
        return bytes(part.size or 0)
    path = path.removeprefix("/")
    if part.integer:
        (value,) = values or [0]
        if not isinstance(value, int) or value >> 8 * (part.size or 0):
            raise CarrierError(carrier=name, path=path, reason=f"not a number of {part.size} bytes")
        return value.to_bytes(part.size or 0, "little")
    contents = [value for value in values if isinstance(value, bytes)]
    if len(contents) != len(values):
        raise CarrierError(carrier=name, path=path, reason="a number")
    if part.parts:
        inner = _members(b"".join(contents), part.parts)
        if inner is None:
            raise CarrierError(carrier=name, path=path, reason="not the fields of this message")
        return _joined(inner, part.parts, name, path)
    if part.size is not None and [len(one) for one in contents] != [part.size] * part.many:
        sizes = ", ".join(str(len(one)) for one in contents) or "none"
        raise CarrierError(carrier=name, path=path, reason=f"{sizes} bytes, not {part.many} of {part.size}")
    return b"".join(contents)


def _family_model_stepping(eax: int) -> int:
    """Of CPUID(1).EAX, as they lie in a report: family, model and stepping, with what extends them."""
    family = (eax >> 8 & 0xF) + (eax >> 20 & 0xFF)
    model = (eax >> 12 & 0xF0) | (eax >> 4 & 0xF)
    return family & 0xFF | model << 8 | (eax & 0xF) << 16


def _certificates(chains: list[int | bytes]) -> list[bytes]:
    """The certificates of a chain, the leaf first; what is no chain has none."""
    found: dict[int, int | bytes] = {}
    for chain in chains:
        content = chain if isinstance(chain, bytes) else b""
        with suppress(MalformedEvidence):
            found |= {field.number: field.value for field in fields(content, known=CHAIN)}
    certificates = (found.get(number) for number in CHAIN)
    return [one for one in certificates if isinstance(one, bytes)]
