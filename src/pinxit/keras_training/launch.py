"""From settings to a running loop with TensorFlow: one process, float32, fresh or resumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from pinxit.data.batches import Batches
from pinxit.data.packed import open_packed
from pinxit.errors import UsageError
from pinxit.families.contract import Canvas
from pinxit.keras_training import checkpoints
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.loop import Caution, Task, run_loop
from pinxit.keras_training.starting import begin_from, freeze_first
from pinxit.runs import progress
from pinxit.runs.checkpoint_folder import Moment
from pinxit.runs.model_file import drop_if_damaged, read_model
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import TrainingSettings
from pinxit.training.checkup import caution
from pinxit.training.telling import Watch

if TYPE_CHECKING:
    from pinxit.training.launch import Job

BeginCheckups = Callable[[RunFolder, Batches, TrainingSettings, Canvas, int], Any]


def launch(job: Job, watch: Watch, begin_checkups: BeginCheckups) -> str:
    """Train until done or stopped. Returns the loop's word for why it ended.

    begin_checkups  who looks after the run, or None; handed in because the features that it sees by are PyTorch's
    """
    settings, run, canvas = job.settings, RunFolder(job.run), job.canvas
    progress.clear_stop(run)
    use_threads(settings.threads)
    keras.utils.set_random_seed(settings.seed)  # initial weights
    dice = Dice(settings.seed)
    recipe = job.recipe(settings, canvas, dice)
    packed = open_packed(job.packed)
    batches = Batches(
        packed,
        settings.batch,
        settings.seed,
        label_columns=tuple(canvas.classes),
        steps={
            column: np.array([canvas.label(column, name) for name in packed.classes[column]])
            for column in canvas.ranges
        },
        words=canvas.vocabulary and canvas.vocabulary.encode(packed.captions or [None] * len(packed)),
        mirror=settings.mirror,
    )
    moment = Moment(seconds=job.spent)
    if job.start is not None:
        watch.say(begin_from(recipe, read_model(job.start).tensors, str(job.about_start.get("name", job.start.name))))
    if recipe.seeing is not None:
        freeze_first(recipe.seeing, settings.freeze)
    if job.resume:
        drop_if_damaged(run.model_file)
        moment = checkpoints.resume(run, recipe, dice, watch.say) or moment
        if moment.batches:
            batches.restore(moment.batches)
    task = Task(
        run, job.family, settings, canvas, recipe, batches, dice, job.about_data, job.about_start,
        health=begin_checkups(run, batches, settings, canvas, moment.seen),
        schedules=job.schedules,
        update=Caution(caution(moment)),
    )  # fmt: skip
    return run_loop(task, moment, watch)


def use_threads(count: int | None) -> None:
    """So many threads, where TensorFlow has not begun computing in this process yet."""
    if count is None:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(1 if count == 1 else 2)
    except RuntimeError:  # it has: then the threads stay as they are
        return


def check_settings(settings: TrainingSettings) -> TrainingSettings:
    """What TensorFlow trains with here: `auto` made plain. Raises UsageError for what only PyTorch can."""
    only = {
        "--precision bf16": settings.precision == "bf16",
        f"--processes {settings.processes}": settings.processes > 1,
        f"--accumulate {settings.accumulate}": settings.accumulate > 1,
        "--compile": settings.compile,
        f"--device {settings.device}": settings.device not in ("auto", "cpu"),
    }
    if asked := [flag for flag, given in only.items() if given]:
        raise UsageError(
            f"With --framework tensorflow there is no {' and no '.join(asked)}. Leave it away, or use PyTorch."
        )
    return settings.model_copy(update={"precision": "float32", "device": "cpu"})
