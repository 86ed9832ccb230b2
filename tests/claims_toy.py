"""A toy type whose evidence is one CBOR map, made to be broken: a table of claims, handlers, and sources by hand.

The map has the labels 0 (the text TOY), 1 (a digest) and 2 (a colour); a signature of nobody's covers all of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from evidence.claims import Bytes, Digest, Environment, Measurement, Value
from evidence.input import Input
from evidence.registry import Body, EvidenceType, Match, Reference, Signed, Source, TypeTable
from evidence.wire import cbor
from evidence.wire.claimset import ClaimLabel, ClaimSet, ClaimTable, bstr, tstr

SET: Final = ClaimTable(
    "toy claims",
    "TOY 1",
    (
        ClaimLabel(0, "magic", tstr(), required=True),
        ClaimLabel(1, "digest", bstr(32), required=True),
        ClaimLabel(2, "colour", tstr()),
    ),
)
HERE: Final = "/environments/device"
Entry = tuple[str, Any]
"""The list of an environment, and an entry of it."""


def digest(value: bytes) -> Entry:
    digests = (Digest(alg="sha-256", digest=Bytes(value)),)
    image = Measurement(name="image", phase="loaded", subject="firmware", form="digest", digests=digests)
    return "measurements", image


def colour(value: str) -> Entry:
    return "values", Value(name="colour", text=value)


HANDLERS: Final[Mapping[str, Callable[[Any], Entry]]] = MappingProxyType({"digest": digest, "colour": colour})
CLAIMED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"digest": (f"{HERE}/measurements/image",), "colour": (f"{HERE}/values/colour",)}
)
DIGEST: Final = bytes(range(32))
PIECES: Final = ({0: "TOY", 1: DIGEST, 2: "red"}, {0: "TOY", 1: DIGEST[::-1], 2: "blue"})


def identify(data: bytes) -> Match | None:
    return Match("1") if data[1:6] == b"\x00\x63TOY" else None


def read(source: Input) -> ClaimSet:
    return SET.read(cbor.loads(source.data), "")


def signed(_: ClaimSet, source: Input) -> tuple[Signed, ...]:
    whole = ((0, len(source.data)),)
    words: dict[str, Any] = {"encoding": "p1363", "construct": "plain"}
    return (
        Signed(
            name="toy", by="maker", alg="ecdsa-p256", hash="sha-256", covers=whole, value=b"signed", **words
        ),
    )


def toy(
    folder: Path,
    *,
    handlers: Mapping[str, Callable[[Any], Entry]] = HANDLERS,
    claimed: Mapping[str, tuple[str, ...] | None] = CLAIMED,
    pieces: tuple[dict[int, Any], ...] = PIECES,
    tables: tuple[TypeTable, ...] = (SET,),
) -> EvidenceType:
    """The type in a folder, with these handlers of claims, and what fields are said to become (None: no field)."""

    def claims(piece: ClaimSet, source: Input) -> Body:
        entries = [handlers[name](value) for name, value in piece.values.items() if name in handlers]
        lists: dict[str, Any] = {}
        for member, entry in entries:
            lists[member] = (*lists.get(member, ()), entry)
        words: dict[str, Any] = {"id": "device", "role": "device", "origin": "evidence"}
        device = Environment(**words, debug="not-defined", migration="not-defined", **lists)
        return Body(version="1", size=len(source.data), protection="signed", environments=(device,))

    def sources(piece: ClaimSet, source: Input) -> Iterator[Source]:
        for place in SET.places(source.data, 0):
            name = place.row.name if place.row else ""
            paths = claimed.get(name, ())
            if paths is not None:
                yield Source(name, place.entry.value, place.entry.end, paths)

    kind = EvidenceType(
        name="toy",
        title="Toy",
        versions=("1",),
        status="provisional",
        change_controller="nobody",
        references=(Reference("TOY 1", "The Toy"),),
        identify=identify,
        read=read,
        claims=claims,
        signed=signed,
        sources=sources,
        tables=lambda: tables,
        schema=None,
        fixtures=folder,
        spec=None,
        unclaimed={"magic": "the same in every one"},
    )
    _fixtures(folder / "valid", pieces)
    return kind


def _fixtures(folder: Path, pieces: tuple[dict[int, Any], ...]) -> None:
    folder.mkdir(parents=True)
    for number, piece in enumerate(pieces):
        (folder / f"piece-{number}.bin").write_bytes(cbor.dumps(piece))
        fixture = {
            "what": "a toy",
            "why": "to be broken",
            "origin": "generator",
            "generator": "here",
            "claims": {},
        }
        (folder / f"piece-{number}.json").write_text(json.dumps(fixture))
