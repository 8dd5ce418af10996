"""Explorers of training: boundary, descent, optimizers, regularisation; numbers first, then the page."""

from __future__ import annotations

import re
import warnings
from itertools import product

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sklearn.linear_model import Ridge
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
from dlcourse.widgets import boundary, descent, optimizers, regularisation
from dlcourse.widgets._network import ACTIVATIONS, Network
from dlcourse.widgets.explorer import _halves
from dlcourse.widgets.strings import BOUNDARY, DESCENT, OPTIMIZERS, REGULARISATION

device.import_tensorflow()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

EXPLORERS = {
    BOUNDARY["title"]: widgets.explore_boundary(),
    DESCENT["title"]: widgets.explore_descent(),
    OPTIMIZERS["title"]: widgets.explore_optimizers(),
    REGULARISATION["title"]: widgets.explore_regularisation(),
}
SHOWS_BOUNDARY, SHOWS_DESCENT, SHOWS_OPTIMIZERS, SHOWS_REGULARISATION = EXPLORERS.values()
IN_TENSORFLOW = {"tanh": tf.tanh, "ReLU": tf.nn.relu, "sigmoid": tf.sigmoid}


class TestNetwork:
    @pytest.mark.parametrize("depth", [0, 1, 3])
    @pytest.mark.parametrize("name", list(ACTIVATIONS))
    def test_loss_and_slopes_are_those_of_automatic_differentiation(self, name, depth):
        (x, y), _ = boundary.SETS["circles"]
        network = Network(depth, 5, name)
        network.vector += np.random.default_rng(1).normal(
            0, 0.1, network.vector.shape
        )  # biases are not zero any more
        weights = [tf.Variable(each) for each in network.weights]
        with tf.GradientTape() as tape:
            values = tf.constant(x)
            for place in range(depth):
                values = IN_TENSORFLOW[name](values @ weights[2 * place] + weights[2 * place + 1])
            logits = (values @ weights[-2] + weights[-1])[:, 0]
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, logits))
        network.backward(x, y)
        assert network.loss(x, y) == pytest.approx(float(loss), rel=1e-4)
        np.testing.assert_allclose(network.share(x), tf.sigmoid(logits), atol=1e-5)
        for ours, theirs in zip(network.slopes, tape.gradient(loss, weights), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)

    def test_it_takes_the_steps_of_keras_adam(self):
        network = Network(2, 4, "tanh")
        w, adam = keras.Variable(network.vector), keras.optimizers.Adam(0.05, beta_2=0.99)
        adam.build([w])
        for _ in network.train(*boundary.SETS["spirals"][0], 15):
            adam.apply([tf.constant(network.slope)])
            np.testing.assert_allclose(network.vector, w, atol=1e-3)


def accuracies(**places: int) -> list[float]:
    """Accuracy on the training and the test points, as the sentence says it."""
    return [int(each) / 100 for each in re.findall(r"(\d+)%", SHOWS_BOUNDARY.frame(**places)[1])]


class TestBoundary:
    @pytest.mark.parametrize("data", ["spirals", "circles", "XOR"])
    def test_no_straight_line_does_it_and_one_hidden_layer_does(self, data):
        _, (x, y) = boundary.SETS[data]
        angles = np.linspace(0, 2 * np.pi, 180)
        ranked = y[np.argsort(x @ [np.cos(angles), np.sin(angles)], axis=0)]  # (n, directions)
        ones_below = np.cumsum(ranked, axis=0)
        right = ones_below[-1] - ones_below + np.arange(1, len(y) + 1)[:, None] - ones_below  # 1 above, 0 below
        place = list(boundary.SETS).index(data)
        best = right.max() / len(y)
        assert best < 0.8
        assert accuracies(depth=0, data=place)[1] <= best + 0.01
        assert min(accuracies(depth=1, width=5, data=place)) > 0.87

    def test_two_narrow_layers_and_more_wind_further_than_one(self):
        one, three = (accuracies(depth=depth, width=1)[0] for depth in (1, 3))
        assert three > one + 0.1

    def test_without_a_hidden_layer_the_logit_is_a_plane_over_the_map(self):
        share = SHOWS_BOUNDARY.frame(depth=0)[0]["map"].ravel().astype(float)
        plane = np.hstack([boundary.GRID, np.ones((len(share), 1))])
        logits = np.log(share / (1 - share))
        np.testing.assert_allclose(plane @ np.linalg.lstsq(plane, logits, rcond=None)[0], logits, atol=1e-3)

    def test_the_map_shows_the_network_that_the_sentence_counts(self):
        arrays, text = SHOWS_BOUNDARY.frame(depth=2, width=4, activation=1)
        (x, y), test = boundary.SETS["spirals"]
        network = Network(2, 6, "ReLU")
        list(network.train(x, y, boundary.STEPS))
        for row, column in ((0, 0), (3, 20), (31, 31)):
            at = np.array([[boundary.MIDDLES[column], boundary.MIDDLES[row]]], "f4")
            assert arrays["map"][row, column] == pytest.approx(network.share(at)[0], abs=1e-3)
        assert arrays["losses"][:, -1] == pytest.approx([network.loss(x, y), network.loss(*test)], abs=1e-3)
        assert f"{2 * 6 + 6 + 6 * 6 + 6 + 6 + 1} weights and biases" in text


