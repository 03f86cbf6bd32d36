"""Stacked digits: three handwritten digits in the three colour channels, 1,000 modes. How many does a generator paint?

    python -m bench.stacked_digits train --minutes 60 [--family projected] [--set name=value]     quality-runs/stacked-…
    python -m bench.stacked_digits judge RUN                                                      into results/

A reader trained on single digits reads each channel of 26,000 painted pictures. A picture counts where all three votes are
above 0.9; a mode is found when at least one such picture shows it. KL is that of the found modes' shares to equal ones.
The ceiling is the same of real stacks of digits that the reader was not trained on.
Source: Metz et al. 2016, "Unrolled generative adversarial networks", section 3.3.2; counts as in Lin et al. 2018, "PacGAN".
"""

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

import pinxit
from bench.measure import wait_until_quiet, write
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.generation.measuring import FIRST_FRESH_SEED
from pinxit.settings import parse_assignments

RUNS = Path("quality-runs")
STACKS = RUNS / "stacked-digits"
STACKED, PAINTED, SURE, MODES, SIDE = 20_000, 26_000, 0.9, 1000, 32
READ_TO_LEARN = 4_000


def digits() -> tuple[np.ndarray, np.ndarray]:
    """uint8 (5000, 32, 32) and their digits, in a fixed random order."""
    packed = pack(resolve("digits"), size=(SIDE, SIDE), labels=("digit",))
    order = np.random.RandomState(0).permutation(len(packed))
    names = np.array([int(name) for name in packed.classes["digit"]])
    return packed.pictures(order)[..., 0], names[packed.labels["digit"][order]]


def stack(pictures: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (count, 32, 32, 3) of three random pictures each, and which ones (count, 3)."""
    chosen = np.random.RandomState(seed).randint(0, len(pictures), (count, 3))
    return np.stack([pictures[chosen[:, place]] for place in range(3)], axis=-1), chosen


def make_stacks() -> Path:
    """A folder of stacks to train on, of the digits that the reader learns from too."""
    if not STACKS.exists():
        aside = STACKS.with_name("stacked-digits-aside")
        aside.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(stack(digits()[0][:READ_TO_LEARN], STACKED, 1)[0]):
            Image.fromarray(picture).save(aside / f"{number:05d}.png", compress_level=1)
        aside.rename(STACKS)
    return STACKS


def train_reader(pictures: Tensor, names: Tensor) -> nn.Module:
    """(N, 1, 32, 32) in [0, 1] and digits (N,) -> a small convolutional network, trained with shifted copies."""
    torch.manual_seed(0)
    reader = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, stride=2, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 64, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(reader.parameters(), 1e-3)
    dice = torch.Generator().manual_seed(0)
    for epoch in range(15):
        for rows in torch.randperm(len(pictures), generator=dice).split(64):
            shift = torch.randint(-2, 3, (2,), generator=dice).tolist()
            loss = F.cross_entropy(reader(pictures[rows].roll(shift, (2, 3))), names[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * (1 - epoch / 15)
    return reader.eval()


@torch.no_grad()
def read(reader: nn.Module, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """(N, 1, 32, 32) -> how sure it is (N,) and the digit (N,)."""
    votes = torch.cat([reader(some).softmax(1) for some in pictures.split(1000)])
    return votes.max(1).values, votes.argmax(1)


def modes(reader: nn.Module, pictures: np.ndarray) -> dict[str, float]:
    """uint8 (N, 32, 32, 3) -> modes found, KL to equal shares (in nats), and the share of pictures that could be read."""
    values = torch.from_numpy(pictures).float().div(255)
    reads = [read(reader, values[..., place][:, None]) for place in range(3)]
    sure = torch.stack([found[0] > SURE for found in reads]).all(0)
    number = sum(found[1] * 10**place for place, found in enumerate(reads))
    counts = torch.bincount(number[sure], minlength=MODES).double()
    shares = counts[counts > 0] / counts.sum()
    kl = float((shares * (shares * MODES).log()).sum())
    return {"modes": int((counts > 0).sum()), "kl": kl, "readable": float(sure.double().mean())}


def judge(run: Path) -> None:
    pictures, names = digits()
    values = torch.from_numpy(pictures).float().div(255)[:, None]
    reader = train_reader(values[:READ_TO_LEARN], torch.from_numpy(names[:READ_TO_LEARN]))
    unseen = read(reader, values[READ_TO_LEARN:])
    right = float((unseen[1] == torch.from_numpy(names[READ_TO_LEARN:])).double().mean())
    model = pinxit.load(run)
    seeds = range(FIRST_FRESH_SEED, FIRST_FRESH_SEED + PAINTED)
    painted = np.concatenate([some for some, _ in model.stream(seeds)])
    found = {
        "run": run.name,
        "seen": model.header["seen"],
        "minutes": round(float(model.header["seconds"]) / 60, 1),
        "reader right on unseen digits": right,
        "real": modes(reader, stack(pictures[READ_TO_LEARN:], PAINTED, 2)[0]),
        "painted": modes(reader, painted),
    }
    assert math.isfinite(found["painted"]["kl"])
    print(found)
    write("stacked_digits", found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.stacked_digits")
    parser.add_argument("what", choices=("train", "judge"))
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--family", default="projected")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args()
    run = asked.run or RUNS / f"stacked-{asked.family}-{asked.minutes:g}m"
    if asked.what == "judge":
        judge(run)
        return
    values: dict[str, Any] = {"size": SIDE, "alpha": False, "minutes": asked.minutes} | parse_assignments(asked.set)
    stacks = make_stacks()
    print(f"others use {wait_until_quiet()} of this machine")
    pinxit.train(stacks, family=asked.family, out=run, **{"report": False} | values)
    judge(run)


if __name__ == "__main__":
    main()
