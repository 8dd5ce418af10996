"""The built site: complete, self-contained, readable on a phone, in the dark, and without eyes or a mouse."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
import yaml
from browser import SLOW, outside_requests, script_errors
from ipywidgets import IntSlider
from ipywidgets.embed import embed_data
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page
from widget_hands import use_all

from dlcourse import site

ROOT = site.ROOT
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
ALT = "Two curves: training loss falls to zero, test loss turns and rises after the third epoch."
REPOSITORY = "https://github.com/someone/some-course"


@dataclass
class Visit:
    """What the browser met on one page."""

    outside: list[str]
    errors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    findings: set[str] = field(default_factory=set)
    phone_overflow: int = 0


def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yields the address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line of log for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""


def pages(built: Path) -> list[str]:
    """Every page a reader can open; the front door only leads to the landing page."""
    found = (page.relative_to(built).as_posix() for page in built.rglob("*.html"))
    return sorted(page for page in found if not page.startswith("_static/") and page != "index.html")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real site, built with every warning an error."""
    return site.build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """The real site behind a web server."""
    yield from serve(built)


@pytest.fixture(scope="session")
def visits(browser: Browser, built: Path, address: str) -> dict[str, Visit]:
    """Each page of the real site, opened once: on a desktop, light and dark, and on a phone."""
    checker = site.install_scripts().read_text(encoding="utf-8")
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce", color_scheme="light")
    seen = {name: visit(context.new_page(), f"{address}/{name}", checker) for name in pages(built)}
    context.close()
    return seen


def visit(page: Page, where: str, checker: str) -> Visit:
    """Open one page and note all that is wrong with it."""
    noted = Visit(outside_requests(page), script_errors(page))
    page.on("console", lambda message: noted.errors.append(message.text) if message.type == "error" else None)
    page.on("response", lambda reply: noted.missing.append(reply.url) if reply.status >= 400 else None)
    open_page(page, where)
    page.evaluate(checker)
    noted.findings |= findings(page, "light")
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-theme=dark]", state="attached")
    noted.findings |= findings(page, "dark")
    page.set_viewport_size(PHONE)
    # The page makes boxes reachable that scroll on a phone: in the frame after the one that it is laid out in.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    noted.phone_overflow = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    noted.findings |= findings(page, "dark, phone")
    page.close()
    return noted


def open_page(page: Page, where: str) -> None:
    """Open a page and wait until its formulas are drawn and its icons in place."""
    page.goto(where, wait_until="load")
    page.evaluate("window.MathJax?.startup?.promise")
    page.wait_for_function("!document.querySelector('i.theme-switch')")


def findings(page: Page, mode: str) -> set[str]:
    """The serious and critical findings of axe-core."""
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return {
        f"{finding['id']} ({mode}): {finding['nodes'][0]['target']}"
        for finding in result["violations"]
        if finding["impact"] in ("serious", "critical")
    }


def sample_notebook() -> nbformat.NotebookNode:
    """A chapter in small: formula, admonition, dropdown, long code, picture, wide table and a live slider."""
    slider = IntSlider(value=3, description="epochs")
    embedded = embed_data([slider])
    view = {"application/vnd.jupyter.widget-view+json": embedded["view_specs"][0]}
    picture = {"image/png": PNG, "text/plain": ALT}
    return new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "widgets": {"application/vnd.jupyter.widget-state+json": embedded["manager_state"]},
        },
        cells=[
            new_markdown_cell("# Sample\n\nSee [](#eq-line) and [softmax](../book/glossary.md#softmax)."),
            new_markdown_cell("```{math}\n:label: eq-line\ny = Xw + b\n```\n\n## Section"),
            new_markdown_cell(":::{admonition} Why?\n:class: dropdown\nBecause of the gradient.\n:::"),
            new_code_cell(
                f"print('{'long ' * 60}')", outputs=[new_output("stream", name="stdout", text="long " * 60)]
            ),
            new_code_cell(
                "plot.curves(history)",
                outputs=[new_output("display_data", picture, metadata={"image/png": {"alt": ALT}})],
            ),
            new_markdown_cell("\n".join(f"{f'| {word} ' * 14}|" for word in ("column", "---", "value"))),
            new_markdown_cell("Faster: {measured}`speed turns.1.ratio` times."),
            new_code_cell("slider", outputs=[new_output("display_data", view)]),
        ],
    )


