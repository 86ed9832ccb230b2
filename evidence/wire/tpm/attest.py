"""TPMS_ATTEST: what a TPM signs, of which only a quote is evidence.

Source: TCG, TPM 2.0 Library, Part 2, 10.12.12 (TPMS_ATTEST), 10.12.4 (TPMS_QUOTE_INFO), 10.9.7 (TPML_PCR_SELECTION).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence import limits
from evidence.errors import ConstraintViolation, NotEvidence
from evidence.wire.cursor import Cursor
from evidence.wire.hashes import SIZES
from evidence.wire.tpm.algorithms import HASHES, SPEC

MAGIC: Final = b"\xffTCG"
QUOTE: Final = 0x8018
OTHERS: Final = {
    0x8014: "TPM2_NV_Certify",
    0x8015: "TPM2_GetCommandAuditDigest",
    0x8016: "TPM2_GetSessionAuditDigest",
    0x8017: "TPM2_Certify",
    0x8019: "TPM2_GetTime",
    0x801A: "TPM2_CertifyCreation",
    0x801C: "TPM2_NV_Certify (a digest)",
}
"""What else begins so: TPMI_ST_ATTEST to the command."""
EXTRA_DATA: Final = 64
"""Bytes of extraData at most: TPM2B_DATA has the size of the largest digest."""
DIGESTS: Final = (20, 32, 48, 64)
HANDLE: Final = 4
"""Bytes of a name that is a handle."""


class QuotedRange(NamedTuple):
    """Where a field lies, in bytes."""

    start: int
    end: int


class Selection(NamedTuple):
    """One TPMS_PCR_SELECTION: the number of the bank, the bitmap, and where both lie."""

    bank: int
    bitmap: bytes
    start: int
    end: int

    @property
    def pcrs(self) -> tuple[int, ...]:
        """The numbers of the selected PCRs, ascending: bit i of byte j is PCR 8j+i."""
        return tuple(8 * j + i for j, byte in enumerate(self.bitmap) for i in range(8) if byte >> i & 1)


class Attest(NamedTuple):
    """The fields of a quote in their order; `places` are where each of them lies."""

    magic: bytes
    type: int
    qualified_signer: bytes
    extra_data: bytes
    clock: int
    reset_count: int
    restart_count: int
    safe: bool
    firmware_version: bytes
    pcr_select: tuple[Selection, ...]
    pcr_digest: bytes
    places: dict[str, QuotedRange]


def is_attest(data: bytes) -> bool:
    """Whether bytes begin as a TPMS_ATTEST of a known type does."""
    return data[:4] == MAGIC and int.from_bytes(data[4:6], "big") in (QUOTE, *OTHERS)


def read(data: bytes) -> Attest:
    """The quote that the bytes are, to their end.

    Raises `NotEvidence` for another attestation, else `Truncated`, `TrailingBytes`, `ConstraintViolation` or
    `LimitExceeded`.
    """
    cursor = Cursor(data, "TPMS_ATTEST")
    places: dict[str, QuotedRange] = {}

    def place(name: str, size: int) -> bytes:
        start = cursor.at
        value = cursor.take(size, name)
        places[name] = QuotedRange(start, cursor.at)
        return value

    def sized(name: str) -> bytes:
        return place(name, cursor.big(2, name))

    magic = place("magic", 4)
    if magic != MAGIC:
        raise violation("magic", 0, magic, "ff544347 (TPM_GENERATED_VALUE)")
    number = int.from_bytes(place("type", 2), "big")
    if number != QUOTE:
        if number in OTHERS:
            raise NotEvidence(
                kind=f"a TPM attestation of {OTHERS[number]}", detail="only a quote is evidence"
            )
        raise violation("type", 4, number, "8018 (TPM_ST_ATTEST_QUOTE)")
    signer = sized("qualified_signer")
    check_name(signer, places["qualified_signer"].start)
    extra_data = sized("extra_data")
    if len(extra_data) > EXTRA_DATA:
        raise violation(
            "extra_data", places["extra_data"].start - 2, len(extra_data), f"up to {EXTRA_DATA} bytes"
        )
    clock, resets, restarts = (int.from_bytes(place(*field), "big") for field in COUNTERS)
    safe = place("safe", 1)[0]
    if safe > 1:
        raise violation("safe", places["safe"].start, safe, "0 or 1")
    firmware_version = place("firmware_version", 8)
    start = cursor.at
    selections = tuple(read_selections(cursor))
    places["pcr_select"] = QuotedRange(start, cursor.at)
    digest = sized("pcr_digest")
    if len(digest) not in DIGESTS:
        raise violation("pcr_digest", places["pcr_digest"].start - 2, len(digest), "20, 32, 48 or 64 bytes")
    cursor.done()
    return Attest(
        *(magic, number, signer, extra_data, clock, resets, restarts, bool(safe), firmware_version),
        *(selections, digest, places),
    )


COUNTERS: Final = (("clock", 8), ("reset_count", 4), ("restart_count", 4))


def read_selections(cursor: Cursor) -> Iterator[Selection]:
    """A TPML_PCR_SELECTION: a bank each, of which no TPM has more than `limits.PCR_SELECTIONS`."""
    start = cursor.at
    count = cursor.big(4, "pcr_select")
    limits.check("PCR selections", limits.PCR_SELECTIONS, count, offset=start)
    for _ in range(count):
        start = cursor.at
        bank = cursor.big(2, "pcr_select")
        size = cursor.big(1, "pcr_select")
        if not 1 <= size <= 4:
            raise violation("pcr_select", start + 2, size, "a bitmap of 1 to 4 bytes")
        yield Selection(bank, cursor.take(size, "pcr_select"), start, cursor.at)


def check_name(name: bytes, offset: int) -> None:
    """A name is empty, a handle, or the number of a hash and its digest; `ConstraintViolation` for anything else."""
    if len(name) in {0, HANDLE}:
        return
    alg = HASHES.get(int.from_bytes(name[:2], "big"))
    if (alg is None and 2 < len(name) <= 2 + EXTRA_DATA) or (alg is not None and len(name) == 2 + SIZES[alg]):
        return
    raise violation("qualified_signer", offset - 2, len(name), "nothing, a handle, or the size of its hash")


def violation(field: str, offset: int, got: object, allowed: str) -> ConstraintViolation:
    """The error for a field that is outside of what it may hold."""
    return ConstraintViolation(
        what=f"TPMS_ATTEST.{field}", offset=offset, got=got, allowed=allowed, spec=SPEC
    )
