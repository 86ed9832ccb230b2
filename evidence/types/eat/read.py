"""Bytes to a checked token, bundle, or document of concise evidence."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from evidence.errors import MissingField
from evidence.input import Input
from evidence.types import _coev
from evidence.types._eat import Bundle, EatReader, Layer, Region, Token, state
from evidence.types._recorder import Recorder, in_cbor
from evidence.types.eat.identify import CONCISE, TEXT, identify
from evidence.wire.decoded import Decoded

WHITE: Final = b" \t\r\n"
MESSAGES: Final = frozenset({b"\xd2", b"\xd1", b"\xd8"})
"""How tags up to 255 begin, which are no concise evidence's."""
ROOT: Final = "root"


class EatToken:
    """What was read, and where it ends (bytes): white space may follow a compact JWS.

    `converted` says that it is what this library converted, which the caller asked for.
    """

    def __init__(
        self, content: Token | Bundle | _coev.ConciseDocument, size: int, *, converted: bool
    ) -> None:
        self.content, self.size, self.converted = content, size, converted

    def as_native(self) -> object:
        """What was read, for `--native`."""
        return self.content

    @cached_property
    def record(self) -> Recorder:
        """What it says, which claims, signatures and sources all are made of."""
        record, content = Recorder(), self.content
        if isinstance(content, _coev.ConciseDocument):
            _coev.state(content, ROOT, record, in_cbor(Layer(content.data), 0, ""))
        else:
            state(content, ROOT, record, converted=self.converted)
        return record


def read(source: Input) -> EatToken:
    """The token that the input is, in CBOR or in JSON.

    Raises `NotEvidence` for attestation results, encrypted tokens and reference values, whoever asks, and for what this
    library converted, unless it was asked to unwrap.
    """
    reader = EatReader(unwrap=source.unwrap_results)
    data, decoded = source.data, source.decoded
    layer = Layer(data, decoded=decoded)
    if data[:1] in TEXT:
        start, end = len(data) - len(data.lstrip(WHITE)), len(data.rstrip(WHITE))
        if data[start : start + 1] in {b"e", b"{", b"["}:
            token = reader.json_token(Region(layer, start, end))
            size = end if token.form == "jwt" else len(data)
            return EatToken(token, size, converted=reader.converted)
    if data[:1] not in MESSAGES and identify(decoded) == CONCISE:
        document = _concise(decoded, converted=source.unwrap_results)
        return EatToken(document, len(data), converted=document.is_converted)
    token = reader.cbor_token(Region(layer, 0, len(data)))
    return EatToken(token, len(data), converted=reader.converted)


def _concise(decoded: Decoded, *, converted: bool) -> _coev.ConciseDocument:
    try:
        return _coev.read(decoded.data, decoded=decoded, converted=converted)
    except MissingField as error:
        error.offset = None if error.path else 0
        raise
