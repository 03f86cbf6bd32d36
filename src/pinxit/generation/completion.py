"""Complete a picture: a model that learned to (`completes`) paints what is missing, in several proposals."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageChops, ImageFilter
from torch import Tensor

from pinxit.data.fitting import fit_picture
from pinxit.errors import PictureError, UsageError, pasteable
from pinxit.generation.model import Model, Painting, to_image
from pinxit.generation.sampling import labels_of
from pinxit.generation.stylize import Source, open_source
from pinxit.images.colour import from_premultiplied
from pinxit.networks.pictures import to_bytes, to_network
from pinxit.networks.seeds import latents_of

FEATHER = 1 / 64
"""Of the longer side: over so much the painted piece fades into what was there."""
HOLE = 128
"""Mask values from here on are hole."""


Box = tuple[int, int, int, int]
"""Where a picture lies on a model's canvas: left, top, right, bottom in its pixels."""


def complete(
    picture: Path | str | Image.Image, mask: Path | str | Image.Image, model: Model, seeds: Sequence[int]
) -> list[Painting]:
    """See `pinxit.complete`."""
    check_model(model)
    shown, hole = open_source(picture, "picture"), open_source(mask, "mask")
    holes = hole_of(hole, shown)
    canvas = model.canvas
    plain = shown.picture if canvas.channels == 4 else shown.picture.convert("L" if canvas.channels == 1 else "RGB")
    if canvas.channels == 4:
        plain = plain.convert("RGBA")
    box = box_of(plain.size, (canvas.width, canvas.height))
    fitted = np.stack(fit_picture(plain, (canvas.width, canvas.height), "pad", canvas.channels))
    pictures = to_network(fitted, model.device)
    small = to_canvas(holes, box, canvas.width, canvas.height)
    painted = paint(model, pictures, torch.from_numpy(small)[None, None].to(model.device), seeds)
    found = []
    for seed, piece in zip(seeds, painted, strict=True):
        values = from_premultiplied(piece) if canvas.channels == 4 else piece
        large = to_image(values).crop(box).resize(plain.size, Image.Resampling.LANCZOS)
        recipe = recipe_of(model, shown, hole, seed)
        found.append(Painting(blended(plain, large, holes), recipe))
    return found


def check_model(model: Model) -> None:
    """Raise UsageError for a model that has not learned to complete pictures."""
    if not getattr(model.settings, "completes", False):
        raise UsageError(
            f"{model.path} has not learned to complete pictures. Let it go on and learn it: "
            f"pinxit train PICTURES --from {pasteable(model.path)} --completes"
        )


def hole_of(hole: Source, shown: Source) -> Image.Image:
    """The mask as "L", white where a hole is. Raises PictureError for another size, nothing or all to paint."""
    if hole.picture.size != shown.picture.size:
        sizes = ["x".join(map(str, one.picture.size)) for one in (hole, shown)]
        raise PictureError(f"The mask {hole.name} is {sizes[0]} pixels, the picture {sizes[1]}. Both must be alike.")
    if hole.picture.mode == "RGBA" and np.asarray(hole.picture.getchannel("A")).min() < 255:
        plain = hole.picture.getchannel("A")  # painted on nothing: what is painted is the hole
    else:
        plain = hole.picture.convert("L")
    plain = plain.point([255 if value >= HOLE else 0 for value in range(256)])
    values = np.asarray(plain)
    if values.max() == 0:
        raise PictureError(f"The mask {hole.name} is black: white says where the picture is to be painted anew.")
    if values.min() == 255:
        raise PictureError(f"The mask {hole.name} is white all over: nothing of the picture is left to go by.")
    return plain


def box_of(size: tuple[int, int], canvas: tuple[int, int]) -> Box:
    """A picture of `size` in the middle of a canvas, as large as it fits."""
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    width, height = (min(side, max(1, round(length * scale))) for length, side in zip(size, canvas, strict=True))
    left, top = (canvas[0] - width) // 2, (canvas[1] - height) // 2
    return left, top, left + width, top + height


def to_canvas(holes: Image.Image, box: Box, width: int, height: int) -> np.ndarray:
    """float32 (H, W), 1 where a hole is: every pixel of the canvas that touches one. Beyond the picture nothing is."""
    left, top, right, bottom = box
    small = holes.resize((right - left, bottom - top), Image.Resampling.BOX)
    found = np.zeros((height, width), np.float32)
    found[top:bottom, left:right] = np.asarray(small) > 0
    return found


@torch.no_grad()
def paint(model: Model, pictures: Tensor, holes: Tensor, seeds: Sequence[int]) -> np.ndarray:
    """uint8 (N, H, W, C), alpha premultiplied: a proposal for each seed."""
    generator: Any = model.generator
    latents = torch.from_numpy(latents_of(seeds, model.latents)).to(model.device)
    labels = torch.from_numpy(labels_of(seeds, model.canvas, {}, model.latents)).to(model.device)
    told = torch.full_like(labels, -1)  # what is there says it
    rows = len(seeds)
    return to_bytes(
        generator.complete(latents, told, pictures.expand(rows, -1, -1, -1), holes.expand(rows, -1, -1, -1))
    )


def blended(picture: Image.Image, painted: Image.Image, holes: Image.Image) -> Image.Image:
    """The picture with the painted one in its holes. Around them one fades into the other: both show the same there."""
    radius = max(1, round(FEATHER * max(picture.size)))
    wide = holes.filter(ImageFilter.MaxFilter(2 * radius + 1)).filter(ImageFilter.GaussianBlur(radius / 2))
    share = ImageChops.lighter(wide, holes)
    if picture.mode != "RGBA":
        return Image.composite(painted, picture, share)
    return Image.composite(painted.convert("RGBa"), picture.convert("RGBa"), share).convert("RGBA")


def recipe_of(model: Model, shown: Source, hole: Source, seed: int) -> dict[str, Any]:
    """Which picture and mask, which model, which seed."""
    return {
        "format": 1,
        "family": model.family,
        "model": model.sha256,
        "completed": {
            "picture": {"name": shown.name, "sha256": shown.sha256},
            "mask": {"name": hole.name, "sha256": hole.sha256},
            "seed": seed,
        },
        "size": f"{shown.picture.width}x{shown.picture.height}",
    }
