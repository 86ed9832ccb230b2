"""Event logs beside a quote: the PCRs that its events are added up for.

Only values that the quote vouches for are compared with: those of selected PCRs, where the digest over all of them is the
quote's. Whoever writes a log can write values that fit it.
"""

from __future__ import annotations

from typing import Final

from evidence.claims import Consistency, Note
from evidence.input import Input
from evidence.logs.banks import COMPUTABLE
from evidence.logs.names import PCRS
from evidence.logs.replay import Bank
from evidence.types import _event_log
from evidence.types._event_log import Registers, Replay
from evidence.types.tpm2_quote.read import Tpm2Quote
from evidence.wire.tpm.algorithms import hash_name

NAMES: Final = frozenset(PCRS)
HOME: Final = "/environments/measured/measurements"


def banks(quote: Tpm2Quote, facts: tuple[Consistency, ...]) -> dict[Bank, bytes]:
    """The values that the quote vouches for, by PCR and hash; none where nothing shows that they are the quote's."""
    proven = any(fact.digest_of == "pcr-values" and fact.status == "matches" for fact in facts)
    if not proven or quote.values is None:
        return {}
    selected = [(one.bank, number) for one in quote.attest.pcr_select for number in one.pcrs]
    return {
        (f"pcr{number}", hash_name(bank)): quote.values.by_place[bank, number]
        for bank, number in dict.fromkeys(selected)
        if hash_name(bank) in COMPUTABLE
    }


def fact(bank: Bank) -> str:
    """The name of the fact of one bank, without its ending: a PCR has a value in each."""
    return "-".join(bank)


def replayed(quote: Tpm2Quote, facts: tuple[Consistency, ...], source: Input, notes: list[Note]) -> Replay:
    """A fact for each value that the quote vouches for, if an event log came with it, and what the log says.

    `facts` are those of the quote itself. Raises what `evidence.types._event_log.replayed` does.
    """
    values = banks(quote, facts)
    registers = Registers(values, {bank: fact(bank) for bank in values}, NAMES, HOME)
    return _event_log.replayed(source, registers, notes)
