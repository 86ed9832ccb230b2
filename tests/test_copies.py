"""Values that leave their process: pickled or copied, they are what they were; and how evidence shows itself."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from evidence import EvidenceError, parse
from evidence.claims import Bytes, Tcb, TcbComponent
from evidence.convert import Evidence
from evidence.encode.json import to_json
from evidence.errors import UnknownFormat
from evidence.input import NOTHING, Carrier, Input
from evidence.registry import EvidenceType, Registry, late
from evidence.wire import cbor
from tests.builtin import BY_NAME, Case, every_case, every_type

Copy = Callable[[Any], Any]


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 (our own)


every_way = pytest.mark.parametrize("again", [pickled, copy.deepcopy, copy.copy])


@every_way
@every_case
def test_evidence_is_what_it_was(case: Case, again: Copy) -> None:
    piece = case.read()
    other = again(piece)
    assert (other.claims, other.input, other.type, other.at) == (
        piece.claims,
        piece.input,
        piece.type,
        piece.at,
    )
    assert to_json(other.claims) == to_json(piece.claims)
    assert other.signed() == piece.signed()
    assert other.sources() == piece.sources()
    assert type(other.native) is type(piece.native)


@every_way
@every_type
def test_a_type_is_what_it_was(kind: EvidenceType, again: Copy) -> None:
    other = again(kind)
    assert other == kind
    assert other.read == kind.read


@every_way
def test_a_registry_is_what_it_was(again: Copy) -> None:
    other = again(Registry.builtin())
    assert tuple(other) == tuple(Registry.builtin())
    data = BY_NAME["amd-sev-snp/v3-milan"].loaded.data
    assert parse(data, registry=other).claims == parse(data).claims


@every_way
def test_evidence_of_another_type_takes_its_type_along(again: Copy) -> None:
    piece = BY_NAME["amd-sev-snp/v3-milan"].read()
    kind = replace(piece.type, name="another")
    strange = Evidence(type=kind, input=piece.input, native=piece.native, claims=piece.claims)
    assert again(strange).type == kind
    assert again(strange).sources() == piece.sources()


@every_way
def test_a_tcb_is_what_it_was(again: Copy) -> None:
    component = TcbComponent(name="snp", svn=4, compare="ordered")
    tcb = Tcb(
        name="t", role="current", layout="l", layout_source="cpuid", raw=Bytes(8), components=(component,)
    )
    assert again(tcb) == tcb
    assert again(tcb).at_least(tcb)


@every_way
def test_nothing_is_itself(again: Copy) -> None:
    assert again(NOTHING) is NOTHING
    assert (dict(NOTHING), len(NOTHING), NOTHING.get("x"), NOTHING == {}) == ({}, 0, None, True)
    with pytest.raises(TypeError):
        NOTHING["x"] = 1


@every_way
def test_a_late_function_is_the_same_for_the_same_name(again: Copy) -> None:
    function = late("evidence.paths:join")
    assert again(function) == function != late("evidence.paths:parents")
    assert hash(again(function)) == hash(function)
    assert again(function)("a") == "/a"


@every_way
def test_an_error_that_quotes_a_map_or_a_simple_value_can_be_sent(again: Copy) -> None:
    tokens = [BY_NAME[name].loaded.data for name in ("arm-cca/2023-399", "eat/bare") if name in BY_NAME]
    values = cbor.loads(cbor.dumps([{1: {2: (3,)}}, cbor.loads(b"\xf7"), cbor.loads(b"\xe5")]))
    error = UnknownFormat(size=1, head=values, tried=())
    assert str(again(error)) == str(error)
    for token in tokens:
        for at in range(0, len(token), 7):
            broken = token[:at] + b"\xa1\x01\xa0" + token[at + 3 :]
            try:
                parse(broken)
            except EvidenceError as caught:
                assert str(again(caught)) == str(caught)  # noqa: PT017 (most are refused, and some not)


@every_case
def test_evidence_shows_itself_in_one_short_line(case: Case) -> None:
    piece = case.read()
    shown = repr(piece)
    header = piece.claims.evidence
    assert "\n" not in shown
    assert len(shown) < 120
    for part in (header.type, header.version, f"{header.size} bytes", "not verified"):
        assert part in shown


def test_where_evidence_came_from_is_shown_and_is_safe_on_a_terminal() -> None:
    piece = BY_NAME["amd-sev-snp/v3-milan"].read()
    carriers = (Carrier("json", "a"), Carrier("cmw", "b\x1b[31m\u202e" + "x" * 10_000))
    source = Input(data=piece.input.data, options=piece.input.options, carriers=carriers)
    shown = repr(Evidence(type=piece.type, input=source, native=piece.native, claims=piece.claims))
    assert shown.startswith("<Evidence amd-sev-snp 3, 1184 bytes, a/b\\x1b[31m\\u202ex")
    assert shown.isprintable()
    assert len(shown) < 500