class TestDescent:
    @pytest.mark.parametrize(("place", "curvature"), [(0, 1.0), (1, 10.0)])
    @pytest.mark.parametrize("start", [0.2, -1.4])
    def test_on_a_quadratic_way_and_word_follow_the_formula(self, place, curvature, start):
        surface, steps = DESCENT["surfaces"][place], np.arange(descent.STEPS + 1)
        for rate in np.geomspace(1e-3, 10**0.5, 71):
            way, factor = descent.descend(surface, rate, start), 1 - rate * curvature
            np.testing.assert_allclose(way, start * factor**steps, rtol=1e-9, atol=1e-12)
            left = factor ** (2 * descent.STEPS)  # of the loss
            kind = "converging" if left <= 0.1 else "crawling"
            if factor < -1e-9:
                kind = "diverging" if rate > 2 / curvature else "oscillating"
            assert descent.regime(way, curvature * way**2 / 2) == kind, rate

    def test_it_names_the_critical_rate(self):
        text = SHOWS_DESCENT.frame(rate=48, surface=1)[1]
        assert "Diverging" in text
        assert "Critical rate 2/λmax = 0.2: this rate is 1.26 times that." in text

    def test_in_two_valleys_it_names_the_minimum_of_the_side_it_ends_on(self):
        roots = descent.still("two valleys")
        np.testing.assert_allclose(roots**3 - roots + 0.15, 0, atol=1e-12)
        np.testing.assert_allclose(roots, [-1.07, 0.15, 0.91], atol=0.01)
        for start in range(21):
            for rate in range(0, 56, 5):  # small enough to stay
                arrays, text = SHOWS_DESCENT.frame(rate=rate, start=start, surface=2)
                side = "−1.07" if arrays["path"][0, -1, 0] < roots[1] else "0.91"
                assert f"At the minimum {side} of that side" in text

    @pytest.mark.parametrize(
        ("places", "said"),
        [
            ({"rate": 64, "start": 15}, "Oscillating"),  # above the critical rate, but the slope weakens inwards
            ({"rate": 64, "start": 19}, "No valley holds it"),
            ({"rate": 36, "start": 19}, "It ends near w = 0.92"),
            ({"rate": 52, "start": 19}, "It ends near w = −1.07"),  # one leap over the top
        ],
    )
    def test_two_valleys_hold_or_lose_it(self, places, said):
        assert said in SHOWS_DESCENT.frame(surface=2, **places)[1]

    def test_at_a_minimum_it_rests(self):
        assert DESCENT["resting"] in SHOWS_DESCENT.frame(start=10)[1]


