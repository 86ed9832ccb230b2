"""Claims without what links them to a machine."""

from __future__ import annotations

import random
from hashlib import sha384

import pytest
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
from evidence.privacy import LONGEST, WITHHELD, Secrets, withhold
from tests.test_claims import binding, document, environment, holding

CHIP = Bytes(range(1, 33))
SERIAL = "SN-20261125-77"
CHIP_ID = Identifier(name="chip_id", scope="platform", linkable=True, status="present", value=CHIP)
SERIAL_ID = Identifier(name="serial", scope="device", linkable=True, status="present", text=SERIAL)
REPORT_ID = Identifier(
    name="report_id", scope="instance", linkable=False, status="present", value=Bytes(b"\7" * 32)
)


def platform(**entries: object) -> Environment:
    result: Environment = replace(
        environment("platform"), identifiers=(CHIP_ID, SERIAL_ID, REPORT_ID), **entries
    )
    return result


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
    result = left.environments[0]
    assert result.label is None
    assert [entry.name for entry in result.values] == ["vmpl"]
    assert [entry.label for entry in result.unknown] == ["-2"]
    assert (result.keys, result.manifests, left.consistency) == ((), (), ())
    assert [entry.name for entry in left.bindings] == ["c"]
    assert left.attachments == ()
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


KEY = Key(name="ek", use="endorsement", encoding="bytes", linkable=True, raw=Bytes(b"\5" * 16 + b"\6" * 20))


def fact(name: str, compared_to: str, **fields: object) -> Consistency:
    whole: dict[str, object] = {"name": name, "status": "matches", "compared_to": compared_to, **fields}
    return Consistency(**whole)  # type: ignore[arg-type]


def test_keys_that_link_are_left_out_and_others_stay() -> None:
    other = replace(KEY, name="debug", linkable=False, raw=Bytes(b"\7" * 32))
    left = withhold(document(holding(keys=(KEY, other))))
    assert left.environments[0].keys == (other,)
    assert [note.code for note in left.notes] == [WITHHELD]


def test_a_digest_of_what_is_withheld_goes_as_well() -> None:
    """No fact says so, and nothing repeats the key: report data that is its hash links all the same."""
    bound = Bytes(sha384(KEY.raw).digest() + bytes(16))
    claims = document(
        holding(keys=(KEY,), values=(Value(name="hex", text=sha384(KEY.raw).hexdigest().upper()),)),
        bindings=(replace(binding("report_data", "caller-data"), value=bound), binding("c", "context")),
    )
    left = withhold(claims)
    assert [entry.name for entry in left.bindings] == ["c"]
    assert left.environments[0].values == ()


@pytest.mark.parametrize(
    ("fields", "stay"),
    [
        ({"digest_of": "runtime-data"}, False),
        ({"digest_of": "realm-public-key", "status": "not-computable"}, False),
        ({"digest_of": "runtime-data", "status": "differs"}, True),  # so it is made from something else
        ({"digest_of": "tee-info"}, True),
    ],
)
def test_a_binding_that_is_made_of_what_is_withheld_goes_with_its_fact(
    fields: dict[str, object], *, stay: bool
) -> None:
    claims = document(
        platform(),
        bindings=(binding("report_data", "caller-data"),),
        consistency=(fact("x-binding", "/bindings/report_data", computed=Bytes(b"\3" * 32), **fields),),
    )
    left = withhold(claims)
    assert bool(left.bindings) is stay
    assert bool(left.consistency) is stay


def test_what_speaks_of_an_entry_that_is_left_out_goes_with_it() -> None:
    claims = document(
        platform(keys=(KEY,), values=(Value(name="vmpl", int=1),)),
        consistency=(
            fact("a-binding", "/environments/platform/keys/ek", value_of="certificate-kind"),
            fact("b-binding", "/environments/platform/values/vmpl", value_of="certificate-kind"),
        ),
        attachments=(Attachment(kind="event-log", sha256=Bytes(32), size=1, origin="caller"),),
        notes=(
            Note(code="k", path="/environments/platform/keys/ek", detail="x"),
            Note(code="l", path="/attachments/event-log/facts", detail="x"),
            Note(code="f", path="/consistency/a-binding", detail="x"),
            Note(code="v", path="/environments/platform/values/vmpl", detail="x"),
        ),
    )
    left = withhold(claims)
    assert [one.name for one in left.consistency] == ["b-binding"]
    assert [note.code for note in left.notes] == ["v", WITHHELD]


def test_what_speaks_of_an_entry_that_stays_finds_it_where_it_is_now() -> None:
    """Entries of one name go by their index, which is another one when those before them are gone."""
    repeats, other = Unknown(label="x", raw=Bytes(CHIP)), Unknown(label="x", raw=Bytes(b"other"))
    here = "/environments/platform/unknown"
    claims = document(
        platform(unknown=(repeats, other, other)),
        notes=tuple(Note(code=str(n), path=f"{here}/{n}/raw", detail="x") for n in range(3)),
    )
    left = withhold(claims)
    assert left.environments[0].unknown == (other, other)
    assert [(n.code, n.path) for n in left.notes[:-1]] == [("1", f"{here}/0/raw"), ("2", f"{here}/1/raw")]


def test_attachments_alone_link() -> None:
    attachment = Attachment(kind="runtime-data", sha256=Bytes(32), size=1, origin="carrier")
    left = withhold(document(environment("td"), attachments=(attachment,)))
    assert left.attachments == ()
    assert [note.code for note in left.notes] == [WITHHELD]


def test_secrets_are_found_wherever_they_begin() -> None:
    """Against the plain way of looking, with alphabets so small that beginnings are often alike."""
    chance = random.Random(11)  # noqa: S311 (repeatable, not secret)
    for _ in range(300):
        values = [bytes(chance.choices(b"\1\2", k=chance.randrange(4, 12))) for _ in range(5)]
        content = bytes(chance.choices(b"\1\2", k=chance.randrange(40)))
        assert Secrets(values).are_in(content) is any(value in content for value in values)
    long = bytes(range(1, 200))
    assert Secrets([long]).are_in(b"x" + long[:LONGEST])
    assert not Secrets([long]).are_in(long[1:])
    assert not Secrets([b"\1\2\3", bytes(8)]).are_in(b"\1\2\3" + bytes(8))


def test_looking_takes_one_look_for_each_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many secrets there are, and however much alike they begin."""
    looks = []
    begins = Secrets._begins

    def counted(secrets: Secrets, content: bytes, at: int) -> bool:
        looks.append(at)
        return begins(secrets, content, at)

    monkeypatch.setattr(Secrets, "_begins", counted)
    content = b"\1" * 20_000
    for many in (1, 1000):
        secrets = Secrets(b"\1" * 40 + n.to_bytes(4, "big") + b"\2" for n in range(many))
        looks.clear()
        assert not secrets.are_in(content)
        assert len(looks) <= len(content)
