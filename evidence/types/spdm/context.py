"""What the bytes of an exchange do not hold, and who says it: a prefix of the transcript, options, carriers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from evidence import limits
from evidence.errors import EvidenceError, LimitExceeded, MissingField, TrailingBytes
from evidence.input import Carrier, Input
from evidence.types.spdm import ERROR, FIRST, Cached, SpdmOptions
from evidence.types.spdm.opaque import is_nvidia_report
from evidence.wire.spdm import layout
from evidence.wire.spdm.algorithms import (
    BY_NAME,
    HASHES,
    HASHES_BY_BIT,
    SCHEMES,
    SCHEMES_BY_BIT,
    SIGNATURE_SIZES,
    Hash,
    Scheme,
    T,
)
from evidence.wire.spdm.conversation import Negotiated, SpdmMessage, violation
from evidence.wire.spdm.fields import MESSAGES
from evidence.wire.spdm.layout import SPEC
from evidence.wire.spdm.messages import ConversationReader

PADDING: Final = 3
"""The most bytes that fill a message up to a multiple of 4."""
REQUESTS: Final = (layout.GET_MEASUREMENTS, layout.CHALLENGE)


class RequestAttachment(NamedTuple):
    """A request that lies beside its response: its bytes, and the message that they are."""

    data: bytes
    message: SpdmMessage


class Context(Struct, frozen=True):
    """The version, hashes and signature scheme that apply, as far as anybody says; sizes in bytes.

    `prefix` is the negotiation that was attached, with its messages; `request` is one that was attached, and `frame` how many
    bytes of the transport follow the last response, as a carrier counts them; `nvidia` says that the opaque data
    shows one of NVIDIA's reports, whose algorithms are fixed. `interrupted` are the offsets (bytes) at which
    a request was left out. `cached` is what the caller says that the requester did not have to ask for.
    """

    version: int | None = None
    base_hash: Hash | None = None
    hash_size: int | None = None
    measurement_hash: Hash | None = None
    scheme: Scheme | None = None
    signature_size: int | None = None
    summarised: bool = True
    nvidia: bool = False
    prefix: bytes = b""
    messages: tuple[SpdmMessage, ...] = ()
    request: RequestAttachment | None = None
    frame: int = 0
    negotiated: Negotiated | None = None
    interrupted: tuple[int, ...] = ()
    cached: Cached | None = None

    def is_beside(self, message: SpdmMessage) -> bool:
        """Whether a message is the request that lies beside the evidence."""
        return self.request is not None and message is self.request.message

    def reader(self, data: bytes) -> ConversationReader:
        """A reader for the messages in `data`."""
        size = self.signature_size
        reader = ConversationReader(data, self.version, self.hash_size, size, summarised=self.summarised)
        reader.negotiated = self.negotiated
        return reader


NVIDIA: Final[dict[str, Any]] = {
    "nvidia": True,
    "measurement_hash": BY_NAME["sha-384"],
    "scheme": SCHEMES["ecdsa-p384"],
    "base_hash": BY_NAME["sha-384"],
    "hash_size": BY_NAME["sha-384"].size,
    "signature_size": SCHEMES["ecdsa-p384"].size,
}
"""What NVIDIA's reports are made with, always."""
BEGIN: Final = FIRST.keys() | {ERROR}
"""Codes that evidence begins with. As the specification of a measurement block each would have several bits."""


def is_conversation(data: bytes) -> bool:
    """Whether evidence is messages; a bare record of blocks is not, even one whose first index is 0x10."""
    return len(data) >= 2 and data[0] >> 4 == 1 and data[1] in BEGIN


def begins_message(data: bytes, at: int) -> bool:
    """Whether a message that is known here begins at `at`."""
    return (
        len(data) - at >= 2
        and data[at] >> 4 == 1
        and (data[at + 1] in MESSAGES or data[at + 1] == layout.ERROR)
    )


