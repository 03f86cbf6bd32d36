"""What one process needs to train, and how it paints while it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from pinxit.data.batches import Batches
from pinxit.families.contract import Canvas
from pinxit.networks.dice import Dice
from pinxit.networks.seeds import latents_of
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import TrainingSettings
from pinxit.training.health import Health
from pinxit.training.pace import Schedules
from pinxit.training.recipe import Recipe
from pinxit.training.telling import Watch as Watch
from pinxit.training.telling import preview_rows
from pinxit.training.update import Update


@dataclass
class Task:
    """Everything one process needs to train."""

    run: RunFolder
    family: str
    settings: TrainingSettings
    canvas: Canvas
    recipe: Recipe
    batches: Batches
    dice: Dice
    update: Update
    device: torch.device
    about_data: dict[str, Any]
    about_start: dict[str, Any] = field(default_factory=dict)
    health: Health | None = None
    first: bool = True
    agree: Callable[[Any], Any] = lambda answer: answer
    """The first process's answer, in every process: all stop, and change their plan, after the same step."""
    schedules: Schedules | None = None
    """How to fit schedules to another length; None: they stay as they are, whatever the pace."""


def preview_labels(canvas: Canvas, count: int) -> Tensor:
    """`preview_rows` as a tensor."""
    return torch.from_numpy(preview_rows(canvas, count))


def paint(task: Task, seeds: range, labels: Tensor) -> Tensor:
    """(N, C, H, W) in [-1, 1] by the averaged generator, from seeds and labels (N, columns)."""
    length = int(getattr(task.recipe.parts["average"], "latents", 0))
    latents = torch.from_numpy(latents_of(seeds, length)).to(task.device)
    return task.recipe.preview(latents, labels.to(task.device))
