"""Conversion out, over every fixture: every form fits, says what it leaves out, and is evidence for nobody again."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given

from evidence import parse
from evidence.claims import Claims
from evidence.encode import coev, eat, ect, grammar
from evidence.encode.canonical import to_canonical_json
from evidence.encode.elements import says_debug
from evidence.encode.json import from_json, to_json
from evidence.encode.names import ueid
from evidence.encode.written import LOSSES, Written
from evidence.errors import NotEvidence, UsageError
from evidence.privacy import withhold
from evidence.wire import cbor, corim
from evidence.wire.cbor import Tag
from tests import arbitrary
from tests.builtin import CASES, Case, every_case

OWN: Final[dict[str, Callable[[Claims], Written]]] = {
    "eat-json": eat.to_eat_json,
    "uccs": eat.to_uccs,
    "coev": coev.to_coev,
    "ect": ect.to_ects,
}
PREFIX: Final = "root/submods/"


def outputs(case: Case) -> Iterator[tuple[str, Written]]:
    claims = case.read().claims
    for form, write in OWN.items():
        yield form, write(claims)


@every_case
def test_every_form_fits_its_grammar_and_is_deterministic(case: Case) -> None:
    claims = case.read().claims
    for form, written in outputs(case):
        grammar.check(form, written.data)
        assert OWN[form](claims) == written


@every_case
def test_losses_are_of_known_codes_and_none_is_said_twice(case: Case) -> None:
    for _, written in outputs(case):
        assert {loss.code for loss in written.losses} <= LOSSES.keys()
        assert len(set(written.losses)) == len(written.losses)


@every_case
def test_what_is_written_or_lost_is_every_entry_of_the_document(case: Case) -> None:
    """An entry whose key stands nowhere in the output has a loss, or is above one that has."""
    claims = case.read().claims
    written = coev.to_coev(claims)
    keys = {element.get(0) for _, elements in triples(written.data) for element in elements}
    lost = {loss.path for loss in written.losses}
    for environment in claims.environments:
        here = f"/environments/{environment.id.replace('~', '~0').replace('/', '~1')}"
        if here in lost:
            continue
        for name in (
            "svns",
            "tcb",
            "versions",
            "inputs",
            "identifiers",
            "signers",
            "attributes",
            "values",
            "manifests",
        ):
            for position, entry in enumerate(getattr(environment, name)):
                step = entry.name.replace("~", "~0").replace("/", "~1")
                paths = {f"{here}/{name}/{step}", f"{here}/{name}/{position}"}
                spelt = {f"{name}/{entry.name}", f"{name}/{entry.name}/{position}"}
                assert spelt & keys or paths & lost, (environment.id, name, entry.name)


@every_case
def test_what_was_converted_is_no_evidence(case: Case) -> None:
    for form, written in outputs(case):
        with pytest.raises(NotEvidence) as caught:
            parse(written.data)
        assert caught.value.kind == corim.CONVERTED, form


@every_case
def test_through_a_claims_set_and_back_nothing_that_was_written_is_lost(case: Case) -> None:
    claims = case.read().claims
    for form in ("uccs", "eat-json"):
        result = parse(OWN[form](claims).data, unwrap_results=True).claims
        assert (result.evidence.type, result.evidence.protection, result.evidence.identified_by) == (
            "eat",
            "none",
            "caller",
        )
        assert ("converted", "/evidence") in {(note.code, note.path) for note in result.notes}
        assert {environment.role for environment in result.environments} == {"unspecified"}
        assert not result.signatures
        assert from_json(to_json(result)) == result
        with pytest.raises(LookupError):
            _ = result.workload
        assert digests(claims) <= digests(result)
        assert words(claims) == {
            id: word for id, word in submodule_words(result).items() if word != "not-reported"
        }
        names = [entry for environment in result.environments for entry in environment.identifiers]
        assert ueids(claims) <= {bytes(name.value) for name in names if name.value}
        if form == "uccs":
            assert nonces(claims) == {bytes(one.value) for one in result.bindings}


def digests(claims: Claims) -> set[tuple[str, bytes]]:
    """The digests of named hashes that the evidence states and that are there."""
    return {
        (digest.alg, bytes(digest.digest))
        for environment in claims.environments
        for entry in environment.measurements
        for digest in entry.digests
        if environment.origin == "evidence" and entry.origin in {None, "evidence"}
        if entry.populated is not False
        and digest.alg not in {"unknown", "sha-1", "sha-224", "sha-512-256", "sm3"}
    }


def words(claims: Claims) -> dict[str, str]:
    return {
        environment.id: environment.debug
        for environment in claims.environments
        if environment.origin == "evidence" and says_debug(environment) is not None
    }


def submodule_words(claims: Claims) -> dict[str, str]:
    return {
        environment.label: environment.debug
        for environment in claims.environments
        if environment.label is not None
        and environment.parent == "root"
        and environment.id.startswith(PREFIX)
    }


def nonces(claims: Claims) -> set[bytes]:
    written = {environment.id for environment in claims.environments if environment.origin == "evidence"}
    return {
        bytes(binding.value)
        for binding in claims.bindings
        if binding.role == "challenge" or (binding.role == "caller-data" and binding.declared == "nonce")
        if 8 <= len(binding.value) <= 64 and binding.environment in written
    }


def ueids(claims: Claims) -> set[bytes]:
    return {
        value
        for environment in claims.environments
        if environment.origin == "evidence" and (value := ueid(environment)) is not None
    }


def triples(data: bytes) -> list[Any]:
    (_, document) = cbor.loads(data)
    return list(document[0][0])


@given(arbitrary.claims())
def test_whatever_a_possible_document_says_every_form_fits(claims: Claims) -> None:
    if all(environment.origin != "evidence" for environment in claims.environments):
        for write in OWN.values():
            with pytest.raises(UsageError):
                write(claims)
        return
    for form, write in OWN.items():
        grammar.check(form, write(claims).data)


# -- vendors


@every_case
def test_a_vendors_profile_fits_and_has_no_mark_of_evidence(case: Case) -> None:
    one = case.read()
    if one.type.corim is None:
        return
    profile = one.type.corim()
    try:
        written = coev.to_coev(one.claims, profile), ect.to_ects(one.claims, profile)
    except UsageError:
        return
    for form, output in zip(("coev", "ect"), written, strict=True):
        grammar.check(form, output.data)
        with pytest.raises(NotEvidence):
            parse(output.data)
        with pytest.raises(NotEvidence):
            parse(output.data, unwrap_results=True)


def test_three_types_have_a_profile_of_their_vendor_and_each_was_written() -> None:
    written: set[str] = set()
    for case in CASES:
        one = case.read()
        if one.type.corim is not None:
            try:
                coev.to_coev(one.claims, one.type.corim())
            except UsageError:
                continue
            written.add(one.type.name)
    assert written == {"amd-sev-snp", "arm-cca", "arm-psa"}


# -- nobody takes it for evidence, however it is wrapped


@pytest.fixture(scope="module")
def uccs() -> bytes:
    return eat.to_uccs(next(case for case in CASES if case.name == "intel-tdx/v4-chain").read().claims).data


def bare(uccs: bytes) -> Any:
    return cbor.loads(uccs).value


FOREIGN: Final = {265: "tag:example.com,2026:ours", 10: b"a nonce!"}
"""Claims of somebody else's token."""


