"""A plan as one HTML page."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from orchestrator.report import plan_html
from tests.report.samples import EMPTY, ERROR, RECORD, REPLACING, UPDATE, UPDATE_STEPS, plan


class Page(HTMLParser):
    """Elements and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.elements}


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = Page(plan_html(UPDATE))

    assert page.names.isdisjoint({"script", "link", "img", "iframe", "object", "a", "form"})
    assert not [attributes for _, attributes in page.elements if {"src", "href"} & attributes.keys()]
    policies = [a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_page_has_light_dark_and_print_styles() -> None:
    drawn = plan_html(UPDATE)

    assert "@media screen and (prefers-color-scheme: dark)" in drawn
    assert "@media print" in drawn


def test_the_page_shows_what_the_text_shows() -> None:
    text = "".join(Page(plan_html(plan(REPLACING, RECORD, steps=UPDATE_STEPS, findings=(ERROR,)))).texts)

    for expected in (
        "deploy sample production, release bbbb",
        "0 to create, 2 to update, 0 to replace, 0 to delete; 0 unchanged",
        "there is no public hosted zone fed.dev",
        "Replaced: deleted and made anew",
        "- sample.fed.dev. A ALIAS old.example [PRIMARY]",
        "gate:{account}:us-west-2 in 111111111111, 222222222222",
    ):
        assert expected in text


def test_an_empty_plan_says_that_nothing_will_change_and_why_that_is_known() -> None:
    text = "".join(Page(plan_html(EMPTY)).texts)

    assert "Nothing will change" in text
    assert "Read back from AWS and as they should be: 1 stack set." in text


def test_foreign_text_stays_text() -> None:
    hostile = "</pre></style><script>alert(1)</script><img src=x>\"'&amp;"
    page = Page(plan_html(plan(replace(RECORD, id=f"record:{hostile}", reason=hostile), findings=(ERROR,))))

    assert page.names.isdisjoint({"script", "img"})
    assert f"  ; {hostile}" in "".join(page.texts)
