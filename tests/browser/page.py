"""The page of `evidence inspect --html` in the system's Chromium: what it marks, finds, obeys, and never does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from evidence import parse
from evidence.convert import Evidence, Failure, parse_all
from evidence.errors import safe
from evidence.input import Input
from evidence.inspect import layers, refused
from evidence.inspect.html import page as written
from evidence.inspect.model import Inspection
from evidence.registry import EvidenceType, Registry
from tests.builtin import BY_NAME, CASES, Case, every_type
from tests.hostile_texts import TEXTS, token

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FIRST = tuple({case.type.name: case for case in reversed(CASES)}.values())
"""One fixture of each type."""
HOVER_ALL = """() => [...document.querySelectorAll(".claim")].map((claim) => {
  claim.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
  return [claim.dataset.claim, [...document.querySelectorAll(".hex .hover")].map((run) =>
    [run.closest(".layer").dataset.layer, Number(run.dataset.start), Number(run.dataset.end)])];
})"""
PICKED = """() => [...document.querySelectorAll(".hex .picked")].map((run) =>
  [run.closest(".layer").dataset.layer, Number(run.dataset.start), Number(run.dataset.end)])"""

Marked = set[tuple[str, int]]
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page of inspections; at the end nothing was said on the console, asked of anybody, or refused."""
    words: list[str] = []
    opened: list[Page] = []

    def show(*shown: Inspection, more: int = 0, **how: Any) -> Page:
        path = tmp_path / f"page-{len(opened)}.html"
        path.write_bytes(written(shown, more))
        page = browser.new_page(**{"viewport": {"width": 1400, "height": 900}} | how)
        opened.append(page)
        page.add_init_script(
            "window.violations = []; addEventListener('securitypolicyviolation', (e) => violations.push(e.blockedURI))"
        )
        page.on("console", lambda message: words.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: words.append(f"error: {error}"))
        page.on("dialog", lambda dialog: words.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda request: words.append(f"request: {request.url}") if request.url != path.as_uri() else None,
        )
        page.goto(path.as_uri())
        return page

    yield show
    for page in opened:
        words += page.evaluate("violations")
        page.close()
    assert words == []


def inspected(case: Case) -> Inspection:
    return layers.inspection(case.name, case.read())


def positions(ranges: Any) -> Marked:
    """Every byte of ranges, each with its layer."""
    return {(layer, at) for layer, start, end in ranges for at in range(start, end)}


def expected(piece: Evidence) -> dict[str, Marked]:
    """For every claim the bytes of the fields that it is made from, as `sources` says them."""
    bytes_of: dict[str, Marked] = {}
    for source in piece.sources():
        for claim in source.claims:
            bytes_of.setdefault(safe(claim), set()).update(
                positions([(safe(source.layer), source.start, source.end)])
            )
    return bytes_of


@every_type
def test_a_claim_marks_the_bytes_that_where_gives(kind: EvidenceType, show: Open) -> None:
    cases = [case for case in CASES if case.type is kind]
    page, exact = show(inspected(cases[0])), 0
    for case in cases:
        page.goto(file_of(page, case))
        exact += marks(page, case.read())
    assert exact >= len(cases)


def file_of(page: Page, case: Case) -> str:
    """The address of the page of a fixture, written over the one that is open."""
    url: str = page.url
    Path(url.removeprefix("file://")).write_bytes(written([inspected(case)]))
    return url


def marks(page: Page, piece: Evidence) -> int:
    """How many claims mark exactly what `where` gives; all mark the bytes of their fields, and no other."""
    bytes_of, marked = expected(piece), dict(page.evaluate(HOVER_ALL))
    assert {claim: positions(ranges) for claim, ranges in marked.items()} == bytes_of
    exact = 0
    for claim in {claim for source in piece.sources() for claim in source.claims}:
        try:
            where = piece.where(claim)
        except LookupError:  # a member that the document leaves out
            continue
        place = positions([(safe(where.layer), where.start, where.end)])
        assert place <= bytes_of[safe(claim)]
        exact += place == bytes_of[safe(claim)]
    return exact


