"""Take a kept picture away: larger, as PNG or WebP, with its recipe and the mark of a model's work still in it."""

import io
from pathlib import Path
from typing import Any

from PIL import Image

from pinxit.errors import UsageError
from pinxit.generation.sampling import parse_recipe, recipe_text, recipe_xmp
from pinxit.images.files import open_picture, to_png
from pinxit.images.png_text import read_text

LARGEST_TIMES = 4
KINDS = ("png", "webp")


def taken_away(picture: Path, kind: str = "png", times: int = 1) -> bytes:
    """A picture that pinxit saved, as the bytes of a file `times` as wide and high. Raises UsageError, PictureError.

    WebP is lossless; its recipe travels in PNG only, the mark that a model made it in both.
    """
    if kind not in KINDS or not 1 <= times <= LARGEST_TIMES:
        raise UsageError(f"A picture is taken away as png or webp, 1 to {LARGEST_TIMES} times as large.")
    content = picture.read_bytes()
    if kind == "png" and times == 1:
        return content
    image = open_picture(content)
    if times > 1:
        image = enlarged(image, times)
    if kind == "png":
        return to_png(image, recipe_text({**recipe_in(content), "enlarged": times}), recipe_xmp())
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True, xmp=recipe_xmp().encode())
    return buffer.getvalue()


def enlarged(image: Image.Image, times: int) -> Image.Image:
    """`times` as wide and high, smoothly, without dark fringes where it is transparent."""
    size = (image.width * times, image.height * times)
    if image.mode != "RGBA":
        return image.resize(size, Image.Resampling.LANCZOS)
    return image.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def recipe_in(content: bytes) -> dict[str, Any]:
    """The recipe in the bytes of a PNG. Raises PictureError."""
    return parse_recipe(read_text(content))
