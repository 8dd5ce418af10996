"""A hand for each widget of the gallery, the same in JupyterLab and on the site, and a screenshot of what it did."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from dlcourse import site, widgets

SCREENSHOTS = site.ROOT / "_build" / "screenshots"
PIXELS = """root => Array.from(root.querySelectorAll('canvas'), canvas => {
    const small = document.createElement('canvas');
    small.width = small.height = 48;
    const pen = small.getContext('2d');
    pen.drawImage(canvas, 0, 0, 48, 48);
    return Array.from(pen.getImageData(0, 0, 48, 48).data).join();
})"""


def changed(root: Locator, attribute: str, before: str | None) -> None:
    """Wait until an attribute of the widget has another value."""
    root.page.wait_for_function(
        "([root, name, before]) => root.getAttribute(name) !== before",
        arg=[root.element_handle(), attribute, before],
    )


def explore(page: Page, root: Locator) -> None:
    before, key = root.evaluate(PIXELS), root.get_attribute("data-key")
    slider = root.locator("input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    changed(root, "data-key", key)
    assert root.evaluate(PIXELS) != before
    assert slider.get_attribute("aria-valuetext") in root.locator("output").all_inner_texts()


def step_through(page: Page, root: Locator) -> None:
    root.get_by_role("button", name="Forward").focus()
    page.keyboard.press("Enter")
    expect(root.locator("td[data-name]").first).not_to_have_text("–")


def train(page: Page, root: Locator) -> None:
    before, panel = root.evaluate(PIXELS), page.locator(".dlc-trainer")
    if root.get_attribute("data-live") is not None:
        panel.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_function("root => root.dataset.steps > 20", arg=root.element_handle())
        panel.get_by_role("button", name="Pause", exact=True).click()
        expect(root).to_have_attribute("data-running", "false")
        assert root.evaluate(PIXELS) != before
        return
    root.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(root.get_by_text("accuracy on the batch").first).to_be_visible()
    assert root.evaluate(PIXELS) != before


def draw(page: Page, root: Locator) -> None:
    pad, seen = root.locator(".dlc-pad"), root.locator(".dlc-seen")
    before = seen.evaluate("canvas => canvas.toDataURL()")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    at = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ((0.3, 0.2), (0.7, 0.2), (0.4, 0.8))
    ]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()
    root.page.wait_for_function("root => root.dataset.answer > ''", arg=root.element_handle())
    assert seen.evaluate("canvas => canvas.toDataURL()") != before


def answer(page: Page, root: Locator) -> None:
    question = root.locator("fieldset").first
    question.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    question.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(question.get_by_role("status")).not_to_be_empty()


def write(page: Page, root: Locator) -> None:
    before = root.locator(".dlc-page").inner_text()
    root.locator("input[type=range]").focus()
    page.keyboard.press("End")
    root.get_by_role("button", name="Write another page").click()
    expect(root).to_have_attribute("data-done", "false")
    expect(root).to_have_attribute("data-done", "true")
    assert root.locator(".dlc-page").inner_text() != before


HANDS = {
    "explorer": explore,
    "step": step_through,
    "stream": train,
    "drawpad": draw,
    "quiz": answer,
    "writer": write,
}
PANEL = "trainer"  # its hand is that of the curves that it steers


def use_all(page: Page, where: str) -> None:
    """Use every widget of the page with its hand, and keep a screenshot of each in `_build/screenshots`."""
    folder = SCREENSHOTS / where
    folder.mkdir(parents=True, exist_ok=True)
    roots = page.locator(".dlc")
    expect(roots).to_have_count(len(widgets.__all__) + 1)  # the live trainer is two
    used = set()
    for number in range(roots.count()):
        root = roots.nth(number)
        title = root.locator(".dlc-title").first.inner_text()
        kind = next(name[4:] for name in root.get_attribute("class").split() if name.startswith("dlc-"))
        used.add(kind)
        if kind in HANDS:
            HANDS[kind](page, root)
        root.screenshot(path=file_of(folder, title))
    assert used == {*HANDS, PANEL}


def file_of(folder: Path, title: str) -> Path:
    """Where the screenshot of the widget with this title is kept."""
    return folder / f"{'-'.join(title.lower().split()).strip('?')}.png"
