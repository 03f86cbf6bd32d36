"""How soon a picture is there: the model as pinxit loads it, against plain eager torch, a frozen trace, and ONNX Runtime.

    python -m bench.latency [MODEL …] [--batch 1 16] [--busy]     into results/

In float32, all sides in turn. "away": the largest difference from eager torch, in a range of 2; a side is
of use to `make` and the studio up to 1e-4. Goal: one picture in at most half the time of eager torch. ONNX Runtime needs the
extra `onnx`.
"""

import argparse
import copy
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch

import pinxit
from bench.measure import alternate, wait_until_quiet, write
from pinxit.export.onnx import checked_graph, graphs_of, open_session, random_labels
from pinxit.generation.model import Model
from pinxit.generation.onnx_side import OnnxGenerator
from pinxit.generation.quickness import Measured
from pinxit.networks.seeds import latents_of


def frozen(model: Model, example: tuple[torch.Tensor, ...]) -> Callable[..., torch.Tensor]:
    """A trace with its weights folded in and its layers fused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(model.generator, example)
        return torch.jit.optimize_for_inference(torch.jit.freeze(traced))  # pyright: ignore[reportArgumentType]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.latency")
    parser.add_argument("models", nargs="*", default=["peeps"])
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--busy", action="store_true", help="do not wait for a quiet machine; told in the results")
    asked = parser.parse_args()
    busy = None if asked.busy else wait_until_quiet()
    figures: dict[str, Any] = {"waited for quiet": not asked.busy, "busy_share_before": busy}
    for name in asked.models:
        model = pinxit.load(name)
        eager = copy.deepcopy(model.generator).to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue]
        ways: dict[str, Callable[..., torch.Tensor]] = {"eager": eager, "pinxit": model.generator}
        examples = {
            batch: tuple(
                map(torch.from_numpy, (latents_of(range(batch), model.latents), random_labels(model, batch, 0)))
            )
            for batch in asked.batch
        }
        ways["frozen trace"] = frozen(model, examples[asked.batch[0]])
        if all(find_spec(package) for package in ("onnxruntime", "onnxscript")):
            nobody = Measured({}, 0.0)
            ways["ONNX Runtime"] = OnnxGenerator(open_session(checked_graph(model, graphs_of(model)[0])), nobody)
        figures[name] = {
            f"{batch} at once": compare(ways, example, asked.rounds) for batch, example in examples.items()
        }
    write("latency", figures)


@torch.no_grad()
def compare(
    ways: dict[str, Callable[..., torch.Tensor]], example: tuple[torch.Tensor, ...], rounds: int
) -> dict[str, Any]:
    """Speeds of all ways with one batch, their share of the time of eager torch, and how far from it they paint."""
    away = {way: float((paint(*example) - ways["eager"](*example)).abs().max()) for way, paint in ways.items()}
    sides = {way: lambda paint=paint: len(paint(*example)) for way, paint in ways.items()}
    speeds = alternate(sides, rounds=rounds, seconds=1.0)
    share = {way: speeds["eager"]["median"] / speed["median"] for way, speed in speeds.items()}
    return {"pictures_per_second": speeds, "share_of_eager_time": share, "away": away}


if __name__ == "__main__":
    main()
