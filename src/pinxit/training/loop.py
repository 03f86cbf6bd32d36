"""The one training loop: feed a recipe until enough pictures were seen, tell how it goes, lose nothing.

It knows no family. Speed and losses go to `progress.jsonl`, sheets of fixed seeds to `previews/`, and everything resume
needs to `checkpoints/`.
"""

import errno
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch
from torch import Tensor

from pinxit.errors import TrainingStopped, pasteable
from pinxit.images.files import save_png
from pinxit.images.sheets import CAPTION_LINES, contact_sheet
from pinxit.networks.pictures import from_network, to_network
from pinxit.runs import progress
from pinxit.runs.model_file import write_model
from pinxit.settings import TrainingSettings, duration, to_json
from pinxit.training import checkpoints
from pinxit.training.checkpoints import Moment
from pinxit.training.checkup import Lost, examine, go_back
from pinxit.training.clock import Clock
from pinxit.training.pace import Pace
from pinxit.training.recipe import Batch, stored_names
from pinxit.training.stopping import StopRequest
from pinxit.training.task import Task, Watch, paint, preview_labels, tell
from pinxit.training.update import NotFinite

PREVIEW_COUNT = 36
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
FULL_DISK_PATIENCE = 3600.0
"""Seconds to wait for room before training gives up; the last checkpoint is whole all the while."""
SURE_AFTER = 20.0
"""Seconds of a sitting after which its speed is known well enough to say how long all will take."""


def run_loop(task: Task, moment: Moment, watch: Watch) -> str:
    """Train from `moment` on. Returns why it ended: "done", "interrupted", "terminated" or "asked to stop"."""
    clock, pace = Clock(moment), begin_pace(task, moment)
    told_length = False
    sums: dict[str, Tensor] = {}
    steps, waited = 0, 0.0
    if moment.seen == 0:
        keep_beginning(task, moment)
    with StopRequest(task.run) as stop:
        while not task.agree(finished(task, moment)):
            began = time.perf_counter()
            batch = next_batch(task)
            waited += time.perf_counter() - began
            try:
                news = task.recipe.step(batch, moment.seen, task.update)
            except NotFinite as problem:
                clock.worked()
                moment.seconds = clock.seconds
                moment = go_back(task, moment, problem, watch)
                clock, pace, sums, steps, waited = Clock(moment), begin_pace(task, moment), {}, 0, 0.0
                continue
            for name, value in news.items():
                sums[name] = sums[name] + value if name in sums else value
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
            due = clock.since_kept() >= task.settings.checkpoint_minutes * 60
            total = pace and pace.look(moment, task.settings.seen)
            stopping, due, total = task.agree((stop.requested(), due, total))  # clocks of processes differ
            if total:
                fit_to(task, moment, total, pace, watch)
            if stopping or due or crossed(before, moment.seen, task.settings.checkpoint_every):
                keep(task, moment, watch, stop)
                clock.kept()
            if stopping:
                return stop.reason or "asked to stop"
            clock.worked()
            moment.seconds = clock.seconds
            if task.agree(task.health is not None and task.health.is_lost):
                moment = go_back(task, moment, Lost(), watch)
                clock, pace, sums, steps, waited = Clock(moment), begin_pace(task, moment), {}, 0, 0.0
        preview(task, moment, watch)
        keep(task, moment, watch, stop)
    return "done"


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


def next_batch(task: Task) -> Batch:
    """The next pictures and labels, on the device, as networks see them."""
    pictures, labels = task.batches.next_batch()
    return Batch(to_network(pictures, task.device), torch.from_numpy(labels).to(task.device, non_blocking=True))


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


@torch.no_grad()
def preview(task: Task, moment: Moment, watch: Watch) -> None:
    """A sheet of seeds 0, 1, 2 … by the averaged generator."""
    if not task.first:
        return
    pictures = from_network(paint(task, range(PREVIEW_COUNT), preview_labels(task.canvas, PREVIEW_COUNT)))
    captions = task.canvas.vocabulary.some_examples(PREVIEW_COUNT) if task.canvas.vocabulary else None
    try:
        save_png(contact_sheet(pictures, captions=captions, lines=CAPTION_LINES), task.run.preview_file(moment.seen))
    except (OSError, ValueError) as error:
        watch.say(f"A preview could not be written ({error}); training goes on.")


def keep(task: Task, moment: Moment, watch: Watch, stop: StopRequest) -> None:
    """A checkpoint, a checkup, and the generator as the model of the run when no earlier one was better."""
    keep_checkpoint(task, moment, watch, stop)
    examine(task, moment, watch)
    if task.first and (task.health is None or task.health.is_best or not task.run.model_file.exists()):
        save_or_wait(task, watch, stop, lambda: write_generator(task, moment))


def keep_checkpoint(task: Task, moment: Moment, watch: Watch, stop: StopRequest) -> None:
    """Everything resume needs, beside the last one that was well."""
    if not task.first:
        return
    moment.batches = task.batches.state()
    healthy = task.health.best.seen if task.health is not None and task.health.past else None

    def write() -> None:
        place = checkpoints.save(task.run, moment, task.recipe, task.dice, task.settings.keep, healthy)
        task.run.log(f"checkpoint {place.name}")

    save_or_wait(task, watch, stop, write)


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


def keep_beginning(task: Task, moment: Moment) -> None:
    """A checkpoint of the networks as they begin, so that there is always one to go back to. Not worth stopping for."""
    if not task.first:
        return
    moment.batches = task.batches.state()
    with suppress(OSError, ValueError):
        checkpoints.save(task.run, moment, task.recipe, task.dice, task.settings.keep)


def write_generator(task: Task, moment: Moment) -> Path:
    """The averaged generator as the model file of the run, and the critics beside it, so that others can go on from it."""
    names = stored_names(task.recipe.parts)
    tensors = {
        f"{names[part]}.{name}": value.detach().float().cpu().numpy()
        if value.is_floating_point()
        else value.cpu().numpy()
        for part, network in task.recipe.parts.items()
        if part in names
        for name, value in network.state_dict().items()
    }
    header = {
        "family": task.family,
        "settings": to_json(task.settings.told(), task.family),
        "canvas": task.canvas.to_json(),
        "data": task.about_data,
        **({"start": task.about_start} if task.about_start else {}),
        "seen": moment.seen,
        "seconds": round(moment.seconds, 1),
    }
    write_model(task.run.model_file, header, tensors)
    return task.run.model_file
