"""A model as ONNX: a file that other programs, languages and devices paint from, checked against torch before it is written.

Files have a dynamic batch. Inputs are `latents` (N, latents) float32, as `networks/seeds.py` draws them; `labels` (N, columns)
int64, -1 = not given, where the model listens to any (classes, then the pieces of a caption); and `truncation`, one float32.
The output is `pictures` (N, C, H, W) float32 in [-1, 1], alpha premultiplied. A family with a space of styles (W) also comes in
two halves, between which styles can be mixed and moved: latents to styles, and styles to pictures. A family that paints from
pictures takes `pictures` (N, 3, H, W) of any size, sides multiples of `cell` (see the metadata), and `shares` (N, manners) that
add up to 1.
"""

import copy
import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

import pinxit
from pinxit.data.labels import NUMBER_STEPS
from pinxit.errors import MissingExtra, PinxitError, UsageError
from pinxit.families.catalog import find_family
from pinxit.generation.model import Model
from pinxit.generation.sampling import MADE_BY
from pinxit.images.writing import write_atomically
from pinxit.networks.vocabulary import MINILM

TOLERANCE = 1e-4
"""Largest difference from the network in double precision, in a range of 2, that a file is written with."""
OPSET = 20
CHECKED_BATCHES = (1, 3, 16)
STEPS = 1e-3
"""A model that chooses among codes may choose another where two are as good as equal: so large a share of cells is allowed."""
NOISY = ("torch.onnx._internal.exporter._registration", "onnxscript", "onnx_ir")


@dataclass(frozen=True)
class Graph:
    """One ONNX file to be: `network`, what goes in (name -> an example of two pictures), and the name of what comes out.

    `varying` are the inputs whose first side is the batch.
    """

    kind: str
    network: nn.Module
    inputs: dict[str, Tensor]
    output: str
    varying: tuple[str, ...]


class Whole(nn.Module):
    """From latents to pictures."""

    def __init__(self, model: Model):
        super().__init__()
        self.generator = model.generator
        self.inside = model.has_styles
        self.halves = (Mapping(model), Synthesis(model)) if self.inside else None
        self.columns = columns_of(model)

    def forward(self, latents: Tensor, *more: Tensor) -> Tensor:
        """(N, latents), maybe (N, columns) int64, truncation () -> (N, C, H, W)."""
        labels, truncation = split(latents, more, self.columns)
        if self.halves is None:
            return self.generator(latents * truncation, labels)
        mapping, synthesis = self.halves
        return synthesis(mapping(latents, *more), latents[:, mapping.numbers :])


class Mapping(nn.Module):
    """From latents to styles, one for each layer (W+), drawn to the mean style by truncation."""

    def __init__(self, model: Model):
        super().__init__()
        self.generator: Any = model.generator
        self.numbers, self.layers = int(self.generator.numbers), int(self.generator.layers)
        self.columns = columns_of(model)

    def forward(self, latents: Tensor, *more: Tensor) -> Tensor:
        """(N, latents), maybe (N, columns) int64, truncation () -> (N, layers, styles)."""
        labels, truncation = split(latents, more, self.columns)
        mean = self.generator.mean_style(labels)
        style = mean + truncation * (self.generator.map(latents, labels) - mean)
        return style[:, None].expand(-1, self.layers, -1)


class Synthesis(nn.Module):
    """From styles to pictures."""

    def __init__(self, model: Model):
        super().__init__()
        self.generator: Any = model.generator

    def forward(self, styles: Tensor, grains: Tensor) -> Tensor:
        """(N, layers, styles), (N, grains) -> (N, C, H, W)."""
        return self.generator.synthesise(styles, grains if grains.shape[1] else None)


def split(latents: Tensor, more: Sequence[Tensor], columns: int) -> tuple[Tensor, Tensor]:
    """What follows the latents -> labels (N, columns), and truncation."""
    if columns:
        return more[0], more[1]
    return latents.new_zeros((latents.shape[0], 0), dtype=torch.int64), more[0]


def columns_of(model: Model) -> int:
    """Label columns of a model: classes, then pieces of a caption."""
    vocabulary = model.canvas.vocabulary
    return len(model.canvas.classes) + (vocabulary.length if vocabulary else 0)


def export_onnx(model: Model, path: Path, *, halves: bool = True) -> list[Path]:
    """Write a model as ONNX: `path`, and for a family with styles NAME-map.onnx and NAME-synthesis.onnx beside it.

    halves  whether the two halves of such a family are wanted
    Every file is first run in ONNX Runtime on random latents, in several batches, and compared with torch in double precision:
    a larger difference than 1e-4 writes nothing. Raises UsageError for a model that cannot go into ONNX, MissingExtra without
    the packages, PinxitError where the two disagree.
    """
    path = Path(path)
    if path.suffix.lower() != ".onnx":
        raise UsageError(f"An ONNX file's name ends in .onnx; {path.name} came. Try {path.name}.onnx")
    graphs = graphs_of(model)
    contents = [checked_graph(model, graph) for graph in (graphs if halves else graphs[:1])]
    paths = [path if graph.kind == "whole" else path.with_stem(f"{path.stem}-{graph.kind}") for graph in graphs]
    for place, content in zip(paths, contents, strict=False):
        write_atomically(place, content)
    return paths[: len(contents)]


