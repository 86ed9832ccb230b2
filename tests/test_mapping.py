"""The table from fields to claims: it makes the environment and its provenance, and cannot be left incomplete."""

from __future__ import annotations

from typing import Any, Final

import pytest

from evidence.claims import Bytes, Identifier, Note, Unknown, Value
from evidence.mapping import (
    REMEMBERED,
    Flags,
    FlagWord,
    Identifies,
    Kind,
    Mapping,
    Noted,
    Number,
    Numbered,
    Octets,
    Part,
    Register,
    Row,
    Supplied,
    Text,
    Truth,
    by_piece,
    complete,
    gather,
)
from evidence.wire.bits import Bits, bit, bits
from evidence.wire.layout import U8, Layout, Raw, at

# fmt: off


class Mode(Bits, size=1, spec="test"):
    debug = bit(0)
    level = bits(4, 2)


class Report(Layout, size=12, spec="test"):
    version: U8  = at(0)
    mode:    U8  = at(1)
    rim:     Raw = at(2, 4)
    owner:   Raw = at(6, 4)
    svn:     U8  = at(10, since=2)
    rest:    U8  = at(11, since=2)


# fmt: on


@by_piece
def rest(name: str, value: int, _: Any) -> Noted | None:
    """Kept where it is not zero."""
    return Noted(Unknown(label=name, raw=Bytes([value])), "reserved-bytes", "not zero") if value else None


def limit(piece: int) -> int:
    """What else the owner depends on."""
    return piece


@by_piece
def owner(name: str, value: bytes, size: int) -> Identifier:
    return Identifier(name=name, scope="device", linkable=True, status="present", value=Bytes(value[:size]))


ROWS: Final = (
    Row("version", also=("/evidence/version",)),
    Row("mode", "attributes", Flags(Mode), recurs=True),
    Row("mode", "debug", FlagWord(Mode.debug, "enabled", "disabled")),
    Row("rim", "measurements", Register("initial", "firmware", alg="sha-256"), also=("migration",)),
    Row("owner", "identifiers", owner, by=limit),
    Row("svn", "svns", Numbered("signer")),
    Row("rest", "unknown", rest, name="field.rest"),
)
WORDS: Final[dict[str, Any]] = {
    "id": "device",
    "role": "device",
    "origin": "evidence",
    "migration": "not-defined",
}
DEVICE: Final = Mapping(Part(Report, *ROWS), **WORDS)
NEW: Final = Report.read(bytes([2, 0x21, *b"rim.", *b"ownr", 7, 9]))
OLD: Final = Report.read(bytes([1, 0x80, *b"rim.", *b"ownr", 0, 0]), 0, 1)


def test_the_rows_make_the_environment() -> None:
    notes: list[Note] = []
    device = DEVICE.environment((NEW,), 2, notes)
    assert (device.id, device.role, device.debug, device.migration) == (
        *("device", "device", "enabled", "not-defined"),
    )
    assert device.measurement("rim").digests[0].digest == b"rim."
    assert device.attribute("mode").set == ("debug",)
    assert device.identifier("owner").value == b"ow"  # by what else it depends on
    assert device.svn("svn").svn == 7
    assert [(entry.label, entry.raw) for entry in device.unknown] == [("field.rest", b"\x09")]
    assert [(note.code, note.path) for note in notes] == [
        ("reserved-bytes", "/environments/device/unknown/field.rest")
    ]


def test_a_version_that_lacks_a_field_makes_nothing_of_it() -> None:
    notes: list[Note] = []
    device = DEVICE.environment((OLD,), 4, notes)
    assert (device.svns, device.unknown) == ((), ())
    assert [(note.code, note.path) for note in notes] == [
        ("unknown-bits", "/environments/device/attributes/mode")
    ]


def test_every_field_knows_the_claims_that_it_became() -> None:
    (new,), (old,) = DEVICE.claimed((NEW,), 4), DEVICE.claimed((OLD,), 4)
    here = "/environments/device"
    assert new == {
        "version": ("/evidence/version",),
        "mode": (f"{here}/attributes/mode", f"{here}/debug"),
        "rim": (f"{here}/measurements/rim", f"{here}/migration"),
        "owner": (f"{here}/identifiers/owner",),
        "svn": (f"{here}/svns/svn",),
        "rest": (f"{here}/unknown/field.rest",),
    }
    assert old == {name: claims for name, claims in new.items() if name not in {"svn", "rest"}}


def test_what_is_noted_is_noted_each_time_although_the_entry_is_remembered() -> None:
    first: list[Note] = []
    again: list[Note] = []
    DEVICE.environment((OLD,), 4, first)
    DEVICE.environment((OLD,), 4, again)
    assert first == again != []


