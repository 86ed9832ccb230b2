"""SEV-SNP reports that virtee's struct took apart, put together again."""

from __future__ import annotations

from typing import Any

import pytest

from evidence.carriers.virtee import rebuilt
from evidence.convert import Evidence, parse_all
from evidence.errors import (
    CarrierError,
)
from tests.unwrapping import REPORT, inner, packed, refusal


def u32(offset: int) -> int:
    return int.from_bytes(REPORT[offset : offset + 4], "little")


def tcb(offset: int) -> dict[str, object]:
    raw = REPORT[offset : offset + 8]
    return {"fmc": None, "bootloader": raw[0], "tee": raw[1], "snp": raw[6], "microcode": raw[7]}


def apart() -> dict[str, Any]:
    """Our report as virtee's sixth generation writes it."""
    ranges = {
        "family_id": (0x010, 16),
        "image_id": (0x020, 16),
        "report_data": (0x050, 64),
        "measurement": (0x090, 48),
        "host_data": (0x0C0, 32),
        "id_key_digest": (0x0E0, 48),
        "author_key_digest": (0x110, 48),
        "report_id": (0x140, 32),
        "report_id_ma": (0x160, 32),
        "chip_id": (0x1A0, 64),
    }
    return {
        "version": u32(0),
        "guest_svn": u32(4),
        "policy": int.from_bytes(REPORT[8:16], "little"),
        "vmpl": u32(0x30),
        "sig_algo": u32(0x34),
        "plat_info": int.from_bytes(REPORT[0x40:0x48], "little"),
        "key_info": u32(0x48),
        "current_tcb": tcb(0x38),
        "reported_tcb": tcb(0x180),
        "committed_tcb": tcb(0x1E0),
        "launch_tcb": tcb(0x1F0),
        "cpuid_fam_id": None,
        "current": {"major": REPORT[0x1EA], "minor": REPORT[0x1E9], "build": REPORT[0x1E8]},
        "committed": {"major": REPORT[0x1EE], "minor": REPORT[0x1ED], "build": REPORT[0x1EC]},
        "launch_mit_vector": None,
        "signature": {"r": list(REPORT[0x2A0:0x2E8]), "s": list(REPORT[0x2E8:0x330])},
        **{name: list(REPORT[at : at + size]) for name, (at, size) in ranges.items()},
    }


def earlier() -> dict[str, Any]:
    """The same as the second generation writes it."""
    report = apart()
    for name in ("current", "committed"):
        for part, number in report.pop(name).items():
            report[f"{name}_{part}"] = number
    report["_author_key_en"] = report.pop("key_info")
    report["signature"]["_reserved"] = [0] * 368
    for name in ("current_tcb", "reported_tcb", "committed_tcb", "launch_tcb"):
        report[name] = {**report[name], "_reserved": [0] * 4}
        del report[name]["fmc"]
    return report | {"_reserved_0": 0, "_reserved_1": [0] * 24, "_reserved_4": [0] * 168}


@pytest.mark.parametrize("report", [apart(), earlier()])
def test_report_is_put_together_again(report: dict[str, Any]) -> None:
    chain = [
        {"cert_type": "VCEK", "data": [0x30, 0]},
        {"cert_type": "CRL", "data": [0x30, 1]},
        {"cert_type": {"OTHER": "a uuid"}, "data": [0x30, 2]},
        {"cert_type": "ASK", "data": [0x30, 3]},
    ]
    evidence_piece = inner(packed({"attestation_report": report, "cert_chain": chain}))
    assert (evidence_piece.data, evidence_piece.at, evidence_piece.obtained) == (
        REPORT,
        "attestation_report",
        "rebuilt",
    )
    assert evidence_piece.attachments == {"certificates": b"\x30\0\x30\3"}
    assert evidence_piece.hints == {"provider": "sev_guest"}
    (whole,) = parse_all(packed({"attestation_report": report, "cert_chain": None}))
    assert isinstance(whole, Evidence)
    assert whole.claims.evidence.bytes == "rebuilt"