def signed(payload: bytes) -> bytes:
    """A COSE_Sign1 whose signature is nobody's."""
    return cbor.dumps(Tag(61, Tag(18, [cbor.dumps({1: -7}), {}, payload, bytes(64)])))


def in_json(data: bytes) -> bytes:
    """A claims set in JSON under the same profile."""
    return to_canonical_json({"eat_profile": bare(data)[265], "submods": {"td": {"dbgstat": "disabled"}}})


WRAPPINGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "bare": lambda data: cbor.dumps(bare(data)),
    "signed": lambda data: signed(cbor.dumps(bare(data))),
    "submodule": lambda data: cbor.dumps(Tag(601, {**FOREIGN, 266: {"inside": bare(data)}})),
    "submodule of a submodule": lambda data: cbor.dumps(
        Tag(601, {**FOREIGN, 266: {"outside": {10: b"a nonce!", 266: {"inside": bare(data)}}}})
    ),
    "nested token": lambda data: signed(cbor.dumps({**FOREIGN, 266: {"inside": data}})),
    "nested signed token": lambda data: signed(
        cbor.dumps({**FOREIGN, 266: {"inside": signed(cbor.dumps(bare(data)))}})
    ),
    "bundle": lambda data: cbor.dumps(Tag(602, [data, {"beside": cbor.dumps(FOREIGN)}])),
    "wrapper": lambda data: cbor.dumps([267, data, 4]),
    "collection": lambda data: cbor.dumps({"one": [267, data, 4]}),
    "claim of a wrapper": lambda data: cbor.dumps(Tag(601, {299: [267, data, 4]})),
    "measurements": lambda data: cbor.dumps(Tag(601, {**FOREIGN, 273: bare(data)[266]["td"][273]})),
    "signed measurements": lambda data: signed(cbor.dumps({**FOREIGN, 273: bare(data)[266]["td"][273]})),
    "table of contents": lambda data: cbor.dumps(
        Tag(570, {0: [Tag(571, cbor.loads(bare(data)[266]["td"][273][0][1]))]})
    ),
    "member of JSON": lambda data: to_canonical_json({"quote": urlsafe_b64encode(data).decode()}),
    "decoded by a tool": lambda data: to_canonical_json({"payload": json.loads(in_json(data))}),
    "compact JWS": lambda data: b".".join(
        urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"ES256"}', in_json(data), bytes(64))
    ),
    "hexadecimal": lambda data: data.hex().encode(),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_wrapping_changes_nothing(uccs: bytes, wrapping: str) -> None:
    with pytest.raises(NotEvidence) as caught:
        parse(WRAPPINGS[wrapping](uccs))
    assert caught.value.kind == corim.CONVERTED