class TestOptimizers:
    @pytest.mark.parametrize("name", OPTIMIZERS["surfaces"])
    def test_gradients_and_minima_are_right(self, name):
        surface = optimizers.SURFACES[name]
        a, b = np.random.default_rng(0).uniform(-1.5, 1.5, (2, 20))
        at = tf.Variable(a), tf.Variable(b)
        with tf.GradientTape() as tape:
            loss = surface.loss(*at)
        slopes = tape.gradient(loss, at)
        np.testing.assert_allclose(surface.gradient(a, b), slopes, atol=1e-9)
        for minimum in surface.minima:
            assert surface.loss(*minimum) == 0
            assert tuple(surface.gradient(*minimum)) == (0, 0)

    @pytest.mark.parametrize("name", OPTIMIZERS["surfaces"])
    @pytest.mark.parametrize(("rate", "beta"), [(0.016, 0.9), (0.05, 0.5)])
    def test_all_five_go_the_way_of_keras(self, name, rate, beta):
        surface, kinds = optimizers.SURFACES[name], keras.optimizers
        theirs = (
            kinds.SGD(rate),
            kinds.SGD(rate, momentum=beta),
            kinds.RMSprop(rate),
            kinds.Adam(rate, beta_1=beta),
            kinds.AdamW(rate, beta_1=beta, weight_decay=optimizers.DECAY),
        )
        ways = optimizers.walk(surface, rate, beta)
        for way, optimizer in zip(ways, theirs, strict=True):
            w = keras.Variable(np.array(surface.start, float), dtype="float64")
            optimizer.build([w])
            for point in way[1:21]:
                optimizer.apply([tf.constant(surface.gradient(*w.numpy()), "float64")])
                np.testing.assert_allclose(point, w, atol=1e-4)

    def test_without_momentum_two_are_one(self):
        arrays, _ = SHOWS_OPTIMIZERS.frame(momentum=0)
        np.testing.assert_array_equal(arrays["paths"][0], arrays["paths"][1])

    def test_sgd_diverges_beyond_two_over_the_largest_curvature(self):
        assert "SGD diverged" not in SHOWS_OPTIMIZERS.frame(rate=24)[1]
        assert "SGD diverged" in SHOWS_OPTIMIZERS.frame(rate=30)[1]

    def test_the_sentence_names_the_lowest(self):
        for places in product(range(6, 37, 6), (0, 2, 5, 7), range(3)):
            arrays, text = SHOWS_OPTIMIZERS.frame(**dict(zip(("rate", "momentum", "surface"), places, strict=True)))
            best = int(np.nanargmin(arrays["loss"][:, -1]))
            assert f"Lowest: {optimizers.NAMES[best]}." in text


class TestRegularisation:
    x, y = regularisation.sample(regularisation.POINTS, seed=1)

    def test_l2_is_ridge_regression(self):
        for strength in regularisation.STRENGTHS[::5]:
            ridge = Ridge(alpha=len(self.x) * strength).fit(regularisation.waves(self.x), self.y)
            weights, bias = regularisation.fit("L2", strength, self.x, self.y)
            np.testing.assert_allclose(weights, ridge.coef_, atol=1e-6)
            assert bias == pytest.approx(ridge.intercept_, abs=1e-6)

    def test_l1_meets_the_conditions_of_its_minimum(self):
        features = regularisation.waves(self.x)
        for strength in regularisation.STRENGTHS[::5]:
            weights, bias = regularisation.fit("L1", strength, self.x, self.y)
            errors = self.y - features @ weights - bias
            pull = 2 * features.T @ errors / len(self.x)  # against the penalty
            assert np.mean(errors) == pytest.approx(0, abs=1e-9)
            assert np.abs(pull).max() <= strength + 1e-3
            np.testing.assert_allclose(pull[weights != 0], strength * np.sign(weights[weights != 0]), atol=1e-3)

    @pytest.mark.parametrize(("penalty", "zeros"), [("L1", True), ("L2", False)])
    def test_the_test_loss_is_lowest_in_between_and_only_l1_clears_weights_away(self, penalty, zeros):
        fits = [regularisation.fit(penalty, each, self.x, self.y) for each in regularisation.STRENGTHS]
        x, y = regularisation.sample(1_000, seed=2)
        train, test = (
            [np.mean((height - regularisation.waves(place) @ w - b) ** 2) for w, b in fits]
            for place, height in ((self.x, self.y), (x, y))
        )
        assert np.all(np.diff(train) > -1e-6)
        best = int(np.argmin(test))
        assert 10 < best < 45
        assert (np.count_nonzero(fits[best][0]) < 10) == zeros
        arrays, text = SHOWS_REGULARISATION.frame(strength=best, penalty=("L1", "L2").index(penalty))
        np.testing.assert_allclose(np.array(arrays["marks"])[:, 1], [train[best], test[best]])
        assert f"training loss {train[best]:.3f}, test loss {test[best]:.3f}" in text
        assert f"lowest at λ = {regularisation.STRENGTHS[best]:.2g}" in text

    def test_what_l1_leaves_standing_are_the_waves_of_the_data(self):
        weights, _ = regularisation.fit("L1", 0.2, self.x, self.y)
        assert (np.flatnonzero(np.abs(weights) > 0.1) + 1).tolist() == list(regularisation.TRUE)


