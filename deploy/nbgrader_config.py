"""nbgrader on the server of a class: read in everybody's JupyterLab, and by `dlcourse grade` in the class's folder.

A student's rights end at the exchange, whatever stands here.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader provides it)

ROOT = Path(os.environ.get("DLCOURSE_ROOT", "/opt/dlcourse"))  # the course
STATE = Path(os.environ.get("DLCOURSE_STATE", "/srv/dlcourse"))  # what JupyterHub's configuration calls so

c.CourseDirectory.course_id = "dlcourse"
c.Exchange.root = str(STATE / "exchange")
c.Exchange.assignment_dir = str(Path.home() / "course" / "exercises")  # beside the chapters that they point to

# The class has a folder of its own; exercises and solutions are those of the course.
c.CourseDirectory.root = str(STATE / "class")
c.CourseDirectory.groupshared = True  # every teacher may grade
c.CourseDirectory.source_directory = str(ROOT / "solutions")
c.CourseDirectory.release_directory = str(ROOT / "exercises")
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.pyc", "*.md", "checks.py", "wrong"]

# A large class keeps its marks in PostgreSQL: DLCOURSE_GRADEBOOK=postgresql://teacher@/gradebook
if database := os.environ.get("DLCOURSE_GRADEBOOK"):
    c.CourseDirectory.db_url = database
