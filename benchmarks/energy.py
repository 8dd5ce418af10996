"""What training every model of the course costs: time, operations and energy, chapter by chapter.

    python benchmarks/energy.py                                  # all chapters; goes on where it was stopped
    python benchmarks/energy.py --chapter 03_core_algorithms     # this one, again

Each chapter's text is run as a notebook, on embedded data and in a temporary folder, with two cells of this script
around it. They watch from inside:

- `fit` and `train_on_batch` of every Keras model: metered from call to return, callbacks and validation included.
  Kind "fit".
- Training loops written out with a Keras optimizer: found by the optimizer's step counter after each cell. They are
  given what the cell took outside of `fit`, in equal parts where a cell runs several, so data made in the same cell
  counts as well, and how many examples a step saw is not known. Kind "loop".
- Networks from scratch in NumPy, steps of `tf.Variable.assign_sub`, scikit-learn and other processes are not seen
  as models. All but other processes are in the chapter's totals.

A row stands for all trainings of one kind of model in one section of a chapter. Operations are counted by hand for
the forward pass of one example, two for each multiply-add of dense layers, convolutions, recurrent layers and
attention; additions of biases, activations, normalisation and pooling are left out. Joules are measured where the
processor's counters can be read, otherwise estimated from processor time; `source` says which. Run it on an
otherwise idle machine.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import gc
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402
import numpy as np  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: E402

from dlcourse import device, energy, execute  # noqa: E402

SCHEMA = 1
OUT = Path(__file__).parent / "results" / "energy.json"
COSTS = ("runs", "steps", "examples", "seconds", "cpu_seconds", "joules")  # what adds up over trainings


# In the notebook's kernel ---------------------------------------------------------------------------------------------


class Observer:
    """Watches a notebook's training from inside its kernel.

    Attributes:
        rows: one for each kind of model in each section.
        section: the heading above the running cell.
    """

    def __init__(self, sections: dict[str, str]) -> None:
        self.rows: dict[tuple, dict[str, Any]] = {}
        self.section = ""
        self._sections = sections
        self._inside = False  # of a call that is metered already
        self._seen = [0.0, 0.0, 0.0]  # seconds, processor seconds and joules of this cell that have a row
        self._optimizers: list[tuple[weakref.ref, int]] = []  # every optimizer, and its steps that have a row
        self._shapes: dict[tuple, int | None] = {}
        self._cell, self._whole = energy.Meter(), energy.Meter()

    def install(self) -> None:
        """Wrap what trains, and be told of each cell."""
        import keras
        from IPython import get_ipython

        keras.Model.fit = self._metered(keras.Model.fit)
        keras.Model.train_on_batch = self._metered(keras.Model.train_on_batch)
        start = keras.optimizers.Optimizer.__init__

        @functools.wraps(start)
        def register(optimizer, *args, **kwargs):
            start(optimizer, *args, **kwargs)
            self._optimizers.append((weakref.ref(optimizer), 0))

        keras.optimizers.Optimizer.__init__ = register
        events = get_ipython().events
        events.register("pre_run_cell", self._before_cell)
        events.register("post_run_cell", self._after_cell)
        self._whole.__enter__()

    def report(self) -> dict[str, Any]:
        """All rows, and the chapter's totals."""
        self._whole.__exit__(None, None, None)
        total = {name: round(getattr(self._whole, name), 3) for name in ("seconds", "cpu_seconds", "joules")}
        rows = [{**row, **{name: round(row[name], 3) for name in COSTS[3:]}} for row in self.rows.values()]
        return {**total, "source": self._whole.source, "models": rows}

    def _before_cell(self, info: Any) -> None:
        self.section = self._sections.get(key_of(info.raw_cell), self.section)
        self._seen = [0.0, 0.0, 0.0]
        self._cell.__enter__()

    def _after_cell(self, result: Any) -> None:
        self._cell.__exit__(None, None, None)
        loops = self._advanced()
        if loops:
            spent = self._cell.seconds, self._cell.cpu_seconds, self._cell.joules
            rest = [max(all_ - seen, 0) / len(loops) for all_, seen in zip(spent, self._seen, strict=True)]
            models = [found for found in gc.get_objects() if _is_model(found)]
            for optimizer, steps in loops:
                self._add_loop(optimizer, steps, rest, models)

    def _metered(self, method: Callable) -> Callable:
        @functools.wraps(method)
        def call(model, *args, **kwargs):
            if self._inside:
                return method(model, *args, **kwargs)
            before, self._inside = _steps(getattr(model, "optimizer", None)), True
            try:
                with energy.Meter() as meter:
                    result = method(model, *args, **kwargs)
            finally:
                self._inside = False
            self._add_fit(model, args, kwargs, result, before, meter)
            return result

        return call

    def _add_fit(self, model, args, kwargs, result, before: int, meter: energy.Meter) -> None:
        x = args[0] if args else kwargs.get("x")
        steps = _steps(model.optimizer) - before
        spent = meter.seconds, meter.cpu_seconds, meter.joules
        self._seen = [seen + more for seen, more in zip(self._seen, spent, strict=True)]
        self._forget(model.optimizer)
        row = self._row(
            "fit", type(model).__name__, int(model.count_params()), self._operations(model, x), meter.source
        )
        epochs = len(result.epoch) if hasattr(result, "epoch") else 1
        _add(row, steps, _examples(x, args, kwargs, steps, epochs), spent)

    def _add_loop(self, optimizer, steps: int, spent: Sequence[float], models: list) -> None:
        variables = optimizer._trainable_variables  # no public name says what an optimizer was built for
        known = {id(variable) for variable in variables}
        whose = [model for model in models if known & {id(variable) for variable in model.trainable_variables}]
        whose.sort(key=lambda model: -model.count_params())  # the largest holds the others
        name = type(whose[0]).__name__ if whose else "variables"
        parameters = sum(int(np.prod(variable.shape)) for variable in variables)
        operations = self._operations(whose[0], None) if whose else None
        _add(self._row("loop", name, parameters, operations, self._cell.source), steps, None, spent)

    def _row(self, kind: str, name: str, parameters: int, operations: int | None, source: str) -> dict[str, Any]:
        place = (self.section, kind, name, parameters, operations)
        if place not in self.rows:
            self.rows[place] = {
                "section": self.section,
                "kind": kind,
                "model": name,
                "parameters": parameters,
                "operations": operations,
                **dict.fromkeys(COSTS, 0),
                "source": source,
            }
        return self.rows[place]

    def _operations(self, model, x: Any) -> int | None:
        place = (id(type(model)), tuple(str(weight.shape) + weight.path for weight in model.weights))
        if place not in self._shapes:
            self._shapes[place] = operations(model, x)
        return self._shapes[place]

    def _advanced(self) -> list[tuple[Any, int]]:
        """The optimizers that took steps outside of `fit` since the last cell, and how many."""
        found, kept = [], []
        for reference, counted in self._optimizers:
            optimizer = reference()
            if optimizer is not None:
                steps = _steps(optimizer)
                if steps > counted:
                    found.append((optimizer, steps - counted))
                kept.append((reference, steps))
        self._optimizers = kept
        return found

    def _forget(self, trained: Any) -> None:
        """Count an optimizer's steps as seen; drop those that are gone."""
        self._optimizers = [
            (reference, _steps(trained) if reference() is trained else counted)
            for reference, counted in self._optimizers
            if reference() is not None
        ]


