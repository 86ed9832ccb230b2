"""The names of others: every claim of each map is computed for every fixture, and reads back as the claim that it is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from docs.names import READERS, fixtures, known, translations
from evidence.authoring.comparison import differences, translated
from evidence.encode.json import from_json


def document(values: dict[str, Any]) -> bytes:
    """A JSON document with these values at these pointers; numbers are indices of arrays."""
    top: dict[str, Any] = {}
    for pointer, value in values.items():
        here: Any = top
        steps = pointer.split("/")[1:]
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            inner: Any = value if following is None else [] if following.isdecimal() else {}
            if isinstance(here, list):
                while len(here) <= int(step):
                    here.append(None)
                if here[int(step)] is None:
                    here[int(step)] = inner
                here = here[int(step)]
            else:
                here = here.setdefault(step, inner)
    return msgspec.json.encode(top)


@pytest.mark.parametrize("name", READERS)
def test_what_is_written_under_the_names_of_others_reads_back(name: str) -> None:
    names, read = known(name), 0
    for case in fixtures(names):
        values = translated(names, from_json(msgspec.json.encode(case.claims)))
        assert list(differences(case, document(values), names)) == []
        read += 1
    assert read


@pytest.mark.parametrize("name", READERS)
def test_every_name_stands_for_a_claim_that_a_fixture_has(name: str) -> None:
    names = known(name)
    computed = {path for values in translations(names) for path in values}
    for claim in names.claims:
        before, star, after = claim.theirs.partition("*")
        assert any(
            path == claim.theirs or (star and path.startswith(before) and path.endswith(after))
            for path in computed
        ), claim.theirs


@pytest.mark.parametrize("name", READERS)
def test_another_value_under_a_name_is_a_difference(name: str) -> None:
    """The comparison that the page is tested by notices one claim that is wrong."""
    names = known(name)
    case = next(iter(fixtures(names)))
    values = translated(names, from_json(msgspec.json.encode(case.claims)))
    for path, value in values.items():
        wrong = (
            (not value) if isinstance(value, bool) else f"{value}1" if isinstance(value, str) else value + 1
        )
        assert list(differences(case, document({**values, path: wrong}), names)), path
