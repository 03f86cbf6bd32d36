"""The averaged generator (EMA) in TensorFlow: see `pinxit.training.averaging`."""

from typing import Any

from pinxit.keras_training.backend import tf
from pinxit.training.half_life import share_of


def follow(average: Any, network: Any, half_life: float, pictures: int) -> None:
    """Change `average` towards `network` after a step of `pictures`. `half_life` in pictures; 0 copies."""
    move_towards(average.variables, network.variables, tf.constant(share_of(half_life, pictures), tf.float32))


def move_towards(slow: list[Any], fast: list[Any], share: Any) -> None:
    """Floats by a share of the way, whole numbers all the way."""
    for old, new in zip(slow, fast, strict=True):
        floats = old.value.dtype.is_floating
        old.assign(old.value + share * (new.value - old.value) if floats else new.value)
