"""Pictures drawn again, two or four times as wide and high, by a network that has learned what lines and edges look like."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pinxit.errors import PictureError, UsageError, did_you_mean
from pinxit.generation.folder_walk import walk
from pinxit.generation.sampling import (
    DIGITAL_SOURCE_TYPE,
    ENHANCED,
    parse_recipe,
    recipe_text,
    recipe_xmp,
)
from pinxit.images.animation import read_carried
from pinxit.images.colour import bled
from pinxit.images.files import open_picture, save_png
from pinxit.images.reading import MAX_PIXELS
from pinxit.networks.enlarging import ENLARGERS, TIMES, Drawings, Photographs, load_enlarger
from pinxit.training.device import check_torch, choose_device

TILE = 256
"""Pixels of a side that are computed at once: 30 million numbers inside the network, whatever the picture's size."""
CLEAR, SOLID = 3, 252
"""Alpha, of 255, below and above which a pixel is clear and solid: the network leaves a breath of grey everywhere."""


@dataclass(frozen=True)
class Upscaled:
    """A larger picture, and the recipe it will carry."""

    image: Image.Image
    recipe: dict[str, Any]

    def save(self, path: Path | str) -> Path:
        """Write a PNG with its recipe; what a model made keeps saying so, other pictures say that a program enhanced them."""
        text, source = recipe_text(self.recipe), DIGITAL_SOURCE_TYPE
        if self.recipe["family"] == "upscale":
            text["Comment"] = f"enlarged by a network (pinxit upscale, {self.recipe['upscaled']['network']})"
            source = DIGITAL_SOURCE_TYPE if self.recipe["source"]["painted"] else ENHANCED
        save_png(self.image, Path(path), text, recipe_xmp(source=source))
        return Path(path)


@dataclass(frozen=True)
class Wish:
    """How pictures are enlarged. `times` 2 or 4; `network` one of `ENLARGERS`; `wrap` "no", "x", "y" or "both" for tiles."""

    times: int = TIMES
    network: str = "drawings"
    wrap: str = "no"
    device: str = "cpu"

    def check(self) -> None:
        """Raise UsageError for what cannot be."""
        if self.times not in (2, TIMES):
            raise UsageError(f"Pictures are enlarged 2 or {TIMES} times; {self.times} came. Do it twice for more.")
        if self.network not in ENLARGERS:
            raise UsageError(f"There is no network for '{self.network}'.{did_you_mean(self.network, ENLARGERS)}")
        if self.wrap not in ("no", "x", "y", "both"):
            raise UsageError(f"seamless is no, x, y or both; '{self.wrap}' came.")


def upscale(picture: Path | Image.Image, wish: Wish) -> Upscaled:
    """See `pinxit.upscale`."""
    wish.check()
    check_torch()
    path = picture if isinstance(picture, Path) else None
    if isinstance(picture, Image.Image):
        image = picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert("RGBA")
        name, sha256 = "picture", hashlib.sha256(image.tobytes()).hexdigest()
    else:
        try:
            image, name = open_picture(picture), picture.name
        except PictureError as error:
            raise PictureError(f"The picture {picture} cannot be enlarged: {error}.") from None
        sha256 = hashlib.sha256(picture.read_bytes()).hexdigest()
    return Upscaled(enlarged(image, wish, name), recipe_of(path, name, sha256, wish))


def upscale_each(pictures: str | Path, out: Path, wish: Wish, say: Callable[[str], None]) -> list[Path]:
    """See `pinxit.upscale_folder`."""
    wish.check()
    check_torch()
    return walk(
        pictures,
        out,
        f"{wish.times}x",
        lambda found: recipe_of(found.raw, found.name, found.sha256, wish),
        lambda found: Upscaled(
            enlarged(found.image, wish, found.name), recipe_of(found.raw, found.name, found.sha256, wish)
        ),
        lambda made: "",
        say,
    )


