"""From settings to a running loop: one process or several, fresh or resumed. Fabric launches and places; we train."""

import warnings
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException

from pinxit.data.batches import Batches
from pinxit.data.packed import open_packed
from pinxit.errors import PinxitError, TrainingStopped, is_out_of_memory
from pinxit.families.contract import Canvas
from pinxit.networks.dice import Dice
from pinxit.runs import progress
from pinxit.runs.model_file import drop_if_damaged, read_model
from pinxit.runs.run_folder import RunFolder
from pinxit.scoring.scores import FEWEST
from pinxit.scoring.stream import default_space
from pinxit.settings import TrainingSettings
from pinxit.training import checkpoints
from pinxit.training.checkpoints import Moment
from pinxit.training.checkup import caution
from pinxit.training.device import place_network, prepare
from pinxit.training.health import Health
from pinxit.training.loop import run_loop
from pinxit.training.pace import Schedules
from pinxit.training.starting import begin_from, freeze_first
from pinxit.training.task import Task
from pinxit.training.telling import Watch
from pinxit.training.update import Update

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Fabric's own imports warn of things that do not concern us
    from lightning_fabric import Fabric

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue


@dataclass(frozen=True)
class Job:
    """What to train, in a form that travels to other processes. `settings` are resolved (no `auto` left).

    schedules  how to fit schedules to another length, while training by the clock
    spent      seconds of the time given that planning took
    """

    run: Path
    family: str
    recipe: type[Any]
    settings: TrainingSettings
    canvas: Canvas
    packed: Path
    about_data: dict[str, Any]
    resume: bool = False
    start: Path | None = None
    about_start: dict[str, Any] = field(default_factory=dict)
    schedules: Schedules | None = None
    spent: float = 0.0


def launch(job: Job, watch: Watch) -> str:
    """Train until done or stopped. Returns the loop's word for why it ended."""
    settings = job.settings
    fabric = Fabric(
        accelerator=settings.device,
        devices=settings.processes,
        strategy="ddp_spawn" if settings.processes > 1 else "auto",
        precision="32-true",
    )
    progress.clear_stop(RunFolder(job.run))
    if settings.processes == 1:
        return train_process(fabric, job, watch)
    return launch_several(fabric, job, watch)


def launch_several(fabric: Fabric, job: Job, watch: Watch) -> str:
    """The same in several processes. When one of them fails, torch ends the others.

    Raises TrainingStopped with the words of the one that failed, where a person can do something about it.
    """
    said = get_context("spawn").SimpleQueue()
    try:
        # Bound before, because Fabric looks into arguments and refuses frozen dataclasses.
        return fabric.launch(partial(one_of_several, job=job, watch=watch, said=said))
    except ProcessRaisedException:
        if said.empty():
            raise
        raise TrainingStopped(said.get()) from None
    except ProcessExitedException as error:
        raise TrainingStopped(
            f"One of the {job.settings.processes} processes was ended from outside ({error}), perhaps because memory was full. "
            "The last checkpoint is untouched: pinxit resume goes on from it."
        ) from None
    except KeyboardInterrupt:
        progress.request_stop(RunFolder(job.run))  # a signal to this process alone: the others end with a checkpoint
        raise


def one_of_several(fabric: Fabric, job: Job, watch: Watch, said: "SimpleQueue[str]") -> str:
    """`train_process` where nobody sees what is raised: `said` takes the words of what a person can fix."""
    try:
        return train_process(fabric, job, watch)
    except PinxitError as error:
        said.put(str(error))
        raise
    except (MemoryError, RuntimeError) as error:
        if is_out_of_memory(error):
            said.put(
                f"There is not enough memory for {job.settings.batch} pictures at once in {job.settings.processes} processes, "
                "which cannot take a step in parts by themselves. The last checkpoint is untouched. Try a smaller --batch or "
                f"--size, or --accumulate {2 * job.settings.accumulate}."
            )
        raise


def train_process(fabric: Fabric, job: Job, watch: Watch) -> str:
    """One process's share of the training."""
    settings, run = job.settings, RunFolder(job.run)
    prepare(settings)
    rank, world, device = fabric.global_rank, fabric.world_size, fabric.device
    torch.manual_seed(settings.seed)  # initial weights
    dice = Dice(settings.seed, rank=rank, world=world, device=device)
    recipe = job.recipe(settings, job.canvas, dice)
    place_parts(recipe.parts, device)
    packed = open_packed(job.packed)
    batches = Batches(
        packed,
        settings.batch,
        settings.seed,
        label_columns=tuple(job.canvas.classes),
        steps={
            column: np.array([job.canvas.label(column, name) for name in packed.classes[column]])
            for column in job.canvas.ranges
        },
        words=job.canvas.vocabulary and job.canvas.vocabulary.encode(packed.captions or [None] * len(packed)),
        mirror=settings.mirror,
        rank=rank,
        world=world,
    )
    moment = Moment(seconds=job.spent)
    if job.start is not None:
        told = begin_from(recipe, read_model(job.start).tensors, str(job.about_start.get("name", job.start.name)))
        if rank == 0:
            watch.say(told)
    if recipe.seeing is not None:
        freeze_first(recipe.seeing, settings.freeze)
    if job.resume:
        if rank == 0:
            drop_if_damaged(run.model_file)
        moment = checkpoints.resume(run, recipe, dice, watch.say) or moment
        if moment.batches:
            batches.restore(moment.batches)
    share = (lambda value: averaged(fabric, value)) if world > 1 else None
    update = Update(device, bf16=settings.precision == "bf16", accumulate=settings.accumulate, share=share)
    update.caution = caution(moment)
    if settings.compile:
        for part in ("generator", "critic"):
            if part in recipe.parts:
                recipe.parts[part].compile()
    task = Task(
        run, job.family, settings, job.canvas, recipe, batches, dice, update, device, job.about_data, job.about_start,
        health=begin_checkups(run, batches, settings, job.canvas, moment.seen) if rank == 0 else None,
        first=rank == 0,
        agree=fabric.broadcast if world > 1 else lambda answer: answer,
        schedules=job.schedules,
    )  # fmt: skip
    return run_loop(task, moment, watch)


def begin_checkups(
    run: RunFolder, batches: Batches, settings: TrainingSettings, canvas: Canvas, seen: int
) -> Health | None:
    """Who looks after the run. None when not asked for, or when there are too few pictures to compare with."""
    packed = batches.packed
    enough = len(packed.held_back) >= 2 * FEWEST or (not len(packed.held_back) and len(packed.train) >= FEWEST)
    if not settings.checkups or not enough:
        return None
    health = Health(packed, default_space(settings.device, bf16=settings.precision == "bf16"), canvas, batches.labels)
    health.remember(progress.read(run.progress_file), seen)
    return health


def averaged(fabric: Fabric, value: Tensor) -> Tensor:
    """The mean over all processes. By hand and not by a wrapper, because gradient penalties need the bare networks."""
    result = fabric.all_reduce(value, reduce_op="mean")
    assert isinstance(result, Tensor)
    return result


def place_parts(parts: dict[str, nn.Module], device: torch.device) -> None:
    """Every part onto the device."""
    for network in parts.values():
        place_network(network, device)
