"""Held-back peeps with holes: how near comes what is painted into them, beside two fills that have learned nothing?

    python -m bench.completion MODEL [--sheet FILE]     into results/

MODEL was trained on peeps with --completes. Holes are strokes or one missing side, 100 pictures each, that training never
saw. Errors inside the hole: mean absolute difference over white, of 255; and the distance of EfficientNet-Lite0's features
of the whole picture, as a share of that between two different pictures. Mean fill: the mean colour of what is known.
Diffusion fill: what is known runs into the hole until nothing changes (Laplace's equation).
Goal: both at least 30 % below both fills.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import pinxit
from bench.measure import write
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.generation.completion import paint
from pinxit.generation.model import Model, to_image
from pinxit.images.colour import from_premultiplied
from pinxit.images.files import save_png
from pinxit.images.sheets import contact_sheet
from pinxit.networks.dice import Dice
from pinxit.networks.holes import random_holes
from pinxit.networks.pictures import over, to_bytes, to_network
from pinxit.scoring.stream import default_space

EACH, STEPS, SHOWN = 100, 2000, 6


def holes_of(kind: str, width: int, height: int) -> Tensor:
    """(EACH, 1, H, W): strokes, or one side missing."""
    found: list[Tensor] = []
    dice = Dice(7)
    while len(found) < EACH:
        for one in random_holes(dice, 64, height, width):
            straight = bool((one[0] == one[0, :1]).all() or (one[0] == one[0, :, :1]).all())
            if one.mean() < 1 and straight == (kind == "sides"):
                found.append(one)
    return torch.stack(found[:EACH])


def mean_fill(pictures: Tensor, holes: Tensor) -> Tensor:
    """The mean of what is known, everywhere in the hole."""
    known = 1 - holes
    mean = (pictures * known).sum(dim=(2, 3), keepdim=True) / known.sum(dim=(2, 3), keepdim=True)
    return pictures * known + mean * holes


def diffusion_fill(pictures: Tensor, holes: Tensor) -> Tensor:
    """What is known, spread evenly."""
    filled = mean_fill(pictures, holes)
    for _ in range(STEPS):
        framed = F.pad(filled, (1, 1, 1, 1), mode="replicate")
        around = framed[..., :-2, 1:-1] + framed[..., 2:, 1:-1] + framed[..., 1:-1, :-2] + framed[..., 1:-1, 2:]
        filled = torch.where(holes > 0, around / 4, filled)
    return filled


def ours(model: Model, pictures: Tensor, holes: Tensor) -> Tensor:
    """One proposal for each picture, from a seed of its own."""
    rows = [
        paint(model, pictures[place : place + 1], holes[place : place + 1], [place]) for place in range(len(pictures))
    ]
    return to_network(np.concatenate(rows))


def errors(filled: Tensor, pictures: Tensor, holes: Tensor) -> dict[str, float]:
    """In the hole, of 255; and of features, as a share of the distance between different pictures."""
    space = default_space()
    white, true = over(filled, 1.0), over(pictures, 1.0)
    inside = (white - true).abs() * holes
    pixels = float(inside.sum() / (holes.sum() * 3)) * 127.5
    with torch.no_grad():
        seen, wanted = (space.describe(space.resize(some)) for some in (white, true))
    unlike = float((wanted - wanted.roll(1, dims=0)).norm(dim=1).mean())
    return {"pixels": pixels, "features": float((seen - wanted).norm(dim=1).mean()) / unlike}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.completion")
    parser.add_argument("model")
    parser.add_argument("--sheet", type=Path)
    asked = parser.parse_args()
    model = pinxit.load(asked.model)
    width, height = model.canvas.width, model.canvas.height
    packed = pack(resolve("peeps"), size=(width, height), alpha=model.canvas.channels == 4, labels=())
    pictures = to_network(packed.pictures(packed.reporting[:EACH]))
    found: dict[str, Any] = {}
    shown = []
    for kind in ("strokes", "sides"):
        holes = holes_of(kind, width, height)
        fills = {
            "mean": mean_fill(pictures, holes),
            "diffusion": diffusion_fill(pictures, holes),
            "pinxit": ours(model, pictures, holes),
        }
        found[kind] = {name: errors(filled, pictures, holes) for name, filled in fills.items()}
        best = {what: min(found[kind][name][what] for name in ("mean", "diffusion")) for what in ("pixels", "features")}
        found[kind]["below the better fill"] = {what: 1 - found[kind]["pinxit"][what] / best[what] for what in best}
        print(kind, found[kind])
        for place in range(SHOWN):
            masked = torch.where(holes[place] > 0, torch.zeros_like(pictures[place]), pictures[place])
            more = to_network(
                np.concatenate(
                    [paint(model, pictures[place][None], holes[place][None], [seed]) for seed in (1000, 1001)]
                )
            )
            shown += [masked, fills["diffusion"][place], fills["pinxit"][place], *more, pictures[place]]
    write("completion", {"model": Path(asked.model).name, "seen": model.header["seen"], "holes": found})
    if asked.sheet:
        values = to_bytes(torch.stack(shown))
        images = [to_image(from_premultiplied(one[None])[0] if one.shape[-1] == 4 else one) for one in values]
        captions = ["lacks", "diffusion fill", "proposal 1", "proposal 2", "proposal 3", "was"] * (len(images) // 6)
        save_png(contact_sheet(images, columns=6, captions=captions), asked.sheet)


if __name__ == "__main__":
    main()
