"""Widgets in a real JupyterLab: Python answers, other cells go on, nothing is left behind."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from lab_server import MACHINERY, PATIENCE_MS, Lab, free_port
from widget_hands import SCREENSHOTS, file_of, use_all
from widget_page import ink

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = "chapters/scratch.ipynb"
CELLS = {
    "explorer": "from dlcourse import widgets\nwidgets.explore_descent()",
    "trainer": """from dlcourse import data, device, widgets
device.prepare(seed=0)
import keras
from keras import layers
digits = data.load_mnist()
def build(activation, dropout):
    return keras.Sequential([keras.Input((28, 28)), layers.Rescaling(1 / 255), layers.Flatten(),
                             layers.Dense(32, activation=activation), layers.Dropout(dropout), layers.Dense(10)])
x_train, x_test = digits.x_train.astype("float32"), digits.x_test.astype("float32")
live = widgets.LiveTrainer(build, x_train, digits.y_train, x_test, digits.y_test, script=[(20, {})])
live""",
    "busy": "import time\nstop = time.time() + 6\nwhile time.time() < stop:\n    pass\nprint('no longer ' + 'busy')",
    "look": "import threading\nprint(sum('live trainer' in each.name for each in threading.enumerate()), 'thread')",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT, folder / "course", ignore=MACHINERY)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "course" / NOTEBOOK)
    server = Lab(folder, "--port", str(free_port()))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def page(running, browser):
    with browser.new_context(viewport={"width": 1200, "height": 1500}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield opened(context, running.address(NOTEBOOK))


def opened(context, address: str):
    """A notebook in JupyterLab, whose kernel is ready; `errors` gathers those of the page's scripts."""
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    return page


def cell(page, name: str):
    return page.locator(".jp-Notebook .jp-CodeCell").nth(list(CELLS).index(name))


def run(page, name: str) -> None:
    cell(page, name).locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")


def data(page, selector: str, name: str):
    return page.locator(selector).get_attribute(f"data-{name}")


def test_python_answers_a_slider_and_every_value_is_there(page):
    run(page, "explorer")
    root = ".dlc-explorer[data-live]"
    page.locator(root).wait_for()
    slider = page.locator(f"{root} input[type=range]").first
    before, drawn = data(page, root, "key"), ink(page, f"{root} canvas")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([root, key]) => document.querySelector(root).dataset.key !== key", arg=[root, before])
    assert ink(page, f"{root} canvas") != drawn
    assert slider.get_attribute("aria-valuetext") in page.locator(f"{root} output").all_inner_texts()
    assert "Live" in page.locator(root).inner_text()


def test_it_trains_while_another_cell_is_busy_and_hears_the_slider(page):
    run(page, "trainer")
    stream = ".dlc-stream[data-live]"
    page.locator(stream).wait_for()
    cell(page, "trainer").get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("root => document.querySelector(root).dataset.steps > 20", arg=stream)
    run(page, "busy")
    cell(page, "busy").get_by_text("[*]").wait_for()
    steps = int(data(page, stream, "steps"))
    page.locator(".dlc-trainer input[data-name=learning_rate]").focus()
    page.keyboard.press("ArrowLeft")
    page.locator(stream).get_by_text("Learning rate 0.0063").first.wait_for()
    page.wait_for_function(
        "([root, steps]) => document.querySelector(root).dataset.steps > steps", arg=[stream, steps]
    )
    assert cell(page, "busy").get_by_text("[*]").count() == 1, "the busy cell had ended before the change arrived"
    page.locator(".dlc-trainer").screenshot(path=file_of(SCREENSHOTS / "lab", "Live trainer while a cell is busy"))
    cell(page, "busy").get_by_text("no longer busy").wait_for()
    cell(page, "trainer").get_by_role("button", name="Pause", exact=True).click()
    page.locator(f"{stream}[data-running=false]").wait_for()


def test_the_cell_run_again_leaves_one_thread(page):
    run(page, "trainer")
    page.locator(".dlc-stream[data-live]").wait_for()
    run(page, "look")
    cell(page, "look").get_by_text("1 thread").wait_for()


def test_the_state_is_kept_in_the_saved_notebook(page, running):
    slider = page.locator(".dlc-explorer input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+s")
    path, end = running.project / NOTEBOOK, time.monotonic() + PATIENCE_MS / 1000
    while True:
        states = json.loads(path.read_text()).get("metadata", {}).get("widgets", {})
        if states or time.monotonic() > end:
            break
        time.sleep(0.2)
    (state,) = states.values()
    kept = [model["state"].get("chosen") for model in state["state"].values() if "chosen" in model["state"]]
    assert int(slider.input_value()) in kept[0].values()


def test_closing_the_kernel_leaves_no_process(page, running):
    server = psutil.Process(running.process.pid)
    kernels = [child for child in server.children(recursive=True) if "ipykernel" in " ".join(child.cmdline())]
    assert len(kernels) == 1
    page.evaluate("""async () => {
        const token = new URL(location).searchParams.get('token') ?? '';
        const base = JSON.parse(document.getElementById('jupyter-config-data').textContent).baseUrl;
        const token2 = JSON.parse(document.getElementById('jupyter-config-data').textContent).token;
        const headers = { Authorization: `token ${token || token2}` };
        const running = await (await fetch(`${base}api/kernels`, { headers })).json();
        const cookie = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
        await fetch(`${base}api/kernels/${running[0].id}`,
                    { method: 'DELETE', headers: { ...headers, 'X-XSRFToken': cookie } });
    }""")
    _, alive = psutil.wait_procs(kernels, timeout=60)
    assert not alive
    assert page.errors == []


def test_every_widget_of_the_gallery_answers_in_jupyterlab(running, browser):
    with browser.new_context(viewport={"width": 1200, "height": 1500}) as context:
        context.set_default_timeout(PATIENCE_MS)
        page = opened(context, running.address("chapters/gallery.ipynb"))
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.locator(".dlc-explorer[data-live]").nth(7).wait_for()
        page.locator(".dlc-quiz").wait_for()
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        use_all(page, "lab")
        assert page.errors == []
