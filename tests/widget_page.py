"""A page that holds widgets as the built site does: stored state, no kernel, no other host."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from browser import script_errors
from ipywidgets import DOMWidget
from ipywidgets.embed import dependency_state, embed_data
from playwright.sync_api import ElementHandle, Locator, Page

from dlcourse import site

ROOT = Path(__file__).resolve().parents[1]
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Widgets</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { font-family: sans-serif; color: #222; background: #fff; }
body[data-dark] { color: #ddd; background: #121212; color-scheme: dark; }</style>
<script src="vendor/widgets/require.js"></script>
<script src="widgets.js"></script>
<script src="vendor/widgets/embed-amd.js" data-jupyter-widgets-cdn="about:blank#"></script></head><body><main>
<h1>Widgets</h1>
"""


def write_page(widgets: Sequence[DOMWidget], folder: Path) -> Path:
    """Write `page.html` with the state of `widgets` and the site's scripts into `folder`; its path."""
    site.install_scripts(ROOT)
    shutil.copytree(ROOT / "book" / "static" / "vendor", folder / "vendor", dirs_exist_ok=True)
    shutil.copy(ROOT / "book" / "static" / "widgets.js", folder)
    data = embed_data(list(widgets), state=dependency_state(list(widgets), drop_defaults=False))
    kind = "application/vnd.jupyter.widget"
    views = "\n".join(f'<script type="{kind}-view+json">{json.dumps(view)}</script>' for view in data["view_specs"])
    state = f'<script type="{kind}-state+json">{json.dumps(data["manager_state"])}</script>'
    page = folder / "page.html"
    page.write_text(f"{HEAD}{state}\n{views}\n</main></body></html>", encoding="utf-8")
    return page


def state_bytes(widget: DOMWidget) -> int:
    """How many bytes `widget` adds to a saved notebook."""
    state = dependency_state([widget], drop_defaults=False)
    return len(json.dumps(embed_data([widget], state=state)["manager_state"]))


def open_page(page: Page, path: Path) -> list[str]:
    """Open a written page and wait for its first widget; the list gathers the errors of its scripts."""
    errors = script_errors(page)
    page.goto(path.as_uri())
    page.locator(".dlc").first.wait_for(timeout=60_000)
    return errors


def ink(page: Page, selector: str) -> list[int]:
    """The canvas's pixels in a coarse grid, to tell whether another picture is drawn."""
    script = """canvas => { const small = document.createElement('canvas'); small.width = small.height = 48;
        const pen = small.getContext('2d'); pen.drawImage(canvas, 0, 0, 48, 48);
        return Array.from(pen.getImageData(0, 0, 48, 48).data); }"""
    return page.locator(selector).first.evaluate(script)


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical in the page's widgets."""
    page.add_script_tag(path=str(site.install_scripts(ROOT)))
    found = page.evaluate("axe.run('.dlc').then(result => result.violations)")
    return [each["id"] for each in found if each["impact"] in ("serious", "critical")]


# Explorers, told apart by their words in strings.py.


def root(page: Page, words: dict) -> str:
    """A selector for the explorer that these words belong to."""
    return f'.dlc-explorer:has(> .dlc-title:text-is("{words["title"]}"))'


def handle(page: Page, words: dict) -> ElementHandle:
    """The explorer that these words belong to."""
    return page.locator(root(page, words)).element_handle()


def control(page: Page, words: dict, name: str) -> Locator:
    """An explorer's slider or choice."""
    return page.locator(f"{root(page, words)} [data-name={name}]")


def key(page: Page, words: dict) -> str:
    """The places of the controls whose result the explorer shows."""
    return page.locator(root(page, words)).get_attribute("data-key")


def moves(page: Page, words: dict, act: Callable[[], object]) -> list[bool]:
    """For each chart of an explorer: does `act` change what is drawn?"""
    charts = [f"{root(page, words)} figure:nth-child({n}) canvas" for n in range(1, 5)]
    charts = [chart for chart in charts if page.locator(chart).count()]
    before, old = [ink(page, chart) for chart in charts], key(page, words)
    act()
    page.wait_for_function("([root, old]) => root.dataset.key !== old", arg=[handle(page, words), old])
    return [ink(page, chart) != picture for chart, picture in zip(charts, before, strict=True)]
