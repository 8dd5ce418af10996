"""How fast the widgets answer: in a real JupyterLab beside `interact` with Matplotlib, and on a page without a kernel.

    python benchmarks/widgets.py

Needs Chromium. Every number is the time from the input event to the finished drawing, in milliseconds, measured inside
the page by its own clock. Widget and `interact` take turns in one notebook, so that a slow spell of the machine hits
both.
"""

from __future__ import annotations

import datetime
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))  # the course's JupyterLab and pages for a browser are the tests' own

from browser import find_chromium, launch  # noqa: E402
from lab_server import MACHINERY, PATIENCE_MS, Lab, free_port  # noqa: E402
from widget_page import open_page, write_page  # noqa: E402

from dlcourse import widgets  # noqa: E402

SCHEMA = 1
MOVES, CHANGES, ROUNDS = 100, 20, 4
OUT = Path(__file__).parent / "results" / "widgets.json"
NOTEBOOK = "chapters/measured.ipynb"
EXPLORERS = [name for name in widgets.__all__ if name.startswith("explore_")]
CELLS = (
    "from dlcourse import widgets\nmeasured = widgets.explore_optimizers()\nmeasured",
    """import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import interact

names = [control.name for control in measured._controls]
@interact(place=(0, len(measured._controls[0].values) - 1))
def draw(place=3):
    arrays, text = measured.frame(**{names[0]: place})
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2))
    for array in arrays.values():
        array = np.asarray(array)
        if array.ndim == 3:
            for path in array:
                axes[0].plot(*path.T)
        elif array.ndim == 2:
            axes[1].plot(array.T)
    axes[0].set_title(text, fontsize=7)
    plt.show()""",
    """from dlcourse import data, device
device.prepare(seed=0)
import keras
from keras import layers

digits = data.load_mnist()
def build(activation, dropout):
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Conv2D(8, 3, strides=2, activation=activation),
        layers.Conv2D(16, 3, strides=2, activation=activation), layers.Flatten(), layers.Dropout(dropout),
        layers.Dense(10),
    ])
x_train, x_test = (x[..., None].astype("float32") for x in (digits.x_train, digits.x_test))
live = widgets.LiveTrainer(build, x_train, digits.y_train, x_test, digits.y_test, script=[(20, {})])
live""",
    "import time\nstop = time.time() + 40\nwhile time.time() < stop:\n    pass",
)

# Each gives the times of `count` moves.
MOVE_EXPLORER = """async count => {
    const root = document.querySelector('.dlc-explorer'), input = root.querySelector('input[type=range]');
    const all = Number(input.max) + 1, times = [], drawing = [];
    for (let i = 0; times.length < count; i++) {
        const value = String((i * 7) % all);
        if (value === input.value) continue;
        const key = root.dataset.key, began = performance.now();
        drawing.push(await new Promise(done => {
            const listen = event => {
                if (event.detail.key === key) return;
                root.removeEventListener('dlc-drawn', listen);
                done(event.detail.took);
            };
            root.addEventListener('dlc-drawn', listen);
            input.value = value;
            input.dispatchEvent(new Event('input', { bubbles: true }));
        }));
        times.push(performance.now() - began);
        await new Promise(done => setTimeout(done, 20));
    }
    return [times, drawing];
}"""
MOVE_INTERACT = """async count => {
    const handle = document.querySelector('.widget-interact .noUi-handle');
    const area = handle.closest('.widget-interact'), times = [];
    for (let i = 0; i < count; i++) {
        const before = area.querySelector('img')?.src, began = performance.now();
        handle.dispatchEvent(new KeyboardEvent('keydown', { key: i % 10 < 5 ? 'ArrowRight' : 'ArrowLeft' }));
        await new Promise(done => {
            const look = () => {
                const image = area.querySelector('img');
                if (image && image.src !== before && image.complete && image.naturalWidth) done();
                else requestAnimationFrame(look);
            };
            look();
        });
        times.push(performance.now() - began);
        await new Promise(done => setTimeout(done, 20));
    }
    return times;
}"""
CHANGE_RATE = """async count => {
    const root = document.querySelector('.dlc-stream'), times = [];
    const input = document.querySelector('.dlc-trainer input[data-name=learning_rate]');
    const next = wanted => new Promise(done => {
        const listen = event => {
            if (!wanted(event.detail)) return;
            root.removeEventListener('dlc-drawn', listen);
            done(event.detail);
        };
        root.addEventListener('dlc-drawn', listen);
    });
    for (let i = 0; i < count; i++) {
        const { events } = await next(() => true), began = performance.now();
        input.value = String(5 + (i % 5));
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await next(detail => detail.events > events);
        times.push(performance.now() - began);
        await new Promise(done => setTimeout(done, 300));
    }
    return times;
}"""
COUNT_MESSAGES = """async seconds => {
    const root = document.querySelector('.dlc-stream');
    let count = 0;
    root.addEventListener('dlc-news', () => count++);
    await new Promise(done => setTimeout(done, 1000 * seconds));
    return count / seconds;
}"""


