"""The one training loop: feed a recipe until enough pictures were seen, tell how it goes, lose nothing.

It knows no family. Speed and losses go to `progress.jsonl`, sheets of fixed seeds to `previews/`, and everything resume
needs to `checkpoints/`.
"""

import time
from contextlib import suppress
from pathlib import Path

import torch
from torch import Tensor

from pinxit.errors import TrainingStopped
from pinxit.images.files import save_png
from pinxit.images.sheets import CAPTION_LINES, contact_sheet
from pinxit.networks.pictures import from_network, to_network
from pinxit.runs.model_file import stored_names, write_model
from pinxit.training import checkpoints
from pinxit.training.asking import ask_critic, paint_for_checkup
from pinxit.training.checkpoints import Moment
from pinxit.training.checkup import Lost, NotFinite, examine, go_back
from pinxit.training.clock import Clock
from pinxit.training.recipe import Batch
from pinxit.training.stopping import StopRequest
from pinxit.training.task import Task, paint, preview_labels
from pinxit.training.telling import (
    Watch,
    begin_pace,
    crossed,
    finished,
    fit_to,
    header_of,
    report,
    save_or_wait,
    share_of_labels,
    tell_length,
    tell_parts,
    tell_sleep,
)

PREVIEW_COUNT = 36


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
            batch = next_batch(task, moment.seen)
            waited += time.perf_counter() - began
            parts = task.update.accumulate
            try:
                news = task.recipe.step(batch, moment.seen, task.update)
            except NotFinite as problem:
                clock.worked()
                moment.seconds = clock.seconds
                moment = back(task, moment, problem, watch)
                clock, pace, sums, steps, waited = Clock(moment), begin_pace(task, moment), {}, 0, 0.0
                continue
            if task.update.accumulate > parts:
                tell_parts(task, moment, task.update.accumulate, watch)
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
                moment = back(task, moment, Lost(), watch)
                clock, pace, sums, steps, waited = Clock(moment), begin_pace(task, moment), {}, 0, 0.0
        preview(task, moment, watch)
        keep(task, moment, watch, stop)
    return "done"


def back(task: Task, moment: Moment, problem: TrainingStopped, watch: Watch) -> Moment:
    """To an earlier checkpoint, see `go_back`."""

    def resume(latest: int | None) -> Moment | None:
        return checkpoints.resume(task.run, task.recipe, task.dice, watch.say, latest)

    return go_back(task, moment, problem, watch, resume)


def next_batch(task: Task, seen: int) -> Batch:
    """The next pictures and labels, on the device, as networks see them; not all are told yet (see `share_of_labels`)."""
    pictures, labels = task.batches.next_batch()
    told = torch.from_numpy(labels).to(task.device, non_blocking=True)
    share, columns = share_of_labels(task, seen), len(task.canvas.classes)
    if share < 1:
        hidden = task.dice.uniform(len(told)) >= share
        told[:, :columns] = torch.where(hidden[:, None], -1, told[:, :columns])
    return Batch(to_network(pictures, task.device), told)


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
    examine(task, moment, watch, lambda: paint_for_checkup(task), lambda: ask_critic(task))
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
    write_model(task.run.model_file, header_of(task, moment), tensors)
    return task.run.model_file
