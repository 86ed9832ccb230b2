"""What lies inside of JSON, CBOR, protobuf, X.509, PEM, archives and text, each with its path.

A container is a function from bytes to the parts inside of them, or None where the bytes are none of its kind.
It judges nothing: what a part is, is for whoever looks into it. It knows no carrier and no evidence type.
`table` has them all.
"""

from __future__ import annotations

from evidence.containers.part import ContainedPart, Parts

__all__ = ("ContainedPart", "Parts")
