"""The samples of the corpus that are tokens, wrappers, results and vectors of JOSE and COSE."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.oracles.common import Reader, Sample, manifest, write

READERS = [
    Reader("cbor-diag", "cbor-diag", "cbor_diag_cose.py"),
    Reader("cwt", "cwt", "cwt_eat.py"),
]
AIDS = ("*.diag", "*.jwk.json", "jwt-results/*.payload.json", "cose/*.json", "cove/*")
"""Keys and expected values, which are no samples; and the samples of another type."""
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
    ("cmw/draft/collection-example-2.json", ("attester A", None)),
    ("cmw/draft/collection-example-2.cbor", ("2", "not-evidence")),
    ("cmw/draft/eat-example-1.json", ("cmw/attester B", None)),
    ("cmw/veraison/collection-cbor-ok.cbor", ("1", "not-evidence")),
    ("cmw/veraison/x509-cert_cbor-cmw.der", ("x509/1", "not-evidence")),
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
    ("rfc9711-neg/profile-tag111.cbor", None),
    ("rfc9711-neg/*", "constraint-violation"),
    ("other/*", "unknown-format"),
    ("*", None),
)
"""What the MANIFEST's rows mean in codes, first match first; a pair picks a piece of a wrapper."""


def expected(file: str) -> dict[str, Any]:
    """The members of an entry that say what must become of a file."""
    wanted = next(code for pattern, code in EXPECTED if fnmatchcase(file, pattern))
    at, code = wanted if isinstance(wanted, tuple) else (None, wanted)
    return {name: value for name, value in (("at", at), ("code", code)) if value is not None}


READABLE: dict[str, dict[str, Any]] = {
    "rfc9711-neg/deb-digest-mismatch.cbor": {"/consistency/submods~1TEE~1digest-binding/status": "differs"},
    "rfc9711-neg/profile-tag111.cbor": {"/notes/0/code": "profile-encoding"},
}
"""Bad evidence that can be read all the same, and what the claims must tell."""


def samples(folder: Path) -> Iterator[Sample]:
    """Every row that is a sample."""
    for row in manifest(folder):
        file = row["file"]
        if file == "jwt-results/google-cvm.payload.json" or not any(fnmatchcase(file, aid) for aid in AIDS):
            extra = expected(file) | ({"facts": READABLE[file]} if file in READABLE else {})
            yield Sample(file.replace("/", "-").replace(".", "-"), folder / file, row, extra=extra)


def main(corpus: Path) -> None:
    """Write the entries."""
    write("eat", list(samples(corpus / "eat")), READERS)
