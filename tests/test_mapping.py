"""The table from fields to claims: it makes the environment and its provenance, and cannot be left incomplete."""

from __future__ import annotations

from typing import Any, Final

import pytest

from evidence.claims import Bytes, Digest, Identifier, Measurement, Note, Signer, Unknown, Value
from evidence.mapping import (
    REMEMBERED,
    Each,
    Flags,
    FlagWord,
    Identifies,
    Kind,
    Mapping,
    NotedEntry,
    Number,
    Numbered,
    Octets,
    Part,
    Register,
    Row,
    Supplied,
    Text,
    Truth,
    Word,
    by_item,
    by_piece,
    complete,
    gather,
)
from evidence.wire.bits import Bits, bit, bits
from evidence.wire.claimset import ClaimLabel as ClaimRow
from evidence.wire.claimset import ClaimSet, ClaimTable, array, bstr, mapping, tstr, uint
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
def rest(name: str, value: int, _: Any) -> NotedEntry | None:
    """Kept where it is not zero."""
    return (
        NotedEntry(Unknown(label=name, raw=Bytes([value])), "reserved-bytes", "not zero") if value else None
    )


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


# arrays of claim sets


def claim_sets(*items: dict[str, Any]) -> tuple[ClaimSet, ...]:
    return tuple(ClaimSet(item, {}) for item in items)


@by_item
def software(_: str, value: tuple[bytes, str | None, str | None], default: str, index: int) -> NotedEntry:
    content, title, alg = value
    digest = Digest(alg=alg or default, digest=Bytes(content))
    entry = Measurement(
        name=title or "software",
        phase="loaded",
        subject="firmware",
        form="digest",
        index=index,
        digests=(digest,),
    )
    noted = NotedEntry(entry, "digest-length", "short")
    return NotedEntry(noted, "unknown-hash", "odd", "digests/0") if alg == "unknown" else noted


@by_piece
def vouches(name: str, value: bytes, _: Any) -> Signer:
    return Signer(name=name, status="present", value=Bytes(value))


def default_hash(piece: str) -> str:
    return piece


SOFTWARE = ClaimTable(
    "software",
    "test",
    (
        ClaimRow(1, "title", tstr()),
        ClaimRow(2, "content", bstr()),
        ClaimRow(3, "alg", tstr()),
        ClaimRow(4, "vouchers", array(bstr())),
    ),
)
PERIPHERAL = ClaimTable("peripheral", "test", (ClaimRow(1, "port", uint()),))
TOKEN = ClaimTable(
    "token",
    "test",
    (
        ClaimRow(1, "software", array(mapping(SOFTWARE))),
        ClaimRow(2, "peripherals", array(mapping(PERIPHERAL))),
        ClaimRow(3, "seeds", array(bstr())),
        ClaimRow(4, "profile", tstr()),
    ),
)
ITEM: Final = Part(
    None,
    Row({"content": "", "title": "name", "alg": "digests/0/alg"}, "measurements", software, by=default_hash),
    Row({"title": "digests/0/raw"}, "measurements", when=lambda title: title.startswith("sha")),
    Row("vouchers", "signers", vouches, name="voucher-{}-{}", each=True),
)
PORT: Final = Mapping(
    Part(None, Row("port", "values", Number())),
    Part(None, Row("profile", "profile", Word())),
    **{**WORDS, "id": "peripheral-{}"},
    debug="not-defined",
)
SEEDS: Final = Row("seeds", "inputs", Supplied("host"), name="seed{}", each=True)
ARRAYS: Final = Part(
    None,
    Each("software", "item", ITEM, also=("measurements",)),
    Each("peripherals", "peripheral", PORT),
    SEEDS,
    Row("profile", "profile", Word()),
)
WHOLE: Final = Mapping(ARRAYS, **WORDS, debug="not-defined")
"""Two items of the same name: each goes by its index."""
VALUES: Final[dict[str, Any]] = {
    "software": claim_sets(
        {"content": b"a", "title": "same", "vouchers": (b"v", b"w")},
        {"content": b"b", "title": "sha/1", "alg": "unknown"},
        {"content": b"c", "title": "same", "vouchers": (b"x",)},
    ),
    "peripherals": claim_sets({"port": 5}, {"port": 6}),
    "seeds": (b"s", b"t"),
    "profile": "p",
}


