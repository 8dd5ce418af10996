"""Asks whether the addresses of `resources.csv` still answer: `python book/check_resources.py`.

An address that answers gets today's date in the column `checked` and "request" in `how`. The other value of `how`,
"stored copy", means that nobody has asked the server: the address was read in a stored copy of a public page on that
day. `--all` asks for the addresses and DOIs of `references.bib` too, which have no date.

Exit status: 0 when every address answers, 1 when one fails, 2 without a network.
"""

from __future__ import annotations

import argparse
import collections
import csv
import datetime
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

BOOK = Path(__file__).parent
COLUMNS = ["key", "kind", "title", "authors", "address", "for_whom", "note", "checked", "how"]
AGENT = "dlcourse-address-check/1.0 (asks once whether the page that a course recommends is still there)"
CONNECT = 5.0  # seconds for each address of a server
PATIENCE = 20.0  # seconds for an answer to begin
PAUSE = 1.0  # seconds between two questions to one server
WORKERS = 4  # servers that are asked at the same time
PERMANENT = {301, 308}  # the server says: use the other address from now on
REFUSALS = {401, 403, 429}  # something answers, though not to scripts
BODY_TOO = {400, 403, 404, 405, 429, 500, 501, 503}  # answers to HEAD from servers that may still know GET


@dataclass(frozen=True)
class Verdict:
    """What became of one address: ``state`` is answers, moved, refused, failed or unreachable."""

    address: str
    state: str
    words: str

    @property
    def there(self) -> bool:
        """Tell whether the address may be given to a reader."""
        return self.state in {"answers", "moved"}


def main(argv: Sequence[str] | None = None) -> int:
    """Check the addresses and store the dates; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__.split(":", 1)[0])
    parser.add_argument("--all", action="store_true", help="the bibliography as well")
    parser.add_argument("--table", type=Path, default=BOOK / "resources.csv", help="default: %(default)s")
    parser.add_argument("--bibliography", type=Path, default=BOOK / "references.bib", help="default: %(default)s")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds for an answer to begin")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two questions to one server")
    chosen = parser.parse_args(argv)

    addresses = [row["address"] for row in read_table(chosen.table)]
    if chosen.all:
        addresses += bibliography_addresses(chosen.bibliography)
    addresses = list(dict.fromkeys(addresses))
    if not network(addresses, chosen.patience):
        print("There is no network: no server could be reached, so nothing was checked and nothing changed.")
        return 2

    found: list[Verdict] = []
    try:
        for verdict in check(addresses, chosen.patience, chosen.pause):
            found.append(verdict)
            print(f"{len(found)}/{len(addresses)}  {verdict.state:<11}  {verdict.address}", flush=True)
    finally:  # an interrupted run keeps what it has learned
        store_dates(chosen.table, {verdict.address for verdict in found if verdict.there})
    return report(found)


def report(found: Iterable[Verdict]) -> int:
    """Print which addresses need a hand; return the exit status."""
    groups = collections.defaultdict(list)
    for verdict in found:
        groups[verdict.state].append(verdict)
    failed = groups["failed"] + groups["unreachable"]
    for title, verdicts in (
        ("moved for good: change the address", groups["moved"]),
        ("refused to a script: look at it in a browser", groups["refused"]),
        ("failed", failed),
    ):
        if verdicts:
            print(f"\n{len(verdicts)} {title}")
            for verdict in sorted(verdicts, key=lambda one: one.address):
                print(f"  {verdict.address}: {verdict.words}")
    print(
        f"\n{len(groups['answers']) + len(groups['moved'])} of {sum(map(len, groups.values()))} addresses answer."
    )
    return 1 if failed else 0


def read_table(table: Path) -> list[dict[str, str]]:
    """Return the rows of ``resources.csv``.

    Raises:
        SystemExit: its columns are not the nine that they should be.
    """
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise SystemExit(f"{table}: its first line should be {','.join(COLUMNS)}, not {reader.fieldnames}")
        return list(reader)


def store_dates(table: Path, answered: set[str]) -> None:
    """Write today's date to the rows whose address answered; the file is whole at any moment."""
    rows = read_table(table)
    if not answered & {row["address"] for row in rows}:
        return
    for row in rows:
        if row["address"] in answered:
            row |= {"checked": datetime.date.today().isoformat(), "how": "request"}
    handle, name = tempfile.mkstemp(dir=table.parent, prefix=table.name, suffix=".part")
    part = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        part.chmod(table.stat().st_mode)
        os.replace(part, table)
    finally:
        part.unlink(missing_ok=True)


