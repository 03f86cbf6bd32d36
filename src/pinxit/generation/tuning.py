"""Tune a model to one picture: it learns to paint it exactly from where projection found it, and little else changes.

Roich et al. 2021, "Pivotal tuning for latent-based editing of real images", arXiv 2106.05744: the point that was found is the
pivot; the generator is tuned there (eq. 2 and 3), and held to what it painted before at points between the pivot and others
(eq. 4 to 6, locality regularisation). Departure: pixels alone are compared there, which is many times quicker.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from pinxit.errors import UsageError
from pinxit.generation.likeness import Unlikeness
from pinxit.generation.mixing import average
from pinxit.generation.points import Points, joined, on_device, paint_tensors, points_of
from pinxit.runs.model_file import read_model, write_model

if TYPE_CHECKING:
    from pinxit.generation.model import Model

PACE = 1e-3
"""Adam, at first; it comes to rest along a cosine."""
NEIGHBOURS = 2
"""Other points a step at which the generator is held."""
NEARNESS = (0.3, 1.0)
"""How far those lie on the way from the pivot to a seed, at random between the two."""
LOCAL = 1.0
"""What a change there weighs beside what is still wrong with the picture."""


def check_tuning(steps: int, out: Path | None) -> None:
    """Raise UsageError for too many steps, and where a file would be written over."""
    if not 1 <= steps <= 100_000:
        raise UsageError(f"A model is tuned in 1 to 100,000 steps; {steps} came.")
    if out is None or out.suffix != ".safetensors":
        raise UsageError(f"A tuned model is a new file that ends in .safetensors; {out} came.")
    if out.exists():
        raise UsageError(f"{out} is there already and is not written over. Choose another name for the tuned model.")


def tune(
    model: Model,
    unlike: Unlikeness,
    pivot: Points,
    steps: int,
    report: Callable[[dict[str, float]], None] = lambda _: None,
) -> tuple[Model, float]:
    """A copy of the model whose generator paints the picture nearly exactly from `pivot`, and the error that is left.

    Of all steps the best is kept, at worst the model as it was; Ctrl-C ends it with that. Statistics of batch norms stay as
    they are, so a picture still does not depend on its batch.
    """
    own = copy.deepcopy(model.generator).eval().requires_grad_(True)
    tuned = replace(model, generator=own, in_keras=None, in_onnx=None)  # these keep the weights as they were
    weights = list(own.parameters())
    best, kept = math.inf, [weight.detach().clone() for weight in weights]
    adam = torch.optim.Adam(weights, lr=PACE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps, eta_min=PACE / 50)
    chance = np.random.RandomState(0)
    here: Any = on_device(model, pivot)
    try:
        for step in range(steps):
            others: Any = on_device(model, neighbours(model, pivot, chance))
            with torch.no_grad():
                before = paint_tensors(model, *others)
            error = unlike(paint_tensors(tuned, *here)).sum()
            if (now := float(error.detach())) < best:
                best, kept = now, [weight.detach().clone() for weight in weights]
            moved = (paint_tensors(tuned, *others) - before).abs().mean()
            adam.zero_grad()
            (error + LOCAL * moved).backward()
            adam.step()
            schedule.step()
            report({"share": (step + 1) / steps, "loss": now})
    except KeyboardInterrupt:
        pass
    tuned.generator.requires_grad_(False)
    with torch.no_grad():
        left = float(unlike(paint_tensors(tuned, *here)).sum())
        if left < best:
            return tuned, left
        for weight, value in zip(weights, kept, strict=True):
            weight.copy_(value)
    return tuned, best


def neighbours(model: Model, pivot: Points, chance: np.random.RandomState) -> Points:
    """Points on the way from the pivot to seeds."""
    found = []
    for _ in range(NEIGHBOURS):
        seed = points_of(model, [int(chance.randint(2**31))])
        share = float(chance.uniform(*NEARNESS))
        found.append(average(model, joined([pivot, seed], model), [1 - share, share]))
    return joined(found, model)


def write_tuned(model: Model, tuned: Model, path: Path, told: Mapping[str, Any]) -> str:
    """Write a tuned model as a file of its own, which names the model it came from. Returns its sha256.

    Scores were measured before and are left out; so are critics, which have not followed.
    """
    file = read_model(model.path)
    weights = {f"generator.{name}": value.numpy(force=True) for name, value in tuned.generator.state_dict().items()}
    kept = {name: value for name, value in file.tensors.items() if name.startswith("encoder.")}
    header = {name: value for name, value in file.header.items() if name != "scores"}
    return write_model(path, {**header, "tuned": {**told, "from": model.sha256}}, {**kept, **weights})
