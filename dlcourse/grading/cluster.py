"""The work of `dlcourse grade --scheduler ADDRESS`, done on several machines by `dlcourse worker ADDRESS`.

Dask carries a submission there and what came out back. It carries no solution and no check: each machine has the
course, and refuses a submission when its checks are not those of the machine that sends. A worker keeps processes and
jails as `dlcourse grade` does on one machine. Needs the package `distributed`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import os
import queue
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import distributed
from distributed.worker import Worker

from dlcourse.grading import jail, marking, submission, work
from dlcourse.grading.submission import UnreadableError
from dlcourse.grading.work import NobodyError, Outcome, Pool, Task

PLACE = "submissions"  # what a worker offers and each submission takes one of
CONNECT_SECONDS = 10.0  # for the scheduler to answer
ABSENT_SECONDS = 60.0  # without any worker, until the run gives up
LOOK_SECONDS = 2.0  # between two looks at who is there
AHEAD = 2  # submissions under way for each place, so that no worker waits for the next


@dataclass(frozen=True)
class Parcel:
    """What is sent.

    Attributes:
        task: the submission; its folder is that of the sender.
        rules: of the sender, see `work.rules`.
        files: of the submission, by name.
        seconds: until the worker ends the process that grades it.
    """

    task: Task
    rules: str
    files: dict[str, bytes]
    seconds: float


class Cluster:
    """The workers at a scheduler, used like a `work.Pool`.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.5:8786``.

    Raises:
        NobodyError: on entering, when no scheduler answers there.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._under_way: dict[distributed.Future, Task] = {}

    def __enter__(self) -> Cluster:
        try:
            self._client = distributed.Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NobodyError(
                f"No Dask scheduler answers at {self._address} ({error}). Start one with `dask scheduler`, then "
                f"`dlcourse worker {self._address}` on each machine that is to grade."
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._client.cancel(list(self._under_way), force=True)
        self._client.close()

    def map(self, tasks: Iterable[Task], seconds: float) -> Iterator[tuple[Task, Outcome | str]]:
        """Do all tasks; yield (task, result) in the order in which they end, with a text where there is no result.

        Args:
            tasks: the submissions.
            seconds: for one, on the worker.

        Raises:
            NobodyError: there has been no worker for a while, or the scheduler has gone.
        """
        waiting, left = iter(tasks), True
        seen = time.monotonic()
        while left or self._under_way:
            places = self._places()
            if places:
                seen = time.monotonic()
            elif time.monotonic() - seen > ABSENT_SECONDS:
                raise NobodyError(
                    f"No worker has been at {self._address} for {ABSENT_SECONDS:g} seconds. Start "
                    f"`dlcourse worker {self._address}` on each machine that is to grade, then this command again."
                )
            while left and len(self._under_way) < AHEAD * places:
                task = next(waiting, None)
                if task is None:
                    left = False
                    break
                try:
                    self._send(task, seconds)
                except UnreadableError as error:
                    yield task, Outcome(work.could_not_run(task, str(error)))
            yield from self._ended()

    def _places(self) -> int:
        try:
            workers = self._client.scheduler_info()["workers"].values()
        except (OSError, RuntimeError) as error:
            raise self._gone() from error
        return int(sum(worker["resources"].get(PLACE, 0) for worker in workers))

    def _send(self, task: Task, seconds: float) -> None:
        files = submission.packed(Path(task.folder), task.assignment, task.settings.largest)
        parcel = Parcel(task, work.rules(task.assignment, task.settings), files, seconds)
        future = self._client.submit(_open, parcel, pure=False, resources={PLACE: 1})
        self._under_way[future] = task

    def _ended(self) -> Iterator[tuple[Task, Outcome | str]]:
        """What has ended, after a moment's waiting."""
        if not self._under_way:
            time.sleep(LOOK_SECONDS)
            return
        with self._client.as_current(), contextlib.suppress(TimeoutError):
            distributed.wait(list(self._under_way), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
        for future in [future for future in self._under_way if future.done()]:
            task = self._under_way.pop(future)
            if future.status == "finished":
                yield task, future.result()
            elif future.status == "error":
                error = future.exception()
                yield task, f"the cluster did not bring it back ({type(error).__name__}: {error})"
            else:
                raise self._gone()

    def _gone(self) -> NobodyError:
        return NobodyError(f"The scheduler at {self._address} has gone. Start it and its workers again.")


class Bench:
    """The places of one worker: each has a process of its own, with its jail.

    Args:
        places: submissions at a time.
        jailed: refuse what is to run without a jail.
    """

    def __init__(self, places: int, jailed: bool) -> None:
        self._jailed = jailed
        self._places = places
        self._free: queue.SimpleQueue[Pool] = queue.SimpleQueue()

    def __enter__(self) -> Bench:
        for _ in range(self._places):
            self._free.put(Pool(1, work.grade_one))
        return self

    def __exit__(self, *_: object) -> None:
        for _ in range(self._places):
            self._free.get().__exit__()

    def do(self, parcel: Parcel) -> Outcome | str:
        """Grade what was sent; a text says why that was not done."""
        task, here = parcel.task, socket.gethostname()
        if self._jailed and not task.settings.jailed:
            return f"the worker on {here} runs nothing without a jail"
        try:
            same = work.rules(task.assignment, task.settings) == parcel.rules
        except OSError:
            same = False
        if not same:
            return f"the course on {here} has other exercises or checks: install the same one on each machine"
        with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
            place = Path(folder, "student", task.assignment)
            place.mkdir(parents=True)
            for name, content in parcel.files.items():
                (place / name).write_bytes(content)
            pool = self._free.get()
            try:
                [(_, result)] = pool.map([dataclasses.replace(task, folder=str(place))], parcel.seconds)
            finally:
                self._free.put(pool)
        return result


_bench: Bench | None = None  # of this process, when it is a worker


def _open(parcel: Parcel) -> Outcome | str:
    """Runs on the worker."""
    if _bench is None:
        return f"the Dask worker on {socket.gethostname()} was not started with `dlcourse worker`"
    return _bench.do(parcel)


def main(argv: Sequence[str]) -> int:
    """Run `dlcourse worker ADDRESS` until it is interrupted or the scheduler goes.

    Returns:
        0 when the scheduler has gone or SIGTERM came; 1 when this machine cannot be a worker.
    """
    options = _parser().parse_args(argv)
    if options.jobs < 1:
        print(f"--jobs {options.jobs} leaves nothing to work with; give a number above 0.", file=sys.stderr)
        return 1
    if options.no_jail:
        print(jail.RISK, file=sys.stderr)
    elif problem := jail.problem(hidden=[marking.SOLUTIONS]):
        print(f"This machine grades nothing: {problem}. {jail.RISK_TAKEN}", file=sys.stderr)
        return 1
    try:
        asyncio.run(_serve(options.address, options.jobs, jailed=not options.no_jail))
    except (OSError, ValueError) as error:
        print(f"There is no way to the scheduler at {options.address}: {error}", file=sys.stderr)
        return 1
    print(f"Nothing more comes from {options.address}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dlcourse worker", description="Grade what `dlcourse grade --scheduler` sends."
    )
    parser.add_argument("address", help="of the scheduler, such as tcp://10.0.0.5:8786")
    cores = os.cpu_count() or 1
    parser.add_argument(
        "--jobs", type=int, default=cores, metavar="N", help="submissions at a time; one for each core"
    )
    parser.add_argument("--no-jail", action="store_true", help="run also what is to run without a jail")
    return parser


async def _serve(address: str, places: int, jailed: bool) -> None:
    global _bench
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder, Bench(places, jailed) as bench:
        _bench = bench
        try:
            async with Worker(
                address,
                nthreads=places,
                resources={PLACE: places},
                memory_limit=0,  # the jails have theirs
                local_directory=folder,
                death_timeout=CONNECT_SECONDS,
            ) as worker:
                with contextlib.suppress(NotImplementedError):  # Windows knows no such signal
                    loop = asyncio.get_running_loop()
                    loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(worker.close()))
                print(f"{places} at a time for {address}. Ctrl+C ends it.", flush=True)
                await worker.finished()
        finally:
            _bench = None
