"""The drawing pad: MNIST's look, a network computed in the page as Keras computes it, and a hand that draws."""

from __future__ import annotations

import re

import numpy as np
import pytest
from browser import outside_requests
from playwright.sync_api import Page, expect
from widget_page import ROOT, ink, open_page, state_bytes, write_page

from dlcourse import data, device, site, widgets
from dlcourse.widgets.drawpad import MOST_NUMBERS, MOST_POINTS, DrawPad, _pack, mnist_look, read_network
from dlcourse.widgets.strings import COMMON, DRAWPAD

device.import_tensorflow()

import keras  # noqa: E402
from keras import layers  # noqa: E402

SEVEN = [[(80, 70), (200, 70), (185, 110), (150, 170), (130, 230)], [(110, 150), (190, 150)]]
# What the page holds: the shares behind the bars, and the middle of each of the 28 × 28 squares that the network sees.
SHARES = "root => Array.from(root.querySelectorAll('.dlc-bar'), bar => parseFloat(bar.style.width) / 100)"
PICTURE = """root => { const canvas = root.querySelector('.dlc-seen'), side = canvas.width;
    const all = canvas.getContext('2d').getImageData(0, 0, side, side).data;
    const at = k => Math.floor((k + 0.5) * side / 28);
    return Array.from({ length: 784 }, (_, i) => all[4 * (at(Math.floor(i / 28)) * side + at(i % 28))]); }"""
NEXT = """async root => {
    const show = [...root.querySelectorAll('button')].find(button => button.textContent === 'Show an example');
    await new Promise(done => { root.addEventListener('dlc-drawn', done, { once: true }); show.click(); }); }"""


FLAT = layers.Flatten


def network(*kinds, shape=(28, 28, 1)) -> keras.Sequential:
    return keras.Sequential([keras.Input(shape), *kinds])


@pytest.fixture(scope="module")
def digits():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_DATA", "embedded")
        return data.load_mnist()


@pytest.fixture(scope="module")
def small(digits):
    """The fast network of chapter 5, trained for as long as it takes to read most digits."""
    keras.utils.set_random_seed(0)
    model = network(layers.Cropping2D(2))
    for filters in (12, 40, 96):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.MaxPooling2D())
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(FLAT())
    model.add(layers.Dense(10))
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss_fn, steps_per_execution=16)
    model.fit(digits.x_train[..., None] / np.float32(255), digits.y_train, batch_size=96, epochs=2, verbose=0)
    return model


def zoo() -> keras.Sequential:
    """All kinds of layers that the page computes and `small` has not, with random weights; it takes 0 to 255."""
    keras.utils.set_random_seed(1)
    last = keras.Sequential([layers.Dense(20, activation="relu", use_bias=False), layers.BatchNormalization()])
    model = network(
        layers.Reshape((28, 28, 1)),
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(6, (5, 4), strides=2, padding="same", activation="tanh"),
        layers.BatchNormalization(),
        layers.AveragePooling2D(3, strides=1, padding="same"),
        layers.Conv2D(24, 3, strides=(1, 2)),
        layers.MaxPooling2D(3, strides=2, padding="same"),
        layers.Activation("sigmoid"),
        layers.SpatialDropout2D(0.3),
        layers.GlobalMaxPooling2D(),
        last,
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
        shape=(28, 28),
    )
    chance = np.random.default_rng(1)
    model.set_weights([weights + chance.uniform(0.05, 0.6, weights.shape) for weights in model.get_weights()])
    return model


def with_drawing(strokes, digits, example: int = -1) -> DrawPad:
    pad = widgets.draw_digit(network(FLAT(), layers.Dense(10)), digits)
    pad.drawing = {"example": example, "strokes": [np.ravel(stroke).tolist() for stroke in strokes]}
    return pad


def scribbles(count: int) -> list[list[np.ndarray]]:
    chance = np.random.default_rng(3)
    return [
        [np.round(chance.uniform(*sorted(chance.uniform(0, 280, 2)), (n, 2))) for n in chance.integers(1, 9, 3)]
        for _ in range(count)
    ]


