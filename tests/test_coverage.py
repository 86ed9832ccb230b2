"""Which claims no signature covers: what cannot be shown to be signed is not."""

from __future__ import annotations

import pytest

from evidence.coverage import Covers
from evidence.registry import Source
from tests.builtin import BY_NAME


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [(0, 2, True), (1, 2, True), (0, 3, False), (2, 3, False), (4, 9, True), (5, 7, True), (8, 10, False)],
)
def test_a_field_is_held_by_one_range_as_a_whole(start: int, end: int, held: bool) -> None:  # noqa: FBT001 (a table's)
    covers = Covers([(4, 9), (0, 2), (5, 6)])
    assert covers.hold(Source("field", start, end)) is held


def test_a_decoded_layer_is_held_where_it_was_made_from() -> None:
    covers = Covers([(4, 9)])
    assert covers.hold(Source("field", 0, 100, layer="payload", outer=(4, 9)))
    assert not covers.hold(Source("field", 4, 9, layer="payload", outer=(0, 9)))
    assert not covers.hold(Source("field", 4, 9, layer="attachment:certificates"))
    assert not Covers([]).hold(Source("field", 0, 0))


def test_what_has_no_bytes_is_not_signed() -> None:
    """The product is the caller's word: no field of a version 2 report stands for it."""
    found = BY_NAME["amd-sev-snp/v2-product-option"].read()
    assert "/environments/platform/identifiers/product" in found.unsigned()
    assert "/environments/platform/identifiers/chip_id" not in found.unsigned()


def test_what_a_certificate_says_of_a_device_is_not_signed_with_its_measurements() -> None:
    unsigned = BY_NAME["dmtf-spdm/v12-challenge"].read().unsigned()
    for name in ("manufacturer", "product", "serial_number"):
        assert f"/environments/device/identifiers/{name}" in unsigned