class TestWidgets:
    @pytest.mark.parametrize("title", EXPLORERS)
    def test_the_saved_state_is_small(self, title):
        assert state_bytes(EXPLORERS[title]) < 300_000

    @pytest.mark.parametrize("title", EXPLORERS)
    def test_every_combination_gives_numbers_of_one_shape(self, title):
        widget = EXPLORERS[title]
        controls = widget.spec["controls"]
        places = [range(len(each["shown"])) for each in controls]
        if widget is SHOWS_BOUNDARY:
            places[:2] = [0, 2, 4], [0, 7]  # the others lie between, and all take seconds
        shapes = {each["name"]: tuple(each["shape"]) for each in widget.spec["arrays"]}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for chosen in product(*places):
                arrays, text = widget.frame(**dict(zip([each["name"] for each in controls], chosen, strict=True)))
                assert {name: np.shape(array) for name, array in arrays.items()} == shapes
                for array in arrays.values():  # infinite ones are cut to what a page can read
                    assert not np.isinf(np.frombuffer(_halves(array), "<f2")).any()
                assert "nan" not in text
                assert "inf" not in text

    def test_a_move_is_answered_and_nonsense_is_not(self):
        widget = widgets.explore_descent()
        widget.chosen = widget.chosen | {"rate": 60}
        assert widget.answer["text"] == widget.frame(rate=60)[1]
        before = widget.answer
        widget.chosen = widget.chosen | {"rate": 71}
        assert widget.answer == before


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_page(list(EXPLORERS.values()), tmp_path_factory.mktemp("explorers"))


@pytest.fixture
def page(browser, written):
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    errors = open_page(page, written)
    expect(page.locator(".dlc-explorer")).to_have_count(len(EXPLORERS))
    yield page
    assert errors == []
    page.close()


SLIDERS = [
    *[(BOUNDARY, name) for name in ("depth", "width")],
    *[(DESCENT, name) for name in ("rate", "start")],
    *[(OPTIMIZERS, name) for name in ("rate", "momentum")],
    (REGULARISATION, "strength"),
]
CHOICES = [(BOUNDARY, "activation"), (BOUNDARY, "data"), (DESCENT, "surface"), (OPTIMIZERS, "surface")]
CHOICES += [(REGULARISATION, "penalty")]
PIXEL = """(canvas, [x, y, side]) => { // the colour at a place of a panel whose axes go from -side to side
    const across = 56 + (x + side) / (2 * side) * (canvas.clientWidth - 68);
    const down = canvas.clientHeight - 40 - (y + side) / (2 * side) * (canvas.clientHeight - 48);
    return Array.from(canvas.getContext('2d').getImageData(
        Math.round(across * devicePixelRatio), Math.round(down * devicePixelRatio), 1, 1).data); }"""


def names(cases):
    return [f"{words['title']}: {name}" for words, name in cases]


def text(page: Page, words: dict) -> str:
    return page.locator(f"{root(page, words)} .dlc-text").inner_text()


