"""Pictures in SVG: what a claims document is made of, and the way of the data. Boxes and lines come from the code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, get_args
from xml.sax.saxutils import escape

from msgspec import Struct
from msgspec.structs import fields

from evidence.authoring import meanings
from evidence.carriers.table import CARRIERS
from evidence.claims import Claims
from evidence.cli.forms import FORMS
from evidence.containers.table import DESCRIPTIONS
from evidence.registry import Registry

LINE, WIDTH, GAP, PAD = 17, 170, 40, 14
"""Height of a line, width of a box, width between columns, height between boxes: in pixels."""
STYLE: Final = (
    "text{font:12px ui-monospace,monospace;fill:#1b1f24}.t{font-weight:bold}.box{fill:#fff;stroke:#57606a}"
    ".head{fill:#dfe6f5;stroke:#57606a}.line{fill:none;stroke:#57606a}.back{fill:#f6f8fa}"
)


class Box(NamedTuple):
    """A box with a title and lines, at its place."""

    title: str
    lines: tuple[str, ...]
    x: int
    y: int

    @property
    def height(self) -> int:
        return LINE * (len(self.lines) + 1) + 10

    def draw(self) -> Iterator[str]:
        head = LINE + 4
        yield f'<rect class="box" x="{self.x}" y="{self.y}" width="{WIDTH}" height="{self.height}" rx="4"/>'
        yield f'<rect class="head" x="{self.x}" y="{self.y}" width="{WIDTH}" height="{head}" rx="4"/>'
        yield f'<text class="t" x="{self.x + 8}" y="{self.y + 15}">{escape(self.title)}</text>'
        for number, line in enumerate(self.lines, start=1):
            yield f'<text x="{self.x + 8}" y="{self.y + 19 + LINE * number}">{escape(line)}</text>'

    def beside(self, line: str) -> int:
        """The height of the middle of a line."""
        return self.y + 15 + LINE * (self.lines.index(line) + 1)


def picture(title: str, boxes: Sequence[Box], lines: Sequence[str]) -> str:
    """The picture, as large as its boxes."""
    width = max(box.x for box in boxes) + WIDTH + PAD
    height = max(box.y + box.height for box in boxes) + PAD
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{width}" height="{height}"/>',
        *lines,
        *(part for box in boxes for part in box.draw()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def curve(x: int, y: int, to_x: int, to_y: int) -> str:
    """A line from the right of one box to the left of another."""
    middle = (x + to_x) // 2
    return f'<path class="line" d="M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}"/>'


def model() -> str:
    """The structs of the claims document, each where it stands first, with a line from each member that holds one."""
    columns = _columns()
    boxes: dict[type[Struct], Box] = {}
    for number, column in enumerate(columns):
        y = PAD
        for struct in column:
            names = tuple(field.encode_name for field in fields(struct))
            boxes[struct] = box = Box(struct.__name__, names, PAD + number * (WIDTH + GAP), y)
            y += box.height + PAD
    lines = [
        curve(box.x + WIDTH, box.beside(name), boxes[inner].x, boxes[inner].y + 10)
        for struct, box in boxes.items()
        for name, inner in _holds(struct)
        if boxes[inner].x > box.x
    ]
    return picture("What a claims document is made of", list(boxes.values()), lines)


def _columns() -> list[list[type[Struct]]]:
    """The structs by how deep in the document they stand, the deepest place of each."""
    depths: dict[type[Struct], int] = {}

    def visit(struct: type[Struct], depth: int) -> None:
        if depths.get(struct, -1) < depth:
            depths[struct] = depth
            for _, inner in _holds(struct):
                visit(inner, depth + 1)

    visit(Claims, 0)
    order = [struct for struct in meanings.structs() if struct in depths]
    return [
        [struct for struct in order if depths[struct] == depth] for depth in range(max(depths.values()) + 1)
    ]


def _holds(struct: type[Struct]) -> Iterator[tuple[str, type[Struct]]]:
    """The members of a struct that hold other ones."""
    for field in fields(struct):
        for inner in _structs(field.type):
            yield field.encode_name, inner


def _structs(hint: Any) -> Iterator[type[Struct]]:
    if isinstance(hint, type) and issubclass(hint, Struct):
        yield hint
    for inner in get_args(hint):
        yield from _structs(inner)


def way() -> str:
    """From what arrives to what is decided, step by step."""
    types = tuple(kind.name for kind in Registry.builtin())
    steps = (
        ("bytes", ("a file, a folder,", "an archive, stdin")),
        (
            "unwrap",
            (f"{len(CARRIERS)} carriers", f"{len(DESCRIPTIONS)} containers", "layer by layer", "attachments"),
        ),
        ("identify", types),
        ("read", ("every field", "reserved bytes", "or an EvidenceError")),
        ("claims", tuple(field.encode_name for field in fields(Claims))),
    )
    boxes = [
        Box(title, lines, PAD + number * (WIDTH + GAP), PAD) for number, (title, lines) in enumerate(steps)
    ]
    claims = boxes[-1]
    right, further = claims.x + WIDTH + GAP, claims.x + 2 * (WIDTH + GAP)
    verify = Box("verify", ("signature", "binding", "chain", "uncovered", "not_checked"), right, PAD)
    write = Box("write", tuple(FORMS), right, PAD + verify.height + PAD)
    policy = Box("policy", ("claims", "verification", "what you want"), further, PAD)
    pairs = [*pairwise([*boxes, verify, policy]), (claims, write)]
    lines = [curve(left.x + WIDTH, left.y + 10, box.x, box.y + 10) for left, box in pairs]
    return picture("The way of the data", [*boxes, verify, write, policy], lines)
