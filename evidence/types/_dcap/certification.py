"""Certification data: what a quote carries so that its QE report can be checked.

Source: Intel DCAP, sgx_quote_3.h (sgx_ql_cert_key_type_t) and sgx_quote_4.h.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from evidence.errors import ConstraintViolation
from evidence.types._dcap.layout import PpidClear, PpidClearShort, PpidRsa2048, PpidRsa3072
from evidence.types._dcap.pck import PckChain, read_chain
from evidence.wire.cursor import Cursor

Ppid = PpidClear | PpidClearShort | PpidRsa2048 | PpidRsa3072
SPEC: Final = "DCAP, sgx_quote_3.h, sgx_ql_cert_key_type_t"

# fmt: off
PPID_CLEAR, PPID_RSA2048, PPID_RSA3072, PCK_LEAF, PCK_CHAIN, QE_REPORT, PLATFORM_MANIFEST = range(1, 8)
NAMES: Final = {
    PPID_CLEAR:        "PPID_CLEARTEXT",
    PPID_RSA2048:      "PPID_RSA2048_ENCRYPTED",
    PPID_RSA3072:      "PPID_RSA3072_ENCRYPTED",
    PCK_LEAF:          "PCK_CLEARTEXT",
    PCK_CHAIN:         "PCK_CERT_CHAIN",
    QE_REPORT:         "ECDSA_SIG_AUX_DATA",
    PLATFORM_MANIFEST: "PLATFORM_MANIFEST",
}
PPIDS: Final[dict[int, type[Ppid]]] = {
    PPID_CLEAR:   PpidClear,
    PPID_RSA2048: PpidRsa2048,
    PPID_RSA3072: PpidRsa3072,
}
# fmt: on
CHAINS: Final = frozenset({PCK_LEAF, PCK_CHAIN})


class Certification(Struct, frozen=True, kw_only=True):
    """The certification data of the QE report: `data` as it lies, and what its `type` makes of it.

    `ppid` is of types 1 to 3, `chain` of types 4 and 5.
    """

    type: int
    data: bytes
    ppid: Ppid | None = None
    chain: PckChain | None = None


def read(kind: int, place: int, content: Cursor) -> Certification:
    """The certification data in `content`; `place` is the offset (bytes) of its type.

    Raises `ConstraintViolation` for a type that cannot stand here, by its name, and `Truncated` or
    `TrailingBytes` for a size that is not its own. What certificates hold is not judged here.
    """
    start, end = content.at, content.end
    data = content.data[start:end]
    if kind in CHAINS:
        return Certification(type=kind, data=data, chain=read_chain(content.data, start, end))
    if kind not in PPIDS:
        raise refused(kind, place, "1 to 5")
    short = kind == PPID_CLEAR and content.left == PpidClearShort.SIZE
    table: type[Ppid] = PpidClearShort if short else PPIDS[kind]
    ppid = content.read(table)
    content.done()
    return Certification(type=kind, data=data, ppid=ppid)


def refused(kind: int, place: int, allowed: str) -> ConstraintViolation:
    """The error for a type of certification data where only `allowed` ones may stand."""
    name = NAMES.get(kind, "unknown")
    got = f"{kind} ({name})"
    return ConstraintViolation(
        what="certification data type", offset=place, got=got, allowed=allowed, spec=SPEC
    )
