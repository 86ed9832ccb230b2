"""A piece of evidence in the files that other tools read: itself, certificates, attachments, and each signature's parts.

Nothing is verified, and nothing is written: `extract` gives the bytes by the names of files, and the manifest that says
what each of them is. `schemas/extract.schema.json` is made from the types here.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from evidence.claims import Bytes
from evidence.convert import Evidence
from evidence.encode.json import ascii_json
from evidence.paths import join, steps_to
from evidence.registry import HALVES, Signed

SCHEMA: Final = "evidence-extract/1"
MANIFEST: Final = "manifest.json"
LONGEST: Final = 64
"""Characters of a name of a file, without its ending and the number that tells it from another one."""
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")
_ENCODER: Final = msgspec.json.Encoder(enc_hook=bytes.hex)


class _Piece(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of everything in the manifest."""


class File(_Piece, frozen=True, kw_only=True):
    """A file beside the manifest."""

    file: str
    """Its name."""
    sha256: Bytes
    """SHA-256 of its bytes."""
    size: int
    """How many bytes it has."""


class CertificateFiles(_Piece, frozen=True, kw_only=True):
    """A certificate."""

    path: str
    """Where the claims have it."""
    der: str
    """The file with its DER."""
    pem: str
    """The file with the same in PEM."""


class AttachmentFile(_Piece, frozen=True, kw_only=True):
    """What came beside the evidence."""

    kind: str
    """What kind of thing it is."""
    file: str
    """The file with its bytes."""


class SignatureFiles(_Piece, frozen=True, kw_only=True):
    """A signature: what it was made over, its value, and its key where the evidence holds it. Nobody has judged the key."""

    name: str
    """Its name in the claims."""
    by: str
    """Whose key made it."""
    alg: str | None = None
    """The algorithm, where it is known."""
    hash: str | None = None
    """The hash of the message, where it is known."""
    message: str | None = None
    """The file with the message that was signed."""
    signature: str | None = None
    """The file with the value."""
    form: Literal["der", "as-is"] | None = None
    """Of the value: r and s of ECDSA in DER, or the bytes as the evidence has them."""
    key_der: str | None = None
    """The file with the public key, a SubjectPublicKeyInfo."""
    key_pem: str | None = None
    """The file with the same in PEM."""
    certificates: tuple[str, ...] = ()
    """Files, in DER, with certificates that may hold the key, the leaf first."""
    missing: tuple[str, ...] = ()
    """What is not here, and why."""


class Extraction(_Piece, frozen=True, kw_only=True):
    """What each file is. Nothing in it is verified."""

    schema: Literal["evidence-extract/1"]
    """The name and the version of this form."""
    input: str | None = None
    """Where it came from: the name of the input."""
    at: str | None = None
    """The path of the piece in it."""
    type: str
    """The type of the evidence."""
    version: str
    """The version of its format."""
    evidence: str
    """The file with the evidence proper."""
    certificates: tuple[CertificateFiles, ...] = ()
    """The certificates."""
    attachments: tuple[AttachmentFile, ...] = ()
    """What came beside the evidence."""
    signatures: tuple[SignatureFiles, ...] = ()
    """The signatures with all that checking them needs."""
    files: tuple[File, ...]
    """All files but this one."""

    def to_json(self) -> bytes:
        """The manifest as JSON in ASCII, indented, fields in the order of their definition."""
        return msgspec.json.format(ascii_json(_ENCODER.encode(self))) + b"\n"


class Extract(NamedTuple):
    """The files of a piece by their names, and what they are."""

    files: Mapping[str, bytes]
    """The bytes of each file by its name."""
    manifest: Extraction
    """What each file is."""


def extract(piece: Evidence, source: str | None = None) -> Extract:
    """The files of one piece, which came from the input of the name `source`.

    Raises `EvidenceError` where a plugin is at fault, and nothing else.
    """
    files = _Files()
    evidence = files.add("evidence", ".bin", piece.data)
    claims = piece.claims
    certificates = {}
    for step, entry in zip(steps_to(claims.certificates), claims.certificates, strict=True):
        path = join("certificates", step)
        der = piece.certificate(path)
        name = f"certificate-{entry.source}"
        certificates[path] = CertificateFiles(
            path=path,
            der=files.add(name, ".der", der),
            pem=files.add(name, ".pem", to_pem("CERTIFICATE", der)),
        )
    attachments = tuple(
        AttachmentFile(kind=kind, file=files.add(f"attachment-{kind}", ".bin", content))
        for kind, content in sorted(piece.input.attachments.items())
    )
    signatures = tuple(_signature(piece, signed, files, certificates) for signed in piece.signed())
    manifest = Extraction(
        schema="evidence-extract/1",
        input=source,
        at=piece.at or None,
        type=claims.evidence.type,
        version=claims.evidence.version,
        evidence=evidence,
        certificates=tuple(certificates.values()),
        attachments=attachments,
        signatures=signatures,
        files=tuple(
            File(file=name, sha256=Bytes(sha256(content).digest()), size=len(content))
            for name, content in files.contents.items()
        ),
    )
    return Extract(files.contents, manifest)


def to_pem(label: str, der: bytes) -> bytes:
    """DER in PEM (RFC 7468)."""
    text = encodebytes(der).replace(b"\n", b"")
    lines = b"\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label.encode(), lines, label.encode())


def safe_name(text: str) -> str:
    """A name of a file made of a text that anybody may have written: no folder, not hidden, not long."""
    return _UNSAFE.sub("_", text)[:LONGEST].lstrip("-") or "_"


class _Files:
    """Contents by the names of their files, of which no two differ in the size of letters alone."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._names = {MANIFEST}

    def add(self, name: str, ending: str, content: bytes) -> str:
        """The name that the content has from now on."""
        stem, count = safe_name(name), 1
        file = f"{stem}{ending}"
        while file.lower() in self._names:
            count += 1
            file = f"{stem}-{count}{ending}"
        self._names.add(file.lower())
        self.contents[file] = content
        return file


def _signature(
    piece: Evidence, signed: Signed, files: _Files, certificates: Mapping[str, CertificateFiles]
) -> SignatureFiles:
    name, missing = f"signature-{signed.name}", []

    def part(ending: str, make: Callable[[], bytes]) -> str | None:
        try:
            return files.add(name, ending, make())
        except LookupError as error:
            missing.append(str(error.args[0] if error.args else error))
            return None

    message = part(".message", lambda: piece.message(signed))
    value = part(".sig", signed.signature_der)
    key = None if signed.key is None else part(".key.der", signed.public_key)
    return SignatureFiles(
        name=signed.name,
        by=signed.by,
        alg=signed.alg,
        hash=signed.hash,
        message=message,
        signature=value,
        form=None if value is None else "der" if signed.encoding in HALVES else "as-is",
        key_der=key,
        key_pem=None
        if key is None
        else files.add(name, ".key.pem", to_pem("PUBLIC KEY", files.contents[key])),
        certificates=tuple(certificates[path].der for path in signed.certificates if path in certificates),
        missing=tuple(missing),
    )
