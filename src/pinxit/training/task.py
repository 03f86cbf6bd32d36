"""What one process needs to train, and what all that looks on shares: telling of events, painting previews."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

from pinxit.data.batches import Batches
from pinxit.data.labels import NUMBER_STEPS
from pinxit.families.contract import Canvas
from pinxit.networks.dice import Dice
from pinxit.networks.seeds import latents_of
from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import TrainingSettings
from pinxit.training.checkpoints import Moment
from pinxit.training.health import Health
from pinxit.training.pace import Schedules
from pinxit.training.recipe import Recipe
from pinxit.training.update import Update


class Watch(Protocol):
    """Who looks on: a progress bar, a log, a test. Called by the first process only."""

    def report(self, line: dict[str, Any]) -> None: ...
    def say(self, message: str) -> None: ...


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


def tell(task: Task, moment: Moment, watch: Watch, event: str, figures: dict[str, Any], remarks: Sequence[str]) -> None:
    """An event: a line to the progress file, words to whoever watches and to the log. A full disk is no reason to stop."""
    line = {"seen": moment.seen, "seconds": round(moment.seconds, 2), "event": event, **figures, "said": remarks}
    with suppress(OSError):
        progress.append(task.run.progress_file, line)
    for remark in remarks:
        watch.say(remark)
        task.run.log(remark)


def preview_labels(canvas: Canvas, count: int) -> Tensor:
    """(count, columns): the classes of the first column in turn, of the next ones more slowly; then example captions."""
    columns, every = [], 1
    for classes in canvas.class_counts:
        if not classes:  # a number: from the lowest to the highest
            columns.append(torch.linspace(0, NUMBER_STEPS, count).round().long())
            continue
        columns.append(torch.arange(count) // every % classes)
        every *= classes
    if canvas.vocabulary is not None:
        columns += torch.from_numpy(canvas.vocabulary.encode(canvas.vocabulary.some_examples(count))).unbind(dim=1)
    return torch.stack(columns, dim=1) if columns else torch.zeros(count, 0, dtype=torch.int64)


def paint(task: Task, seeds: range, labels: Tensor) -> Tensor:
    """(N, C, H, W) in [-1, 1] by the averaged generator, from seeds and labels (N, columns)."""
    length = int(getattr(task.recipe.parts["average"], "latents", 0))
    latents = torch.from_numpy(latents_of(seeds, length)).to(task.device)
    return task.recipe.preview(latents, labels.to(task.device))