def bibliography_addresses(bibliography: Path) -> list[str]:
    """Return each entry's url, or its DOI as an address."""
    fields = re.findall(r"^\s*(url|doi)\s*=\s*\{(.+?)\}", bibliography.read_text(encoding="utf-8"), re.M)
    return [place if field == "url" else f"https://doi.org/{place}" for field, place in fields]


def network(addresses: Sequence[str], patience: float) -> bool:
    """Tell whether any of three servers can be reached."""
    servers: dict[str, str] = {}
    for address in addresses:
        servers.setdefault(urlsplit(address).netloc, address)
    return any(ask(address, patience).state != "unreachable" for address in list(servers.values())[:3])


def check(addresses: Iterable[str], patience: float, pause: float) -> Iterator[Verdict]:
    """Ask for every address, few servers at a time, each server one question at a time."""
    by_server = collections.defaultdict(list)
    for address in addresses:
        by_server[urlsplit(address).netloc].append(address)
    stop = threading.Event()
    pool = ThreadPoolExecutor(WORKERS)

    def one(address: str, server: threading.Lock) -> Verdict | None:
        with server:
            if stop.is_set():
                return None
            verdict = ask(address, patience)
            stop.wait(pause)
            return verdict

    locks = {server: threading.Lock() for server in by_server}
    # One address of each server in turn, so that the workers seldom wait for the same one.
    turns = (
        (by_server[server][turn], locks[server])
        for turn in range(max(map(len, by_server.values()), default=0))
        for server in by_server
        if turn < len(by_server[server])
    )
    try:
        for done in as_completed([pool.submit(one, *turn) for turn in turns]):
            if verdict := done.result():
                yield verdict
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def ask(address: str, patience: float) -> Verdict:
    """Ask one server for one address: the headers alone, and the page where it does not know how to send them."""
    limits = (min(CONNECT, patience), patience)
    with requests.Session() as session:
        session.headers["User-Agent"] = AGENT
        session.max_redirects = 10
        try:
            answer = session.head(address, allow_redirects=True, timeout=limits)
            if answer.status_code in BODY_TOO:
                # The body stays on the server: closing the session ends the transfer.
                answer = session.get(address, allow_redirects=True, timeout=limits, stream=True)
        except requests.ReadTimeout:
            return Verdict(address, "failed", f"no answer within {patience:g} s")
        except requests.TooManyRedirects:
            return Verdict(address, "failed", "sends from one address to the next without end")
        except requests.exceptions.SSLError:
            return Verdict(address, "failed", "the server does not prove who it is")
        except requests.ConnectionError:  # no name, no route, no answer to the first packet
            return Verdict(address, "unreachable", "the server cannot be reached")
        except requests.RequestException as error:
            return Verdict(address, "failed", f"not an address that can be asked for ({type(error).__name__})")
    if answer.status_code in REFUSALS:
        return Verdict(address, "refused", f"answers {answer.status_code} {answer.reason}")
    if not answer.ok:
        return Verdict(address, "failed", f"answers {answer.status_code} {answer.reason}")
    if _moved(address, answer):
        return Verdict(address, "moved", f"now at {answer.url}")
    return Verdict(address, "answers", answer.url)


def _moved(address: str, answer: requests.Response) -> bool:
    """Tell whether the server itself calls another address the lasting one."""
    if urlsplit(address).netloc in {"doi.org", "dx.doi.org"}:
        return False  # a DOI leads elsewhere by design
    lasting = address
    for step in answer.history:
        if step.status_code not in PERMANENT:
            break
        lasting = requests.compat.urljoin(lasting, step.headers["Location"])
    return _plain(lasting) != _plain(address)


def _plain(address: str) -> str:
    """Return the address without what does not matter: a slash or a page name at its end, the fragment."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower()}{re.sub(r'(/index.html?|/)+$', '', parts.path)}?{parts.query}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
