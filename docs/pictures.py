"""The picture of README.md, made from the page itself: `make pictures`.

    python docs/pictures.py

The system's Chromium draws the page of a fixture with one field picked; nothing is fetched.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from evidence import load  # noqa: E402 (the path comes first)
from evidence.inspect import layers  # noqa: E402 (the same)
from evidence.inspect.html import page as written  # noqa: E402 (the same)

FIXTURE: Final = "fixtures/amd-sev-snp/valid/v3-milan.bin"
PICKED: Final = "current_tcb"
WIDTH, HEIGHT = 1200, 700


def draw(target: Path, chromium: str) -> None:
    """Write the picture."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (of the extra `browser`; the rest is read without)

    shown = layers.inspection("report.bin", load(ROOT / FIXTURE))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "page.html")
        path.write_bytes(written([shown]))
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(path.as_uri())
        page.locator("tr[data-field] .swatch", has_text=PICKED).first.click()
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    draw(ROOT / "docs" / "pictures" / "inspect.png", os.environ.get("CHROMIUM", "/usr/bin/chromium"))
