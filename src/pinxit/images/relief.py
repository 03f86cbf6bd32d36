"""Maps of a surface that a game engine reads: height and normals; and how visible the seam of a tiled picture is."""

from typing import Literal

import numpy as np
from PIL import Image

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of Rec. 709
OUTLIERS = 1.0
"""Per cent at either end that may be cut off when heights are spread over 0 … 255."""


def height_of(picture: Image.Image) -> np.ndarray:
    """A picture -> uint8 (H, W): bright is high. A guess, as from any single photograph: shadows become hollows."""
    light = np.asarray(picture.convert("RGB"), np.float64) @ LUMINANCE
    low, high = np.percentile(light, [OUTLIERS, 100 - OUTLIERS])
    return np.rint(((light - low) / max(high - low, 1.0)).clip(0, 1) * 255).astype(np.uint8)


def normals_of(
    height: np.ndarray, depth: float = 4.0, *, seamless: bool = True, green: Literal["opengl", "directx"] = "opengl"
) -> np.ndarray:
    """uint8 (H, W) -> uint8 (H, W, 3): the direction each pixel faces, from -1 … 1 to 0 … 255; blue towards the eye.

    depth  how high white stands above black, in units of 16 pixels
    green  "opengl": up is bright (Blender, Unity, Godot); "directx": up is dark (Unreal)
    """
    level = np.pad(height.astype(np.float64) / 255 * depth * 16, 1, mode="wrap" if seamless else "edge")
    across = (level[1:-1, 2:] - level[1:-1, :-2]) / 2
    down = (level[2:, 1:-1] - level[:-2, 1:-1]) / 2
    up = down if green == "opengl" else -down
    facing = np.stack([-across, up, np.full_like(across, 4.0)], axis=-1)
    facing /= np.linalg.norm(facing, axis=-1, keepdims=True)
    return np.rint((facing + 1) * 127.5).astype(np.uint8)


def seams_of(picture: Image.Image) -> dict[str, float]:
    """How large the step from the last column to the first is, and from the last row to the first.

    Mean step along the seam as a share of the largest mean step between any two neighbouring lines inside: up to 1 it is no
    seam.
    """
    values = np.asarray(picture.convert("RGB"), np.float64)
    found = {}
    for name, turned in (("x", values.swapaxes(0, 1)), ("y", values)):
        inside = np.abs(np.diff(turned, axis=0)).mean(axis=(1, 2))
        found[name] = round(float(np.abs(turned[0] - turned[-1]).mean() / max(inside.max(), 1e-9)), 3)
    return found
