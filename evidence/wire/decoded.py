"""What bytes decode to, for all who ask: each part is decoded when it is first asked for, and once."""

from __future__ import annotations

from typing import Any, Final

from evidence.errors import LimitExceeded, MalformedEvidence
from evidence.wire import cbor, cose, jose, json

PARTS: Final = 8
"""Parts of one input that are kept. Their readers bound each of them."""
NOTHING: Final = object()


class Decoded:
    """Bytes with their decoded parts. Whoever asks for a part gets the same values, and changes none of them.

    Only what could be decoded is kept: who asks for anything else gets the error in terms of their own, `what`.
    """

    __slots__ = ("_parts", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._parts: dict[tuple[Any, ...], Any] = {}

    def cbor(self, start: int = 0, end: int | None = None, what: str = "CBOR") -> Any:
        """The one item in `[start, end)` (bytes). Raises what `cbor.loads` does, with offsets from `start` on."""
        end = len(self.data) if end is None else end
        key = (cbor, start, end)
        value = self._parts.get(key, NOTHING)
        return self._keep(key, cbor.loads(self.data[start:end], what)) if value is NOTHING else value

    def within(self, start: int, end: int, what: str) -> Any:
        """The same; errors are at their place in the whole, as those of `cbor.loads_within` are."""
        try:
            return self.cbor(start, end, what)
        except (MalformedEvidence, LimitExceeded) as error:
            error.offset = start + (error.offset or 0)
            raise

    def cose(self, start: int = 0, what: str = "message") -> cose.CoseMessage:
        """The COSE message that begins at `start` (bytes). Raises what `cose.read` does."""
        key = (cose, start)
        message: cose.CoseMessage | None = self._parts.get(key)
        return message or self._keep(key, cose.read(self.data, what, start))

    def json(self, what: str = "JSON") -> Any:
        """The one value in JSON that the bytes are. Raises what `json.loads` does."""
        value = self._parts.get((json,), NOTHING)
        return self._keep((json,), json.loads(self.data, what)) if value is NOTHING else value

    def jws(self, what: str = "token") -> jose.JoseToken:
        """The compact JWS that the bytes are, between white space. Raises what `jose.read` does."""
        message: jose.JoseToken | None = self._parts.get((jose,))
        if message is None:
            start = len(self.data) - len(self.data.lstrip(jose.WHITE))
            end = len(self.data.rstrip(jose.WHITE))
            message = self._keep((jose,), jose.read(self.data, what, start, end))
        return message

    def payload(self, what: str = "token") -> Decoded:
        """The payload of that JWS."""
        key = (jose, "payload")
        payload: Decoded | None = self._parts.get(key)
        return payload or self._keep(key, Decoded(self.jws(what).payload))

    def _keep(self, key: tuple[Any, ...], value: Any) -> Any:
        if len(self._parts) < PARTS:
            self._parts[key] = value
        return value
