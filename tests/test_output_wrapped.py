"""Wrappers around the bytes: records, tags, collections and configfs entries give the same evidence back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from evidence import load, parse, parse_all
from evidence.convert import Evidence, Failure
from evidence.encode import cmw, configfs
from evidence.errors import UsageError
from evidence.wire import cbor, content_formats
from evidence.wire.cbor import Tag
from tests.builtin import BY_NAME, CASES, Case, every_case

SNP = "application/vnd.amd.sev-snp.attestation-report"
WRAPPED = tuple(
    case
    for case in CASES
    if case.type.content_type(case.read().claims.evidence.variant) is not None
    and not case.loaded.fixture.force
    and not case.read().input.carriers
)


def message(case: Case) -> cmw.WrappedMessage:
    one = case.read()
    media_type = one.type.content_type(one.claims.evidence.variant)
    assert media_type is not None
    return cmw.WrappedMessage(one.data, media_type)


@pytest.mark.parametrize("case", WRAPPED, ids=[case.name for case in WRAPPED])
def test_a_record_gives_the_same_evidence_back(case: Case) -> None:
    one = case.read()
    for wrap in (cmw.record_cbor, cmw.record_json):
        back = parse(wrap(message(case)), options=case.loaded.fixture.options or None)
        assert (back.type.name, back.claims.evidence.sha256) == (one.type.name, one.claims.evidence.sha256)


def test_every_type_with_a_media_type_has_been_wrapped() -> None:
    assert {case.type.name for case in WRAPPED} == {"amd-sev-snp", "arm-psa", "eat"}


@every_case
def test_a_content_type_is_one_that_the_type_is_read_by(case: Case) -> None:
    assert {content_formats.bare(name) for name in case.type.content_types.values()} <= set(
        case.type.media_types
    )


def test_a_record_has_the_number_of_its_content_format_and_the_bit_of_evidence() -> None:
    assert cbor.loads(cmw.record_cbor(cmw.WrappedMessage(b"x", "application/eat+cwt"))) == (263, b"x", 4)
    assert cbor.loads(cmw.record_cbor(cmw.WrappedMessage(b"x", SNP))) == (SNP, b"x", 4)
    assert json.loads(cmw.record_json(cmw.WrappedMessage(b"\xff", "application/eat+cwt"))) == [
        "application/eat+cwt",
        "_w",
        4,
    ]


@pytest.mark.parametrize(
    ("media_type", "number"),
    [
        ("application/eat+cwt", 1668547081),
        ("application/eat-ucs+cbor", 1668547085),
        ("application/eat-ucs+json", 1668547086),
        ("application/uccs+cbor", 1668547420),
        ("application/toc+cbor", 1668557428),
        ("application/ce+cbor", 1668557429),
    ],
)
def test_a_tag_is_that_of_rfc_9277(media_type: str, number: int) -> None:
    assert cbor.loads(cmw.tag(cmw.WrappedMessage(b"x", media_type))) == Tag(number, b"x")


def test_what_has_no_content_format_has_no_tag() -> None:
    with pytest.raises(UsageError):
        cmw.tag(cmw.WrappedMessage(b"x", SNP))


def test_the_last_content_format_with_a_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cmw.NUMBERS, "x/last", 65024)
    monkeypatch.setitem(cmw.NUMBERS, "x/above", 65025)
    assert cbor.loads(cmw.tag(cmw.WrappedMessage(b"x", "x/last"))) == Tag(1668612095, b"x")
    with pytest.raises(UsageError):
        cmw.tag(cmw.WrappedMessage(b"x", "x/above"))


def test_a_collection_holds_evidence_and_certificates_apart() -> None:
    one = BY_NAME["amd-sev-snp/v3-milan"].read()
    messages = {
        "evidence": cmw.WrappedMessage(one.data, SNP),
        "certificates": cmw.WrappedMessage(b"-----BEGIN", cmw.PEM_CHAIN, cmw.ENDORSEMENTS),
    }
    for write in (cmw.collection_cbor, cmw.collection_json):
        pieces = parse_all(write(messages, "tag:example.com,2026:x"))
        (piece,) = [item for item in pieces if isinstance(item, Evidence)]
        (beside,) = [item for item in pieces if isinstance(item, Failure)]
        assert (piece.at, piece.claims.evidence.sha256) == ("evidence", one.claims.evidence.sha256)
        assert (beside.at, beside.error.code) == ("certificates", "not-evidence")
        facts: list[Any] = [fact for carrier in piece.claims.evidence.carriers for fact in carrier.facts]
        assert ("collection", "tag:example.com,2026:x") in {(fact.name, fact.text) for fact in facts}


@pytest.mark.parametrize("messages", [{}, {"__cmwc_t": cmw.WrappedMessage(b"x", SNP)}])
def test_a_collection_of_nothing_or_with_a_label_of_its_own_is_refused(messages: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        cmw.collection_cbor(messages)


def test_bytes_that_were_put_together_are_a_loss_and_so_is_what_lay_beside_them() -> None:
    claims = BY_NAME["amd-sev-snp/v3-milan"].read().claims
    for word in ("rebuilt", "reassembled"):
        changed = replace(claims, evidence=replace(claims.evidence, bytes=word, trailing=3))
        assert [(loss.path, loss.code) for loss in cmw.raw(b"x", changed).losses] == [
            ("/evidence/bytes", "rebuilt"),
            ("/evidence/trailing", "no-home"),
        ]
    assert cmw.raw(b"x", claims) == (b"x", ())


def test_an_entry_of_configfs_is_read_as_one(tmp_path: Path) -> None:
    one = next(iter(parse_all(BY_NAME["amd-sev-snp/v3-extended"].loaded.data)))
    assert isinstance(one, Evidence)
    files, losses = configfs.attributes(one.data, one.claims, one.input.attachments, "sev_guest")
    assert set(files) == {"generation", "outblob", "provider", "auxblob"}
    assert not losses
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    back = load(tmp_path)
    assert back.claims.evidence.sha256 == one.claims.evidence.sha256
    assert [entry.sha256 for entry in back.claims.certificates] == [
        entry.sha256 for entry in one.claims.certificates
    ]


def test_certificates_in_another_form_are_no_auxblob() -> None:
    one = BY_NAME["amd-sev-snp/v3-milan"].read()
    files, _ = configfs.attributes(
        one.data, one.claims, {"certificates": b"-----BEGIN CERTIFICATE-----"}, "sev_guest"
    )
    assert "auxblob" not in files
