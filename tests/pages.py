"""Pages for people, kept in `tests/pages/` to be looked at: what `evidence show` and `evidence diff` say of fixtures.

`python -m tests.pages` writes them again after a page changed; look at each line that differs.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from evidence.convert import Failure, parse_all
from evidence.registry import Registry
from evidence.show import (
    Detail,
    Page,
    compare,
    comparison,
    comparison_page,
    document_page,
    joined,
    lines,
    piece_page,
    refusal_page,
)
from evidence.show.attempts import WatchingRegistry
from tests.builtin import BY_NAME, Case

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "tests" / "pages"
SHOWN: Final = {
    *(f"{kind}/{name}" for kind, name in runpy.run_path(str(ROOT / "examples" / "demo.py"))["SHOWN"].items()),
    *("amd-sev-snp/v5-turin-chain", "amd-sev-snp/v3-event-log", "amd-sev-snp/v3-svsm-other-nonce"),
    *("amd-sev-snp/v3-debug-migratable", "arm-cca/2024-907-everything", "intel-tdx/v4-boot-log-prefix"),
}
"""Of each type the fixture of the demo, and some in which something is wrong, or older, or has much to say."""
REFUSED: Final = {
    "amd-sev-snp/v3-milan": 700,
    "intel-tdx/v4-ccel": 1000,
    "arm-psa/rfc9783-sign1": 200,
    "dmtf-spdm/v11-nvidia-gpu": 300,
    "pci-tdisp/message": 20,
}
"""Fixtures that are cut short, and where (bytes)."""
COMPARED: Final = {
    "boots": ("amd-sev-snp/v5-genoa", "amd-sev-snp/v4-genoa"),
    "products": ("amd-sev-snp/v5-genoa", "amd-sev-snp/v5-turin"),
    "logs": ("intel-tdx/v4-boot-log", "intel-tdx/v4-ccel"),
    "events": ("intel-tdx/v5-dstack-log", "intel-tdx/v5-dstack-log-v2"),
}


def shown(name: str, *, full: bool = False) -> Page:
    """The page of a fixture."""
    return piece_page(BY_NAME[name].read(), Detail(full))


def refused(case: Case, size: int) -> Page:
    """The page of a fixture that is cut short."""
    return broken(case, case.loaded.data[:size])


def broken(case: Case, data: bytes) -> Page:
    """The page of other bytes in the place of a fixture's."""
    watching = WatchingRegistry.over(Registry.builtin())
    (piece,) = parse_all(
        data,
        type=case.type.name if case.loaded.fixture.force else None,
        options=case.loaded.fixture.options or None,
        attachments=case.loaded.attachments,
        registry=watching,
    )
    assert isinstance(piece, Failure)
    return refusal_page(piece.error, Detail(), data, watching.attempt(piece.error))


def compared(first: str, second: str) -> Page:
    """The page of what differs between two fixtures."""
    differences = compare(BY_NAME[first].read().claims, BY_NAME[second].read().claims)
    return comparison_page(comparison(first, second, differences, all=True), Detail())


def pages() -> Iterator[tuple[str, Callable[[], Page]]]:
    """The name of every page that is kept, and how it is made."""
    for name in sorted(SHOWN):
        yield f"show-{name.replace('/', '-')}", partial(shown, name)
    yield "show-full", partial(shown, "arm-cca/2024-907-everything", full=True)
    yield "show-document", lambda: document_page(BY_NAME["amd-sev-snp/v3-milan"].read().claims, Detail())
    for name, size in REFUSED.items():
        yield f"refused-{name.replace('/', '-')}", partial(refused, BY_NAME[name], size)
    yield "refused-unknown", unknown
    for name, (first, second) in COMPARED.items():
        yield f"diff-{name}", partial(compared, first, second)


def unknown() -> Page:
    """The page of bytes that nobody knows."""
    data = bytes(range(64))
    (piece,) = parse_all(data)
    assert isinstance(piece, Failure)
    return refusal_page(piece.error, Detail(), data)


def text(page: Page, *, full: bool = False) -> str:
    """The lines of a page."""
    return "".join(f"{joined(line)}\n" for line in lines(page, None if full else 80))


if __name__ == "__main__":
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    FOLDER.mkdir(exist_ok=True)
    for name, make in pages():
        (FOLDER / f"{name}.txt").write_text(text(make(), full=name == "show-full"))