def operations(model: Any, x: Any = None) -> int | None:
    """Operations of a model's forward pass for one example: two for each multiply-add of its weights and attentions.

    One example of zeros is sent through the model, and every layer that has a kernel is asked how often it used it.

    Args:
        model: a Keras model that has been built.
        x: what it was trained on, for the shapes of a model that does not know its inputs.

    Returns:
        The number, or None where a shape is not known or the model can't be called so.
    """
    import tensorflow as tf

    if isinstance(x, tf.data.Dataset):
        x = x.element_spec[0] if isinstance(x.element_spec, tuple) else x.element_spec
    counts = (_count(model, shapes) for shapes in (x, getattr(model, "inputs", None)) if shapes is not None)
    return next((count for count in counts if count is not None), None)


def _count(model: Any, shapes: Any) -> int | None:
    """Operations for one example of zeros, shaped like ``shapes`` but for its first axis."""
    import keras
    import tensorflow as tf

    count, inside = 0, False
    call = keras.layers.Layer.__call__

    def counted(layer, *args, **kwargs):
        nonlocal count, inside
        rule = None if inside else _multiply_adds(layer)
        inside = inside or rule is not None
        try:
            result = call(layer, *args, **kwargs)
        finally:
            inside = inside and rule is None
        if rule is not None:
            inputs = [value for value in (*args, *kwargs.values()) if hasattr(value, "shape")]
            count += 2 * rule(layer, inputs, result)
        return result

    try:
        example = tf.nest.map_structure(
            lambda spec: np.zeros((1, *spec.shape[1:]), getattr(spec.dtype, "name", str(spec.dtype))), shapes
        )
        example = example[0] if isinstance(example, list) and len(example) == 1 else example
        keras.layers.Layer.__call__ = counted
        with device.quiet():
            model(example, training=False)
    except Exception:  # whatever a learner's model does with zeros, the chapter goes on without this number
        return None
    finally:
        keras.layers.Layer.__call__ = call
    return int(count)


