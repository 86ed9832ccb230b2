"""Firmware layers and device names out of certificates: every field, every form, and what is broken."""

from __future__ import annotations

import pytest

from evidence.claims import Environment, Note
from evidence.errors import EvidenceError
from evidence.types._dice.device import cma_device, device_info, spdm_marks
from evidence.types._dice.layers import debug_of, layers, ueid
from evidence.types._dice.tcbinfo import CompositeDeviceId, TcbInfo, flag_bits, read_layers
from evidence.wire import x509
from tests.generate import spdm as s
from tests.generate.common import FIXTURES

CHAIN = x509.read_all((FIXTURES / "dmtf-spdm/valid/v13-dice.der").read_bytes(), "chain")


def described() -> tuple[tuple[Environment, ...], list[Note]]:
    notes: list[Note] = []
    result, _ = layers(CHAIN, notes, "device")
    return result, notes


def test_layers_depend_on_the_ones_before_them() -> None:
    result, notes = described()
    assert [one.id for one in result] == ["dice-0", "dice-1", "dice-2", "dice-3"]
    assert [one.depends_on for one in result] == [(), ("dice-0",), ("dice-1",), ("dice-2",)]
    assert {one.role for one in result} == {"firmware-layer"}
    assert {one.origin for one in result} == {"certificate"}
    assert [note.code for note in notes] == ["unknown-bits", "extension-not-decoded"]


def test_every_field_of_a_layer() -> None:
    (first, *_), _ = described()
    assert first.identifier("vendor").text == "ACME"
    assert first.identifier("model").text == "WIDGET"
    assert first.version("version").value == "01"
    assert first.svn("svn").svn == 5
    assert first.value("layer").int == 1
    assert first.value("vendor_info").bytes == b"\xc0"
    assert first.attribute("flags").set == ("not_configured", "fixed_width")
    assert first.attribute("flags_mask").set[-2:] == ("not_tcb", "fixed_width")
    assert [digest.alg for m in first.measurements for digest in m.digests] == ["sha-384", "unknown"]


def test_a_large_svn_is_kept_as_its_bytes() -> None:
    result, _ = described()
    assert result[2].svn("svn").svn is None
    assert result[2].svn("svn").raw == bytes((9,)) + bytes(8)


@pytest.mark.parametrize(
    ("flags", "mask", "debug"),
    [
        (None, None, "not-reported"),
        (b"\x00", None, "not-reported"),
        (b"\x10", None, "enabled"),
        (b"\x10", b"\x00", "enabled"),
        (b"\x00", b"\x10", "disabled"),
        (b"\x00", b"\xef", "not-reported"),
        (None, b"\x10", "not-reported"),
        (b"", b"\x10", "disabled"),
    ],
)
def test_debug_is_disabled_only_where_the_mask_says_so(
    flags: bytes | None, mask: bytes | None, debug: str
) -> None:
    assert debug_of(flags, mask) == debug


def test_flags_count_from_the_highest_bit() -> None:
    assert flag_bits(b"\x80\x00\x00\x01") == 1 | 1 << 31
    assert flag_bits(b"\x01" + bytes(99)) == 1 << 7


def test_what_stands_under_the_oid_is_told_by_its_first_value() -> None:
    (result,) = read_layers(s.composite_device_id(s.spki(3), s.digest("x")))
    assert isinstance(result, CompositeDeviceId)
    assert result.fwid.digest == s.digest("x")
    (empty,) = read_layers(s.tcb_info())
    assert empty == TcbInfo()
    assert len(read_layers(s.der(0x30, s.tcb_info((3, b"\1")), s.tcb_info((3, b"\2"))))) == 2


@pytest.mark.parametrize(
    "value",
    [
        b"",
        s.der(0x04, b"x"),
        s.tcb_info((3, b"\1")) + b"\0",
        s.tcb_info((3, b"")),
        s.tcb_info((3, b"\0\1")),
        s.tcb_info((0, b"\xff")),
        s.tcb_info((7, b"\x09")),
        s.tcb_info((7, b"")),
        s.tcb_info((4, b"\1"), (3, b"\1")),
        s.tcb_info((3, b"\1"), (3, b"\1")),
        s.der(0x30, s.der(0xA3, b"\2\1\1")),
        s.der(0x30, s.der(0x86, b"x")),
        s.tcb_info((6, s.der(0x04, b"x"))),
        s.tcb_info((6, s.der(0x30, s.oid(s.SHA384_OID)))),
        s.tcb_info((6, s.fwid(b"x") * 65)),
        s.der(0x30, s.tcb_info() * 65),
        s.der(0x30, b"\2\1\1"),
        s.der(0x30, b"\2\1\1", s.spki(3), s.der(0x04, b"x")),
        s.der(0x30, b"\5\0"),
    ],
)
def test_a_broken_extension_is_an_error(value: bytes) -> None:
    with pytest.raises(EvidenceError):
        read_layers(value)


def test_device_names() -> None:
    identity = next(one for one in CHAIN if "Device of tests" in one.subject)
    assert device_info(identity) == ("ACME", "WIDGET", "1234567890")
    assert cma_device(identity) == "Vendor=1b36:Device=0010"
    assert ueid(identity) == b"\1" + bytes(range(16))
    assert spdm_marks(identity) == ("1.3.6.1.4.1.412.274.2",)
    root = CHAIN[0]
    assert (device_info(root), cma_device(root), ueid(root), spdm_marks(root)) == (None, None, None, ())


@pytest.mark.parametrize(
    "value", [b"", b"\x30\x03", s.der(0x30), s.der(0x30, b"\5\0"), s.der(0x04, b"x"), s.der(0x30) + b"\0"]
)
def test_broken_extensions_name_nothing(value: bytes) -> None:
    der = s.certificate(
        "A", "B", 9, {"2.23.133.5.4.4": value, "1.3.6.1.4.1.412.274.6": value, "2.5.29.17": value}
    )
    certificate = x509.read(der, "certificate")
    assert ueid(certificate) is None
    assert spdm_marks(certificate) == ()
    assert device_info(certificate) is None
