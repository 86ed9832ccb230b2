"""A whole evidence type in one file: the smallest that the gate admits. Start yours from it.

A tiny report is 40 bytes: "TINY", a version, a reserved byte, the size of a digest, the digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evidence.claims import Bytes, Digest, Environment, Measurement
from evidence.errors import ConstraintViolation, UnsupportedVersion
from evidence.input import Input
from evidence.registry import Body, EvidenceType, Match, Reference, Signed, Source
from evidence.wire.cursor import Cursor
from evidence.wire.layout import U8, U16, Layout, Raw, Zero, at

HERE = Path(__file__).parent
IMAGE = "/environments/device/measurements/image"


class Header(Layout, size=8, spec="TINY 1, table 1"):
    magic: Raw = at(0, 4)
    version: U8 = at(4)
    reserved: Zero = at(5, 1)
    digest_size: U16 = at(6)


class Report(Layout, size=40, spec="TINY 1, table 2"):
    header: Raw = at(0, 8)
    digest: Raw = at(8, 32)


def identify(data: bytes) -> Match | None:
    return Match(str(data[4])) if data[:4] == b"TINY" and len(data) > 4 else None


def read(given: Input) -> Report:
    """Raises `Truncated`, `TrailingBytes`, `ConstraintViolation` or `UnsupportedVersion`."""
    cursor = Cursor(given.data, "tiny report")
    header = cursor.read(Header)
    if header.version != 1:
        raise UnsupportedVersion(type="tiny", got=header.version, known=(1,), offset=4)
    cursor.take(header.digest_size, "digest")
    cursor.done()
    if header.digest_size != 32:
        raise ConstraintViolation(
            what="digest_size", offset=6, got=header.digest_size, allowed="32", spec=Header.SPEC
        )
    return Report.read(given.data)


def claims(report: Report, given: Input) -> Body:
    digest = Digest(alg="sha-256", digest=Bytes(report.digest))
    image = Measurement(name="image", phase="loaded", subject="firmware", form="digest", digests=(digest,))
    device = Environment(
        id="device",
        role="device",
        origin="evidence",
        debug="not-defined",
        migration="not-defined",
        measurements=(image,),
    )
    return Body(version="1", size=Report.SIZE, protection="none", environments=(device,))


def signed(report: Report, given: Input) -> tuple[Signed, ...]:
    return ()


def sources(report: Report, given: Input) -> Iterator[Source]:
    yield Source("version", 4, 5, ("/evidence/version",))
    yield Source("digest", 8, 40, (IMAGE,))


TYPE = EvidenceType(
    name="tiny",
    title="Tiny report",
    versions=("1",),
    status="provisional",
    change_controller="you",
    references=(Reference("TINY 1", "The Tiny Report, version 1"),),
    identify=identify,
    read=read,
    claims=claims,
    signed=signed,
    sources=sources,
    schema=HERE / "tiny.schema.json",
    fixtures=HERE / "fixtures",
    spec=HERE / "SPEC.md",
    unobserved={"version -> /evidence/version": "1 is the only version there is"},
    inapplicable={"duplicate-key": "a tiny report has no keys"},
)
