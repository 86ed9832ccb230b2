"""Every public name says what it is: a docstring, every field, every method, its errors, its units."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

from docs import api
from evidence.errors import EvidenceError

PUBLIC = [
    pytest.param(getattr(import_module(module), name), id=f"{module}.{name}")
    for module in api.MODULES
    for name in api.names(module)
]
CLASSES = [each for each in PUBLIC if isinstance(each.values[0], type)]
FUNCTIONS = [each for each in PUBLIC if inspect.isfunction(each.values[0])]


def test_there_are_names() -> None:
    assert len(PUBLIC) > 60
    assert {"evidence.Signed", "evidence.Source", "evidence.Tcb", "evidence.Truncated"} <= {
        each.id for each in PUBLIC
    }


@pytest.mark.parametrize("value", [*CLASSES, *FUNCTIONS])
def test_every_name_has_a_docstring_that_begins_with_a_sentence(value: Any) -> None:
    text = api.text_of(value)
    assert text, value
    assert text.partition("\n\n")[0].rstrip().endswith((".", ":")), text
    assert "Usage docs" not in text


@pytest.mark.parametrize("kind", CLASSES)
def test_every_field_is_explained(kind: type) -> None:
    """By a sentence of its own, or by its name in the class's docstring."""
    texts = [api.text_of(each) for each in kind.__mro__ if each.__module__.startswith("evidence.")]
    unexplained = [
        field.name
        for field in api.fields(kind)
        if not field.text and not any(f"`{field.name}" in text for text in texts)
    ]
    assert unexplained == []


@pytest.mark.parametrize("kind", CLASSES)
def test_every_method_and_property_has_a_docstring(kind: type) -> None:
    own = (
        {"text", "data", "as_dict"}
        if issubclass(kind, EvidenceError) and kind is not EvidenceError
        else set()
    )
    assert [name for name, value in api.methods(kind) if name not in own and not api.text_of(value)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_says_what_it_raises(function: Any) -> None:
    text = api.text_of(function)
    assert "Raise" in text or "raise" in text or "Any " in text, text


UNITS = ("byte", "number", "how many", "count", "bits")


@pytest.mark.parametrize("kind", CLASSES)
def test_a_number_has_a_unit(kind: type) -> None:
    whole = " ".join(api.text_of(each) for each in kind.__mro__ if each.__module__.startswith("evidence."))
    for field in api.fields(kind):
        if field.hint.partition(" ")[0] in {"int", "Natural", "Integer"}:
            text = f"{field.text} {whole}".lower()
            assert any(unit in text for unit in UNITS), f"{kind.__name__}.{field.name}: {text}"


def test_the_page_has_every_name() -> None:
    page = api.page()
    for each in PUBLIC:
        assert f"### `{str(each.id).rpartition('.')[2]}`" in page
