"""The page of what differs between two pieces: what a person looks for first, what must differ set apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from evidence.show.differences import Comparison, Difference, What
from evidence.show.page import Block, Detail, Grid, Page, Phrase, Section, Tone, row, sentence, title

MARKS: Final[dict[str, str]] = {"added": "+", "removed": "-", "changed": "~"}
DIRECTIONS: Final[dict[str, Tone]] = {"older": "bad", "newer": "plain", "another": "doubt"}
TITLES: Final[dict[What, str]] = {
    "claims": "Claims",
    "nonces": "Nonces",
    "identifiers": "Identifiers of instances and machines",
    "signatures": "Signatures and certificates",
    "hashes": "Hashes and sizes of the whole",
    "arrival": "How it came",
}
"""Every group, in the order of the page."""
SHORT: Final = 16
"""Characters of a side that stands on one line with the other."""
UNSAID: Final = frozenset(
    {"components", "boot", "digests", "digest", "svn", "value", "text", "int", "bytes", "bool"}
)
"""Steps of a path that say nothing to a person."""


def comparison_page(comparison: Comparison, detail: Detail) -> Page:
    """The whole page."""
    shown = [one for one in comparison.differences if comparison.all or one.what == "claims"]
    apart = Counter(one.what for one in comparison.differences if one not in shown)
    verdict = "no claim differs" if comparison.equal else f"{len(shown)} differences"
    head: list[Block] = [
        Grid((row("-", comparison.first), row("+", comparison.second))),
        sentence("NOT VERIFIED: nobody has checked a signature of either.", "bad"),
    ]
    if apart:
        counts = ", ".join(f"{count} {what}" for what, count in apart.items())
        head.append(sentence(f"set apart, since they differ between any two: {counts} (--all)", "faint"))
    return (
        Section(title(verdict), tuple(head)),
        *(
            section
            for what in TITLES
            for section in _sections(what, [o for o in shown if o.what == what], detail)
        ),
    )


def _sections(what: What, differences: Sequence[Difference], detail: Detail) -> Iterator[Section]:
    """Claims by the environment or the list that they are in; every other group is one section."""
    groups: dict[str, list[Difference]] = {}
    for one in differences[: detail.most(len(differences))]:
        groups.setdefault(_place(one) if what == "claims" else TITLES[what], []).append(one)
    for name, members in groups.items():
        yield Section(title(name), (Grid(tuple(cells for one in members for cells in _rows(one, detail))),))
    rest = len(differences) - detail.most(len(differences))
    if rest:
        yield Section(title("More"), (sentence(f"... and {rest} more (--full shows them)", "faint"),))


def _parts(one: Difference) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in one.path.split("/")[1:]]


def _place(one: Difference) -> str:
    parts = _parts(one)
    return (
        f"Environment {parts[1]}" if parts[0] == "environments" and len(parts) > 1 else parts[0].capitalize()
    )


def _rows(one: Difference, detail: Detail) -> Iterator[tuple[Phrase, ...]]:
    """One line, or one with both sides below it."""
    parts = _parts(one)
    inside = parts[2:] if parts[0] == "environments" else parts[1:]
    names = [part for part in inside[1:] if part not in UNSAID]
    if "boot" in inside[:-1]:  # an event of a log is known by all that it says, which stands below
        names[-1] = names[-1].partition(" ")[0]
    turn = Phrase(one.direction or one.how, DIRECTIONS.get(one.direction or "", "plain"))
    cells = (MARKS[one.how], inside[0] if inside else "", " ".join(names))
    before, after = (_short(side, detail) for side in (one.before, one.after))
    if one.how == "changed" and len(before) <= SHORT and len(after) <= SHORT:
        yield row(*cells, turn, f"{before} -> {after}")
        return
    yield row(*cells, turn)
    if one.before is not None:
        yield row("", f"- {before}")
    if one.after is not None:
        yield row("", f"+ {after}")


def _short(text: str | None, detail: Detail) -> str:
    text = text or "nothing"
    return text if detail.full or len(text) <= LONGEST else f"{text[:LONGEST]}..."


LONGEST: Final = 200
"""Characters of a side that is not shown in full."""
