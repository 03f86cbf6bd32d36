"""A checkup of a running training, and what follows from it: words, more augmentation, going back."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from pinxit.errors import TrainingStopped
from pinxit.networks.pictures import to_bytes, to_network
from pinxit.training import checkpoints
from pinxit.training.checkpoints import Moment
from pinxit.training.health import EXTRA, FIRST_SEED, MOST_RETURNS, Health, caution, overfit
from pinxit.training.task import Task, Watch, paint, preview_labels, tell

AT_ONCE = 36
JUDGED = 128
"""Pictures of each kind that the critic is asked about at a checkup, at most."""


class Lost(TrainingStopped):
    """Pictures got much worse, and going back does not help."""

    def __init__(self) -> None:
        super().__init__(
            "Training keeps running away: going back and smaller steps did not help. The model is the best there was. "
            "Try a lower --learning-rate, more pictures, or another family."
        )


def examine(task: Task, moment: Moment, watch: Watch) -> None:
    """A checkup: figures to the progress file, words to whoever watches and to the log; more augmentation where needed."""
    health = task.health
    if task.agree(health is None or bool(health.past and health.past[-1].seen == moment.seen)):
        return
    if health is not None:
        remarks = health.examine(moment.seen, paint_for_checkup(task, health.asked), ask_critic(task, health))
        tell(task, moment, watch, "checkup", health.past[-1].figures(), remarks)
    if task.agree(health is not None and health.is_learned_by_heart) and "augment_extra" in task.recipe.state:
        before = float(task.recipe.state["augment_extra"])
        task.recipe.state["augment_extra"] = min(1.0, before + EXTRA)
        if task.first and before < 1:
            said = (
                "The critic is learning your pictures by heart: it knows them much better than others like them. "
                f"Augmentation is turned up by {EXTRA:g}."
            )
            tell(task, moment, watch, "augment", {"augment_extra": before + EXTRA}, [said])


@torch.no_grad()
def ask_critic(task: Task, health: Health) -> float | None:
    """How much the critic owes to having learned pictures by heart (`health.overfit`); None where nothing is held back."""
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
    size = task.settings.batch
    pairs = zip(pictures.split(size), labels.to(task.device).split(size), strict=True)
    return torch.cat([task.recipe.judge(*pair).float() for pair in pairs])


def paint_for_checkup(task: Task, labels: Tensor) -> Iterator[np.ndarray]:
    """uint8 (n, H, W, C) from seeds of their own and `labels` (N, columns), alpha premultiplied."""
    for rows in torch.arange(len(labels)).split(AT_ONCE):
        first = FIRST_SEED + int(rows[0])
        yield to_bytes(paint(task, range(first, first + len(rows)), labels[rows]))


def go_back(task: Task, moment: Moment, problem: TrainingStopped, watch: Watch) -> Moment:
    """To an earlier checkpoint, at half the learning rate from there on. The time spent stays spent.

    To the newest one when a number was not finite, because the step that brought it was not taken; to the best one when
    that did not help, or when pictures got much worse. Raises `problem` when that was tried too often, or none is left.
    """
    if moment.went_back >= MOST_RETURNS:
        raise problem
    to_the_best = (isinstance(problem, Lost) or moment.went_back) and task.health is not None and task.health.past
    latest = task.health.best.seen if task.health is not None and to_the_best else None
    back = checkpoints.resume(task.run, task.recipe, task.dice, watch.say, task.agree(latest))
    if back is None:
        raise problem
    back.seconds, back.went_back = moment.seconds, moment.went_back + 1
    task.batches.restore(back.batches)
    task.update.caution = caution(back)
    if task.health is not None:
        task.health.forget(back.seen)
    if task.first:
        why = "the pictures got much worse" if isinstance(problem, Lost) else "a number was no longer finite"
        said = (
            f"Training ran away at {moment.seen:,} pictures ({why}). Going back to {back.seen:,} and on at "
            f"{task.update.caution:g} of the learning rate."
        )
        tell(task, back, watch, "went back", {"from": moment.seen}, [said])
    return back