def test_an_array_of_claim_sets_makes_entries_item_by_item() -> None:
    notes: list[Note] = []
    whole = WHOLE.environment((VALUES,), "sha-256", notes)
    assert [(entry.name, entry.index, entry.digests[0].alg) for entry in whole.measurements] == [
        ("same", 0, "sha-256"),
        ("sha/1", 1, "unknown"),
        ("same", 2, "sha-256"),
    ]
    assert [(entry.name, entry.value) for entry in whole.signers] == [
        ("voucher-0-0", b"v"),
        ("voucher-0-1", b"w"),
        ("voucher-2-0", b"x"),
    ]
    assert [(entry.name, entry.value) for entry in whole.inputs] == [("seed0", b"s"), ("seed1", b"t")]
    assert whole.profile == "p"
    here = "/environments/device/measurements"
    assert [(note.code, note.path) for note in notes] == [
        ("digest-length", f"{here}/0"),
        ("digest-length", f"{here}/sha~11"),
        ("unknown-hash", f"{here}/sha~11/digests/0"),
        ("digest-length", f"{here}/2"),
    ]


def test_an_array_that_is_not_there_makes_nothing() -> None:
    whole = WHOLE.environment(({},), "sha-256", [])
    assert (whole.measurements, whole.signers, whole.inputs, whole.profile) == ((), (), (), None)
    assert WHOLE.claimed(({},), "sha-256") == ({},)


def test_every_claim_of_an_item_knows_what_it_became() -> None:
    here = "/environments/device"
    (claims,) = WHOLE.claimed((VALUES,), "sha-256")
    assert claims == {
        "software": (f"{here}/measurements",),
        "item-0.content": (f"{here}/measurements/0",),
        "item-0.title": (f"{here}/measurements/0/name",),
        "item-0.vouchers.0": (f"{here}/signers/voucher-0-0",),
        "item-0.vouchers.1": (f"{here}/signers/voucher-0-1",),
        "item-1.content": (f"{here}/measurements/sha~11",),
        "item-1.title": (f"{here}/measurements/sha~11/name", f"{here}/measurements/sha~11/digests/0/raw"),
        "item-1.alg": (f"{here}/measurements/sha~11/digests/0/alg",),
        "item-2.content": (f"{here}/measurements/2",),
        "item-2.title": (f"{here}/measurements/2/name",),
        "item-2.vouchers.0": (f"{here}/signers/voucher-2-0",),
        "peripherals": (),
        "peripheral-0.port": ("/environments/peripheral-0/values/port",),
        "peripheral-1.port": ("/environments/peripheral-1/values/port",),
        "profile": (
            "/environments/peripheral-0/profile", "/environments/peripheral-1/profile", f"{here}/profile",
        ),
        "seeds.0": (f"{here}/inputs/seed0",),
        "seeds.1": (f"{here}/inputs/seed1",),
    }  # fmt: skip


def test_an_item_may_be_an_environment_of_its_own() -> None:
    notes: list[Note] = []
    port = PORT.environment(({"port": 5}, VALUES), None, notes, 3)
    assert (port.id, port.profile, port.value("port").int) == ("peripheral-3", "p", 5)


def without(part: Part, *fields: str) -> Part:
    """A part without the rows of some fields."""
    return Part(None, *(row for row in part.items if row.field not in fields))


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        (without(ARRAYS, "seeds"), "token: no row says what becomes of seeds"),
        (without(ARRAYS, "software"), "token: no row says what becomes of software"),
        (Part(None, *ARRAYS.rows, Row("software", also=("x",)), ARRAYS.arrays["peripherals"]), "software: no row"),
        (Part(None, *ARRAYS.rows, Each("software", "item", without(ITEM, "vouchers")), ARRAYS.arrays["peripherals"]),
         "software: no row says what becomes of vouchers"),
        (Part(None, *ARRAYS.rows, Each("peripherals", "p", Mapping(Part(None))), ARRAYS.arrays["software"]),
         "peripheral: no row says what becomes of port"),
    ],
)  # fmt: skip
def test_a_claim_without_a_row_is_refused_at_import_in_arrays_too(part: Part, lost: str) -> None:
    complete(TOKEN, ARRAYS)
    with pytest.raises(TypeError, match=lost):
        complete(TOKEN, part)


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ((Row({"a": "name"}, "values"),), "decides nothing"),
        ((Row("a", "profile"),), "decides nothing"),
        ((Row("a", "values", Number(), when=bool),), "says itself"),
        ((Row(("a", "b"), "values", Number(), each=True),), "one field"),
        ((Row("a", also=("debug",), each=True),), "one field"),
        ((Each("a", "b", ARRAYS),), "arrays in the items of a"),
    ],
)
def test_a_row_of_arrays_that_cannot_be_meant_is_refused(items: tuple[Any, ...], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        Part(None, *items)


def test_a_word_that_is_said_twice_is_refused() -> None:
    twice = Mapping(Part(None, Row("profile", "debug", Word())), **WORDS, debug="enabled")
    with pytest.raises(TypeError, match="debug is said twice"):
        twice.environment(({"profile": "disabled"},), None, [])


def test_a_maker_says_what_it_returns() -> None:
    with pytest.raises(TypeError, match="do not say what it returns"):
        by_piece(lambda *_: None)
