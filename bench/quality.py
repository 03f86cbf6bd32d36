"""Quality for the minutes spent: families against the tutorial's DCGAN, same pictures, same minutes, same judges.

    python -m bench.quality train NAME --minutes 20 [--family dcgan] [--seed 0]     one side into quality-runs/
    python -m bench.quality judge                                                 every side there, into results/

NAME `tutorial` is the peer, in bf16 and channels_last, with its published settings; any other NAME is a family or, with
--family, one of its variants (--set name=value). One training at a time: two on one machine halve each other.

Sides are judged over white. The peer knows no transparency (on RGBA it ends in noise), so it learns RGB over white; ours
learn RGBA, as they would for anybody, and are laid on white to be judged.

Judges: EfficientNet-Lite0, which `projected` trains on and which therefore flatters it; and, where --vgg names the file of
a VGG-16 trunk (.npz: kernels w0 ... w12 and biases b0 ... b12, BGR, ImageNet means taken off), that one, which decides.
"""

import argparse
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import pinxit
from bench.measure import wait_until_quiet, write
from bench.tutorial_dcgan import BETAS, LATENTS, LEARNING_RATE, MAPS, Tutorial
from pinxit.data.batches import Batches
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.data.packed import Packed
from pinxit.generation.measuring import FIRST_FRESH_SEED, paint_afresh
from pinxit.networks.pictures import to_bytes, to_network
from pinxit.networks.seeds import latents_of
from pinxit.scoring.scores import Painted, score
from pinxit.scoring.stream import FeatureSpace, default_space
from pinxit.settings import parse_assignments
from pinxit.training.device import cpu_has_bf16

RUNS, SIDE = Path("quality-runs"), re.compile(r"[a-z0-9-]+-[0-9.]+m-[0-9]+")
COUNT, TUTORIAL_BATCH = 2000, 128
VGG_MEANS = (103.939, 116.779, 123.68)
VGG_POOLS = (1, 3, 6, 9)
VGG_LOOKS = (9, 12)


def pictures(*, alpha: bool) -> Packed:
    """Peeps, 64 px; without alpha over white. Both hold the same pictures back."""
    return pack(resolve("peeps"), size=(64, 64), alpha=alpha, labels=())


def over_white(pictures: np.ndarray) -> np.ndarray:
    """uint8 (n, H, W, 3 or 4), alpha premultiplied -> (n, H, W, 3)."""
    return pictures if pictures.shape[-1] == 3 else pictures[..., :3] + (255 - pictures[..., 3:])


def train_tutorial(minutes: float, seed: int, out: Path) -> None:
    """The peer's loop for so many minutes; leaves the pictures it paints in `out`."""
    assert (LATENTS, MAPS, LEARNING_RATE, BETAS, TUTORIAL_BATCH) == (100, 64, 2e-4, (0.5, 0.999), 128)  # as published
    packed = pictures(alpha=False)
    peer = Tutorial(packed.channels, bf16=cpu_has_bf16(), seed=seed)
    batches = Batches(packed, TUTORIAL_BATCH, seed)
    seen, began = 0, time.monotonic()
    while time.monotonic() - began < minutes * 60:
        peer.step(to_network(batches.next_batch()[0]))
        seen += TUTORIAL_BATCH
    seeds = range(FIRST_FRESH_SEED, FIRST_FRESH_SEED + COUNT)
    with torch.no_grad():  # by statistics of the batch: the tutorial, too, paints without eval()
        painted = [
            peer.generator(torch.from_numpy(latents_of(seeds[start : start + 50], LATENTS))[:, :, None, None])
            for start in range(0, COUNT, 50)
        ]
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / "painted.npz", pictures=to_bytes(torch.cat(painted)), seen=seen, minutes=minutes)


