"""The values of PCRs beside a quote, in the three forms of `tpm2_quote`; what other tools write is rewritten as one of them.

Sources: tpm2-tools, `lib/pcr.c` (`serialized`: the C structures, little-endian, whole; `values`: the digests alone);
TCG, TPM 2.0 Library, Part 2, 10.9.7 and 10.9.8 (`marshaled`: TPML_PCR_SELECTION, then TPML_DIGESTs).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from evidence import limits
from evidence.errors import ConstraintViolation, EvidenceError
from evidence.wire.cursor import Cursor
from evidence.wire.hashes import SIZES
from evidence.wire.tpm.algorithms import HASHES, SPEC
from evidence.wire.tpm.attest import Selection, read_selections

SLOTS: Final = 16
"""Selections of a TPML_PCR_SELECTION in C, used or not."""
SELECTION_BYTES: Final = 4 + SLOTS * 8
DIGESTS: Final = 8
"""Digests of a TPML_DIGEST."""
LIST_BYTES: Final = 4 + DIGESTS * 66
WHAT: Final = "pcr-values"
PCRS: Final = 32
"""Numbers of PCRs that a bitmap can have."""


class PcrValue(NamedTuple):
    """The value of one PCR in one bank, and where it lies."""

    bank: int
    pcr: int
    digest: bytes
    start: int
    end: int


class Values(NamedTuple):
    """The form, and the values in their order; `contradicts`: the file says that other PCRs are in it than are."""

    form: str
    values: tuple[PcrValue, ...]
    contradicts: bool = False

    @property
    def by_place(self) -> Mapping[tuple[int, int], bytes]:
        """Bank and PCR to the value; of several, the first."""
        places: dict[tuple[int, int], bytes] = {}
        for value in self.values:
            places.setdefault((value.bank, value.pcr), value.digest)
        return places


def read(data: bytes, selections: tuple[Selection, ...]) -> Values:
    """The values in a file; `selections` are the quote's, which say what lies in a file without its own.

    Raises `MalformedEvidence` or `LimitExceeded`.
    """
    count = int.from_bytes(data[:4], "little")
    if (
        len(data) >= SELECTION_BYTES + 4
        and 0 < count <= SLOTS
        and not (len(data) - SELECTION_BYTES - 4) % LIST_BYTES
    ):
        return _placed("serialized", data, selections, *_serialized(data, count))
    if data[:2] == b"\0\0" and int.from_bytes(data[2:4], "big") > 0:
        return _placed("marshaled", data, selections, *_marshaled(data))
    return Values("values", tuple(_bare(data, selections)))


Places = list[tuple[int, int]]
"""Banks and PCRs."""
Ranges = list[tuple[int, int]]
"""Where digests lie."""


def _serialized(data: bytes, count: int) -> tuple[Places, Ranges]:
    chosen = []
    for slot in range(count):
        start = 4 + 8 * slot
        bank, size = int.from_bytes(data[start : start + 2], "little"), data[start + 2]
        if not 1 <= size <= 4:
            raise violation(start + 2, size, "a bitmap of 1 to 4 bytes")
        chosen.append(Selection(bank, data[start + 3 : start + 3 + size], start, start + 8))
    cursor = Cursor(data, WHAT, SELECTION_BYTES)
    lists = cursor.uint(4)
    if cursor.left != lists * LIST_BYTES:
        raise violation(SELECTION_BYTES, lists, f"{cursor.left // LIST_BYTES} lists of digests")
    digests = []
    for _ in range(lists):
        inner = cursor.sub(LIST_BYTES, WHAT)
        used = inner.uint(4)
        if used > DIGESTS:
            raise violation(inner.at - 4, used, f"up to {DIGESTS} digests")
        for slot in range(used):
            at = inner.at + 66 * slot
            size = int.from_bytes(data[at : at + 2], "little")
            if size > 64:
                raise violation(at, size, "a digest of up to 64 bytes")
            digests.append((at + 2, at + 2 + size))
    return _selected(chosen), digests


def _selected(selections: Iterable[Selection]) -> Places:
    return [(selection.bank, pcr) for selection in selections for pcr in selection.pcrs]


def _marshaled(data: bytes) -> tuple[Places, Ranges]:
    cursor = Cursor(data, WHAT)
    places = _selected(read_selections(cursor))
    digests = []
    while cursor.left:
        count = cursor.big(4)
        limits.check("digests of PCRs", PCRS, count, offset=cursor.at - 4)
        for _ in range(count):
            size = cursor.big(2)
            start = cursor.skip(size, WHAT)
            digests.append((start, cursor.at))
        limits.check("digests of PCRs", PCRS * limits.PCR_SELECTIONS, len(digests), offset=cursor.at)
        if not count:
            raise violation(cursor.at - 4, 0, "a list with digests")
    return places, digests


def _bare(data: bytes, selections: tuple[Selection, ...]) -> Iterator[PcrValue]:
    at = 0
    for selection in selections:
        size = SIZES.get(HASHES.get(selection.bank, ""), 0)
        for pcr in selection.pcrs:
            yield PcrValue(selection.bank, pcr, data[at : at + size], at, at + size)
            at += size
    if at != len(data):
        raise violation(
            0, len(data), f"the {at} bytes that the selection of the quote needs, or a form with its own"
        )


def _placed(
    form: str, data: bytes, selections: tuple[Selection, ...], places: Places, digests: Ranges
) -> Values:
    """The values by the selection of the file; by that of the quote, which is signed, where only its number fits."""
    signed = _selected(selections)
    contradicts = len(places) != len(digests)
    if contradicts and len(signed) == len(digests):
        places = signed
    if len(places) != len(digests):
        raise violation(0, len(digests), f"a digest for each of the {len(places)} selected PCRs")
    values = []
    for (bank, pcr), (start, end) in zip(places, digests, strict=True):
        due = SIZES.get(HASHES.get(bank, ""), end - start)
        if end - start != due:
            raise violation(start, end - start, f"a value of {due} bytes")
        values.append(PcrValue(bank, pcr, data[start:end], start, end))
    contradicts |= len(places) == len(signed) and set(places) != set(signed)
    return Values(form, tuple(values), contradicts)


def violation(offset: int, got: object, allowed: str) -> ConstraintViolation:
    """The error for a file that says something that cannot be."""
    return ConstraintViolation(what=WHAT, offset=offset, got=got, allowed=allowed, spec=SPEC)


def marshal(banks: Iterable[tuple[int, Mapping[int, bytes]]]) -> bytes:
    """What a carrier has in a form of its own, as `marshaled`: banks by number, each with its PCRs by index."""
    selections, digests = b"", []
    count = 0
    for bank, values in banks:
        bitmap = sum(1 << pcr for pcr in values).to_bytes(4, "little")
        selections += bank.to_bytes(2, "big") + b"\x04" + bitmap
        digests += [values[pcr] for pcr in sorted(values)]
        count += 1
    lists = (digests[at : at + DIGESTS] for at in range(0, len(digests), DIGESTS))
    return (count.to_bytes(4, "big") + selections) + b"".join(
        len(some).to_bytes(4, "big") + b"".join(len(each).to_bytes(2, "big") + each for each in some)
        for some in lists
    )


def is_file(data: bytes) -> bool:
    """Whether bytes are a file of values with a selection of its own."""
    try:
        return read(data, ()).form != "values"
    except EvidenceError:
        return False
