"""The training loop with TensorFlow: feed a recipe until enough pictures were seen, tell how it goes, lose nothing.

Its sibling is `pinxit.training.loop`; what both do around a step (clock, plan, progress, full disks, checkups) they share.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pinxit.data.batches import Batches
from pinxit.errors import TrainingStopped
from pinxit.families.contract import Canvas
from pinxit.images.files import from_premultiplied, save_png
from pinxit.images.sheets import CAPTION_LINES, contact_sheet
from pinxit.keras_training import checkpoints
from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.pictures import to_bytes, to_network
from pinxit.keras_training.recipe import Batch, Recipe
from pinxit.keras_training.weights import to_arrays
from pinxit.networks.seeds import latents_of
from pinxit.runs.checkpoint_folder import Moment
from pinxit.runs.model_file import stored_names, write_model
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import TrainingSettings
from pinxit.training.checkup import (
    AT_ONCE,
    FIRST_SEED,
    JUDGED,
    Lost,
    NotFinite,
    caution,
    examine,
    go_back,
    overfit,
)
from pinxit.training.clock import Clock
from pinxit.training.pace import Schedules
from pinxit.training.stopping import StopRequest
from pinxit.training.telling import (
    Watch,
    begin_pace,
    crossed,
    finished,
    fit_to,
    header_of,
    preview_rows,
    report,
    save_or_wait,
    share_of_labels,
    tell_length,
    tell_sleep,
)

PREVIEW_COUNT = 36


@dataclass
class Caution:
    """The share of the learning rate that a run still trusts itself to."""

    caution: float = 1.0


@dataclass
class Task:
    """Everything a training with TensorFlow needs; the names are those of `pinxit.training.task.Task`."""

    run: RunFolder
    family: str
    settings: TrainingSettings
    canvas: Canvas
    recipe: Recipe
    batches: Batches
    dice: Dice
    about_data: dict[str, Any]
    about_start: dict[str, Any] = field(default_factory=dict)
    health: Any = None
    schedules: Schedules | None = None
    update: Caution = field(default_factory=Caution)
    first: bool = True
    agree: Callable[[Any], Any] = lambda answer: answer


def run_loop(task: Task, moment: Moment, watch: Watch) -> str:
    """Train from `moment` on. Returns why it ended: "done", "interrupted", "terminated" or "asked to stop"."""
    clock, pace = Clock(moment), begin_pace(task, moment)
    told_length = False
    sums: dict[str, Any] = {}
    steps, waited = 0, 0.0
    if moment.seen == 0:
        keep_beginning(task, moment)
    with StopRequest(task.run) as stop:
        while not finished(task, moment):
            began = time.perf_counter()
            pictures, labels = task.batches.next_batch()
            if (share := share_of_labels(task, moment.seen)) < 1:
                hidden = np.asarray(task.dice.uniform(len(labels))) >= share
                labels[hidden, : len(task.canvas.classes)] = -1
            batch = Batch(to_network(pictures), tf.constant(labels))
            waited += time.perf_counter() - began
            try:
                news = task.recipe.step(batch, moment.seen, task.update.caution)
            except NotFinite as problem:
                clock.worked()
                moment.seconds = clock.seconds
                moment = back(task, moment, problem, watch)
                clock, pace, sums, steps, waited = Clock(moment), begin_pace(task, moment), {}, 0, 0.0
                continue
            except (MemoryError, tf.errors.ResourceExhaustedError):
                raise too_many(task.settings.batch) from None
            for name, value in news.items():
                sums[name] = sums.get(name, 0.0) + value
            before, steps = moment.seen, steps + 1
            moment.seen += task.settings.batch
            slept = clock.step()
            moment.seconds = clock.seconds
            if slept:
                tell_sleep(task, moment, slept, watch)
            if crossed(before, moment.seen, task.settings.report_every):
                averages = {name: float(value) / steps for name, value in sums.items()}
                report(task, moment, averages, clock, waited, watch)
                sums, steps, waited = {}, 0, 0.0
                told_length = told_length or tell_length(task, moment, clock, watch)
            if crossed(before, moment.seen, task.settings.preview_every):
                preview(task, moment, watch)
            total = pace and pace.look(moment, task.settings.seen)
            if total:
                fit_to(task, moment, total, pace, watch)
            due = clock.since_kept() >= task.settings.checkpoint_minutes * 60
            stopping = stop.requested()
            if stopping or due or crossed(before, moment.seen, task.settings.checkpoint_every):
                keep(task, moment, watch, stop)
                clock.kept()
            if stopping:
                return stop.reason or "asked to stop"
            clock.worked()
            moment.seconds = clock.seconds
            if task.health is not None and task.health.is_lost:
                moment = back(task, moment, Lost(), watch)
                clock, pace, sums, steps, waited = Clock(moment), begin_pace(task, moment), {}, 0, 0.0
        preview(task, moment, watch)
        keep(task, moment, watch, stop)
    return "done"


def too_many(batch: int) -> TrainingStopped:
    """What to say of a step that memory does not do for; PyTorch's side takes such a step in parts (`training/update.py`)."""
    less = f"--batch {max(2, batch // 2)}, or with" if batch > 2 else "a smaller --size, or with"
    return TrainingStopped(
        f"There is not enough memory for {batch} pictures at once, and TensorFlow does not take a step in parts. The last "
        f"checkpoint is untouched. Train again with {less} PyTorch, which does."
    )