class TestPage:
    @pytest.mark.parametrize(("words", "name"), SLIDERS, ids=names(SLIDERS))
    def test_arrow_keys_redraw_every_chart_and_say_the_value(self, page: Page, words, name):
        slider = control(page, words, name)
        slider.focus()
        value, said = slider.get_attribute("aria-valuetext"), text(page, words)
        assert all(moves(page, words, lambda: page.keyboard.press("ArrowLeft")))
        assert slider.get_attribute("aria-valuetext") != value
        expect(slider.locator("xpath=../output")).to_have_text(slider.get_attribute("aria-valuetext"))
        now = text(page, words)
        assert now != said
        expect(page.locator(f"{root(page, words)} .dlc-heard")).to_have_text(now)
        assert page.locator(f"{root(page, words)} canvas").first.get_attribute("aria-label").endswith(now)

    @pytest.mark.parametrize(("words", "name"), CHOICES, ids=names(CHOICES))
    def test_a_choice_redraws_every_chart(self, page: Page, words, name):
        select = control(page, words, name)
        last = select.locator("option").count() - 1
        other = 0 if select.input_value() != "0" else last
        assert all(moves(page, words, lambda: select.select_option(index=other)))

    def test_dragging_the_rate_up_ends_in_divergence(self, page: Page):
        slider = control(page, DESCENT, "rate")
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] / 2, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 2, middle, steps=8)
        page.mouse.up()
        assert slider.get_attribute("aria-valuetext") == "3.16"
        expect(page.locator(f"{root(page, DESCENT)} .dlc-text")).to_have_text(SHOWS_DESCENT.frame(rate=70)[1])
        assert "Diverging" in text(page, DESCENT)

    def test_the_map_is_orange_inside_the_inner_circle_and_blue_outside(self, page: Page):
        control(page, BOUNDARY, "data").select_option(label="circles")
        control(page, BOUNDARY, "width").focus()
        page.keyboard.press("End")
        expect(page.locator(root(page, BOUNDARY))).to_have_attribute("data-key", "1,5,0,1")
        chart = page.locator(f"{root(page, BOUNDARY)} canvas").first
        inside, outside = (chart.evaluate(PIXEL, [x, x, boundary.SIDE]) for x in (0.12, 1.1))
        assert inside[0] > inside[2] + 50
        assert outside[2] > outside[0] + 50

    def test_a_line_that_is_taken_away_leaves_both_charts(self, page: Page):
        charts = [f"{root(page, OPTIMIZERS)} figure:nth-child({n}) canvas" for n in (1, 2)]
        before = [ink(page, chart) for chart in charts]
        page.locator(f"{root(page, OPTIMIZERS)} .dlc-legend label").nth(2).click()
        assert all(ink(page, chart) != old for chart, old in zip(charts, before, strict=True))

    def test_nothing_below_the_sentence_jumps(self, page: Page):
        page.set_viewport_size({"width": 390, "height": 900})
        for words, name in SLIDERS:
            note, places = page.locator(f"{root(page, words)} .dlc-note"), set()
            for press in ("Home", *["ArrowRight"] * 8):
                control(page, words, name).press(press)
                page.wait_for_timeout(30)
                places.add(note.evaluate("e => Math.round(e.getBoundingClientRect().top + scrollY)"))
            assert len(places) == 1, name

    def test_it_fits_a_phone_and_answers_to_touch(self, browser, written):
        page = browser.new_page(viewport={"width": 390, "height": 800}, has_touch=True)
        open_page(page, written)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        for words, name in SLIDERS:
            old, slider = key(page, words), control(page, words, name)
            slider.scroll_into_view_if_needed()
            slider.tap(position={"x": 6, "y": 10})
            page.wait_for_function("([root, old]) => root.dataset.key !== old", arg=[handle(page, words), old])
            value = slider.locator("xpath=../output")  # in one row with its slider
            assert value.bounding_box()["y"] < slider.bounding_box()["y"] + slider.bounding_box()["height"], name
        page.close()

    @pytest.mark.parametrize("dark", [False, True])
    def test_it_follows_the_dark_and_nothing_stops_a_screen_reader(self, page: Page, dark):
        charts = page.locator(".dlc-explorer canvas").count()
        before = [ink(page, f"canvas >> nth={n}") for n in range(charts)]
        if dark:
            page.evaluate("document.body.dataset.dark = document.body.dataset.theme = 'dark'")
            page.wait_for_timeout(150)
            assert all(ink(page, f"canvas >> nth={n}") != old for n, old in enumerate(before))
        assert serious_findings(page) == []
