"""Chapters as they are stored: in step with their text, clean, described, linked and built on one skeleton."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from dlcourse import execute, widgets

ROOT = Path(__file__).resolve().parents[1]
TEXTS = execute.find_chapters()
CITATION = re.compile(r"\[([^\]\[]*?),? (\d{4})\]\((https?://[^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def stored(text: Path) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "chapters" / f"{text.stem}.ipynb", as_version=4)


def markdown(text: Path) -> str:
    return "\n\n".join(cell.source for cell in stored(text).cells if cell.cell_type == "markdown")


def anchors(source: str) -> set[str]:
    """The anchors of a page's headings, as GitHub, JupyterLab and the site make them, without case."""
    headings = re.findall(r"^#{1,4} (.+)$", source, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def outputs(text: Path):
    for number, cell in enumerate(execute.code_cells(stored(text)), start=1):
        for output in cell.outputs:
            yield number, cell, output


every_chapter = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)


def test_there_is_a_chapter():
    assert "05_mnist_project" in {text.stem for text in TEXTS}


@every_chapter
def test_notebook_and_text_are_in_step(text):
    fresh, kept = execute.read_text(text), stored(text)
    assert [(cell.cell_type, cell.source, cell.metadata) for cell in kept.cells] == [
        (cell.cell_type, cell.source, cell.metadata) for cell in fresh.cells
    ], f"run `make execute`: chapters/{text.stem}.ipynb is not what its text gives"


@every_chapter
def test_stored_outputs_belong_to_the_stored_code(text):
    notebook = stored(text)
    assert notebook.metadata.dlcourse.executed == execute.digest(notebook), "run `make execute`"
    counts = [cell.execution_count for cell in execute.code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


@every_chapter
def test_stored_outputs_are_clean(text):
    for number, _, output in outputs(text):
        assert output.output_type != "error", f"cell {number}"
        assert output.get("name") != "stderr", f"cell {number}"
        words = output.get("text", "") + "".join(
            content for mime, content in output.get("data", {}).items() if mime.startswith("text/")
        )
        assert not execute.ADDRESS.search(words), f"cell {number}"
        assert not re.search(r"(/home/|/root/|/Users/|/tmp/|/work/|[A-Z]:\\)", words), f"cell {number}: {words}"


@every_chapter
def test_every_picture_has_an_alternative(text):
    pictures = [output for _, _, output in outputs(text) if "image/png" in output.get("data", {})]
    assert pictures
    for output in pictures:
        assert len(output.metadata["image/png"]["alt"]) >= 60
    assert not re.search(r"!\[\s*\]", markdown(text))


@every_chapter
def test_the_skeleton_stands(text):
    source = markdown(text)
    sections = re.findall(r"^## (.+)$", source, re.M)
    assert sections[-4:] == ["Check yourself", "Summary", "Exercises", "Further reading"]
    for promise in ("What you will be able to do", "**You need**", "**Time**"):
        assert promise in source.split("\n## ")[0]
    questions = source.split("## Check yourself")[1].split("## Summary")[0]
    assert len(re.findall(r"^:::\{admonition\} \d+\. .+\n:class: dropdown$", questions, re.M)) >= 6


@every_chapter
def test_cells_are_small(text):
    cells = execute.code_cells(stored(text))
    lengths = [sum(bool(line.strip()) for line in cell.source.split("\n")) for cell in cells]
    assert max(lengths) <= 25
    assert sorted(lengths)[len(lengths) // 2] <= 8


@every_chapter
def test_what_the_regression_test_leaves_out_is_the_smaller_part(text):
    cells = [cell for cell in execute.code_cells(stored(text)) if cell.outputs]
    ignored = [cell for cell in cells if "nbval-ignore-output" in cell.metadata.get("tags", [])]
    assert len(ignored) < len(cells) / 2


@every_chapter
def test_equations_are_named_by_the_number_they_are_drawn_with(text):
    """Lab and the site number the labelled equations of a page from 1; code and prose name them in plain text."""
    source = text.read_text(encoding="utf-8")
    labels = re.findall(r"^\$\$ \((eq-[\w-]+)\)$", source, re.M)
    assert len(labels) == len(set(labels))
    named = {int(number) for number in re.findall(r"[Ee]quation \((\d+)\)", source)}
    assert named <= set(range(1, len(labels) + 1))
    assert set(re.findall(r"\{eq\}`([^`]+)`", source)) <= set(labels)


@every_chapter
def test_links_lead_somewhere(text):
    source = markdown(text)
    for target in LINK.findall(source):
        if target.startswith(("http://", "https://")):
            continue
        place, _, anchor = unquote(target).partition("#")
        page = (ROOT / "chapters" / place) if place else None
        assert page is None or page.is_file(), f"{target}: no such file"
        if anchor:
            text_of_page = source if page is None else _page(page)
            assert anchor in anchors(text_of_page), f"{target}: no such heading"


@every_chapter
def test_citations_name_author_and_year_and_stand_in_the_bibliography(text):
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    entries = re.split(r"^@", bibliography, flags=re.M)[1:]
    cited = CITATION.findall(markdown(text))
    assert cited
    for authors, year, address in cited:
        name = address.removeprefix("https://doi.org/").removeprefix("https://arxiv.org/abs/")
        found = [entry for entry in entries if name in entry]
        assert len(found) == 1, f"{address} stands {len(found)} times in book/references.bib"
        assert year in found[0], f"{authors}, {year}: another year in book/references.bib"
        first = re.match(r"[\w\-]+", authors)[0]
        assert first in found[0], f"{authors}: another author in book/references.bib"


@every_chapter
def test_the_time_promised_is_the_time_measured(text):
    numbers = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
    promised = re.search(r"\*\*Time\*\*: about (\w+) minutes? of computing on two CPU cores", markdown(text))
    status = json.loads(execute.STATUS.read_text(encoding="utf-8"))
    minutes = status["chapters"][text.stem]["seconds"] / 60
    assert numbers[promised[1]] - 1 < minutes <= numbers[promised[1]] + 0.25


def test_each_widget_stands_in_its_chapter_and_in_the_gallery():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in execute.TEXTS.glob("*.md")}
    gallery = texts.pop("gallery")
    for name in widgets.__all__:
        places = [chapter for chapter, text in texts.items() if f"widgets.{name}(" in text]
        assert places, f"{name} stands in no chapter"
        assert f"widgets.{name}(" in gallery, f"{name} is missing in the gallery"
    assert not [chapter for chapter, text in texts.items() if "<!-- place of" in text]


def _page(page: Path) -> str:
    if page.suffix == ".ipynb":
        cells = nbformat.read(page, as_version=4).cells
        return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return page.read_text(encoding="utf-8")
