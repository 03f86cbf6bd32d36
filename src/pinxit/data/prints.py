"""The set "prints": 200 of the peeps as prints in two inks. Small and of another manner, to go on from a model with."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from pinxit.data.picture_folder import Picture, PictureSource

EVERY = 20
INKS = ((27, 38, 79), (232, 93, 77), (255, 233, 196))
"""From the darkest parts to the lightest, sRGB."""


def prints(peeps: PictureSource) -> PictureSource:
    """Every twentieth of the peeps: its lightness printed in dark blue, coral and cream, its transparency kept."""
    return PictureSource("prints", list(_printed(peeps.pictures[::EVERY])), licence=peeps.licence)


def _printed(pictures: Iterable[Picture]) -> Iterable[Picture]:
    for picture in pictures:
        stamp = f"prints 1: {picture.stamp}"
        yield Picture(picture.name, lambda kept=picture: _print(kept), dict(picture.labels), picture.caption, stamp)


def _print(picture: Picture) -> bytes:
    pixels = np.asarray(picture.load().convert("RGBA"))
    lightness = pixels[..., :3] @ np.array([0.2126, 0.7152, 0.0722]) / 255
    places = np.linspace(0, 1, len(INKS))
    inked = [np.interp(lightness, places, [ink[channel] for ink in INKS]) for channel in range(3)]
    printed = np.dstack([*inked, pixels[..., 3]]).round().astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(printed).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()
