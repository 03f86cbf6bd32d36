"""Held-back peeps with holes: how near comes what is painted into them, beside two fills that have learned nothing?

    python -m bench.completion [MODEL] [--by search] [--count 100] [--samples N] [--steps N] [--sheet FILE]     into results/

MODEL paints peeps; without, the shipped one is searched. Holes are strokes or one missing side, that training never saw.
Errors inside the hole: mean absolute difference over white, of 255; and the distance of EfficientNet-Lite0's features
of the whole picture, as a share of that between two different pictures. Mean fill: the mean colour of what is known.
Diffusion fill: what is known runs into the hole until nothing changes (Laplace's equation). "unmatched": ours before it
takes on the colours round it.
Goal: both at least 30 % below both fills.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

import pinxit
from bench.measure import write
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.generation.completion import WAYS, way_of
from pinxit.generation.filling import learned, searched
from pinxit.generation.model import Model, to_image
from pinxit.images.colour import from_premultiplied, to_premultiplied
from pinxit.images.files import save_png
from pinxit.images.seams import blended, matched
from pinxit.images.sheets import contact_sheet
from pinxit.networks.dice import Dice
from pinxit.networks.holes import random_holes
from pinxit.networks.pictures import from_network, over, to_bytes, to_network
from pinxit.scoring.stream import default_space

STEPS, SHOWN = 2000, 6


def holes_of(kind: str, count: int, width: int, height: int) -> Tensor:
    """(count, 1, H, W): strokes, or one side missing."""
    found: list[Tensor] = []
    dice = Dice(7)
    while len(found) < count:
        for one in random_holes(dice, 64, height, width):
            straight = bool((one[0] == one[0, :1]).all() or (one[0] == one[0, :, :1]).all())
            if one.mean() < 1 and straight == (kind == "sides"):
                found.append(one)
    return torch.stack(found[:count])


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


def proposals(model: Model, picture: Tensor, hole: Tensor, seeds: list[int], how: argparse.Namespace) -> np.ndarray:
    """uint8 (N, H, W, C), alpha premultiplied: what is painted into one picture, as it comes."""
    if way_of(model, how.by) == "learned":
        return learned(model, picture, hole, seeds)
    return searched(model, picture, hole, len(seeds), samples=how.samples, steps=how.steps)


def in_place(painted: np.ndarray, picture: Tensor, hole: Tensor) -> Tensor:
    """Its colours matched and its rim faded, as `pinxit complete` does: (H, W, C) -> (1, C, H, W)."""
    there = to_image(from_network(picture)[0])
    new = to_image(from_premultiplied(painted) if painted.shape[-1] == 4 else painted)
    holes = Image.fromarray((hole[0, 0].numpy() * 255).astype(np.uint8))
    done = np.asarray(blended(there, matched(there, new, holes), holes))
    return to_network((to_premultiplied(done) if done.shape[-1] == 4 else done)[None])


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
    parser.add_argument("model", nargs="?", default="peeps")
    parser.add_argument("--by", default="auto", choices=WAYS)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--sheet", type=Path)
    asked = parser.parse_args()
    model, count = pinxit.load(asked.model), asked.count
    width, height = model.canvas.width, model.canvas.height
    packed = pack(resolve("peeps"), size=(width, height), alpha=model.canvas.channels == 4, labels=())
    pictures = to_network(packed.pictures(packed.reporting[:count]))
    found: dict[str, Any] = {}
    shown = []
    for kind in ("strokes", "sides"):
        holes = holes_of(kind, count, width, height)
        plain, ours = [], []
        for place in range(count):
            picture, hole = pictures[place : place + 1], holes[place : place + 1]
            more = 3 if asked.sheet and place < SHOWN else 1
            pieces = proposals(model, picture, hole, [place + 1000 * number for number in range(more)], asked)
            placed = [in_place(piece, picture, hole) for piece in pieces]
            plain.append(torch.where(hole > 0, to_network(pieces[:1]), picture))
            ours.append(placed[0])
            if asked.sheet and place < SHOWN:
                masked = torch.where(hole > 0, torch.full_like(picture, -1.0), picture)
                filled = diffusion_fill(picture, hole)
                shown += [one[0] for one in (masked, filled, plain[-1], *placed, picture)]
            print(kind, place + 1, flush=True)
        fills = {
            "mean": mean_fill(pictures, holes),
            "diffusion": diffusion_fill(pictures, holes),
            "unmatched": torch.cat(plain),
            "pinxit": torch.cat(ours),
        }
        found[kind] = {name: errors(filled, pictures, holes) for name, filled in fills.items()}
        best = {what: min(found[kind][name][what] for name in ("mean", "diffusion")) for what in ("pixels", "features")}
        found[kind]["below the better fill"] = {what: 1 - found[kind]["pinxit"][what] / best[what] for what in best}
        print(kind, found[kind])
    way = way_of(model, asked.by)
    how = {"by": way} | {name: getattr(asked, name) for name in ("count", "samples", "steps")}
    name = "completion" if way == "learned" else "completion-search"
    write(name, {"model": Path(asked.model).name, "seen": model.header.get("seen"), **how, "holes": found})
    if asked.sheet:
        values = to_bytes(torch.stack(shown))
        images = [to_image(from_premultiplied(one[None])[0] if one.shape[-1] == 4 else one) for one in values]
        named = ["lacks", "diffusion fill", "unmatched", "proposal 1", "proposal 2", "proposal 3", "was"]
        save_png(contact_sheet(images, columns=7, captions=named * (len(images) // 7)), asked.sheet)


if __name__ == "__main__":
    main()
