"""Projection: the point from which a model paints a given picture most nearly, so that it can be mixed, walked and moved.

First many seeds are painted; the best of them (or what the model's encoder says) are improved step by step, fewer and fewer of
them for longer and longer; at last what lies between latents and picture may change too: the styles of each layer (W+) or the
first features, held near what latents make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from pinxit.errors import PinxitError, UsageError
from pinxit.generation.coding import encode, given_labels
from pinxit.generation.likeness import Unlikeness
from pinxit.generation.points import Points, first_grid, joined, lifted, on_device, paint_tensors, points_of
from pinxit.networks.layers import FirstGrid

if TYPE_CHECKING:
    from pinxit.generation.model import Model

AT_ONCE = 64
STARTS = 6
ROUNDS = ((1.0, 0.25), (1 / 3, 0.25), (0.0, 0.5))
"""(share of the starts that go on, share of the steps): the last round goes on with what is asked for alone."""
PACE, FINE_PACE = 0.05, 0.03
JITTER = 0.3
"""Noise on latents in the first steps, beside their spread of 1: it leads out of poor places."""
HOLD = 0.02
"""What it costs to change first features, or the styles of single layers, by their own spread."""


@dataclass(frozen=True)
class Found:
    """Points, the best first, with `errors` (N,) as `Unlikeness` counts them.

    sample, nearest  the nearest of the model's own pictures, and its error; `usual`: that of a usual one
    ended            "done" or "interrupted"
    """

    points: Points
    errors: np.ndarray
    sample: Points
    nearest: float
    usual: float
    ended: str

    def points_and_nearest(self, model: Model) -> Points:
        """The best point and the nearest sample, as one stack."""
        return joined([self.points[0], self.sample], model)


def check_projects(model: Model) -> None:
    """Raise UsageError for a model whose pictures cannot be followed back to where they start."""
    if getattr(model.settings, "vq", False):
        raise UsageError(
            "A model with a book of codes (vae --set vq=yes) has no latents to find. It draws pictures back at once: "
            "pinxit reconstruct MODEL PICTURE"
        )


def check_steps(steps: int) -> None:
    """Raise UsageError for too few or too many steps of a search."""
    if not 4 <= steps <= 100_000:
        raise UsageError(f"A search takes 4 to 100,000 steps; {steps} came.")


def beginning(model: Model, wanted: np.ndarray, labels: Mapping[str, str] | None) -> Points | None:
    """What the model's encoder, where it has one, says of pictures: uint8 (N, H, W, C), alpha premultiplied."""
    if model.encoder is None:
        return None
    classes = given_labels(model.canvas, labels or {}, len(wanted))
    return Points(encode(model, wanted, classes), classes[:, None], np.ones((len(wanted), 1), np.float32))


def search(
    model: Model,
    unlike: Unlikeness,
    begin: Points | None = None,
    *,
    count: int = 1,
    first: int = 0,
    samples: int = 2000,
    steps: int = 200,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    report: Callable[[dict[str, float]], None] = lambda _: None,
) -> Found:
    """The `count` points whose pictures are least unlike, at worst the nearest seeds. Ctrl-C ends it with the best so far.

    begin    what an encoder says, to start there too
    samples  how many seeds, from `first` on, are painted to find starts; steps of improvement after that
    """
    seeds = range(first, first + samples)
    starts, apart, usual = nearest_seeds(model, unlike, seeds, max(STARTS, count), labels, text)
    sample, best, errors = starts[0], starts[:count], apart[:count]
    if begin is not None:
        starts = joined([begin, starts], model)
    chance = torch.Generator().manual_seed(0)
    ended, done = "done", 0
    try:
        for share, part in ROUNDS:
            left = max(count, round(share * len(starts)))
            starts = starts[:left]
            found = np.empty(0)
            for points, found in descend(model, unlike, starts, round(steps * part), share == 0, chance):
                order = np.argsort(found)[:count]
                if found[order].sum() < errors.sum():
                    best, errors = points[order], found[order]
                starts, done = points, done + 1
                report({"share": done / steps, "loss": float(errors[0])})
            starts = starts[np.argsort(found)]
    except KeyboardInterrupt:
        ended = "interrupted"
    if not np.isfinite(errors).all():
        raise PinxitError("This model's pictures cannot be compared with anything: they hold numbers that ran away.")
    return Found(best, errors, sample, float(apart[0]), usual, ended)


