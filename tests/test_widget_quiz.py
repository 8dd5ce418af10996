"""The quiz: every question of every chapter is understood, and a browser without a kernel asks them."""

from __future__ import annotations

import json
import re
import shutil

import nbformat
import pytest
from playwright.sync_api import Page, expect
from widget_page import ROOT, open_page, state_bytes, write_page

from dlcourse import site, widgets
from dlcourse.widgets import quizzes as module
from dlcourse.widgets.strings import QUIZ

TEXTS = [
    path
    for path in sorted((ROOT / "chapters" / "text").glob("[0-9]*.md"))
    if "## Check yourself" in path.read_text(encoding="utf-8")
]
NAMES = [path.stem for path in TEXTS]
PROSE = """element => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll('code').forEach(code => code.remove());
    return copy.textContent; }"""
# What no reader should see: roles, math and code as typed, links, emphasis, directives.
RAW = re.compile(r"\$|`|\]\(|\*\w|:::|\{\w+\}|\\[a-z]+|&amp;|&lt;")


def section(*questions: str) -> str:
    return "# Chapter\n\n## Check yourself\n\n" + "\n".join(questions) + "\n## Summary\n\nAll.\n"


def admonition(body: str, title: str = "1. Why?", kind: str = "dropdown") -> str:
    return f":::{{admonition}} {title}\n:class: {kind}\n{body}\n:::\n"


def one(body: str) -> module.Question:
    (found,) = module.parse(section(admonition(body)), "chapter")
    return found


@pytest.mark.parametrize("path", TEXTS, ids=NAMES)
def test_every_chapter_has_six_questions_to_choose_in(path):
    text = path.read_text(encoding="utf-8")
    questions = module.parse(text, path.stem)
    part = text.split("## Check yourself")[1].split("\n## ")[0]
    assert len(questions) == part.count(":::{admonition}")
    real = [each for each in questions if len(each.options) >= 2]
    assert len(real) >= 6
    for each in real:
        right, *wrong = each.options
        assert each.answer.startswith(right.why)
        assert len({option.answer for option in each.options}) == len(each.options)
        assert all(option.answer.strip("`").lower() in option.why.lower() for option in wrong)
        assert all(option.why in each.answer for option in wrong)


@pytest.mark.parametrize("name", NAMES)
def test_every_double_quote_of_the_text_is_an_option(name):
    for question in widgets.quiz(name).questions:
        text = re.sub(r"<code>.*?</code>", "", question["answer"])
        assert text.count("&quot;") % 2 == 0
        quoted = text.count("&quot;") // 2
        if quoted:
            assert len(question["options"]) == quoted + 1, (name, question["number"])


@pytest.mark.parametrize("name", NAMES)
def test_notebook_and_text_give_the_same_quiz(name, tmp_path, monkeypatch):
    notebook = ROOT / "chapters" / f"{name}.ipynb"
    if not notebook.exists():
        pytest.skip("not executed yet")
    (tmp_path / "chapters").mkdir()
    shutil.copy(notebook, tmp_path / "chapters")
    here = widgets.quiz(name).questions
    monkeypatch.chdir(tmp_path)
    assert module.read_chapter(name) == "\n\n".join(
        cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "markdown"
    )
    assert widgets.quiz(name).questions == here


def test_it_is_found_from_the_notebooks_folder_and_from_anywhere(tmp_path, monkeypatch):
    for folder in (ROOT / "chapters", ROOT, tmp_path):
        monkeypatch.chdir(folder)
        assert len(widgets.quiz("02_core_concepts").questions) == 7


def test_the_options_are_shuffled_but_always_the_same():
    first, second = (widgets.quiz("02_core_concepts").questions for _ in range(2))
    assert first == second
    places = {each["right"] for name in NAMES for each in widgets.quiz(name).questions if len(each["options"]) == 3}
    assert places == {0, 1, 2}


def test_a_question_is_taken_apart():
    found = one(
        'Down, see `a["b"]`: by $x.$ it shrinks. It does. "Up, it grows" looks the other way. So do many.\n'
        '"no; it stays" and "it\njumps" are both wrong.'
    )
    assert [option.answer for option in found.options] == [
        'Down, see `a["b"]`', "Up, it grows", "No; it stays", "It jumps",
    ]  # fmt: skip
    assert found.options[0].why == 'Down, see `a["b"]`: by $x.$ it shrinks. It does.'
    assert found.options[1].why == '"Up, it grows" looks the other way. So do many.'
    assert found.options[2].why == found.options[3].why == '"no; it stays" and "it jumps" are both wrong.'


