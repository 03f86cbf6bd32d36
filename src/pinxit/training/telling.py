"""What both frameworks' loops do around a step: tell of it, hold the plan, wait for room on a full disk. No torch."""

import errno
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import numpy as np

from pinxit.data.labels import NUMBER_STEPS
from pinxit.errors import TrainingStopped, pasteable
from pinxit.families.contract import Canvas
from pinxit.runs import progress
from pinxit.runs.checkpoint_folder import Moment
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import TrainingSettings, duration, to_json
from pinxit.training.clock import Clock
from pinxit.training.pace import Pace, Schedules
from pinxit.training.stopping import StopRequest

FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
FULL_DISK_PATIENCE = 3600.0
"""Seconds to wait for room before training gives up; the last checkpoint is whole all the while."""
SURE_AFTER = 20.0
"""Seconds of a sitting after which its speed is known well enough to say how long all will take."""


class Watch(Protocol):
    """Who looks on: a progress bar, a log, a test. Called by the first process only."""

    def report(self, line: dict[str, Any]) -> None: ...
    def say(self, message: str) -> None: ...


class Task(Protocol):
    """What these functions need of either framework's task."""

    run: RunFolder
    family: str
    settings: TrainingSettings
    canvas: Canvas
    recipe: Any
    about_data: dict[str, Any]
    about_start: dict[str, Any]
    batches: Any
    update: Any
    health: Any
    first: bool
    agree: Callable[[Any], Any]
    schedules: Schedules | None


def tell(task: Task, moment: Moment, watch: Watch, event: str, figures: dict[str, Any], remarks: Sequence[str]) -> None:
    """An event: a line to the progress file, words to whoever watches and to the log. A full disk is no reason to stop."""
    line = {"seen": moment.seen, "seconds": round(moment.seconds, 2), "event": event, **figures, "said": remarks}
    with suppress(OSError):
        progress.append(task.run.progress_file, line)
    for remark in remarks:
        watch.say(remark)
        task.run.log(remark)


def finished(task: Task, moment: Moment) -> bool:
    """Whether the length asked for is reached, or what was to be waited for has come."""
    settings = task.settings
    if settings.until == "plateau" and task.health is not None and task.health.is_stuck:
        return True
    if settings.minutes is not None:
        return moment.seconds >= settings.minutes * 60
    return moment.seen >= settings.seen


def crossed(before: int, now: int, every: int) -> bool:
    """Whether a multiple of `every` lies in (before, now]. Batch size never changes what "every 1,000" means."""
    return now // every > before // every


def begin_pace(task: Task, moment: Moment) -> Pace | None:
    """Who looks whether the plan holds; None where there is no plan to hold."""
    schedules = task.schedules
    if schedules is None or "seen" in schedules.kept or not task.settings.plan or not task.settings.minutes:
        return None
    return Pace(task.settings.minutes, moment, lambda total, seen: schedules.fitted(task.settings, total).work(seen))


def fit_to(task: Task, moment: Moment, total: int, pace: Pace | None, watch: Watch) -> None:
    """Make all schedules for `total` pictures from here on, in every process; `settings.json` follows, for resume."""
    assert task.schedules is not None
    planned = task.settings.seen
    task.settings = task.recipe.settings = task.schedules.fitted(task.settings, total)
    if not task.first or pace is None:
        return
    with suppress(OSError, ValueError):  # a full disk is no reason to stop
        stored = task.run.read_json(task.run.settings_file)
        task.run.write_json(task.run.settings_file, {**stored, **to_json(task.settings, task.family)})
    said = (
        f"At {pace.speed:.3g} pictures a second about {total:,} will be seen in the time given, not {planned:,}: "
        "schedules now fit that."
    )
    tell(task, moment, watch, "clock", {"planned": planned, "now": total, "speed": round(pace.speed, 2)}, [said])