class TestLook:
    def test_mnists_own_digits_stay_as_they_are(self, real_data_folder, monkeypatch):
        monkeypatch.setenv("DLCOURSE_DATA", str(real_data_folder))
        for picture in data.load_mnist().x_test[:500]:
            np.testing.assert_array_equal(mnist_look(picture), picture)

    def test_a_second_look_changes_nothing(self, digits):
        for picture in digits.x_test[:200]:
            look = mnist_look(picture)
            np.testing.assert_array_equal(mnist_look(look), look)

    def test_a_block_is_averaged_and_put_into_the_middle(self):
        bitmap = np.zeros((100, 100))
        bitmap[7:47, 51:91] = np.random.default_rng(0).integers(1, 256, (40, 40))
        look = mnist_look(bitmap)
        rows, columns = (np.flatnonzero(look.any(axis=axis)) for axis in (1, 0))
        assert len(rows) == len(columns) == 20
        means = bitmap[7:47, 51:91].reshape(20, 2, 20, 2).mean(axis=(1, 3))
        np.testing.assert_array_equal(look[rows[0] :, columns[0] :][:20, :20], np.floor(means + 0.5))

    @pytest.mark.parametrize("strokes", scribbles(20))
    def test_the_box_has_20_pixels_and_the_mass_lies_at_row_and_column_14(self, strokes):
        look = mnist_look(strokes)
        extents = [np.ptp(np.flatnonzero(look.any(axis=axis))) + 1 for axis in (0, 1)]
        assert 3 <= max(extents) <= 20
        assert look.max() >= 240
        edges = [look[0].any(), look[-1].any(), look[:, 0].any(), look[:, -1].any()]
        assert np.abs(mass_of(look) - 14).max() <= 0.5 or any(edges)

    def test_place_and_size_on_the_pad_make_no_difference(self):
        strokes = [np.array(stroke, float) for stroke in SEVEN]
        look = mnist_look(strokes)
        np.testing.assert_array_equal(mnist_look([stroke - 31 for stroke in strokes]), look)
        np.testing.assert_array_equal(mnist_look([stroke / 2 for stroke in strokes]), look)
        assert np.ptp(np.flatnonzero(look.any(axis=1))) + 1 == 20  # the higher side fills the box

    def test_a_dot_stays_a_dot_and_nothing_stays_nothing(self):
        dot = mnist_look([[(30, 250)]])
        assert 0 < np.count_nonzero(dot) <= 16
        assert not mnist_look([]).any()
        assert not mnist_look(np.zeros((28, 28))).any()

    @pytest.mark.parametrize(
        ("drawing", "message"),
        [
            (np.zeros((2, 3, 4)), r"this array has the shape \(2, 3, 4\)"),
            (np.full((5, 5), 256), "numbers from 0 to 255"),
            (np.full((5, 5), np.nan), "numbers from 0 to 255"),
            ([[1, 2, 3]], r"this one has the shape \(3,\)"),
            ([[(1, np.inf)]], "finite x and y"),
        ],
    )
    def test_bad_input_is_named(self, drawing, message):
        with pytest.raises(ValueError, match=message):
            mnist_look(drawing)


def mass_of(picture: np.ndarray) -> np.ndarray:
    """Row and column of the centre of mass."""
    return (np.indices((28, 28)) * picture).sum(axis=(1, 2)) / picture.sum()


UNREADABLE = {
    "needs a model from pictures": lambda: network(FLAT(), layers.Dense(10), shape=(32, 32, 3)),
    r"to 10 classes; this one goes from .* to \(3,\)": lambda: network(FLAT(), layers.Dense(3)),
    "no weights yet": lambda: keras.Sequential([FLAT(), layers.Dense(10)]),
    "101,770 parameters; a pad carries at most": lambda: network(FLAT(), layers.Dense(128), layers.Dense(10)),
    "a LayerNormalization; it computes .*Conv2D": lambda: network(
        layers.LayerNormalization(), FLAT(), layers.Dense(10)
    ),
    "activation 'gelu'": lambda: network(FLAT(), layers.Dense(9, "gelu"), layers.Dense(10)),
    "softmax at the end": lambda: network(FLAT(), layers.Dense(9), layers.Softmax(), layers.Dense(10)),
    "logits or in a softmax, not in 'sigmoid'": lambda: network(FLAT(), layers.Dense(10, "sigmoid")),
    "put a Flatten before": lambda: network(layers.Dense(2), FLAT(), layers.Dense(10)),
    "dilation": lambda: network(layers.Conv2D(2, 3, dilation_rate=2), FLAT(), layers.Dense(10)),
    "over another axis": lambda: network(layers.BatchNormalization(axis=1), FLAT(), layers.Dense(10)),
    "no plain ReLU": lambda: network(layers.ReLU(negative_slope=0.1), FLAT(), layers.Dense(10)),
}


