"""Drag: handles in a picture pulled to where they belong, by changing what the picture starts from.

Pan et al. 2023, "Drag your GAN: interactive point-based manipulation on the generative image manifold", arXiv 2305.10973. Each
step moves what lies round a handle a little towards its target, then looks where the handle has gone, both by the generator's
own features at half the picture's size. Departures: lengths go with the picture's side. Generators without styles change their
first features alone, which say where things are; latents would change skin and clothes too, and do so only where a family
has no first features to change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.errors import UsageError
from pinxit.generation.points import Points, lifted, on_device, paint_tensors
from pinxit.generation.projection import room, taken
from pinxit.networks.blending import hooked
from pinxit.networks.pictures import from_network

if TYPE_CHECKING:
    from pinxit.generation.model import Model

PACE, FINE_PACE = 0.01, 0.1
"""A step of latents or styles (Adam); of the first feature that changes most. In their own spread."""
NEAR, FAR = 1 / 40, 1 / 16
"""Of the shorter side: how far round a handle is moved together, and how far round it is looked for."""
ARRIVED = 1.0
"""Pixels between a handle and its target."""
HOLD, LOOSE = 10.0, 2.0
"""What a change of what may not move weighs (lambda in eq. 1), and without a mask one of what lies far from all handles."""
FREE = 1 / 5
"""Of the shorter side: what lies nearer to the way of a handle is never held without a mask."""
FEWEST_CHANNELS = 8
"""Features with fewer are pictures."""
MOST_HANDLES = 64
SHOWN = 5
"""Steps between two pictures for whoever looks on."""

Place = tuple[float, float]
"""x and y in pixels, from the left and from the top."""


@dataclass(frozen=True)
class Pulled:
    """Where it ended: `point`, and where the `handles` are then, `away` (K,) pixels from their targets, after so many `steps`.

    ended  "arrived", "out of steps" or "interrupted"
    """

    point: Points
    handles: list[Place]
    away: list[float]
    steps: int
    ended: str


def check_moves(moves: Sequence[tuple[Place, Place]], width: int, height: int) -> None:
    """Raise UsageError for handles and targets that lie outside a picture, or for none."""
    if not 1 <= len(moves) <= MOST_HANDLES:
        raise UsageError(
            f"1 to {MOST_HANDLES} handles can be pulled; {len(moves)} came. Say from where to where, in pixels from the left "
            "and from the top, for example: --from 30,40 --to 36,40"
        )
    for x, y in (place for move in moves for place in move):
        if not (0 <= x < width and 0 <= y < height):
            raise UsageError(f"{x:g},{y:g} lies outside the picture, which is {width}x{height} pixels.")


def pull(
    model: Model,
    point: Points,
    moves: Sequence[tuple[Place, Place]],
    *,
    movable: np.ndarray | None = None,
    steps: int = 150,
    report: Callable[[dict[str, float]], None] = lambda _: None,
    show: Callable[[np.ndarray], None] | None = None,
) -> Pulled:
    """Change one point until what is at each handle has come to its target. Ctrl-C ends it where it is.

    movable  bool (H, W): what may move; None: everything
    show     is given the picture (uint8, H, W, C, straight alpha) every SHOWN steps
    Raises UsageError for a model without features to look at.
    """
    layer = layer_to_look_at(model, point)
    point = lifted(model, point) if model.has_styles else point
    latents, classes, shares, styles, shifts = on_device(model, point)
    assert latents is not None
    assert classes is not None
    assert shares is not None
    before = latents if styles is None else styles
    spread, fine = room(model, point, before, shifts)
    if styles is not None:
        fine = None  # styles of single layers are all there is
    own = torch.zeros_like(before, requires_grad=fine is None)
    # Adam takes the same step everywhere: in first features that changed what lies far from all handles.
    descent = torch.optim.Adam([own], PACE) if fine is None else torch.optim.SGD([fine.requires_grad_()], FINE_PACE)
    unit = torch.ones(()) if styles is None else spread
    long = latents.norm(dim=1, keepdim=True)
    targets = torch.tensor([target for _, target in moves], dtype=torch.float32, device=model.device)
    handles = torch.tensor([handle for handle, _ in moves], dtype=torch.float32, device=model.device)
    held = LOOSE * far_from(moves, model) if movable is None else HOLD * (~movable)
    still = torch.from_numpy(held.astype(np.float32))[None, None].to(model.device)
    first = wanted = None
    ended, done, parts = "out of steps", 0, (latents, classes, shares, styles, shifts)
    try:
        for done in range(steps + 1):
            moved = before + unit * own
            if styles is not None:
                parts = latents, classes, shares, moved, shifts
            else:
                moved = moved * (long / moved.norm(dim=1, keepdim=True).clamp_min(1e-6))
                parts = moved, classes, shares, None, None if fine is None else spread * fine
            features, painted = features_of(model, layer, parts)
            if show and done % SHOWN == 0:
                show(from_network(painted)[0])
            if first is None or wanted is None:
                first, wanted = features.detach(), at(features.detach(), handles[:, None])[:, 0]
            else:
                handles = tracked(features.detach(), wanted, handles)
            away = (targets - handles).norm(dim=1)
            report({"share": done / steps, "loss": float(away.mean())})
            if bool((away < ARRIVED).all()):
                ended = "arrived"
                break
            if done == steps:
                break
            loss = motion(features, handles, targets) + ((features - first).abs() * still).mean()
            descent.zero_grad()
            loss.backward()
            if fine is not None and fine.grad is not None:
                fine.grad /= fine.grad.abs().max().clamp_min(1e-12)
            descent.step()
    except KeyboardInterrupt:
        ended = "interrupted"
    where = [(round(x, 1), round(y, 1)) for x, y in handles.tolist()]
    return Pulled(taken(point, parts), where, (targets - handles).norm(dim=1).tolist(), done, ended)


def far_from(moves: Sequence[tuple[Place, Place]], model: Model) -> np.ndarray:
    """bool (H, W): what lies further than FREE from the ways of all handles."""
    width, height = model.canvas.width, model.canvas.height
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    near = np.zeros((height, width), bool)
    for (x, y), (to_x, to_y) in moves:
        for share in np.linspace(0, 1, 9):
            away = np.hypot(columns - (x + share * (to_x - x)), rows - (y + share * (to_y - y)))
            near |= away <= FREE * min(width, height)
    return ~near


def layer_to_look_at(model: Model, point: Points) -> nn.Module:
    """The last layer whose features are half as large as the picture, or the nearest smaller size. Raises UsageError."""
    found: list[tuple[int, int, nn.Module]] = []

    def note(layer: nn.Module, _: Any, features: Any) -> None:
        if isinstance(features, Tensor) and features.dim() == 4 and features.shape[1] >= FEWEST_CHANNELS:
            found.append((features.shape[2], len(found), layer))

    with torch.no_grad(), hooked(list(model.generator.modules()), note):
        paint_tensors(model, *on_device(model, point))  # pyright: ignore[reportArgumentType]
    fitting = [one for one in found if 4 < one[0] <= model.canvas.height // 2]
    if not fitting:
        raise UsageError(
            f"A model of the family {model.family} of this size has no features in which handles can be found."
        )
    return max(fitting, key=lambda one: one[:2])[2]


def features_of(model: Model, layer: nn.Module, parts: tuple[Tensor | None, ...]) -> tuple[Tensor, Tensor]:
    """What comes out of a layer, enlarged to the picture's size: (1, C, H, W) float32; and the picture."""
    seen: list[Tensor] = []
    with hooked([layer], lambda _, __, features: seen.append(features)):
        painted = paint_tensors(model, *parts)  # pyright: ignore[reportArgumentType]
    size = model.canvas.height, model.canvas.width
    return F.interpolate(seen[-1].float(), size=size, mode="bilinear", align_corners=False), painted


