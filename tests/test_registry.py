"""The registry and its plugins: immutable, nobody twice, no code of others unless it was named."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec
import pytest

import evidence
from evidence.authoring.plugins import GROUP, plugins, with_plugins
from evidence.errors import Defective, DuplicateType, NotAdmitted, RegistryError, UsageError
from evidence.input import Input
from evidence.registry import EvidenceType, Match, Registry, late
from evidence.types import BUILTIN
from tests.builtin import every_type
from tests.plugin import distribution
from tests.toys import Options, registry, sample, toy

ALPHA = toy("alpha", b"ALPH", media_types=("application/alpha",), providers=("alpha_guest",))
BETA = toy("beta", b"BETA", providers=("alpha_guest",))


def test_an_empty_one() -> None:
    empty = Registry()
    assert (len(empty), list(empty), "alpha" in empty) == (0, [], False)
    assert empty.identify(b"ALPH") == ()
    with pytest.raises(UsageError, match="alpha"):
        _ = empty["alpha"]


def test_the_built_in_one_is_whole_and_always_equal() -> None:
    assert tuple(Registry.builtin()) == BUILTIN
    assert len({kind.name for kind in BUILTIN}) == len(BUILTIN)
    assert [Registry.builtin()[kind.name] for kind in BUILTIN] == list(BUILTIN)


def test_it_cannot_be_changed() -> None:
    known = registry(ALPHA)
    with pytest.raises(AttributeError):
        known.anything = 1  # type: ignore[attr-defined]  # what must not be possible
    with pytest.raises(TypeError):
        known["beta"] = BETA  # type: ignore[index]  # what must not be possible
    with pytest.raises(AttributeError):
        ALPHA.name = "beta"  # type: ignore[misc]  # what must not be possible
    assert [kind.name for kind in known] == ["alpha"]


def test_admitting_gives_a_larger_one_or_nothing() -> None:
    known = registry(ALPHA)
    with pytest.raises(NotAdmitted) as caught:
        known.admit(BETA)  # it has neither schema nor fixtures
    assert caught.value.name == "beta"
    assert len(caught.value.reasons) > 3
    assert "beta" not in known
    with pytest.raises(DuplicateType):
        known.admit(msgspec.structs.replace(BETA, name="alpha"))
    assert len(known) == 1


def test_there_is_no_way_around_the_gate() -> None:
    public = {name for name in dir(Registry) if not name.startswith("_")}
    assert public == {
        "admit",
        "builtin",
        "by_media_type",
        "by_provider",
        "has_marks",
        "identify",
        "names",
        "recognise",
    }
    with pytest.raises(TypeError):
        Registry((ALPHA,))  # type: ignore[call-arg]  # what must not be possible
    with pytest.raises(TypeError):
        Registry().admit(ALPHA, force=True)  # type: ignore[call-arg]  # the same


def test_lookups() -> None:
    known = registry(ALPHA, BETA)
    assert known.by_provider("alpha_guest") == (ALPHA, BETA)
    assert known.by_provider("nobody") == ()
    assert known.by_media_type("application/alpha") == (ALPHA,)
    assert known.identify(b"BETA") == ((BETA, Match("1")),)
    assert "beta" in known


def test_only_the_strongest_matches_count() -> None:
    generic = toy("generic", b"ALPH", "generic")
    assert [kind.name for kind, _ in registry(generic, ALPHA).identify(b"ALPH")] == ["alpha"]
    assert [kind.name for kind, _ in registry(generic).identify(b"ALPH")] == ["generic"]


def raising(name: str, *functions: str) -> EvidenceType:
    """A plugin with functions that raise what they may not."""

    def fail(*_: object) -> Any:
        raise KeyError("lost")

    return msgspec.structs.replace(toy(name, b"ALPH"), **dict.fromkeys(functions, fail))


def test_a_plugin_that_raises_in_identify_recognises_nothing_and_is_named() -> None:
    known = registry(raising("broken", "identify"), ALPHA)
    recognised = known.recognise(Input(data=b"ALPH"))
    assert recognised.matches == known.identify(b"ALPH") == ((ALPHA, Match("1")),)
    assert [(fault.type, fault.reason) for fault in recognised.faults] == [("broken", "KeyError('lost')")]
    piece = evidence.parse(sample(b"ALPH"), registry=known)
    assert piece.type is ALPHA
    assert [fault.type for fault in piece.faults] == ["broken"]
    assert isinstance(piece.faults[0].__cause__, KeyError)


def test_where_nothing_else_matches_the_plugin_is_at_fault() -> None:
    known = registry(raising("broken", "identify"), ALPHA)
    for forced in (None, "broken"):
        with pytest.raises(Defective) as caught:
            evidence.parse(sample(b"BETA"), registry=known, type=forced)
        assert caught.value.type == "broken"


@pytest.mark.parametrize("function", ["read", "claims", "signed", "sources"])
def test_whatever_a_plugin_raises_is_its_fault(function: str) -> None:
    known = registry(raising("broken", function))
    with pytest.raises(Defective) as caught:
        evidence.parse(sample(b"ALPH"), registry=known).unsigned()
    error = caught.value
    assert (error.code, error.type, error.reason) == ("defective-type", "broken", "KeyError('lost')")
    assert error.where.startswith("tests.test_registry, line ")


@pytest.mark.parametrize("function", ["identify", "read", "claims", "signed"])
def test_a_type_of_our_own_must_not_raise(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = raising("own", function)
    monkeypatch.setattr("evidence.types.BUILTIN", (own,))
    with pytest.raises(KeyError):
        evidence.parse(sample(b"ALPH"), registry=Registry.builtin())


def test_a_catch_all_is_asked_only_where_nobody_is_sure() -> None:
    request = []

    def identify(data: bytes) -> Match:
        request.append(data)
        return Match("1", strength="generic")

    rest = msgspec.structs.replace(toy("rest", b"", "generic"), identify=identify, catch_all=True)
    known = registry(ALPHA, rest)
    assert [kind.name for kind, _ in known.identify(b"ALPH")] == ["alpha"]
    assert [kind.name for kind, _ in known.identify(b"else")] == ["rest"]
    assert request == [b"else"]
    assert [kind.name for kind, _ in registry(rest, ALPHA).identify(b"ALPH")] == ["alpha"]


def test_options() -> None:
    assert ALPHA.make_options(None) == Options()
    assert ALPHA.make_options({"product": "one"}) == Options(product="one")
    source = Options(size=3)
    assert ALPHA.make_options(source) is source
    with pytest.raises(UsageError, match="alpha"):
        ALPHA.make_options({"produkt": "one"})


def test_a_late_function_is_imported_when_it_is_first_called() -> None:
    function = late("evidence.paths:join")
    assert function("a", "b") == "/a/b"
    with pytest.raises(ModuleNotFoundError):
        late("evidence.nothing:at_all")()


@every_type
def test_descriptors_are_complete(kind: EvidenceType) -> None:
    assert kind.title
    assert kind.versions
    assert kind.change_controller
    assert kind.references
    assert kind.name.replace("-", "").isalnum()
    assert kind.name == kind.name.lower()
    for file in (kind.schema, kind.spec):
        assert file is not None
        assert file.is_file()
    assert kind.fixtures is not None
    assert kind.fixtures.is_dir()
    assert all(
        reason
        for listed in (kind.unclaimed, kind.unobserved, kind.inapplicable)
        for reason in listed.values()
    )


@every_type
def test_identify_is_total(kind: EvidenceType) -> None:
    for data in (b"", b"\0", b"\xff" * 7, bytes(4096), b"\xd2\x84" * 50, b'{"a":1}', b"\x84"):
        match = kind.identify(data)
        assert match is None or match.strength in {"exact", "generic"}


# plugins


@pytest.mark.usefixtures("plugin")
def test_plugins_are_listed_and_none_of_their_code_runs() -> None:
    assert {plugin.name for plugin in plugins()} >= {"tiny", "broken", "raising"}
    assert "tiny_evidence" not in sys.modules
    assert "tiny" not in Registry.builtin()


def test_a_plugin_that_was_named_goes_through_the_gate(plugin: Path) -> None:
    larger = with_plugins(Registry.builtin(), ("tiny",))
    assert [kind.name for kind in larger] == [*(kind.name for kind in BUILTIN), "tiny"]
    assert "tiny" not in Registry.builtin()
    (plugin / "tiny.schema.json").unlink()
    with pytest.raises(NotAdmitted, match="schema: there is none"):
        with_plugins(Registry.builtin(), ("tiny",))


@pytest.mark.usefixtures("plugin")
def test_a_plugin_twice_is_a_duplicate() -> None:
    with pytest.raises(DuplicateType):
        with_plugins(Registry(), ("tiny", "tiny"))


@pytest.mark.usefixtures("plugin")
def test_a_plugin_that_is_something_else_or_is_not_there() -> None:
    with pytest.raises(RegistryError, match="str, not an EvidenceType"):
        with_plugins(Registry(), ("broken",))
    with pytest.raises(UsageError, match="no plugin 'nobody'"):
        with_plugins(Registry(), ("nobody",))


@pytest.mark.usefixtures("plugin")
def test_two_plugins_of_one_name_are_not_chosen_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.syspath_prepend(str(distribution(other, "another")))
    assert len(entry_points(group=GROUP, name="tiny")) == 2
    with pytest.raises(UsageError, match="2 plugins"):
        with_plugins(Registry(), ("tiny",))