class TestPython:
    @pytest.mark.parametrize("message", UNREADABLE)
    def test_a_network_that_the_page_cannot_compute_is_named(self, message):
        with pytest.raises(ValueError, match=message):
            read_network(UNREADABLE[message]())

    def test_only_sequential_networks_are_read(self, digits):
        with pytest.raises(TypeError, match=r"keras\.Sequential.*this is a str"):
            widgets.draw_digit("digits.onnx", digits)

    def test_full_ink_is_what_the_network_was_trained_on(self, small, digits):
        rescaled = network(layers.Cropping2D(2), layers.Rescaling(1 / 255), FLAT(), layers.Dense(10))
        assert [widgets.draw_digit(each, digits).network["full"] for each in (small, zoo(), rescaled)] == [
            1,
            255,
            255,
        ]
        assert widgets.draw_digit(small, digits, full=2).network["full"] == 2

    def test_weights_keep_16_bits_after_the_first(self):
        numbers = np.random.default_rng(0).normal(size=1_000).astype(np.float32)
        stored = np.zeros((1_000, 4), np.uint8)
        stored[:, 1:] = np.frombuffer(_pack(numbers), np.uint8).reshape(-1, 3)
        np.testing.assert_allclose(stored.view("<f4")[:, 0], numbers, rtol=2**-16)

    def test_its_state_stays_small_with_the_largest_network_and_a_full_pad(self, small, digits):
        pad = widgets.draw_digit(small, digits)
        assert state_bytes(pad) < 300_000
        layer_list, weights = read_network(small)
        largest = DrawPad(
            layer_list, np.resize(weights, MOST_NUMBERS), 1.0, (digits.x_test[:10], digits.y_test[:10])
        )
        largest.drawing = {"example": 3, "strokes": [[234] * (2 * MOST_POINTS)]}
        assert state_bytes(largest) < 300_000

    def test_python_sees_the_picture_and_the_words_stand_in_one_place(self, digits):
        pad = with_drawing(SEVEN, digits)
        np.testing.assert_array_equal(pad.picture(), mnist_look(SEVEN))
        pad.drawing = {"example": 4, "strokes": []}
        np.testing.assert_array_equal(pad.picture(), digits.x_test[list(digits.y_test).index(4)])
        assert pad.strings == COMMON | DRAWPAD


@pytest.fixture(scope="module")
def written(small, digits, tmp_path_factory):
    return write_page([widgets.draw_digit(small, digits) for _ in range(2)], tmp_path_factory.mktemp("pads"))


def visit(browser, path, **options) -> Page:
    """A page without a kernel, whose requests to other machines are noted and cut off."""
    page = browser.new_page(**{"viewport": {"width": 1000, "height": 900}, **options})
    page.outside = outside_requests(page)
    page.route(re.compile("^https?://"), lambda route: route.abort())
    page.errors = open_page(page, path)
    return page


@pytest.fixture
def page(browser, written):
    page = visit(browser, written)
    expect(page.locator(".dlc-drawpad")).to_have_count(2)
    yield page
    assert page.errors == page.outside == []
    page.close()


def shares(page: Page, which: int = 0) -> np.ndarray:
    return np.array(page.locator(".dlc-drawpad").nth(which).evaluate(SHARES))


def picture(page: Page, which: int = 0) -> np.ndarray:
    """What the network sees, as it is drawn, (28, 28); the overlay must be off."""
    return np.reshape(page.locator(".dlc-drawpad").nth(which).evaluate(PICTURE), (28, 28)).astype(int)


def on_pad(page: Page, points) -> list[tuple[float, float]]:
    pad = page.locator(".dlc-pad").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    return [(box["x"] + x / 280 * box["width"], box["y"] + y / 280 * box["height"]) for x, y in points]


def draw(page: Page, points) -> None:
    first, *others = on_pad(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    page.wait_for_timeout(50)


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True).first


def overlay(page: Page):
    return page.get_by_label("Saliency overlay").first