def _multiply_adds(layer: Any) -> Callable | None:
    """How a layer's multiply-adds follow from its weights and from the shapes of one call, or None: it has none."""
    from keras import layers

    def dense(layer, inputs, result):
        return np.prod(layer.kernel.shape) * np.prod(result.shape[1:-1])

    def convolution(layer, inputs, result):
        return np.prod(layer.kernel.shape) * np.prod(result.shape[1:-1])

    def transposed(layer, inputs, result):
        return np.prod(layer.kernel.shape) * np.prod(inputs[0].shape[1:-1])

    def depthwise(layer, inputs, result):
        return np.prod(layer.kernel.shape) * np.prod(result.shape[1:-1])

    def separable(layer, inputs, result):
        kernels = np.prod(layer.depthwise_kernel.shape) + np.prod(layer.pointwise_kernel.shape)
        return kernels * np.prod(result.shape[1:-1])

    def recurrent(layer, inputs, result):
        return (
            sum(np.prod(weight.shape) for weight in layer.weights if "kernel" in weight.name) * inputs[0].shape[1]
        )

    def attention(layer, inputs, result):
        queries, keys = inputs[0].shape[1], inputs[1].shape[1]
        kernels = [weight for weight in layer.weights if weight.name == "kernel"]  # of query, key, value and output
        uses = zip(kernels, (queries, keys, keys, queries), strict=True)
        compared = layer.num_heads * queries * keys * (kernels[1].shape[-1] + kernels[2].shape[-1])
        return compared + sum(np.prod(kernel.shape) * times for kernel, times in uses)

    kinds = (
        (layers.MultiHeadAttention, attention),
        ((layers.RNN, layers.Bidirectional), recurrent),
        ((layers.SeparableConv1D, layers.SeparableConv2D), separable),
        ((layers.DepthwiseConv1D, layers.DepthwiseConv2D), depthwise),
        ((layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose), transposed),
        ((layers.Conv1D, layers.Conv2D, layers.Conv3D), convolution),
        (layers.Dense, dense),
    )
    return next((rule for kind, rule in kinds if isinstance(layer, kind)), None)


def _add(row: dict[str, Any], steps: int, examples: int | None, spent: Sequence[float]) -> None:
    row["examples"] = None if examples is None or row["examples"] is None else row["examples"] + examples
    for name, more in zip(("runs", "steps", "seconds", "cpu_seconds", "joules"), (1, steps, *spent), strict=True):
        row[name] += more


def _examples(x: Any, args: tuple, kwargs: dict[str, Any], steps: int, epochs: int) -> int | None:
    """How many examples a call of `fit` or `train_on_batch` has seen, each as often as it was seen."""
    import tensorflow as tf

    if isinstance(x, tf.data.Dataset):
        source = x
        while source is not None and not hasattr(source, "_batch_size"):
            source = getattr(source, "_input_dataset", None)
        return None if source is None else steps * int(source._batch_size)
    leaves = tf.nest.flatten(x)
    if not leaves or not hasattr(leaves[0], "shape"):
        return None
    count = int(leaves[0].shape[0] * (1 - (kwargs.get("validation_split") or 0)))
    if kwargs.get("steps_per_epoch"):
        count = min(count, kwargs["steps_per_epoch"] * (kwargs.get("batch_size") or 32))
    return count * epochs


def _steps(optimizer: Any) -> int:
    """How many steps an optimizer has taken; 0 where there is none, or its counter can't be read."""
    try:
        return int(optimizer.iterations.numpy())
    except AttributeError:
        return 0


def _is_model(found: Any) -> bool:
    import keras

    # The type alone: asking an unknown object can wake it up.
    return issubclass(type(found), keras.Model) and found.built