def tell_sleep(task: Task, moment: Moment, slept: float, watch: Watch) -> None:
    """Say that time was not counted."""
    if task.first:
        said = f"Nothing was computed for {duration(slept)} (asleep or stopped). That time is not counted."
        tell(task, moment, watch, "asleep", {"slept": round(slept, 1)}, [said])


def tell_parts(task: Task, moment: Moment, parts: int, watch: Watch) -> None:
    """Say that steps are taken in so many parts from now on, for want of memory."""
    if task.first:
        said = (
            f"There is not enough memory for {task.settings.batch} pictures at once. From now on each step is taken in {parts} "
            "parts: the same step, in a little more time."
        )
        tell(task, moment, watch, "memory", {"parts": parts}, [said])


def tell_length(task: Task, moment: Moment, clock: Clock, watch: Watch) -> bool:
    """Once the speed is known, say how long a run by pictures will take. Returns whether there is no more to say."""
    if task.settings.minutes is not None:
        return True
    if moment.seconds - clock.began_at < SURE_AFTER:
        return False
    left = seconds_left(task.settings, moment, clock)
    if task.first and left > 60:
        watch.say(
            f"All {task.settings.seen:,} pictures will take about {duration(moment.seconds + left)}. "
            "To fit everything into a time of your choice: pinxit train … --for 20m"
        )
    return True


def seconds_left(settings: TrainingSettings, moment: Moment, clock: Clock) -> float:
    """Of a run by pictures, at the pace of the last laps."""
    work = settings.work(max(settings.seen, moment.seen)) - settings.work(moment.seen)
    return work / max(clock.pace(settings.work), 1e-9)


def report(task: Task, moment: Moment, averages: dict[str, float], clock: Clock, waited: float, watch: Watch) -> None:
    """One progress line, to the file and to whoever watches."""
    speed, took = clock.lap(moment.seen)
    settings = task.settings
    if settings.minutes is not None:
        left = max(0.0, settings.minutes * 60 - moment.seconds)
    else:
        left = seconds_left(settings, moment, clock)
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


def save_or_wait(task: Task, watch: Watch, stop: StopRequest, write: Callable[[], object]) -> None:
    """`write()`. A full disk pauses training until there is room, or until somebody says stop."""
    gave_up = time.monotonic() + FULL_DISK_PATIENCE
    told = False
    while True:
        try:
            write()
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


def header_of(task: Task, moment: Moment) -> dict[str, Any]:
    """What the model file of a run says of itself."""
    return {
        "family": task.family,
        "settings": to_json(task.settings.told(), task.family),
        "canvas": task.canvas.to_json(),
        "data": task.about_data,
        **({"start": task.about_start} if task.about_start else {}),
        "seen": moment.seen,
        "seconds": round(moment.seconds, 1),
    }


def preview_rows(canvas: Canvas, count: int) -> np.ndarray:
    """(count, columns) int64: the classes of the first column in turn, of the next ones more slowly; then examples."""
    columns, every = [], 1
    for classes in canvas.class_counts:
        if not classes:  # a number: from the lowest to the highest
            columns.append(np.linspace(0, NUMBER_STEPS, count).round().astype(np.int64))
            continue
        columns.append(np.arange(count) // every % classes)
        every *= classes
    if canvas.vocabulary is not None:
        columns += list(canvas.vocabulary.encode(canvas.vocabulary.some_examples(count)).T)
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0), np.int64)


def share_of_labels(task: Task, seen: int) -> float:
    """How many of the labels networks are told after `seen` pictures; captions always are.

    A game begun with labels soon has one picture for each class, where a class has few; begun without, it first learns how
    much pictures differ, and keeps that. A run that goes on from a model has that behind it.
    Source: Shahbazi et al. 2022, "Collapse by conditioning: training class-conditional GANs with limited data".
    """
    settings = task.settings
    if not task.canvas.classes or task.about_start or not settings.transition:
        return 1.0
    return min(1.0, max(0.0, 2 * seen / (settings.transition * settings.seen) - 1))
