"""The page that writes: stored pages without a kernel, pages from Python with one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from widget_page import open_page, serious_findings, state_bytes, write_page

from dlcourse import widgets

PAGES = {0.2: ["the same the same the same", "once more the same"], 1.0: ["a page of words"], 1.5: ["x}q [z" * 40]}
ROOT = ".dlc-writer"


def made(**options):
    return widgets.watch_writing("It begins: ", PAGES, **options)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_page([made(), made()], tmp_path_factory.mktemp("writer"))


@pytest.fixture
def page(browser, written):
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.errors = open_page(page, written)
    page.locator(ROOT).nth(1).wait_for()
    yield page
    assert page.errors == []
    page.close()


def told(page: Page, text: str, at: int = 0) -> None:
    expect(page.locator(ROOT).nth(at).locator(".dlc-page span").nth(1)).to_have_text(text)


def test_python_writes_when_asked_and_at_the_temperature_of_the_slider():
    asked = []
    widget = made(write=lambda temperature: asked.append(temperature) or f"page {len(asked)}")
    widget.chosen = {"place": 2, "asked": 0}
    assert (asked, widget.answer) == ([], {})
    widget.chosen = {"place": 2, "asked": 1}
    assert asked == [1.5]
    assert widget.answer == {"asked": 1, "place": 2, "page": "page 1"}
    widget.chosen = {"place": 9, "asked": 2}  # a page can send anything
    assert asked == [1.5]


@pytest.mark.parametrize("pages", [{}, {1.0: ["a"], 0.5: ["b"]}])
def test_temperatures_must_rise(pages):
    with pytest.raises(ValueError, match="rising order"):
        widgets.watch_writing("", pages)


@pytest.mark.parametrize("written", ["text", [], [""]])
def test_each_temperature_needs_pages(written):
    with pytest.raises(ValueError, match=r"temperature 0\.5 needs a list of pages"):
        widgets.watch_writing("", {0.5: written})


def test_the_state_is_small():
    assert state_bytes(made()) < 60_000


def test_the_page_grows_to_its_end_and_says_so(page: Page):
    root = page.locator(ROOT).first
    expect(root).to_have_attribute("data-done", "true")
    told(page, "a page of words")
    expect(root.locator("[aria-live]")).to_have_text("Written at temperature 1: 15 characters.")
    expect(root.locator(".dlc-prompt")).to_have_text("It begins: ")


def test_the_slider_and_the_button_bring_other_pages_and_nothing_moves(page: Page):
    root, slider = page.locator(ROOT).first, page.locator(f"{ROOT} input").first
    height = root.bounding_box()["height"]
    slider.focus()
    page.keyboard.press("ArrowLeft")
    told(page, PAGES[0.2][0])
    assert slider.get_attribute("aria-valuetext") == "0.2"
    root.get_by_role("button", name="Write another page").click()
    told(page, PAGES[0.2][1])
    page.keyboard.press("Space")  # the button has the focus: round again
    told(page, PAGES[0.2][0])
    slider.focus()
    page.keyboard.press("End")
    expect(root).to_have_attribute("data-written", "240")
    assert root.bounding_box()["height"] == height
    told(page, "a page of words", at=1)  # the other one on the page has not moved


def test_a_reader_who_wants_no_motion_gets_the_page_at_once(browser, written):
    page = browser.new_page(reduced_motion="reduce", viewport={"width": 390, "height": 800})
    open_page(page, written)
    lengths = page.evaluate("""async () => {
        const root = document.querySelector('.dlc-writer'), input = root.querySelector('input');
        input.value = 2;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        return [root.dataset.written, root.dataset.done];
    }""")
    assert lengths == ["240", "true"]
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.close()


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_stops_a_screen_reader(page: Page, dark):
    if dark:
        page.evaluate("document.body.dataset.dark = ''")
    assert serious_findings(page) == []
