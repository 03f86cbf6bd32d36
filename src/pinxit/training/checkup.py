"""A checkup of a running training, and what follows from it: words, more augmentation, going back. No torch."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from pinxit.errors import TrainingStopped
from pinxit.runs.checkpoint_folder import Moment
from pinxit.training.telling import Task, Watch, tell

AT_ONCE = 36
JUDGED = 128
"""Pictures of each kind that the critic is asked about at a checkup, at most."""
PAINTED = 200
"""Pictures painted for a checkup."""
FIRST_SEED = 2_000_000_000
"""Checkups paint the seeds from here on: neither those of previews nor those of scores."""
MOST_RETURNS = 3
"""How often a run goes back before it gives up: at an eighth of the step size, the cause lies elsewhere."""
EXTRA = 0.1
"""Added to the strength of augmentation each time a critic is found to learn by heart."""


def caution(moment: Moment) -> float:
    """The share of the learning rate a run still trusts itself to: halved each time it went back."""
    return 0.5**moment.went_back


class NotFinite(TrainingStopped):
    """A loss or gradient is not a finite number. Raised before the step, so the networks are as they were."""

    def __init__(self, reported: dict[str, Any]) -> None:
        told = ", ".join(f"{name} {float(value):.3g}" for name, value in reported.items())
        super().__init__(
            f"Training ran away: a gradient is no longer a finite number ({told}). The last checkpoint is untouched. "
            "Resume with a lower learning rate, or with --precision float32."
        )


class Lost(TrainingStopped):
    """Pictures got much worse, and going back does not help."""

    def __init__(self) -> None:
        super().__init__(
            "Training keeps running away: going back and smaller steps did not help. The model is the best there was. "
            "Try a lower --learning-rate, more pictures, or another family."
        )


def examine(
    task: Task,
    moment: Moment,
    watch: Watch,
    paint: Callable[[], Iterable[np.ndarray]],
    ask_critic: Callable[[], float | None],
) -> None:
    """A checkup: figures to the progress file, words to whoever watches and to the log; more augmentation where needed.

    paint       paints the seeds from FIRST_SEED on: uint8 (n, H, W, C) in batches, alpha premultiplied
    ask_critic  how much the critic owes to having learned pictures by heart (`overfit`)
    """
    health = task.health
    if task.agree(health is None or bool(health.past and health.past[-1].seen == moment.seen)):
        return
    if health is not None:
        remarks = health.examine(moment.seen, paint(), ask_critic())
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


def go_back(
    task: Task,
    moment: Moment,
    problem: TrainingStopped,
    watch: Watch,
    resume: Callable[[int | None], Moment | None],
) -> Moment:
    """To an earlier checkpoint, at half the learning rate from there on. The time spent stays spent.

    To the newest one when a number was not finite, because the step that brought it was not taken; to the best one when
    that did not help, or when pictures got much worse. `resume` loads the newest up to so many pictures. Raises `problem`
    when that was tried too often, or none is left.
    """
    if moment.went_back >= MOST_RETURNS:
        raise problem
    to_the_best = (isinstance(problem, Lost) or moment.went_back) and task.health is not None and task.health.past
    latest = task.health.best.seen if task.health is not None and to_the_best else None
    back = resume(task.agree(latest))
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


def overfit(learned: Any, others: Any, painted: Any) -> float:
    """How much of its advantage over painted pictures a critic owes to having learned pictures by heart, from its scores.

    Tensors or arrays (N,) of scores.
    0: it takes unseen real pictures for as real as those it learned from; 1: for as false as painted ones. 0 too where it
    cannot tell painted pictures from learned ones at all.
    Source: Karras et al. 2020, "Training generative adversarial networks with limited data", eq. 1 (r_v).
    """
    advantage = float(learned.mean() - painted.mean())
    return float(learned.mean() - others.mean()) / advantage if advantage > 1e-6 else 0.0
