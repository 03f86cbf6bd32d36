"""Training speed: `dcgan` against the tutorial's plain loop, and every family's share of the machine's peak."""

import resource
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from bench.measure import alternate, convolution_peak, synchronize, wait_until_quiet, write
from bench.tutorial_dcgan import Tutorial
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.networks.dice import Dice
from pinxit.networks.pictures import to_network
from pinxit.settings import resolve
from pinxit.training.device import prepare, resolve_machine
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

CAPTIONS = [
    f"a {mood} {who} with {what}" for mood in ("calm", "sad") for who in ("man", "woman") for what in ("a hat", "hair")
]


class Stepper:
    """A family's training step on fixed pictures, without loop, data or reports."""

    def __init__(self, family: str, preset: str | None, channels: int, **values):
        found = find_family(family)
        self.settings = resolve_machine(resolve(found.settings, values, preset=found.preset(preset), family=family))
        self.device = prepare(self.settings)
        vocabulary = None
        if found.vocabulary:
            vocabulary = found.vocabulary(self.settings, CAPTIONS, CAPTIONS, ())
        self.canvas = Canvas(*self.settings.size, channels, vocabulary=vocabulary)
        torch.manual_seed(0)
        self.recipe = found.load_recipe()(self.settings, self.canvas, Dice(0, device=self.device))
        place_parts(self.recipe.parts, self.device)
        self.update = Update(self.device, bf16=self.settings.precision == "bf16")
        shape = (self.settings.batch, self.canvas.height, self.canvas.width, channels)
        self.pictures = np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8)
        self.seen = 0

    def batch(self) -> Batch:
        return Batch(to_network(self.pictures, self.device), self.labels())

    def labels(self) -> torch.Tensor:
        """None; for a family that paints from captions, these in turn: (N, 0 or the pieces of a caption) int64."""
        count, vocabulary = self.settings.batch, self.canvas.vocabulary
        if vocabulary is None:
            return torch.zeros(count, 0, dtype=torch.int64, device=self.device)
        captions = [CAPTIONS[place % len(CAPTIONS)] for place in range(count)]
        return torch.from_numpy(vocabulary.encode(captions)).to(self.device)

    def step(self) -> int:
        """One step; returns the number of pictures."""
        self.recipe.step(self.batch(), self.seen, self.update)
        self.seen += self.settings.batch
        return self.settings.batch


def tutorial_side(batch: int, device: str) -> Callable[[], int]:
    peer = Tutorial(device=device)
    pictures = torch.rand(batch, 3, 64, 64, device=device) * 2 - 1

    def step() -> int:
        peer.step(pictures)
        return batch

    return step


def against_tutorial(batch: int = 64) -> None:
    """Speed 1: the tutorial's networks at 64 px, batch 64."""
    ours = Stepper("dcgan", "tutorial", 3, size="64", batch=batch)
    device = ours.settings.device
    busy = wait_until_quiet()
    speeds = alternate({"pinxit dcgan": ours.step, "tutorial float32": tutorial_side(batch, device)})
    sizes = {name: sum(weight.numel() for weight in part.parameters()) for name, part in ours.recipe.parts.items()}
    figures = {
        "what": f"training pictures/s, 64 px, RGB, batch {batch}, tutorial network sizes",
        "pictures_per_second": speeds,
        "ratio": speeds["pinxit dcgan"]["median"] / speeds["tutorial float32"]["median"],
        "precision": ours.settings.precision,
        "parameters": sizes,
        "busy_share_before": busy,
    }
    write("training-dcgan", figures, device)


def flops_of_step(stepper: Stepper) -> float:
    """FLOP of one picture's share of a step without penalties: torch's counter fails under `autograd.grad`."""
    steps = 3
    stepper.step()  # penalties come with steps 0, 4, 8 … (projected) or 0, 8, 16 … (r3gan)
    with FlopCounterMode(display=False) as counter:
        for _ in range(steps):
            stepper.step()
    return counter.get_total_flops() / steps / stepper.settings.batch


def share_of_peak(family: str, preset: str = "quick") -> None:
    """Speed 3: pictures/s, FLOP, share of the measured convolution peak, memory."""
    stepper = Stepper(family, preset, 4, size="64")
    device = stepper.settings.device
    flops = flops_of_step(stepper)
    dtype = torch.bfloat16 if stepper.settings.precision == "bf16" else torch.float32
    busy = wait_until_quiet()
    peak = convolution_peak(dtype, device)
    speed = alternate({family: stepper.step}, rounds=5)[family]
    figures = {
        "what": f"{family} --preset {preset}, 64 px RGBA, batch {stepper.settings.batch}, {stepper.settings.precision}",
        "pictures_per_second": speed,
        "gflop_per_picture": flops / 1e9,
        "convolution_peak_gflops": peak,
        "share_of_peak": speed["median"] * flops / 1e9 / peak,
        "peak_memory_mb": peak_memory(device),
        "busy_share_before": busy,
        "note": "FLOP by torch's FlopCounterMode, which over-counts weight gradients of grouped convolutions and cannot "
        "count gradient penalties: their steps are left out of the FLOP, not of the speed",
    }
    write(f"training-{family}", figures, device)


def peak_memory(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


def time_steps(step: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        step()
    synchronize()
    return time.perf_counter() - began


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["dcgan", "projected", "r3gan"]
    for family in wanted:
        if family == "dcgan":
            against_tutorial()
        else:
            share_of_peak(family)
