"""A model as a page: one folder that paints in the visitor's browser, from a disk or any web space, without a network.

The page runs the model's ONNX in ONNX Runtime Web (`web/vendor`, written by tools/vendor_runtime.py). All it needs stands in
scripts, because a page that is opened from a disk may read no other file: networks and runtime as base64 of gzip.
"""

import base64
import gzip
import html
import json
import lzma
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

import pinxit
from pinxit.data.labels import NUMBER_STEPS
from pinxit.errors import UsageError
from pinxit.export.halving import halved
from pinxit.export.onnx import Graph, checked_graph, graphs_of, open_session, random_inputs
from pinxit.families.contract import Canvas
from pinxit.generation.discovery import by_features
from pinxit.generation.model import Model
from pinxit.generation.sampling import MADE_BY, recipe_xmp
from pinxit.images.writing import ELSEWHERE, cannot_write, write_atomically

PAGE = "index.html"
SCRIPTS = ("numbers.js", "captions.js", "png.js", "picture.js", "words.js", "page.js")
RUNTIME = "1.30.0"
SLIDERS = 6
CLOSE = 1 / 255
"""Mean difference of pictures in a range of 2 up to which half-precision weights are good enough: half of a step of a byte."""


def export_web_page(
    model: Model,
    folder: Path,
    *,
    title: str | None = None,
    directions: np.ndarray | None = None,
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> Path:
    """Write a folder with a page that holds the model. Returns the page.

    title       at its head; without, the name of the folder
    directions  (K, length) for its sliders, in W for a family with styles, else in latents; without, six that are found here
    names       what they are called; without, they are numbered
    seed        of the picture that is shown first
    A folder that holds other things than such a page is left alone. Raises UsageError, MissingExtra, PinxitError.
    """
    check_place(folder)
    graphs = [graph for graph in graphs_of(model) if graph.kind != "whole"] or graphs_of(model)
    found = (
        np.stack([one.unit * one.vector for one in by_features(model, SLIDERS)]) if directions is None else directions
    )
    check_directions(model, graphs[-1], found, names)
    contents = {graph.kind: small(model, graph) for graph in graphs}
    told = about(model, title or folder.resolve().name, found, names, seed)
    parts = {
        PAGE: source("index.html").replace("{title}", html.escape(told["title"])).encode(),
        "page.css": source("page.css").encode(),
        "page.js": f"(() => {{\n{''.join(source(name) for name in SCRIPTS)}}})();\n".encode(),
        "model.js": f"const PINXIT = {to_script({'about': told, 'graphs': contents})};\n".encode(),
        "runtime.js": f"PINXIT.runtime = {to_script(runtime())};\n".encode(),
        "LICENCES.txt": licences().encode(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise cannot_write(folder / PAGE, problem, ELSEWHERE) from None
    for name, content in parts.items():
        write_atomically(folder / name, content)
    return folder / PAGE


def small(model: Model, graph: Graph) -> str:
    """A network for the page: checked, its weights halved where that changes no picture, packed as text."""
    content = checked_graph(model, graph)
    half = halved(content)
    sessions = open_session(content), open_session(half)
    inputs = random_inputs(model, graph, 16, 99)
    whole, less = (session.run(None, inputs)[0] for session in sessions)
    return packed(half if np.abs(whole - less).mean() < CLOSE else content)


def check_directions(model: Model, graph: Graph, directions: np.ndarray, names: Sequence[str] | None) -> None:
    """Raise UsageError unless the directions are of this model, and each has a name if any has."""
    length = graph.inputs["styles"].shape[2] if "styles" in graph.inputs else model.latents
    if directions.ndim != 2 or directions.shape[1] != length or not np.isfinite(directions).all():
        raise UsageError(
            f"These directions are of another model: they have the shape {directions.shape}, and this model's have {length} "
            "numbers each. Leave them out, and the page finds its own."
        )
    if names is not None and len(names) != len(directions):
        raise UsageError(f"{len(names)} names came for {len(directions)} directions. Give each one name.")


OFFERED = 21
"""Values of a label that is a number that a visitor chooses among."""


def choices(canvas: Canvas, column: str) -> list[Any]:
    """[column, names to choose among, its lowest and highest number or nothing]."""
    if column not in canvas.ranges:
        return [column, list(canvas.classes[column]), None]
    every = NUMBER_STEPS // (OFFERED - 1)
    return [column, [canvas.label_text(column, every * place) for place in range(OFFERED)], list(canvas.ranges[column])]


def about(model: Model, title: str, directions: np.ndarray, names: Sequence[str] | None, seed: int) -> dict[str, Any]:
    """All that the page knows of the model."""
    canvas, vocabulary = model.canvas, model.canvas.vocabulary
    return {
        "title": title,
        "name": "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in title)[:60] or "picture",
        "model": model.sha256,
        "family": model.family,
        "width": canvas.width,
        "height": canvas.height,
        "classes": [choices(canvas, column) for column in canvas.classes],
        "steps": NUMBER_STEPS,
        "captions": vocabulary.to_json() if vocabulary else None,
        "latents": model.latents,
        "styles": model.has_styles,
        "numbers": int(getattr(model.generator, "numbers", model.latents)),  # pyright: ignore[reportArgumentType]
        "directions": [
            {"name": names[place] if names else None, "vector": to_text(vector)}
            for place, vector in enumerate(directions)
        ],
        "seed": int(seed),
        "software": f"pinxit {pinxit.__version__}",
        "madeBy": MADE_BY,
        "xmp": recipe_xmp(),
        "facts": facts(model),
    }


def facts(model: Model) -> list[list[str]]:
    """What stands at the foot of the page: term and words."""
    data = model.about_data
    told = {
        "Model": f"{model.family}, {model.canvas.width} × {model.canvas.height}, {model.sha256[:12]}",
        "Pictures it learned from": data.get("name"),
        "Their licence": data.get("licence"),
        "Their consent": data.get("consent"),
        "Made with": f"pinxit {pinxit.__version__}, ONNX Runtime Web {RUNTIME} (MIT)",
    }
    return [[term, str(words)[:300]] for term, words in told.items() if words]


def runtime() -> dict[str, str]:
    """ONNX Runtime Web and the painter, for the worker: packed, but for the loader, which is text of an address."""
    vendor = files("pinxit.export") / "web" / "vendor"
    program = lzma.decompress((vendor / "ort-wasm-simd-threaded.wasm.xz").read_bytes())
    return {
        "script": packed((vendor / "ort.wasm.min.js").read_bytes()),
        "loader": base64.b64encode((vendor / "ort-wasm-simd-threaded.mjs").read_bytes()).decode(),
        "wasm": packed(program),
        "painter": source("painter.js"),
    }


def licences() -> str:
    """Of what is not pinxit's own."""
    vendor = files("pinxit.export") / "web" / "vendor"
    notices = lzma.decompress((vendor / "ThirdPartyNotices.txt.xz").read_bytes()).decode("utf-8", "replace")
    head = f"runtime.js holds ONNX Runtime Web {RUNTIME}:\n\n{(vendor / 'LICENSE').read_text('utf-8')}\n"
    return f"{head}\nwhich holds works of others:\n\n{notices}"


def check_place(folder: Path) -> None:
    """Raise UsageError unless `folder` is new, empty, or an older page: nothing else is written over."""
    ours = folder.is_dir() and (not any(folder.iterdir()) or (folder / "model.js").is_file())
    if folder.exists() and not ours:
        raise UsageError(
            f"{folder} holds other things than a page of pinxit. Choose another --out; nothing was written."
        )


def source(name: str) -> str:
    """A part of the page, as it lies in the package."""
    return (files("pinxit.export") / "web" / name).read_text("utf-8")


def packed(content: bytes) -> str:
    """base64 of gzip, the same for the same content."""
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode()


def to_text(vector: np.ndarray) -> str:
    """base64 of little-endian float32."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def to_script(content: Mapping[str, Any]) -> str:
    """JSON that is safe inside any script."""
    return json.dumps(content, ensure_ascii=True).replace("<", "\\u003c")
