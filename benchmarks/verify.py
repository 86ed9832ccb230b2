"""Verification of a parsed piece against the signatures that nobody can leave out, their keys ready."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from benchmarks.common import Row, Side, Thunk, committed, corpus
from evidence import Evidence, parse
from evidence.authoring import fixtures
from evidence.registry import Registry, Signed
from evidence.types.spdm.beside import root_first
from evidence.verify import Trust, keys, shipped, verify
from evidence.verify.algorithm import form_of
from evidence.wire.x509 import X509Certificate

AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
HASHES: Final[dict[str | None, Any]] = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384()}
RAW: Final = "its signatures, and one for each certificate that does not ship"


class Ready(NamedTuple):
    """A piece that was parsed, whom to trust, the key of each signature, and the path above the leaf."""

    piece: Evidence
    trust: Trust
    keys: dict[str, keys.PublicKey]
    path: tuple[X509Certificate, ...] = ()


def raw_signature(signed: Signed, piece: Evidence, key: keys.PublicKey) -> Callable[[], object]:
    """An ECDSA signature and nothing else: r and s to DER, and the check."""
    public, hash_ = keys.loaded(key), ec.ECDSA(HASHES[signed.hash])
    size, order = (72, "little") if signed.encoding == "amd-le72" else (len(signed.value) // 2, "big")

    def check() -> object:
        r, s = (int.from_bytes(signed.value[at : at + size], order) for at in (0, size))  # type: ignore[arg-type]
        return public.verify(encode_dss_signature(r, s), piece.message(signed), hash_)

    return check


def raw_certificate(certificate: X509Certificate, issuer: X509Certificate) -> Callable[[], object]:
    """The issuer's signature and nothing else."""
    public, form = keys.loaded(keys.of_certificate(issuer.key)), form_of(certificate.signature_raw)
    hash_ = HASHES[form.hash]
    how = (padding.PSS(padding.MGF1(hash_), 48), hash_) if form.alg == "rsapss" else (ec.ECDSA(hash_),)
    return lambda: public.verify(certificate.signature, certificate.tbs, *how)


def side(ready: Callable[[Path], Ready]) -> tuple[Side, Side]:
    """Ours, and the raw checks; ours must verify, or the row would compare nothing."""

    def ours(sample: Path) -> Thunk:
        case = ready(sample)
        verify(case.piece, trust=case.trust, at=AT).require()
        return lambda: verify(case.piece, trust=case.trust, at=AT)

    def raw(sample: Path) -> Thunk:
        case = ready(sample)
        known = shipped.digests()
        checks = [raw_signature(signed, case.piece, case.keys[signed.name]) for signed in case.piece.signed()]
        checks += [
            raw_certificate(lower, upper)
            for lower, upper in zip(case.path, case.path[1:], strict=False)
            if lower.sha256 not in known
        ]

        def thunk() -> None:
            for check in checks:
                check()

        return thunk

    return Side("verify", ours), Side(RAW, raw)


@cache
def veks() -> Sequence[bytes]:
    return [sample.read_bytes() for sample in corpus("snp/vek/*.der")]


def snp(sample: Path) -> Ready:
    """A report with the VEK that signed it beside it; the ASK ships."""
    trust, data = Trust.shipped(), sample.read_bytes()
    for vek in veks():
        piece = parse(data, attachments={"certificates": vek})
        report = verify(piece, trust=trust, at=AT)
        if report.document().verdict == "verified":
            leaf = piece.native.leaf.certificate
            (ask,) = (one for one, _ in shipped.intermediates() if one.subject_raw == leaf.issuer_raw)
            return Ready(piece, trust, {"report": keys.of_certificate(leaf.key)}, (leaf, ask))
    raise LookupError(f"{sample.name}: no VEK")


def has_vek(sample: Path) -> bool:
    try:
        snp(sample)
    except LookupError:
        return False
    return True


def quote(sample: Path) -> Ready:
    """A quote with its chain; only the root ships."""
    piece = parse(sample.read_bytes())
    chain = piece.native.signature_data.certification.chain.certificates
    certificates = (chain["pck"], chain["intermediate"], chain["root"])
    by = {signed.name: signed.key or b"" for signed in piece.signed()}
    known = {"quote": keys.of_bytes(by["quote"]), "qe-report": keys.of_certificate(chain["pck"].key)}
    return Ready(piece, Trust.shipped(), known, certificates)


def nvidia(sample: Path) -> Ready:
    """A report with its chain; only the root ships."""
    chain = sample.with_name(sample.name.replace(".report.bin", ".chain.pem")).read_bytes()
    piece = parse(sample.read_bytes(), attachments={"certificates": chain})
    certificates = tuple(reversed(root_first(piece.native.chain.certificates)))
    return Ready(
        piece, Trust.shipped(), {"measurements": keys.of_certificate(certificates[0].key)}, certificates
    )


def keyed(kind: str, role: str, case: str) -> Callable[[Path], Ready]:
    """A token by the caller's key, as a fixture of `verify/` has it."""

    def ready(sample: Path) -> Ready:
        folder = Registry.builtin()[kind].fixtures
        assert folder is not None
        (fixture,) = (one for name, one in fixtures.checked(folder) if name == case)
        trust = Trust().with_keys(**{role: json.dumps(fixture.keys[role]).encode()})
        piece = parse(sample.read_bytes())
        caller = trust.keys[role][0]
        assert isinstance(caller, keys.PublicKey)
        known = {one.name: keys.of_bytes(one.key) if one.key else caller for one in piece.signed()}
        return Ready(piece, trust, known)

    return ready


def rows() -> Iterator[Row]:
    reports = [sample for sample in corpus("snp/raw/report-v*.bin") if has_vek(sample)]
    yield Row("verify an SNP report", *side(snp), reports, at_most=1.15)
    yield Row("verify a TDX quote", *side(quote), corpus("tdx/gtg_tdx_prod_quote_SPR_E4.dat"), at_most=1.6)
    cca = keyed("arm-cca", "cpak", "token")
    yield Row("verify a CCA token", *side(cca), committed("arm-cca", "2024-907.bin"), at_most=1.2)
    reports = corpus("spdm/nvidia/nvtrust_hopper.report.bin")
    yield Row("verify an NVIDIA report", *side(nvidia), reports, at_most=1.2)
    for name in ("cwt", "jwt"):
        token = keyed("eat", "attester", name)
        yield Row(f"verify an EAT ({name})", *side(token), committed("eat", f"{name}.bin"), at_most=2)
