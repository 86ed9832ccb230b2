"""Certificate chains: attached, or fetched in the transcript itself.

An SPDM chain is its length, a hash of the root certificate and DER certificates from the root on. What is
attached may also be DER certificates alone, or PEM in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from evidence.errors import ConstraintViolation, TrailingBytes, Truncated
from evidence.wire import x509
from evidence.wire.layout import U32, Layout, at
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import HASHES
from evidence.wire.spdm.layout import SPEC
from evidence.wire.spdm.messages import Message
from evidence.wire.x509 import Certificate

WHAT: Final = "certificate chain"
ATTACHED: Final = "attachment:certificates"
CERTIFICATE: Final = (b"\x30\x81", b"\x30\x82", b"\x30\x83")
"""How a certificate begins in DER."""
REASSEMBLED: Final = "certificate-chain"
"""The layer of a chain that came in several portions, and so lies nowhere in one piece."""


# fmt: off
class ChainHeader(Layout, size=4, spec=SPEC):
    length: U32 = at(0)  # 16 bits and 16 reserved ones before 1.4: the same bytes
# fmt: on


class Chain(Struct, frozen=True):
    """A chain: its certificates in the order of the bytes, and where they lie.

    `whole` is the SPDM structure where there is one, and `root_hash` the hash that it states. `start` is
    the offset (bytes) of the structure in its `layer`.
    """

    layer: str
    certificates: tuple[Certificate, ...]
    start: int = 0
    whole: bytes = b""
    root_hash: bytes = b""


def attached_chain(data: bytes, hash_size: int | None) -> Chain:
    """The chain in an attachment. Raises what `x509.read_all` does, and for a length that lies."""
    if not _is_structure(data, hash_size):
        return Chain(ATTACHED, x509.read_all(data, WHAT))
    return _structure(data, 0, len(data), hash_size, ATTACHED)


def _is_structure(data: bytes, hash_size: int | None) -> bool:
    if x509.BEGIN in data or len(data) < ChainHeader.SIZE:
        return False
    return int.from_bytes(data[:4], "little") == len(data) or (
        data[:1] != b"\x30" and _root_hash_size(data, 0, hash_size) is not None
    )


def _root_hash_size(data: bytes, start: int, hash_size: int | None) -> int | None:
    """The size of the root hash: one behind which a certificate begins, that of the base hash first."""
    first = start + ChainHeader.SIZE
    fitting = {
        known.size for known in HASHES if data[first + known.size : first + known.size + 2] in CERTIFICATE
    }
    if hash_size in fitting or len(fitting) != 1:
        return hash_size
    return fitting.pop()


def _structure(data: bytes, start: int, end: int, hash_size: int | None, layer: str) -> Chain:
    """The SPDM structure `data[start:end]`."""
    length = ChainHeader.read(data, start).length
    if length > end - start:
        raise Truncated(what=WHAT, offset=start, need=length, have=end - start, spec=SPEC)
    if length < end - start:
        extra = end - start - length
        raise TrailingBytes(what=WHAT, offset=start + length, extra=extra, spec=SPEC)
    size = _root_hash_size(data, start, hash_size)
    if size is None:
        allowed = "a root hash of a known size, then certificates"
        got = data[start : start + 32]
        raise ConstraintViolation(what=WHAT, offset=start, got=got, allowed=allowed, spec=SPEC)
    first = start + ChainHeader.SIZE + size
    if first > end:
        raise Truncated(what=WHAT, offset=start, need=first - start, have=end - start, spec=SPEC)
    return Chain(
        layer=layer,
        certificates=x509.read_all(data, WHAT, first, end),
        start=start,
        whole=data[start:end],
        root_hash=data[first - size : first],
    )


def fetched_chain(data: bytes, messages: Iterable[Message], slot: int, hash_size: int | None) -> Chain | None:
    """The chain of a slot from the CERTIFICATE messages of a transcript, the last one that is whole."""
    found: Chain | None = None
    portions: list[tuple[int, int]] = []
    offset = have = 0
    for message in messages:
        if message.code == layout.GET_CERTIFICATE and message.fixed[2] & 0x0F == slot:
            offset = _field(message, "offset")
            if offset == 0:
                portions, have = [], 0
        elif message.code == layout.CERTIFICATE and message.fixed[2] & 0x0F == slot:
            part = message.part("cert_chain")
            if part is None or offset != have:
                portions, have = [], 0
                continue
            portions.append((part.start, part.end))
            have += part.end - part.start
            if _field(message, "remainder_length") == 0:
                found = _joined(data, portions, hash_size)
                portions, have = [], 0
    return found


def _field(message: Message, name: str) -> int:
    value: int = getattr(message.fixed, name)
    return value


def _joined(data: bytes, portions: list[tuple[int, int]], hash_size: int | None) -> Chain:
    if len(portions) == 1:
        return _structure(data, *portions[0], hash_size, "evidence")
    whole = b"".join(data[start:end] for start, end in portions)
    return _structure(whole, 0, len(whole), hash_size, REASSEMBLED)
