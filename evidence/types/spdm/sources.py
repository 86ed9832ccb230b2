"""Where every field lies, and the claims that it became.

Fields of the exchange that the claims are made from have the name of their message; those of other
exchanges have `other.` before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import accumulate
from typing import Final

from evidence.input import Input
from evidence.paths import join
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types.spdm.beside import beside, source_of
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.chain import REASSEMBLED
from evidence.types.spdm.choice import Choice, choose
from evidence.types.spdm.claims import base_hash, claims, measurement_hash
from evidence.types.spdm.embedded import embedded
from evidence.types.spdm.layout import BlockHeader, DeviceMode, DmtfHeader
from evidence.types.spdm.measurements import DEVICE, SHAPES, main_mode
from evidence.types.spdm.native import Exchange, Transcript
from evidence.types.spdm.opaque import Element, GeneralHeader, NvidiaFormat, NvidiaHeader, TypedHeader
from evidence.wire.layout import Layout
from evidence.wire.spdm.messages import Message

NEGOTIATED: Final[dict[str, tuple[str, ...]]] = {
    "CAPABILITIES.flags": (f"{DEVICE}/attributes/capabilities",),
    "ALGORITHMS.measurement_specification_sel": (f"{DEVICE}/values/measurement_specification_sel",),
    "ALGORITHMS.other_params_selection": (f"{DEVICE}/attributes/other_params",),
    "ALGORITHMS.measurement_hash_algo": (f"{DEVICE}/values/measurement_hash",),
    "ALGORITHMS.base_asym_sel": (f"{DEVICE}/values/base_asym",),
    "ALGORITHMS.base_hash_sel": (f"{DEVICE}/values/base_hash",),
    "ALGORITHMS.pqc_asym_sel": (f"{DEVICE}/values/pqc_asym",),
    "ALGORITHMS.mel_specification_sel": (f"{DEVICE}/values/mel_specification_sel",),
}
BOUND: Final = {
    "GET_MEASUREMENTS.nonce": "requester_nonce",
    "CHALLENGE.nonce": "requester_nonce",
    "MEASUREMENTS.nonce": "responder_nonce",
    "CHALLENGE_AUTH.nonce": "responder_nonce",
    "MEASUREMENTS.requester_context": "requester_context",
    "CHALLENGE_AUTH.requester_context": "requester_context",
    "CHALLENGE_AUTH.cert_chain_hash": "certificate_chain_hash",
    "CHALLENGE_AUTH.measurement_summary_hash": "measurement_summary_hash",
}
REQUESTED: Final = {
    "GET_MEASUREMENTS.param1": (f"{DEVICE}/attributes/request_attributes",),
    "GET_MEASUREMENTS.param2": (f"{DEVICE}/values/requested_index",),
    "MEASUREMENTS.param1": (f"{DEVICE}/values/number_of_indices",),
    "MEASUREMENTS.param2": (f"{DEVICE}/values/slot_id", f"{DEVICE}/values/content_changed"),
    "CHALLENGE_AUTH.param1": (f"{DEVICE}/values/slot_id",),
    "CHALLENGE_AUTH.param2": (f"{DEVICE}/values/slot_mask",),
}
Rows = tuple[tuple[str, int, int, tuple[str, ...]], ...]
"""Fields: their names, where they start and end in a message (bytes), and what they became in this document."""
PREFIX: Final = "attachment:transcript-prefix"
BESIDE: Final = (
    "versions/mutable-firmware-version-{}",
    "svns/mutable-firmware-svn-{}",
    "manifests/measurement-manifest-{}",
)
"""What a block of an index can say beside being a measurement."""


def sources(transcript: Transcript, given: Input) -> Iterator[Source]:
    """Every field of every message, block, element and certificate."""
    choice = choose(transcript, [])
    present = _present(transcript, given)
    fixed = cache(partial(_fixed, present))
    names = _names(transcript, choice)
    split = {one.response.start for one in transcript.exchanges if one.is_split}
    for message in transcript.messages:
        for source in _message(message, names.get(message.start, ("", "", "")), present, fixed):
            if message.start not in split or not source.field.endswith(".opaque_data"):
                yield source
    blocks = _block_paths(choice.blocks, present)
    chosen = frozenset(map(id, choice.blocks))
    for block in transcript.record:
        yield from _block(block, "", blocks)
    for exchange in transcript.exchanges:
        prefix = names[exchange.response.start][0]
        for block in exchange.blocks:
            lost = f"{DEVICE}/unknown/superseded-block-{block.index}"
            told = blocks if id(block) in chosen else {block.index: (lost,) if lost in present else ()}
            yield from _block(block, prefix + "MEASUREMENTS.", told)
        yield from _opaque(exchange, prefix, present)
    for message in transcript.context.messages:
        for source in _message(message, ("prefix.", "", ""), present, fixed):
            yield source._replace(layer=PREFIX)
    yield from _chain(transcript, choice)
    yield from embedded(given.data, choice.blocks, transcript.chain).sources()


def _present(transcript: Transcript, given: Input) -> frozenset[str]:
    """The paths of the device's entries and of the bindings that this very document has."""
    body = claims(transcript, given)
    device = body.environments[0]
    found = {f"/bindings/{binding.name}" for binding in body.bindings} | {f"{DEVICE}/debug"}
    if device.lifecycle is not None:
        found.add(f"{DEVICE}/lifecycle")
    for name in ("identifiers", "svns", "versions", "values", "attributes", "manifests"):
        found |= {f"{DEVICE}/{name}/{entry.name}" for entry in getattr(device, name)}
    labels = Counter(entry.label for entry in device.unknown)
    return frozenset(found | {f"{DEVICE}/unknown/{label}" for label, count in labels.items() if count == 1})


