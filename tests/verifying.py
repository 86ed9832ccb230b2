"""Reading the tables of verification facts and negatives of the corpus: what is given, and what must come out."""

from __future__ import annotations

import csv
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from evidence import Evidence, parse, parse_all
from evidence.convert import Failure
from evidence.types.spdm.native import Transcript
from evidence.verify import Trust, VerificationReport, keys, verify
from evidence.verify import message as messages
from evidence.verify.keys import Key
from evidence.verify.run import read_helper
from evidence.verify.words import StepRefused
from evidence.wire.x509 import X509Certificate
from tests.conftest import CORPUS

JUDGED: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""The time of a row that names none."""
PASSED: Final = frozenset({"good", "matches", "complete"})
OPTIONS: Final[dict[str, dict[str, str]]] = {
    # what a message alone does not say: in 1.0 and 1.1 nothing before it is signed along
    "spdm/derived/v10_p384_all.single_request_transcript.bin": {
        "signature_scheme": "ecdsa-p384",
        "base_hash": "sha-384",
    },
    "spdm/derived/v11_p384_all.single_request_transcript.bin": {
        "signature_scheme": "ecdsa-p384",
        "base_hash": "sha-384",
    },
}


class Row(NamedTuple):
    """One line of a table. `given` is what the caller has, by kind, in its order."""

    file: str
    evidence: str
    type: str
    arguments: tuple[tuple[str, str], ...]
    kind: str
    name: str
    by: str
    result: str
    window: str

    def all(self, kind: str) -> list[str]:
        return [value for name, value in self.arguments if name == kind]

    @property
    def at(self) -> datetime:
        times = self.all("at")
        return datetime.fromisoformat(times[0]) if times else JUDGED

    @property
    def reason(self) -> str | None:
        """The reason that the result stands for; None for one that passes."""
        word = self.result.split()[0].partition(":")[0]
        words = {"bad": "bad-signature", "unsupported": "unsupported-algorithm"}
        return None if word in PASSED else words.get(word, word)


def table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def facts() -> Iterator[Row]:
    """The rows of `verify/expected.tsv`; none where the corpus is not at hand."""
    for line in table(CORPUS / "verify" / "expected.tsv") if CORPUS else ():
        source = _arguments(line["given"])
        yield Row(
            line["file"],
            line["evidence"],
            line["type"],
            source,
            line["kind"],
            line["name"],
            line["by"],
            line["result"],
            line["window"],
        )


def negatives() -> Iterator[Row]:
    """The rows of `verify-neg/recipes.tsv`, with the names of files as the corpus has them."""
    for line in table(CORPUS / "verify-neg" / "recipes.tsv") if CORPUS else ():
        source = tuple(
            (kind, value if kind == "at" else beside(value)) for kind, value in _arguments(line["given"])
        )
        file = beside(line["file"])
        yield Row(
            file,
            "-",
            line["file"].partition("/")[0],
            source,
            line["kind"],
            line["name"],
            "",
            line["result"],
            "-",
        )


def beside(name: str) -> str:
    """A file of the negatives, or of the samples that they were made from."""
    assert CORPUS is not None
    return f"verify-neg/{name}" if (CORPUS / "verify-neg" / name).is_file() else name


def _arguments(text: str) -> tuple[tuple[str, str], ...]:
    if text == "trust:first certificate of slot 0":
        return (("trust", "slot 0"),)
    parts = (part.partition(":") for part in text.split() if part != "-")
    return tuple((kind, value) for kind, _, value in parts)


@cache
def content(name: str) -> bytes:
    assert CORPUS is not None
    return (CORPUS / name).read_bytes()


def certificates(name: str) -> tuple[X509Certificate, ...]:
    """The certificates in a file: PEM, DER, or an SPDM chain."""
    return read_helper(content(name)).certificates


def key(name: str) -> bytes:
    """A key of the tables; `any` is one that need not be the signer's, `FILE#path` stands inside of a COSE vector."""
    file, _, path = name.partition("#")
    if name == "any":
        return content("trust/keys/tfm_key.jwk")
    if not path:
        return content(file)
    decoded: Any = json.loads(content(file))
    for step in path.split("."):
        decoded = decoded[step]
    for part, value in [*decoded.items()]:
        if part.endswith("_hex"):  # how COSE WG's vectors write what a JWK has in base64url
            decoded[part[:-4]] = urlsafe_b64encode(bytes.fromhex(value)).decode().rstrip("=")
    return json.dumps(decoded).encode()


@cache
def pieces(name: str) -> tuple[Evidence | Failure, ...]:
    """The pieces in a file; of an HCL report in JSON also the TDREPORT, of which the quote beside it was made."""
    file, _, number = name.partition("#")
    data = content(file)
    if file in OPTIONS:
        return (parse(data, options=OPTIONS[file]),)
    read = parse_all(data)
    if b'"hcl_report"' in data:
        document = json.loads(data)
        text = document.get("evidence", document)["hcl_report"]
        raw = bytes(text) if isinstance(text, list) else _base64url(text)
        read += parse_all(raw)
    return (read[int(number)],) if number else read


def _base64url(text: str) -> bytes:
    from evidence.wire import text as texts

    return texts.base64url(text, "hcl_report")


def the_piece(row: Row) -> Evidence | None:
    """The piece that a row is about; None if the format refuses it."""
    read = [piece for piece in pieces(row.file) if isinstance(piece, Evidence)]
    named = [piece for piece in read if piece.claims.evidence.sha256.hex().startswith(row.evidence)]
    if named:
        return named[0]
    wanted = [piece for piece in read if _is_tdreport(piece) == (row.type == "tdx-tdreport")]
    return wanted[0] if wanted else None


def _is_tdreport(piece: Evidence) -> bool:
    return piece.claims.evidence.version.startswith("tdreport")


def trust(row: Row, piece: Evidence | None, role: str) -> Trust:
    """The shipped anchors, and what the row gives."""
    outcome = Trust.shipped()
    for name in row.all("trust"):
        file, _, number = name.partition("#")
        if file == "slot 0":
            assert piece is not None
            assert isinstance(piece.native, Transcript)
            assert piece.native.chain is not None
            outcome = outcome.with_anchors(piece.native.chain.certificates[0].der)
        elif number:
            outcome = outcome.with_anchors(certificates(file)[int(number)].der)
        else:
            outcome = outcome.with_anchors(content(file))
    for name in row.all("key"):
        outcome = outcome.with_keys(**{role: key(name)})
    return outcome


def report(row: Row, piece: Evidence, role: str, at: datetime) -> VerificationReport:
    return verify(
        piece,
        trust=trust(row, piece, role),
        at=at,
        certificates=[content(name) for name in row.all("cert")],
        crls=[content(name) for name in row.all("crl")],
    )


def refusal(check: Callable[[bytes, Key], None], data: bytes, with_key: Key) -> str | None:
    """The reason of a check of one message by one key; None if it passes."""
    try:
        check(data, with_key)
    except StepRefused as refused:
        return refused.reason
    return None


def message(row: Row) -> str | None:
    """The same for a row about a bare COSE message or JWS."""
    source = row.all("key")
    if not source:
        return "no-key"
    is_jws = row.type in {"jws", "jose"}
    data = content(row.file).strip() if is_jws else content(row.file)
    return refusal(messages.of_compact if is_jws else messages.of_cose, data, keys.load(key(source[0])))