def paint(run: Path) -> tuple[Painted, int, float]:
    """What a side painted from fresh seeds, over white; the pictures it had seen, and the minutes, when its model was kept."""
    if (run / "painted.npz").exists():
        stored = np.load(run / "painted.npz")
        painted = Painted([stored["pictures"]], np.zeros((COUNT, 0), np.int64), f"{COUNT} of its own")
        return painted, int(stored["seen"]), float(stored["minutes"])
    model = pinxit.load(run)
    painted = paint_afresh(model, COUNT)
    flat = replace(painted, batches=[over_white(batch) for batch in painted.batches])
    return flat, int(model.header["seen"]), float(model.header["seconds"]) / 60


def vgg_space(path: Path) -> FeatureSpace:
    """VGG-16 up to its last two blocks, averaged over the picture: a judge no family trains on."""
    stored = np.load(path)
    layers = [
        (torch.from_numpy(stored[f"w{place}"]).bfloat16(), torch.from_numpy(stored[f"b{place}"]).bfloat16())
        for place in range(13)
    ]

    def describe(seen: Tensor) -> Tensor:
        means = torch.tensor(VGG_MEANS).view(1, 3, 1, 1)
        features = (((seen + 1) * 127.5).flip(1) - means).bfloat16().contiguous(memory_format=torch.channels_last)
        looks = []
        for place, (kernel, bias) in enumerate(layers):
            features = F.relu(F.conv2d(features, kernel, bias, padding=1))
            if place in VGG_LOOKS:
                mean = features.float().mean(dim=(2, 3))
                looks.append(F.normalize(mean) * mean.shape[1] ** 0.5)  # both looks weigh alike, entries are about 1
            if place in VGG_POOLS:
                features = F.max_pool2d(features, 2)
        return torch.cat(looks, dim=1)

    return FeatureSpace("VGG-16", describe, torch.device("cpu"))


def judge(vgg: Path | None, note: str) -> None:
    """Score every side in RUNS by every judge; ratios against the tutorial's of the same minutes. `note`: how it was run."""
    packed = pictures(alpha=False)
    spaces = [default_space(), *([vgg_space(vgg)] if vgg else [])]
    rows = []
    for run in sorted(path for path in RUNS.iterdir() if SIDE.fullmatch(path.name)):
        painted, seen, minutes = paint(run)
        figures = {space.name: score(packed, painted, space)[0] for space in spaces}
        rows.append({"name": run.name, "seen": seen, "minutes": round(minutes, 1), "scores": figures})
        print(run.name, seen, {name: (round(found.kid.mean, 1), found.support) for name, found in figures.items()})
    peers = {row["name"].partition("-")[2]: row["scores"] for row in rows if row["name"].startswith("tutorial-")}
    for row in rows:
        peer = peers.get(row["name"].partition("-")[2])  # the same minutes and the same seed
        row["ratio"] = {name: found.kid.mean / peer[name].kid.mean for name, found in row["scores"].items() if peer}
        row["scores"] = {name: found.to_json() for name, found in row["scores"].items()}
    write("quality", {"data": "peeps, 64 px, judged over white", "how": note, "sides": rows})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.quality")
    parser.add_argument("what", choices=("train", "judge"))
    parser.add_argument("name", nargs="?", default="projected")
    parser.add_argument("--family")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--vgg", type=Path)
    parser.add_argument("--note", default="two CPU cores", help="how the sides were run")
    asked = parser.parse_args()
    if asked.what == "judge":
        judge(asked.vgg, asked.note)
        return
    out = RUNS / f"{asked.name}-{asked.minutes:g}m-{asked.seed}"
    print(f"others use {wait_until_quiet()} of this machine")
    if asked.name == "tutorial":
        train_tutorial(asked.minutes, asked.seed, out)
    else:
        values: dict[str, Any] = dict(parse_assignments(asked.set))
        # Planned as for anybody, at one size and from nothing.
        pinxit.train(
            "peeps",
            family=asked.family or asked.name,
            start="none",
            out=out,
            minutes=asked.minutes,
            seed=asked.seed,
            **{"size": 64, "report": False} | values,
        )


if __name__ == "__main__":
    main()