def checked_graph(model: Model, graph: Graph) -> bytes:
    """One graph as the bytes of an ONNX file, after it painted what torch paints."""
    need_onnx()
    content = to_onnx(graph, metadata(model, graph))
    difference = largest_difference(model, graph, content)
    if not difference <= TOLERANCE:  # also where it is no number
        raise PinxitError(
            f"ONNX Runtime paints other pictures than torch with this model (they differ by {difference:.2g} in a range of 2, "
            f"and {TOLERANCE:g} is allowed). Nothing was written. Please report this, with the model's family and settings."
        )
    return content


def need_onnx() -> None:
    """Raise MissingExtra unless models can be written as ONNX, and read again."""
    if any(find_spec(package) is None for package in ("onnxscript", "onnxruntime")):
        raise MissingExtra("Writing a model as ONNX", "onnx")


def graphs_of(model: Model) -> list[Graph]:
    """What a model is written as, the whole first. Raises UsageError for one that cannot be."""
    family = find_family(model.family)
    if family.paints_from == "picture":
        count = len(model.manners)
        begin = {"pictures": torch.zeros(2, 3, 32, 48), "shares": torch.full((2, count), 1 / count)}
        return [Graph("whole", model.generator.eval().cpu(), begin, "painted", tuple(begin))]
    if model.canvas.vocabulary is not None and model.canvas.vocabulary.reader == MINILM:
        raise UsageError(
            "This model has its captions read by MiniLM, a language model three times the size of most generators, which does "
            "not go along into ONNX. A model trained with the small reader (--reader own, the default) can be exported."
        )
    latents = torch.from_numpy(np.random.RandomState(0).standard_normal((2, model.latents)).astype(np.float32))
    labels = torch.from_numpy(random_labels(model, 2, 0))
    told = {"labels": labels} if labels.shape[1] else {}
    varying = ("latents", *told)
    begin = {"latents": latents, **told, "truncation": torch.tensor(0.7)}
    graphs = [Graph("whole", Whole(model), begin, "pictures", varying)]
    if model.has_styles:
        mapping = Mapping(model)
        styles = mapping(*begin.values()).contiguous()
        between = {"styles": styles, "grains": latents[:, mapping.numbers :].contiguous()}
        if not between["grains"].shape[1]:
            between["grains"] = torch.zeros(2, 1)
        graphs.append(Graph("map", mapping, begin, "styles", varying))
        graphs.append(Graph("synthesis", Synthesis(model), between, "pictures", ("styles", "grains")))
    return [Graph(g.kind, g.network.eval().cpu(), g.inputs, g.output, g.varying) for g in graphs]


def random_labels(model: Model, count: int, seed: int) -> np.ndarray:
    """(N, columns) int64: classes and numbers by chance, now and then none, and captions of the model's examples."""
    dice = np.random.RandomState(seed)
    columns = [dice.randint(-1, classes or NUMBER_STEPS + 1, count) for classes in model.canvas.class_counts]
    rows = np.stack(columns, axis=1) if columns else np.empty((count, 0), np.int64)
    vocabulary = model.canvas.vocabulary
    if vocabulary is not None:
        rows = np.concatenate([rows, vocabulary.encode(vocabulary.some_examples(count))], axis=1)
    return rows.astype(np.int64)


def to_onnx(graph: Graph, about: dict[str, str]) -> bytes:
    """A graph as an ONNX file with `about` in its metadata."""
    batch = torch.export.Dim("batch", min=1, max=65_536)
    rows, columns = (model_cell(graph) * torch.export.Dim(side, min=2, max=8192) for side in ("rows", "columns"))
    sides = tuple(
        {0: batch, 2: rows, 3: columns} if name == "pictures" else {0: batch} if name in graph.varying else {}
        for name in graph.inputs
    )
    positional = sides if not takes_more(graph) else (sides[0], sides[1:])
    with quiet(), torch.no_grad():
        program = torch.onnx.export(
            graph.network,
            tuple(graph.inputs.values()),
            dynamo=True,
            dynamic_shapes=positional,
            input_names=list(graph.inputs),
            output_names=[graph.output],
            opset_version=OPSET,
            optimize=False,  # onnxscript's optimiser takes the 1e-8 under a square root for nothing; ONNX Runtime has its own
            verbose=False,
        )
    assert program is not None
    proto = program.model_proto
    del proto.metadata_props[:]
    proto.producer_name, proto.producer_version = "pinxit", pinxit.__version__
    for name, value in about.items():
        entry = proto.metadata_props.add()
        entry.key, entry.value = name, value
    forget_sources(proto.graph)
    return proto.SerializeToString()


