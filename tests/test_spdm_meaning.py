"""What SPDM's fields become: no field is lost at import, and every claim is recorded with the field that it was made of."""

from __future__ import annotations

import gc
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

import evidence
from evidence.authoring import fixtures
from evidence.convert import Evidence
from evidence.encode.native import plain
from evidence.types.spdm import TYPE
from evidence.types.spdm.blocks import Digests, read_blocks
from evidence.types.spdm.vendor import KINDS
from evidence.wire.layout import U8, U16, Layout, Raw, at
from evidence.wire.spdm import layout
from evidence.wire.spdm.fields import MESSAGES
from tests.generate import spdm as s

assert TYPE.fixtures is not None
VALID: Final = {loaded.name: loaded for loaded in fixtures.valid(TYPE.fixtures)}
MAPPING: Final = Path(evidence.__file__).with_name("types") / "spdm" / "mapping.py"


def mapping_again() -> None:
    """Run the module of the meanings once more, with the tables of bytes as they are now."""
    spec = spec_from_file_location("mapping_again", MAPPING)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module_from_spec(spec))


# fmt: off
class Measurements(Layout, size=9, spec="test"):
    spdm_version:              U8  = at(0)
    request_response_code:     U8  = at(1)
    param1:                    U8  = at(2)
    param2:                    U8  = at(3)
    number_of_blocks:          U8  = at(4)
    measurement_record_length: Raw = at(5, 3)
    temperature:               U8  = at(8)


class Greeting(Layout, size=6, spec="test"):
    spdm_version:          U8  = at(0)
    request_response_code: U8  = at(1)
    mood:                  U16 = at(2)
    reserved_4:            U16 = at(4)
# fmt: on


def test_a_new_field_of_a_message_needs_a_row_or_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping_again()
    message = MESSAGES[layout.MEASUREMENTS]
    monkeypatch.setattr(layout, "Measurements", Measurements)
    monkeypatch.setitem(MESSAGES, layout.MEASUREMENTS, message._replace(tables=(Measurements,)))
    with pytest.raises(TypeError, match=r"MEASUREMENTS: .*becomes of temperature$"):
        mapping_again()


def test_a_new_message_needs_its_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = MESSAGES[layout.GET_DIGESTS]._replace(name="GREETING", tables=(Greeting,))
    monkeypatch.setitem(MESSAGES, 0xF0, kind)
    with pytest.raises(TypeError, match=r"GREETING: .*becomes of mood$"):
        mapping_again()


def test_a_reason_that_is_gone_leaves_a_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    unclaimed = {field: why for field, why in TYPE.unclaimed.items() if field != "CAPABILITIES.ct_exponent"}
    monkeypatch.setattr(
        "evidence.types.spdm.TYPE", type("Changed", (), {"unclaimed": unclaimed}), raising=True
    )
    with pytest.raises(TypeError, match=r"CAPABILITIES: .*becomes of ct_exponent$"):
        mapping_again()


def where(evidence_piece: Evidence, path: str) -> set[str]:
    """The fields that a claim was made of."""
    return {source.field for source in evidence_piece.sources() if path in source.claims}


def test_every_device_mode_decides_about_debug() -> None:
    """The worst word counts, so a mode that is not at its own index may decide it."""
    quiet, noisy = s.device_mode((7, 4), (0x1F, 0)), s.device_mode((7, 4), (0x1F, 2))
    record = s.block(0x30, 0x85, noisy) + s.block(0xFE, 0x85, quiet)
    evidence_piece = evidence.parse(record, type="dmtf-spdm", options={"version": "1.2"})
    assert evidence_piece.claims.environments[0].debug == "enabled"
    assert where(evidence_piece, "/environments/device/debug") == {"block-48.value", "block-254.value"}
    assert where(evidence_piece, "/environments/device/lifecycle") == {"block-254.value"}


