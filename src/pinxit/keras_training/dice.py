"""The random numbers of a run with TensorFlow: one seeded stream whose place is kept in every checkpoint.

Not the numbers that PyTorch draws: both are counters put through different functions. What has to be the same in both
frameworks (latents of seeds, the order of pictures) comes from NumPy.
"""

from typing import Any

import numpy as np

from pinxit.keras_training.backend import tf


class Dice:
    """Draws inside a traced step, too: the place in the stream is a variable."""

    def __init__(self, seed: int):
        self.generator = tf.random.Generator.from_seed(seed, alg="philox")

    def normal(self, count: int, *shape: int) -> Any:
        """(count, *shape) standard normal float32."""
        return self.generator.normal((count, *shape))

    def uniform(self, count: int, *shape: int) -> Any:
        """(count, *shape) uniform in [0, 1) float32."""
        return self.generator.uniform((count, *shape))

    def integers(self, low: int, high: int, count: int, *shape: int) -> Any:
        """(count, *shape) int64, low <= value < high."""
        return self.generator.uniform((count, *shape), low, high, dtype=tf.int64)

    def state(self) -> np.ndarray:
        """The place in the stream, int64."""
        return np.asarray(self.generator.state.numpy())

    def restore(self, state: np.ndarray) -> None:
        self.generator.state.assign(state)
