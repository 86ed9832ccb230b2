"""What the generators share. Nothing here, nor in them, imports the library that they are to test."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


class Made(NamedTuple):
    """A valid fixture as its generator knows it: bytes, words, and the facts that it put in."""

    name: str
    data: bytes
    what: str
    why: str
    facts: dict[str, Any]
    extra: dict[str, Any] = {}  # noqa: RUF012 (never changed): further members of the file (`options`, `force`, …)
    files: dict[str, bytes] = {}  # noqa: RUF012 (never changed): attachments by file name


def hcl(report: bytes, kind: int, runtime: bytes) -> bytes:
    """Azure's HCL report without the zeros that fill its NV index: kind 2 is SNP, 4 TDX; SHA-256."""
    size = 20 + len(runtime)
    header = b"HCLA" + b"".join(n.to_bytes(4, "little") for n in (2, 1216 + size, 2, 0)) + bytes(12)
    request = b"".join(n.to_bytes(4, "little") for n in (size, 1, kind, 1, len(runtime)))
    return header + report.ljust(1184, b"\0") + request + runtime


def ec_key(curve: ec.EllipticCurve, number: int) -> ec.EllipticCurvePrivateKey:
    """A test key that is the same every time; it protects nothing."""
    return ec.derive_private_key(number, curve)


def ecdsa(key: ec.EllipticCurvePrivateKey, hash_: hashes.HashAlgorithm, data: bytes) -> tuple[int, int]:
    """A repeatable signature (RFC 6979): r and s."""
    return decode_dss_signature(key.sign(data, ec.ECDSA(hash_, deterministic_signing=True)))


def write(kind: str, generator: str, made: list[Made], root: Path | None = None) -> None:
    """The fixtures of a type, keeping the claims that were recorded for the same name."""
    folder = (root or FIXTURES) / kind / "valid"
    folder.mkdir(parents=True, exist_ok=True)
    for one in made:
        (folder / f"{one.name}.bin").write_bytes(one.data)
        for file, content in one.files.items():
            (folder / file).write_bytes(content)
        path = FIXTURES / kind / "valid" / f"{one.name}.json"
        claims = json.loads(path.read_text()).get("claims", {}) if path.exists() else {}
        document = {
            "what": one.what,
            "why": one.why,
            "origin": "generator",
            "generator": generator,
            **one.extra,
            "facts": one.facts,
            "claims": claims,
        }
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{one.name}.json").write_text(text)


def target() -> Path | None:
    """The folder to write to, if the command line names another than `fixtures/`."""
    return Path(sys.argv[1]) if len(sys.argv) > 1 else None
