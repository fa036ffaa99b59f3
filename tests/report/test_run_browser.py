"""The pages of runs in a real browser: what is seen, on a phone, on a screen, in the dark and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestrator.core.drill import DrillVerdict
from orchestrator.report import rehearsal_html, run_html
from tests.report.browser_page import CONTRAST, LABELS, OVERFLOWING, chromium, kept
from tests.report.run_hostile import SCRIPT, hostile, long_names
from tests.report.run_samples import SAMPLES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

_WIDTHS = (360, 768, 1280)
_A4_PX = 718
"""The width of A4 paper between margins of one centimetre."""


def _pages() -> Iterator[tuple[str, str]]:
    for name, made in SAMPLES.items():
        yield name, run_html(made())
    yield "hostile", run_html(hostile())
    yield "long-names", run_html(long_names())
    stages = [SAMPLES[name]() for name in ("deploy", "outage-drill", "failover", "failback")]
    yield "rehearsal", rehearsal_html(DrillVerdict.PASSED, "every stage did what it should", stages)


_NAMES = (*SAMPLES, "hostile", "long-names", "rehearsal")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    """One for all pages: a new one per page would take most of the tests' time."""
    return browser.new_context()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    opened.set_viewport_size({"width": 1280, "height": 800})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("pages")
    return {name: kept(folder, name, page) for name, page in _pages()}


@pytest.mark.parametrize("name", _NAMES)
def test_at_every_width_all_is_in_sight_and_labels_are_apart(page: Page, addresses: dict[str, str], name: str) -> None:
    page.goto(addresses[name])
    found = []
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width} px: {fault}" for fault in page.evaluate(OVERFLOWING) + page.evaluate(LABELS)]

    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["outage-drill", "unrestored", "aborted", "deploy", "rehearsal"])
def test_texts_and_shapes_have_enough_contrast(page: Page, addresses: dict[str, str], name: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(addresses[name])
    weak = page.evaluate(CONTRAST)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert weak == []
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["outage-drill", "long-names", "rehearsal"])
def test_paper_is_white_holds_everything_and_cuts_nothing(
    page: Page, addresses: dict[str, str], name: str, scheme: str
) -> None:
    page.set_viewport_size({"width": _A4_PX, "height": 1000})
    page.goto(addresses[name])
    page.emulate_media(media="print", color_scheme="dark" if scheme == "dark" else "light")
    cut = page.evaluate(OVERFLOWING)
    weak = page.evaluate(CONTRAST)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    folded = page.evaluate("[...document.querySelectorAll('details tr')].filter(one => !one.offsetHeight).length")

    assert (cut, weak, ground, folded) == ([], [], "rgb(255, 255, 255)", 0)


def test_printing_gives_pages(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["outage-drill"])
    paper = page.pdf(format="A4")

    assert len(re.findall(rb"/Type\s*/Page\b", paper)) in range(5, 12)


@pytest.mark.parametrize("name", ["outage-drill", "hostile", "rehearsal"])
def test_the_page_asks_nobody_for_anything(page: Page, addresses: dict[str, str], name: str) -> None:
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(addresses[name])

    assert (asked, troubles) == ([addresses[name]], [])


def test_foreign_texts_are_seen_as_they_are_and_do_nothing(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["hostile"])
    made = page.evaluate("[...new Set([...document.querySelectorAll('*')].map(one => one.localName))]")
    handlers = page.evaluate(
        "[...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()).filter(name => /^on/.test(name))"
    )
    taken = page.evaluate("window.taken === undefined")
    seen = page.inner_text("body")

    assert {"script", "img", "iframe", "base", "form", "a", "link", "foreignobject", "animate"}.isdisjoint(made)
    assert (handlers, taken) == ([], True)
    assert SCRIPT in seen
    assert "\\u202e" in seen
    assert "\\x1b" in seen
    assert "\u202e" not in seen


def test_without_scripts_the_page_is_whole_and_unfolds(browser: Browser, addresses: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(addresses["outage-drill"])
    before = page.inner_text("body")
    page.click("summary")
    after = page.inner_text("body")
    context.close()

    assert "Passed" in before
    assert "203.0.113.10 sample.fed.dev" not in before
    assert "203.0.113.10 sample.fed.dev" in after


@pytest.mark.parametrize(("width", "shown"), [(360, "narrow"), (768, "wide"), (1280, "wide")])
def test_each_drawing_is_shown_in_the_layout_of_the_screen(
    page: Page, addresses: dict[str, str], width: int, shown: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(addresses["outage-drill"])
    classes = page.evaluate(
        "[...document.querySelectorAll('figure svg')].filter(one => one.getClientRects().length)"
        ".map(one => one.getAttribute('class'))"
    )

    assert classes == [shown] * 3


def test_a_stage_of_a_rehearsal_is_reached_from_the_index(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["rehearsal"])
    page.click("text=Failover from us-east-1 >> nth=0")
    top = page.evaluate("document.querySelector('#stage-3').getBoundingClientRect().top")

    assert abs(top) < 2