def make_project(root: Path, notebook: nbformat.NotebookNode, repository: str = "") -> Path:
    """A project with the course's configuration, three of its pages and one notebook."""
    shutil.copytree(ROOT / "book" / "static", root / "book" / "static")
    shutil.copytree(ROOT / "_build" / "scripts", root / "_build" / "scripts")
    for name in ("glossary.md", "status.md", "data-digits.md", "references.bib", "package-lock.json"):
        shutil.copy(ROOT / "book" / name, root / "book")
    results = root / "benchmarks" / "results"
    results.mkdir(parents=True)
    (results / "speed.json").write_text('{"turns": [{}, {"ratio": 1234.5}]}')
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings["repository"]["url"] = repository
    (root / "_config.yml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    chapters = [{"file": "chapters/sample"}, {"file": "book/status"}, {"file": "book/data-digits"}]
    toc = {"format": "jb-book", "root": "book/glossary", "chapters": chapters}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    (root / "chapters").mkdir()
    nbformat.write(notebook, root / "chapters" / "sample.ipynb")
    return root


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site whose repository has a public address and whose status lists a present and a coming chapter."""
    site.install_scripts()
    root = make_project(tmp_path_factory.mktemp("sample"), sample_notebook(), REPOSITORY)
    run = {"seconds": 74.2, "cells": 3, "data": "embedded"}
    status = {
        "versions": {"keras": "3.99.1"},
        "machine": {"cores": 2, "memory_gib": 8},
        "chapters": {"sample": run, "99_later": run | {"seconds": 9.6}},
    }
    (root / "book" / "status.json").write_text(json.dumps(status), encoding="utf-8")
    return site.build(root, root)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page on a desktop."""
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_no_page_asks_another_host(visits: dict[str, Visit]) -> None:
    assert {name: visit.outside for name, visit in visits.items() if visit.outside} == {}


def test_no_page_has_a_script_error_or_a_missing_file(visits: dict[str, Visit]) -> None:
    wrong = {name: visit.errors + visit.missing for name, visit in visits.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_no_page_has_a_serious_accessibility_finding(visits: dict[str, Visit]) -> None:
    assert {name: visit.findings for name, visit in visits.items() if visit.findings} == {}


def test_no_page_is_wider_than_a_phone(visits: dict[str, Visit]) -> None:
    assert {name: visit.phone_overflow for name, visit in visits.items() if visit.phone_overflow > 0} == {}


def test_pages_work_from_the_disk(page: Page, built: Path) -> None:
    outside = outside_requests(page)
    errors = script_errors(page)
    open_page(page, (built / "book" / "notation.html").as_uri())
    assert page.locator("mjx-container").count() > 10
    assert outside == errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_widget_answers_without_a_kernel_and_without_another_host(
    browser: Browser, address: str, scheme: str
) -> None:
    context = browser.new_context(viewport=DESKTOP, color_scheme=scheme)
    page = context.new_page()
    outside = outside_requests(page)
    open_page(page, f"{address}/chapters/gallery.html")
    use_all(page, f"site-{scheme}")
    assert outside == []
    context.close()


def test_widgets_of_a_page_that_came_up_slowly_answer_all_the_same(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=DESKTOP)
    page.add_init_script("""AbortSignal.timeout = () => {
        const patience = new AbortController();
        setTimeout(() => patience.abort());
        return patience.signal;
    };""")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    open_page(page, f"{address}/chapters/gallery.html")
    use_all(page, "site-slow")
    assert set(said) == {SLOW}
    page.close()


def test_front_door_leads_to_the_landing_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_url("**/book/index.html")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Deep Learning: Principles in Running Code")
    doors = {"Learn": "ways-to-run.html", "Read": "../chapters/01_background.html", "Teach": "for-teachers.html"}
    for door, target in doors.items():
        link = page.locator(f".doors .sd-card:has(.sd-card-title:text-is('{door}')) a")
        assert link.get_attribute("href") == target


def test_landing_picture_is_described(page: Page, address: str) -> None:
    page.goto(f"{address}/book/index.html")
    picture = page.get_by_role("img", name=re.compile("handwritten digit"))
    assert picture.count() == 1
    assert len(picture.locator("desc").text_content()) > 200


def test_search_finds_a_word_of_the_glossary(page: Page, address: str) -> None:
    page.goto(f"{address}/search.html?q=softmax")
    page.wait_for_selector("#search-results a[href*='glossary']")


def test_readers_choose_dark_or_light(page: Page, address: str) -> None:
    open_page(page, f"{address}/book/status.html")
    themes = set()
    for _ in range(3):
        page.locator(".article-header-buttons .theme-switch-button").click()
        themes.add(page.locator("html").get_attribute("data-theme"))
    assert themes == {"light", "dark"}


def test_buttons_that_need_an_address_are_left_out_without_one(built: Path) -> None:
    html = "".join((built / name).read_text(encoding="utf-8") for name in pages(built))
    assert "launch-buttons" not in html
    assert "source-buttons" not in html
    assert "mybinder" not in html


def test_buttons_lead_to_the_repository_when_it_has_an_address(sample: Path) -> None:
    html = (sample / "chapters" / "sample.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="(https://[^"]+)"', html))
    assert links >= {
        "https://mybinder.org/v2/gh/someone/some-course/main?urlpath=lab/tree/chapters/sample.ipynb",
        "https://colab.research.google.com/github/someone/some-course/blob/main/chapters/sample.ipynb",
        f"{REPOSITORY}/blob/main/chapters/sample.ipynb?plain=1",
        REPOSITORY,
    }
    assert any(link.startswith(f"{REPOSITORY}/issues/new") for link in links)


def test_an_address_that_is_none_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = make_project(tmp_path, sample_notebook(), "github.com/someone")
    with pytest.raises(site.SiteError):
        site.build(root, root)
    assert "repository.url in _config.yml is 'github.com/someone'" in capfd.readouterr().err


def test_notebook_pictures_take_their_stored_alternative(sample: Path) -> None:
    html = (sample / "chapters" / "sample.html").read_text(encoding="utf-8")
    assert f'alt="{ALT}"' in html


def test_faults_of_a_page_stop_the_build(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    notebook = sample_notebook()
    notebook.cells[4].outputs[0].metadata = {}
    notebook.cells[0].source += "\n\n[gone](../book/glossary.md#gone) [lost](#lost) [away](../book/away.md)"
    notebook.cells[0].source += " {measured}`speed turns.7` {measured}`fuel a`"
    notebook.cells[3].outputs[0].name = "stderr"
    root = make_project(tmp_path, notebook)
    (root / "book" / "status.json").write_text('{"versions": {}}')
    assert "cannot be read" in fault(root, capfd)
    (root / "book" / "status.json").unlink()
    said = fault(root, capfd)
    assert "picture in cell 5 without a text alternative" in said
    for target in ("'gone'", "'lost'", "'../book/away.md'"):
        assert re.search(rf"WARNING: .* not found.* {target}", said)
    assert "stderr" in said
    assert "finds nothing at 'speed turns.7'" in said
    assert "finds nothing at 'fuel a'" in said


def fault(root: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """Build a site that has a fault; what the build says."""
    with pytest.raises(site.SiteError, match="mend each warning"):
        site.build(root, root)
    return capfd.readouterr().err


def test_status_page_shows_what_was_recorded(sample: Path, page: Page) -> None:
    page.goto((sample / "book" / "status.html").as_uri())
    rows = page.locator("article tr").all_inner_texts()
    assert any("Sample" in row and "1 min 14 s" in row for row in rows)
    assert any("99_later" in row and "10 s" in row for row in rows)
    assert any("keras" in row and "3.99.1" in row for row in rows)
    assert page.locator("article td a", has_text="Sample").get_attribute("href") == "../chapters/sample.html"


def test_what_was_measured_stands_in_the_text(sample: Path) -> None:
    assert "Faster: 1,234.5 times." in (sample / "chapters" / "sample.html").read_text(encoding="utf-8")


def test_a_chapter_without_kernel_and_network(sample: Path, page: Page) -> None:
    outside = outside_requests(page)
    open_page(page, (sample / "chapters" / "sample.html").as_uri())
    page.wait_for_selector(".jupyter-widgets .noUi-handle, .jupyter-widgets input[type=range]")
    equation = page.locator("div.math#equation-eq-line")
    assert equation.locator("mjx-container").count() == 1
    assert "(1)" in equation.inner_text()
    assert page.locator("a[href='../book/glossary.html#softmax']").count() == 1
    assert page.locator("button.copybtn").count() >= 3
    assert outside == []


def test_dropdowns_open_by_keyboard(sample: Path, page: Page) -> None:
    open_page(page, (sample / "chapters" / "sample.html").as_uri())
    answer = page.get_by_text("Because of the gradient.")
    assert not answer.is_visible()
    page.locator("details.admonition > summary, .admonition.dropdown button").first.focus()
    page.keyboard.press("Enter")
    answer.wait_for(state="visible")


def test_wide_content_scrolls_in_its_box_and_is_reached_by_keyboard(sample: Path, page: Page) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, (sample / "chapters" / "sample.html").as_uri())
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    for box in ("div.cell_input pre", "div.cell_output pre", ".pst-scrollable-table-container"):
        wide = page.locator(box).first
        assert wide.evaluate("box => box.scrollWidth > box.clientWidth"), box
        assert wide.get_attribute("tabindex") == "0", box


def test_only_pages_with_widgets_load_their_scripts(sample: Path) -> None:
    loads = {name: "require.js" in (sample / name).read_text(encoding="utf-8") for name in pages(sample)}
    assert loads.pop("chapters/sample.html")
    assert not any(loads.values())


def test_scripts_are_installed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    site.install_scripts()
    monkeypatch.setattr(site, "_npm", lambda *words, **how: pytest.fail("npm ran again"))
    site.install_scripts()


def test_unreachable_registry_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("vendor"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(site.SiteError, match="npm cannot reach its registry") as said:
        site.install_scripts(tmp_path)
    assert "run again" in str(said.value)
    assert not (tmp_path / "book" / "static" / "vendor").exists()


def test_lock_pins_every_package_and_names_no_registry() -> None:
    lock = (ROOT / "book" / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert len(installed) > 100
    assert all("integrity" in package for package in installed.values())
    assert "://" not in lock


def test_outside_a_checkout_the_command_says_so(tmp_path: Path) -> None:
    with pytest.raises(site.SiteError, match="checkout"):
        site.build(tmp_path, tmp_path)


def test_every_notebook_is_in_the_table_of_contents() -> None:
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    folders = ("chapters/*.ipynb", "exercises/*/*.ipynb", "solutions/*/*.ipynb")
    notebooks = {
        path.relative_to(ROOT).with_suffix("").as_posix() for pattern in folders for path in ROOT.glob(pattern)
    }
    assert notebooks == {
        line.split()[-1] for line in toc.splitlines() if "file: book/" not in line and "file:" in line
    }


def test_a_teacher_can_keep_the_solutions_off_the_site(tmp_path: Path) -> None:
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, tmp_path)
    assert site.table_of_contents(tmp_path, tmp_path / "built") == tmp_path / "_toc.yml"
    config = (tmp_path / "_config.yml").read_text(encoding="utf-8")
    (tmp_path / "_config.yml").write_text(config.replace("publish_solutions: true", "publish_solutions: false"))
    shown = site.table_of_contents(tmp_path, tmp_path / "built").read_text(encoding="utf-8")
    assert "file: exercises/05_mnist_project/05_mnist_project" in shown
    assert "solutions/" not in shown
    assert "Worked solutions" not in shown


def test_every_cited_work_is_in_the_bibliography() -> None:
    texts = [*(ROOT / "chapters" / "text").glob("*.md"), *(ROOT / "book").glob("*.md")]
    link = re.compile(r"\]\(https://(?:(?:dx\.)?doi\.org/|(arxiv\.org/abs/))([^)\s]+)\)")
    cited = {arxiv + work for text in texts for arxiv, work in link.findall(text.read_text(encoding="utf-8"))}
    listed = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    assert len(cited) > 5
    assert {work for work in cited if work not in listed} == set()


def test_glossary_is_in_alphabetical_order() -> None:
    words = re.findall(r"^### (.+)$", (ROOT / "book" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert words == sorted(words, key=str.lower)
    assert len(words) == len(set(words)) > 40
