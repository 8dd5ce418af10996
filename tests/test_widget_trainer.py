"""The live trainer: a thread that trains, controls that reach it, curves that reach the page, and an end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page
from widget_page import ink, open_page, state_bytes, write_page

from dlcourse import data, device, site
from dlcourse.widgets import trainer
from dlcourse.widgets.strings import COMMON, TRAINER

device.import_tensorflow()

import keras  # noqa: E402
from keras import layers  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0  # seconds, for a machine that is busy with something else
SCRIPT = [(60, {}), (40, {"optimizer": "Adam"}), (30, {"learning_rate": 0.001, "activation": "tanh"})]


def build(activation: str, dropout: float) -> keras.Model:
    hidden = [layers.Flatten(), layers.Dense(16, activation=activation), layers.Dropout(dropout)]
    return keras.Sequential([keras.Input((28, 28)), layers.Rescaling(1 / 255), *hidden, layers.Dense(10)])


@pytest.fixture(scope="module")
def digits():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_DATA", "embedded")
        found = data.load_mnist()
    x_train, x_test = (pictures[:1_000].astype("float32") for pictures in (found.x_train, found.x_test))
    return x_train, found.y_train[:1_000], x_test, found.y_test[:1_000]


@pytest.fixture
def live(digits):
    made = trainer.LiveTrainer(build, *digits, script=[(20, {})], name="tested")
    yield made
    made.stop()


def wait_for(condition, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what} never came"
        time.sleep(0.01)


def place(live, name: str, value) -> int:
    (control,) = [control for control in live._controls if control.name == name]
    return min(range(len(control.values)), key=lambda at: abs(control.values[at] - value))


def change(live, **settings) -> None:
    live.panel.settings = live.panel.settings | settings


def status(live) -> str:
    return live._run._status["word"]


def test_threads_take_short_turns_while_it_trains_and_usual_ones_afterwards(live):
    usual = sys.getswitchinterval()
    live.command("start")
    wait_for(lambda: live._run.steps > 5, "step 5")
    assert sys.getswitchinterval() == pytest.approx(trainer.SHORT_TURN)
    live.command("pause")
    wait_for(lambda: status(live) == "paused" and sys.getswitchinterval() == usual, "the usual turn")
    live.command("start")
    wait_for(lambda: sys.getswitchinterval() < usual, "the short turn")
    live.stop()
    assert sys.getswitchinterval() == usual


def test_it_trains_beside_a_busy_main_thread_and_pauses(live):
    live.command("start")
    wait_for(lambda: live._run.steps > 100, "step 100")
    live.command("pause")
    wait_for(lambda: status(live) == "paused", "the pause")
    losses = [loss for _, loss, _ in live._run._points]
    assert np.mean(losses[-30:]) < np.mean(losses[:30])
    steps = live._run.steps
    live.command("step")
    wait_for(lambda: live._run.steps == steps + 1, "one more step")
    time.sleep(0.3)
    assert live._run.steps == steps + 1


def test_a_change_of_rate_reaches_the_optimizer_while_it_runs_and_is_marked(live):
    live.command("start")
    wait_for(lambda: live._run.steps > 20, "step 20")
    change(live, learning_rate=place(live, "learning_rate", 1e-3))
    wait_for(lambda: live._run._events, "the mark")
    assert np.isclose(float(live._run._optimizer.learning_rate), 1e-3, rtol=0.2)
    assert live._run._events[0]["changes"] == {"learning_rate": "0.001"}


def test_another_activation_rebuilds_the_network_keeps_its_weights_and_says_so(live):
    live.command("step")
    wait_for(lambda: live._run.steps == 1, "a step")
    before = [weights.copy() for weights in live.model.get_weights()]
    old = live.model
    change(live, activation=1)
    live.command("pause")
    wait_for(lambda: live._run._events, "the mark")
    assert live.model is not old
    assert live.model.layers[2].activation.__name__ == "tanh"
    for weights, kept in zip(live.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, kept)
    assert live._run._events[-1]["changes"] == {"activation": "tanh"}
    assert "built anew" in TRAINER["rebuilt"]


@pytest.mark.parametrize(("name", "at"), [("batch_size", 0), ("dropout", 5), ("optimizer", 3)])
def test_every_other_control_takes_effect(live, name, at):
    change(live, **{name: at})
    live.command("step")
    wait_for(lambda: live._run.steps == 1, "a step")
    run = live._run
    seen = {
        "batch_size": lambda: run._settings["batch_size"] == 8,
        "dropout": lambda: live.model.layers[3].rate == 0.5,
        "optimizer": lambda: type(run._optimizer).__name__ == "Adam",
    }
    assert seen[name]()


def test_a_loss_that_is_no_number_stops_with_a_sentence(live):
    live._run._train = (live._run._train[0] * np.float32(1e20), live._run._train[1])
    change(live, learning_rate=place(live, "learning_rate", 10))
    live.command("start")
    wait_for(lambda: status(live) == "diverged", "the sentence")
    assert live.is_alive
    assert "too large" in TRAINER["diverged"]
    live.command("reset")
    wait_for(lambda: status(live) == "ready", "the reset")


def test_reset_goes_back_to_the_first_weights(live):
    first = live._run._first_weights
    live.command("start")
    wait_for(lambda: live._run.steps > 10, "step 10")
    live.command("reset")
    wait_for(lambda: status(live) == "ready" and live.model is not None, "the reset")
    assert live._run.steps == 0
    for weights, kept in zip(live.model.get_weights(), first, strict=True):
        np.testing.assert_array_equal(weights, kept)


def test_the_stream_is_throttled_and_the_last_message_arrives(live, monkeypatch):
    sent = []
    monkeypatch.setattr(
        live.stream, "send", lambda content, buffers=None: sent.append((time.monotonic(), content, buffers))
    )
    live.command("start")
    wait_for(lambda: live._run.steps > 300, "step 300")
    live.command("pause")
    wait_for(lambda: sent and sent[-1][1]["status"]["word"] == "paused", "the last message")
    news = [(moment, buffers) for moment, content, buffers in sent if content["type"] == "news"]
    gaps = np.diff([moment for moment, _ in news])
    assert gaps.min() > 1 / 30
    assert sum(len(buffers[0]) for _, buffers in news) == live._run.steps * 3 * 4


def test_the_same_cell_run_again_stops_the_older_thread(digits):
    older = trainer.LiveTrainer(build, *digits, script=[(1, {})], name="again")
    older.command("start")
    newer = trainer.LiveTrainer(build, *digits, script=[(1, {})], name="again")
    assert not older.is_alive
    assert newer.is_alive
    newer.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "dlcourse again"]


def test_nothing_random_is_touched_before_the_first_command(digits):
    made = trainer.LiveTrainer(build, *digits, script=[(1, {})], name="quiet")
    before = np.random.get_state()[1].copy()
    time.sleep(0.5)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    made.stop()


def test_a_process_that_ends_leaves_no_thread_waiting():
    code = (
        "import numpy as np, keras\nfrom keras import layers\nfrom dlcourse.widgets.trainer import LiveTrainer\n"
        "def build(activation, dropout):\n"
        "    return keras.Sequential([keras.Input((4,)), layers.Dense(3, activation=activation)])\n"
        "x, y = np.zeros((50, 4), 'float32'), np.zeros(50, int)\n"
        "LiveTrainer(build, x, y, x, y, script=[(2, {})]).command('start')\n"
        "import time; time.sleep(1); print('the end')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith("the end\n")


def test_bad_input_is_named(digits, live):
    with pytest.raises(ValueError, match="1000 training inputs, but 999 labels"):
        trainer.LiveTrainer(build, digits[0], digits[1][:-1], *digits[2:], name="bad")
    with pytest.raises(ValueError, match="script changes \\['speed'\\]"):
        trainer.LiveTrainer(build, *digits, script=[(1, {"speed": 2})], name="bad")
    with pytest.raises(ValueError, match="'faster' is no command"):
        live.command("faster")


def test_the_words_stand_in_one_place(live):
    assert live.panel.strings == COMMON | TRAINER
    assert repr(live.panel).startswith("<TrainerControls: alive in JupyterLab")


@pytest.fixture(scope="module")
def written(digits, tmp_path_factory):
    two = [trainer.LiveTrainer(build, *digits, script=SCRIPT, name=name) for name in ("one", "two")]
    path = write_page(two, tmp_path_factory.mktemp("page"))
    assert all(state_bytes(widget) < 300_000 for widget in two)
    yield path
    for widget in two:
        widget.stop()


class TestOnTheSite:
    @pytest.fixture
    def page(self, browser, written):
        page = browser.new_page(viewport={"width": 1000, "height": 1200})
        page.errors = open_page(page, written)
        page.locator(".dlc-stream canvas").nth(3).wait_for()
        yield page
        page.close()

    def test_a_recorded_run_is_looked_through_by_keyboard(self, page: Page):
        slider = page.get_by_label("Look at step").first
        canvas = ".dlc-stream canvas"
        page.wait_for_function("() => document.querySelector('.dlc-stream').dataset.steps === '130'")
        whole = ink(page, canvas)
        slider.focus()
        page.keyboard.press("Home")
        page.wait_for_function("() => document.querySelector('.dlc-stream').dataset.steps === '1'")
        assert ink(page, canvas) != whole
        assert slider.get_attribute("aria-valuetext") == "1"
        page.keyboard.press("End")
        page.wait_for_function("() => document.querySelector('.dlc-stream').dataset.steps === '130'")
        assert ink(page, canvas) == whole
        assert "Changed at step 60: Optimizer Adam." in page.locator(".dlc-stream").first.inner_text()
        assert page.errors == []

    def test_what_needs_python_is_switched_off_and_says_why(self, page: Page):
        assert page.get_by_role("button", name="Start", exact=True).first.is_disabled()
        assert page.get_by_label("Learning rate").first.is_disabled()
        assert page.get_by_text("open the chapter in JupyterLab").first.is_visible()

    def test_it_fits_a_phone(self, page: Page):
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390

    def test_nothing_stops_a_screen_reader(self, page: Page):
        page.add_script_tag(path=str(site.install_scripts(ROOT)))
        found = page.evaluate("axe.run('.dlc').then(result => result.violations)")
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