def recipe_of(source: Path | bytes | None, name: str, sha256: str, wish: Wish) -> dict[str, Any]:
    """The picture's own recipe, where it carries one, and what was done to it."""
    done = {"times": wish.times, "network": ENLARGERS[wish.network].file.rpartition("/")[2].removesuffix(".bin")}
    texts: dict[str, str] = {}
    with suppress(PictureError):  # of a kind that carries none
        texts = read_carried(source) if source is not None else {}
    with suppress(PictureError):
        return {**parse_recipe(texts), "upscaled": done}
    painted = DIGITAL_SOURCE_TYPE in texts.get("XML:com.adobe.xmp", "")
    about = {"name": name, "sha256": sha256, "painted": painted}
    return {"family": "upscale", "model": "none", "source": about, "upscaled": done}


def enlarged(image: Image.Image, wish: Wish, name: str = "picture") -> Image.Image:
    """A plain picture (L, RGB or RGBA) -> the same, larger. Raises PictureError when it would be too large."""
    width, height = (side * wish.times for side in image.size)
    if image.width * image.height * TIMES**2 > MAX_PIXELS:
        raise PictureError(
            f"{name} has {image.width:,}x{image.height:,} pixels; up to {MAX_PIXELS // TIMES**2:,} can be enlarged. "
            "Crop it, or make it smaller, first"
        )
    device = choose_device(wish.device)
    network = load_enlarger(wish.network, device)
    alpha = None
    if image.mode == "RGBA":
        alpha = Image.fromarray(run(network, image.getchannel("A").convert("RGB"), wish, device)).convert("L")
        alpha = alpha.point([round(min(max((level - CLEAR) / (SOLID - CLEAR), 0), 1) * 255) for level in range(256)])
    large = Image.fromarray(run(network, bled(image) if alpha else image.convert("RGB"), wish, device))
    if alpha:
        large.putalpha(alpha)
    elif image.mode == "L":
        large = large.convert("L")
    if wish.times == TIMES:
        return large
    if image.mode != "RGBA":
        return large.resize((width, height), Image.Resampling.BOX)
    return large.convert("RGBa").resize((width, height), Image.Resampling.BOX).convert("RGBA")


@torch.no_grad()
def run(network: Drawings | Photographs, image: Image.Image, wish: Wish, device: str) -> np.ndarray:
    """RGB -> uint8 (4 H, 4 W, 3), tile by tile with the margins that a pixel looks at."""
    picture = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float().div_(255)
    height, width = picture.shape[2:]
    margin = network.margin
    across, down = (margin if wish.wrap in (axis, "both") else 0 for axis in "xy")
    picture = wrapped(picture, across, down)
    large = np.empty((height * TIMES, width * TIMES, 3), np.uint8)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            bottom, right = min(top + TILE, height), min(left + TILE, width)
            # In pixels of the wrapped picture, which begins `down` above and `across` left of the picture itself.
            first = max(0, top + down - margin), max(0, left + across - margin)
            tile = picture[:, :, first[0] : bottom + down + margin, first[1] : right + across + margin]
            painted = network(tile.to(device).contiguous(memory_format=torch.channels_last))[0].clamp(0, 1) * 255
            done = painted.round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
            above, before = (top + down - first[0]) * TIMES, (left + across - first[1]) * TIMES
            size = (bottom - top) * TIMES, (right - left) * TIMES
            large[top * TIMES : bottom * TIMES, left * TIMES : right * TIMES] = done[
                above : above + size[0], before : before + size[1]
            ]
    return large


def wrapped(picture: Tensor, across: int, down: int) -> Tensor:
    """What lies beyond the edges of a picture that tiles, so many pixels of it; also where it is smaller than that."""
    for pad, axis in ((down, 2), (across, 3)):
        if pad:
            side = picture.shape[axis]
            picture = picture.index_select(axis, torch.arange(-pad, side + pad) % side)
    return picture
