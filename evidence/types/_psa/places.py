"""Where the claims of a token lie, and what they became."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from evidence.paths import join, steps
from evidence.registry import Source
from evidence.types import _certificates
from evidence.types._psa.claims import hash_of, names_of, unknown_places
from evidence.types._psa.token import Token
from evidence.types._x5chain import Unread, source
from evidence.wire import cbor, cose
from evidence.wire.places import Entry


class Each(str):
    """The beginning of a path that ends in the index of an item: a claim that is an array became several."""

    __slots__ = ()


Claimed = Mapping[str, tuple[str, ...]]
"""Names of claims to the paths that they became."""
Inside = Callable[[tuple[Any, ...]], tuple[str, Claimed]]
"""For the labels that lead to a map inside of an array: what to call it, and what its claims became."""


def fields(
    token: Token,
    data: bytes,
    environment: str,
    claimed: Claimed,
    inside: Inside | None = None,
    *,
    prefix: str = "",
) -> Iterator[Source]:
    """Every claim, header and signature of a token; `prefix` begins the names of its certificates."""
    what = token.what
    for path, row, entry in token.table.places(data, token.start):
        if row is None:
            continue
        group, names = inside(path[:-1]) if inside and len(path) > 1 else (what, claimed)
        yield from _field(f"{group}.{row.name}", data, entry, names.get(row.name, ()))
    labels = [label for label, _ in unknown_places(token, data)]
    for step, (label, entry) in zip(steps(labels), unknown_places(token, data), strict=True):
        claims = (join("environments", environment, "unknown", step),)
        yield Source(f"{what}.unknown.{label}", entry.value, entry.end, claims)
    if token.message is not None:
        yield from _message(token, token.message, prefix)


def _field(name: str, data: bytes, entry: Entry, claims: tuple[str, ...]) -> Iterator[Source]:
    """One claim. The bytes of a string are its content."""
    items = [path for path in claims if isinstance(path, Each)]
    if not items:
        yield Source(name, content(data, entry.value, entry.end), entry.end, claims)
        return
    for item in cbor.entries(data, entry.value):
        paths = tuple(f"{path}{item.key}" for path in items)
        yield Source(f"{name}.{item.key}", content(data, item.value, item.end), item.end, paths)


def content(data: bytes, start: int, end: int) -> int:
    """Where the content of a string at `start` begins, if it has any; anything else begins at its head."""
    head = cbor.head(data, start)
    return head.end if head.major in {2, 3} and head.end < end else start


def _message(token: Token, message: cose.Message, prefix: str) -> Iterator[Source]:
    what = token.what
    span = message.protected_span
    if span.start < span.end:
        signature = f"/signatures/{what}"
        found = message.algorithm
        said = ("alg", "hash", "encoding") if found and found.hash and found.encoding else ("alg",)
        claims = tuple(f"{signature}/{name}" for name in said)
        yield Source(f"{what}.protected", span.start, span.end, claims)
    for index, certificate in enumerate(token.certificates):
        if not isinstance(certificate, Unread):
            yield from _certificates.sources(certificate, source(index, prefix))
    yield Source(f"{what}.signature", *message.signature_span)


DESCRIPTION: Final = "measurement_description"
COMPONENT: Final = {
    "measurement_value": "",
    "component_type": "/name",
    "version": "/version",
    "signer_id": "/signer",
    DESCRIPTION: "/description",
    "hash_algo_id": "/digests/0/alg",
    "live_firmware_activation": "/flags",
}
"""Claims of a software component, and where they are in its measurement."""


def components(token: Token, environment: str) -> Callable[[int], Claimed]:
    """What the claims of each software component became."""
    listed = token.claims.get("software_components") or ()
    found = steps(names_of(listed))
    here = f"/environments/{environment}"

    def claimed(index: int) -> Claimed:
        base = here + join("measurements", found[index])
        paths: dict[str, tuple[str, ...]] = {name: (base + step,) for name, step in COMPONENT.items()}
        if hash_of(listed[index]) is not None:
            paths[DESCRIPTION] += paths["hash_algo_id"]
        return paths | {"countersigner_ids": (Each(f"{here}/signers/countersigner-{index}-"),)}

    return claimed