def context_of(source: Input) -> Context:
    """What stands beside the bytes: an attached prefix first, then options, then a carrier, then what is left to see.

    A transcript that begins with its negotiation needs none of it, and only the measurement hash is
    looked at. Raises for a prefix that is no negotiation, and where the size of a signature or of a hash
    is neither stated nor the only one that fits.
    """
    data = source.data
    options = source.options if isinstance(source.options, SpdmOptions) else SpdmOptions()
    measurement_hash = BY_NAME.get(options.measurement_hash or "")
    known: dict[str, Any] = {"measurement_hash": measurement_hash, "cached": options.cached}
    if source.carriers:
        known |= {"interrupted": _interrupted(source.carriers), "frame": _frame(source.carriers)}
    attached = source.attachments.get("request")
    if attached is not None and is_conversation(data):
        known["request"] = _request(attached, data[0] if data[1] != layout.GET_VERSION else None)
    if is_conversation(data) and data[1] == layout.GET_VERSION:
        return Context(**known)
    base_hash = BY_NAME.get(options.base_hash or "")
    scheme = SCHEMES.get(options.signature_scheme or "")
    stated: dict[str, Any] = {
        "version": None if options.version is None else 0x10 | int(options.version[2:]),
        "base_hash": base_hash,
        "hash_size": base_hash.size if base_hash else None,
        "scheme": scheme,
        "signature_size": scheme.size
        if scheme and options.signature_size is None
        else options.signature_size,
    } | known
    attached = source.attachments.get("transcript-prefix")
    if attached:
        stated |= _prefixed(attached)
    if not is_conversation(data):
        return Context(**stated)
    if stated["signature_size"] is None and data[1] == layout.GET_MEASUREMENTS and is_nvidia_report(data):
        own = {"measurement_hash": measurement_hash} if measurement_hash else {}
        return Context(**stated | NVIDIA | own)
    if source.carriers:
        stated |= _named(source.carriers, Context(**stated))
    stated |= _concluded(data, Context(**stated))
    return Context(**stated)


def _interrupted(carriers: Iterable[Carrier]) -> tuple[int, ...]:
    """Where a capture says that it left a request out."""
    offsets = (carrier.facts.get("interrupted-at", "") for carrier in carriers)
    return tuple(int(offset) for words in offsets for offset in words.split())


def _frame(carriers: Iterable[Carrier]) -> int:
    """How many bytes of a frame a carrier counts behind the last response."""
    return sum(int(carrier.facts.get("frame-bytes", "0")) for carrier in carriers)


def _request(attached: bytes, version: int | None) -> RequestAttachment:
    """The request in an attachment, and nothing behind it; of `version`, where that is known."""
    reader = ConversationReader(attached, version)
    message = reader.message(0)
    if message.code not in REQUESTS:
        raise violation(1, message.code, "GET_MEASUREMENTS or CHALLENGE", "request")
    if message.end != len(attached):
        extra = len(attached) - message.end
        raise TrailingBytes(what="request", offset=message.end, extra=extra, spec=SPEC)
    return RequestAttachment(attached, message)


def _named(carriers: tuple[Carrier, ...], context: Context) -> dict[str, Any]:
    """The algorithms that a carrier names, as far as nobody states them who knows better."""
    named: dict[str, Any] = {}
    hash_, scheme = carried_hash(carriers), carried_scheme(carriers)
    if context.hash_size is None and hash_ is not None:
        named |= {"base_hash": hash_, "hash_size": hash_.size}
    if context.signature_size is None and scheme is not None:
        named |= {"scheme": scheme, "signature_size": scheme.size}
    return named


def carried_hash(carriers: Iterable[Carrier]) -> Hash | None:
    """The base hash as Redfish names it."""
    return _carried(carriers, "HashingAlgorithm", HASHES_BY_BIT)


def carried_scheme(carriers: Iterable[Carrier]) -> Scheme | None:
    """The signature scheme as Redfish names it."""
    return _carried(carriers, "SigningAlgorithm", SCHEMES_BY_BIT)


def _carried(carriers: Iterable[Carrier], name: str, known: Mapping[str, T]) -> T | None:
    words = [carrier.facts[name] for carrier in carriers if name in carrier.facts]
    return known.get(words[-1]) if words else None


def _prefixed(attached: bytes) -> dict[str, Any]:
    """The negotiation in an attachment: GET_VERSION to ALGORITHMS, and nothing behind."""
    reader, at, messages = ConversationReader(attached), 0, []
    for code in layout.VCA:
        message = reader.message(at)
        if message.code != code:
            allowed = f"{code:#04x} ({MESSAGES[code].name})"
            raise violation(at + 1, message.code, allowed, "transcript-prefix")
        messages.append(message)
        at = message.end
    if at != len(attached):
        raise TrailingBytes(what="transcript-prefix", offset=at, extra=len(attached) - at, spec=SPEC)
    negotiation: dict[str, Any] = {
        "version": reader.version,
        "prefix": attached,
        "messages": tuple(messages),
        "negotiated": reader.negotiated,
        "hash_size": reader.hash_size,
        "signature_size": reader.signature_size,
    }
    return {name: value for name, value in negotiation.items() if value is not None}


