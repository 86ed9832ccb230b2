"""Bytes to a checked token, bundle, or document of concise evidence."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from evidence.errors import MissingField
from evidence.input import Input
from evidence.types import _coev
from evidence.types._eat import Bundle, Layer, Reader, Region, Stated, Token, state
from evidence.types._trail import in_cbor
from evidence.types.eat.identify import CONCISE, identify

WHITE: Final = b" \t\r\n"
ROOT: Final = "root"


class Evidence:
    """What was read, and where it ends (bytes): white space may follow a compact JWS.

    `converted` says that it is what this library converted, which the caller asked for.
    """

    def __init__(self, content: Token | Bundle | _coev.Document, size: int, *, converted: bool) -> None:
        self.content, self.size, self.converted = content, size, converted

    def as_native(self) -> object:
        """What was read, for `--native`."""
        return self.content

    @cached_property
    def stated(self) -> Stated:
        """What it states, which claims, signatures and sources all need."""
        if not isinstance(self.content, _coev.Document):
            return state(self.content, ROOT, converted=self.converted)
        found = _coev.state(self.content, ROOT)
        fields = in_cbor(Layer(self.content.data), 0, found.trail, "")
        return Stated(found.environments, notes=found.notes, fields=(fields,))


def read(given: Input) -> Evidence:
    """The token that the input is, in CBOR or in JSON.

    Raises `NotEvidence` for attestation results, encrypted tokens and reference values, whoever asks, and for what this
    library converted, unless it was asked to unwrap.
    """
    reader = Reader(unwrap=given.unwrap_results)
    data = given.data
    start, end = len(data) - len(data.lstrip(WHITE)), len(data.rstrip(WHITE))
    if data[start : start + 1] in {b"e", b"{", b"["}:
        found = reader.json_token(Region(Layer(data), start, end))
        return Evidence(found, end if found.form == "jwt" else len(data), converted=reader.converted)
    if identify(data) == CONCISE:
        try:
            document = _coev.read(data, signed=False, converted=given.unwrap_results)
            return Evidence(document, len(data), converted=document.is_converted)
        except MissingField as error:
            error.offset = None if error.path else 0
            raise
    token = reader.cbor_token(Region(Layer(data), 0, len(data)))
    return Evidence(token, len(data), converted=reader.converted)
