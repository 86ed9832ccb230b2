"""Claims of many inputs as columns (extra `arrow`): a room of its own, which the core does not know.

    batch = convert_batch(reports)        # a list of bytes, or an Arrow array of binary
    batch["/environments/guest/measurements/measurement/digests/0/digest"]

Each column is named by its claim's path. There are as many rows as inputs, in their order; a row has claims, or the error
that `parse` raises. Inputs of a fixed layout (SNP reports, TDX and SGX quotes, TDREPORTs) that differ only in bytes which go
into claims as they lie are converted together: the claims of one of them are those of all. Every other input is converted
by itself, so that no input has other claims here than there.
"""

from __future__ import annotations

from evidence.columnar.batch import Converter, convert_batch
from evidence.columnar.published import schema

__all__ = ["Converter", "convert_batch", "schema"]
