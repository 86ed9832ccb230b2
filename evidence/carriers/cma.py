"""The `signatures/` directory of a device under Linux: transcripts of SPDM beside their signatures.

The interface was proposed for the kernel, is not in it, and may change: every piece says so. A transcript
there lacks the signature that ends it, which is put back.

Source: Linux, "PCI device authentication" (L. Wunner, version 2, 2024), sysfs-devices-spdm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from evidence import limits
from evidence.carriers.descriptor import CarrierDescriptor
from evidence.errors import CarrierError, EvidenceError
from evidence.input import NOTHING, Carrier, Expect, Input
from evidence.wire import der
from evidence.wire.spdm.messages import slot_of

NAME: Final = "linux-spdm-signatures"
SIGNATURE: Final = re.compile(r"([0-9]{1,9})_signature")
SLOT: Final = re.compile(r"slot[0-7]")
UNSTABLE: Final = "unstable: proposed for Linux, not in mainline"
NONCES: Final = {"requester_nonce": "requester_nonce", "responder_nonce": "responder_nonce"}
"""File to the binding that must equal it."""
FACTS: Final = ("type", "hash_algorithm")
FILES: Final = frozenset({"transcript", "signature", "certificate_chain", *NONCES, *FACTS})

Read = Callable[[str], bytes | None]


def holds_signatures(names: Iterable[str]) -> bool:
    """Whether files of these names are such a directory."""
    return any(map(SIGNATURE.fullmatch, names))


def belongs(name: str) -> bool:
    """Whether a file is one of those that are read with a signature."""
    number, _, rest = name.partition("_")
    return number.isdecimal() and rest in FILES


def holds_slots(names: Iterable[str]) -> bool:
    """Whether files of these names are the certificates of a device's slots, and nothing else."""
    names = [*names]
    return bool(names) and all(map(SLOT.fullmatch, names))


def signatures(
    names: Iterable[str], read: Read, extra: Mapping[str, bytes] = NOTHING, slots: Read | None = None
) -> Iterator[Input]:
    """The transcript of each signature, in the order of their numbers. `read(name)` gives a file's bytes.

    `slots` reads the directory with the certificates of each slot: it has the chain where none lies beside the
    signature. Raises `CarrierError` for a signature without its transcript, and `LimitExceeded`.
    """
    numbers = sorted(int(match[1]) for name in names if (match := SIGNATURE.fullmatch(name)))
    limits.check("pieces", limits.PIECES, len(numbers))
    for number in numbers:
        yield _piece(number, read, extra, slots, at=str(number) if len(numbers) > 1 else "")


def _piece(number: int, read: Read, extra: Mapping[str, bytes], slots: Read | None, *, at: str) -> Input:
    parts = {}
    for name in ("transcript", "signature"):
        blob = read(f"{number}_{name}")
        if not blob:
            reason = "missing" if blob is None else "empty"
            raise CarrierError(carrier=NAME, path=f"{number}_{name}", reason=reason)
        parts[name] = blob
    facts = {"interface": UNSTABLE}
    for name in FACTS:
        facts |= {name: (read(f"{number}_{name}") or b"").decode("ascii", "replace").strip()[:64]}
    expects = [
        Expect(binding, nonce, "carrier-nonce", None)
        for name, binding in NONCES.items()
        if (nonce := read(f"{number}_{name}"))
    ]
    data = parts["transcript"] + parts["signature"]
    chain = read(f"{number}_certificate_chain") or (_of_slot(data, slots) if slots else None)
    return Input(
        data=data,
        attachments=({"certificates": chain} if chain else {}) | dict(extra),
        by_caller=frozenset(extra),
        expects=tuple(expects),
        carriers=(Carrier(NAME, at, facts),),
        obtained="rebuilt",
    )


def _of_slot(data: bytes, slots: Read) -> bytes | None:
    """The certificates of the slot that signs, in DER. Whoever copies by the size that the kernel states adds zeros."""
    content = slots(f"slot{slot_of(data) or 0}")
    if not content:
        return None
    at = 0
    try:
        while at < len(content) and content[at]:
            at = der.item(content, at, "certificate").end
    except EvidenceError:  # it is read where it is used, and refused there
        return content
    return content if any(content[at:]) else content[:at]


CARRIERS: Final = (
    CarrierDescriptor(
        name="linux-spdm-signatures",
        section="spdm",
        told_by="a directory with files `N_signature`, or that of the device around it (`signatures/`, `certificates/`)",
        taken="`N_transcript` with the signature put back behind it (`rebuilt`), as a piece for each N",
        rest=(
            "`N_certificate_chain`, or `certificates/slotN` of the slot that signs, becomes `certificates`; both nonces must be repeated; `N_type` "
            "and `N_hash_algorithm` are facts. The interface is not in mainline, and says so"
        ),
        source="Linux, sysfs-devices-spdm (proposed)",
    ),
)