def _names(transcript: Transcript, choice: Choice) -> dict[int, tuple[str, str, str]]:
    """For each message of an exchange (by its start) what stands before its name, its bindings', and its hashes'."""
    bound = {exchange.response.start: name for name, exchange in choice.others}
    found = {}
    for exchange in transcript.exchanges:
        main = exchange is choice.main
        counts = exchange is choice.challenge
        before = "" if main else bound.get(exchange.response.start, "none_")
        told = ("" if main or counts else "other.", before, "" if counts else before)
        for message in (exchange.request, exchange.response):
            if message is not None:
                found[message.start] = told
    return found


def _message(
    message: Message,
    names: tuple[str, str, str],
    present: frozenset[str],
    fixed: Callable[[type[Layout], str, bool], Rows],
) -> Iterator[Source]:
    start = message.start
    prefix, bound, hashes = names
    for field, low, high, paths in fixed(type(message.fixed), message.name, bool(bound)):
        yield Source(prefix + field, start + low, start + high, paths)
    for name, part in message.parts.items():
        if name in {"measurement_record", "cert_chain"} or not part.value:
            continue
        field = f"{message.name}.{name}"
        binding = BOUND.get(field, "")
        entry = f"{hashes if 'hash' in binding else bound}{binding}"
        wanted = (f"/bindings/{entry}", f"{DEVICE}/identifiers/{entry}")
        told = tuple(path for path in wanted if path in present)
        if name == "slot_id_param" and not bound and f"{DEVICE}/values/slot_id" in present:
            told = (f"{DEVICE}/values/slot_id",)
        if name == "opaque_data" and not bound and f"{DEVICE}/unknown/opaque_data" in present:
            told = (f"{DEVICE}/unknown/opaque_data",)
        yield Source(prefix + field, part.start, part.end, told)


def _fixed(present: frozenset[str], kind: type[Layout], message: str, other: bool) -> Rows:  # noqa: FBT001 (of another exchange)
    """The fixed fields of a kind of message."""
    rows = []
    for name, place in kind.PLACES.items():
        field = f"{message}.{name}"
        wanted = NEGOTIATED.get(field, () if other else REQUESTED.get(field, ()))
        if name == "spdm_version" and message in {"MEASUREMENTS", "CHALLENGE_AUTH"}:
            wanted = ("/evidence/version",)
        paths = tuple(path for path in wanted if path in present or path.startswith("/evidence"))
        rows.append((field, place.offset, place.end, paths))
    return tuple(rows)


def _block_paths(blocks: tuple[Block, ...], present: frozenset[str]) -> dict[int, tuple[str, ...]]:
    """Index to the paths of what a block became: its measurement, by name where that is unique, comes first."""
    names = [_name(block) for block in blocks]
    counts = Counter(names)
    mode = main_mode(blocks)
    found = {}
    for place, (block, name) in enumerate(zip(blocks, names, strict=True)):
        step = name if counts[name] == 1 else str(place)
        said = [f"{DEVICE}/{one.format(block.index)}" for one in BESIDE]
        if block is mode:
            said += [f"{DEVICE}/{field}" for field in ("debug", "lifecycle")]
            said += [f"{DEVICE}/attributes/{field}" for field in DeviceMode.FIELDS]
        measured = join("environments", "device", "measurements", step)
        found[block.index] = (measured, *(path for path in said if path in present))
    return found


