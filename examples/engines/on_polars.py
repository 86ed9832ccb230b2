"""Polars: a lazy frame of reports becomes one of claims, by parts where it is collected as a stream (`map_batches`)."""

import polars as pl

from claims import SCHEMA, claims

OLDEST = pl.CompatLevel.oldest()


def convert(reports, claims=claims):
    """A LazyFrame with a column `evidence` of Binary, with the claims in place of it."""
    schema = {**reports.drop("evidence").collect_schema(), **pl.from_arrow(SCHEMA.empty_table()).schema}
    return reports.map_batches(
        lambda part: pl.from_arrow(claims(part.to_arrow(compat_level=OLDEST))),
        schema=schema,
        streamable=True,
    )
