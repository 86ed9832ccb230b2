"""The evidence of the corpus that lies inside of something else, taken out without our readers.

Each is named by its path as an entry has it (`at`), and by the steps that lead to its bytes: members of
JSON and CBOR, text, and places in fixed structures.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

import cbor2

from tests.oracles.common import ENVIRONMENTS, Sample, manifest

PIECES: Final = ENVIRONMENTS / "pieces"
"""Where what was taken out lies for the readers; not committed."""

FROM: Final = "tests/oracles/wrapped.py"

Step = Callable[[Any], Any]
SNP, TDX, SGX, CCA, SPDM, EAT = "amd-sev-snp", "intel-tdx", "intel-sgx", "arm-cca", "dmtf-spdm", "eat"
REPORT_BYTES: Final = 0x4A0
TDREPORT_BYTES: Final = 0x400


class Piece(NamedTuple):
    """One piece of a file: its type, its path, how its bytes are reached, and facts about what lies around it."""

    type: str
    at: str
    steps: tuple[Step, ...]
    facts: dict[str, Any] = {}  # noqa: RUF012 (never changed)


def member(path: str) -> Step:
    """What JSON holds there."""

    def step(data: bytes) -> Any:
        document = json.loads(data)
        for name in path.split("/"):
            document = document[name]
        return document

    return step


def item(name: str) -> Step:
    """A member of a CBOR map."""
    return lambda data: cbor2.loads(data)[name]


def line(number: int) -> Step:
    return lambda data: data.split()[number].decode()


def octets(value: Any) -> bytes:
    """Bytes in hexadecimal, in base64url, or as a list of numbers."""
    if isinstance(value, str):
        try:
            return bytes.fromhex(value.removeprefix("0x"))
        except ValueError:
            return urlsafe_b64decode(value + "=" * (-len(value) % 4))
    return bytes(value)


def part(start: int, size: int | None = None) -> Step:
    """Bytes at a fixed place; all that follow if no size is given."""
    return lambda data: data[start:] if size is None else data[start : start + size]


def quote(data: bytes) -> bytes:
    """A TD quote of version 4 without the padding behind its signature data, whose length is at 632."""
    return data[: 636 + int.from_bytes(data[632:636], "little")]


def scale(data: bytes) -> bytes:
    """The first byte string of dstack's V0, behind two variants; its compact length has two bytes."""
    return data[4 : 4 + (int.from_bytes(data[2:4], "little") >> 2)]


def remote_attestation_report(data: bytes) -> bytes:
    """Oak's: the one field 2 in its protobuf that has the size of a report."""
    start = data.index(b"\x12\xa0\x09") + 3
    return data[start : start + REPORT_BYTES]


REPORT: Final = part(0x20, REPORT_BYTES)
"""In an HCL report, and behind the header of a firmware's response."""
TDREPORT: Final = part(0x20, TDREPORT_BYTES)
HCL, OAK, VTPM = "azure-hcl-report", "root_layer/remote_attestation_report", "td_quote"
BOUND: Final = {"/consistency/report_data-binding/status": "matches"}
"""What lies around a piece is what its REPORT_DATA is the digest of."""

REPLAYED: Final = {f"/consistency/rtmr{number}-replay/status": "matches" for number in range(4)}


