"""How soon one picture is there: the model as pinxit loads it, against plain eager torch, a frozen trace, and ONNX Runtime.

    python -m bench.latency [MODEL …]     into results/

One picture at a time in float32, all sides in turn. "away": the largest difference from eager torch, in a range of 2; a side is
of use to `make` and the studio up to 1e-4. Goal: at most half the time of eager torch. ONNX Runtime needs the extra `onnx`.
"""

import argparse
import copy
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

import pinxit
from bench.measure import alternate, wait_until_quiet, write
from pinxit.export.onnx import export_onnx
from pinxit.generation.model import Model


def frozen(model: Model, example: tuple[torch.Tensor, torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A trace with its weights folded in and its layers fused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(model.generator, example)
        return torch.jit.optimize_for_inference(torch.jit.freeze(traced))  # pyright: ignore[reportArgumentType]


def in_onnx(model: Model, folder: Path, threads: int) -> Callable[..., torch.Tensor]:
    """The exported file in ONNX Runtime."""
    import onnxruntime

    path = export_onnx(model, folder / "model.onnx", halves=False)[0]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]

    def paint(latents: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        given: dict[str, Any] = {"latents": latents.numpy(), "labels": labels.numpy(), "truncation": one.numpy()}
        return torch.from_numpy(session.run(None, {name: given[name] for name in names})[0])

    one = torch.ones(())
    return paint


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.latency")
    parser.add_argument("models", nargs="*", default=["peeps"])
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    busy = wait_until_quiet()
    figures: dict[str, Any] = {"what": "pictures/s, one at a time, float32", "busy_share_before": busy}
    for name in asked.models:
        model = pinxit.load(name)
        torch.manual_seed(0)
        labels = torch.zeros(1, len(model.canvas.classes), dtype=torch.int64)
        example = torch.randn(1, model.latents), labels
        eager = copy.deepcopy(model.generator).to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue]
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            ways: dict[str, Callable[..., torch.Tensor]] = {
                "eager": eager,
                "pinxit": model.generator,
                "frozen trace": frozen(model, example),
            }
            if find_spec("onnxruntime") and find_spec("onnxscript"):
                ways["ONNX Runtime"] = in_onnx(model, Path(folder), torch.get_num_threads())
            away = {way: float((paint(*example) - eager(*example)).abs().max()) for way, paint in ways.items()}

            def side(paint: Callable[..., torch.Tensor]) -> Callable[[], int]:
                return lambda: len(paint(*example))  # noqa: B023 - used within this turn

            speeds = alternate({way: side(paint) for way, paint in ways.items()}, rounds=asked.rounds, seconds=1.0)
        share = {way: speeds["eager"]["median"] / speed["median"] for way, speed in speeds.items()}
        figures[name] = {"pictures_per_second": speeds, "share_of_eager_time": share, "away": away}
    write("latency", figures)


if __name__ == "__main__":
    main()
