"""Between picture bytes and what networks in Keras see."""

from typing import Any

import numpy as np

from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice


def to_network(pictures: np.ndarray) -> Any:
    """uint8 (N, H, W, C), alpha premultiplied -> float32 (N, H, W, C) in [-1, 1]."""
    return tf.constant(pictures.astype(np.float32) / np.float32(127.5) - 1)


def to_bytes(pictures: Any) -> np.ndarray:
    """(N, H, W, C) in [-1, 1], alpha premultiplied -> uint8, still premultiplied, rounded to nearest."""
    values = np.clip((np.asarray(pictures) + 1) * 127.5, 0, 255).round().astype(np.uint8)
    if values.shape[-1] == 4:
        values[..., :3] = np.minimum(values[..., :3], values[..., 3:])  # no colour brighter than its own coverage
    return values


def over(pictures: Any, colour: Any) -> Any:
    """(N, H, W, 1, 3 or 4) in [-1, 1] -> (N, H, W, 3): grey repeated, premultiplied RGBA over `colour` (0 black, 1 white).

    `colour`: a number, or (N, 1, 1, 3).
    """
    if pictures.shape[3] == 1:
        return tf.repeat(pictures, 3, axis=3)
    if pictures.shape[3] == 3:
        return pictures
    return pictures[..., :3] + (1 - pictures[..., 3:]) * colour  # colour + (1 - alpha) * background, mapped to [-1, 1]


def on_background(pictures: Any, dice: Dice) -> Any:
    """(N, H, W, 1, 3 or 4) in [-1, 1] -> (N, H, W, 3): RGBA over one random colour for each picture, grey repeated."""
    colour = dice.uniform(pictures.shape[0], 3)[:, None, None] if pictures.shape[3] == 4 else 0.0
    return over(pictures, colour)
