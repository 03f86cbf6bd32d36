"""Optimise a picture until it is what is wanted: from coarse to fine, with a preview, and stoppable at any moment."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.generation.style_loss import Loss
from pinxit.generation.style_settings import SMALLEST_PICTURE, PaintingSettings
from pinxit.images.files import save_png
from pinxit.networks.pictures import to_bytes
from pinxit.networks.vgg import GRID

LAST_PACE = 0.1
"""Adam's steps end at this share of their size: the picture comes to rest."""
FINEST_SHARE = 0.67
"""Of the steps, at the finest scale: it only has to add what is fine, and a step there costs most."""


@dataclass
class Progress:
    """What a watch is told: `report` gets a line with done, steps, seconds, left and loss; `preview` is a PNG to write."""

    report: Callable[[dict[str, float]], None] = lambda _: None
    preview: Path | None = None
    every: int = 10
    began: float = field(default_factory=time.monotonic)
    losses: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Painted:
    """`picture` (1, 3, H, W) in [-1, 1]; `ended`: "done" or "interrupted"; `loss` and `steps` of the finest scale reached."""

    picture: Tensor
    ended: str
    loss: float
    steps: int


def sizes_of(width: int, height: int, scales: int) -> list[tuple[int, int]]:
    """(width, height) at each scale, coarse to fine; scales whose shorter side would be too small to see are left out."""
    found = [(math.ceil(width / 2**k), math.ceil(height / 2**k)) for k in range(scales)]
    large = [size for size in found if min(size) >= 2 * SMALLEST_PICTURE]
    return list(reversed(large or found[:1]))


def steps_of(settings: PaintingSettings, scale: int, scales: int) -> int:
    """Steps at scale number `scale` (0 the coarsest) of so many."""
    return max(1, round(settings.steps * FINEST_SHARE)) if scale == scales - 1 and scales > 1 else settings.steps


def paint(
    sizes: list[tuple[int, int]],
    begin: Callable[[int, int], Tensor],
    loss_at: Callable[[int, int], Loss],
    settings: PaintingSettings,
    progress: Progress,
) -> Painted:
    """Optimise at each of `sizes`, each from what the one before it came to.

    begin(width, height)    the picture to start from, (1, 3, height, width)
    loss_at(width, height)  what is wanted there; its pictures are padded to whole cells (see `padded`)
    Ctrl-C ends it with the best picture so far. Raises PinxitError when numbers run away and there is none.
    """
    picture = begin(*sizes[0])
    best, loss, done = picture, math.inf, 0
    planned = [steps_of(settings, scale, len(sizes)) for scale in range(len(sizes))]
    work = sum(steps * width * height for steps, (width, height) in zip(planned, sizes, strict=True))
    worked = 0.0
    try:
        for (width, height), steps in zip(sizes, planned, strict=True):
            wanted = loss_at(width, height)
            picture = resized(best, width, height, seamless=wanted.seamless)
            best, loss, done = picture, math.inf, 0

            for step, (found, seen) in enumerate(descend(padded(picture), wanted, steps, settings)):
                if found < loss:
                    best, loss = seen[..., :height, :width].clone(), found
                done = step
                tell(progress, best, found, (worked + step * width * height) / work)
            worked += steps * width * height
            if progress.preview is not None:  # the first comes early: the coarse scales cost little
                save_png(to_bytes(best)[0], progress.preview)
    except KeyboardInterrupt:
        return Painted(resized(best, *sizes[-1]), "interrupted", loss, done)
    if not math.isfinite(loss):
        raise PinxitError(
            "Numbers ran away: no step gave a finite picture. Try a smaller --pace, or --precision float32."
        )
    return Painted(best, "done", loss, done)


def tell(progress: Progress, best: Tensor, found: float, share: float) -> None:
    """Report, and write the preview now and then."""
    progress.losses.append(found)
    seconds = time.monotonic() - progress.began
    if share > 0:  # before that nobody knows how long it takes
        progress.report({"share": share, "seconds": seconds, "left": seconds / share - seconds, "loss": found})
    if progress.preview is not None and len(progress.losses) % progress.every == 0:
        save_png(to_bytes(best)[0], progress.preview)


def descend(picture: Tensor, loss: Loss, steps: int, settings: PaintingSettings) -> Iterator[tuple[float, Tensor]]:
    """Step by step downhill: `steps + 1` times a loss and the picture (1, 3, H, W) that has it. Ends early on numbers that
    are not finite.

    L-BFGS: Liu and Nocedal 1989, in torch's form; Adam: Kingma and Ba 2014, with steps that come to rest along a cosine.
    """
    current = picture.clone().requires_grad_()

    def closure() -> Tensor:
        current.grad = torch.zeros_like(current)
        return loss(current)

    adam = torch.optim.Adam([current], settings.pace, betas=(0.9, 0.99))
    lbfgs = torch.optim.LBFGS([current], max_iter=1, max_eval=5, history_size=20, line_search_fn="strong_wolfe")
    for step in range(steps):
        seen = current.detach().clone()
        if settings.optimizer == "adam":
            adam.param_groups[0]["lr"] = settings.pace * (
                LAST_PACE + (1 - LAST_PACE) * (1 + math.cos(math.pi * step / steps)) / 2
            )
        chosen = adam if settings.optimizer == "adam" else lbfgs
        found = float(chosen.step(closure))  # pyright: ignore[reportArgumentType]
        if not math.isfinite(found):
            return
        yield found, seen
        with torch.no_grad():
            current.clamp_(-1, 1)
    yield float(closure()), current.detach()


def padded(picture: Tensor) -> Tensor:
    """(1, C, H, W) -> sides multiples of `GRID`, the last row and column repeated."""
    height, width = picture.shape[-2:]
    more = (0, -width % GRID, 0, -height % GRID)
    return F.pad(picture, more, mode="replicate") if any(more) else picture


def resized(picture: Tensor, width: int, height: int, *, seamless: bool = False) -> Tensor:
    """(1, C, H, W) -> (1, C, height, width), by cubic interpolation, held in [-1, 1]; across its seams where it has none."""
    if picture.shape[-2:] == (height, width):
        return picture
    if seamless:
        larger = F.interpolate(picture.tile(3, 3), (3 * height, 3 * width), mode="bicubic", align_corners=False)
        return larger[..., height : 2 * height, width : 2 * width].clamp(-1, 1)
    return F.interpolate(picture, (height, width), mode="bicubic", align_corners=False, antialias=True).clamp(-1, 1)
