"""The step-through: every number is NumPy's and TensorFlow's, in a real browser, with hands on the buttons."""

from __future__ import annotations

import re
import shutil

import nbformat
import numpy as np
import pytest
from lab_server import MACHINERY, PATIENCE_MS, Lab, free_port
from playwright.sync_api import Page, expect
from traitlets import TraitError
from widget_page import ROOT, open_page, state_bytes, write_page

from dlcourse import device, site, widgets
from dlcourse.widgets import stepthrough
from dlcourse.widgets.strings import STEPTHROUGH

device.import_tensorflow()

import tensorflow as tf  # noqa: E402

PARTS = ("Forward", "Loss", "Backward", "Update")
NAMES = ("W1", "b1", "W2", "b2")
# Another network than the default, so that no unit is silent and no bias is zero.
OTHER = ([[0.31, -0.72, 0.45], [-0.26, 0.58, 0.93]], [0.11, -0.07, 0.2], [[0.64], [-0.83], [0.37]], [-0.15])

ACTIVATE = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2, tf.sigmoid),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2, tf.tanh),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float), tf.nn.relu),
}


def by_numpy(values: dict) -> dict[str, np.ndarray]:
    """One step in the words of chapter 3: rows are examples."""
    activate, slope, _ = ACTIVATE[values["activation"]]
    x = np.array([values["x"]])
    w1, b1, w2, b2 = (np.array(values[name]) for name in NAMES)
    w2 = w2[:, None]
    z1 = x @ w1 + b1
    a1 = activate(z1)
    z2 = a1 @ w2 + b2
    p = 1 / (1 + np.exp(-z2))
    y = values["y"]
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    d2 = p - y
    d1 = (d2 @ w2.T) * slope(z1)
    found = {"z1": z1[0], "a1": a1[0], "z2": z2[0, 0], "p": p[0, 0], "loss": loss[0, 0]}
    found |= {"delta1": d1[0], "delta2": d2[0, 0]}
    found |= {"dW1": x.T @ d1, "db1": d1[0], "dW2": (a1.T @ d2)[:, 0], "db2": d2[0, 0]}
    return found | {
        f"new.{name}": np.array(values[name]) - values["learning_rate"] * found[f"d{name}"] for name in NAMES
    }


def by_tape(values: dict) -> dict[str, np.ndarray]:
    """Loss and gradients by automatic differentiation, in TensorFlow's usual 32 bits."""
    variables = [tf.Variable(tf.constant(values[name], tf.float32)) for name in NAMES]
    with tf.GradientTape() as tape:
        w1, b1, w2, b2 = variables
        hidden = ACTIVATE[values["activation"]][2](tf.linalg.matvec(w1, values["x"], transpose_a=True) + b1)
        logit = tf.reduce_sum(hidden * w2) + b2
        loss = tf.nn.sigmoid_cross_entropy_with_logits(tf.constant(values["y"], tf.float32), logit)
    slopes = tape.gradient(loss, variables)
    return {"loss": loss.numpy()} | {f"d{name}": each.numpy() for name, each in zip(NAMES, slopes, strict=True)}


def in_tables(page: Page, at: int = 0) -> dict[str, float]:
    """Every number of the tables in full, by its name."""
    script = "all => all.map(cell => [cell.dataset.name, Number(cell.dataset.value)])"
    return dict(page.locator(".dlc-step").nth(at).locator("td[data-value]").evaluate_all(script))


def flat(numbers: dict[str, np.ndarray]) -> dict[str, float]:
    return {
        ".".join([name, *map(str, place)]): float(value)
        for name, array in numbers.items()
        for place, value in np.ndenumerate(np.asarray(array))
    }


def press(page: Page, *names: str) -> None:
    for name in names:
        page.locator(".dlc-step").first.get_by_role("button", name=name, exact=True).click()


def phase(page: Page, word: str, step: int | None = None) -> None:
    expect(page.locator(".dlc-step").first).to_have_attribute("data-phase", word)
    if step is not None:
        expect(page.locator(".dlc-step").first).to_have_attribute("data-step", str(step))


def sentence(page: Page) -> str:
    return page.locator(".dlc-step .dlc-text").first.inner_text()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    two = [
        widgets.step_through(),
        widgets.step_through(inputs=[[-1.5, 0.7]], target=0.0, weights=OTHER, activation="tanh", learning_rate=0.8),
    ]
    return write_page(two, tmp_path_factory.mktemp("page"))


