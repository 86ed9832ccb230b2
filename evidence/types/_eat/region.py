"""A range of a layer that is being read, and errors that say where in the evidence they are.

An error has an offset only where it lies in the evidence itself; in what was decoded from a part of it
the path alone says where.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from evidence import limits
from evidence.errors import (
    ConstraintViolation,
    LimitExceeded,
    MalformedEvidence,
    NotEvidence,
    TrailingBytes,
    Truncated,
)
from evidence.types._recorder import Layer
from evidence.wire import cbor, cose, jose, json
from evidence.wire.cbor import Head
from evidence.wire.decoded import Decoded

SPEC = "RFC 9711"
Located = MalformedEvidence | LimitExceeded | NotEvidence


class Region(NamedTuple):
    """`[start, end)` of a layer (bytes), its path in the evidence, and how deep it is nested."""

    layer: Layer
    start: int
    end: int
    path: str = ""
    depth: int = 0

    @property
    def data(self) -> bytes:
        """The bytes themselves."""
        return self.layer.data[self.start : self.end]

    @property
    def whole(self) -> bytes:
        """The bytes of the whole layer, in which `start` and `end` are offsets."""
        return self.layer.data

    def part(self, start: int, end: int, *steps: object) -> Region:
        """A part of this region, at `steps` from here."""
        path = self.path + "".join(f"/{step}" for step in steps)
        return Region(self.layer, start, end, path, self.depth)

    def inner(self, data: bytes, name: str, decoded: Decoded | None = None) -> Region:
        """What was decoded from this region, as a layer of its own."""
        layer = self.layer.inner(name, data, self.start, self.end, decoded)
        return Region(layer, 0, len(data), self.path, self.depth)

    def deeper(self) -> Region:
        """The same one level down. Raises `LimitExceeded` below the last one."""
        limits.check("submodule depth", limits.SUBMODULE_DEPTH, self.depth + 1, path=self.path)
        return self._replace(depth=self.depth + 1)

    @property
    def decoded(self) -> Decoded | None:
        """What the layer decodes to, where the region is all of it but for white space."""
        decoded = self.layer.decoded
        if decoded is None or self.path:
            return None
        beside = decoded.data[: self.start] + decoded.data[self.end :]
        return None if beside.strip(jose.WHITE) else decoded

    def cbor(self, what: str) -> Any:
        """The one item in CBOR that fills the region."""
        decoded = self.layer.decoded
        try:
            return decoded.cbor(self.start, self.end, what) if decoded else cbor.loads(self.data, what)
        except (MalformedEvidence, LimitExceeded) as error:
            raise self.placed(error, self.start) from None

    def json(self, what: str) -> Any:
        """The one value in JSON that fills the region."""
        decoded = self.decoded
        try:
            return decoded.json(what) if decoded else json.loads(self.data, what)
        except (MalformedEvidence, LimitExceeded) as error:
            raise self.placed(error, 0 if decoded else self.start) from None

    def cose(self, at: int, what: str) -> cose.CoseMessage:
        """The COSE message that begins at `at` of the layer, and that may be evidence."""
        decoded = self.layer.decoded
        try:
            message = decoded.cose(at, what) if decoded else cose.read(self.whole, what, at)
            cose.check(message, what)
        except (MalformedEvidence, LimitExceeded) as error:
            raise self.placed(error) from None
        return message

    def jws(self, what: str) -> jose.JoseToken:
        """The compact JWS that fills the region."""
        decoded = self.decoded
        try:
            return decoded.jws(what) if decoded else jose.read(self.whole, what, self.start, self.end)
        except (MalformedEvidence, LimitExceeded) as error:
            raise self.placed(error) from None

    def head(self, at: int | None = None) -> Head:
        """The head of the CBOR item that begins at `at`, or at the start."""
        try:
            head = cbor.head(self.layer.data, self.start if at is None else at)
        except MalformedEvidence as error:
            raise self.placed(error) from None
        if head.end > self.end:
            short = Truncated(what="CBOR item", offset=head.start, need=head.end - self.end, have=0)
            raise self.placed(short)
        return head

    def ends(self, what: str, end: int) -> None:
        """Raise `TrailingBytes` or `Truncated` unless something that ends at `end` ends where the region does."""
        if end < self.end:
            raise self.placed(TrailingBytes(what=what, offset=end, extra=self.end - end))
        if end > self.end:
            raise self.placed(Truncated(what=what, offset=self.end, need=end - self.end, have=0))

    def violation(self, what: str, got: object, allowed: str) -> ConstraintViolation:
        """The error that something at the start of the region is not what it must be."""
        error = ConstraintViolation(what=what, offset=self.start, got=got, allowed=allowed, spec=SPEC)
        self.placed(error)
        return error

    def placed(self, error: Located, shift: int = 0) -> Located:
        """`error`, whose offset is seen from `shift` of the layer (bytes), with its place in the evidence.

        What is wrong in a decoded layer lies where that was decoded from.
        """
        outer = self.layer.outer
        error.offset = (error.offset or 0) + shift if outer is None else outer[0]
        error.path = error.path or self.path
        return error