def at(features: Tensor, places: Tensor) -> Tensor:
    """Features (1, C, H, W) between cells, at places (K, P, 2) in pixels -> (K, P, C). Beyond the rim: those of the rim."""
    size = torch.tensor([features.shape[3], features.shape[2]], device=features.device)
    grid = (2 * (places + 0.5) / size - 1)[None]
    found = F.grid_sample(features, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return found[0].permute(1, 2, 0)


def around(radius: int, device: torch.device, *, disc: bool) -> Tensor:
    """Steps (P, 2) from a place to all within `radius` pixels."""
    line = torch.arange(-radius, radius + 1, device=device, dtype=torch.float32)
    steps = torch.cartesian_prod(line, line)
    return steps[steps.norm(dim=1) <= radius] if disc else steps


def reach(features: Tensor, share: float) -> int:
    """A share of the shorter side in pixels, at least 2."""
    return max(2, round(share * min(features.shape[2:])))


def motion(features: Tensor, handles: Tensor, targets: Tensor) -> Tensor:
    """How far what lies round each handle is from having gone one pixel towards its target. Source: eq. 1, without mask."""
    way = targets - handles
    length = way.norm(dim=1, keepdim=True)
    step = way / length.clamp_min(1.0)  # near the target no further than to it
    places = handles[:, None] + around(reach(features, NEAR), features.device, disc=True)
    apart = (at(features, places + step[:, None]) - at(features, places).detach()).abs().mean(dim=(1, 2))
    return (apart * (length[:, 0] >= ARRIVED)).sum()


def tracked(features: Tensor, wanted: Tensor, handles: Tensor) -> Tensor:
    """Where the features `wanted` (K, C) have gone: the nearest ones in a square round each handle (K, 2). Source: eq. 2."""
    places = handles[:, None] + around(reach(features, FAR), features.device, disc=False)
    inside = torch.tensor([features.shape[3] - 1.0, features.shape[2] - 1.0], device=features.device)
    places = places.clamp_min(0).minimum(inside)
    apart = (at(features, places) - wanted[:, None]).abs().sum(dim=2)
    return places[torch.arange(len(handles)), apart.argmin(dim=1)]
