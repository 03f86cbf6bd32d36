"""Contact sheets: many pictures on one, on a quiet background, with captions if wanted."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pinxit.images.colour import to_plain

_MARGIN = "#f4f1ea"  # warm paper: transparent pictures and dark ones both stand out on it
_CHECKER = ("#ffffff", "#eceae6")
_CHECK_SIDE = 8
_CAPTION_HEIGHT = 14
_INK = "#55524c"


CAPTION_LINES = 6
"""Below each picture, where captions are sentences."""


def contact_sheet(
    pictures: np.ndarray | Sequence[Image.Image],
    columns: int | None = None,
    gap: int = 2,
    background: str | None = "checker",
    captions: Sequence[str] | None = None,
    lines: int = 1,
) -> Image.Image:
    """Pictures -> one RGB sheet (RGBA if `background` is None), row by row.

    `pictures`: uint8 (N, H, W, 1 | 3 | 4) with straight alpha, or Pillow pictures, which may differ in size: each is
    put in the middle of a cell as large as the largest. `columns`: default makes the sheet about as wide as high. `gap`
    in pixels. `captions` stand below, each in so many `lines`. `background` behind transparent places: "checker", a
    colour, or None to keep them transparent.
    """
    images = _as_images(pictures)
    if not images:
        raise AssertionError("a sheet needs at least one picture")
    width, height = max(image.width for image in images), max(image.height for image in images)
    band = _CAPTION_HEIGHT * lines if captions else 0
    columns = columns or max(1, round(math.sqrt(len(images) * (height + band) / width)))
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    size = gap + columns * (width + gap), gap + rows * (height + band + gap)
    sheet = Image.new("RGBA", size, (0, 0, 0, 0) if background is None else _MARGIN)
    for place, image in enumerate(images):
        left = gap + place % columns * (width + gap)
        top = gap + place // columns * (height + band + gap)
        corner = left + (width - image.width) // 2, top + (height - image.height) // 2
        if background is None:
            sheet.paste(image, corner)
        else:
            sheet.paste(Image.alpha_composite(_backdrop(image.size, background), image.convert("RGBA")), corner)
        if captions and place < len(captions):
            _write(sheet, captions[place], left, top + height, width, lines)
    return sheet if background is None else sheet.convert("RGB")


def shrunk(picture: Image.Image, width: int, height: int) -> Image.Image:
    """A picture made to fit into `width` x `height` pixels; a smaller one stays as it is."""
    scale = min(width / picture.width, height / picture.height)
    if scale >= 1:
        return picture
    return picture.resize(
        (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), Image.Resampling.LANCZOS
    )


def _as_images(pictures: np.ndarray | Sequence[Image.Image]) -> list[Image.Image]:
    if isinstance(pictures, np.ndarray):
        assert (pictures.dtype, pictures.ndim) == (np.uint8, 4), (pictures.dtype, pictures.shape)
        return [Image.fromarray(one[..., 0] if one.shape[-1] == 1 else one) for one in pictures]
    return [to_plain(picture.copy()) for picture in pictures]


def _backdrop(size: tuple[int, int], background: str) -> Image.Image:
    if background != "checker":
        return Image.new("RGBA", size, background)
    rows, columns = np.indices((size[1], size[0])) // _CHECK_SIDE
    light, dark = (Image.new("RGBA", size, colour) for colour in _CHECKER)
    light.paste(dark, mask=Image.fromarray((((rows + columns) % 2) * 255).astype(np.uint8)))
    return light


def _write(sheet: Image.Image, caption: str, left: int, top: int, width: int, lines: int) -> None:
    """A caption under its picture, broken into lines and cut to the width of the cell."""
    font = ImageFont.load_default(10)
    pen = ImageDraw.Draw(sheet)
    rows, rest = [], caption.split()
    while rest and len(rows) < lines - 1:
        row = rest.pop(0)
        while rest and pen.textlength(f"{row} {rest[0]}", font=font) <= width:
            row = f"{row} {rest.pop(0)}"
        rows.append(row)
    for place, words in enumerate([*rows, " ".join(rest)]):
        while words and pen.textlength(words, font=font) > width:
            words = words[:-2].rstrip("…") + "…" if len(words) > 2 else ""
        pen.text((left + width / 2, top + 1 + place * _CAPTION_HEIGHT), words, fill=_INK, font=font, anchor="ma")
