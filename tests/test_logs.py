"""Event logs of every form: what is in them is told, what was not hashed is not believed, and nothing breaks a reader."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from evidence import limits
from evidence.authoring.schema import document_schema, render, schema_id
from evidence.errors import EvidenceError, LimitExceeded
from evidence.logs import details, efi, entries, forms, names, report
from evidence.logs.backing import backed
from evidence.logs.boot import boot
from evidence.logs.event import Event, EventLog
from evidence.logs.reading import readings
from evidence.logs.replay import replay
from evidence.words import EXPLAINED
from tests.generate import event_logs as made
from tests.generate.dcap import u16, u32, u64
from tests.work import counted

ROOT: Final = Path(__file__).parents[1]
FILES: Final = (("boot_aggregate", b"a"), ("/usr/bin/a b", b"b"), ("/etc/ü", b"c"))
TEXT, BINARY = made.ima(*FILES)
RUNTIME: Final = [made.runtime("app-id", b"\1\2", 1), made.runtime('测试"\x01\\', b"\xff", 2)]
LOGS: Final[dict[str, tuple[str, bytes, int]]] = {
    # by name: the format, the log, and how many events it has
    "ccel": ("ccel", made.ccel(filler=b"\xff" * 99), len(made.BOOT) + 1),
    "td-shim": ("ccel", made.td_shim("root=/dev/vda1 ro"), 5),
    "tcg": ("tcg", made.tcg(names=["sha1", "sha256", "sha384"]), len(made.BOOT) + 1),
    "locality": ("tcg", made.tcg(locality=3), len(made.BOOT) + 2),
    "sha1": ("tcg-sha1", made.sha1(), len(made.BOOT)),
    "agent": ("coco-aael", made.agent("a b c", "d e f g"), 2),
    "agent-tpm": ("coco-aael", made.agent("a b c", register=17, name="sha256"), 1),
    "dstack": ("dstack", made.dstack(*RUNTIME), 2),
    "cel": ("tcg-cel", made.cel((0, "registry.example/a:1"), (1, "sha256:00"), (8, "")), 3),
    "ima-text": ("ima-text", TEXT, 3),
    "ima": ("ima", BINARY, 3),
}
every_log = pytest.mark.parametrize("name", LOGS)


def alone(*told: made.Told) -> EventLog:
    return forms.read(made.ccel(told))


def only(told: made.Told) -> dict[str, Any]:
    """The entry of the only event, as JSON."""
    data = made.ccel([told])
    document = json.loads(entries.to_json(report.document(data, forms.read(data), None)))
    return dict(document["events"][1])


# reading


@every_log
def test_a_log_is_told_by_its_bytes(name: str) -> None:
    format, data, count = LOGS[name]
    log = forms.read(data)
    assert (log.format, len(log.events)) == (format, count)


@pytest.mark.parametrize("name", ["ccel", "tcg", "sha1"])
def test_every_event_is_what_was_written(name: str) -> None:
    data = LOGS[name][1]
    log = forms.read(data)
    events = [reading for reading in readings(log) if reading.backed.backing != "not-extended"]
    assert len(events) == len(made.BOOT)
    for reading, told in zip(events, made.BOOT, strict=True):
        event = reading.event
        assert (event.number, event.type, event.data) == (told.register, told.type, told.data)
        assert reading.backed.backing == told.backing
        start, end = reading.backed.range or (0, len(told.data))
        if told.backing == "data-part":
            assert told.data[start:end] == told.hashed
        assert data[event.start : event.end].endswith(told.data)


def test_registers_go_by_the_names_of_whose_they_are() -> None:
    assert [event.register for event in forms.read(LOGS["agent"][1]).events] == ["rtmr3", "rtmr3"]
    assert [event.register for event in forms.read(LOGS["agent-tpm"][1]).events] == ["pcr17"]
    assert [event.register for event in forms.read(LOGS["agent-tpm"][1], of_td=True).events] == [None]
    assert {event.register for event in forms.read(LOGS["tcg"][1]).events} == {
        "pcr0",
        "pcr1",
        "pcr2",
        "pcr3",
        "pcr4",
    }
    assert {event.register for event in forms.read(BINARY).events} == {"pcr10"}


# adding up


def test_a_register_is_what_its_events_add_up_to() -> None:
    sums = replay(forms.read(LOGS["ccel"][1]))
    for number in (1, 2, 3, 4):
        assert sums[names.CC[number], "sha-384"].computed == made.register(number)


def test_registers_start_where_their_machine_starts_them() -> None:
    event = made.whole(0, 8, b"version")
    digest = sha256(b"version").digest()
    for locality in (0, 3, 4):
        log = forms.read(made.tcg([event], ["sha1", "sha256"], locality))
        start = bytes(31) + bytes([locality])
        assert replay(log)["pcr0", "sha-256"].computed == made.extended([digest], "sha256", start)
    log = forms.read(made.tcg([made.whole(18, 8, b"version")], ["sha256"]))
    assert replay(log)["pcr18", "sha-256"].computed == made.extended([digest], "sha256", b"\xff" * 32)
    hardware = made.whole(0, 0x80000010, b"HCRTM")
    log = forms.read(made.tcg([hardware], ["sha256"]))
    start = bytes(31) + b"\4"
    assert replay(log)["pcr0", "sha-256"].computed == made.extended(
        [sha256(b"HCRTM").digest()], "sha256", start
    )


def test_what_does_not_extend_adds_nothing_whatever_its_register() -> None:
    nothing = [made.Told(number, 3, b"a record", b"", "not-extended") for number in (0, 1, 0xFFFFFFFF)]
    log = forms.read(made.tcg([*nothing, made.whole(1, 4, bytes(4)), *nothing], ["sha256"]))
    assert set(replay(log)) == {("pcr1", "sha-256")}


def test_a_bank_says_how_it_is_to_what_was_reported() -> None:
    log = alone(made.whole(1, 4, b"a"), made.whole(1, 4, b"b"))
    values = [
        made.extended([made.digest("sha384", one) for one in told], "sha384")
        for told in ([b"a"], [b"a", b"b"])
    ]
    words = {
        values[1]: ("matches", None),
        values[0]: ("differs", 1),
        bytes(48): ("differs", None),
        b"\1" * 48: ("differs", None),
    }
    for value, outcome in words.items():
        one = replay(log, {("rtmr0", "sha-384"): value})["rtmr0", "sha-384"]
        assert (one.status, one.prefix) == outcome
    assert replay(log, {("rtmr2", "sha-384"): b"\1" * 48})["rtmr2", "sha-384"].status == "not-in-log"
    silent = replay(log, {("rtmr2", "sha-384"): bytes(48)})["rtmr2", "sha-384"]
    assert (silent.status, silent.events) == ("matches", 0)
    assert replay(log, {("rtmr0", "sha-256"): bytes(32)})["rtmr0", "sha-256"].status == "not-computable"


def test_a_file_that_changed_counts_as_all_bits() -> None:
    zero = BINARY.replace(made.digest("sha1", forms.read(BINARY).events[0].data), bytes(20), 1)
    (one,) = replay(forms.read(zero)).values()
    rest = [event.digests["sha-1"] for event in forms.read(BINARY).events[1:]]
    assert one.computed == made.extended([b"\xff" * 20, *rest], "sha1")


# backing


@pytest.mark.parametrize(
    "kind",
    ["EV_SEPARATOR", "EV_EFI_ACTION", "EV_ACTION", "EV_EFI_GPT_EVENT", "EV_EFI_VARIABLE_DRIVER_CONFIG"],
)
def test_some_types_must_hash_their_data(kind: str) -> None:
    told = made.Told(1, names.NUMBERS[kind], b"data", b"other", "contradicts")
    assert only(told)["backing"] == "contradicts"
    assert only(told._replace(type=13))["backing"] == "digest-only"
    assert only(told._replace(data=b""))["backing"] == "digest-only"


def test_backing_holds_in_all_banks_or_in_none() -> None:
    told = made.whole(1, 13, b"kernel")
    data = bytearray(made.tcg([told], ["sha1", "sha256"]))
    assert backed(forms.read(bytes(data)).events[1]).backing == "data"
    data[data.index(sha256(b"kernel").digest())] ^= 1
    assert backed(forms.read(bytes(data)).events[1]).backing == "digest-only"


def test_an_event_without_a_known_hash_is_not_computable() -> None:
    for digests, others in (({}, ()), ({"unknown": b"x"}, ()), ({}, ((0x99, b"x"),))):
        event = Event("pcr1", 1, 13, digests, b"data", others=others)
        assert backed(event).backing == "not-computable"


def test_large_data_are_hashed_as_a_whole_alone() -> None:
    text = b"kernel_cmdline: " + b"a" * limits.LOG_HASHED
    assert only(made.Told(3, 13, text, text[16:], ""))["backing"] == "digest-only"
    assert only(made.whole(3, 13, text))["backing"] == "data"


# what is said of the start


def test_every_statement_stands_where_it_was_hashed() -> None:
    stated = boot(readings(forms.read(LOGS["ccel"][1])), lambda _: "matches").entries
    assert [(one.name, one.event, one.text if one.bool is None else one.bool) for one in stated] == [
        *made.STATED
    ]
    assert all(
        bool(one.digests) == (stated_words is None)
        for one, (_, _, stated_words) in zip(stated, made.STATED, strict=True)
    )


SECURE: Final = made.variable(made.GLOBAL, "SecureBoot", b"\1")
UNBELIEVED: Final = {
    "another digest": made.Told(1, 0x80000001, SECURE, b"other", ""),
    "its content alone": made.Told(1, 0x80000001, SECURE, b"\1", ""),
    "another value": made.whole(1, 0x80000001, made.variable(made.GLOBAL, "SecureBoot", b"\2")),
    "a longer value": made.whole(1, 0x80000001, made.variable(made.GLOBAL, "SecureBoot", b"\1\0")),
}


@pytest.mark.parametrize("name", UNBELIEVED)
def test_secure_boot_is_believed_by_all_of_its_data(name: str) -> None:
    (one,) = boot(readings(alone(UNBELIEVED[name])), lambda _: "matches").entries
    assert (one.name, one.bool, one.text) == ("secure_boot", None, None)
    assert one.digests


def test_a_variable_of_another_owner_is_no_secure_boot() -> None:
    told = made.whole(1, 0x80000001, made.variable(made.SHIM, "SecureBoot", b"\1"))
    assert boot(readings(alone(told)), lambda _: "matches").entries == ()


def test_firmware_says_nothing_behind_its_separator() -> None:
    end, told = made.whole(1, 4, bytes(4)), made.whole(1, 0x80000001, SECURE)
    first, later = boot(readings(alone(told, end, told)), lambda _: "matches").entries
    assert (first.bool, first.after_separator) == (True, None)
    assert (later.bool, later.after_separator, bool(later.digests)) == (None, True, True)


def test_a_missing_setting_is_no_setting() -> None:
    told = made.whole(1, 0x80000001, made.variable(made.GLOBAL, "SecureBoot", b""))
    (one,) = boot(readings(alone(told)), lambda _: "matches").entries
    assert (one.text, one.bool) == ("not-set", None)


@pytest.mark.parametrize("text", [b"a\0b", b"\xff", b"a" * (limits.LOG_TEXT + 1), b""])
def test_a_command_line_that_is_no_text_stays_a_digest(text: bytes) -> None:
    told = made.Told(3, 13, b"kernel_cmdline: " + text + b"\0", text, "data-part")
    (one,) = boot(readings(alone(told)), lambda _: "matches").entries
    assert (one.backing, one.text) == ("data-part", None)


def test_behind_ready_the_application_says_what_it_likes() -> None:
    log = forms.read(
        made.dstack(made.runtime("system-ready", b"", 1), made.runtime("compose-hash", b"\1", 1))
    )
    assert boot(readings(log), lambda _: "matches").entries == ()


def test_what_td_shim_starts() -> None:
    stated = boot(readings(forms.read(LOGS["td-shim"][1])), lambda _: "matches").entries
    assert [(one.name, one.text) for one in stated] == [
        ("kernel", None),
        ("kernel_command_line", "root=/dev/vda1 ro"),
    ]


def test_no_more_is_kept_than_a_document_may_hold() -> None:
    many = boot(
        readings(alone(*[made.label(2, 0x80000003, made.image(made.FILE))] * 300)), lambda _: "matches"
    )
    assert (len(many.entries), many.shortened) == (limits.BOOT_ENTRIES, True)
    text = b"a" * limits.LOG_TEXT
    told = made.Told(3, 13, b"kernel_cmdline: " + text, text, "data-part")
    long = boot(readings(alone(*[told] * 17)), lambda _: "matches")
    assert (len(long.entries), long.shortened) == (limits.BOOT_TEXT // limits.LOG_TEXT, True)


# what events say


def test_structures_of_firmware_are_read() -> None:
    data = LOGS["ccel"][1]
    document = json.loads(entries.to_json(report.document(data, forms.read(data), None)))
    events = document["events"]
    assert events[2]["region"] == {"base": "000000ff00000000", "length": 4096}
    assert events[3]["region"] == {"base": "000000ff00000000", "length": 4096, "description": "Fv(A)"}
    assert len(events[6]["variable"]["signatures"]) == 2
    assert events[6]["variable"]["signatures"][0] == {
        "owner": "03020100-0504-0706-0809-0a0b0c0d0e0f",
        "type": "x509",
        "sha256": sha256(b"a key").hexdigest(),
    }
    assert events[12]["variable"]["order"] == ["0000", "0001"]
    assert events[13]["variable"]["description"] == "A disk"
    file = "Acpi(0a0341d0,0)/Pci(4,0)/HD(1,GPT,03020100-0504-0706-0809-0a0b0c0d0e0f)/File(\\EFI\\BOOT\\BOOTX64.EFI)"
    assert events[13]["variable"]["path"] == events[17]["path"] == file
    assert [one["name"] for one in events[16]["disk"]["partitions"]] == ["EFI System", "root"]
    assert events[32]["tag"] == {
        "id": "4141454c",
        "domain": "ours.example",
        "operation": "start",
        "content": '{"a": "b c"}',
    }
    assert "bad" not in {member for event in events for member in event}


def test_a_host_says_what_protects_the_machine() -> None:
    for number, word in enumerate(details.TECHNOLOGIES):
        told = made.whole(0, 0x11, b"GCE NonHostInfo\0" + bytes((number,)) + bytes(15))
        assert only(told)["technology"] == word
    assert "technology" not in only(made.whole(0, 0x11, b"GCE NonHostInfo\0\x63" + bytes(15)))


BROKEN: Final = {
    "a name of 2^63 characters": (0x80000001, made.GLOBAL + u64(1 << 63) + u64(0)),
    "content beyond its end": (0x80000001, made.GLOBAL + u64(1) + u64(2) + b"a\0b"),
    "content behind its end": (0x80000001, made.GLOBAL + u64(1) + u64(0) + b"a\0b"),
    "2^40 partitions": (0x80000006, made.disk()[:92] + u64(1 << 40)),
    "257 partitions": (0x80000006, made.disk(*["a"] * 257)),
    "partitions of no bytes": (0x80000006, made.disk()[:84] + u32(0) + bytes(4) + u64(1) + bytes(8)),
    "no disk": (0x80000006, bytes(100)),
    "a node of 3 bytes": (0x80000003, made.image(b"\4\4\3\0")),
    "a node beyond the end": (0x80000003, made.image(b"\4\4\x40\0")),
    "65 nodes": (0x80000003, made.image(made.node(1, 1, b"\0\0") * 65)),
    "entries of no bytes": (
        0x80000001,
        made.variable(made.SECURITY, "db", bytes(16) + u32(28) + u32(0) + u32(0)),
    ),
    "a list of no bytes": (
        0x80000001,
        made.variable(made.SECURITY, "db", bytes(16) + u32(0) + u32(0) + u32(17)),
    ),
    "a head beyond the list": (
        0x80000001,
        made.variable(made.SECURITY, "db", bytes(16) + u32(28) + u32(1) + u32(17)),
    ),
    "a load option without an end": (0x80000002, made.variable(made.GLOBAL, "Boot0000", b"\1" * 9)),
    "a tag of 7 bytes": (6, b"1234567"),
    "a tag beyond its end": (6, u32(1) + u32(9) + b"a"),
    "an agent's event of one word": (6, made.tag(0x4C454141, b"word")),
    "a region beyond numbers": (0x80000008, bytes(8) + b"\xff" * 8),
    "a region with more": (0x8000000A, b"\0" + bytes(17)),
    "2^40 tables": (0x80000009, u64(1 << 40)),
    "a Spec ID of no algorithms": (3, b"Spec ID Event03\0"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_data_that_cannot_be_read_stay_bytes_with_a_reason(name: str) -> None:
    kind, data = BROKEN[name]
    entry = only(made.whole(1, kind, data))
    assert entry["bad"]
    assert entry["data"] == data[: details.SHOWN].hex()
    assert entry["backing"] == ("not-extended" if kind == 3 else "data")


@pytest.mark.parametrize("name", ["\ud800", "\udc00x", "\ufeffa", "\ufffea", "\x1b[31m", "\u202e"])
def test_a_name_of_any_units_is_a_text(name: str) -> None:
    data = made.GLOBAL + u64(len(name)) + u64(1) + name.encode("utf-16-le", "surrogatepass") + b"\1"
    entry = only(made.whole(1, 0x80000001, data))
    assert entry["variable"]["size"] == 1
    assert json.dumps(entry).isascii()


# broken logs


def test_limits_are_where_they_are_said_to_be() -> None:
    long = made.whole(1, 13, bytes(limits.LOG_EVENT_BYTES + 1))
    for data in (made.ccel([long]), made.sha1([long])):
        with pytest.raises(LimitExceeded):
            forms.read(data)
    assert len(alone(made.whole(1, 13, bytes(limits.LOG_EVENT_BYTES))).events) == 2
    event = made.whole(1, 13, b"")
    with pytest.raises(LimitExceeded):
        forms.read(made.ccel([event] * (limits.LOG_ENTRIES + 1)))


DSTACK_BROKEN: Final[dict[str, dict[str, Any]]] = {
    "version 3": {"version": 3},
    "version 0": {"version": 0},
    "a digest of 47 bytes": {"event_type": 1, "digest": "00" * 47},
    "a register below zero": {"imr": -1},
    "a preimage of something else": {"preimage": "00"},
    "odd digits": {"event_payload": "0"},
    "half of a pair": {"event": "\ud800"},
}


@pytest.mark.parametrize("name", DSTACK_BROKEN)
def test_broken_events_of_dstack(name: str) -> None:
    data = json.dumps([{**made.runtime("a", b"", 2), **DSTACK_BROKEN[name]}]).encode()
    with pytest.raises(EvidenceError) as caught:
        forms.read(data)
    assert caught.value.code == "bad-encoding"


def test_a_register_that_no_td_has_is_none() -> None:
    (event,) = forms.read(json.dumps([{**made.runtime("a", b"", 1), "imr": 4}]).encode()).events
    assert event.register is None


CEL_BROKEN: Final = {
    "a number out of order": made.tlv(0, bytes(8)) + made.cel((0, "a"))[13:] + made.cel((0, "a")),
    "half of an event": made.cel((0, "a"))[:-1],
    "a digest of 47 bytes": made.cel((0, "a")).replace(b"\x0c\0\0\0\x30", b"\x0c\0\0\0\x2f"),
    "a register of three bytes": made.cel((0, "a")).replace(b"l\0\0\0\1\4", b"l\0\0\0\3\0\0\4"),
}


@pytest.mark.parametrize("name", CEL_BROKEN)
def test_broken_canonical_logs(name: str) -> None:
    with pytest.raises(EvidenceError):
        forms.read(CEL_BROKEN[name])


@pytest.mark.parametrize(
    "data", [TEXT + b"10 no entry\n", BINARY[:-1], BINARY.replace(b"\6\0\0\0ima-ng", b"\3\0\0\0ima", 1)]
)
def test_broken_lists_of_measured_files(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        forms.read(data)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some changed, cut out or doubled."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                changed[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del changed[place : place + chance.randint(1, 40)]
            case _:
                changed[place:place] = changed[place : place + chance.randint(1, 40)]
        changed = changed or bytearray(1)
    return bytes(changed)


@every_log
def test_any_bytes_are_a_log_or_an_error(name: str) -> None:
    chance = random.Random(name)  # noqa: S311 (repeatable, not secret)
    read = 0
    for _ in range(400):
        data = mutated(LOGS[name][1], chance)
        try:
            log = forms.read(data)
            document = report.document(data, log, None)
        except EvidenceError:
            continue
        read += 1
        assert len(document.events) == len(log.events)
        assert msgspec.json.decode(entries.to_json(document))["log"]["events"] == len(log.events)
    assert read


@every_log
def test_every_beginning_is_a_log_or_an_error(name: str) -> None:
    data = LOGS[name][1]
    for end in range(0, len(data), max(1, len(data) // 300)):
        try:
            forms.read(data[:end])
        except EvidenceError:
            continue


def banks(size: int) -> bytes:
    return made.tcg(
        [made.whole(number % 24, 4, b"x") for number in range(size)], ["sha1", "sha256", "sha384"]
    )


def words(size: int) -> bytes:
    return made.dstack(*[made.runtime("a", b"b", 2)] * size)


HOSTILE: Final[dict[str, Callable[[int], bytes]]] = {
    "many registers": banks,
    "many banks of few digests": lambda size: made.tcg(
        [made.whole(number % 24, 4, b"x") for number in range(size)], ["sha1"]
    ),
    "old events": lambda size: made.sha1([made.whole(0, 13, b"")] * size),
    "events of dstack": words,
    "containers": lambda size: made.cel(*[(0, "a")] * size),
    "files": lambda size: made.ima(*[("a", b"b")] * size)[0],
    "signatures": lambda size: made.ccel(
        [made.whole(1, 0x80000001, made.variable(made.SECURITY, "db", made.signatures(b"a") * size))]
    ),
    "labels": lambda size: made.ccel([made.label(3, 13, b"kernel_cmdline: a\0")] * size),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_work_is_linear_in_the_log(name: str) -> None:
    def work(size: int) -> int:
        data = HOSTILE[name](size)
        return counted(lambda: entries.to_json(report.document(data, forms.read(data), None)))[1]

    work(8)
    few, many = work(100), work(400)
    assert many < 4.6 * few


# the document


def test_the_schema_is_that_of_the_document() -> None:
    text = (ROOT / "schemas" / "events.schema.json").read_text()
    assert text == render(
        document_schema(entries.Events, schema_id("events"), f"The document {entries.SCHEMA}")
    )


def test_types_that_have_a_name_have_one_number() -> None:
    assert len(names.NUMBERS) == len(names.TYPES)
    assert {"LogFormat", "Backing", "Committed", "BootName"} <= {words.name for words in EXPLAINED}


def test_a_device_path_ends_where_it_says() -> None:
    assert efi.device_path(made.FILE + b"what follows") == efi.device_path(made.FILE)
    unknown = made.path(made.node(9, 9, b"\1\2"), made.node(4, 1, bytes(37)), made.node(1, 4, b""))
    assert efi.device_path(unknown) == f"9.9:0102/4.1:{'00' * 37}/1.4:"
    assert efi.device_path(made.node(4, 1, u32(1) + u64(0) * 2 + bytes(16) + u16(1))) == f"HD(1,{'00' * 16})"