def _name(block: Block) -> str:
    return "unknown-specification" if block.value_type is None else SHAPES[block.value_type].name


def _rows(*parts: type[Layout]) -> tuple[tuple[str, int, int], ...]:
    """The fields of structures one after the other: name, start and end (bytes)."""
    starts = accumulate((part.SIZE for part in parts), initial=0)
    return tuple(
        (f".{field}", start + place.offset, start + place.end)
        for part, start in zip(parts, starts, strict=False)
        for field, place in part.PLACES.items()
    )


OTHER_BLOCK: Final = _rows(BlockHeader)
DMTF_BLOCK: Final = _rows(BlockHeader, DmtfHeader)


def _block(block: Block, prefix: str, paths: Mapping[int, tuple[str, ...]]) -> Iterator[Source]:
    made = paths.get(block.index, ())
    told = made[:1]
    name = f"{prefix}block-{block.index}"
    start, value = block.start, block.end - len(block.value)
    for field, low, high in OTHER_BLOCK if block.value_type is None else DMTF_BLOCK:
        yield Source(name + field, start + low, start + high, told)
    if value < block.end:
        yield Source(f"{name}.value", value, block.end, made)


def _opaque(exchange: Exchange, prefix: str, present: frozenset[str]) -> Iterator[Source]:
    """The header of opaque data that is split, and its elements."""
    opaque = exchange.response.part("opaque_data")
    if opaque is None or not exchange.is_split:
        return
    header: type[Layout] | None = GeneralHeader if exchange.general else None
    if exchange.nvidia_format is not None:
        header = NvidiaFormat
    paths = (f"{DEVICE}/values/opaque_data_format",) if header is NvidiaFormat and not prefix else ()
    for field, place in header.PLACES.items() if header else ():
        start = opaque.start
        yield Source(f"{prefix}opaque.{field}", start + place.offset, start + place.end, paths)
    seen = set()
    for element in exchange.nvidia:
        kind = element.kind if element.type not in seen else None
        seen.add(element.type)
        name = f"nvidia-opaque-{element.type}" if kind is None else kind.name
        wanted = [
            f"{DEVICE}/{place}/{name}" for place in ("identifiers", "svns", "versions", "values", "unknown")
        ]
        told = tuple(path for path in wanted if path in present) if not prefix else ()
        yield from _element(element, f"{prefix}opaque.{element.type}", told)
    for number, general in enumerate(exchange.general):
        path = f"{DEVICE}/unknown/opaque:{general.registry}:{general.vendor.hex()}"
        told = (path,) if path in present and not prefix else ()
        yield Source(f"{prefix}opaque.element-{number}", general.start, general.end, told)
        padded = general.end + -(general.end - general.start) % 4
        yield Source(f"{prefix}opaque.reserved_padding", general.end, padded)


def _element(element: Element, name: str, told: tuple[str, ...]) -> Iterator[Source]:
    start = element.start
    header = NvidiaHeader if element.value_type is None else TypedHeader
    for field, place in header.PLACES.items():
        yield Source(f"{name}.{field}", start + place.offset, start + place.end, told)
    if start + header.SIZE < element.end:
        yield Source(f"{name}.value", start + header.SIZE, element.end, told)


def _chain(transcript: Transcript, choice: Choice) -> Iterator[Source]:
    """The certificates, and those of their extensions that became layers."""
    chain = transcript.chain
    if chain is None:
        return
    around = beside(transcript, choice, base_hash(transcript), measurement_hash(transcript).hash, [])
    for certificate in chain.certificates:
        extensions: dict[str, tuple[str, ...]] = {}
        for described in around.described:
            if around.ordered[described.certificate] is certificate:
                path = f"/environments/{described.environment}"
                extensions[described.oid] = (*extensions.get(described.oid, ()), path)
        for path, (said_by, oid) in around.told.items():
            if said_by is certificate:
                extensions[oid] = (*extensions.get(oid, ()), path)
        for source in _certificates.sources(
            certificate, source_of(chain, certificate), extensions, chain.layer
        ):
            content = chain.whole[source.start : source.end] if chain.layer == REASSEMBLED else source.content
            yield source._replace(content=content)
