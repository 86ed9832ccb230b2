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
    """What was read, and where it ends (bytes): white space may follow a compact JWS."""

    def __init__(self, content: Token | Bundle | _coev.Document, size: int) -> None:
        self.content, self.size = content, size

    def as_native(self) -> object:
        """What was read, for `--native`."""
        return self.content

    @cached_property
    def stated(self) -> Stated:
        """What it states, which claims, signatures and sources all need."""
        if not isinstance(self.content, _coev.Document):
            return state(self.content, ROOT)
        found = _coev.state(self.content, ROOT)
        fields = in_cbor(Layer(self.content.data), 0, found.trail, "")
        return Stated(found.environments, notes=found.notes, fields=(fields,))


def read(given: Input) -> Evidence:
    """The token that the input is, in CBOR or in JSON.

    Raises `NotEvidence` for attestation results, encrypted tokens and reference values, whoever asks.
    """
    data = given.data
    start, end = len(data) - len(data.lstrip(WHITE)), len(data.rstrip(WHITE))
    if data[start : start + 1] in {b"e", b"{", b"["}:
        found = Reader().json_token(Region(Layer(data), start, end))
        return Evidence(found, end if found.form == "jwt" else len(data))
    if identify(data) == CONCISE:
        try:
            return Evidence(_coev.read(data), len(data))
        except MissingField as error:
            error.offset = None if error.path else 0
            raise
    return Evidence(Reader().cbor_token(Region(Layer(data), 0, len(data))), len(data))
