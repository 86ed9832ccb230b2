"""Device evidence as Linux hands it out: a dump of the objects of one device, in netlink, in JSON, or a folder of them.

The objects have no magic, and say neither which device they are of nor which shape the measurements have. What is signed
is put together again: the negotiation before the request and the response. The report of the interface is signed by
nobody, and so a piece of its own. The generation and the names of objects are the carrier's words, and nothing else.

Neither interface is in a release of Linux. Sources: Linux (2026), Documentation/netlink/specs/device-evidence.yaml and
pci-tsm.yaml; TF-RMM (2026), on what of a certificate chain and of a response its objects hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor, InBytes, InJson, Pieces
from evidence.carriers.json import octets
from evidence.errors import CarrierError, EvidenceError, MalformedEvidence, NotEvidence
from evidence.input import NOTHING, Carrier, Input, Remark
from evidence.wire import device_evidence as dumps
from evidence.wire import netlink
from evidence.wire.device_evidence import MEASUREMENTS, REPORT, SLOTS, VCA, Dump
from evidence.wire.spdm import layout
from evidence.wire.spdm.messages import every, slot_of

NAME: Final = "linux-device-evidence"
OBJECTS: Final = frozenset(dumps.NAMES)
"""The files of a folder of them."""
FOLDER: Final = "folder"
"""The family of objects that are files."""
SPDM, TDISP = "dmtf-spdm", "pci-tdisp"
FRAME: Final = 30
"""Bytes of a secured message's frame that may follow a response: an RMM counts what the transport gave. No request
and response are so short."""
MEMBERS: Final = tuple(name for name in dumps.NAMES if name != REPORT)
"""What is read of an object of JSON."""
PROVISIONED: Final = 15
"""The slot of a key that the requester has from elsewhere."""
Read = Callable[[str], bytes | None]
MOST_NAMES: Final = 8
RECORD, RESPONSE, PAIR, TRANSCRIPT = "record", "response", "pair", "transcript"
BEGIN: Final = b"\x10\x84\0\0"
"""How a negotiation begins, of any version."""
SHAPES: Final = {layout.GET_VERSION: TRANSCRIPT, layout.GET_MEASUREMENTS: PAIR, layout.MEASUREMENTS: RESPONSE}
"""The code of the first message to what `measurements` holds; anything else is a record of blocks."""


def unwrap(source: Input) -> Pieces:
    """The pieces in a netlink dump; None for other bytes. Raises `CarrierError`, `NotEvidence`, `LimitExceeded`."""
    order = netlink.order_of(source.data)
    if order is None:
        return None
    try:
        dump = dumps.from_netlink(source.data, order)
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None
    return None if dump is None else pieces(source, dump)


def in_json(source: Input, value: Any) -> Pieces:
    """The same for the JSON of a dump."""
    if not dumps.is_json(value):
        return None
    try:
        return pieces(source, dumps.from_json(value))
    except MalformedEvidence as error:
        raise error.of_carrier(NAME) from None


def in_object(source: Input, value: Any) -> Pieces:
    """The SPDM evidence in a JSON object with the objects as its members, in base64 or hexadecimal.

    Services write such documents about a CPU and its devices: the report in one is not taken, as nothing says that it
    is the kernel's object and not a word of theirs.
    """
    if not isinstance(value, dict) or not all(
        isinstance(value.get(name), str | list) for name in (VCA, MEASUREMENTS)
    ):
        return None
    names = [name for name in MEMBERS if value.get(name)]
    return pieces(source, Dump("json", {name: octets(value[name], name, NAME) for name in names}))


def is_folder(names: Iterable[str]) -> bool:
    """Whether files of these names are the objects of a device."""
    return not {MEASUREMENTS, REPORT}.isdisjoint(names)


def in_folder(names: Iterable[str], read: Read, source: Input) -> Iterator[Input]:
    """The pieces in a folder of objects. `read(name)` gives the bytes of a file.

    Raises what is wrong with any of them: they are of one device.
    """
    there, size = {*names}, 0
    objects: dict[str, bytes] = {}
    for name in dumps.NAMES:
        if name in there and (content := read(name)):
            size += len(content)
            limits.check("input", limits.INPUT_BYTES, size, path=name)
            objects[name] = content
    for piece in pieces(source, Dump(FOLDER, objects)):
        if isinstance(piece, EvidenceError):
            raise piece
        yield piece


def pieces(source: Input, dump: Dump) -> Iterator[Input | EvidenceError]:
    """The SPDM evidence and the report of the interface, as far as they are there.

    Raises `NotEvidence` for the digests of objects, and for objects of which none is evidence.
    """
    if (alg := dumps.digests(dump)) is not None:
        detail = f"{alg} of each: --attach tsm-digests=FILE gives them to the objects"
        raise NotEvidence(kind="digests of the objects of a device", detail=detail)
    if not {MEASUREMENTS, REPORT, VCA} & dump.objects.keys():
        names = ", ".join(dump.objects) or "nothing"
        raise NotEvidence(
            kind="objects of a device without measurements or a report", detail=names[: limits.PATH]
        )
    return _pieces(source, dump)


def _pieces(source: Input, dump: Dump) -> Iterator[Input | EvidenceError]:
    if dump.objects.keys() & {MEASUREMENTS, VCA} and (
        MEASUREMENTS in dump.objects or REPORT not in dump.objects
    ):
        try:
            yield _measured(source, dump)
        except EvidenceError as error:
            yield error
    if (report := dump.objects.get(REPORT)) is not None:
        carrier = Carrier(NAME, REPORT, _facts(dump))
        piece = source.inside(carrier, report, obtained="reassembled")
        digests = {kind: piece.attachments[kind] for kind in ("tsm-digests",) if kind in piece.attachments}
        yield replace(
            piece,
            attachments=digests or NOTHING,
            by_caller=piece.by_caller & digests.keys(),
            type=TDISP,
            remarks=source.remarks + _ended(dump),
        )


def _measured(source: Input, dump: Dump) -> Input:
    """The SPDM evidence: negotiation, requests and responses in one, with the certificates of the slot that signs."""
    request = source.attachments.get("request", b"")
    shaped = _shaped(dump.objects.get(VCA, b""), dump.objects.get(MEASUREMENTS, b""), request)
    chosen, remarks = _chain(dump.objects, slot_of(shaped.conversation))
    attachments = dict(shaped.beside)
    if chosen:
        attachments["certificates"] = dump.objects[chosen]
    facts = _facts(dump)
    if chosen and "certificates" not in source.attachments:
        facts["certificates"] = chosen
    if shaped.frame:
        facts["frame-bytes"] = str(shaped.frame)
    piece = source.inside(
        Carrier(NAME, MEASUREMENTS, facts), shaped.data, attachments=attachments, obtained="reassembled"
    )
    return replace(piece, type=SPDM, remarks=source.remarks + _ended(dump) + remarks)


class Shaped(NamedTuple):
    """SPDM evidence as it was put together: its shape, its bytes, what stands beside it, what follows its end.

    `conversation` are all messages that are there, for whoever looks into them.
    """

    shape: str
    data: bytes
    conversation: bytes = b""
    beside: Mapping[str, bytes] = NOTHING
    frame: int = 0


def _shaped(vca: bytes, measured: bytes, request: bytes) -> Shaped:
    """The bytes that a signature is over, in one; what has no place before the others stands beside them.

    The request of whoever asked stands before a response that has none.
    """
    if vca and not vca.startswith(BEGIN):
        raise CarrierError(carrier=NAME, path=VCA, reason="it does not begin with GET_VERSION")
    shape = SHAPES.get(measured[1], RECORD) if len(measured) > 1 and measured[0] >> 4 == 1 else RECORD
    if shape == RESPONSE and request:
        shape, measured = PAIR, request + measured
    if not measured or shape == PAIR:
        return _framed(PAIR, vca + measured)
    if shape == TRANSCRIPT:
        if vca and not measured.startswith(vca):
            reason = "the negotiation in it is not that of vca"
            raise CarrierError(carrier=NAME, path=MEASUREMENTS, reason=reason)
        return _framed(TRANSCRIPT, measured)
    beside = {"transcript-prefix": _negotiation(vca)} if vca else NOTHING
    if shape == RECORD:
        return Shaped(RECORD, measured, beside=beside)
    return Shaped(RESPONSE, measured, vca + measured, beside, _behind(vca + measured))


def _framed(shape: str, data: bytes) -> Shaped:
    return Shaped(shape, data, data, frame=_behind(data))


def _behind(data: bytes) -> int:
    """How many bytes of a frame follow the last response: too few for another request and response."""
    last = None
    for last in every(data):
        if last.code == layout.MEASUREMENTS and len(data) - last.end <= FRAME:
            break
    if last is None or last.code != layout.MEASUREMENTS:
        return 0
    left = data[last.end :]
    return len(left) if any(left) and len(left) <= FRAME else 0


def _negotiation(vca: bytes) -> bytes:
    """GET_VERSION to ALGORITHMS, without the messages that a transcript of everything has behind them."""
    return next((vca[: message.end] for message in every(vca) if message.code == layout.ALGORITHMS), vca)


def _chain(objects: Mapping[str, bytes], slot: int | None) -> tuple[str, tuple[Remark, ...]]:
    """The object with the certificates of a slot, or none; and what is to be noted.

    CCA puts the chain of whatever slot into object 0, as DER without the header of SPDM: so one alone is taken.
    """
    chains = [f"cert{number}" for number in range(SLOTS) if f"cert{number}" in objects]
    if not chains or slot == PROVISIONED:
        return "", ()
    own = f"cert{slot or 0}"
    if own in chains:
        return own, ()
    if slot is None:
        return (chains[0], ()) if len(chains) == 1 else ("", ())
    if len(chains) == 1 and _is_der(objects[chains[0]]):
        detail = (
            f"slot {slot} signs; the only chain is in {chains[0]}, and says of no slot that it is its own"
        )
        return chains[0], (Remark("slot-object", detail),)
    return "", (Remark("slot-object", f"slot {slot} signs; there are chains of {', '.join(chains)}"),)


def _is_der(chain: bytes) -> bool:
    """Whether a chain is DER alone: the length in front of SPDM's structure may begin with the same byte."""
    return chain[:1] == b"\x30" and int.from_bytes(chain[:4], "little") != len(chain)


