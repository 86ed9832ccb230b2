"""Whom a caller trusts: anchors, pinned by their keys, and keys by the role that they sign in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from evidence.errors import EvidenceError, UsageError
from evidence.input import NOTHING
from evidence.verify import keys, shipped
from evidence.verify.keys import Key
from evidence.wire import x509
from evidence.wire.x509 import X509Certificate

Scope = tuple[str, ...] | None
"""The types that an anchor is for; None for all."""


class Trust(Struct, frozen=True):
    """What a caller trusts. An empty one trusts nobody.

    `anchors` are certificates of authorities, each with the types that it is for: what counts of one is its key, its
    name and its window. `intermediates` help to find a path and are trusted by nobody. `keys` are by role, which is
    the `by` of a signature (`cpak`, `iak`, `root-of-trust`), or a signature's own name.
    """

    anchors: tuple[tuple[X509Certificate, Scope], ...] = ()
    intermediates: tuple[tuple[X509Certificate, Scope], ...] = ()
    keys: Mapping[str, tuple[Key, ...]] = NOTHING

    @classmethod
    def shipped(cls) -> Trust:
        """The roots of AMD, Intel and NVIDIA, each for its own types, and AMD's intermediates."""
        return _shipped()

    def with_anchors(self, *certificates: bytes, types: Iterable[str] | None = None) -> Trust:
        """The same and the authorities in `certificates` (PEM or DER, one or more each), for `types` or for all.

        Raises `UsageError` for what holds none.
        """
        scope = None if types is None else (types,) if isinstance(types, str) else tuple(types)
        more = tuple((authority, scope) for content in certificates for authority in _certificates(content))
        return replace(self, anchors=(*more, *self.anchors))

    def with_keys(self, /, **roles: bytes | Iterable[bytes]) -> Trust:
        """The same and keys: JWK, PEM, DER, COSE_Key, a point or 32 bytes of Ed25519; several for one role are tried.

        Raises `UsageError` for what is no key, or a key of a kind that is refused.
        """
        more = {
            role: tuple(
                keys.load(content) for content in ([several] if isinstance(several, bytes) else several)
            )
            for role, several in roles.items()
        }
        return replace(self, keys={**self.keys, **more})

    def anchors_of(self, *names: str) -> tuple[X509Certificate, ...]:
        """The anchors for a type, which goes by any of these names."""
        return tuple(one for one, scope in self.anchors if scope is None or not {*names}.isdisjoint(scope))

    def intermediates_of(self, *names: str) -> tuple[X509Certificate, ...]:
        """The intermediates for a type, which goes by any of these names."""
        return tuple(
            one for one, scope in self.intermediates if scope is None or not {*names}.isdisjoint(scope)
        )


@lru_cache(1)
def _shipped() -> Trust:
    return Trust(shipped.anchors(), shipped.intermediates())


def _certificates(content: bytes) -> tuple[X509Certificate, ...]:
    try:
        read = x509.read_all(content, "anchor")
    except EvidenceError as error:
        raise UsageError(f"not an anchor: {error}") from None
    if not read:
        raise UsageError("not an anchor: no certificate")
    return read
