"""JupyterLab as the course ships it: the real server, looked at in a real browser."""

import base64
import re
import shutil
import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from browser import outside_requests
from lab_server import MACHINERY, PATIENCE_MS, Lab, free_port

from dlcourse import lab

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("chapters/*.ipynb", "exercises/*/*.ipynb")
    for path in ROOT.glob(pattern)
)
PAGES = [lab.START_PAGE, "README.md", "book/glossary.md", "book/notation.md", "book/data-digits.md"]
SCRATCH = "chapters/scratch.ipynb"
RAW_MYST = re.compile(r":::|```|\$\$|\(eq-|\{(?:eq|admonition|dropdown|cite|ref|term|doc|math)[^}]*\}")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SCRATCH_TEXT = r"""# Scratch

A link to the [glossary](../book/glossary.md#loss-function).

:::{admonition} Predict first
:class: tip
Which is larger?
:::

:::{admonition} Answer
:class: dropdown
The second one, $p=\sigma(z)$.
:::

$$
L = -\log p
$$ (eq-loss)

Equation {eq}`eq-loss` is the loss.
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A folder with a copy of the course, a scratch notebook in it, and what building leaves behind."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT, folder / "course", ignore=MACHINERY)
    for leftover in ("_build", "node_modules", "dlcourse.egg-info"):
        (folder / "course" / leftover).mkdir(exist_ok=True)
    write_scratch(folder / "course" / SCRATCH)
    return folder


def write_scratch(path: Path) -> None:
    figure = nbformat.v4.new_output(
        "display_data",
        {"image/png": base64.b64encode(PNG).decode(), "text/plain": "A red dot."},
        metadata={"image/png": {"alt": "A red dot."}},
    )
    cells = [
        nbformat.v4.new_markdown_cell(SCRATCH_TEXT),
        nbformat.v4.new_code_cell("draw()", outputs=[figure], execution_count=1),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


@pytest.fixture(scope="module")
def running(copy):
    server = Lab(copy, "--port", str(free_port()))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def context(browser):
    """One browser profile for all pages, so that JupyterLab's own files are fetched once."""
    with browser.new_context(viewport={"width": 1280, "height": 1400}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def show(running, context, tmp_path):
    """A function that opens a file of the course in JupyterLab and returns the page, once it is drawn."""

    def open_file(path: str):
        page = context.new_page()
        page.outside = outside_requests(page)
        page.goto(running.address(path))
        settle(page, content(path))
        page.screenshot(path=tmp_path / f"{Path(path).stem}.png")
        return page

    yield open_file
    for page in context.pages:
        page.close()


@pytest.fixture(scope="module")
def known_anchors():
    """The anchors of each page looked at so far, by path."""
    return {}


def content(path: str) -> str:
    """The selector of what JupyterLab draws of a file."""
    return ".jp-NotebookPanel" if path.endswith(".ipynb") else ".jp-MarkdownViewer"


def settle(page, selector: str) -> None:
    """Wait until the document and the file list stand there and the text has not changed for a second."""
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.locator(".jp-DirListing-itemText").first.wait_for()
    page.locator(f"{selector} h1").first.wait_for()
    page.wait_for_function(
        """selector => {
            const text = document.querySelector(selector).innerText;
            const now = performance.now();
            if (window.lastText !== text) { window.lastText = text; window.lastChange = now; }
            return now - window.lastChange > 1000;
        }""",
        arg=selector,
        polling=200,
    )


def prose(page, path: str) -> str:
    """The text that a reader sees, without code."""
    return page.evaluate(
        """selector => [...document.querySelectorAll(selector)].map(node => {
            const hidden = [...node.querySelectorAll("pre, code")];
            hidden.forEach(code => code.style.display = "none");
            const text = node.innerText;
            hidden.forEach(code => code.style.display = "");
            return text;
        }).join("\\n")""",
        f"{content(path)} .jp-RenderedMySTMarkdown, {content(path)} .jp-Cell .myst",
    )


def listing(page) -> set[str]:
    return set(page.locator(".jp-DirListing-itemText").all_inner_texts())


def links(page, path: str) -> list[str]:
    return page.evaluate(
        "selector => [...document.querySelectorAll(selector)].map(a => a.getAttribute('href'))",
        f"{content(path)} a[href]",
    )


def anchors(page, path: str) -> set[str]:
    return set(page.locator(f"{content(path)} [id]").evaluate_all("all => all.map(node => node.id)"))


def linked_place(href: str, path: str) -> tuple[str, str] | None:
    """The file of the course and the heading that a link leads to; None when it leads out."""
    parts = urlsplit(href)
    if href.startswith("#"):
        return path, unquote(parts.fragment)
    if parts.hostname not in (None, "localhost"):
        return None
    return unquote(parts.path).removeprefix("/files/"), unquote(parts.fragment)


def test_the_first_start_shows_the_start_page_and_asks_nothing(running, browser):
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        outside = outside_requests(page)
        page.goto(running.url)
        settle(page, ".jp-MarkdownViewer")
        heading = page.locator(".jp-MarkdownViewer h1").first.inner_text()
        assert heading.startswith("Deep Learning: Principles in Running Code")
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
        page.locator(".jp-DirListing-itemText", has_text="scratch.ipynb").wait_for()
        assert "00_start_here.md" in listing(page)
        assert "text" not in listing(page)
        assert not outside


def test_the_file_list_shows_the_course_and_not_its_machinery(show):
    page = show(lab.START_PAGE)
    page.locator(".jp-BreadCrumbs-home").click()
    page.get_by_role("listitem").filter(has_text="README.md").wait_for()
    assert listing(page) <= {"README.md", "chapters", "exercises", "solutions"}
    assert listing(page) >= {"README.md", "chapters"}


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS])
def test_a_page_is_drawn_whole_and_its_links_lead_somewhere(show, running, known_anchors, path):
    page = show(path)
    text = prose(page, path)
    assert len(text) > 200, "hardly anything is drawn"
    assert RAW_MYST.findall(text) == []
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    pictures = page.locator(f"{content(path)} img").evaluate_all("all => all.map(i => [i.alt, i.naturalWidth])")
    assert [picture for picture in pictures if not all(picture)] == [], "pictures without text or not loaded"
    assert page.outside == []

    known_anchors[path] = anchors(page, path)
    places = sorted({place for href in links(page, path) if (place := linked_place(href, path))})
    assert [target for target, _ in places if not (running.project / target).exists()] == []
    lost = []
    for target, anchor in places:
        if anchor and target not in known_anchors:
            known_anchors[target] = anchors(show(target), target)
        if anchor and anchor not in known_anchors[target]:
            lost.append(f"{target}#{anchor}")
    assert lost == []


