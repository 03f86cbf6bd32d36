"""Projection against plain Adam from a random start: the time until both have the same error.

    python -m bench.projecting [MODEL] [--count N] [--steps N] [--samples N]     into results/

Held-back peeps. The plain side begins at one seed and improves its latents by Adam (rate 0.05) by the same measure of error; it
stops when it has reached the error that projection ended at, or has taken PATIENCE times as long: then it would take at least
that, and projection's share is at most what is told. Both in turn for each picture. Goal: at most half the time.
"""

import argparse
import time
from statistics import median
from typing import Any

import torch

import pinxit
from bench.measure import wait_until_quiet, write
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.generation.likeness import Unlikeness
from pinxit.generation.points import on_device, paint_tensors, points_of
from pinxit.generation.projection import search
from pinxit.networks.pictures import to_network

PATIENCE, PLAIN_PACE = 3.0, 0.05


def plain(model: Any, unlike: Unlikeness, seed: int, wanted: float, most: float) -> tuple[float, float]:
    """(seconds, error) of plain Adam on the latents of one seed."""
    began, best = time.perf_counter(), float("inf")
    latents, *more = on_device(model, points_of(model, [seed]))
    assert latents is not None
    latents.requires_grad_()
    adam = torch.optim.Adam([latents], lr=PLAIN_PACE)
    while best > wanted and time.perf_counter() - began < most:
        error = unlike(paint_tensors(model, latents, *more)).sum()  # pyright: ignore[reportArgumentType]
        adam.zero_grad()
        error.backward()
        adam.step()
        best = min(best, float(error.detach()))
    return time.perf_counter() - began, best


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.projecting")
    parser.add_argument("model", nargs="?", default="peeps")
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--steps", type=int, default=100)
    asked = parser.parse_args()
    model = pinxit.load(asked.model)
    size = model.canvas.width, model.canvas.height
    packed = pack(resolve("peeps"), size=size, alpha=model.canvas.channels == 4, labels=())
    pictures = to_network(packed.pictures(packed.reporting[: asked.count]))
    print("Waiting for a quiet machine, a quarter of an hour at most …", flush=True)
    busy = wait_until_quiet()
    rows = []
    for place, picture in enumerate(pictures.split(1)):
        unlike = Unlikeness(picture)
        began = time.perf_counter()
        found = search(model, unlike, samples=asked.samples, steps=asked.steps)
        took, error = time.perf_counter() - began, float(found.errors[0])
        theirs, left = plain(model, unlike, 10_000 + place, error, PATIENCE * took)
        rows.append({"seconds": took, "error": error, "plain_seconds": theirs, "plain_error": left})
        told = ", ".join(f"{name} {value:.3g}" for name, value in rows[-1].items())
        print(f"{len(rows)} of {len(pictures)}: {told}", flush=True)
    shares = [row["seconds"] / row["plain_seconds"] for row in rows]
    figures = {
        "what": f"{asked.model}: seconds to an error; the plain side stops at {PATIENCE:g} times projection's",
        "share_of_plain_time": median(shares),
        "plain_reached_it": sum(row["plain_error"] <= row["error"] for row in rows) / len(rows),
        "pictures": rows,
        "samples": asked.samples,
        "steps": asked.steps,
        "busy_share_before": busy,
    }
    write("projecting", figures)


if __name__ == "__main__":
    main()