@torch.no_grad()
def nearest_seeds(
    model: Model, unlike: Unlikeness, seeds: range, count: int, labels: Mapping[str, str] | None, text: str | None
) -> tuple[Points, np.ndarray, float]:
    """The `count` of these seeds whose pictures are least unlike, the best first; their errors, and that of a usual one.

    All are compared by pixels, the best of these by features too.
    """
    if not count <= len(seeds) <= 1_000_000:
        raise UsageError(f"The nearest is looked for among {count} to 1,000,000 samples; {len(seeds)} came.")
    how: Any = {"labels": labels, "text": text}
    apart = []
    for start in range(0, len(seeds), AT_ONCE):
        points = points_of(model, seeds[start : start + AT_ONCE], **how)
        apart.append(unlike.pixels(paint_tensors(model, *on_device(model, points))))  # pyright: ignore[reportArgumentType]
    order = torch.cat(apart).argsort().cpu().numpy()
    near, usual = (
        points_of(model, [seeds[place] for place in order[: 4 * count]], **how),
        points_of(model, range(AT_ONCE), **how),
    )
    errors, typical = (
        unlike(paint_tensors(model, *on_device(model, some))).cpu().numpy()  # pyright: ignore[reportArgumentType]
        for some in (near, usual)
    )
    best = np.argsort(errors)[:count]
    return near[best], errors[best], float(np.median(typical))


def descend(
    model: Model, unlike: Unlikeness, points: Points, steps: int, last: bool, chance: torch.Generator
) -> Iterator[tuple[Points, np.ndarray]]:
    """Step by step less unlike: `steps` times all points, and their errors (N,).

    Latents keep the length they had. In the last round nothing is shaken any more, and styles of single layers or first
    features change too. Steps come to rest along a cosine.
    Source: Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN", section 5 and appendix D (starts,
    noise that fades); Abdal et al. 2019, "Image2StyleGAN" (W+).
    """
    styled = model.has_styles
    points = lifted(model, points) if styled else points
    latents, classes, shares, styles, shifts = on_device(model, points)
    assert latents is not None
    assert classes is not None
    assert shares is not None
    before = styles if styles is not None else latents
    coarse = torch.zeros_like(before[:, :1] if styled else before, requires_grad=True)
    spread, fine = room(model, points, before, shifts)
    chosen = [{"params": [coarse], "lr": PACE}]
    if last and fine is not None:
        chosen.append({"params": [fine.requires_grad_()], "lr": FINE_PACE})
    adam = torch.optim.Adam(chosen, betas=(0.9, 0.99))
    unit = before.std().clamp_min(1e-3) if styled else torch.ones(())
    long = latents.norm(dim=1, keepdim=True)
    for step in range(steps):
        jitter = 0.0 if last else JITTER * (1 - step / steps) ** 2
        moved = before + unit * (coarse + jitter * torch.randn(coarse.shape, generator=chance).to(coarse))
        if styled:
            parts = latents, classes, shares, moved if fine is None else moved + spread * fine, shifts
        else:
            moved = moved * (long / moved.norm(dim=1, keepdim=True).clamp_min(1e-6))
            parts = moved, classes, shares, styles, None if fine is None else spread * fine
        errors = unlike(paint_tensors(model, *parts))
        held = 0.0 if fine is None else HOLD * fine.square().flatten(1).mean(dim=1)
        adam.zero_grad()
        (errors + held).sum().backward()
        yield taken(points, parts), errors.detach().cpu().numpy()
        for group, pace in zip(adam.param_groups, (PACE, FINE_PACE), strict=False):
            group["lr"] = pace * (0.05 + 0.95 * (1 + np.cos(np.pi * step / steps)) / 2 if last else 1.0)
        adam.step()


def room(model: Model, points: Points, before: Tensor, shifts: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """The spread of what may change besides latents, and how much of it has changed: styles of layers, or first features."""
    if model.has_styles:
        return before.std().clamp_min(1e-3), torch.zeros_like(before)
    if not any(isinstance(layer, FirstGrid) for layer in model.generator.modules()):
        return torch.ones(()), None
    grid = first_grid(model)
    seen: list[Tensor] = []
    hook = grid.register_forward_hook(lambda _, __, features: seen.append(features.detach().float()))
    with torch.no_grad():
        paint_tensors(model, *on_device(model, replace(points, shifts=None)))  # pyright: ignore[reportArgumentType]
    hook.remove()
    spread = seen[0].std().clamp_min(1e-3)
    return spread, torch.zeros_like(seen[0]) if shifts is None else shifts / spread


def taken(points: Points, parts: tuple[Tensor | None, ...]) -> Points:
    """Points with what tensors (latents, …, styles, shifts) hold now."""
    latents, _, _, styles, shifts = (None if part is None else part.detach().float().cpu().numpy() for part in parts)
    assert latents is not None
    return replace(points, latents=latents, styles=styles, shifts=shifts)
