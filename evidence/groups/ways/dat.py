"""Veraison's `dat create -e`: the CPU's challenge is the SHA-256 of the device's token, and zeros behind it.

GroupSource: veraison, da: the collection has `dev`, the token as it stands, and `tsm`, the CPU's evidence. The token's own
nonce has nothing to do with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from evidence.groups.document import Tie
from evidence.groups.members import MemberPart, Parts
from evidence.groups.values import TieTerms, nonces, padded

NAME: Final = "dat-create"
COLLECTION: Final = "tag:github.com,2025:veraison/ratsd/cmw"
DEVICE, CPU = "dev", "tsm"
OF: Final = "source:dev"


def ties(parts: Parts) -> Iterator[Tie]:
    """Of each such collection, the CPU's challenge and the device's token."""
    for number in range(len(parts.sources)):
        members = parts.of(number)
        for cpu in members:
            outer = _collection(cpu)
            if outer is None:
                continue
            devices = [part for part in members if _is_in(part, f"{outer}{DEVICE}")]
            if not devices:
                yield TieTerms("content-hash", NAME, "padded-sha-256", OF, cpu.id, None).unknown("absent")
            for device in devices:
                yield _tie(cpu, device, f"{outer}{DEVICE}")


def _collection(part: MemberPart) -> str | None:
    """The path of the collection in which a member is the CPU's; None where there is none such."""
    path = ""
    for carrier in part.input.carriers if part.input is not None else ():
        if carrier.facts.get("collection") == COLLECTION and carrier.at == CPU and part.kind == "cpu":
            return path
        path += f"{carrier.at or carrier.name}/"
    return None


def _is_in(part: MemberPart, path: str) -> bool:
    return part.at == path or part.at.startswith(f"{path}/")


def _tie(cpu: MemberPart, device: MemberPart, path: str) -> Tie:
    terms = TieTerms("content-hash", NAME, "padded-sha-256", OF, cpu.id, device.id)
    if device.input is None:
        return terms.unknown("not-read")
    if device.at != path or device.input.obtained != "extracted":
        return terms.unknown("not-at-hand")
    answers = nonces(cpu)
    if not answers:
        return terms.unknown("no-value")
    fits = padded(answers[0].value, sha256(device.input.data).digest())
    return terms.tie(fits=fits, value=answers[0].place)