WRAPPED: Final[dict[str, tuple[Piece, ...]]] = {
    # text
    "tdx/automata_godcap_sample_quotes.hex": (
        Piece(SGX, "0", (line(0), octets)),
        Piece(TDX, "1", (line(1), octets, quote)),
    ),
    "tdx/automata_quotev3.hex": (Piece(SGX, "hex", (line(0), octets)),),
    "tdx/automata_quotev4.hex": (Piece(TDX, "hex", (line(0), octets, quote)),),
    "tdx/phala_near_quote_hex.txt": (Piece(TDX, "hex", (line(0), octets, quote)),),
    "tdx/near_mpc_quote.json": (Piece(TDX, "json", (json.loads, octets, quote)),),
    "snp/virtee-report_milan.hex": (Piece(SNP, "hex", (line(0), octets)),),
    "spdm/nvidia/trustee_hopper_report.hex.txt": (Piece(SPDM, "hex", (line(0), octets)),),
    # dstack
    "tdx/dstack_quote-report.json": (Piece(TDX, "quote", (member("quote"), octets, quote), REPLAYED),),
    "tdx/dstack_tdx-lite-getquote.json": (Piece(TDX, "quote", (member("quote"), octets, quote)),),
    "tdx/dstack_tdx-lite-attestation.json": (
        Piece(TDX, "attestation/quote", (member("attestation"), octets, scale, quote)),
    ),
    "tdx/x_dstack_tdx-lite-attestation.scale": (Piece(TDX, "quote", (scale, quote)),),
    "tdx/dstack_guestagent_attestation.bin": (Piece(TDX, "quote", (scale, quote)),),
    "wrappers/dstack/sev_snp_attestation.bin": (Piece(SNP, "quote", (part(4, REPORT_BYTES),)),),
    # Azure
    **{
        f"snp/{name}": (Piece(SNP, HCL, (REPORT,), BOUND),)
        for name in (
            "kinvolk-hcl-report-snp.bin",
            "trustee-az-evidence-genoa.hcl.bin",
            "trustee-az-evidence-v0.hcl.bin",
            "trustee-az-evidence-v1.hcl.bin",
            "trustee-az-evidence-v2.hcl.bin",
            "trustee-az-hcl-report.bin",
        )
    },
    **{
        f"snp/trustee-az-evidence-{name}.json": (
            Piece(SNP, f"{where}/{HCL}", (member(where), octets, REPORT), BOUND),
        )
        for name, where in (
            ("genoa", "report"),
            ("v0", "report"),
            ("v1", "hcl_report"),
            ("v2", "hcl_report"),
        )
    },
    "tdx/kinvolk_hcl-report-tdx.bin": (Piece(TDX, HCL, (TDREPORT,), BOUND),),
    "tdx/trustee_az_hcl-report.bin": (Piece(TDX, HCL, (TDREPORT,), BOUND),),
    "tdx/trustee_az_evidence-v0.json": (Piece(TDX, VTPM, (member(VTPM), octets, quote), BOUND),),
    "tdx/trustee_az_evidence-v1.json": (Piece(TDX, VTPM, (member(VTPM), octets, quote), BOUND),),
    "tdx/cdai_az_tdx_live-evidence.json": (Piece(TDX, VTPM, (member(VTPM), octets, quote), BOUND),),
    "tdx/cdai_az_evidence-v1.json": (
        Piece(TDX, f"evidence/{VTPM}", (member(f"evidence/{VTPM}"), octets, quote), BOUND),
    ),
    # CoCo, veraison, Open Enclave, oasis, the firmware's response
    "snp/veraison-sevsnp-tsm-report.cbor": (Piece(SNP, "outblob", (item("outblob"),)),),
    "snp/veraison-sevsnp-tsm-report.json": (Piece(SNP, "outblob", (member("outblob"), octets)),),
    "snp/veraison-sevsnp-ratsd-token.json": (
        Piece(
            SNP,
            "cmw/tsm-report/outblob",
            (member("cmw"), octets, member("tsm-report"), itemgetter(1), octets, member("outblob"), octets),
        ),
    ),
    "snp/cmc-invalidReportData.bin": (Piece(SNP, "snp-report-response", (REPORT,)),),
    "tdx/oe_sgx_report_bad.bin": (Piece(SGX, "open-enclave", (part(0x10),)),),
    "tdx/oasis_pcs_quote_bundle.cbor": (Piece(SGX, "quote", (item("quote"),)),),
    "wrappers/veraison/evidence.cbor": (
        Piece(EAT, "kat", (item("kat"), cbor2.dumps)),
        Piece(CCA, "pat", (item("pat"), cbor2.dumps)),
    ),
    # Redfish
    **{
        f"spdm/derived/{name}_p384_all.redfish_signed_measurements.json": (
            Piece(SPDM, "redfish", (member("SignedMeasurements"), octets)),
        )
        for name in ("v10", "v11", "v12", "v13", "v14")
    },
    # Oak
    **{
        f"snp/oak-{name}_evidence.binarypb": (Piece(SNP, OAK, (remote_attestation_report,), BOUND),)
        for name in (
            "cb",
            "genoa_oc",
            "milan_oc_release",
            "milan_oc_staging",
            "milan_rk_release",
            "milan_rk_staging",
        )
    },
    "snp/oak-test_dice.bin": (Piece(SNP, f"evidence/{OAK}", (remote_attestation_report,), BOUND),),
}
"""By the folder and the file of a row; the lists name a file that is in several folders once each."""


def samples(corpus: Path, kind: str) -> Iterator[Sample]:
    """The pieces of a type, each with what it is taken from, its own digest and what is known of its wrapper."""
    PIECES.mkdir(parents=True, exist_ok=True)
    for file, pieces in WRAPPED.items():
        folder, name = file.split("/", 1)
        row = next(row for row in manifest(corpus / folder) if row["file"] == name)
        for piece in pieces:
            if piece.type == kind:
                yield _sample(corpus / folder, row, piece)


def _sample(folder: Path, row: dict[str, str], piece: Piece) -> Sample:
    result: Any = (folder / row["file"]).read_bytes()
    for step in piece.steps:
        result = step(result)
    digest = sha256(result).hexdigest()
    taken = PIECES / digest
    taken.write_bytes(result)
    facts = {"/evidence/sha256": digest, **piece.facts}
    extra = {"at": piece.at, "facts": facts, "facts_from": FROM}
    return Sample(named(row), taken, row, extra=extra)


def named(row: dict[str, str]) -> str:
    """The name of the entry of a file of which another one may have the same stem."""
    return row["file"].replace("/", "-").replace(".", "-")
