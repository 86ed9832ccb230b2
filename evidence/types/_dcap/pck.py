"""PCK certificates: the chain found by content, and what Intel's extension of the leaf says about the platform.

Source: Intel SGX PCK Certificate and Certificate Revocation List Profile Specification, section 1.3.5 (SGX
Extensions, OID 1.2.840.113741.1.13.1). The parts go by their OIDs; their order is a habit, no promise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from evidence import limits
from evidence.errors import BadEncoding, EvidenceError, MissingField, TrailingBytes
from evidence.wire import der, x509
from evidence.wire.der import Item
from evidence.wire.memo import Memo
from evidence.wire.x509 import X509Certificate

SPEC: Final = "Intel PCK Certificate Profile, section 1.3.5"
SGX_EXTENSIONS: Final = "1.2.840.113741.1.13.1"
PREFIX: Final = bytes.fromhex("2a864886f84d010d01")
"""Its content octets; those of its parts go on with one octet for each further arc."""
WHAT: Final = "SGX extensions"
COMPONENTS: Final = 16


class SgxExtensions(Struct, frozen=True, kw_only=True):
    """What the leaf says. The last four are in certificates of the Platform CA alone.

    `unknown` are parts with an OID that is not described here, as (OID, DER).
    """

    ppid: bytes
    tcb_components: tuple[int, ...]
    pce_svn: int
    cpu_svn: bytes
    pce_id: bytes
    fmspc: bytes
    sgx_type: int
    platform_instance_id: bytes | None = None
    dynamic_platform: bool | None = None
    cached_keys: bool | None = None
    smt_enabled: bool | None = None
    unknown: tuple[tuple[str, bytes], ...] = ()


class PckChain(Struct, frozen=True, kw_only=True):
    """The certificates by their part in the chain, and `problem`: why not all of it could be read.

    `certificates` are named `pck`, `intermediate`, `root`, `other`, with a number where a name occurs again.
    """

    certificates: Mapping[str, X509Certificate]
    extensions: SgxExtensions | None
    problem: str | None = None

    @property
    def leaf(self) -> X509Certificate | None:
        return self.certificates.get("pck")


def read_chain(data: bytes, start: int = 0, end: int | None = None) -> PckChain:
    """The PCK chain in `data[start:end]`, PEM in any order or DER one after the other. Never raises.

    A chain is outside of what the quote signs, and whoever asks for the body's claims may have the chain
    from elsewhere: what cannot be read is told in `problem`.
    """
    try:
        certificates = x509.read_all(data, "PCK certificate chain", start, end)
    except EvidenceError as error:
        return PckChain(certificates={}, extensions=None, problem=str(error))
    leaves = [one for one in certificates if SGX_EXTENSIONS in one.extensions]
    if len(leaves) != 1:
        named = dict(_numbered("other", certificates))
        count = len(leaves) or "none"
        return PckChain(
            certificates=named,
            extensions=None,
            problem=f"{count} of {len(certificates)} certificates have SGX extensions, expected one",
        )
    leaf = leaves[0]
    ordered = x509.order(certificates, leaf)
    chain = {
        "pck": leaf,
        **dict(_numbered("intermediate", ordered.intermediates)),
        **dict(_numbered("root", (ordered.root,) if ordered.root else ())),
        **dict(_numbered("other", ordered.others)),
    }
    try:
        extensions = read_extensions(leaf.extensions[SGX_EXTENSIONS].value)
    except EvidenceError as error:
        return PckChain(certificates=chain, extensions=None, problem=str(error))
    return PckChain(certificates=chain, extensions=extensions)


def _numbered(name: str, certificates: tuple[X509Certificate, ...]) -> Iterator[tuple[str, X509Certificate]]:
    for number, one in enumerate(certificates, 1):
        yield name if number == 1 else f"{name}-{number}", one


Reader = Callable[[bytes, Item], Any]


class ExtensionPart(NamedTuple):
    """One part of the extension: its name, how its value is read, whether every certificate has it."""

    name: str
    read: Reader
    required: bool = True


def _octets(size: int) -> Reader:
    def read(data: bytes, item: Item) -> bytes:
        if item.tag != der.OCTET_STRING or item.end - item.content != size:
            raise _bad(item, f"not an OCTET STRING of {size} bytes")
        return data[item.content : item.end]

    return read


def _integer(tag: int, maximum: int) -> Reader:
    def read(data: bytes, item: Item) -> int:
        value = der.integer(data[item.content : item.end]) if item.tag == tag else -1
        if not 0 <= value <= maximum:
            raise _bad(item, f"not a number from 0 to {maximum}")
        return value

    return read


def _boolean(data: bytes, item: Item) -> bool:
    if item.tag != der.BOOLEAN:
        raise _bad(item, "not a BOOLEAN")
    return data[item.content] != 0


def _tcb(data: bytes, item: Item) -> dict[str, Any]:
    return _parts(data, item, TCB)


def _configuration(data: bytes, item: Item) -> dict[str, Any]:
    return _parts(data, item, CONFIGURATION)


def _table(rows: Mapping[str, ExtensionPart]) -> Mapping[bytes, ExtensionPart]:
    """The rows by their OIDs as they are encoded, from what follows that of the extension."""
    return {PREFIX + bytes(map(int, arcs.split("."))): part for arcs, part in rows.items()}


# fmt: off
CONFIGURATION: Final = _table({
    "7.1": ExtensionPart("dynamic_platform", _boolean, required=False),
    "7.2": ExtensionPart("cached_keys",      _boolean, required=False),
    "7.3": ExtensionPart("smt_enabled",      _boolean, required=False),
})
TCB: Final = _table({
    **{f"2.{number}": ExtensionPart(f"component_{number:02}", _integer(der.INTEGER, 0xFF))
       for number in range(1, COMPONENTS + 1)},
    "2.17": ExtensionPart("pce_svn", _integer(der.INTEGER, 0xFFFF)),
    "2.18": ExtensionPart("cpu_svn", _octets(16)),
})
PARTS: Final = _table({
    "1": ExtensionPart("ppid",                 _octets(16)),
    "2": ExtensionPart("tcb",                  _tcb),
    "3": ExtensionPart("pce_id",               _octets(2)),
    "4": ExtensionPart("fmspc",                _octets(6)),
    "5": ExtensionPart("sgx_type",             _integer(der.ENUMERATED, 0xFF)),
    "6": ExtensionPart("platform_instance_id", _octets(16),    required=False),
    "7": ExtensionPart("configuration",        _configuration, required=False),
})
# fmt: on


_KNOWN: Final[Memo[bytes, SgxExtensions]] = Memo(x509.REMEMBERED)
"""Extensions that were read without a fault: a platform shows the same leaf in every quote."""


def read_extensions(value: bytes) -> SgxExtensions:
    """The extension from its value; `EvidenceError` with offsets into it."""
    extensions = _KNOWN.get(value)
    if extensions is not None:
        return extensions
    extensions = _read_extensions(value)
    return _KNOWN.keep(value, extensions) if len(value) <= x509.REMEMBERED_BYTES else extensions


def _read_extensions(value: bytes) -> SgxExtensions:
    whole = der.tree(value, WHAT)
    if whole.end != len(value):
        raise TrailingBytes(what=WHAT, offset=whole.end, extra=len(value) - whole.end, spec=SPEC)
    top = _parts(value, whole, PARTS)
    tcb, configuration = top.pop("tcb"), top.pop("configuration", {})
    return SgxExtensions(
        tcb_components=tuple([tcb.pop(f"component_{n:02}") for n in range(1, COMPONENTS + 1)]),
        unknown=(*top.pop("unknown"), *tcb.pop("unknown"), *configuration.pop("unknown", ())),
        **top,
        **tcb,
        **configuration,
    )


def _parts(data: bytes, outer: Item, table: Mapping[bytes, ExtensionPart]) -> dict[str, Any]:
    """The parts of one SEQUENCE OF {OID, value} by name; those that `table` does not have as `unknown`."""
    if outer.tag != der.SEQUENCE:
        raise _bad(outer, "not a SEQUENCE")
    values: dict[str, Any] = {}
    unknown: list[tuple[str, bytes]] = []
    if len(outer.inside) > limits.ENTRIES:
        offset = outer.inside[limits.ENTRIES].start
        limits.check("SGX extension parts", limits.ENTRIES, limits.ENTRIES + 1, offset=offset)
    for item in outer.inside:
        pair = item.inside if item.tag == der.SEQUENCE else ()
        if len(pair) != 2 or pair[0].tag != der.OBJECT_IDENTIFIER:
            raise _bad(item, "not an OID and a value")
        name, value = pair
        part = table.get(data[name.content : name.end])
        if part is None:
            unknown.append((der.oid(data[name.content : name.end]), data[item.start : item.end]))
        elif part.name in values:
            raise _bad(item, f"{part.name} a second time")
        else:
            values[part.name] = part.read(data, value)
    for part in table.values():
        if part.required and part.name not in values:
            raise MissingField(what=WHAT, offset=outer.start, name=part.name, spec=SPEC)
    values["unknown"] = tuple(unknown)
    return values


def _bad(item: Item, reason: str) -> BadEncoding:
    return BadEncoding(what=WHAT, offset=item.start, reason=reason, spec=SPEC)
