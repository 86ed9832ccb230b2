"""Plots as SVG (matplotlib): bars with their names, in a picture that runs nothing and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final, NamedTuple

from evidence.errors import safe

NAME: Final = 48
"""Characters of a bar's name."""
WIDTH: Final = 9.0
"""Inches."""
COLOURS: Final = ("#3d6e8e", "#d08a34")
STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "evidence",
    "text.parse_math": False,
    "font.size": 9,
}
"""Text stays text, ids are the same each time, and a dollar in a name is a dollar."""
NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))


class Bar(NamedTuple):
    """One bar: its name, and a number for each series."""

    name: str
    numbers: tuple[int, ...]


def bars(all_bars: Sequence[Bar], series: Sequence[str] = ()) -> bytes:
    """An SVG of horizontal bars, the first on top; the numbers of several series stand one behind the other."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.9 + 0.26 * len(all_bars)), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        places = range(len(all_bars))
        left = [0] * len(all_bars)
        for number, colour in zip(range(max(1, len(series))), COLOURS, strict=False):
            widths = [bar.numbers[number] for bar in all_bars]
            axes.barh(places, widths, left=left, color=colour, label=series[number] if series else None)
            left = [one + other for one, other in zip(left, widths, strict=True)]
        for place, total in zip(places, left, strict=True):
            axes.annotate(
                f"{total:,}", (total, place), xytext=(3, 0), textcoords="offset points", va="center"
            )
        axes.set_yticks(places, [_plain(bar.name) for bar in all_bars])
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        if series:
            figure.legend(loc="outside upper right", ncols=len(series), frameon=False)
        file = BytesIO()
        figure.savefig(file, format="svg", metadata=NO_METADATA)
    whole = file.getvalue()
    return whole[whole.index(b"<svg") :]  # what comes before names a document elsewhere


def _plain(name: str) -> str:
    """A name that every font has, and that is short enough for a plot."""
    return safe(name.encode("ascii", "backslashreplace").decode("ascii"), NAME)