@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.type.name)
def test_the_mouse_goes_from_claim_to_bytes_and_back(case: Case, show: Open) -> None:
    piece = case.read()
    page = show(inspected(case))
    claim = page.locator("tr .claim").first
    claim.hover()
    path = claim.get_attribute("data-claim")
    runs = page.locator(".hex .hover")
    entries = {
        (int(run.get_attribute("data-start")), int(run.get_attribute("data-end"))) for run in runs.all()
    }
    where = piece.where(str(path))
    assert positions([("", *part) for part in entries]) >= positions([("", where.start, where.end)])
    page.locator("h1").first.hover()
    assert page.locator(".hover").count() == 0
    run = page.locator(".hex [data-field]").first
    run.hover()
    assert page.locator("tr.hover").count() == 1
    assert page.locator("tr.hover").get_attribute("data-field") == run.get_attribute("data-field")


def test_a_click_picks_a_field_from_either_side(show: Open) -> None:
    page = show(inspected(BY_NAME["amd-sev-snp/v3-milan"]))
    page.locator(".hex [data-start='80']").click()
    detail = page.locator("#detail")
    assert detail.get_attribute("data-field") == "report_data"
    assert (detail.get_attribute("data-start"), detail.get_attribute("data-end")) == ("80", "144")
    assert "/bindings/report_data = 1011" in detail.inner_text()
    assert "covered by\nreport (not checked)" in detail.inner_text()
    assert positions(page.evaluate(PICKED)) == positions([("evidence", 80, 144)])
    page.locator("tr", has_text="launch_tcb").first.click()
    assert positions(page.evaluate(PICKED)) == positions([("evidence", 0x1F0, 0x1F8)])
    page.keyboard.press("Escape")
    assert not detail.is_visible()
    assert page.locator(".picked").count() == 0


def test_a_layer_leads_to_the_one_inside(show: Open) -> None:
    shown = inspected(BY_NAME["eat/jwt"])
    page = show(shown)
    assert page.locator(".layer").count() == len(shown.layers)
    for name in ("payload", "x5c-0", "certificate x5chain-0"):
        page.locator(f"button.into:text-is('{name}')").first.click()
        page.wait_for_function(
            """(name) => {
              const box = [...document.querySelectorAll(".layer")].find((layer) => layer.dataset.layer === name).getBoundingClientRect();
              return box.bottom > 0 && box.top < innerHeight;
            }""",
            arg=name,
        )


def test_search_finds_names_claims_values_and_bytes(show: Open) -> None:
    page = show(inspected(BY_NAME["amd-sev-snp/v3-milan"]))
    fields = page.locator("tr[data-field]").count()
    for text, name in (
        ("report_data", "report_data"),
        ("/bindings/", "report_data"),
        ("Microcode 206", "current_tcb"),
        ("10 11 12 13", "report_data"),
        ("0x60616263", "measurement"),
    ):
        page.keyboard.press("/")
        page.locator("#search").fill(text)
        rows = page.locator("tr[data-field]:visible")
        assert 0 < rows.count() < fields, text
        assert name in rows.all_inner_texts()[-1] or any(name in row for row in rows.all_inner_texts())
        assert page.locator("#hits").inner_text() == f"{rows.count()} of {fields} fields"
        page.keyboard.press("Enter")
        assert page.locator("tr.picked").count() == 1
        page.keyboard.press("Escape")
        assert page.locator("tr[data-field]:visible").count() == fields
        assert page.evaluate("document.activeElement === document.body")
    page.locator("#search").fill("no such thing")
    assert page.locator("tr[data-field]:visible").count() == 0
    page.keyboard.press("ArrowDown")
    assert page.locator(".picked").count() == 0


def test_arrows_go_from_field_to_field(show: Open) -> None:
    page = show(inspected(BY_NAME["amd-sev-snp/v3-milan"]))
    names = []
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        names.append(page.locator("#detail").get_attribute("data-field"))
    assert names == ["version", "guest_svn", "policy", "guest_svn", "version", "version"]
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    assert page.locator("#detail").get_attribute("data-field") == "signature_s"