def test_answers_in_code_are_options_where_nothing_is_quoted():
    found = one("`x[None]`, of shape (1, 2). `x` fails: it is bare. That is all. `x.T` is turned.")
    assert [option.answer for option in found.options] == ["`x[None]`", "`x`", "`x.T`"]
    assert found.options[1].why == "`x` fails: it is bare. That is all."
    assert one('No. `fit` does it. "Yes" is wrong.').options[0].answer == "No"


def test_without_a_wrong_answer_there_is_nothing_to_choose():
    assert one("By the same *factor*. The axis is logarithmic.").options == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Chapter\n", "chapter has no section 'Check yourself'"),
        (section("Nothing here."), "not of the form"),
        (section(admonition("No.", title="Why?")), "not of the form"),
        (section(admonition("No.", kind="tip")), "not of the form"),
        (section(admonition("No.", title="2. Why?")), r"the numbers are \[2\]"),
        (section(admonition("No:\n- one\n- two")), "question 1: takes plain sentences"),
        (section(admonition("No, see {eq}`eq-one`.")), "question 1: takes plain sentences"),
    ],
)
def test_what_is_no_question_is_named(text, message):
    with pytest.raises(ValueError, match=message):
        module.parse(text, "chapter")


def test_a_missing_chapter_says_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no chapter '09_dreams': 09_dreams\.ipynb is in none of") as error:
        widgets.quiz("09_dreams")
    assert str(tmp_path / "chapters") in str(error.value)


def test_text_becomes_html_and_mathml():
    made = module.to_html(r"$50{,}240 < 3$, *so* `a<b` and [leak](../glossary.md#x), $\log 4$ & <b>")
    assert "<mn>50,240</mn>" in made
    assert made.count("<math") == 2
    assert "<em>so</em> <code>a&lt;b</code> and leak," in made
    assert "<mi>log</mi><mspace" in made
    kept = module.to_html("$a$ and $b$, then")
    assert kept.index("</math> and <span") < kept.index("</math>,</span> then")
    assert made.endswith("&amp; &lt;b&gt;")


def test_the_score_is_read_by_python():
    widget = widgets.quiz("01_background")
    real = [each for each in widget.questions if each["options"]]
    assert widget.score == (0, len(real))
    first, second = real[:2]
    wrong = 1 - second["right"]
    widget.answers = {str(first["number"]): [first["right"]], str(second["number"]): [wrong]}
    assert widget.score == (1, len(real))
    widget.answers = widget.answers | {str(second["number"]): [wrong, second["right"]]}
    assert widget.score == (2, len(real))


@pytest.mark.parametrize("name", NAMES)
def test_its_state_is_small(name):
    widget = widgets.quiz(name)
    assert state_bytes(widget) < 120_000
    assert QUIZ.items() <= widget.strings.items()


# --- in a browser, without a kernel ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_page([widgets.quiz(name) for name in NAMES], tmp_path_factory.mktemp("page"))


@pytest.fixture
def page(browser, written):
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    page.errors = open_page(page, written)
    page.locator(".dlc-quiz").nth(len(NAMES) - 1).wait_for()
    yield page
    assert page.errors == []
    page.close()


def ask(page: Page, name: str, number: int):
    """The element and the content of one question."""
    element = page.locator(".dlc-quiz").nth(NAMES.index(name)).locator("fieldset").nth(number - 1)
    return element, widgets.quiz(name).questions[number - 1]


def score(page: Page, name: str) -> str:
    return page.locator(".dlc-quiz").nth(NAMES.index(name)).locator(".dlc-quiz-score").inner_text()


def test_wrong_then_right_by_keyboard(page: Page):
    name = "02_core_concepts"
    element, question = ask(page, name, 3)
    wrong = (question["right"] + 1) % 3
    radios, button = element.get_by_role("radio"), element.get_by_role("button", name="Answer", exact=True)
    said = element.get_by_role("status")
    button.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Choose an answer first.")
    radios.first.focus()
    page.keyboard.press("Space")
    for _ in range(wrong):
        page.keyboard.press("ArrowDown")
    assert radios.nth(wrong).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("✗ Not this one.")
    expect(element.locator("label").nth(wrong)).to_contain_text("✗ not this one")
    assert element.get_attribute("data-state") == "wrong"
    assert score(page, name) == "Right: 0 of 7. At the first try: 0."
    radios.nth(question["right"]).focus()
    page.keyboard.press("Space")
    button.focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("✓ Right. From the training pictures.")
    expect(element.locator("label").nth(question["right"])).to_contain_text("✓ right")
    assert score(page, name) == "Right: 1 of 7. At the first try: 0."
    # Neither the other questions nor the other quizzes of the page have changed.
    assert page.locator("[data-state=right], [data-state=wrong]").count() == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_option_of_every_question_is_explained_without_raw_markup(page: Page, name):
    quiz = widgets.quiz(name)
    for question in quiz.questions:
        element, _ = ask(page, name, question["number"])
        if not question["options"]:
            element.get_by_role("button", name="Show the answer").click()
        # The right one first: the score counts it at the first try.
        for place in sorted(range(len(question["options"])), key=lambda at: at != question["right"]):
            element.get_by_role("radio").nth(place).check()
            element.get_by_role("button", name="Answer", exact=True).click()
            expect(element.get_by_role("status")).to_contain_text(
                QUIZ["right"] if place == question["right"] else QUIZ["wrong"]
            )
            words = element.evaluate(PROSE)
            assert RAW.search(words) is None, words
            assert len(element.get_by_role("status").inner_text()) > 30
    total = quiz.score[1]
    assert score(page, name) == f"Right: {total} of {total}. At the first try: {total}."


