"""Takes the pictures of the page for teachers: `python book/formgrader_pictures.py` writes static/formgrader-*.png.

A small class hands in, `dlcourse grade` marks it, nbgrader's formgrader shows it, and Chromium takes the pictures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))  # the browser is that of the tests

from browser import find_chromium, launch  # noqa: E402
from lab_server import free_port  # noqa: E402

from dlcourse.grading import run  # noqa: E402
from dlcourse.grading.work import Settings  # noqa: E402

PICTURES = Path(__file__).parent / "static"
ASSIGNMENT, TEXT = "01_background", "q8"
WIDE, HEIGHT, NARROW = 1080, 560, 900
# Who hands in what: the names of wrong answers that stand beside the checks.
CLASS = {
    "adaeze": (),
    "bruno": ("q1",),
    "chloe": ("q3", "q5"),
    "dmitri": (),
    "emiko": ("q2",),
    "farid": ("q1", "q4", "q6"),
}
ANSWER = (
    "Machine learning fits, because the program learned from examples how much each measurement counts. It is not "
    "deep: people chose three measurements, and one layer weighs them. I would ask how it does on apples that it has "
    "not seen, and how many apples are good anyway."
)


def main() -> None:
    """Make the class, grade it and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        classroom = make(Path(folder) / "class")
        run.grade(ASSIGNMENT, classroom, settings=Settings(jailed=False), jobs=os.cpu_count() or 1)
        port = free_port()
        words = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", "--ServerApp.allow_root=True"]
        environ = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        command = [sys.executable, "-m", "jupyter_server", *words]
        with subprocess.Popen(command, cwd=classroom, env=environ, stderr=subprocess.PIPE, text=True) as server:
            try:
                next(line for line in server.stderr if "is running at" in line)
                with sync_playwright() as playwright:
                    browser = launch(playwright, find_chromium())
                    take(
                        browser.new_page(viewport={"width": WIDE, "height": HEIGHT}),
                        f"http://127.0.0.1:{port}/formgrader",
                    )
                    browser.close()
            finally:
                server.terminate()


def make(folder: Path) -> Path:
    """A class that has handed in."""
    solution = nbformat.read(ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    for student, questions in CLASS.items():
        notebook = nbformat.from_dict(solution)
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
        given = {name: cells[name].source for name in (*questions, TEXT)}
        for question in questions:
            wrong = sorted((ROOT / "solutions" / ASSIGNMENT / "wrong").glob(f"{question}_*.py"))[0]
            cells[question].source = wrong.read_text(encoding="utf-8")
        cells[TEXT].source = ANSWER
        place = folder / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{ASSIGNMENT}.ipynb")
        for name, source in given.items():
            cells[name].source = source
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.course_id = 'dlcourse'\n"
        f"c.CourseDirectory.source_directory = {str(ROOT / 'solutions')!r}\n"
        f"c.CourseDirectory.release_directory = {str(ROOT / 'exercises')!r}\n",
        encoding="utf-8",
    )
    return folder


def take(page: Page, formgrader: str) -> None:
    """The list of what is to be marked, and one text being marked."""
    page.goto(f"{formgrader}/gradebook/{ASSIGNMENT}/{ASSIGNMENT}")
    page.wait_for_selector("tbody tr td a")
    page.screenshot(path=PICTURES / "formgrader-list.png", full_page=True)
    page.locator("tbody tr td a").first.click()
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    score = page.locator("input.score").last
    score.scroll_into_view_if_needed()
    score.fill("1.5")
    page.screenshot(path=PICTURES / "formgrader-text.png")


if __name__ == "__main__":
    main()
