"""Textures grown from a sample, of any size, seamless if wanted.

Laid out of patches of the sample (`quilting.py`); healed, if wanted, where they were cut: changed until the statistics of their
features are the sample's; or grown from noise by statistics alone, from coarse to fine (Gatys, Ecker and Bethge 2015, "Texture
synthesis using convolutional neural networks"). What is optimised and seamless is described with its opposite edges around it,
so to the features it has no edge.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pinxit.errors import UsageError
from pinxit.generation.painting import Painted, Progress, paint, sizes_of
from pinxit.generation.quilting import block_for, fitted, quilt
from pinxit.generation.sampling import recipe_xmp
from pinxit.generation.style_loss import MARGIN, Loss, Region
from pinxit.generation.style_settings import SMALLEST_PICTURE, TextureSettings
from pinxit.generation.stylize import Source, as_tensor, open_features, painting_text, statistics_at, told
from pinxit.images.files import save_png
from pinxit.images.recolour import flattened, recolour
from pinxit.images.relief import height_of, normals_of, seams_of
from pinxit.networks.pictures import to_bytes
from pinxit.networks.style_features import StyleFeatures
from pinxit.networks.vgg import GRID


@dataclass(frozen=True)
class Texture:
    """What has grown. `ended`: "done" or "interrupted" (then it is the best so far).

    seams  see `pinxit.images.relief.seams_of`: shares up to 1 cannot be seen
    """

    image: Image.Image
    recipe: dict[str, Any]
    ended: str

    @property
    def seams(self) -> dict[str, float]:
        """Of the columns (x) and of the rows (y)."""
        return self.recipe["seams"]

    def save(self, path: Path | str, *, maps: bool = False) -> list[Path]:
        """Write a PNG with its recipe; with `maps` also NAME-height.png (grey) and NAME-normal.png beside it."""
        path = Path(path)
        text = painting_text(self.recipe)
        pictures: dict[Path, Image.Image | np.ndarray] = {path: self.image}
        if maps:
            settings = self.recipe["settings"]
            height = height_of(self.image)
            normals = normals_of(height, settings["depth"], seamless=settings["seamless"], green=settings["normals"])
            pictures[path.with_name(f"{path.stem}-height.png")] = height
            pictures[path.with_name(f"{path.stem}-normal.png")] = normals
        for place, picture in pictures.items():
            save_png(picture, place, text, recipe_xmp())
        return list(pictures)


def grow(
    sample: Source, settings: TextureSettings, weights: Path | None = None, progress: Progress | None = None
) -> Texture:
    """A texture like `sample`. `weights`: see `open_features`. Raises UsageError for a size that cannot be seamless."""
    width, height = settings.width or settings.size, settings.height or settings.size
    flat = flattened(sample.picture, (255, 255, 255))[0]
    if settings.seamless:
        check_seamless(width, height)
        flat = fitted(flat, width, height)
    recipe: dict[str, Any] = {
        "format": 1,
        "family": "texture",
        "model": "none",
        "features": "patches",
        "sample": {"name": sample.name, "sha256": sample.sha256},
        "settings": told(settings),
        "seed": settings.seed,
        "size": f"{width}x{height}",
        "ended": "done",
    }
    if settings.start == "patches":
        image = laid(flat, width, height, settings)
    else:
        features, device = open_features(settings, weights)
        painted = optimise(flat, width, height, settings, features, device, progress or Progress())
        image = recolour(Image.fromarray(to_bytes(painted.picture)[0]), flat)
        if not np.ptp(np.asarray(flat), axis=2).any():  # in what grows from a grey sample, colours are specks
            image = image.convert("L").convert("RGB")
        recipe |= {"model": features.sha256, "features": features.name, "ended": painted.ended, "loss": painted.loss}
    recipe["seams"] = seams_of(image)
    return Texture(image, recipe, recipe["ended"])


def laid(sample: Image.Image, width: int, height: int, settings: TextureSettings) -> Image.Image:
    """The sample's patches, put together."""
    scale = min(1.0, settings.strokes)
    size = tuple(max(SMALLEST_PICTURE, round(side * scale)) for side in sample.size)
    pixels = np.asarray(sample if scale == 1 else sample.resize((size[0], size[1]), Image.Resampling.LANCZOS))
    block = settings.patch or block_for(pixels.shape[:2])
    return Image.fromarray(quilt(pixels, width, height, block, settings.seed, seamless=settings.seamless))


def optimise(
    sample: Image.Image,
    width: int,
    height: int,
    settings: TextureSettings,
    features: StyleFeatures,
    device: torch.device,
    progress: Progress,
) -> Painted:
    """Change patches, or noise, until its statistics are the sample's."""
    noise = settings.start == "noise"
    sizes = sizes_of(width, height, settings.scales) if noise else [(width, height)]
    if settings.seamless:
        sizes = [(whole_cells(wide), whole_cells(high)) for wide, high in sizes]

    def begin(width: int, height: int) -> Tensor:
        if not noise:
            return as_tensor(laid(sample, width, height, settings), (width, height), device)
        pixels = as_tensor(sample, sample.size, device)
        mean, spread = pixels.mean(dim=(0, 2, 3)), pixels.std(dim=(0, 2, 3))
        grain = np.random.RandomState(settings.seed).standard_normal((1, 3, height, width)).astype(np.float32)
        return (torch.from_numpy(grain).to(device) * spread[:, None, None] + mean[:, None, None]).clamp(-1, 1)

    def loss_at(wide: int, high: int) -> Loss:
        longest = max(SMALLEST_PICTURE, round(max(sample.size) * max(wide, high) / max(width, height)))
        wanted = statistics_at(features, sample, longest, settings, device)
        smooth, tile, seamless = settings.smooth, settings.tile, settings.seamless
        return Loss(features, [Region(wanted)], settings.statistic, None, 1.0, smooth, tile, seamless)

    return paint(sizes, begin, loss_at, settings, progress)


def whole_cells(side: int) -> int:
    """The nearest multiple of `GRID`, at least as large as what is wrapped round it."""
    return max(MARGIN, round(side / GRID) * GRID)


def check_seamless(width: int, height: int) -> None:
    """Raise UsageError, naming the nearest sizes, for sides that are no multiples of `GRID`."""
    wanted = whole_cells(width), whole_cells(height)
    if wanted != (width, height):
        raise UsageError(
            f"A seamless texture has sides that are multiples of {GRID}, {MARGIN} or more; {width}x{height} came. The "
            f"nearest is {wanted[0]}x{wanted[1]}."
        )
