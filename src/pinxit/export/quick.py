"""Paint in ONNX Runtime where that is quicker than torch: measured once for each model and machine, then known.

What was measured lies in the folder `quick` of the user's cache, beside the exported graph where it is of use. The same seed
gives the same picture to 1/255, as in any batch: a graph that differs from torch by more than 1e-4 is never used, and neither
is one of a model that chooses among codes (`vq`), where so little can tip a choice.

    python -m pinxit.export.quick MODEL     measures one
"""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

import pinxit
from pinxit.data.cache import written_aside
from pinxit.errors import PinxitError
from pinxit.export.onnx import TOLERANCE, checked_graph, graphs_of, open_session, random_labels
from pinxit.generation.model import Model, load_model
from pinxit.generation.onnx_side import OnnxGenerator
from pinxit.generation.quickness import FIGURES, Measured, quick_folder, read_figures
from pinxit.networks.seeds import latents_of
from pinxit.training.device import be_gentle, processor_name

SIZES = (1, 4, 16)
"""Pictures at once: a hand drags one, a few, and what `make` and the wall of the studio take."""
ROUNDS = 5
LONGEST = 5.0
"""Seconds that one round of a size may take; larger batches are not measured then."""
AT_LEAST = 0.05
"""Seconds that each side is timed for in a round."""
MANY = 2000
"""Pictures that are worth measuring for."""
KEPT = 12
"""Models whose graphs are kept; the ones used longest ago make room."""
GRAPH = "model.onnx"


def quicken(model: Model, *, pictures: int | None = None, batch: int = 16, measure: bool | None = None) -> Model:
    """The same model, painting in ONNX Runtime the batches that it paints sooner than torch; the model itself where none.

    pictures, batch  how many are to be painted, and how many at once: nothing changes where opening ONNX Runtime takes longer
                     than it saves. None: the model is used for a while, for batches of all sizes
    measure          whether to measure (some seconds) where that was not done yet. None: if `MANY` are to be painted
    Never raises: where packages are missing or anything fails, torch paints.
    """
    if not may_quicken(model):
        return model
    folder = place_of(model)
    measured = read_figures(folder)
    if measured is None and (measure if measure is not None else pictures is None or pictures >= MANY):
        measured = measure_into(folder, model)
    if measured is None or not worth_opening(measured, pictures, batch):
        return model
    return opened(model, folder, measured)


def worth_opening(measured: Measured, pictures: int | None, batch: int) -> bool:
    """Whether ONNX Runtime saves more than the time to open it."""
    if pictures is None:
        return any(measured.saved(size) for size in measured.seconds)
    return pictures * measured.saved(min(batch, pictures)) > measured.opening


def may_quicken(model: Model) -> bool:
    """Whether ONNX Runtime could paint it at all: in float32 on the CPU, from seeds, with the packages there."""
    if model.paints_pictures or model.device.type != "cpu" or model.in_keras or model.in_onnx:
        return False
    return not getattr(model.settings, "vq", False) and all(version_of(name) for name in ("onnxruntime", "onnxscript"))


def version_of(package: str) -> str | None:
    """The installed version."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def made_with() -> dict[str, Any]:
    """What a measurement holds for: another processor, number of threads or version is measured anew."""
    packages = {name: version_of(name) for name in ("torch", "onnxruntime")}
    return {**packages, "pinxit": pinxit.__version__, "processor": processor_name(), "threads": torch.get_num_threads()}


def place_of(model: Model) -> Path:
    """The folder of a model on this machine: the beginning of its hash, then that of everything else that counts."""
    circumstances = hashlib.sha256(json.dumps(made_with(), sort_keys=True).encode()).hexdigest()
    return quick_folder() / f"{model.sha256[:16]}-{circumstances[:8]}"


def measure_into(folder: Path, model: Model) -> Measured | None:
    """Export, check and time a model, and keep what came of it. None where the cache cannot be written."""
    content, seconds, opening = b"", {}, 0.0
    try:
        content = checked_graph(model, graphs_of(model)[0])
        began = time.perf_counter()
        session = open_session(content)
        opening = time.perf_counter() - began
        seconds = time_both(model, replace(model, in_onnx=OnnxGenerator(session, Measured({1: (1.0, 0.0)}, 0.0))))
    except Exception:  # two large packages of others, and a model of any kind: whatever is wrong there, torch paints
        content = b""
    measured = Measured(seconds, opening)
    try:
        with written_aside(folder, "") as aside:
            told = {"seconds": {str(size): both for size, both in seconds.items()}, "opening": opening}
            about = {"model": model.sha256, "made with": made_with()}
            (aside / FIGURES).write_text(json.dumps({**told, **about}, indent=2), encoding="utf-8")
            if worth_opening(measured, None, 1):
                (aside / GRAPH).write_bytes(content)
    except PinxitError:
        return None
    make_room(folder.parent)
    return measured


def time_both(by_torch: Model, by_onnx: Model) -> dict[int, tuple[float, float]]:
    """Batch size -> seconds that a batch takes in each, the shortest of some rounds in turn (a neighbour only adds to it)."""
    found: dict[int, tuple[float, float]] = {}
    for size in SIZES:
        latents, labels = latents_of(range(size), by_torch.latents), random_labels(by_torch, size, 0)
        sides = [lambda one=one: one.generate(latents, labels) for one in (by_torch, by_onnx)]  # noqa: B023 - used now
        first = [seconds_of(side, 0.0) for side in sides]  # not counted: memory is asked for, layers are prepared
        rounds = [[seconds_of(side, AT_LEAST) for side in sides] for _ in range(ROUNDS)]
        shortest = [min(times) for times in zip(*rounds, strict=True)]
        found[size] = (shortest[0], shortest[1])
        if sum(first) * 4 > LONGEST:
            break
    return found


def seconds_of(side: Callable[[], Any], at_least: float) -> float:
    """What one call takes, over as many as fill `at_least` seconds."""
    calls, began = 0, time.perf_counter()
    while not calls or time.perf_counter() - began < at_least:
        side()
        calls += 1
    return (time.perf_counter() - began) / calls


def opened(model: Model, folder: Path, measured: Measured) -> Model:
    """The model with its graph opened, after that painted one picture as torch does; else the model itself."""
    try:
        painter = OnnxGenerator(open_session((folder / GRAPH).read_bytes()), measured)
        latents, labels = latents_of([0], model.latents), random_labels(model, 1, 0)
        apart = (painter(torch.from_numpy(latents), torch.from_numpy(labels)) - model.generate(latents, labels)).abs()
    except Exception:  # a damaged file, or a runtime that cannot read it: torch paints
        return model
    with suppress(OSError):
        (folder / FIGURES).touch()  # in use: `make_room` takes others first
    return replace(model, in_onnx=painter) if apart.max() <= TOLERANCE else model


def make_room(quick: Path) -> None:
    """Remove all but the folders used last."""
    with suppress(OSError):
        folders = sorted(quick.glob("[!.]*"), key=lambda one: (one / FIGURES).stat().st_mtime)
        for old in folders[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def begin_measuring(model: Model) -> subprocess.Popen[bytes] | None:
    """Measure in another process, which gives way to everything else. None where there is nothing to measure."""
    if not may_quicken(model) or read_figures(place_of(model)) is not None:
        return None
    nobody = subprocess.DEVNULL
    command = [sys.executable, "-m", "pinxit.export.quick", str(model.path)]
    return subprocess.Popen(command, stdin=nobody, stdout=nobody, stderr=nobody)


if __name__ == "__main__":
    be_gentle()
    quicken(load_model(Path(sys.argv[1])))
