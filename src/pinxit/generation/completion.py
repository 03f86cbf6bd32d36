"""Complete a picture: what is missing is painted by a model, in several proposals, and takes on the colours round it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image

from pinxit.data.fitting import fit_picture
from pinxit.errors import PictureError, UsageError, did_you_mean, pasteable
from pinxit.generation.filling import learned, searched
from pinxit.generation.model import Model, Painting, to_image
from pinxit.generation.projection import check_projects, check_steps
from pinxit.generation.stylize import Source, open_source
from pinxit.images.colour import from_premultiplied
from pinxit.images.seams import blended, matched
from pinxit.networks.pictures import to_network

Way = Literal["auto", "search", "learned"]
WAYS = ("auto", "search", "learned")
HOLE = 128
"""Mask values from here on are hole."""


Box = tuple[int, int, int, int]
"""Where a picture lies on a model's canvas: left, top, right, bottom in its pixels."""


def complete(
    picture: Path | str | Image.Image,
    mask: Path | str | Image.Image,
    model: Model,
    count: int,
    *,
    seed: int,
    by: Way,
    samples: int,
    steps: int,
    labels: Mapping[str, str] | None,
    text: str | None,
    report: Callable[[dict[str, float]], None],
) -> list[Painting]:
    """See `pinxit.complete`."""
    way = way_of(model, by)
    check_steps(steps)
    shown, hole = open_source(picture, "picture"), open_source(mask, "mask")
    holes = hole_of(hole, shown)
    canvas = model.canvas
    plain = shown.picture if canvas.channels == 4 else shown.picture.convert("L" if canvas.channels == 1 else "RGB")
    if canvas.channels == 4:
        plain = plain.convert("RGBA")
    box = box_of(plain.size, (canvas.width, canvas.height))
    fitted = np.stack(fit_picture(plain, (canvas.width, canvas.height), "pad", canvas.channels))
    pictures = to_network(fitted, model.device)
    small = torch.from_numpy(to_canvas(holes, box, canvas.width, canvas.height))[None, None].to(model.device)
    if way == "learned":
        painted = learned(model, pictures, small, range(seed, seed + count))
    else:
        how: Any = {"first": seed * samples, "samples": samples, "steps": steps, "labels": labels, "text": text}
        painted = searched(model, pictures, small, count, **how, report=report)
    found = []
    for place, piece in enumerate(painted):
        values = from_premultiplied(piece) if canvas.channels == 4 else piece
        large = to_image(values).crop(box).resize(plain.size, Image.Resampling.LANCZOS)
        told: dict[str, Any] = {"by": way, "seed": seed + place}
        if way == "search":
            told = {"by": way, "seed": seed, "proposal": place, "samples": samples, "steps": steps}
        recipe = recipe_of(model, shown, hole, told)
        found.append(Painting(blended(plain, matched(plain, large, holes), holes), recipe))
    return found


def way_of(model: Model, by: Way) -> Literal["search", "learned"]:
    """How a model completes. Raises UsageError for one that cannot, or not so."""
    if by not in WAYS:
        raise UsageError(f"Pictures are completed by search or learned, not by '{by}'.{did_you_mean(by, WAYS)}")
    learns = bool(getattr(model.settings, "completes", False))
    if by == "learned" and not learns:
        raise UsageError(
            f"{model.path} has not learned to complete pictures. Leave --by away: it is searched for what fits. Or let it "
            f"learn it (family projected): pinxit train PICTURES --from {pasteable(model.path)} --completes"
        )
    if by == "learned" or (learns and by == "auto"):
        return "learned"
    check_projects(model)
    assert model.latents  # raises for a model that paints from pictures
    return "search"


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


def recipe_of(model: Model, shown: Source, hole: Source, how: Mapping[str, Any]) -> dict[str, Any]:
    """Which picture and mask, which model, and how."""
    return {
        "format": 1,
        "family": model.family,
        "model": model.sha256,
        "completed": {
            "picture": {"name": shown.name, "sha256": shown.sha256},
            "mask": {"name": hole.name, "sha256": hole.sha256},
            **how,
        },
        "size": f"{shown.picture.width}x{shown.picture.height}",
    }
