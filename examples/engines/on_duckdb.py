"""DuckDB: a relation is read batch by batch, and its claims are a relation again; nothing is whole in memory."""

import pyarrow as pa

from claims import SCHEMA, claims


def convert(reports, connection, claims=claims):
    """A relation with a column `evidence` of BLOB, with the claims in place of it, in another cursor's `connection`."""
    batches = reports.to_arrow_reader(10_000)
    fields = [field for field in batches.schema if field.name != "evidence"]
    parts = (part for batch in batches for part in claims(batch).to_batches())
    return connection.from_arrow(pa.RecordBatchReader.from_batches(pa.schema([*fields, *SCHEMA]), parts))