def test_what_is_remembered_is_bounded() -> None:
    kept = Mapping(Part(None, Row("n", "values", Number(), recurs=True)), **WORDS, debug="not-defined")
    for number in range(REMEMBERED * 2 + 1):
        assert kept.environment(({"n": number},), None, []).value("n").int == number
    assert kept.environment(({"n": 0},), None, []).value("n").int == 0


def test_an_environment_of_several_parts_of_which_one_is_optional() -> None:
    mapping = Mapping(
        Part(Report, Row("owner", "inputs", Supplied("host"))),
        Part(Report, Row("owner", "values", Octets(), name="other"), optional=True),
        Part(None, Row("text", "values", Text()), Row("flag", "values", Truth()), optional=True),
        **WORDS,
        debug="not-defined",
    )
    whole = mapping.environment((NEW, OLD, {"text": "t"}), None, [])
    assert whole.values == (Value(name="other", bytes=Bytes(b"ownr")), Value(name="text", text="t"))
    assert mapping.environment((NEW, None, None), None, []).values == ()
    assert mapping.claimed((NEW, None, {"flag": False}), None) == (
        {"owner": ("/environments/device/inputs/owner",)},
        {},
        {"flag": ("/environments/device/values/flag",)},
    )


def test_an_entry_that_somebody_else_decided_is_not_the_fields() -> None:
    @by_piece
    def told(name: str, value: int, _: Any) -> Value:
        return Value(name=name, int=value, origin="caller")

    mapping = Mapping(Part(Report, Row("version", "values", told)), **WORDS, debug="not-defined")
    assert mapping.claimed((NEW,), None) == ({"version": ()},)


def test_zeros_identify_nobody() -> None:
    part = Part(None, Row("id", "identifiers", Identifies("device", linkable=True)))
    mapping = Mapping(part, **WORDS, debug="not-defined")
    for value, status in ((b"\0\0", "not-populated"), (b"\0\1", "present")):
        entry = mapping.environment(({"id": value},), None, []).identifier("id")
        assert (entry.status, entry.value or entry.raw, entry.linkable) == (status, value, True)


def test_a_field_without_a_row_is_refused_at_import() -> None:
    with pytest.raises(TypeError, match="no row says what becomes of rest"):
        complete(Report, Part(Report, *ROWS[:-1]))
    complete(Report, Part(Report, *ROWS[:-1]), elsewhere={"rest": "it says nothing"})


@pytest.mark.parametrize("elsewhere", [("rest",), ("nothing",)])
def test_a_field_that_is_said_to_go_elsewhere_and_does_not_is_refused(elsewhere: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match="does not"):
        complete(Report, Part(Report, *ROWS), elsewhere=elsewhere)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Row("nothing", also=("debug",)), "no field nothing"),
        (Row("rim"), "decides nothing"),
        (Row("rim", "values"), "decides nothing"),
        (Row("rim", "valeus", Number()), "has no valeus"),
        (Row("rim", make=Number()), "decides nothing"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_at_import(row: Row, why: str) -> None:
    with pytest.raises(TypeError, match=why):
        Part(Report, row)


def test_rows_without_an_environment_make_nothing() -> None:
    with pytest.raises(TypeError, match="no environment for svn"):
        Mapping(Part(Report, Row("svn", "svns", Numbered("host"))))


def test_two_makers_of_one_name_are_told_apart_or_refused() -> None:
    @by_piece
    def owner(name: str, value: bytes, _: Any) -> Value:
        return Value(name=name, bytes=Bytes(value))

    mine = Row("owner", "values", owner)
    mapping = Mapping(Part(Report, *ROWS, mine), **WORDS)
    with pytest.raises(TypeError, match="two things go by"):
        mapping.environment((NEW,), 4, [])


def test_every_kind_tells_all_that_it_does() -> None:
    """A kind is data: two with the same arguments are the same, and write the same expression."""
    kinds: list[Kind] = [
        *(Number(), Text(), Octets(), Truth(), Supplied("host"), Numbered(), Identifies("device")),
        *(Register("initial", "workload"), Flags(Mode), FlagWord(Mode.debug, "enabled", "disabled")),
    ]
    for kind in kinds:
        assert kind == type(kind)(**{name: getattr(kind, name) for name in kind.__struct_fields__})
        assert "x" in kind.expression("'n'", "x", "y")


def test_rows_can_be_read_with_their_places() -> None:
    places = {
        row.entry_name: [(p.offset, p.size, p.since) for p in at] for row, at in DEVICE.parts[0].places()
    }
    assert places["rim"] == [(2, 4, 0)]
    assert places["svn"] == [(10, 1, 2)]


def test_the_claims_of_a_field_of_several_mappings_are_gathered() -> None:
    assert gather([{"a": ("/x",)}, {"a": ("/y",), "b": ()}]) == {"a": ("/x", "/y"), "b": ()}
