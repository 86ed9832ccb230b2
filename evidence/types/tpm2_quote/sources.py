"""Where every field of a quote and of its attachments lies, and the claims that it became."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.input import Input
from evidence.mapping import gather
from evidence.registry import Source
from evidence.types import _certificates, _event_log
from evidence.types.tpm2_quote.ak import Ak
from evidence.types.tpm2_quote.claims import pcr_digest_of
from evidence.types.tpm2_quote.mapping import MEASURED, TPM, fields, piece_of
from evidence.types.tpm2_quote.read import Tpm2Quote
from evidence.types.tpm2_quote.replay import banks, fact

DIGEST: Final = "/environments/measured/measurements/pcr-digest"
BESIDE: Final = "attachment:{}"


def sources(quote: Tpm2Quote, source: Input) -> Iterator[Source]:
    """Every field of the quote, then the attachments."""
    piece, values = piece_of(quote, source), fields(quote)
    claimed = gather(part for table in (MEASURED, TPM) for part in table.claimed((values,), piece))
    for name, place in quote.attest.places.items():
        if name == "pcr_select":
            for index, one in enumerate(quote.attest.pcr_select):
                field = f"pcr_select.{index}"
                yield Source(field, one.start, one.end, claimed.get(field, ()))
        else:
            yield Source(name, place.start, place.end, claimed.get(name, ()))
    if quote.signature is not None:
        yield from _signature(source)
    if quote.values is not None:
        yield from _values(quote)
    if quote.ak is not None:
        yield Source("ak", 0, len(source.attachments["ak"]), _of_key(quote.ak), BESIDE.format("ak"))
    if _event_log.is_read(source):
        facts = (f"/consistency/{fact(bank)}-replay" for bank in banks(quote, pcr_digest_of(quote)))
        end = len(source.attachments[_event_log.KIND])
        yield Source("event_log", 0, end, (*facts, _event_log.LOG), BESIDE.format(_event_log.KIND))
    for index, certificate in enumerate(quote.certificates):
        yield from _certificates.sources(
            certificate, f"certificate-{index}", layer=BESIDE.format("certificates")
        )


def _signature(source: Input) -> Iterator[Source]:
    """The signature, whose hash is that of the digest over the PCRs."""
    decided = (f"{DIGEST}/digests/0/alg", f"{DIGEST}/alg_candidates")
    end = len(source.attachments["signature"])
    yield Source("signature", 0, end, ("/signatures/quote", *decided), BESIDE.format("signature"))


def _values(quote: Tpm2Quote) -> Iterator[Source]:
    """The value of each PCR in each bank; of a bank that is there twice, the first one counts."""
    layer = BESIDE.format("pcr-values")
    banks: dict[int, list[int]] = {}
    for at, value in enumerate(quote.values.values if quote.values else ()):
        digests = banks.setdefault(value.pcr, [])
        if value.bank in digests:
            continue
        path = f"/environments/measured/measurements/pcr{value.pcr}"
        claims = (f"{path}/digests/{len(digests)}", *(() if digests else (path,)))
        digests.append(value.bank)
        yield Source(f"pcr_values.{at}", value.start, value.end, claims, layer)


def _of_key(ak: Ak) -> tuple[str, ...]:
    """The claims that the key became: one without the structure of a TPM has neither attributes nor name."""
    entries = (
        ("keys/ak",) if ak.public is None else ("keys/ak", "identifiers/ak_name", "attributes/ak_attributes")
    )
    return tuple(f"{TPM.here}/{entry}" for entry in entries)
