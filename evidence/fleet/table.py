"""The columns of claims that are looked at, batch by batch: one file of Parquet, or a folder of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
from pyarrow import dataset, parquet

from evidence.columnar.assemble import TYPES
from evidence.columnar.published import ERROR_CODE, JSON, recorded
from evidence.errors import UsageError
from evidence.words import Compare

ROWS: Final = 16_384
"""Rows of a batch."""
TYPE: Final = "/evidence/type"
VERSION: Final = "/evidence/version"
DEBUG: Final = "/target/debug"
NOTES: Final = "/notes"
EQUAL: Final[Compare] = "equal"
NEEDED: Final = (TYPE, VERSION, ERROR_CODE)
"""Columns without which a table is none of claims."""
PRODUCT: Final = re.compile(r"/environments/[^/]+/identifiers/product/text")
FIRMWARE: Final = re.compile(r"/environments/[^/]+/versions/[^/]+/value")
COMPONENT: Final = re.compile(r"(/environments/[^/]+/tcb/[^/]+)/components/([^/]+)/svn")


class Columns(NamedTuple):
    """The columns of one table that say something here."""

    products: tuple[str, ...]
    firmware: tuple[str, ...]
    tcbs: dict[str, dict[str, str]]
    """The column of each component of each TCB."""
    selecting: frozenset[str]
    """The columns of those components that select something, and are the same or are not compared."""
    chips: tuple[str, ...]


class ClaimsTable:
    """A table of claims. Raises `UsageError` where `path` is none, and `OSError` where it cannot be read."""

    def __init__(self, path: str) -> None:
        Path(path).stat()  # which says what is wrong with it better than Arrow does
        with _readable(path):
            self._files: list[str] = dataset.dataset(path, format="parquet").files
        names: dict[str, None] = {}
        for file in self._files:
            with _readable(file):
                here = parquet.read_schema(file).names
            for name in NEEDED:
                if name not in here:
                    raise UsageError(f"{file}: no table of claims: it has no column {name}")
            if len(set(here)) < len(here):
                raise UsageError(f"{file}: no table of claims: it has two columns of one name")
            names.update(dict.fromkeys(here))
        self._names = tuple(names)
        self.columns = self._columns()

    def _columns(self) -> Columns:
        tcbs: dict[str, dict[str, str]] = {}
        for name in self._names:
            if match := COMPONENT.fullmatch(name):
                tcbs.setdefault(match[1], {})[match[2]] = name
        return Columns(
            tuple(filter(PRODUCT.fullmatch, self._names)),
            tuple(filter(FIRMWARE.fullmatch, self._names)),
            tcbs,
            frozenset(
                f"{path.removesuffix('/compare')}/svn"
                for path, word in _constants().items()
                if path.endswith("/compare") and word == EQUAL
            ),
            tuple(name for name in chips() if name in self._names),
        )

    def batches(self, kinds: Mapping[str, pa.DataType]) -> Iterator[dict[str, pa.Array]]:
        """These columns, for a bounded number of rows at a time, as these types; of one that a part lacks, nulls.

        One part is open at a time, so that memory does not grow with them.
        """
        for file in self._files:
            with _readable(file), parquet.ParquetFile(file) as part:
                names = [name for name in kinds if name in part.schema_arrow.names]
                for batch in part.iter_batches(ROWS, columns=names, use_threads=False):
                    arrays = dict(zip(batch.schema.names, batch.columns, strict=True))
                    yield {
                        name: arrays[name].cast(kind) if name in arrays else pa.nulls(batch.num_rows, kind)
                        for name, kind in kinds.items()
                    }

    def main(self) -> Iterator[dict[str, pa.Array]]:
        """The columns that `numbers` counts, by their names."""
        columns = self.columns
        svns = [name for components in columns.tcbs.values() for name in components.values()]
        texts = [TYPE, VERSION, DEBUG, ERROR_CODE, JSON, *columns.products, *columns.firmware]
        kinds = dict.fromkeys(texts, pa.string()) | dict.fromkeys(svns, pa.int64())
        yield from self.batches(kinds | {NOTES: TYPES["notes"]})


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """Says in one line of a file of another form, or of one that is broken, that it is no table of claims."""
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError) as error:
        text = (str(error).splitlines() or [""])[0]
        raise UsageError(f"{path}: no table of claims: {text}") from None


def _constants() -> dict[str, Any]:
    """The claims that are the same in every row, and are no columns."""
    constants: dict[str, Any] = recorded()["constants"]
    return constants


def chips() -> Iterator[str]:
    """The paths of identifiers that name a machine, as the list of columns says."""
    constants = _constants()
    for path, value in constants.items():
        if path.endswith("/scope") and value == "platform":
            entry = path.removesuffix("/scope")
            if constants.get(f"{entry}/linkable") is True:
                yield f"{entry}/value"
