"""A chapter's *Check yourself* questions as a quiz with explained answers, read from the chapter's own text.

In the text each question is an admonition that opens. Its body begins with the right answer and goes on to explain
wrong ones, each in double quotes, or in code where the answers are code. From that the quiz is made, so nothing is
written twice, and a page without the widget still has every question with its answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import latex2mathml.converter
import nbformat
import traitlets
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from dlcourse.widgets._base import FOLDER, Widget, script, style
from dlcourse.widgets.strings import QUIZ

ROOT = Path(__file__).resolve().parents[2]
SECTION = re.compile(r"^## Check yourself *$\n(.*?)(?=^#{1,2} |\Z)", re.M | re.S)
QUESTION = re.compile(
    r"^:::+\{admonition\} (\d+)\. ([^\n]+)\n:class: [^\n]*\bdropdown\b[^\n]*\n(.*?)^:::+ *$", re.M | re.S
)
UNTOUCHED = re.compile(r"\$[^$]+\$|`[^`]+`")  # what may hold a quote or a full stop that means none
QUOTED = re.compile(r'"([^"]+)"')
CODE = re.compile(r"`[^`]+`")
BLOCK = re.compile(r"^ *(```|:::|[-*+] |\d+\. |>|#|\$\$|\|)", re.M)
ROLE = re.compile(r"\{[\w:-]+\}`")


@dataclass(frozen=True)
class Option:
    """One possible answer: its text, and why it is right or wrong, both in Markdown."""

    answer: str
    why: str


@dataclass(frozen=True)
class Question:
    """A question in Markdown, as the text has it: the options begin with the right one.

    Without a wrong one there is nothing to choose, and ``options`` is empty: one answers for oneself and looks.
    """

    number: int
    question: str
    answer: str
    options: Sequence[Option] = field(default=())


# A quiz library was considered. jupyterquiz (github.com/jmshea/jupyterquiz) keeps its radio buttons at `display: none`
# and listens to clicks on their labels, has neither fieldsets nor a live region, leaves formulas to a MathJax that
# JupyterLab does not offer to outputs, and wants the answers in a file of its own: no keyboard, and written twice.
class Quiz(Widget):
    """The widget that :func:`quiz` makes: ``answers`` holds each question's tries, ``opened`` what was looked at.

    ``answers`` is a dictionary from the question's number, as a string, to the places of the options tried, in order.
    """

    _esm = script("base", "quiz")
    _css = style() + (FOLDER / "quiz.css").read_text(encoding="utf-8")
    questions = traitlets.List().tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)
    opened = traitlets.List().tag(sync=True)

    @property
    def score(self) -> tuple[int, int]:
        """How many questions are answered rightly, and how many there are to choose in."""
        real = [each for each in self.questions if each["options"]]
        return sum(each["right"] in self.answers.get(str(each["number"]), ()) for each in real), len(real)


def quiz(name: str) -> Quiz:
    """The *Check yourself* questions of a chapter, to be answered.

    The browser does everything, so that the quiz is whole without a kernel. The chapter is looked for in the working
    folder, in its ``chapters`` and in those of the course. Where its text lies beside the notebook (``text/NAME.md``)
    that is read, because the notebook is made from it and may be older.

    Args:
        name: the chapter, such as ``02_core_concepts``.

    Raises:
        FileNotFoundError: there is no such chapter; says where it was looked for.
        ValueError: the chapter has no such section, or a question that can't be read; says which.
    """
    questions = [_page(each, name) for each in parse(read_chapter(name), name)]
    return Quiz(QUIZ, questions=questions)


def read_chapter(name: str) -> str:
    """The Markdown of a chapter, from its text or its notebook; raises FileNotFoundError."""
    folders = list(dict.fromkeys([Path.cwd(), Path.cwd() / "chapters", ROOT / "chapters"]))
    for folder in folders:
        text, notebook = folder / "text" / f"{name}.md", folder / f"{name}.ipynb"
        if text.is_file():
            return text.read_text(encoding="utf-8")
        if notebook.is_file():
            cells = nbformat.read(notebook, as_version=4).cells
            return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    looked = ", ".join(map(str, folders))
    raise FileNotFoundError(
        f"There is no chapter {name!r}: {name}.ipynb is in none of {looked}. Give a notebook's name without .ipynb."
    )


def parse(text: str, name: str) -> list[Question]:
    """The questions of a chapter's Markdown, in order.

    Raises:
        ValueError: the section is missing, or something in it is no question of the form above.
    """
    section = SECTION.search(text)
    if section is None:
        raise ValueError(f"{name} has no section 'Check yourself'")
    found = [(int(number), words, body) for number, words, body in QUESTION.findall(section[1])]
    rest = QUESTION.sub("", section[1])
    if ":::{" in rest or not found:
        raise ValueError(
            f"{name}, Check yourself: not of the form ':::{{admonition}} N. Question?': {rest.strip()!r}"
        )
    if [number for number, _, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"{name}, Check yourself: the numbers are {[number for number, _, _ in found]}")
    return [_read_question(number, words, body, name) for number, words, body in found]


def _read_question(number: int, words: str, body: str, name: str) -> Question:
    if BLOCK.search(body) or ROLE.search(words + body):
        raise ValueError(
            f"{name}, question {number}: takes plain sentences, no lists, code blocks, tables or roles"
        )
    answer = " ".join(body.split())
    sentences = _sentences(answer)
    # A sentence with quotes opens an explanation, and the sentences after it, up to the next such one, go on with it.
    find = _quotes if any(_quotes(each) for each in sentences[1:]) else _leading_code
    groups: list[tuple[list[str], list[str]]] = []
    for each in sentences[1:]:
        if wrong := find(each):
            groups.append((wrong, [each]))
        elif groups:
            groups[-1][1].append(each)
    if not groups:
        return Question(number, words, answer)
    start = answer.index(groups[0][1][0])
    code = CODE.match(answer)
    right = code[0] if code and find is _leading_code else _short(sentences[0])
    wrong = [Option(_capital(each), " ".join(why)) for answers, why in groups for each in answers]
    return Question(number, words, answer, [Option(right, answer[:start].strip()), *wrong])


def _hide(text: str) -> str:
    """The same text with formulas and code blacked out, letter by letter, by capitals: one may begin a sentence."""
    return UNTOUCHED.sub(lambda match: "X" * len(match[0]), text)


def _sentences(text: str) -> list[str]:
    hidden = QUOTED.sub(lambda match: '"' + "x" * len(match[1]) + '"', _hide(text))
    ends = [match.end() for match in re.finditer(r'[.?!]"?(?= [^a-z])', hidden)]
    return [text[a:b].strip() for a, b in zip([0, *ends], [*ends, len(text)], strict=True) if text[a:b].strip()]


def _quotes(sentence: str) -> list[str]:
    return [sentence[match.start(1) : match.end(1)].strip(" .,;") for match in QUOTED.finditer(_hide(sentence))]


def _leading_code(sentence: str) -> list[str]:
    match = CODE.match(sentence)
    return [match[0]] if match else []


def _short(sentence: str) -> str:
    """The answer itself, without the reason that follows after a colon."""
    colon = re.search(r": ", _hide(sentence))
    return sentence[: colon.start()] if colon else sentence.removesuffix(".")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _page(question: Question, name: str) -> dict[str, object]:
    """What the page needs of a question: HTML, and the options in an order that is shuffled but always the same."""
    shuffled = list(question.options)
    random.Random(f"{name} {question.number}").shuffle(shuffled)
    return {
        "number": question.number,
        "question": to_html(question.question),
        "answer": to_html(question.answer),
        "options": [{part: to_html(words) for part, words in asdict(option).items()} for option in shuffled],
        "right": shuffled.index(question.options[0]) if shuffled else -1,
    }


def to_html(text: str) -> str:
    """One paragraph of Markdown as HTML, formulas as MathML. Of links the words stay.

    A widget does not know where it will stand, and the same address can't hold in JupyterLab and on the site.
    """
    made = _markdown().renderInline(text)
    # No line begins with the comma after a formula.
    return re.sub(r"<math (?:(?!</math>).)*</math>[.,;:)]+", r'<span class="dlc-quiz-whole">\g<0></span>', made)


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).use(dollarmath_plugin, allow_digits=False)
    markdown.add_render_rule("math_inline", lambda _, tokens, at, *__: _mathml(tokens[at].content))
    for end in ("link_open", "link_close"):
        markdown.add_render_rule(end, lambda *_: "")
    return markdown


def _mathml(tex: str) -> str:
    """A formula as MathML, with what the converter's output lacks: 50{,}240 is one number, log has a gap, |g| none."""
    # The comma in a number is put back afterwards: the converter would set it as an operator, with a gap.
    text = latex2mathml.converter.convert(re.sub(r"(?<=\d)\{,\}(?=\d)", "", tex))
    for number in re.findall(r"\d+(?:\{,\}\d{3})+", tex):
        plain = number.replace("{,}", "")
        text = text.replace(f"<mn>{plain}</mn>", f"<mn>{number.replace('{,}', ',')}</mn>")
    text = text.replace('<mo stretchy="false">&#x0007C;</mo>', '<mo stretchy="false" lspace="0" rspace="0">|</mo>')
    return re.sub(r"(<mi>(?:log|exp|max|min)</mi>)(?=<m[inr])", r'\1<mspace width="0.17em" />', text)