class TestInference:
    """The page's shares against Keras's, on pictures that go the way of every example."""

    @pytest.mark.parametrize("kind", ["small", "zoo"])
    def test_shares_are_those_of_keras_on_100_digits(self, browser, tmp_path, small, digits, kind):
        model = small if kind == "small" else zoo()
        pictures = digits.x_test[:100].copy()
        pictures[50:] //= 2  # faint digits leave it in doubt
        pad = widgets.draw_digit(model, digits)
        pad.examples, pad.labels = pictures.tobytes(), digits.y_test[:100].tolist()
        page = visit(browser, write_page([pad], tmp_path))
        found = page.locator(".dlc-drawpad").evaluate(
            f"async root => {{ const all = []; for (let i = 0; i < 100; i++) {{ await ({NEXT})(root);"
            f" all.push(({SHARES})(root)); }} return all; }}"
        )
        inputs = pictures.astype("float32").reshape(-1, *model.input_shape[1:])
        if kind == "small":
            wanted = keras.ops.convert_to_numpy(keras.ops.softmax(model(inputs / 255)))
            assert (wanted[:50].argmax(axis=1) == digits.y_test[:50]).mean() > 0.8
        else:
            wanted = model.predict(inputs, verbose=0)
        assert ((wanted > 0.02) & (wanted < 0.98)).sum() > 50  # numbers that could differ
        assert wanted.std(axis=0).max() > 0.01  # and that tell pictures apart
        np.testing.assert_allclose(found, wanted, atol=1e-4)
        assert page.errors == page.outside == []
        page.close()

    def test_the_overlay_shows_what_blanking_does_in_keras(self, page: Page, small, digits):
        page.locator(".dlc-drawpad").first.evaluate(NEXT)
        shown = digits.x_test[list(digits.y_test).index(0)]
        places = np.ndindex(13, 13)
        patches = [(2 * i, 2 * j) for i, j in places if shown[2 * i : 2 * i + 4, 2 * j : 2 * j + 4].any()]
        blanked = np.stack([shown] * (len(patches) + 1)).astype("float32") / 255
        for place, (top, left) in enumerate(patches):
            blanked[place, top : top + 4, left : left + 4] = 0
        logits = small.predict(blanked[..., None], verbose=0)
        digit = logits[-1].argmax()
        falls = logits[-1, digit] - logits[:-1, digit]
        page.wait_for_function("document.querySelector('.dlc-drawpad').dataset.saliency !== undefined")
        found = page.locator(".dlc-drawpad").first.get_attribute("data-saliency").split()
        np.testing.assert_allclose(np.array(found, float), falls, atol=2e-3)
        row, column = patches[falls.argmax()]
        text = DRAWPAD["saliency_text"].format(row=row, column=column, digit=digit, fall=f"{falls.max():.1f}")
        expect(page.locator(".dlc-heard").nth(1)).to_have_text(text)
        coloured = ink(page, ".dlc-seen")
        overlay(page).uncheck()
        np.testing.assert_array_equal(picture(page), shown)
        assert ink(page, ".dlc-seen") != coloured
        expect(page.get_by_text(DRAWPAD["saliency_off"]).first).to_be_visible()

    def test_the_pages_look_is_pythons(self, browser, tmp_path, digits):
        pads = [with_drawing(strokes, digits) for strokes in [*scribbles(7), SEVEN, [[(30, 250)]]]]
        pads += [with_drawing(strokes, digits, example) for example, strokes in enumerate(scribbles(3))]
        page = visit(browser, write_page(pads, tmp_path))
        expect(page.locator(".dlc-drawpad")).to_have_count(len(pads))
        for switch in page.get_by_label("Saliency overlay").all():
            switch.uncheck()
        for which, pad in enumerate(pads):
            np.testing.assert_array_equal(picture(page, which), pad.picture())
        page.close()


