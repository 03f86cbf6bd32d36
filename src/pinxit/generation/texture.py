"""Textures grown from a sample, of any size, seamless if wanted.

Gatys, Ecker and Bethge 2015, "Texture synthesis using convolutional neural networks": noise is changed until its statistics
are the sample's; here from coarse to fine, so that large features come first. A seamless one is described with its opposite
edges around it, so to the features it has no edge.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pinxit.errors import UsageError
from pinxit.generation.painting import Progress, paint, sizes_of
from pinxit.generation.sampling import recipe_xmp
from pinxit.generation.style_loss import MARGIN, Loss, Region
from pinxit.generation.style_settings import SMALLEST_PICTURE, TextureSettings
from pinxit.generation.stylize import Source, as_tensor, painting_text, statistics_at, told
from pinxit.images.files import save_png
from pinxit.images.recolour import flattened
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
    sample: Source,
    settings: TextureSettings,
    look: tuple[StyleFeatures, torch.device],
    progress: Progress | None = None,
) -> Texture:
    """A texture like `sample`. `look`: see `open_features`. Raises UsageError for a size that cannot be seamless."""
    features, device = look
    flat = flattened(sample.picture, (255, 255, 255))[0]
    width, height = settings.width or settings.size, settings.height or settings.size
    sizes = sizes_of(width, height, settings.scales)
    if settings.seamless:
        check_seamless(width, height)
        sizes = [(whole_cells(wide), whole_cells(high)) for wide, high in sizes]
    pixels = as_tensor(flat, flat.size, device)
    mean, spread = pixels.mean(dim=(0, 2, 3)), pixels.std(dim=(0, 2, 3))

    def begin(width: int, height: int) -> Tensor:
        noise = np.random.RandomState(settings.seed).standard_normal((1, 3, height, width)).astype(np.float32)
        return (torch.from_numpy(noise).to(device) * spread[:, None, None] + mean[:, None, None]).clamp(-1, 1)

    def loss_at(wide: int, high: int) -> Loss:
        longest = max(SMALLEST_PICTURE, round(max(flat.size) * max(wide, high) / max(width, height)))
        wanted = statistics_at(features, flat, longest, settings, device)
        regions = [Region(wanted)]
        smooth, tile, seamless = settings.smooth, settings.tile, settings.seamless
        return Loss(features, regions, settings.statistic, None, 1.0, smooth, tile, seamless)

    painted = paint(sizes, begin, loss_at, settings, progress or Progress())
    image = Image.fromarray(to_bytes(painted.picture)[0])
    recipe = {
        "format": 1,
        "family": "texture",
        "model": features.sha256,
        "features": features.name,
        "sample": {"name": sample.name, "sha256": sample.sha256},
        "settings": told(settings),
        "seed": settings.seed,
        "size": f"{width}x{height}",
        "ended": painted.ended,
        "loss": painted.loss,
        "seams": seams_of(image),
    }
    return Texture(image, recipe, painted.ended)


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
