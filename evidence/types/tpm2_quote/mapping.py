"""What the fields of a quote mean, and what lies beside it: the second table of TPMS_ATTEST, beside `wire.tpm.attest`."""

from __future__ import annotations

from collections.abc import Mapping as Values
from typing import Any, Final, NamedTuple

from evidence.claims import Attribute, Bytes, Digest, Identifier, Key, Measurement, Value
from evidence.input import Input
from evidence.limits import SAFE_INTEGER
from evidence.mapping import Mapping, NotedEntry, Number, Octets, Part, Row, Truth, by_piece, complete
from evidence.types.tpm2_quote.ak import Ak
from evidence.types.tpm2_quote.read import Tpm2Quote
from evidence.wire.hashes import CANDIDATES, SIZES
from evidence.wire.tpm.algorithms import HASHES, hash_name
from evidence.wire.tpm.attest import Attest, Selection
from evidence.wire.tpm.public import ATTRIBUTES, DECRYPT, RESTRICTED, SIGN
from evidence.words import Origin

SHA_1: Final = 20
"""Bytes of a digest that only SHA-1 has."""


class QuotePiece(NamedTuple):
    """What a row may look at beside its own field: the quote with all that is beside it, and whose word that is."""

    quote: Tpm2Quote
    origins: Values[str, Origin]


def piece_of(quote: Tpm2Quote, source: Input) -> QuotePiece:
    return QuotePiece(quote, {kind: source.attached_by(kind) for kind in source.attachments})


def scheme_hash(piece: QuotePiece) -> str | None:
    """The hash of the signing scheme, which the digest over the PCRs is made with, where the signature names it."""
    signature = piece.quote.signature
    return signature.hash if signature else None


def ak_origin(piece: QuotePiece) -> Origin:
    return piece.origins.get("ak", "carrier")


def values_origin(piece: QuotePiece) -> Origin:
    return piece.origins.get("pcr-values", "carrier")


def repeated(piece: QuotePiece) -> frozenset[int]:
    """The places of selections whose bank was selected before."""
    banks = [selection.bank for selection in piece.quote.attest.pcr_select]
    return frozenset(at for at, bank in enumerate(banks) if bank in banks[:at])


def digest(name: str | None, value: bytes) -> Digest:
    """A digest by a known hash of its size, else by one that is not named."""
    fits = name is not None and SIZES.get(name) == len(value)
    return Digest(alg=name if fits and name else "unknown", digest=Bytes(value))


@by_piece
def pcr_digest(name: str, value: bytes, named: str | None) -> Measurement:
    """The digest over the selected PCRs, by the hash of the signing scheme; its size alone says SHA-1 only."""
    named = "sha-1" if len(value) == SHA_1 else named
    entry = digest(named, value)
    return Measurement(
        name=name,
        phase="runtime",
        subject="unspecified",
        form="digest",
        digests=(entry,),
        alg_candidates=CANDIDATES[len(value)] if entry.alg == "unknown" else (),
    )


def bank_name(bank: int) -> str:
    return HASHES.get(bank, f"{bank:#06x}")


@by_piece
def selection(name: str, value: Selection, again: frozenset[int]) -> Attribute | NotedEntry:
    """Which PCRs of a bank are signed. A bank that is selected twice is hashed twice."""
    entry = Attribute(
        name=f"pcr_select-{bank_name(value.bank)}",
        raw=Bytes(value.bitmap),
        set=tuple(f"pcr{number}" for number in value.pcrs),
        unknown=(),
    )
    number = int(name.rpartition("-")[2])
    if number in again:
        entry = Attribute(name=f"{entry.name}-{number}", raw=entry.raw, set=entry.set, unknown=())
        return NotedEntry(entry, "duplicate-entry", "the bank is selected before; its PCRs are hashed once more")
    if value.bank not in HASHES:
        return NotedEntry(entry, "unknown-hash", f"a bank of algorithm {value.bank:#06x}")
    return entry


@by_piece
def pcr(_: str, value: tuple[int, tuple[tuple[int, bytes], ...], bool], origin: Origin) -> Measurement | NotedEntry:
    """The value of a PCR, a digest for each bank, as whoever carried the quote says it."""
    index, banks, is_selected = value
    entry = Measurement(
        name=f"pcr{index}",
        phase="runtime",
        subject="unspecified",
        form="extended",
        origin=origin,
        index=index,
        digests=tuple(
            Digest(
                alg=hash_name(bank),
                digest=Bytes(content),
                raw=None if bank in HASHES else Bytes(bank.to_bytes(2, "big")),
            )
            for bank, content in banks
        ),
    )
    if is_selected:
        return entry
    return NotedEntry(entry, "pcr-not-selected", "the quote does not select this PCR in every bank that has a value")


@by_piece
def qualified_signer(name: str, value: bytes, _: Any) -> Identifier:
    """The name of the key that the TPM says it signs with; anonymous schemes have none."""
    if not value:
        return Identifier(name=name, scope="key", linkable=True, status="none", raw=Bytes(value))
    return Identifier(name=name, scope="key", linkable=True, status="present", value=Bytes(value))