class TestHand:
    def test_a_mouse_draws_and_the_bars_follow(self, page: Page):
        overlay(page).uncheck()
        paper, seen = ink(page, ".dlc-pad"), []
        for stroke in SEVEN:
            draw(page, stroke)
            seen.append(shares(page))
        assert ink(page, ".dlc-pad") != paper
        np.testing.assert_allclose([each.sum() for each in seen], 1, atol=1e-4)
        assert np.abs(seen[1] - seen[0]).max() > 0.001
        assert np.abs(picture(page) - mnist_look(SEVEN)).mean() < 3
        first = page.locator(".dlc-drawpad").first
        assert first.get_attribute("data-answer") == str(seen[1].argmax())
        expect(first.locator(".dlc-heard").first).to_contain_text(f"Reads {seen[1].argmax()} with ")
        assert page.locator(".dlc-pad").first.get_attribute("aria-label").startswith("Drawing pad, 2 strokes.")
        assert "centre of mass at row 1" in page.locator(".dlc-seen").first.get_attribute("aria-label")
        assert page.locator(".dlc-drawpad").nth(1).get_attribute("data-answer") == ""
        assert not shares(page, 1).any()

    def test_undo_and_clear(self, page: Page):
        overlay(page).uncheck()
        states = [picture(page)]
        for stroke in SEVEN:
            draw(page, stroke)
            states.append(picture(page))
        button(page, "Undo").click()
        page.wait_for_timeout(50)
        np.testing.assert_array_equal(picture(page), states[1])
        button(page, "Undo").click()
        page.wait_for_timeout(50)
        assert not picture(page).any()
        assert not shares(page).any()
        draw(page, SEVEN[0])
        button(page, "Clear").click()
        expect(page.locator(".dlc-text").first).to_have_text(DRAWPAD["ready"])
        assert not picture(page).any()
        button(page, "Undo").click()
        page.wait_for_timeout(50)
        np.testing.assert_array_equal(picture(page), states[1])

    def test_keys_draw_too(self, page: Page):
        pad, where = page.locator(".dlc-pad").first, page.locator(".dlc-drawpad").first.locator(".dlc-heard").nth(2)
        page.keyboard.press("Tab")
        expect(pad).to_be_focused()
        for keys in ("Shift+ArrowUp", "Shift+ArrowUp", "Space", *["Shift+ArrowDown"] * 4, "ArrowRight"):
            page.keyboard.press(keys)
        expect(where).to_have_text("Cursor at row 22, column 15; pen down.")
        page.keyboard.press("Escape")
        expect(where).to_have_text("Cursor at row 22, column 15; pen up.")
        overlay(page).uncheck()
        line = [(145, 65), (145, 105), (145, 145), (145, 185), (145, 225), (155, 225)]
        np.testing.assert_array_equal(picture(page), mnist_look([line]))
        assert shares(page).sum() == pytest.approx(1, abs=1e-4)
        pad.press("ArrowLeft")
        np.testing.assert_array_equal(picture(page), mnist_look([line]))
        pad.press("Control+z")
        page.wait_for_timeout(50)
        assert not picture(page).any()

    def test_a_full_pad_says_so(self, browser, tmp_path, digits):
        pad = with_drawing([], digits)
        pad.look = pad.look | {"most": 3}
        page = visit(browser, write_page([pad], tmp_path))
        draw(page, SEVEN[0])
        expect(page.locator(".dlc-text").first).to_contain_text(DRAWPAD["full"])
        button(page, "Clear").click()
        expect(page.locator(".dlc-text").first).to_have_text(DRAWPAD["ready"])
        page.close()

    def test_a_finger_draws_on_a_phone_and_does_not_scroll(self, browser, written):
        page = visit(browser, written, viewport={"width": 390, "height": 800}, has_touch=True)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        places, scrolled = on_pad(page, SEVEN[0]), page.evaluate("scrollY")
        touch = page.context.new_cdp_session(page)
        for kind, place in [("Start", places[0]), *[("Move", place) for place in places[1:]], ("End", None)]:
            points = [{"x": place[0], "y": place[1]}] if place else []
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        page.wait_for_timeout(100)
        assert page.evaluate("scrollY") == scrolled
        assert shares(page).sum() == pytest.approx(1, abs=1e-4)
        overlay(page).uncheck()
        assert np.abs(picture(page) - mnist_look(SEVEN[:1])).mean() < 3
        pad, answers = (page.locator(each).first.bounding_box() for each in (".dlc-pad", ".dlc-bars"))
        assert answers["y"] + answers["height"] - pad["y"] < 700  # both are on the screen
        page.close()


@pytest.mark.parametrize("width", [1000, 700, 390])
def test_nothing_jumps(page: Page, width):
    page.set_viewport_size({"width": width, "height": 900})
    places = "root => [...root.querySelectorAll('p, canvas, tr, button')].map(e => e.offsetTop)"
    root = page.locator(".dlc-drawpad").first
    before = root.evaluate(places)
    draw(page, SEVEN[0])
    assert root.evaluate(places) == before
    page.wait_for_function("document.querySelector('.dlc-drawpad').dataset.saliency !== undefined")
    assert root.evaluate(places) == before


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_stops_a_screen_reader(page: Page, dark):
    if dark:
        page.evaluate("document.body.dataset.dark = document.body.dataset.theme = 'dark'")
    draw(page, SEVEN[0])
    page.add_script_tag(path=str(site.install_scripts(ROOT)))
    found = page.evaluate("axe.run('.dlc').then(result => result.violations)")
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
