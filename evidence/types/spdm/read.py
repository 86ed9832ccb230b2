"""Bytes to a checked `Transcript`: messages, measurement blocks, and what each signature covers.

Four shapes are told apart by their first bytes: a transcript that begins with GET_VERSION, an exchange
that begins with its request (up to version 1.1 nothing more is signed), a response alone, and, only
where the caller says so, a bare measurement record.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from evidence import limits
from evidence.errors import EvidenceError, MissingField, NotEvidence, TrailingBytes
from evidence.input import Input
from evidence.types.spdm import FIRST
from evidence.types.spdm.blocks import read_blocks
from evidence.types.spdm.chain import SlotChain, attached_chain, fetched_chain
from evidence.types.spdm.choice import chief
from evidence.types.spdm.context import PADDING, Context, begins_message, context_of, is_conversation
from evidence.types.spdm.log import MeasurementLog, attached_log, fetched_log
from evidence.types.spdm.missing import of_challenge, of_measurements
from evidence.types.spdm.native import Exchange, Range, Transcript
from evidence.types.spdm.opaque import (
    GENERAL_FORMAT_1,
    GeneralElement,
    NvidiaFormat,
    OpaqueElement,
    looks_like_nvidia,
    read_general,
    read_nvidia,
)
from evidence.wire.spdm import layout
from evidence.wire.spdm.conversation import SpdmMessage, violation
from evidence.wire.spdm.fields import MESSAGES
from evidence.wire.spdm.layout import SPEC, Algorithms
from evidence.wire.spdm.messages import ConversationReader
from evidence.words import Missing

MOST: Final = 4 * limits.SPDM_PAIRS
"""Requests and responses of a whole conversation; measurements are a part of it."""
ERRORS: Final = {
    0x01: "InvalidRequest",
    0x03: "Busy",
    0x04: "UnexpectedRequest",
    0x05: "Unspecified",
    0x06: "DecryptError",
    0x07: "UnsupportedRequest",
    0x0D: "ResponseTooLarge",
    0x0F: "LargeResponse",
    0x41: "VersionMismatch",
    0x42: "ResponseNotReady",
    0x43: "RequestResynch",
}


def read(source: Input) -> Transcript:
    """The transcript, exchange, response or record in the input.

    Zeros may follow it, or at most 3 bytes. Raises `NotEvidence` for an ERROR, `TrailingBytes`,
    `MissingField`, `LimitExceeded`, and whatever its parts raise.
    """
    data = source.data
    if not is_conversation(data):
        return _record(source)
    _check_answered(data)
    context = context_of(source)
    walk = _Walk(data[: len(data) - context.frame], context)
    walk.all()
    _check_trailing(walk.data, walk.at)
    _check_request(data, walk)
    if not walk.exchanges:
        reason = "MEASUREMENTS or CHALLENGE_AUTH"
        raise MissingField(what="SPDM transcript", offset=walk.at, name=reason, spec=SPEC)
    return Transcript(
        variant=FIRST[walk.messages[0].code],
        version=walk.reader.version,
        size=walk.at,
        messages=tuple(walk.messages),
        exchanges=tuple(walk.exchanges),
        negotiated=walk.reader.negotiated,
        context=context,
        chain=_chain(source, walk, walk.reader.hash_size),
        log=_log(source, walk.messages),
    )


def _chain(source: Input, walk: _Walk, hash_size: int | None) -> SlotChain | None:
    """The attached chain, else the one that the transcript fetches from the slot that signs.

    Of the same certificates the transcript has the whole structure, whose hash can be computed.
    """
    content = source.attachments.get("certificates")
    attached = None if content is None else attached_chain(content, hash_size)
    fetched = None
    if any(message.code == layout.CERTIFICATE for message in walk.messages):
        exchange = chief(walk.exchanges)
        slot = exchange.slot if exchange.signature else 0
        fetched = fetched_chain(source.data, walk.messages, slot or 0, hash_size)
    if attached is None or fetched is None:
        return attached or fetched
    if [one.der for one in attached.certificates] == [one.der for one in fetched.certificates]:
        return fetched
    return replace(attached, disputed=True)


def _log(source: Input, messages: list[SpdmMessage]) -> MeasurementLog | None:
    attached = source.attachments.get("event-log")
    return fetched_log(messages) if attached is None else attached_log(attached)


def _record(source: Input) -> Transcript:
    """Blocks alone: they have no magic, so only who says so gets here."""
    data = source.data
    if not data:
        raise MissingField(what="measurement record", offset=0, name="a measurement block", spec=SPEC)
    context = context_of(source)
    attached = source.attachments.get("certificates")
    return Transcript(
        variant="record",
        version=context.version,
        size=len(data),
        messages=(),
        exchanges=(),
        negotiated=context.negotiated,
        context=context,
        record=read_blocks(data, 0, len(data)),
        chain=attached_chain(attached, context.hash_size) if attached is not None else None,
        log=_log(source, []),
    )


LONGEST: Final = layout.Header.SIZE + layout.NONCE + 1 + layout.CONTEXT
"""The size (bytes) of the longest request that evidence may begin with: GET_MEASUREMENTS of 1.3, signed."""


def _check_answered(data: bytes) -> None:
    """Raises `MissingField` for one request alone, which no option for its response makes evidence."""
    if data[1] not in {layout.GET_MEASUREMENTS, layout.CHALLENGE} or any(data[LONGEST:]):
        return
    try:
        request = ConversationReader(data).message(0)
    except EvidenceError:  # in its place among the others
        return
    if not any(data[request.end :]):
        raise _no_response(request, request.end)


def _no_response(request: SpdmMessage, offset: int) -> MissingField:
    response = MESSAGES[request.code & layout.RESPONSE].name
    name = f"the response to {request.name}, {response}"
    return MissingField(what="SPDM transcript", offset=offset, name=name, spec=SPEC)


def _check_trailing(data: bytes, end: int) -> None:
    extra = len(data) - end
    if extra > PADDING and any(data[end:]):
        raise TrailingBytes(what="SPDM transcript", offset=end, extra=extra, spec=SPEC)


def _check_request(data: bytes, walk: _Walk) -> None:
    """Raise `ConstraintViolation` where the evidence has a request of its own, and another one is attached."""
    attached = walk.context.request
    if attached is None or walk.used or not walk.exchanges:
        return
    request = chief(walk.exchanges).request
    own = b"" if request is None else data[request.start : request.end]
    if own != attached.data:
        what, allowed = "request", "the request that the evidence has"
        raise violation(0, attached.data, allowed, what)


class _Walk:
    """Goes over the messages once, and keeps what the next signature will cover."""

    def __init__(self, data: bytes, context: Context) -> None:
        self.data, self.context, self.at = data, context, 0
        self.interrupted = frozenset(context.interrupted)
        self.reader: ConversationReader = context.reader(data)
        self.messages: list[SpdmMessage] = []
        self.exchanges: list[Exchange] = []
        self.vca: tuple[Range, ...] = ()
        self.before_challenge: list[SpdmMessage] = []
        """GET_DIGESTS to CERTIFICATE: what a CHALLENGE_AUTH signs beside itself."""
        self.measured: list[Range] = []
        """Pairs without a signature, which the next one covers."""
        self.blocks = 0
        self.waiting: list[int] = []
        """The exchanges of those pairs."""
        self.used = False
        """Whether the attached request has found its response."""

    def all(self) -> None:
        while begins_message(self.data, self.at):
            self._refuse_error()
            self._take_request()
            request = self.reader.request
            message = self.reader.message(self.at)
            self._check_order(message, request)
            self.messages.append(message)
            limits.check("SPDM messages", MOST, len(self.messages), offset=message.start)
            self.at = message.end
            self._take(message, request)
        request = self.reader.request
        if request is not None:
            if not any(self.data[self.at :]):
                raise _no_response(request, self.at)
            self.reader.message(self.at)  # raises: the response is cut off

    def _take_request(self) -> None:
        """Before the first response without its request stands the one that was attached."""
        attached = self.context.request
        if attached is None or self.used or self.reader.request is not None:
            return
        version, code = self.data[self.at : self.at + 2]
        if code == attached.message.code & layout.RESPONSE:
            if attached.data[0] != version:
                raise violation(0, attached.data[0], f"{version:#x}, the version of the response", "request")
            self.reader.request, self.used = attached.message, True

    def _refuse_error(self) -> None:
        if self.data[self.at + 1] == layout.ERROR:
            code = self.data[self.at + 2 : self.at + 3]
            name = ERRORS.get(code[0], f"error {code[0]:#04x}") if code else "error"
            raise NotEvidence(kind="SPDM ERROR response", detail=name, offset=self.at)

    def _check_order(self, message: SpdmMessage, request: SpdmMessage | None) -> None:
        """GET_VERSION to ALGORITHMS come first, in their order, and never again; no request is left unanswered."""
        number = len(self.messages)
        begun = number and self.messages[0].code == layout.GET_VERSION
        expected = layout.VCA[number] if begun and number < len(layout.VCA) else None
        code = message.code
        if (expected is not None and code != expected) or (
            expected is None and number and code in layout.VCA
        ):
            allowed = f"{expected:#04x}" if expected is not None else "no second negotiation"
            raise violation(message.start + 1, code, allowed, "SPDM transcript")
        if request is not None and code >= 0x80:
            raise _no_response(request, message.start)

    def _take(self, message: SpdmMessage, request: SpdmMessage | None) -> None:
        code = message.code
        if code == layout.ALGORITHMS:
            self.vca = ((self.messages[0].start, message.end),)
        elif code == layout.GET_DIGESTS:
            self.before_challenge = [message]
        elif code in {layout.DIGESTS, layout.GET_CERTIFICATE, layout.CERTIFICATE}:
            self.before_challenge.append(message)
        elif code == layout.CHALLENGE_AUTH:
            self._challenge_auth(message, request)
        elif code == layout.MEASUREMENTS:
            self._measurements(message, request)
        other = code >= 0x80 and code not in {layout.GET_MEASUREMENTS, layout.GET_VERSION}
        if other or message.end in self.interrupted:
            self.measured, self.waiting = [], []  # any other request starts L1 anew
        limits.check("SPDM pairs", limits.SPDM_PAIRS, len(self.exchanges), offset=message.start)

    def _signed_range(self, message: SpdmMessage, request: SpdmMessage | None) -> Range:
        signature = message.part("signature")
        is_here = request is not None and not self.context.is_beside(request)
        start = request.start if request is not None and is_here else message.start
        return (start, signature.start if signature else message.end)

    def _challenge_auth(self, message: SpdmMessage, request: SpdmMessage | None) -> None:
        before = ((one.start, one.end) for one in self.before_challenge)
        covers = (*self.vca, *before, self._signed_range(message, request))
        self._check_signature(message)
        missing = of_challenge(
            self.before_challenge,
            message.fixed[2] & 0x0F,
            self.context.cached,
            negotiated=self.reader.negotiated is not None,
            requested=request is not None,
        )
        self.exchanges.append(Exchange(request, message, (), merged(covers), covered=True, missing=missing))
        self.before_challenge = []

    def _measurements(self, message: SpdmMessage, request: SpdmMessage | None) -> None:
        record = message.part("measurement_record")
        blocks = read_blocks(self.data, record.start, record.end) if record else ()
        self._check_counts(message, len(blocks))
        self.blocks += len(blocks)
        limits.check("SPDM blocks", limits.SPDM_BLOCKS, self.blocks, offset=message.start)
        self.measured.append(self._signed_range(message, request))
        covers: tuple[Range, ...] = ()
        missing: tuple[Missing, ...] = ()
        signed = message.part("signature") is not None
        if signed:
            self._check_signature(message)
            first = self.vca if (self.reader.version or 0) >= 0x12 else ()  # signed along from 1.2 on
            covers = merged((*first, *self.measured))
            missing = of_measurements(
                self.reader.version,
                negotiated=self.reader.negotiated is not None,
                requested=request is not None,
            )
            for index in self.waiting:
                self.exchanges[index] = replace(self.exchanges[index], covered=True)
            self.measured, self.waiting = [], []
        else:
            self.waiting.append(len(self.exchanges))
        stated, nvidia, general = self._opaque(message)
        self.exchanges.append(
            Exchange(request, message, blocks, covers, signed, stated, nvidia, general, missing)
        )
        self.before_challenge = []

    def _check_counts(self, message: SpdmMessage, blocks: int) -> None:
        stated: int = message.fixed[4]
        if stated != blocks:
            allowed = f"{blocks}, the blocks of its record"
            raise violation(message.start + 4, stated, allowed, "MEASUREMENTS.number_of_blocks")
        if (self.reader.version or 0) >= 0x12 and message.fixed[3] >> 4 & 3 == 3:
            allowed = "content changed: 0, 1 or 2"
            raise violation(message.start + 3, message.fixed[3], allowed, "MEASUREMENTS.param2")

    def _check_signature(self, message: SpdmMessage) -> None:
        signature = message.part("signature")
        if signature is not None and not any(signature.value):
            allowed = "a signature, which is never zero"
            raise violation(signature.start, signature.value, allowed, f"{message.name}.signature")

    def _opaque(self, message: SpdmMessage) -> Opaque:
        """The elements of opaque data, where its format is known: the rest stays whole."""
        part = message.part("opaque_data")
        if part is None or not part.value:
            return NOTHING
        if self.reader.version in {0x10, 0x11}:
            if not looks_like_nvidia(part.value):
                return NOTHING
            return (*read_nvidia(self.data, part.start, part.end), ())
        algorithms = self.reader.negotiated.message.fixed if self.reader.negotiated else None
        if (
            isinstance(algorithms, Algorithms)
            and algorithms.other_params_selection & 0x0F == GENERAL_FORMAT_1
        ):
            return None, (), read_general(self.data, part.start, part.end)
        return NOTHING


Opaque = tuple[NvidiaFormat | None, tuple[OpaqueElement, ...], tuple[GeneralElement, ...]]
NOTHING: Final[Opaque] = (None, (), ())


def merged(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """Ranges in ascending order with neighbours as one."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
