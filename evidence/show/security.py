"""The sets of security versions beside each other: which of them is older, and in what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from evidence.claims import Claims, Tcb, TcbComponent
from evidence.show.page import Block, Detail, Grid, Phrase, Section, row, sentence, title
from evidence.words import Compare

ORDER: Final = ("current", "committed", "reported", "launch", "initial", "certified")
"""Roles in the order of the columns; the others are compared with the first that is there."""
MEANINGS: Final = {
    "current": "what runs now",
    "committed": "what it cannot be rolled back behind",
    "reported": "what verifiers are told, and the key is derived from",
    "launch": "what ran when the workload was launched",
    "initial": "what ran when the first of a chain of migrated workloads was built",
    "certified": "what a certificate states",
}
SIDE_BY_SIDE: Final = 6
"""Columns of one table."""


Direction = Literal["older", "newer", "another"]


class Owned(NamedTuple):
    """A TCB, and the environment whose it is."""

    environment: str
    tcb: Tcb


def section(claims: Claims, detail: Detail) -> Section:
    """Every TCB of the document; those of one layout are one table, in which older and newer SVNs are marked."""
    owned = [Owned(e.id, tcb) for e in claims.environments for tcb in e.tcb]
    blocks: list[Block] = []
    groups: dict[tuple[str | None, tuple[tuple[str, Compare], ...]], list[Owned]] = {}
    for one in owned[: detail.most(len(owned))]:
        names = tuple((component.name, component.compare) for component in one.tcb.components)
        groups.setdefault((one.tcb.layout, names), []).append(one)
    for (layout, names), members in groups.items():
        members.sort(key=lambda one: ORDER.index(one.tcb.role) if one.tcb.role in ORDER else len(ORDER))
        if layout is None or not names:
            blocks.append(Grid(tuple(_unread(one, detail) for one in members)))
            continue
        for start in range(0, len(members), SIDE_BY_SIDE - 1):
            part = members[start : start + SIDE_BY_SIDE - 1]
            blocks += _side_by_side(layout, part if not start else [members[0], *part], detail)
    return Section(title("Security versions (TCB)"), tuple(blocks))


def _unread(one: Owned, detail: Detail) -> tuple[Phrase, ...]:
    tcb = one.tcb
    origin = f", by the {tcb.origin}" if tcb.origin else ""
    layout = f"its layout is {tcb.layout or tcb.layout_source}"
    return row(tcb.name, f"{one.environment}, {tcb.role}", f"{detail.octets(tcb.raw)}; {layout}{origin}")


def _side_by_side(layout: str, members: list[Owned], detail: Detail) -> Iterator[Block]:
    first = members[0].tcb
    yield sentence(
        f"layout {layout} (by {', '.join(dict.fromkeys(m.tcb.layout_source for m in members))})", "faint"
    )
    rows = []
    components = [{c.name: c for c in member.tcb.components} for member in members]
    shown = first.components[: detail.most(len(first.components))]
    for component in shown:
        others = [Phrase(f"{component.svn}")]
        others += [_cell(component, other.get(component.name)) for other in components[1:]]
        others.append(Phrase("must be the same" if component.compare == "equal" else ""))
        rows.append(row(component.name, *others))
    head = ("", *(member.tcb.role for member in members), "")
    yield Grid(tuple(rows), head, len(first.components) - len(shown))
    yield Grid(tuple(_meaning(member, detail) for member in members))
    for member in members[1:]:
        apart = list(_apart(first.components, member.tcb.components))
        text = ", ".join(apart) if apart else "the same"
        yield sentence(f"{member.tcb.role} compared with {first.role}: {text}", "doubt" if apart else "plain")


def _meaning(member: Owned, detail: Detail) -> tuple[Phrase, ...]:
    """What the word of a column means, and whose it is."""
    tcb = member.tcb
    more = f"; by the {tcb.origin}" if tcb.origin else ""
    raw = f"; {tcb.raw.hex()}, divided by {tcb.layout_source}" if detail.full else ""
    return row(tcb.role, f"{tcb.name} of {member.environment}", f"{MEANINGS.get(tcb.role, '')}{more}{raw}")


def _cell(component: TcbComponent, other: TcbComponent | None) -> Phrase:
    if other is None:
        return Phrase("-")
    if other.svn == component.svn:
        return Phrase(f"{other.svn}")
    if component.compare == "equal":
        return Phrase(f"{other.svn} !=", "bad")
    return Phrase(f"{other.svn} <" if other.svn < component.svn else f"{other.svn} >", "doubt")


def _apart(first: Iterable[TcbComponent], second: Iterable[TcbComponent]) -> Iterator[str]:
    """In which components the second set is older or newer than the first."""
    by_name = {component.name: component for component in second}
    for component in first:
        other = by_name.get(component.name)
        if other is not None and other.svn != component.svn:
            yield f"{component.name} {direction(component, other)} ({other.svn}, not {component.svn})"


def direction(before: TcbComponent, after: TcbComponent) -> Direction:
    """Whether a component is `older`, `newer` or, where that is nothing of order, `another`."""
    if "equal" in {before.compare, after.compare}:
        return "another"
    return "older" if after.svn < before.svn else "newer"
