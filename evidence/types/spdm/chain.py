"""Certificate chains: attached, or fetched in the transcript itself.

An SPDM chain is its length, a hash of the root certificate and DER certificates from the root on. What is
attached may also be DER certificates alone, or PEM in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from evidence.errors import TrailingBytes, Truncated
from evidence.wire import x509
from evidence.wire.layout import U32, Layout, at
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import HASHES
from evidence.wire.spdm.conversation import MessagePart, SpdmMessage, violation
from evidence.wire.spdm.layout import SPEC
from evidence.wire.x509 import X509Certificate

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


class SlotChain(Struct, frozen=True):
    """A chain: its certificates in the order of the bytes, and where they lie.

    `whole` is the SPDM structure where there is one, and `root_hash` the hash that it states. `start` is
    the offset (bytes) of the structure in its `layer`. `slot` is where the transcript has it from, None for one
    that is attached. `disputed` says that the transcript fetches another one from the same slot, or begins to.
    """

    layer: str
    certificates: tuple[X509Certificate, ...]
    start: int = 0
    whole: bytes = b""
    root_hash: bytes = b""
    slot: int | None = None
    disputed: bool = False

    @property
    def has_root(self) -> bool:
        """Whether its certificates lead from the last one to a root, each to its issuer, and none stands beside them."""
        leaf, _, root, others = x509.order(self.certificates)
        return leaf is not None and root is not None and not others

    @property
    def has_leaf(self) -> bool:
        """Whether it ends in one certificate that issues none, by its own word as well."""
        leaf = x509.order(self.certificates).leaf
        return leaf is not None and not x509.is_authority(leaf)


def attached_chain(data: bytes, hash_size: int | None) -> SlotChain:
    """The chain in an attachment. Raises what `x509.read_all` does, and for a length that lies."""
    if not _is_structure(data, hash_size):
        return SlotChain(ATTACHED, x509.read_all(data, WHAT))
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


def _structure(data: bytes, start: int, end: int, hash_size: int | None, layer: str) -> SlotChain:
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
        raise violation(start, data[start : start + 32], allowed, WHAT)
    first = start + ChainHeader.SIZE + size
    if first > end:
        raise Truncated(what=WHAT, offset=start, need=first - start, have=end - start, spec=SPEC)
    return SlotChain(
        layer=layer,
        certificates=x509.read_all(data, WHAT, first, end),
        start=start,
        whole=data[start:end],
        root_hash=data[first - size : first],
    )


class ChainPortion(NamedTuple):
    """A part of the chain of a slot, as a CERTIFICATE has it: its `offset` (bytes) is that of its request."""

    slot: int
    offset: int
    part: MessagePart
    is_last: bool


def portions(messages: Iterable[SpdmMessage]) -> Iterator[ChainPortion]:
    """The parts of chains among messages; a request for the size of a slot's chain has an empty answer."""
    offset = UNKNOWN
    for message in messages:
        if message.code == layout.GET_CERTIFICATE:
            offset = _field(message, "offset")
        elif message.code == layout.CERTIFICATE:
            part = message.part("cert_chain")
            if part is not None and part.value:
                yield ChainPortion(
                    message.fixed[2] & 0x0F, offset, part, _field(message, "remainder_length") == 0
                )
            offset = UNKNOWN


class Fetched(NamedTuple):
    """What messages fetch: the slots whose chain is whole, with its last portions, and those where one is cut off."""

    whole: Mapping[int, tuple[MessagePart, ...]]
    cut: frozenset[int]


def fetched(messages: Iterable[SpdmMessage]) -> Fetched:
    """The chains that messages fetch: each from offset 0 on, without a gap, to a portion that none follows."""
    whole: dict[int, tuple[MessagePart, ...]] = {}
    begun: dict[int, list[MessagePart]] = {}
    ends: dict[int, int] = {}
    for slot, offset, part, is_last in portions(messages):
        if offset == 0:
            begun[slot], ends[slot] = [], 0
        if offset != ends.get(slot):
            begun.setdefault(slot, []).append(part)
            ends[slot] = GAP
            continue
        begun[slot].append(part)
        ends[slot] += part.end - part.start
        if is_last:
            whole[slot] = tuple(begun.pop(slot))
            del ends[slot]
    return Fetched(whole, frozenset(begun))


GAP: Final = -1
"""No portion continues a chain behind a gap."""
UNKNOWN: Final = -2
"""The offset of a portion whose request is not there."""


def has_its_size(parts: Iterable[MessagePart]) -> bool:
    """Whether the parts of a chain are as many bytes as it states."""
    whole = b"".join(part.value for part in parts)
    return len(whole) >= ChainHeader.SIZE and ChainHeader.read(whole).length == len(whole)


def fetched_chain(
    data: bytes, messages: Iterable[SpdmMessage], slot: int, hash_size: int | None
) -> SlotChain | None:
    """The chain of a slot from the CERTIFICATE messages of a transcript, the last one that is whole."""
    chains = fetched(messages)
    parts = chains.whole.get(slot)
    if parts is None:
        return None
    if len(parts) == 1:
        chain = _structure(data, parts[0].start, parts[0].end, hash_size, "evidence")
    else:
        whole = b"".join(part.value for part in parts)
        chain = _structure(whole, 0, len(whole), hash_size, REASSEMBLED)
    return replace(chain, slot=slot, disputed=slot in chains.cut)


def _field(message: SpdmMessage, name: str) -> int:
    value: int = getattr(message.fixed, name)
    return value
