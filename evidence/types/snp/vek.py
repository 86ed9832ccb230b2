"""What AMD's certificates say beside X.509 (AMD 57230): which key they are for, which chip, which TCB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from evidence.errors import BadEncoding, LimitExceeded, MalformedEvidence
from evidence.types.snp.layout import PRODUCTS, TcbMilan, TcbTurin
from evidence.wire import der, distinguished
from evidence.wire.layout import Layout
from evidence.wire.x509 import Extension, X509Certificate

SPEC: Final = "AMD 57230"
ARC: Final = "1.3.6.1.4.1.3704.1."
STRUCT_VERSION: Final = ARC + "1"
PRODUCT_NAME: Final = ARC + "2"
HWID: Final = ARC + "4"
CSP_ID: Final = ARC + "5"
# fmt: off
SVNS: Final = {
    ARC + "3.1": "bootloader",  # blSPL
    ARC + "3.2": "tee",         # teeSPL
    ARC + "3.3": "snp",         # snpSPL
    ARC + "3.4": "spl4",
    ARC + "3.5": "spl5",
    ARC + "3.6": "spl6",
    ARC + "3.7": "spl7",
    ARC + "3.8": "microcode",   # ucodeSPL
    ARC + "3.9": "fmc",         # fmcSPL
}
# fmt: on
KNOWN: Final = frozenset({STRUCT_VERSION, PRODUCT_NAME, HWID, CSP_ID, *SVNS})

STRUCTS: Final[dict[int, tuple[type[Layout], tuple[str, ...]]]] = {
    0: (TcbMilan, ("bootloader", "tee", "spl4", "spl5", "spl6", "spl7", "snp", "microcode")),
    1: (TcbTurin, ("fmc", "bootloader", "tee", "snp", "spl5", "spl6", "spl7", "microcode")),
}
"""structVersion to the layout of TCB_VERSION, and the extensions in the order of its bytes."""

Kind = Literal["vcek", "vlek", "ask", "asvk", "ark"]
LEAVES: Final[dict[str, Kind]] = {"SEV-VCEK": "vcek", "SEV-VLEK": "vlek"}
AUTHORITIES: Final[tuple[tuple[str, Kind], ...]] = (("ARK-", "ark"), ("SEV-VLEK-", "asvk"), ("SEV-", "ask"))
ISSUERS: Final[dict[Kind, Kind]] = {"vcek": "ask", "vlek": "asvk"}


class Vek(Struct, frozen=True, kw_only=True):
    """A VCEK or VLEK: the values of its extensions, None where it has no such extension.

    `source` is the name that the certificate goes by. `product` is the product (a key of `PRODUCTS`)
    whose TCB layout both structVersion and productName mean. `tcb` is TCB_VERSION (8 bytes) put together
    from the SVNs, None if one is missing or the layout is not known. `hwid` is 64 or 8 bytes.
    `contradicts` says what does not fit `kind`.
    """

    source: str
    kind: Literal["vcek", "vlek"]
    struct_version: int | None
    product_name: str | None
    product: str | None
    svns: Mapping[str, int]
    tcb: bytes | None
    hwid: bytes | None
    csp_id: str | None
    contradicts: tuple[str, ...]


def kind_of(name: bytes) -> Kind | None:
    """Which of AMD's certificates has this name (DER), by its only common name; None for anybody else's."""
    names = distinguished.values(name, "CN")
    if len(names) != 1:
        return None
    leaf = LEAVES.get(names[0])
    return leaf or next((kind for start, kind in AUTHORITIES if names[0].startswith(start)), None)


def read(certificate: X509Certificate, kind: Literal["vcek", "vlek"], source: str) -> Vek:
    """The extensions of a VCEK or VLEK.

    Raises `BadEncoding` for one that is not of its type, at its offset in the certificate.
    """
    extensions = certificate.extensions
    version = _number(extensions[STRUCT_VERSION], 0xFFFFFFFF) if STRUCT_VERSION in extensions else None
    name = _text(extensions.get(PRODUCT_NAME))
    svns = {field: _number(extensions[oid], 0xFF) for oid, field in SVNS.items() if oid in extensions}
    product, order = _layout(version, name)
    whole = bool(order) and all(field in svns for field in order)
    hwid, csp_id = _hwid(extensions.get(HWID)), _text(extensions.get(CSP_ID))
    return Vek(
        source=source,
        kind=kind,
        struct_version=version,
        product_name=name,
        product=product,
        svns=svns,
        tcb=bytes(svns[field] for field in order) if whole else None,
        hwid=hwid,
        csp_id=csp_id,
        contradicts=tuple(_contradictions(certificate, kind, hwid, csp_id)),
    )


def _layout(version: int | None, name: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The product, and its SVNs in the order of TCB_VERSION, where structVersion and productName agree."""
    table, order = STRUCTS.get(-1 if version is None else version, (None, ()))
    product = (name or "").partition("-")[0].lower()
    if product in PRODUCTS and PRODUCTS[product].tcb is table:
        return product, order
    return None, ()


def _contradictions(
    certificate: X509Certificate, kind: Kind, hwid: bytes | None, csp_id: str | None
) -> tuple[str, ...]:
    """A VCEK belongs to a chip and a VLEK to a service provider, and each has its own issuer."""
    checks = (
        (kind_of(certificate.issuer_raw) != ISSUERS[kind], f"its issuer is not an {ISSUERS[kind].upper()}"),
        ((hwid is not None) != (kind == "vcek"), "it has no hwID" if kind == "vcek" else "it has a hwID"),
        ((csp_id is not None) != (kind == "vlek"), "it has no cspID" if kind == "vlek" else "it has a cspID"),
    )
    return tuple(reason for wrong, reason in checks if wrong)


def _number(extension: Extension, maximum: int) -> int:
    item = _only(extension, der.INTEGER, "an INTEGER")
    value = int.from_bytes(extension.value[item.content : item.content + 8], "big", signed=True)
    if item.end - item.content > 8 or not 0 <= value <= maximum:
        raise _bad(extension, f"an INTEGER that is not from 0 to {maximum}")
    return value


def _text(extension: Extension | None) -> str | None:
    if extension is None:
        return None
    item = _only(extension, der.IA5_STRING, "an IA5String")
    try:
        return extension.value[item.content :].decode("ascii")
    except UnicodeDecodeError:
        raise _bad(extension, "an IA5String that is not ASCII") from None


def _hwid(extension: Extension | None) -> bytes | None:
    """Raw 64 or 8 bytes, which may begin like DER; else those in an OCTET STRING, as issued in August 2023."""
    if extension is None:
        return None
    value = extension.value
    if len(value) in {64, 8}:
        return value
    if len(value) in {66, 10} and value[0] == der.OCTET_STRING and value[1] == len(value) - 2:
        return value[2:]
    raise _bad(extension, f"a hwID of {len(value)} bytes, neither 64 or 8 nor these in an OCTET STRING")


def _only(extension: Extension, tag: int, what: str) -> der.Item:
    """The one value that an extension holds."""
    value = extension.value
    try:
        if der.check(value, extension.oid) == len(value):
            item = der.item(value, 0, extension.oid)
            if item.tag == tag:
                return item
    except (MalformedEvidence, LimitExceeded):
        pass  # with an offset into the extension, which nobody could find
    raise _bad(extension, f"not {what}")


def _bad(extension: Extension, reason: str) -> BadEncoding:
    return BadEncoding(what=f"extension {extension.oid}", offset=extension.start, reason=reason, spec=SPEC)
