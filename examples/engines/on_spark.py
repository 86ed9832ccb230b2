"""Apache Spark: partitions of reports become partitions of claims, in the workers (`mapInArrow`)."""

from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from claims import SCHEMA, claims


def convert(reports, claims=claims):
    """A DataFrame with a column `evidence` of binary, with the claims in place of it."""
    fields = [*reports.drop("evidence").schema, *from_arrow_schema(SCHEMA)]
    return reports.mapInArrow(
        lambda batches: (part for batch in batches for part in claims(batch).to_batches()),
        StructType(fields),
    )
