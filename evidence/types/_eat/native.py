"""What an attestation token is once it was read: tokens, claims sets, submodules, bundles.

Everything knows its region, so that what is inside of byte strings has offsets of the evidence itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from evidence.types._eat.layout import CBOR, JSON, ClaimRemark
from evidence.types._eat.region import Region
from evidence.wire import cbor, cose, jose, json
from evidence.wire.claimset import ClaimSet, Label
from evidence.wire.places import Entry, Path

Form = Literal[
    "cwt",
    "cose-sign1",
    "cose-sign1-untagged",
    "cose-mac0",
    "jwt",
    "uccs",
    "claims-set-cbor",
    "claims-set-json",
    "bundle-cbor",
    "bundle-json",
]


CBOR_LABELS: Final = {row.name: row.label for row in CBOR.rows}
JSON_LABELS: Final = {row.name: row.label for row in JSON.rows}


class ClaimsSet(NamedTuple):
    """Claims by name, unknown ones by label, submodules in the order of the bytes."""

    encoding: Literal["cbor", "json"]
    values: Mapping[str, Any]
    unknown: Mapping[Any, Any]
    region: Region
    submods: tuple[Submodule, ...] = ()
    remarks: tuple[ClaimRemark, ...] = ()
    device: ClaimSet | None = None
    """The claims of a device, where the profile is that of one."""

    @property
    def is_cbor(self) -> bool:
        return self.encoding == "cbor"

    @property
    def labels(self) -> Mapping[str, Label]:
        """The labels of claims by their names, in the set's encoding."""
        return CBOR_LABELS if self.is_cbor else JSON_LABELS

    def places(self, paths: Iterable[Path]) -> dict[Path, Entry]:
        """Where the entries at paths of labels lie, in the layer."""
        find = cbor.places if self.is_cbor else json.places
        return find(self.region.whole, self.region.start, paths)


class DetachedDigest(NamedTuple):
    """A submodule that is elsewhere: the digest of it."""

    alg: int | str
    value: bytes
    region: Region

    @property
    def is_text(self) -> bool:
        """Whether it is written in JSON, with the digest in base64url."""
        return self.region.whole[self.region.start : self.region.start + 1] == b"["


class Token(NamedTuple):
    """One token. `message` is what protects it, None for an unprotected claims set."""

    form: Form
    message: cose.CoseMessage | jose.JoseToken | None
    claims: ClaimsSet
    region: Region
    remarks: tuple[ClaimRemark, ...] = ()


class Detached(NamedTuple):
    """A claims set beside the token of a bundle. `content` is what digests are of; it lies in the region."""

    label: str
    content: bytes
    claims: ClaimsSet
    region: Region


class Bundle(NamedTuple):
    """A detached EAT bundle: a token, and claims sets of which it holds digests."""

    form: Form
    token: Token
    detached: tuple[Detached, ...]
    region: Region


class Submodule(NamedTuple):
    """One submodule: claims, a token of its own, a bundle, or a digest of claims that are elsewhere."""

    label: str
    content: ClaimsSet | Token | Bundle | DetachedDigest
