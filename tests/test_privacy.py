"""Claims without what links them to a machine."""

from __future__ import annotations

from msgspec.structs import replace

from evidence.claims import (
    Attachment,
    Bytes,
    CarrierInfo,
    Certificate,
    Consistency,
    Environment,
    Fact,
    Identifier,
    Key,
    Manifest,
    Note,
    Unknown,
    Value,
)
from evidence.encode.json import to_json
from evidence.privacy import WITHHELD, withhold
from tests.test_claims import binding, document, environment, holding

CHIP = Bytes(range(1, 33))
SERIAL = "SN-20261125-77"
CHIP_ID = Identifier(name="chip_id", scope="platform", linkable=True, status="present", value=CHIP)
SERIAL_ID = Identifier(name="serial", scope="device", linkable=True, status="present", text=SERIAL)
REPORT_ID = Identifier(
    name="report_id", scope="instance", linkable=False, status="present", value=Bytes(b"\7" * 32)
)


def platform(**entries: object) -> Environment:
    found: Environment = replace(
        environment("platform"), identifiers=(CHIP_ID, SERIAL_ID, REPORT_ID), **entries
    )
    return found


def test_what_links_nothing_is_left_as_it_is() -> None:
    claims = document(holding(identifiers=(REPORT_ID,)))
    assert withhold(claims) is claims


def test_linkable_identifiers_lose_their_value_and_others_keep_it() -> None:
    left = withhold(document(platform()))
    chip, serial, report = left.environments[0].identifiers
    assert chip == replace(CHIP_ID, status="withheld", value=None)
    assert serial == replace(SERIAL_ID, status="withheld", text=None)
    assert report == REPORT_ID
    assert [note.code for note in left.notes] == [WITHHELD]


def test_a_masked_identifier_links_nothing_and_stays_masked() -> None:
    masked = replace(CHIP_ID, status="masked", value=None, raw=Bytes(64))
    claims = document(holding(identifiers=(masked,)))
    assert withhold(claims) is claims


def test_bytes_behind_another_status_are_withheld_too() -> None:
    odd = replace(CHIP_ID, status="absent-by-flag", value=None, raw=CHIP)
    left = withhold(document(holding(identifiers=(odd,))))
    assert left.environments[0].identifiers[0] == replace(odd, status="withheld", raw=None)


def test_entries_that_repeat_an_identifier_are_left_out_wherever_they_stand() -> None:
    inside = Bytes(b"before" + CHIP + b"after")
    claims = document(
        platform(
            label=f"device {SERIAL}",
            values=(Value(name="id", bytes=CHIP), Value(name="no", text=SERIAL), Value(name="vmpl", int=1)),
            unknown=(Unknown(label="-1", raw=inside), Unknown(label="-2", raw=Bytes(b"x"))),
            keys=(Key(name="k", use="attestation", encoding="bytes", linkable=False, raw=inside),),
            manifests=(Manifest(name="m", format="text", raw=Bytes(b"chip " + CHIP.hex().encode())),),
        ),
        bindings=(replace(binding("b", "context"), value=inside), binding("c", "context")),
        consistency=(Consistency(name="x-binding", status="matches", compared_to="/y", computed=inside),),
        attachments=(
            Attachment(kind="certificates", sha256=Bytes(32), size=1, origin="caller"),
            Attachment(kind="event-log", sha256=Bytes(32), size=1, origin="caller"),
        ),
        notes=(
            Note(code="serial", path="", detail=f"it is {SERIAL}"),
            Note(code="fine", path="", detail="x"),
        ),
    )
    claims = replace(
        claims,
        evidence=replace(
            claims.evidence,
            carriers=(
                CarrierInfo(name="json", facts=(Fact(name="serial", text=SERIAL),)),
                CarrierInfo(name="hex"),
            ),
        ),
    )
    left = withhold(claims)
    text = to_json(left)
    assert CHIP.hex().encode() not in text
    assert SERIAL.encode() not in text
    found = left.environments[0]
    assert found.label is None
    assert [entry.name for entry in found.values] == ["vmpl"]
    assert [entry.label for entry in found.unknown] == ["-2"]
    assert (found.keys, found.manifests, left.consistency) == ((), (), ())
    assert [entry.name for entry in left.bindings] == ["c"]
    assert [entry.kind for entry in left.attachments] == ["event-log"]
    assert [entry.name for entry in left.evidence.carriers] == ["hex"]
    assert [note.code for note in left.notes] == ["fine", WITHHELD]


def test_certificates_are_left_out_even_where_nothing_else_links() -> None:
    certificate = Certificate(
        source="x5chain",
        sha256=Bytes(32),
        spki_sha256=Bytes(32),
        subject="CN=x",
        issuer="CN=y",
        serial=Bytes(b"\1"),
        not_before="2026-01-01T00:00:00Z",
        not_after="2027-01-01T00:00:00Z",
        encoding="der",
    )
    left = withhold(document(environment("td"), certificates=(certificate,)))
    assert left.certificates == ()
    assert [note.code for note in left.notes] == [WITHHELD]


def test_measurements_are_kept_whatever_they_are() -> None:
    claims = document(platform())
    assert withhold(claims).environments[0].measurements == claims.environments[0].measurements
    assert withhold(withhold(claims)).environments == withhold(claims).environments