def _concluded(data: bytes, context: Context) -> dict[str, Any]:
    """What the bytes allow to conclude where nobody states it: only what no other reading allows."""
    first = data[1]
    if first in {layout.GET_MEASUREMENTS, layout.MEASUREMENTS} and context.signature_size is None:
        unsigned = _Unsigned(
            data, Context(version=context.version, hash_size=context.hash_size, signature_size=0)
        )
        if unsigned.end is None:
            return {}
        return {"signature_size": _only(unsigned.sizes(), "signature_size", unsigned.end)}
    sizes = {context.signature_size, context.hash_size}
    if first in {layout.CHALLENGE, layout.CHALLENGE_AUTH} and None in sizes:
        return _challenge_sizes(data, context)
    return {}


class _Unsigned:
    """Reads up to the first signature of an exchange, as if that had no bytes."""

    def __init__(self, data: bytes, context: Context) -> None:
        self.data, self.context = data, context
        self.end: int | None = None
        self.read = 0
        """Messages that were read to try sizes."""
        reader, at = context.reader(data), 0
        alone = data[1] == layout.MEASUREMENTS
        while begins_message(data, at) and data[at + 1] in {layout.GET_MEASUREMENTS, layout.MEASUREMENTS}:
            message = reader.message(at)
            at = message.end
            if message.part("signature") is not None or (alone and message.code == layout.MEASUREMENTS):
                self.end = at
                return

    def sizes(self) -> Iterator[int]:
        """Signature sizes with which the rest is messages to its end, or padding."""
        left = len(self.data) - (self.end or 0)
        alone = self.data[1] == layout.MEASUREMENTS
        if left <= PADDING and not any(self.data[len(self.data) - left :]) and alone:
            yield 0
        for size in SIGNATURE_SIZES:
            if size <= left and self._fits(size):
                yield size

    def _fits(self, size: int) -> bool:
        after = (self.end or 0) + size
        rest = self.data[after : after + PADDING + 1]
        if len(rest) <= PADDING:
            return not any(rest)
        if rest[0] != self.data[0] or rest[1] not in REQUESTS:
            return False
        context = Context(version=self.context.version, signature_size=size)
        reader, at = context.reader(self.data), 0
        try:
            while begins_message(self.data, at):
                at = reader.message(at).end
                self.read += 1
                limits.check("SPDM pairs", 2 * limits.SPDM_PAIRS, self.read // 2, offset=at)
        except LimitExceeded:
            raise
        except EvidenceError:
            return False
        rest = self.data[at : at + PADDING + 1]
        return len(rest) <= PADDING and not any(rest)


def _only(sizes: Iterator[int], option: str, offset: int) -> int:
    """The only size; `MissingField` (the option that states it) if there is none, or several."""
    fitting = list(sizes)
    if len(fitting) != 1:
        raise MissingField(what="SPDM signature", offset=offset, name=option, spec=SPEC)
    return fitting[0]


def _challenge_sizes(data: bytes, context: Context) -> dict[str, Any]:
    """Hash and signature sizes, and the summary's presence, with which CHALLENGE_AUTH ends where the bytes do."""
    requested = data[1] == layout.CHALLENGE  # the request says whether there is a summary
    fitting = [
        {"hash_size": size, "signature_size": signature, "summarised": summarised}
        for size in sorted({known.size for known in HASHES})
        for signature in SIGNATURE_SIZES
        for summarised in ((True,) if requested else (True, False))
        if context.hash_size in {None, size}
        and context.signature_size in {None, signature}
        and _ends(data, size, signature, summarised=summarised)
    ]
    if len(fitting) != 1:
        raise MissingField(what="CHALLENGE_AUTH", offset=0, name="base_hash, signature_size", spec=SPEC)
    return fitting[0]


def _ends(data: bytes, hash_size: int, signature: int, *, summarised: bool) -> bool:
    """Whether the first CHALLENGE_AUTH ends where the bytes do, with these sizes."""
    reader, at = ConversationReader(data, None, hash_size, signature, summarised=summarised), 0
    try:
        while data[at + 1 : at + 2] in (b"\x83", b"\x03"):
            message = reader.message(at)
            at = message.end
            if message.code == layout.CHALLENGE_AUTH:
                return len(data) - at <= PADDING and not any(data[at:])
    except EvidenceError:
        return False
    return False
