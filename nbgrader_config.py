"""How nbgrader works in this course: `solutions/` is its source, `exercises/` its release."""

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

# nbgrader releases whatever lies beside a notebook: texts with answers, checks and wrong answers must not leave.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.pyc", "*.md", "checks.py", "wrong"]

c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("write this function")'}
c.ClearSolutions.text_stub = "*Your answer.*"
