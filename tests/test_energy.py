"""The energy meter: the processor's counters where they can be read, a labelled estimate where not."""

import json
import time
from pathlib import Path

import pytest

from dlcourse import energy

ROOT = Path(__file__).resolve().parents[1]
SPAN = 262_143_328_850  # microjoules, the range of a real counter


@pytest.fixture
def powercap(tmp_path):
    """A folder as Linux shows it on a machine with two processors."""
    make(tmp_path, "intel-rapl", "")  # the control itself, which has no counter
    make(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    make(tmp_path, "intel-rapl:0:0", "core", 1_000_000)
    make(tmp_path, "intel-rapl:0:1", "dram", 2_000_000)
    make(tmp_path, "intel-rapl:1", "package-1", 7_000_000)
    make(tmp_path, "intel-rapl:2", "psys", 99_000_000)
    make(tmp_path, "intel-rapl-mmio:0", "package-0", 5_000_000)  # the same processor a second time
    return tmp_path


def make(powercap: Path, folder: str, name: str, microjoules: int | None = None) -> None:
    (powercap / folder).mkdir()
    (powercap / folder / "name").write_text(f"{name}\n")
    if microjoules is not None:
        (powercap / folder / "max_energy_range_uj").write_text(f"{SPAN}\n")
        count(powercap, folder, microjoules)


def count(powercap: Path, folder: str, microjoules: int) -> None:
    (powercap / folder / "energy_uj").write_text(f"{microjoules}\n")


def work(seconds: float) -> None:
    """Keep a core busy."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_packages_and_memory_are_counted_and_nothing_twice(powercap):
    found = energy.counters(powercap)
    assert [counter.folder.name for counter in found] == ["intel-rapl:0", "intel-rapl:0:1", "intel-rapl:1"]
    assert found[0].span == pytest.approx(SPAN / 1e6)
    assert found[0].read() == 5.0


def test_measured_joules_are_the_counters_rise(powercap):
    with energy.Meter(powercap=powercap) as meter:
        count(powercap, "intel-rapl:0", 8_500_000)  # 3.5 J
        count(powercap, "intel-rapl:0:0", 3_000_000)  # in the package's already
        count(powercap, "intel-rapl:0:1", 2_250_000)  # 0.25 J
        count(powercap, "intel-rapl:2", 150_000_000)
    assert meter.joules == pytest.approx(3.75)
    assert meter.source == "measured"
    assert str(meter).endswith("3.8 J (measured)")


def test_a_counter_that_starts_again_is_put_right(powercap):
    count(powercap, "intel-rapl:1", SPAN - 1_000_000)
    with energy.Meter(powercap=powercap) as meter:
        count(powercap, "intel-rapl:1", 500_000)
    assert meter.joules == pytest.approx(1.5)


@pytest.mark.parametrize("broken", ["intel-rapl:0", "intel-rapl:0:1"])
def test_one_counter_that_cannot_be_read_makes_all_of_it_an_estimate(powercap, broken):
    """Without rights the file can't be opened; a folder in its place can't be either, even by the administrator."""
    (powercap / broken / "energy_uj").unlink()
    (powercap / broken / "energy_uj").mkdir()
    assert energy.counters(powercap) == []
    with energy.Meter(powercap=powercap) as meter:
        work(0.02)
    assert meter.source == "estimated"
    assert meter.joules == meter.cpu_seconds * energy.WATTS_PER_CORE > 0


def test_a_counter_that_vanishes_within_the_block_leaves_the_estimate(powercap):
    with energy.Meter(powercap=powercap) as meter:
        work(0.02)
        (powercap / "intel-rapl:1" / "energy_uj").unlink()
    assert meter.source == "estimated"
    assert meter.joules > 0


@pytest.mark.parametrize("content", ["", "many"])
def test_a_counter_without_a_number_is_none(powercap, content):
    (powercap / "intel-rapl:0" / "energy_uj").write_text(content)
    assert energy.counters(powercap) == []


def test_without_counters_the_estimate_says_so(tmp_path):
    with energy.Meter(watts_per_core=4, powercap=tmp_path / "missing") as meter:
        work(0.05)
    assert meter.cpu_seconds >= 0.05
    assert meter.seconds > 0
    assert meter.joules == meter.cpu_seconds * 4
    assert str(meter).endswith("(estimated at 4 W for a busy core)")


def test_waiting_costs_time_but_no_estimated_energy(tmp_path):
    with energy.Meter(powercap=tmp_path) as meter:
        time.sleep(0.1)
    assert meter.seconds >= 0.1
    assert meter.cpu_seconds < meter.seconds / 2


def test_meters_nest_and_can_be_used_again(powercap):
    inner = energy.Meter(powercap=powercap)
    with energy.Meter(powercap=powercap) as outer:
        with inner:
            count(powercap, "intel-rapl:0", 6_000_000)
        assert inner.joules == pytest.approx(1)
        with inner:
            count(powercap, "intel-rapl:0", 9_000_000)
        assert inner.joules == pytest.approx(3)
    assert outer.joules == pytest.approx(4)


def test_an_error_in_the_block_is_not_swallowed(tmp_path):
    meter = energy.Meter(powercap=tmp_path)
    with pytest.raises(KeyError), meter:
        raise KeyError
    assert meter.seconds > 0


@pytest.mark.parametrize("watts", [0, -3, float("inf"), float("nan")])
def test_watts_that_cannot_be_are_refused(watts):
    with pytest.raises(ValueError, match="give the watts of one busy core"):
        energy.Meter(watts_per_core=watts)


def test_this_machine_has_an_answer():
    with energy.Meter() as meter:
        work(0.05)
    assert meter.joules >= 0
    assert meter.source in {"measured", "estimated"}


def test_the_course_has_measured_all_its_chapters():
    measured = json.loads((ROOT / "benchmarks" / "results" / "energy.json").read_text(encoding="utf-8"))
    assert set(measured["chapters"]) == {path.stem for path in (ROOT / "chapters" / "text").glob("0*.md")}
