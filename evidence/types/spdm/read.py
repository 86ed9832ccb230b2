"""Bytes to a checked `Transcript`: messages, measurement blocks, and what each signature covers.

Four shapes are told apart by their first bytes: a transcript that begins with GET_VERSION, an exchange
that begins with its request (up to version 1.1 nothing more is signed), a response alone, and, only
where the caller says so, a bare measurement record.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from evidence import limits
from evidence.errors import ConstraintViolation, EvidenceError, MissingField, NotEvidence, TrailingBytes
from evidence.input import Input
from evidence.types.spdm.blocks import read_blocks
from evidence.types.spdm.chain import Chain, attached_chain, fetched_chain
from evidence.types.spdm.context import PADDING, Context, begins_message, context_of, is_conversation
from evidence.types.spdm.log import Log, attached_log, fetched_log
from evidence.types.spdm.native import Exchange, Range, Transcript, Variant
from evidence.types.spdm.opaque import (
    GENERAL_FORMAT_1,
    Element,
    GeneralElement,
    NvidiaFormat,
    looks_like_nvidia,
    read_general,
    read_nvidia,
)
from evidence.wire.spdm import layout
from evidence.wire.spdm.fields import MESSAGES
from evidence.wire.spdm.layout import SPEC, Algorithms
from evidence.wire.spdm.messages import Message, Reader

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


def read(given: Input) -> Transcript:
    """The transcript, exchange, response or record in the input.

    Zeros may follow it, or at most 3 bytes. Raises `NotEvidence` for an ERROR, `TrailingBytes`,
    `MissingField`, `LimitExceeded`, and whatever its parts raise.
    """
    data = given.data
    if not is_conversation(data):
        return _record(given)
    _check_answered(data)
    context = context_of(given)
    walked = _Walk(data, context)
    walked.all()
    _check_trailing(data, walked.at)
    if not walked.exchanges:
        reason = "MEASUREMENTS or CHALLENGE_AUTH"
        raise MissingField(what="SPDM transcript", offset=walked.at, name=reason, spec=SPEC)
    first, hash_size = walked.messages[0].code, walked.reader.hash_size
    variant: Variant = (
        "transcript" if first == layout.GET_VERSION else "exchange" if first >= 0x80 else "response"
    )
    return Transcript(
        variant=variant,
        version=walked.reader.version,
        size=walked.at,
        messages=tuple(walked.messages),
        exchanges=tuple(walked.exchanges),
        negotiated=walked.reader.negotiated,
        context=context,
        chain=_chain(given, walked, hash_size),
        log=_log(given, walked.messages),
    )


def _chain(given: Input, walked: _Walk, hash_size: int | None) -> Chain | None:
    """The attached chain, else the one that the transcript fetches from the slot that signs.

    Of the same certificates the transcript has the whole structure, whose hash can be computed.
    """
    attached = given.attachments.get("certificates")
    found = None if attached is None else attached_chain(attached, hash_size)
    if (found is None or not found.whole) and any(
        message.code == layout.CERTIFICATE for message in walked.messages
    ):
        signed = [exchange for exchange in walked.exchanges if exchange.signature]
        slot = signed[-1].slot if signed else 0
        fetched = fetched_chain(given.data, walked.messages, slot or 0, hash_size)
        if found is None or (fetched is not None and _same(found, fetched)):
            return fetched
    return found


def _same(one: Chain, other: Chain) -> bool:
    return [found.der for found in one.certificates] == [found.der for found in other.certificates]


def _log(given: Input, messages: list[Message]) -> Log | None:
    attached = given.attachments.get("event-log")
    return fetched_log(messages) if attached is None else attached_log(attached)


def _record(given: Input) -> Transcript:
    """Blocks alone: they have no magic, so only who says so gets here."""
    data = given.data
    if not data:
        raise MissingField(what="measurement record", offset=0, name="a measurement block", spec=SPEC)
    context = context_of(given)
    attached = given.attachments.get("certificates")
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
        log=_log(given, []),
    )


def _check_answered(data: bytes) -> None:
    """Raises `MissingField` for one request alone, which no option for its response makes evidence."""
    if data[1] not in {layout.GET_MEASUREMENTS, layout.CHALLENGE}:
        return
    try:
        request = Reader(data).message(0)
    except EvidenceError:  # in its place among the others
        return
    if not any(data[request.end :]):
        raise _no_response(request, request.end)


def _no_response(request: Message, offset: int) -> MissingField:
    response, _ = MESSAGES[request.code & layout.RESPONSE]
    name = f"the response to {request.name}, {response}"
    return MissingField(what="SPDM transcript", offset=offset, name=name, spec=SPEC)


def _check_trailing(data: bytes, end: int) -> None:
    extra = len(data) - end
    if extra > PADDING and any(data[end:]):
        raise TrailingBytes(what="SPDM transcript", offset=end, extra=extra, spec=SPEC)


class _Walk:
    """Goes over the messages once, and keeps what the next signature will cover."""

    def __init__(self, data: bytes, context: Context) -> None:
        self.data, self.context, self.at = data, context, 0
        self.interrupted = frozenset(context.interrupted)
        self.reader: Reader = context.reader(data)
        self.messages: list[Message] = []
        self.exchanges: list[Exchange] = []
        self.vca: tuple[Range, ...] = ()
        self.before_challenge: list[Range] = []
        """GET_DIGESTS to CERTIFICATE: what a CHALLENGE_AUTH signs beside itself."""
        self.measured: list[Range] = []
        """Pairs without a signature, which the next one covers."""
        self.blocks = 0
        self.waiting: list[int] = []
        """The exchanges of those pairs."""

    def all(self) -> None:
        while begins_message(self.data, self.at):
            self._refuse_error()
            request = self.reader.asked()
            message = self.reader.message(self.at)
            self._check_order(message)
            self.messages.append(message)
            limits.check("SPDM messages", MOST, len(self.messages), offset=message.start)
            self.at = message.end
            self._take(message, request)
        request = self.reader.asked()
        if request is not None:
            if not any(self.data[self.at :]):
                raise _no_response(request, self.at)
            self.reader.message(self.at)  # raises: the response is cut off

    def _refuse_error(self) -> None:
        if self.data[self.at + 1] == layout.ERROR:
            code = self.data[self.at + 2 : self.at + 3]
            name = ERRORS.get(code[0], f"error {code[0]:#04x}") if code else "error"
            raise NotEvidence(kind="SPDM ERROR response", detail=name, offset=self.at)

    def _check_order(self, message: Message) -> None:
        """GET_VERSION to ALGORITHMS come first, in their order, and never again."""
        number = len(self.messages)
        begun = number and self.messages[0].code == layout.GET_VERSION
        expected = layout.VCA[number] if begun and number < len(layout.VCA) else None
        code = message.code
        if (expected is not None and code != expected) or (
            expected is None and number and code in layout.VCA
        ):
            allowed = f"{expected:#04x}" if expected is not None else "no second negotiation"
            offset = message.start + 1
            raise ConstraintViolation(
                what="SPDM transcript", offset=offset, got=code, allowed=allowed, spec=SPEC
            )

    def _take(self, message: Message, request: Message | None) -> None:
        code, here = message.code, (message.start, message.end)
        if code == layout.ALGORITHMS:
            self.vca = ((self.messages[0].start, message.end),)
        elif code == layout.GET_DIGESTS:
            self.before_challenge = [here]
        elif code in {layout.DIGESTS, layout.GET_CERTIFICATE, layout.CERTIFICATE}:
            self.before_challenge.append(here)
        elif code == layout.CHALLENGE_AUTH:
            self._challenge_auth(message, request)
        elif code == layout.MEASUREMENTS:
            self._measurements(message, request)
        other = code >= 0x80 and code not in {layout.GET_MEASUREMENTS, layout.GET_VERSION}
        if other or message.end in self.interrupted:
            self.measured, self.waiting = [], []  # any other request starts L1 anew
        limits.check("SPDM pairs", limits.SPDM_PAIRS, len(self.exchanges), offset=message.start)

    def _signed_range(self, message: Message, request: Message | None) -> Range:
        signature = message.part("signature")
        start = request.start if request else message.start
        return (start, signature.start if signature else message.end)

    def _challenge_auth(self, message: Message, request: Message | None) -> None:
        covers = (*self.vca, *self.before_challenge, self._signed_range(message, request))
        self._check_signature(message)
        self.exchanges.append(Exchange(request, message, (), merged(covers), covered=True))
        self.before_challenge = []

    def _measurements(self, message: Message, request: Message | None) -> None:
        record = message.part("measurement_record")
        blocks = read_blocks(self.data, record.start, record.end) if record else ()
        self._check_counts(message, len(blocks))
        self.blocks += len(blocks)
        limits.check("SPDM blocks", limits.SPDM_BLOCKS, self.blocks, offset=message.start)
        self.measured.append(self._signed_range(message, request))
        covers: tuple[Range, ...] = ()
        signed = message.part("signature") is not None
        if signed:
            self._check_signature(message)
            first = self.vca if (self.reader.version or 0) >= 0x12 else ()  # signed along from 1.2 on
            covers = merged((*first, *self.measured))
            for index in self.waiting:
                self.exchanges[index] = _as_covered(self.exchanges[index])
            self.measured, self.waiting = [], []
        else:
            self.waiting.append(len(self.exchanges))
        stated, nvidia, general = self._opaque(message)
        self.exchanges.append(Exchange(request, message, blocks, covers, signed, stated, nvidia, general))
        self.before_challenge = []

    def _check_counts(self, message: Message, blocks: int) -> None:
        stated: int = message.fixed[4]
        if stated != blocks:
            raise ConstraintViolation(
                what="MEASUREMENTS.number_of_blocks",
                offset=message.start + 4,
                got=stated,
                allowed=f"{blocks}, the blocks of its record",
                spec=SPEC,
            )
        if (self.reader.version or 0) >= 0x12 and message.fixed[3] >> 4 & 3 == 3:
            raise ConstraintViolation(
                what="MEASUREMENTS.param2",
                offset=message.start + 3,
                got=message.fixed[3],
                allowed="content changed: 0, 1 or 2",
                spec=SPEC,
            )

    def _check_signature(self, message: Message) -> None:
        signature = message.part("signature")
        if signature is not None and not any(signature.value):
            raise ConstraintViolation(
                what=f"{message.name}.signature",
                offset=signature.start,
                got=signature.value,
                allowed="a signature, which is never zero",
                spec=SPEC,
            )

    def _opaque(self, message: Message) -> Opaque:
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


Opaque = tuple[NvidiaFormat | None, tuple[Element, ...], tuple[GeneralElement, ...]]
NOTHING: Final[Opaque] = (None, (), ())


def _as_covered(found: Exchange) -> Exchange:
    return replace(found, covered=True)


def merged(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """Ranges in ascending order with neighbours as one."""
    found: list[Range] = []
    for start, end in ranges:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)
