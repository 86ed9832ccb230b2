"""A quote in normalized claims: what a TPM measured, and the TPM; and the facts that tie to it what lies beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.claims import Binding, Bytes, Consistency, Fact, Note
from evidence.input import Input
from evidence.registry import Body
from evidence.types import _certificates
from evidence.types._event_log import KIND, Replay
from evidence.types._notes import note
from evidence.types.tpm2_quote import VARIANT, VERSION
from evidence.types.tpm2_quote.mapping import MEASURED, TPM, fields, piece_of
from evidence.types.tpm2_quote.read import Tpm2Quote
from evidence.wire import hashes
from evidence.wire.hashes import CANDIDATES

NOT_OBFUSCATED: Final = frozenset({"endorsement", "platform"})
"""Hierarchies whose keys see the counters and the version as they are (TPM 2.0 Part 2, 10.11.1)."""


def claims(quote: Tpm2Quote, source: Input) -> Body:
    """The claims of a quote and of what lies beside it. Nothing says what the TPM measured: never a `workload`."""
    notes: list[Note] = []
    piece, values = piece_of(quote, source), fields(quote)
    environments = (
        MEASURED.environment((values,), piece, notes),
        TPM.environment((values,), piece, notes),
    )
    notes += _remarks(quote)
    notes += _outside(source)
    facts = (*_pcr_digest(quote), *_qualified_signer(quote))
    replay = _replayed(quote, facts, source, notes)
    signature = quote.signature
    return Body(
        version=VERSION,
        variant=VARIANT,
        size=len(source.data),
        protection="none" if signature is None else "mac" if signature.is_mac else "signed",
        bindings=_caller_data(quote),
        environments=environments,
        consistency=(*facts, *replay.facts),
        certificates=tuple(
            _certificates.entry(certificate, f"certificate-{index}", "tpm")
            for index, certificate in enumerate(quote.certificates)
        ),
        logs=replay.logs,
        notes=tuple(notes),
        attachment_facts=tuple(_facts(quote)),
    )


def _replayed(quote: Tpm2Quote, facts: tuple[Consistency, ...], source: Input, notes: list[Note]) -> Replay:
    """What an event log brings, where one lies beside the quote."""
    if KIND not in source.attachments:
        return Replay()
    from evidence.types.tpm2_quote import replay

    return replay.replayed(quote, facts, source, notes)


def pcr_digest_of(quote: Tpm2Quote) -> tuple[Consistency, ...]:
    """The fact that says whether the values beside the quote are the quote's, where there are some."""
    return tuple(_pcr_digest(quote))


def _caller_data(quote: Tpm2Quote) -> tuple[Binding, ...]:
    """What whoever asked for the quote chose, which need be no nonce; nothing where they chose nothing."""
    if not quote.attest.extra_data:
        return ()
    return (
        Binding(
            name="extra_data",
            role="caller-data",
            declared="opaque",
            requested_by="unspecified",
            environment="measured",
            value=Bytes(quote.attest.extra_data),
        ),
    )


def hierarchy(quote: Tpm2Quote) -> str | None:
    """The hierarchy that the key beside the quote is a primary key of, if the quote names that key."""
    key = quote.ak.public if quote.ak else None
    return key.primary_of(quote.attest.qualified_signer) if key else None


def _pcr_digest(quote: Tpm2Quote) -> Iterator[Consistency]:
    """Whether the values beside the quote are those that its digest is over, in the order of its own selection."""
    if quote.values is None:
        return
    alg, computed = _over_values(quote)
    same = computed == quote.attest.pcr_digest and not quote.values.contradicts
    unknown = computed is None and not quote.values.contradicts
    yield Consistency(
        name="pcr-digest-binding",
        status="not-computable" if unknown else "matches" if same else "differs",
        digest_of="pcr-values",
        compared_to="/environments/measured/measurements/pcr-digest",
        alg=alg,
        computed=None if computed is None else Bytes(computed),
    )


def _over_values(quote: Tpm2Quote) -> tuple[str | None, bytes | None]:
    """The digest over the selected PCRs and its hash: the signing scheme's, else the one of its size that signs with TPMs.

    None where a value is missing, or the hash is not known.
    """
    attest, values = quote.attest, quote.values.by_place if quote.values else {}
    size = len(attest.pcr_digest)
    named = quote.signature.hash if quote.signature else None
    alg = named or ("sha-1" if size not in CANDIDATES else CANDIDATES[size][0])
    parts = [values.get((one.bank, number)) for one in attest.pcr_select for number in one.pcrs]
    content = b"".join(part for part in parts if part is not None)
    return alg, None if None in parts else hashes.compute(alg, content)


def _qualified_signer(quote: Tpm2Quote) -> Iterator[Consistency]:
    """Whether the quote names the key beside it. It says nothing of whose signature there is.

    The parent of a key that is no primary one is not at hand; of Azure's it is known that it is one.
    """
    if quote.ak is None:
        return
    named = hierarchy(quote) is not None
    yield Consistency(
        name="qualified_signer-binding",
        status="matches" if named else "differs" if quote.ak.from_azure else "not-computable",
        value_of="vtpm-ak",
        compared_to="/environments/tpm/identifiers/qualified_signer",
    )


def _remarks(quote: Tpm2Quote) -> Iterator[Note]:
    """What a reader should know about the quote as a whole."""
    if quote.signature is None:
        yield note("unsigned", "/evidence/protection", "no signature lies beside the quote")
    if not quote.attest.extra_data:
        yield note("empty-extra-data", MEASURED.here, "whoever asked for the quote gave it nothing to repeat")
    if hierarchy(quote) not in NOT_OBFUSCATED:
        detail = "unless the key is of the endorsement or platform hierarchy, the TPM added to version and counters"
        yield note("possibly-obfuscated", f"{TPM.here}/values/firmware_version", detail)


def _outside(source: Input) -> Iterator[Note]:
    """The report of a TEE beside the quote says nothing of its TPM, which the host may run."""
    if any(carrier.facts.get("tee_attestation") for carrier in source.carriers):
        yield note(
            "tpm-outside-tee",
            TPM.here,
            "neither the key nor the PCRs are tied to the report beside the quote",
        )


def _facts(quote: Tpm2Quote) -> Iterator[tuple[str, Fact]]:
    """The form of each attachment, and the hierarchy of the key."""
    if quote.values is not None:
        yield "pcr-values", Fact(name="format", text=quote.values.form)
    if (name := hierarchy(quote)) is not None:
        yield "ak", Fact(name="hierarchy", text=name)
