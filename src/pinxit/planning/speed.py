"""How quick this machine is: real steps of the real recipe on real pictures, for some seconds."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path
from statistics import mean, median

import torch

from pinxit.data.batches import Batches
from pinxit.data.labels import label_columns
from pinxit.data.pack import pack
from pinxit.data.packed import Packed
from pinxit.data.picture_folder import PictureSource
from pinxit.errors import DataError
from pinxit.families.contract import Canvas, Family
from pinxit.networks.dice import Dice
from pinxit.networks.pictures import to_network
from pinxit.planning.captions import vocabulary_for
from pinxit.planning.choices import LOOKED_AT, spread
from pinxit.settings import TrainingSettings
from pinxit.training.device import prepare
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.task import preview_labels
from pinxit.training.update import Update

WARM_UP = {"cpu": 1, "mps": 2, "cuda": 4}
"""Steps that are not counted: kernels are chosen and memory is taken in them."""
FEWEST_STEPS, PATIENCE = 3, 3.0
"""So many steps are timed, unless that would take so many times the seconds given."""
OUTLIER = 4.0
"""A step counts as at most so many times the median."""
GROWN = 1_000_000
"""Steps are timed as after so many, when every stage is there: cheaper beginnings are counted by `TrainingSettings.work`."""
FEW = 16
"""Pictures for a measurement where each is cut into many patches."""


def measured_speed(
    settings: TrainingSettings, *, source: PictureSource, family: Family, seconds: float, aside: Path
) -> float:
    """Pictures a second with `settings` (resolved); 0.0 when they do not fit into the memory of the device.

    A few of the pictures are packed into `aside` for it, so that a size can be tried without packing all. Labels are made
    up: they cost the same. At least one step is timed, however short `seconds`. What belongs to all processes is taken as
    a multiple of what one does.
    """
    packed = some_packed(source, settings, aside)
    named = {
        column: sorted({picture.labels[column] for picture in source if column in picture.labels})
        for column in settings.labels
    }
    classes, ranges = label_columns(named, settings.labels)
    captions = [picture.caption for picture in source]
    canvas = Canvas(*settings.size, packed.channels, classes, vocabulary_for(family, settings, captions), ranges)
    try:
        return time_steps(settings, canvas, family, packed, seconds)
    except RuntimeError as error:
        if "out of memory" not in str(error).lower():
            raise
        return 0.0
    finally:
        if settings.device == "cuda":
            torch.cuda.empty_cache()


def time_steps(settings: TrainingSettings, canvas: Canvas, family: Family, packed: Packed, seconds: float) -> float:
    """Pictures a second in steps without the loop around them, over a whole run of the length in `settings`."""
    device = prepare(settings)
    share = settings.batch // settings.processes
    dice = Dice(settings.seed, device=device)
    recipe = family.load_recipe()(settings.model_copy(update={"batch": share}), canvas, dice)
    place_parts(recipe.parts, device)
    update = Update(device, bf16=settings.precision == "bf16", accumulate=settings.accumulate)
    batches = Batches(packed, share, settings.seed, mirror=settings.mirror)
    seen = GROWN * share

    def step() -> None:
        nonlocal seen
        pictures = to_network(batches.next_batch()[0], device)
        recipe.step(Batch(pictures, preview_labels(canvas, share).to(device)), seen, update)
        seen += share

    for _ in range(WARM_UP[settings.device]):
        step()
    wait = waiter(device)
    wait()
    took: list[float] = []
    while not took or sum(took) < (seconds if len(took) >= FEWEST_STEPS else PATIENCE * seconds):
        began = time.perf_counter()
        step()
        wait()
        took.append(time.perf_counter() - began)
    return settings.batch / usual(took) * settings.seen / settings.work(settings.seen)


def usual(took: list[float]) -> float:
    """The mean of step times without what another program did to one of them. Steps with penalties take up to three."""
    most = OUTLIER * median(took)
    return mean(min(one, most) for one in took)


def room_on_cpu() -> float:
    """Memory of the machine, as a multiple of the most that this process has used so far; less a fifth for others.

    Infinite where the system does not tell (Windows).
    """
    try:
        import resource
    except ImportError:
        return inf
    unit = 1 if sys.platform == "darwin" else 1024  # macOS tells bytes, others kilobytes
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return 0.8 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / used


def waiter(device: torch.device) -> Callable[[], None]:
    """What waits until the device has done what it was told to."""
    return {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}.get(device.type, lambda: None)


def some_packed(source: PictureSource, settings: TrainingSettings, aside: Path) -> Packed:
    """A few of the pictures, packed; all of them when too few of these few are of use."""
    how = {"size": settings.size, "fit": settings.fit, "alpha": settings.alpha}
    width, height = settings.size
    place = aside / f"{width}x{height}"
    count = FEW if settings.fit == "patches" else LOOKED_AT
    bare = [replace(picture, labels={}, caption=None) for picture in spread(source.pictures, count)]
    try:
        return pack(replace(source, pictures=bare, skipped=[]), place, drop_duplicates=False, **how)
    except DataError:
        if len(bare) == len(source):
            raise
        shutil.rmtree(place, ignore_errors=True)
        return pack(source, labels=settings.labels, **how)
