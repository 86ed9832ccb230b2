"""Every sample of the corpus that carries evidence: what is taken out, byte for byte, and what comes beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from evidence.authoring.check import misfit
from evidence.convert import BUILTIN, Evidence, Failure, parse_all
from evidence.input import Input
from tests.conftest import CORPUS
from tests.unwrapping import unwrap


class Piece(NamedTuple):
    """One piece: its path in the carriers, the sample that it equals or its digest, its type, what is attached.

    `bound` says whether what the carrier expects of a binding is true; None where it expects nothing.
    """

    at: str
    content: str
    type: str | None
    attached: tuple[str, ...] = ()
    bound: bool | None = None


SNP, TDX, SGX, CCA, SPDM, EAT = (
    "amd-sev-snp",
    "intel-tdx",
    "intel-sgx",
    "arm-cca",
    "dmtf-spdm",
    "eat",
)
TPM = "tpm2-quote"
RUNTIME = ("runtime-data",)
QUOTED, PLAIN = ("ak", "pcr-values", "signature"), ("pcr-values", "signature")
VTPM = ("certificates", "runtime-data")
LOG = ("event-log",)
ROOT = "root_layer/remote_attestation_report"


def raw(name: str) -> str:
    return f"snp/raw/report-{name}.bin"


SAMPLES: Final = {
    # text
    "tdx/automata_godcap_sample_quotes.hex": (
        Piece("0", "268c06813379d1af", SGX),
        Piece("1", "27cce12cccb42fc1", TDX),
    ),
    "tdx/automata_quotev3.hex": (Piece("hex", "c81a90ee23bbc132", SGX),),
    "tdx/automata_quotev4.hex": (Piece("hex", "d7dbcb124e9a734b", TDX),),
    "tdx/phala_near_quote_hex.txt": (Piece("hex", "aef4b17e36726b75", TDX),),
    "tdx/near_mpc_quote.json": (Piece("json", "tdx/x_near_mpc_quote.bin", TDX),),
    "snp/virtee-report_milan.hex": (Piece("hex", raw("v2-120d77b213c8"), SNP),),
    "wrappers/trustee/hopperAttestationReport.txt": (
        Piece("hex", "spdm/nvidia/nvtrust_hopper.report.bin", SPDM),
    ),
    # dstack
    "tdx/dstack_quote-report.json": (Piece("quote", "tdx/x_dstack_quote-report_quote.bin", TDX, LOG),),
    "tdx/dstack_tdx-lite-getquote.json": (
        Piece("quote", "tdx/x_dstack_tdx-lite-attestation_quote.bin", TDX, LOG),
    ),
    "tdx/dstack_tdx-lite-attestation.json": (
        Piece("attestation/quote", "tdx/x_dstack_tdx-lite-attestation_quote.bin", TDX, LOG),
    ),
    "tdx/x_dstack_tdx-lite-attestation.scale": (
        Piece("quote", "tdx/x_dstack_tdx-lite-attestation_quote.bin", TDX, LOG),
    ),
    "tdx/dstack_guestagent_attestation.bin": (Piece("quote", "tdx/x_dstack_guestagent_quote.bin", TDX, LOG),),
    "wrappers/dstack/attestation.bin": (Piece("quote", "tdx/x_dstack_guestagent_quote.bin", TDX, LOG),),
    "wrappers/dstack/sev_snp_attestation.bin": (Piece("quote", "a20e02a2e8198894", SNP),),
    "wrappers/dstack/nitro_attestation.bin": (Piece("quote", "54ae0f973da0c740", None),),
    "wrappers/dstack/nitro_attestation_dbg.bin": (Piece("quote", "1c921bd764eb93ff", None),),
    # Azure
    **{
        f"{name}": (Piece("azure-hcl-report", content, SNP, RUNTIME, bound=True),)
        for name, content in (
            ("snp/kinvolk-hcl-report-snp.bin", raw("v2-fc4e6560765c")),
            ("tdx/kinvolk_hcl-report-snp.bin", raw("v2-fc4e6560765c")),
            ("snp/trustee-az-evidence-genoa.hcl.bin", raw("v3-227a641db25e")),
            ("snp/trustee-az-evidence-v0.hcl.bin", raw("v3-05b7438a3d8d")),
            ("snp/trustee-az-evidence-v1.hcl.bin", raw("v3-2cf09fff1422")),
            ("snp/trustee-az-evidence-v2.hcl.bin", raw("v3-14fd2b6e459c")),
            ("snp/trustee-az-hcl-report.bin", raw("v2-2e63568e22c4")),
            ("wrappers/trustee/az-snp-vtpm-hcl-report.bin", raw("v2-2e63568e22c4")),
            ("snp/neg/hcl-report-tampered.bin", "55ddc92eb17632e0"),  # the signature tells
        )
    },
    "snp/neg/hcl-runtime-tampered.bin": (
        Piece("azure-hcl-report", raw("v2-2e63568e22c4"), SNP, RUNTIME, bound=False),
    ),
    "tdx/kinvolk_hcl-report-tdx.bin": (
        Piece("azure-hcl-report", "tdx/x_tdreport_from_kinvolk_hcl-report-tdx.bin", TDX, RUNTIME, bound=True),
    ),
    "tdx/trustee_az_hcl-report.bin": (
        Piece("azure-hcl-report", "tdx/x_tdreport_from_trustee_az_hcl-report.bin", TDX, RUNTIME, bound=True),
    ),
    "wrappers/trustee/az-tdx-vtpm-hcl-report.bin": (
        Piece("azure-hcl-report", "tdx/x_tdreport_from_trustee_az_hcl-report.bin", TDX, RUNTIME, bound=True),
    ),
    "snp/trustee-az-evidence-genoa.json": (
        Piece("report/azure-hcl-report", raw("v3-227a641db25e"), SNP, VTPM, bound=True),
        Piece("quote", "23a9baa324528bfa", TPM, QUOTED),
    ),
    "snp/trustee-az-evidence-v0.json": (
        Piece("report/azure-hcl-report", raw("v3-05b7438a3d8d"), SNP, VTPM, bound=True),
        Piece("quote", "e50f46063b20c45d", TPM, QUOTED),
    ),
    "snp/trustee-az-evidence-v1.json": (
        Piece("hcl_report/azure-hcl-report", raw("v3-2cf09fff1422"), SNP, VTPM, bound=True),
        Piece("tpm_quote", "b6a4263ce0ef2b5e", TPM, QUOTED),
    ),
    "snp/trustee-az-evidence-v2.json": (
        Piece("hcl_report/azure-hcl-report", raw("v3-14fd2b6e459c"), SNP, VTPM, bound=True),
        Piece("tpm_quote", "7d900f5f40e2a099", TPM, QUOTED),
    ),
    "tdx/trustee_az_evidence-v0.json": (
        Piece("td_quote", "tdx/trustee_az_td-quote.bin", TDX, RUNTIME, bound=True),
        Piece("tpm_quote", "39449b1793c791f6", TPM, QUOTED),
    ),
    "tdx/trustee_az_evidence-v1.json": (
        Piece("td_quote", "tdx/trustee_az_td-quote.bin", TDX, RUNTIME, bound=True),
        Piece("tpm_quote", "39449b1793c791f6", TPM, QUOTED),
    ),
    "tdx/cdai_az_evidence-v1.json": (
        Piece("evidence/td_quote", "tdx/trustee_az_td-quote.bin", TDX, RUNTIME, bound=True),
        Piece("evidence/tpm_quote", "39449b1793c791f6", TPM, QUOTED),
    ),
    "tdx/cdai_az_tdx_live-evidence.json": (
        Piece("td_quote", "1a78356d11092f8d", TDX, RUNTIME, bound=True),
        Piece("tpm_quote", "88ec91bb5bfce1ec", TPM, QUOTED),
    ),
    # quotes of TPMs
    "snp/trustee-az-quote.bin": (Piece("message", "33c1ae70acfefac5", TPM, PLAIN),),
    "snp/trustee-az-tpm-quote-v1.json": (Piece("message", "33c1ae70acfefac5", TPM, PLAIN),),
    "tdx/trustee_az_tpm-quote-v1.json": (Piece("message", "39449b1793c791f6", TPM, PLAIN),),
    "wrappers/trustee/tpm_evidence.json": (Piece("tpm_quote", "67ecdebb1d305c7d", TPM, QUOTED),),
    # CoCo, veraison, Open Enclave, oasis
    "snp/trustee-e2e-evidence.json": (
        Piece("attestation_report", raw("v3-18e907bf99a9"), SNP, ("certificates",)),
    ),
    **{
        name: (Piece("outblob", raw("v3-8d8bfb3e540d"), SNP, ("certificates",)),)
        for name in (
            "snp/veraison-sevsnp-tsm-report.cbor",
            "snp/veraison-sevsnp-tsm-report.json",
            "wrappers/veraison/sevsnp-tsm-report.cbor",
            "wrappers/veraison/sevsnp-tsm-report.json",
        )
    },
    "wrappers/veraison/evidence.cbor": (
        Piece("kat", "22ef2c68f7f02569", EAT),
        Piece("pat", "2476e533fd1e5b07", CCA),
    ),
    "tdx/oe_sgx_report_bad.bin": (Piece("open-enclave", "2a49ce72cda832bf", SGX),),
    "tdx/oasis_pcs_quote_bundle.cbor": (
        Piece("quote", "tdx/oasis_quote_v3_ecdsa_p256_pck_chain.bin", SGX, ("collateral",)),
    ),
    "snp/cmc-invalidReportData.bin": (Piece("snp-report-response", "5aa38e05053f8613", SNP),),
    # oak
    **{
        f"snp/oak-{name}": (Piece(ROOT, raw(content), SNP, bound=True),)
        for name, content in (
            ("cb_evidence.binarypb", "v3-8af4ab550b84"),
            ("genoa_oc_evidence.binarypb", "v5-6d1ceffae6ad"),
            ("milan_oc_release_evidence.binarypb", "v3-40a2778d02fa"),
            ("milan_oc_staging_evidence.binarypb", "v3-810ea610009b"),
            ("milan_rk_release_evidence.binarypb", "v3-8a73d9beb47e"),
            ("milan_rk_staging_evidence.binarypb", "v3-c51f6f70a3d5"),
        )
    },
    "snp/oak-test_dice.bin": (Piece(f"evidence/{ROOT}", raw("v2-c7ff0a933e9d"), SNP, bound=True),),
}
REFUSED: Final = {
    "snp/oak-fake_evidence.binarypb": "not-evidence",
    "snp/msft-sidecar-host-amd-cert-base64": "not-evidence",
    "snp/msft-sidecar-uvm_host_amd_certificate.json": "not-evidence",
    "snp/neg/hcl-tdx-type-snp-body.bin": "carrier-error",
    "snp/neg/hcl-vardata-overrun.bin": "carrier-error",
    "snp/neg/msgresp-size-big.bin": "carrier-error",
    "snp/neg/msgresp-status16.bin": "carrier-error",
    "tdx/phala_near_quote_collateral.json": "not-evidence",
    "tdx/phala_sgx_quote_collateral.json": "not-evidence",
    "tdx/phala_tdx_quote_collateral.json": "not-evidence",
    "tdx/phala_tdx_quote_outdated_collateral.json": "not-evidence",
    "wrappers/trustee/parse_tdx_claims_expected.json": "not-evidence",
}
REFUSED_INSIDE: Final = ("snp/neg/hcl-tdx-type-snp-body.bin", "snp/msft-sidecar-host-amd-cert-base64")
"""What is taken out of these is refused."""
UNKNOWN: Final = (
    "snp/neg/hcl-bad-magic.bin",
    "snp/oak-genoa_oc_endorsements.binarypb",
    "tdx/oe_attestation_plugin_evidence.bin",  # a quote behind a comment
    "tdx/oe_tdx_endorsement.bin",
    "wrappers/trustee/csv_evidence.json",
)
ELSEWHERE: Final = ("ratsd", "blackwell")
"""Samples whose carriers have tests of their own."""


def here(names: Iterator[str] | tuple[str, ...]) -> list[str]:
    """The samples that are at hand."""
    return [name for name in names if CORPUS and (CORPUS / name).exists()]


def sample(name: str) -> bytes:
    assert CORPUS is not None
    return (CORPUS / name).read_bytes()


def leaves(source: Input) -> Iterator[Input]:
    """What is inside all carriers; the input itself if it is in none."""
    inner = unwrap(source)
    if inner is None:
        yield source
        return
    for piece in inner:
        assert isinstance(piece, Input)
        yield from leaves(piece)


@pytest.mark.parametrize("name", here(iter(SAMPLES)))
def test_bytes_inside(name: str) -> None:
    entries = list(leaves(Input(data=sample(name))))
    assert len(entries) == len(SAMPLES[name])
    for source, piece in zip(entries, SAMPLES[name], strict=True):
        assert source.at == piece.at
        assert tuple(sorted(source.attachments)) == piece.attached
        assert bool(source.expects) == (piece.bound is not None)
        if "/" in piece.content:
            assert source.data == sample(piece.content)
        else:
            assert sha256(source.data).hexdigest().startswith(piece.content)


@pytest.mark.parametrize("name", here(iter(SAMPLES)))
def test_evidence_inside(name: str) -> None:
    for result, piece in zip(parse_all(sample(name)), SAMPLES[name], strict=True):
        assert result.at == piece.at
        if piece.type not in BUILTIN:
            assert isinstance(result, Failure)
            assert result.error.code == "unknown-format"
            continue
        assert isinstance(result, Evidence)
        assert result.claims.evidence.type == piece.type
        assert misfit(result.type, result.claims) is None
        bound = [
            entry
            for entry in result.claims.consistency
            if entry.digest_of in {"runtime-data", "eca-public-key"}
        ]
        assert [entry.status for entry in bound] == (
            [] if piece.bound is None else ["matches" if piece.bound else "differs"]
        )


@pytest.mark.parametrize("name", here(iter(REFUSED)))
def test_refused(name: str) -> None:
    (part,) = parse_all(sample(name))
    assert isinstance(part, Failure)
    assert part.error.code == REFUSED[name]


@pytest.mark.parametrize("name", here(UNKNOWN))
def test_unknown(name: str) -> None:
    (part,) = parse_all(sample(name))
    assert isinstance(part, Failure)
    assert part.error.code == "unknown-format"
    assert part.at == ""


def rows() -> Iterator[str]:
    """Every sample that the manifests name, whose carriers are tested here."""
    for folder in ("cca", "snp", "tdx", "wrappers"):
        manifest = CORPUS / folder / "MANIFEST.tsv" if CORPUS else Path()
        if manifest.is_file():
            with manifest.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                    if not any(word in row["file"] for word in ELSEWHERE):
                        yield f"{folder}/{row['file']}"


@pytest.mark.parametrize("name", here(rows()))
def test_nothing_else_is_taken_for_a_carrier(name: str) -> None:
    taken = any(pieces.at for pieces in parse_all(sample(name)))
    assert taken == (name in SAMPLES or name in REFUSED_INSIDE)
