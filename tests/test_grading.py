"""The engine of the marks: values that travel, a process that may do as it likes, forgeries that gain nothing."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from dlcourse import cli
from dlcourse.grading import check, marking, student, wire
from dlcourse.grading.student import Student, StudentError

TRUE_MEAN = "def mean(x):\n    return x.mean(axis=1)"
FORGERIES = {
    "the asserts of numpy.testing are patched": """
import numpy as np
for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
    setattr(np.testing, name, lambda *_, **__: None)
def mean(x): return np.zeros(len(x))
""",
    "an object that equals everything": """
class Yes:
    shape = (5,)
    def __eq__(self, other): return True
    def __array__(self, *_, **__): return self
def mean(x): return Yes()
""",
    "an array of a class that equals everything": """
import numpy as np
class Yes(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
def mean(x): return np.zeros(len(x)).view(Yes)
""",
    "asserts are cut out of whatever is compiled": """
import ast, builtins
compiled = compile
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
def strip(source, *rest, **more):
    return compiled(Strip().visit(source) if isinstance(source, ast.AST) else source, *rest, **more)
builtins.compile = strip
def mean(x): return x.mean()
""",
    "the frames above are searched for the right answer": """
import gc, inspect, numpy as np
def mean(x):
    for frame in inspect.stack():
        for value in frame.frame.f_locals.values():
            if isinstance(value, np.ndarray) and value.shape == (len(x),): return value
    for value in gc.get_objects():
        if isinstance(value, np.ndarray) and value.shape == (len(x),): return value
    return np.zeros(len(x))
""",
    "the way to the other side is patched to say that all is well": """
from dlcourse.grading import check, marking, wire, worker
worker._answer = lambda shell, request: {"error": None, "value": None}
check.close = check.true = check.shape = lambda *_, **__: None
def mean(x): return "right"
""",
    "answers are written to every open file": """
import os
from dlcourse.grading import wire
def mean(x):
    forged = wire.pack({"tag": "0" * 32, "error": None, "value": None})
    for descriptor in range(3, 50):
        try: os.write(descriptor, len(forged).to_bytes(8, "big") + forged)
        except OSError: pass
    return 1.0
""",
    "the process leaves in the middle": "import os\ndef mean(x): os._exit(0)",
    "the exception of the check is raised": """
from dlcourse.grading.check import Wrong
def mean(x): raise Wrong("everything is right")
""",
    "SystemExit is raised": "def mean(x): raise SystemExit(0)",
    "a warning and no answer": "import warnings\ndef mean(x): warnings.warn('harmless')",
}


@pytest.fixture
def questions():
    """An assignment of one question: the mean of each row."""
    questions = check.Questions("tiny")

    @questions.ask("q1", points=3, read="02_core_concepts.ipynb")
    def mean(student, rng):
        x = rng.normal(size=(5, 4))
        check.close(student.mean(x), x.mean(axis=1), "the mean of each row")

    return questions


def marks(questions, *cells):
    with Student(cells) as running:
        return list(marking.mark_student(running, questions.all))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        2.5,
        "text",
        [1, "a", None],
        (1, 2),
        {"a": [1.0, {"b": ()}]},
        np.float32(2),
        np.arange(6).reshape(2, 3),
    ],
    ids=repr,
)
def test_plain_values_arrive_as_they_left(value):
    arrived = wire.unpack(wire.pack(value))
    np.testing.assert_equal(arrived, value)
    if isinstance(value, np.ndarray | np.generic):
        assert type(arrived) is np.ndarray
        assert arrived.dtype == value.dtype
    else:
        assert type(arrived) is type(value)


def test_tensors_and_variables_arrive_as_arrays():
    import tensorflow as tf

    arrived = wire.unpack(wire.pack([tf.constant([1.0, 2.0]), tf.Variable(3)]))
    np.testing.assert_equal(arrived, [np.array([1, 2], np.float32), np.array(3, np.int32)])


@pytest.mark.parametrize("value", [object(), {1: 2}, {1, 2}, len, np.array([object()]), b"bytes"], ids=range(6))
def test_what_is_not_plain_does_not_travel(value):
    with pytest.raises(wire.WireError, match="handed over"):
        wire.pack(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x00",
        struct.pack(">I", 10**9) + b"{}",
        struct.pack(">I", 4) + b"null"[:3],
        struct.pack(">I", 15) + b'{"array":[0,9]}' + b"\x80\x04nonsens.",
        struct.pack(">I", 15) + b'{"evil":"code"}',
        struct.pack(">I", 100_000) + b"[" * 100_000,
        struct.pack(">I", 12_000_001) + b"[" + b"[],[]," * 2_000_000,
    ],
)
def test_bytes_that_are_no_value_are_refused(data):
    with pytest.raises(wire.WireError, match="not readable"):
        wire.unpack(data)


def test_pickles_are_refused():
    import io

    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    text = f'{{"array":[0,{len(buffer.getvalue())}]}}'.encode()
    with pytest.raises(wire.WireError):
        wire.unpack(struct.pack(">I", len(text)) + text + buffer.getvalue())


def test_right_wrong_and_missing_answers_are_told_apart(questions):
    (right,) = marks(questions, TRUE_MEAN)
    assert (right.earned, right.state) == (3, "right")
    (wrong,) = marks(questions, TRUE_MEAN.replace("axis=1", "axis=0"))
    assert (wrong.earned, wrong.state) == (0, "wrong")
    assert "shape (5,) expected, (4,) came" in wrong.message
    assert "read chapters/02_core_concepts.ipynb" in wrong.message
    (blank,) = marks(questions, "def mean(x):\n    raise NotImplementedError('write this function')")
    assert (blank.earned, blank.state) == (0, "not written")
    (gone,) = marks(questions, "def average(x): return x")
    assert (gone.earned, gone.state) == (0, "not written")
    assert "no function mean" in gone.message


@pytest.mark.parametrize("code", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_gains_nothing(questions, code):
    (mark,) = marks(questions, code)
    assert (mark.earned, mark.state) == (0, "wrong")


def test_warnings_and_prints_cost_nothing(questions):
    noisy = "import sys, warnings\ndef mean(x):\n    warnings.warn('mind the gap'); print('x', file=sys.stderr)\n"
    (mark,) = marks(questions, noisy + "    return x.mean(axis=1)")
    assert mark.state == "right"


def test_a_cell_that_fails_does_not_take_the_others_with_it(questions):
    (mark,) = marks(questions, "1 / 0", "this is no Python", TRUE_MEAN)
    assert mark.state == "right"


def test_a_call_that_never_ends_is_stopped_and_costs_only_itself():
    with Student(["def loop():\n    while True: pass", "def one(): return 1"]) as running:
        started = time.monotonic()
        with pytest.raises(StudentError, match="did not end within 1 seconds"):
            running.call("loop", seconds=1)
        assert running.one() == 1
        assert time.monotonic() - started < 60


def test_an_answer_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(student, "LARGEST_ANSWER", 1 << 20)
    with Student(["import numpy as np\ndef large(): return np.zeros(1 << 20)", "def one(): return 1"]) as running:
        with pytest.raises(StudentError, match="more than"):
            running.large()
        assert running.one() == 1


def test_the_process_ends_with_its_student():
    with Student([TRUE_MEAN]) as running:
        running.mean(np.ones((2, 2)))
        process = running._line.process
        folder = Path(running._folder.name)
    assert process.poll() is not None
    assert not folder.exists()


@pytest.mark.parametrize(
    ("compare", "message"),
    [
        (lambda: check.close([1, 2], np.array([1, 3]), "sums"), "sums: in 1 of 2 places, off by up to 1"),
        (lambda: check.close(float("nan"), 1, "the loss"), "the loss: 1 of 1 numbers are not finite"),
        (lambda: check.close("1", 1, "the loss"), "numbers expected, a str came"),
        (lambda: check.shape([[1], [1, 2]], (2,), "rows"), "numbers expected, a list came"),
        (lambda: check.shape(np.zeros((2, 3)), (3, 2), "the gradient"), r"shape \(3, 2\) expected, \(2, 3\) came"),
        (lambda: check.true(False, "labels are lost"), "labels are lost"),
    ],
)
def test_a_comparison_says_in_what_respect(compare, message):
    with pytest.raises(check.Wrong, match=message):
        compare()


def test_a_question_is_asked_once_and_worth_something():
    questions = check.Questions("tiny")
    questions.by_hand("q1", points=1, read="x")
    with pytest.raises(ValueError, match="'q1' twice"):
        questions.by_hand("q1", points=1, read="x")
    with pytest.raises(ValueError, match="0 points"):
        questions.by_hand("q2", points=0, read="x")


def test_prepared_cells_run_as_they_were_released():
    fields = {"schema_version": 3, "task": False, "points": 1}
    locked = {"nbgrader": fields | {"grade_id": "setup", "grade": False, "solution": False, "locked": True}}
    tested = {"nbgrader": fields | {"grade_id": "q1-test", "grade": True, "solution": False, "locked": True}}
    answer = {"nbgrader": fields | {"grade_id": "q1", "grade": False, "solution": True, "locked": False}}
    cell = nbformat.v4.new_code_cell
    submitted = nbformat.v4.new_notebook(
        cells=[
            cell("changed", metadata=locked),
            cell("def helper(): pass"),
            cell("def answer(): pass", metadata=answer),
            cell("assert False", metadata=tested),
        ]
    )
    assert marking.student_cells(submitted, {"setup": "as released"}) == [
        "as released",
        "def helper(): pass",
        "def answer(): pass",
    ]
    del submitted.cells[0]
    assert marking.student_cells(submitted, {"setup": "as released"})[0] == "as released"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere", "There is no notebook"),
        ("odd.ipynb", "no checks for 'odd'"),
        ("05_mnist_project.ipynb", "can be read"),
    ],
)
def test_what_cannot_be_marked_is_said(path, message, tmp_path, capsys):
    (tmp_path / "odd.ipynb").write_text("{}")
    (tmp_path / "05_mnist_project.ipynb").write_text("no notebook")
    assert cli.main(["check", str(tmp_path / path)]) == 1
    assert message in capsys.readouterr().err


def test_the_command_tells_points_and_exit_status(tmp_path, monkeypatch, questions, capsys):
    monkeypatch.setattr(marking, "load_questions", lambda _: questions)
    monkeypatch.setattr(marking, "trusted_cells", lambda _: {})
    for code, status, said in ((TRUE_MEAN, 0, "3 of 3 points"), ("def mean(x): return 0", 1, "0 of 3 points")):
        path = tmp_path / "tiny.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), path)
        assert cli.main(["check", str(path)]) == status
        assert said in capsys.readouterr().out
