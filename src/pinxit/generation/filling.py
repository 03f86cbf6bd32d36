"""What is painted into holes: by a model that learned it, or by any other, from where it paints what is visible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.generation.likeness import Unlikeness
from pinxit.generation.points import on_device, paint_tensors
from pinxit.generation.projection import beginning, search
from pinxit.generation.sampling import labels_of
from pinxit.images.seams import even_fill
from pinxit.networks.pictures import to_bytes
from pinxit.networks.seeds import latents_of

if TYPE_CHECKING:
    from pinxit.generation.model import Model

WINDOW = 1 / 12
"""Of the shorter side: so far round a pixel is looked for holes."""
RIM = 4.0
"""What a pixel of the rim counts more: there the painted piece has to go on."""


@torch.no_grad()
def learned(model: Model, pictures: Tensor, holes: Tensor, seeds: Sequence[int]) -> np.ndarray:
    """uint8 (N, H, W, C), alpha premultiplied: a whole picture for each seed, by a model trained with `completes`."""
    generator: Any = model.generator
    latents = torch.from_numpy(latents_of(seeds, model.latents)).to(model.device)
    labels = torch.from_numpy(labels_of(seeds, model.canvas, {}, model.latents)).to(model.device)
    told = torch.full_like(labels, -1)  # what is there says it
    rows = len(seeds)
    return to_bytes(generator.propose(latents, told, pictures.expand(rows, -1, -1, -1), holes.expand(rows, -1, -1, -1)))


def searched(
    model: Model,
    pictures: Tensor,
    holes: Tensor,
    count: int,
    *,
    first: int = 0,
    samples: int = 2000,
    steps: int = 200,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    report: Callable[[dict[str, float]], None] = lambda _: None,
) -> np.ndarray:
    """uint8 (count, H, W, C), alpha premultiplied: what the model paints whose visible part is least unlike, the best first.

    pictures (1, C, H, W) in [-1, 1], holes (1, 1, H, W), 1 where a hole is; the other arguments as in `projection.search`.
    Source: Yeh et al. 2017, "Semantic image inpainting with deep generative models", section 3: latents are searched by
    what is visible, and its pixels count more the more hole is near (eq. 3, here in addition to 1).
    """
    known = 1 - holes
    window = 2 * round(WINDOW * min(holes.shape[2:])) + 1
    near = F.avg_pool2d(holes, window, stride=1, padding=window // 2, count_include_pad=False)
    unlike = Unlikeness(pictures, known, known * (1 + RIM * near))
    gaps = holes[0, 0].cpu().numpy() > 0
    begin = beginning(model, even_fill(to_bytes(pictures)[0], gaps)[None], labels)
    found = search(
        model,
        unlike,
        begin,
        count=count,
        first=first,
        samples=samples,
        steps=steps,
        labels=labels,
        text=text,
        report=report,
    )
    with torch.no_grad():
        return to_bytes(paint_tensors(model, *on_device(model, found.points)))  # pyright: ignore[reportArgumentType]
