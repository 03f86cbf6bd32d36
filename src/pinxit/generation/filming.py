"""A film in a learned manner: frame by frame through the network, and steady where nothing moves.

Painted one by one, frames flicker: noise that nobody sees in the film becomes other strokes in each of them. So what stands
still is drawn from the frames before, twice: what the network sees (without its noise it paints the same strokes), and what it
painted. Where something moves the new frame counts alone, so that nothing leaves a trail. No flow is estimated; the idea is
that of recursive noise filters for television (Dennis and others; see Brailean et al. 1995, "Noise reduction filters for
dynamic image sequences: a review").
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from pinxit.errors import PictureError
from pinxit.generation.model import Model
from pinxit.generation.one_pass import Chosen, choose, open_repainter, paint
from pinxit.generation.style_settings import SMALLEST_PICTURE, FilmSettings
from pinxit.generation.stylize import Given, as_tensor
from pinxit.images.film import repaint_film
from pinxit.images.recolour import with_luminance
from pinxit.networks.pictures import to_bytes
from pinxit.runs.model_file import hash_of
from pinxit.training.device import choose_precision

UNSEEN = 0.07
"""Mean difference of colour around a place, of a range of 2, up to which it counts as standing still: the noise of a camera."""
SEEN_OVER = 5
"""Pixels of a side over which differences are averaged, and as far as what moves unsettles its neighbours."""


class Steady:
    """Frames in, painted frames out. `strength`: how much the past counts where nothing moves, 0 … below 1."""

    def __init__(self, paint: Callable[[Tensor], Tensor], strength: float):
        self.paint, self.strength = paint, strength
        self.shown: Tensor | None = None
        self.painted: Tensor | None = None

    def __call__(self, frame: Tensor) -> Tensor:
        """(1, 3, H, W) in [-1, 1] -> (1, 3, H, W)."""
        if self.strength <= 0 or self.shown is None or self.painted is None:
            self.shown, self.painted = frame, self.paint(frame)
            return self.painted
        keep = self.strength * stillness(frame, self.shown)
        self.shown = torch.lerp(frame, self.shown, keep)
        self.painted = torch.lerp(self.paint(self.shown), self.painted, keep)
        return self.painted


def stillness(frame: Tensor, before: Tensor) -> Tensor:
    """(1, 3, H, W) twice -> how surely each place shows what it did, (1, 1, H, W) in 0 … 1."""
    difference = (frame - before).abs().mean(dim=1, keepdim=True)
    around = F.avg_pool2d(difference, SEEN_OVER, 1, SEEN_OVER // 2, count_include_pad=False)
    return torch.exp(-(F.max_pool2d(around, SEEN_OVER, 1, SEEN_OVER // 2) / UNSEEN).square())


def flicker(painted: Sequence[np.ndarray], shown: Sequence[np.ndarray]) -> float:
    """Frames uint8 (H, W, 3), painted and as filmed -> mean step from one painted frame to the next where the film stands
    still, in levels of 255."""
    steps, weights = 0.0, 0.0
    for place in range(1, len(shown)):
        now, before = (torch.from_numpy(shown[at]).permute(2, 0, 1)[None] / 127.5 - 1 for at in (place, place - 1))
        still = stillness(now, before)[0, 0].numpy()
        step = np.abs(painted[place].astype(np.float32) - painted[place - 1]).mean(axis=2)
        steps, weights = steps + float((step * still).sum()), weights + float(still.sum())
    return steps / max(weights, 1e-9)


def restyle_film(
    film: Path,
    model: str | Path | Model,
    names: Sequence[Given],
    weights: Sequence[float] | None,
    settings: FilmSettings,
    out: Path,
    report: Callable[[dict[str, float]], None],
) -> bool:
    """See `pinxit.restyle_film`. Returns whether the film came to its end."""
    loaded = open_repainter(model, settings.device)
    chosen = choose(loaded, names, weights)
    steady = Steady(lambda frame: paint(loaded, frame, chosen.shares, settings), settings.steady)
    began, count = time.monotonic(), 0

    @torch.no_grad()
    def one(frame: np.ndarray, share: float) -> np.ndarray:
        nonlocal count
        height, width = frame.shape[:2]
        scale = settings.size / max(height, width) if settings.size else 1.0
        size = tuple(max(SMALLEST_PICTURE, round(side * scale / 2) * 2) for side in (width, height))
        shown = Image.fromarray(frame)
        painted = to_bytes(steady(as_tensor(shown, (size[0], size[1]), loaded.device)))[0]
        if settings.keep_colours == "luminance":
            resized = shown.resize((size[0], size[1]), Image.Resampling.LANCZOS)
            painted = np.asarray(with_luminance(resized, Image.fromarray(painted)))
        count, seconds = count + 1, time.monotonic() - began
        left = seconds / share - seconds if share > 0 else 0.0
        report({"share": share, "seconds": seconds, "left": left, "speed": count / max(seconds, 1e-9)})
        return painted

    try:
        return repaint_film(film, out, one, json.dumps(recipe_of(film, loaded, chosen, settings), sort_keys=True))
    except PictureError as error:
        raise PictureError(f"The film {film} cannot be used: {error}.") from None


def recipe_of(film: Path, model: Model, chosen: Chosen, settings: FilmSettings) -> dict[str, Any]:
    """All that makes this film again, as pictures carry it."""
    precision = choose_precision(settings.precision, model.device.type)
    return {
        "format": 1,
        "family": "style",
        "model": model.sha256,
        "features": model.family,
        "content": {"name": film.name, "sha256": hash_of(film) if film.is_file() else ""},
        "styles": chosen.told,
        "settings": {**settings.model_dump(mode="json", exclude={"device"}), "precision": precision},
    }
