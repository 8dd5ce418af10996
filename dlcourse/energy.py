"""What a block of code costs: seconds, processor seconds and joules.

Intel's and AMD's processors count their energy themselves (RAPL, "running average power limit"), and Linux shows the
counters as files. Where they can't be read, as in most containers and virtual machines, the energy is estimated from
processor time, and every result says which of the two it is.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal

POWERCAP = Path("/sys/class/powercap")

# A busy core with its share of cache and memory. Server processors with many cores are rated at 3 to 6 watts for each,
# laptops at 4 to 10, desktops at 8 to 16, so the estimate is good to a factor of about two.
WATTS_PER_CORE = 10.0

PACKAGE = re.compile(r"intel-rapl:\d+")
PART = re.compile(r"intel-rapl:\d+:\d+")


@dataclass(frozen=True)
class Counter:
    """One of the processor's energy counters.

    Attributes:
        folder: where its files are.
        span: joules after which it starts again from 0.
    """

    folder: Path
    span: float

    def read(self) -> float:
        """Joules since the counter last started from 0.

        Raises:
            OSError: the file is not there or may not be read.
            ValueError: it holds no number.
        """
        return int((self.folder / "energy_uj").read_text()) / 1e6


def counters(powercap: Path = POWERCAP) -> list[Counter]:
    """The counters that add up to what processors and memory take, without counting anything twice.

    These are the packages, which hold cores, caches and built-in graphics, and the memory beside them (``dram``).
    The cores' own counters are part of their package's; that of the whole board (``psys``) would hold all the others.

    Args:
        powercap: the folder in which Linux shows them.

    Returns:
        The counters, or none where one of them can't be read: half of the energy would look like all of it.
    """
    found = []
    try:
        for folder in sorted(powercap.iterdir()):
            name = (folder / "name").read_text().strip() if (folder / "name").is_file() else ""
            package = PACKAGE.fullmatch(folder.name) and name.startswith("package")
            if package or (PART.fullmatch(folder.name) and name == "dram"):
                span = int((folder / "max_energy_range_uj").read_text()) / 1e6
                found.append(Counter(folder, span))
                found[-1].read()
    except (OSError, ValueError):
        return []
    return found


@dataclass
class Meter:
    """Measure a block: ``with Meter() as meter: …``.

    Measured joules are those of the whole processor with its memory, whoever used it, idle power included: stop what
    else is running. Estimated joules are this process's processor seconds times ``watts_per_core``. Neither holds
    graphics cards, disks, the screen or the losses of the power supply.

    A counter that starts again from 0 within the block is put right once; at 100 watts the smallest in use last ten
    minutes, so meter longer work in parts. Meters may be nested and used again.

    Args:
        watts_per_core: watts of one busy core, for the estimate.
        powercap: the folder in which Linux shows the counters.

    Attributes:
        seconds: time that passed.
        cpu_seconds: processor time of all threads of this process, without processes that it started.
        joules: energy.
        source: whether ``joules`` are measured or estimated.

    Raises:
        ValueError: ``watts_per_core`` is not a positive number.
    """

    watts_per_core: float = WATTS_PER_CORE
    powercap: Path = POWERCAP
    seconds: float = field(default=0.0, init=False)
    cpu_seconds: float = field(default=0.0, init=False)
    joules: float = field(default=0.0, init=False)
    source: Literal["measured", "estimated"] = field(default="estimated", init=False)

    def __post_init__(self) -> None:
        if not 0 < self.watts_per_core < float("inf"):
            raise ValueError(
                f"watts_per_core is {self.watts_per_core!r}; give the watts of one busy core, such as 10."
            )
        self._counters = counters(self.powercap)

    def __enter__(self) -> Meter:
        self._energy = self._read()
        self._cpu, self._clock = time.process_time(), time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._clock
        self.cpu_seconds = time.process_time() - self._cpu
        before, after = self._energy, self._read()
        if before and after:
            spans = [counter.span for counter in self._counters]
            rises = zip(before, after, spans, strict=True)
            self.joules = sum(end - start + (span if end < start else 0) for start, end, span in rises)
            self.source = "measured"
        else:
            self.joules, self.source = self.cpu_seconds * self.watts_per_core, "estimated"

    def __str__(self) -> str:
        """One line: time, energy, and where the energy comes from."""
        how = "measured" if self.source == "measured" else f"estimated at {self.watts_per_core:g} W for a busy core"
        return f"{self.seconds:.2f} s, {self.cpu_seconds:.2f} s of processor time, {self.joules:.1f} J ({how})"

    def _read(self) -> list[float]:
        try:
            return [counter.read() for counter in self._counters]
        except (OSError, ValueError):
            return []
