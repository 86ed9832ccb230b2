"""Which claims no signature covers: what cannot be shown to be signed is not."""

from __future__ import annotations

import pytest

import evidence
from evidence.coverage import Covers
from evidence.registry import Source
from tests.builtin import BY_NAME, Case, every_case
from tests.generate.amd_sev_snp_reports import CHIP_ID


@pytest.mark.parametrize(
    ("start", "end", "content"),
    [(0, 2, True), (1, 2, True), (0, 3, False), (2, 3, False), (4, 9, True), (5, 7, True), (8, 10, False)],
)
def test_a_field_is_held_by_one_range_as_a_whole(start: int, end: int, content: bool) -> None:  # noqa: FBT001 (a table's)
    covers = Covers([(4, 9), (0, 2), (5, 6)])
    assert covers.hold(Source("field", start, end)) is content


def test_a_decoded_layer_is_held_where_it_was_made_from() -> None:
    covers = Covers([(4, 9)])
    assert covers.hold(Source("field", 0, 100, layer="payload", outer=(4, 9)))
    assert not covers.hold(Source("field", 4, 9, layer="payload", outer=(0, 9)))
    assert not covers.hold(Source("field", 4, 9, layer="attachment:certificates"))
    assert not Covers([]).hold(Source("field", 0, 0))


def test_what_has_no_bytes_is_not_signed() -> None:
    """The product is the caller's word: no field of a version 2 report stands for it."""
    result = BY_NAME["amd-sev-snp/v2-product-option"].read()
    assert "/environments/platform/identifiers/product" in result.unsigned()
    assert "/environments/platform/identifiers/chip_id" not in result.unsigned()


def test_what_a_certificate_says_of_a_device_is_not_signed_with_its_measurements() -> None:
    unsigned = BY_NAME["dmtf-spdm/v12-challenge"].read().unsigned()
    for name in ("manufacturer", "product", "serial_number"):
        assert f"/environments/device/identifiers/{name}" in unsigned


TCB = "/environments/platform/tcb/reported_tcb"
DECIDED = {f"{TCB}/layout", f"{TCB}/layout_source", f"{TCB}/components"}


@pytest.mark.parametrize(
    ("name", "source", "listed"),
    [
        ("v3-milan", "cpuid", False),
        ("v2-certificate", "certificate", True),
        ("v2-product-option", "caller", True),
        ("v2-unknown-product", "unknown", False),
    ],
)
def test_a_layout_is_signed_only_where_the_report_says_it(name: str, source: str, listed: bool) -> None:  # noqa: FBT001 (a table's)
    result = BY_NAME[f"amd-sev-snp/{name}"].read()
    assert result.claims.environment("platform").tcb_of("reported").layout_source == source
    unsigned = set(result.unsigned())
    assert unsigned & DECIDED == (DECIDED if listed else set())
    assert TCB not in unsigned


def test_a_certificate_of_another_chip_decides_nothing() -> None:
    """A version 2 report does not say its product: a certificate does, unless its hwID is not CHIP_ID."""
    fixture = BY_NAME["amd-sev-snp/v2-certificate"].loaded
    data = bytearray(fixture.data)
    assert data[0x1A0:0x1E0] == CHIP_ID
    data[0x1A0] ^= 1
    piece = evidence.parse(bytes(data), attachments=fixture.attachments)
    tcb = piece.claims.environment("platform").tcb_of("reported")
    assert (tcb.layout, tcb.layout_source, tcb.components) == (None, "unknown", ())
    assert [one.name for one in piece.claims.environment("platform").identifiers] == ["chip_id"]
    notes = {(note.code, note.path) for note in piece.claims.notes}
    assert {
        ("unknown-product", "/certificates/vcek"),
        ("certified-differs", "/consistency/chip_id-certified"),
    } <= notes


def test_an_environment_of_which_nothing_is_signed_is_unsigned_as_a_whole() -> None:
    """With all that ties others to it: a report does not say that an SVSM is there, what lies beside it does."""
    with_svsm = next(
        case.read()
        for name, case in BY_NAME.items()
        if "svsm" in name and "services-manifest" in case.loaded.attachments
    )
    unsigned = set(with_svsm.unsigned())
    assert {"/environments/svsm", "/environments/guest/depends_on"} <= unsigned
    assert {"/environments/guest", "/environments/platform"}.isdisjoint(unsigned)
    assert "/environments/vek" in BY_NAME["amd-sev-snp/v2-certificate"].read().unsigned()


@every_case
def test_all_is_unsigned_where_there_is_no_signature(case: Case) -> None:
    result = case.read()
    whole = {
        f"/environments/{one.id.replace('~', '~0').replace('/', '~1')}" for one in result.claims.environments
    }
    assert result.claims.signatures or whole <= set(result.unsigned())


def test_the_hash_that_an_attached_negotiation_selects_is_unsigned() -> None:
    result = BY_NAME["dmtf-spdm/v12-prefix-attached"].read()
    place = "/environments/device/measurements/mutable-firmware/digests/0"
    assert result.where(f"{place}/alg").field == "prefix.ALGORITHMS.measurement_hash_algo"
    unsigned = set(result.unsigned())
    assert f"{place}/alg" in unsigned
    assert not unsigned & {place, f"{place}/digest"}
