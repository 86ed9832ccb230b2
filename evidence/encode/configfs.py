"""The attributes of a configfs-tsm report entry, as the kernel would show the evidence (configfs-tsm-report ABI)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evidence.claims import Claims
from evidence.encode import cmw
from evidence.encode.written import Loss
from evidence.wire import guid_table

ATTRIBUTES: Final = {"certificates": "auxblob", "services-manifest": "manifestblob"}
"""Kind of attachment to attribute."""


def attributes(
    data: bytes, claims: Claims, attachments: Mapping[str, bytes], provider: str
) -> tuple[dict[str, bytes], tuple[Loss, ...]]:
    """The files of the entry by name, and what they do not hold. An auxblob is a certificate table, and no other form."""
    blobs = {
        kind: content
        for kind, content in attachments.items()
        if kind in ATTRIBUTES and (kind != "certificates" or guid_table.begins(content, 0))
    }
    files = {
        "generation": b"0\n",
        "outblob": data,
        "provider": f"{provider}\n".encode(),
        **{ATTRIBUTES[kind]: content for kind, content in blobs.items()},
    }
    return files, tuple(cmw.losses(claims, frozenset(blobs)))
