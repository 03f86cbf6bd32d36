"""The one training loop: feed a recipe until enough pictures were seen, tell how it goes, lose nothing.

It knows no family. Speed and losses go to `progress.jsonl`, sheets of fixed seeds to `previews/`, and everything resume
needs to `checkpoints/`.
"""

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from pinxit.data.batches import Batches
from pinxit.errors import TrainingStopped, pasteable
from pinxit.families.contract import Canvas
from pinxit.images.files import save_png
from pinxit.images.sheets import contact_sheet
from pinxit.networks.dice import Dice
from pinxit.networks.pictures import from_network, to_bytes, to_network
from pinxit.networks.seeds import latents_of
from pinxit.runs import progress
from pinxit.runs.model_file import write_model
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import TrainingSettings, to_json
from pinxit.training import checkpoints
from pinxit.training.checkpoints import Moment
from pinxit.training.health import FIRST_SEED, MOST_RETURNS, PAINTED, Health, caution
from pinxit.training.recipe import Batch, Recipe
from pinxit.training.stopping import StopRequest
from pinxit.training.update import NotFinite, Update

PREVIEW_COUNT = 36
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
FULL_DISK_PATIENCE = 3600.0
"""Seconds to wait for room before training gives up; the last checkpoint is whole all the while."""


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
    health: Health | None = None
    first: bool = True
    agree: Callable[[bool], bool] = bool
    """The first process's answer, in every process: all stop after the same step."""


def run_loop(task: Task, moment: Moment, watch: Watch) -> str:
    """Train from `moment` on. Returns why it ended: "done", "interrupted", "terminated" or "asked to stop"."""
    settings, clock = task.settings, Clock(moment)
    sums: dict[str, Tensor] = {}
    steps, waited = 0, 0.0
    if moment.seen == 0:
        keep_beginning(task, moment)
    with StopRequest(task.run) as stop:
        while not task.agree(finished(settings, moment)):
            began = time.perf_counter()
            batch = next_batch(task)
            waited += time.perf_counter() - began
            try:
                news = task.recipe.step(batch, moment.seen, task.update)
            except NotFinite as problem:
                moment = go_back(task, moment, problem, watch)
                clock, sums, steps, waited = Clock(moment), {}, 0, 0.0
                continue
            for name, value in news.items():
                sums[name] = sums[name] + value if name in sums else value
            before, steps = moment.seen, steps + 1
            moment.seen += settings.batch
            moment.seconds = clock.seconds()
            if crossed(before, moment.seen, settings.report_every):
                averages = {name: float(value) / steps for name, value in sums.items()}
                report(task, moment, averages, clock.lap(moment.seen), waited, watch)
                sums, steps, waited = {}, 0, 0.0
            if crossed(before, moment.seen, settings.preview_every):
                preview(task, moment, watch)
            stopping = task.agree(stop.requested())
            due = clock.since_kept() >= settings.checkpoint_minutes * 60
            if stopping or due or crossed(before, moment.seen, settings.checkpoint_every):
                keep_checkpoint(task, moment, watch, stop)
                examine(task, moment, watch)
                clock.kept()
            if stopping:
                return stop.reason or "asked to stop"
        preview(task, moment, watch)
        keep_checkpoint(task, moment, watch, stop)
        examine(task, moment, watch)
    return "done"


def finished(settings: TrainingSettings, moment: Moment) -> bool:
    """Whether the length asked for is reached."""
    if settings.minutes is not None:
        return moment.seconds >= settings.minutes * 60
    return moment.seen >= settings.seen


def crossed(before: int, now: int, every: int) -> bool:
    """Whether a multiple of `every` lies in (before, now]. Batch size never changes what "every 1,000" means."""
    return now // every > before // every


def next_batch(task: Task) -> Batch:
    """The next pictures and labels, on the device, as networks see them."""
    pictures, labels = task.batches.next_batch()
    return Batch(to_network(pictures, task.device), torch.from_numpy(labels).to(task.device, non_blocking=True))


