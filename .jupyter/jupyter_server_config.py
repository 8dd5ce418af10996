"""How the course's JupyterLab differs from a plain one; `dlcourse lab` and Binder both start with it."""

from pathlib import Path

c = get_config()  # noqa: F821  (Jupyter provides it)
PROJECT = Path(__file__).resolve().parent.parent

# The file list shows the course. Hidden files still open by link; Jupyter matches names, not paths.
c.ContentsManager.hide_globs = [
    "*.cff",
    "*.egg-info",
    "*.lock",
    "*.pyc",
    "*.toml",
    "*.db",
    "*~",
    ".DS_Store",
    "CONTRIBUTING.md",
    "LICENSE*",
    "Makefile",
    "__pycache__",
    "_build",
    "_config.yml",
    "_toc.yml",
    "benchmarks",
    "deploy",
    "book",
    "checks.py",
    "bootstrap.py",
    "dlcourse",
    "environment.yml",
    "nbgrader_config.py",
    "node_modules",
    "package*.json",
    "tests",
    "text",
    "wrong",
    "0[1-9]_*.md",
]

# Chapters are made from their text by `make execute` alone: opened in the browser, a notebook is just a notebook.
c.ServerApp.jpserver_extensions = {"jupyterlab_jupytext": False}

# The course's own extension: text alternatives of figures, links to headings.
c.LabApp.extra_labextensions_path = [str(PROJECT / "dlcourse" / "labextension")]

# Open tabs are remembered per copy of the course, not shared with the user's other projects.
c.LabApp.workspaces_dir = str(PROJECT / ".jupyter" / "workspaces")

# Nothing is asked of other machines.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

# Kernels that can encrypt their connection do; the others warn about it in the terminal at each start.
c.KernelManager.transport_encryption = "auto"

# A widget's answer is not held back until the packet before it is acknowledged, which costs 40 ms a move.
c.ServerApp.kernel_websocket_connection_class = "dlcourse.lab_connection.PromptConnection"
