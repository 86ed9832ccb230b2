"""What a writer gives: the bytes, and what they do not say."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal, NamedTuple, get_args

LossCode = Literal[
    "no-home",
    "reduced",
    "not-evidence",
    "not-covered",
    "status",
    "not-populated",
    "algorithm-not-named",
    "key-encoding",
    "no-class",
    "nonce-form",
    "nonce-size",
    "rebuilt",
]
LOSSES: Final[dict[str, str]] = {
    "no-home": "the form has no place for it",
    "reduced": "a part of it is written, and a part is not",
    "not-evidence": "its origin is a certificate, a log, a carrier or the caller: as evidence it would be laundered",
    "not-covered": "no signature that was checked covers it",
    "status": "it is masked, none, not populated, absent by a flag or withheld: there is no value",
    "not-populated": "the format defines it as not there: zeros must match nothing",
    "algorithm-not-named": "the hash has no name in the form, so the digest is written as a value",
    "key-encoding": "the form has no place for the key's encoding: its bytes alone are written",
    "no-class": "what names the class of the environment has no value",
    "nonce-form": "the nonce was a text, and is written as bytes",
    "nonce-size": "a nonce of an EAT has 8 to 64 bytes",
    "rebuilt": "the bytes were put together from parts by this library: they are not as they were received",
}
"""Every code, and what it says."""
assert LOSSES.keys() == set(get_args(LossCode))  # noqa: S101 (two lists of one thing)


class Loss(NamedTuple):
    """One thing of the claims document that an output does not say."""

    path: str
    code: LossCode
    detail: str


class Written(NamedTuple):
    """An output, and everything that it does not say."""

    data: bytes
    losses: tuple[Loss, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many losses there are of each code."""
        return dict(sorted(Counter(loss.code for loss in self.losses).items()))
