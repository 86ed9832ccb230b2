"""The header and the payload of a compact JSON Web Signature. Source: RFC 7515."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.containers.part import ContainedPart
from evidence.errors import BadEncoding
from evidence.wire import jose, text

NAME: Final = "jws"
PARTS: Final = 3


def open_token(data: bytes) -> Iterator[ContainedPart] | None:
    """Both, decoded; None for any other text."""
    token = jose.compact(data)
    parts = token.split(b".", PARTS) if token else []
    return _parts(parts) if len(parts) == PARTS else None


def _parts(parts: list[bytes]) -> Iterator[ContainedPart]:
    for name, part in zip(("header", "payload"), parts, strict=False):
        try:
            yield ContainedPart(NAME, name, text.base64url(part, NAME))
        except BadEncoding:
            continue
