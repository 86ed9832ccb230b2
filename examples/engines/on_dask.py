"""Dask: partitions of reports become partitions of claims, in the workers (`map_partitions`)."""

import pandas as pd
import pyarrow as pa

from claims import claims


def convert(reports, claims=claims):
    """A DataFrame with a column `evidence` of Arrow's binary, with the claims in place of it."""

    def part(frame):
        return claims(pa.Table.from_pandas(frame, preserve_index=False)).to_pandas(types_mapper=pd.ArrowDtype)

    return reports.map_partitions(part, meta=part(reports._meta))