@by_piece
def clock(name: str, value: int, _: Any) -> Value:
    """Milliseconds since the TPM was cleared; bytes where a number would not be exact."""
    if value > SAFE_INTEGER:
        return Value(name=name, bytes=Bytes(value.to_bytes(8, "big")))
    return Value(name=name, int=value)


@by_piece
def key(name: str, value: Ak, origin: Origin) -> Key:
    """The attestation key, which nobody signs."""
    return Key(
        name=name, use="attestation", encoding=value.encoding, linkable=True, raw=Bytes(value.raw), origin=origin
    )


@by_piece
def key_name(name: str, value: Ak, origin: Origin) -> Identifier | None:
    """The name of the key, where it has the structure that a name is made of, and a hash that is known."""
    made = value.public.name if value.public else None
    if made is None:
        return None
    return Identifier(name=name, scope="key", linkable=True, status="present", value=Bytes(made), origin=origin)


@by_piece
def key_attributes(name: str, value: Ak, origin: Origin) -> Attribute | NotedEntry | None:
    """TPMA_OBJECT. Only a restricted key signs nothing but what its TPM made."""
    if value.public is None:
        return None
    bits = value.public.attributes
    numbers = [number for number in range(32) if bits >> number & 1]
    entry: Attribute | NotedEntry = Attribute(
        name=name,
        raw=Bytes(bits.to_bytes(4, "big")),
        set=tuple(ATTRIBUTES[number] for number in numbers if number in ATTRIBUTES),
        unknown=tuple(number for number in numbers if number not in ATTRIBUTES),
        origin=origin,
    )
    if unknown := [number for number in numbers if number not in ATTRIBUTES]:
        text = ", ".join(map(str, unknown))
        entry = NotedEntry(entry, "unknown-bits", f"bits {text} are set and have no name")
    if bits >> RESTRICTED & 1 and bits >> SIGN & 1 and not bits >> DECRYPT & 1:
        return entry
    return NotedEntry(entry, "ak-not-restricted", "a key that may sign anything: that a TPM made the quote proves nothing")


# fmt: off
MEASURED: Final = Mapping(
    Part(
        None,
        # field                member          what it becomes there
        Row("pcr_digest",      "measurements", pcr_digest,        name="pcr-digest", by=scheme_hash),
        Row("pcr_values",      "measurements", pcr,               name="pcr{}", by=values_origin, each=True),
        Row("pcr_select",      "attributes",   selection,         name="pcr_select-{}", by=repeated, each=True),
        Row("extra_data",      also=("/bindings/extra_data",)),
    ),
    id="measured", role="unspecified", origin="evidence", depends_on=("tpm",),
    debug="not-defined", migration="not-defined",
)
TPM: Final = Mapping(
    Part(
        None,
        Row("qualified_signer",  "identifiers",  qualified_signer),
        Row("clock",             "values",       clock,            name="clock_ms"),
        Row("reset_count",       "values",       Number()),
        Row("restart_count",     "values",       Number()),
        Row("safe",              "values",       Truth(),          name="clock_safe"),
        Row("firmware_version",  "values",       Octets()),
        Row("ak",                "keys",         key,              by=ak_origin),
        Row("ak",                "identifiers",  key_name,         name="ak_name", by=ak_origin),
        Row("ak",                "attributes",   key_attributes,   name="ak_attributes", by=ak_origin),
    ),
    id="tpm", role="quoting", label="tpm2", origin="evidence", debug="not-defined", migration="not-defined",
)
# fmt: on
FIXED: Final = {
    "magic": "one value",
    "type": "one value: all others are refused",
    "places": "where the fields lie",
}
complete(
    {*Attest._fields, "pcr_values", "ak"}, *MEASURED.parts, *TPM.parts, elsewhere=FIXED
)


def tables() -> tuple[Mapping, ...]:
    """The two environments of a quote."""
    return (MEASURED, TPM)


def fields(quote: Tpm2Quote) -> dict[str, Any]:
    """The fields by their names, and what lies beside the quote under the names of its rows; what is empty is not there."""
    attest = quote.attest
    fields = {**attest._asdict(), "pcr_values": registers(quote), "ak": quote.ak}
    if not attest.extra_data:
        del fields["extra_data"]
    return fields


def registers(quote: Tpm2Quote) -> tuple[tuple[int, tuple[tuple[int, bytes], ...], bool], ...] | None:
    """The PCRs in ascending order, each with its banks and values, and whether the quote selects all of these."""
    if quote.values is None:
        return None
    selected = {(one.bank, number) for one in quote.attest.pcr_select for number in one.pcrs}
    banks: dict[int, list[tuple[int, bytes]]] = {}
    for (bank, number), content in quote.values.by_place.items():
        banks.setdefault(number, []).append((bank, content))
    return tuple(
        (number, tuple(banks[number]), all((bank, number) in selected for bank, _ in banks[number]))
        for number in sorted(banks)
    )
