"""SNP reports with what lies beside them: certificate tables, certificates, services manifests, and their places."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

import evidence
from evidence import limits
from evidence.convert import Evidence, Failure
from evidence.encode.json import to_json
from evidence.errors import EvidenceError, UsageError
from evidence.files import shared
from evidence.privacy import withhold
from evidence.types.snp import SnpOptions, ghcb, identify, vek
from evidence.wire import guid_table, x509
from tests.generate import amd_chain as amd
from tests.generate.amd_sev_snp_attached import (
    ARK,
    ASK,
    CA,
    EK,
    MILAN_LEAF,
    MILAN_VCEK,
    NOBODY,
    PLAIN_TABLE,
    SERVICES,
    TURIN_LEAF,
    VCEK,
    manifest,
    table,
)
from tests.generate.amd_sev_snp_reports import CHIP_ID
from tests.generate.der import pem, tlv

FIXTURES: Final = Path(str(shared("fixtures"))) / "amd-sev-snp/valid"
REPORT: Final = (FIXTURES / "v3-milan.bin").read_bytes()
LEAF: Final = "/certificates/vcek"


def read(certificates: bytes, data: bytes = REPORT, **options: Any) -> Evidence:
    return evidence.parse(data, attachments={"certificates": certificates}, options=options or None)


def facts(piece: Evidence, kind: str = "certificates") -> dict[str, str]:
    (attachment,) = (entry for entry in piece.claims.attachments if entry.kind == kind)
    return {fact.name: fact.text for fact in attachment.facts}


def notes(piece: Evidence) -> list[str]:
    return [note.code for note in piece.claims.notes]


# the certificate table


def test_guids() -> None:
    raw = bytes.fromhex("63da758de6644564adc5f4b93be8accd")
    assert guid_table.text(raw) == VCEK
    assert guid_table.swapped(raw).hex() == "8d75da6364e66445adc5f4b93be8accd"
    assert guid_table.swapped(guid_table.swapped(raw)) == raw


@pytest.mark.parametrize("mixed", [False, True])
def test_both_orders_of_guids(mixed: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    result = read(table((VCEK, MILAN_VCEK), (NOBODY, b"x"), mixed=mixed))
    assert facts(result)["guid-order"] == ("mixed-endian" if mixed else "rfc-4122")
    assert [entry.source for entry in result.claims.certificates] == ["vcek"]


def test_a_table_in_both_orders_at_once() -> None:
    both = table((VCEK, MILAN_VCEK), (ARK, CA.ark))
    both = both[:24] + guid_table.swapped(both[24:40]) + both[40:]
    assert facts(read(both))["guid-order"] == "mixed-endian and rfc-4122"


def test_an_entry_may_hold_a_chain() -> None:
    result = read(table((VCEK, pem(MILAN_VCEK) + b"and\n" + pem(CA.ask) + bytes(9))))
    assert [entry.source for entry in result.claims.certificates] == ["vcek", "ask"]
    assert notes(result) == ["mislabelled-certificate"]


def test_a_table_cut_at_the_kernels_maximum_still_wraps_nowhere() -> None:
    whole = table((VCEK, MILAN_VCEK), (ARK, CA.ark))
    cut = whole[:40] + b"\xf0\xff\xff\xff\x20\0\0\0" + whole[48:]
    with pytest.raises(EvidenceError) as caught:
        read(cut.ljust(guid_table.LARGEST, b"\0"))
    assert caught.value.code == "constraint-violation"


@pytest.mark.parametrize("size", [0, 1, 23, 24, 4096])
def test_zeros_are_an_empty_table(size: int) -> None:
    result = read(bytes(size))
    assert facts(result) == {"format": "empty"}
    assert result.claims.certificates == ()
    assert [environment.id for environment in result.claims.environments] == ["guest", "platform"]


def test_a_broken_table_is_not_read_as_the_pem_inside_of_it() -> None:
    broken = table((VCEK, pem(MILAN_VCEK)))
    with pytest.raises(EvidenceError) as caught:
        read(broken[:16] + b"\xff\xff\xff\xff" + broken[20:])
    assert caught.value.code == "constraint-violation"
    assert getattr(caught.value, "path", "") == "certificates"


def test_certificates_are_limited_over_all_entries() -> None:
    many = MILAN_VCEK * limits.CERTIFICATES
    assert len(read(table((VCEK, many))).claims.certificates) == limits.CERTIFICATES
    for attached in (table((VCEK, many), (ARK, CA.ark)), many + CA.ark):
        with pytest.raises(EvidenceError) as caught:
            read(attached)
        assert caught.value.code == "limit-exceeded"


# report || table


def test_the_extended_report() -> None:
    piece = evidence.parse(REPORT + PLAIN_TABLE)
    assert piece.data == REPORT
    assert piece.claims.evidence.trailing == 0
    assert piece.claims.evidence.bytes == "extracted"
    assert piece.claims.attachments[0].origin == "carrier"
    assert evidence.parse(REPORT + PLAIN_TABLE, type="amd-sev-snp").claims == piece.claims
    assert piece.claims.consistency == read(PLAIN_TABLE).claims.consistency
    text = (REPORT + PLAIN_TABLE).hex().encode()
    assert [carrier.name for carrier in evidence.parse(text).claims.evidence.carriers] == [
        "hex",
        "snp-extended-report",
    ]


def test_certificates_of_the_caller_come_before_those_behind_the_report() -> None:
    result = read(MILAN_VCEK, REPORT + PLAIN_TABLE)
    assert [entry.source for entry in result.claims.certificates] == ["vcek"]
    assert result.claims.attachments[0].origin == "caller"
    (carrier,) = result.claims.evidence.carriers
    assert [fact.name for fact in carrier.facts] == ["certificates"]


@pytest.mark.parametrize(
    ("tail", "code"), [(bytes(4096), None), (b"\1", "trailing-bytes"), (b"\1" * 60, "trailing-bytes")]
)
def test_what_is_no_table_behind_a_report(tail: bytes, code: str | None) -> None:
    (piece,) = evidence.parse_all(REPORT + tail)
    if isinstance(piece, Failure):
        assert piece.error.code == code
    else:
        assert code is None
        assert piece.claims.evidence.trailing == len(tail)


def test_a_broken_table_behind_a_report() -> None:
    broken = bytearray(table((VCEK, MILAN_VCEK), (ASK, CA.ask)))
    broken[40:44] = broken[16:20]  # the second entry begins where the first one does
    (piece,) = evidence.parse_all(REPORT + bytes(broken))
    assert isinstance(piece, Failure)
    assert piece.error.code == "constraint-violation"


# certificates


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["SEV-VCEK"], "vcek"),
        (["SEV-VLEK"], "vlek"),
        (["SEV-Milan"], "ask"),
        (["SEV-VLEK-Milan"], "asvk"),
        (["ARK-Milan"], "ark"),
        (["sev-vcek"], None),
        (["x,CN=SEV-VCEK"], None),
        (["SEV-VCEK", "SEV-VCEK"], None),
        ([], None),
    ],
)
def test_a_certificates_kind_is_its_common_name(names: list[str], kind: str | None) -> None:
    parts = (tlv(0x31, tlv(0x30, tlv(6, b"\x55\x04\x03"), tlv(0x0C, name.encode()))) for name in names)
    assert vek.kind_of(tlv(0x30, *parts)) == kind


def test_a_raw_hwid_that_looks_like_der() -> None:
    chip = b"\x04\x40" + CHIP_ID[2:]
    result = read(amd.vcek("Milan", MILAN_LEAF, chip))
    assert result.claims.environment("vek").identifier("hwid").value == chip


def test_a_hwid_of_8_bytes_in_an_octet_string() -> None:
    result = read(amd.vcek("Milan", MILAN_LEAF, b"\x04\x08" + CHIP_ID[:8]))
    assert result.claims.environment("vek").identifier("hwid").value == CHIP_ID[:8]
    assert {entry.name: entry.status for entry in result.claims.consistency}["chip_id-certified"] == "differs"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("1", tlv(2, b"\x7f" * 9)),
        ("1", tlv(2, b"\x01\0\0\0\0")),
        ("1", tlv(2, b"\xff")),
        ("1", b"\x02\x05\x00"),
        ("1", tlv(0x30, tlv(0x30)) * 2),
        ("1", tlv(0x30, b"\x30\x80")),
        ("3.8", tlv(2, b"\x01\0")),
        ("3.8", b""),
        ("2", tlv(0x0C, b"Milan")),
        ("2", tlv(0x16, b"Mil\xffn")),
        ("4", CHIP_ID + b"\0"),
        ("4", b"\x04\x3f" + CHIP_ID),
        ("5", b"text"),
    ],
)
def test_an_extension_that_is_not_of_its_type(place: str, value: bytes) -> None:
    """The error is at the extension, in DER and in what a PEM block holds."""
    other = amd.vcek("Milan", {**MILAN_LEAF, f"{amd.ARC}{place}": value}, CHIP_ID)
    if place == "4":
        other = amd.vcek("Milan", MILAN_LEAF, value)
    start = x509.read(other, "it").extensions[f"{amd.ARC}{place}"].start
    with pytest.raises(EvidenceError) as caught:
        read(table((ARK, CA.ark), (VCEK, other)))
    assert caught.value.code == "bad-encoding"
    assert getattr(caught.value, "offset", None) == 72 + len(CA.ark) + start
    with pytest.raises(EvidenceError) as caught:
        read(pem(CA.ark) + pem(other))
    assert getattr(caught.value, "offset", None) == len(pem(CA.ark))
    assert f"byte {start} of" in getattr(caught.value, "path", "")


def test_a_masked_chip_id_matches_nothing() -> None:
    masked = (FIXTURES / "v3-vlek-masked.bin").read_bytes()
    result = read(amd.vcek("Milan", MILAN_LEAF, bytes(64)), masked)
    assert {entry.name: entry.status for entry in result.claims.consistency}[
        "chip_id-certified"
    ] == "not-computable"


def test_the_product_of_a_version_2_report() -> None:
    """The option comes before the certificate, whose layout must fit all TCBs or says nothing about them."""
    report = (FIXTURES / "v2-unknown-product.bin").read_bytes()
    certified = read(MILAN_VCEK, report).claims.environment("platform").tcb_of("reported")
    assert (certified.layout, certified.layout_source) == ("amd-milan", "certificate")
    told = read(MILAN_VCEK, report, product="genoa").claims.environment("platform").tcb_of("reported")
    assert (told.layout, told.layout_source) == ("amd-genoa", "caller")
    other = read(amd.vcek("Turin", TURIN_LEAF, CHIP_ID[:8]), report)
    assert other.claims.environment("platform").tcb_of("reported").layout is None
    assert {entry.name: entry.status for entry in other.claims.consistency}[
        "reported_tcb-certified"
    ] == "differs"
    assert notes(other) == ["unknown-product", "certified-differs", "certified-differs"]


@pytest.mark.parametrize("options", [{}, {"product": "milan"}], ids=["cpuid", "option"])
def test_equal_bytes_in_another_layout_are_not_the_same_tcb(options: dict[str, str]) -> None:
    """Bytes 0 and 7 of a Milan's TCB_VERSION are its boot loader and microcode; of a Turin's, FMC and microcode."""
    name = "v2-unknown-product.bin" if options else "v3-milan.bin"
    report = bytearray((FIXTURES / name).read_bytes())
    tcb = report[0x180:0x188] = b"\4\0\0\0\0\0\x18\xdb"
    svns = amd.svns(x9=4, x1=0, x2=0, x3=0, x5=0, x6=0, x7=0x18, x8=0xDB)
    leaf = amd.vcek("Turin", amd.leaf_extensions(1, "Turin", svns), CHIP_ID[:8])
    result = read(leaf, bytes(report), **options)
    statuses = {entry.name: entry.status for entry in result.claims.consistency}
    assert result.claims.environment("vek").tcb[0].raw == tcb
    assert statuses["reported_tcb-certified"] == "differs"


@pytest.mark.parametrize("encode", [bytes, pem], ids=["der", "pem"])
def test_where_reaches_into_certificates(encode: Any) -> None:
    attached = table((ARK, encode(CA.ark)), (VCEK, encode(MILAN_VCEK)))
    result = read(attached)
    hwid = result.where("/environments/vek/identifiers/hwid")
    assert result.bytes_of(hwid) == CHIP_ID
    if encode is bytes:
        assert (hwid.layer, attached[hwid.start : hwid.end]) == ("attachment:certificates", CHIP_ID)
    else:
        assert (hwid.layer, MILAN_VCEK[hwid.start : hwid.end]) == ("pem:vcek", CHIP_ID)
    assert result.bytes_of(result.where(LEAF)) == encode(MILAN_VCEK).rstrip(b"\n")
    svn = result.where("/environments/vek/tcb/certified_tcb/components/microcode")
    assert result.bytes_of(svn) == b"\x02\x01\x73"
    assert "/environments/vek/identifiers/hwid" in result.unsigned()


def test_what_links_a_machine_is_withheld() -> None:
    text = to_json(withhold(read(PLAIN_TABLE).claims)).decode()
    assert CHIP_ID.hex() not in text
    assert '"certificates":[' not in text


@pytest.mark.parametrize("count", range(1, 40))
def test_a_damaged_certificate_is_an_error_or_read(count: int) -> None:
    at = len(MILAN_VCEK) * count // 40
    for byte in (0x00, 0x7F, 0xFF, MILAN_VCEK[at] ^ 1):
        damaged = MILAN_VCEK[:at] + bytes([byte]) + MILAN_VCEK[at + 1 :]
        for attached in (damaged, pem(damaged), table((VCEK, damaged))):
            (piece,) = evidence.parse_all(REPORT, attachments={"certificates": attached})
            assert isinstance(piece, Evidence) or piece.error.code


# the services manifest


def entry(folder: Path, **blobs: bytes) -> Path:
    """A configfs entry of these attributes."""
    for name, content in {
        "provider": b"sev_guest\n",
        "generation": b"1\n",
        "outblob": REPORT,
        **blobs,
    }.items():
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_configfs_entry_of_an_svsm(tmp_path: Path) -> None:
    piece = evidence.load(
        entry(tmp_path, auxblob=PLAIN_TABLE, manifestblob=SERVICES, service_provider=b"svsm\n")
    )
    svsm = piece.claims.environment("svsm")
    assert svsm.origin == "carrier"
    assert svsm.keys[0].raw == EK
    assert piece.claims.workload.depends_on == ("svsm", "platform")
    assert facts(piece, "services-manifest") == {"format": "svsm-services-manifest"}
    assert {one.origin for one in piece.claims.attachments} == {"carrier"}
    mine = evidence.load(tmp_path, attachments={"services-manifest": manifest()})
    assert mine.claims.environment("svsm").origin == "caller"
    assert mine.claims.environment("svsm").keys == ()


VTPM = b"C476F1EB-0123-45A5-9641-B4E7DDE5BFE3\n"


def test_a_configfs_entry_says_whose_manifest_it_has(tmp_path: Path) -> None:
    named = entry(tmp_path / "named", auxblob=b"", manifestblob=EK, service_guid=VTPM)
    assert evidence.load(named).claims.environment("svsm").keys[0].raw == EK
    empty = entry(tmp_path / "all", auxblob=b"", manifestblob=SERVICES, service_guid=b"\n")
    assert len(evidence.load(empty).claims.environment("svsm").unknown) == 2
    none = b"00000000-0000-0000-0000-000000000000\n"
    nobody = entry(tmp_path / "none", auxblob=b"", manifestblob=SERVICES, service_guid=none)
    assert evidence.load(nobody).claims.environment("svsm").keys[0].raw == EK
    both = entry(tmp_path / "both", auxblob=b"", manifestblob=SERVICES, service_guid=VTPM)
    with pytest.raises(EvidenceError, match="whoever asked named it"):
        evidence.load(both)
    attached = evidence.load(both, attachments={"services-manifest": SERVICES})
    assert attached.claims.environment("svsm").origin == "caller"


def test_a_service_that_the_caller_names() -> None:
    single = {"services-manifest": b"anything"}
    named = evidence.parse(REPORT, attachments=single, options={"service": "uefi-mm"})
    assert named.claims.environment("svsm").manifests[0].raw == b"anything"
    unknown = evidence.parse(REPORT, attachments=single, options={"service": NOBODY})
    assert unknown.claims.environment("svsm").unknown[0].label == f"svsm:{NOBODY}"
    assert notes(unknown) == ["unread-entry"]


@pytest.mark.parametrize(
    "option", [{"service": "vTPM"}, {"nonce": "0"}, {"nonce": "AA"}, {"nonce": ""}, {"x": "y"}]
)
def test_options_that_say_nothing(option: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        evidence.parse(REPORT, options=option)


def test_options_default_to_nothing() -> None:
    assert SnpOptions() == SnpOptions(product=None, service=None, nonce=None)


# hostile tables


def test_a_table_of_64_kib_of_everything() -> None:
    """As many entries and certificates as the limits allow, one behind the other."""
    large = amd.certificate(
        "SEV-VCEK",
        amd.ec_spki(amd.VEK_KEY),
        "SEV-Milan",
        amd.ASK_KEY,
        0,
        {f"1.2.{number}": bytes(400) for number in range(limits.EXTENSIONS)},
    )
    entries = [(VCEK, large)] + [(NOBODY, b"x")] * 60
    result = read(table(*entries))
    assert len(result.claims.environment("platform").unknown) == 60
    assert ghcb.read(table(*entries)).named[0].kind == "vcek"


def test_identify_is_cheap_about_what_follows() -> None:
    assert identify(REPORT + PLAIN_TABLE) is None
    assert identify(REPORT + bytes(64 << 10)) is not None