def main() -> None:
    """Measure everything and store the result."""
    path = find_chromium()
    if path is None:
        sys.exit("No Chromium on this machine: install it, or run `python -m playwright install chromium`.")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        browser = launch(playwright, path)
        print("Pages without a kernel …", flush=True)
        static = {name: without_kernel(browser, name, Path(folder) / name) for name in EXPLORERS}
        print("JupyterLab …", flush=True)
        in_lab = in_jupyterlab(browser, Path(folder))
        browser.close()
    result = {"schema": SCHEMA, "date": datetime.date.today().isoformat(), "machine": machine()}
    OUT.write_text(json.dumps(result | {"lab": in_lab, "static": static}, indent=2) + "\n", encoding="utf-8")
    print(f"Stored in {OUT.relative_to(ROOT)}")
    print(json.dumps(in_lab, indent=2))


def without_kernel(browser: Browser, name: str, folder: Path) -> dict[str, Any]:
    """Times of one explorer on a page of its own, every other host out of reach."""
    folder.mkdir()
    widget = getattr(widgets, name)()
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.route("http*://**", lambda route: route.abort())
    open_page(page, write_page([widget], folder))
    times, drawing = page.evaluate(MOVE_EXPLORER, MOVES)
    page.close()
    widget.close()
    return {"input_to_drawn": spread(times), "drawing_alone": spread(drawing)}


def in_jupyterlab(browser: Browser, folder: Path) -> dict[str, Any]:
    """Times in JupyterLab as it is shipped, with Python behind the page."""
    shutil.copytree(ROOT, folder / "course", ignore=MACHINERY)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "course" / NOTEBOOK)
    server = Lab(folder, "--port", str(free_port()))
    try:
        page = browser.new_page(viewport={"width": 1200, "height": 1500})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(server.address(NOTEBOOK))
        page.locator(".jp-Notebook .jp-CodeCell").nth(len(CELLS) - 1).wait_for()
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        return beside_interact(page) | live_trainer(page)
    finally:
        server.stop()


def beside_interact(page: Page) -> dict[str, Any]:
    """The same data moved by a slider of ours and by one of `interact`, in turns."""
    run(page, 0)
    page.locator(".dlc-explorer[data-live]").wait_for()
    run(page, 1)
    page.locator(".widget-interact img").wait_for()
    ours, drawing, theirs = [], [], []
    for _ in range(ROUNDS):
        times, took = page.evaluate(MOVE_EXPLORER, MOVES // ROUNDS)
        ours += times
        drawing += took
        theirs += page.evaluate(MOVE_INTERACT, MOVES // ROUNDS)
    found = {"explorer": spread(ours), "drawing_alone": spread(drawing), "interact": spread(theirs)}
    return found | {"p95_ratio": round(found["explorer"]["p95"] / found["interact"]["p95"], 3)}


def live_trainer(page: Page) -> dict[str, Any]:
    """How soon a changed learning rate is marked in the curves while another cell computes, and the stream's rate."""
    run(page, 2)
    page.locator(".dlc-stream[data-live]").wait_for()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("document.querySelector('.dlc-stream').dataset.steps > 50")
    rate = page.evaluate(COUNT_MESSAGES, 5)
    busy = page.locator(".jp-Notebook .jp-CodeCell").nth(3)
    run(page, 3)
    busy.get_by_text("[*]").wait_for()
    times = page.evaluate(CHANGE_RATE, CHANGES)
    was_busy = busy.get_by_text("[*]").count() == 1
    return {
        "rate_change_while_busy": spread(times) | {"largest": round(max(times), 1)},
        "before_the_busy_cell_ended": was_busy,
        "messages_per_second": round(rate, 1),
    }


def run(page: Page, number: int) -> None:
    """Run one cell."""
    page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")


def spread(times: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    return {
        "p50": round(float(np.median(times)), 1),
        "p95": round(float(np.percentile(times, 95)), 1),
        "n": len(times),
    }


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    versions = {name: metadata.version(name) for name in ("jupyterlab", "ipykernel", "ipywidgets", "anywidget")}
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": psutil.cpu_count(),
        "load": round(psutil.getloadavg()[0], 2),
        "python": platform.python_version(),
        **versions,
    }


if __name__ == "__main__":
    main()
