"""Explorers whose numbers have formulas: activations, losses, softmax, schedules; numbers first, then the page."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from widget_page import (
    control,
    handle,
    ink,
    key,
    moves,
    open_page,
    root,
    serious_findings,
    state_bytes,
    write_page,
)

from dlcourse import device, widgets
from dlcourse.widgets import activations, losses, schedules, softmax
from dlcourse.widgets._base import Axis, Layer, Panel, slider, with_minus
from dlcourse.widgets.explorer import Explorer
from dlcourse.widgets.strings import ACTIVATIONS, LOSSES, SCHEDULES, SOFTMAX

device.import_tensorflow()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

TITLES = [words["title"] for words in (ACTIVATIONS, LOSSES, SOFTMAX, SCHEDULES)]
MAKERS = (
    widgets.explore_activations,
    widgets.explore_losses,
    widgets.explore_softmax,
    widgets.explore_schedules,
)
IN_KERAS = {
    "sigmoid": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "ReLU": keras.activations.relu,
    "leaky ReLU": lambda z: keras.activations.leaky_relu(z, negative_slope=0.1),
    "GELU": lambda z: keras.activations.gelu(z, approximate=False),
    "SiLU": keras.activations.silu,
}


def gradient(function, at):
    """The value of `function` and its slope by automatic differentiation, elementwise."""
    at = tf.Variable(np.asarray(at, "float64"))
    with tf.GradientTape() as tape:
        value = function(at)
    return value.numpy(), tape.gradient(value, at).numpy()


class TestNumbers:
    @pytest.mark.parametrize("name", list(activations.PAIRS))
    def test_activations_and_derivatives_are_those_of_keras(self, name):
        z = np.linspace(-5, 5, 200)
        for ours, theirs in zip(activations.PAIRS[name], gradient(IN_KERAS[name], z), strict=True):
            np.testing.assert_allclose(ours(z), theirs, atol=1e-6)

    @pytest.mark.parametrize("name", list(activations.PAIRS))
    @pytest.mark.parametrize("start", ["Glorot", "He"])
    def test_what_reaches_each_layer_is_what_automatic_differentiation_finds(self, name, start):
        depth = 5
        rng = np.random.default_rng(0)
        values, arriving = rng.normal(size=(2, activations.BATCH, activations.UNITS))
        weights = rng.normal(size=(activations.MOST, activations.UNITS, activations.UNITS))
        fans = {"fan_in": activations.UNITS, "fan_out": activations.UNITS}
        variance = 2 / (fans["fan_in"] + fans["fan_out"]) if start == "Glorot" else 2 / fans["fan_in"]
        sums = []
        with tf.GradientTape() as tape:
            values = tf.constant(values)
            for W in weights[:depth]:
                sums.append(values @ (np.sqrt(variance) * W))
                tape.watch(sums[-1])
                values = IN_KERAS[name](sums[-1])
        slopes = tape.gradient(values, sums, output_gradients=tf.constant(arriving))
        sizes = activations.reaching(name, depth, start)
        np.testing.assert_allclose(
            sizes[:depth], [np.sqrt(np.mean(each.numpy() ** 2)) for each in slopes], rtol=1e-5
        )
        assert np.isnan(sizes[depth:]).all()

    def test_sigmoid_loses_the_gradient_and_relu_with_hes_start_keeps_it(self):
        assert activations.reaching("sigmoid", 20, "Glorot")[0] < 1e-10
        assert 0.1 < activations.reaching("ReLU", 20, "He")[0] < 10
        assert activations.reaching("ReLU", 20, "Glorot")[0] < 0.01

    @pytest.mark.parametrize("delta", losses.DELTAS)
    def test_losses_for_numbers_are_those_of_keras_and_so_are_their_gradients(self, delta):
        y_hat = np.linspace(-3, 3, 80)  # not through 0, where the absolute error has no slope
        theirs = (
            lambda y: (y - 0.0) ** 2,
            lambda y: tf.abs(y),
            lambda y: keras.losses.huber(tf.zeros_like(y[:, None]), y[:, None], delta=delta),
        )
        values, slopes = losses.for_numbers(y_hat, delta)
        for function, value, slope in zip(theirs, values, slopes, strict=True):
            for ours, found in zip((value, slope), gradient(function, y_hat), strict=True):
                np.testing.assert_allclose(ours, found, atol=1e-6)

    def test_losses_for_yes_or_no_are_those_of_keras_and_so_are_their_gradients(self):
        z = np.linspace(-6, 6, 80)
        theirs = (
            lambda z: (1 - tf.sigmoid(z)) ** 2,
            lambda z: keras.losses.binary_crossentropy(tf.ones_like(z[:, None]), z[:, None], from_logits=True),
        )
        for function, value, slope in zip(theirs, *losses.for_yes(z), strict=True):
            for ours, found in zip((value, slope), gradient(function, z), strict=True):
                np.testing.assert_allclose(ours, found, atol=1e-6)

    @pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 10.0])
    def test_softmax_is_that_of_tensorflow_and_its_entropy_too(self, temperature):
        probs = softmax.softmax(softmax.LOGITS, temperature)
        np.testing.assert_allclose(probs, tf.nn.softmax(softmax.LOGITS / temperature), atol=1e-12)
        in_nats = keras.losses.categorical_crossentropy(probs, probs)
        np.testing.assert_allclose(softmax.entropy(probs), in_nats / np.log(2), atol=1e-4)

    def test_temperature_ends_at_one_word_and_at_all_alike(self):
        cold, hot = (softmax.softmax(softmax.LOGITS[1], each) for each in (0.01, 1e6))
        assert cold.max() > 0.999
        np.testing.assert_allclose(hot, 1 / 8, atol=1e-5)
        np.testing.assert_allclose(softmax.softmax([1000.0, 1001.0], 0.1).sum(), 1)  # and nothing overflows
        assert softmax.entropy(np.array([1.0, 0.0])) == 0

    def test_schedules_are_those_of_keras(self):
        last, peak = schedules.STEPS - 1, 0.1
        ours = schedules.rates(peak, 0.25)
        kinds = keras.optimizers.schedules
        bounds = [schedules.STEPS // 2 - 1, schedules.STEPS * 3 // 4 - 1]
        theirs = [
            lambda _: peak,
            kinds.PiecewiseConstantDecay(bounds, [peak, peak / 10, peak / 100]),
            kinds.ExponentialDecay(peak, last, 0.01),
            kinds.CosineDecay(peak, last),
        ]
        for row, schedule in zip(ours, theirs, strict=False):
            np.testing.assert_allclose(row, [schedule(step) for step in range(schedules.STEPS)], atol=1e-6)

    def test_one_cycle_climbs_then_falls_and_is_the_cosine_without_a_warm_up(self):
        rate = schedules.rates(1.0, 0.25)[4]
        assert rate[0] == pytest.approx(1 / 25)
        assert np.argmax(rate) == pytest.approx(0.25 * schedules.STEPS, abs=2)
        assert rate.max() == pytest.approx(1, abs=0.02)
        assert rate[-1] == pytest.approx(0, abs=1e-12)
        assert np.unique(np.sign(np.diff(rate[:70]))).tolist() == [1]
        assert np.unique(np.sign(np.diff(rate[76:]))).tolist() == [-1]
        np.testing.assert_allclose(schedules.rates(1.0, 0.0)[4], schedules.rates(1.0, 0.0)[3], atol=1e-12)

    def test_the_mean_loss_is_that_of_many_drawn_descents(self):
        rng = np.random.default_rng(1)
        rates = schedules.rates(0.5, 0.2)
        weights = np.full((5, 4_000, len(schedules.CURVATURES)), schedules.START)
        drawn = []
        for step in range(schedules.STEPS):
            drawn.append((schedules.CURVATURES * weights**2 / 2).sum(-1).mean(-1))
            noise = schedules.NOISE * rng.normal(size=weights.shape)
            weights = weights - rates[:, step, None, None] * (schedules.CURVATURES * weights + noise)
        np.testing.assert_allclose(schedules.expected_losses(rates), np.stack(drawn, 1), rtol=0.1)

    @pytest.mark.parametrize(("peak", "diverges"), [(1.9, False), (2.2, True)])
    def test_a_constant_rate_diverges_beyond_two_over_the_largest_curvature(self, peak, diverges):
        losses_of = schedules.expected_losses(schedules.rates(peak, 0.2))
        assert (losses_of[0, -1] > losses_of[0, 0]) == diverges


class TestWidgets:
    @pytest.mark.parametrize("maker", MAKERS, ids=TITLES)
    def test_the_saved_state_is_small(self, maker):
        assert state_bytes(maker()) < 300_000

    def test_what_is_said_are_the_numbers(self):
        for maker, said in (
            (widgets.explore_activations, f"sigmoid {activations.reaching('sigmoid', 10, 'Glorot')[0]:.2g}"),
            (widgets.explore_losses, "Logit -2, label 1, probability 0.119: squared error 0.776, gradient -0.185"),
            (widgets.explore_softmax, "sofa 36.2%"),
            (widgets.explore_schedules, "constant 0.031"),
        ):
            assert with_minus(said) in maker().answer["text"]
        diverged = widgets.explore_schedules().frame(peak=len(schedules.PEAKS) - 1)[1]
        assert (
            f"constant {SCHEDULES['diverged']}, step decay {SCHEDULES['diverged']}, exponential 0.011" in diverged
        )

    def test_the_marker_lies_on_the_curve(self):
        arrays, _ = widgets.explore_losses().frame(delta=5, y_hat=3, z=20)
        values, slopes = losses.for_numbers([-2.25], losses.DELTAS[5])
        np.testing.assert_allclose(arrays["number_loss_at"], [[-2.25, each[0]] for each in values])
        np.testing.assert_allclose(arrays["number_slope_at"], [[-2.25, each[0]] for each in slopes])
        np.testing.assert_allclose(arrays["class_slope_at"][:, 0], 4)

    def test_many_powers_of_ten_are_kept(self):
        widget = widgets.explore_activations()
        widget.chosen = widget.chosen | {"depth": 19}
        kept = 10 ** np.frombuffer(widget.answer["data"][: 6 * 20 * 2], "<f2").reshape(6, 20).astype(float)
        expected = [activations.reaching(name, 20, "Glorot") for name in activations.PAIRS]
        np.testing.assert_allclose(kept, expected, rtol=0.02)
        assert kept.min() < 1e-10

    @pytest.mark.parametrize(
        ("python", "read"),
        [("-2", "−2"), ("4e-07", "4e−07"), ("a -0.5, b", "a −0.5, b"), ("one-cycle", "one-cycle")],
    )
    def test_a_minus_is_read_out_and_a_hyphen_stays(self, python, read):
        assert with_minus(python) == read

    def test_nonsense_from_a_page_changes_nothing(self):
        widget = widgets.explore_softmax()
        before = widget.answer
        for nonsense in ({"temperature": 99, "text": 0}, {"temperature": "x", "text": 0}, {}):
            widget.chosen = nonsense
            assert widget.answer == before

    def test_a_layer_without_its_array_is_named(self):
        panel = Panel("chart", Axis("x"), Axis("y"), [Layer("verticals", "nowhere")])
        with pytest.raises(ValueError, match="'nowhere'"):
            Explorer("tried", [slider("a", "A", [1, 2])], [panel], lambda a: ({"here": [a]}, "said"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_page([maker() for maker in MAKERS], tmp_path_factory.mktemp("explorers"))


@pytest.fixture
def page(browser, written):
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    errors = open_page(page, written)
    expect(page.locator(".dlc-explorer")).to_have_count(len(MAKERS))
    yield page
    assert errors == []
    page.close()


CASES = [
    (ACTIVATIONS, "depth", [False, False, True]),
    (LOSSES, "delta", [True, True, False, False]),
    (LOSSES, "y_hat", [True, True, False, False]),
    (LOSSES, "z", [False, False, True, True]),
    (SOFTMAX, "temperature", [True, True]),
    (SCHEDULES, "peak", [True, True]),
    (SCHEDULES, "warm_up", [True, True]),
]


class TestPage:
    @pytest.mark.parametrize(("words", "name", "changed"), CASES, ids=[name for _, name, _ in CASES])
    def test_arrow_keys_redraw_what_depends_on_it_and_say_the_value(self, page: Page, words, name, changed):
        slider = control(page, words, name)
        slider.focus()
        value, said = (
            slider.get_attribute("aria-valuetext"),
            page.locator(f"{root(page, words)} .dlc-text").inner_text(),
        )
        assert moves(page, words, lambda: page.keyboard.press("ArrowRight")) == changed
        assert slider.get_attribute("aria-valuetext") != value
        now = page.locator(f"{root(page, words)} .dlc-text").inner_text()
        assert now != said
        expect(page.locator(f"{root(page, words)} .dlc-heard")).to_have_text(now)
        label = page.locator(f"{root(page, words)} canvas").first.get_attribute("aria-label")
        assert label.endswith(now)

    @pytest.mark.parametrize(("words", "name"), [(ACTIVATIONS, "start"), (SOFTMAX, "text")], ids=["start", "text"])
    def test_a_choice_redraws(self, page: Page, words, name):
        select = control(page, words, name)
        assert moves(page, words, lambda: select.select_option(index=1))[-1]

    def test_dragging_the_temperature_up_evens_the_bars(self, page: Page):
        slider = control(page, SOFTMAX, "temperature")
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] / 2, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 2, middle, steps=8)
        page.mouse.up()
        assert slider.get_attribute("aria-valuetext") == "10.00"
        expect(page.locator(f"{root(page, SOFTMAX)} .dlc-text")).to_contain_text("equally likely")
        stored = widgets.explore_softmax().frame(temperature=40)[1]
        assert page.locator(f"{root(page, SOFTMAX)} .dlc-text").inner_text() == stored

    def test_every_stop_shows_its_own_frame(self, page: Page):
        widget = widgets.explore_losses()
        for name in ("delta", "y_hat", "z"):
            control(page, LOSSES, name).focus()
            page.keyboard.press("End")
        expect(page.locator(f"{root(page, LOSSES)} .dlc-text")).to_have_text(
            widget.frame(delta=9, y_hat=24, z=24)[1]
        )

    def test_a_line_and_its_marker_leave_together_and_keep_their_colour(self, page: Page):
        legend = page.locator(f"{root(page, LOSSES)} .dlc-legend label")
        assert legend.all_inner_texts() == [*LOSSES["numbers"], LOSSES["classes"][1]]
        blue = """canvas => { const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let count = 0;
            const near = (i, value) => Math.abs(data[i] - value) < 9; // #0072B2
            for (let i = 0; i < data.length; i += 4)
              if (data[i + 3] > 250 && near(i, 0) && near(i + 1, 114) && near(i + 2, 178)) count++;
            return count; }"""
        charts = page.locator(f"{root(page, LOSSES)} canvas")
        assert all(charts.nth(n).evaluate(blue) > 50 for n in range(4))
        legend.first.click()
        assert [charts.nth(n).evaluate(blue) for n in range(4)] == [0] * 4

    def test_a_vertical_line_stands_at_the_logit(self, page: Page):
        dark = """canvas => { const { width, height } = canvas, ratio = devicePixelRatio, pen = canvas.getContext('2d');
            const columns = Array(width).fill(0), data = pen.getImageData(0, 0, width, height).data;
            for (let y = 12 * ratio; y < height - 44 * ratio; y++)
              for (let x = 60 * ratio; x < width - 16 * ratio; x++) {
                const i = 4 * (y * width + x);
                if (data[i + 3] > 90 && data[i] < 60 && data[i + 1] < 60 && data[i + 2] < 60) columns[x] += 1;
              }
            return columns.indexOf(Math.max(...columns)) / ratio; }"""
        chart = page.locator(f"{root(page, LOSSES)} canvas").nth(3)
        width = chart.evaluate("canvas => canvas.clientWidth")
        slider = control(page, LOSSES, "z")
        for press, z in (("End", 4.0), ("Home", -4.0)):
            slider.focus()
            page.keyboard.press(press)
            page.keyboard.press("ArrowLeft" if press == "End" else "ArrowRight")
            page.wait_for_timeout(100)
            assert chart.evaluate(dark) == pytest.approx(56 + (z + 6.4) / 12.8 * (width - 68), abs=2)

    def test_nothing_below_the_sentence_jumps(self, page: Page):
        page.set_viewport_size({"width": 390, "height": 900})
        for words, name in [(words, name) for words, name, _ in CASES]:
            places = set()
            for press in ("Home", *["ArrowRight"] * 12):
                control(page, words, name).focus()
                page.keyboard.press(press)
                page.wait_for_timeout(30)
                note = page.locator(f"{root(page, words)} .dlc-note")
                places.add(note.evaluate("e => Math.round(e.getBoundingClientRect().top + scrollY)"))
            assert len(places) == 1, name

    def test_jupyterlab_gets_only_the_keys_with_control(self, page: Page):
        slider, mark = control(page, SOFTMAX, "temperature"), "data-lm-suppress-shortcuts"
        slider.press("ArrowRight")
        assert slider.get_attribute(mark) is not None
        slider.press("Control+e")
        assert slider.get_attribute(mark) is None

    def test_it_follows_the_dark(self, page: Page):
        chart = f"{root(page, ACTIVATIONS)} canvas"
        before = ink(page, chart)
        page.evaluate("document.body.dataset.dark = document.body.dataset.theme = 'dark'")
        page.wait_for_timeout(100)
        assert ink(page, chart) != before

    def test_it_fits_a_phone_and_answers_to_touch(self, browser, written):
        page = browser.new_page(viewport={"width": 390, "height": 800}, has_touch=True)
        open_page(page, written)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        for words, name, _ in CASES:
            old = key(page, words)
            slider = control(page, words, name)
            slider.scroll_into_view_if_needed()
            slider.tap(position={"x": 6, "y": 10})
            page.wait_for_function("([root, old]) => root.dataset.key !== old", arg=[handle(page, words), old])
        page.close()

    @pytest.mark.parametrize("dark", [False, True])
    def test_nothing_stops_a_screen_reader(self, page: Page, dark):
        if dark:
            page.evaluate("document.body.dataset.dark = document.body.dataset.theme = 'dark'")
        assert serious_findings(page) == []

    def test_two_of_a_kind_do_not_disturb_each_other(self, browser, tmp_path):
        page = browser.new_page()
        open_page(page, write_page([widgets.explore_softmax(), widgets.explore_softmax()], tmp_path))
        expect(page.locator(".dlc-explorer")).to_have_count(2)
        other = page.locator(".dlc-explorer").nth(1)
        old = other.get_attribute("data-key")
        page.locator("[data-name=temperature]").first.focus()
        page.keyboard.press("End")
        expect(page.locator(".dlc-explorer").first).to_have_attribute("data-key", "40,0")
        assert other.get_attribute("data-key") == old
        page.close()
