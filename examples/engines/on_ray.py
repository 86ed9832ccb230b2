"""Ray Data: blocks of reports become blocks of claims, in the workers (`map_batches`)."""

from claims import claims


def convert(reports, claims=claims):
    """A Dataset with a column `evidence` of binary, with the claims in place of it."""
    return reports.map_batches(claims, batch_format="pyarrow", batch_size=10_000)
