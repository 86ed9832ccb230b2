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


def unwrap(given: Input) -> Pieces:
    """The pieces inside the first carrier that recognises an input, without a search for marks."""
    return table.unwrap(given, Search(BUILTIN.has_marks, table.NAMES, Budget(len(given.data))))


def pieces(data: bytes, **how: Any) -> list[Input | Refusal | EvidenceError]:
    """What the first carrier takes out of `data`."""
    found = unwrap(Input(data=data, **how))
    assert found is not None
    return list(found)


def inner(data: bytes, **how: Any) -> Input:
    """The one piece in `data`."""
    (found,) = pieces(data, **how)
    assert isinstance(found, Input)
    return found


def error(data: bytes) -> EvidenceError:
    """Why there is no piece in `data`."""
    try:
        (found,) = pieces(data)
    except EvidenceError as raised:
        return raised
    assert isinstance(found, EvidenceError)
    return found


def refusal(data: bytes) -> tuple[str, int | None, str]:
    """The carrier that refuses `data`, and where."""
    found = error(data)
    assert isinstance(found, CarrierError)
    return found.carrier, found.offset, found.path


def unrecognised(data: bytes) -> bool:
    """Whether no carrier takes `data` for its own."""
    return unwrap(Input(data=data)) is None
