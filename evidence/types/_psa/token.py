"""Bytes to a message and its map of claims, at absolute offsets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from evidence import limits
from evidence.errors import ConstraintViolation, MissingField, TrailingBytes, UnexpectedField
from evidence.types._cose import refuse_results
from evidence.types._psa.layout import ClaimsProfile
from evidence.types._x5chain import Chain, x5chain
from evidence.wire import cbor, cose
from evidence.wire.claimset import ClaimSet, ClaimTable
from evidence.wire.decoded import Decoded


class ArmToken(Struct, frozen=True, kw_only=True):
    """One map of claims, with the message around it; None around a bare claim set.

    `start` is where the map lies in the evidence (bytes), `path` its path in it. `version` stands for
    the profile; `unknown` for one that is not known here.
    """

    what: str
    path: str
    profile: str | None
    version: str
    claims: ClaimSet
    table: ClaimTable
    start: int
    message: cose.CoseMessage | None = None
    certificates: Chain = ()

    @property
    def values(self) -> Mapping[str, Any]:
        """The claims that are known, by name."""
        return self.claims.values


Lacking = MissingField | UnexpectedField


class Payload(Struct, frozen=True):
    """A message and its payload, decoded: `start` is where the payload lies, `end` where the message ends."""

    message: cose.CoseMessage | None
    value: Any
    start: int
    end: int
    certificates: Chain = ()

    def token(self, what: str, path: str, profile: ClaimsProfile, claims: ClaimSet) -> ArmToken:
        """The token that this is, with its claims as the table of `profile` has them."""
        return ArmToken(
            what=what,
            path=path,
            profile=claims.values.get("profile"),
            version=profile.version,
            claims=claims,
            table=profile.table,
            start=self.start,
            message=self.message,
            certificates=self.certificates,
        )

    def claims(self, what: str, path: str) -> Mapping[Any, Any]:
        """The map of claims that this holds. Raises `NotEvidence` for those of an attestation result."""
        claims: Mapping[Any, Any] = self.value
        if claims.__class__ not in cbor.MAPS:
            allowed = "a map of claims"
            raise ConstraintViolation(what=what, path=path, got=claims, allowed=allowed)
        refuse_results(claims, path, self.message)
        return claims

    def read(self, table: ClaimTable, path: str) -> ClaimSet:
        """The claims, which are at `path`, by a table: what they lack, or may not have, is said where they begin."""
        try:
            return table.read(self.value, path)
        except (MissingField, UnexpectedField) as error:
            raise self.placed(error, path) from None

    def placed(self, error: Lacking, path: str) -> Lacking:
        """`error` with the offset of the claims (bytes), if it is about them and not about something in them."""
        if error.path == path:
            error.offset = self.start
        return error


def finish(data: bytes, end: int, what: str) -> int:
    """`end`, if nothing but zeros follows it: buffers are larger than tokens."""
    if any(data[end:]):
        raise TrailingBytes(what=what, offset=end, extra=len(data) - end)
    return end


def payload(source: Decoded, what: str, start: int, end: int | None, kinds: tuple[cose.Kind, ...]) -> Payload:
    """The payload of the message at `start`, tagged as one of `kinds`, which fills the bytes up to `end`, if that is given.

    Raises what `cose.read`, `cose.check` and `cbor.loads_prefix` do, `TrailingBytes`, and
    `ConstraintViolation` for another tag or none.
    """
    data = source.data
    message = source.cose(start, what) if end is None else cose.read(data[:end], what, start)
    if not message.tagged or message.kind not in kinds:
        tags = " or ".join(str(tag) for tag, kind in cose.TAGS.items() if kind in kinds)
        got = data[start : start + 1]
        raise ConstraintViolation(what=what, offset=start, got=got, allowed=f"tag {tags}", spec=cose.SPEC)
    if end is not None and message.span.end != end:
        raise TrailingBytes(what=what, offset=message.span.end, extra=end - message.span.end)
    cose.check(message, what)
    low, high = message.payload_span
    value = source.within(low, high, f"{what} payload")
    for header in (message.header, message.unprotected):
        if len(header) > limits.CLAIMS:
            raise limits.exceeded("header parameters", limits.CLAIMS, len(header), offset=message.span.start)
    return Payload(message, value, low, message.span.end, x5chain(data, message))