def model_cell(graph: Graph) -> int:
    """Pixels that sides of pictures that go in are multiples of."""
    return int(getattr(graph.network, "cell", 1))


def takes_more(graph: Graph) -> bool:
    """Whether the network's `forward` takes what follows the latents as *more."""
    return isinstance(graph.network, Whole | Mapping)


def forget_sources(graph: Any) -> None:
    """Leave out what the exporter notes of every node: lines of source, with the folders of whoever exported it."""
    del graph.metadata_props[:]
    for part in (*graph.node, *graph.value_info, *graph.initializer, *graph.input, *graph.output):
        del part.metadata_props[:]
        part.doc_string = ""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the exporter's own remarks (what is deprecated inside it, what is not installed) from people."""
    loggers = [logging.getLogger(name) for name in NOISY]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def metadata(model: Model, graph: Graph) -> dict[str, str]:
    """What an ONNX file says of itself: standard words for any reader, and all of the model's own header."""
    if model.paints_pictures:
        how: dict[str, Any] = {"manners": list(model.manners), "cell": model_cell(graph)}
    else:
        how = {"seeds": f"numpy.random.RandomState(seed).standard_normal({model.latents}).astype(numpy.float32)"}
    told = {
        "made by": f"pinxit {pinxit.__version__}",
        "model": model.sha256,
        "part": graph.kind,
        **how,
        "pictures": "float32 in [-1, 1]" + (", alpha premultiplied" if model.canvas.channels == 4 else ""),
        **{name: value for name, value in model.header.items() if name != "format"},
    }
    return {"pinxit": json.dumps(told, ensure_ascii=False), "Comment": f"Pictures are {MADE_BY}."}


def largest_difference(model: Model, graph: Graph, content: bytes) -> float:
    """Between ONNX Runtime and torch, over batches of random latents and truncations; in a range of 2.

    torch computes in double precision: in float32 it rounds as much as ONNX Runtime does, on some processors more, and the
    two together could come near what is allowed by chance.
    """
    session, exact = open_session(content), copy.deepcopy(graph.network).double()
    worst = 0.0
    for number, count in enumerate(CHECKED_BATCHES):
        inputs = random_inputs(model, graph, count, number)
        found = session.run(None, inputs)[0]
        told = [torch.from_numpy(values) for values in inputs.values()]
        with torch.no_grad(), Double():
            wanted = exact(*[values.double() if values.is_floating_point() else values for values in told]).numpy()
        apart = np.abs(found - wanted)
        if getattr(model.settings, "vq", False):  # discrete codes: see STEPS
            apart = apart[apart <= np.quantile(apart, 1 - STEPS)]
        worst = float(np.maximum(worst, apart.max()))  # a NaN stays one
    return worst


class Double(TorchFunctionMode):
    """Inside it, `.float()`, by which networks leave bfloat16, leads to double precision."""

    def __torch_function__(self, function: Any, types: Any, arguments: Any = (), named: Any = None) -> Any:
        if function is Tensor.float:
            return arguments[0].double()
        return function(*arguments, **(named or {}))


def random_inputs(model: Model, graph: Graph, count: int, seed: int) -> dict[str, np.ndarray]:
    """Inputs of a graph for `count` pictures."""
    dice = np.random.RandomState(1000 + seed)
    made: dict[str, np.ndarray] = {}
    for name, example in graph.inputs.items():
        if name == "labels":
            made[name] = random_labels(model, count, seed)
        elif name == "truncation":
            made[name] = np.array(dice.uniform(0.3, 1.3), np.float32)
        elif name == "pictures":
            cell = model_cell(graph)
            high, wide = (cell * int(side) for side in dice.randint(4, 20, 2))
            made[name] = dice.uniform(-1, 1, (count, 3, high, wide)).astype(np.float32)
        elif name == "shares":
            made[name] = dice.dirichlet(np.ones(example.shape[1]), count).astype(np.float32)
        elif name == "styles":
            mean = example.numpy()[:1]
            made[name] = (mean + 0.5 * dice.standard_normal((count, *example.shape[1:]))).astype(np.float32)
        else:
            made[name] = dice.standard_normal((count, *example.shape[1:])).astype(np.float32)
    return made


def open_session(content: bytes, threads: int = 0) -> Any:
    """ONNX Runtime for the bytes of a file, on the CPU. `threads` 0: as many as it likes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or torch.get_num_threads()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