def key_of(source: str) -> str:
    """What a cell is recognised by."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:16]


# Around the notebook --------------------------------------------------------------------------------------------------


def sections_of(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The heading above each code cell."""
    heading, found = "", {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            headings = [line.lstrip("# ") for line in cell.source.splitlines() if line.startswith(("## ", "### "))]
            heading = headings[-1] if headings else heading
        else:
            found[key_of(cell.source)] = heading
    return found


def observed(notebook: nbformat.NotebookNode, file: Path) -> nbformat.NotebookNode:
    """The notebook with the observer's two cells around it, which write their report into ``file``."""
    start = (
        f"import json, sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from dlcourse import device\ndevice.import_tensorflow()\n"
        "import energy as _energy\ndel sys.path[0]\n"
        f"_observer = _energy.Observer(json.loads({json.dumps(sections_of(notebook))!r}))\n_observer.install()"
    )
    end = f"import json, pathlib\n_ = pathlib.Path({str(file)!r}).write_text(json.dumps(_observer.report()))"
    cells = [nbformat.v4.new_code_cell(start), *notebook.cells, nbformat.v4.new_code_cell(end)]
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


@contextmanager
def workshop() -> Iterator[Path]:
    """A temporary folder that looks to a chapter like the course, and takes what it writes."""
    with tempfile.TemporaryDirectory(prefix="dlcourse-energy-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "benchmarks" / "results", folder / "benchmarks" / "results")
        shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("node_modules", "_build"))
        (folder / "chapters").mkdir()
        yield folder / "chapters"


def run(text: Path) -> dict[str, Any]:
    """Run one chapter under observation.

    Raises:
        execute.ExecutionError: one of its cells failed.
    """
    with workshop() as folder:
        file = folder.parent / "report.json"
        notebook = observed(execute.read_text(text), file)
        places = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = os.environ | {"DLCOURSE_DATA": "embedded", "PYTHONPATH": places}
        client = NotebookClient(
            notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )
        client.create_kernel_manager()
        if sys.platform != "win32":  # through files, so that no other user can reach the kernel
            client.km.transport, client.km.connection_file = "ipc", str(folder.parent / "kernel.json")
        try:
            client.execute(env=environment)
        except (CellExecutionError, DeadKernelError) as error:
            raise execute.ExecutionError(f"{text.stem} failed.\n{error}") from None
        return json.loads(file.read_text())


def digest(text: Path) -> str:
    """Changes when the chapter, this script or TensorFlow does: what was measured before is then measured again."""
    state = text.read_text(encoding="utf-8") + Path(__file__).read_text(encoding="utf-8")
    return hashlib.sha256((state + metadata.version("tensorflow")).encode()).hexdigest()[:16]


def load(file: Path) -> dict[str, Any]:
    """The chapters measured so far, by name."""
    return json.loads(file.read_text(encoding="utf-8"))["chapters"] if file.exists() else {}


def write(chapters: dict[str, Any], file: Path) -> None:
    """Write the results, whole or not at all."""
    result = {
        "schema": SCHEMA,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": {"cpu": cpu(), "cores": device.cores(), "system": f"{platform.system()} {platform.machine()}"},
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
        },
        "watts_per_core": energy.WATTS_PER_CORE,
        "chapters": dict(sorted(chapters.items())),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    execute.write_whole(file, json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def cpu() -> str:
    """What the processor's maker calls it, where the system tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and not yet measured, each chapter in a process of its own; return an exit status."""
    texts = {text.stem: text for text in execute.find_chapters()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chapter", nargs="+", choices=texts, metavar="NAME", help="only these, and anew")
    parser.add_argument("--out", type=Path, default=OUT, help="file for the results, and of those measured before")
    parser.add_argument("--run", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.run:
        try:
            report = run(texts[asked.run[0]])
        except execute.ExecutionError as error:
            print(error, file=sys.stderr)
            return 1
        Path(asked.run[1]).write_text(json.dumps(report), encoding="utf-8")
        return 0

    chapters = {name: entry for name, entry in load(asked.out).items() if name in texts}
    todo = asked.chapter or [name for name in texts if chapters.get(name, {}).get("digest") != digest(texts[name])]
    print(f"{len(todo)} of {len(texts)} chapters to measure", flush=True)
    for number, name in enumerate(todo, start=1):
        with tempfile.TemporaryDirectory() as folder:
            file, before = Path(folder) / "report.json", digest(texts[name])
            if subprocess.run([sys.executable, __file__, "--run", name, str(file)]).returncode:
                print(f"{name} failed (its message is above). What is done is kept; run again to go on from there.")
                return 1
            chapters[name] = {"digest": before, **json.loads(file.read_text(encoding="utf-8"))}
        write(chapters, asked.out)
        entry = chapters[name]
        print(
            f"[{number}/{len(todo)}] {name}: {len(entry['models'])} kinds of models, "
            f"{sum(row['runs'] for row in entry['models'])} trainings, {entry['cpu_seconds']:.0f} s of processor time, "
            f"{entry['joules']:.0f} J ({entry['source']})",
            flush=True,
        )
    print(f"Results are in {asked.out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
