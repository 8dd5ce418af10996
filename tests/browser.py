"""The browser that the tests of JupyterLab and of the site share; a pytest plugin, named in conftest.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

NO_BROWSER = "no Chromium, Chrome or Edge on this machine"
# anywidget says so of a page that took two seconds to come up, and goes on; a widget that fails says something else.
SLOW = "[anywidget] Failed to initialize model."
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
WINDOWS_PLACES = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# Without these Chromium asks its maker's hosts for updates and experiments at every start.
QUIET_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str | None:
    """Return the path of an installed browser of Chromium's family, or None.

    Looked for in this order: on the search path, in the usual places of Windows and macOS, in Playwright's store.
    """
    programs = [os.environ[name] for name in ("PROGRAMFILES", "PROGRAMFILES(X86)") if name in os.environ]
    places = [Path(folder) / place for folder in programs for place in WINDOWS_PLACES]
    places += [Path(place) for place in MAC_PLACES]
    found = [path for path in map(shutil.which, NAMES) if path]
    found += [str(path) for path in places if path.is_file()]
    return found[0] if found else _playwrights_own()


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def launch(playwright: Playwright, path: str) -> Browser:
    """A headless browser that asks nothing of its maker's hosts."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*QUIET_FLAGS, "--no-sandbox"] if is_root else list(QUIET_FLAGS)  # root has no sandbox to offer
    return playwright.chromium.launch(executable_path=path, args=flags)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the whole run; a test that asks for it is skipped where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


def script_errors(page: Page) -> list[str]:
    """The errors of a page's scripts from here on; that it came up slowly is none."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)) if str(error) != SLOW else None)
    return errors


def outside_requests(page: Page) -> list[str]:
    """Return a list that from now on gathers every address `page` asks of another machine."""
    addresses: list[str] = []

    def note(request) -> None:
        if urlsplit(request.url).hostname not in (None, "localhost", "127.0.0.1", "::1"):
            addresses.append(request.url)

    page.on("request", note)
    return addresses


def install_if_missing() -> None:
    """Let Playwright install its Chromium where there is no browser; without a network say so and go on."""
    path = find_chromium()
    if path is None:
        print(f"There is {NO_BROWSER}; Playwright installs one.", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        path = find_chromium()
    print(f"Browser tests run in {path}" if path else "No browser: the browser tests will be skipped.")


def pytest_terminal_summary(terminalreporter) -> None:
    """Say in capitals which tests no browser ran."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(r.longrepr)]
    if not skipped:
        return
    terminalreporter.section("NOT TESTED: NO BROWSER WAS FOUND", sep="!", red=True, bold=True)
    terminalreporter.line("INSTALL CHROMIUM, OR RUN  python -m playwright install chromium . NOT TESTED:")
    for report in skipped:
        terminalreporter.line(f"  {report.nodeid}")


if __name__ == "__main__":
    install_if_missing()
