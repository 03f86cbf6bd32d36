"""Tuning a model to a picture: how much nearer the picture comes, and what that does to the model's other pictures.

    python -m bench.tuning [MODEL] [--count N] [--samples N] [--steps N] [--tune N] [--sheet FILE]     into results/

Held-back pictures of peeps, and as many that the model has never seen the like of: what `emoji` paints. Each is projected, then
the model is tuned to it, as `pinxit project --tune` does. Counted before and after: the error, which is the mean difference of
pixels (in a range of 2) plus the distance of features; both of these alone; and by how much pictures of plain seeds change.
"""

import argparse
import time
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor

import pinxit
from bench.measure import busy_share, write
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.generation.coding import fitted, straight
from pinxit.generation.likeness import Unlikeness
from pinxit.generation.model import Model, to_image
from pinxit.generation.points import Points, on_device, paint_tensors, points_of
from pinxit.generation.projection import search
from pinxit.generation.tuning import tune
from pinxit.images.sheets import contact_sheet
from pinxit.networks.pictures import to_bytes, to_network

OTHERS = range(1000, 1008)
"""Seeds whose pictures should stay as they are."""


def painted(model: Model, points: Points) -> Tensor:
    with torch.no_grad():
        return paint_tensors(model, *on_device(model, points))  # pyright: ignore[reportArgumentType]


def apart(unlike: Unlikeness, picture: Tensor) -> dict[str, float]:
    with torch.no_grad():
        error, pixels = float(unlike(picture)), float(unlike.pixels(picture))
    return {"error": error, "pixels": pixels, "features": error - pixels}


def measure(model: Model, wanted: Tensor, asked: argparse.Namespace) -> tuple[dict[str, Any], list[Tensor]]:
    """Figures of one picture (1, C, H, W), and what there is to see: itself, projected, tuned."""
    began, unlike = time.perf_counter(), Unlikeness(wanted)
    found = search(model, unlike, samples=asked.samples, steps=asked.steps)
    tuned, _ = tune(model, unlike, found.points[0], asked.tune)
    seen = [wanted, painted(model, found.points[0]), painted(tuned, found.points[0])]
    others = points_of(model, OTHERS)
    changed = (painted(tuned, others) - painted(model, others)).abs().mean()
    told = {"usual_error": found.usual, "before": apart(unlike, seen[1]), "after": apart(unlike, seen[2])}
    return {**told, "others_change": float(changed), "seconds": time.perf_counter() - began}, seen


def means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    of_parts = {
        moment: {name: mean(row[moment][name] for row in rows) for name in rows[0][moment]}
        for moment in ("before", "after")
    }
    return {**of_parts, **{name: mean(row[name] for row in rows) for name in ("usual_error", "others_change")}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tuning")
    parser.add_argument("model", nargs="?", default="peeps")
    parser.add_argument("--count", type=int, default=3, help="pictures of each kind")
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--tune", type=int, default=100)
    parser.add_argument("--sheet", type=Path, help="a PNG: each picture, projected, tuned")
    asked = parser.parse_args()
    model = pinxit.load(asked.model)
    size = model.canvas.width, model.canvas.height
    packed = pack(resolve("peeps"), size=size, alpha=model.canvas.channels == 4, labels=())
    strangers = [painting.image for painting in pinxit.load("emoji").make(range(asked.count))]
    kinds = {
        "held-back peeps": packed.pictures(packed.reporting[: asked.count]),
        "emoji": fitted(model, strangers),
    }
    busy, rows, sheet = busy_share(), {kind: [] for kind in kinds}, []
    for kind, pictures in kinds.items():
        for wanted in to_network(pictures.copy()).split(1):
            row, seen = measure(model, wanted, asked)
            rows[kind].append(row)
            sheet += [to_image(picture) for picture in straight(to_bytes(torch.cat(seen)))]
            print(kind, row, flush=True)
    if asked.sheet:
        contact_sheet(sheet, columns=3 * min(asked.count, 2)).save(asked.sheet)
    figures = {
        "what": f"{asked.model} tuned to single pictures: mean error before and after, in pixels and features",
        "samples": asked.samples,
        "steps": asked.steps,
        "tuned_steps": asked.tune,
        **{kind: {**means(found), "pictures": found} for kind, found in rows.items()},
        "busy_share_before": busy,
    }
    write("tuning", figures)


if __name__ == "__main__":
    main()
