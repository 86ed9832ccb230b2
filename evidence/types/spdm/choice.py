"""Which exchange and which blocks of a transcript its claims are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from evidence.claims import Note
from evidence.types._notes import note
from evidence.types.spdm.blocks import Block
from evidence.types.spdm.native import DEVICE, Exchange, Transcript


class Choice(NamedTuple):
    """`main` is the exchange whose nonce is the challenge, `others` further signed ones with their names.

    `challenge` is the CHALLENGE_AUTH whose hashes count: `main`, or the last one.

    `blocks` hold one block for each index; `superseded` are those for which another one of that index counts. `apart` are
    the indices of blocks that are signed, but not by `main`: its nonce says nothing about them.
    """

    main: Exchange | None
    others: tuple[tuple[str, Exchange], ...]
    blocks: Sequence[Block]
    superseded: tuple[Block, ...]
    challenge: Exchange | None = None
    apart: tuple[int, ...] = ()

    def challenges(self) -> Iterator[tuple[str, Exchange]]:
        """Every CHALLENGE_AUTH, the one whose hashes count first, with what stands before the names of its hashes."""
        if self.challenge is not None:
            yield "", self.challenge
        for name, exchange in reversed(self.others):
            if exchange.is_challenge and exchange is not self.challenge:
                yield name, exchange


def choose(transcript: Transcript, notes: list[Note]) -> Choice:
    """The last signed MEASUREMENTS counts, else the last CHALLENGE_AUTH, else the last response."""
    exchanges = transcript.exchanges
    if not exchanges:
        return Choice(None, (), transcript.record, ())
    if len(exchanges) == 1:
        only = exchanges[0]
        return Choice(only, (), only.blocks, (), only if only.is_challenge else None)
    signed = [one for one in exchanges if one.signature]
    main = chief(exchanges)
    best, superseded = _one_of_each(exchanges, notes)
    apart = tuple(block.index for block, source in best if source.covered and not _is_under(source, main))
    _note_apart(apart, notes)
    blocks = tuple(block for block, _ in best)
    return Choice(main, _others(signed, main), blocks, superseded, _last_challenge(signed, exchanges), apart)


def chief(exchanges: Sequence[Exchange]) -> Exchange:
    """The exchange that counts, of one or more."""
    signed = [one for one in exchanges if one.signature]
    measured = [one for one in signed if not one.is_challenge]
    return (measured or signed or exchanges)[-1]


def _last_challenge(signed: list[Exchange], exchanges: tuple[Exchange, ...]) -> Exchange | None:
    challenges = [one for one in (*exchanges, *signed) if one.is_challenge]
    return challenges[-1] if challenges else None


def _others(signed: list[Exchange], main: Exchange) -> tuple[tuple[str, Exchange], ...]:
    others = []
    counts = {"challenge": 0, "measurements": 0}
    for one in signed:
        kind = "challenge" if one.is_challenge else "measurements"
        counts[kind] += 1
        if one is not main:
            number = f"_{counts[kind]}" if counts[kind] > 1 or kind == "measurements" else ""
            others.append((f"{kind}{number}_", one))
    return tuple(others)


def _one_of_each(
    exchanges: tuple[Exchange, ...], notes: list[Note]
) -> tuple[Iterable[tuple[Block, Exchange]], tuple[Block, ...]]:
    """One block for each index with its exchange: a signed one before an unsigned one, then the later one.

    A block that says something else about the same index is kept whole among the unknown.
    """
    best: dict[int, tuple[Block, Exchange]] = {}
    superseded: list[Block] = []
    noted = set()
    for exchange in exchanges:
        for block in exchange.blocks:
            index = block.index
            before = best.get(index)
            if before is None:
                best[index] = (block, exchange)
                continue
            other, source = before
            if exchange.covered >= source.covered:
                best[index] = (block, exchange)
                loser = other
            else:
                loser = block
            if (block.value_type, block.value) == (other.value_type, other.value):
                continue
            superseded.append(loser)
            if index not in noted:
                noted.add(index)
                path = f"{DEVICE}/unknown/superseded-block-{index}"
                detail = f"index {index:#04x} is measured again with another value; that one counts"
                notes.append(note("superseded-measurement", path, detail))
    return best.values(), tuple(superseded)


def _is_under(exchange: Exchange, main: Exchange) -> bool:
    """Whether the signature of `main`, and so its nonce, speaks for an exchange."""
    return any(start <= exchange.response.start < end for start, end in main.covers)


def _note_apart(indices: tuple[int, ...], notes: list[Note]) -> None:
    """An old signed exchange in front of a new one would else pass as an answer to the new challenge."""
    if indices:
        named = ", ".join(f"{index:#04x}" for index in indices)
        detail = (
            f"not an answer to the challenge, but signed in an exchange with its own nonce: index {named}"
        )
        notes.append(note("signed-apart", f"{DEVICE}/measurements", detail))
