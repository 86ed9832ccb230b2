"""The page: one file of HTML that runs nothing and loads nothing. Whatever comes from evidence is text in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Final, NamedTuple

from evidence.errors import safe
from evidence.fleet.document import Fleet, FleetTcb
from evidence.fleet.plots import Bar, bars

PLOTTED: Final = 25
"""Bars of a plot."""
LISTED: Final = 500
"""Rows of a table; `--json` has all."""
STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1d252b }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.5rem }
table { border-collapse: collapse; width: 100%; font-size: 13px }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #d8dee2; overflow-wrap: anywhere }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
img { max-width: 100%; height: auto }
"""
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)
"""Nothing may be loaded, run or sent: pictures stand in the page, and its one style is named by its digest."""
UNKNOWN: Final = "not said"


class FleetSection(NamedTuple):
    """One part of the page: what it counts, its columns, its rows, each a number and its words, and its plot."""

    title: str
    text: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[int, tuple[str, ...]]]
    plot: Sequence[Bar] = ()
    series: tuple[str, ...] = ()
    others: int = 0


def page(fleet: Fleet, source: str) -> str:
    """The numbers of a fleet as HTML."""
    body = "".join(part for section in sections(fleet) for part in _section(section))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>A fleet of {fleet.rows:,} inputs</title><style>{STYLE}</style></head><body>\n"
        f"<h1>A fleet of {fleet.rows:,} inputs</h1>\n"
        f"<p>From {_text(source)}: {fleet.pieces:,} pieces of evidence, and {fleet.refused:,} inputs that are refused. "
        "These are claims as the evidence has them; nothing on this page was verified.</p>\n"
        f"{body}</body></html>\n"
    )


def sections(fleet: Fleet) -> Iterator[FleetSection]:
    """The parts of the page, in their order."""
    others = fleet.others
    yield _words(
        "Types, versions and products",
        "What the evidence is.",
        ("type", "version", "product"),
        [(kind.count, (kind.type, kind.version, kind.product or UNKNOWN)) for kind in fleet.kinds],
        others.get("kinds", 0),
    )
    yield _words(
        "Debug",
        "The worst word of what is attested and of all that it depends on.",
        ("type", "debug"),
        [(word.count, (word.type, word.debug or UNKNOWN)) for word in fleet.debug],
        others.get("debug", 0),
    )
    yield _tcbs(fleet.tcbs, others.get("tcbs", 0))
    yield from (_levels(tcb) for tcb in fleet.tcbs if tcb.behind)
    yield _words(
        "Firmware",
        "The versions that platforms and devices name.",
        ("type", "product", "part", "version"),
        [(one.count, (one.type, one.product or UNKNOWN, one.path, one.value)) for one in fleet.versions],
        others.get("versions", 0),
    )
    yield _words(
        "Notes",
        "What is worth a look, by code; one piece may have several.",
        ("code",),
        [(one.count, (one.code,)) for one in fleet.notes],
        others.get("notes", 0),
    )
    yield _words(
        "Errors",
        "Inputs that are refused, by code.",
        ("code",),
        [(one.count, (one.code,)) for one in fleet.errors],
        others.get("errors", 0),
    )
    for chips in fleet.chips:
        yield FleetSection(
            f"Machines by {chips.path}",
            f"{chips.rows:,} pieces name a machine; {chips.distinct:,} machines are named, and {chips.repeated:,} of them "
            "by more than one piece.",
            ("identifier",),
            [(one.count, (one.value,)) for one in chips.most],
        )


def _words(
    title: str,
    text: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[int, tuple[str, ...]]],
    others: int,
) -> FleetSection:
    plot = [Bar(" ".join(words), (count,)) for count, words in rows[:PLOTTED]]
    return FleetSection(title, text, columns, rows, plot, others=others)


def _tcbs(tcbs: Sequence[FleetTcb], others: int) -> FleetSection:
    rows = [
        (
            tcb.at_newest + tcb.behind,
            (*_whose(tcb), _svns(tcb.newest), f"{tcb.at_newest:,}", f"{tcb.behind:,}"),
        )
        for tcb in tcbs
    ]
    plot = [Bar(_title(tcb), (tcb.at_newest, tcb.behind)) for tcb in tcbs[:PLOTTED]]
    return FleetSection(
        "TCBs against the newest",
        "The newest of a product is the highest number of each component in this fleet, not what a vendor has published.",
        ("type", "product", "TCB", "newest", "at the newest", "behind"),
        rows,
        plot,
        ("at the newest", "behind"),
        others,
    )


def _levels(tcb: FleetTcb) -> FleetSection:
    return FleetSection(
        f"{_title(tcb)}: what is behind",
        f"Every value of {tcb.path}, and which of its components are below the newest.",
        ("TCB", "behind in"),
        [
            (level.count, (_svns(level.components), ", ".join(level.behind) or "nothing"))
            for level in tcb.levels
        ],
    )


def _title(tcb: FleetTcb) -> str:
    return f"{tcb.product or tcb.type} {tcb.path.rpartition('/')[2]}"


def _whose(tcb: FleetTcb) -> tuple[str, str, str]:
    return tcb.type, tcb.product or UNKNOWN, tcb.path


def _svns(components: dict[str, int]) -> str:
    return ", ".join(f"{name} {svn}" for name, svn in components.items())


def _section(section: FleetSection) -> Iterator[str]:
    yield f"<h2>{_text(section.title)}</h2>\n<p>{_text(section.text)}</p>\n"
    if section.plot:
        picture = b64encode(bars(section.plot, section.series)).decode()
        yield f'<p><img alt="{_text(section.title)}" src="data:image/svg+xml;base64,{picture}"></p>\n'
    if section.rows:
        yield f'<table><tr><th class="number">count</th>{_cells("th", section.columns)}</tr>\n'
        for count, words in section.rows[:LISTED]:
            yield f'<tr><td class="number">{count:,}</td>{_cells("td", words)}</tr>\n'
        yield "</table>\n"
    more = len(section.rows) - LISTED
    if more > 0:
        yield f"<p>{more:,} more rows are in the numbers as JSON.</p>\n"
    if section.others:
        yield f"<p>{section.others:,} more were counted and not told apart.</p>\n"
    if not section.rows and not section.others:
        yield "<p>None.</p>\n"


def _cells(tag: str, words: Iterable[str]) -> str:
    return "".join(f"<{tag}>{_text(word)}</{tag}>" for word in words)


def _text(word: str) -> str:
    """A word as it may stand anywhere in the page: printable characters, escaped."""
    return escape(safe(word, 2_000))
