"""The error tree: every class has a stable code, says what it knows in a safe text, and survives a process border."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import errors
from evidence.errors import (
    LONGEST,
    QUOTED,
    CarrierError,
    ConstraintViolation,
    DuplicateType,
    EvidenceError,
    MalformedEvidence,
    NotAdmitted,
    RegistryError,
    Truncated,
    UsageError,
    quote,
)
from evidence.wire import cbor


def family(kind: type[EvidenceError]) -> Iterator[type[EvidenceError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


CLASSES = tuple(kind for kind in family(EvidenceError) if kind.__module__ == errors.__name__)
"""Those of the library; the command has three of its own, whichever modules of it this process has loaded."""
every_class = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)

CODES = {
    # callers, fixtures and other languages compare these: a code never changes
    "EvidenceError": "evidence-error",
    "UnknownFormat": "unknown-format",
    "AmbiguousFormat": "ambiguous-format",
    "SeveralEvidence": "several-evidence",
    "UnsupportedVersion": "unsupported-version",
    "NotEvidence": "not-evidence",
    "CarrierError": "carrier-error",
    "MalformedEvidence": "malformed-evidence",
    "Truncated": "truncated",
    "TrailingBytes": "trailing-bytes",
    "BadEncoding": "bad-encoding",
    "ConstraintViolation": "constraint-violation",
    "MissingField": "missing-field",
    "UnexpectedField": "unexpected-field",
    "LimitExceeded": "limit-exceeded",
    "Noted": "noted",
    "NotVerified": "not-verified",
    "Defective": "defective-type",
}

HOSTILE = "\x1b[2J\x07\r\n\u202e" + "A" * 5000
"""Clears a terminal, rings, overwrites the line, turns the text around, and goes on."""


def made(kind: type[EvidenceError], text: str = "a word", number: int = 7) -> EvidenceError:
    """An instance with every attribute set."""
    values: dict[type, Any] = {str: text, int: number, bytes: text.encode(), object: text.encode()}
    hints = get_type_hints(kind)
    source: dict[str, Any] = {}
    for name in kind.FIELDS:
        hint = str(hints[name])
        if hint.startswith("tuple["):
            source[name] = (text, text)
        else:
            result = next((v for k, v in values.items() if re.search(rf"\b{k.__name__}\b", hint)), None)
            assert result is not None, hint
            source[name] = result
    return kind(**source)


@every_class
def test_codes_are_what_they_were(kind: type[EvidenceError]) -> None:
    assert kind.code == CODES[kind.__name__]
    assert "code" in vars(kind)


def test_codes_are_unique_and_none_is_missing() -> None:
    assert {kind.__name__ for kind in CLASSES} == set(CODES)
    assert len(set(CODES.values())) == len(CODES)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    for kind in (*CLASSES, RegistryError, NotAdmitted, DuplicateType, UsageError):
        assert re.search(rf"^(?:[│├└─ ]*){kind.__name__}\b", drawn, re.MULTILINE), kind.__name__


@every_class
def test_data_is_json_and_holds_every_attribute(kind: type[EvidenceError]) -> None:
    error = made(kind)
    assert json.loads(json.dumps(error.as_dict())) == error.as_dict()
    assert set(error.data()) == set(kind.FIELDS)
    assert error.as_dict()["code"] == kind.code
    assert error.as_dict()["message"] == str(error)


@every_class
def test_what_is_not_known_is_left_out(kind: type[EvidenceError]) -> None:
    whole = made(kind)
    needed = {name: getattr(whole, name) for name in kind.FIELDS if not hasattr(kind, name)}
    bare = kind(**needed)
    assert set(bare.data()) == set(needed)
    assert "None" not in str(bare)


@every_class
def test_what_it_must_know_and_nothing_else_is_taken(kind: type[EvidenceError]) -> None:
    whole = vars(made(kind))
    assert set(whole) == set(kind.FIELDS)
    with pytest.raises(TypeError):
        kind(**whole, nothing=1)
    for name in kind.FIELDS:
        if not hasattr(kind, name):
            with pytest.raises(TypeError):
                kind(**{other: value for other, value in whole.items() if other != name})


def test_an_error_shows_its_data() -> None:
    assert repr(Truncated(what="it", need=2, have=1)) == "Truncated(what='it', need=2, have=1)"
    assert issubclass(Truncated, MalformedEvidence)
    assert Truncated.FIELDS == ("what", "offset", "path", "spec", "need", "have")


@every_class
def test_pickling(kind: type[EvidenceError]) -> None:
    error = made(kind)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    assert type(again) is kind
    assert again.as_dict() == error.as_dict()


@every_class
def test_texts_are_short_and_safe_on_a_terminal(kind: type[EvidenceError]) -> None:
    error = made(kind, HOSTILE)
    text = str(error)
    assert text.isprintable(), ascii(text)
    assert "\u202e" not in text
    assert len(text) <= LONGEST + 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"", ""),
        (b"\x00\xff", "00ff"),
        (bytes(QUOTED), "00" * QUOTED),
        (bytes(QUOTED + 1), "00" * QUOTED + f"… ({QUOTED + 1} bytes)"),
        (7, "7"),
        ("é", r"'\xe9'"),
        ("x" * 100, "'" + "x" * 31 + "…"),
        ({"a": {}}, "a map of 1 entries"),
        ([[]] * 60_000, "an array of 60000 items"),
        (cbor.Tag(35, "(a+)+"), "tag 35"),
    ],
)
def test_quote(value: object, text: str) -> None:
    assert quote(value) == text


@given(st.one_of(st.binary(), st.text(), st.integers(), st.tuples(st.text())))
def test_quote_is_short_and_printable(value: object) -> None:
    assert quote(value).isprintable()
    assert len(quote(value)) <= 2 * QUOTED + 30


@pytest.mark.parametrize(
    "got",
    [[HOSTILE] * 1000, ((HOSTILE,),), {HOSTILE: HOSTILE}, HOSTILE, HOSTILE.encode(), cbor.Tag(1, HOSTILE)],
)
def test_what_came_out_of_the_input_is_short_wherever_it_is_shown(got: object) -> None:
    error = ConstraintViolation(what="x", got=got, allowed="y", path=HOSTILE)
    for shown in (repr(error), str(error), json.dumps(error.as_dict(), ensure_ascii=False)):
        assert len(shown) <= 3 * LONGEST
        assert shown.isprintable()


def test_numbers_that_json_would_lose_are_texts() -> None:
    assert ConstraintViolation(what="x", got=2**53 - 1, allowed="y").data()["got"] == 2**53 - 1
    assert ConstraintViolation(what="x", got=2**53, allowed="y").data()["got"] == str(2**53)
    assert ConstraintViolation(what="x", got=-(2**64), allowed="y").data()["got"] == str(-(2**64))


def test_texts() -> None:
    error = Truncated(what="Report", offset=0x27C, need=70, have=3, spec="AMD 56860")
    assert str(error) == "Report at 0x27c: need 70 bytes, have 3 [AMD 56860]"
    carrier = CarrierError(carrier="hex", reason="an odd number of digits (3)", path="lines/0")
    assert str(carrier) == "hex (lines/0): an odd number of digits (3)"


def test_whose_fault_it_is() -> None:
    assert issubclass(EvidenceError, ValueError)
    assert not issubclass(RegistryError, ValueError)
    assert not issubclass(UsageError, (EvidenceError, RegistryError, ValueError))
    refused = NotAdmitted("it", ("one", "two"))
    assert str(refused) == "it is not admitted:\n  - one\n  - two"
    again = pickle.loads(pickle.dumps(refused))  # noqa: S301 (our own)
    assert (again.name, again.reasons) == ("it", ("one", "two"))