@pytest.fixture
def page(browser, written):
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    page.errors = open_page(page, written)
    page.locator(".dlc-step").nth(1).wait_for()
    yield page
    assert page.errors == []
    page.close()


def test_the_default_is_the_network_of_chapter_3():
    text = (ROOT / "chapters" / "text" / "03_core_algorithms.md").read_text(encoding="utf-8")
    w1, w2 = (re.search(rf"^{name} = np\.array\((.+?)\) ", text, re.M)[1] for name in ("W1", "W2"))
    values = widgets.step_through().values
    assert str(values["W1"]) == w1
    assert str([[value] for value in values["W2"]]) == w2
    assert values["b1"] == [0, 0, 0]
    assert values["b2"] == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"inputs": (1, 2, 3)}, r"inputs has the shape \(2,\), not \(3,\)"),
        ({"target": 2}, "target takes numbers from 0 to 1, not 2"),
        ({"target": "yes"}, "target takes numbers, not 'yes'"),
        ({"weights": OTHER[:3]}, "four arrays; got 3"),
        ({"weights": (np.ones((3, 2)), *OTHER[1:])}, r"W1 has the shape \(2, 3\), not \(3, 2\)"),
        ({"weights": ([[1, 2, np.nan]] * 2, *OTHER[1:])}, "W1 takes numbers from -1000 to 1000"),
        ({"activation": "relu6"}, "one of sigmoid, tanh, ReLU, not 'relu6'"),
        ({"learning_rate": -1}, "learning_rate takes numbers from 0 to 100"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(TraitError, match=message):
        widgets.step_through(**wrong)


def test_values_set_from_python_are_checked_as_well():
    widget = widgets.step_through()
    widget.values = widget.values | {"learning_rate": 2, "activation": "tanh"}
    assert widget.values["learning_rate"] == 2.0
    for wrong, message in [
        ({"phase": "sideways"}, "phase is one of"),
        ({"phase": "update"}, "old holds the weights"),
        ({"step": -1}, "step counts"),
        ({"speed": 1}, "values have the keys"),
    ]:
        with pytest.raises(TraitError, match=message):
            widget.values = widget.values | wrong
    assert widget.values["step"] == 0


def test_its_state_is_small_and_its_words_stand_in_one_place():
    widget = widgets.step_through()
    assert state_bytes(widget) < 100_000
    assert STEPTHROUGH.items() <= widget.strings.items()
    assert {*STEPTHROUGH} >= {f"say_{word}" for word in stepthrough.PHASES}


@pytest.mark.parametrize("activation", stepthrough.ACTIVATIONS)
@pytest.mark.parametrize(
    "setup", [{}, {"weights": OTHER, "inputs": (-1.5, 0.7), "target": 0.3}], ids=["chapter", "other"]
)
def test_every_number_is_numpys_and_tensorflows_over_several_steps(browser, tmp_path, activation, setup):
    widget = widgets.step_through(activation=activation, **setup)
    values = dict(widget.values)
    page = browser.new_page()
    open_page(page, write_page([widget], tmp_path))
    for _ in range(4):
        press(page, "Forward")
        expected = by_numpy(values)
        shown = in_tables(page)
        assert shown.keys() == flat({name: expected[name] for name in ("z1", "a1", "z2", "p")}).keys()
        press(page, "Loss", "Backward")
        shown = in_tables(page)
        expected = flat(expected)
        # The slope of a bias is its unit's delta: the table names both.
        assert shown.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(shown[name], value, rtol=1e-9, atol=1e-12, err_msg=name)
        for name, value in flat(by_tape(values)).items():
            np.testing.assert_allclose(shown[name], value, rtol=1e-5, atol=1e-6, err_msg=name)
        press(page, "Update")
        new = {
            name.removeprefix("new."): value for name, value in in_tables(page).items() if name.startswith("new.")
        }
        for name in NAMES:
            array = np.array(values[name])
            fresh = np.array([new[key] for key in flat({name: array})]).reshape(array.shape)
            wanted = np.array([expected[f"new.{key}"] for key in flat({name: array})]).reshape(array.shape)
            np.testing.assert_allclose(fresh, wanted, rtol=1e-9, atol=1e-12)
            values[name] = fresh.tolist()  # the page's own, so that each step is judged alone
    page.close()


def test_what_is_drawn_is_what_is_computed(page: Page):
    press(page, "Forward", "Loss", "Backward")
    expected = flat(by_numpy(widgets.step_through().values))
    script = "all => all.map(text => [text.dataset.drawn, text.dataset.value, text.textContent])"
    drawn = page.locator(".dlc-step-drawing").first.locator("text[data-drawn]").evaluate_all(script)
    named = {name: words for name, _, words in drawn}
    assert len(named) == 38  # 2 inputs, 13 weights with their slopes, 4 sums, 3 activations, p, target, loss
    for name, value, words in drawn:
        number = float(re.search(r"[+−]?[\d.]+$", words)[0].replace("−", "-"))
        assert abs(number - float(value)) <= 0.0005001, (name, words)
        if name in expected:
            np.testing.assert_allclose(float(value), expected[name], atol=1e-12)
    assert named["W1.0.1"] == "−0.400"
    assert named["dW1.1.0"] == "∂ −0.572"
    assert named["db2"] == "δ −0.409"
    assert named["loss"] == "loss 0.525"


@pytest.mark.parametrize("width", [390, 900])
def test_no_number_lies_on_another_one_or_on_a_circle(page: Page, width):
    page.set_viewport_size({"width": width, "height": 900})
    script = """svg => {
      const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
      const size = parseFloat(getComputedStyle(svg.querySelector('text')).fontSize) * svg.clientWidth / 360;
      const words = [...svg.querySelectorAll('text')].filter((text) => text.textContent);
      return { size, words: words.map((text) => [text.textContent, ...box(text)]),
        circles: [...svg.querySelectorAll('circle')].map(box), frame: box(svg) }; }"""
    for part in PARTS:
        press(page, part)
        found = page.locator(".dlc-step-drawing").first.evaluate(script)
        assert found["size"] > 10.5
        words = found["words"]
        for i, (first, *a) in enumerate(words):
            left, top, right, bottom = found["frame"]
            assert left <= a[0], first
            assert a[2] <= right, first
            assert top <= a[1], first
            assert a[3] <= bottom, first
            for second, *b in words[i + 1 :]:
                # Boxes of lines of text are taller than their letters: two lines may share a little of that air.
                across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
                assert across <= 0 or down <= 0.25 * (a[3] - a[1]), (part, first, second)
            middle = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
            for c in found["circles"]:
                if c[0] < middle[0] < c[2] and c[1] < middle[1] < c[3]:
                    continue  # its own circle
                near = [
                    min(max(centre, low), high)
                    for centre, low, high in zip(((c[0] + c[2]) / 2, (c[1] + c[3]) / 2), a[:2], a[2:], strict=True)
                ]
                distance = np.hypot(near[0] - (c[0] + c[2]) / 2, near[1] - (c[1] + c[3]) / 2)
                assert distance > 0.9 * (c[2] - c[0]) / 2, (part, first)


def test_the_parts_follow_one_another_by_keyboard(page: Page):
    for part, after in zip(PARTS, (*PARTS[1:], "Forward"), strict=True):
        button = page.locator(".dlc-step").first.get_by_role("button", name=part, exact=True)
        assert button.get_attribute("aria-current") == "step"
        assert button.get_attribute("aria-disabled") == "false"
        button.focus()
        page.keyboard.press("Enter")
        phase(page, part.lower())
        upcoming = page.locator(".dlc-step").first.locator("[aria-current=step]")
        assert upcoming.inner_text() == after
        assert button.evaluate("element => element === document.activeElement")
    phase(page, "update", 1)
    assert "The loss goes from 0.5252 to 0.1328." in sentence(page)
    page.locator(".dlc-step").first.get_by_role("button", name="Backward", exact=True).press("Enter")
    assert sentence(page) == "Not yet: the next button is Forward."
    phase(page, "update", 1)
    # The second widget of the page has not moved.
    assert page.locator(".dlc-step").nth(1).get_attribute("data-step") == "0"


def test_what_is_heard_is_the_sentence(page: Page):
    press(page, "Forward")
    expect(page.locator(".dlc-step .dlc-heard").first).to_have_text(re.compile("The answer is p = 0.5915"))
    label = page.locator(".dlc-step-drawing").first.get_attribute("aria-label")
    assert "The answer is p = 0.5915" in label


def test_it_plays_pauses_and_resets(page: Page):
    page.get_by_label("Play shows").first.select_option("whole steps")
    press(page, "Play")
    page.wait_for_function("() => Number(document.querySelector('.dlc-step').dataset.step) >= 3")
    press(page, "Pause")
    step = int(page.locator(".dlc-step").first.get_attribute("data-step"))
    page.wait_for_timeout(900)
    phase(page, "update", step)
    values = dict(widgets.step_through().values)
    for _ in range(step):
        values |= {name: by_numpy(values)[f"new.{name}"] for name in NAMES}
    shown = in_tables(page)
    for name, value in flat({f"new.{name}": values[name] for name in NAMES}).items():
        np.testing.assert_allclose(shown[name], value, rtol=1e-9, atol=1e-12)
    press(page, "Reset")
    phase(page, "ready", 0)
    assert page.locator("[data-drawn='W1.0.0']").first.get_attribute("data-value") == "0.5"
    page.get_by_label("Play shows").first.select_option("each part")
    press(page, "Play")
    for part in PARTS:
        phase(page, part.lower())
    press(page, "Pause")


def test_everything_can_be_changed(page: Page):
    page.locator("summary").first.click()
    changes = {
        "Learning rate": 1.25, "x₁": -0.5, "x₂": 3.0, "target y": 0.25, "x₂ to hidden 3": 0.75,
        "bias of hidden 1": -0.2,
        "hidden 2 to output": 1.5, "bias of output": 0.3,
    }  # fmt: skip
    press(page, "Forward")
    for label, value in changes.items():
        field = page.get_by_label(label, exact=True).first
        field.fill(str(value))
        field.press("Enter")
        expect(page.locator(".dlc-step .dlc-text").first).to_have_text(
            f"Changed: {label} is now {str(value).replace('-', '−').removesuffix('.0')}."
        )
    phase(page, "ready")
    page.get_by_label("Activation").first.select_option("sigmoid")
    press(page, "Forward", "Loss", "Backward")
    values = widgets.step_through().values | {
        "learning_rate": 1.25, "x": [-0.5, 3.0], "y": 0.25, "activation": "sigmoid",
        "W1": [[0.5, -0.4, 0.2], [0.3, 0.6, 0.75]], "b1": [-0.2, 0, 0], "W2": [0.7, 1.5, 0.9], "b2": 0.3,
    }  # fmt: skip
    shown = in_tables(page)
    for name, value in flat(by_numpy(values)).items():
        np.testing.assert_allclose(shown[name], value, rtol=1e-9, atol=1e-12, err_msg=name)


def test_a_field_takes_no_word_and_nothing_out_of_bounds(page: Page):
    page.locator("summary").first.click()
    field = page.get_by_label("target y", exact=True).first
    for typed in ("7", ""):
        field.fill(typed)
        field.press("Enter")
        expect(page.locator(".dlc-step .dlc-text").first).to_have_text(
            "target y takes a number from 0 to 1; 1 stays."
        )
        assert field.input_value() == "1"
    phase(page, "ready", 0)


def test_the_rate_alone_keeps_the_slopes(page: Page):
    press(page, "Forward", "Loss", "Backward")
    before = in_tables(page)
    field = page.get_by_label("Learning rate").first
    field.fill("2")
    field.press("Enter")
    phase(page, "backward")
    after = in_tables(page)
    assert before["dW1.0.0"] == after["dW1.0.0"]
    np.testing.assert_allclose(after["new.W1.0.0"], 0.5 - 2 * after["dW1.0.0"])


def test_numbers_that_outgrow_the_computer_stop_with_a_sentence(browser, tmp_path):
    huge = ([[1000.0] * 3] * 2, [0.0] * 3, [[1000.0]] * 3, [0.0])
    widget = widgets.step_through(inputs=(1000, 1000), target=0, weights=huge, learning_rate=100)
    values = widget.values
    old = {name: values[name] for name in NAMES}
    widget.values = values | {"step": 1, "phase": "update", "old": old, "W1": [[1e308] * 3, [1e308] * 3]}
    page = browser.new_page()
    open_page(page, write_page([widget], tmp_path))
    press(page, "Forward", "Loss", "Backward", "Update")
    assert sentence(page) == STEPTHROUGH["say_too_large"]
    phase(page, "backward", 1)
    page.close()


def test_the_saved_state_comes_back(browser, tmp_path):
    widget = widgets.step_through()
    values = widget.values
    new = {name: by_numpy(values)[f"new.{name}"].tolist() for name in NAMES}
    widget.values = values | new | {"step": 1, "phase": "update", "old": {name: values[name] for name in NAMES}}
    page = browser.new_page()
    open_page(page, write_page([widget], tmp_path))
    phase(page, "update", 1)
    assert page.locator("[data-drawn='W1.0.0']").text_content() == "+0.643"
    assert page.locator("[data-drawn='dW1.0.0']").text_content() == "was +0.50"
    np.testing.assert_allclose(in_tables(page)["loss"], by_numpy(values)["loss"], rtol=1e-9)
    page.close()


def test_it_fits_a_phone_and_answers_to_touch(browser, written):
    page = browser.new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    open_page(page, written)
    page.locator("summary").first.tap()
    page.locator(".dlc-step").first.get_by_role("button", name="Forward", exact=True).tap()
    phase(page, "forward")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.close()


def test_nothing_below_the_sentence_jumps(page: Page):
    places = []
    for part in PARTS:
        press(page, part)
        places.append(page.locator(".dlc-step summary").first.evaluate("e => e.getBoundingClientRect().top"))
    assert len(set(places)) == 1


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_stops_a_screen_reader(page: Page, dark):
    if dark:
        page.evaluate("document.body.dataset.dark = ''")
    press(page, *PARTS)
    page.locator("summary").first.click()
    page.add_script_tag(path=str(site.install_scripts(ROOT)))
    found = page.evaluate("axe.run('.dlc').then(result => result.violations)")
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


CELLS = (
    "from dlcourse import widgets\nstep = widgets.step_through()\nstep",
    "print(step.values['phase'], step.values['step'], round(step.numbers['loss'], 4))\n"
    "step.values = step.values | {'activation': 'tanh', 'phase': 'ready', 'old': None}",
    "test = widgets.quiz('03_core_algorithms')\ntest",
    "print(test.answers, sum(test.answers['4'][0] == each['right'] for each in test.questions[3:4]), test.score)",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT, folder / "course", ignore=MACHINERY)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "course" / "chapters" / "scratch.ipynb")
    server = Lab(folder, "--port", str(free_port()))
    yield server
    server.stop()