class Clock:
    """Seconds of training over all sittings, pictures a second since the last lap, seconds since a checkpoint."""

    def __init__(self, moment: Moment):
        self._start = time.monotonic() - moment.seconds
        self._lap, self._lap_seen = time.monotonic(), moment.seen
        self._kept = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self._start

    def since_kept(self) -> float:
        return time.monotonic() - self._kept

    def kept(self) -> None:
        self._kept = time.monotonic()

    def lap(self, seen: int) -> tuple[float, float]:
        """(pictures a second, seconds) since the last lap."""
        now = time.monotonic()
        took = max(now - self._lap, 1e-9)
        speed = (seen - self._lap_seen) / took
        self._lap, self._lap_seen = now, seen
        return speed, took


def report(
    task: Task, moment: Moment, averages: dict[str, float], lap: tuple[float, float], waited: float, watch: Watch
) -> None:
    """One progress line, to the file and to whoever watches."""
    speed, took = lap
    settings = task.settings
    if settings.minutes is not None:
        left = max(0.0, settings.minutes * 60 - moment.seconds)
    else:
        left = max(0, settings.seen - moment.seen) / max(speed, 1e-9)
    numbers = {name: value for name, value in task.recipe.state.items() if isinstance(value, float)}
    line = {
        "seen": moment.seen,
        "seconds": round(moment.seconds, 2),
        "left": round(left, 1),
        "speed": round(speed, 2),
        "data_wait": round(waited / took, 4),
        **{name: round(value, 6) for name, value in (numbers | averages).items()},
    }
    if not task.first:
        return
    try:
        progress.append(task.run.progress_file, line)
    except OSError as error:
        watch.say(f"A progress line could not be written ({error.strerror}); training goes on.")
    watch.report(line)