def _ended(dump: Dump) -> tuple[Remark, ...]:
    return () if dump.ended else (Remark("dump-unfinished", "no NLMSG_DONE ends it"),)


def _facts(dump: Dump) -> dict[str, str]:
    """What the carrier says beside the evidence: its family, the generation, the objects and their sizes (bytes)."""
    known = [f"{name}:{len(value)}" for name, value in dumps.iterate(dump) if name in dumps.NAMES]
    unknown = [name for name in dump.objects if name not in dumps.NAMES]
    facts = {"family": dump.family, "objects": " ".join(known)}
    if dump.generation is not None:
        facts["generation"] = str(dump.generation)
    if unknown:
        facts["unknown-objects"] = " ".join(unknown[:MOST_NAMES])
    return facts


CARRIERS: Final = (
    CarrierDescriptor(
        name=NAME,
        section="spdm",
        told_by=(
            "a netlink dump of the families `device-evidence` or `pci-tsm` in either byte order, the JSON that pyynl makes "
            "of it; a folder with `measurements` or `report`; JSON, `measurements` beside `vca`"
        ),
        taken=(
            "`vca` and `measurements` as one SPDM piece (a `dmtf-spdm` record where they hold no messages), and `report` "
            "as a piece of `pci-tdisp`"
        ),
        rest=(
            "the certificates of the slot that signs become `certificates`; before a response without its request, `vca` "
            "becomes `transcript-prefix`, unless the caller gives the request (`--attach request=FILE`); family, "
            "generation and sizes are facts. The objects' digests alone are refused "
            "(`--attach tsm-digests=FILE` gives them to the objects). Two generations, an object twice or not as long "
            "as it says, a value of no object, and a dump that ended with an error are errors. Of an object of JSON, which is a service's own, the report is not taken. Not in a release of Linux"
        ),
        source="Linux, `Documentation/netlink/specs/device-evidence.yaml` (2026)",
        forms=(InBytes(unwrap), InJson(in_json, ("*/val",)), InJson(in_object, MEMBERS)),
    ),
)