def test_it_is_dark_or_light_as_the_reader_wants(show: Open) -> None:
    shown = inspected(BY_NAME["amd-sev-snp/v3-milan"])
    colour = "getComputedStyle(document.body).backgroundColor"
    colours = []
    for scheme in ("light", "dark"):
        page = show(shown, color_scheme=scheme)
        colours.append(page.evaluate(colour))
        page.locator("#theme").click()
        colours.append(page.evaluate(colour))
        page.locator("#theme").click()
        assert page.evaluate(colour) == colours[-2]
    light, other, dark, back = colours
    assert light == back != dark == other


def test_it_prints_all_of_it(show: Open) -> None:
    page = show(inspected(BY_NAME["intel-tdx/v4-chain-strange"]))
    page.locator("#search").fill("report_data")
    page.emulate_media(media="print")
    assert not page.locator("#bar").is_visible()
    assert page.locator("tr[data-field]:visible").count() == page.locator("tr[data-field]").count()
    assert page.pdf().startswith(b"%PDF-")


def test_texts_of_an_input_are_texts(show: Open) -> None:
    piece = parse(token())
    name = f"{TEXTS[0]}{TEXTS[1]}.cbor"
    page = show(layers.inspection(safe(name), piece))
    assert page.evaluate("window.pwned") is None
    assert page.locator("img, svg, iframe, object, embed, link, form, a").count() == 0
    assert page.locator("script").count() == 2
    text = page.locator("main").inner_text()
    for hostile in TEXTS:
        assert safe(hostile) in text or safe(hostile.replace("~", "~0").replace("/", "~1")) in text, hostile
    assert all(line.isprintable() for line in text.replace("\t", " ").split("\n"))
    for claim in page.locator("tr[data-field]").all():
        claim.click()
    assert page.evaluate("window.pwned") is None
    assert name in page.locator("h1").inner_text()


def test_its_policy_runs_no_other_script(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(
        written([inspected(BY_NAME["amd-sev-snp/v3-milan"])]).replace(
            b"<p id", b"<script>window.pwned = 1</script><p id"
        )
    )
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("tr[data-field]")
    for attempt in (
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.pwned = 2'}))",
        "document.body.innerHTML = '<img src=x onerror=\"window.pwned = 3\">'",
        "document.body.append(Object.assign(document.createElement('img'), {src: 'https://example.invalid/'}))",
        "fetch('https://example.invalid/').then(() => { window.pwned = 4 })",
    ):
        page.evaluate(f"async () => {{ try {{ await ({attempt}); }} catch {{ }} }}")
    assert page.evaluate("window.pwned") is None
    page.close()


def test_a_refused_input_has_its_mark(show: Open) -> None:
    data = bytearray(BY_NAME["amd-sev-snp/v3-milan"].loaded.data)
    data[0x18C] = 1
    (failure,) = parse_all(bytes(data))
    assert isinstance(failure, Failure)
    page = show(refused.inspection("report.bin", Input(data=bytes(data)), failure, Registry.builtin()))
    assert "constraint-violation" in page.locator("p.stop").inner_text()
    mark = page.locator(".hex .error")
    assert (mark.get_attribute("data-start"), mark.get_attribute("data-end")) == (str(0x18C), str(0x18D))
    assert page.locator("tr", has_text="Report.report_data").count() == 1


def test_a_large_page_says_what_it_leaves_out(show: Open) -> None:
    large = Input(data=BY_NAME["amd-sev-snp/v3-milan"].loaded.data + bytes(1 << 20))
    (failure,) = parse_all(large.data, type="amd-sev-snp")
    assert isinstance(failure, Failure)
    page = show(
        refused.inspection("large.bin", large, failure, Registry.builtin(), forced="amd-sev-snp"), more=3
    )
    left = page.locator(".left").all_inner_texts()
    assert any("3 more pieces" in text for text in left)
    assert any("bytes, of more than" in text for text in left)
    assert page.locator(".gap").count()
