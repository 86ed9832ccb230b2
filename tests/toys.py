"""Evidence types for tests of the pipeline: four letters, 32 bytes of measurement, 8 bytes of caller's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from evidence.claims import Binding, Bytes, Digest, Environment, Measurement
from evidence.errors import ConstraintViolation, TrailingBytes, Truncated
from evidence.input import Input
from evidence.registry import Body, EvidenceType, Match, Reference, Registry, Signed, Source

SIZE = 44
MEASUREMENT = "/environments/td/measurements/image"


class Native(NamedTuple):
    digest: bytes
    nonce: bytes


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    product: Literal["one", "two"] | None = None
    size: int = 0


def toy(
    name: str, magic: bytes, strength: Literal["exact", "generic"] = "exact", **more: Any
) -> EvidenceType:
    """A type that recognises its magic (four bytes), and refuses what does not begin with it."""

    def identify(data: bytes) -> Match | None:
        return Match("1", strength=strength) if data.startswith(magic) else None

    def read(source: Input) -> Native:
        data = source.data
        if len(data) < SIZE:
            raise Truncated(what=name, offset=0, need=SIZE, have=len(data))
        if any(data[SIZE:]):
            raise TrailingBytes(what=name, offset=SIZE, extra=len(data) - SIZE)
        if not data.startswith(magic):
            raise ConstraintViolation(what=f"{name}.magic", offset=0, got=data[:4], allowed=magic.decode())
        return Native(data[4:36], data[36:44])

    def claims(native: Native, source: Input) -> Body:
        image = Measurement(
            name="image",
            phase="loaded",
            subject="workload",
            form="digest",
            digests=(Digest(alg="sha-256", digest=Bytes(native.digest)),),
        )
        nonce = Binding(
            name="nonce", role="challenge", declared="nonce", requested_by="host", value=Bytes(native.nonce)
        )
        product = getattr(source.options, "product", None)
        td = Environment(
            id="td",
            role="workload",
            label=product,
            origin="evidence",
            debug="not-reported",
            migration="not-reported",
            measurements=(image,),
        )
        return Body(
            version="1", variant=None, size=SIZE, protection="signed", environments=(td,), bindings=(nonce,)
        )

    def signed(native: Native, source: Input) -> tuple[Signed, ...]:
        return (
            Signed(
                name="report",
                by="key",
                alg="ecdsa-p256",
                hash="sha-256",
                encoding="p1363",
                construct="plain",
                covers=((0, 36),),
                value=b"",
            ),
        )

    def sources(native: Native, source: Input) -> Iterator[Source]:
        yield Source("digest", 4, 36, (MEASUREMENT,))
        yield Source("nonce", 36, 44, ("/bindings/nonce",))
        if "certificates" in source.attachments:
            yield Source("chain", 1, 3, layer="attachment:certificates")
        yield Source("decoded", 0, 2, layer="payload", outer=(4, 36), content=b"in")

    fields: dict[str, Any] = {
        "title": name,
        "versions": ("1",),
        "status": "provisional",
        "change_controller": "tests",
        "references": (Reference("T 1", "A test"),),
        "attachments": ("certificates",),
        "options": Options,
        "schema": None,
        "fixtures": None,
        "spec": None,
        "identify": identify,
    }
    return EvidenceType(
        name=name,
        read=read,
        claims=claims,
        signed=signed,
        sources=sources,
        **{**fields, **more},
    )


def registry(*kinds: EvidenceType) -> Registry:
    """These types without the gate, as only a test may have them."""
    return Registry._of(kinds)


def sample(magic: bytes, nonce: bytes = b"nonce678") -> bytes:
    return magic + bytes(range(32)) + nonce