def test_a_question_without_options_opens(browser, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cell = nbformat.v4.new_markdown_cell(section(admonition("Because nothing wrong is quoted here.")))
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "open.ipynb")
    page = browser.new_page()
    open_page(page, write_page([widgets.quiz("open")], tmp_path))
    element = page.locator("fieldset")
    answer = element.locator(".dlc-quiz-why")
    button = element.get_by_role("button")
    assert not answer.is_visible()
    assert button.get_attribute("aria-expanded") == "false"
    button.press("Enter")
    expect(answer).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"
    assert button.inner_text() == "Hide the answer"
    button.press("Enter")
    expect(answer).not_to_be_visible()
    page.close()


def test_groups_and_live_regions_are_what_a_screen_reader_needs(page: Page):
    element, _ = ask(page, "01_background", 1)
    assert page.get_by_role("group", name="1. A chess program follows thousands").count() == 1
    names = {
        page.get_by_role("radio").nth(at).get_attribute("name") for at in range(page.get_by_role("radio").count())
    }
    assert len(names) == sum(bool(each["options"]) for name in NAMES for each in widgets.quiz(name).questions)
    assert element.get_by_role("radio", name="No, it does not learn").count() == 1
    assert element.get_by_role("status").count() == 1
    assert page.locator("math").count() >= 4  # in the options; more come with the explanations


def test_start_again_forgets_everything(page: Page):
    element, question = ask(page, "01_background", 1)
    element.get_by_role("radio").nth(question["right"]).check()
    element.get_by_role("button", name="Answer", exact=True).click()
    assert score(page, "01_background").startswith("Right: 1 of")
    page.locator(".dlc-quiz").first.get_by_role("button", name="Start again").click()
    assert score(page, "01_background").startswith("Right: 0 of")
    expect(element.get_by_role("status")).to_be_empty()
    assert not element.get_by_role("radio").nth(question["right"]).is_checked()


def test_the_saved_answers_come_back(browser, tmp_path):
    widget = widgets.quiz("02_core_concepts")
    right = widget.questions[0]["right"]
    widget.answers = {"1": [(right + 1) % 3, right], "2": [1 - widget.questions[1]["right"]]}
    page = browser.new_page()
    open_page(page, write_page([widget], tmp_path))
    questions = page.locator("fieldset")
    assert questions.nth(0).get_attribute("data-state") == "right"
    assert questions.nth(0).get_by_role("radio").nth(right).is_checked()
    assert questions.nth(0).locator("label[data-tried=wrong]").count() == 1
    assert questions.nth(1).get_attribute("data-state") == "wrong"
    assert page.locator(".dlc-quiz-score").inner_text() == "Right: 1 of 7. At the first try: 0."
    page.close()


def test_it_fits_a_phone_and_answers_to_touch(browser, written):
    page = browser.new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    open_page(page, written)
    page.locator(".dlc-quiz").nth(len(NAMES) - 1).wait_for()
    element, question = ask(page, "02_core_concepts", 5)
    element.locator("label").nth(question["right"]).tap()
    element.get_by_role("button", name="Answer", exact=True).tap()
    expect(element.get_by_role("status")).to_contain_text("✓ Right.")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.close()


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_stops_a_screen_reader(page: Page, dark):
    if dark:
        page.evaluate("document.body.dataset.dark = ''")
    for name, number in (("02_core_concepts", 1), ("03_core_algorithms", 4)):
        element, _ = ask(page, name, number)
        for place in range(3):
            element.get_by_role("radio").nth(place).check()
            element.get_by_role("button", name="Answer", exact=True).click()
    page.add_script_tag(path=str(site.install_scripts(ROOT)))
    found = page.evaluate("axe.run('.dlc').then(result => result.violations)")
    assert [json.dumps(each["id"]) for each in found if each["impact"] in ("serious", "critical")] == []
