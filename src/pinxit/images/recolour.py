"""Colours of one picture for another: of the painting before its manner is taken, or of the result afterwards."""

import numpy as np
from PIL import Image

LITTLE = 1e-4
"""Added to variances of colours in 0 … 1, so that a picture of one colour can be recoloured too."""


def recolour(picture: Image.Image, colours: Image.Image) -> Image.Image:
    """RGB pictures -> `picture` with the mean colour and the covariance of colours that `colours` has.

    Source: Gatys et al. 2016, "Preserving color in neural artistic style transfer", section 3.1, with the square root of a
    covariance by its eigenvectors.
    """
    values = np.asarray(picture.convert("RGB"), np.float64).reshape(-1, 3) / 255
    wanted = np.asarray(colours.convert("RGB"), np.float64).reshape(-1, 3) / 255
    change = root_of(np.cov(wanted.T)) @ np.linalg.inv(root_of(np.cov(values.T)))
    found = (values - values.mean(axis=0)) @ change.T + wanted.mean(axis=0)
    return Image.fromarray(np.rint(found.clip(0, 1) * 255).astype(np.uint8).reshape(picture.height, picture.width, 3))


def root_of(covariance: np.ndarray) -> np.ndarray:
    """(3, 3) -> its symmetric square root."""
    sizes, axes = np.linalg.eigh(covariance + LITTLE * np.eye(3))
    return axes * np.sqrt(sizes) @ axes.T


def brought_to(picture: Image.Image, longest: int, cell: int) -> Image.Image:
    """A picture enlarged or made smaller until its longest side is about `longest`, both sides multiples of `cell` pixels."""
    scale = longest / max(picture.size)
    width, height = (max(cell, round(side * scale / cell) * cell) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def with_luminance(colours: Image.Image, light: Image.Image) -> Image.Image:
    """RGB pictures of one size -> the colours of one (Cb, Cr) with the light and dark (Y) of the other."""
    _, blue, red = colours.convert("YCbCr").split()
    return Image.merge("YCbCr", (light.convert("YCbCr").split()[0], blue, red)).convert("RGB")


def flattened(
    picture: Image.Image, background: tuple[int, int, int] | None = None
) -> tuple[Image.Image, Image.Image | None]:
    """Any plain picture -> RGB, and its alpha ("L") or None. Clear places get `background`, or the mean of the others."""
    if picture.mode != "RGBA":
        return picture.convert("RGB"), None
    alpha = picture.getchannel("A")
    if background is None:
        weights = np.asarray(alpha, np.float64)
        values = (np.asarray(picture)[..., :3] * weights[..., None]).sum(axis=(0, 1)) / max(weights.sum(), 1)
        background = (round(values[0]), round(values[1]), round(values[2]))
    flat = Image.new("RGB", picture.size, background)
    flat.paste(picture.convert("RGB"), mask=alpha)
    return flat, alpha
