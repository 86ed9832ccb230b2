"""What a type checker knows of native values, by `assert_type`, and that it is so at run time."""

from __future__ import annotations

import typing
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, Final, assert_type, get_args, get_origin

import pytest

import evidence
from evidence import natives
from evidence.convert import BUILTIN, Evidence
from evidence.errors import UsageError
from evidence.files import shared
from evidence.natives import SNP, TDX
from evidence.registry import EvidenceType, Registry
from evidence.types._dcap.quote import Quote
from evidence.types.snp.read import Snp
from evidence.types.tdx.layout import TdReport
from evidence.types.tdx.read import TdxReport
from tests.evidences import PIECES

MILAN: Final = Path(str(shared("fixtures"))) / "amd-sev-snp" / "valid" / "v3-milan.bin"
TYPED: Final = {name: kind for name, kind in vars(natives).items() if isinstance(kind, EvidenceType)}


def test_a_type_checker_knows_what_is_read() -> None:
    """`mypy` reads the assertions; a suppression that suppresses nothing is an error to it."""
    data = MILAN.read_bytes()
    piece = evidence.parse(data, type=SNP)
    assert_type(piece, Evidence[Snp])
    assert_type(piece.native, Snp)
    assert_type(evidence.load(MILAN, type=SNP).native, Snp)
    assert_type(evidence.parse(data).native, Any)
    assert_type(evidence.parse(data, type="snp").native, Any)
    assert_type(evidence.parse(data).of(SNP).native, Snp)
    assert piece.native.report.version == 3
    with pytest.raises(AttributeError):
        piece.native.nothing  # type: ignore[attr-defined]  # noqa: B018 (no member of that name)


def test_a_type_of_several_shapes_is_any_of_them() -> None:
    piece = next(each.values[0] for each in PIECES if each.values[0].type is TDX)
    assert_type(TDX.read(piece.input), Quote[TdReport] | TdxReport)


@pytest.mark.parametrize("piece", PIECES)
def test_a_native_value_is_of_the_kind_that_is_said(piece: Evidence) -> None:
    (name,) = (name for name, kind in TYPED.items() if kind is piece.type)
    hint = hints()[name]
    (native,) = get_args(get_args(hint)[0])
    kinds = (
        get_args(native) if isinstance(native, UnionType) or get_origin(native) is typing.Union else (native,)
    )
    assert isinstance(piece.native, tuple(get_origin(kind) or kind for kind in kinds))
    assert piece.of(piece.type) is piece


def hints() -> dict[str, Any]:
    """The annotations of the module, with the names that only a type checker has."""
    source = Path(str(natives.__file__)).read_text()
    names = dict(vars(natives))
    for line in source.splitlines():
        if line.startswith("    from evidence.types"):
            _, module, _, imported = line.split()
            names[imported] = getattr(import_module(module), imported)
    return typing.get_type_hints(natives, names)


def test_every_type_has_its_line_and_its_name_is_a_short_one() -> None:
    assert list(TYPED.values()) == list(BUILTIN)
    for name, kind in TYPED.items():
        assert BUILTIN[name.lower()] is kind


def test_a_piece_of_another_type_is_not_taken_for_one() -> None:
    with pytest.raises(UsageError, match="a piece of amd-sev-snp, not of intel-tdx"):
        evidence.parse(MILAN.read_bytes()).of(TDX)
    with pytest.raises(evidence.EvidenceError):
        evidence.parse(MILAN.read_bytes(), type=TDX)


def test_a_type_that_is_not_in_the_registry_is_no_way_around_the_gate() -> None:
    with pytest.raises(UsageError, match="not in the registry"):
        evidence.parse(MILAN.read_bytes(), type=SNP, registry=Registry())