@pytest.mark.parametrize(
    ("folder", "verdict"), [("exercises", "The following cell failed"), ("solutions", "passes all the tests")]
)
def test_the_validate_button_runs_the_visible_tests(show, folder, verdict):
    page = show(f"{folder}/01_background/01_background.ipynb")
    page.get_by_text("Validate", exact=True).first.click()
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for()
    assert verdict in dialog.inner_text()


def test_admonitions_dropdowns_and_numbered_equations_are_drawn(show):
    page = show(SCRATCH)
    assert RAW_MYST.findall(prose(page, SCRATCH)) == []
    drawn = page.locator(".jp-NotebookPanel .myst")
    assert drawn.locator("aside", has_text="Predict first").is_visible()
    answer = drawn.get_by_text("The second one")
    assert not answer.is_visible()
    drawn.get_by_text("Answer").click()
    answer.wait_for(state="visible")
    assert drawn.locator(".katex-display").count() == 1
    assert "Equation (1) is the loss." in drawn.inner_text()


def test_a_figure_has_the_text_alternative_that_its_output_carries(show):
    page = show(SCRATCH)
    assert page.locator(".jp-OutputArea-output img").get_attribute("alt") == "A red dot."


def test_a_link_to_a_heading_of_another_document_scrolls_to_it(show):
    page = show(SCRATCH)
    page.locator(".jp-NotebookPanel a", has_text="glossary").click()
    page.locator(".jp-MarkdownViewer #loss-function").wait_for()
    page.wait_for_function(
        """() => {
            const top = document.querySelector(".jp-MarkdownViewer #loss-function").getBoundingClientRect().top;
            return 0 < top && top < 300;
        }"""
    )


def test_the_address_is_one_line_and_the_log_is_quiet(running):
    assert len(running.said) == 1
    assert re.match(r"The course is open at  http://localhost:\d+/lab/tree/\S+\?token=\w+\n", running.said[0])


def test_a_port_asked_for_and_taken_is_an_error_with_a_way_out(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert lab.main(["--no-browser", "--port", str(port)]) == 1
    complaint = capsys.readouterr().err
    assert f"Port {port} is taken" in complaint
    assert "make lab PORT=" in complaint


def test_the_usual_port_taken_means_another_one_and_says_so(copy):
    try:
        taken = socket.create_server(("127.0.0.1", lab.DEFAULT_PORT))
    except OSError:
        taken = None  # somebody else has it, which serves as well
    server = Lab(copy)
    server.stop()
    if taken:
        taken.close()
    assert f"Port {lab.DEFAULT_PORT} is taken by another program; the course uses " in server.said[0]
    assert f"localhost:{lab.DEFAULT_PORT}/" not in server.url


@pytest.mark.parametrize("port", ["0", "65536", "eighty"])
def test_what_is_no_port_is_refused(port, capsys):
    with pytest.raises(SystemExit) as stop:
        lab.main(["--port", port])
    assert stop.value.code == 2
    assert f"'{port}' is not a port" in capsys.readouterr().err


def test_a_package_without_the_course_beside_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lab, "PROJECT", tmp_path)
    assert lab.main(["--no-browser"]) == 1
    assert "00_start_here.md is missing" in capsys.readouterr().err
