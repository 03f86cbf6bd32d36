"""Kept pictures: larger ones, and the recipes in their bytes."""

from typing import Any

from PIL import Image

from pinxit.generation.sampling import parse_recipe
from pinxit.images.animation import read_carried


def enlarged(image: Image.Image, times: int) -> Image.Image:
    """`times` as wide and high, smoothly, without dark fringes where it is transparent."""
    size = (image.width * times, image.height * times)
    if image.mode != "RGBA":
        return image.resize(size, Image.Resampling.LANCZOS)
    return image.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def recipe_in(content: bytes) -> dict[str, Any]:
    """The recipe in the bytes of a picture or a film. Raises PictureError."""
    return parse_recipe(read_carried(content))
