"""What the tests of carriers share: our own reports to wrap, and one step of unwrapping."""

from __future__ import annotations

import json
from typing import Any

from evidence.carriers import table
from evidence.carriers.descriptor import Pieces
from evidence.carriers.search import Search
from evidence.convert import BUILTIN
from evidence.errors import CarrierError, EvidenceError
from evidence.files import shared
from evidence.input import Input, Refusal
from evidence.limits import Budget

FIXTURES = shared("fixtures") / "amd-sev-snp" / "valid"
REPORT = (FIXTURES / "v2-product-option.bin").read_bytes()
OTHER = (FIXTURES / "v3-milan.bin").read_bytes()


def packed(value: object) -> bytes:
    """A value in JSON."""
    return json.dumps(value).encode()


def unwrap(source: Input) -> Pieces:
    """The pieces inside the first carrier that recognises an input, without a search for marks."""
    return table.unwrap(source, Search(BUILTIN.has_marks, table.NAMES, Budget(len(source.data))))


def pieces(data: bytes, **how: Any) -> list[Input | Refusal | EvidenceError]:
    """What the first carrier takes out of `data`."""
    result = unwrap(Input(data=data, **how))
    assert result is not None
    return list(result)


def inner(data: bytes, **how: Any) -> Input:
    """The one piece in `data`."""
    (piece,) = pieces(data, **how)
    assert isinstance(piece, Input)
    return piece


def error(data: bytes) -> EvidenceError:
    """Why there is no piece in `data`."""
    try:
        (piece,) = pieces(data)
    except EvidenceError as raised:
        return raised
    assert isinstance(piece, EvidenceError)
    return piece


def refusal(data: bytes) -> tuple[str, int | None, str]:
    """The carrier that refuses `data`, and where."""
    fault = error(data)
    assert isinstance(fault, CarrierError)
    return fault.carrier, fault.offset, fault.path


def unrecognised(data: bytes) -> bool:
    """Whether no carrier takes `data` for its own."""
    return unwrap(Input(data=data)) is None
