"""Arm CCA: the token has digests of the objects of each device that the realm took in.

GroupSource: Arm DEN0137 2.0 (device claims: identity, measurements, negotiation) and the RMM: the identity is the digest of
the certificates as they came, the measurements that of request and response, the negotiation that of all of it. They
fit only where the objects were kept byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence.claims import Environment
from evidence.groups.document import GroupPlace, Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.values import TieTerms
from evidence.groups.words import How
from evidence.input import Input
from evidence.paths import join
from evidence.wire import hashes

NAME: Final = "arm-cca"
HASHES: Final[dict[int, How]] = {32: "sha-256", 48: "sha-384", 64: "sha-512"}
"""What a digest of this length is by, as the RMM has no others."""
IDENTITY, MEASUREMENTS, NEGOTIATION = "identity_digest", "measurements", "protocol_negotiation_digest"
OBJECTS: Final = {IDENTITY: "certificates", MEASUREMENTS: "measurements", NEGOTIATION: "transcript-prefix"}
"""The digests, and the object of the device that each is of."""

DIGITS: Final = 10
"""More than the size of any object has."""


class Slot(NamedTuple):
    """What a token says of one device: where each digest stands, and which it is."""

    cpu: MemberPart
    digests: dict[str, tuple[GroupPlace, bytes]]


def ties(parts: Parts) -> Iterator[Tie]:
    """Of each device, the digests of its objects, where a token has one of them.

    A device of which no token has a digest is tied by none: it may be another one's.
    """
    slots = [
        Slot(part, _digests(part, environment))
        for part in parts.members
        if part.claims is not None and part.claims.evidence.type == NAME
        for environment in part.claims.environments
        if environment.role == "device"
    ]
    known: dict[bytes, list[Slot]] = {}
    for slot in slots:
        for value in {digest for _, digest in slot.digests.values()}:
            known.setdefault(value, []).append(slot)
    if not known:
        return
    algs = {HASHES[len(value)] for value in known}
    for device in parts.members:
        objects = _objects(device)
        computed = {
            (name, alg): hashes.compute(alg, content) for name, content in objects.items() for alg in algs
        }
        fitting = {id(slot): slot for value in computed.values() for slot in known.get(value or b"", ())}
        for slot in fitting.values():
            yield from _of(slot, device, objects, computed)


def _digests(part: MemberPart, environment: Environment) -> dict[str, tuple[GroupPlace, bytes]]:
    """The digests of one device by their names; what has the length of none of the hashes is left out."""
    at = ("environments", environment.id)
    entries: list[tuple[str, str, bytes | None]] = [
        *(
            ("measurements", one.name, one.digests[0].digest)
            for one in environment.measurements
            if one.digests
        ),
        *(("identifiers", one.name, one.value) for one in environment.identifiers),
        *(("values", one.name, one.bytes) for one in environment.values),
    ]
    return {
        name: (GroupPlace(member=part.id, path=join(*at, of, name)), bytes(value))
        for of, name, value in entries
        if name in OBJECTS and value is not None and len(value) in HASHES and any(value)
    }


def _objects(part: MemberPart) -> dict[str, bytes]:
    """The objects of a device as they came; none of a member that is no device.

    Where a carrier put its objects together, their sizes divide them again; sizes that lie make digests differ.
    """
    if part.kind != "device" or part.input is None:
        return {}
    source = part.input
    objects = {
        IDENTITY: source.attachments.get("certificates", b""),
        NEGOTIATION: source.attachments.get("transcript-prefix", b""),
    }
    sizes = _sizes(source)
    if sizes is None:
        objects[MEASUREMENTS] = b"" if source.obtained == "reassembled" else source.data
    elif sum(sizes) == len(source.data):
        objects[NEGOTIATION], objects[MEASUREMENTS] = source.data[: sizes[0]], source.data[sizes[0] :]
    elif sizes[1] == len(source.data):
        objects[MEASUREMENTS] = source.data
    return {name: content for name, content in objects.items() if content}


def _sizes(source: Input) -> tuple[int, int] | None:
    """The sizes (bytes) of negotiation and measurements, where a carrier says of which objects it made the evidence."""
    facts = next(
        (carrier.facts["objects"] for carrier in source.carriers if "objects" in carrier.facts), None
    )
    if facts is None:
        return None
    sizes = {
        name: int(size) for name, _, size in (word.partition(":") for word in facts.split()) if _is_size(size)
    }
    return sizes.get("vca", 0), sizes.get("measurements", 0)


def _is_size(text: str) -> bool:
    """Whether a text is a number of bytes that an object may have."""
    return text.isascii() and text.isdecimal() and len(text) < DIGITS


def _of(
    slot: Slot, device: MemberPart, objects: dict[str, bytes], computed: dict[tuple[str, How], bytes | None]
) -> Iterator[Tie]:
    for name, (place, digest) in slot.digests.items():
        alg = HASHES[len(digest)]
        terms = TieTerms("content-hash", NAME, alg, f"object:{OBJECTS[name]}", slot.cpu.id, device.id)
        if name not in objects:
            yield terms.unknown("not-at-hand", value=place)
        else:
            yield terms.tie(fits=computed[name, alg] == digest, value=place)
