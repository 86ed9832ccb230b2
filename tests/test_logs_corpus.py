"""Every public event log: entries are the facts that an independent reader stated, and registers those of the machines."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import defaultdict
from typing import Any, Final

import pytest

from evidence.convert import Failure, parse_all
from evidence.errors import EvidenceError, NotEvidence
from evidence.logs import cel, forms, names, report
from evidence.logs.backing import backed
from evidence.logs.banks import COMPUTABLE
from evidence.logs.boot import boot
from evidence.logs.event import EventLog
from evidence.logs.reading import readings
from evidence.logs.replay import replay
from tests.conftest import CORPUS

FOLDER: Final = None if CORPUS is None else CORPUS / "eventlog"
FACTS: Final[dict[str, Any]] = {} if FOLDER is None else json.loads((FOLDER / "facts.json").read_text())
HASHES: Final = {
    "sha1": "sha-1",
    "sha256": "sha-256",
    "sha384": "sha-384",
    "sha512": "sha-512",
    "sm3_256": "sm3",
}
ENDS: Final = {"eof": None, "zero": 0x00, "ff": 0xFF}
FORMATS: Final = {"crypto-agile": "tcg", "sha-1": "tcg-sha1"}
GOOD: Final = [name for name, facts in FACTS.items() if "error" not in facts]
every_log = pytest.mark.parametrize("name", GOOD)


def content(name: str) -> bytes:
    assert CORPUS is not None
    return (CORPUS / (name if name.startswith("tdx/") else f"eventlog/{name}")).read_bytes()


def other(name: str) -> bytes:
    assert FOLDER is not None
    return (FOLDER / "other" / name).read_bytes()


def named(digests: dict[str, str]) -> dict[str, str]:
    return {HASHES[name]: digest for name, digest in digests.items()}


def registers(log: EventLog) -> tuple[str, ...]:
    return names.CC if log.format == "ccel" else names.PCRS


@pytest.mark.parametrize("counted", [(1466, 35)] if FACTS else [])
def test_there_are_as_many_as_the_facts_say(counted: tuple[int, int]) -> None:
    assert (sum(len(FACTS[name]["event_list"]) for name in GOOD), len(GOOD)) == counted


@every_log
def test_the_form_and_the_end(name: str) -> None:
    facts, log = FACTS[name], forms.read(content(name))
    assert log.format == ("ccel" if name.startswith("tdx/") else FORMATS[facts["form"]])
    assert (log.size, log.filler) == (facts["log_bytes"], ENDS[facts["end"]])


@every_log
def test_every_event_is_where_and_what_the_facts_say(name: str) -> None:
    log = forms.read(content(name))
    assert len(log.events) == len(FACTS[name]["event_list"])
    for event, fact in zip(log.events, FACTS[name]["event_list"], strict=True):
        assert (event.start, event.end, event.number) == (fact["start"], fact["end"], fact["register"])
        assert f"{event.type:08x}" == fact["type"]
        assert names.TYPES[event.type] == fact["type_name"]
        assert len(event.data) == fact["data_size"]
        assert {alg: digest.hex() for alg, digest in event.digests.items()} == named(fact["digests"])
        if event.digests.keys() <= COMPUTABLE:
            assert backed(event).backing == fact["backing"], fact


@every_log
def test_registers_are_those_of_the_facts_and_of_the_machine(name: str) -> None:
    log, facts = forms.read(content(name)), FACTS[name]
    sums: dict[str, dict[str, str | None]] = defaultdict(dict)
    for (register, alg), one in replay(log).items():
        sums[alg][register] = None if one.computed is None else one.computed.hex()
    for alg, values in named_banks(facts["replay"]).items():
        assert sums[alg] == {registers(log)[int(number)]: value for number, value in values.items()}
    for alg, values in named_banks(facts.get("golden_values", {})).items():
        for number, value in values.items():
            assert sums[alg][registers(log)[int(number)]] == value


def named_banks(banks: dict[str, Any]) -> dict[str, Any]:
    return {HASHES[alg]: values for alg, values in banks.items() if HASHES[alg] in COMPUTABLE}


@every_log
def test_what_is_said_of_the_start_is_what_the_facts_say(name: str) -> None:
    log, policy = forms.read(content(name)), FACTS[name]["policy"]
    entries = boot(readings(log), lambda _: "unchecked").entries
    text = {(entry.name, entry.event): entry for entry in entries}
    if "secure_boot" in policy:
        fact = policy["secure_boot"]
        entry = text["secure_boot", fact["n"]]
        if entry.backing == "data":
            assert (entry.bool, entry.text) == (
                (None, "not-set") if fact["size"] == 0 else (bool(fact["value"]), None)
            )
    for fact in policy.get("loaded_images", ()):
        entry = text["loaded_image", fact["n"]]
        assert {one.alg: one.digest.hex() for one in entry.digests} == named(fact["digests"])
    for fact in policy.get("kernel_command_line", ()):
        entry = text["kernel_command_line", fact["n"]]
        is_hashed = fact["backing"] == "data-part" and entry.backing != "not-computable"
        assert entry.text == (fact["text"] if is_hashed else None)
    for member, title in (("initrd_digest", "initrd"), ("load_options_digest", "load_options")):
        for fact in policy.get(member, ()):
            assert text[title, fact["n"]].digests


@pytest.mark.parametrize("name", ["tdx/trustee_CCEL_AAEL_alibabacloud"] if FACTS else [])
def test_a_command_line_that_was_not_hashed_is_not_believed(name: str) -> None:
    lines = [
        entry
        for entry in boot(readings(forms.read(content(name))), lambda _: "matches").entries
        if entry.name == "kernel_command_line"
    ]
    assert [(entry.backing, entry.text, bool(entry.digests)) for entry in lines] == [
        ("digest-only", None, True)
    ]


@every_log
def test_the_document_of_a_log_alone_proves_nothing(name: str) -> None:
    data = content(name)
    document = report.document(data, forms.read(data), None)
    assert document.log.evidence is False
    assert {entry.committed for entry in document.events} <= {"unchecked", "not-extended"}
    assert {one.status for one in document.replay} <= {"unchecked"}
    assert document.notes[0].code == "log-alone"


NEGATIVES: Final = {
    "neg/count-1000.bin": ("constraint-violation", 81),
    "neg/ff-then-data.bin": ("bad-encoding", 45300),
    "neg/size-4g.bin": ("truncated", 195),
    "neg/spec-id-alg-size.bin": ("constraint-violation", 62),
    "neg/truncated.bin": ("truncated", 45260),
    "neg/unannounced-alg.bin": ("constraint-violation", 85),
    "tpm/keylime-binary_bios_measurements-bogus": ("unknown-format", None),
    "tpm/tpm2tools-specid-vendordata.bin": ("truncated", 69),
}


@pytest.mark.parametrize("name", NEGATIVES if FACTS else [])
def test_a_broken_log_is_refused_at_its_place(name: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        forms.read(content(name))
    assert (caught.value.code, getattr(caught.value, "offset", None)) == NEGATIVES[name]


@pytest.mark.parametrize("name", ["neg/ff-tail.bin", "neg/zero-tail-64k.bin"] if FACTS else [])
def test_a_filler_ends_a_log(name: str) -> None:
    assert len(forms.read(content(name)).events) == 117


@pytest.mark.parametrize("name", ["gotpm-cel.b64"] if FACTS else [])
def test_a_canonical_log(name: str) -> None:
    assert FOLDER is not None
    facts = json.loads((FOLDER / "cel.json").read_text())
    log = forms.read(b64decode(other(name)))
    assert len(log.events) == len(facts) == 18
    for reading, fact in zip(readings(log), facts, strict=True):
        assert (reading.event.register, reading.event.number) == ("rtmr3", 4)
        assert reading.event.digests["sha-384"].hex() == fact["digests"]["sha384"]
        assert reading.backed.backing == "derived"
        assert cel.text(reading.event.data).decode() == fact["content"][0]["value"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dstack-runtime-v1.json", "b5d4492049554f3cf0a3805143a8bc0df83637c746a54b85e879b864542b029e3c1a78ad1df8b6339e5e1037414c4252"),
        ("dstack-runtime-v2.json", "e7cc1e5d1de7995459f336166ac0af3b4227552c5c8bb64a3476609fffb247c6f4aa2ba72dfb8f94855e15ccb634d0c0"),
    ]
    if FACTS
    else [],
)  # fmt: skip
def test_both_versions_of_dstacks_events(name: str, value: str) -> None:
    (one,) = replay(forms.read(other(name))).values()
    assert one.computed == bytes.fromhex(value)


@pytest.mark.parametrize("name", ["ccapi-ima_log.txt"] if FACTS else [])
def test_a_list_of_measured_files(name: str) -> None:
    (event,) = forms.read(other(name)).events
    assert (event.register, event.name, backed(event).backing) == ("rtmr2", "ima-ng", "derived")


EVIDENTLY: Final = [
    *GOOD,
    "other/ccapi-ima_log.txt",
    "other/dstack-runtime-v1.json",
    "other/dstack-runtime-v2.json",
]


@pytest.mark.parametrize("name", EVIDENTLY if FACTS else [])
def test_a_log_alone_is_no_evidence(name: str) -> None:
    (piece,) = parse_all(content(name))
    assert isinstance(piece, Failure)
    assert isinstance(piece.error, NotEvidence)
    assert "evidence events" in str(piece.error)