def preview_labels(canvas: Canvas, count: int) -> Tensor:
    """(count, columns): the classes of the first column in turn, of the next ones more slowly."""
    columns, every = [], 1
    for classes in canvas.class_counts:
        columns.append(torch.arange(count) // every % max(classes, 1))
        every *= max(classes, 1)
    return torch.stack(columns, dim=1) if columns else torch.zeros(count, 0, dtype=torch.int64)


def paint(task: Task, seeds: range, labels: Tensor) -> Tensor:
    """(N, C, H, W) in [-1, 1] by the averaged generator, from seeds and labels (N, columns)."""
    length = int(getattr(task.recipe.parts["average"], "latents", 0))
    latents = torch.from_numpy(latents_of(seeds, length)).to(task.device)
    return task.recipe.preview(latents, labels.to(task.device))


@torch.no_grad()
def preview(task: Task, moment: Moment, watch: Watch) -> None:
    """A sheet of seeds 0, 1, 2 … by the averaged generator."""
    if not task.first:
        return
    pictures = from_network(paint(task, range(PREVIEW_COUNT), preview_labels(task.canvas, PREVIEW_COUNT)))
    try:
        save_png(contact_sheet(pictures), task.run.preview_file(moment.seen))
    except (OSError, ValueError) as error:
        watch.say(f"A preview could not be written ({error}); training goes on.")


@torch.no_grad()
def examine(task: Task, moment: Moment, watch: Watch) -> None:
    """A checkup: figures to the progress file, words to whoever watches and to the log."""
    if task.health is None or not task.first or (task.health.past and task.health.past[-1].seen == moment.seen):
        return
    remarks = task.health.examine(moment.seen, paint_for_checkup(task))
    found = task.health.past[-1]
    figures = {"kid": round(found.kid, 2), "variety": round(found.variety, 4)}
    tell(task, moment, watch, "checkup", figures, remarks)


def tell(task: Task, moment: Moment, watch: Watch, event: str, figures: dict[str, Any], remarks: Sequence[str]) -> None:
    """An event: a line to the progress file, words to whoever watches and to the log. A full disk is no reason to stop."""
    line = {"seen": moment.seen, "seconds": round(moment.seconds, 2), "event": event, **figures, "said": remarks}
    with suppress(OSError):
        progress.append(task.run.progress_file, line)
    for remark in remarks:
        watch.say(remark)
        task.run.log(remark)


def paint_for_checkup(task: Task) -> Iterator[np.ndarray]:
    """uint8 (n, H, W, C) from seeds of their own, alpha premultiplied."""
    labels = preview_labels(task.canvas, PAINTED)
    for rows in torch.arange(PAINTED).split(PREVIEW_COUNT):
        first = FIRST_SEED + int(rows[0])
        yield to_bytes(paint(task, range(first, first + len(rows)), labels[rows]))


def keep_checkpoint(task: Task, moment: Moment, watch: Watch, stop: StopRequest) -> None:
    """Checkpoint and model file. A full disk pauses training until there is room, or until somebody says stop."""
    if not task.first:
        return
    moment.batches = task.batches.state()
    gave_up = time.monotonic() + FULL_DISK_PATIENCE
    told = False
    while True:
        try:
            place = checkpoints.save(task.run, moment, task.recipe, task.dice, task.settings.keep)
            write_generator(task, moment)
            task.run.log(f"checkpoint {place.name}")
            return
        except (OSError, ValueError) as error:
            number = getattr(error, "errno", None) or getattr(error.__cause__, "errno", None)
            if number not in FULL_DISK or stop.reason is not None or time.monotonic() > gave_up:
                raise TrainingStopped(
                    f"The checkpoint could not be written to {task.run.checkpoints} ({error}). Older checkpoints are "
                    f"whole. Make room or repair the disk, then: pinxit resume {pasteable(task.run.path)}"
                ) from None
        if not told:
            watch.say("The disk is full. Training waits; make room and it goes on by itself (Ctrl-C stops it).")
            told = True
        for _ in range(10):
            if not stop.requested():
                time.sleep(0.5)


def keep_beginning(task: Task, moment: Moment) -> None:
    """A checkpoint of the networks as they begin, so that there is always one to go back to. Not worth stopping for."""
    if not task.first:
        return
    moment.batches = task.batches.state()
    with suppress(OSError, ValueError):
        checkpoints.save(task.run, moment, task.recipe, task.dice, task.settings.keep)


def go_back(task: Task, moment: Moment, problem: NotFinite, watch: Watch) -> Moment:
    """To the newest whole checkpoint, at half the learning rate from there on. The time spent stays spent.

    Raises `problem` when that was tried too often, or there is no checkpoint.
    """
    if moment.went_back >= MOST_RETURNS:
        raise problem
    back = checkpoints.resume(task.run, task.recipe, task.dice, watch.say)
    if back is None:
        raise problem
    back.seconds, back.went_back = moment.seconds, moment.went_back + 1
    task.batches.restore(back.batches)
    task.update.caution = caution(back)
    if task.first:
        said = (
            f"Training ran away at {moment.seen:,} pictures (a number was no longer finite). Going back to "
            f"{back.seen:,} and on at {task.update.caution:g} of the learning rate."
        )
        tell(task, back, watch, "went back", {"from": moment.seen}, [said])
    return back


def write_generator(task: Task, moment: Moment) -> Path:
    """The averaged generator as the model file of the run."""
    tensors = {
        f"generator.{name}": value.detach().float().cpu().numpy() if value.is_floating_point() else value.cpu().numpy()
        for name, value in task.recipe.parts["average"].state_dict().items()
    }
    header = {
        "family": task.family,
        "settings": to_json(task.settings, task.family),
        "canvas": task.canvas.to_json(),
        "data": task.about_data,
        "seen": moment.seen,
        "seconds": round(moment.seconds, 1),
    }
    write_model(task.run.model_file, header, tensors)
    return task.run.model_file