def test_report_of_turin_is_put_together_again() -> None:
    numbers = {"fmc": 1, "bootloader": 2, "tee": 3, "snp": 4, "microcode": 5}
    versions = {"cpuid_fam_id": 26, "cpuid_mod_id": 2, "cpuid_step": 1}
    vectors = {"launch_mit_vector": 2**63, "current_mit_vector": 6}
    data = rebuilt(apart() | {"reported_tcb": numbers} | versions | vectors)
    assert data[0x180:0x188] == bytes([1, 2, 3, 4, 0, 0, 0, 5])
    assert data[0x188:0x18B] == bytes([26, 2, 1])
    assert data[0x1F8:0x208] == bytes(7) + b"\x80" + b"\6" + bytes(7)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"version": -1}, "version"),
        ({"version": 2**32}, "version"),
        ({"version": True}, "version"),
        ({"version": None}, "version"),
        ({"version": 1.5}, "version"),
        ({"chip_id": [0] * 63}, "chip_id"),
        ({"chip_id": "00" * 63}, "chip_id"),
        ({"policy": {}}, "policy"),
        ({"current": {"major": 1, "minor": 2}}, "current"),
        ({"current": {"major": 1, "minor": 2, "build": 256}}, "current/build"),
        ({"reported_tcb": {"bootloader": 1, "tee": 2, "snp": 3, "spl": 4, "microcode": 4}}, "reported_tcb"),
        ({"signature": {"r": [0] * 72, "s": [0] * 71}}, "signature/s"),
        ({"signature": {"r": [0] * 72, "s": [0] * 72, "_reserved": [1]}}, "signature/_reserved"),
        ({"a_later_field": 0}, "a_later_field"),
        ({"_reserved_1": [0, 1]}, "_reserved_1"),
        ({"_reserved_0": 1}, "_reserved_0"),
    ],
)
def test_report_that_cannot_be_put_together(changes: dict[str, Any], path: str) -> None:
    error = refusal(packed({"attestation_report": apart() | changes}))
    assert error == ("coco-snp", None, f"attestation_report/{path}")


@pytest.mark.parametrize("name", ["measurement", "key_info", "committed", "signature"])
def test_report_that_lacks_a_field(name: str) -> None:
    report = apart()
    del report[name]
    with pytest.raises(CarrierError, match="missing"):
        rebuilt(report)


def test_broken_certificate_chain() -> None:
    document = {"attestation_report": apart(), "cert_chain": [{"cert_type": "ASK", "data": None}]}
    assert refusal(packed(document)) == ("coco-snp", None, "cert_chain/0/data")


def in_hex(report: dict[str, Any]) -> dict[str, Any]:
    """The same with bytes in hexadecimal, as some write it."""
    return {
        name: bytes(value).hex()
        if isinstance(value, list)
        else in_hex(value)
        if isinstance(value, dict)
        else value
        for name, value in report.items()
    }


@pytest.mark.parametrize("report", [apart(), in_hex(apart())])
@pytest.mark.parametrize(
    ("at", "around"),
    [
        ("", None),
        ("a", lambda report: {"a": report}),
        ("a/1", lambda report: {"a": [{}, report], "chip_id": "x"}),
    ],
)
def test_a_report_that_nothing_is_around(report: dict[str, Any], at: str, around: Any) -> None:
    (piece,) = parse_all(packed(around(report) if around else report))
    assert isinstance(piece, Evidence)
    assert piece.data == REPORT
    assert piece.at == f"{at}/virtee-report".lstrip("/")
    assert piece.claims.evidence.bytes == "rebuilt"


def test_a_report_with_a_member_too_few_or_too_many() -> None:
    for change, path in (({"later": 1}, "later"), ({"guest_svn": None}, "guest_svn")):
        error = refusal(packed(apart() | change))
        assert error == ("virtee-report", None, path)
