"""The samples of the corpus that are tokens, wrappers, results and vectors of JOSE and COSE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.oracles import wrapped
from tests.oracles.common import Reader, Sample, manifest, write

READERS = [
    Reader("cbor-diag", "cbor-diag", "cbor_diag_cose.py"),
    Reader("cwt", "cwt", "cwt_eat.py"),
    Reader("cbor2", "cbor2", "cbor2_coev.py"),
    Reader("orjson", "orjson", "orjson_eat.py"),
]
AIDS = ("*.diag", "*.jwk.json", "jwt-results/*.payload.json", "cose/*.json", "cove/*")
"""Keys and expected values, which are no samples; and the samples of another type."""
BESIDE = (("snp", "veraison-sevsnp-ratsd-token.json"), ("spdm", "misc/wd_manifest_manifest.out.cbor"))
PLAIN = re.compile(r"[/. ]")
"""What the names of entries have a hyphen for."""
EXPECTED: tuple[tuple[str, Any], ...] = (
    ("jwt-results/ita-cli-0.jwt", "not-evidence"),
    ("jwt-results/ita-?.jwt", "unknown-format"),
    ("jwt-results/gotpmtools-fake-0.jwt", "unknown-format"),
    ("jwt-results/*", "not-evidence"),
    ("ear/*", "not-evidence"),
    ("coev/comid-*", "not-evidence"),
    ("measured-component/ex*", "not-evidence"),
    ("measured-component/eat-ex1.json", "carrier-error"),
    ("rfc9711/submods.json_f", "carrier-error"),
    *((f"rfc9711/{name}.cbor", "not-evidence") for name in ("hlos", "iot-sw", "key-store", "tee-coswid")),
    ("cmw/draft/cmw-example-3.cbor", "not-evidence"),
    ("cmw/draft/cmw-example-tag-2.cbor", None),
    ("cmw/draft/collection-example-2.json", {"attester A": None, "attester B": None}),
    ("cmw/draft/collection-example-2.cbor", {"2": "not-evidence"}),
    ("cmw/draft/eat-example-1.json", {"cmw/attester A": None, "cmw/attester B": None}),
    ("cmw/veraison/collection-cbor-mixed-keys.cbor", dict.fromkeys(("string", "1024"), "unknown-format")),
    ("cmw/veraison/collection-ok.json", dict.fromkeys("ab", "unknown-format")),
    ("cmw/veraison/x509-cert_json-cmw.der", dict.fromkeys(("x509/a", "x509/b"), "unknown-format")),
    ("cmw/veraison/collection-cbor-ok.cbor", {"1": "not-evidence"}),
    ("cmw/veraison/x509-cert_cbor-cmw.der", {"x509/1": "not-evidence"}),
    ("cmw/*", "unknown-format"),
    ("cose/CWT__A_[56].cbor", "not-evidence"),
    ("cose/CWT__A_*.cbor", None),
    ("cose/sign1-tests__sign-fail-01.cbor", "unknown-format"),
    ("cose/*", "unknown-format"),
    ("ctoken/eat_test_submods_valid_deeply_nested.cbor", "constraint-violation"),
    ("ctoken/token.cbor", "constraint-violation"),
    ("ctoken/*", "unknown-format"),
    ("veraison-eat/*", "constraint-violation"),
    ("jose/rfc7519-*", "not-evidence"),
    ("jose/*", "unknown-format"),
    ("rfc8392/neg-*", "constraint-violation"),
    ("rfc9711-neg/deb-digest-mismatch.cbor", None),
    ("rfc9711-neg/deb-missing-detached.cbor", "unexpected-field"),
    ("rfc9711-neg/dup-key.cbor", "bad-encoding"),
    ("rfc9711-neg/*", "constraint-violation"),
    ("other/*", "unknown-format"),
    ("*", None),
)
"""What the MANIFEST's rows mean in codes, first match first; of a wrapper, the codes of its pieces by path."""


def expected(file: str) -> dict[str | None, str | None]:
    """The code of each piece of a file, by its path; None for what is read, and for the path of the only piece."""
    wanted = next(code for pattern, code in EXPECTED if fnmatchcase(file, pattern))
    return wanted if isinstance(wanted, dict) else {None: wanted}


READABLE: dict[str, dict[str, Any]] = {
    "rfc9711-neg/deb-digest-mismatch.cbor": {"/consistency/submods~1TEE~1digest-binding/status": "differs"},
}
"""Bad evidence that can be read all the same, and what the claims must tell."""


def samples(folder: Path) -> Iterator[Sample]:
    """Every row that is a sample, each piece of it."""
    for row in manifest(folder):
        file = row["file"]
        if file != "jwt-results/google-cvm.payload.json" and any(fnmatchcase(file, aid) for aid in AIDS):
            continue
        pieces = expected(file)
        for at, code in pieces.items():
            name = PLAIN.sub("-", f"{file} {at}" if len(pieces) > 1 else file)
            extra: dict[str, Any] = {
                key: value for key, value in (("at", at), ("code", code)) if value is not None
            }
            extra |= {"facts": READABLE[file]} if file in READABLE else {}
            yield Sample(name, folder / file, row, extra=extra)


def beside(corpus: Path) -> Iterator[Sample]:
    """Tokens and concise evidence that lie with the reports and devices that they are about."""
    for folder, file in BESIDE:
        row = next(row for row in manifest(corpus / folder) if row["file"] == file)
        yield Sample(wrapped.named(row), corpus / folder / file, row, extra={"at": ""})


CONCISE: tuple[tuple[str, str | None], ...] = (
    # one of these writes the authorities of a measurement as one key where an array of them is due
    ("corim-ce-evidence.cbor", "constraint-violation"),
    ("corim-ce-identity.cbor", None),
    ("corim-ce-pce-evidence.cbor", None),
    ("corim-ce-qe-evidence.cbor", None),
    ("corim-ce-seam-evidence.cbor", None),
)
"""Concise evidence of others among the samples for conversion, and the code of what is refused."""


def concise(folder: Path) -> Iterator[Sample]:
    """These, by name."""
    rows = {row["file"]: row for row in manifest(folder)}
    for file, code in CONCISE:
        yield Sample(
            PLAIN.sub("-", file), folder / file, rows[file], extra={} if code is None else {"code": code}
        )


def main(corpus: Path) -> None:
    """Write the entries."""
    entries = [
        *samples(corpus / "eat"),
        *wrapped.samples(corpus, "eat"),
        *beside(corpus),
        *concise(corpus / "outputs"),
    ]
    write("eat", entries, READERS)
