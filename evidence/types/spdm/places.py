"""Where every field of a transcript lies, by the start (bytes) of its structure and by its name.

Fields of the exchange that counts have the name of their message; those of other exchanges have `other.` before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final

from evidence.mapping import Mapping as Table
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types._recorder import At, Page
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.chain import REASSEMBLED
from evidence.types.spdm.choice import Choice
from evidence.types.spdm.layout import BlockHeader, DmtfHeader
from evidence.types.spdm.mapping import (
    EXCHANGE,
    NEGOTIATION,
    RESPONSE,
    ExchangePiece,
    Messages,
    fixed,
    negotiation,
    of_exchange,
)
from evidence.types.spdm.measurements import CANDIDATES
from evidence.types.spdm.native import Exchange, Transcript
from evidence.types.spdm.opaque import GeneralHeader, NvidiaFormat, NvidiaHeader, TypedHeader
from evidence.wire.layout import Layout
from evidence.wire.places import Path
from evidence.wire.spdm.conversation import SpdmMessage

PREFIX: Final = "attachment:transcript-prefix"
REQUEST: Final = "attachment:request"
WHOLE: Final = frozenset({"measurement_record", "cert_chain"})
"""Parts whose content has places of its own."""

Made = Mapping[Path, tuple[str, ...]]
"""The claims that fields became, by their paths in `TranscriptPage`."""


class TranscriptPage(Page):
    """Every field of a transcript, by these paths.

    - `(start, name)`: a field of the message that begins at `start`;
    - `(PREFIX, start, name)`: one of the attached negotiation; `(REQUEST, start, name)`: one of an attached request;
    - `(start,)`: a whole block or element of opaque data; `(start, "value")`: the value of a block alone;
    - `(start, "header")`: the header of opaque data;
    - `(name,)`: a whole certificate; `(name, oid)`: an extension of it.
    """

    __slots__ = ("choice", "transcript")

    def __init__(self, transcript: Transcript, choice: Choice) -> None:
        self.transcript, self.choice = transcript, choice

    def sources(self, claims: Mapping[At, tuple[str, ...]]) -> Iterator[Source]:
        """Every field of every message, block, element and certificate, with what it became."""
        made = {at.path: paths for at, paths in claims.items()}
        self._add_mapped(made)
        transcript = self.transcript
        names = self._names()
        split = {one.response.start for one in transcript.exchanges if one.is_split}
        for message in transcript.messages:
            left_out = WHOLE | {"opaque_data"} if message.start in split else WHOLE
            yield from _message(message, names.get(message.start, ""), made, left_out)
        for block in transcript.record:
            yield from _block(block, "", made)
        for exchange in transcript.exchanges:
            name = names[exchange.response.start]
            for block in exchange.blocks:
                yield from _block(block, f"{name}MEASUREMENTS.", made)
            if exchange.is_split:
                yield from _opaque(exchange, f"{name}opaque", made)
        yield from _beside(PREFIX, transcript.context.messages, "prefix.", made)
        if (request := transcript.context.request) is not None:
            yield from _beside(REQUEST, (request.message,), "", made)
        yield from self._chain(made)

    def _names(self) -> dict[int, str]:
        """What stands before the names of the messages of each exchange, by where they start."""
        count = (self.choice.main, self.choice.challenge)
        return {
            message.start: "" if any(exchange is one for one in count) else "other."
            for exchange in self.transcript.exchanges
            for message in (exchange.request, exchange.response)
            if message is not None and not self.transcript.context.is_beside(message)
        }

    def _add_mapped(self, made: dict[Path, tuple[str, ...]]) -> None:
        """Add what fixed fields became, by their tables, and what the choice of a hash decides."""
        transcript, main = self.transcript, self.choice.main

        def add(table: Table, messages: Messages, piece: Any) -> None:
            for message, fields in zip(messages, table.claimed(fixed(messages), piece), strict=True):
                for name, paths in fields.items():
                    key = field_of(transcript, message, name)
                    made[key] = (*made.get(key, ()), *paths)

        if transcript.negotiated is not None:
            add(NEGOTIATION, negotiation(transcript), None)
        if main is not None:
            add(EXCHANGE, of_exchange(main), ExchangePiece(main, transcript.version))
        for exchange in transcript.exchanges:
            response = exchange.response
            add(RESPONSE, (None, response) if exchange.is_challenge else (response, None), None)
        if transcript.negotiated is not None:
            key = field_of(transcript, transcript.negotiated.message, "measurement_hash_algo")
            made[key] = (*made.get(key, ()), *self._digests(made))

    def _digests(self, made: Made) -> Iterator[str]:
        """What names the hash of each digest, and what it may be where nobody says which."""
        for block in self.choice.blocks:
            if not block.raw:
                (measurement,) = made[block.start,]
                yield from (f"{measurement}/digests/0/{name}" for name in ("alg", "raw"))
                if self.transcript.measurement_hash.is_unknown and len(block.value) in CANDIDATES:
                    yield f"{measurement}/alg_candidates"

    def _chain(self, made: Made) -> Iterator[Source]:
        """The certificates, and their extensions that became claims."""
        chain = self.transcript.chain
        if chain is None:
            return
        for number, certificate in enumerate(chain.certificates):
            name = f"certificate-{number}"
            extensions = {oid: made[name, oid] for oid in certificate.extensions if (name, oid) in made}
            for field in _certificates.sources(certificate, name, extensions, chain.layer):
                content = field.content
                if chain.layer == REASSEMBLED:
                    content = chain.whole[field.start : field.end]
                decided = made.get((name,), ()) if field.field == name else ()
                yield field._replace(claims=(*field.claims, *decided), content=content)


def field_of(transcript: Transcript, message: SpdmMessage | None, name: str) -> Path:
    """The path of a field of a message, in `TranscriptPage`; where there is none, it leads nowhere."""
    start = 0 if message is None else message.start
    if message is not None and transcript.context.is_beside(message):
        return REQUEST, start, name
    beside = any(message is one for one in transcript.context.messages)
    return (PREFIX, start, name) if beside else (start, name)


def _beside(layer: str, messages: Iterable[SpdmMessage], before: str, made: Made) -> Iterator[Source]:
    """The fields of messages in an attachment."""
    own = {path[1:]: paths for path, paths in made.items() if path[0] == layer}
    for message in messages:
        for field in _message(message, before, own, WHOLE):
            yield field._replace(layer=layer)


def _message(message: SpdmMessage, before: str, made: Made, left_out: frozenset[str]) -> Iterator[Source]:
    start, before = message.start, f"{before}{message.name}."
    for name, place in message.fixed.PLACES.items():
        yield Source(before + name, start + place.offset, start + place.end, made.get((start, name), ()))
    for name, part in message.parts.items():
        if part.value and name not in left_out:
            yield Source(before + name, part.start, part.end, made.get((start, name), ()))


def _rows(*parts: type[Layout]) -> tuple[tuple[str, int, int], ...]:
    """The fields of structures one after the other: name, start and end (bytes)."""
    starts = accumulate((part.SIZE for part in parts), initial=0)
    return tuple(
        (f".{field}", start + place.offset, start + place.end)
        for part, start in zip(parts, starts, strict=False)
        for field, place in part.PLACES.items()
    )


OTHER_BLOCK: Final = _rows(BlockHeader)
DMTF_BLOCK: Final = _rows(BlockHeader, DmtfHeader)
ELEMENT: Final = _rows(NvidiaHeader)
TYPED_ELEMENT: Final = _rows(TypedHeader)
FORMAT: Final = _rows(NvidiaFormat)
GENERAL: Final = _rows(GeneralHeader)


def _block(block: Block, before: str, made: Made) -> Iterator[Source]:
    claims, start = made.get((block.start,), ()), block.start
    name, value = f"{before}block-{block.index}", block.end - len(block.value)
    for field, low, high in OTHER_BLOCK if block.value_type is None else DMTF_BLOCK:
        yield Source(name + field, start + low, start + high, claims)
    if value < block.end:
        yield Source(f"{name}.value", value, block.end, claims + made.get((start, "value"), ()))


def _opaque(exchange: Exchange, before: str, made: Made) -> Iterator[Source]:
    """The header of opaque data that is split, and its elements."""
    start = exchange.response.parts["opaque_data"].start
    header = FORMAT if exchange.nvidia_format is not None else GENERAL if exchange.general else ()
    for field, low, high in header:
        yield Source(before + field, start + low, start + high, made.get((start, "header"), ()))
    for element in exchange.nvidia:
        start, claims = element.start, made.get((element.start,), ())
        name, value = f"{before}.{element.type}", element.end - len(element.value)
        for field, low, high in ELEMENT if element.value_type is None else TYPED_ELEMENT:
            yield Source(name + field, start + low, start + high, claims)
        if value < element.end:
            yield Source(f"{name}.value", value, element.end, claims)
    for number, general in enumerate(exchange.general):
        start, end = general.start, general.end
        yield Source(f"{before}.element-{number}", start, end, made.get((start,), ()))
        yield Source(f"{before}.reserved_padding", end, end + -(end - start) % 4)
