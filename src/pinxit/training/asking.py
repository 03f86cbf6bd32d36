"""What a checkup looks at: pictures painted for it, and what the critic says of real and painted ones."""

from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
import torch
from torch import Tensor

from pinxit.networks.pictures import to_bytes, to_network
from pinxit.networks.seeds import latents_of
from pinxit.training.checkup import AT_ONCE, FIRST_SEED, JUDGED, overfit
from pinxit.training.recipe import Judging
from pinxit.training.task import Task, paint, preview_labels


@torch.no_grad()
def ask_critic(task: Task) -> float | None:
    """How much the critic owes to having learned pictures by heart (`checkup.overfit`); None where nothing is held back."""
    health = task.health
    assert health is not None
    count = min(JUDGED, len(health.learned), len(health.others))
    if not count or task.recipe.seeing is None:
        return None
    critics = [part for name, part in task.recipe.parts.items() if name not in ("generator", "average")]
    for critic in critics:
        critic.eval()  # statistics and power iterations must not learn from this
    told = []
    with torch.autocast(task.device.type, dtype=torch.bfloat16, enabled=task.update.bf16):
        for indices in (health.learned, health.others):
            pictures, labels = task.batches.read(indices[np.linspace(0, len(indices) - 1, count).astype(np.int64)])
            told.append(judge(task, to_network(pictures, task.device), torch.from_numpy(labels)))
        labels = preview_labels(task.canvas, count)
        told.append(judge(task, paint(task, range(FIRST_SEED, FIRST_SEED + count), labels), labels))
    for critic in critics:
        critic.train()
    return overfit(*told)


def judge(task: Task, pictures: Tensor, labels: Tensor) -> Tensor:
    """Scores (N,) by the critic, `batch` pictures at a time."""
    recipe, size = cast(Judging, task.recipe), task.settings.batch
    pairs = zip(pictures.split(size), labels.to(task.device).split(size), strict=True)
    return torch.cat([recipe.judge(*pair).float() for pair in pairs])


def paint_for_checkup(task: Task) -> Iterator[np.ndarray]:
    """uint8 (n, H, W, C) from seeds of their own and the labels that the checkup asks for, alpha premultiplied."""
    assert task.health is not None
    labels = torch.from_numpy(task.health.asked)
    look: Callable[..., Tensor] | None = getattr(task.recipe, "for_checkup", None)
    for rows in torch.arange(len(labels)).split(AT_ONCE):
        first = FIRST_SEED + int(rows[0])
        seeds = range(first, first + len(rows))
        if look is None:
            yield to_bytes(paint(task, seeds, labels[rows]))
        else:
            latents = latents_of(seeds, int(getattr(task.recipe.parts["average"], "latents", 0)))
            pictures = to_network(task.batches.read(task.health.shown[rows.numpy()])[0], task.device)
            yield to_bytes(look(torch.from_numpy(latents).to(task.device), labels[rows].to(task.device), pictures))
