"""The fields of a piece of evidence that somebody may ask for: every value in bytes that its claims have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from evidence.convert import Evidence
from evidence.paths import join, steps_to

LISTS: Final = {
    # the list of an environment, and the members of its entries that are bytes
    "measurements": ("value", "signer"),
    "inputs": ("value",),
    "identifiers": ("value", "text", "raw"),
    "signers": ("value", "raw"),
    "svns": ("raw",),
    "values": ("bytes", "text"),
    "keys": ("raw",),
    "manifests": ("raw",),
    "unknown": ("raw",),
}


class BytesField(NamedTuple):
    """A value in the claims: its path, the word for what it is, its bytes, and its hash function where one is named."""

    path: str
    kind: str
    value: bytes
    alg: str | None = None
    of: str | None = None
    """The role of a binding."""


def fields(piece: Evidence) -> Iterator[BytesField]:
    """The fields in the order in which people ask for them: bindings, the environments, what came beside the evidence."""
    claims = piece.claims
    for step, binding in zip(steps_to(claims.bindings), claims.bindings, strict=True):
        yield BytesField(join("bindings", step), "binding", bytes(binding.value), binding.alg, binding.role)
    for environment in claims.environments:
        for member, names in LISTS.items():
            entries: tuple[Any, ...] = getattr(environment, member)
            for step, entry in zip(steps_to(entries), entries, strict=True):
                path = join("environments", environment.id, member, step)
                yield from _entry(path, member, entry, names)
    for step, certificate in zip(steps_to(claims.certificates), claims.certificates, strict=True):
        path = join("certificates", step)
        yield BytesField(f"{path}/sha256", "certificate", bytes(certificate.sha256), "sha-256")
        yield BytesField(f"{path}/spki_sha256", "certificate", bytes(certificate.spki_sha256), "sha-256")
        yield BytesField(f"{path}/serial", "certificate", bytes(certificate.serial))
    for step, attachment in zip(steps_to(claims.attachments), claims.attachments, strict=True):
        path = join("attachments", step)
        yield BytesField(path, "attachment", piece.input.attachments.get(attachment.kind, b""))
        yield BytesField(f"{path}/sha256", "attachment", bytes(attachment.sha256), "sha-256")
    yield BytesField("/evidence/sha256", "evidence", bytes(claims.evidence.sha256), "sha-256")


def _entry(path: str, kind: str, entry: Any, names: tuple[str, ...]) -> Iterator[BytesField]:
    for name in names:
        value = getattr(entry, name)
        if value is not None:
            content = value.encode() if isinstance(value, str) else bytes(value)
            yield BytesField(f"{path}/{name}", kind, content, getattr(entry, "alg", None))
    for step, digest in enumerate(getattr(entry, "digests", ())):
        yield BytesField(f"{path}/digests/{step}", kind, bytes(digest.digest), digest.alg)