def back(task: Task, moment: Moment, problem: TrainingStopped, watch: Watch) -> Moment:
    """To an earlier checkpoint, see `go_back`."""

    def resume(latest: int | None) -> Moment | None:
        return checkpoints.resume(task.run, task.recipe, task.dice, watch.say, latest)

    moment = go_back(task, moment, problem, watch, resume)
    task.update.caution = caution(moment)
    return moment


def paint(task: Task, seeds: range, labels: np.ndarray) -> np.ndarray:
    """uint8 (N, H, W, C), alpha premultiplied, by the averaged generator, from seeds and labels (N, columns)."""
    latents = latents_of(seeds, int(task.recipe.parts["average"].latents))
    return to_bytes(task.recipe.preview(tf.constant(latents), tf.constant(labels)))


def preview(task: Task, moment: Moment, watch: Watch) -> None:
    """A sheet of seeds 0, 1, 2 … by the averaged generator."""
    pictures = paint(task, range(PREVIEW_COUNT), preview_rows(task.canvas, PREVIEW_COUNT))
    straight = from_premultiplied(pictures) if pictures.shape[-1] == 4 else pictures
    captions = task.canvas.vocabulary.some_examples(PREVIEW_COUNT) if task.canvas.vocabulary else None
    try:
        save_png(contact_sheet(straight, captions=captions, lines=CAPTION_LINES), task.run.preview_file(moment.seen))
    except (OSError, ValueError) as error:
        watch.say(f"A preview could not be written ({error}); training goes on.")


def keep(task: Task, moment: Moment, watch: Watch, stop: StopRequest) -> None:
    """A checkpoint, a checkup, and the generator as the model of the run when no earlier one was better."""
    moment.batches = task.batches.state()
    healthy = task.health.best.seen if task.health is not None and task.health.past else None

    def write() -> None:
        place = checkpoints.save(task.run, moment, task.recipe, task.dice, task.settings.keep, healthy)
        task.run.log(f"checkpoint {place.name}")

    save_or_wait(task, watch, stop, write)
    examine(task, moment, watch, lambda: paint_for_checkup(task), lambda: ask_critic(task))
    if task.health is None or task.health.is_best or not task.run.model_file.exists():
        save_or_wait(task, watch, stop, lambda: write_generator(task, moment))


def keep_beginning(task: Task, moment: Moment) -> None:
    """A checkpoint of the networks as they begin, so that there is always one to go back to. Not worth stopping for."""
    moment.batches = task.batches.state()
    with suppress(OSError, ValueError):
        checkpoints.save(task.run, moment, task.recipe, task.dice, task.settings.keep)


def paint_for_checkup(task: Task) -> Iterator[np.ndarray]:
    """uint8 (n, H, W, C) from seeds of their own and the labels that the checkup asks for, alpha premultiplied."""
    labels = np.asarray(task.health.asked)
    for start in range(0, len(labels), AT_ONCE):
        rows = labels[start : start + AT_ONCE]
        yield paint(task, range(FIRST_SEED + start, FIRST_SEED + start + len(rows)), rows)


def ask_critic(task: Task) -> float | None:
    """How much the critic owes to having learned pictures by heart (`overfit`); None where nothing is held back."""
    health = task.health
    count = min(JUDGED, len(health.learned), len(health.others))
    if not count or task.recipe.seeing is None:
        return None
    told = []
    for indices in (health.learned, health.others):
        told.append(judge(task, *task.batches.read(indices[np.linspace(0, len(indices) - 1, count).astype(np.int64)])))
    labels = preview_rows(task.canvas, count)
    told.append(judge(task, paint(task, range(FIRST_SEED, FIRST_SEED + count), labels), labels))
    return overfit(*told)


def judge(task: Task, pictures: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Scores (N,) by the critic, `batch` pictures at a time."""
    size, told = task.settings.batch, []
    for start in range(0, len(pictures), size):
        some = slice(start, start + size)
        told.append(np.asarray(task.recipe.judge(to_network(pictures[some]), tf.constant(labels[some]))))
    return np.concatenate(told)


def write_generator(task: Task, moment: Moment) -> None:
    """The averaged generator as the model file of the run, and the critics beside it: the file that PyTorch writes."""
    names = stored_names(task.recipe.parts)
    tensors = {
        f"{names[part]}.{name}": values
        for part, network in task.recipe.parts.items()
        if part in names
        for name, values in to_arrays(network).items()
    }
    write_model(task.run.model_file, header_of(task, moment), tensors)
