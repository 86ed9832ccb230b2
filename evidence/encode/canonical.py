"""JSON in the one form of RFC 8785: no white space, members sorted by their UTF-16 code units, bytes as base64url."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from evidence.limits import SAFE_INTEGER


def to_canonical_json(value: Any) -> bytes:
    """`value` in UTF-8. It has no floats, and no integer that a reader of JSON would lose (`OverflowError`)."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode()


def base64url(value: bytes) -> str:
    """Bytes in base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _sorted(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64url(value)
    if isinstance(value, Mapping):
        return {
            name: _sorted(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))
        }
    if isinstance(value, tuple | list):
        return [_sorted(item) for item in value]
    if isinstance(value, int) and abs(value) > SAFE_INTEGER:
        raise OverflowError(f"{value} is above what every reader of JSON keeps")
    return value
