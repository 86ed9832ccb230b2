"""What all engines share: a batch of reports in, the same batch with their claims out.

An engine hands over its own columns (where a report comes from) beside the column `evidence`, and gets them back beside the
columns of claims. So each row can be named, one that is refused too. Words are plain text here: not every engine knows
Arrow's dictionaries.
"""

from __future__ import annotations

import pyarrow as pa

from evidence.columnar import convert_batch, schema

SCHEMA = pa.schema(
    pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
    for field in schema()
)
"""The columns of claims, as every engine has them."""


def claims(reports: pa.RecordBatch | pa.Table) -> pa.Table:
    """The batch, with the claims of its column `evidence` in place of that."""
    if isinstance(reports, pa.RecordBatch):
        reports = pa.Table.from_batches([reports])
    columns = pa.Table.from_batches([convert_batch(reports["evidence"])]).cast(SCHEMA)
    table = reports.drop_columns(["evidence"])
    for field, column in zip(columns.schema, columns.columns, strict=True):
        table = table.append_column(field, column)
    return table
