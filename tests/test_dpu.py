"""A DPU's JSON: several devices, what is signed, and what of a document is told as one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence.carriers.table import CARRIERS
from evidence.convert import Evidence, parse, parse_all
from evidence.errors import ConstraintViolation
from evidence.types.dice.dpu import recognise
from tests.generate.dice import DPU, REPORT_DATA

DOCUMENT: dict[str, Any] = json.loads(DPU)
(DEVICE,) = DOCUMENT["devices"]


def document(*devices: object) -> bytes:
    return json.dumps({"version": 1, "devices": devices}).encode()


def test_several_devices_are_a_piece_each_with_the_claims_of_one_alone() -> None:
    other = {**DEVICE, "architecture": "bluefield4"}
    pieces = [piece for piece in parse_all(document(DEVICE, other)) if isinstance(piece, Evidence)]
    assert [piece.claims.evidence.carriers[0].at for piece in pieces] == ["devices/0", "devices/1"]
    assert [piece.claims.environment("device").label for piece in pieces] == ["bluefield3", "bluefield4"]
    assert pieces[0].claims.environments == parse(DPU).claims.environments


def test_a_device_that_is_none_is_not_left_out() -> None:
    with pytest.raises(ConstraintViolation):
        parse(document(DEVICE, {"architecture": "bluefield3"}))


@pytest.mark.parametrize("size", [0, 48, 64])
def test_report_data_is_filled_up_with_zeros(size: int) -> None:
    piece = parse(DPU, attachments={"request": REPORT_DATA[:size]})
    (signature,) = piece.signed()
    assert signature.missing == ()
    assert signature.covers == ()
    assert piece.message(signature) == REPORT_DATA[:size].ljust(64, b"\0")


def test_what_is_longer_is_no_report_data() -> None:
    with pytest.raises(ConstraintViolation):
        parse(DPU, attachments={"request": bytes(65)})


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"version": 1},
        {"version": 1, "devices": {}},
        {"version": 1, "devices": []},
        {"version": 1, "devices": [1]},
        {"devices": [DEVICE]},
    ],
)
def test_what_is_no_document_of_a_dpu(value: object) -> None:
    assert not recognise(value)


def test_the_carrier_has_its_place() -> None:
    assert "nvidia-dpu" in {carrier.name for carrier in CARRIERS}
