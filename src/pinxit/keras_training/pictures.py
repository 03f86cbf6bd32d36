"""Between picture bytes and what networks in Keras see."""

from typing import Any

import numpy as np

from pinxit.keras_training.backend import tf


def to_network(pictures: np.ndarray) -> Any:
    """uint8 (N, H, W, C), alpha premultiplied -> float32 (N, H, W, C) in [-1, 1]."""
    return tf.constant(pictures.astype(np.float32) / np.float32(127.5) - 1)


def to_bytes(pictures: Any) -> np.ndarray:
    """(N, H, W, C) in [-1, 1], alpha premultiplied -> uint8, still premultiplied, rounded to nearest."""
    values = np.clip((np.asarray(pictures) + 1) * 127.5, 0, 255).round().astype(np.uint8)
    if values.shape[-1] == 4:
        values[..., :3] = np.minimum(values[..., :3], values[..., 3:])  # no colour brighter than its own coverage
    return values