def test_forcing_the_type_changes_nothing(uccs: bytes) -> None:
    with pytest.raises(NotEvidence):
        parse(uccs, type="eat")


@pytest.mark.parametrize("word", [corim.VERIFIED, f"{corim.OURS}unverified-2"])
def test_any_version_of_our_profile_is_known(uccs: bytes, word: str) -> None:
    with pytest.raises(NotEvidence):
        parse(cbor.dumps(Tag(601, {**bare(uccs), 265: word})))
    with pytest.raises(NotEvidence):
        parse(to_canonical_json({"eat_profile": word, "submods": {"x": {"dbgstat": "enabled"}}}))


def test_unwrapped_a_signed_token_of_ours_has_no_signature(uccs: bytes) -> None:
    piece = parse(signed(cbor.dumps(bare(uccs))), unwrap_results=True)
    assert (piece.claims.evidence.protection, piece.claims.signatures, piece.signed()) == ("none", (), ())


def test_a_profile_of_a_vendor_counts_where_somebody_signed_around_it() -> None:
    one = next(case for case in CASES if case.name.startswith("amd-sev-snp/v3")).read()
    assert one.type.corim is not None
    document = cbor.loads(coev.to_coev(one.claims, one.type.corim()).data).value
    claims = {**FOREIGN, 273: [[10571, cbor.dumps(document)]]}
    assert parse(signed(cbor.dumps(claims))).claims.evidence.protection == "signed"
    with pytest.raises(NotEvidence):
        parse(cbor.dumps(Tag(601, claims)))


# -- no byte of what was withheld


@every_case
def test_no_form_has_a_byte_of_a_withheld_identifier(case: Case) -> None:
    claims = case.read().claims
    left = withhold(claims)
    linking = [
        value
        for environment in claims.environments
        for value in (
            *(entry.value for entry in environment.identifiers if entry.linkable),
            *(entry.raw for entry in environment.keys if entry.linkable),
        )
    ]
    before, after = to_json(claims).decode(), to_json(left).decode()
    secrets = [
        bytes(value)
        for value in linking
        if value is not None and len(value) >= 8 and value.hex() in before
        # fixtures repeat bytes of others, a digest in a thumbprint among them
        if value[-32:].hex() not in after and value.decode("latin-1") not in after
    ]
    for form, write in OWN.items():
        data = write(left).data
        texts = [data, *decoded(json.loads(data))] if form == "eat-json" else [data]
        for secret, part in product(secrets, texts):
            assert secret not in part
            assert secret.hex().encode() not in part


def decoded(value: Any) -> Iterator[bytes]:
    """Every text of a JSON value that is base64url, decoded: whatever lies in it lies at any offset."""
    if isinstance(value, dict):
        for item in value.values():
            yield from decoded(item)
    elif isinstance(value, list):
        for item in value:
            yield from decoded(item)
    elif isinstance(value, str):
        with suppress(ValueError):
            yield urlsafe_b64decode(value + "=" * (-len(value) % 4))


def test_without_being_withheld_such_bytes_are_found() -> None:
    claims = next(case for case in CASES if case.name == "amd-sev-snp/v3-milan").read().claims
    chip = bytes(claims.environment("platform").identifier("chip_id").value or b"")
    assert chip in eat.to_uccs(claims).data
    assert any(chip in part for part in decoded(json.loads(eat.to_eat_json(claims).data)))