def test_each_superseded_block_has_its_own_place() -> None:
    """Three values of one index: two are kept whole, and a block that only repeats one became nothing."""
    data = b""
    for text in ("first", "second", "third", "third"):
        blocks = [s.block(1, 1, s.digest(text))]
        data += s.get_measurements(0x11, 1, signed=False) + s.measurements(0x11, blocks)
    evidence_piece = evidence.parse(data)
    unknown = evidence_piece.claims.environments[0].unknown
    assert [entry.raw for entry in unknown] == [s.digest("first"), s.digest("second")]
    for number, text in enumerate(("first", "second")):
        source = evidence_piece.where(f"/environments/device/unknown/{number}")
        assert source.field == "other.MEASUREMENTS.block-1.value"
        assert evidence_piece.bytes_of(source) == s.digest(text)
    values = [source for source in evidence_piece.sources() if source.field.endswith("block-1.value")]
    assert [bool(source.claims) for source in values] == [True, True, False, True]


def test_what_each_part_of_the_opaque_data_became() -> None:
    evidence_piece = evidence.parse(VALID["v11-nvidia-gpu"].data)
    device = evidence_piece.claims.environments[0]
    lists: tuple[Any, ...] = (device.values, device.versions, device.identifiers, device.svns)
    names = {entry.name for entries in lists for entry in entries}
    for source in evidence_piece.sources():
        if source.field.startswith("opaque.") and source.field.endswith(".type"):
            number = int(source.field.split(".")[1])
            (path,) = source.claims
            name = KINDS[number].name if number in KINDS else f"nvidia-opaque-{number}"
            assert path.endswith(f"/{name}")
            assert name in names or path == f"/environments/device/unknown/{name}"


@pytest.mark.parametrize("name", VALID)
def test_a_converted_piece_leaves_nothing_to_the_garbage_collector(name: str) -> None:
    """A circle would hold the bytes of every piece until it comes."""
    loaded = VALID[name]

    def convert() -> None:
        kind = TYPE.name if loaded.fixture.force else None
        options = loaded.fixture.options or None
        evidence_piece = evidence.parse(
            loaded.data, type=kind, options=options, attachments=loaded.attachments
        )
        assert len(evidence_piece.sources()) > 1

    convert()
    gc.collect()
    gc.disable()
    try:
        convert()
        assert gc.collect() == 0
    finally:
        gc.enable()


# records of digests alone


@pytest.mark.parametrize("count", [1, 2, 64, 254])
def test_digests_read_in_one_step_are_those_read_one_by_one(count: int) -> None:
    record = b"".join(s.block(n + 1, n % 4, s.digest(str(n))) for n in range(count))
    digests = read_blocks(b"\xaa" + record + b"\xbb", 1, 1 + len(record))
    assert isinstance(digests, Digests)
    before = s.block(0xFF - 1, 0x84, b"a manifest: no record of digests alone") if count < 254 else b""
    slow: Any = read_blocks(before + record, 0, len(before + record))[1:] if before else ()
    shift = 1 - len(before)
    for block, other in zip(digests, slow or digests, strict=True):
        assert plain(block) == plain(other) | (
            {"start": other.start + shift, "end": other.end + shift} if slow else {}
        )
        assert block.value == s.digest(str(block.index - 1))
    assert (len(digests), digests[-1].end) == (count, 1 + len(record))
    assert plain(digests) == [plain(block) for block in digests]
    assert all(one.end == next_.start for one, next_ in pairwise(digests))


@pytest.mark.parametrize("offset", range(s.block(1, 1, s.digest("x")).index(s.digest("x"))))
def test_a_byte_of_a_header_that_differs_is_read_as_it_is(offset: int) -> None:
    """No header of many is taken for granted because the others are alike."""
    record = bytearray(b"".join(s.block(n + 1, 1, s.digest(str(n))) for n in range(8)))
    size = len(record) // 8
    record[5 * size + offset] ^= 0x80
    pieces = evidence.parse_all(bytes(record), type="dmtf-spdm", options={"measurement_hash": "sha-384"})
    (piece,) = pieces
    if isinstance(piece, Evidence):
        changed = piece.claims.environments[0].measurements[5]
        assert (changed.index, changed.name) != (6, "mutable-firmware") or changed.digests == ()
    else:
        assert piece.error.code in {"constraint-violation", "truncated"}