def test_in_jupyterlab_page_and_python_hold_the_same_values(lab, browser):
    """The step-through and the quiz share one start of JupyterLab: it takes longer than everything in it."""
    page = browser.new_page(viewport={"width": 1200, "height": 1700})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(lab.address("chapters/scratch.ipynb"))
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cells.nth(len(CELLS) - 1).wait_for()
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def run(place: int) -> str:
        cells.nth(place).locator(".jp-Editor").click()
        page.keyboard.press("Control+Enter")
        output = cells.nth(place).locator(".jp-OutputArea-output").first
        output.wait_for()
        return output.inner_text()

    run(0)
    page.locator(".dlc-step").wait_for()
    press(page, *PARTS)
    assert run(1).strip() == "update 1 0.5252"
    # What Python sets arrives in the page.
    expect(page.locator(".dlc-step")).to_have_attribute("data-phase", "ready", timeout=PATIENCE_MS)
    press(page, "Forward")
    page.locator(".dlc-step summary").click()
    field = page.get_by_label("target y")
    field.fill("0.5")
    field.press("Enter")
    assert sentence(page) == "Changed: target y is now 0.5."
    phase(page, "ready", 1)
    run(2)
    page.locator(".dlc-quiz").wait_for()
    question = page.locator(".dlc-quiz fieldset").nth(3)
    question.get_by_role("radio", name="A1.T @ dZ2", exact=True).check()
    question.get_by_role("button", name="Answer", exact=True).press("Enter")
    expect(question.get_by_role("status")).to_contain_text("✓ Right.")
    assert re.fullmatch(r"\{'4': \[\d\]\} 1 \(1, 7\)", run(3).strip())
    page.close()
