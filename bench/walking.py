"""A loop of six seconds, 150 frames, from the model to the file: `pinxit walk` against a plain loop over eager frames.

    python -m bench.walking [MODEL] [--kind webp gif apng mp4]     into results/

The plain side has the same generator without pinxit's memory layout, paints frame by frame in float32 along the same arcs, and
hands the frames to the same encoder with the same settings. Both in turn, three times; the better time of each. Goal: 1.5 times
as fast.
"""

import argparse
import copy
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

import pinxit
from bench.measure import wait_until_quiet, write
from pinxit.generation.model import Model
from pinxit.generation.walking import walk_through
from pinxit.images.animation import save_animation
from pinxit.networks.pictures import from_network

SEEDS, SECONDS, FPS, ROUNDS = (1, 5, 9), 6.0, 25, 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.walking")
    parser.add_argument("model", nargs="?", default="peeps")
    parser.add_argument("--kind", nargs="+", default=["webp"])
    asked = parser.parse_args()
    model = pinxit.load(asked.model)
    busy = wait_until_quiet()
    figures = {kind: compare(model, kind) for kind in asked.kind}
    what = f"{asked.model}, {round(SECONDS * FPS)} frames: seconds, best of {ROUNDS}"
    write("walking", {"what": what, **figures, "busy_share_before": busy})


def compare(model: Model, kind: str) -> dict[str, Any]:
    """Seconds and bytes of both sides, and how many times as fast pinxit is."""
    plain = copy.deepcopy(model.generator).to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue]
    told = {"keys": [{"seed": seed} for seed in SEEDS], "seconds": SECONDS, "fps": FPS, "loop": True}
    walk, _ = walk_through(model, told, {"labels": None, "text": None, "truncation": 1.0})

    @torch.no_grad()
    def frames() -> list[np.ndarray]:
        points = walk.points(round(SECONDS * FPS))
        labels = torch.from_numpy(points.classes[:, 0])
        pairs = zip(torch.from_numpy(points.latents).split(1), labels.split(1), strict=True)
        return [from_network(plain(latents, named))[0] for latents, named in pairs]

    took: dict[str, list[float]] = {"pinxit walk": [], "plain loop": [], "encoder alone": []}
    size: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"loop.{kind}"
        for _ in range(ROUNDS):
            began = time.perf_counter()
            pinxit.walk(model, SEEDS, out, seconds=SECONDS, fps=FPS, loop=True)
            took["pinxit walk"].append(time.perf_counter() - began)
            size["pinxit walk"] = out.stat().st_size
            began = time.perf_counter()
            painted = frames()
            done = time.perf_counter()
            save_animation(painted, out, FPS)
            took["plain loop"].append(time.perf_counter() - began)
            took["encoder alone"].append(time.perf_counter() - done)
            size["plain loop"] = out.stat().st_size
    best = {name: min(times) for name, times in took.items()}
    return {"seconds": best, "times_as_fast": best["plain loop"] / best["pinxit walk"], "bytes": size}


if __name__ == "__main__":
    main()
