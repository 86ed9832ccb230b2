"""The words of a group: each closed list, with a sentence for every word.

`schemas/group.schema.json` is made from these and from the shapes in `document`, the lists in `docs/groups.md` are
compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Kind = Literal["cpu", "device", "interface", "vtpm", "collector", "other", "unread"]
KIND: Final = {
    "cpu": "A CPU's report: it speaks of a workload, a paravisor, or the platform below them.",
    "device": "The evidence of a device.",
    "interface": "The report about a device's interface, which nobody signs.",
    "vtpm": "The quote of a TPM.",
    "collector": "A token of whoever gathered the other members, or has digests of them.",
    "other": "Evidence that says of itself none of this.",
    "unread": "A piece that could not be read: what it is, and what it says, is not known.",
}
TieName = Literal[
    "same-nonce",
    "caller-nonce",
    "nonce-derivation",
    "content-hash",
    "key-name",
    "same-signature",
    "same-evidence-set",
]
TIE: Final = {
    "same-nonce": "Two members have one and the same nonce.",
    "caller-nonce": "The member has the nonce that the caller names.",
    "nonce-derivation": "The nonce of one member was computed from that of the other.",
    "content-hash": "One member has a digest of the other, or of a part of it.",
    "key-name": "The key that one member vouches for is the one that the other names as its signer.",
    "same-signature": "The signature around the members covers the bytes of both.",
    "same-evidence-set": "The carrier says that both were made together. It is only the carrier's word: it ties nothing.",
}
How = Literal[
    "equal",
    "equal-first-32",
    "covers",
    "sha-256",
    "sha-384",
    "sha-512",
    "shake-128",
    "shake-256",
    "padded-sha-256",
    "padded-sha-384",
    "generation",
]
HOW: Final = {
    "equal": "Both values are the same, byte for byte.",
    "equal-first-32": "The first 32 bytes are the same, and one of the values has no more.",
    "covers": "The bytes of the member lie inside of what the signature was made over.",
    "sha-256": "The value is the SHA-256 of the other.",
    "sha-384": "The value is the SHA-384 of the other.",
    "sha-512": "The value is the SHA-512 of the other.",
    "shake-128": "The value is as many bytes of SHAKE-128 of the other as it has.",
    "shake-256": "The value is as many bytes of SHAKE-256 of the other as it has.",
    "padded-sha-256": "The value is the SHA-256 of the other, and zeros behind it.",
    "padded-sha-384": "The value is the SHA-384 of the other, and zeros behind it.",
    "generation": "The carrier gives both the same number.",
}
Outcome = Literal["matches", "differs", "not-computable"]
OUTCOME: Final = {
    "matches": "The bytes show it.",
    "differs": "The bytes show that it is not so.",
    "not-computable": "The bytes at hand do not show it, one way or the other; `why` says what is not there.",
}
Why = Literal["absent", "not-read", "no-value", "trivial", "not-at-hand", "unknown-function"]
WHY: Final = {
    "absent": "The member is not there.",
    "not-read": "The member could not be read.",
    "no-value": "The member has no such value.",
    "trivial": "The value is too short, or has too few different bytes, to tie anything.",
    "not-at-hand": "The bytes that it was computed from are not at hand.",
    "unknown-function": "It is said to be made by a function that is not known here.",
}
NoteCode = Literal["member-repeated", "workload-ambiguous"]
NOTE: Final = {
    "member-repeated": "The same evidence is there twice. No tie is made between the two.",
    "workload-ambiguous": "Several quotes or several paravisors fit: which one is the workload's is not said.",
}
LISTS: Final[Mapping[str, tuple[object, Mapping[str, str]]]] = {
    "kind": (Kind, KIND),
    "name of a tie": (TieName, TIE),
    "how": (How, HOW),
    "status": (Outcome, OUTCOME),
    "why": (Why, WHY),
    "code of a note": (NoteCode, NOTE),
}
"""Every closed list, by what it is a list of."""
for _name, (_words, _meanings) in LISTS.items():
    if set(get_args(_words)) != set(_meanings):
        raise TypeError(f"{_name}: not a meaning for each word")
